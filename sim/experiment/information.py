"""The value of knowing: which unknown, if studied, would most change the choice of two plans.

It lives both plans over parameter draws, each with its own luck, appraises every pair, and asks of
each uncertain number how much better the choice would be on average if it were known first. It
changes nothing but the folder it is given.

Source of the equations: Strong, Oakley and Brennan 2014 (Medical Decision Making 34, 311-326):
expected value of partial perfect information from one sample of draws, by regressing the net
benefit on the number in question.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserMistake
from sim.experiment import appraise
from sim.experiment.design import Design, Point, content, design, live
from sim.experiment.request import BASELINE
from sim.experiment.run import slug
from sim.experiment.sensitivity_design import uncertain
from sim.parameters import Parameters, luck_of

Floats = NDArray[np.float64]
Progress = Callable[[int, int, str], None]
# A number counts only if chance would make one this telling among all of them once in twenty.
CHANCE = 0.05
LEAST, MOST = 12, 10_000
_CURVES = (1, 2)


@dataclass(frozen=True)
class Unknown:
    """One uncertain number: what knowing it is worth, pounds a head over the run."""

    key: str
    grade: str
    gbp_per_head: float
    chance: float
    tells: bool


@dataclass(frozen=True)
class Information:
    """A choice of two plans: what is expected of each, and what knowing more would be worth.

    `better` is the plan to choose on what is known today; `regret` the value of knowing everything,
    luck included: more than any study can be worth. `people` are the place's residents.
    """

    first: str
    second: str
    draws: int
    first_gbp: float
    second_gbp: float
    better: str
    chance_better: float
    regret: float
    people: int
    read: int
    unknowns: tuple[Unknown, ...]

    @property
    def telling(self) -> tuple[Unknown, ...]:
        """Those that chance alone would hardly make look so telling, the most valuable first."""
        return tuple(each for each in self.unknowns if each.tells)

    def facts(self) -> dict[str, Any]:
        """Everything as JSON knows it."""
        return asdict(self) | {"telling": [each.key for each in self.telling]}

    def lines(self) -> list[str]:
        """The answer in sentences."""
        said = [
            f"Over {self.draws} draws of the numbers, {self.first} is worth "
            f"{self.first_gbp:,.0f} pounds a head on average and {self.second} "
            f"{self.second_gbp:,.0f}, in the model, over the whole run.",
            f"On what is known today, choose {self.better}: it comes out ahead in "
            f"{100 * self.chance_better:.0f}% of draws. Knowing everything, luck included, would "
            f"be worth at most {self.regret:,.2f} pounds a head.",
        ]
        if self.telling:
            best = self.telling[0]
            said.append(
                f"The unknown most worth studying is {best.key} (grade {best.grade}): "
                f"{best.gbp_per_head:,.2f} pounds a head, {best.gbp_per_head * self.people:,.0f} "
                "pounds for the place."
            )
        else:
            said.append(
                f"No single one of the {self.read} numbers read here can be told from chance with "
                "so few draws; the list shows the largest estimates, none of them to be relied on."
            )
        return said


def request(
    first: object,
    second: object,
    draws: int = 48,
    place: str | None = None,
    residents: int | None = None,
    years: int | None = None,
    seed: int = 1,
) -> Design:
    """Return the design: both plans at draws 1.., each with its own luck.

    Raises UserMistake for one plan twice, or too few draws.
    """
    if not LEAST <= draws <= MOST:
        raise UserMistake(f"draws: {draws} is out of range. Give {LEAST} to {MOST:,}.")
    if first == second:
        name = getattr(first, "name", first)
        raise UserMistake(f"{name}: a plan cannot be weighed against itself. Name another.")
    points = [Point(seed + number, number + 1) for number in range(draws)]
    return design([first, second], points, place, residents, years)


def folder_of(asked: Design) -> Path:
    """The usual folder of the analysis."""
    names = "_".join(slug(plan.name) for plan in asked.plans)
    return Path("outputs") / f"worth_knowing_{names}"[:80]


def information(
    asked: Design,
    first: str,
    second: str,
    folder: Path,
    jobs: int | None = None,
    progress: Progress | None = None,
    read: frozenset[str] | None = None,
) -> Information:
    """Live the design, appraise it and return what each unknown is worth knowing.

    Numbers that no run reads are worth nothing and are left out; `read` names those that are.
    """
    from sim.experiment.sensitivity_design import read_by
    from sim.world.places import get

    live(asked, folder, jobs, progress)
    rows = content(asked, folder, appraise.NEEDED)

    def numbers(member: int) -> Parameters:
        return Parameters.build({}, asked.points[member].draw)

    def worth(name: str) -> Floats:
        if name == BASELINE:
            return np.zeros(asked.members)
        found = appraise.worths(rows, name, numbers)
        return np.array([found[each].net_social_value for each in range(asked.members)])

    keys = sorted(read_by(asked) if read is None else read)
    units = np.array([[luck_of(point.draw, key) for key in keys] for point in asked.points])
    people = int(get(asked.place).facts["people"].value)
    return weigh(first, second, worth(first), worth(second), keys, units, people)


def weigh(
    first: str, second: str, worth: Floats, other: Floats, keys: Sequence[str], units: Floats,
    people: int = 0,
) -> Information:  # fmt: skip
    """Return the value of knowing each of `keys`, from net benefits float64[draws] of two plans.

    `units` are the quantiles of each number at each draw, float64[draws, keys].
    """
    gain = other - worth
    better, chosen = (second, gain) if gain.mean() > 0 else (first, -gain)
    rows: dict[str, Any] = dict(uncertain())
    found, most = [], _value(gain)
    for place, key in enumerate(keys):
        value, chance = value_of_knowing(units[:, place], gain)
        value = min(value, most)  # knowing one number is never worth more than knowing all
        grade = rows[key].grade if key in rows else ""
        found.append(Unknown(key, grade, value, chance, chance * len(keys) <= CHANCE))
    found.sort(key=lambda each: (not each.tells, -each.gbp_per_head, each.key))
    return Information(
        first, second, gain.size, float(worth.mean()), float(other.mean()), better,
        float((chosen > 0).mean()), most, people, len(keys), tuple(found),
    )  # fmt: skip


def value_of_knowing(unit: Floats, gain: Floats) -> tuple[float, float]:
    """The value of knowing one number before choosing, and the chance that it is chance.

    `gain` is one plan's net benefit over the other's, float64[draws]; `unit` the number's
    quantiles. The gain is foretold from a normal score of the number, straight or bent, whichever
    foretells better what it has not seen; the chance is that of an F test of that curve.
    """
    from scipy.stats import f, norm

    score = norm.ppf(np.clip(unit, 1e-9, 1 - 1e-9))
    best: tuple[float, Floats, float] | None = None
    for degree in _CURVES:
        basis = np.stack([score**power for power in range(degree + 1)], axis=1)
        q, _ = np.linalg.qr(basis)
        fitted = q @ (q.T @ gain)
        left = gain - fitted
        unseen = float(((left / np.maximum(1 - (q**2).sum(axis=1), 1e-9)) ** 2).sum())
        free = gain.size - degree - 1
        explained = float(((fitted - gain.mean()) ** 2).sum()) / degree
        noise = float((left**2).sum()) / free
        ratio = explained / noise if noise > 0 else math.inf
        chance = float(f.sf(ratio, degree, free)) if explained > 0 else 1.0
        if best is None or unseen < best[0]:
            best = (unseen, fitted, chance)
    if best is None:
        raise ValueError("no curve was tried")
    return _value(best[1]), best[2]


def _value(gain: Floats) -> float:
    """What choosing after seeing `gain` is worth over choosing by its mean."""
    return max(0.0, float(np.maximum(gain, 0.0).mean()) - max(0.0, float(gain.mean())))
