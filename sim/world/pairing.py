"""Who stands next to whom: people put in keyed order within groups, and paired.

Looks at the keys it is given; changes nothing. One person more or less moves only the group they
stand in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import Ids


def in_order(group: NDArray[np.integer], key: Ids) -> NDArray[np.int64]:
    """Places sorted by group (0, 1, 2, ...) and by key within it: int64[n], `np.lexsort`'s answer.

    One number holds the group and the upper bits of the key; only if two are alike are all sorted
    by both in full.
    """
    bits = np.uint64(int(group.max(initial=0)).bit_length())
    most = np.uint64(np.iinfo(np.uint64).bits)
    both = (key >> bits) | (group.astype(np.uint64) << (most - bits)) if bits else key
    line = np.argsort(both)
    sorted_by_both = both[line]
    if np.any(sorted_by_both[1:] == sorted_by_both[:-1]):
        return np.lexsort((key, group))
    return line


def pair_within(
    slot: NDArray[np.uint64], order: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pair people who stand in the same slot: (first, second, left over) as positions.

    Within a slot people stand in `order`; the first meets the second, the third the fourth. One
    person more or less changes only who meets in that slot.
    """
    line = np.lexsort((order, slot))
    slots = slot[line]
    starts = np.flatnonzero(np.r_[True, slots[1:] != slots[:-1]])
    lengths = np.diff(np.r_[starts, slots.size])
    rank = np.arange(slots.size) - np.repeat(starts, lengths)
    size = np.repeat(lengths, lengths)
    leads = (rank % 2 == 0) & (rank + 1 < size)
    first = np.flatnonzero(leads)
    alone = (rank % 2 == 0) & (rank + 1 == size)
    return line[first], line[first + 1], line[alone]
