"""Births of the books: England's people by sex and single year, and chances of death.

Reads two official tables (origins in sim/world/data/ORIGIN.md); changes nothing.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.world.bands import DATA_BAND_STARTS, OLDEST_AGE

_DATA = Path(__file__).parent / "data"
_FIRST_YEAR = 2011
_TOP_AGE = 90  # the population file's last row is 90 or over


def _table(name: str) -> NDArray[np.float64]:
    """float64[sex, age, year]: sex 0 male, 1 female; years from 2011."""
    rows = (_DATA / name).read_text(encoding="utf-8").splitlines()[1:]
    cells = [row.split(",") for row in rows]
    by_sex = [[c[2:] for c in cells if c[0].lower().startswith(letter)] for letter in ("m", "f")]
    return np.array(by_sex, dtype=np.float64)


@cache
def people() -> NDArray[np.float64]:
    """England's residents by sex, single year of age (90 is 90 or over) and calendar year."""
    return _table("england_population_sex_age_2011_2044.csv")


@cache
def death_chance_per_year() -> NDArray[np.float64]:
    """Period chance of death by sex, single year of age and calendar year (UK)."""
    chances = _table("uk_mortality_qx_sex_age_2011_2044.csv")
    tail = np.repeat(chances[:, -1:, :], OLDEST_AGE - chances.shape[1] + 1, axis=1)
    return np.concatenate([chances, tail], axis=1)


def year_column(calendar_year: int) -> int:
    """Column of a calendar year in both tables, held at the last year known."""
    return int(min(max(calendar_year - _FIRST_YEAR, 0), people().shape[2] - 1))


@cache
def age_weights(calendar_year: int = 2023) -> NDArray[np.float64]:
    """People by single year of age 0 to OLDEST_AGE, both sexes; 90+ spread by survival."""
    by_age = people()[:, :, year_column(calendar_year)].sum(axis=0)
    weights = np.zeros(OLDEST_AGE + 1)
    weights[:_TOP_AGE] = by_age[:_TOP_AGE]
    deaths = death_chance_per_year()[:, _TOP_AGE:OLDEST_AGE, year_column(calendar_year)].mean(0)
    alive = np.concatenate([[1.0], np.cumprod(1.0 - deaths)])[:-1]
    weights[_TOP_AGE:OLDEST_AGE] = by_age[_TOP_AGE] * alive / alive.sum()
    return weights


@cache
def ages_within_band() -> tuple[NDArray[np.float64], ...]:
    """For each band of `DATA_BANDS`, the cumulative share of people by single year."""
    weights = age_weights()
    shares = []
    for start, stop in pairwise(DATA_BAND_STARTS):
        share = weights[start:stop]
        shares.append(np.cumsum(share) / share.sum())
    return tuple(shares)


def growth(calendar_year: int, starts: NDArray[np.integer]) -> NDArray[np.float64]:
    """Projected growth of each age band over one year (growth is applied, never the level)."""
    now, after = age_weights(calendar_year), age_weights(calendar_year + 1)
    stops = np.append(starts[1:], OLDEST_AGE)
    return np.array(
        [after[a:b].sum() / now[a:b].sum() - 1.0 for a, b in zip(starts, stops, strict=True)]
    )
