"""The chronicle: what happens to a few people somebody wants to follow, month by month.

Like a friend who looks in at the end of each month and writes down only what is different. It
looks at the followed people's columns, ties and events and at who died or moved away; it changes
only its own pages, and nobody's life depends on whether they are followed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.chronicle_rules import EVENTS, WATCHED, Happening, Other, Seen, compare
from sim.errors import UserMistake
from sim.world.columns import Columns
from sim.world.ties import EdgeList

if TYPE_CHECKING:
    from sim.model import CommunityModel

Ids = NDArray[np.uint64]
_IDENTITIES = int(np.iinfo(np.uint64).max) + 1
LAYERS = ("friends", "kin", "companions")


@dataclass
class Life:
    """One followed person: as first seen, as last seen, and everything that changed between.

    Months count from 1 (April 2024); 0 is the eve of the first. `opening` is None for somebody who
    was never here.
    """

    identity: int
    opening: Seen | None = None
    closing: Seen | None = None
    from_month: int = 0
    until_month: int = 0
    left: bool = False
    happenings: list[Happening] = field(default_factory=list)


class Chronicle:
    """The pages of everybody followed in one run."""

    def __init__(self) -> None:
        self.lives: dict[int, Life] = {}
        self.dead: set[int] = set()
        self.moved: set[int] = set()
        self._known: dict[int, dict[int, Other]] = {}  # of each followed person, by identity

    def follow(self, model: CommunityModel, identities: Iterable[int]) -> None:
        """Follow these people from this month on; those who have yet to arrive, once they do."""
        fresh = [each for each in map(int, identities) if each not in self.lives]
        for identity in fresh:
            self.lives[identity] = Life(identity, from_month=model.month)
        for identity, seen in self._look(model, fresh).items():
            life = self.lives[identity]
            life.opening = life.closing = seen
            life.until_month = model.month

    def see_off(self, dead: Ids, moved: Ids) -> None:
        """Remember who left this month and how: a lost friend may have died or moved away."""
        if self.lives:
            self.dead.update(dead.tolist())
            self.moved.update(moved.tolist())

    def write(self, model: CommunityModel) -> None:
        """Write down what is different from a month ago."""
        if not self.lives:
            return
        month = model.month
        for identity, life in self.lives.items():
            left = identity in self.dead or identity in self.moved
            if left and life.closing is not None and not life.left:
                kind = "died" if identity in self.dead else "moved_away"
                life.happenings.append(Happening(month, kind, "id", 1, 0))
                life.until_month, life.left = month, True
        here = [each for each, life in self.lives.items() if not life.left]
        for identity, seen in self._look(model, here).items():
            life = self.lives[identity]
            life.until_month = month
            if life.closing is None:
                life.opening, life.from_month = seen, month
                life.happenings.append(Happening(month, "arrived", "id", 0, 1))
            else:
                gone = (self.dead, self.moved)
                life.happenings += compare(month, life.closing, seen, gone, self._known[identity])
            life.closing = seen

    def _look(self, model: CommunityModel, identities: list[int]) -> dict[int, Seen]:
        """How each of these people is now; those who are not here are left out."""
        people = model.world.people
        rows = people.row_of(np.array(identities, dtype=np.uint64))
        rows = rows[rows >= 0]
        if not rows.size:
            return {}
        near = {name: _tied(getattr(model.world.ties, name), people, rows) for name in LAYERS}
        found: dict[int, Seen] = {}
        for at, row in enumerate(rows.tolist()):
            values = {name: getattr(people, name)[row].item() for name in WATCHED}
            mate = int(people.partner[row])
            values["partner"] = int(people.id[mate]) if mate >= 0 else 0
            values["answer"] = int(np.searchsorted(model.norms.thresholds, values["z"]))
            values["told"] = values["answer"]
            values |= {name: bool(getattr(model.events, name)[row]) for name in EVENTS}
            tied = {name: frozenset(near[name][0][at]) for name in LAYERS}
            values["outside_friends"] = near["friends"][1][at]
            found[int(people.id[row])] = Seen(values, tied)
            concerned = set().union(*tied.values()) | ({values["partner"]} - {0})
            self._remember(people, row, concerned)
        closed = [row for row, each in enumerate(model.hubs) if not each.open]
        for seen in found.values():
            seen.closed_hubs = frozenset(closed)
        return found

    def _remember(self, people: Columns, row: int, identities: set[int]) -> None:
        """What can be said of those near a followed person, kept for when they are gone."""
        who = np.array(sorted(identities), dtype=np.uint64)
        known = self._known.setdefault(int(people.id[row]), {})
        for identity, there in zip(who.tolist(), people.row_of(who).tolist(), strict=True):
            near = "place"
            if people.street[there] == people.street[row]:
                near = "street"
            elif people.area[there] == people.area[row]:
                near = "neighbourhood"
            age, sex = int(people.age_months[there]) // 12, int(people.sex[there])
            known[identity] = Other(identity, age, sex, near)


def _tied(edges: EdgeList, people: Columns, rows: NDArray[np.int64]) -> Any:
    """Identities tied to each of `rows` inside the place, and how many outside it."""
    place = np.full(len(people), -1, dtype=np.int64)
    place[rows] = np.arange(rows.size)
    inside: list[set[int]] = [set() for _ in range(rows.size)]
    inner = edges.inner
    for one, two in ((edges.a[:inner], edges.b[:inner]), (edges.b[:inner], edges.a[:inner])):
        hit = np.flatnonzero(place[one] >= 0)
        for at, other in zip(place[one[hit]].tolist(), people.id[two[hit]].tolist(), strict=True):
            inside[at].add(other)
    out = place[edges.a[inner:]]
    return inside, np.bincount(out[out >= 0], minlength=rows.size).tolist()


def identity_of(resident: Any) -> int:
    """The identity of a resident, or of a number that already is one."""
    identity = getattr(resident, "unique_id", resident)
    whole = isinstance(identity, int | np.integer) and not isinstance(identity, bool)
    if not whole or not 0 <= identity < _IDENTITIES:
        raise UserMistake(
            f"{resident!r} is no resident. Give one, such as model.residents[0], or its unique_id."
        )
    return int(identity)


def life_of(model: CommunityModel, resident: Any) -> Life:
    """The followed life of a resident; one nobody followed is lived again, the same to the last.

    A model changed by hand cannot be lived again: that raises UserMistake, as does somebody who
    was never here.
    """
    identity = identity_of(resident)
    if identity not in model.chronicle.lives:
        again = type(model)(model.scenario)
        again.follow(identity)
        while again.month < model.month:
            again.step()
        if not _alike(model.world.people, again.world.people):
            raise UserMistake(
                f"story: nobody followed resident {identity} and this model was changed by hand, "
                "so it cannot be lived again. Call model.follow(resident) before it runs."
            )
        model.chronicle.lives[identity] = again.chronicle.lives[identity]
    life = model.chronicle.lives[identity]
    if life.opening is None:
        del model.chronicle.lives[identity]
        raise UserMistake(f"story: there was no resident {identity} up to month {model.month}.")
    return life


def _alike(one: Columns, other: Columns) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in one.names)


def story(model: CommunityModel, resident: Any) -> Any:
    """A resident's years so far in plain dated lines: a `sim.show.story.Story`."""
    life = life_of(model, resident)
    # The words are found by name: a model knows nothing of how it is shown.
    return import_module("sim.show.story").Story.of(life, model.place.name, model.plan.name)
