"""The emulator: a smooth stand-in for the model, quick enough to answer while a slider moves.

For each outcome it is a sum of terms in the pounds of each lever: a straight line, a bend (money
buys less as it grows, or needs a least sum), pairs of levers, and how place and targeting tilt the
lines. There is no constant: without money a plan's world is its baseline, so the difference is 0.
Terms are shrunk towards 0 as far as the runs allow (Bayesian ridge regression; MacKay 1992, as in
scikit-learn), so noise is not read as effect. It may look at numpy and scikit-learn; it changes
nothing. A page does the same sums in a dozen lines: see `show/templates/explorer.js`.
"""

from __future__ import annotations

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
    values, vectors = np.linalg.eigh(terms.T @ terms)
    values = np.clip(values, 0.0, None)
    outcomes = {
        key: _fit_one(terms, np.array(told, dtype=np.float64), np.array(groups))
        for key, told in results.items()
    }
    stiffness = float(np.median([each["stiffness"] for each in outcomes.values()]))
    spread = _spread(terms, values, vectors, stiffness)
    totals = [sum(doses) for doses, _, _ in plans]
    return {
        "weights": WEIGHTS,
        "normal_90": NORMAL_90,
        "vectors": [[_short(each) for each in row] for row in vectors.T],
        "values": [_short(each) for each in values],
        "region": {
            "least_total": _short(min(totals)),
            "most_total": _short(max(totals)),
            "stiffness": _short(stiffness),
            "most_leverage": _short(float(spread.max())),
        },
        "outcomes": outcomes,
    }


def _fit_one(terms: Floats, told: Floats, groups: NDArray[np.int64]) -> dict[str, Any]:
    coefficients, noise, stiffness = _ridge(terms, told)
    guessed, ranges = np.empty_like(told), np.empty_like(told)
    for left_out in np.array_split(np.unique(groups), min(_FOLDS, len(np.unique(groups)))):
        out = np.isin(groups, left_out)
        some, some_noise, some_stiffness = _ridge(terms[~out], told[~out])
        values, vectors = np.linalg.eigh(terms[~out].T @ terms[~out])
        spread = _spread(terms[out], np.clip(values, 0.0, None), vectors, some_stiffness)
        guessed[out] = terms[out] @ some
        ranges[out] = NORMAL_90 * some_noise * np.sqrt(1.0 + spread)
    error = told - guessed
    # The ranges rest on a normal noise that knows nothing of groups; where they held too few of
    # the plans left out, they are widened until they hold nine in ten (split conformal).
    strayed = np.abs(error) / np.maximum(ranges, 1e-300)
    wider = max(1.0, float(np.quantile(strayed, HELD, method="higher")))
    return {
        "coefficients": [_short(each) for each in coefficients],
        "noise": _short(noise * wider),
        "stiffness": _short(stiffness),
        "check": {
            "error": _short(math.sqrt(float(np.mean(error**2)))),
            "spread": _short(math.sqrt(float(np.mean(told**2)))),
            "explained": _short(1.0 - float(np.mean(error**2)) / max(_mean_square(told), 1e-300)),
            "inside": _short(float(np.mean(strayed <= 1.0))),
            "widened": _short(wider),
        },
    }


def _mean_square(told: Floats) -> float:
    return float(np.mean(told**2))


def _ridge(terms: Floats, told: Floats) -> tuple[Floats, float, float]:
    """Coefficients, the noise's standard deviation, and how stiffly terms are held to 0."""
    from sklearn.linear_model import BayesianRidge

    scale = math.sqrt(_mean_square(told)) or 1.0
    found = BayesianRidge(fit_intercept=False, max_iter=1000).fit(terms, told / scale)
    return (
        np.asarray(found.coef_) * scale,
        scale / math.sqrt(float(found.alpha_)),
        float(found.lambda_ / found.alpha_),
    )


def _spread(terms: Floats, values: Floats, vectors: Floats, stiffness: float) -> Floats:
    """How uncertain the average is at each plan, in squared noise: float64[plans]."""
    return np.asarray(((terms @ vectors) ** 2 / (values + stiffness)).sum(axis=1))


def predict(
    emulator: Mapping[str, Any], space: Space, doses: Sequence[float], place: str, target: str
) -> dict[str, Told]:
    """What the emulator says of a plan, outcome by outcome; the page must say the same."""
    terms = space.terms(doses, place, target)
    values = np.array(emulator["values"])
    turned = np.array(emulator["vectors"]) @ terms
    told = {}
    for key, one in emulator["outcomes"].items():
        middle = float(np.dot(one["coefficients"], terms))
        spread = float((turned**2 / (values + one["stiffness"])).sum())
        inner = NORMAL_90 * one["noise"] * math.sqrt(spread)
        outer = NORMAL_90 * one["noise"] * math.sqrt(spread + 1.0)
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
    turned = np.array(emulator["vectors"]) @ terms
    leverage = float((turned**2 / (np.array(emulator["values"]) + region["stiffness"])).sum())
    return "mixture" if leverage > region["most_leverage"] else ""


def _short(value: float) -> float:
    """A number with as many figures as matter, so that the page stays small."""
    return float(f"{value:.{_FIGURES}g}")
