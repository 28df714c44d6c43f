"""Morris screening: numbers moved one after the other, alone or in groups, under the same luck.

Looks at a design's paired differences; changes nothing. Each trajectory is lived under two lucks,
so that an effect counts only as far as both show it: the product of the two moves is the square of
the true effect on average, whatever the luck.

Sources: Morris 1991 (elementary effects); Campolongo, Cariboni and Saltelli 2007 (groups, mu
star); trajectories by SALib.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.experiment.design import Point
from sim.experiment.sensitivity_design import HIGH, LOW, Group, numbers_at

Floats = NDArray[np.float64]
LEVELS = 4
_WORLDS_OF_LUCK = 2000


@dataclass(frozen=True)
class Screen:
    """A screening to live: which group moves at each step of each trajectory, and all points.

    `moved` is int64[trajectories, steps]; points run lucks fastest, then steps, then trajectories.
    """

    groups: tuple[Group, ...]
    moved: NDArray[np.int64]
    lucks: int
    points: tuple[Point, ...]


def screen(groups: Sequence[Group], trajectories: int, lucks: int, seed: int) -> Screen:
    """Return the trajectories over all the groups' numbers, each under `lucks` seeds."""
    from SALib.sample import morris

    keys = [key for group in groups for key in group.keys]
    problem = {
        "num_vars": len(keys),
        "names": keys,
        "bounds": [[LOW, HIGH]] * len(keys),
        "groups": [group.name for group in groups for _ in group.keys],
    }
    if len(groups) < 2:
        raise ValueError("a screening needs two groups or more")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        units = morris.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    units = units.reshape(trajectories, len(groups) + 1, len(keys))
    owner = np.repeat(np.arange(len(groups)), [len(group.keys) for group in groups])
    steps = np.abs(np.diff(units, axis=1)) > 0
    moved = np.array([[owner[np.flatnonzero(step)[0]] for step in each] for each in steps])
    points = [
        Point(seed + lucks * number + luck, given=numbers_at(keys, row.tolist()))
        for number, path in enumerate(units)
        for row in path
        for luck in range(lucks)
    ]
    return Screen(tuple(groups), moved.astype(np.int64), lucks, tuple(points))


@dataclass(frozen=True)
class Effects:
    """What a screening found of one outcome: float64[groups] each.

    `mu_star` is the mean size of a move (in the outcome's unit, over two thirds of the 90% range);
    `squared` the mean square of the true move, free of luck, which may come out below 0 by chance;
    `luck` the standard deviation of one move by luck alone, `point_luck` the variance by luck of
    one point: nan under one luck. `told`: whether the moves together stand out from luck.
    """

    mu_star: Floats
    squared: Floats
    luck: float
    point_luck: float
    told: bool


def effects(asked: Screen, difference: Floats) -> Effects:
    """Return the effects behind paired differences, float64[points]."""
    trajectories, steps = asked.moved.shape
    values = difference.reshape(trajectories, steps + 1, asked.lucks)
    moves = np.diff(values, axis=1)
    by_group = np.empty((trajectories, steps, asked.lucks))
    for number in range(trajectories):
        by_group[number, asked.moved[number]] = moves[number]
    mean = by_group.mean(axis=2)
    if asked.lucks < 2:
        nan = float("nan")
        return Effects(np.abs(mean).mean(axis=0), (mean**2).mean(axis=0), nan, nan, False)
    noise = by_group.var(axis=2, ddof=1).mean()
    squared = _free_of_luck(by_group).mean(axis=0)
    stands_out = squared.sum() > noise * _by_luck_alone(trajectories, steps, asked.lucks)
    return Effects(
        np.abs(mean).mean(axis=0), squared, math.sqrt(noise),
        float(values.var(axis=2, ddof=1).mean()), bool(stands_out),
    )  # fmt: skip


def _free_of_luck(moves: Floats) -> Floats:
    """Mean product of every two lucks' moves, over the last axis."""
    lucks = moves.shape[-1]
    pairs = moves.sum(axis=-1) ** 2 - (moves**2).sum(axis=-1)
    return np.asarray(pairs / (lucks * (lucks - 1)))


@cache
def _by_luck_alone(trajectories: int, steps: int, lucks: int) -> float:
    """What the sum of squares, over the noise, exceeds once in twenty when nothing has effect.

    By simulation: moves next to each other share a point, and so few have no textbook answer.
    """
    luck = np.random.default_rng(0)
    shape = (_WORLDS_OF_LUCK, trajectories, steps + 1, lucks)
    moves = np.diff(luck.normal(size=shape), axis=2)
    total = _free_of_luck(moves).mean(axis=1).sum(axis=1)
    noise = moves.var(axis=3, ddof=1).mean(axis=(1, 2))
    return float(np.quantile(total / noise, 0.95))


def shares(squared: Floats) -> Floats:
    """Each group's share of the spread: squares below 0 count as none. nan when nothing moves."""
    kept = np.maximum(squared, 0.0)
    total = kept.sum()
    return np.asarray(kept / total) if total > 0 else np.full(kept.size, np.nan)


def weak_shares(kinds: Sequence[str], squared: Floats) -> tuple[float, float]:
    """The share of the spread resting on grades C and D, and on D alone.

    `kinds` is each entry's class. Squares are added up within a class before any below 0 is
    dropped: a class of many groups must not gather their luck.
    """
    each = np.array(kinds)
    by_class = [float(squared[each == kind].sum()) for kind in ("AB", "C", "D")]
    share = shares(np.array(by_class))
    return float(share[1:].sum()), float(share[2])
