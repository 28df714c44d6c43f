"""Caring ties: who could help whom, along the ties people actually have, and how time is shared.

Looks at households, kin, friends and neighbours; changes nothing. Each person in need has at most
one helper of each kind: the household's carer, the keenest relative near by, and one close friend
or, failing that, one neighbour. A helper's time is shared in order of identity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Ids, Luck
from sim.parameters import Parameters
from sim.units import minutes
from sim.world.bands import PENSION_AGE
from sim.world.columns import Columns
from sim.world.pairing import in_order
from sim.world.ties import FULL, EdgeList, Kind, Ties

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
_KEEN_BITS = np.uint64(np.iinfo(np.uint32).bits)


@dataclass
class CaringTies:
    """Who cares for whom this month: rows of carer and cared-for, minutes a week, kind of tie.

    `kind` holds `Kind.HOUSEHOLD`, `Kind.KIN`, `Kind.FRIEND` or `Kind.NEIGHBOUR`.
    """

    carer: Rows
    cared: Rows
    given: Rows
    kind: Rows

    @classmethod
    def none(cls) -> CaringTies:
        """Nobody cares for anybody."""
        nobody = np.zeros(0, dtype=np.int64)
        return cls(nobody, nobody, nobody, nobody)

    @classmethod
    def of(cls, cared: Rows, helpers: dict[Kind, tuple[Rows, Rows]]) -> CaringTies:
        """Ties of the people in rows `cared` from each kind's helpers and the minutes they give."""
        given = {kind: np.flatnonzero(got > 0) for kind, (_, got) in helpers.items()}

        def joined(parts: list[Rows]) -> Rows:
            return np.concatenate([*parts, np.zeros(0, dtype=np.int64)])

        return cls(
            carer=joined([helpers[kind][0][here] for kind, here in given.items()]),
            cared=joined([cared[here] for here in given.values()]),
            given=joined([helpers[kind][1][here] for kind, here in given.items()]),
            kind=joined([np.full(here.size, int(kind)) for kind, here in given.items()]),
        )

    def keep(self, here: Flags, carer: Rows, cared: Rows) -> CaringTies:
        """The ties `here`, with their ends at new rows."""
        return CaringTies(carer[here], cared[here], self.given[here], self.kind[here])

    def minutes_by(self, kind: Kind) -> int:
        """Minutes a week given along one kind of tie."""
        return int(self.given[self.kind == kind].sum())


@dataclass(frozen=True)
class BoundaryCare:
    """Hands-on minutes a week received from, and given to, people outside the place."""

    received: int
    given: int


def able_to_care(people: Columns) -> Flags:
    """Who can give hands-on care: at home, not in much need, not broken down."""
    return np.asarray(people.at_home & (people.need <= 2) & (people.broken == 0))


def room_to_give(people: Columns, carers: Rows, p: Parameters) -> Rows:
    """Minutes a week each possible carer can give beyond what they give outside: int64[n]."""
    carers = carers[carers >= 0]
    older = people.age_months[carers] >= PENSION_AGE * 12
    most = np.where(older, p.carer_hours_most_65plus, p.carer_hours_most_16_64)
    most = most * np.where(people.need[carers] > 0, p.carer_capacity_with_need, 1.0)
    room = np.zeros(len(people), dtype=np.int64)
    room[carers] = np.maximum(minutes(most) - people.outside_minutes[carers], 0)
    return room


def household_carer(people: Columns, rows: Rows, able: Flags) -> Rows:
    """Who cares in each person's household: the partner first, then the keenest; -1 for nobody."""
    shares = people.household_size[rows] > 1
    concerned = np.zeros(int(people.household.max()) + 1, dtype=np.bool_)
    concerned[people.household[rows[shares]]] = True
    members = np.flatnonzero(concerned[people.household] & able)
    line = members[_by_house_and_keenness(people, members)]
    house = people.household[line]
    keenest = np.full(concerned.size, -1, dtype=np.int64)
    keenest[house] = line  # the last written is the keenest
    others = line[keenest[house] != line]
    second = np.full(concerned.size, -1, dtype=np.int64)
    second[people.household[others]] = others
    home = people.household[rows]
    best = np.where(keenest[home] == rows, second[home], keenest[home])
    mate = people.partner[rows]
    best = np.where((mate >= 0) & able[mate], mate, best)
    return np.where(shares, best, -1)


