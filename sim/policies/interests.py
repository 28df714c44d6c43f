"""Communities of interest and identity: small groups across town, not only of the neighbourhood.

Cost: `interest_group_cost_per_member` a year for each place. Delay:
`ramp_group_in_existing_building_months`. Capacity: whole groups of `small_group_seats`. Reach:
adults of any age who share the interest, or the groups named, from all over town
(`interest_group_nearness`); others feel it is not for them. After funding: groups go on without a
lead and close three times as often. Failure: the ordinary chance that a group closes.
Looks at the evidence; changes which groups there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from sim.policies.audience import EVERYONE, groups_exist, set_audience
from sim.policies.lever import Lever, Months, Words
from sim.policies.purse import spend_a_month_of
from sim.policies.small_groups import in_hand, keep_up, places_and_members

if TYPE_CHECKING:
    from sim.agents.hub import HubPlan
    from sim.model import CommunityModel


class Interests(Lever):
    """Groups by interest (`for_whom` everyone: each group has an interest of its own) or identity.

    With groups named, such as ethnicity_asian, every group is for all who are of them.
    """

    lever: Literal["interests"] = "interests"
    opening_months: Months | None = Field(
        default=None, description="months from the first money to the first meeting"
    )
    for_whom: Words = Field(default=(EVERYONE,), description="who feels the group is for them")
    referred_only: bool = Field(
        default=False, description="places are kept for people whom a connector has found"
    )

    @field_validator("for_whom")
    @classmethod
    def _groups_exist(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        return groups_exist(groups)

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Keep up as many whole groups as the money does."""
        from sim.money import Account  # late: reading a plan needs no numpy

        p = community.p
        each = p.interest_group_cost_per_member
        a_group, wanted, age = in_hand(self, community, month, pence, each, self.opening_months)
        if age < 0:
            return
        plan = self._group(int(p.small_group_seats), int(p.interest_groups))
        running = keep_up(self, community, wanted, plan)
        gbp = a_group * len(running)
        spend_a_month_of(self, community, month, gbp, Account.WORKERS, "leads of groups")

    def capacity(self, community: CommunityModel) -> dict[str, float | str]:
        """Groups, places and members now."""
        return places_and_members(self, community)

    def _group(self, seats: int, interests: int) -> Callable[[int, int, str], HubPlan]:
        from sim.agents.hub import HubPlan

        def plan(ordinal: int, area: int, key: str) -> HubPlan:
            made = HubPlan(
                key,
                area,
                seats,
                paid_lead=True,
                funded=True,
                all_ages=True,
                across_town=True,
                referred_only=self.referred_only,
                interests=(ordinal % interests,) if self.for_whom == (EVERYONE,) else (),
            )
            return set_audience(made, self.for_whom)

        return plan
