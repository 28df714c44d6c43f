"""Estimates: a value with its 95% interval, and the three ways evaluators reach one.

All intervals are analytic (value plus or minus 1.96 standard errors) and treat people as
independent, but for the stepped wedge, where neighbourhoods are. It looks at arrays; it changes
nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Z_95 = 1.959963984540054  # two-sided 5% of the normal distribution
Z_90 = 1.6448536269514722  # two-sided 10%
NOT_KNOWN = math.nan


@dataclass(frozen=True)
class Estimate:
    """A value, its standard error and the people it rests on; not a number where unknowable."""

    value: float
    error: float
    people: int

    @property
    def low(self) -> float:
        """Lower end of the 95% interval."""
        return self.value - Z_95 * self.error

    @property
    def high(self) -> float:
        """Upper end of the 95% interval."""
        return self.value + Z_95 * self.error

    def over(self, ruler: float) -> Estimate:
        """The same estimate in units of `ruler`."""
        return Estimate(self.value / ruler, self.error / ruler, self.people)


def unknown(people: int = 0) -> Estimate:
    """An estimate nobody could make."""
    return Estimate(NOT_KNOWN, NOT_KNOWN, people)


def mean(values: Floats) -> Estimate:
    """Mean of those that can be seen, with its standard error."""
    seen = values[np.isfinite(values)]
    if seen.size < 2:
        return unknown(int(seen.size))
    return Estimate(
        float(seen.mean()), float(seen.std(ddof=1)) / math.sqrt(seen.size), int(seen.size)
    )


def alike(each: Sequence[Estimate]) -> Estimate:
    """The mean of several effects that weigh alike; not a number where there is none."""
    some = [one for one in each if math.isfinite(one.value)]
    if not some:
        return unknown()
    error = math.sqrt(sum(one.error**2 for one in some)) / len(some)
    people = sum(one.people for one in some)
    return Estimate(sum(one.value for one in some) / len(some), error, people)


def rates(*signed: tuple[float, Floats, Floats]) -> Estimate:
    """A sum of rates, each events over years lived by the same people: (sign, events, years).

    Each rate is a ratio of sums; the error is by linearisation, person by person, so that people
    measured twice count as their own controls (Cochran, Sampling Techniques, 1977, chapter 6).
    """
    people = signed[0][1].size
    total, pull = 0.0, np.zeros(people)
    for sign, events, years in signed:
        if people < 2 or not years.sum() > 0:
            return unknown(people)
        rate = events.sum() / years.sum()
        total += sign * rate
        pull += sign * (events - rate * years) / years.mean()
    return Estimate(float(total), float(pull.std(ddof=1)) / math.sqrt(people), people)


def regress(
    outcome: Floats,
    of_interest: Floats,
    others: Floats,
    weights: Floats | None = None,
    cluster: NDArray[np.int64] | None = None,
    constant: bool = True,
) -> Estimate:
    """The coefficient of `of_interest` float[n] beside `others` float[n, k] in least squares.

    Errors are robust (HC1), or robust to what people of a `cluster` share. With a cluster its
    mean is taken out of everything first (fixed effects). Not a number where it cannot be told.
    """
    if outcome.size < 2:
        return unknown(outcome.size)
    design = np.column_stack([of_interest, others])
    weights = np.ones(outcome.size) if weights is None else weights
    if cluster is None:
        if constant:
            design = np.column_stack([design, np.ones(outcome.size)])
        groups = np.arange(outcome.size)
    else:
        _, groups = np.unique(cluster, return_inverse=True)
        outcome = _within(outcome, groups, weights)
        design = np.column_stack([_within(column, groups, weights) for column in design.T])
    rows, columns = design.shape
    if rows <= columns or not _tells(design, weights):
        return unknown(rows)
    bread = (design * weights[:, None]).T @ design
    inverse = np.linalg.pinv(bread)
    found = inverse @ (design * weights[:, None]).T @ outcome
    left = (outcome - design @ found) * weights
    score = np.zeros((int(groups.max()) + 1, columns))
    np.add.at(score, groups, design * left[:, None])
    number = len(score)
    if number < 2:
        return unknown(rows)
    small = number / (number - 1) * (rows - 1) / (rows - columns)
    variance = small * inverse @ (score.T @ score) @ inverse
    return Estimate(float(found[0]), math.sqrt(max(float(variance[0, 0]), 0.0)), rows)


def _tells(design: Floats, weights: Floats) -> bool:
    """Whether the first column holds something the others do not."""
    root = np.sqrt(weights)[:, None]
    first, rest = design[:, :1] * root, design[:, 1:] * root
    left = first - rest @ np.linalg.lstsq(rest, first, rcond=None)[0]
    return bool((left**2).sum() > 1e-9 * max(float((first**2).sum()), 1e-9))


def _within(values: Floats, groups: NDArray[np.int64], weights: Floats) -> Floats:
    """Values less their group's weighted mean."""
    total = np.bincount(groups, weights=values * weights)
    number = np.bincount(groups, weights=weights)
    return np.asarray(values - (total / number)[groups])
