"""The findings in sentences: a figure with its range, luck, who it reached, and how sure.

It looks at opened results and changes nothing. Every word comes from the paired interval, the sign
agreement and the trust label (see trust.py).
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass

from sim.show.facts import last_fact
from sim.show.saved import HEADLINE_MEASURES, Saved, open_results
from sim.show.trust import (
    Fact,
    Verdict,
    band_name,
    has_direction,
    label_line,
    led,
    likelihood,
    too_few_for_direction,
    track_record_line,
    trust_of,
    unknowns_line,
)
from sim.show.wording import (
    PEOPLE,
    TOO_SMALL,
    briefly,
    change,
    figure,
    phrase,
    rounding_step,
    signed,
    span,
)
from sim.show.worth import one_line
from sim.units import financial_year

NO_REACH = "no separate figure: these results hold none for the people it reached."
_IN_TERMINAL = ("Scaled up", "People it reached", "Luck", "How sure")
_WIDTH = 96


@dataclass(frozen=True)
class Finding:
    """One scenario and one measure in words. Empty lines do not apply."""

    scenario: str
    title: str
    measure: str
    year: int
    verdict: Verdict
    claim: str
    scaled: str
    reached: str
    luck: str
    unknowns: str
    track_record: str
    sure: str

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The lines under the claim, each with its name; empty ones left out."""
        named = [
            ("Scaled up", self.scaled),
            ("People it reached", self.reached),
            ("Luck", self.luck),
            ("Unknowns", self.unknowns),
            ("Track record", self.track_record),
            ("How sure", self.sure),
        ]
        return [(name, said) for name, said in named if said]


def findings(source: object) -> list[Finding]:
    """Each scenario's finding on each headline measure, scenarios in the order asked for."""
    saved = open_results(source)
    found = []
    for scenario in saved.scenarios:
        for measure in HEADLINE_MEASURES:
            fact = last_fact(saved, measure, "all", scenario)
            if fact and fact.known:
                found.append(_finding(saved, fact))
    return found


def headline_lines(source: object) -> list[str]:
    """The findings as plain text for a terminal, wrapped, with nothing but printable words."""
    saved = open_results(source)
    opening = f"{saved.place}, {saved.period}, against the baseline. Modelled, not observed."
    lines = [opening]
    if saved.partial:
        lines.append(f"Unfinished: {saved.partial_words}.")
    if saved.members < 2:
        lines.append("One run only: there is no band, and luck cannot be told from effect.")
    every = findings(saved)
    if not every:
        return [*lines, "No plan to compare: only the baseline was run."]
    scenario = None
    for one in every:
        if one.scenario != scenario:
            lines += _money(saved, scenario)
            scenario = one.scenario
            lines += ["", one.title]
        lines += textwrap.wrap(one.claim, _WIDTH, initial_indent="  - ", subsequent_indent="    ")
        for name, said in one.lines:
            if name in _IN_TERMINAL and said != NO_REACH:
                lines += textwrap.wrap(
                    f"{name}: {said}", _WIDTH, initial_indent="    ", subsequent_indent="    "
                )
    lines += _money(saved, scenario)
    for sentence in saved.beyond_published:
        lines += ["", *textwrap.wrap(f"Larger than anything published. {sentence}", _WIDTH)]
    return lines


