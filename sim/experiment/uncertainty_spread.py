"""Where a spread comes from: luck, parameters and structure told apart, and bands that hold.

Looks at tables of paired differences; changes nothing. Rows are parameter draws, columns seeds,
crossed: every draw under every seed, once.

Sources: two-way random-effects analysis of variance without replication (Searle, Casella and
McCulloch 1992, ch. 4); degrees of freedom of a sum of mean squares by Satterthwaite 1946.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVEL = 0.90


@dataclass(frozen=True)
class Components:
    """Variances behind one difference, none below 0: of the draw, of the seed, of both at once."""

    parameters: float
    seeds: float
    both: float

    @property
    def luck(self) -> float:
        """What more seeds or more people would average away: the seed, and seed with draw."""
        return self.seeds + self.both


@dataclass(frozen=True)
class _Squares:
    draws: int
    seeds: int
    of_draws: float
    of_seeds: float
    left: float

    @classmethod
    def of(cls, table: Floats) -> _Squares:
        draws, seeds = table.shape
        if draws < 2 or seeds < 2:
            raise ValueError("an analysis of variance needs two draws and two seeds or more")
        rows, columns, middle = table.mean(axis=1), table.mean(axis=0), table.mean()
        left = table - rows[:, None] - columns[None, :] + middle
        return cls(
            draws,
            seeds,
            seeds * float(((rows - middle) ** 2).sum()) / (draws - 1),
            draws * float(((columns - middle) ** 2).sum()) / (seeds - 1),
            float((left**2).sum()) / ((draws - 1) * (seeds - 1)),
        )

    def sum_of(self, a: float, b: float, c: float) -> tuple[float, float]:
        """a x draws + b x seeds + c x rest of the mean squares, and its degrees of freedom."""
        parts = (a * self.of_draws, b * self.of_seeds, c * self.left)
        free = (self.draws - 1, self.seeds - 1, (self.draws - 1) * (self.seeds - 1))
        total = sum(parts)
        below = sum(part**2 / each for part, each in zip(parts, free, strict=True))
        # Never fewer than the fewest: a sum near 0 of large parts would ask for less than one.
        degrees = max(total**2 / below, min(free)) if below > 0 else float(free[2])
        return max(total, 0.0), degrees


def components(table: Floats) -> Components:
    """Return the variance components of paired differences, float64[draws, seeds]."""
    # Of what sets them apart: the mean of equal numbers may be rounded, and would leave a variance.
    found = _Squares.of(table - table[0, 0])
    return Components(
        max(0.0, (found.of_draws - found.left) / found.seeds),
        max(0.0, (found.of_seeds - found.left) / found.draws),
        found.left,
    )


@dataclass(frozen=True)
class Band:
    """A middle and the ends of a 90% band."""

    middle: float
    low: float
    high: float


def range_of_one(table: Floats) -> Band:
    """The band in which one more draw under one more seed falls nine times in ten."""
    found = _Squares.of(table)
    # Variance of a new value about the mean found: the components, and the error of the mean.
    d, s = 1 / found.draws, 1 / found.seeds
    one, mean = (s, d, 1 - s - d), (d * s, d * s, -d * s)
    variance, free = found.sum_of(*(a + b for a, b in zip(one, mean, strict=True)))
    return _band(float(table.mean()), variance, free)


def range_of_mean(table: Floats) -> Band:
    """The band that holds the mean of endlessly many draws and seeds nine times in ten."""
    found = _Squares.of(table)
    share = 1 / (found.draws * found.seeds)
    variance, free = found.sum_of(share, share, -share)
    return _band(float(table.mean()), variance, free)


def _band(middle: float, variance: float, free: float) -> Band:
    from scipy.stats import t

    half = float(t.ppf((1 + LEVEL) / 2, free)) * math.sqrt(variance)
    return Band(middle, middle - half, middle + half)


def structure(shifts: Sequence[Floats]) -> float:
    """Variance over the rules of one question: ours and its rivals, all equally plausible.

    Each of `shifts` is one rival: paired differences under it less those under ours, in the same
    cells, float64[cells]. What the few cells add by chance is taken off; never below 0.
    """
    rules = 1 + len(shifts)
    means = np.array([0.0, *(each.mean() for each in shifts)])
    noise = sum(float(each.var(ddof=1)) / each.size for each in shifts if each.size > 1)
    return max(0.0, float(means.var()) - noise * (rules - 1) / rules**2)


def variance_reduction(plan: Floats, base: Floats, difference: Floats | None = None) -> float:
    """Unpaired over paired variance of the difference by luck, within draws: [draws, seeds] each.

    inf when pairing removes all of it; nan when luck moves nothing, or the plan changes nothing.
    `difference` is plan less base with rounding taken off, where that is known.
    """
    difference = plan - base if difference is None else difference
    if not difference.any():
        return math.nan
    unpaired = plan.var(axis=1, ddof=1).mean() + base.var(axis=1, ddof=1).mean()
    # Taken off first: the mean of equal numbers may be rounded, and would leave a variance.
    paired = (difference - difference[:, :1]).var(axis=1, ddof=1).mean()
    if paired > 0:
        return float(unpaired / paired)
    return math.inf if unpaired > 0 else math.nan


def agreement(table: Floats, sign: float) -> float:
    """Share of draws whose mean over seeds has this sign: 1.0 when nothing moves at all."""
    means = table.mean(axis=1)
    return float((np.sign(means) == np.sign(sign)).mean())
