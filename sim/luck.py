"""The same luck for the same person in every scenario.

A draw is a pure function of (seed, decision, identity, month): never of call order, population
size, thread or clock. Looks at nothing but its arguments; holds no state that a draw changes.

Everyday picture: each person carries a sealed book of dice rolls, one page for each decision
and month. A scenario may change what the person does with a roll, never the roll.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum, unique
from operator import index
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ids: TypeAlias = NDArray[np.uint64]
Floats: TypeAlias = NDArray[np.float64]
Real: TypeAlias = NDArray[np.floating[Any]] | float

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_MUL_1 = 0xBF58476D1CE4E5B9
_MUL_2 = 0x94D049BB133111EB
_MUL_3 = 0xD6E8FEB86659FD93
_BLOCK = 1 << 14  # rows worked on at once, so that the work stays in the processor's cache
_BELOW_ONE = 1.0 - 2.0**-53  # the largest number below 1
_LARGE_MEAN = 500.0  # from here exp(-mean) comes near the smallest number a float can hold


@unique
class Decision(IntEnum):
    """Registered streams. A number is never used twice and never used again once retired."""

    # who people are
    BIRTH_AGE = 1
    SEX = 2
    LIVING = 3
    PARTNER_ORDER = 4
    HOST = 5
    ETHNICITY = 6
    DISPOSITION = 7
    SOCIABILITY = 8
    LIABILITY = 9
    NEED_START = 10
    CAR = 11
    DIGITAL = 12
    SAVINGS = 13
    INTEREST = 14
    CHILDREN = 15
    KIN_NEAR = 16
    KIN_WHO = 17
    FRIENDS_START = 18
    FRIEND_OUTSIDE = 19
    FRIEND_ORDER = 20
    FRIEND_STRENGTH = 21
    NEIGHBOURS_START = 22
    NEIGHBOUR_ORDER = 23
    CARE_HOME_START = 24
    DEMENTIA = 25
    VOLUNTEER_START = 26
    WIDOWED = 27
    FEELING_START = 28
    CARE_START = 29
    OUTSIDE_CARE = 30
    TAKE_UP = 31
    HELP_KEENNESS = 32
    SAVINGS_LOCAL = 33
    CLIENT_KIND = 34
    SPELL_START = 35
    SEVERITY = 36
    # a month
    DEATH = 100
    ARRIVAL = 101
    DEPARTURE = 102
    COMES_OF_AGE = 103
    COUPLE_FORMS = 104
    COUPLE_PARTS = 105
    LEAVES_HOME = 106
    SPARE_ROOM = 107
    COUPLE_ORDER = 108
    FRIEND_OPEN = 110
    FRIEND_POOL = 111
    FRIEND_SLOT = 112
    FRIEND_LOSS = 113
    FRIEND_CLOSURE = 114
    NEIGHBOUR_OPEN = 115
    NEIGHBOUR_LOSS = 116
    TIE_SURVIVES_MOVE = 117
    FEELING = 120
    EVENT = 121
    EVENT_SIZE = 122
    ANSWER = 123
    LIABILITY_DRIFT = 124
    HUB_JOIN = 130
    HUB_ATTEND = 131
    HUB_LEAVE = 132
    HUB_RANK = 133
    HUB_CHANCE = 134
    REFERRAL = 135
    REFERRAL_RANK = 136
    VOLUNTEER = 137
    VOLUNTEER_LEAVE = 138
    MINIBUS_RANK = 139
    HUB_VOLUNTEER = 141
    OTHER_ACTIVITY = 142
    TIE_AFTER_CLOSURE = 140
    MUTUAL_AID = 260
    NEED_ONSET = 150
    NEED_LEVEL = 151
    NEED_RECOVERY = 152
    NEED_WORSE = 153
    REQUEST = 160
    ASSESSMENT = 161
    WAIT_RANK = 162
    CARER_STEP_UP = 163
    OUTSIDE_CARE_START = 164
    OUTSIDE_CARE_STOP = 165
    PACKAGE_END = 166
    CARE_STARTS = 167
    REVIEW = 168
    CONTACT = 169
    HANDED_BACK = 172
    POST_FILLED = 173
    WORKER = 174
    CARE_KIND = 175
    LEAVER = 170
    HIRE = 171
    AE = 180
    ADMISSION = 181
    DELAY = 182
    CARE_HOME = 183
    BREAKDOWN = 184
    SAFEGUARDING = 185
    CARE_HOME_PAYER = 186
    AE_FIRST = 187
    CRISIS_DAY = 188
    CARE_HOME_OTHER = 189
    # who provides care
    DIRECT_PAYMENT_CHOICE = 200
    PROVIDER_START = 201
    PROVIDER_ORDER = 202
    PROVIDER_PRICE = 203
    PROVIDER_CLOSES = 204
    PROVIDER_ENTERS = 205
    BED_RANK = 206
    WORKER_OVERSEAS = 207
    WORKER_ETHNICITY = 208
    PROVIDER_PAY = 209
    CAPITAL = 220
    INCOME = 221
    REQUEST_OUTCOME = 222
    REABLEMENT_OFFER = 223
    REABLEMENT_LENGTH = 224
    DIRECT_PAYMENT_REVIEW = 225
    HELPER_CHOICE = 240
    CARER_SEEN = 241
    CARER_SUPPORTED = 242
    CARER_PLACE = 243
    CARING_SINCE = 244
    JOB = 245


def mix(*parts: int) -> int:
    """Mix whole numbers into one 64-bit identity (splitmix64 finaliser, applied part by part)."""
    state = 0
    for part in parts:
        state = _finalise((state + _GOLDEN + (index(part) & _MASK)) & _MASK)
        state = _finalise(state ^ _MUL_3)
    return state


_HIGHEST = (1 << 53) - 1


def _finalise(word: int) -> int:
    word = ((word ^ (word >> 30)) * _MUL_1) & _MASK
    word = ((word ^ (word >> 27)) * _MUL_2) & _MASK
    return word ^ (word >> 31)


def text_key(text: str) -> int:
    """A stable 64-bit key of a text such as an area code (FNV-1a, then mixed)."""
    state = 0xCBF29CE484222325
    for byte in text.encode():
        state = ((state ^ byte) * 0x100000001B3) & _MASK
    return mix(state)


def _blocks(size: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, size, _BLOCK))


def _scramble(words: Ids) -> Ids:
    """Finalise each word in place (the caller owns `words`)."""
    shifted = words >> np.uint64(30)
    words ^= shifted
    words *= np.uint64(_MUL_1)
    np.right_shift(words, np.uint64(27), out=shifted)
    words ^= shifted
    words *= np.uint64(_MUL_2)
    np.right_shift(words, np.uint64(31), out=shifted)
    words ^= shifted
    return words


def mix_ids(*columns: Ids | int) -> Ids:
    """`mix` for columns: element-wise identities, equal to `mix` of each row's parts."""
    parts = [
        np.array([each & _MASK], dtype=np.uint64) if isinstance(each, int) else np.atleast_1d(each)
        for each in columns
    ]
    shape = np.broadcast_shapes(*(part.shape for part in parts))
    parts = [part if part.shape == (1,) else np.broadcast_to(part, shape) for part in parts]
    state = np.zeros(shape, dtype=np.uint64)
    for block in _blocks(state.shape[0]):
        words = state[block]
        for part in parts:
            words += np.uint64(_GOLDEN)
            words += part if part.shape == (1,) else part[block]
            _scramble(words)
            words ^= np.uint64(_MUL_3)
            _scramble(words)
    return state


