"""A quick stand-in for the model: one Gaussian process a figure, learnt from the points lived.

Like a map drawn from a few hundred soundings: it says what the model would find elsewhere, and how
sure it is. Looks at points of the unit cube and figures; changes nothing. Each process is a
straight line in all the numbers plus a smooth bend along those that matter; the luck of a run is
its noise, measured by repeating one point with other seeds (Rasmussen and Williams 2006, ch. 2
and 5.4.2 for leaving one out).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEAST_WEIGHT = 0.1  # of a number that seems not to matter, against the one that matters most
_RIDGE = 1.0
_JITTER = 1e-8


@dataclass(frozen=True)
class Emulator:
    """A fitted process of one figure; inputs are points of the unit cube, float64[n, d]."""

    points: Floats
    middle: float
    spread: float
    weight: Floats
    slope_variance: float
    level_variance: float
    bend_variance: float
    bend_length: float
    inverse: Floats
    solved: Floats
    left_out: Floats
    left_out_variance: Floats
    noise: float  # variance of one run's luck, as fitted

    def mean(self, where: Floats) -> Floats:
        """What the model would find there on average over luck: float64[m]."""
        a, b = self._scaled(where), self._scaled(self.points)
        # The kernel's parts summed one by one: walks ask this a million times.
        straight = self.slope_variance * (a @ (b.T @ self.solved))
        straight += self.level_variance * self.solved.sum()
        bend = a @ (b.T / self.bend_length**2)
        bend -= (a**2).sum(axis=1)[:, None] / (2.0 * self.bend_length**2)
        bend -= (b**2).sum(axis=1)[None, :] / (2.0 * self.bend_length**2)
        bent = self.bend_variance * (np.exp(bend, out=bend) @ self.solved)
        return np.asarray(self.middle + self.spread * (straight + bent))

    def mean_and_variance(self, where: Floats) -> tuple[Floats, Floats]:
        """Mean and variance (of the mean, not of one lucky run): float64[m] each."""
        across = self._kernel(where, self.points)
        own = self.slope_variance * (self._scaled(where) ** 2).sum(axis=1)
        own = own + self.level_variance + self.bend_variance
        known = np.einsum("ij,jk,ik->i", across, self.inverse, across, optimize=True)
        variance = np.maximum(own - known, _JITTER) * self.spread**2
        return self.middle + self.spread * (across @ self.solved), variance

    def _scaled(self, where: Floats) -> Floats:
        return (where - 0.5) * self.weight

    def _kernel(self, one: Floats, other: Floats) -> Floats:
        a, b = self._scaled(one), self._scaled(other)
        product = a @ b.T
        apart = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :] - 2.0 * product
        bend = self.bend_variance * np.exp(-np.maximum(apart, 0.0) / (2.0 * self.bend_length**2))
        return np.asarray(self.slope_variance * product + self.level_variance + bend)


def fit(points: Floats, values: Floats, luck: float) -> Emulator:
    """Learn one figure from its values at the points; `luck` is the variance of one run's."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import (
        RBF,
        ConstantKernel,
        DotProduct,
        WhiteKernel,
    )

    middle, spread = float(values.mean()), float(values.std()) or 1.0
    y = (values - middle) / spread
    noise = max(luck / spread**2, 1e-4)
    weight = _weights(points, y)
    scaled = (points - 0.5) * weight
    # The noise found by repeats may grow at most fourfold (it differs over the cube), never shrink.
    kernel = (
        ConstantKernel(1.0, (1e-3, 1e2)) * DotProduct(1.0, (1e-2, 1e1))
        + ConstantKernel(0.1, (1e-4, 1e1)) * RBF(1.0, (0.2, 1e1))
        + WhiteKernel(noise, (noise, 4.0 * noise))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = GaussianProcessRegressor(kernel, alpha=_JITTER, random_state=0).fit(scaled, y)
    k = found.kernel_.get_params()
    slope = float(k["k1__k1__k1__constant_value"])
    inverse = np.linalg.inv(found.L_ @ found.L_.T)
    solved = inverse @ y
    diagonal = np.diag(inverse)
    return Emulator(
        points, middle, spread, weight, slope,
        slope * float(k["k1__k1__k2__sigma_0"]) ** 2,
        float(k["k1__k2__k1__constant_value"]), float(k["k1__k2__k2__length_scale"]),
        inverse, solved, middle + spread * (y - solved / diagonal), spread**2 / diagonal,
        float(k["k2__noise_level"]) * spread**2,
    )  # fmt: skip


def _weights(points: Floats, y: Floats) -> Floats:
    """How much each number moves the figure, 0.1 to 1: slopes of a ridge regression, sized."""
    centred = points - 0.5
    size = centred.shape[1]
    slopes = np.linalg.solve(centred.T @ centred + _RIDGE * np.eye(size), centred.T @ y)
    most = float(np.abs(slopes).max()) or 1.0
    return np.asarray(np.maximum(np.abs(slopes) / most, _LEAST_WEIGHT))


@dataclass(frozen=True)
class Emulators:
    """One emulator for each target, and how they did on points left out one at a time."""

    keys: tuple[str, ...]
    each: tuple[Emulator, ...]

    def mean(self, where: Floats) -> Floats:
        """float64[m, targets]."""
        return np.stack([one.mean(where) for one in self.each], axis=1)

    def mean_and_variance(self, where: Floats) -> tuple[Floats, Floats]:
        """float64[m, targets] each."""
        told = [one.mean_and_variance(where) for one in self.each]
        return np.stack([m for m, _ in told], axis=1), np.stack([v for _, v in told], axis=1)

    def residuals(self, values: Floats) -> Floats:
        """Values less what was foretold with that point left out: float64[points, targets]."""
        return values - np.stack([one.left_out for one in self.each], axis=1)

    def coverage(self, values: Floats) -> Floats:
        """Share of left-out points within two standard deviations, by target."""
        spread = np.sqrt(np.stack([one.left_out_variance for one in self.each], axis=1))
        return np.asarray((np.abs(self.residuals(values)) <= 2.0 * spread).mean(axis=0))

    def explained(self, values: Floats) -> Floats:
        """Share of the variance over the points that is foretold with the point left out."""
        spread = np.maximum(values.var(axis=0), np.finfo(float).tiny)  # a figure may never move
        return np.asarray(1.0 - self.residuals(values).var(axis=0) / spread)


def fit_all(keys: Sequence[str], points: Floats, values: Floats, luck: Floats) -> Emulators:
    """Learn every target: `values` float64[points, targets], `luck` float64[targets]."""
    each = [fit(points, values[:, at], float(luck[at])) for at in range(len(keys))]
    return Emulators(tuple(keys), tuple(each))
