"""A calibration from nothing: repeats for luck, waves, draws, and the draws lived in the model.

Looks at targets and the space of numbers; lives points of the model into a folder. Returns what was
found; `shipping` writes it down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserMistake
from sim.evidence.posterior import FORWARD, HINDCAST, KINDS
from sim.experiment.calibration import draws, history, misfit, points
from sim.experiment.calibration.emulator import Emulators
from sim.experiment.calibration.space import Space, space_of
from sim.experiment.calibration.targets import Target, forward_targets, hindcast_targets

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """How much is lived and drawn.

    Residents of a run; points of each wave, the first a power of two; repeats of the central
    point; draws lived in the model, draws shipped and the steps of their walk.
    """

    residents: int
    waves: tuple[int, ...]
    repeats: int
    lived_draws: int
    draws: int
    steps: int


FULL = {
    FORWARD: Size(5_000, (128, 64), 12, 16, 240, 1500),
    HINDCAST: Size(16_000, (64, 32), 8, 6, 240, 1500),
}
# For an automatic check of the whole chain: too few runs to believe.
SMALL = {
    FORWARD: Size(600, (16,), 3, 2, 200, 60),
    HINDCAST: Size(600, (8,), 2, 2, 200, 40),
}


@dataclass(frozen=True)
class Fit:
    """What a calibration found. Points are of the unit cube; figures are [runs, targets]."""

    kind: str
    size: Size
    seed: int
    space: Space
    targets: tuple[Target, ...]
    repeats: Floats
    history: history.History
    chain: draws.Chain
    lived: Floats
    medoid_lived: Floats
    left_out: tuple[str, ...]

    @property
    def prior(self) -> Floats:
        """Figures of the first wave, whose points are even over the prior."""
        return np.asarray(self.history.values[: self.size.waves[0]])

    @cached_property
    def numbers(self) -> list[dict[str, float]]:
        """The draws, as numbers."""
        return [self.space.numbers(point) for point in self.chain.points]

    @cached_property
    def medoid(self) -> Floats:
        """The draw nearest to all others, in spreads of the draws."""
        return np.asarray(self.chain.points[medoid_of(self.chain.points)])

    def inside(self, values: Floats) -> NDArray[np.bool_]:
        """Whether the mean of runs lies within each target's stated tolerance."""
        means = values.mean(axis=0)
        return np.array([t.inside(v) for t, v in zip(self.targets, means, strict=True)])

    @cached_property
    def foretold(self) -> tuple[Floats, Floats]:
        """Emulators' mean and variance at the draws that were lived."""
        where = self.chain.points[: len(self.lived)]
        mean, variance = _emulators(self.history).mean_and_variance(where)
        return np.asarray(mean), np.asarray(variance)

    @property
    def spot_check(self) -> float:
        """Share of lived draws' figures within two standard deviations of what was foretold."""
        mean, variance = self.foretold
        spread = np.sqrt(variance + self.repeats.var(axis=0, ddof=1))
        return float((np.abs(self.lived - mean) <= 2.0 * spread).mean())


def medoid_of(cloud: Floats) -> int:
    """The row nearest to all others, each side in its own spread."""
    scaled = cloud / np.maximum(cloud.std(axis=0), 1e-9)
    apart = np.sqrt(((scaled[:, None, :] - scaled[None, :, :]) ** 2).sum(axis=2))
    return int(apart.sum(axis=1).argmin())


