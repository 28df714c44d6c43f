"""Agent sets of the model: residents in columns, the few as ordinary Mesa agents, and Everyone.

`Everyone` is several sets spoken to as one, like a town meeting: `model.agents` is the residents
(a ColumnAgentSet) and the hubs, connectors and services (Mesa's own set). In the model:

    @property
    def agents(self):
        return Everyone([self.residents, super().agents], self.random)

    @property
    def agents_by_type(self):
        return {Resident: self.residents, **super().agents_by_type}

    @property
    def agent_types(self):
        return list(self.agents_by_type)

May look at and change: whatever the sets it joins may.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Self

import numpy as np
from mesa.agentset import AgentSet
from numpy.typing import ArrayLike, NDArray

from sim.agents.columnagent import ColumnAgent, Departed, PopulationRule, population_rule
from sim.agents.columnset import ColumnAgentSet
from sim.agents.orderedset import OrderedSet, for_each

__all__ = [
    "ColumnAgent",
    "ColumnAgentSet",
    "Departed",
    "Everyone",
    "PopulationRule",
    "population_rule",
]


class Everyone(OrderedSet):
    """Several sets spoken to as one: `Everyone([residents, super().agents], self.random)`."""

    def __init__(self, parts: Iterable[Any], random: Any, whole: bool = True) -> None:
        """Join sets, kept in this order; `whole` says that they are the model's own, live."""
        self.parts = list(parts)
        self.random = random
        self._whole = whole

    @classmethod
    def holding(cls, agents: Iterable[Any], random: Any) -> Self:
        """Return the fixed set of these agents: columns for columns, Mesa's sets for the few."""
        parts: list[Any] = []
        for kind, run in itertools.groupby(agents, type):
            members = list(run)
            if issubclass(kind, ColumnAgent):
                ids = [agent.unique_id for agent in members]
                parts.append(members[0].alone().of(ids, kind=kind))
            else:
                parts.append(AgentSet(members, random))
        return cls(parts, random, whole=False)

    @property
    def whole(self) -> bool:
        """Whether these are all agents of the model."""
        return self._whole

    def _take(self, positions: ArrayLike) -> Self:
        # Whatever the order, those who follow one another within a part stay together as a run.
        places = np.asarray(positions, dtype=np.int64)
        starts = np.cumsum([0, *map(len, self.parts)])
        which = np.searchsorted(starts, places, side="right") - 1
        few = {i: part.to_list() for i, part in enumerate(self.parts) if _is_few(part)}
        runs = []
        for run in np.split(np.arange(places.size), np.flatnonzero(np.diff(which)) + 1):
            if run.size:
                part, inside = int(which[run[0]]), places[run] - starts[which[run[0]]]
                if part in few:
                    runs.append(AgentSet([few[part][i] for i in inside], self.random))
                else:
                    runs.append(self.parts[part]._take(inside))
        return type(self)(runs, self.random, whole=False)

    def _become(self, other: Self) -> None:
        self.parts = other.parts

    def _of_type(self, kind: type) -> NDArray[np.bool_]:
        return np.concatenate(
            [np.empty(0, dtype=bool)]
            + [
                np.array([isinstance(a, kind) for a in part], dtype=bool)
                if _is_few(part)
                else part._of_type(kind)
                for part in self.parts
            ]
        )

    def _holding(self, agents: Iterable[Any]) -> Self:
        return self.holding(agents, self.random)

    def __len__(self) -> int:
        """How many they are."""
        return sum(map(len, self.parts))

    def __iter__(self) -> Iterator[Any]:
        """Go through all parts."""
        return itertools.chain.from_iterable(self.parts)

    def __contains__(self, agent: object) -> bool:
        """Tell whether someone is in any part."""
        return any(agent in part for part in self.parts)

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> Any:
        """Return an attribute of each agent as a list; as an array if all are in one column."""
        asked = [part.get(attr_names, handle_missing, default_value) for part in self.parts if part]
        if len(asked) == 1:
            return asked[0]
        return [v for vs in asked for v in (vs.tolist() if isinstance(vs, np.ndarray) else vs)]

    def set(self, attr_name: str, value: Any) -> Self:
        """Give all agents the same value."""
        for part in self.parts:
            part.set(attr_name, value)
        return self

    def do(self, method: Any, *args: Any, **kwargs: Any) -> Self:
        """Run a rule, method or function in each part."""
        for part in list(self.parts):
            part.do(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: Any, *args: Any, **kwargs: Any) -> Self:
        """As `do`, in random order; where a part has a population rule, part by part."""
        if any(isinstance(part, ColumnAgentSet) and part._rule(method) for part in self.parts):
            for part in list(self.parts):
                part.shuffle_do(method, *args, **kwargs)
        else:
            for_each(self.shuffle(), method, args, kwargs)
        return self

    def map(self, method: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Return the results of a method or function for every agent."""
        return [v for part in self.parts for v in part.map(method, *args, **kwargs)]

    def add(self, agent: Any) -> None:
        """Take an agent into a selection. ValueError for the model's own agents."""
        if agent not in self:
            self._settle(self._from_iterable([*self, agent]), inplace=True)

    def discard(self, agent: Any) -> None:
        """Drop an agent from whichever part holds them (a resident of the model departs)."""
        for part in self.parts:
            part.discard(agent)

    def remove(self, agent: Any) -> None:
        """As `discard`. KeyError if no part holds them."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)


def _is_few(part: Any) -> bool:
    return not isinstance(part, OrderedSet)
