"""Columns: the state of many people, one numpy array per attribute.

Like a census ledger: one line (row) for each person, one column for each thing we know about
them. People come and go, so lines are re-used: when someone leaves, the last line moves into the
gap. A person is therefore known by their identity (`id`), never by their row.

May look at: numpy only. May change: its own arrays. It knows nothing of what a column means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from sim.errors import did_you_mean
from sim.world.live_views import LiveViews

type Rows = NDArray[np.int64]
type Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds: its type, the value of someone new, its meaning, unit and bounds.

    `low` and `high` are inclusive and looked at by `Columns.put` and `Columns.check`. A `pointer`
    column holds rows of the same Columns (int32, -1 for no one) and follows people who move row.
    """

    dtype: DTypeLike
    default: float
    doc: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    pointer: bool = False

    def __post_init__(self) -> None:
        """Refuse a column that could not be kept."""
        if self.kind.kind not in "biuf":
            raise TypeError(f"a column holds numbers or truth values, not {self.kind}")
        if self.pointer and (self.kind != np.int32 or self.default != -1):
            raise ValueError("a pointer column is int32 with default -1 (no one)")
        _fitting("default", self, self.default)

    @property
    def kind(self) -> np.dtype[Any]:
        """The numpy type of the column."""
        return np.dtype(self.dtype)


@dataclass(frozen=True)
class RowMoves:
    """Who went where in one removal: rows `moved_from` now live at `moved_to`."""

    before: int
    removed: Rows
    moved_from: Rows
    moved_to: Rows

    @property
    def after(self) -> int:
        """How many rows remain."""
        return self.before - self.removed.size

    @cached_property
    def _table(self) -> NDArray[np.int32]:
        # The extra last place answers for -1 (no one), so that remapping is a single gather.
        table = np.arange(self.before + 1, dtype=np.int32)
        table[self.removed] = -1
        table[self.moved_from] = self.moved_to
        table[-1] = -1
        return table

    def new_row(self, old_rows: ArrayLike) -> NDArray[np.int32]:
        """Return where each old row is now; -1 for the removed and for -1; or IndexError."""
        old = np.asarray(old_rows, dtype=np.int64)
        if old.size and (old.min() < -1 or old.max() >= self.before):
            raise IndexError(f"rows must lie between -1 and {self.before - 1}")
        return np.asarray(self._table[old], dtype=np.int32)