def calibrate(
    kind: str,
    folder: Path,
    size: Size | None = None,
    seed: int = 1,
    jobs: int = 1,
    progress: points.Progress | None = None,
) -> Fit:
    """Fit the numbers of `kind`, "forward" or "hindcast"; points are kept in `folder`.

    Run again after a stop it goes on where it was. Raises UserMistake for an unknown kind.
    """
    if kind not in KINDS:
        raise UserMistake(f"{kind!r} is no posterior. Choose {' or '.join(KINDS)}.")
    size = size or FULL[kind]
    space = space_of(kind)
    wanted = forward_targets() if kind == FORWARD else hindcast_targets()
    lived = partial(_figures, kind, space, size.residents, folder / kind, jobs, progress)
    every = [each.figure for each in wanted]
    central = np.repeat(space.central()[None, :], size.repeats, axis=0)
    told = lived(central, "repeats", seed, every)
    # A figure that a run this small cannot tell, or that never moves, cannot be fitted.
    usable = np.isfinite(told).all(axis=0)
    targets = tuple(t for t, good in zip(wanted, usable, strict=True) if good)
    figures = [each.figure for each in targets]
    repeats = told[:, usable]
    luck = np.maximum(repeats.var(axis=0, ddof=1), 1e-12)
    first = seed + size.repeats  # every point has luck of its own, none of it the repeats'

    def run(where: Floats, note: str) -> Floats:
        nonlocal first
        found = lived(where, note, first, figures)
        first += len(where)
        return _filled(found)

    none = np.zeros(len(targets))  # England is so large that luck hardly moves its own figures
    found = history.search(targets, len(space), run, luck, none, size.waves, seed)
    chain = sample(found, targets, luck, size, seed)
    checked = run(chain.points[: size.lived_draws], "draws lived")
    middle = chain.points[medoid_of(chain.points)]
    again = run(np.repeat(middle[None, :], max(size.repeats // 2, 2), axis=0), "medoid lived")
    lost = tuple(t.key for t, good in zip(wanted, usable, strict=True) if not good)
    return Fit(kind, size, seed, space, targets, repeats, found, chain, checked, again, lost)


def sample(
    found: history.History, targets: Sequence[Target], luck: Floats, size: Size, seed: int
) -> draws.Chain:  # fmt: skip
    """Draws by the emulators' likelihood and the prior: `size.draws` walkers' last places.

    The error is that of the synthetic proof, less a run's luck, with the targets' own room on top.
    """
    wanted = np.array([each.value for each in targets])
    room = np.array([each.variance for each in targets])
    learnt = misfit.learn(_emulators(found), found.values, luck, room)
    start = _start(found.left, size.draws, seed)
    return draws.walk(learnt.score(wanted), start, size.steps, seed)


def _start(left: Floats, walkers: int, seed: int) -> Floats:
    """Walkers begin on points not ruled out, each a little apart."""
    rng = np.random.default_rng(seed)
    start = left[rng.integers(0, len(left), walkers)]
    start = start + rng.normal(0.0, 0.02, start.shape)
    return np.asarray(np.clip(start, 0.001, 0.999))


def _emulators(found: history.History) -> Emulators:
    if found.emulators is None:
        raise ValueError("no wave has been lived")
    return found.emulators


def _figures(
    kind: str,
    space: Space,
    residents: int,
    folder: Path,
    jobs: int,
    progress: points.Progress | None,
    where: Floats,
    note: str,
    first_seed: int,
    figures: Sequence[str],
) -> Floats:
    """Live points of the cube, each with luck of its own: float64[points, figures]."""
    tasks = [
        points.task(kind, space.numbers(point), residents, first_seed + at, folder)
        for at, point in enumerate(where)
    ]
    told = points.all_of(tasks, jobs, progress, note)
    return np.array([[each.get(key, math.nan) for key in figures] for each in told])


def _filled(values: Floats) -> Floats:
    """The mean in place of the few figures a lucky run could not tell (nobody of the kind)."""
    means = np.nanmean(values, axis=0)
    return np.where(np.isfinite(values), values, means)


def kinds_asked(text: str) -> tuple[str, ...]:
    """The posteriors a user asks for: one, or both."""
    if text == "both":
        return KINDS
    if text not in KINDS:
        raise UserMistake(f"--posterior {text!r}: choose forward, hindcast or both.")
    return (text,)


__all__ = ["FORWARD", "FULL", "HINDCAST", "SMALL", "Fit", "Size", "calibrate", "kinds_asked"]
