"""Sums over ties of what the people at the other end are: the month's dearest arithmetic.

Looks at the ends and strengths of ties with both ends inside, and at one number a person; changes
nothing but the total it is given. Everything is a whole number, so the order of ties means nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse._sparsetools import coo_matvec

Rows = NDArray[np.int64]
Whole = NDArray[np.int64]

HALF = 42  # bits: the upper half holds 32 ties of full strength, the lower as many at 12 each
_MANY = 12  # ties fewer than one for a dozen people are added one by one
_REST = np.iinfo(np.int64).bits - HALF


def add_at_ends(ends: tuple[Rows, ...], weight: NDArray[Any], total: NDArray[Any]) -> NDArray[Any]:
    """Add to `total` [people] each tie's weight at each of its ends; returns `total`.

    The first ties alone have the later ends: an end further on is outside.
    """
    few = _MANY * weight.size < total.size  # then nearly everybody is left alone
    weights = weight.astype(total.dtype, copy=False)
    one = np.zeros(0) if few else np.ones_like(total)
    for here in ends:
        if few:
            np.add.at(total, here, weights[: here.size])
        else:
            coo_matvec(here.size, here, here, weights, one, total)
    return total


def add_across(
    a: Rows, b: Rows, weight: NDArray[Any], value: NDArray[Any], total: NDArray[Any]
) -> None:
    """Add to `total` [people] each tie's weight times the *other* end's value, at both ends."""
    weights, kind = weight.astype(total.dtype), total.dtype
    if _MANY * a.size < total.size:
        for here, there in ((a, b), (b, a)):
            np.add.at(total, here, weights * value[there].astype(kind))
        return
    across = value.astype(kind, copy=False)
    for here, there in ((a, b), (b, a)):
        coo_matvec(a.size, here, there, weights, across, total)


def begun_with(value: NDArray[Any] | None, people: int, strength: int) -> Whole:
    """What one tie of this strength to somebody of this value brings each; without any, nothing."""
    if value is None:
        return np.zeros(people, dtype=np.int64)
    begun = value.astype(np.int64)
    begun *= strength
    return begun


def sums_in_one(
    a: Rows, b: Rows, weight: NDArray[np.integer], value: NDArray[Any], begun: Whole
) -> tuple[Whole, Whole] | None:
    """Sum of weights, and `begun` plus weights times the other end's value, at one look at each.

    The two travel as the halves of one whole number. Ties beyond those in `b` end outside and
    bring their weight only. Both int64[people], the second in `begun` itself; None (and `begun`
    is spoilt) where somebody's ties are too strong for their half to hold: a full tie is 1 << 16,
    values lie within 12 times that, and `begun` holds what one such tie brings at most.
    """
    one, inner = 1 << HALF, b.size
    weights = weight.astype(np.int64)
    inside, outside = weights[:inner], weights[inner:]
    halves = value.astype(np.int64)
    halves += one
    both = begun
    coo_matvec(inner, a, b, inside, halves, both)
    coo_matvec(inner, b, a, inside, halves, both)
    halves.fill(one)
    coo_matvec(outside.size, a[inner:], a[inner:], outside, halves, both)
    upper = np.add(both, one >> 1, out=halves)
    upper >>= HALF
    if int(upper.sum()) != 2 * int(inside.sum()) + int(outside.sum()):
        return None
    both <<= _REST  # and back: what is left is the lower half, with its sign
    both >>= _REST
    return upper, both
