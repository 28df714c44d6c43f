"""A price shock: what care costs to provide jumps, and fees with it, for good or for a while.

It sets `care_price` of the month's outside world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.shock import Passing

if TYPE_CHECKING:
    from sim.model import CommunityModel

MOST_RISE = 2


class PriceShock(Passing):
    """Fees and sustainable prices of care rise by a share, beyond their usual growth."""

    kind: Literal["price"] = "price"
    rise: float = Field(ge=0, le=MOST_RISE, description="share by which care costs more, real")

    def act(self, community: CommunityModel, month: int) -> None:
        """Raise this month's price of care."""
        if self.lasts(month):
            community.outside.care_price *= 1.0 + self.rise
