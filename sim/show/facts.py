"""Facts picked from the summary table, in the units people read, and the findings they allow.

It looks at opened results and changes nothing. Charts, alt text, sentences and tables all take
their numbers from here, so they cannot disagree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.experiment.trust import Label
from sim.outcomes import GROUPS
from sim.show.saved import BASELINE, Saved
from sim.show.trust import NO_DIRECTION, Fact, Verdict, title_tail, too_few_runs, trust_of
from sim.show.wording import joined, phrase
from sim.units import financial_year


@dataclass(frozen=True)
class Level:
    """A scenario's own yearly level with its band, in the unit shown on the page."""

    scenario: str
    year: int
    median: float
    low: float
    high: float


def facts(saved: Saved, measure: str, group: str, scenario: str) -> list[Fact]:
    """Every year's paired difference of one scenario, earliest first."""
    scale = phrase(measure).factor
    found = [
        Fact(
            scenario, measure, group, int(row.year),
            float(row.difference_median) * scale,
            float(row.difference_p05) * scale,
            float(row.difference_p95) * scale,
            float(row.sign_agreement),
            int(row.members),
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
    scale = phrase(measure).factor
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


_ON = ("in", "on")  # a difference in, a finding on


def _among(group: str) -> str:
    if group == "all":
        return ""
    if group == "reached":
        return " among people reached,"
    label = GROUPS.get(group, group)
    return f" among one group ({label[:1].lower()}{label[1:]}),"


def _label(saved: Saved, fact: Fact) -> Label | None:
    """How sure a fact is; what was seen in one group is no surer than the same for everybody."""
    everyone = fact
    if fact.label is None and fact.group != "all":
        everyone = last_fact(saved, fact.measure, "all", fact.scenario) or fact
    return everyone.label


def finding_title(saved: Saved, found: Sequence[Fact]) -> str:
    """The chart's title: the finding for each scenario, in words its interval allows."""
    if not found:
        return "Nothing to compare"
    words = phrase(found[0].measure)
    article = "a " if words.kind == "size" and words.less == "smaller" else ""
    noun = words.noun
    by_verdict: dict[Verdict, list[str]] = {}
    for fact in found:
        by_verdict.setdefault(fact.verdict, []).append(f"“{saved.title(fact.scenario)}”")
    said: list[str] = []
    noun_said = False
    for verdict, less_or_more, tail in (
        ("less", words.less, "with"),
        ("more", words.more, "with"),
        ("mostly_less", words.less, "in most runs with"),
        ("mostly_more", words.more, "in most runs with"),
    ):
        names = by_verdict.get(verdict)  # type: ignore[call-overload]
        if names:
            thing = "" if noun_said else f" {noun}"
            said.append(f"{article}{less_or_more}{thing} {tail} {joined(names)}")
            noun_said = True
    for verdict, claim, link in (
        ("unclear", "no clear difference", "with"),
        ("negligible", "next to no difference", "with"),
        ("same", "no difference at all", "with"),
        ("one_run", "one run only, so no finding", "for"),
    ):
        names = by_verdict.get(verdict)  # type: ignore[call-overload]
        if names:
            thing = "" if noun_said else (f" {_ON[verdict == 'one_run']} {words.thing}")
            said.append(f"{claim}{thing} {link} {joined(names, 'or')}")
            noun_said = True
    text = "; ".join(said)
    directed = any(fact.verdict not in NO_DIRECTION for fact in found)
    tail = title_tail([_label(saved, fact) for fact in found], directed and too_few_runs(found[0]))
    year = financial_year(found[0].year)
    if len(found) > 1 and len(by_verdict) > 1:
        return f"In the model in {year},{_among(found[0].group)} {text}{tail}"
    return f"In the model,{_among(found[0].group)} {text} in {year}{tail}"
