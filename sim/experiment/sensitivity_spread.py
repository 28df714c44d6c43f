"""All numbers at once, spread evenly: which of them stand out from luck, and how large luck is.

Looks at a table of quantiles and paired differences; changes nothing. Every point moves every
number, so each of them is seen in all the points: where luck is large this finds drivers that moves
one at a time, each seen in a few points only, do not. Some points are lived again under another
luck, which measures luck itself.

Sources: McKay, Beckman and Conover 1979 (Latin hypercube); Saltelli and others 2008, section 1.2.5
(standardised regression); Westfall and Young 1993 (the largest of many under permutation).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.experiment.design import Point
from sim.experiment.sensitivity_design import HIGH, LOW, numbers_at

Floats = NDArray[np.float64]
_SHUFFLES = 400
_CHANCE = 0.05


def spread(
    keys: Sequence[str], number: int, twice: int, seed: int
) -> tuple[Floats, tuple[Point, ...]]:
    """Return quantiles float64[number, keys] spread evenly, and the points: each its own luck.

    After them come the first `twice` points again, under a luck no other point has.
    """
    from scipy.stats import qmc

    units = LOW + (HIGH - LOW) * qmc.LatinHypercube(len(keys), seed=seed).random(number)
    points = [
        Point(seed + place, given=numbers_at(keys, row.tolist())) for place, row in enumerate(units)
    ]
    again = [Point(seed + number + place, given=points[place].given) for place in range(twice)]
    return units, (*points, *again)


def split(difference: Floats, number: int) -> tuple[Floats, float]:
    """The first differences float64[number], and the variance of one point by luck.

    Half the mean square between two lucks of one point; nan where none was lived twice.
    """
    first, again = difference[:number], difference[number:]
    if not again.size:
        return first, float("nan")
    return first, float(((first[: again.size] - again) ** 2).mean() / 2)


def correlations(units: Floats, difference: Floats) -> Floats:
    """Correlation of each number's quantile with the difference: float64[keys]; 0 if it is flat."""
    one = units - units.mean(axis=0)
    other = difference - difference.mean()
    size = np.sqrt((one**2).sum(axis=0) * (other**2).sum())
    return np.asarray(np.divide(one.T @ other, size, out=np.zeros(len(size)), where=size > 0))


def chance_level(units: Floats, difference: Floats, seed: int = 1) -> float:
    """The correlation that the largest of all numbers exceeds in one of twenty shuffled designs."""
    luck = np.random.default_rng(seed)
    largest = [
        np.abs(correlations(units, luck.permutation(difference))).max() for _ in range(_SHUFFLES)
    ]
    return float(np.quantile(largest, 1.0 - _CHANCE))
