"""Discounting: a pound next year counts a little less than a pound today.

Looks at streams of numbers by year or month, the first in year 1, which is the price year and is
not discounted (the Green Book's year 0). Works on fractions, exact to the penny, and on floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.appraisal.prices import AppraisalError
from sim.units import MONTHS_PER_YEAR

Floats = NDArray[np.float64]


def factor[Number: (float, Fraction)](rate: Number, year: int) -> Number:
    """What a pound of `year` (1, 2, ...) is worth in year 1: 1 / (1 + rate) ^ (year - 1).

    Raises AppraisalError for a rate outside 0 to 1 (0.035 is 3.5% a year) or a year before 1.
    """
    if not 0 <= rate < 1:
        raise AppraisalError(f"a discount rate lies from 0 to under 1, not {rate}")
    if year < 1:
        raise AppraisalError(f"years are numbered from 1, not {year}")
    return 1 / (1 + rate) ** (year - 1)


def present_value[Number: (float, Fraction)](by_year: Sequence[Number], rate: Number) -> Number:
    """Sum of a stream by year, each year discounted to year 1."""
    return sum(
        (each * factor(rate, year) for year, each in enumerate(by_year, start=1)),
        start=0 * rate,
    )


def month_factors(months: int, rate: float) -> Floats:
    """Discount factors float64[months]: every month of a year has its year's factor."""
    years = range(1, 1 + -(-months // MONTHS_PER_YEAR))
    by_year = np.array([factor(rate, year) for year in years], dtype=np.float64)
    return np.repeat(by_year, MONTHS_PER_YEAR)[:months]


def payback_month[Number: (float, Fraction)](
    cost: Sequence[Number], saving: Sequence[Number], rate: Number
) -> int | None:
    """First month from which discounted savings so far cover discounted costs so far, for good.

    `cost` and `saving` are by month from month 1. A month that covers the costs by chance and is
    overtaken by later ones does not count. None when it is never covered, or nothing was spent.
    """
    if len(cost) != len(saving):
        raise AppraisalError("costs and savings must be of the same months")
    spent, saved, found = 0 * rate, 0 * rate, None
    for month, (out, back) in enumerate(zip(cost, saving, strict=True), start=1):
        weight = factor(rate, 1 + (month - 1) // MONTHS_PER_YEAR)
        spent, saved = spent + out * weight, saved + back * weight
        if spent <= 0 or saved < spent:
            found = None
        elif found is None:
            found = month
    return found
