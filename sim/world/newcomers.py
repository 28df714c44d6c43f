"""Newcomers: who they are and where they live when they arrive.

Looks at the areas and the luck; adds rows to the columns. A newcomer's traits and draws hang on
their own identity only, so they do not depend on the scenario.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Ids, Luck, mix_ids
from sim.parameters import Parameters
from sim.world.bands import ADULT_AGE, AGE_BANDS, Sex, age_band
from sim.world.columns import Columns
from sim.world.friends import address, give_newcomers_friends
from sim.world.households import by_age_and_sex
from sim.world.kin import share_home
from sim.world.margins import shifted
from sim.world.neighbours import greet
from sim.world.people import World, disabled_cut, refresh
from sim.world.population import (
    ethnicity_of,
    need_of,
    savings_of,
    sociability_of,
)

Rows = NDArray[np.int64]
_PARTNER = 2  # the second adult of an arriving household


def welcome(
    world: World, area: Rows, key: Ids, age: Rows, p: Parameters, luck: Luck, month: int
) -> Rows:
    """Add newcomers to the world; returns their rows.

    A household that moves in is a couple, a person alone or one who joins others, by the
    evidence for the age; a 16-year-old lives with a family of the neighbourhood.
    """
    couple, alone = _living(key, age, world.areas.alone_odds[area], p, luck)
    second = mix_ids(key[couple], _PARTNER)
    lead = np.arange(key.size)
    everyone = np.concatenate([key, second])
    areas = np.concatenate([area, area[couple]])
    ages = np.concatenate([age, age[couple]])
    people = world.people
    before = len(people)
    traits = _traits(world, everyone, areas, ages, p, luck)
    mates = np.flatnonzero(couple)
    other = np.arange(second.size) + key.size
    traits["sex"][other] = 1 - traits["sex"][mates]
    home = int(people.household.max()) + 1 + np.concatenate([lead, lead[couple]])
    hosts = _host(people, area, key, p, luck, month)
    joins = ~couple & ~alone & (hosts >= 0)
    home[: key.size][joins] = people.household[hosts[joins]]
    traits["household"] = home
    fresh_street = int(people.street.max()) + 1 + area  # where no family could be found
    street = np.where(hosts >= 0, people.street[np.maximum(hosts, 0)], fresh_street)
    traits["street"] = np.concatenate([street, street[couple]])
    rows = people.append(traits)
    people.partner[before + mates] = before + other
    people.partner[before + other] = before + mates
    refresh(people)
    people.disabled[rows] = (
        people.liability[rows] > disabled_cut(world.areas, p)[people.area[rows], people.band[rows]]
    ) | (people.need[rows] > 0)
    share_home(people, np.asarray(rows), world.ties.kin, p)
    give_newcomers_friends(people, rows, world.ties.friends, p, luck, month)
    greet(people, rows, world.ties.neighbours, p, luck, month)
    return np.asarray(rows)


def _living(
    key: Ids, age: Rows, odds: NDArray[np.float64], p: Parameters, luck: Luck
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    band = age_band(age)
    sex = np.full(key.size, Sex.FEMALE)
    usual = by_age_and_sex(p, "living_alone")[sex, band]
    alone = shifted(usual, odds)
    as_couple = by_age_and_sex(p, "living_as_couple")[sex, band] * (1.0 - alone) / (1.0 - usual)
    draw = luck.uniform(Decision.LIVING, key, 0)
    adult = age > ADULT_AGE * 12
    return adult & (draw < as_couple), adult & (draw >= as_couple) & (draw < as_couple + alone)


def _traits(
    world: World, key: Ids, area: Rows, age: Rows, p: Parameters, luck: Luck
) -> dict[str, NDArray[np.generic]]:
    areas = world.areas
    quintile = areas.quintile[area]
    disposition = luck.normal(Decision.DISPOSITION, key, 0)
    shared = p.liability_disposition_correlation
    own = luck.normal(Decision.LIABILITY, key, 0)
    liability = shared * disposition + np.sqrt(1.0 - shared**2) * own
    band = age_band(age)
    nobody = np.zeros(key.size, dtype=np.bool_)
    need = need_of(p, luck, key, age, quintile, liability, nobody, areas.need_ratio[area])
    interest = (luck.uniform(Decision.INTEREST, key, 0) * p.interest_groups).astype(np.int64)
    return {
        "id": key,
        "area": area,
        "quintile": quintile,
        "age_months": age,
        "sex": luck.happens(Decision.SEX, key, 0, 1 / 2).astype(np.int64),
        "ethnicity": ethnicity_of(areas, p, luck, key, area, age),
        "disposition": disposition,
        "sociability": sociability_of(p, luck, key),
        "liability": liability,
        "need": need,
        "months_in_need": np.where(need > 0, 12, 0),
        "has_car": ~luck.happens(Decision.CAR, key, 0, areas.no_car_share[area]),
        "digital": ~luck.happens(
            Decision.DIGITAL, key, 0, p.array("internet_non_user", AGE_BANDS)[band]
        ),
        "savings": savings_of(p, luck, key, age, quintile),
        "interest": interest,
        "kin_outside": np.minimum(
            luck.count(Decision.CHILDREN, key, 1, p.other_kin_mean)
            + luck.count(
                Decision.CHILDREN, key, 0, (age >= p.parent_age_from * 12) * p.adult_children_mean
            ),
            int(p.kin_counted_at_most),
        ),
        "z": p.feeling_disposition * disposition,
        "help_keenness": luck.uniform(Decision.HELP_KEENNESS, key, 0),
        "severity": luck.normal(Decision.SEVERITY, key, 0),
        "take_up": luck.uniform(Decision.TAKE_UP, key, 0),
        "area_tables": _tables(world.people, "area", area),
        "interest_tables": _tables(world.people, "interest", interest),
    }


def _tables(people: Columns, pool: str, wanted: Rows) -> Rows:
    """The number of meeting slots fixed for each pool at the start."""
    known = np.ones(int(wanted.max(initial=0)) + 1, dtype=np.int64)
    column = getattr(people, pool).astype(np.int64)
    asked = np.zeros(max(known.size, int(column.max(initial=0)) + 1), dtype=np.bool_)
    asked[wanted] = True
    inside = np.flatnonzero(asked[column])
    known[column[inside]] = getattr(people, f"{pool}_tables")[inside]
    return np.asarray(known[wanted])


def _host(people: Columns, area: Rows, key: Ids, p: Parameters, luck: Luck, month: int) -> Rows:
    """A family of the neighbourhood: the next household head after the newcomer's own key.

    Chance gives a few families a spare room this month. One family more or less changes only
    the newcomers whose keys fall next to it; -1 for none.
    """
    # Of a couple, the head is told by identity: rows change whenever anybody leaves.
    head = (people.partner >= 0) & (people.id < people.id[people.partner])
    heads = np.flatnonzero(head & people.at_home)
    room = luck.happens(Decision.SPARE_ROOM, people.id[heads], month, p.spare_room_share)
    heads = heads[room]
    if heads.size == 0:
        return np.full(area.size, -1, dtype=np.int64)
    # Sort by area, then by the upper bits of identity: one number holds both.
    where = address(people.area[heads], people.id[heads])
    line = np.argsort(where, kind="stable")
    place = np.searchsorted(where[line], address(area, key))
    found = heads[line[np.minimum(place, line.size - 1)]]
    start = np.searchsorted(where[line], address(area, np.zeros_like(key)))
    first = heads[line[np.minimum(start, line.size - 1)]]
    found = np.where(people.area[found] == area, found, first)
    return np.where(people.area[found] == area, found, -1)
