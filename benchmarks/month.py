"""The whole month: residents a second at several sizes, and where the time goes.

Runs England with a plan, everything switched on: births to adulthood, deaths and moves, ties
formed and faded, hubs, care, the workforce, feelings, crises, the ledger, the diary and lives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from time import process_time
from typing import Any

from benchmarks.clock import Spent, once, rates, usual
from sim.model import CommunityModel

PHASES = (
    "turn_calendar",
    "live_and_die",
    "meet_and_part",
    "gather",
    "care",
    "work",
    "feel",
    "health",
    "pay",
    "write_diary",
)
WARM_UP_MONTHS = 2
YEARS = 10


def month(
    residents: int, months: int, place: str = "England", plan: str = "bevy_hub", rng: int = 1
) -> dict[str, Any]:
    """Open a place, warm up, and time each of so many months."""
    held: list[CommunityModel] = []
    opening = once(
        lambda: held.append(
            CommunityModel(place=place, residents=residents, years=YEARS, plan=plan, rng=rng)
        )
    )
    model = held[0]
    again = once(
        lambda: CommunityModel(place=place, residents=residents, years=YEARS, plan=plan, rng=rng)
    )
    model.run_for(WARM_UP_MONTHS)
    spent = watch(model)
    goes: list[Spent] = []
    lived = 0
    for _ in range(months):
        lived += len(model.world.people)
        goes.append(once(lambda: model.run_for(1)))
    inside = sum(spent.values())
    return {
        "residents": round(lived / months),
        "months": months,
        "opening_seconds": asdict(opening),
        "opening_again_seconds": asdict(again),
        "month_seconds": asdict(usual(goes)),
        "resident_months": rates(lived / months, usual(goes)),
        "phase_share": {phase: spent[phase] / inside for phase in PHASES},
        "ties": {name: len(layer) for name, layer in model.world.ties.layers().items()},
    }


def watch(model: CommunityModel) -> dict[str, float]:
    """Put a stopwatch on each phase; returns processor seconds by phase, still counting.

    Nine phases are methods of the model; feelings are a rule that the month does by name. A rule
    done inside a phase belongs to that phase.
    """
    spent = dict.fromkeys(PHASES, 0.0)
    running: list[str] = []

    def timed(phase: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            if running:
                return work(*args)
            running.append(phase)
            start = process_time()
            try:
                return work(*args)
            finally:
                spent[phase] += process_time() - start
                running.pop()

        return run

    for phase in PHASES:
        if phase != "feel":
            setattr(model, phase, timed(phase, getattr(model, phase)))
    do = model.residents.do
    feel = timed("feel", do)

    def rule_by_name(rule: str) -> Any:
        return feel(rule) if rule == "feel" else do(rule)

    setattr(model.residents, "do", rule_by_name)  # noqa: B010 - on this one object, not its class
    return spent
