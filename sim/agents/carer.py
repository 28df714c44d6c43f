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

from sim.luck import Decision, Ids, Luck
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, chance_per_month, minutes
from sim.world.bands import AGE_BANDS, LEVELS, PENSION_AGE, Sex
from sim.world.columns import Columns
from sim.world.population import Areas
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
        nobody = np.zeros(0, dtype=np.int64)
        return cls(nobody, nobody, nobody)


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
    rows = np.flatnonzero(people.needed_minutes > 0)
    needed = people.needed_minutes[rows].astype(np.int64)
    older, level = in_pension_age(people, rows), people.need[rows]
    package = people.reference_package[rows].astype(np.int64)
    lost = np.where(package > 0, package - people.formal_minutes[rows], 0)
    extra = np.rint(p.family_takes_on_share * lost).astype(np.int64)
    able = _able(people)
    helper = _household_carer(people, rows, able)
    near = _near_kin(people, kin, rows, able)
    room = _room_to_give(people, np.concatenate([helper, near]), p)
    usual = np.where(package > 0, p.kin_share_when_council_helps, 1.0) * needed
    keen = (1.0 - p.carer_effort_least) * 2.0 * people.help_keenness[helper]
    at_hand = _table(p, "coresident_share")[older, level] * (p.carer_effort_least + keen)
    base_home = np.where(helper >= 0, np.rint(at_hand * usual).astype(np.int64), 0)
    base_home = np.minimum(base_home, needed)
    has_kin = (near >= 0) | (people.kin_outside[rows] > 0)
    by_kin = np.rint(_table(p, "kin_share")[older, level] * usual).astype(np.int64)
    base_kin = np.where(has_kin, by_kin, 0)
    wants_home = np.clip(base_home + np.where(helper >= 0, extra, 0), 0, needed)
    wants_kin = np.clip(base_kin + np.where(helper >= 0, 0, extra), 0, needed - wants_home)
    home = _ration(people.id[rows], helper, wants_home, room)
    np.subtract.at(room, helper[home > 0], home[home > 0])
    kin_here = _ration(people.id[rows], near, wants_kin, room)
    away = np.where((near < 0) & (people.kin_outside[rows] > 0), wants_kin, 0)
    people.kin_base_minutes = 0
    people.kin_base_minutes[rows] = np.minimum(base_home + base_kin, needed)
    people.kin_minutes = 0
    people.kin_minutes[rows] = home + kin_here + away
    ties = CaringTies(
        carer=np.concatenate([helper[home > 0], near[kin_here > 0]]),
        cared=np.concatenate([rows[home > 0], rows[kin_here > 0]]),
        given=np.concatenate([home[home > 0], kin_here[kin_here > 0]]),
    )
    people.care_minutes = np.bincount(ties.carer, weights=ties.given, minlength=len(people)).astype(
        np.int64
    )
    return ties, BoundaryCare(int(away.sum()), int(people.outside_minutes.sum()))


def in_pension_age(people: Columns, rows: Rows) -> Rows:
    """1 at pension age or over, else 0, for the given rows."""
    return np.asarray((people.age_months[rows] >= PENSION_AGE * 12).astype(np.int64))


def _table(p: Parameters, name: str) -> NDArray[np.float64]:
    """Shares of need by age group (18-64, 65+) and level: float64[2, 5]."""
    return np.stack([p.array(f"{name}_{group}", LEVELS) for group in ("18_64", "65plus")])


def _able(people: Columns) -> NDArray[np.bool_]:
    """Who can give hands-on care: at home, not in much need, not broken down."""
    return np.asarray(people.at_home & (people.need <= 2) & (people.broken == 0))


def _room_to_give(people: Columns, carers: Rows, p: Parameters) -> Rows:
    """Minutes a week each possible carer can give beyond what they give outside: int64[n]."""
    carers = carers[carers >= 0]
    older = in_pension_age(people, carers) > 0
    most = np.where(older, p.carer_hours_most_65plus, p.carer_hours_most_16_64)
    most = most * np.where(people.need[carers] > 0, p.carer_capacity_with_need, 1.0)
    room = np.zeros(len(people), dtype=np.int64)
    room[carers] = np.maximum(minutes(most) - people.outside_minutes[carers], 0)
    return room


