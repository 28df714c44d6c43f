"""Unpaid carers: who gives hands-on help to whom, the strain of it, and breaking down.

Looks at needs, households, kin ties and council care; changes minutes given and received, the
carer role, strain and breakdown. A carer is a resident in the role, counted once, as a resident;
`Carer` views one. Hands-on minutes are what the books balance: minutes received from people in
the place equal minutes given by them, and care across the boundary has accounts of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, chance_per_month, minutes
from sim.world.bands import AGE_BANDS, LEVELS, PENSION_AGE, Sex
from sim.world.columns import Columns
from sim.world.ties import EdgeList

Rows = NDArray[np.int64]
_HAND_POINTS = ("0", "1", "2", "3", "4", "5")


@dataclass
class CaringTies:
    """Who cares for whom this month: rows of carer and cared-for, minutes a week."""

    carer: Rows
    cared: Rows
    given: Rows

    @classmethod
    def none(cls) -> CaringTies:
        """Nobody cares for anybody."""
        return cls(*(np.zeros(0, dtype=np.int64) for _ in range(3)))


@dataclass(frozen=True)
class BoundaryCare:
    """Hands-on minutes a week received from, and given to, people outside the place."""

    received: int
    given: int


def give_care(people: Columns, kin: EdgeList, p: Parameters) -> tuple[CaringTies, BoundaryCare]:
    """Match need with household and kin for a month; returns ties and the boundary account.

    The household meets a share of need by level, limited by what its carer can give; near kin a
    smaller share; kin elsewhere the same share where there are any. When council care falls
    short of the April 2024 package, families take on a part of what is lost, and give back the
    same part of what is gained.
    """
    needed = people.needed_minutes.astype(np.int64)
    older = (people.age_months >= PENSION_AGE * 12).astype(np.int64)
    level = people.need
    at_hand = _table(p, "coresident_share")[older, level]
    by_kin = _table(p, "kin_share")[older, level]
    lost = (people.reference_package - people.formal_minutes) * (people.reference_package > 0)
    extra = np.rint(p.family_takes_on_share * lost).astype(np.int64)
    helper = _household_carer(people, p)
    near = _near_kin(people, kin, p)
    room = _room_to_give(people, p)
    ready = would_ask(people, p)
    usual = np.where(ready, p.kin_share_when_council_helps, 1.0) * needed
    effort = p.carer_effort_least + (2.0 - 2.0 * p.carer_effort_least) * people.help_keenness[helper]
    base_home = np.where(helper >= 0, np.rint(at_hand * effort * usual).astype(np.int64), 0)
    base_home = np.minimum(base_home, needed)
    base_kin = np.where((near >= 0) | (people.kin_outside > 0), np.rint(by_kin * usual), 0)
    people.kin_base_minutes = np.minimum(base_home + base_kin.astype(np.int64), needed)
    wants_home = base_home + np.where(helper >= 0, extra, 0)
    wants_kin = base_kin.astype(np.int64) + np.where(helper >= 0, 0, extra)
    wants_home = np.clip(wants_home, 0, needed)
    wants_kin = np.clip(wants_kin, 0, needed - wants_home)
    home = _ration(people, helper, wants_home, room)
    np.subtract.at(room, helper[home > 0], home[home > 0])
    kin_here = _ration(people, near, wants_kin, room)
    away = np.where((near < 0) & (people.kin_outside > 0), wants_kin, 0)
    people.kin_minutes = home + kin_here + away
    cared = np.concatenate([np.flatnonzero(home > 0), np.flatnonzero(kin_here > 0)])
    given = np.concatenate([home[home > 0], kin_here[kin_here > 0]])
    carer = np.concatenate([helper[home > 0], near[kin_here > 0]])
    people.care_minutes = np.bincount(carer, weights=given, minlength=len(people)).astype(np.int64)
    ties = CaringTies(carer, cared, given)
    return ties, BoundaryCare(int(away.sum()), int(people.outside_minutes.sum()))


def _table(p: Parameters, name: str) -> NDArray[np.float64]:
    """Shares of need by age group (18-64, 65+) and level: float64[2, 5]."""
    return np.stack([p.array(f"{name}_{group}", LEVELS) for group in ("18_64", "65plus")])


def would_ask(people: Columns, p: Parameters) -> NDArray[np.bool_]:
    """Who is ready to ask for and accept council help, and under the savings limit."""
    older = (people.age_months >= PENSION_AGE * 12).astype(np.int64)
    return np.asarray(
        (people.take_up < _table(p, "takes_up")[older, people.need]) & (people.savings < 2)
    )


def _able(people: Columns) -> NDArray[np.bool_]:
    """Who can give hands-on care: at home, not in much need, not broken down."""
    return np.asarray(people.at_home & (people.need <= 2) & (people.broken == 0))


def _room_to_give(people: Columns, p: Parameters) -> Rows:
    """Minutes a week each person can give beyond what they give outside the place."""
    most = np.where(
        people.age_months >= PENSION_AGE * 12, p.carer_hours_most_65plus, p.carer_hours_most_16_64
    )
    most = most * np.where(people.need > 0, p.carer_capacity_with_need, 1.0)
    return np.where(
        _able(people), np.maximum(minutes(most) - people.outside_minutes, 0), 0
    )


def _household_carer(people: Columns, p: Parameters) -> Rows:
    """Row of the person in the same household who cares: partner first, then the keenest."""
    needs = (people.needed_minutes > 0) & (people.household_size > 1)
    able = _able(people)
    best = np.full(len(people), -1, dtype=np.int64)
    concerned = np.zeros(int(people.household.max()) + 1, dtype=np.bool_)
    concerned[people.household[needs]] = True
    members = np.flatnonzero(concerned[people.household] & able)
    line = members[np.lexsort((people.help_keenness[members], people.household[members]))]
    first = np.full(concerned.size, -1, dtype=np.int64)
    second = first.copy()
    house = people.household[line]
    last = np.flatnonzero(np.r_[house[1:] != house[:-1], True]) if line.size else line
    first[house[last]] = line[last]
    again = last[(last > 0)] - 1
    again = again[house[again] == house[again + 1]] if line.size else again
    second[house[again]] = line[again]
    rows = np.flatnonzero(needs)
    keenest = first[people.household[rows]]
    best[rows] = np.where(keenest == rows, second[people.household[rows]], keenest)
    mate = people.partner[rows]
    best[rows] = np.where((mate >= 0) & able[mate], mate, best[rows])
    return best


def _near_kin(people: Columns, kin: EdgeList, p: Parameters) -> Rows:
    """Row of the keenest able relative in the place, for people with need; -1 for none."""
    needs, able = people.needed_minutes > 0, _able(people)
    cared = np.concatenate([kin.a, kin.b])
    carer = np.concatenate([kin.b, kin.a])
    use = needs[cared] & able[carer]
    cared, carer = cared[use], carer[use]
    line = np.lexsort((people.help_keenness[carer], cared))
    found = np.full(len(people), -1, dtype=np.int64)
    found[cared[line]] = carer[line]
    return found


def _ration(people: Columns, helper: Rows, wanted: Rows, room: Rows) -> Rows:
    """Minutes each person gets when a helper's time is shared in order of identity."""
    got = np.zeros(len(people), dtype=np.int64)
    rows = np.flatnonzero((helper >= 0) & (wanted > 0))
    line = rows[np.lexsort((people.id[rows], helper[rows]))]
    total = np.cumsum(wanted[line])
    starts = np.flatnonzero(np.r_[True, helper[line][1:] != helper[line][:-1]])
    before = np.repeat(
        np.concatenate([[0], total])[starts], np.diff(np.r_[starts, line.size])
    )
    until = np.minimum(total - before, room[helper[line]])
    earlier = np.minimum(total - before - wanted[line], room[helper[line]])
    got[line] = until - earlier
    return got


