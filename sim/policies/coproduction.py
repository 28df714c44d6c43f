"""Co-production: the people a plan does not reach help to shape what it pays for.

Cost: about 3% (`coproduction_short_run_cost_effect`) of what the plan's other community blocks pay
in the month; more than that stays unspent, less shapes less. Ramp and delay: relevance grows
evenly over a year of full work. Capacity: every funded hub that is open. Reach: groups that come
less often to a place where nobody like them goes (`minority_reach_ratio_mainstream_hub`) come more
often, by `coproduction_reach_multiplier`; after the year, hubs felt to be for some ethnic groups or
one sex are felt to be for all of them. Decay: unpaid, relevance is lost as evenly as it grew.
Failure: with nothing else funded there is nothing to shape, and all of it stays unspent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sim.policies.lever import MONTHS_PER_YEAR, Lever

if TYPE_CHECKING:
    from sim.model import CommunityModel

NOT_COMMUNITY = ("coproduction", "fair_pay", "formal_services")


class Coproduction(Lever):
    """Paid time for residents and organisers to shape what the plan's other blocks fund."""

    lever: Literal["coproduction"] = "coproduction"

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Pay for this month's work; funded hubs become, or stay, of use to more people."""
        from sim.money import Account
        from sim.policies.purse import pay_in, spend
        from sim.units import PENCE_PER_POUND

        pay_in(self, community, month, pence, PLAN_LINE)
        blocks = community.plan.invest
        people = community.people_of_all_ages
        others = PENCE_PER_POUND * sum(
            block.funding_gbp(month, people) for block in blocks if block.lever not in NOT_COMMUNITY
        )
        needed = (community.p.coproduction_short_run_cost_effect - 1.0) * others
        mine = [block for block in blocks if isinstance(block, Coproduction)]
        funded = PENCE_PER_POUND * sum(block.funding_gbp(month, people) for block in mine)
        share = min(funded / needed, 1.0) if needed > 0 else 0.0
        spent = round(pence * min(needed / funded, 1.0)) if funded > 0 else 0
        spend(self, community, month, spent, Account.RESIDENTS, WORK)
        if self is not mine[0]:
            return  # one block speaks for them all
        for hub in community.hubs:
            if hub.funded and not hub.plan.group:
                step = share if share > 0 else -1.0
                hub.coproduced = min(max(hub.coproduced + step / MONTHS_PER_YEAR, 0.0), 1.0)


PLAN_LINE = "plan: co-production"
WORK = "co-production"
