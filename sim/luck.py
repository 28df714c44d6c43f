"""The same luck for the same person in every scenario.

A draw is a pure function of (seed, decision, identity, month): never of call order, population
size, thread or clock. Looks at nothing but its arguments; holds no state that a draw changes.

Everyday picture: each person carries a sealed book of dice rolls, one page for each decision
and month. A scenario may change what the person does with a roll, never the roll.
"""

from __future__ import annotations

from functools import lru_cache
from operator import index
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.decisions import Decision
from sim.mixing import (
    BLOCK,
    GOLDEN,
    Ids,
    blocks,
    finalise,
    finish,
    mix,
    mix_ids,
    mix_on,
    pair_ids,
    roll,
    text_key,
    text_keys,
    word,
)

__all__ = ["Decision", "Ids", "Luck", "mix", "mix_ids", "pair_ids", "text_key", "text_keys"]

Floats: TypeAlias = NDArray[np.float64]
Real: TypeAlias = NDArray[np.floating[Any]] | float

_BELOW_ONE = 1.0 - 2.0**-53  # the largest number below 1
_FEW, _LARGE_CHANCE = 1 << 12, 1 / 8  # until so many, or from there, every word is a number
_LARGE_MEAN = 500.0  # from here exp(-mean) comes near the smallest number a float can hold


_ELEVEN = word(64 - 53)
# Constants as arrays without a dimension: numpy takes them up quicker than a scalar.
_HALF, _STEP, _MOST = map(np.array, (1 / 2, 2.0**-53, _BELOW_ONE))


def _fractions(words: Ids, numbers: Floats) -> Floats:
    """Write the top 53 bits of each word as a number strictly between 0 and 1."""
    np.right_shift(words, _ELEVEN, words)
    np.add(words.view(np.int64), _HALF, numbers)
    np.multiply(numbers, _STEP, numbers)
    # 53 ones and a half need 54 bits, and would be rounded up to 1
    np.minimum(numbers, _MOST, out=numbers)
    return numbers


@lru_cache(maxsize=1 << 12)
def _keys_of(begun: int, decision: int, month: int) -> tuple[Ids, Ids]:
    """The two keys of a decision and month, remembered: one is asked for several times."""
    first = mix_on(_of_decision(begun, decision), month)
    return word(first), word(finalise(first ^ GOLDEN))


@lru_cache(maxsize=1 << 12)
def _of_decision(begun: int, decision: int) -> int:
    return mix_on(begun, decision)


