"""Unpaid carers: who gives hands-on help to whom, and who is a carer by the Census definition.

Looks at needs, ties and council care; changes minutes given and received and the carer role. A
carer is a resident in the role, counted once, as a resident; `Carer` views one. Hands-on minutes
are what the books balance: minutes received from people in the place equal minutes given by
them, and care across the boundary has accounts of its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.caring_ties import (
    BoundaryCare,
    CaringTies,
    able_to_care,
    household_carer,
    near_friend,
    near_kin,
    ration,
    room_to_give,
)
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, chance_per_month, minutes
from sim.world.bands import AGE_BANDS, LEVELS, PENSION_AGE, QUINTILES, Sex
from sim.world.columns import Columns
from sim.world.population import Areas
from sim.world.ties import Kind, Ties

__all__ = ["BoundaryCare", "CaringTies"]  # named here for those who know carers by this door

Rows = NDArray[np.int64]
_HAND_POINTS = ("0", "1", "2", "3", "4", "5")
_GROUPS = ("18_64", "65plus")


def give_care(
    people: Columns, ties: Ties, p: Parameters, luck: Luck
) -> tuple[CaringTies, BoundaryCare]:
    """Match need with household, kin, then friends and neighbours; ties and boundary account.

    The household meets a share of need by level, limited by what its carer can give; near kin a
    smaller share, kin elsewhere the same where none are near; then a close friend, or failing
    one a neighbour, a little. When council care falls short of the April 2024 package, families
    take on a part of what is lost, and give back the same part of what is gained.
    """
    rows = np.flatnonzero(people.needed_minutes > 0)
    needed = people.needed_minutes[rows].astype(np.int64)
    older, level = in_pension_age(people, rows), people.need[rows]
    package = people.reference_package[rows].astype(np.int64)
    lost = np.where(package > 0, package - people.formal_minutes[rows], 0)
    extra = np.rint(p.family_takes_on_share * lost).astype(np.int64)
    able = able_to_care(people)
    helper = household_carer(people, rows, able)
    near = near_kin(people, ties.kin, rows, able)
    helped = p.array("kin_share_when_council_helps", _GROUPS)[older]
    usual = np.where(package > 0, helped, 1.0) * needed
    keen = (1.0 - p.carer_effort_least) * 2.0 * people.help_keenness[helper]
    at_hand = _table(p, "coresident_share")[older, level] * (p.carer_effort_least + keen)
    base_home = np.where(helper >= 0, np.rint(at_hand * usual).astype(np.int64), 0)
    base_home = np.minimum(base_home, needed)
    has_kin = (near >= 0) | (people.kin_outside[rows] > 0)
    by_kin = np.rint(_table(p, "kin_share")[older, level] * usual).astype(np.int64)
    base_kin = np.where(has_kin, by_kin, 0)
    wants_home = np.clip(base_home + np.where(helper >= 0, extra, 0), 0, needed)
    wants_kin = np.clip(base_kin + np.where(helper >= 0, 0, extra), 0, needed - wants_home)

    friendly = _friends_part(p)[older, level] * usual
    friendly = friendly * np.where(has_kin | (helper >= 0), 1.0, p.friend_help_ratio_without_kin)
    most = int(p.friend_help_hours_most * MINUTES_PER_HOUR)
    base_friend = np.minimum(np.rint(friendly).astype(np.int64), most)
    friend, kind = near_friend(people, ties, rows, able, p, luck)
    base_friend = np.where(friend >= 0, base_friend, 0)
    wants_friend = np.clip(base_friend, 0, needed - wants_home - wants_kin)

    ids = people.id[rows]
    room = room_to_give(people, np.concatenate([helper, near, friend]), p)
    home = ration(ids, helper, wants_home, room)
    kin_here = ration(ids, near, wants_kin, room)
    light = np.minimum(room, most)  # what one person gives all their friends and neighbours
    friendly_here = ration(ids, friend, wants_friend, light)
    away = np.where((near < 0) & (people.kin_outside[rows] > 0), wants_kin, 0)
    people.kin_base_minutes = 0
    people.kin_base_minutes[rows] = np.minimum(base_home + base_kin + base_friend, needed)
    people.kin_minutes = 0
    people.kin_minutes[rows] = home + kin_here + friendly_here + away
    by_friend = np.where(kind == int(Kind.FRIEND), friendly_here, 0)
    caring = CaringTies.of(
        rows,
        {
            Kind.HOUSEHOLD: (helper, home),
            Kind.KIN: (near, kin_here),
            Kind.FRIEND: (friend, by_friend),
            Kind.NEIGHBOUR: (friend, friendly_here - by_friend),
        },
    )
    given = np.bincount(caring.carer, weights=caring.given, minlength=len(people))
    people.care_minutes = given.astype(np.int64)
    return caring, BoundaryCare(int(away.sum()), int(people.outside_minutes.sum()))


def in_pension_age(people: Columns, rows: Rows) -> Rows:
    """1 at pension age or over, else 0, for the given rows."""
    return np.asarray((people.age_months[rows] >= PENSION_AGE * 12).astype(np.int64))


def _table(p: Parameters, name: str) -> NDArray[np.float64]:
    """Shares of need by age group (18-64, 65+) and level: float64[2, 5]."""
    return np.stack([p.array(f"{name}_{group}", LEVELS) for group in _GROUPS])


def _friends_part(p: Parameters) -> NDArray[np.float64]:
    """Share of need a friend or neighbour meets, by age group and level: float64[2, 5]."""
    return np.stack([p.array(f"friend_help_share_{group}", LEVELS) for group in _GROUPS])


def care_outside(people: Columns, areas: Areas, p: Parameters, luck: Luck, month: int) -> None:
    """Caring for people who live elsewhere: it starts and stops so that its share holds.

    Onset = exit x prevalence / (1 - prevalence).
    """
    target = outside_share(people, areas, p)
    stop = float(chance_per_month(p.carer_exit_annual_extra_resident))
    ids = people.id
    gives = people.outside_minutes > 0
    stops = luck.happens(Decision.OUTSIDE_CARE_STOP, ids, month, gives * stop)
    able = able_to_care(people)
    chance = np.where(~gives & able, stop * target / (1.0 - target), 0.0)
    rows = np.flatnonzero(luck.happens(Decision.OUTSIDE_CARE_START, ids, month, chance))
    people.outside_minutes = np.where(stops | ~able, 0, people.outside_minutes)
    people.outside_minutes[rows] = outside_hours(people, areas, rows, p, luck, month)


def outside_share(people: Columns, areas: Areas, p: Parameters) -> NDArray[np.float64]:
    """Share who care for somebody elsewhere, by age, sex, deprivation and council."""
    share = p.array("outside_carer", AGE_BANDS)[people.band]
    share = share * p.array("outside_carer_ratio", QUINTILES)[people.quintile]
    ratio = np.where(people.sex == Sex.FEMALE, p.caring_ratio_female, 2.0 - p.caring_ratio_female)
    return np.asarray(share * ratio * areas.carer_share[people.area])


def outside_hours(
    people: Columns, areas: Areas, rows: Rows, p: Parameters, luck: Luck, month: int
) -> Rows:
    """Hands-on minutes a week of somebody who cares for a person elsewhere."""
    mean = p.outside_care_mean_hours * areas.carer_hours[people.area[rows]]
    scale = mean * luck.exponential(Decision.OUTSIDE_CARE, people.id[rows], month)
    least = _counts_from(people, rows, p) * MINUTES_PER_HOUR
    return np.clip(
        minutes(scale), np.ceil(least).astype(np.int64), minutes(p.carer_hours_most_16_64)
    )


def _counts_from(people: Columns, rows: Rows, p: Parameters) -> NDArray[np.float64]:
    """Hands-on hours from which people of these rows call themselves carers in the Census."""
    names = ("16_64", "65plus")
    return p.array("carer_counts_from_hours", names)[in_pension_age(people, rows)]


def take_the_role(people: Columns, caring: CaringTies, p: Parameters) -> None:
    """Who is a carer by the Census definition, and the hours they would answer.

    The answer counts being there as well as hands-on help: more for those who live with the
    person and in the poorest neighbourhoods, along points set to the Census bands.
    """
    rows = np.flatnonzero((people.care_minutes > 0) | (people.outside_minutes > 0))
    hands_on = (people.care_minutes[rows] + people.outside_minutes[rows]) / MINUTES_PER_HOUR
    rows = rows[hands_on >= _counts_from(people, rows, p)]
    hands_on = (people.care_minutes[rows] + people.outside_minutes[rows]) / MINUTES_PER_HOUR
    lives_with = np.zeros(len(people), dtype=np.bool_)
    lives_with[caring.carer[caring.kind == int(Kind.HOUSEHOLD)]] = True
    there = np.where(lives_with[rows], p.being_there_coresident, 1.0)
    there = there * p.array("being_there", QUINTILES)[people.quintile[rows]]
    points = p.array("hands_on_point", _HAND_POINTS), p.array("answered_point", _HAND_POINTS)
    months = people.months_caring[rows] + 1
    people.carer = False
    people.answered_hours = 0.0
    people.months_caring = 0
    people.carer[rows] = True
    people.answered_hours[rows] = np.interp(hands_on * there, *points)
    people.months_caring[rows] = months