def _household_carer(people: Columns, rows: Rows, able: NDArray[np.bool_]) -> Rows:
    """Who cares in each person's household: the partner first, then the keenest; -1 for nobody."""
    shares = people.household_size[rows] > 1
    concerned = np.zeros(int(people.household.max()) + 1, dtype=np.bool_)
    concerned[people.household[rows[shares]]] = True
    members = np.flatnonzero(concerned[people.household] & able)
    line = members[
        np.lexsort((people.id[members], people.help_keenness[members], people.household[members]))
    ]
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


def _near_kin(people: Columns, kin: EdgeList, rows: Rows, able: NDArray[np.bool_]) -> Rows:
    """The keenest able relative in the place of each person in need; -1 for nobody."""
    needs = np.zeros(len(people), dtype=np.bool_)
    needs[rows] = True
    one, two = needs[kin.a] & able[kin.b], needs[kin.b] & able[kin.a]
    cared = np.concatenate([kin.a[one], kin.b[two]])
    carer = np.concatenate([kin.b[one], kin.a[two]])
    line = np.lexsort((people.id[carer], people.help_keenness[carer], cared))
    found = np.full(len(people), -1, dtype=np.int64)
    found[cared[line]] = carer[line]
    return found[rows]


def _ration(ids: Ids, helper: Rows, wanted: Rows, room: Rows) -> Rows:
    """Minutes each person gets when a helper's time is shared in order of identity."""
    got = np.zeros(ids.size, dtype=np.int64)
    some = np.flatnonzero((helper >= 0) & (wanted > 0))
    line = some[np.lexsort((ids[some], helper[some]))]
    total = np.cumsum(wanted[line])
    starts = np.flatnonzero(np.r_[True, helper[line][1:] != helper[line][:-1]])
    before = np.repeat(np.concatenate([[0], total])[starts], np.diff(np.r_[starts, line.size]))
    until = np.minimum(total - before, room[helper[line]])
    earlier = np.minimum(total - before - wanted[line], room[helper[line]])
    got[line] = until - earlier
    return got


def care_outside(people: Columns, areas: Areas, p: Parameters, luck: Luck, month: int) -> None:
    """Caring for people who live elsewhere: it starts and stops so that its share holds.

    Onset = exit x prevalence / (1 - prevalence).
    """
    target = outside_share(people, areas, p)
    stop = float(chance_per_month(p.carer_exit_annual_extra_resident))
    ids = people.id
    gives = people.outside_minutes > 0
    stops = luck.happens(Decision.OUTSIDE_CARE_STOP, ids, month, gives * stop)
    able = people.at_home & (people.need <= 2)
    chance = np.where(~gives & able, stop * target / (1.0 - target), 0.0)
    rows = np.flatnonzero(luck.happens(Decision.OUTSIDE_CARE_START, ids, month, chance))
    people.outside_minutes = np.where(stops | ~able, 0, people.outside_minutes)
    people.outside_minutes[rows] = outside_hours(people, areas, rows, p, luck, month)


def outside_share(people: Columns, areas: Areas, p: Parameters) -> NDArray[np.float64]:
    """Share who care for somebody elsewhere, by age and sex, as the council's carers differ."""
    share = p.array("outside_carer", AGE_BANDS)[people.band]
    ratio = np.where(people.sex == Sex.FEMALE, p.caring_ratio_female, 2.0 - p.caring_ratio_female)
    return np.asarray(share * ratio * areas.carer_share[people.area])


def outside_hours(
    people: Columns, areas: Areas, rows: Rows, p: Parameters, luck: Luck, month: int
) -> Rows:
    """Hands-on minutes a week of somebody who cares for a person elsewhere."""
    mean = p.outside_care_mean_hours * areas.carer_hours[people.area[rows]]
    scale = mean * luck.exponential(Decision.OUTSIDE_CARE, people.id[rows], month)
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
    broke = luck.happens(Decision.BREAKDOWN, people.id, month, np.minimum(chance_here, 1.0))
    people.broken = np.maximum(people.broken.astype(np.int64) - 1, 0)
    people.broken[broke] = int(p.breakdown_lasts_months)
    people.carer_lost = False
    people.carer_lost[ties.cared[broke[ties.carer]]] = True
    return broke
