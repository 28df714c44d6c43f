"""Companions: people who get to know each other at a hub's tables, and help one another.

Looks at who came and who sits where; changes companion ties and the help they give. Time spent
together is shared: two hours in a room of forty is not thirty-nine friendships. Whoever goes to an
activity outside hubs sits among as many people there, who are not residents followed by name.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Luck, mix_ids, pair_ids
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, SESSIONS_A_MONTH
from sim.world.bands import LEVELS
from sim.world.columns import Columns
from sim.world.ties import FULL, OUTSIDE, EdgeList, Kind

Rows = NDArray[np.int64]


def share_tables(
    people: Columns,
    companions: EdgeList,
    members: Rows,
    came: NDArray[np.bool_],
    p: Parameters,
    month: int,
) -> None:
    """Time at a table is shared among companions: each pair gains 2 x 0.7 / (others)^beta hours."""
    pair_a, pair_b, gained = _table_minutes(people, members, came, p)
    key = pair_ids(people.id[pair_a], people.id[pair_b])
    order = np.argsort(companions.key)
    place = np.searchsorted(companions.key[order], key)
    place = np.minimum(place, max(order.size - 1, 0))
    known = (
        companions.key[order[place]] == key if order.size else np.zeros(key.size, dtype=np.bool_)
    )
    companions.minutes[order[place[known]]] += gained[known]
    new = ~known & (gained > 0)
    start = companions.inner
    companions.add(pair_a[new], pair_b[new], key[new], 0, Kind.COMPANION)
    companions.minutes[start : companions.inner] = gained[new]
    _meet_elsewhere(people, companions, p)
    _meet_outside(people, companions, p)
    hours = companions.minutes / MINUTES_PER_HOUR
    companions.strength[:] = np.rint(FULL * (1.0 - np.exp(-hours / p.companion_strength_hours)))


def _table_minutes(
    people: Columns, members: Rows, came: NDArray[np.bool_], p: Parameters
) -> tuple[Rows, Rows, NDArray[np.int32]]:
    """Minutes each pair at a regular table gained this month; a table is four regular seats."""
    size = int(p.hub_table_size)
    line = members[np.lexsort((people.hub_seat[members], people.hub[members]))]
    tables = people.hub_seat[line].astype(np.int64) // size
    table = people.hub[line].astype(np.int64) * (tables.max(initial=0) + 1) + tables
    first: list[Rows] = []
    second: list[Rows] = []
    for step in range(1, size):
        same = table[step:] == table[:-step] if line.size > step else table[:0] == 0
        first.append(line[:-step][same] if line.size > step else line[:0])
        second.append(line[step:][same] if line.size > step else line[:0])
    a, b = np.concatenate(first), np.concatenate(second)
    _, code = np.unique(table, return_inverse=True)
    where = np.zeros(len(people), dtype=np.int64)
    where[line] = code
    total = np.zeros(a.size)
    hours = p.hub_hours_per_session * p.hub_table_time_share
    for week in range(SESSIONS_A_MONTH):
        present = np.bincount(where[line], weights=came[week][line], minlength=1)
        others = np.maximum(present[where[a]] - 1, 1) if a.size else np.zeros(0)
        together = came[week][a] & came[week][b]
        total += np.where(together, hours / others**p.hub_time_split, 0.0)
    return a, b, np.rint(total * MINUTES_PER_HOUR).astype(np.int32)


def sit_down_elsewhere(
    people: Columns, companions: EdgeList, rows: Rows, p: Parameters, month: int
) -> None:
    """Give those who begin an activity outside hubs a table of people there, as yet unknown.

    Who comes back to an activity finds again those whom they have not lost sight of.
    """
    if _minutes_elsewhere(p) <= 0:
        return
    met = np.bincount(companions.a[companions.inner :], minlength=len(people))[rows]
    others = np.maximum(int(p.hub_table_size) - 1 - met, 0)
    who = np.repeat(rows, others)
    seat = np.arange(who.size) - np.repeat(np.cumsum(others) - others, others)
    key = mix_ids(mix_ids(people.id[who], month), seat.astype(np.uint64))
    companions.add(who, np.full(who.size, OUTSIDE), key, 0, Kind.COMPANION)


def _meet_elsewhere(people: Columns, companions: EdgeList, p: Parameters) -> None:
    """A month of an activity outside hubs: time with each at one's table, as at a hub's."""
    goes = people.activity_hours[companions.a[companions.inner :]] > 0
    companions.minutes[companions.inner :] += goes * np.int32(_minutes_elsewhere(p))


def _minutes_elsewhere(p: Parameters) -> int:
    """What two at one table gain in a month of an activity where each comes as to a club."""
    comes: float = p.lunch_club_attendance_given_member
    others = 1.0 + (int(p.hub_table_size) - 2) * comes  # when both are there, with who else is
    hours = SESSIONS_A_MONTH * comes * comes * p.hub_hours_per_session * p.hub_table_time_share
    return round(float(hours / others**p.hub_time_split) * MINUTES_PER_HOUR)


def _still_meet(people: Columns, companions: EdgeList) -> NDArray[np.bool_]:
    """Ties whose ends share a hub, or whose one end here still goes to the activity elsewhere."""
    inner = companions.inner
    a, b = companions.a[:inner], companions.b[:inner]
    same = (people.hub[a] == people.hub[b]) & (people.hub[a] >= 0)
    return np.concatenate([same, people.activity_hours[companions.a[inner:]] > 0])


def _meet_outside(people: Columns, companions: EdgeList, p: Parameters) -> None:
    """Pairs past the first hours also meet elsewhere, in proportion to what they share."""
    hours = companions.minutes / MINUTES_PER_HOUR
    share = np.minimum(hours / p.hours_to_casual_friend, 1.0)
    more = np.where(hours > p.companion_meets_after_hours, share * p.companion_hours_outside, 0.0)
    together = _still_meet(people, companions)
    companions.minutes += np.rint(np.where(together, more, 0.0) * MINUTES_PER_HOUR).astype(np.int32)


def fade_companions(
    people: Columns, companions: EdgeList, p: Parameters, luck: Luck, month: int
) -> None:
    """Ties whose two ends no longer share a hub or activity: four in ten live a year later."""
    apart = ~_still_meet(people, companions)
    keep_a_month = p.group_friendship_persistence_share ** (1 / 12)
    chance = np.where(apart, 1.0 - keep_a_month, 0.0)
    gone = luck.happens(Decision.TIE_AFTER_CLOSURE, companions.key, month, chance)
    companions.keep(~gone)


def companions_help(people: Columns, companions: EdgeList, p: Parameters) -> None:
    """Companions help with low-level tasks, up to the share of such help that can be replaced."""
    rows = np.unique(np.concatenate([companions.a, companions.b[: companions.inner]]))
    strength = companions.sum_strength(len(people))[rows] / FULL
    low_level = p.array("low_level_share", LEVELS)[people.need[rows]]
    limit = p.volunteer_substitution_limit_low_level * low_level * people.needed_minutes[rows]
    offered = strength * p.companion_help_minutes
    people.community_minutes = 0
    people.community_minutes[rows] = np.floor(np.minimum(offered, limit)).astype(np.int32)
