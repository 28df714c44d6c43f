"""What the world outside brought England's councils each year from 2015: pay, prices, money.

Looks at GDP deflators, published prices of care, councils' spending returns, the population tables
and points of the official series whose use is `input`; changes nothing. Pounds are of 2024/25
everywhere. All of it is given to a hindcast, none of it is judged there.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from sim.evidence import registry, series
from sim.world import vital
from sim.world.place_data import rows_of

FIRST = 2015
YEARS = tuple(f"{year}/{(year + 1) % 100:02d}" for year in range(FIRST, 2024))
FITTED_YEARS = YEARS[:5]  # 2015/16 to 2019/20; later ones are never shown to the fit
HELD_OUT_YEARS = YEARS[5:]
PAY = "care_worker_median_pay"
BASE = "2024/25"
RETURNS = ("2014/15", "2017/18", "2021/22", "2022/23", "2023/24")
_RETURNS_FILE = "utla_asc_net_current_2011_2024.csv"
# What councils bought in 2016/17, by whether its price is published for each year since.
_HOMES_65PLUS = ("residential_65plus", "nursing_65plus")
_REST = (
    "home_care_65plus", "home_care_18_64", "residential_18_64", "nursing_18_64",
    "supported_living_18_64", "direct_payments_18_64", "direct_payments_65plus",
)  # fmt: skip


@dataclass(frozen=True)
class Year:
    """What the world outside brought in one year: real growth over the year before."""

    name: str
    pay_growth: float
    spend_growth: float
    people_growth: float


def deflator(year: str) -> float:
    """The GDP deflator of a financial year, 1 in 2024/25."""
    return registry().get(f"gdp_deflator_mar2026_{_key(year)}").value / 100.0


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


def price_growth(year: str, usual: float) -> float:
    """Real growth over the year before of what councils pay for care, over all care they buy.

    Care homes for people of 65 or over by their published prices, the rest by its `usual` growth
    (pay and other costs), each by what councils spent on it in 2016/17. Home care is of the rest:
    its one published growth runs to 2022/23, past the years that may be fitted to. Years after
    these grow as usual: prices of 2020/21 hold the pandemic's grants, and the hindcast has no
    pandemic.
    """
    if year not in FITTED_YEARS[1:]:
        return usual
    before = YEARS[YEARS.index(year) - 1]
    paid = {line: _home_price(line, year) / _home_price(line, before) - 1 for line in _HOMES_65PLUS}
    paid |= dict.fromkeys(_REST, usual)
    spent = {line: registry().get(f"gce_raw_{line}_2016_17").value for line in paid}
    return sum(spent[line] * paid[line] for line in paid) / sum(spent.values())


def price_level(staff_share: float, other_growth: float) -> float:
    """Prices of care in 2015/16 over those of 2024/25, in real pounds: all the years' growth back.

    Usual growth is that of wages by their share of the cost, and of all other costs.
    """
    level = 1.0
    for before, year in itertools.pairwise((*YEARS, BASE)):
        wages = real_pay(year) / real_pay(before) - 1.0
        level /= 1.0 + price_growth(year, staff_share * wages + other_growth)
    return level


@cache
def money(year: str) -> float:
    """Councils' net spending on adult social care over that of 2023/24, in real pounds.

    Of councils with a figure in every return; between two returns it grows evenly.
    """
    columns = [f"net_current_gbp000_{_key(each)}" for each in RETURNS]
    whole = [row for row in rows_of(_RETURNS_FILE) if all(row[column] for column in columns)]
    real = [
        sum(float(row[column]) for row in whole) / deflator(each)
        for column, each in zip(columns, RETURNS, strict=True)
    ]
    at = [int(each[:4]) for each in RETURNS]
    return math.exp(float(np.interp(int(year[:4]), at, np.log(real)))) / real[-1]


@cache
def years() -> tuple[Year, ...]:
    """What each year after the first brought, 2016/17 to 2023/24."""
    return tuple(
        Year(
            year,
            real_pay(year) / real_pay(before) - 1.0,
            money(year) / money(before) - 1.0,
            everybody(year) / everybody(before) - 1.0,
        )
        for before, year in itertools.pairwise(YEARS)
    )


def _home_price(line: str, year: str) -> float:
    return registry().get(f"unit_price_{line}_{_key(year)}").value / deflator(year)


def _key(year: str) -> str:
    return year.replace("/", "_")


def _when(text: str) -> float:
    """'2019-02' as years: 2019 and one of twelve."""
    year, month = text.split("-")
    return int(year) + (int(month) - 1) / 12
