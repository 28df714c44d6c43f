"""Providers of paid care, and the posts and people who work in them.

Looks at fee, cost, posts and clients as the market counts them; changes nothing by itself. A post
is a row: a care worker comes, stays some months and leaves. What happens to posts is told in
`workforce`, to providers in `market`, to beds in `homes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from sim.agents.agentset import ColumnAgent
from sim.agents.employers import CARE_HOMES, Employer
from sim.luck import mix, text_key
from sim.parameters import Parameters
from sim.world.columns import Column

if TYPE_CHECKING:
    from sim.model import CommunityModel

POST_COLUMNS: dict[str, Column] = {
    "id": Column(np.uint64, 0, "identity of the post"),
    "employer": Column(np.int16, 0, "row of the service", low=0),
    "kind": Column(np.uint8, 0, "kind of employer, row of Employer", low=0, high=7),
    "filled": Column(np.bool_, False, "somebody works in the post"),
    "spell": Column(np.int32, 0, "workers there have been in the post", low=0),
    "worker": Column(np.uint64, 0, "identity of the worker, 0 when vacant"),
    "months": Column(np.int16, 0, "months in post", "months", low=0),
    "secure": Column(np.bool_, False, "guaranteed hours, not zero hours"),
    "female": Column(np.bool_, False, "the worker is a woman"),
    "ethnicity": Column(np.uint8, 0, "the worker's row of ETHNICITIES", low=0, high=4),
    "overseas": Column(np.bool_, False, "the worker was recruited from overseas"),
    "pay": Column(np.float32, 0, "pay", "pounds an hour", low=0),
}


class PaidCarer(ColumnAgent):
    """A care worker in a post: a view of one row of the workforce."""


class Service(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """One provider.

    Minutes are a week's; fee and price are pounds an hour, or a week where people live with the
    provider. `row` is its place in the market's list, `key` its identity for luck.
    """

    def __init__(self, model: CommunityModel, kind: Employer, ordinal: int) -> None:
        super().__init__(model)
        self.kind = kind
        self.ordinal = ordinal
        self.key = mix(text_key(kind.name), ordinal)
        self.row = 0
        self.open = True
        self.fee_gbp = 0.0
        self.price_gbp = 0.0
        self.price_ratio = 1.0  # its own cost over the market's
        self.usual_pay_ratio = 1.0  # its own pay over its kind's, before any plan
        self.fee_pay_ratio = 1.0  # as far as fees carry it
        self.plan_pay = 0.0  # what plans for pay add to the ratio
        self.fee_ratio = 1.0  # the council's fee to it over its fee to others
        self.supported = False  # by a plan for community care
        self.staffed_for_minutes = 0  # kept even while fewer are asked for
        self.months_under_cost = 0
        self.posts_opened = 0
        self.deliverable_minutes = 0
        self.commissioned_minutes = 0
        self.private_minutes = 0
        self.beds = 0
        self.bed_part = 0.0
        self.occupied = 0

    @property
    def name(self) -> str:
        """What the provider is called."""
        return f"{self.kind.name.lower().replace('_', ' ')} {self.ordinal}"

    @property
    def pay_ratio(self) -> float:
        """Pay over what is usual in its kind."""
        return self.fee_pay_ratio + self.plan_pay

    @pay_ratio.setter
    def pay_ratio(self, ratio: float) -> None:
        self.fee_pay_ratio = ratio - self.plan_pay

    @property
    def lives_in(self) -> bool:
        """Whether its clients live with it, in beds or places."""
        return self.kind in CARE_HOMES or self.kind is Employer.SHARED_LIVES

    @property
    def margin(self) -> float:
        """Fee over sustainable price, less one; 0 where no price is told."""
        return self.fee_gbp / self.price_gbp - 1.0 if self.price_gbp > 0 else 0.0

    @property
    def council_minutes(self) -> int:
        """Of commissioned minutes, those that can be staffed: short staff are short for all."""
        asked = self.commissioned_minutes + self.private_minutes
        if asked <= self.deliverable_minutes:
            return self.commissioned_minutes
        return self.commissioned_minutes * self.deliverable_minutes // asked

    @property
    def undelivered_minutes(self) -> int:
        """Commissioned minutes that nobody is there to deliver."""
        return self.commissioned_minutes - self.council_minutes

    @property
    def delivered_share(self) -> float:
        """Share of commissioned minutes that can be staffed, at most one."""
        if self.commissioned_minutes <= 0:
            return 1.0
        return self.council_minutes / self.commissioned_minutes

    @property
    def spare_minutes(self) -> int:
        """Minutes of staff not yet promised to anybody."""
        asked = self.commissioned_minutes + self.private_minutes
        return max(self.deliverable_minutes - asked, 0)

    @property
    def free_beds(self) -> int:
        """Beds or places nobody lives in."""
        return max(self.beds - self.occupied, 0) if self.open else 0

    def raise_pay(self, uplift_gbp_per_hour: float, usual_pay: float, p: Parameters) -> None:
        """Pass the usual share of a better fee on to pay; a cut lowers it, never below nothing."""
        rise = uplift_gbp_per_hour * p.fee_passed_to_pay
        self.fee_pay_ratio = max(self.usual_pay_ratio + rise / usual_pay, 0.0)
