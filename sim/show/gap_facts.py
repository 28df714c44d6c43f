"""What a run recorded of the funding gap, and how large that is for the place and for England.

Looks at opened results, and at the registry for figures published of England; changes nothing.
What is read from run.json is untrusted: anything odd in it counts as not recorded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.gap_words import MOVERS
from sim.show.saved import BASELINE, Saved
from sim.show.wording import amount
from sim.units import financial_year

GAP = "funding_gap_gbp_per_head"
LINES = {
    "funding_gap": "Funding gap",  # the answer first: on a narrow screen the rest is below it
    "assumed_budget": "Assumed budget",
    "council_spending": "Council spending",
    "fee_gap": "Fee gap",
    "demand_gap": "Demand gap",
    "need_gap": "Need gap",
}
ENGLAND = "England"
_MILLION, _BILLION = 1e6, 1e9
PUBLISHED = ("gap_lga_2018_immediate", "account_3_money_fee_gap_total_gbp_bn_2024_25_prices")


@dataclass(frozen=True)
class Stat:
    """A quantity over the runs: pounds per head a year."""

    mean: float
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Moves:
    """Where a gap starts, what each mover adds and where it ends."""

    scenario: str
    start: Stat
    steps: dict[str, Stat]
    end: Stat
    change: Stat


def page_of(saved: Saved) -> Mapping[str, Any]:
    """The gap's page of run.json; empty when there is none."""
    told = saved.run.get("funding_gap", {})
    return told if isinstance(told, Mapping) else {}


def _stat(told: object) -> Stat | None:
    if not isinstance(told, Mapping):
        return None
    found = [told.get(name) for name in ("mean", "median", "p05", "p95")]
    numbers = [float(each) for each in found if isinstance(each, int | float)]
    if len(numbers) < len(found) or not all(map(math.isfinite, numbers)):
        return None
    return Stat(*numbers)


def moves(saved: Saved, shelf: str, scenario: str) -> Moves | None:
    """What moved a scenario's gap: `shelf` is 'since_first_year' or 'against_baseline'."""
    kept = page_of(saved).get(shelf)
    told = kept.get(scenario) if isinstance(kept, Mapping) else None
    if not isinstance(told, Mapping):
        return None
    steps = {mover: stat for mover in MOVERS if (stat := _stat(told.get(mover)))}
    start, end, change = (_stat(told.get(name)) for name in ("start", "end", "change"))
    if start is None or end is None or change is None or len(steps) < len(MOVERS):
        return None
    return Moves(scenario, start, steps, end, change)


def years(saved: Saved, scenario: str) -> list[tuple[int, dict[str, Stat]]]:
    """Every year's assumed budget, spending and gaps of one scenario."""
    kept = page_of(saved).get("by_year")
    rows = kept.get(scenario) if isinstance(kept, Mapping) else None
    found = []
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, Mapping) or not isinstance(row.get("year"), int):
            return []
        stats = {line: stat for line in LINES if (stat := _stat(row.get(line)))}
        if len(stats) < len(LINES):
            return []
        found.append((row["year"], stats))
    return found


def pounds(value: float) -> str:
    """'£12', '−£3.40': a level, which may be negative and is then shown so."""
    said = amount(abs(value), GAP, 2)
    return f"−{said}" if value < 0 and not said.startswith("under ") else said


def whole_pounds(value: float) -> str:
    """A level in whole pounds, for a table in which columns are compared: '£1,234', '−£3'."""
    said = f"£{abs(value):,.0f}"
    return f"−{said}" if round(value) < 0 else said


def in_range(stat: Stat, members: int) -> str:
    """A median with its range: '£123 (£110 to £130)'."""
    middle = whole_pounds(stat.median)
    if members < 2:
        return middle
    return f"{middle} ({whole_pounds(stat.low)} to {whole_pounds(stat.high)})"


def year_rows(saved: Saved, scenario: str) -> list[tuple[str, ...]]:
    """The yearly table: financial year, then each of `LINES` with its range."""
    return [
        (financial_year(year), *(in_range(stats[line], saved.members) for line in LINES))
        for year, stats in years(saved, scenario)
    ]


def _large(gbp: float) -> str:
    size = abs(gbp)
    unit, word = (_BILLION, "billion") if size >= _BILLION / 2 else (_MILLION, "million")
    said = f"£{size / unit:,.1f} {word}"
    return f"−{said}" if gbp < 0 else said


def people_of(saved: Saved) -> float | None:
    """People of all ages in the real place, if recorded."""
    told = page_of(saved).get("people_all_ages")
    return float(told) if isinstance(told, int | float) and told > 0 else None


def _scaled(stat: Stat, people: float, members: int) -> str:
    middle = _large(stat.median * people)
    if members < 2:
        return middle
    return f"{middle} ({_large(stat.low * people)} to {_large(stat.high * people)})"


def totals(saved: Saved) -> list[str]:
    """The baseline's gap in the first year for the whole place, and what it may be set against."""
    lived, people = years(saved, BASELINE), people_of(saved)
    if not lived or people is None:
        return []
    year, stats = lived[0]
    gap, fee = (_scaled(stats[line], people, saved.members) for line in ("funding_gap", "fee_gap"))
    said = [
        f"For the whole of {saved.place} ({people:,.0f} people of all ages) the baseline's gap in "
        f"{financial_year(year)} is {gap}, of which fee gap {fee}, in 2024/25 prices."
    ]
    if saved.place != ENGLAND:
        said.append(
            f"That is {saved.place}'s gap alone. It is not scaled to England: another place has "
            "other people and pays other fees. Run the place England for that."
        )
        return said
    return said + published()


def published() -> list[str]:
    """Published figures for England to set beside a modelled gap, each with what it means."""
    from sim.evidence import registry

    known = registry()
    immediate, account = (known.get(key) for key in PUBLISHED)
    return [
        f"The often-quoted £{immediate.value:g} billion ({immediate.period}, in the prices of its "
        f"day) is a fee gap: what providers say they need less what councils pay. Source: "
        f"{immediate.source}.",
        f"The account this model starts from puts the fee gap at £{account.value:.1f} billion "
        f"(£{account.low:.1f} to £{account.high:.1f} billion) in 2024/25 prices; it is judgement "
        f"(grade {account.grade}) and the model's fees and prices are taken from it, so agreement "
        "with it is no check.",
    ]
