"""Sensitivity: which numbers drive a comparison, where its sign turns, whose evidence it rests on.

Two stages, each a design of paired runs in a folder of its own: all uncertain numbers in groups,
one group after the other (Morris), and all of them at once, spread evenly, from which each
outcome's strongest fifteen go through an emulator (Sobol). It changes nothing but the folder it is
given.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserMistake
from sim.experiment import atomic
from sim.experiment import sensitivity_design as numbers
from sim.experiment.design import OUTCOMES, Design, Paired, Point, content, design, last_year, live
from sim.experiment.run import slug
from sim.experiment.sensitivity_emulator import (
    TOP,
    Emulator,
    emulate,
    main_effect,
    sobol_indices,
    switches_at,
)
from sim.experiment.sensitivity_screen import Screen, effects, screen, weak_shares
from sim.experiment.sensitivity_spread import chance_level, correlations, split, spread
from sim.experiment.trust import threshold
from sim.experiment.uncertainty import finite

Floats = NDArray[np.float64]
Values = dict[tuple[str, str], Paired]
Progress = Callable[[int, int, str], None]
# However much luck is taken off, an emulator must foretell this much of what was really lived.
LEAST_RAW_R2 = 0.2
SOBOL, STRAIGHT = "Sobol, total", "straight line, share of the spread"


@dataclass(frozen=True)
class Plan:
    """How much to live: groups and trajectories, points over all numbers, how many of them twice.

    No points: no numbers are named, shares by grade alone. One luck: none is told.
    """

    groups: int = 12
    trajectories: int = 2
    lucks: int = 2
    points: int = 160
    twice: int = 30
    seed: int = 1

    def __post_init__(self) -> None:
        for name, least, most in (
            ("groups", 3, 400), ("trajectories", 1, 200), ("lucks", 1, 20), ("points", 10, 10_000),
            ("twice", 2, 10_000),
        ):  # fmt: skip
            value, said = getattr(self, name), name.replace("points", "points (--draws)")
            if name == "points" and value == 0:
                continue
            if not least <= value <= most:
                raise UserMistake(f"{said}: {value} is out of range. Give {least} to {most:,}.")


@dataclass(frozen=True)
class Driver:
    """One number that drives an outcome: its share of the spread and where the sign turns.

    `switch` is its value there, in its own unit; None when the sign turns nowhere in its 90%
    range, or was not asked (`basis` tells: without a good emulator only a straight line is).
    """

    key: str
    grade: str
    share: float
    basis: str
    switch: float | None


@dataclass(frozen=True)
class Sensitivity:
    """What one outcome of one preset hangs on.

    Shares are of the whole spread of one paired difference at the size lived, luck among it; by
    grade they follow the emulator where it is good, else the groups (`told`: whether these stand
    out from luck at all).
    `varies`: whether any two differences differ; where none do, nothing is shared out.
    `luck` is the standard deviation of one move by luck alone and `move` the root mean square of
    a group's true move. `asked`: whether an emulator was asked for; `r2` and `r2_of_mean` judge it.
    """

    scenario: str
    measure: str
    mean: float
    share_from_luck: float
    share_from_c_d: float
    share_from_d: float
    told: bool
    luck: float
    move: float
    r2: float
    r2_of_mean: float
    emulated: bool
    asked: bool
    drivers: tuple[Driver, ...]
    varies: bool = True

    @property
    def words(self) -> str:
        """Whether the emulator could be used, in words."""
        if not self.varies:
            same = "the same difference whatever number or luck was tried"
            return same if self.mean else "no difference at all"
        if self.emulated:
            return (
                f"emulator foretells {100 * self.r2:.0f}% of unseen variance, "
                f"{100 * self.r2_of_mean:.0f}% of what is not luck"
            )
        if not self.asked:
            return "no emulator was asked for: no number is named"
        if math.isnan(self.r2):
            return "no number stands out from luck: no indices"
        bars = (
            (self.r2_of_mean, threshold("emulator_least_r2"), "of what is not luck"),
            (self.r2, LEAST_RAW_R2, "of all"),
        )
        missed = " and ".join(
            f"R2 {got:.2f} {of}, under {least:g}" for got, least, of in bars if got < least
        )
        return (
            f"emulator too poor ({missed}): no Sobol indices or switching values, only numbers "
            "that stand out from luck"
        )


@dataclass(frozen=True)
class Found:
    """A finished analysis: how many numbers there are, were read, were named; and each outcome."""

    asked: Design
    plan: Plan
    uncertain: int
    read: int
    top: tuple[str, ...]
    lived: int
    rows: tuple[Sensitivity, ...]

    def facts(self) -> dict[str, Any]:
        """Everything as JSON knows it: no nan."""
        told = {
            "presets": [plan.name for plan in self.asked.plans], "place": self.asked.place,
            "residents": self.asked.residents, "years": self.asked.years,
            "uncertain": self.uncertain, "read": self.read, "points": self.lived,
            "top": list(self.top),
            "outcomes": [asdict(row) | {"words": row.words} for row in self.rows],
        }  # fmt: skip
        return dict(finite(told))


def folder_of(asked: Design) -> Path:
    """The usual folder of a sensitivity analysis."""
    names = "_".join(slug(plan.name) for plan in asked.plans)
    return Path("outputs") / f"sensitivity_{names}"[:80]


def request(
    presets: Sequence[object],
    place: str | None = None,
    residents: int | None = None,
    years: int | None = None,
    seed: int = 1,
    model_factory: Any = None,
) -> Design:
    """Check what is asked; the design holds one point until the stages fill it."""
    return design(presets, [Point(seed)], place, residents, years, model_factory)


def sensitivity(
    asked: Design,
    plan: Plan,
    folder: Path,
    jobs: int | None = None,
    progress: Progress | None = None,
    in_process: bool = False,
    read: frozenset[str] | None = None,
) -> Found:
    """Live the two stages, or what is left of them, and return what each outcome hangs on.

    `read` names the uncertain numbers to screen; left out, a first run of each plan finds them.
    """

    def lived(stage: str, points: tuple[Point, ...]) -> Values:
        mine = replace(asked, members=len(points), points=points)
        told = None if progress is None else _stage(progress, stage)
        live(mine, folder / stage, jobs, told, in_process)
        return last_year(content(mine, folder / stage, OUTCOMES))

    read = _read(asked, folder) if read is None else read
    keys = sorted(read)
    whole = screen(numbers.groups(read, plan.groups), plan.trajectories, plan.lucks, plan.seed)
    first = lived("groups", whole.points)
    second, units, number = Values(), np.empty((0, len(keys))), len(whole.points)
    if plan.points:
        twice = min(plan.twice, plan.points)
        units, points = spread(keys, plan.points, twice, plan.seed + 2000)
        second = lived("spread", points)
        number += len(points)
    told = [
        _outcome(pair, whole, paired, keys, units, second.get(pair))
        for pair, paired in first.items()
        if pair[1] in OUTCOMES
    ]
    order = {key: place for place, key in enumerate(OUTCOMES)}
    names = [each.name for each in asked.plans]
    told.sort(key=lambda one: (names.index(one.scenario), order[one.measure]))
    top = sorted({driver.key for row in told for driver in row.drivers})
    return Found(asked, plan, len(numbers.uncertain()), len(read), tuple(top), number, tuple(told))


def _read(asked: Design, folder: Path) -> frozenset[str]:
    """The numbers read, found once and kept in the folder for the request they belong to."""
    path = folder / "read.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["request"] == asked.fingerprint:
            return frozenset(told["read"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # never found, or torn: found again
    read = numbers.read_by(asked)
    atomic.make_folder(folder)
    kept = {"request": asked.fingerprint, "read": sorted(read)}
    atomic.write(path, json.dumps(kept, indent=1).encode())
    return read


def _stage(progress: Progress, stage: str) -> Progress:
    return lambda done, total, note: progress(done, total, f"{stage}: {note}" if note else stage)


def _outcome(
    pair: tuple[str, str], whole: Screen, first: Paired, keys: list[str], units: Floats,
    second: Paired | None,
) -> Sensitivity:  # fmt: skip
    found = effects(whole, first.difference)
    lived, luck, emulator = first.difference, found.point_luck, None
    drivers: list[Driver] = []
    if second is not None:
        lived, luck = split(second.difference, len(units))
        emulator = emulate(units, lived, np.nan_to_num(luck)) if np.ptp(lived) > 0 else None
    by_luck = _share_of_luck(lived, luck)
    good = emulator is not None and _is_good(emulator)
    if good and emulator is not None:
        drivers = _by_emulator(emulator, keys)
        kinds = [numbers.evidence_class(numbers.uncertain()[each.key]) for each in drivers]
        parts = weak_shares(kinds, np.array([each.share for each in drivers]))
    else:
        if second is not None and np.ptp(lived) > 0:
            drivers = _by_straight_line(units, lived, keys)
        parts = weak_shares([group.evidence for group in whole.groups], found.squared)
    varies = bool(np.ptp(lived) > 0 or np.ptp(first.difference) > 0)
    if varies and not (good or found.told):
        parts = (1.0, 1.0)  # whose evidence it rests on cannot be told: that counts as the worst
    weak, assumed = (float(np.nan_to_num(part)) * (1.0 - by_luck) for part in parts)
    return Sensitivity(
        scenario=pair[0], measure=pair[1], mean=float(lived.mean()), share_from_luck=by_luck,
        share_from_c_d=weak, share_from_d=assumed, told=good or found.told, luck=found.luck,
        move=float(np.sqrt(max(found.squared.mean(), 0.0))),
        r2=math.nan if emulator is None else emulator.r2,
        r2_of_mean=math.nan if emulator is None else emulator.r2_of_mean,
        emulated=good, asked=second is not None, drivers=tuple(drivers),
        varies=varies,
    )  # fmt: skip


def _share_of_luck(difference: Floats, luck: float) -> float:
    """The share of the spread that is luck; none where luck is not known, which is the worse."""
    whole = float(difference.var(ddof=1))
    return min(1.0, luck / whole) if whole > 0 and math.isfinite(luck) else 0.0


def _is_good(emulator: Emulator) -> bool:
    enough = emulator.r2_of_mean >= threshold("emulator_least_r2")
    return bool(enough and emulator.r2 >= LEAST_RAW_R2)


def _by_emulator(emulator: Emulator, keys: list[str]) -> list[Driver]:
    rows = numbers.uncertain()
    total = sobol_indices(emulator).total
    found = []
    for place in np.argsort(-total, kind="stable"):
        key = keys[emulator.chosen[place]]
        turn = switches_at(*main_effect(emulator, int(place)))
        value = None if turn is None else dict(numbers.numbers_at([key], [turn]))[key]
        share = max(float(total[place]), 0.0)
        found.append(Driver(key, rows[key].grade, share, SOBOL, value))
    return found


def _by_straight_line(units: Floats, difference: Floats, keys: list[str]) -> list[Driver]:
    """Numbers whose correlation beats that of the luckiest of all; none where none does.

    Their share is that of the whole spread, luck among it: the squared correlation.
    """
    found = correlations(units, difference)
    least = chance_level(units, difference)
    rows, order = numbers.uncertain(), np.argsort(-np.abs(found), kind="stable")[:TOP]
    return [
        Driver(keys[place], rows[keys[place]].grade, float(found[place] ** 2), STRAIGHT, None)
        for place in order
        if abs(found[place]) > least
    ]
