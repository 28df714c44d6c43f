"""Connectors: people paid to find the lonely and introduce them, if there is a free place.

Cost: a post of the kind (60,000, 48,000 or 45,000 pounds a year), bought in whole paid hours a
week. Delay and ramp: half of `ramp_connector_months` to recruit, the other half to a full
caseload. Capacity: the kind's people a year for each post, less vacant posts. Reach: whoever
comes to notice in the patch, the lonely and those in need first. After funding: nobody new is
met; memberships and ties fade by the ordinary rules. Failure: a share of posts stands empty, and
no introduction succeeds without a free place. Looks at the evidence; changes who is referred.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import MONTHS_PER_YEAR, Lever
from sim.policies.purse import State, months_since_first, pay_in, spend_a_month_of, units

if TYPE_CHECKING:
    from sim.agents.connector import Connector, Remit
    from sim.model import CommunityModel
    from sim.parameters import Parameters

Post = Literal["local_area_coordinator", "link_worker", "circle_facilitator"]
MOST_PEOPLE = 100 * 100 * 100


class Connectors(Lever):
    """Local area coordinators, link workers or circle facilitators.

    Local area coordinators walk alongside people for a year, bring carers support and introduce a
    neighbour; link workers refer on; circle facilitators bring a few neighbours round somebody.
    """

    lever: Literal["connectors"] = "connectors"
    post: Post = Field(default="local_area_coordinator", description="what kind of connector")
    people_a_year: int | None = Field(
        default=None, ge=1, le=MOST_PEOPLE, description="people each post takes on in a year"
    )
    people_per_post: int | None = Field(
        default=None, ge=1, le=MOST_PEOPLE, description="residents of all ages in a post's patch"
    )
    from_hospital_first: bool = Field(
        default=False, description="people in need just admitted to hospital are met first"
    )

    def contradictions(self) -> Iterator[str]:
        """Yield a sentence for each pair of settings that cannot both be meant."""
        yield from super().contradictions()
        if self.people_per_post is not None and self.where == "evenly":
            yield (
                f'people_per_post = {self.people_per_post} sizes a patch, but where = "evenly" has '
                "none. Say where first, or remove people_per_post"
            )

    def post_gbp(self, p: Parameters) -> float:
        """What a full post costs a year."""
        return {
            "local_area_coordinator": p.lac_cost_per_coordinator_2024,
            "link_worker": p.link_worker_full_cost,
            "circle_facilitator": p.circle_facilitator_cost,
        }[self.post]

    def takes_on(self, p: Parameters) -> float:
        """People a full post takes on in a year; coordinators walk alongside each for a year."""
        if self.people_a_year is not None:
            return self.people_a_year
        return {
            "local_area_coordinator": p.lac_caseload,
            "link_worker": p.link_worker_caseload_year,
            "circle_facilitator": p.circle_facilitator_circles_year,
        }[self.post]

    def patch_people(self, p: Parameters) -> float:
        """Residents of all ages in one post's patch."""
        if self.people_per_post is not None:
            return self.people_per_post
        return {
            "local_area_coordinator": p.lac_population_per_coordinator,
            "link_worker": p.link_workers_people_per_worker,
            "circle_facilitator": p.circle_facilitator_people_per_worker,
        }[self.post]

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Recruit as many whole hours as the money buys; those at work meet people."""
        from sim.money import Account  # late: reading a plan needs no numpy

        p = community.p
        state = pay_in(self, community, month, pence)
        full_time = p.post_hours_per_week
        hours = units(self, community, month, self.post_gbp(p) / full_time)
        recruiting = p.ramp_connector_months / 2
        at_work = months_since_first(state, month, hours) - recruiting + 1
        busy = min(at_work / recruiting, 1.0) if at_work > 0 else 0.0
        posts = hours / full_time * (1.0 - p.connector_vacancy_share) if busy else 0.0
        team = self._team(community, state, hours / full_time) if posts else self._old(community)
        if team is not None:
            team.caseload_per_month = posts * busy * self.takes_on(p) / MONTHS_PER_YEAR
            team.carried_over *= bool(posts)
        self._carers(community, state, posts * busy)
        spend_a_month_of(
            self, community, month, posts * self.post_gbp(p), Account.WORKERS, "connectors' pay"
        )

    def capacity(self, community: CommunityModel) -> dict[str, float | str]:
        """People taken on so far and how many of them did anything."""
        team = self._old(community)
        if team is None:
            return {}
        share = team.placed / team.referred if team.referred else 0.0
        return {"referred": team.referred, "did_anything": team.placed, "share": round(share, 2)}

    def told(self, state: State) -> str:
        """The name this plan's team goes by."""
        return f"{self.post.replace('_', ' ')} {state['number']}"

    def _old(self, community: CommunityModel) -> Connector | None:
        name = self.told(community.plan_state(self))
        return next((each for each in community.connectors if each.kind == name), None)

    def _team(self, community: CommunityModel, state: State, posts: float) -> Connector:
        """The team at work in its patch; made the first time somebody is."""
        from sim.agents.connector import Connector

        team = self._old(community)
        if team is None:
            team = Connector(community, self.told(state), 0.0, self._remit(community, posts))
            community.connectors.append(team)
        return team

    def _remit(self, community: CommunityModel, posts: float) -> Remit:
        from sim.agents.connector import Remit

        p = community.p
        circle = {
            "local_area_coordinator": p.lac_neighbours_met,
            "link_worker": 0,
            "circle_facilitator": p.circle_people,
        }[self.post]
        return Remit(
            funded=True,
            areas=self._patch(community, posts),
            circle=round(circle),
            accompanies=self.post != "link_worker",
            from_hospital=self.from_hospital_first,
            takes_on=0.0 if self.post == "link_worker" else self.takes_on(p),
        )

    def _patch(self, community: CommunityModel, posts: float) -> tuple[int, ...]:
        """Neighbourhoods the posts cover, the first wanted first; none is everywhere."""
        if self.where == "evenly":
            return ()
        share = posts * self.patch_people(community.p) / community.people_of_all_ages
        order = community.areas_first(self.where, self.neighbourhoods)
        if self.where == "named":
            return tuple(int(row) for row in order)
        counts = community.start_counts[order]
        before = counts.cumsum() - counts
        return tuple(int(row) for row in order[before < share * counts.sum()])

    def _carers(self, community: CommunityModel, state: State, posts: float) -> None:
        """Places in carers' support: a local area coordinator's caseload has carers in it."""
        if self.post != "local_area_coordinator":
            return
        p = community.p
        places = round(posts * self.takes_on(p) * p.lac_carer_share)
        community.carer_support_places += places - state.get("carers", 0)
        state["carers"] = places
