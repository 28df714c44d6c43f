"""The shape of a scenario file: its tables, their settings, units and limits.

Looks at the levers; changes nothing. Nothing is converted on the way in: a number in quotes is
refused, not guessed at.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from sim.mistakes import hidden_characters
from sim.policies import AnyLever, Lever
from sim.policies.shock import Shock
from sim.policies.shocks import AnyShock

Kind = Literal["baseline", "what councils could do", "cautionary", "shock"]
Direction = Literal["down", "up", "flat", "unclear"]

# Least and most of a run's sizes, shared with the command line. They catch slips, no more.
RUN_LIMITS = {"residents": (200, 2_000_000), "years": (1, 30), "members": (1, 10_000)}
USUAL_YEARS = 10


def _seen(text: str) -> str:
    """Refuse text with nothing in it, or with characters nobody can see."""
    hidden = hidden_characters(text, lines=True)
    if hidden:
        raise ValueError(f"holds hidden characters ({', '.join(hidden[:5])}). Remove them")
    if not text.strip():
        raise ValueError("empty. Write something")
    return text


def _on_one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("runs over several lines. Put it on one")
    return _seen(text)


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Line = Annotated[str, Field(max_length=120), AfterValidator(_on_one_line)]
Prose = Annotated[str, Field(max_length=4_000), AfterValidator(_seen)]
_LISTED = BeforeValidator(_as_tuple)


class Table(BaseModel):
    """One table of a scenario file: nothing unknown, nothing converted, nothing infinite."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class RunDefaults(Table):
    """What a run uses where the command line is silent."""

    place: Line | None = None
    residents: int | None = Field(
        None, ge=RUN_LIMITS["residents"][0], le=RUN_LIMITS["residents"][1]
    )
    years: int | None = Field(None, ge=RUN_LIMITS["years"][0], le=RUN_LIMITS["years"][1])
    members: int | None = Field(None, ge=RUN_LIMITS["members"][0], le=RUN_LIMITS["members"][1])


class CouncilRules(Table):
    """Which rules of the council's year hold. All do, unless a plan switches one off."""

    eligibility_follows_pressure: bool = Field(
        True, description="the level of need at which the council helps rises when money is short"
    )
    packages_follow_pressure: bool = Field(
        True, description="packages shrink when money is short, and grow with slack"
    )
    prevention_follows_pressure: bool = Field(
        True, description="prevention is squeezed when money is short"
    )
    support_follows_pressure: bool = Field(
        True, description="part of the year's savings is found in assessment and other support"
    )
    placements_follow_pressure: bool = Field(
        True,
        description="the council's panel turns down care-home places it would pay for, and new "
        "supported living, when money is short",
    )
    fees_follow_pressure: bool = Field(
        True, description="fees are held back behind the growth of costs when money is short"
    )
    waits_follow_support: bool = Field(
        True, description="with less other support there are fewer assessors, and longer waits"
    )
    prices_follow_wages: bool = Field(
        True, description="fees and prices of care grow with care workers' wages"
    )
    budget_grows: bool = Field(
        True, description="the budget grows each April by council_budget_real_growth"
    )
    overspend_carries: bool = Field(
        True, description="overspending is carried into the next year, as far as reserves allow"
    )


class Arrows(Table):
    """The ways an effect travels. All do, unless a plan cuts one, in the whole place and run."""

    meet: bool = Field(True, description="ties made at the tables of hubs and groups")
    company: bool = Field(True, description="company on the day, for feelings and for strain")
    purpose: bool = Field(True, description="what volunteering does for the volunteer")
    companions_help: bool = Field(True, description="help that companions of a hub give")
    informal_hours: bool = Field(True, description="volunteers' and mutual aid's help at home")
    lift: bool = Field(True, description="the minibus fetches those who need a lift")
    connect: bool = Field(True, description="connectors introduce people to places")
    detect: bool = Field(True, description="need that connectors find raises contacts")
    befriend: bool = Field(True, description="visits and calls by one person to another")
    carer_breaks: bool = Field(True, description="what breaks and support do for a carer's strain")
    prevention: bool = Field(True, description="squeezed prevention closes places sooner")


class Rivals(Table):
    """Rival rules: the model's own hold unless a plan names another, in the whole place and run."""

    new_friends: Literal["likeness", "meeting_place", "friends_of_friends"] = Field(
        "likeness", description="how people who look for a friend find one"
    )
    care_queue: Literal["need_first", "first_come", "lottery"] = Field(
        "need_first", description="who is served first when care is short"
    )


class Override(Table):
    """A number of the evidence set aside for this plan, and why."""

    value: float
    because: Prose


class Expectation(Table):
    """What the plan is expected to do, written before it is run.

    `direction`: measure -> where it goes against the baseline (for a baseline: over the years).
    """

    says: Annotated[tuple[Prose, ...], _LISTED] = Field((), max_length=50)
    direction: dict[str, Direction] = Field(default_factory=dict)


class Plan(Table):
    """The shape of a scenario file."""

    name: str = Field("", description="the file's own name, never written in the file")
    title: Line
    summary: Prose
    kind: Kind
    extends: str | None = Field(None, description="a preset or file to start from, one level deep")
    run: RunDefaults = RunDefaults.model_validate({})
    invest: Annotated[tuple[AnyLever, ...], _LISTED] = Field((), max_length=500)
    shock: Annotated[tuple[AnyShock, ...], _LISTED] = Field((), max_length=50)
    variants: dict[str, dict[str, Any]] = Field(default_factory=dict, max_length=50)
    rules: CouncilRules = Field(
        CouncilRules.model_validate({}), description="rules of the council's year that hold"
    )
    arrows: Arrows = Field(
        Arrows.model_validate({}), description="effect arrows that are whole; false cuts one"
    )
    rivals: Rivals = Field(
        Rivals.model_validate({}), description="rival rules, to ask what hangs on the model's own"
    )
    overrides: dict[str, Override] = Field(default_factory=dict, max_length=500)
    expect: Expectation = Expectation.model_validate({})
    evidence: Annotated[tuple[str, ...], _LISTED] = Field((), max_length=500)

    @field_validator("invest")
    @classmethod
    def _in_one_order(cls, blocks: tuple[Lever, ...]) -> tuple[Lever, ...]:
        """Sort the blocks, so that the order they were written in never matters."""
        return tuple(sorted(blocks, key=lambda block: (block.lever, block.model_dump_json())))

    @field_validator("shock")
    @classmethod
    def _shocks_in_one_order(cls, blocks: tuple[Shock, ...]) -> tuple[Shock, ...]:
        """Sort the shocks too, for the same reason."""
        return tuple(sorted(blocks, key=lambda block: (block.kind, block.model_dump_json())))
