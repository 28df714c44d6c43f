"""England's account line by line beside the model's own totals, its gap and its assumed budget.

Looks at a baseline of England month by month and at the account (`sim.evidence.account`); changes
nothing. A line the model has no figure of says so by having none. Prices are those of 2024/25:
lines that stand in the account twice are taken in these.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sim.errors import UserMistake
from sim.evidence import account, registry
from sim.experiment.fit_england import YearOfAccount, opening_day
from sim.experiment.fit_finding import Finding
from sim.experiment.validate import observe
from sim.gap_words import SERVICES
from sim.units import financial_year

Progress = Callable[[int, int, str], None]
BLOCKS = {
    "1_people": "People",
    "1_check": "People, checks",
    "2_hours": "Hours of care a week",
    "3_money": "Money",
    "4_flows": "Flows",
    "5_workforce": "Workforce",
    "6_crises": "Crises",
    "8_closing": "How the account closes (the account's own checks: the model has none of them)",
}
FEE_GAPS = (
    "gap_lga_2018_immediate",
    "account_3_money_fee_gap_total_gbp_bn_2024_25_prices",
)
GROWTH = "council_budget_real_growth"
BILLION = 1e9
YEARLY = {
    "assumed_budget": "council_budget_gbp_per_head",
    "council_spending": "council_spend_gbp_per_head",
    "fee_gap": "fee_gap_gbp_per_head",
    "demand_gap": "demand_gap_gbp_per_head",
    "need_gap": "need_gap_gbp_per_head",
    "funding_gap": "funding_gap_gbp_per_head",
}


@dataclass(frozen=True)
class Line:
    """One line of the account with the model's figure, None where it has none.

    `sum_of` names the lines that are added up where the model tells only their sum.
    """

    block: str
    line: str
    of: str
    unit: str
    value: float
    low: float | None
    high: float | None
    grade: str
    key: str
    model: float | None = None
    note: str = ""
    sum_of: tuple[str, ...] = ()

    @property
    def ratio(self) -> float | None:
        """The model's figure over the account's; None where either is missing or nothing."""
        return self.model / self.value if self.model is not None and self.value else None

    def facts(self) -> dict[str, Any]:
        """Everything about the line, for JSON and for tables."""
        names = ("block", "line", "of", "unit", "value", "low", "high", "grade", "key", "model")
        return {name: getattr(self, name) for name in names} | {
            "ratio": self.ratio, "note": self.note, "sum_of": list(self.sum_of),
        }  # fmt: skip


@dataclass(frozen=True)
class EnglandAccount:
    """The lines, the money of each year in billions, and the assumed growth of the budget."""

    lines: list[Line]
    years: list[dict[str, Any]]
    by_service: dict[str, dict[str, float]]
    growth: dict[str, Any]
    residents: int
    seed: int
    published: list[dict[str, Any]] = field(default_factory=list)

    def blocks(self) -> dict[str, list[Line]]:
        """Lines by the name of their block, in the account's order."""
        return {
            name: [line for line in self.lines if line.block == block]
            for block, name in BLOCKS.items()
        }

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "residents": self.residents,
            "seed": self.seed,
            "lines": [line.facts() for line in self.lines],
            "gap_bn_by_year": self.years,
            "gap_bn_by_service_first_year": self.by_service,
            "fee_gap_published": self.published,
            "assumed_budget_real_growth": self.growth,
        }


