"""Austerity: a path of yearly real changes of the council's care budget, as in 2010 to 2019.

It replaces the growth of the budget each April while it lasts. Settings left out are taken from
the evidence: five years of cuts (`spend_per_person_change_2009_2014`), then years of part
recovery (`spend_per_person_change_2014_2017`); for older people eight years
(`spend_per_65plus_change_2009_2017`). It sets nothing but the budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from sim.policies.lever import MONTHS_PER_YEAR
from sim.policies.shock import Shock

if TYPE_CHECKING:
    from sim.model import CommunityModel
    from sim.parameters import Parameters

Change = Annotated[float, Field(ge=-1, le=1)]
Path = Annotated[
    tuple[Change, ...],
    BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value),
]


class Austerity(Shock):
    """Real changes of the council's base budget, one each April from `start_month`."""

    kind: Literal["austerity"] = "austerity"
    yearly_changes: Path | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="real change of the budget each April, such as [-0.03, -0.03]; "
        "left out: the evidence's path",
    )
    shape: Literal["all_residents", "older_residents"] = Field(
        default="all_residents", description="whose spending in the 2010s gives the path"
    )

    @field_validator("start_month")
    @classmethod
    def _in_april(cls, month: int) -> int:
        if month % MONTHS_PER_YEAR:
            raise ValueError(
                f"{month}: budgets are set in April. Write {month - month % MONTHS_PER_YEAR} "
                f"or {month - month % MONTHS_PER_YEAR + MONTHS_PER_YEAR}"
            )
        return month

    def path(self, p: Parameters) -> tuple[float, ...]:
        """The real change of the budget in each year."""
        if self.yearly_changes is not None:
            return self.yearly_changes
        if self.shape == "older_residents":
            years = round(p.austerity_older_years)
            return (yearly(p.spend_per_65plus_change_2009_2017, years),) * years
        falls, rises = round(p.austerity_falling_years), round(p.austerity_recovering_years)
        fall = yearly(p.spend_per_person_change_2009_2014, falls)
        rise = yearly(p.spend_per_person_change_2014_2017, round(p.austerity_recovery_measured))
        return (fall,) * falls + (rise,) * rises

    def act(self, community: CommunityModel, month: int) -> None:
        """Each April while the path lasts, this year's change replaces the budget's growth."""
        into = month - self.start_month
        path = self.path(community.p)
        if into < 0 or into % MONTHS_PER_YEAR or into // MONTHS_PER_YEAR >= len(path):
            return
        council = community.council
        before = council.budget_shock or 0.0  # two cuts in one April are both made
        council.budget_shock = (1.0 + before) * (1.0 + path[into // MONTHS_PER_YEAR]) - 1.0


def yearly(whole: float, years: int) -> float:
    """The even yearly change that comes to `whole` after `years`."""
    return float((1.0 + whole) ** (1.0 / years) - 1.0)
