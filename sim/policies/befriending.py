"""Befriending: a volunteer visits somebody lonely at home for an hour a week.

Cost: `befriending_cost_per_person_2024` a year for each person visited, for coordination. Delay:
`ramp_group_in_existing_building_months`. Capacity: whole people, and no more than volunteers
willing to visit. Reach: people of 60 and over at home who belong to no hub, the loneliest first of
those who come to notice. Each stays `befriending_months`. After funding: visits end at once and
their company with them. Failure: a scheme folds with chance `scheme_folds_annual` and begins
again `scheme_restart_months` later. Looks at the evidence and volunteers; changes who is visited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import Lever, Months
from sim.policies.purse import in_scheme, months_since_first, pay_in, spend_a_month_of, units

if TYPE_CHECKING:
    from sim.agents.visits import Scheme
    from sim.model import CommunityModel


class Befriending(Lever):
    """Volunteer befrienders and the person who matches and supports them."""

    lever: Literal["befriending"] = "befriending"
    opening_months: Months | None = Field(
        default=None, description="months from the first money to the first visit"
    )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """As many visits as the money coordinates and volunteers make."""
        from sim.money import Account  # late: reading a plan needs no numpy

        p = community.p
        state = pay_in(self, community, month, pence)
        funded = units(self, community, month, p.befriending_cost_per_person_2024)
        delay = self.opening_months
        if delay is None:
            delay = round(p.ramp_group_in_existing_building_months)
        begun = months_since_first(state, month, funded) >= delay
        if not begun:
            return
        scheme = scheme_of(community, f"befriending {state['number']}")
        scheme.places = min(funded, willing_volunteers(community, scheme))
        gbp = scheme.places * p.befriending_cost_per_person_2024
        spend_a_month_of(self, community, month, gbp, Account.WORKERS, "befriending coordinators")

    def capacity(self, community: CommunityModel) -> dict[str, float | str]:
        """Places now and people in them."""
        return in_scheme(self, community)


def willing_volunteers(community: CommunityModel, scheme: Scheme) -> int:
    """Formal volunteers who would visit somebody at home each week, less other schemes' own."""
    volunteers = int(community.world.people.volunteers.sum())
    willing = int(volunteers * community.p.befriending_volunteer_share)
    others = (each for each in community.schemes if each is not scheme and each.who == scheme.who)
    return max(willing - sum(each.places for each in others), 0)


def scheme_of(community: CommunityModel, key: str) -> Scheme:
    """The befriending scheme of this name, made the first time it is asked for."""
    from sim.agents.visits import Scheme

    p = community.p
    return community.scheme(
        Scheme(key, "befriended", p.befriending_hours_per_week, int(p.befriending_months))
    )
