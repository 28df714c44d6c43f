"""A recruitment shock: fewer care workers come from abroad, for good or for a while.

It sets `overseas_recruitment` of the month's outside world. Left out, the fall is that of
international recruits from 2023/24 to 2024/25.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.shock import Passing, Share

if TYPE_CHECKING:
    from sim.model import CommunityModel


class RecruitmentShock(Passing):
    """Recruitment from abroad falls by a share."""

    kind: Literal["recruitment"] = "recruitment"
    fall: Share | None = Field(
        default=None, description="share of overseas recruits lost; left out: the evidence"
    )

    def act(self, community: CommunityModel, month: int) -> None:
        """Fewer recruits from abroad this month."""
        if not self.lasts(month):
            return
        p, fall = community.p, self.fall
        if fall is None:
            fall = 1.0 - p.international_recruits_2024_25 / p.international_recruits_2023_24
        community.outside.overseas_recruitment *= 1.0 - fall
