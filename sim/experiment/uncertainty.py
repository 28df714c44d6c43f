"""Uncertainty: parameter draws crossed with seeds, and the same again under rival rules.

It asks for a design and reads its members; it changes nothing but the folder it is given. What a
finding owes to luck, to numbers nobody knows and to rules nobody is sure of is told apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserMistake
from sim.evidence.registry import registry
from sim.experiment import uncertainty_spread as spread
from sim.experiment.design import OUTCOMES, Design, Paired, Point, content, design, last_year, live
from sim.experiment.ensemble import Progress
from sim.experiment.run import slug
from sim.experiment.trust import threshold

CONTAGION = "feeling_contagion"
# Question -> rival rule sets, each as what it changes of a point. Ours is the other answer.
QUESTIONS: dict[str, dict[str, dict[str, Any]]] = {
    "how associations are read as causes": {
        "sceptic": {"causal": "sceptic"},
        "face value": {"causal": "face_value"},
    },
    "whether loneliness spreads along ties": {
        "no contagion": {"given": "low"},
        "full contagion": {"given": "high"},
    },
    "how people find friends": {
        "by meeting place": {"rivals": (("new_friends", "meeting_place"),)},
        "friends of friends": {"rivals": (("new_friends", "friends_of_friends"),)},
    },
    "who is served first": {
        "first come": {"rivals": (("care_queue", "first_come"),)},
        "lottery": {"rivals": (("care_queue", "lottery"),)},
    },
}
RULE_SETS = tuple(name for rules in QUESTIONS.values() for name in rules)
# Goals for pairing, set before anything was measured (the project's reliability note).
GOALS = {"often_lonely_share": 5.0} | dict.fromkeys(OUTCOMES[1:], 10.0)
LEAST, MOST = 2, 200
DRAWS, SEEDS, RULE_DRAWS = 8, 4, 4


@dataclass(frozen=True)
class RuleSet:
    """One outcome under one rival rule set: its mean shift and how many draws keep the sign."""

    name: str
    question: str
    draws: int
    mean: float
    agreement: float
    opposite: float

    @property
    def reverses(self) -> bool:
        """Whether enough draws have the other sign for the finding to be turned round."""
        return self.opposite >= threshold("rule_set_reverses")

    @property
    def keeps(self) -> bool:
        """Whether enough draws keep the sign for the finding to stand."""
        return self.agreement >= threshold("direction_sign_agreement")


@dataclass(frozen=True)
class Spread:
    """One outcome of one preset: its bands, what moves it, and how pairing served it.

    Variances are of one paired difference, in the outcome's unit squared.
    """

    scenario: str
    measure: str
    mean: float
    low: float
    high: float
    mean_low: float
    mean_high: float
    agreement: float
    draws: int
    seeds: int
    luck: float
    parameters: float
    structure: float
    by_question: dict[str, float]
    variance_reduction: float
    rules: tuple[RuleSet, ...]

    @property
    def shares(self) -> dict[str, float]:
        """Shares of the whole variance: luck, parameters, structure; nan when nothing varies."""
        parts = {"luck": self.luck, "parameters": self.parameters, "structure": self.structure}
        total = sum(parts.values())
        return {name: part / total if total > 0 else math.nan for name, part in parts.items()}

    @property
    def goal(self) -> float:
        """The variance-reduction factor this outcome is to reach."""
        return GOALS[self.measure]

    @property
    def goal_met(self) -> bool | None:
        """Whether pairing reached its goal; None where luck moves nothing or nothing differs."""
        ratio = self.variance_reduction
        return None if math.isnan(ratio) else ratio >= self.goal

    def facts(self) -> dict[str, Any]:
        """Everything as JSON knows it: no nan, no infinity."""
        told = asdict(self) | {f"share_{name}": part for name, part in self.shares.items()}
        told |= {"goal": self.goal, "goal_met": self.goal_met}
        return {key: finite(value) for key, value in told.items()}


@dataclass(frozen=True)
class Crossing:
    """A design whose points are known by draw, seed and rule set ('' is the model's own)."""

    asked: Design
    place_of: dict[tuple[str, int, int], int]
    draws: int
    seeds: int
    rule_draws: int


def crossing(
    presets: Sequence[object],
    place: str | None = None,
    residents: int | None = None,
    years: int | None = None,
    draws: int = DRAWS,
    seeds: int = SEEDS,
    rule_draws: int = RULE_DRAWS,
    seed: int = 1,
    model_factory: Any = None,
) -> Crossing:
    """Return the crossed design: draws 1.. under seeds seed.., rival rules under the first seed.

    `rule_draws` 0 leaves rival rules out. Raises UserMistake for too few draws or seeds.
    """
    for name, value, least in (("draws", draws, LEAST), ("seeds", seeds, LEAST)):
        if not least <= value <= MOST:
            raise UserMistake(f"{name}: {value} is out of range. Give {least} to {MOST}.")
    if not 0 <= rule_draws <= draws:
        raise UserMistake(f"rule_draws: {rule_draws} is out of range. Give 0 to {draws}.")
    points: list[Point] = []
    place_of: dict[tuple[str, int, int], int] = {}
    for draw in range(1, draws + 1):
        for number in range(seeds):
            place_of["", draw, number] = len(points)
            points.append(Point(seed + number, draw))
            for name in RULE_SETS if number == 0 and draw <= rule_draws else ():
                place_of[name, draw, 0] = len(points)
                points.append(_under(name, seed, draw))
    asked = design(presets, points, place, residents, years, model_factory)
    return Crossing(asked, place_of, draws, seeds, rule_draws)


def _under(name: str, seed: int, draw: int) -> Point:
    change = next(rules[name] for rules in QUESTIONS.values() if name in rules)
    told = dict(change)
    if "given" in told:
        row = registry().get(CONTAGION)
        told["given"] = ((CONTAGION, float(getattr(row, told["given"]))),)
    return Point(seed, draw, **told)


def folder_of(crossed: Crossing) -> Path:
    """The usual folder of an uncertainty analysis."""
    names = "_".join(slug(plan.name) for plan in crossed.asked.plans)
    return Path("outputs") / f"uncertainty_{names}"[:80]


def uncertainty(
    crossed: Crossing,
    folder: Path,
    jobs: int | None = None,
    progress: Progress | None = None,
    in_process: bool = False,
) -> list[Spread]:
    """Live the design (or what is left of it) and return every preset's outcomes, told apart."""
    live(crossed.asked, folder, jobs, progress, in_process)
    found = last_year(content(crossed.asked, folder, OUTCOMES))
    return [
        spread_of(crossed, plan.name, measure, found[plan.name, measure])
        for plan in crossed.asked.plans
        for measure in OUTCOMES
        if (plan.name, measure) in found
    ]


def spread_of(crossed: Crossing, scenario: str, measure: str, paired: Paired) -> Spread:
    """Return one outcome's spread, from its values at every point."""
    cells = np.array(
        [
            [crossed.place_of["", draw, seed] for seed in range(crossed.seeds)]
            for draw in range(1, crossed.draws + 1)
        ]
    )
    table = paired.difference[cells]
    parts = spread.components(table)
    one, mean = spread.range_of_one(table), spread.range_of_mean(table)
    ours = table[: crossed.rule_draws, 0]
    shifts: dict[str, dict[str, NDArray[np.float64]]] = {}
    for question, rules in QUESTIONS.items() if crossed.rule_draws else ():
        shifts[question] = {name: _values(crossed, name, paired) for name in rules}
    by_question = {
        question: spread.structure([values - ours for values in rules.values()])
        for question, rules in shifts.items()
    }
    return Spread(
        scenario=scenario, measure=measure, mean=one.middle, low=one.low, high=one.high,
        mean_low=mean.low, mean_high=mean.high, agreement=spread.agreement(table, one.middle),
        draws=crossed.draws, seeds=crossed.seeds, luck=parts.luck, parameters=parts.parameters,
        structure=sum(by_question.values()), by_question=by_question,
        variance_reduction=spread.variance_reduction(paired.plan[cells], paired.base[cells], table),
        rules=tuple(
            _rule_set(name, question, values, one.middle)
            for question, rules in shifts.items()
            for name, values in rules.items()
        ),
    )  # fmt: skip


def _values(crossed: Crossing, name: str, paired: Paired) -> NDArray[np.float64]:
    rows = [crossed.place_of[name, draw, 0] for draw in range(1, crossed.rule_draws + 1)]
    return np.asarray(paired.difference[rows])


def _rule_set(name: str, question: str, values: NDArray[np.float64], sign: float) -> RuleSet:
    same, other = np.sign(values) == np.sign(sign), np.sign(values) == -np.sign(sign)
    if sign == 0:
        other = np.sign(values) != 0
    return RuleSet(
        name, question, values.size, float(values.mean()), float(same.mean()), float(other.mean())
    )


def finite(value: Any) -> Any:
    """The value with None for nan and 'endless' for infinity, inside lists and tables too."""
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "endless"
    return value
