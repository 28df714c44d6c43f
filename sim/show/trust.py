"""What may be said about a difference, decided by rule: its verdict, its label, its words.

It looks at numbers, and at what is known of a headline before a run (`sim.experiment.trust`); it
changes nothing. The bands below are the one place where thresholds for words are kept, the label's
own are in one table there; every sentence, title and table asks here.

Likelihood words follow the UK government's probability yardstick (Professional Head of
Intelligence Assessment, 'Explaining uncertainty in UK intelligence assessment', 24 March 2025,
gov.uk). Its bands leave gaps; a share falling in a gap gets no word, only its number.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from sim.experiment import trust_record as record
from sim.experiment.trust import Facts, Label, Trust, judge, threshold
from sim.show.wording import phrase, rounding_step, too_small

if TYPE_CHECKING:
    from sim.show.saved import Saved

Verdict = Literal[
    "same", "negligible", "unclear", "mostly_less", "mostly_more", "less", "more", "one_run"
]

# The verdicts that name a direction.
DIRECTIONS: tuple[Verdict, ...] = ("less", "more", "mostly_less", "mostly_more")

YARDSTICK = (
    (0.00, 0.05, "a remote chance", "5% or less"),
    (0.10, 0.20, "highly unlikely", "10 to 20%"),
    (0.25, 0.35, "unlikely", "25 to 35%"),
    (0.40, 0.50, "a realistic possibility", "40 to 50%"),
    (0.55, 0.75, "likely", "55 to 75%"),
    (0.80, 0.90, "highly likely", "80 to 90%"),
    (0.95, 1.00, "almost certain", "95% or more"),
)
# Proposed thresholds of the project's trust rule, to be tested with readers.
PLAIN_VERB = 0.95
HEDGED_VERB = 0.80
# Below this many runs the band is the range of runs and no likelihood word is used.
ENOUGH_RUNS = 40
# Why a finding names no direction, so that no label may call one probable.
NO_DIRECTION: dict[Verdict, str] = {
    "same": "no run differs from the baseline, so there is no direction to be sure of",
    "negligible": "the difference is too small to matter, so it is given no direction",
    "unclear": "the range goes across zero, so no direction is named",
}
# What a claim opens with: the strongest words its label allows.
LEADS = {
    Label.WELL_SUPPORTED: "",
    Label.DIRECTION_PROBABLE: "Probably, and of uncertain size: ",
    Label.EITHER_WAY: "Could go either way: ",
    Label.ILLUSTRATION: "Illustration only: ",
}
TOO_FEW = "Too few runs to be sure which way: "


@dataclass(frozen=True)
class Fact:
    """One paired difference (scenario minus baseline), in the unit shown on the page."""

    scenario: str
    measure: str
    group: str
    year: int
    median: float
    low: float
    high: float
    agreement: float
    members: int
    label: Label | None = None
    per: int = 0  # people it is counted for, where that is not the measure's own

    @property
    def known(self) -> bool:
        """Whether there is a difference to speak of at all."""
        return math.isfinite(self.median)

    @property
    def verdict(self) -> Verdict:
        """The strongest claim the interval and the sign agreement allow."""
        if self.median == self.low == self.high == 0:
            return "same"
        if self.members < 2:
            return "one_run"
        if too_small(self.low, self.high, self.measure, self.per):
            return "negligible"
        straddles = not (self.low > 0 or self.high < 0)
        if straddles or not self.agreement >= HEDGED_VERB:
            return "unclear"
        down = self.median < 0
        if self.agreement >= PLAIN_VERB:
            return "less" if down else "more"
        return "mostly_less" if down else "mostly_more"

    @property
    def step(self) -> float:
        """What middle and ends are rounded to, one for all three: two figures of the range."""
        return rounding_step(self.high - self.low)

    def counted_for(self, per: int) -> Fact:
        """The same fact for every `per` people."""
        now = self.per or phrase(self.measure).base
        if not per or not now or per == now:
            return self
        grown = per / now
        return replace(self, median=self.median * grown, low=self.low * grown,
                       high=self.high * grown, per=per)  # fmt: skip

    @property
    def agreeing_runs(self) -> int:
        """How many runs came out on the median's side of the baseline."""
        share = self.agreement if math.isfinite(self.agreement) else 0.0
        return round(share * self.members)


