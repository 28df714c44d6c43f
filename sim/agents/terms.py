"""Terms: what plans have agreed this month about pay, prices, reablement and micro-enterprises.

Plans write here while the calendar turns; the market, the books and the funnel read it. What is
agreed for a month is agreed afresh each month, and adds up over plans, so their order is nothing.
Left alone it changes nothing, to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.employers import Employer
from sim.agents.matches import Matches
from sim.parameters import Parameters
from sim.units import PENCE_PER_POUND

if TYPE_CHECKING:
    from sim.agents.market import Market

Floats = NDArray[np.float64]
Ids = NDArray[np.uint64]


def _by_employer() -> Floats:
    return np.zeros(len(Employer))


@dataclass
class Terms:
    """The month's terms.

    `fee_rise` is pounds added both to what care costs and to what is paid for it, in the unit of
    each kind's fee (an hour, or a week); `wage_rise` pounds an hour for workers of each kind; both
    float64[8] by `Employer`. `more_often` holds numbers of the evidence and by what share they
    are raised. `secured` holds, by plan, workers whose hours it guarantees, and
    `matches` people a plan has brought together.
    """

    fee_rise: Floats = field(default_factory=_by_employer)
    wage_rise: Floats = field(default_factory=_by_employer)
    more_often: dict[str, float] = field(default_factory=dict)
    reablement_minutes: int = 0  # a week, beyond what the council's team is staffed for
    micro_minutes: int = 0  # a week that micro-enterprises set out to give
    business_growth: float = 0.0  # see Market
    business_places: int = 0  # clients more for whom community businesses have been given room
    moved: int = 0  # workers who left an agency to work for themselves
    secured: dict[int, Ids] = field(default_factory=dict)
    matches: dict[tuple[int, int], Matches] = field(default_factory=dict)
    micro_row: int = -1  # the micro-enterprises' row among the market's services
    micro_private_minutes: int = 0  # a week, by people who pay for themselves
    _used: bool = False

    def new_month(self) -> None:
        """Nothing is agreed yet."""
        self.fee_rise[:] = 0.0
        self.wage_rise[:] = 0.0
        self.more_often.clear()
        self.reablement_minutes = self.micro_minutes = self.moved = 0
        self.business_growth = 0.0
        self.business_places = 0

    def raise_often(self, keys: tuple[str, ...], share: float) -> None:
        """These chances are higher this month by this share; plans' shares add up."""
        for key in keys:
            self.more_often[key] = self.more_often.get(key, 0.0) + share

    def now(self, p: Parameters) -> Parameters:
        """The numbers of this month: `p` itself when no plan touches them."""
        if not any(self.more_often.values()):
            return p
        return p.scaled({key: 1.0 + share for key, share in self.more_often.items()})

    def fee_pence(self) -> tuple[int, ...]:
        """`fee_rise` in whole pence by `Employer`."""
        return tuple(round(each * PENCE_PER_POUND) for each in self.fee_rise)

    def agree(self, market: Market) -> None:
        """Tell every provider the month's terms; without any, now or before, nothing is said."""
        busy = bool(
            self.wage_rise.any()
            or self.reablement_minutes
            or self.micro_minutes
            or self.business_growth
        )
        if not (busy or self._used):
            return
        self._used = busy
        market.more_reablement = self.reablement_minutes
        market.business_growth = self.business_growth
        for each in market.services:
            each.plan_pay = float(self.wage_rise[each.kind] / max(market.usual.pay[each.kind], 1.0))
            if each.row == self.micro_row:
                each.staffed_for_minutes = self.micro_minutes
