"""Evaluating a preset the way the field does, with the truth beside it.

Towns are lived, side by side or one after another with the same result; their files are pooled;
each design reports. It looks at scenarios and models through the rooms beside it and writes
nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import UserMistake
from sim.experiment import ensemble
from sim.experiment import tasks as side_by_side
from sim.experiment.evaluation import reasons, towns
from sim.experiment.evaluation.designs import DESIGNS, Finding, truth
from sim.experiment.evaluation.estimates import Estimate
from sim.experiment.evaluation.files import Served
from sim.experiment.evaluation.power import PLACE_OF, needed
from sim.experiment.evaluation.reasons import Reason
from sim.experiment.request import whole_number
from sim.experiment.run import build_request

YEARS, TOWNS, FOLLOW_UP = 6, 16, 12
FOLLOW_UP_LIMITS = (3, 60)
NOBODY = "Try more residents, towns or years."


@dataclass(frozen=True)
class Evaluation:
    """Everything an evaluation found: each design, the truth, the reasons, the files."""

    preset: str
    title: str
    place: str
    residents: int
    years: int
    towns: int
    seed: int
    follow_up: int
    ruler: float
    met_a_month: float
    findings: tuple[Finding, ...]
    truth: Finding
    reasons: dict[str, list[Reason]]
    files: Served

    def rows(self) -> list[dict[str, Any]]:
        """One row for each of the five designs, as numbers; None where it cannot be told."""
        return [self._row(each) for each in self.findings]

    def table(self) -> list[dict[str, Any]]:
        """The rows of the five designs, each with what was run and the truth beside it."""
        run = {
            "preset": self.preset,
            "place": self.place,
            "residents": self.residents,
            "years": self.years,
            "towns": self.towns,
            "seed": self.seed,
        }
        truth = self._row(self.truth)
        beside = {
            f"true_{name}{end}": truth[f"{name}{end}"]
            for name in ("loneliness_smd", "emergency_use_effect")
            for end in ("", "_low", "_high")
        }
        return [row | beside | run for row in self.rows()]

    def facts(self) -> dict[str, Any]:
        """Everything but the files, as JSON can hold it. `rows` are the five designs alone."""
        return {
            "preset": self.preset,
            "title": self.title,
            "place": self.place,
            "residents": self.residents,
            "years": self.years,
            "towns": self.towns,
            "seed": self.seed,
            "follow_up_months": self.follow_up,
            "people_met": len(self.files),
            "sd_of_latent_loneliness": plain(self.ruler),
            "rows": self.rows(),
            "truth": self._row(self.truth),
            "ratio_before_after_to_trial": self.flattery("randomised_trial"),
            "ratio_before_after_to_truth": self.flattery("truth"),
            "why": {part: [_told(each) for each in told] for part, told in self.reasons.items()},
        }

    def named(self, design: str) -> Finding:
        """What one design found, or the truth."""
        return next(each for each in (*self.findings, self.truth) if each.design == design)

    def flattery(self, design: str) -> float | None:
        """How many times as large the before-after effect is as a design's; None if not both fall.

        The ratio of two falls: a design that finds no fall has none.
        """
        report, other = self.named("before_after").loneliness, self.named(design).loneliness
        return plain(report.value / other.value) if other.value < 0 and report.value < 0 else None

    def _row(self, finding: Finding) -> dict[str, Any]:
        lonely, used = finding.loneliness, finding.emergency
        met, months = self.met_a_month, self.follow_up
        real, real_use = self.truth.loneliness.value, self.truth.emergency.value
        if finding is self.truth:  # nobody can hire twins
            met = 0.0
        for_answers = needed(lonely, real, met, months)
        for_use = needed(used, real_use, met, months)
        usual = self.files.floats("use_before").sum() / self.files.floats("years_before").sum()
        return {
            "design": finding.design,
            "loneliness_smd": plain(lonely.value),
            "loneliness_smd_low": plain(lonely.low),
            "loneliness_smd_high": plain(lonely.high),
            "emergency_use_effect": plain(used.value),
            "emergency_use_effect_low": plain(used.low),
            "emergency_use_effect_high": plain(used.high),
            "emergency_use_relative": plain(used.value / usual) if usual else None,
            "people": lonely.people,
            "months": months,
            "people_needed_for_loneliness": for_answers.people,
            "months_needed_for_loneliness": for_answers.months,
            "people_needed_for_emergency_use": for_use.people,
            "months_needed_for_emergency_use": for_use.months,
        }


def evaluate(
    preset: object,
    place: str | None = None,
    residents: int | None = None,
    years: int | None = None,
    members: int | None = None,
    seed: int = 1,
    jobs: int | None = None,
    follow_up: int = FOLLOW_UP,
    progress: ensemble.Progress | None = None,
) -> Evaluation:
    """Evaluate a preset by five designs on the same simulated people, `members` towns pooled.

    Raises UserMistake for a preset that serves nobody, or nobody long enough to be followed.
    """
    least, most = FOLLOW_UP_LIMITS
    if isinstance(follow_up, bool) or not isinstance(follow_up, int) or not (
        least <= follow_up <= most
    ):  # fmt: skip
        raise UserMistake(f"months: {follow_up!r} is not a whole number from {least} to {most}.")
    years, members = years or YEARS, members or TOWNS
    request = build_request([preset], place, residents, years, members, seed)
    if not request.plans:
        raise UserMistake("baseline: nothing is funded, so there is nobody to evaluate.")
    if years * 12 <= 2 * follow_up:
        raise UserMistake(
            f"years: {years} leave no time to meet anybody between {follow_up} months before and "
            f"{follow_up} after. Give at least {2 * follow_up // 12 + 1}."
        )
    plan: Any = request.plans[0]
    towns.refuse_if_nobody(plan)
    moved = towns.later(plan, follow_up)
    tasks = [
        towns.Town(
            moved, request.where, request.residents, years, follow_up, request.seed + each, each
        )
        for each in range(members)
    ]
    jobs = ensemble.default_jobs(members) if jobs is None else whole_number("jobs", jobs)
    lived = side_by_side.spread(towns.live, tasks, jobs, progress)
    return pooled(lived, request, plan, years, follow_up)


def pooled(
    lived: list[towns.Lived], request: Any, plan: Any, years: int, follow_up: int
) -> Evaluation:
    """What the towns say together; raises UserMistake when nobody could be followed."""
    if not any(len(each.files) for each in lived):
        raise UserMistake(
            f"{plan.name}: nobody was met early enough to be followed for {follow_up} months in "
            f"{years} years, so there is nobody to evaluate. {NOBODY}"
        )
    files, ruler = together(lived)
    adults = sum(each.adults for each in lived)
    span = int(files["met"].max()) - int(files["met"].min()) + 1
    cut = lived[0].lonely_from
    told = {
        "loneliness": reasons.loneliness(files, ruler),
        "selection": reasons.selection(files, ruler),
        "emergency": reasons.emergency(files),
        "lonely_on_the_day": reasons.only_lonely(files, ruler, cut),
        "changed": reasons.only_changed(files, ruler),
    }
    return Evaluation(
        preset=plan.name,
        title=str(plan.title),
        place=str(request.place),
        residents=request.residents,
        years=years,
        towns=len(lived),
        seed=request.seed,
        follow_up=follow_up,
        ruler=ruler,
        met_a_month=len(files) / span / adults * PLACE_OF,
        findings=tuple(design(files, ruler) for design in DESIGNS),
        truth=truth(files, ruler),
        reasons=told,
        files=files,
    )


def together(lived: list[towns.Lived]) -> tuple[Served, float]:
    """The files of several towns as one, of at least one person, and the towns' one ruler."""
    some = [each.files for each in lived if len(each.files)]
    files = Served({name: np.concatenate([each[name] for each in some]) for name in some[0]})
    return files, math.sqrt(float(np.mean([each.variance for each in lived])))


def _told(reason: Reason) -> dict[str, Any]:
    amount: Estimate = reason.amount
    return {
        "name": reason.name,
        "says": reason.says,
        "unit": reason.unit,
        "value": plain(amount.value),
        "low": plain(amount.low),
        "high": plain(amount.high),
        "people": amount.people,
    }


def plain(value: float) -> float | None:
    """A number as JSON knows it: None for what cannot be told, six digits after the point."""
    return round(float(value), 6) + 0.0 if math.isfinite(value) else None
