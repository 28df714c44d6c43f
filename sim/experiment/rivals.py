"""Rival structures: models somebody might build instead, and which patterns they cannot show.

Like asking whether a simpler clock would keep the same time. Each rival is the model itself with
some of its numbers set aside, from the first day, so that one mechanism is gone or alone; it is
then looked at by the same eyes (`sim.experiment.patterns`) on the same people with the same luck.
A pattern that no rival fails tells nothing for our structure; a rival that fails none is not ruled
out by these patterns. Looks at the registry and at runs; changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.experiment.patterns import PATTERNS, Judged, Watch
from sim.scenario import Scenario
from sim.world.bands import LEVELS, QUINTILES

Progress = Callable[[int, int, str], None]
OURS = "ours"
MONTHS = 24
WHY = "a rival structure, to see which patterns it cannot show"
RESIDENTS = 20_000  # in fewer people our own structure misses a pattern or two by luck


@dataclass(frozen=True)
class Rival:
    """One rival: what it says, and the numbers set aside."""

    key: str
    says: str
    numbers: Mapping[str, float]


RIVALS = (
    Rival(
        "no_ties", "loneliness is each person's own affair: ties and company do nothing",
        {"feeling_connection": 0.0, "feeling_company": 0.0, "feeling_contagion": 0.0,
         "withdrawal": 0.0},
    ),
    Rival(
        "contagion_only", "loneliness is caught from friends: nobody is born or placed for it",
        {"feeling_disposition": 0.0, "feeling_contagion": 0.9, "feeling_connection": 0.0,
         "feeling_company": 0.0, "feeling_disabled": 0.0, "feeling_caring": 0.0}
        | {f"bad_event_{each}": 0.0 for each in QUINTILES},
    ),
    Rival(
        "no_rationing", "care follows need alone: no cut-off, no means test, no wait to ask",
        {"cut_off_hours": 0.0, "capital_limit_upper": 1e7, "capital_limit_lower": 9e6,
         "request_chance_entitled_65plus": 1.0, "request_chance_entitled_18_64": 1.0,
         "care_starts_chance_per_month": 1.0, "readiness_months_65plus": 2400.0,
         "private_ratio_savers": 1.0}
        | {f"package_share_{group}_{level}": 1.0
           for group in ("18_64", "65plus") for level in LEVELS[1:]},
    ),
    Rival(
        "strangers_meet", "friends are met by chance: of any age, and through nobody",
        {"closure_share": 0.0, "friend_age_spread_years": 300.0},
    ),
    Rival(
        "fixed_feelings", "loneliness is a fixed trait, and answers say exactly how it is",
        {"feeling_speed": 0.0, "feeling_noise": 0.0, "answer_noise": 0.001, "bad_event_size": 0.0},
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """A structure and how each pattern judged it."""

    key: str
    says: str
    patterns: tuple[Judged, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """Patterns it does not show."""
        return tuple(each.key for each in self.patterns if each.verdict != "pass")

    @property
    def shown(self) -> frozenset[str]:
        """Patterns it does show."""
        return frozenset(each.key for each in self.patterns) - set(self.failed)

    def facts(self) -> dict[str, Any]:
        """Everything about it, for JSON."""
        return {
            "structure": self.key, "says": self.says, "shown": len(PATTERNS) - len(self.failed),
            "of": len(PATTERNS), "failed": list(self.failed),
            "patterns": {each.key: each.verdict for each in self.patterns},
            "values": {each.key: each.value for each in self.patterns},
        }  # fmt: skip


def look_at(numbers: Mapping[str, float], residents: int, seed: int) -> tuple[Judged, ...]:
    """Live two years of England with these numbers set aside, and judge every pattern."""
    from sim.model import CommunityModel

    watch = Watch()
    model = CommunityModel(
        place="England", residents=residents, years=MONTHS // 12, plan=plan_of(numbers),
        rng=seed, lives=False,
    )  # fmt: skip
    while model.month < MONTHS:
        model.run_for(1)
        watch.month(model)
    return tuple(watch.judged())


def plan_of(numbers: Mapping[str, float]) -> Scenario:
    """A world in which nothing new happens and these numbers are set aside."""
    return Scenario(
        title="A rival structure", summary="A baseline with one mechanism gone or alone.",
        kind="cautionary", evidence=sorted(numbers) or [PATTERNS[0].source],
        overrides={key: {"value": value, "because": WHY} for key, value in numbers.items()},
    )  # fmt: skip


def compare(
    residents: int = RESIDENTS, seed: int = 1, progress: Progress | None = None
) -> list[Standing]:
    """Our structure first, then each rival, on the same people with the same luck."""
    asked: list[tuple[str, str, Mapping[str, float]]] = [(OURS, "the model as it is", {})]
    asked += [(rival.key, rival.says, rival.numbers) for rival in RIVALS]
    told = []
    for done, (key, says, numbers) in enumerate(asked, start=1):
        told.append(Standing(key, says, look_at(numbers, residents, seed)))
        if progress is not None:
            progress(done, len(asked), f"structure: {key}")
    return told
