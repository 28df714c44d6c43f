"""What every lever has in common: how much money, when, who pays and where first.

A lever is one thing money can be put into (or taken out of), described the way a council would
describe it. This room may look at pydantic and the words of `sim.outcomes`; it changes nothing.
Each lever has a file of its own beside this one with its settings and, in `act`, what it does.

The limits below are no evidence: they catch slips of the keyboard (pence for pounds, days for
months) and are far beyond anything that has been tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from sim.model import CommunityModel

Payer = Literal["council", "nhs", "national_grant", "charity", "trading"]
Where = Literal[
    "evenly", "most_deprived_first", "weakest_infrastructure_first", "by_readiness", "named"
]

MONTHS_PER_YEAR = 12
MOST_GBP_PER_HEAD = 100 * 100
MOST_MONTHS = 100 * MONTHS_PER_YEAR
MOST_NAMED = 100 * 100


def _list_as_tuple(value: Any) -> Any:
    """Let a TOML or JSON list stand for a tuple, so that settings stay unchangeable."""
    return tuple(value) if isinstance(value, list) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_list_as_tuple)]
Months = Annotated[int, Field(ge=0, le=MOST_MONTHS)]


class Lever(BaseModel):
    """Settings every lever shares. Prices are 2024/25; month 0 is April 2024.

    `gbp_per_head` is pounds a year for each resident of all ages, children included.
    `end_month` is the first month without money. `act` is what the lever does to a community.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    may_cut: ClassVar[bool] = False
    acts_first: ClassVar[bool] = False  # before the other levers of a month, whatever the order

    lever: str
    gbp_per_head: float = Field(
        ge=-MOST_GBP_PER_HEAD,
        le=MOST_GBP_PER_HEAD,
        description="pounds a year per resident of all ages, 2024/25 prices, once fully ramped",
    )
    start_month: Months = Field(default=0, description="first month with money; 0 is the start")
    ramp_months: Months = Field(default=0, description="months to grow evenly to the full sum")
    end_month: Months | None = Field(default=None, description="first month without money")
    payer: Payer = Field(default="council", description="whose budget pays")
    where: Where = Field(default="evenly", description="which neighbourhoods come first")
    neighbourhoods: Words = Field(
        default=(), max_length=MOST_NAMED, description='names or codes, with where = "named" only'
    )

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        """Refuse settings that contradict each other, all of them at once."""
        wrong = list(self.contradictions())
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def contradictions(self) -> Iterator[str]:
        """Yield a sentence for each pair of settings that cannot both be meant."""
        if self.gbp_per_head < 0 and not self.may_cut:
            yield (
                f"gbp_per_head = {self.gbp_per_head:g} takes money away, which only "
                "formal_services can do. Write 0 or more"
            )
        if self.end_month is not None and self.end_month <= self.start_month:
            yield (
                f"end_month = {self.end_month} is not after start_month = {self.start_month}. "
                "end_month is the first month without money; leave it out to go on to the end"
            )
        if self.where == "named" and not self.neighbourhoods:
            yield 'where = "named" needs a list of neighbourhoods'
        if self.where != "named" and self.neighbourhoods:
            yield (
                f'neighbourhoods are listed, but where = "{self.where}". '
                'Write where = "named" or remove the list'
            )
        if len(set(self.neighbourhoods)) < len(self.neighbourhoods):
            yield "neighbourhoods names the same place twice"

    def ramp_share(self, month: int) -> float:
        """Return the share of the full sum that flows in `month`: 0 outside start to end.

        The sum grows in equal steps: with a ramp of 12 months the first month has one twelfth.
        """
        if month < self.start_month or (self.end_month is not None and month >= self.end_month):
            return 0.0
        months_in = month - self.start_month + 1
        return 1.0 if months_in >= self.ramp_months else months_in / self.ramp_months

    def funding_gbp(self, month: int, people: float) -> float:
        """Return the pounds that flow in `month` in a place of `people` residents of all ages."""
        return self.gbp_per_head * people / MONTHS_PER_YEAR * self.ramp_share(month)

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Do what `pence` of this month's money does to `community`; each lever writes its own."""
        raise NotImplementedError(f"{type(self).__name__} has settings but does not act yet")

    def capacity(self, community: CommunityModel) -> dict[str, float | str]:
        """What the money has bought and whom it meets now, in words and numbers, for run.json."""
        return {}
