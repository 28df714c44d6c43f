"""ColumnAgent: one person as a Mesa agent, seen through the columns.

Like a name badge, not a box: it holds who someone is and knows where to look them up. Reading
`resident.loneliness` reads the column; writing writes it. Badges are made when asked for and may
be thrown away, so nothing is kept on them and the model never registers them.

May look at: the set of agents a badge came from. May change: the columns, through that set.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import mesa
import numpy as np

from sim.errors import UserMistake, did_you_mean

if TYPE_CHECKING:
    from sim.agents.agentset import ColumnAgentSet


class Departed(LookupError):
    """Someone who has left was asked for."""


class PopulationRule:
    """A rule that acts on all rows at once; on one agent, it acts on that agent alone.

    Written `@population_rule def feel(people): ...` in an agent class, where `people` is the
    ColumnAgentSet it is to act on (`people.model`, `people.columns`, `people.rows`).
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        """Declare a function of a ColumnAgentSet as a population rule."""
        self.function = function
        self.__doc__ = function.__doc__

    def __call__(self, people: ColumnAgentSet, *args: Any, **kwargs: Any) -> Any:
        """Act on these people, all at once."""
        return self.function(people, *args, **kwargs)

    def __get__(self, agent: ColumnAgent | None, kind: type) -> Callable[..., Any]:
        """Return the rule itself from the class; from an agent, the rule for them alone."""
        return self if agent is None else functools.partial(self.function, agent.alone())


population_rule = PopulationRule


class ColumnAgent(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """One agent whose attributes are columns. Equal and hashed by class and identity."""

    pos = None
    also_called: Mapping[str, str] = MappingProxyType({})
    """Plain names of columns the rules know by a letter: resident.loneliness is the column z."""
    _home: ColumnAgentSet
    _id: int
    _row: int

    def __init__(self, model: Any, **attributes: Any) -> None:
        """Ask the model to let someone in: `model.arrive(**attributes)` returns who they are.

        UserMistake if the model takes no newcomers.
        """
        arrive = getattr(model, "arrive", None)
        if arrive is None:
            raise UserMistake(
                f"{type(self).__name__}: this model takes no newcomers. "
                "Choose someone who lives here and change them instead."
            )
        home = _home_of(type(self), model)
        self.__dict__.update(_home=home, _id=int(arrive(**attributes)), _row=-1)

    @classmethod
    def _view(cls, home: ColumnAgentSet, identity: int, row: int) -> Self:
        """Make a badge without letting anyone in or registering anything."""
        agent = object.__new__(cls)
        agent.__dict__.update(_home=home, _id=identity, _row=row)
        return agent

    @classmethod
    def create_agents(cls, model: Any, n: int, *args: Any, **kwargs: Any) -> ColumnAgentSet:
        """Let n newcomers in; a sequence of length n gives each their own value (as in Mesa)."""
        if args:
            raise UserMistake(f"{cls.__name__}: name every attribute of the newcomers.")
        each = {
            name: list(value) if _one_each(value, n) else [value] * n
            for name, value in kwargs.items()
        }
        came = [cls(model, **{name: each[name][i] for name in each})._id for i in range(n)]
        return _home_of(cls, model).of(came)

    @classmethod
    def from_dataframe(cls, model: Any, df: Any, **kwargs: Any) -> ColumnAgentSet:
        """Let in one newcomer for each line of a data frame; `kwargs` hold for all of them."""
        each = {name: df[name].tolist() for name in df.columns}
        return cls.create_agents(model, len(df), **each, **kwargs)

    @property
    def model(self) -> Any:
        """The model they live in."""
        return self._home.model

    @property
    def unique_id(self) -> int:
        """Who they are."""
        return self._id

    @property
    def here(self) -> bool:
        """Whether they still live here."""
        return int(self._home.columns.row_of(self._id)) >= 0

    @property
    def row(self) -> int:
        """Their row in the columns, until people next come or go. Departed if they have left."""
        ids = self._home.columns.id
        if not (0 <= self._row < ids.size and ids.item(self._row) == self._id):
            row = int(self._home.columns.row_of(self._id))
            if row < 0:
                raise Departed(f"{type(self).__name__} {self._id} has left and cannot be asked")
            self.__dict__["_row"] = row
        return self._row

    def alone(self) -> ColumnAgentSet:
        """Return the set of just this agent (of no one, once they have left)."""
        return self._home.of([self._id], kind=type(self))

    @population_rule
    def remove(people: ColumnAgentSet) -> None:
        """Depart."""
        people.depart()

    def __getattr__(self, name: str) -> Any:
        """Read a column. AttributeError if there is none so called; Departed if they have left."""
        if name.startswith("_"):
            raise AttributeError(name)
        if hasattr(type(self), name):  # a property failed: let its own error be heard
            return object.__getattribute__(self, name)
        columns = self._home.columns
        name = self.also_called.get(name, name)
        if name not in columns.schema:
            hint = did_you_mean(name, [*columns.schema, *self.also_called])
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.{hint}")
        return getattr(columns, name).item(self.row)

    def __setattr__(self, name: str, value: Any) -> None:
        """Write a column (or a property). AttributeError for anything else: it would be lost."""
        columns = self._home.columns
        name = self.also_called.get(name, name)
        if hasattr(getattr(type(self), name, None), "__set__"):
            object.__setattr__(self, name, value)
        elif name in columns.schema:
            columns.put(name, self.row, value)
        else:
            hint = did_you_mean(name, [*columns.schema, *self.also_called])
            raise AttributeError(
                f"{type(self).__name__} cannot keep {name!r}: only columns are kept.{hint}"
            )

    def __eq__(self, other: object) -> bool:
        """Tell whether this is the same person."""
        return type(self) is type(other) and self._id == getattr(other, "_id", None)

    def __hash__(self) -> int:
        """Hash by class and identity."""
        return hash((type(self), self._id))

    def __dir__(self) -> list[str]:
        """List columns too, so that a notebook can complete them."""
        return [*super().__dir__(), *self._home.columns.names, *self.also_called]

    def __repr__(self) -> str:
        """Say who this is."""
        return f"<{type(self).__name__} {self._id}>"


def _home_of(kind: type[ColumnAgent], model: Any) -> ColumnAgentSet:
    """Return the model's set for this kind of agent, or for the nearest kind it descends from."""
    for ancestor in kind.__mro__:
        home = model.agents_by_type.get(ancestor)
        if home is not None:
            found: ColumnAgentSet = home
            return found
    raise UserMistake(f"{kind.__name__}: this model has no agents of that kind.")


def _one_each(value: Any, n: int) -> bool:
    """Tell whether a value is a sequence with one item for each of n newcomers."""
    listed = isinstance(value, (list, tuple, np.ndarray)) or hasattr(value, "iloc")
    return listed and len(value) == n
