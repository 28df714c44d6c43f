"""Mixing: whole numbers stirred until no pattern is left, the ground that luck stands on.

Looks at its arguments only, changes nothing. The mixing is splitmix64's finaliser, for single
numbers and, equal to it, for columns; every number here is a constant of that mixing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import index
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ids: TypeAlias = NDArray[np.uint64]

GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_MUL_1 = 0xBF58476D1CE4E5B9
_MUL_2 = 0x94D049BB133111EB
_MUL_3 = 0xD6E8FEB86659FD93
_FNV_START, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3
BLOCK = 1 << 15  # rows worked on at once


def mix(*parts: int) -> int:
    """Mix whole numbers into one 64-bit identity (splitmix64 finaliser, applied part by part)."""
    return mix_on(0, *parts)


def mix_on(state: int, *parts: int) -> int:
    """Go on mixing: `mix(a, b, c)` is `mix_on(mix(a), b, c)`."""
    for part in parts:
        state = finalise((state + GOLDEN + (index(part) & _MASK)) & _MASK)
        state = finalise(state ^ _MUL_3)
    return state


def finalise(number: int) -> int:
    """The splitmix64 finaliser of one 64-bit number."""
    number = ((number ^ (number >> 30)) * _MUL_1) & _MASK
    number = ((number ^ (number >> 27)) * _MUL_2) & _MASK
    return number ^ (number >> 31)


def text_key(text: str) -> int:
    """A stable 64-bit key of a text such as an area code (FNV-1a, then mixed)."""
    state = _FNV_START
    for byte in text.encode():
        state = ((state ^ byte) * _FNV_PRIME) & _MASK
    return mix(state)


def text_keys(texts: Sequence[str]) -> Ids:
    """`text_key` of each text: uint64[n]."""
    encoded = [text.encode() for text in texts]
    length = np.array([len(each) for each in encoded], dtype=np.int64)
    letters = np.array(encoded, dtype=np.bytes_).view(np.uint8).reshape(length.size, -1)
    state = np.full(length.size, _FNV_START, dtype=np.uint64)
    for place in range(letters.shape[1]):
        np.multiply(state ^ letters[:, place], word(_FNV_PRIME), state, where=length > place)
    return mix_ids(state)


def blocks(size: int) -> Iterator[slice]:
    """So many rows, a block that fits the processor's cache at a time."""
    return (slice(start, start + BLOCK) for start in range(0, size, BLOCK))


def word(number: int) -> Ids:
    """A constant as an array without a dimension: numpy takes it up quicker than a scalar."""
    return np.array(number, dtype=np.uint64)


_W_GOLDEN, _W_MUL_1, _W_MUL_2, _W_MUL_3 = map(word, (GOLDEN, _MUL_1, _MUL_2, _MUL_3))
_W_27, _W_30, _W_31, _W_32 = map(word, (27, 30, 31, 32))


def _scramble(words: Ids, shifted: Ids | None = None) -> Ids:
    """Finalise each word in place (the caller owns `words`); `shifted` is room to work in."""
    shifted = np.right_shift(words, _W_30, shifted)
    np.bitwise_xor(words, shifted, words)
    np.multiply(words, _W_MUL_1, words)
    np.right_shift(words, _W_27, shifted)
    np.bitwise_xor(words, shifted, words)
    np.multiply(words, _W_MUL_2, words)
    np.right_shift(words, _W_31, shifted)
    return np.bitwise_xor(words, shifted, words)


def mix_ids(*columns: Ids | int) -> Ids:
    """`mix` for columns: element-wise identities, equal to `mix` of each row's parts."""
    parts = [
        np.array([each & _MASK], dtype=np.uint64) if isinstance(each, int) else np.atleast_1d(each)
        for each in columns
    ]
    shape = np.broadcast_shapes(*(part.shape for part in parts))
    parts = [
        part + _W_GOLDEN
        if part.shape == (1,)
        else (part if part.shape == shape else np.broadcast_to(part, shape))
        for part in parts
    ]
    state = np.zeros(shape, dtype=np.uint64)
    for block in blocks(state.shape[0]):
        words = state[block]
        shifted = np.empty_like(words)
        for part in parts:
            if part.shape == (1,):
                words += part
            else:
                words += _W_GOLDEN
                words += part[block]
            _scramble(words, shifted)
            words ^= _W_MUL_3
            _scramble(words, shifted)
    return state


def pair_ids(first: Ids, second: Ids) -> Ids:
    """Identity of an unordered pair: the same for (a, b) and (b, a)."""
    low = np.minimum(first, second)
    low ^= _W_MUL_3
    words = _scramble(low)
    words += np.maximum(first, second)
    return _scramble(words)


def roll(ids: Ids, first: Ids, second: Ids) -> tuple[Ids, Ids]:
    """Random words whose upper 32 bits are final, and room to work in; see `finish`."""
    words = ids ^ first
    shifted = np.empty_like(words)
    _scramble(words, shifted)
    np.add(words, second, words)
    for _ in range(2):
        np.right_shift(words, _W_32, shifted)
        np.bitwise_xor(words, shifted, words)
        np.multiply(words, _W_MUL_3, words)
    return words, shifted


def finish(words: Ids, shifted: Ids | None = None) -> Ids:
    """The lower 32 bits of rolled words, in place."""
    shifted = np.right_shift(words, _W_32, shifted)
    return np.bitwise_xor(words, shifted, words)