def care_outside(people: Columns, p: Parameters, luck: Luck, month: int) -> None:
    """Caring for people who live elsewhere: it starts and stops so that its share holds.

    Onset = exit x prevalence / (1 - prevalence).
    """
    target = outside_share(people, p)
    stop = float(chance_per_month(p.carer_exit_annual_extra_resident))
    ids = people.id
    gives = people.outside_minutes > 0
    stops = gives & luck.happens(Decision.OUTSIDE_CARE_STOP, ids, month, stop)
    able = people.at_home & (people.need <= 2)
    chance = stop * target / (1.0 - target)
    rows = np.flatnonzero(
        ~gives & able & luck.happens(Decision.OUTSIDE_CARE_START, ids, month, chance)
    )
    people.outside_minutes = np.where(stops | ~able, 0, people.outside_minutes)
    people.outside_minutes[rows] = outside_hours(people, rows, p, luck, month)


def outside_share(people: Columns, p: Parameters) -> NDArray[np.float64]:
    """Share who care for somebody elsewhere, by age and sex."""
    share = p.array("outside_carer", AGE_BANDS)[people.band]
    ratio = np.where(people.sex == Sex.FEMALE, p.caring_ratio_female, 2.0 - p.caring_ratio_female)
    return np.asarray(share * ratio)


def outside_hours(people: Columns, rows: Rows, p: Parameters, luck: Luck, month: int) -> Rows:
    """Hands-on minutes a week of somebody who cares for a person elsewhere."""
    scale = p.outside_care_mean_hours * luck.exponential(
        Decision.OUTSIDE_CARE, people.id[rows], month
    )
    least = int(p.carer_counts_from_hours * MINUTES_PER_HOUR)
    return np.clip(minutes(scale), least, minutes(p.carer_hours_most_16_64))


def take_the_role(people: Columns, p: Parameters) -> None:
    """Who is a carer by the Census definition, and the hours they would answer.

    The answer counts being there as well as hands-on help; it rises with hands-on minutes along
    the account's averages by hours band.
    """
    hands_on = (people.care_minutes + people.outside_minutes) / MINUTES_PER_HOUR
    carer = hands_on >= p.carer_counts_from_hours
    answered = np.interp(
        hands_on, p.array("hands_on_point", _HAND_POINTS), p.array("answered_point", _HAND_POINTS)
    )
    people.carer = carer
    people.answered_hours = np.where(carer, answered, 0.0)
    people.months_caring = np.where(carer, people.months_caring + 1, 0)


def strain_and_breakdown(
    people: Columns, ties: CaringTies, p: Parameters, luck: Luck, month: int
) -> NDArray[np.bool_]:
    """Strain follows hours; a strained carer may break down. Returns who broke down."""
    load = np.minimum(people.answered_hours / p.strain_full_hours, 1.0)
    relief = np.where(people.hub_hours > 0, 1.0 - p.strain_relief_company, 1.0)
    people.strain += p.strain_speed * (load * relief - people.strain)
    people.strain[people.strain < p.strain_counts_from] *= p.strain_speed
    chance = float(chance_per_month(p.carer_breakdown_annual_prob_50h))
    chance_here = chance * (people.strain / p.strain_of_50h_carer) ** 2 * people.carer
    broke = luck.happens(
        Decision.BREAKDOWN, people.id, month, np.minimum(chance_here, 1.0)
    )
    people.broken = np.maximum(people.broken.astype(np.int64) - 1, 0)
    people.broken[broke] = int(p.breakdown_lasts_months)
    people.carer_lost = False
    people.carer_lost[ties.cared[broke[ties.carer]]] = True
    return broke
