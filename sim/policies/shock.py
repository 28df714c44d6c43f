"""What every shock has in common: when it strikes and for how long.

A shock is something that happens to a place; nobody chooses it and nobody pays for it. It sets
the month's outside world, or the council's budget. A shock belongs to the plan that holds it: the
comparison is with a baseline where it never happens. Each shock has a file of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from sim.policies.lever import MOST_MONTHS, Months

if TYPE_CHECKING:
    from sim.model import CommunityModel

Duration = Annotated[int, Field(ge=1, le=MOST_MONTHS)]
Share = Annotated[float, Field(ge=0, le=1)]


class Shock(BaseModel):
    """Settings every shock shares. Month 0 is April 2024."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    kind: str
    start_month: Months = Field(default=0, description="first month it is felt; 0 is the start")

    def act(self, community: CommunityModel, month: int) -> None:
        """Do to `community` what the shock does in `month`; each shock writes its own."""
        raise NotImplementedError(f"{type(self).__name__} has settings but does not act yet")


class Passing(Shock):
    """A shock that may end."""

    months: Duration | None = Field(
        default=None, description="how many months it lasts; left out: to the end of the run"
    )

    def lasts(self, month: int) -> bool:
        """Tell whether it is felt in `month`."""
        into = month - self.start_month
        return into >= 0 and (self.months is None or into < self.months)