def _money(saved: Saved, scenario: str | None) -> list[str]:
    """The account of the scenario just told, where it was appraised."""
    said = one_line(saved, scenario) if scenario is not None else ""
    return textwrap.wrap(said, _WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _finding(saved: Saved, fact: Fact) -> Finding:
    among = last_fact(saved, fact.measure, "reached", fact.scenario)
    return Finding(
        fact.scenario, saved.title(fact.scenario), fact.measure, fact.year, fact.verdict,
        led(fact, _claim(fact)), _scaled(saved, fact),
        _reached(among) if among and among.known else NO_REACH,
        _luck(fact), unknowns_line(saved, fact), track_record_line(fact.measure),
        label_line(trust_of(saved, fact)),
    )  # fmt: skip


def _range(fact: Fact) -> str:
    said = span(fact.low, fact.high, fact.measure, fact.step)
    return f"{band_name(fact.members)}: {said}"


def _change(fact: Fact, about: str = "") -> str:
    return change(fact.median, fact.measure, fact.group, fact.step, about, fact.per)


def _claim(fact: Fact) -> str:
    year, words = financial_year(fact.year), phrase(fact.measure)
    if fact.verdict == "same" and fact.members == 1:
        return f"In one run of the model in {year}: no difference at all in {words.thing}."
    if fact.verdict == "same":
        return f"In the model, no difference at all in {words.thing} in {year}: the runs are equal."
    if fact.verdict == "one_run":
        return (f"In one run of the model in {year}: {_change(fact)}. "
                "No range can be given.")  # fmt: skip
    if fact.verdict == "unclear":
        middle = briefly(fact.median, fact.measure, fact.group, fact.step, fact.per)
        return (
            f"No clear difference in {words.thing} in the model in {year}: the middle run shows "
            f"{middle} ({_range(fact)}). "
            "It gives no grounds to say this helps or harms."
        )
    if fact.verdict == "negligible":
        return (
            f"In the model, next to no difference in {words.thing} in {year}: under "
            f"{_next_to_none(fact)} in every run."
        )
    hedge = "most runs of the model" if fact.verdict.startswith("mostly") else "the model"
    opening = "" if _is_better(fact) else "It did not help: "
    return f"{opening}{'in' if opening else 'In'} {hedge}, {_change(fact, "about ")} " \
           f"in {year} ({_range(fact)})."  # fmt: skip


def _next_to_none(fact: Fact) -> str:
    """What a difference too small to matter is under, of whole people where it is of people."""
    words, most = phrase(fact.measure), TOO_SMALL
    per = PEOPLE[-1] if words.whole and words.base < PEOPLE[-1] else words.base
    if words.base:
        most *= per / words.base
    least = math.ceil(most) if words.whole else most
    return f"{least} either way {words.per_whom(fact.group, per)}"


def _is_better(fact: Fact) -> bool:
    """False only when the change goes the worse way; measures with no better way pass."""
    from sim.outcomes import MEASURES

    return MEASURES[fact.measure].better * fact.median >= 0


def _luck(fact: Fact) -> str:
    if fact.verdict == "same" and fact.members == 1:
        return "one run; it came out equal to the baseline."
    if fact.verdict == "one_run":
        return "one run; luck alone could explain it."
    if fact.verdict == "same":
        return f"we ran it {fact.members:,} times; every run came out equal to the baseline."
    words = phrase(fact.measure)
    if fact.median == 0:
        return (
            f"we ran it {fact.members:,} times; in {fact.agreeing_runs:,} nothing changed "
            "or the change cancelled out."
        )
    side = words.less if fact.median < 0 else words.more
    said = f"we ran it {fact.members:,} times; it came out {side} in {fact.agreeing_runs:,}."
    word = likelihood(fact.agreement, fact.members)
    if word:
        return f"{said} In the model, {side} is {word}."
    return said


def _reached(fact: Fact) -> str:
    words = phrase(fact.measure)
    if fact.verdict == "same":
        return f"no difference at all in {words.thing} among them."
    if fact.verdict == "one_run":
        return f"in one run, {_change(fact)}."
    if fact.verdict == "negligible":
        return f"next to no difference in {words.thing} among them."
    if fact.verdict == "unclear":
        return f"no clear difference in {words.thing} among people it reached ({_range(fact)})."
    if too_few_for_direction(fact):
        return f"too few runs to tell which way among people it reached ({_range(fact)})."
    return f"in the model, {_change(fact, 'about ')} ({_range(fact)})."


_COUNTS = {
    "often_lonely_share": ("people_16_plus", "", "people aged 16 or over"),
    "crises_per_1000": ("people_16_plus", " a year", "people aged 16 or over"),
    "funding_gap_gbp_per_head": ("people_all_ages", " a year", "people"),
}


def _scaled(saved: Saved, fact: Fact) -> str:
    """The same figure for the whole place, when its head count was recorded."""
    key, when, who = _COUNTS.get(fact.measure, ("", "", ""))
    people = saved.count_of_people(key) if key else None
    if not people or not has_direction(fact):
        return ""
    words = phrase(fact.measure)
    share = people if words.pounds else people / (fact.per or words.base)
    middle, low, high = (value * share for value in (fact.median, fact.low, fact.high))
    if not words.pounds:  # nobody is 0.6 of a person
        middle, low, high = (_whole(each) for each in (middle, low, high))
    step = rounding_step(high - low)
    said = signed(middle, fact.measure, step)
    about = "" if said.startswith("under ") else "about "
    return (
        f"in a place the size of {saved.place} ({figure(people)} {who}), in the model {about}"
        f"{said}{when} ({span(low, high, fact.measure, step)})."
    )


def _whole(people: float) -> float:
    """A count of people or episodes in whole numbers, unless it is under one."""
    return round(people) if abs(people) >= 1 else people