def _by_house_and_keenness(people: Columns, rows: Rows) -> Rows:
    """Places in `rows` by household, then keenness, then identity: one number holds the first two.

    Only where somebody is exactly as keen as another of the household are all three sorted.
    """
    keen, house = people.help_keenness[rows], people.household[rows]
    both = (house.astype(np.uint64) << _KEEN_BITS) | keen.view(np.uint32)
    line = np.argsort(both)
    sorted_by_both = both[line]
    if np.any(sorted_by_both[1:] == sorted_by_both[:-1]) or np.signbit(keen).any():
        return np.lexsort((people.id[rows], keen, house))
    return line


def near_kin(people: Columns, kin: EdgeList, rows: Rows, able: Flags) -> Rows:
    """The keenest able relative in the place but of another household; -1 for nobody."""
    cared, carer, _ = _help_along(kin, _flags(people, rows), able)
    apart = people.household[cared] != people.household[carer]
    cared, carer = cared[apart], carer[apart]  # those who live together are the household's
    line = np.lexsort((people.id[carer], people.help_keenness[carer], cared))
    return _last(people, cared[line], carer[line])[rows]


def near_friend(
    people: Columns, ties: Ties, rows: Rows, able: Flags, p: Parameters, luck: Luck
) -> tuple[Rows, Rows]:
    """One close friend in the place of each person in `rows`, else one neighbour they know.

    Returns helpers (-1 for nobody) and the kind of tie. Which friend it is hangs on the tie's own
    luck, so that the same friend helps for as long as the tie holds and they are able.
    """
    close = round(p.friend_helps_from_strength * FULL)
    chance = p.friend_helps_chance
    friend = _chosen(people, ties.friends, rows, able, chance, luck, close)
    alone = rows[friend < 0]
    neighbour = np.full(rows.size, -1, dtype=np.int64)
    neighbour[friend < 0] = _chosen(people, ties.neighbours, alone, able, chance, luck)
    kind = np.where(friend >= 0, int(Kind.FRIEND), int(Kind.NEIGHBOUR))
    return np.where(friend >= 0, friend, neighbour), kind


def _chosen(
    people: Columns,
    edges: EdgeList,
    rows: Rows,
    able: Flags,
    chance: float,
    luck: Luck,
    least: int = 0,
) -> Rows:
    """One able and helpful person tied to each of `rows`, of another household; -1 for nobody.

    Each tie draws once for its life; below `chance` it is one that helps, and the lowest helps.
    """
    cared, carer, key = _help_along(edges, _flags(people, rows), able, least)
    draw = luck.uniform(Decision.HELPER_CHOICE, key, 0)
    helps = (draw < chance) & (people.household[cared] != people.household[carer])
    cared, carer, draw = cared[helps], carer[helps], draw[helps]
    line = np.lexsort((people.id[carer], -draw, cared))
    return _last(people, cared[line], carer[line])[rows]


def _flags(people: Columns, rows: Rows) -> Flags:
    flags = np.zeros(len(people), dtype=np.bool_)
    flags[rows] = True
    return flags


def _help_along(
    edges: EdgeList, needs: Flags, able: Flags, least: int = 0
) -> tuple[Rows, Rows, Ids]:
    """Ties of at least this strength between somebody who needs help and somebody able.

    Returns (cared, carer, key), both ways.
    """
    a, b = edges.a[: edges.inner], edges.b[: edges.inner]
    one, two = np.flatnonzero(needs[a]), np.flatnonzero(needs[b])
    one, two = one[able[b[one]]], two[able[a[two]]]
    cared = np.concatenate([edges.a[one], edges.b[two]])
    carer = np.concatenate([edges.b[one], edges.a[two]])
    tie = np.concatenate([one, two])
    close = np.flatnonzero(edges.strength[tie] >= least)
    return cared[close], carer[close], edges.key[tie[close]]


def _last(people: Columns, cared: Rows, carer: Rows) -> Rows:
    """The last carer written for each resident: int64[people], -1 for nobody."""
    found = np.full(len(people), -1, dtype=np.int64)
    found[cared] = carer
    return found


def ration(ids: Ids, helper: Rows, wanted: Rows, room: Rows) -> Rows:
    """Minutes each person gets when a helper's time is shared in order of identity.

    Takes what is given out of `room`, so that nobody's time is given twice.
    """
    got = np.zeros(ids.size, dtype=np.int64)
    some = np.flatnonzero((helper >= 0) & (wanted > 0))
    line = some[in_order(helper[some], ids[some])]
    total = np.cumsum(wanted[line])
    starts = np.flatnonzero(np.r_[True, helper[line][1:] != helper[line][:-1]])
    before = np.repeat(np.concatenate([[0], total])[starts], np.diff(np.r_[starts, line.size]))
    until = np.minimum(total - before, room[helper[line]])
    earlier = np.minimum(total - before - wanted[line], room[helper[line]])
    got[line] = until - earlier
    np.subtract.at(room, helper[line], got[line])
    return got
