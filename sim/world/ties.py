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
from sim.world.live_views import LiveViews
from sim.world.tie_sums import add_across, add_at_ends, begun_with, sums_in_one

FULL = 1 << 16
OUTSIDE = -1

Rows = NDArray[np.int64]
Whole = NDArray[np.int64]
Strengths = NDArray[np.int32]
Flags = NDArray[np.bool_]
Sums = NDArray[np.int64] | NDArray[np.float64]


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
    CIRCLE = 10  # a friend who was brought round somebody by a paid connector


_COLUMNS: dict[str, type] = {
    "a": np.int64,  # as numpy indexes: anything narrower is widened anew at each look
    "b": np.int64,
    "key": np.uint64,
    "strength": np.int32,
    "kind": np.uint8,
    "minutes": np.int32,
}


class EdgeList(LiveViews):
    """Ties of one layer: ends `a`, `b` (rows of residents), luck key, strength and kind.

    `minutes` holds the time spent together at a hub (companions only, in whole minutes). The
    attributes are live views of arrays with slack: take them again after `add` or `keep`. The
    order of ties means nothing, but that the first `inner` of them have both ends inside: a tie
    that ends is replaced by the last of its sort.
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
        self._resize(0, 0)

    def __len__(self) -> int:
        return self._size

    def _resize(self, size: int, inner: int) -> None:
        self._size, self.inner = size, inner
        self._show()

    def _show(self) -> None:
        for name, full in self._full.items():
            setattr(self, name, full[: self._size])

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
        given = {"a": a, "b": b, "key": key, "strength": strength, "kind": kind, "minutes": 0}
        self._insert(given)

    def _insert(self, given: dict[str, Any]) -> None:
        """Put ties in: those inside follow the others inside, whose place outer ones make free."""
        inside = given["b"] >= 0  # the others may be one number for all
        new = int(np.count_nonzero(inside))
        start, size = self._size, self._size + inside.size
        inner = self.inner + new
        moved = min(new, start - self.inner)
        to = max(start, inner)
        if size > self._full["a"].size:
            room = size + size // 12  # slack, so that new ties rarely cause a copy
            for name, full in self._full.items():
                self._full[name] = np.zeros(room, dtype=full.dtype)
                self._full[name][:start] = full[:start]
        for name, full in self._full.items():
            full[to : to + moved] = full[self.inner : self.inner + moved].copy()
            values = outer = given[name]
            if 0 < new < inside.size and np.ndim(values):
                values, outer = values[inside], values[~inside]
            if new:
                full[self.inner : inner] = values
            if new < inside.size:
                full[start + new : size] = outer
        self._resize(size, inner)

    def keep(self, wanted: Flags) -> None:
        """Drop every tie that is not `wanted`; the last of its sort moves into each gap."""
        gone = np.flatnonzero(~wanted)
        if gone.size == 0:
            return
        middle, end = self.inner, self._size
        lost = int(np.searchsorted(gone, middle))
        inner, outer = middle - lost, end - gone.size + lost  # each sort's end, before moving up
        holes = np.concatenate([gone[:lost][gone[:lost] < inner], gone[lost:][gone[lost:] < outer]])
        movers = np.concatenate(
            [
                inner + np.flatnonzero(wanted[inner:middle]),
                outer + np.flatnonzero(wanted[outer:]),
            ]
        )
        shift = min(lost, outer - middle)
        for full in self._full.values():
            full[holes] = full[movers]
            full[inner : inner + shift] = full[outer - shift : outer].copy()
        self._resize(end - gone.size, inner)

    def put_in_order(self) -> None:
        """Put ties that begin at one person side by side, where sums find them sooner."""
        for sort in (slice(0, self.inner), slice(self.inner, self._size)):
            line = np.argsort(self.a[sort], kind="stable")
            for full in self._full.values():
                full[sort] = full[sort][line]

    def inside(self) -> Flags:
        """Ties with both ends inside the place."""
        return np.asarray(self.b >= 0)

    def sum_strength(self, people: int) -> Whole:
        """Sum of strengths at each resident: int64[people]."""
        return self.sum_of(self.strength, people)

    def sum_of(self, weight: NDArray[np.integer], people: int) -> Whole:
        """Sum of a whole-number weight over each resident's ties: int64[people].

        Floats hold whole numbers exactly below 2**53, so bincount is exact here.
        """
        weights = weight.astype(np.float64)
        total = np.bincount(self.a, weights=weights, minlength=people)
        total += np.bincount(self.b[: self.inner], weights[: self.inner], people)
        return total.astype(np.int64)

    def sum_across(self, weight: NDArray[np.integer], value: NDArray[np.integer]) -> Whole:
        """Sum over each resident's ties of weight times the *other* end's value: int64[people]."""
        total = np.zeros(value.size, dtype=np.int64)
        a, b = self.a[: self.inner], self.b[: self.inner]
        add_across(a, b, weight[: self.inner], value, total)
        return total

    def add_sums(self, value: NDArray[Any], strength: Sums, across: Sums) -> None:
        """Add to `strength` what `sum_strength` finds and to `across` what `sum_across` does.

        All [people] and whole numbers, `value` below 12 * `FULL`, so nothing is lost and order
        means nothing.
        """
        a, b = self.a[: self.inner], self.b[: self.inner]
        add_at_ends((self.a, b), self.strength, strength)
        add_across(a, b, self.strength[: self.inner], value, across)

    def sums(self, value: NDArray[Any], beside: NDArray[Any] | None = None) -> tuple[Whole, Whole]:
        """What `add_sums` would add to nothing, quicker where most people have ties.

        `beside` [people] is the value at the other end of one more tie of full strength, which
        counts across alone.
        """
        across = begun_with(beside, value.size, FULL)
        both = sums_in_one(self.a, self.b[: self.inner], self.strength, value, across)
        if both is not None:
            return both
        strength = np.zeros(value.size, dtype=np.int64)
        across = begun_with(beside, value.size, FULL)
        self.add_sums(value, strength, across)
        return strength, across

    def sum_at_ends(self, weight: NDArray[np.int32], people: int) -> NDArray[np.int32]:
        """Sum of a small whole weight of each tie, [ties], at both its ends: int32[people]."""
        ends = self.a, self.b[: self.inner]
        return add_at_ends(ends, weight, np.zeros(people, dtype=np.int32))

    def count(self, people: int) -> Whole:
        """Number of ties of each resident: int64[people]."""
        total = np.bincount(self.a, minlength=people)
        total += np.bincount(self.b[: self.inner], minlength=people)
        return np.asarray(total)

    def remap(self, new_row: NDArray[np.integer], survives: Flags | None = None) -> None:
        """Follow residents to new rows; `new_row` is -1 for the departed.

        `survives` bool[n] marks ties that live on outside when one end moves away.
        """
        changed = new_row != np.arange(new_row.size)
        moves = changed[self.a]
        moves[: self.inner] |= changed[self.b[: self.inner]]
        touched = np.flatnonzero(moves)
        if touched.size == 0:
            return
        rows = np.append(new_row, OUTSIDE)
        was_outside = touched >= self.inner
        a, b = rows[self.a[touched]], rows[self.b[touched]]
        lost_a, lost_b = a < 0, (b < 0) & ~was_outside
        lives = np.zeros(touched.size, dtype=np.bool_)
        if survives is not None:
            lives = survives[touched]
        swap = lost_a & (b >= 0) & lives
        a, b = np.where(swap, b, a), np.where(swap, OUTSIDE, b)
        alive = (a >= 0) & (~lost_b | lives)
        self.a[touched], self.b[touched] = np.maximum(a, 0), b
        turned = touched[alive & (b < 0) & ~was_outside]  # now with one end outside
        outer = {name: full[turned] for name, full in self._full.items()}
        wanted = np.ones(self._size, dtype=np.bool_)
        wanted[touched[~alive]] = False
        wanted[turned] = False
        self.keep(wanted)
        self._insert(outer)

    def check(self, people: int) -> None:
        """Raise if a tie has one end, joins nobody, repeats itself or leaves its range."""
        if not self._size:
            return
        low, high = min(int(self.a.min()), int(self.b.min()) + 1), max(self.a.max(), self.b.max())
        if low < 0 or high >= people:
            raise ValueError("a tie has an end that is not a resident")
        if np.any(self.a == self.b):
            raise ValueError("a tie joins a resident to themselves")
        if self.strength.min() < 0 or self.strength.max() > FULL:
            raise ValueError("a tie's strength left 0 to 1")
        if np.any(self.b[: self.inner] < 0) or np.any(self.b[self.inner :] >= 0):
            raise ValueError("ties inside the place and ties to the outside are mixed up")
        a, b = self.a[: self.inner], self.b[: self.inner]
        pairs = np.sort(np.minimum(a, b) * people + np.maximum(a, b))
        if np.any(pairs[1:] == pairs[:-1]):
            raise ValueError("two residents are joined twice in one layer")

    def copy(self) -> EdgeList:
        """An independent copy."""
        other = EdgeList()
        other._full = {name: full[: self._size].copy() for name, full in self._full.items()}
        other._resize(self._size, self.inner)
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

    def put_in_order(self) -> None:
        """Put each layer in order: it means nothing, but sums along it go quicker."""
        for layer in self.layers().values():
            layer.put_in_order()

    def copy(self) -> Ties:
        """An independent copy."""
        return Ties(**{name: layer.copy() for name, layer in self.layers().items()})


def unseen(
    ids: Ids, edges: EdgeList, a: NDArray[np.integer], b: NDArray[np.integer]
) -> tuple[Flags, Ids]:
    """Which proposed ties are new and not repeated, with their pair keys."""
    key = pair_ids(ids[a], ids[b])
    touched = np.zeros(ids.size, dtype=np.bool_)
    touched[a] = True
    touched[b] = True
    near = np.flatnonzero(touched[edges.a[: edges.inner]])
    near = near[touched[edges.b[near]]]
    fresh = ~np.isin(key, edges.key[near])
    first_seen = np.zeros(key.size, dtype=np.bool_)
    first_seen[np.unique(key, return_index=True)[1]] = True
    return fresh & first_seen & (a != b), key
