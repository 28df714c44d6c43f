"""Neighbourhood networks: many small volunteer-led groups with a paid lead, after Leeds.

Cost: `network_cost_per_member_2024` a year for each place, lead included. Ramp: slow, a share
1 - exp(-years / `ramp_neighbourhood_network_years`) of Leeds's 20% of over-65s; where places
stand after five years is an assumption (grade D). Delay: `ramp_group_in_existing_building_months`.
Capacity: whole groups of `small_group_seats`, the lead's introductions, volunteers' visits at
home. Reach: who comes, counted in the run. After funding: groups go on without a lead, close
three times as often. Failure: a group without a volunteer does not meet. Looks at the evidence
and the place's older people; changes groups, introductions and visits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.befriending import willing_volunteers
from sim.policies.lever import MONTHS_PER_YEAR, Lever, Months
from sim.policies.purse import State, spend_a_month_of
from sim.policies.small_groups import (
    groups_of,
    in_hand,
    keep_up,
    members_each,
    places_and_members,
)

if TYPE_CHECKING:
    from sim.agents.hub import HubPlan
    from sim.model import CommunityModel
    from sim.parameters import Parameters


class NeighbourhoodNetworks(Lever):
    """Volunteer-led networks of older people, grown over decades from small groups."""

    lever: Literal["neighbourhood_networks"] = "neighbourhood_networks"
    opening_months: Months | None = Field(
        default=None, description="months from the first money to the first group"
    )
    visits: bool = Field(default=True, description="volunteers also visit people at home")

    def grown(self, months: float, p: Parameters) -> float:
        """Share of the way to a mature network, 0 to 1, so many months after the first group."""
        years = months / MONTHS_PER_YEAR
        return 1.0 - math.exp(-years / p.ramp_neighbourhood_network_years)

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Open groups as money and growth allow; the lead introduces, volunteers visit."""
        from sim.money import Account  # late: reading a plan needs no numpy

        p = community.p
        each, state = p.network_cost_per_member_2024, community.plan_state(self)
        a_group, affordable, age = in_hand(self, community, month, pence, each, self.opening_months)
        mature, wanted = 0.0, 0
        if affordable and age >= 0:
            mature = p.network_mature_reach * _older(community) / members_each(p)
            wanted = min(affordable, math.ceil(mature * self.grown(age + 1, p)))
        if not wanted and "opened" not in state:
            return
        state["opened"] = 1
        running = keep_up(self, community, wanted, self._group(int(p.small_group_seats)))
        self._rest_without_volunteers(community)
        strength = min(len(running) / mature, 1.0) if mature else 0.0
        self._introduce(community, state, strength)
        self._visit(community, state, len(running))
        self._note_the_year(community, state, age)
        spend_a_month_of(
            self, community, month, a_group * len(running), Account.WORKERS, "network leads"
        )

    def capacity(self, community: CommunityModel) -> dict[str, float | str]:
        """Groups, places, members and the share of over-65s they are: growth assumed, grade D.

        `members_per_person_65plus_year_N` is that share N years after the first group opened.
        """
        found, state = places_and_members(self, community), community.plan_state(self)
        share = int(found["members"]) / max(_older(community), 1)
        found |= {"members_per_person_65plus": share, "growth_grade": "D"}
        years = [key.split()[1] for key in state if key.startswith("members ")]
        for year in years:
            share = state[f"members {year}"] / max(state[f"older {year}"], 1)
            found[f"members_per_person_65plus_year_{year}"] = share
        return found

    def _note_the_year(self, community: CommunityModel, state: State, age: int) -> None:
        """At the end of each year since the first group, how many members there were."""
        year, rest = divmod(age + 1, MONTHS_PER_YEAR)
        if year > 0 and rest == 0:
            state[f"members {year}"] = int(places_and_members(self, community)["members"])
            state[f"older {year}"] = _older(community)

    def _group(self, seats: int) -> Callable[[int, int, str], HubPlan]:
        from sim.agents.hub import HubPlan

        def plan(ordinal: int, area: int, key: str) -> HubPlan:
            return HubPlan(key, area, seats, paid_lead=True, funded=True)

        return plan

    def _rest_without_volunteers(self, community: CommunityModel) -> None:
        """A volunteer-led group that has found no volunteer does not meet."""
        people, patience = community.world.people, community.p.network_waits_for_volunteer_months
        helpers = people.hub_volunteer[people.hub_volunteer >= 0]
        for hub in groups_of(self, community):
            hub.resting = hub.months_open > patience and not bool((helpers == hub.row).any())

    def _introduce(self, community: CommunityModel, state: State, strength: float) -> None:
        """The lead meets older people who do not come by themselves."""
        from sim.agents.connector import Connector, Remit

        p = community.p
        name = f"network lead {state['number']}"
        team = next((each for each in community.connectors if each.kind == name), None)
        if team is None:
            remit = Remit(funded=True, age_from=p.hub_age_from, accompanies=True)
            team = Connector(community, name, 0.0, remit)
            community.connectors.append(team)
        leads = community.people_of_all_ages / p.network_people_per_lead * strength
        team.caseload_per_month = leads * p.network_introductions_year / MONTHS_PER_YEAR

    def _visit(self, community: CommunityModel, state: State, groups: int) -> None:
        """Volunteers of the network visit people who cannot come, or do not want to."""
        if not self.visits:
            return
        from sim.policies.befriending import scheme_of

        p = community.p
        places = int(groups * members_each(p) * p.network_befriended_share)
        scheme = scheme_of(community, f"network visits {state['number']}")
        scheme.places = min(places, willing_volunteers(community, scheme))


def _older(community: CommunityModel) -> int:
    """Residents of pension age."""
    from sim.world.bands import PENSION_AGE

    ages = community.world.people.age_months
    return int((ages >= PENSION_AGE * MONTHS_PER_YEAR).sum())
