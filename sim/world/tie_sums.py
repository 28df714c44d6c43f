"""Sums over ties of what the people at the other end are: the month's dearest arithmetic.

Looks at the ends and strengths of ties with both ends inside, and at one number a person; changes
nothing but the total it is given. Everything is a whole number, so the order of ties means nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse._sparsetools import coo_matvec

Rows = NDArray[np.int64]
Sums = NDArray[np.float64]

HALF = 42  # bits: the upper half holds 32 ties of full strength, the lower as many at 12 each
_REST = np.iinfo(np.int64).bits - HALF


def add_across(a: Rows, b: Rows, weight: NDArray[Any], value: NDArray[Any], total: Sums) -> None:
    """Add to `total` [people] each tie's weight times the *other* end's value, at both ends."""
    weights = weight.astype(np.float64)
    if 2 * a.size < total.size:  # then most people are left alone
        for here, there in ((a, b), (b, a)):
            np.add.at(total, here, weights * value[there])
        return
    ties = coo_array((weights, (a, b)), shape=(total.size, total.size))
    across = value.astype(np.float64, copy=False)
    total += ties @ across
    total += ties.T @ across


def sums_in_one(
    a: Rows, b: Rows, weight: NDArray[np.integer], value: NDArray[np.floating]
) -> tuple[Sums, Sums] | None:
    """Sum of weights and of weights times the other end's value, at one look at each tie.

    The two travel as the halves of one whole number. Ties beyond those in `b` end outside and
    bring their weight only. Both float64[people], whole; None where somebody's ties inside are
    too strong for their half to hold: a full tie is 1 << 16, values lie within 12 times that.
    """
    one, inner = 1 << HALF, b.size
    weights = weight[:inner].astype(np.int64)
    halves = value.astype(np.int64)
    halves += one
    both = np.zeros(value.size, dtype=np.int64)
    coo_matvec(inner, a, b, weights, halves, both)
    coo_matvec(inner, b, a, weights, halves, both)
    upper = both + (one >> 1)
    upper >>= HALF
    if int(upper.sum()) != 2 * int(weights.sum()):
        return None
    both <<= _REST  # and back: what is left is the lower half, with its sign
    both >>= _REST
    total = np.bincount(a[inner:], weight[inner:], value.size)
    total += upper
    return total, both.astype(np.float64)
