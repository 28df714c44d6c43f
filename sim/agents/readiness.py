"""Readiness: whether a neighbourhood can take up money for its community yet.

Looks at deprivation and at the index of weak infrastructure; changes the readiness of
neighbourhoods, which capacity building raises. Readiness follows affluence unless money changes
it. It decides who wins bids, when a new place can open and how many say yes when asked to help.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.targeting import left_behind
from sim.parameters import Parameters
from sim.world.bands import QUINTILES
from sim.world.place_data import Neighbourhoods

Rows = NDArray[np.int64]


class Readiness:
    """Of each neighbourhood: `level` 0 to 1 now, `built` 0 to 1 of its capacity building done.

    `start` is 1 in the least deprived fifth and falls with volunteering by deprivation; in the
    weakest fifth for infrastructure it is no more than their share of charities. Building closes
    the distance to 1 in proportion; what was built fades by half in
    `effect_half_life_after_support_ends_months` when nobody pays for it any longer, unless
    building was finished.
    """

    def __init__(self, here: Neighbourhoods, p: Parameters) -> None:
        gradient = p.array("volunteering_ratio", QUINTILES)
        start = (gradient / gradient.max())[here.quintile - 1]
        self.left_behind = left_behind(here, p)
        least = np.minimum(start, p.left_behind_charity_density_ratio)
        self.start = np.where(self.left_behind, least, start)
        self.built = np.zeros(len(here))
        self.paid = np.zeros(len(here), dtype=np.bool_)
        self._now = np.zeros(len(here))

    @property
    def level(self) -> NDArray[np.float64]:
        """Readiness now: float64[n]."""
        return np.asarray(self.start + (1.0 - self.start) * self.built)

    def new_month(self, p: Parameters) -> None:
        """What last month's plans paid for is built; the unfinished fades where nobody pays."""
        if not (self.paid.any() or self.built.any()):
            return
        kept = 2.0 ** (-1.0 / p.effect_half_life_after_support_ends_months)
        fades = ~self.paid & (self.built < 1.0)
        self.built = np.minimum(np.where(fades, self.built * kept, self.built + self._now), 1.0)
        self.built[self.built > 1.0 - self._hair] = 1.0
        self.paid[:] = False
        self._now[:] = 0.0

    def build(self, areas: Rows, share: float) -> None:
        """Pay for `share` of a whole course of capacity building in these neighbourhoods."""
        self.paid[areas] = share > 0.0
        self._now[areas] += share

    def may_open(self, area: int, late: int, p: Parameters, fixed: bool = False) -> bool:
        """Whether a new place or group can open there, `late` months after it was due.

        Where capacity is being built, after that; in a left-behind neighbourhood without it,
        `ramp_penalty_low_infrastructure_months` later, unless the plan fixes its own date.
        """
        if self.paid[area] and self.built[area] < 1.0:
            return False
        if fixed or not self.left_behind[area] or self.built[area] >= 1.0:
            return late >= 0
        return late >= p.ramp_penalty_low_infrastructure_months

    _hair = float(
        np.sqrt(np.finfo(float).eps)
    )  # months of building that add up to a whole course but for rounding
