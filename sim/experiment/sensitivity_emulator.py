"""An emulator: a quick stand-in for the model near the numbers that matter most.

Looks at a table of quantiles and paired differences; changes nothing. The lasso picks the numbers
that tell, fifteen at most; a Gaussian process with a straight part, a bent part and luck learns
from these. Both are judged on points that neither has seen, and refused where they cannot foretell
them.

Sources: Tibshirani 1996 (lasso); Hastie, Tibshirani and Friedman 2009, section 7.10 (one standard
error); Rasmussen and Williams 2006 (Gaussian processes); Saltelli and others 2010 with SALib
(Sobol indices on the emulator).
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.sensitivity_design import HIGH, LOW

Floats = NDArray[np.float64]
TOP = 15
MIDDLE = 0.5  # a straight part without a constant must turn round the middle
FOLDS = 5
_PENALTIES = 30
_SOBOL_POINTS = 256
_MARGIN_POINTS = 128
_GRID = 19


@dataclass(frozen=True)
class Emulator:
    """A fitted emulator of one outcome, in the numbers it was found to hang on.

    `chosen` are their columns, strongest first. `r2` is the share of unseen variance it foretells,
    luck included; `r2_of_mean` the share of what is left when luck, which nothing can foretell, is
    taken off.
    """

    process: Any
    chosen: tuple[int, ...]
    middle: float
    scale: float
    r2: float
    r2_of_mean: float

    @property
    def inputs(self) -> int:
        """How many numbers it is a function of."""
        return len(self.chosen)

    def __call__(self, units: Floats) -> Floats:
        """Expected paired difference at quantiles float64[points, inputs], as `chosen` has them."""
        found = np.concatenate(
            [
                self.process.predict(part - MIDDLE)
                for part in np.array_split(units, 1 + len(units) // 2000)
            ]
        )
        return np.asarray(self.middle + self.scale * found)


def emulate(units: Floats, difference: Floats, luck: float = 0.0, seed: int = 1) -> Emulator | None:
    """Fit an emulator to paired differences float64[points] at quantiles [points, keys].

    `luck` is the variance of one point by luck. `r2` comes from five folds, each foretold by an
    emulator that has not seen it, its numbers picked anew; it may be below 0. None where nothing
    varies or no number tells.
    """
    middle, scale = float(difference.mean()), float(difference.std())
    if not scale > 0:
        return None
    target = (difference - middle) / scale
    chosen = telling(units, target)
    if not chosen:
        return None
    foretold = np.empty_like(target)
    fold = np.random.default_rng(seed).permutation(target.size) % FOLDS
    for each in range(FOLDS):
        seen = fold != each
        mine = telling(units[seen], target[seen])
        foretold[~seen] = (
            _fitted(units[seen][:, mine], target[seen]).predict(units[~seen][:, mine] - MIDDLE)
            if mine
            else target[seen].mean()
        )
    missed, whole = float(((target - foretold) ** 2).mean()), float(target.var())
    blind = min(luck / scale**2, 0.9 * whole)  # a luck as large as all would prove anything
    of_mean = min(1.0, 1.0 - (missed - blind) / (whole - blind))
    process = _fitted(units[:, chosen], target)
    return Emulator(process, tuple(chosen), middle, scale, 1.0 - missed / whole, of_mean)


def telling(units: Floats, target: Floats) -> list[int]:
    """Columns that the lasso keeps, strongest first, fifteen at most.

    Its penalty is the largest whose error over five folds is within one standard error of the
    least: a smaller one keeps numbers of chance, which would take shares from those that tell.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import Lasso, LassoCV

    inputs = (units - MIDDLE) / np.maximum(units.std(axis=0), 1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        tried = LassoCV(cv=FOLDS, alphas=_PENALTIES).fit(inputs, target)
        errors = tried.mse_path_.mean(axis=1)
        least = int(errors.argmin())
        room = float(tried.mse_path_[least].std(ddof=1)) / math.sqrt(FOLDS)
        penalty = float(tried.alphas_[errors <= errors[least] + room].max())
        size = np.abs(Lasso(alpha=penalty).fit(inputs, target).coef_)
    return [int(each) for each in np.argsort(-size, kind="stable")[:TOP] if size[each] > 0]


def _fitted(units: Floats, target: Floats) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    # One length for all numbers: a length each would learn luck from a few hundred points.
    bent = ConstantKernel(0.1, (1e-4, 1e2)) * RBF(2.0, (0.2, 50.0))
    straight = ConstantKernel(0.3, (1e-3, 1e2)) * DotProduct(0.5, (1e-2, 1e1))
    process = GaussianProcessRegressor(
        straight + bent + WhiteKernel(0.3, (1e-6, 2.0)), normalize_y=False, random_state=0
    )
    with warnings.catch_warnings():
        # A length at its bound means a number without influence, which is what is asked.
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(units - MIDDLE, target)
    return process


@dataclass(frozen=True)
class Indices:
    """Sobol indices float64[inputs]: alone, with all it interacts with, and its 90% half width."""

    first: Floats
    total: Floats
    total_error: Floats


def sobol_indices(emulator: Emulator, seed: int = 1) -> Indices:
    """Return the shares of the emulator's variance due to each input."""
    from SALib.analyze import sobol
    from SALib.sample import sobol as sampler

    names = [f"x{number}" for number in range(emulator.inputs)]
    problem = {
        "num_vars": emulator.inputs, "names": names, "bounds": [[LOW, HIGH]] * emulator.inputs
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        at = sampler.sample(problem, _SOBOL_POINTS, calc_second_order=False, seed=seed)
        found = sobol.analyze(
            problem, emulator(at), calc_second_order=False, conf_level=0.9, seed=seed
        )
    return Indices(*(np.asarray(found[key], dtype=np.float64) for key in ("S1", "ST", "ST_conf")))


def main_effect(emulator: Emulator, which: int, seed: int = 1) -> tuple[Floats, Floats]:
    """Expected difference along one input, the others as likely as they are: quantiles, values."""
    from scipy.stats import qmc

    others = qmc.Sobol(emulator.inputs, seed=seed).random(_MARGIN_POINTS)
    others = LOW + (HIGH - LOW) * others
    along = np.linspace(LOW, HIGH, _GRID)
    rows = np.repeat(others[None, :, :], _GRID, axis=0)
    rows[:, :, which] = along[:, None]
    values = emulator(rows.reshape(-1, emulator.inputs)).reshape(_GRID, -1).mean(axis=1)
    return along, np.asarray(values)


def switches_at(along: Floats, values: Floats) -> float | None:
    """The quantile at which the sign turns, the one nearest the middle; None when none does."""
    turns = np.flatnonzero(np.sign(values[1:]) * np.sign(values[:-1]) < 0)
    exact = along[values == 0]
    found = [
        float(along[at] + (along[at + 1] - along[at]) * values[at] / (values[at] - values[at + 1]))
        for at in turns
    ]
    found += exact.tolist() if exact.size < values.size else []
    return min(found, key=lambda each: abs(each - 0.5), default=None)
