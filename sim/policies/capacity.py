"""Capacity building: getting a neighbourhood ready before anything else is paid for there.

Cost: `big_local_spend_per_head_year` for each head of the neighbourhoods worked in; more stays
unspent, less takes longer. Ramp and delay: `capacity_building_months` of full money. Capacity:
neighbourhoods that hold `share_of_people` of the place, the first by `where`. Reach: none itself.
Effect: readiness grows to 1: other blocks can open there without the delay a left-behind
neighbourhood has, bids are won, and more say yes when asked to volunteer. While it is being built
nothing else of the plan opens there. Decay: unfinished, it fades by half in
`effect_half_life_after_support_ends_months`. Failure: money spent where people were ready already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.policies.lever import MONTHS_PER_YEAR, Lever, Where

if TYPE_CHECKING:
    from sim.model import CommunityModel


class Capacity(Lever):
    """Capacity building, by default in the neighbourhoods with the weakest infrastructure."""

    acts_first: ClassVar[bool] = True  # nothing else may open where it is at work this month

    lever: Literal["capacity"] = "capacity"
    where: Where = Field(
        default="weakest_infrastructure_first", description="which neighbourhoods come first"
    )
    share_of_people: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="share of the place's people who live in the neighbourhoods worked in; left "
        "out: the evidence's fifth",
    )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Pay community workers there, as far as there is something left to build."""
        import numpy as np

        from sim.agents.targeting import areas_served
        from sim.money import Account
        from sim.policies.purse import pay_in, spend
        from sim.units import PENCE_PER_POUND

        pay_in(self, community, month, pence, PLAN_LINE)
        if pence == 0:
            return
        p, state, ready = community.p, community.plan_state(self), community.readiness
        if "areas" not in state:  # chosen once: work that is begun is finished
            share = self.share_of_people or p.left_behind_share
            chosen = areas_served(community, self.where, self.neighbourhoods, share)
            state |= {"areas": len(chosen)}
            state |= {f"area {row}": int(area) for row, area in enumerate(chosen)}
        areas = np.array([state[f"area {row}"] for row in range(state["areas"])])
        left = areas[ready.level[areas] < 1.0]
        people = community.sample.neighbourhoods.people.sum(axis=1)
        heads = community.people_of_all_ages * people[left].sum() / people.sum()
        whole = p.big_local_spend_per_head_year * heads * PENCE_PER_POUND / MONTHS_PER_YEAR
        wanted = min(round(whole), pence)
        spent = spend(self, community, month, wanted, Account.WORKERS, WORK)
        if spent > 0:
            short = round(whole) - spent > 1  # a penny is a matter of rounding
            ready.build(left, (spent / whole if short else 1.0) / p.capacity_building_months)


PLAN_LINE = "plan: capacity building"
WORK = "community workers"
