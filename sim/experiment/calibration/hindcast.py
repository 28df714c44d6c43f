"""The hindcast: England started in 2015/16 and lived to 2023/24, as the official series count it.

Builds a model of England in 2015/16 (`england_2015`), gives it each April what the world outside
brought (`outside_then`), and writes down the official series. What it holds of later years are
inputs: pay, people, councils' money, today's prices taken back to 2015/16, and the registry's
numbers; `docs/limits.md` says what is approximated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.evidence import series
from sim.evidence.series import Point
from sim.experiment.calibration import england_2015
from sim.experiment.calibration import outside_then as then
from sim.money import Account
from sim.parameters import Parameters
from sim.units import PENCE_PER_POUND
from sim.world import places
from sim.world.bands import PENSION_AGE, Care, CareHome

if TYPE_CHECKING:
    import pandas as pd

# Accounting totals hold income and services the model does not: only their path is compared, so
# the model's own path is set on the first published year of the fit. Gross current expenditure is
# no series of the hindcast: councils' own money is given, so its path would prove nothing.
ANCHORED = ("long_term_support_spend",)
SERIES = (
    "requests_total", "requests_18_64", "requests_65plus", "long_term_support_total_SALT",
    "long_term_support_18_64_SALT", "long_term_support_65plus_SALT", "st_max_episodes",
    "care_home_admissions_65plus_ASCOF2A", "direct_payment_recipients", "vacancy_rate",
    "turnover_rate", "carers_supported_or_assessed", *ANCHORED,
)  # fmt: skip
_NET_SPENDING = "asc_net_current_gbp_2023_24"
_CARE_LINES = ("home care", "direct payments", "supported living", "shared lives", "care homes")


@dataclass(frozen=True)
class Plan:
    """What a hindcast is given, fitted to, and held against."""

    first_year: str
    fitted_years: tuple[str, ...]
    held_out_years: tuple[str, ...]
    series: tuple[str, ...]
    inputs: tuple[str, ...]
    anchored: tuple[str, ...]

    def fitted_points(self) -> tuple[Point, ...]:
        """The published figures the hindcast may be fitted to: use `fit`, 2015/16 to 2019/20."""
        return tuple(
            point
            for point in series.points()
            if point.use == "fit"
            and point.series in self.series
            and point.year in self.fitted_years
        )

    def held_out_points(self) -> tuple[Point, ...]:
        """Published figures of later years, which no fit has seen: for the check alone."""
        return tuple(
            point
            for point in series.points()
            if point.series in self.series
            and point.year in self.held_out_years
            and point.use != "input"
        )


def hindcast_plan() -> Plan:
    """What the hindcast starts from, is fitted to (to 2019/20) and leaves for the check."""
    return Plan(
        then.YEARS[0], then.FITTED_YEARS, then.HELD_OUT_YEARS, SERIES, (then.PAY,), ANCHORED
    )  # fmt: skip


def hindcast_series(
    parameters: Mapping[str, float], residents: int, seed: int, years: int = len(then.YEARS)
) -> pd.DataFrame:
    """Live England from April 2015; return the official series: columns year, series, modelled.

    `parameters` are calibrated numbers (a row of the hindcast posterior; {} is the central ones).
    Units are those of `official_series.csv`; anchored series start at the published figure.
    """
    import pandas as pd

    kept = _live(parameters, residents, seed, years)
    rows = [(year, name, value) for year, told in kept for name, value in told.items()]
    found = pd.DataFrame(rows, columns=["year", "series", "modelled"])
    for name in ANCHORED:
        published = [point for point in hindcast_plan().fitted_points() if point.series == name]
        here = found["series"] == name
        first = found.loc[here & (found["year"] == published[0].year), "modelled"]
        if not first.empty:
            found.loc[here, "modelled"] *= published[0].value / float(first.iloc[0])
    return found


def _live(
    parameters: Mapping[str, float], residents: int, seed: int, years: int
) -> Iterator[tuple[str, dict[str, float]]]:
    """Each year in turn, with what the official series would have said of it."""
    from sim.model import CommunityModel

    model = CommunityModel(
        place=_place(), residents=residents, years=years, plan="baseline", rng=seed,
        lives=False, given=tuple(sorted(given(parameters).items())),
    )  # fmt: skip
    growth = {each.name: each for each in then.years()}
    numbers = model.p
    for name in then.YEARS[:years]:
        if name in growth:
            brought = growth[name]
            wages = numbers.homecare_staff_cost_share * brought.pay_growth
            prices = then.price_growth(name, wages + numbers.care_other_cost_real_growth)
            model.p = numbers.replaced({
                "care_wage_real_growth": brought.pay_growth,
                "care_other_cost_real_growth": prices - wages,
                "council_budget_real_growth": brought.spend_growth,
            })  # fmt: skip
        year = _Year.begin(model)
        for _month in range(12):
            model.run_for(1)
            year.add(model)
        yield name, year.told(model, name)


def given(parameters: Mapping[str, float]) -> dict[str, float]:
    """The numbers of a run that starts in 2015/16: prices and vacancies of then, and the fitted."""
    p = Parameters.build({}, given=parameters)
    level = then.price_level(p.homecare_staff_cost_share, p.care_other_cost_real_growth)
    back = {key: p[key] * level for key in england_2015.PRICES}
    vacancy = next(point for point in series.series("vacancy_rate", "fit")).value
    posts = [key for key in p if key.startswith("vacancy_rate_") and key.endswith("_2023_24")]
    # clients counted in 2021 must not set the cut-off of 2015
    return back | dict.fromkeys(posts, vacancy) | {"client_ratio_used": 0.0} | dict(parameters)


def _place() -> places.Place:
    """England in 2015/16 with what its councils spent then."""
    england = england_2015.england()
    now = england.facts[_NET_SPENDING]
    fact = replace(now, value=now.value * then.money(then.YEARS[0]))
    return replace(england, facts=england.facts | {_NET_SPENDING: fact})


def _supported(model: Any) -> tuple[Any, Any]:
    """Identities with long-term council support now, and which of them are 65 or over."""
    people = model.world.people
    rows = np.flatnonzero((people.client > 0) | (people.care_home == CareHome.COUNCIL))
    return people.id[rows].copy(), people.age_months[rows] >= PENSION_AGE * 12


@dataclass
class _Year:
    """One financial year's counts, as they stand in the simulated place."""

    known: dict[str, Any]
    ledger_from: int
    leavers: int
    worker_months: int
    sums: dict[str, float] = field(default_factory=dict)

    @classmethod
    def begin(cls, model: Any) -> _Year:
        ids, older = _supported(model)
        market = model.market
        return cls(
            {"18_64": ids[~older], "65plus": ids[older]}, model.month,
            int(market.kind_leavers.sum()), int(market.kind_worker_months.sum()),
        )  # fmt: skip

    def _add(self, name: str, value: float) -> None:
        self.sums[name] = self.sums.get(name, 0.0) + float(value)

    def add(self, model: Any) -> None:
        """Add up a month."""
        people, events = model.world.people, model.events
        older = people.age_months >= PENSION_AGE * 12
        for row, group in enumerate(("18_64", "65plus")):
            self._add(f"asked_{group}", model.funnel.asked[row])
        self._add("st_max", model.funnel.reablement_began)
        council = events.care_home & (events.payer == CareHome.COUNCIL)
        self._add("entries", (council & older).sum())
        self._add("older", older.sum())
        self._add("direct", (people.client == Care.DIRECT_PAYMENT).sum())
        self._add("posts", len(model.posts))
        self._add("filled", model.posts.filled.sum())
        self._add("carers", model.carer_support.seen)
        ids, old = _supported(model)
        for group, here in (("18_64", ~old), ("65plus", old)):
            self.known[group] = np.union1d(self.known[group], ids[here])

    def told(self, model: Any, year: str) -> dict[str, float]:
        """What the official series would say, scaled to England of the opening day."""
        sums = self.sums
        scale = float(model.place.facts["people"].value) / float(model.people_of_all_ages)
        lts = {group: ids.size * scale for group, ids in self.known.items()}
        asked = {group: sums[f"asked_{group}"] * scale for group in lts}
        care = _paid_for_care(model, range(self.ledger_from + 1, model.month + 1))
        cash = then.deflator(year) * scale / 1e9
        market = model.market
        leavers = int(market.kind_leavers.sum()) - self.leavers
        worked = int(market.kind_worker_months.sum()) - self.worker_months
        return {
            "requests_total": sum(asked.values()),
            **{f"requests_{group}": number for group, number in asked.items()},
            "long_term_support_total_SALT": sum(lts.values()),
            **{f"long_term_support_{group}_SALT": number for group, number in lts.items()},
            "st_max_episodes": sums["st_max"] * scale,
            "care_home_admissions_65plus_ASCOF2A": sums["entries"] / sums["older"] * 12e5,
            "direct_payment_recipients": sums["direct"] / 12 * scale,
            "vacancy_rate": 1.0 - sums["filled"] / sums["posts"],
            "turnover_rate": 12 * leavers / max(worked, 1),
            "carers_supported_or_assessed": sums["carers"] * scale,
            "long_term_support_spend": care * cash,
        }


def _paid_for_care(model: Any, months: range) -> float:
    """Gross council spending on long-term care, in pounds."""
    spent = model.ledger.spent
    care = sum(spent(Account.COUNCIL, line, months) for line in _CARE_LINES)
    return float(care) / PENCE_PER_POUND
