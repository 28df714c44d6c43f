"""Formal services: paid care, as hours bought or as better fees to those who provide it.

This room holds what a plan may say about the formal care budget; it is the only lever whose
money may be negative, which is a cut. It looks at nothing beyond the common lever.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.policies.lever import Lever

if TYPE_CHECKING:
    from sim.model import CommunityModel


def _whole(*shares: float) -> bool:
    """Tell whether shares sum to 1 (as near as binary fractions can)."""
    return math.isclose(math.fsum(shares), 1)


class FormalServices(Lever):
    """The paid care budget: so much to more hours, the rest to higher fees per hour.

    A negative `gbp_per_head` is a cut, taken from hours and fees in the same shares.
    """

    may_cut: ClassVar[bool] = True

    lever: Literal["formal_services"] = "formal_services"
    share_to_hours: float = Field(default=1, ge=0, le=1, description="share buying more hours")
    share_to_fees: float = Field(default=0, ge=0, le=1, description="share raising fees per hour")

    def contradictions(self) -> Iterator[str]:
        """Yield a sentence for each pair of settings that cannot both be meant."""
        yield from super().contradictions()
        if not _whole(self.share_to_hours, self.share_to_fees):
            total = self.share_to_hours + self.share_to_fees
            yield (
                f"share_to_hours and share_to_fees sum to {total:g}, not 1. "
                "Every pound goes to one or the other"
            )
        if self.where != "evenly":
            yield (
                f'where = "{self.where}": paid care follows need, not neighbourhoods. '
                'Write where = "evenly" or remove it'
            )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Give (or take) this month's pence: hours loosen the rules, fees raise what is paid.

        The money reaches people only through packages granted and staff hired; what cannot be
        bought stays with the council unspent.
        """
        from sim.agents.calendar import post_plan  # late: reading a plan needs no numpy
        from sim.money import Account

        council = community.council
        fees = round(pence * self.share_to_fees)
        post_plan(community.ledger, month + 1, self.payer, Account.COUNCIL, pence, PLAN_LINE)
        council.extra_pence += pence
        council.pay_fees(fees, community.commissioned_minutes_a_month())
        council.grant_hours(pence - fees, community.package_pence_a_month(), community.p)
        community.market.raise_pay(council.fee_uplift, community.p)


PLAN_LINE = "plan: formal services"