def pair_ids(first: Ids, second: Ids) -> Ids:
    """Identity of an unordered pair: the same for (a, b) and (b, a)."""
    low = np.minimum(first, second)
    words = _scramble(low ^ np.uint64(_MUL_3))
    words += np.maximum(first, second)
    return _scramble(words)


def _roll(ids: Ids, first: np.uint64, second: np.uint64) -> Ids:
    """64 random bits for each identity under two keys."""
    words = _scramble(ids ^ first)
    words += second
    shifted = words >> np.uint64(32)
    words ^= shifted
    words *= np.uint64(_MUL_3)
    np.right_shift(words, np.uint64(32), out=shifted)
    words ^= shifted
    words *= np.uint64(_MUL_3)
    np.right_shift(words, np.uint64(32), out=shifted)
    words ^= shifted
    return words


def _fractions(words: Ids, numbers: Floats) -> None:
    """Write the top 53 bits of each word as a number strictly between 0 and 1."""
    words >>= np.uint64(11)
    highest = words.max(initial=0)
    numbers[:] = words.view(np.int64)
    numbers += 0.5
    numbers *= 2.0**-53
    # 53 ones and a half need 54 bits, and would be rounded up to 1
    if highest >= _HIGHEST:
        np.minimum(numbers, _BELOW_ONE, out=numbers)


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

    def bits(self, decision: Decision, ids: Ids, month: int) -> Ids:
        """64 random bits for each identity: uint64[n]."""
        first, second = self._keys(decision, month)
        words = np.empty(ids.shape, dtype=np.uint64)
        for block in _blocks(ids.size):
            words[block] = _roll(ids[block], first, second)
        return words

    def uniform(self, decision: Decision, ids: Ids, month: int) -> Floats:
        """Uniform numbers strictly between 0 and 1: float64[n], 53 random bits each."""
        first, second = self._keys(decision, month)
        numbers = np.empty(ids.shape, dtype=np.float64)
        for block in _blocks(ids.size):
            _fractions(_roll(ids[block], first, second), numbers[block])
        return numbers

    def _keys(self, decision: Decision, month: int) -> tuple[np.uint64, np.uint64]:
        first = mix(self._root, int(decision), month)
        return np.uint64(first), np.uint64(_finalise(first ^ _GOLDEN))

    def normal(self, decision: Decision, ids: Ids, month: int) -> Floats:
        """Standard normal numbers by the inverse distribution function: float64[n]."""
        from scipy.special import ndtri  # late: looking up a place needs no scipy

        return np.asarray(ndtri(self.uniform(decision, ids, month)))

    def exponential(self, decision: Decision, ids: Ids, month: int) -> Floats:
        """Exponential numbers with mean 1: float64[n]."""
        return np.asarray(-np.log(self.uniform(decision, ids, month)))

    def gamma(self, decision: Decision, ids: Ids, month: int, shape: float) -> Floats:
        """Gamma numbers of mean 1 by the inverse distribution function: float64[n]."""
        from scipy.special import gammaincinv

        return np.asarray(gammaincinv(shape, self.uniform(decision, ids, month)) / shape)

    def happens(self, decision: Decision, ids: Ids, month: int, chance: Real) -> NDArray[np.bool_]:
        """Whether an event of probability `chance` happens to each identity: bool[n].

        With a higher chance the same people are hit and some more: draws are shared.
        """
        if np.ndim(chance) == 0 or ids.ndim != 1:
            return np.asarray(self.uniform(decision, ids, month) < chance)
        chances = np.broadcast_to(np.asarray(chance), ids.shape)
        some = chances > 0
        if 2 * np.count_nonzero(some) > ids.size:  # drawing for all is quicker than picking
            return np.asarray(self.uniform(decision, ids, month) < chances)
        happens = np.zeros(ids.shape, dtype=np.bool_)
        rows = np.flatnonzero(some)
        if rows.size:
            happens[rows] = self.uniform(decision, ids[rows], month) < chances[rows]
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
