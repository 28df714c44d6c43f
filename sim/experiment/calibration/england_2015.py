"""England as it was in 2015/16: people by age, prices of care, and what the years after brought.

Looks at the population tables, at GDP deflators and at points of the official series whose use is
`input`; changes nothing. Pounds are of 2024/25 everywhere.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from sim.evidence import registry, series
from sim.world import vital
from sim.world.bands import DATA_BAND_STARTS
from sim.world.place_data import BANDS, Neighbourhoods
from sim.world.place_facts import Fact
from sim.world.places import ENGLAND, Place, get

FIRST = 2015
YEARS = tuple(f"{year}/{(year + 1) % 100:02d}" for year in range(FIRST, 2024))
FITTED_YEARS = YEARS[:5]  # 2015/16 to 2019/20; later ones are never shown to the fit
HELD_OUT_YEARS = YEARS[5:]
PAY, SPENDING = "care_worker_median_pay", "real_spend_per_person_index_2009_10"
BASE = "2024/25"
# What care costs and what is paid for it: scaled back to 2015/16 by the growth of pay since.
PRICES = (
    "unit_cost_homecare_external_hour_2024_25", "cost_home_care_hour_minimum_price_2024_25",
    "direct_payment_gbp_per_hour", "private_home_care_gbp_per_hour", "supported_living_week",
    "supported_living_price_week", "shared_lives_week", "council_care_home_week_18_64",
    "council_care_home_week_65plus", "care_home_price_week_18_64", "care_home_price_week_65plus",
    "self_funder_care_home_week", "nhs_share_care_home_week_18_64",
    "nhs_share_care_home_week_65plus",
)  # fmt: skip


@dataclass(frozen=True)
class Year:
    """What the world outside brought in one year: real growth over the year before."""

    name: str
    pay_growth: float
    spend_growth: float | None  # of council budgets; None where no input says
    people_growth: float


def deflator(year: str) -> float:
    """The GDP deflator of a financial year, 1 in 2024/25."""
    return registry().get(f"gdp_deflator_mar2026_{year.replace('/', '_')}").value / 100.0


@cache
def england() -> Place:
    """England with the people of mid-2015 in today's neighbourhoods; everything else as it is.

    Each neighbourhood's age bands change as England's did, so local change since is not seen.
    """
    now = get(ENGLAND)
    then, today = _people_by_band(FIRST), _people_by_band(2023)
    people = np.rint(now.neighbourhoods.people * (then / today)).astype(np.int64)
    columns = {name: getattr(now.neighbourhoods, name) for name in vars(now.neighbourhoods)}
    here = Neighbourhoods(**(columns | {"people": people}))
    source = "ONS mid-2015 population estimates"
    facts = now.facts | {
        "people": Fact(float(people.sum()), "people", source),
        "people_16_plus": Fact(float(people[:, 1:].sum()), "people", source),
    }
    return replace(now, code=f"{now.code}_{FIRST}", neighbourhoods=here, facts=facts)


def _people_by_band(year: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """England's people in the 13 bands of a neighbourhood's row."""
    by_age = vital.people()[:, :, vital.year_column(year)].sum(axis=0)
    starts = [0, *(int(age) for age in DATA_BAND_STARTS[:-1])]
    stops = [*starts[1:], by_age.size]
    found = np.array([by_age[a:b].sum() for a, b in zip(starts, stops, strict=True)])
    if found.size != len(BANDS):
        raise ValueError("the bands of ages and of neighbourhoods differ")
    return found


def everybody(year: str) -> float:
    """England's people of all ages at the middle of a financial year's first calendar year."""
    return float(vital.people()[:, :, vital.year_column(int(year[:4]))].sum())


def real_pay(year: str) -> float:
    """A care worker's median pay an hour in a financial year, between the surveys, real pounds.

    Cash pay is read off a line of constant growth between the surveys on either side, in October.
    """
    seen = [(_when(point.year), point.value) for point in series.series(PAY, "input")]
    at = int(year[:4]) + 0.75
    times, cash = zip(*seen, strict=True)
    return math.exp(float(np.interp(at, times, np.log(cash)))) / deflator(year)


def _when(text: str) -> float:
    """'2019-02' as years: 2019 and one of twelve."""
    year, month = text.split("-")
    return int(year) + (int(month) - 1) / 12


def price_level(staff_share: float, other_growth: float) -> float:
    """Prices of care in 2015/16 over those of 2024/25, in real pounds.

    Wages by their share of the cost, all other costs at their own growth a year.
    """
    wages = real_pay(YEARS[0]) / real_pay(BASE)
    others = (1.0 + other_growth) ** -(2024 - FIRST)
    return float(wages**staff_share * others)


@cache
def years() -> tuple[Year, ...]:
    """What each year after the first brought, 2016/17 to 2023/24."""
    index = {point.year: point.value for point in series.series(SPENDING, "input")}
    first, last = "2014/15", "2017/18"
    steps = int(last[:4]) - int(first[:4])
    a_head = (index[last] / index[first]) ** (1.0 / steps) - 1.0
    found = []
    for before, name in itertools.pairwise(YEARS):
        people = everybody(name) / everybody(before) - 1.0
        known = name <= last
        found.append(Year(
            name,
            real_pay(name) / real_pay(before) - 1.0,
            (1.0 + a_head) * (1.0 + people) - 1.0 if known else None,
            people,
        ))  # fmt: skip
    return tuple(found)
