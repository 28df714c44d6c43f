"""The numbers that are fitted, as a cube: each side is one number's range, read as its prior.

Looks at data/calibrated_parameters.csv and the registry; changes nothing. A point of the unit cube
is one choice of numbers: side u is the u-th quantile of the number's own distribution, so that
points spread evenly over the cube are draws from the prior. Only uncertainty is drawn: a range
that says how councils differ is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserMistake
from sim.evidence import Evidence, registry
from sim.evidence.posterior import FORWARD, HINDCAST
from sim.evidence.rows import DATA, RowReader, read_table
from sim.parameters import quantile

FILE = "calibrated_parameters.csv"
BOTH = "both"
Floats = NDArray[np.float64]
_EDGE = 1e-6  # quantiles are asked for inside the open interval


@dataclass(frozen=True)
class Side:
    """One fitted number: its row, what it steers and why it is fitted."""

    row: Evidence
    posterior: str
    steers: str
    why: str

    @property
    def key(self) -> str:
        """The number's name."""
        return self.row.key


@dataclass(frozen=True)
class Space:
    """The fitted numbers in a fixed order."""

    sides: tuple[Side, ...]

    def __len__(self) -> int:
        return len(self.sides)

    @property
    def keys(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(side.key for side in self.sides)

    def numbers(self, point: Sequence[float] | Floats) -> dict[str, float]:
        """The numbers at a point of the unit cube."""
        return {
            side.key: _at(side.row, float(u)) for side, u in zip(self.sides, point, strict=True)
        }

    def point(self, numbers: Mapping[str, float]) -> Floats:
        """The point of the unit cube where these numbers lie (the inverse of `numbers`)."""
        return np.array([_where(side.row, numbers[side.key]) for side in self.sides])

    def central(self) -> Floats:
        """Where the registry's central values lie."""
        return self.point({side.key: side.row.value for side in self.sides})


def _at(row: Evidence, u: float) -> float:
    low, high = row.low, row.high
    if low is None or high is None:
        raise ValueError(f"{row.key} has no range")
    return quantile(row.distribution, low, row.value, high, min(max(u, _EDGE), 1.0 - _EDGE))


def _where(row: Evidence, value: float) -> float:
    """Bisection: the quantile function only rises."""
    low, high = _EDGE, 1.0 - _EDGE
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _at(row, middle) < value else (low, middle)
    return (low + high) / 2.0


@cache
def space_of(posterior: str) -> Space:
    """The numbers fitted for a posterior, in table order.

    Raises UserMistake for a row of the table that is no uncertain number of the registry.
    """
    sides = []
    for line, cells in read_table(DATA / FILE, ("key", "posterior", "steers", "why"), ()):
        at = RowReader(DATA / FILE, line, cells)
        which = at.choice("posterior", (FORWARD, HINDCAST, BOTH))
        row = registry().get(at.text("key"))
        if not row.is_drawn:
            raise at.wrong(
                "key",
                f"{row.key} is not drawn: its range is "
                f"{'none' if row.range_kind == 'none' else row.range_kind.replace('_', ' ')}, "
                "and only uncertainty may be fitted.",
            )
        if not at.text("why"):
            raise at.wrong("why", "say why this number is fitted.")
        if which in (posterior, BOTH):
            sides.append(Side(row, which, at.text("steers"), at.text("why")))
    if not sides:
        raise UserMistake(f"{FILE}: no number is fitted for the posterior {posterior!r}.")
    return Space(tuple(sides))