class Columns(LiveViews):
    """The state of many people. `columns.z` is the live array; `columns.z = ...` writes into it.

    An array taken from here is good until people next come or go; then take it again.
    """

    def __init__(self, schema: Mapping[str, Column], capacity: int = 0) -> None:
        """Make empty columns with room for `capacity` people. ValueError for a bad schema."""
        if "id" not in schema or schema["id"].kind != np.uint64:
            raise ValueError("columns need an id column of type uint64")
        for name in schema:
            if not name.isidentifier() or name.startswith("_") or hasattr(type(self), name):
                raise ValueError(f"{name!r} cannot be the name of a column")
        self._schema = dict(schema)
        self._size = 0
        self._moves = 0
        self._highest = -1
        self._index: tuple[NDArray[np.uint64], Rows] | None = None
        self._full: dict[str, Array] = {
            name: np.empty(capacity, column.kind) for name, column in schema.items()
        }
        self._show()

    # --- looking -----------------------------------------------------------------------------

    def __len__(self) -> int:
        """How many people there are."""
        return self._size

    def __getattr__(self, name: str) -> Array:
        """Explain a missing column; those that exist are plain attributes, with no detour."""
        known = self.__dict__.get("_schema", {})
        raise AttributeError(f"there is no column {name!r}.{did_you_mean(name, known)}")

    def __repr__(self) -> str:
        """Say how many rows and columns there are."""
        return f"<Columns: {self._size} rows, {len(self._schema)} columns>"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in the order they were declared."""
        return tuple(self._schema)

    @property
    def schema(self) -> Mapping[str, Column]:
        """What each column holds."""
        return MappingProxyType(self._schema)

    @property
    def moves(self) -> int:
        """How many times people have been removed: while it stands still, rows do too."""
        return self._moves

    def row_of(self, ids: ArrayLike) -> Rows:
        """Return the row of each identity, -1 for those not here; same shape as `ids`."""
        wanted = np.asarray(ids, dtype=np.uint64)
        if self._index is None:
            order = np.argsort(self.id, kind="stable")
            self._index = self.id[order], order
        keys, rows = self._index
        if not keys.size:
            return np.full(wanted.shape, -1, dtype=np.int64)
        spot = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
        return np.where(keys[spot] == wanted, rows[spot], -1)

    # --- writing -----------------------------------------------------------------------------

    def __setattr__(self, name: str, value: object) -> None:
        """Write a value for all, or one value each, into a column. TypeError if it cannot fit."""
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        elif name not in self._schema:
            raise AttributeError(f"there is no column {name!r}.{did_you_mean(name, self._schema)}")
        elif value is not self.__dict__[name]:  # `columns.z += 1` has already written
            fits = _checked(name, self._schema[name], value, self._size)
            np.copyto(self._writable(name), fits, casting="unsafe")

    def put(self, name: str, rows: ArrayLike, values: ArrayLike) -> None:
        """Write values for some rows, looking at type, bounds and pointers. ValueError if amiss."""
        if name not in self._schema:
            raise AttributeError(f"there is no column {name!r}.{did_you_mean(name, self._schema)}")
        where = np.asarray(rows, dtype=np.int64)
        size = where.size if where.ndim else None
        new = _fitting(name, self._schema[name], values, size)
        self._within(name, new, self._size)
        self._writable(name)[where] = new

    def append(self, values: Mapping[str, ArrayLike]) -> Rows:
        """Add people; columns left out take their default. Return their rows.

        `values["id"]` says who they are. ValueError for an identity already here or given twice,
        an unknown column, unequal lengths, or a pointer to no row.
        """
        for name in values:
            if name not in self._schema:
                raise ValueError(f"there is no column {name!r}.{did_you_mean(name, self._schema)}")
        if "id" not in values:
            raise ValueError("newcomers need an id")
        count = np.atleast_1d(np.asarray(values["id"])).size
        new = {
            name: _fitting(name, self._schema[name], value, count) for name, value in values.items()
        }
        ids = np.atleast_1d(new["id"]).astype(np.uint64)
        self._refuse_doubles(ids)
        start, end = self._size, self._size + count
        for name, value in new.items():
            if self._schema[name].pointer:
                self._within(name, value, end)
        self._make_room(end)
        for name, column in self._schema.items():
            self._full[name][start:end] = new.get(name, column.default)
        self._resize(end)
        return np.arange(start, end, dtype=np.int64)

    def remove(self, rows: ArrayLike) -> RowMoves:
        """Remove people; the last rows move into the holes. Return who went where.

        The work is in proportion to the rows removed, but for pointer columns, gathered once each.
        """
        asked = np.asarray(rows)
        if asked.size and asked.dtype.kind not in "iu":
            raise TypeError("rows to remove are whole numbers")
        removed = np.unique(asked.astype(np.int64))
        before, after = self._size, self._size - removed.size
        if removed.size and (removed[0] < 0 or removed[-1] >= before):
            raise IndexError(f"rows to remove must lie between 0 and {before - 1}")
        holes = removed[removed < after]
        staying = np.ones(before - after, dtype=bool)
        staying[removed[removed >= after] - after] = False
        movers = np.flatnonzero(staying) + after
        moves = RowMoves(before, removed, movers, holes)
        if removed.size:
            for name, full in self._full.items():
                full[holes] = full[movers]
                if self._schema[name].pointer:
                    full[:after] = moves.new_row(full[:after])
            self._moves += 1
            self._resize(after)
        return moves

    # --- keeping and checking ----------------------------------------------------------------

    def state(self) -> dict[str, Array]:
        """Return a copy of every column, to keep."""
        return {name: self.__dict__[name].copy() for name in self._schema}

    @classmethod
    def from_state(cls, schema: Mapping[str, Column], state: Mapping[str, ArrayLike]) -> Self:
        """Return columns holding a kept state. ValueError if columns are missing or unknown."""
        if missing := sorted(set(schema) - set(state)):
            raise ValueError(f"the kept state lacks {', '.join(missing)}")
        columns = cls(schema)
        columns.append(state)
        return columns

    def copy(self) -> Self:
        """Return columns of their own with the same people."""
        return type(self).from_state(self._schema, {n: self.__dict__[n] for n in self._schema})

    def __getstate__(self) -> dict[str, Any]:
        """Keep schema and state, so that copying and pickling never part an array from its view."""
        return {"schema": self._schema, "state": self.state(), "moves": self._moves}

    def __setstate__(self, kept: dict[str, Any]) -> None:
        """Take up a kept state."""
        Columns.__init__(self, kept["schema"])
        self.append(kept["state"])
        self._moves = kept["moves"]

    def check(self) -> None:
        """Raise ValueError, naming column, person and value, if anything is not as declared."""
        for name in self._schema:
            self._within(name, self.__dict__[name], self._size)
        ids = np.sort(self.id)
        twice = np.flatnonzero(ids[1:] == ids[:-1])
        if twice.size:
            raise ValueError(f"id: {ids[twice[0]]} is held by more than one person")

    # --- within ------------------------------------------------------------------------------

    def _within(self, name: str, values: Array, size: int) -> None:
        """Raise unless every value is finite, in bounds and, for a pointer, a row or -1."""
        column = self._schema[name]
        low, high = (-1, size - 1) if column.pointer else (column.low, column.high)
        if not values.size or (low is None and high is None and column.kind.kind != "f"):
            return
        floor, ceiling = -np.inf if low is None else low, np.inf if high is None else high
        least, most = values.min(), values.max()  # not a number, if any value is none
        if floor <= least and most <= ceiling and -np.inf < least and most < np.inf:
            return
        wrong = ~np.isfinite(values)
        if low is not None:
            wrong |= values < low
        if high is not None:
            wrong |= values > high
        if wrong.any():
            first = np.flatnonzero(wrong)[0]
            held = "row" if column.pointer else "value"
            raise ValueError(
                f"{name}: {np.ravel(values)[first]} (place {first}) is no {held} it may hold; "
                f"it must be finite and lie between {low} and {high}"
            )

    def _refuse_doubles(self, ids: NDArray[np.uint64]) -> None:
        given = np.unique(ids)
        if given.size < ids.size:
            raise ValueError(
                "id: newcomers must have identities of their own; some are given twice"
            )
        # Only people whose last bits are those of a newcomer can be the same: a quick sieve.
        sieve = np.zeros(1 << 16, dtype=np.bool_)
        sieve[(given & np.uint64(0xFFFF)).astype(np.int64)] = True
        alike = self.id[sieve[(self.id & np.uint64(0xFFFF)).astype(np.int64)]]
        taken = given[np.isin(given, alike)]
        if taken.size:
            raise ValueError(f"id: {taken[0]} is already here")

    def _make_room(self, needed: int) -> None:
        if needed > len(self._full["id"]):
            room = needed + needed // 12  # slack, so that newcomers rarely cause a copy
            for name, full in self._full.items():
                larger = np.empty(room, full.dtype)
                larger[: self._size] = full[: self._size]
                self._full[name] = larger

    def _resize(self, size: int) -> None:
        self._size = size
        self._index = None
        self._show()

    def _show(self) -> None:
        """Re-make the live views: plain instance attributes, the cheapest access Python has."""
        for name, full in self._full.items():
            self.__dict__[name] = full[: self._size]
        self.__dict__["id"].flags.writeable = False  # who someone is never changes

    def _writable(self, name: str) -> Array:
        if name == "id":
            raise AttributeError("id: who someone is never changes")
        view: Array = self.__dict__[name]
        return view


def _fitting(name: str, column: Column, values: object, size: int | None = None) -> Array:
    """Return values in the column's type, if `_checked` finds that they fit."""
    return _checked(name, column, values, size).astype(column.kind, copy=False)


def _checked(name: str, column: Column, values: object, size: int | None = None) -> Array:
    """Return `size` values, or one for all, if the column's type loses float precision at most."""
    given = np.asarray(values)
    if given.ndim and given.shape != (size,):
        raise ValueError(f"{name}: {size or 1} values are needed, not {given.shape}")
    from_kind, to_kind = given.dtype.kind, column.kind.kind
    if given.size and from_kind not in {"b": "b", "i": "biu", "u": "biu", "f": "biuf"}[to_kind]:
        raise TypeError(f"{name}: a {column.kind} column cannot hold {given.dtype} values")
    if given.size and from_kind in "iu" and to_kind in "iu" and given.dtype != column.kind:
        bounds = np.iinfo(column.kind)
        if int(given.min()) < bounds.min or int(given.max()) > bounds.max:
            raise ValueError(f"{name}: {column.kind} cannot hold values as large as these")
    return given
