"""Carers' support: groups that meet, and breaks.

Cost: a place in a group costs `group_place_gbp_per_year`, a place for breaks
`carer_break_place_gbp_per_year`. Ramp and delay: groups open
`ramp_group_in_existing_building_months` after the first money and fill month by month; breaks begin
with the money. Capacity: whole places. Reach: breaks go to the most strained carers whom the
council does not support; groups to the most strained of those who say yes.
Effect: breaks ease strain a little; a group gives company and ties. Decay: a break is for the month
it is paid for; a group whose money ends loses its organiser and closes three times as often.
Failure: trials of carers' support find little; most carers never come.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import MONTHS_PER_YEAR, Lever, Months

if TYPE_CHECKING:
    from sim.model import CommunityModel
    from sim.parameters import Parameters

MOST_MEMBERS = 100 * MONTHS_PER_YEAR


class CarersSupport(Lever):
    """Support for unpaid carers: so much of the money for breaks, the rest for groups."""

    lever: Literal["carers_support"] = "carers_support"
    share_to_breaks: float = Field(default=1, ge=0, le=1, description="share paying for breaks")
    share_to_groups: float = Field(default=0, ge=0, le=1, description="share paying for groups")
    opening_months: Months | None = Field(
        default=None, description="months from start_month to first groups; left out: the evidence"
    )
    group_places: int | None = Field(
        default=None, ge=1, le=MOST_MEMBERS, description="places in a group; left out: the evidence"
    )

    def contradictions(self) -> Iterator[str]:
        """Yield a sentence for each pair of settings that cannot both be meant."""
        from math import isclose

        yield from super().contradictions()
        if not isclose(self.share_to_breaks + self.share_to_groups, 1):
            yield (
                "share_to_breaks and share_to_groups sum to "
                f"{self.share_to_breaks + self.share_to_groups:g}, not 1. "
                "Every pound goes to one or the other"
            )

    def places(self, pence: int, p: Parameters) -> int:
        """Places for breaks that this month's pence pays for."""
        from sim.policies.purse import affordable, price_a_month

        return affordable(
            pence * self.share_to_breaks, price_a_month(p.carer_break_place_gbp_per_year)
        )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Buy breaks and places in groups; carers take them up when the month's care is done."""
        from sim.agents.groups import CARERS
        from sim.policies.grouping import Offer, run_groups
        from sim.policies.purse import buy, pay_in, price_a_month

        p, state = community.p, community.plan_state(self)
        pay_in(self, community, month, pence, PLAN_LINE)
        price = price_a_month(p.carer_break_place_gbp_per_year)
        state["breaks"] = buy(self, community, month, self.places(pence, p), price, BREAKS)
        community.carer_support_places = sum(
            community.plan_state(block).get("breaks", 0)
            for block in community.plan.invest
            if isinstance(block, CarersSupport)
        )
        offer = Offer(
            kind=CARERS,
            gbp_per_place=p.group_place_gbp_per_year,
            places_each=self.group_places or p.group_usual_members,
            line=GROUPS,
            share=self.share_to_groups,
            opening_months=self.opening_months,
        )
        run_groups(self, community, month, pence, offer)


PLAN_LINE = "plan: carers' support"
BREAKS = "breaks for carers"
GROUPS = "carers' groups"
