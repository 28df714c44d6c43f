"""Towns: a programme lived with, without, and with nobody noticed by it, and who it served.

One town is a pair of runs with the same luck; a third shows what finding need adds, where the
programme finds any. Everything the programme does begins `follow_up` months later than its file
says, so that whoever is met has a before. It looks at scenarios and models; it changes neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import UserMistake
from sim.experiment.evaluation.files import Served, Window, served_files, undetected
from sim.experiment.evaluation.register import Register, keep
from sim.luck import Luck
from sim.scenario import Scenario

# Levers that buy care, pay or readiness and meet nobody by name; the others note whom they reach.
SERVE_NOBODY = {"capacity", "fair_pay", "formal_services"}


@dataclass(frozen=True)
class Town:
    """What one task lives: a plan with its months already moved, a place and a seed.

    Without `notice_apart` there is no third world, and what finding need adds is not told apart.
    """

    plan: Scenario
    place: Any
    residents: int
    years: int
    follow_up: int
    seed: int
    number: int
    notice_apart: bool = True


@dataclass(frozen=True)
class Lived:
    """What a town leaves: the files of those served, and two rulers.

    `variance` of latent loneliness among all adults without the plan, and `lonely_from`, the
    score from which an answer is "some of the time" or more.
    """

    files: Served
    variance: float
    lonely_from: float
    adults: int


def refuse_if_nobody(plan: Scenario) -> None:
    """Raise UserMistake for a plan that can serve nobody by name."""
    if all(block.lever in SERVE_NOBODY for block in plan.invest):
        raise UserMistake(
            f"{plan.name}: no lever of this scenario meets people by name, so there is nobody to "
            "evaluate. Try one that does, such as bevy_hub or local_area_coordination."
        )


def later(plan: Scenario, months: int) -> Scenario:
    """The same plan with every investment begun, and ended, so many months later."""

    def moved(block: Any) -> Any:
        end = None if block.end_month is None else block.end_month + months
        return block.model_copy(
            update={"start_month": block.start_month + months, "end_month": end}
        )

    return plan.model_copy(update={"invest": tuple(moved(block) for block in plan.invest)})


def without(plan: Scenario) -> Scenario:
    """The twin world: the same shocks, rules, arrows and numbers, and no investment."""
    return plan.model_copy(update={"invest": ()})


def live(town: Town) -> Lived:
    """Live one town in each of its worlds and write the files of those served."""
    with_plan, model = lived(town, town.plan)
    base, _ = lived(town, without(town.plan))
    window = Window(town.follow_up, town.years * 12, town.follow_up)
    noise, luck = float(model.p.answer_noise), Luck(town.seed)
    ward = any(getattr(block, "from_hospital_first", False) for block in town.plan.invest)
    files = served_files(with_plan, base, luck, noise, window, town.number, ward)
    apart = town.notice_apart and town.plan.arrows.detect
    if apart and len(files) and _found(with_plan, files):
        blind = town.plan.arrows.model_copy(update={"detect": False})
        unnoticed, _ = lived(town, town.plan.model_copy(update={"arrows": blind}))
        files = undetected(files, unnoticed, window)
    spread = base.z[:, town.follow_up]
    return Lived(
        files,
        float(np.nanvar(spread.astype(np.float64))),
        float(model.norms.broad_cut),
        int(np.isfinite(spread).sum()),
    )


def lived(town: Town, plan: Scenario) -> tuple[Register, Any]:
    """One world of a town: its register, and the model as it ended."""
    from sim.model import CommunityModel  # late: asking what went wrong needs no model

    model = CommunityModel(
        place=town.place,
        residents=town.residents,
        years=town.years,
        plan=plan,
        rng=town.seed,
        lives=False,
    )
    return keep(model), model


def _found(register: Register, files: Served) -> bool:
    """Whether any of those served had been found by a connector when they were met."""
    rows = register.rows(files.ids)
    return bool(register.states["referred"][rows, files["met"].astype(np.int64)].any())
