"""The proof on worlds whose numbers are known: does the fit find what it cannot see?

Each world is one run of the model at numbers drawn from the prior; its figures stand for the
published ones, without any room but the luck of one run. The truth is recovered where it lies in
the 90% region: the most probable tenth-to-last of draws. Looks at the model through `points`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.experiment.calibration import draws, emulator, fitting, history, misfit, points
from sim.experiment.calibration.space import space_of
from sim.experiment.calibration.targets import forward_targets

Floats = NDArray[np.float64]
REGION = 0.9
_TRIED = 64  # points of the cube tried for each walker; the best are where walkers begin


@dataclass(frozen=True)
class Setting:
    """A small, quick model for the proof."""

    residents: int = 3_000
    points: int = 256
    repeats: int = 24
    walkers: int = 256
    steps: int = 400


QUICK = Setting(residents=600, points=64, repeats=6, walkers=64, steps=150)


@dataclass(frozen=True)
class World:
    """One world: where the truth lay among the draws, and how many sides' own 90% held it."""

    number: int
    rank: float  # share of draws more probable than the truth
    sides_held: float
    narrowed: float  # median over sides: spread of the draws over the prior's
    best_known: float  # the same of the side that was narrowed most

    @property
    def recovered(self) -> bool:
        """Whether the truth is in the 90% region."""
        return self.rank <= REGION


def prove(
    worlds: int,
    folder: Path,
    setting: Setting | None = None,
    seed: int = 1,
    jobs: int = 1,
    progress: points.Progress | None = None,
) -> list[World]:
    """Fit `worlds` synthetic worlds; one design and one set of emulators serve them all."""
    setting = setting or Setting()
    space = space_of(fitting.FORWARD)
    design = qmc.Sobol(len(space), scramble=True, rng=seed).random(setting.points)
    truths = np.random.default_rng([seed, worlds]).random((worlds, len(space)))
    central = np.repeat(space.central()[None, :], setting.repeats, axis=0)
    where = np.concatenate([central, design, truths])
    tasks = [
        points.task(
            fitting.FORWARD, space.numbers(point), setting.residents, seed + at, folder / "worlds"
        )
        for at, point in enumerate(where)
    ]
    told = points.all_of(tasks, jobs, progress, "worlds")
    figures = usable([each.figure for each in forward_targets()], told)
    values = np.array([[run[key] for key in figures] for run in told])
    repeats, lived = values[: setting.repeats], values[setting.repeats :]
    seen, made = lived[: setting.points], lived[setting.points :]
    luck = np.maximum(repeats.var(axis=0, ddof=1), 1e-12)
    known = emulator.fit_all(figures, design, seen, luck)
    found = misfit.learn(known, seen, luck)
    return [
        place(found.score(made[at]), truths[at], setting, seed, at + 1) for at in range(worlds)
    ]  # fmt: skip


def usable(keys: Sequence[str], told: Sequence[points.Figures]) -> list[str]:
    """The figures every run could tell and that are not the same in all of them."""
    return [
        key
        for key in dict.fromkeys(keys)
        if all(key in run for run in told) and len({run[key] for run in told}) > 2
    ]


def place(score: draws.Score, truth: Floats, setting: Setting, seed: int, number: int = 1) -> World:
    """Walk one world's likelihood and see where its truth lies among the draws."""
    sides = len(truth)
    start = history.sobol(round(np.log2(_TRIED * setting.walkers)), sides, seed + number)
    best = start[np.argsort(score(start), kind="stable")[-4 * setting.walkers :]]
    rng = np.random.default_rng([seed, number])
    chain = draws.walk(score, best[rng.permutation(len(best))[: setting.walkers]],
                       setting.steps, seed + number)  # fmt: skip
    own = float(score(truth[None, :])[0])
    edges = np.quantile(chain.points, [(1 - REGION) / 2, (1 + REGION) / 2], axis=0)
    held = (edges[0] <= truth) & (truth <= edges[1])
    spread = chain.points.std(axis=0) * np.sqrt(12.0)
    return World(number, float((chain.scores > own).mean()), float(held.mean()),
                 float(np.median(spread)), float(spread.min()))  # fmt: skip
