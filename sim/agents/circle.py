"""Circles: a few neighbours brought round somebody who lives alone with their need.

Looks at who lives in the same neighbourhood and is well; changes friendships only. What a circle
then does (company, light help) follows from ties like any other friend's, while they last.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Luck, mix_ids
from sim.parameters import Parameters
from sim.world.columns import Columns
from sim.world.friends import address
from sim.world.ties import FULL, EdgeList, Kind, unseen

Rows = NDArray[np.int64]


def draw_together(
    people: Columns,
    friends: EdgeList,
    rows: Rows,
    each: int,
    p: Parameters,
    luck: Luck,
    month: int,
) -> int:
    """Give each of `rows` up to `each` new ties with well neighbours; returns how many began.

    Who comes is the next identity after a keyed one among sociable people in the same
    neighbourhood without care needs of weight. Ties start as casual as any friendship.
    """
    if rows.size == 0 or each <= 0:
        return 0
    fit = people.at_home & (people.need <= 1) & (people.sociability > 0)
    well = np.flatnonzero(fit & np.isin(people.area, people.area[rows]))
    if well.size == 0:
        return 0
    where = address(people.area[well], people.id[well])
    line = np.argsort(where, kind="stable")
    who = np.repeat(rows, each)
    ordinal = np.tile(np.arange(each, dtype=np.uint64), rows.size)
    key = luck.bits(Decision.CIRCLE, mix_ids(people.id[who], ordinal), month)
    place = np.searchsorted(where[line], address(people.area[who], key))
    met = well[line[np.minimum(place, line.size - 1)]]
    near = people.area[met] == people.area[who]
    who, met = who[near], met[near]
    fresh, tie = unseen(people.id, friends, who, met)
    fresh &= people.household[who] != people.household[met]
    strength = round(p.friend_first_strength * FULL)
    friends.add(who[fresh], met[fresh], tie[fresh], strength, Kind.CIRCLE)
    return int(fresh.sum())


def let_go(
    people: Columns, friends: EdgeList, paid: bool, p: Parameters, luck: Luck, month: int
) -> None:
    """A circle nobody holds together any longer drifts apart: four in ten ties last a year.

    It is held for the year in which somebody in it is walked alongside, as long as that is `paid`.
    """
    ties = np.flatnonzero(friends.kind[: friends.inner] == Kind.CIRCLE)  # both ends in the place
    if ties.size == 0:
        return
    a, b = friends.a[ties], friends.b[ties]
    held = (people.referred[a] > 0) | (people.referred[b] > 0)
    keep_a_month = p.group_friendship_persistence_share ** (1 / 12)
    chance = np.where(held & paid, 0.0, 1.0 - keep_a_month)
    stays = np.ones(len(friends), dtype=np.bool_)
    stays[ties] = ~luck.happens(Decision.CIRCLE_FADES, friends.key[ties], month, chance)
    friends.keep(stays)
