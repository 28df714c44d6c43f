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
from scipy import stats
from scipy.stats import qmc

from sim.experiment.calibration import draws, emulator, fitting, history, points
from sim.experiment.calibration.space import Space, space_of
from sim.experiment.calibration.targets import forward_targets

Floats = NDArray[np.float64]
REGION = 0.9
_FOLDS = 5


@dataclass(frozen=True)
class Setting:
    """A small, quick model for the proof."""

    residents: int = 3_000
    points: int = 256
    repeats: int = 24
    walkers: int = 256
    steps: int = 800


QUICK = Setting(residents=600, points=64, repeats=6, walkers=128, steps=200)


@dataclass(frozen=True)
class World:
    """One world: where the truth lay among the draws, and how many sides' own 90% held it."""

    number: int
    rank: float  # share of draws more probable than the truth
    sides_held: float
    narrowed: float  # median over sides: spread of the draws over the prior's

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
    # What is left of points left out: the emulators' error and one run's luck, figures together.
    error = shrunk(known.residuals(seen))
    return [
        _judge(at, known, error, made[at], truths[at], space, setting, seed)
        for at in range(worlds)
    ]  # fmt: skip


def usable(keys: Sequence[str], told: Sequence[points.Figures]) -> list[str]:
    """The figures every run could tell and that are not the same in all of them."""
    return [
        key
        for key in dict.fromkeys(keys)
        if all(key in run for run in told) and len({run[key] for run in told}) > 2
    ]


def shrunk(residuals: Floats) -> Floats:
    """Covariance of residuals, shrunk so that it can be inverted (Ledoit and Wolf 2004).

    Sized so that it covers what it has not seen: estimated on four fifths of the points, its 90%
    ellipsoid must hold nine in ten of the other fifth. Few points, and figures that err more
    widely than a normal, would otherwise make the fit too sure.
    """
    folds = np.arange(len(residuals)) % _FOLDS
    distance = np.empty(len(residuals))
    for fold in range(_FOLDS):
        known, other = residuals[folds != fold], residuals[folds == fold]
        distance[folds == fold] = -2.0 * draws.together(
            other, np.zeros(other.shape[1]), _raw(known)
        )
    wanted = float(stats.chi2.ppf(REGION, residuals.shape[1]))
    size = float(np.quantile(distance, REGION)) / wanted
    return np.asarray(_raw(residuals) * max(size, 1.0))


def _raw(residuals: Floats) -> Floats:
    from sklearn.covariance import ledoit_wolf

    spread = residuals.std(axis=0)
    spread = np.maximum(spread, 1e-9 * max(float(spread.max()), 1e-9))
    correlation, _ = ledoit_wolf(residuals / spread)
    return np.asarray(correlation * np.outer(spread, spread))


def _judge(
    at: int,
    known: emulator.Emulators,
    error: Floats,
    made: Floats,
    truth: Floats,
    space: Space,
    setting: Setting,
    seed: int,
) -> World:
    def score(where: Floats) -> Floats:
        return draws.together(known.mean(where), made, error)

    start = history.sobol(14, len(space), seed + at + 1)
    best = start[np.argsort(score(start), kind="stable")[-4 * setting.walkers :]]
    rng = np.random.default_rng([seed, at])
    chain = draws.walk(score, best[rng.permutation(len(best))[: setting.walkers]],
                       setting.steps, seed + at)  # fmt: skip
    own = float(score(truth[None, :])[0])
    edges = np.quantile(chain.points, [(1 - REGION) / 2, (1 + REGION) / 2], axis=0)
    held = (edges[0] <= truth) & (truth <= edges[1])
    narrowed = float(np.median(chain.points.std(axis=0) * np.sqrt(12.0)))
    return World(at + 1, float((chain.scores > own).mean()), float(held.mean()), narrowed)
