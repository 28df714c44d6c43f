"""History matching: waves of points that rule numbers out until what is left settles.

A choice of numbers is ruled out when, for more than a few targets, the model would lie further
from the published figure than everything we are unsure of allows: implausibility above three,

    I = |E[f(x)] - z| / sqrt(tolerance + discrepancy + emulator variance + luck of the figure),

all as variances (Craig et al. 1997; Vernon, Goldstein and Bower 2010). Looks at emulators, targets
and points; lives new points through `points`. The luck of the published figure is nil beside a
country; in a synthetic world it is that of the run that stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.experiment.calibration import emulator
from sim.experiment.calibration.targets import Target

Floats = NDArray[np.float64]
Runs = Callable[[Floats, str], Floats]  # points [n, d], a note -> figures [n, targets]

CUT = 3.0  # three standard deviations (Pukelsheim 1994: 95% of any one-humped distribution)
ALLOWED_ABOVE = 2  # targets that may lie above the cut: the third largest decides
SETTLED = 0.8  # a wave that leaves more than this share of what was left ends the search
CANDIDATES_POWER = 14


@dataclass(frozen=True)
class Wave:
    """What one wave left of the prior."""

    number: int
    points: int
    left_share: float
    worst: str  # the target that rules out most


@dataclass
class History:
    """All points lived so far with their figures, the waves, and the last emulators."""

    points: Floats
    values: Floats
    waves: list[Wave] = field(default_factory=list)
    emulators: emulator.Emulators | None = None
    left: Floats = field(default_factory=lambda: np.zeros((0, 0)))


def sobol(power: int, sides: int, seed: int) -> Floats:
    """2**power points spread evenly over the cube."""
    return np.asarray(qmc.Sobol(sides, scramble=True, rng=seed).random_base2(power))


def implausibility(
    found: emulator.Emulators, where: Floats, targets: Sequence[Target], luck: Floats
) -> Floats:
    """I of every target at every point: float64[m, targets]. `luck` is of the figures fitted to."""
    mean, variance = found.mean_and_variance(where)
    wanted = np.array([each.value for each in targets])
    room = np.array([each.variance for each in targets])
    return np.asarray(np.abs(mean - wanted) / np.sqrt(room + variance + luck))


def deciding(measure: Floats) -> Floats:
    """The largest implausibility after those allowed above: float64[m]."""
    above = min(ALLOWED_ABOVE, measure.shape[1] - 1)
    return np.asarray(np.sort(measure, axis=1)[:, -1 - above])


def search(
    targets: Sequence[Target],
    sides: int,
    run: Runs,
    repeats: Floats,
    luck: Floats,
    sizes: Sequence[int],
    seed: int,
) -> History:
    """Waves of `sizes` points; stops early once what is left settles.

    `repeats` is the variance of one run's figures over seeds, `luck` that of the fitted figures.
    """
    keys = [each.key for each in targets]
    design = qmc.Sobol(sides, scramble=True, rng=seed).random(sizes[0])
    state = History(design, run(design, "wave 1"))
    candidates = sobol(CANDIDATES_POWER, sides, seed + 1)
    for number, _size in enumerate(sizes, start=1):
        state.emulators = emulator.fit_all(keys, state.points, state.values, repeats)
        measure = implausibility(state.emulators, candidates, targets, luck)
        ranked = deciding(measure)
        left = candidates[ranked <= CUT]
        share = len(left) / len(candidates)
        worst = keys[int((measure > CUT).mean(axis=0).argmax())]
        state.waves.append(Wave(number, len(state.points), share, worst))
        if len(left) < sides:  # almost nothing: go on from the least implausible
            left = candidates[np.argsort(ranked, kind="stable")[: 4 * sides]]
        state.left = left
        if number == len(sizes) or _settled(state.waves):
            return state
        more = _spread_out(state.emulators, left, targets, luck, sizes[number], seed + 1 + number)
        state.points = np.concatenate([state.points, more])
        state.values = np.concatenate([state.values, run(more, f"wave {number + 1}")])
    return state


def _settled(waves: Sequence[Wave]) -> bool:
    if len(waves) < 2 or not waves[-2].left_share:
        return False
    return waves[-1].left_share > SETTLED * waves[-2].left_share


def _spread_out(
    found: emulator.Emulators,
    left: Floats,
    targets: Sequence[Target],
    luck: Floats,
    number: int,
    seed: int,
) -> Floats:
    """`number` points over what is not ruled out: steps between its points, kept if still in."""
    rng = np.random.default_rng(seed)
    here = left[rng.integers(0, len(left), number)]
    limit = np.maximum(deciding(implausibility(found, here, targets, luck)), CUT)
    for _step in range(10):
        one, other = (left[rng.integers(0, len(left), number)] for _ in range(2))
        there = here + 0.5 * (one - other)
        there = 1.0 - np.abs(1.0 - np.abs(there) % 2.0)
        stays = deciding(implausibility(found, there, targets, luck)) <= limit
        here = np.where(stays[:, None], there, here)
    return np.asarray(here)
