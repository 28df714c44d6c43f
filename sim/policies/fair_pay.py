"""Fair pay: better pay and secure hours for care workers, whoever employs them.

Cost: the council's part of a rise in the fee of every hour; others who buy care pay the same rise
for theirs. pay_money_reaching_workers of it is pay, the rest employers' on-costs. Secure hours
cost secure_hours_gbp_per_worker_year for each worker who has none and wants them. Ramp and delay:
the money's own; turnover answers at once, continuity over years. Capacity: whole contracts; pay
as far as the money goes over hours bought. Reach: agencies, community businesses and personal
assistants, or care homes and supported living too; not the council's own staff, nor Shared Lives
carers. Decay: when the money ends so do the rise and the guarantees. Failure: cost rises with the
fee, so the gap between fee and cost stays as wide in pounds and providers under cost stay so;
self-funders pay more. Changes pay, contracts, fees and prices; never who stays or leaves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import MONTHS_PER_YEAR, Lever

if TYPE_CHECKING:
    from sim.model import CommunityModel


class FairPay(Lever):
    """Pay and secure hours, through fees that rise by what they cost."""

    lever: Literal["fair_pay"] = "fair_pay"
    who: Literal["everyone", "home_care"] = Field(
        default="everyone", description="workers of all employers, or of care by the hour only"
    )
    share_to_pay: float = Field(default=1, ge=0, le=1, description="share raising pay by the hour")
    share_to_secure_hours: float = Field(
        default=0, ge=0, le=1, description="share paying for guaranteed hours"
    )

    def contradictions(self) -> Iterator[str]:
        """Yield a sentence for each pair of settings that cannot both be meant."""
        yield from super().contradictions()
        total = self.share_to_pay + self.share_to_secure_hours
        if not math.isclose(total, 1):
            yield (
                f"share_to_pay and share_to_secure_hours sum to {total:g}, not 1. "
                "Every pound goes to one or the other"
            )
        if self.where != "evenly":
            yield (
                f'where = "{self.where}": care workers are paid by their employer, not their '
                'neighbourhood. Write where = "evenly" or remove it'
            )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Raise fees and pay for the month; guarantee as many workers' hours as money lasts."""
        from sim.agents.calendar import post_plan
        from sim.money import Account

        state = community.plan_state(self)
        if not (pence or state.get("held", 0) or state.get("secured", 0)):
            return
        secure = round(pence * self.share_to_secure_hours)
        ledger, council = community.ledger, community.council
        post_plan(ledger, month + 1, self.payer, Account.COUNCIL, pence - secure, PLAN_LINE)
        council.extra_pence += pence - secure
        self._raise(community, pence - secure)
        self._secure(community, month, secure)

    def _raise(self, community: CommunityModel, pence: int) -> None:
        """Pounds an hour more on the hours the council pays for, and on everybody else's."""
        from sim.agents import pay_terms
        from sim.units import PENCE_PER_POUND

        hours = pay_terms.council_hours_a_month(community, self.who == "everyone")
        rise = pence / PENCE_PER_POUND / max(hours, 1.0)
        pay_terms.raise_fees(community, self.who == "everyone", rise)

    def _secure(self, community: CommunityModel, month: int, pence: int) -> None:
        """Guaranteed hours for whole workers, paid by the month; those it cannot pay lapse."""
        from sim.agents import pay_terms
        from sim.money import Account
        from sim.policies import purse
        from sim.units import PENCE_PER_POUND

        state, p = community.plan_state(self), community.p
        purse.pay_in(self, community, month, pence, PLAN_LINE)
        each = round(p.secure_hours_gbp_per_worker_year * PENCE_PER_POUND / MONTHS_PER_YEAR)
        able = max(state["held"], 0) // each if pence else 0
        kept = pay_terms.guarantee(community, self.who == "everyone", state["number"], able)
        state["secured"] = kept
        line = "fair pay: guaranteed hours"
        purse.spend(self, community, month, kept * each, Account.WORKERS, line)


PLAN_LINE = "plan: fair pay"
