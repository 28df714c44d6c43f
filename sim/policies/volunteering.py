"""Volunteering: supported placements with a coordinator, or an appeal without one.

Cost: a coordinator (`volunteer_coordinator_gbp_per_year`) looks after `volunteers_per_coordinator`
placements; an appeal costs `appeal_gbp_per_volunteer` for each volunteer sought, once.
Ramp and delay: placements open `ramp_group_in_existing_building_months` after the first money and
fill month by month; an appeal is heard at once. Capacity: whole placements, whole volunteers.
Reach: people outside eligibility, the loneliest sought first; those who say yes follow readiness,
which follows affluence. An appeal finds only those with time to spare, where they live.
Effect: purpose, and in a team company and ties; an appeal's volunteers help at home near by.
Decay: without a coordinator, or with too many to look after, volunteers leave twice as fast; a
team whose money ends closes three times as often. Failure: those who step in where more is asked
than they pledged burn out, so that help is thinnest where need is greatest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import MONTHS_PER_YEAR, Lever, Months

if TYPE_CHECKING:
    from sim.model import CommunityModel
    from sim.parameters import Parameters

MOST_A_COORDINATOR = 100 * MONTHS_PER_YEAR


class Volunteering(Lever):
    """Volunteers: in supported placements looked after by coordinators, or called for and left."""

    lever: Literal["volunteering"] = "volunteering"
    coordinated: bool = Field(
        default=True, description="paid coordinators find, place and look after volunteers"
    )
    placements_per_coordinator: int | None = Field(
        default=None,
        ge=1,
        le=MOST_A_COORDINATOR,
        description="volunteers one coordinator looks after; left out: the evidence. More are "
        "cheaper each and leave twice as fast",
    )
    opening_months: Months | None = Field(
        default=None, description="months from start_month to first placements; left out: evidence"
    )

    def contradictions(self) -> Iterator[str]:
        """Yield a sentence for each pair of settings that cannot both be meant."""
        yield from super().contradictions()
        if self.coordinated:
            return
        if self.where != "evenly":
            yield (
                f'coordinated = false, but where = "{self.where}": without a coordinator '
                'volunteers come from where they live. Write where = "evenly" or remove it'
            )
        if self.placements_per_coordinator is not None:
            yield (
                "coordinated = false, but placements_per_coordinator = "
                f"{self.placements_per_coordinator}. Write coordinated = true or remove it"
            )
        if self.opening_months is not None:
            yield (
                f"coordinated = false, but opening_months = {self.opening_months}: an appeal is "
                "heard at once. Write coordinated = true or remove it"
            )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Buy placements, or appeal for volunteers; people are found when the community meets."""
        from sim.policies.purse import pay_in

        pay_in(self, community, month, pence, PLAN_LINE)
        if self.coordinated:
            self._place(community, month, pence)
        else:
            self._appeal(community, month, pence)

    def a_coordinator(self, p: Parameters) -> float:
        """Volunteers one coordinator looks after."""
        return float(self.placements_per_coordinator or p.volunteers_per_coordinator)

    def _place(self, community: CommunityModel, month: int, pence: int) -> None:
        from sim.agents.groups import TEAM
        from sim.policies.grouping import Offer, run_groups

        p = community.p
        each = self.a_coordinator(p)
        offer = Offer(
            kind=TEAM,
            gbp_per_place=p.volunteer_coordinator_gbp_per_year / each,
            places_each=each,
            line=COORDINATORS,
            opening_months=self.opening_months,
            overloaded=each > p.volunteers_per_coordinator,
        )
        run_groups(self, community, month, pence, offer)

    def _appeal(self, community: CommunityModel, month: int, pence: int) -> None:
        from sim.policies.purse import buy
        from sim.units import PENCE_PER_POUND

        state = community.plan_state(self)
        price = round(community.p.appeal_gbp_per_volunteer * PENCE_PER_POUND)
        wanted = state["held"] // price if pence else 0
        state["sought"] = buy(self, community, month, wanted, price, APPEALS, worked=False)
        community.appeal_places = sum(
            community.plan_state(block).get("sought", 0)
            for block in community.plan.invest
            if isinstance(block, Volunteering)
        )


PLAN_LINE = "plan: volunteering"
COORDINATORS = "volunteer coordinators"
APPEALS = "appeals for volunteers"