def band_name(members: int) -> str:
    """What the shaded band is called."""
    if members < 2:
        return "no band: one run"
    return "90% of runs" if members >= ENOUGH_RUNS else "range of runs"


def likelihood(share: float, members: int) -> str:
    """A likelihood word with its percentage printed, or nothing when runs are too few."""
    if members < ENOUGH_RUNS or not math.isfinite(share):
        return ""
    for low, high, words, percent in YARDSTICK:
        if low <= share <= high:
            return f"{words} ({percent})"
    return ""


def trust_of(saved: Saved, fact: Fact) -> Trust:
    """The label of one scenario's difference for everybody, and why it is not one step higher.

    Sign agreement is over the run's members, each its own draw of the numbers; the rest is what the
    program knows of exactly this plan and outcome. What it does not know counts as the worse.
    """
    screened = is_as_screened(saved, fact.scenario, "sensitivity")
    tried = is_as_screened(saved, fact.scenario, "uncertainty")
    shares = record.shares_of(fact.scenario, fact.measure) if screened else None
    rules = record.rules_of(fact.scenario, fact.measure) if tried else record.RulesTried()
    return judge(
        Facts(
            sign_agreement=fact.agreement,
            draws=fact.members,
            share_from_c_d=shares[0] if shares else None,
            share_from_d=shares[1] if shares else None,
            screened=screened,
            rules_tried=rules.tried,
            rules_unsure=rules.unsure,
            rules_reversed=rules.reversed,
            held_out=record.held_out(fact.measure),
            outside_range=outside_range(saved, fact.scenario),
            no_direction=_no_direction(fact),
        )
    )


def _no_direction(fact: Fact) -> str:
    """Why the finding names no direction; empty where it does, or where runs disagree anyway."""
    told_already = fact.verdict == "unclear" and fact.agreement < HEDGED_VERB
    return "" if told_already else NO_DIRECTION.get(fact.verdict, "")


def _text(saved: Saved, scenario: str) -> str | None:
    """A scenario's text as it was run, where that was kept and can be read."""
    kept = saved.run.get("scenarios", {})
    text = kept.get(scenario) if isinstance(kept, Mapping) else None
    if not isinstance(text, str):
        return None
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    return text


def is_as_screened(saved: Saved, scenario: str, analysis: str) -> bool:
    """Whether an analysis of exactly this plan, as it was run, is among the program's own."""
    text = _text(saved, scenario)
    return text is not None and record.is_screened(scenario, text, analysis)


def outside_range(saved: Saved, scenario: str) -> str:
    """What of a run lies outside what the model was tested on, in words; empty when nothing."""
    told = []
    if saved.years > threshold("tested_years"):
        told.append(f"{saved.years} years, where {threshold('tested_years'):.0f} were tested")
    if saved.beyond_published:
        told.append("larger than anything published")
    chosen: Any = saved.scenario_text(scenario).get("overrides", {})
    for key, given in chosen.items() if isinstance(chosen, Mapping) else ():
        if _is_outside(str(key), given):
            told.append(f"{key} set outside its published range")
    return "; ".join(told)


def _is_outside(key: str, given: object) -> bool:
    from sim.evidence import registry

    value = given.get("value") if isinstance(given, Mapping) else None
    if key not in registry() or not isinstance(value, int | float):
        return False
    row = registry().get(key)
    if row.low is None or row.high is None:
        return False
    return not row.low <= value <= row.high


