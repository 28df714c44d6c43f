"""The course of life: couples form and part, young people leave home, households move.

Looks at ages, partners and households; changes those, and who lives in the place. Newcomers are
candidates of their area's arrival process: candidate k of a month is kept when its own draw is
below rate over greatest rate, so a higher rate adds people and renames nobody.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Ids, Luck, mix_ids
from sim.parameters import Parameters
from sim.units import chance_per_month
from sim.world.bands import ADULT_AGE, AGE_BAND_STARTS, AGE_BANDS, OLDEST_AGE, OLDEST_NEWCOMER, Sex
from sim.world.columns import Columns
from sim.world.pairing import pair_within
from sim.world.vital import age_weights, death_chance_per_year, year_column

Rows = NDArray[np.int64]


def death_chances(people: Columns, calendar_year: int) -> NDArray[np.float64]:
    """Official monthly chance of death by age and sex in `calendar_year`: float64[n]."""
    table = chance_per_month(death_chance_per_year()[:, :, year_column(calendar_year)])
    return np.asarray(table[people.sex, np.minimum(people.age_months // 12, OLDEST_AGE)])


def over_official(p: Parameters, year: int) -> float:
    """Deaths over those of the official chances in a run's `year`, 0 the first.

    The official table was made before the pandemic; more deaths were registered in 2023, and what
    is over shrinks to a part of itself with every year.
    """
    over = p.mortality_excess_first_year * p.mortality_excess_kept_a_year**year
    return float(p.mortality_scale * (1.0 + over))


def couple_tables(people: Columns, p: Parameters) -> int:
    """Meeting slots per age band for people open to a partner; fixed at the start."""
    chance = chance_per_month(p.array("couple_forms", AGE_BANDS))[people.band]
    seekers = float((chance * (people.partner < 0)).sum()) / len(AGE_BANDS)
    return max(1, round(seekers / p.couple_seekers_per_table))


def form_and_part_couples(
    people: Columns,
    dying: NDArray[np.bool_],
    tables: int,
    p: Parameters,
    luck: Luck,
    month: int,
) -> None:
    """Some single people find a partner near by, some couples part, some leave home."""
    ids, band = people.id, people.band
    alone = people.partner < 0
    single = alone & people.at_home & ~dying
    rows = np.flatnonzero(single)
    chance = chance_per_month(p.array("couple_forms", AGE_BANDS))
    finds = luck.hit_by(Decision.COUPLE_FORMS, ids, month, chance, band, rows)
    rows = np.flatnonzero(~alone & ~dying)
    chance = chance_per_month(p.array("couple_parts", AGE_BANDS)) / 2
    parts = luck.hit_by(Decision.COUPLE_PARTS, ids, month, chance, band, rows)
    single[finds] = False
    rows = np.flatnonzero(single & (people.household_size > 1))
    chance = chance_per_month(p.array("leaves_home", AGE_BANDS))
    leaves = luck.hit_by(Decision.LEAVES_HOME, ids, month, chance, band, rows)
    _part(people, parts)
    _move_alone(people, leaves)
    _pair_up(people, finds, tables, luck, month)


def _part(people: Columns, rows: Rows) -> None:
    mates = people.partner[rows]
    people.partner[mates[mates >= 0]] = -1
    people.partner[rows] = -1
    _move_alone(people, rows)


def _move_alone(people: Columns, rows: Rows) -> None:
    fresh = int(people.household.max()) + 1
    people.household[rows] = fresh + np.arange(rows.size)


def _pair_up(people: Columns, rows: Rows, tables: int, luck: Luck, month: int) -> None:
    """Women and men open to a partner meet by age band; a home is shared.

    Each stands at one of a few tables by their own luck, so that one more seeker changes only
    who meets at that table.
    """
    bracket = people.band[rows].astype(np.uint64)
    spare = luck.uniform(Decision.COUPLE_FORMS, mix_ids(people.id[rows], 1), month)
    table = (spare * tables).astype(np.uint64)
    women = people.sex[rows] == Sex.FEMALE
    order = luck.bits(Decision.COUPLE_ORDER, people.id[rows], month)
    slot = mix_ids(table, bracket)
    rank = _rank(slot, women, order)
    meeting = mix_ids(slot, rank.astype(np.uint64))
    first, second, _ = pair_within(meeting, women.astype(np.uint64))
    a, b = rows[first], rows[second]
    different = people.sex[a] != people.sex[b]
    a, b = a[different], b[different]
    people.partner[a], people.partner[b] = b, a
    fresh = int(people.household.max()) + 1
    alone = people.household_size[a] == 1
    home = np.where(alone, people.household[a], fresh + np.arange(a.size))
    people.household[a] = home
    people.household[b] = home
    for name in ("area", "street", "quintile", "area_tables", "has_car"):
        column = getattr(people, name)
        column[b] = column[a]


def _rank(slot: Ids, women: NDArray[np.bool_], order: Ids) -> Rows:
    """k for the k-th woman and the k-th man of each slot."""
    rank = np.zeros(slot.size, dtype=np.int64)
    for group in (women, ~women):
        here = np.flatnonzero(group)
        line = here[np.lexsort((order[here], slot[here]))]
        starts = np.flatnonzero(np.r_[True, slot[line][1:] != slot[line][:-1]])
        lengths = np.diff(np.r_[starts, line.size])
        rank[line] = np.arange(line.size) - np.repeat(starts[: lengths.size], lengths)
    return rank


def moving_out(people: Columns, p: Parameters, luck: Luck, month: int) -> Rows:
    """Rows of people whose whole household leaves the place this month.

    Each adult has an equal part in the household's chance, by their own age.
    """
    most = chance_per_month(p.array("household_moves_out", AGE_BANDS)).max()
    might = luck.hit(Decision.DEPARTURE, people.id, month, most)
    chance = _part_in_moving(people, p, might)
    goes = might[luck.happens(Decision.DEPARTURE, people.id[might], month, chance)]
    leaving = np.zeros(int(people.household.max()) + 1, dtype=np.bool_)
    leaving[people.household[goes]] = True
    return np.flatnonzero(leaving[people.household])


def _part_in_moving(
    people: Columns, p: Parameters, rows: Rows | slice = slice(None)
) -> NDArray[np.float64]:
    chance = chance_per_month(p.array("household_moves_out", AGE_BANDS))[people.band[rows]]
    return np.asarray(chance / people.household_size[rows] * people.at_home[rows])


def expected_departures(people: Columns, p: Parameters) -> float:
    """People expected to leave in a month, at the start."""
    return float((_part_in_moving(people, p) * people.household_size).sum())


def arrivals(
    area_keys: Ids,
    start_counts: NDArray[np.int64],
    movers: float,
    coming_of_age: float,
    p: Parameters,
    luck: Luck,
    month: int,
) -> tuple[Rows, Ids, Rows]:
    """This month's newcomers: area, identity and age in months.

    `start_counts` are residents of each area at the start, the scale of its arrival process;
    `movers` and `coming_of_age` are households moving in and 16-year-olds per resident a month.
    """
    area, key = _candidates(area_keys, start_counts, movers, Decision.ARRIVAL, luck, month)
    age = _arrival_ages(p, luck, key, month)
    birthday, young = _candidates(
        area_keys, start_counts, coming_of_age, Decision.COMES_OF_AGE, luck, month
    )
    return (
        np.concatenate([area, birthday]),
        np.concatenate([key, young]),
        np.concatenate([age, np.full(young.size, ADULT_AGE * 12)]),
    )


def _candidates(
    area_keys: Ids,
    counts: NDArray[np.int64],
    rate: float,
    decision: Decision,
    luck: Luck,
    month: int,
) -> tuple[Rows, Ids]:
    """Area and identity of those who come: a Poisson number from each area's own process."""
    number = luck.count(decision, area_keys, month, counts * rate)
    area = np.repeat(np.arange(area_keys.size), number)
    ordinal = np.arange(area.size) - np.repeat(np.cumsum(number) - number, number)
    return area, mix_ids(area_keys[area], int(decision), month, ordinal.astype(np.uint64))


def _arrival_ages(p: Parameters, luck: Luck, key: Ids, month: int) -> Rows:
    """Ages in months: bands by their shares of movers, within a band as England's people are."""
    shares = np.cumsum(p.array("arrival_age_share", AGE_BANDS))
    draw = luck.uniform(Decision.ARRIVAL, key, month)
    band = np.minimum(np.searchsorted(shares / shares[-1], draw), len(AGE_BANDS) - 1)
    stops = np.append(AGE_BAND_STARTS[1:], OLDEST_NEWCOMER)
    spare = luck.uniform(Decision.BIRTH_AGE, key, month)
    ages = np.arange(OLDEST_AGE + 1)
    below = np.concatenate([[0.0], np.cumsum(age_weights()[:OLDEST_AGE])])  # people younger
    first, last = below[AGE_BAND_STARTS[band]], below[stops[band]]
    years = np.interp(first + spare * (last - first), below, ages)
    return np.asarray((years * 12).astype(np.int64))
