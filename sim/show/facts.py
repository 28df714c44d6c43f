"""Facts picked from the summary table, in the units people read, and the findings they allow.

It looks at opened results and changes nothing. Charts, alt text, sentences and tables all take
their numbers from here, so they cannot disagree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.experiment.trust import Label
from sim.outcomes import GROUPS
from sim.show.saved import BASELINE, Saved
from sim.show.trust import (
    DIRECTIONS,
    Fact,
    has_direction,
    labelled,
    too_few_for_direction,
    trust_of,
)
from sim.show.wording import TOO_SMALL, joined, per_for, phrase
from sim.units import financial_year


@dataclass(frozen=True)
class Level:
    """A scenario's own yearly level with its band, in the unit shown on the page."""

    scenario: str
    year: int
    median: float
    low: float
    high: float


def per_of(saved: Saved, measure: str) -> int:
    """How many people a measure is counted for in everything said of these results.

    One number for levels and differences of every plan and group, so that they can be compared.
    """
    return per_for(_sizes(saved, measure), measure)


def _sizes(saved: Saved, measure: str) -> Iterator[float]:
    """How large each plan's last difference is, and the baseline's level, as kept.

    Where next to nothing is left at the end, the largest of the years before counts.
    """
    factor = phrase(measure).factor
    for scenario in saved.scenarios:
        years = [_size(row) * factor for row in saved.rows_of(scenario, measure, "all")]
        told = [size for size in (*years[-1:], max(years, default=0.0)) if size >= TOO_SMALL]
        yield from told[:1]
    for row in saved.rows_of(BASELINE, measure, "all")[-1:]:
        yield float(row.median) * factor


def _size(row: Any) -> float:
    """The larger end of a year's difference, without its sign."""
    ends = (row.difference_median, row.difference_p05, row.difference_p95)
    return max((abs(float(each)) for each in ends if math.isfinite(each)), default=0.0)


def _scale(saved: Saved, measure: str) -> tuple[float, int]:
    """What a kept value is multiplied by, and the people it is then counted for."""
    words, per = phrase(measure), per_of(saved, measure)
    return words.factor * (per / words.base if words.base else 1.0), per


def facts(saved: Saved, measure: str, group: str, scenario: str) -> list[Fact]:
    """Every year's paired difference of one scenario, earliest first."""
    scale, per = _scale(saved, measure)
    found = [
        Fact(
            scenario, measure, group, int(row.year),
            float(row.difference_median) * scale,
            float(row.difference_p05) * scale,
            float(row.difference_p95) * scale,
            float(row.sign_agreement),
            int(row.members),
            per=per,
        )
        for row in saved.rows_of(scenario, measure, group)
        if math.isfinite(row.difference_median)
    ]  # fmt: skip
    if found and group == "all":
        found[-1] = replace(found[-1], label=trust_of(saved, found[-1]).label)
    return found


def last_fact(saved: Saved, measure: str, group: str, scenario: str) -> Fact | None:
    """The last year's paired difference, or None when it was not measured."""
    every = facts(saved, measure, group, scenario)
    return every[-1] if every else None


def levels(saved: Saved, measure: str, scenario: str, group: str = "all") -> list[Level]:
    """Every year's level of one scenario, earliest first."""
    scale = _scale(saved, measure)[0]
    return [
        Level(scenario, int(row.year), float(row.median) * scale,
              float(row.p05) * scale, float(row.p95) * scale)
        for row in saved.rows_of(scenario, measure, group)
        if math.isfinite(row.median)
    ]  # fmt: skip


def with_differences(saved: Saved, measure: str, group: str = "all") -> list[str]:
    """Scenarios that have a difference to show for this measure and group."""
    return [key for key in saved.scenarios if key != BASELINE
            and facts(saved, measure, group, key)]  # fmt: skip


# What is said of plans that are given no direction, and how the outcome follows it.
_NONE = {
    "few": ("", ""),
    "unclear": ("no clear difference", "in"),
    "negligible": ("next to no difference", "in"),
    "same": ("no difference at all", "in"),
    "one_run": ("one run only, so no finding", "on"),
}


