"""What stood in the way of a preset, in words made from what its run counted: nothing is typed in.

Each sentence belongs to one mechanism and is said only where the run's own figures pass a stated
mark. Looks at facts and changes; changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from sim.outcomes import MEASURES, Measure

if TYPE_CHECKING:
    from sim.experiment.appraise import Verdict
    from sim.experiment.preset_check import Judgement, Row
    from sim.experiment.preset_facts import Facts

MUCH_UNSPENT = 0.25  # of a lever's money
SEATS_FREE = 0.25  # of the plan's own seats in the last month
FEWER_DO_ANYTHING = 0.02  # share of those referred, against the baseline
MOST_LINES = 3
PENNY = 0.01  # pounds a head over a whole run: a line that moved less did not move
SIGNIFICANT = 3


# Not a measure of the diary: it is counted over the whole run, connectors of today with the plan's.
CONVERSION = Measure(
    "referred_who_did_anything",
    "Referred people who did anything",
    "share",
    "people referred by any connector",
    "mean",
    1,
)


def words_of(key: str) -> Measure:
    """A measure by its key, that of conversion among them."""
    return CONVERSION if key == CONVERSION.key else MEASURES[key]


def figure(value: float) -> str:
    """A number in three significant digits, with its sign."""
    return f"{value:+.{SIGNIFICANT}g}"


def change_words(measure: Measure, judgement: Judgement) -> str:
    """A difference and its range in the measure's own unit."""
    change = judgement.change
    if measure.unit == "share":
        values = [figure(100 * each) for each in (change.median, change.p05, change.p95)]
        return f"{values[0]} points ({values[1]} to {values[2]})"
    values = [figure(each) for each in (change.median, change.p05, change.p95)]
    return f"{values[0]} ({values[1]} to {values[2]}) {measure.unit}"


def when(year: int) -> str:
    """The year a change is of, or all of them."""
    return f"in year {year}" if year else "in an average year"


def judged(judgement: Judgement, measure: Measure) -> str:
    """One expectation that did not come out as stated: what was expected and what came."""
    found = change_words(measure, judgement)
    return (
        f"{measure.label}: expected {judgement.expected} {when(judgement.change.year)}, "
        f"came {found}, {judgement.judged}"
    )


def mechanisms(row: Row, base: Facts, year: pd.DataFrame) -> Iterator[str]:
    """What did not come out as stated, then every mechanism that was at its limit."""
    broken = [each for each in row.judgements if each.judged != "as stated"]
    for each in broken:
        yield judged(each, words_of(each.measure))
    if broken:
        yield from limits(row, base, year)


def limits(row: Row, base: Facts, year: pd.DataFrame) -> Iterator[str]:
    """Mechanisms at their limit, told by the run's own counts."""
    facts = row.facts
    begins = _begins(row)
    if begins is not None and not year.empty and begins >= 12 * int(year["year"].max()):
        yield f"too early: the first of it begins in month {begins}, after the time looked at"
    for lever, pounds in facts.unspent.items():
        given = facts.paid.get(lever, 0.0)
        if given > 0 and pounds / given >= MUCH_UNSPENT:
            yield f"unspent: {pounds / given:.0%} of the money for {lever} had bought nothing yet"
    if facts.seats and 1.0 - facts.visits / facts.seats >= SEATS_FREE:
        yield f"seats: {facts.visits:.0f} of {facts.seats:.0f} taken a week in the last month"
    elif _opens_late(row):
        yield "doors: none of the plan's places was open when the run ended"
    if facts.places_closed:
        yield f"closures: {facts.places_closed:.1f} of the plan's places had closed"
    fewer = base.did_anything_share - facts.did_anything_share
    if facts.referred > base.referred and fewer >= FEWER_DO_ANYTHING:
        yield (
            f"places to refer to: {facts.did_anything_share:.0%} of those referred did anything, "
            f"{base.did_anything_share:.0%} without the plan"
        )
    short = _difference(year, "undelivered_hours_per_1000")
    if short is not None and short[0] > 0:
        yield (
            f"staff: {short[1]:.1f} more hours a week commissioned and not delivered "
            "for every 1,000 residents"
        )
    tighter = _difference(year, "eligibility_cut_off_hours")
    if tighter is not None and tighter[0] > 0:
        yield f"the council's answer: the cut-off stood {tighter[1]:.2f} hours a week higher"
    if math.isfinite(facts.reached_per_1000) and facts.reached_per_1000 > 0:
        yield f"reach: {facts.reached_per_1000:.1f} in every 1,000 residents were reached"


def _begins(row: Row) -> int | None:
    """First month, 0 at the start, in which a preset pays or a shock is felt; None for neither."""
    starts = [each.start_month for each in (*row.scenario.invest, *row.scenario.shock)]
    return min(starts, default=None)


def _opens_late(row: Row) -> bool:
    """Whether a plan with places to open has opened none."""
    opens = {"hubs", "interests", "neighbourhood_networks"}
    asked = any(block.lever in opens and block.gbp_per_head > 0 for block in row.scenario.invest)
    return asked and not row.facts.places_open and not row.facts.places_closed


def _difference(year: pd.DataFrame, measure: str) -> tuple[float, float] | None:
    """Lower end and middle of a measure's difference for everyone; None where there is none."""
    found = year[(year["measure"] == measure) & (year["group"] == "all")]
    if found.empty or found["difference_median"].isna().all():
        return None
    return float(found["difference_p05"].iloc[0]), float(found["difference_median"].iloc[0])


def falling_lines(facts: Facts) -> list[tuple[str, float]]:
    """Lines of the ledger that public payers pay less of, the largest fall first: pounds a head."""
    lines = [(line, pounds) for line, pounds in facts.ledger.items() if pounds <= -PENNY]
    return sorted(lines, key=lambda each: each[1])


def carried(verdict: Verdict | None, facts: Facts, likely: float) -> bool:
    """Whether a saving likelier than `likely` is no more than what fell in the ledger.

    What fell are lines of care and crises, and money a plan itself takes out.
    """
    if verdict is None or verdict.chance_saves_cash <= likely:
        return True
    fell = -sum(pounds for _, pounds in falling_lines(facts))
    return fell - min(sum(facts.paid.values()), 0.0) >= verdict.public_cash.median


def cash(verdict: Verdict | None, facts: Facts) -> str:
    """The chance of saving public cash, and the lines of the ledger that carry what is saved."""
    if verdict is None:
        return ""
    fallen = falling_lines(facts)[:MOST_LINES]
    by = ", ".join(f"{line} {figure(pounds)}" for line, pounds in fallen)
    cut = sum(facts.paid.values()) < 0
    first = "the plan itself takes money out" if cut else ""
    told = "; ".join(each for each in (first, by) if each) or "no line of the ledger fell"
    return f"{verdict.chance_saves_cash:.0%}: {told}"
