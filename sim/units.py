"""Months, weeks, years, pounds and rates: the only conversions in the house.

Looks at nothing, changes nothing. Every monthly chance in the model is made here, once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

MONTHS_PER_YEAR = 12
DAYS_PER_YEAR = 365.25
DAYS_PER_WEEK = 7
HOURS_PER_DAY = 24
MINUTES_PER_HOUR = 60
PENCE_PER_POUND = 100
WEEKS_PER_YEAR = DAYS_PER_YEAR / DAYS_PER_WEEK
WEEKS_PER_MONTH = WEEKS_PER_YEAR / MONTHS_PER_YEAR
THOUSAND = 1000.0
SESSIONS_A_MONTH = 4  # a month of attendance is four weekly sessions, read as hours a week
FIRST_YEAR = 2024  # month 1 is April 2024


def chance_per_month(chance_per_year: ArrayLike) -> NDArray[np.float64]:
    """Monthly probability that compounds to `chance_per_year` over twelve months.

    Raises ValueError for a chance outside 0 to 1.
    """
    yearly = np.asarray(chance_per_year, dtype=np.float64)
    if not np.all((yearly >= 0) & (yearly <= 1)):  # put this way round, nan is refused too
        raise ValueError("a chance per year lies between 0 and 1")
    return np.asarray(1.0 - (1.0 - yearly) ** (1.0 / MONTHS_PER_YEAR))


def rate_per_month(rate_per_year: ArrayLike) -> NDArray[np.float64]:
    """Expected events a month from expected events a year (events may repeat)."""
    return np.asarray(rate_per_year, dtype=np.float64) / MONTHS_PER_YEAR


def minutes(hours: ArrayLike) -> NDArray[np.int64]:
    """Whole minutes nearest to `hours`. Raises ValueError for hours that are not finite."""
    exact = np.asarray(hours, dtype=np.float64) * MINUTES_PER_HOUR
    if not np.all(np.isfinite(exact)):
        raise ValueError("hours are finite numbers")
    return np.rint(exact).astype(np.int64)


def half_life_to_keep(months: float) -> float:
    """Share kept each month when half is left after `months` (more than 0)."""
    if not months > 0:
        raise ValueError("a half-life is more than 0 months")
    return float(2.0 ** (-1.0 / months))


def calendar_year(month: int) -> int:
    """Calendar year of model month 1, 2, ... (month 1 is April 2024)."""
    return FIRST_YEAR + (month + 2) // MONTHS_PER_YEAR


def financial_year(year: int) -> str:
    """Financial year of model year 1, 2, ...: 1 is 2024/25."""
    start = FIRST_YEAR + year - 1
    return f"{start}/{(start + 1) % 100:02d}"
