"""Who lives with whom: people of a neighbourhood sorted into households at the start.

Looks at ages, sexes and neighbourhoods; returns household numbers and partners. Living alone and
living as a couple follow the evidence by age and sex; everybody else shares or lives with family.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Ids, Luck
from sim.parameters import Parameters
from sim.world.bands import AGE_BANDS, SEXES, Sex, age_band

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Households:
    """`number`: household number unique in the place; `partner`: row of the partner or -1."""

    number: Ints
    partner: Ints


def by_age_and_sex(p: Parameters, name: str) -> NDArray[np.float64]:
    """Table of `name_sex_band` rows: float64[sex, band]."""
    return np.stack([p.array(f"{name}_{sex}", AGE_BANDS) for sex in SEXES])


def form_households(
    area: Ints,
    age_months: Ints,
    sex: Ints,
    communal: NDArray[np.bool_],
    key: Ids,
    p: Parameters,
    luck: Luck,
    alone_odds: NDArray[np.float64],
) -> Households:
    """Sort people into households.

    `alone_odds` float[n] multiplies each person's odds of living alone (`world.alone`). People in
    communal places (care homes) get a number of their own.
    """
    band = age_band(age_months)
    alone = by_age_and_sex(p, "living_alone")[sex, band]
    couple = by_age_and_sex(p, "living_as_couple")[sex, band]
    odds = alone_odds * alone / (1.0 - alone)
    shifted = odds / (1.0 + odds)
    couple = couple * (1.0 - shifted) / (1.0 - alone)
    draw = luck.uniform(Decision.LIVING, key, 0)
    is_alone = (draw < shifted) & ~communal
    is_couple = (draw >= shifted) & (draw < shifted + couple) & ~communal
    partner = _pair_couples(area, age_months, sex, is_couple, key, p, luck)
    is_couple = partner >= 0
    rest = ~(is_alone | is_couple | communal)
    head = np.arange(area.size)
    head[is_couple] = np.minimum(head, partner)[is_couple]
    _join_households(head, area, age_months, rest, is_couple, key, p, luck)
    _, number = np.unique(head, return_inverse=True)
    return Households(number.astype(np.int64), partner)


def _pair_couples(
    area: Ints,
    age_months: Ints,
    sex: Ints,
    wants: NDArray[np.bool_],
    key: Ids,
    p: Parameters,
    luck: Luck,
) -> Ints:
    """Pair those who live as a couple within a neighbourhood, nearest ages first."""
    partner = np.full(area.size, -1, dtype=np.int64)
    spread = p.partner_age_gap_sd_years * 12
    order_age = age_months + spread * luck.normal(Decision.PARTNER_ORDER, key, 0)
    order_age = order_age + np.where(sex == Sex.FEMALE, p.partner_age_gap_years * 12, 0.0)
    chance = luck.uniform(Decision.PARTNER_ORDER, key, 2)
    same_sex = luck.happens(Decision.PARTNER_ORDER, key, 1, p.same_sex_couple_share)
    for first, second in (
        (wants & (sex == Sex.FEMALE) & ~same_sex, wants & (sex == Sex.MALE) & ~same_sex),
        (wants & (sex == Sex.FEMALE) & same_sex, None),
        (wants & (sex == Sex.MALE) & same_sex, None),
    ):
        a, b = _match_in_rank(area, order_age, first, second, chance)
        partner[a], partner[b] = b, a
    return partner


def _match_in_rank(
    area: Ints,
    order: NDArray[np.float64],
    first: NDArray[np.bool_],
    second: NDArray[np.bool_] | None,
    chance: NDArray[np.float64],
) -> tuple[Ints, Ints]:
    """Match the k-th oldest of one group with the k-th of the other (or next ones) in each area.

    Where one group is larger, those left single are chosen by `chance`, not by age.
    """
    rows = np.flatnonzero(first)
    if second is None:
        rows = rows[np.lexsort((order[rows], area[rows]))]
        # Counted within the area: nobody's partner depends on another neighbourhood's numbers.
        lead = np.flatnonzero(_rank_in_group(area[rows])[:-1] % 2 == 0)
        lead = lead[area[rows[lead]] == area[rows[lead + 1]]]
        return rows[lead], rows[lead + 1]
    others = np.flatnonzero(second)
    places = int(area.max()) + 1
    count = np.minimum(
        np.bincount(area[rows], minlength=places), np.bincount(area[others], minlength=places)
    )
    kept = []
    for group in (rows, others):
        drawn = group[np.lexsort((chance[group], area[group]))]
        chosen = drawn[_rank_in_group(area[drawn]) < count[area[drawn]]]
        kept.append(chosen[np.lexsort((order[chosen], area[chosen]))])
    return kept[0], kept[1]


def _rank_in_group(group: Ints) -> Ints:
    """0, 1, 2, ... within runs of equal, sorted group numbers."""
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    lengths = np.diff(np.r_[starts, group.size])
    return np.arange(group.size) - np.repeat(starts, lengths)


def _join_households(
    head: Ints,
    area: Ints,
    age_months: Ints,
    rest: NDArray[np.bool_],
    is_couple: NDArray[np.bool_],
    key: Ids,
    p: Parameters,
    luck: Luck,
) -> None:
    """House those who neither live alone nor as a couple: sharers, or with a family."""
    rows = np.flatnonzero(rest)
    draw = luck.uniform(Decision.HOST, key[rows], 0)
    young = age_months[rows] < p.sharer_age_limit * 12
    shares = draw < np.where(young, p.young_sharer_share, p.older_sharer_share)
    sharers = rows[shares]
    sharers = sharers[np.lexsort((age_months[sharers], area[sharers]))]
    rank = _rank_in_group(area[sharers])
    seat = np.arange(sharers.size) - rank % int(p.sharers_per_household)
    head[sharers] = sharers[seat]
    guests = rows[~shares]
    guests = guests[np.lexsort((luck.uniform(Decision.HOST, key[guests], 1), area[guests]))]
    older_partner = is_couple & (head == np.arange(head.size))
    years = age_months // 12
    old_enough = (years >= p.host_age_from) & (years < p.host_age_to)
    hosts = np.flatnonzero(older_partner & old_enough)
    hosts = hosts[np.lexsort((luck.uniform(Decision.HOST, key[hosts], 2), area[hosts]))]
    places = int(area.max()) + 1
    per_area = np.bincount(area[hosts], minlength=places)
    first = np.concatenate([[0], np.cumsum(per_area)[:-1]])
    has_host = per_area[area[guests]] > 0
    guests = guests[has_host]
    chosen = first[area[guests]] + _rank_in_group(area[guests]) % per_area[area[guests]]
    head[guests] = head[hosts[chosen]]