def account_and_model(
    residents: int = 20_000, years: int = 10, seed: int = 1, progress: Progress | None = None
) -> EnglandAccount:
    """Live a baseline of England and set it beside the account.

    Lines are of the day the record opens and of the first year, scaled to England. Raises
    UserMistake for sizes that are not whole numbers of 1 or more.
    """
    for name, asked in (("residents", residents), ("years", years)):
        if isinstance(asked, bool) or not isinstance(asked, int) or asked < 1:
            raise UserMistake(f"{name}: {asked!r} must be a whole number, 1 or more.")
    from sim.model import CommunityModel

    model = CommunityModel(
        place="England", residents=residents, years=years, plan="baseline", rng=seed, lives=False
    )
    books, extra = _Books(), YearOfAccount()
    findings = observe(model, progress, (extra, books), opening_day)
    growth = registry().get(GROWTH)
    scale = findings.scale * model.people_of_all_ages / BILLION
    return EnglandAccount(
        lines=lines_of(findings.found),
        years=[
            {"year": financial_year(1 + at)} | {name: sums[name] * scale for name in YEARLY}
            for at, sums in enumerate(books.years)
        ],
        by_service={
            service: {
                part: books.services[f"{part}_{service}"] * scale
                for part in ("fee", "demand", "need")
            }
            for service in SERVICES
        },
        growth={
            "key": GROWTH,
            "value": growth.value,
            "low": growth.low,
            "high": growth.high,
            "note": growth.note,
            "in_this_run": float(model.p.council_budget_real_growth),
        },
        residents=residents,
        seed=seed,
        published=[_fee_gap(key) for key in FEE_GAPS],
    )


def _fee_gap(key: str) -> dict[str, Any]:
    row = registry().get(key)
    return {"key": key, "value": row.value, "low": row.low, "high": row.high, "unit": row.unit,
            "period": row.period, "source": row.source, "grade": row.grade}  # fmt: skip


class _Books:
    """Pounds per head each year, and the first year's gap by service."""

    def __init__(self) -> None:
        self.years: list[dict[str, float]] = []
        self.services: dict[str, float] = {}

    def month(self, model: Any) -> None:
        """Add up a month."""
        if model.month % 12 == 1:
            self.years.append(dict.fromkeys(YEARLY, 0.0))
        for name, measure in YEARLY.items():
            self.years[-1][name] += getattr(model, measure)
        if model.month > 12:
            return
        for service in SERVICES:
            for part in ("fee", "demand", "need"):
                key, told = f"{part}_{service}", f"{part}_gap_{service}_gbp_per_head"
                self.services[key] = self.services.get(key, 0.0) + getattr(model, told)

    def report(self, found: Any) -> None:
        """Nothing: its pounds are told apart from the lines."""


def lines_of(found: list[Finding]) -> list[Line]:
    """Every line of the account in 2024/25 prices, with what the findings say of it."""
    told = {each.evidence[0]: each for each in found if len(each.evidence) == 1}
    told |= {each.key: each for each in found if not each.evidence}  # the line's own figure wins
    sums = {each.evidence[-1]: each for each in found if len(each.evidence) > 1}
    rows = list(account.rows())
    here = {row.key for row, _ in rows}
    kept: dict[str, Line] = {}
    for row, at in rows:
        if row.unit.endswith("_2023_24") and row.key.replace(
            row.unit, row.unit.replace("_2023_24", "_2024_25_prices")
        ) in here:  # fmt: skip
            continue
        kept[row.key] = _line(row, at, told.get(row.key))
        if row.key in sums:
            each = sums[row.key]
            parts = [kept[key] for key in each.evidence]
            kept[each.key] = _sum(each, parts)
    return list(kept.values())


def _line(row: Any, at: Any, finding: Finding | None) -> Line:
    value = finding.value if finding is not None and math.isfinite(finding.value) else None
    note = finding.note if finding is not None else ""
    return Line(
        at.text("block"), at.text("item").replace("_", " "), at.text("subgroup"), row.unit,
        row.value, row.low, row.high, row.grade, row.key, value, note,
    )  # fmt: skip


def _sum(finding: Finding, parts: list[Line]) -> Line:
    lows = [part.low if part.low is not None else part.value for part in parts]
    highs = [part.high if part.high is not None else part.value for part in parts]
    groups = ", ".join(dict.fromkeys(part.of for part in parts if part.of))
    items = " + ".join(dict.fromkeys(part.line for part in parts))
    return Line(
        parts[0].block, f"sum: {items}", groups, parts[0].unit,
        math.fsum(part.value for part in parts), math.fsum(lows), math.fsum(highs),
        max(part.grade for part in parts), finding.key, finding.value, finding.note,
        finding.evidence,
    )  # fmt: skip