class Luck:
    """Dice for one seed.

    The seed, decision and month are hashed to two 64-bit keys first, and the identity is
    scrambled between them: with a merely linear key neighbouring streams share their noise.
    """

    def __init__(self, seed: int) -> None:
        """`seed` is any whole number; equal seeds give equal luck."""
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise TypeError("the seed is a whole number")
        self.seed = seed
        words = [seed, seed >> 64]
        if seed.bit_length() > 127:  # two words no longer tell this seed from every other
            words += [seed >> shift for shift in range(128, seed.bit_length() + 65, 64)]
        self._root = mix(*words)
        self._begun = mix(self._root)

    def bits(self, decision: Decision, ids: Ids, month: int) -> Ids:
        """64 random bits for each identity: uint64[n]."""
        first, second = self._keys(decision, month)
        words = np.empty(ids.shape, dtype=np.uint64)
        for block in blocks(ids.size):
            words[block] = finish(*roll(ids[block], first, second))
        return words

    def uniform(self, decision: Decision, ids: Ids, month: int) -> Floats:
        """Uniform numbers strictly between 0 and 1: float64[n], 53 random bits each."""
        first, second = self._keys(decision, month)
        numbers = np.empty(ids.shape, dtype=np.float64)
        if 0 < ids.size <= BLOCK:
            return _fractions(finish(*roll(ids, first, second)), numbers)
        for block in blocks(ids.size):
            _fractions(finish(*roll(ids[block], first, second)), numbers[block])
        return numbers

    def _keys(self, decision: Decision, month: int) -> tuple[Ids, Ids]:
        return _keys_of(self._begun, int(decision), index(month))

    def normal(self, decision: Decision, ids: Ids, month: int) -> Floats:
        """Standard normal numbers by the inverse distribution function: float64[n]."""
        from scipy.special import ndtri  # late: looking up a place needs no scipy

        numbers = self.uniform(decision, ids, month)
        return np.asarray(ndtri(numbers, out=numbers))

    def exponential(self, decision: Decision, ids: Ids, month: int) -> Floats:
        """Exponential numbers with mean 1: float64[n]."""
        numbers = self.uniform(decision, ids, month)
        np.log(numbers, out=numbers)
        return np.negative(numbers, out=numbers)

    def gamma(self, decision: Decision, ids: Ids, month: int, shape: float) -> Floats:
        """Gamma numbers of mean 1 by the inverse distribution function: float64[n]."""
        from scipy.special import gammaincinv

        return np.asarray(gammaincinv(shape, self.uniform(decision, ids, month)) / shape)

    def happens(self, decision: Decision, ids: Ids, month: int, chance: Real) -> NDArray[np.bool_]:
        """Whether an event of probability `chance` happens to each identity: bool[n].

        With a higher chance the same people are hit and some more: draws are shared.
        """
        if np.ndim(chance) == 0 or ids.ndim != 1:
            return self._compare(decision, ids, month, np.asarray(chance))
        chances = np.asarray(chance)
        if chances.shape != ids.shape:
            chances = np.broadcast_to(chances, ids.shape)
        some = chances > 0
        if 2 * np.count_nonzero(some) > ids.size:  # drawing for all is quicker than picking
            return self._compare(decision, ids, month, chances)
        happens = np.zeros(ids.shape, dtype=np.bool_)
        rows = np.flatnonzero(some)
        if rows.size:
            happens[rows] = self._compare(decision, ids[rows], month, chances[rows])
        return happens

    def hit(self, decision: Decision, ids: Ids, month: int, chance: Real) -> NDArray[np.int64]:
        """`happens`, as the places in `ids` of those it happens to: int64[hits]."""
        return np.flatnonzero(self.happens(decision, ids, month, chance))

    def hit_by(
        self,
        decision: Decision,
        ids: Ids,
        month: int,
        chance: Floats,
        group: NDArray[np.integer],
        rows: NDArray[np.int64] | None = None,
    ) -> NDArray[np.int64]:
        """`hit` where each of `ids` has the chance of their `group`, a place in `chance`.

        The greatest chance finds who could be hit; their own chance then meets the same draw.
        With `rows` only those rows of `ids` are asked.
        """
        might = self.hit(decision, ids if rows is None else ids[rows], month, chance.max())
        might = might if rows is None else rows[might]
        return might[self.happens(decision, ids[might], month, chance[group[might]])]

    def _compare(
        self, decision: Decision, ids: Ids, month: int, chances: NDArray[Any]
    ) -> NDArray[np.bool_]:
        """`uniform < chances`; where no chance is large, most words need not become numbers."""
        if ids.size <= _FEW:
            happens = np.empty(ids.shape, dtype=np.bool_)
            np.less(self.uniform(decision, ids, month), chances, out=happens)
            return happens
        first, second = self._keys(decision, month)
        happens = np.zeros(ids.shape, dtype=np.bool_)
        for block in blocks(ids.size):
            own = chances[block] if chances.ndim else chances
            words, room = roll(ids[block], first, second)
            greatest = float(np.fmax.reduce(own, axis=None))
            if greatest > _LARGE_CHANCE or words.ndim != 1:
                numbers = room.view(np.float64)
                np.less(_fractions(finish(words, room), numbers), own, out=happens[block])
            elif greatest > 0:  # the upper 32 bits are final, and tell who can be hit at all
                low = np.flatnonzero(words < word((int(greatest * 2.0**32) + 1) << 32))
                numbers = _fractions(finish(words[low]), np.empty(low.size))
                happens[block][low] = numbers < (own[low] if own.ndim else own)
        return happens

    def count(self, decision: Decision, ids: Ids, month: int, mean: Real) -> NDArray[np.int64]:
        """Poisson counts by the inverse distribution function from one uniform: int64[n].

        With a higher mean nobody's count is lower: draws are shared. Raises ValueError for a
        mean that is negative or not finite.
        """
        uniform = self.uniform(decision, ids, month)
        means = np.broadcast_to(np.asarray(mean, dtype=np.float64), uniform.shape)
        if not np.all((means >= 0) & np.isfinite(means)):
            raise ValueError("a mean count is a finite number, 0 or more")
        return _poisson(uniform, means)


def _poisson(uniform: Floats, means: Floats) -> NDArray[np.int64]:
    """The smallest k whose cumulative Poisson probability reaches each uniform number."""
    from scipy.special import gammaln

    first, term = np.zeros(means.shape), np.exp(-np.minimum(means, _LARGE_MEAN))
    large = means > _LARGE_MEAN
    if large.any():  # the chance of 0 vanishes: start so far below the mean that nothing is missed
        low = first[large] = np.floor(means[large] - 12.0 * np.sqrt(means[large]))
        term[large] = np.exp(low * np.log(means[large]) - means[large] - gammaln(low + 1.0))
    counts, total, step = first.astype(np.int64), term.copy(), 0
    over = uniform > total
    with np.errstate(under="ignore"):  # a vanishing term is the end of the search, not a fault
        while over.any():
            step += 1
            counts += over
            term *= means / (first + step)
            larger = total + term
            # a term too small to add anything ends the search
            over &= (uniform > larger) & (larger > total)
            total = larger
    return counts
