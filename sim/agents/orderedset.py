"""OrderedSet: what agent sets that can take members by position have in common.

Mesa's select, groupby, agg, sort and shuffle need only two things of a set: an attribute of each
member, and the set of those at given positions. Both are quick when attributes are columns.

May look at: attributes of agents. May change: which agents a selection holds, and their order.
Mesa's private names live in this file only (`_update`, and Python's own `_from_iterable`).
"""

from __future__ import annotations

import itertools
import math
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import numpy as np
from mesa.agentset import AbstractAgentSet, GroupBy
from numpy.typing import ArrayLike, NDArray

from sim.world.columns import Rows

# Python's own sum, min and max walk an array one boxed number at a time; numpy's do not.
_WHOLE: dict[Callable[..., Any], Callable[..., Any]] = {sum: np.sum, min: np.min, max: np.max}


class ColumnGroups(GroupBy):  # type: ignore[misc]  # Mesa ships no types
    """Mesa's GroupBy, aggregating whole columns."""

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Any, Any]:
        """Return, for each group, the function of its values of the attribute."""
        if all(isinstance(group, AbstractAgentSet) for group in self.groups.values()):
            return {name: group.agg(attr_name, func) for name, group in self.groups.items()}
        listed: dict[Any, Any] = super().agg(attr_name, func)
        return listed


class OrderedSet(AbstractAgentSet):  # type: ignore[misc]  # Mesa ships no types
    """What sets that can take members by position have in common."""

    random: Any

    @property
    @abstractmethod
    def whole(self) -> bool:
        """Whether this is all of a population, live as it changes, and not a selection."""

    @abstractmethod
    def _take(self, positions: ArrayLike) -> Self:
        """Return the fixed set of the agents at these positions, in this order."""

    @abstractmethod
    def _become(self, other: Self) -> None:
        """Hold what another set of the same make holds."""

    @abstractmethod
    def _of_type(self, kind: type) -> NDArray[np.bool_]:
        """Tell of each agent whether they are of this type."""

    @abstractmethod
    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> Any:
        """Return an attribute of each agent, or several of each."""

    @abstractmethod
    def _holding(self, agents: Iterable[Any]) -> Any:
        """Return the fixed set of these agents."""

    def _update(self, agents: Iterable[Any]) -> Self:  # asked for by Mesa
        return self._settle(self._holding(agents), inplace=True)

    def _from_iterable(self, agents: Iterable[Any]) -> Any:  # what |, &, - and ^ are made with
        return self._holding(agents)

    def _settle(self, chosen: Self, inplace: bool) -> Self:
        """Return the chosen set, or this one become it. ValueError for a whole population."""
        if not inplace:
            return chosen
        if self.whole:
            raise ValueError("the whole population keeps its own order: leave out inplace")
        self._become(chosen)
        return self

    def __copy__(self) -> Self:
        """Return the fixed set of those here now."""
        return self._take(np.arange(len(self)))

    copy = __copy__

    def __getitem__(self, item: int | slice) -> Any:
        """Return one agent, or a list of them."""
        chosen = range(len(self))[item]
        if isinstance(chosen, int):
            return next(iter(self._take([chosen])))
        return list(self._take(chosen))

    def to_list(self) -> list[Any]:
        """Return all agents as a list."""
        return list(self)

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: float = math.inf,
        inplace: bool = False,
        agent_type: type | None = None,
        *,
        where: ArrayLike | None = None,
    ) -> Self:
        """Return those who pass (see Mesa). `where` holds one truth value for each agent.

        `at_most` is a number, or a share of this set if a float up to 1; the first are kept.
        """
        if filter_func is None and agent_type is None and at_most == math.inf and where is None:
            return self if inplace else self.copy()
        count = len(self)
        if isinstance(at_most, float) and at_most <= 1:
            at_most = int(count * at_most)
        mask = np.ones(count, bool) if agent_type is None else self._of_type(agent_type)
        if where is not None:
            given = np.asarray(where)
            if given.dtype != bool or given.shape != (count,):
                raise ValueError(f"where: {count} truth values are needed, one for each agent")
            mask = mask & given
        places = np.flatnonzero(mask)
        limit = None if at_most == math.inf else max(0, math.ceil(at_most))
        if filter_func is not None:
            paired = zip(places, self._take(places), strict=True)
            passing = (place for place, agent in paired if filter_func(agent))
            places = np.fromiter(itertools.islice(passing, limit), dtype=np.int64)
        chosen = places[:limit]
        return self._settle(self._take(chosen), inplace)

    def agg(self, attribute: str, func: Any) -> Any:
        """Return a function of all values of an attribute, or a list, one for each function."""
        values = self.get(attribute)
        if isinstance(values, np.ndarray) and values.dtype.kind == "f":
            values = values.astype(np.float64)  # a sum over many in single precision drifts
        results = [_of_values(f, values) for f in ([func] if callable(func) else func)]
        return results[0] if callable(func) else results

    def groupby(self, by: Callable[[Any], Any] | str, result_type: str = "agentset") -> GroupBy:
        """Return the agents in groups by an attribute or a function of each (see Mesa)."""
        keys = self.get(by) if isinstance(by, str) else self.map(by)
        groups = {name: self._take(places) for name, places in _places_by_key(keys).items()}
        if result_type == "agentset":
            return ColumnGroups(groups)
        return ColumnGroups({name: list(group) for name, group in groups.items()})

    def shuffle(self, inplace: bool = False) -> Self:
        """Return the agents in random order: the same order as Mesa's from the same random."""
        order = list(range(len(self)))
        self.random.shuffle(order)
        return self._settle(self._take(order), inplace)

    def sort(
        self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> Self:
        """Return the agents in order of an attribute or a function of each; ties keep theirs."""
        keys = self.get(key) if isinstance(key, str) else self.map(key)
        if isinstance(keys, np.ndarray) and ascending:
            order: Sequence[int] | Rows = np.argsort(keys, kind="stable")
        elif isinstance(keys, np.ndarray):  # reversed twice, so that ties keep their order
            order = len(keys) - 1 - np.argsort(keys[::-1], kind="stable")[::-1]
        else:
            order = sorted(range(len(keys)), key=keys.__getitem__, reverse=not ascending)
        return self._settle(self._take(order), inplace)


def for_each(agents: Iterable[Any], method: Any, args: Any, kwargs: Any) -> list[Any]:
    """Call a method, by name, or a function, for each agent; return the results."""
    if isinstance(method, str):
        return [getattr(agent, method)(*args, **kwargs) for agent in agents]
    return [method(agent, *args, **kwargs) for agent in agents]


def _of_values(func: Callable[..., Any], values: Any) -> Any:
    """Return a function of values; of an array, Python's own sum, min and max by numpy's."""
    whole = _WHOLE.get(func) if isinstance(values, np.ndarray) else None
    return whole(values).item() if whole else func(values)


def _places_by_key(keys: Any) -> dict[Any, Any]:
    """Return the positions of each key, keys in order of first appearance."""
    places: dict[Any, Any] = {}
    if isinstance(keys, np.ndarray):
        values, first, which = np.unique(keys, return_index=True, return_inverse=True)
        members = np.split(np.argsort(which, kind="stable"), np.cumsum(np.bincount(which))[:-1])
        return {values[g].item(): members[g] for g in np.argsort(first)}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    return places