def _among(group: str) -> str:
    if group == "all":
        return ""
    if group == "reached":
        return " among people reached,"
    label = GROUPS.get(group, group)
    return f" among one group ({label[:1].lower()}{label[1:]}),"


def label_of(saved: Saved, fact: Fact) -> Label | None:
    """How sure a fact is; what was seen in one group is no surer than the same for everybody.

    The one rule for a picture's title and for its line below. None where nothing was measured.
    """
    if not fact.known:
        return None
    own = fact.label or trust_of(saved, fact).label
    everyone = None
    if fact.group != "all":
        everyone = last_fact(saved, fact.measure, "all", fact.scenario)
    if everyone is None or everyone.label is None:
        return own
    return max(own, everyone.label, key=lambda each: each.rank)


def finding_title(saved: Saved, found: Sequence[Fact]) -> str:
    """The chart's title: the finding for each scenario, in words its interval allows.

    A direction stands only where runs are enough, and behind its label where that is weak. The
    plans of a group are named unless they are all there are, or all the rest.
    """
    if not found:
        return "Nothing to compare"
    year, among = financial_year(found[0].year), _among(found[0].group)
    parts = _by_what_is_said(found)
    said: list[str] = []
    for at, (key, some) in enumerate(parts.items()):
        rest = at == len(parts) - 1 and at > 0 and key in _NONE
        whom = _plans(saved, some, found, rest, key in _NONE)
        said.append(_said(key, some[0], "" if at else phrase(found[0].measure).noun, whom))
    text = "; ".join(said)
    labels = {id(fact): label_of(saved, fact) for fact in found}
    title = (
        f"In the model in {year},{among} {text}"
        if len(parts) > 1
        else f"In the model,{among} {text} in {year}"
    )
    directed = [labels[id(fact)] for fact in found if has_direction(fact)]
    return labelled(title, list(labels.values()), directed)


def _by_what_is_said(found: Sequence[Fact]) -> dict[str, list[Fact]]:
    """The facts by verdict, those with a direction first; 'few' where runs are too few for one.

    Where they are too few for one plan's direction, they are too few for what is unclear as well.
    """
    told = {key: list[Fact]() for key in (*DIRECTIONS, *_NONE)}
    few = any(too_few_for_direction(fact) for fact in found)
    for fact in found:
        untold = few and (fact.verdict == "unclear" or fact.verdict in DIRECTIONS)
        told["few" if untold else fact.verdict].append(fact)
    return {key: some for key, some in told.items() if some}


def _said(key: str, fact: Fact, noun: str, whom: str) -> str:
    """What is said of some plans: 'fewer crisis episodes with “A hub”'; the noun only once."""
    words = phrase(fact.measure)
    if key == "few":
        asked = f"{words.thing} is {words.less} or {words.more}"
        if words.kind == "count":
            asked = f"there are {words.less} or {words.more} {words.noun}"
        return f"{fact.members} runs are too few to say if {asked} {whom}"
    if key in _NONE:
        claim, joint = _NONE[key]
        return f"{claim} {joint} {words.thing} {whom}" if noun else f"{claim} {whom}"
    article = "a " if noun and words.kind == "size" and words.less == "smaller" else ""
    hedge = "in most runs " if key.startswith("mostly") else ""
    way = words.less if key.endswith("less") else words.more
    return f"{article}{way}{f' {noun}' if noun else ''} {hedge}{whom}"


def _plans(saved: Saved, some: Sequence[Fact], found: Sequence[Fact], rest: bool,
           none: bool) -> str:  # fmt: skip
    """Which plans: one by name, all of several by their number, the last of them as the rest."""
    link = "for" if some[0].verdict == "one_run" else "with"
    number = len(some)
    if rest:
        return f"{link} the other {'plan' if number == 1 else f'{number} plans'}"
    if number == len(found) > 1:
        shown = "" if number == len(saved.scenarios) else " shown"
        if number == 2:
            return f"{link} {'either plan' if none else 'both plans'}{shown}"
        return f"{link} {'any of' if none else 'all'} {number} plans{shown}"
    names = [f"“{saved.title(fact.scenario)}”" for fact in some]
    return f"{link} {joined(names, 'or' if none else 'and')}"
