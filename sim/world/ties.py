"""Who knows whom: ties between residents, kept as arrays with both ends in one row.

Looks at residents' columns; changes only ties. Friends, neighbours, kin and hub companions each
have a list of their own; the household layer is read off household numbers. A tie whose other
end is outside the simulated neighbourhoods has `b == OUTSIDE`: contact and help, no person.

Strengths are whole numbers (`FULL` is a strength of one), so that sums over ties do not depend
on their order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.luck import Ids, pair_ids

FULL = 1 << 16
OUTSIDE = -1

Rows = NDArray[np.int32]
Strengths = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Kind(IntEnum):
    """What a tie is made of."""

    HOUSEHOLD = 0
    KIN = 1
    FRIEND = 2
    INTEREST = 3  # a friend met through a community of interest or identity
    NEIGHBOUR = 4
    COMPANION = 5  # somebody met at a hub
    CARE = 6
    PAID_CARE = 7
    CONNECTOR = 8
    HUB = 9


_COLUMNS: dict[str, type] = {
    "a": np.int32,
    "b": np.int32,
    "key": np.uint64,
    "strength": np.int32,
    "kind": np.uint8,
    "minutes": np.int32,
}


class EdgeList:
    """Ties of one layer: ends `a`, `b` (rows of residents), luck key, strength and kind.

    `minutes` holds the time spent together at a hub (companions only, in whole minutes). The
    attributes are live views of arrays with slack: take them again after `add` or `keep`. The
    order of ties means nothing, so a tie that ends is replaced by the last one.
    """

    a: Rows
    b: Rows
    key: Ids
    strength: Strengths
    kind: NDArray[np.uint8]
    minutes: NDArray[np.int32]

    def __init__(self) -> None:
        self._full: dict[str, NDArray[Any]] = {
            name: np.zeros(0, dtype=kind) for name, kind in _COLUMNS.items()
        }
        self._resize(0)

    def __len__(self) -> int:
        return self._size

    def _resize(self, size: int) -> None:
        self._size = size
        for name, full in self._full.items():
            setattr(self, name, full[:size])

    def add(
        self,
        a: NDArray[np.integer],
        b: NDArray[np.integer],
        key: Ids,
        strength: NDArray[np.integer] | int,
        kind: NDArray[np.integer] | int,
    ) -> None:
        """Append ties; refuses a tie from a person to themselves."""
        if np.any(a == b) or np.any(a < 0):
            raise ValueError("a tie needs two different ends, the first inside the place")
        start, size = self._size, self._size + a.size
        if size > self._full["a"].size:
            room = size + size // 12  # slack, so that new ties rarely cause a copy
            for name, full in self._full.items():
                larger = np.zeros(room, dtype=full.dtype)
                larger[:start] = full[:start]
                self._full[name] = larger
        given = {"a": a, "b": b, "key": key, "strength": strength, "kind": kind, "minutes": 0}
        for name, values in given.items():
            self._full[name][start:size] = values
        self._resize(size)

    def keep(self, wanted: Flags) -> None:
        """Drop every tie that is not `wanted`; the last ones move into the gaps."""
        holes = np.flatnonzero(~wanted)
        if holes.size == 0:
            return
        size = self._size - holes.size
        holes = holes[holes < size]
        movers = size + np.flatnonzero(wanted[size:])
        for full in self._full.values():
            full[holes] = full[movers]
        self._resize(size)

    def inside(self) -> Flags:
        """Ties with both ends inside the place."""
        return np.asarray(self.b >= 0)

    def sum_strength(self, people: int) -> NDArray[np.int64]:
        """Sum of strengths at each resident: int64[people]."""
        return self.sum_of(self.strength, people)

    def sum_of(self, weight: NDArray[np.integer], people: int) -> NDArray[np.int64]:
        """Sum of a whole-number weight over each resident's ties: int64[people].

        Floats hold whole numbers exactly below 2**53, so bincount is exact here.
        """
        total = np.bincount(self.a, weights=weight, minlength=people)
        inside = np.flatnonzero(self.b >= 0)
        total += np.bincount(self.b[inside], weights=weight[inside], minlength=people)
        return total.astype(np.int64)

    def sum_across(
        self, weight: NDArray[np.integer], value: NDArray[np.integer]
    ) -> NDArray[np.int64]:
        """Sum over each resident's ties of weight times the *other* end's value: int64[people]."""
        people = value.size
        inside = np.flatnonzero(self.b >= 0)  # nobody knows how those outside are
        a, b = self.a[inside], self.b[inside]
        values, w = value.astype(np.float64), weight[inside].astype(np.float64)
        total = np.bincount(a, weights=w * values[b], minlength=people)
        total += np.bincount(b, weights=w * values[a], minlength=people)
        return total.astype(np.int64)

    def count(self, people: int) -> NDArray[np.int64]:
        """Number of ties of each resident: int64[people]."""
        total = np.bincount(self.a, minlength=people)
        total += np.bincount(self.b[self.b >= 0], minlength=people)
        return np.asarray(total)

    def remap(self, new_row: NDArray[np.integer], survives: Flags | None = None) -> None:
        """Follow residents to new rows; `new_row` is -1 for the departed.

        `survives` bool[n] marks ties that live on outside when one end moves away.
        """
        changed = np.append(new_row != np.arange(new_row.size), False)
        touched = np.flatnonzero(changed[self.a] | changed[self.b])
        if touched.size == 0:
            return
        rows = np.append(new_row, OUTSIDE)
        was_outside = self.b[touched] < 0
        a, b = rows[self.a[touched]], rows[self.b[touched]]
        lost_a, lost_b = a < 0, (b < 0) & ~was_outside
        lives = np.zeros(touched.size, dtype=np.bool_)
        if survives is not None:
            lives = survives[touched]
        swap = lost_a & (b >= 0) & lives
        a, b = np.where(swap, b, a), np.where(swap, OUTSIDE, b)
        alive = (a >= 0) & (~lost_b | lives)
        self.a[touched], self.b[touched] = np.maximum(a, 0), b
        wanted = np.ones(self._size, dtype=np.bool_)
        wanted[touched[~alive]] = False
        self.keep(wanted)

    def check(self, people: int) -> None:
        """Raise if a tie has one end, joins nobody, repeats itself or leaves its range."""
        if np.any((self.a < 0) | (self.a >= people) | (self.b >= people) | (self.b < OUTSIDE)):
            raise ValueError("a tie has an end that is not a resident")
        if np.any(self.a == self.b):
            raise ValueError("a tie joins a resident to themselves")
        if np.any((self.strength < 0) | (self.strength > FULL)):
            raise ValueError("a tie's strength left 0 to 1")
        inside = self.b >= 0
        ends = (each[inside].astype(np.uint64) for each in (self.a, self.b))
        if repeated(pair_ids(*ends)):
            raise ValueError("two residents are joined twice in one layer")

    def copy(self) -> EdgeList:
        """An independent copy."""
        other = EdgeList()
        other._full = {name: full[: self._size].copy() for name, full in self._full.items()}
        other._resize(self._size)
        return other


@dataclass
class Ties:
    """The layers of the social graph that are stored tie by tie."""

    friends: EdgeList = field(default_factory=EdgeList)
    neighbours: EdgeList = field(default_factory=EdgeList)
    kin: EdgeList = field(default_factory=EdgeList)
    companions: EdgeList = field(default_factory=EdgeList)

    def layers(self) -> dict[str, EdgeList]:
        """Layers by name."""
        return {
            "friends": self.friends,
            "neighbours": self.neighbours,
            "kin": self.kin,
            "companions": self.companions,
        }

    def copy(self) -> Ties:
        """An independent copy."""
        return Ties(**{name: layer.copy() for name, layer in self.layers().items()})


def repeated(words: Ids) -> bool:
    """Whether any of these well-mixed words stands twice.

    Each is dropped into a box by its upper bits; only those not alone in theirs are sorted.
    """
    if words.size == 0:
        return False
    bits = words.size.bit_length() + 1
    box = (words >> np.uint64(np.iinfo(np.uint64).bits - bits)).astype(np.int64)
    rows = np.arange(words.size, dtype=np.int32)
    last = np.empty(1 << bits, dtype=np.int32)
    last[box] = rows
    shares = last[box] != rows
    others = words[shares]
    if np.any(words[last[box[shares]]] == others):
        return True
    return bool(np.unique(others).size < others.size)


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


def unseen(
    ids: Ids, edges: EdgeList, a: NDArray[np.integer], b: NDArray[np.integer]
) -> tuple[Flags, Ids]:
    """Which proposed ties are new and not repeated, with their pair keys."""
    key = pair_ids(ids[a], ids[b])
    touched = np.zeros(ids.size, dtype=np.bool_)
    touched[a] = True
    touched[b] = True
    near = np.flatnonzero(touched[edges.a])
    other = edges.b[near]
    near = near[(other >= 0) & touched[other]]
    fresh = ~np.isin(key, edges.key[near])
    first_seen = np.zeros(key.size, dtype=np.bool_)
    first_seen[np.unique(key, return_index=True)[1]] = True
    return fresh & first_seen & (a != b), key
