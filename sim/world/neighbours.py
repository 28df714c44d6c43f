"""Neighbours: people of the same street one chats with at least monthly.

Looks at streets and ages; changes neighbour ties only. About one in twenty such ties ends each
month and as many begin, so that their number stays near the mean for the age.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Luck, mix_ids, text_key
from sim.parameters import Parameters
from sim.world.bands import AGE_BANDS
from sim.world.columns import Columns
from sim.world.pairing import in_order, pair_within
from sim.world.ties import FULL, EdgeList, Kind, unseen

_STREET = text_key("stands in the street")


def streets(people: Columns, p: Parameters) -> NDArray[np.int64]:
    """The street each person lives in, homes of about `households_per_street`: int64[n].

    Homes of a neighbourhood stand in a keyed order, so that old and young live side by side: homes
    are numbered by age, and streets cut from that order would be of one age each.
    """
    homes, first, home = np.unique(people.household, return_index=True, return_inverse=True)
    area = people.area[first].astype(np.int64)
    line = in_order(area, mix_ids(people.id[first], _STREET))
    many = np.bincount(area)
    rank = np.arange(homes.size) - np.repeat(np.cumsum(many) - many, many)
    here = area[line]
    wanted = np.maximum(np.rint(many / p.households_per_street), 1).astype(np.int64)
    street = np.empty(homes.size, dtype=np.int64)
    street[line] = (np.cumsum(wanted) - wanted)[here] + rank * wanted[here] // many[here]
    return np.asarray(street[home])


def start_neighbours(people: Columns, edges: EdgeList, p: Parameters, luck: Luck) -> None:
    """Give everybody the neighbours they chat with when the record opens."""
    mean = p.array("neighbours_mean", AGE_BANDS)[people.band] * people.at_home
    number = luck.count(Decision.NEIGHBOURS_START, people.id, 0, mean)
    stub = np.repeat(np.arange(len(people)), number)
    ordinal = np.arange(stub.size) - np.repeat(np.cumsum(number) - number, number)
    key = mix_ids(people.id[stub], ordinal.astype(np.uint64))
    order = luck.bits(Decision.NEIGHBOUR_ORDER, key, 0)
    first, second, _ = pair_within(people.street[stub].astype(np.uint64), order)
    _join(people, edges, stub[first], stub[second], p)


def turn_over_neighbours(
    people: Columns, edges: EdgeList, p: Parameters, luck: Luck, month: int
) -> None:
    """One month: some neighbours drift off, some start to chat, newcomers are greeted."""
    ends = luck.happens(Decision.NEIGHBOUR_LOSS, edges.key, month, p.neighbour_turnover)
    edges.keep(~ends)
    chance = p.neighbour_opening * p.array("neighbours_mean", AGE_BANDS)
    rows = luck.hit_by(Decision.NEIGHBOUR_OPEN, people.id, month, chance, people.band)
    rows = rows[people.at_home[rows]]
    order = luck.bits(Decision.NEIGHBOUR_ORDER, people.id[rows], month)
    first, second, _ = pair_within(people.street[rows].astype(np.uint64), order)
    _join(people, edges, rows[first], rows[second], p)


def greet(
    people: Columns, rows: NDArray[np.int64], edges: EdgeList, p: Parameters, luck: Luck, month: int
) -> None:
    """Newcomers come to know people of their street."""
    if rows.size == 0:
        return
    here = np.zeros(int(people.street.max()) + 1, dtype=np.bool_)
    here[people.street[rows]] = True
    near = np.flatnonzero(here[people.street])
    # In a street people stand in order of identity: rows change whenever anybody leaves.
    line = near[in_order(people.street[near], people.id[near])]
    streets = people.street[line]
    mean = p.array("neighbours_mean", AGE_BANDS)[people.band[rows]]
    number = luck.count(Decision.NEIGHBOURS_START, people.id[rows], 0, mean)
    stub = np.repeat(rows, number)
    ordinal = np.arange(stub.size) - np.repeat(np.cumsum(number) - number, number)
    draw = luck.uniform(
        Decision.NEIGHBOUR_ORDER, mix_ids(people.id[stub], ordinal.astype(np.uint64)), month
    )
    begin = np.searchsorted(streets, people.street[stub], side="left")
    end = np.searchsorted(streets, people.street[stub], side="right")
    found = line[begin + (draw * (end - begin)).astype(np.int64)]
    _join(people, edges, stub, found, p)


def _join(
    people: Columns,
    edges: EdgeList,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    p: Parameters,
) -> None:
    fresh, key = unseen(people.id, edges, a, b)
    fresh &= people.household[a] != people.household[b]
    strength = round(p.neighbour_strength * FULL)
    edges.add(a[fresh], b[fresh], key[fresh], strength, Kind.NEIGHBOUR)
