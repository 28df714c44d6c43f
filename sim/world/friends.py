"""Friends: how they are at the start, and how they are made and lost each month.

Looks at residents' ages, sociability, feelings and interests; changes friendships only. Two people
who are both open to a friendship this month meet in their neighbourhood, if near in age, or through
an interest, whatever their ages; some meet through a friend they share; some make a friend outside
the place.
Source of the equations: docs/model, from the project's study of loneliness and tie dynamics.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Ids, Luck, mix_ids, text_key
from sim.parameters import Parameters
from sim.world.bands import ADULT_AGE, AGE_BANDS, AREA_BITS, ID_BITS
from sim.world.columns import Columns
from sim.world.pairing import in_order, pair_within
from sim.world.ties import FULL, OUTSIDE, EdgeList, Kind, unseen

Rows = NDArray[np.int64]
_AREA_POOL = text_key("meets in the neighbourhood")
_INTEREST_POOL = text_key("meets through an interest")
_OLDEST = np.iinfo(np.uint16).max  # months of age that fit above the luck of a place in line


def start_friends(people: Columns, friends: EdgeList, p: Parameters, luck: Luck) -> None:
    """Give everybody the friends they have when the record opens (settled by the burn-in)."""
    ids = people.id
    rows = np.arange(len(people))
    mean = p.friends_start_mean * people.sociability * _openness_by_age(people, p)
    number = luck.count(Decision.FRIENDS_START, ids, 0, mean)
    stub = np.repeat(rows, number)
    ordinal = np.arange(stub.size) - np.repeat(np.cumsum(number) - number, number)
    key = mix_ids(ids[stub], ordinal.astype(np.uint64))
    outside = luck.happens(Decision.FRIEND_OUTSIDE, key, 0, p.outside_friend_share)
    add_outside_friends(people, friends, stub[outside], key[outside], p, luck, 0)
    inside = stub[~outside]
    table, line, kind = _seats(people, inside, key[~outside], 0, p, luck)
    first, second, alone = pair_within(table, line)
    _join(people, friends, inside[first], inside[second], kind[first], 0, p, luck)
    left = inside[alone]
    add_outside_friends(people, friends, left, key[~outside][alone], p, luck, 0)


def give_newcomers_friends(
    people: Columns, rows: Rows, friends: EdgeList, p: Parameters, luck: Luck, month: int
) -> None:
    """People who arrive bring the friends they already have, who live elsewhere.

    Those who come of age grew up here: most of their friends are young people of the place.
    """
    ids = people.id[rows]
    mean = p.friends_start_mean * people.sociability[rows] * _openness_by_age(people, p, rows)
    number = luck.count(Decision.FRIENDS_START, ids, 0, mean)
    stub = np.repeat(rows, number)
    ordinal = np.arange(stub.size) - np.repeat(np.cumsum(number) - number, number)
    key = mix_ids(people.id[stub], ordinal.astype(np.uint64))
    away = luck.happens(Decision.FRIEND_OUTSIDE, key, 0, p.outside_friend_share)
    away |= people.age_months[stub] > ADULT_AGE * 12
    local = stub[~away]
    add_outside_friends(people, friends, stub[away], key[away], p, luck, 0)
    _join(people, friends, local, _schoolmate(people, local, key[~away]), Kind.FRIEND, 0, p, luck)


def _schoolmate(people: Columns, rows: Rows, key: Ids) -> Rows:
    """A young person of the same neighbourhood: the next identity after a keyed one; -1 none."""
    young = np.flatnonzero(people.band == 0)
    if rows.size == 0 or young.size == 0:
        return np.full(rows.size, -1, dtype=np.int64)
    where = address(people.area[young], people.id[young])
    line = np.argsort(where, kind="stable")
    place = np.searchsorted(where[line], address(people.area[rows], key))
    found = young[line[np.minimum(place, line.size - 1)]]
    return np.where(people.area[found] == people.area[rows], found, -1)


def address(area: NDArray[np.integer], key: Ids) -> Ids:
    """Sort key that puts people by area (or age), then by the upper bits of identity (or luck)."""
    return np.asarray((area.astype(np.uint64) << ID_BITS) | (key >> AREA_BITS))


def make_and_lose_friends(
    people: Columns, friends: EdgeList, p: Parameters, luck: Luck, month: int
) -> int:
    """One month of friendships: some end, the rest warm, new ones begin. Returns how many began."""
    lose_and_warm(people, friends, p, luck, month)
    ids = people.id
    chance = p.friend_formation * people.sociability * _openness_by_age(people, p)
    chance *= np.exp(p.friend_fill - p.withdrawal * people.z)
    chance *= people.at_home
    seekers = luck.hit(Decision.FRIEND_OPEN, ids, month, chance)
    seekers = _still_looking(people, friends, seekers, p, luck, month)
    if seekers.size == 0:
        return 0
    draw = luck.uniform(Decision.FRIEND_OUTSIDE, ids[seekers], month)
    away = draw < p.outside_friend_share
    add_outside_friends(people, friends, seekers[away], ids[seekers[away]], p, luck, month)
    here = seekers[~away]
    closing = luck.happens(Decision.FRIEND_CLOSURE, ids[here], month, p.closure_share)
    asks = here[closing]
    met = _friend_of_friend(people, friends, asks, luck, month)
    others = here[~closing]
    table, line, kind = _seats(people, others, ids[others], month, p, luck)
    first, second, alone = pair_within(table, line)
    made = _join(
        people,
        friends,
        np.concatenate([asks, others[first]]),
        np.concatenate([met, others[second]]),
        np.concatenate([np.full(asks.size, Kind.FRIEND), kind[first]]),
        month,
        p,
        luck,
    )
    left = others[alone]
    add_outside_friends(people, friends, left, ids[left], p, luck, month)
    return made + int(away.sum()) + left.size


def _still_looking(
    people: Columns, friends: EdgeList, rows: Rows, p: Parameters, luck: Luck, month: int
) -> Rows:
    """Those of `rows` whom their friends leave looking: exp(-fill x friends / wanted) of them.

    Wanted is the number they would start with. `rows` were drawn as if they had no friend.
    """
    asks = np.zeros(len(people), dtype=np.bool_)
    asks[rows] = True
    a, b = friends.a, friends.b[: friends.inner]
    has = np.bincount(np.concatenate([a[asks[a]], b[asks[b]]]), minlength=len(people))[rows]
    wanted = p.friends_start_mean * people.sociability[rows] * _openness_by_age(people, p, rows)
    draw = luck.uniform(Decision.FRIEND_OPEN, mix_ids(people.id[rows], 1), month)
    return np.asarray(rows[draw * np.exp(p.friend_fill * has / wanted) < 1.0])


def lose_and_warm(
    people: Columns, friends: EdgeList, p: Parameters, luck: Luck, month: int
) -> None:
    """Friendships end (young ones sooner, lonely pairs sooner) and the others grow closer."""
    # exp of a pair's mean feeling is the product of what each brings; outsiders feel as this end
    brings = np.exp(people.z * np.float32(p.withdrawal_from_friends / 2))
    chance = brings[friends.a]
    chance[: friends.inner] *= brings[friends.b[: friends.inner]]
    chance[friends.inner :] *= chance[friends.inner :]
    chance *= np.float32(p.friend_loss)
    casual = friends.strength < round(p.close_strength * FULL)
    chance *= np.array([1.0, p.casual_loss_ratio], dtype=np.float32)[casual.view(np.uint8)]
    friends.keep(~luck.happens(Decision.FRIEND_LOSS, friends.key, month, chance))
    friends.strength += ((FULL - friends.strength) * p.friend_warming).astype(np.int32)


def _openness_by_age(
    people: Columns, p: Parameters, rows: Rows | slice = slice(None)
) -> NDArray[np.float64]:
    return p.array("friend_openness", AGE_BANDS)[people.band[rows]]


def add_outside_friends(
    people: Columns, friends: EdgeList, rows: Rows, key: Ids, p: Parameters, luck: Luck, month: int
) -> None:
    """Friends who live elsewhere: one end here, the other outside."""
    tie = mix_ids(key, month, Kind.FRIEND)
    strength = _first_strength(tie, p, luck, month)
    friends.add(rows, np.full(rows.size, OUTSIDE), tie, strength, Kind.FRIEND)


def _join(
    people: Columns,
    friends: EdgeList,
    a: Rows,
    b: Rows,
    kind: NDArray[np.integer] | int,
    month: int,
    p: Parameters,
    luck: Luck,
) -> int:
    known = b >= 0
    a, b = a[known], b[known]
    kinds = np.broadcast_to(np.asarray(kind), known.shape)[known]
    fresh, key = unseen(people.id, friends, a, b)
    fresh &= people.household[a] != people.household[b]
    key = key[fresh]
    friends.add(a[fresh], b[fresh], key, _first_strength(key, p, luck, month), kinds[fresh])
    return int(fresh.sum())


def _first_strength(key: Ids, p: Parameters, luck: Luck, month: int) -> NDArray[np.int64]:
    """New friends start casual; those known before the record opens are at all stages."""
    first = np.full(key.size, p.friend_first_strength)
    if month == 0:
        first = first + (1.0 - first) * luck.uniform(Decision.FRIEND_STRENGTH, key, 0)
    return np.rint(first * FULL).astype(np.int64)


def _seats(
    people: Columns, rows: Rows, key: Ids, month: int, p: Parameters, luck: Luck
) -> tuple[Ids, Ids, NDArray[np.int64]]:
    """Where each person open to a friendship sits: table, place in line there, the tie's kind.

    Whoever sits next to one another meets. In the neighbourhood that is somebody near in age; at an
    interest, anybody.
    """
    by_interest = luck.uniform(Decision.FRIEND_POOL, key, month) < p.interest_pool_share
    pool = np.where(
        by_interest,
        people.interest[rows].astype(np.uint64) + np.uint64(_INTEREST_POOL),
        people.area[rows].astype(np.uint64) + np.uint64(_AREA_POOL),
    )
    at_interest, in_area = people.interest_tables, people.area_tables
    if month == 0:
        at_interest, in_area = tables(people, p, p.friends_start_mean)
    number = np.where(by_interest, at_interest[rows], in_area[rows])
    spare = luck.uniform(Decision.FRIEND_SLOT, mix_ids(key, 1), month)
    table = mix_ids(pool, (spare * number).astype(np.uint64))
    jitter = p.friend_age_spread_years * 12 * luck.normal(Decision.FRIEND_SLOT, key, month)
    age = np.clip(people.age_months[rows] + jitter, 0, _OLDEST).astype(np.uint64)
    order = luck.bits(Decision.FRIEND_ORDER, key, month)
    line = np.where(by_interest, order, address(age, order))
    return table, line, np.where(by_interest, Kind.INTEREST, Kind.FRIEND).astype(np.int64)


def _friend_of_friend(
    people: Columns, friends: EdgeList, rows: Rows, luck: Luck, month: int
) -> Rows:
    """Somebody a friend knows, by two keyed steps along ties; -1 where there is nobody."""
    middle = _step(people, friends, rows, luck, month, 0)
    known = middle >= 0
    found = np.full(rows.size, -1, dtype=np.int64)
    found[known] = _step(people, friends, middle[known], luck, month, 1)
    found[found == rows] = -1
    return found


def _step(people: Columns, friends: EdgeList, rows: Rows, luck: Luck, month: int, leg: int) -> Rows:
    """One friend of each person in `rows`, chosen by a keyed draw per tie; -1 for none."""
    touched = np.zeros(len(people), dtype=np.bool_)
    touched[rows] = True
    a, b = friends.a[: friends.inner], friends.b[: friends.inner]
    forward, backward = np.flatnonzero(touched[a]), np.flatnonzero(touched[b])
    source = np.concatenate([a[forward], b[backward]])
    target = np.concatenate([b[forward], a[backward]])
    key = mix_ids(np.concatenate([friends.key[forward], friends.key[backward]]), people.id[source])
    draw = luck.bits(Decision.FRIEND_CLOSURE, mix_ids(key, leg), month)
    line = in_order(source, draw)
    best = np.full(len(people), -1, dtype=np.int64)
    best[source[line][::-1]] = target[line][::-1]
    return np.asarray(best[rows])


def meeting_tables(people: Columns, p: Parameters) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tables in each person's interest and area for a month's meetings; fixed at the start."""
    return tables(people, p, p.friend_formation * (1.0 - p.closure_share))


def tables(
    people: Columns, p: Parameters, each: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tables in each person's interest and area when everybody seeks `each` friends."""
    seek = each * (1.0 - p.outside_friend_share)
    return (
        _tables_for(people.interest, seek * p.interest_pool_share, p),
        _tables_for(people.area, seek * (1.0 - p.interest_pool_share), p),
    )


def _tables_for(group: NDArray[np.integer], seek: float, p: Parameters) -> NDArray[np.int64]:
    """How many tables a pool needs to seat about `people_per_table` people at each."""
    number = np.maximum(1, np.rint(np.bincount(group) * seek / p.people_per_table))
    return np.asarray(number.astype(np.int64)[group])
