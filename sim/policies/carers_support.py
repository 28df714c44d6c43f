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
    from sim.agents.hub import Hub
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
        from sim.policies.buying import affordable, price_a_month

        return affordable(
            pence * self.share_to_breaks, price_a_month(p.carer_break_place_gbp_per_year)
        )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Buy breaks and places in groups; carers take them up when the month's care is done."""
        from sim.policies.buying import affordable, buy, pay_in, price_a_month

        p, state = community.p, community.plan_state(self)
        pay_in(self, community, month, pence, PLAN_LINE)
        price = price_a_month(p.carer_break_place_gbp_per_year)
        state["breaks"] = buy(self, community, month, self.places(pence, p), price, BREAKS)
        community.carer_support_places = sum(
            community.plan_state(block).get("breaks", 0)
            for block in community.plan.invest
            if isinstance(block, CarersSupport)
        )
        price = price_a_month(p.group_place_gbp_per_year)
        wanted = affordable(pence * self.share_to_groups, price)
        self._meet(community, month, buy(self, community, month, wanted, price, GROUPS), pence)

    def _meet(self, community: CommunityModel, month: int, places: int, pence: int) -> None:
        from sim.agents.groups import CARERS, open_group, share_places
        from sim.policies.buying import affordable, price_a_month

        p, state = community.p, community.plan_state(self)
        delay = self.opening_months
        delay = round(p.ramp_group_in_existing_building_months) if delay is None else delay
        late = month - self.start_month - delay
        if late >= 0 and places:
            if "area 0" not in state:
                a_month = self.gbp_per_head * community.people_of_all_ages * 100 / MONTHS_PER_YEAR
                price = price_a_month(p.group_place_gbp_per_year)
                full = affordable(a_month * self.share_to_groups, price)
                number = max(1, round(full / (self.group_places or p.group_usual_members)))
                areas = community.areas_first(self.where, self.neighbourhoods)
                state |= {f"area {row}": int(areas[row % len(areas)]) for row in range(number)}
            for row in range(sum(key.startswith("area ") for key in state)):
                area = state[f"area {row}"]
                fixed = self.opening_months is not None
                if f"opened {row}" not in state and community.readiness.may_open(
                    area, late, p, fixed
                ):
                    state[f"opened {row}"] = 1
                    open_group(community, f"{self._prefix(community)} {row}", area, CARERS)
        share_places(self._groups(community), places, pence)

    def _prefix(self, community: CommunityModel) -> str:
        number = community.plan_state(self)["number"]
        return f"plan carers {number} from month {self.start_month}, {self.where}:"

    def _groups(self, community: CommunityModel) -> list[Hub]:
        prefix = self._prefix(community)
        return [hub for hub in community.hubs if hub.plan.key.startswith(prefix)]


PLAN_LINE = "plan: carers' support"
BREAKS = "breaks for carers"
GROUPS = "carers' groups"
