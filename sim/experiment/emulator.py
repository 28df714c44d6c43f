"""The emulator: a smooth stand-in for the model, quick enough to answer while a slider moves.

For each outcome it is a sum of terms in the pounds of each lever: a straight line, a bend (money
buys less as it grows, or needs a least sum), pairs of levers, and how place and targeting tilt the
lines. There is no constant: without money a plan's world is its baseline, so the difference is 0.
Terms are shrunk towards 0 as far as the runs allow (Bayesian ridge regression; MacKay 1992, as in
scikit-learn), so noise is not read as effect. Noise grows with the levers that bring it: money for
care moves more of what luck decides than money for a lunch club. It may look at numpy, scipy and
scikit-learn; it changes nothing. A page does the same sums: see `show/templates/explorer.js`.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Bends, pairs and tilts are expected to be smaller than straight lines, so they start smaller.
WEIGHTS = {"bend": 0.5, "pair": 0.3, "place": 0.5, "target": 0.5}
NORMAL_90 = 1.6448536269514722  # half the width of the middle 90% of a normal, in deviations
HELD = 0.9
STIFFNESS = 1.0  # of the leverage that says how far a plan is from those tested
LEAST_NOISE = 0.25  # of the mean miss: no plan is taken to be nearly without noise
_FIGURES = 7
_FOLDS = 6


@dataclass(frozen=True)
class Space:
    """What may be asked: the largest dose of each lever, which can be targeted, places, targets."""

    most: tuple[float, ...]
    targeted: tuple[bool, ...]
    places: tuple[str, ...]
    targets: tuple[str, ...]

    def terms(self, doses: Sequence[float], place: str, target: str) -> Floats:
        """The terms of one plan: float64[terms]; doses in pounds a head a year."""
        share = [dose / most for dose, most in zip(doses, self.most, strict=True)]
        count = len(share)
        found = [*share, *(WEIGHTS["bend"] * each * each for each in share)]
        for one in range(count):
            found += [WEIGHTS["pair"] * share[one] * share[two] for two in range(one + 1, count)]
        for each in self.places:
            tilt = WEIGHTS["place"] if each == place else 0.0
            found += [tilt * one for one in share]
        for each in self.targets:
            tilt = WEIGHTS["target"] if each == target else 0.0
            found += [tilt * one for one, can in zip(share, self.targeted, strict=True) if can]
        return np.array(found)


@dataclass(frozen=True)
class Told:
    """What the emulator says of one outcome: the average run, and 90% ranges round it.

    `average` is where the average over luck and parameter draws lies; `one` where a single run
    lies (luck, the draw of the model's numbers and the emulator's own error).
    """

    middle: float
    average: tuple[float, float]
    one: tuple[float, float]


def fit(
    space: Space,
    plans: Sequence[tuple[Sequence[float], str, str]],
    results: Mapping[str, Sequence[float]],
    groups: Sequence[int],
) -> dict[str, Any]:
    """Fit every outcome and return the emulator as plain data.

    `plans` are (doses, place, target); `results` differences by outcome; `groups` says which plans
    shared people, luck and draw, so that a check leaves whole groups out.
    """
    terms = np.array([space.terms(*plan) for plan in plans])
    leverage = np.linalg.inv(terms.T @ terms + STIFFNESS * np.eye(terms.shape[1]))
    leverage = _unpacked(_packed(leverage), terms.shape[1])  # as it will be read back
    totals = [sum(doses) for doses, _, _ in plans]
    shares = terms[:, : len(space.most)]
    return {
        "weights": WEIGHTS,
        "normal_90": NORMAL_90,
        "region": {
            "least_total": _short(min(totals)),
            "most_total": _short(max(totals)),
            "most_leverage": float(max(_square(leverage, row) for row in terms)),
            "leverage": _packed(leverage),
        },
        "outcomes": {
            key: _fit_one(terms, shares, np.array(told, dtype=np.float64), np.array(groups))
            for key, told in results.items()
        },
    }


@dataclass(frozen=True)
class _Learnt:
    """What was learnt of one outcome: coefficients, their covariance, and the noise of a run.

    `floor` and `per_share` make the noise's standard deviation: floor + sum(per_share * shares).
    """

    coefficients: Floats
    covariance: Floats
    floor: float
    per_share: Floats

    def noise(self, shares: Floats) -> Floats:
        """Standard deviation of a run round the average: float64[plans]."""
        return np.asarray(self.floor + shares @ self.per_share)


def _learn(terms: Floats, shares: Floats, told: Floats) -> _Learnt:
    """Fit once as if all plans were equally noisy, see which are, and fit again by that."""
    from scipy.optimize import nnls
    from sklearn.linear_model import BayesianRidge

    scale = math.sqrt(float(np.mean(told**2))) or 1.0
    ridge = BayesianRidge(fit_intercept=False, max_iter=1000)
    missed = np.abs(told - terms @ ridge.fit(terms, told / scale).coef_ * scale)
    floor = LEAST_NOISE * max(float(missed.mean()), 1e-12)
    per_share = nnls(shares, np.maximum(missed - floor, 0.0))[0]
    spread = floor + shares @ per_share
    again = BayesianRidge(fit_intercept=False, max_iter=1000)
    again.fit(terms / spread[:, None], told / spread)
    size = 1.0 / math.sqrt(float(again.alpha_))
    return _Learnt(
        np.asarray(again.coef_), np.asarray(again.sigma_), floor * size, per_share * size
    )


def _fit_one(
    terms: Floats, shares: Floats, told: Floats, groups: NDArray[np.int64]
) -> dict[str, Any]:
    whole = _learn(terms, shares, told)
    guessed, ranges = np.empty_like(told), np.empty_like(told)
    for left_out in np.array_split(np.unique(groups), min(_FOLDS, len(np.unique(groups)))):
        out = np.isin(groups, left_out)
        part = _learn(terms[~out], shares[~out], told[~out])
        doubt = np.array([_square(part.covariance, row) for row in terms[out]])
        guessed[out] = terms[out] @ part.coefficients
        ranges[out] = NORMAL_90 * np.sqrt(doubt + part.noise(shares[out]) ** 2)
    error = told - guessed
    # The ranges rest on a normal noise that knows nothing of groups; where they held too few of
    # the plans left out, they are widened until they hold nine in ten (split conformal).
    strayed = np.abs(error) / np.maximum(ranges, 1e-300)
    wider = max(1.0, float(np.quantile(strayed, HELD, method="higher")))
    square = float(np.mean(told**2))
    return {
        "coefficients": [_short(each) for each in whole.coefficients],
        "covariance": _packed(whole.covariance * wider**2),
        "floor": _short(whole.floor * wider),
        "per_share": [_short(each * wider) for each in whole.per_share],
        "check": {
            "error": _short(math.sqrt(float(np.mean(error**2)))),
            "spread": _short(math.sqrt(square)),
            "explained": _short(1.0 - float(np.mean(error**2)) / max(square, 1e-300)),
            "inside": _short(float(np.mean(strayed <= 1.0))),
            "widened": _short(wider),
        },
    }


def predict(
    emulator: Mapping[str, Any], space: Space, doses: Sequence[float], place: str, target: str
) -> dict[str, Told]:
    """What the emulator says of a plan, outcome by outcome; the page must say the same."""
    terms = space.terms(doses, place, target)
    shares = terms[: len(space.most)]
    told = {}
    for key, one in emulator["outcomes"].items():
        middle = float(np.dot(one["coefficients"], terms))
        doubt = _square(_unpacked(one["covariance"], terms.size), terms)
        noise = one["floor"] + float(np.dot(one["per_share"], shares))
        inner = NORMAL_90 * math.sqrt(doubt)
        outer = NORMAL_90 * math.sqrt(doubt + noise**2)
        if not any(doses):
            inner = outer = 0.0
        told[key] = Told(middle, (middle - inner, middle + inner), (middle - outer, middle + outer))
    return told


def outside(
    emulator: Mapping[str, Any], space: Space, doses: Sequence[float], place: str, target: str
) -> str:
    """Why a plan lies outside what was tested: "total", "mixture", or nothing."""
    region = emulator["region"]
    if sum(doses) > region["most_total"]:
        return "total"
    terms = space.terms(doses, place, target)
    leverage = _square(_unpacked(region["leverage"], terms.size), terms)
    return "mixture" if leverage > region["most_leverage"] * (1.0 + 1e-9) else ""


def _square(matrix: Floats, row: Floats) -> float:
    """row @ matrix @ row, never below 0."""
    return max(0.0, float(row @ matrix @ row))


def _packed(matrix: Floats) -> str:
    """The upper triangle of a symmetric matrix, row by row, as base64 of little-endian float32."""
    return base64.b64encode(matrix[np.triu_indices(len(matrix))].astype("<f4").tobytes()).decode()


def _unpacked(text: str, size: int) -> Floats:
    """The symmetric matrix again: float64[size, size]."""
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size)] = np.frombuffer(base64.b64decode(text), "<f4")
    return np.asarray(matrix + np.triu(matrix, 1).T)


def _short(value: float) -> float:
    """A number with as many figures as matter, so that the page stays small."""
    return float(f"{value:.{_FIGURES}g}")
