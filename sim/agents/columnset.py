"""ColumnAgentSet: agents of one kind, kept in columns, with the face of a Mesa agent set.

Everything Mesa says of agent sets holds here, but a whole column is read or written at once and
agents are made only when looked at. Three things differ, on purpose. `get` of a column gives a
numpy array (a copy). A population rule runs once for all. The whole population keeps its own
order, and to be removed from it is to depart.

May look at: columns, the model's random numbers. May change: columns; who is here, by departures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.agents.columnagent import ColumnAgent, PopulationRule
from sim.agents.orderedset import OrderedSet, for_each
from sim.world.columns import Array, Columns, Rows


class ColumnAgentSet(OrderedSet):
    """Agents of one kind whose attributes are columns.

    Without `rows` it is the whole population, live as people come and go; with `rows` it is a
    fixed set of people, from which those who leave drop out.
    """

    def __init__(
        self, columns: Columns, view_class: type[ColumnAgent], model: Any, rows: Any = None
    ) -> None:
        """Make the set of all in the columns, or of those in the given rows."""
        self.columns = columns
        self.view_class = view_class
        self.model = model
        self._ids: NDArray[np.uint64] | None = None
        self._rows: Rows = np.empty(0, dtype=np.int64)
        self._stamp = -1
        if rows is not None:
            given = np.asarray(rows)
            chosen = np.flatnonzero(given) if given.dtype == bool else given.astype(np.int64)
            if chosen.size and chosen.min() < 0:
                raise IndexError("rows cannot be negative")
            first = np.unique(chosen, return_index=True)[1]
            self._hold(chosen if first.size == chosen.size else chosen[np.sort(first)])

    def _hold(self, rows: Rows) -> None:
        """Hold the people now in these rows, each given once."""
        self._ids, self._rows, self._stamp = self.columns.id[rows], rows, self.columns.moves

    @property
    def random(self) -> Any:
        """The model's random numbers."""
        return self.model.random

    @property
    def whole(self) -> bool:
        """Whether this is the whole population, and so `rows` are simply all of them."""
        return self._ids is None

    @property
    def rows(self) -> Rows:
        """The rows of these agents in the columns, until people next come or go."""
        if self._ids is None:
            return np.arange(len(self.columns))
        if self._stamp != self.columns.moves:
            rows = self.columns.row_of(self._ids)
            self._ids, self._rows = self._ids[rows >= 0], rows[rows >= 0]
            self._stamp = self.columns.moves
        return self._rows

    @property
    def ids(self) -> NDArray[np.uint64]:
        """Who these agents are."""
        return np.array(self.columns.id if self._ids is None else self.columns.id[self.rows])

    def of(self, ids: ArrayLike, kind: type[ColumnAgent] | None = None) -> ColumnAgentSet:
        """Return the fixed set of those with these identities who are here."""
        rows = self.columns.row_of(ids)
        return ColumnAgentSet(self.columns, kind or self.view_class, self.model, rows[rows >= 0])

    def _take(self, positions: ArrayLike) -> Self:
        taken = type(self)(self.columns, self.view_class, self.model)
        taken._hold(self.rows[np.asarray(positions, dtype=np.int64)])
        return taken

    def _become(self, other: Self) -> None:
        self._hold(other.rows)

    def _of_type(self, kind: type) -> NDArray[np.bool_]:
        return np.full(len(self), issubclass(self.view_class, kind))

    def _holding(self, agents: Iterable[Any]) -> Any:
        from sim.agents.agentset import Everyone  # in a mixture, residents and others meet

        mixture = Everyone.holding(agents, self.random)
        if all(isinstance(part, ColumnAgentSet) for part in mixture.parts):
            return self.of(np.concatenate([self.ids[:0], *(p.ids for p in mixture.parts)]))
        return mixture

    def __len__(self) -> int:
        """How many they are."""
        return len(self.columns) if self._ids is None else self.rows.size

    def __iter__(self) -> Iterator[Any]:
        """Make a light agent for each of those here now, passing over any who leave meanwhile."""
        view, moves = self.view_class._view, self.columns.moves
        for identity, row in zip(self.ids.tolist(), self.rows.tolist(), strict=True):
            agent = view(self, identity, row)
            if moves == self.columns.moves or agent.here:
                yield agent

    def __contains__(self, agent: object) -> bool:
        """Tell whether someone is here and in this set."""
        if not isinstance(agent, self.view_class) or agent._home.columns is not self.columns:
            return False
        return agent.here and (self._ids is None or bool((self._ids == agent.unique_id).any()))

    def __repr__(self) -> str:
        """Say how many they are and what is known of them."""
        return f"<{len(self)} x {self.view_class.__name__}: {', '.join(self.columns.names)}>"

    def _column(self, name: str) -> Array | None:
        """Return a copy of a column for these agents; None if no column answers to the name."""
        name = "id" if name == "unique_id" else self.view_class.also_called.get(name, name)
        if name not in self.columns.schema or hasattr(self.view_class, name):
            return None  # a property of that name comes first, as it does on each agent
        column: Array = getattr(self.columns, name)
        return column.copy() if self._ids is None else column[self.rows]

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> Any:
        """Return a column as an array; several as one array with a line for each agent.

        What is no column (a property) is asked of each agent and comes as a list, as in Mesa.
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing is 'error' or 'default', not {handle_missing!r}")
        names = [attr_names] if isinstance(attr_names, str) else list(attr_names)
        columns = [each for each in map(self._column, names) if each is not None]
        if len(columns) == len(names) and names:
            if isinstance(attr_names, str):
                return columns[0]
            kinds = {column.dtype.kind for column in columns}
            if len(kinds) > 1 and any(column.dtype == np.uint64 for column in columns):
                columns = [column.astype(object) for column in columns]  # floats would blur who
            return np.stack(columns, axis=1)
        missing = () if handle_missing == "error" else (default_value,)
        lines = [[getattr(agent, name, *missing) for name in names] for agent in self]
        return [line[0] for line in lines] if isinstance(attr_names, str) else lines

    def set(self, attr_name: str, value: Any) -> Self:
        """Give all the same value, or, for a column, each their own from an array."""
        attr_name = self.view_class.also_called.get(attr_name, attr_name)
        if attr_name in self.columns.schema and not hasattr(self.view_class, attr_name):
            self.columns.put(attr_name, self.rows, value)
        else:
            for agent in self:
                setattr(agent, attr_name, value)
        return self

    def _rule(self, method: Any) -> PopulationRule | None:
        found = getattr(self.view_class, method, None) if isinstance(method, str) else method
        return found if isinstance(found, PopulationRule) else None

    def do(self, method: Any, *args: Any, **kwargs: Any) -> Self:
        """Run a population rule once for all; else a method or function on each agent in turn."""
        if rule := self._rule(method):
            rule(self, *args, **kwargs)
        else:
            for_each(self, method, args, kwargs)
        return self

    def shuffle_do(self, method: Any, *args: Any, **kwargs: Any) -> Self:
        """As `do`, in random order (a population rule has no order)."""
        (self if self._rule(method) else self.shuffle()).do(method, *args, **kwargs)
        return self

    def map(self, method: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Return the results of a method or function; a rule must return one for each agent."""
        if not (rule := self._rule(method)):
            return for_each(self, method, args, kwargs)
        results = list(rule(self, *args, **kwargs))
        if len(results) != len(self):
            raise ValueError(f"{method}: the rule must return one value for each agent")
        return results

    def depart(self) -> None:
        """Let all of these people leave, through `model.depart(ids)` where the model has one."""
        ids = self.ids
        if hasattr(self.model, "depart"):
            self.model.depart(ids)
        else:
            self.columns.remove(self.columns.row_of(ids))

    def add(self, agent: Any) -> None:
        """Take someone who is here into a selection. ValueError for anyone else."""
        if agent in self:
            return
        if self._ids is None or agent not in ColumnAgentSet(
            self.columns, self.view_class, self.model
        ):
            raise ValueError(f"{agent!r} does not live here; newcomers arrive by being made")
        self._ids, self._stamp = np.append(self.ids, np.uint64(agent.unique_id)), -1

    def discard(self, agent: Any) -> None:
        """Drop someone from a selection; from the whole population, they depart."""
        if agent in self:
            if self._ids is None:
                agent.remove()
            else:
                self._ids, self._stamp = self._ids[self._ids != np.uint64(agent.unique_id)], -1

    def remove(self, agent: Any) -> None:
        """As `discard`. KeyError if they are not in this set."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)
