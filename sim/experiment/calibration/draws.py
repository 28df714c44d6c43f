"""Draws from what is left: many walkers over the unit cube, each step judged by the emulators.

Differential-evolution Markov chains (ter Braak 2006, Statistics and Computing 16): a walker's step
is the difference of two others, so steps take the shape of what is left by themselves. Looks at
a score; changes nothing. The prior is even over the cube.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Score = Callable[[Floats], Floats]  # points float64[m, d] -> log likelihood float64[m]

_BIG_STEP_EVERY = 10  # a step of full length, to cross between hills
_WOBBLE = 1e-4


@dataclass(frozen=True)
class Chain:
    """Where the walkers stand at the end, their scores, and how the walk went."""

    points: Floats
    scores: Floats
    accepted: float
    mixing: float  # of the mean over walkers, last half against the half before, in spreads


def log_likelihood(found: Floats, wanted: Floats, covariance: Floats, runs: int) -> Floats:
    """Log likelihood of figures that err together: `found` [m, k] against `wanted` [k].

    `covariance` [k, k] is the mean product of errors over so many `runs`. As it is itself only an
    estimate, the likelihood is Student's: even scales and turns of the errors integrated out
    (Sellentin and Heavens 2016, Monthly Notices of the Royal Astronomical Society 456, L132).
    """
    lower = np.linalg.cholesky(covariance)
    scaled = np.linalg.solve(lower, (found - wanted).T)
    return np.asarray(-0.5 * (runs + 1) * np.log1p((scaled**2).sum(axis=0) / runs))


def walk(score: Score, start: Floats, steps: int, seed: int) -> Chain:
    """Walk every row of `start`, float64[walkers, d], for so many steps; a stated seed."""
    rng = np.random.default_rng(seed)
    here, size = start.copy(), start.shape[1]
    walkers = len(here) - len(here) % 2
    here = here[:walkers]
    scores, taken = score(here), 0
    means: list[Floats] = []
    usual = 2.38 / np.sqrt(2.0 * size)
    halves = np.arange(walkers).reshape(2, -1)
    for step in range(steps):
        length = 1.0 if step % _BIG_STEP_EVERY == _BIG_STEP_EVERY - 1 else usual
        # One half moves by differences of the other, so that the walk keeps its balance.
        for mine, others in (halves, halves[::-1]):
            one, other = (rng.choice(others, mine.size) for _ in range(2))
            # In every other step half the sides stand still: short moves are accepted oftener.
            moving = rng.random((mine.size, size)) < (1.0 if step % 2 else 0.5)
            move = length * (here[one] - here[other]) + rng.normal(0.0, _WOBBLE, moving.shape)
            there = here[mine] + move * moving
            there = 1.0 - np.abs(1.0 - np.abs(there) % 2.0)  # walls throw a walker back
            told = score(there)
            goes = np.log(rng.random(mine.size)) < told - scores[mine]
            here[mine] = np.where(goes[:, None], there, here[mine])
            scores[mine] = np.where(goes, told, scores[mine])
            taken += int(goes.sum())
        means.append(here.mean(axis=0))
    half, quarter = np.array(means[steps // 2 :]), steps // 4
    drift = np.abs(half[:quarter].mean(axis=0) - half[quarter:].mean(axis=0))
    mixing = float((drift / np.maximum(here.std(axis=0), 1e-9)).max()) if steps > 4 else np.inf
    return Chain(here, scores, taken / max(walkers * steps, 1), mixing)