def led(fact: Fact, claim: str) -> str:
    """A claim that opens with the strongest words its label allows.

    "Probably" is said of a direction alone: of no clear difference it would say two things at once.
    For the same reason no difference at all, or next to none, does not open with "either way", and
    a direction that only too few runs keep from a better label opens with just that.
    """
    lead = LEADS[fact.label] if fact.label is not None else ""
    if fact.label is Label.DIRECTION_PROBABLE and fact.verdict in NO_DIRECTION:
        lead = ""
    if fact.label is Label.EITHER_WAY and fact.verdict in ("same", "negligible"):
        lead = ""
    elif fact.label is Label.EITHER_WAY and fact.verdict != "unclear" and too_few_runs(fact):
        lead = TOO_FEW
    return f"{lead}{claim[:1].lower()}{claim[1:]}" if lead else claim


def too_few_runs(fact: Fact) -> bool:
    """Whether there are fewer runs than any direction may be told from."""
    return fact.members < threshold("direction_least_draws")


def has_direction(fact: Fact) -> bool:
    """Whether a direction may be told of a difference at all, from so many runs."""
    return fact.verdict in DIRECTIONS and not too_few_runs(fact)


def too_few_for_direction(fact: Fact) -> bool:
    """Whether nothing but too few runs keeps a difference from being given a direction."""
    return fact.verdict in DIRECTIONS and too_few_runs(fact)


def title_tail(labels: Sequence[Label | None]) -> str:
    """What a chart's title ends with: its label, the weakest where several are shown."""
    known = [each for each in labels if each is not None]
    if not known:
        return ""
    weakest = max(known, key=lambda each: each.rank)
    said = weakest.value[:1].lower() + weakest.value[1:]
    return f" ({said})" if len(set(known)) == 1 else f" (the weakest: {said})"


def labelled(title: str, labels: Sequence[Label | None],
             directed: Sequence[Label | None] = ()) -> str:  # fmt: skip
    """A chart's title with its label: at its end, or in front of a direction it does not carry.

    `directed` are the labels of those of its differences that the title gives a direction.
    """
    known = [each for each in directed if each is not None]
    weakest = max(known, key=lambda each: each.rank, default=None)
    if weakest in (Label.EITHER_WAY, Label.ILLUSTRATION):
        return f"{LEADS[weakest]}{title[:1].lower()}{title[1:]}"
    return f"{title}{title_tail(labels)}"


def label_line(trust: Trust) -> str:
    """The label in full: why it is not one step higher, and what would raise it."""
    if not trust.why_not_higher:
        return f"{trust.label.value}."
    return (
        f"{trust.label.value}. Not higher: {trust.why_not_higher}. "
        f"What would raise it: {trust.would_raise}."
    )


def unknowns_line(saved: Saved, fact: Fact) -> str:
    """What the size hangs on most, how good that evidence is, and where the sign would turn."""
    if not is_as_screened(saved, fact.scenario, "sensitivity"):
        return "not yet screened: nobody has tried which of its numbers matter most for this plan."
    found = record.drivers_of(fact.scenario, fact.measure)
    if not found:
        return "we changed the model's numbers to see which matter most. None stood out from luck."
    named = [f"{each.words} (evidence grade {each.grade})" for each in found]
    said = f"in the model the size hangs most on {named[0]}"
    said += f", then {', then '.join(named[1:])}" if named[1:] else ""
    turns = [each for each in found if each.switch is not None]
    if turns:
        first = turns[0]
        said += f". The direction turns where the number for {first.words} is {first.switch:.2g}"
    elif all(each.told for each in found):
        said += ". None of these turns the direction inside its range"
    return f"{said}."


def track_record_line(measure: str) -> str:
    """How the model did on real figures of this outcome kept aside for testing."""
    passed, number, failed = record.track_record(measure)
    if not number:
        return "no real figure of this outcome has been kept aside for testing."
    plural = "" if number == 1 else "s"
    said = f"of {number} real figure{plural} kept aside for this outcome, the model met {passed}"
    missed = "; ".join(failed)
    return f"{said}. Missed: {missed}." if missed else f"{said}."
