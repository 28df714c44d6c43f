"""The forward start: England's first year over several runs, held within a tenth of its targets.

One run of 20,000 residents sees some fifty people enter a care home: luck alone moves such a figure
by a sixth. Here the first year is lived several times by larger Englands, each with luck of its
own, and the mean and its standard error are set beside the target. Looks at baselines of England
through `validate.observe`; changes nothing and tunes nothing. Writes only the page it is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import UserMistake
from sim.experiment import atomic
from sim.experiment.fit_england import opening_day
from sim.experiment.fit_finding import Finding, Findings, judge
from sim.experiment.validate import number, observe

Progress = Callable[[int, int, str], None]
WITHIN = 0.10  # what the forward start was promised to keep to
INSIDE, LUCK, OUTSIDE = "inside", "could be luck", "outside"
FLOWS, PRICE = "account_4_flows_", "account_3_money_price_"
HOURS, POUNDS = "account_2_hours_census_carers_", "_2024_25_prices"
FIGURES: dict[str, tuple[str, ...]] = {
    "requests": ("requests_total_2023_24", "requests_65plus_2023_24", "requests_18_64_2023_24"),
    "council clients": (
        "lts_total_2023_24", "lts_65plus_2023_24", "lts_18_64_2023_24", "lts_year_end_2024",
    ),
    "care-home entries": (
        f"{FLOWS}care_home_entries_council_65plus", f"{FLOWS}care_home_entries_council_18_64",
        f"{FLOWS}care_home_entries_all_payers_65plus",
    ),
    "unmet need": (
        "unmet_need_50plus", "unmet_need_50s", "unmet_need_60s", "unmet_need_70s",
        "unmet_need_65plus_count_2024",
    ),
    "unpaid carers": tuple(
        HOURS + band for band in ("9h_or_less", "10_19h", "20_34h", "35_49h", "50hplus")
    ),
    "paid carers": (
        "account_5_workforce_vacancy_rate_all", "account_5_workforce_vacancy_rate_home_care",
        "account_5_workforce_vacancy_rate_care_homes",
        "account_5_workforce_turnover_independent_sector",
        "account_5_workforce_turnover_personal_assistants",
    ),
    "spending": (
        "net_current_expenditure_2024_25", "long_term_support_gross", "spent_on_home_care",
        "spent_on_direct_payments", "spent_on_care_homes", "client_contributions_2024_25",
    ),
    "prices": (
        f"{PRICE}council_home_care_hour_gbp_per_hour{POUNDS}",
        f"{PRICE}council_care_home_65plus_total_expenditure_gbp_per_week{POUNDS}",
        f"{PRICE}council_care_home_18_64_total_expenditure_gbp_per_week{POUNDS}",
        f"{PRICE}self_funder_care_home_gbp_per_week{POUNDS}",
    ),
}  # fmt: skip
HEADS = ("of", "figure", "target", "model", "differs by", "standard error", "within a tenth")


@dataclass(frozen=True)
class Figure:
    """A figure's mean over the runs and the standard error of that mean, in the target's unit."""

    group: str
    key: str
    target: float
    value: float
    error: float

    @property
    def differs_by(self) -> float:
        """Relative to the target."""
        return self.value / self.target - 1.0

    @property
    def verdict(self) -> str:
        """Inside a tenth of the target; outside, but two standard errors reach in; or outside."""
        over = abs(self.differs_by) - WITHIN
        if over <= 0:
            return INSIDE
        return LUCK if over * self.target <= 2 * self.error else OUTSIDE

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "of": self.group, "figure": self.key, "target": self.target, "model": self.value,
            "differs_by": self.differs_by, "standard_error": self.error,
            "within_a_tenth": self.verdict,
        }  # fmt: skip


def forward_start(
    residents: int = 60_000, runs: int = 8, seed: int = 1, progress: Progress | None = None
) -> list[Figure]:
    """Live England's first year `runs` times (seeds `seed`, `seed` + 1, ...) and average it.

    Raises UserMistake for fewer than two runs, of which no standard error can be told, and for
    so few residents that a figure has nobody of its kind.
    """
    for name, asked, least in (("residents", residents, 1), ("runs", runs, 2)):
        if isinstance(asked, bool) or not isinstance(asked, int) or asked < least:
            raise UserMistake(f"{name}: {asked!r} must be a whole number, {least} or more.")
    from sim.model import CommunityModel

    told: list[Findings] = []
    for at in range(runs):
        model = CommunityModel(
            place="England", residents=residents, years=1, plan="baseline", rng=seed + at,
            lives=False,
        )  # fmt: skip

        def tell(month: int, asked: int, note: str, done: int = at) -> None:
            if progress is not None:
                progress(done * asked + month, runs * asked, note)

        told.append(observe(model, tell, first=opening_day))
    return figures([{each.key: each for each in one.found} for one in told])


def figures(runs: Sequence[dict[str, Finding]]) -> list[Figure]:
    """Mean and standard error of every figure of `FIGURES` over runs that all measured it."""
    found = []
    for group, keys in FIGURES.items():
        for key in keys:
            values = np.array([run[key].value for run in runs])
            target = judge(runs[0][key]).target
            if target is None:
                raise ValueError(f"{key}: without a target")
            if not np.isfinite(values).all():
                raise UserMistake(
                    f"residents: too few to measure {key} in every run; ask for more."
                )
            error = float(values.std(ddof=1)) / math.sqrt(values.size)
            found.append(Figure(group, key, target, float(values.mean()), error))
    return found


def count_line(found: Sequence[Figure]) -> str:
    """How many of each verdict."""
    told = {word: sum(each.verdict == word for each in found) for word in (INSIDE, LUCK, OUTSIDE)}
    return (
        f"{len(found)} figures: {told[INSIDE]} within a tenth of their target, "
        f"{told[LUCK]} outside by no more than luck could, {told[OUTSIDE]} outside."
    )


def cells(each: Figure) -> tuple[str, ...]:
    """A figure as a row under `HEADS`."""
    error = f"{each.error / each.target:.1%}"
    return (each.group, each.key, number(each.target), number(each.value),
            f"{each.differs_by:+.1%}", error, each.verdict)  # fmt: skip


def page(
    found: Sequence[Figure], residents: int, runs: int, command: str, when: datetime | None = None
) -> str:
    """The table as Markdown."""
    date = (when or datetime.now(UTC)).date().isoformat()
    return "\n".join([
        "# The forward start, over several runs", "",
        f"Written by `{command}` on {date}. Do not edit: run it again.", "",
        count_line(found), "",
        f"A baseline of England, {runs} runs of {residents:,} residents, each with luck of its "
        "own: the day the record opens or the first year, scaled to England. The standard error "
        "is of the mean over the runs, as a share of the target. Targets are those of "
        "[the page of fit](fit.md), whose own tolerances are often tighter than a tenth.", "",
        f"| {' | '.join(HEADS)} |", "|---|---|--:|--:|--:|--:|---|",
        *(f"| {' | '.join(cells(each))} |" for each in found), "",
    ])  # fmt: skip


def write_page(
    found: Sequence[Figure], residents: int, runs: int, path: str | Path, command: str
) -> Path:
    """Write the page whole, or not at all."""
    return atomic.write_page(Path(path), page(found, residents, runs, command))
