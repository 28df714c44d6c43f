"""Community transport: a minibus and driver that fetch people to clubs that are already there.

Cost: `hub_minibus_annual_cost` a year, bought in rounds: one club on one day of the week. Delay:
as for any group in an existing room. Capacity: `hub_minibus_seats` a round, one club each. Reach:
who needs a lift and lives where a club is, while the club has a place; seats do not grow. After
funding: lifts end at once. Failure: a round is off for a month with chance
`minibus_off_road_share`. Looks at clubs without a bus; changes only which of them have one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import Lever, Months
from sim.policies.purse import months_since_first, pay_in, spend_a_month_of, units

if TYPE_CHECKING:
    from sim.agents.hub import Hub
    from sim.model import CommunityModel


class CommunityTransport(Lever):
    """Lifts to existing clubs and hubs that have no minibus of their own."""

    lever: Literal["community_transport"] = "community_transport"
    opening_months: Months | None = Field(
        default=None, description="months from the first money to the first lift"
    )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Send the bus round: one club a day, as many as money pays for and clubs need."""
        from sim.money import Account  # late: reading a plan needs no numpy

        p = community.p
        state = pay_in(self, community, month, pence)
        a_round = p.hub_minibus_annual_cost / p.minibus_rounds_per_week
        funded = units(self, community, month, a_round)
        number = state["number"]
        for hub in community.hubs:
            if hub.lift_lent_by == number:
                _mark_reached(community, hub)
                hub.lift_lent_by, hub.minibus_seats = -1, hub.plan.minibus_seats
        delay = self.opening_months
        if delay is None:
            delay = round(p.ramp_group_in_existing_building_months)
        if not funded or months_since_first(state, month, funded) < delay:
            return
        served = self._clubs(community)[:funded]
        for hub in served:
            if not _off_the_road(community, hub, month):
                hub.lift_lent_by = number
                hub.minibus_seats = round(p.hub_minibus_seats)
        gbp = a_round * len(served)
        spend_a_month_of(self, community, month, gbp, Account.SUPPLIERS, "community minibus")

    def capacity(self, community: CommunityModel) -> dict[str, float | str]:
        """Clubs that have the lent minibus now, and riders this month."""
        number = community.plan_state(self)["number"]
        lent = [hub for hub in community.hubs if hub.lift_lent_by == number]
        return {"clubs": len(lent), "riders": sum(hub.riders_this_month for hub in lent)}

    def _clubs(self, community: CommunityModel) -> list[Hub]:
        """Open hubs without a minibus, in the order of neighbourhoods the plan wants."""
        order = community.areas_first(self.where, self.neighbourhoods)
        rank = {int(area): place for place, area in enumerate(order)}
        without = [
            hub
            for hub in community.hubs
            if hub.open and hub.minibus_seats == 0 and hub.area in rank
        ]
        return sorted(without, key=lambda hub: (rank[hub.area], hub.row))


def _off_the_road(community: CommunityModel, hub: Hub, month: int) -> bool:
    """Whether the round to this club is off this month."""
    import numpy as np

    from sim.luck import Decision, mix_ids

    key = mix_ids(np.array([hub.unique_key], dtype=np.uint64))
    chance = community.p.minibus_off_road_share
    return bool(community.luck.happens(Decision.BUS_ROUND, key, month + 1, chance)[0])


def _mark_reached(community: CommunityModel, hub: Hub) -> None:
    """Who came by the lent minibus last month has been reached by the plan."""
    people = community.world.people
    people.reached[people.by_minibus & (people.hub == hub.row)] = True
