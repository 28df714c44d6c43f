"""The people of a place at the start: who they are, jointly.

Looks at a sample of whole neighbourhoods, the parameters and the luck; returns columns. Margins
come from the place's own data, joint patterns from the evidence. Friends, hubs and care start in
rooms of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.luck import Decision, Ids, Luck, mix_ids, text_key
from sim.parameters import Parameters
from sim.world.bands import (
    AGE_BANDS,
    DATA_BAND_STARTS,
    DATA_BANDS,
    DEMENTIA_BANDS,
    DEMENTIA_STEP_YEARS,
    ETHNICITIES,
    LEVELS,
    OLDEST_AGE,
    PENSION_AGE,
    QUINTILES,
    SAVINGS,
    CareHome,
    age_band,
)
from sim.world.households import form_households
from sim.world.margins import fitted_odds, need_by_age, need_gradient, need_shares, shifted
from sim.world.vital import ages_within_band

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Areas:
    """What the population needs to know of the sampled neighbourhoods (n of them).

    `counts` int[n, 12] by DATA_BANDS; `quintile` 0 (most deprived) to 4; shares 0 to 1;
    `ethnic_shares` float[n, 5] for residents of all ages. The last five bend national tables
    towards the place (`sim.world.margins`), 1 being England: factors on the odds of being disabled
    and of living alone, on care need, on who cares for people elsewhere and their mean hours.
    """

    codes: tuple[str, ...]
    counts: NDArray[np.int64]
    quintile: NDArray[np.int64]
    no_car_share: Floats
    ethnic_shares: Floats
    disabled_odds: Floats
    need_ratio: Floats
    alone_odds: Floats
    carer_share: Floats
    carer_hours: Floats

    @property
    def keys(self) -> Ids:
        """A stable 64-bit key of each neighbourhood."""
        return np.array([text_key(code) for code in self.codes], dtype=np.uint64)


def people_of(areas: Areas, p: Parameters, luck: Luck) -> dict[str, NDArray[np.generic]]:
    """Everyone aged 16 or over in `areas`: a dict of equal-length columns.

    The identity of a resident is mix(area, household, ordinal), so it does not depend on which
    other neighbourhoods are simulated or on the scenario. Households are sorted by luck, so that
    another seed has other people.
    """
    area, band, ordinal = _expand(areas.counts)
    key = mix_ids(areas.keys[area], ordinal.astype(np.uint64))
    age = _ages(band, key, luck)
    female = luck.happens(Decision.SEX, key, 0, female_share(p)[band])
    sex = female.astype(np.int64)
    group = age_band(age)
    home = luck.happens(Decision.CARE_HOME_START, key, 0, p.array("care_home", AGE_BANDS)[group])
    households = form_households(area, age, sex, home, key, p, luck, areas.alone_odds[area])
    number, partner = households.number, households.partner
    quintile = areas.quintile[area]
    disposition = luck.normal(Decision.DISPOSITION, key, 0)
    own = luck.normal(Decision.LIABILITY, key, 0)
    shared = p.liability_disposition_correlation
    liability = shared * disposition + np.sqrt(1.0 - shared**2) * own
    need = need_of(p, luck, key, age, quintile, liability, home, areas.need_ratio[area])
    alone = np.bincount(number)[number] == 1
    ethnicity = ethnicity_of(areas, p, luck, key, area, age)
    payer = _home_payer(p, luck, key, age, home, quintile)
    columns: dict[str, NDArray[np.generic]] = {
        "id": _identities(areas, area, number, ordinal),
        "area": area,
        "quintile": quintile,
        "age_months": age,
        "sex": sex,
        "ethnicity": ethnicity,
        "household": number,
        "partner": partner,
        "disposition": disposition,
        "sociability": sociability_of(p, luck, key),
        "liability": liability,
        "need": need,
        "months_in_need": _spell(p, luck, key, need),
        "care_home": payer,
        "has_car": ~_no_car(areas, p, luck, key, area, age, number, alone, home),
        "digital": ~luck.happens(
            Decision.DIGITAL, key, 0, p.array("internet_non_user", AGE_BANDS)[group]
        ),
        "savings": _savings_in_homes(savings_of(p, luck, key, age, quintile), payer),
        "interest": (luck.uniform(Decision.INTEREST, key, 0) * p.interest_groups).astype(np.int64),
        "bereavement": _grief(p, luck, key, group, sex, partner),
        "kin_outside": np.zeros(area.size, dtype=np.int64),
    }
    columns["dementia"] = _dementia(p, luck, key, age, home, need)
    return columns


def _expand(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Rows from counts: area, data band, and ordinal within the area."""
    places, bands = counts.shape
    cell = np.repeat(np.arange(places * bands), counts.ravel())
    area = cell // bands
    starts = np.concatenate([[0], np.cumsum(counts.sum(axis=1))[:-1]])
    return area, cell % bands, np.arange(cell.size) - starts[area]


def _identities(
    areas: Areas, area: NDArray[np.int64], number: NDArray[np.int64], ordinal: NDArray[np.int64]
) -> Ids:
    order = np.lexsort((ordinal, number))
    starts = np.flatnonzero(np.r_[True, number[order][1:] != number[order][:-1]])
    within = np.empty(area.size, dtype=np.int64)
    within[order] = np.arange(area.size) - np.repeat(starts, np.diff(np.r_[starts, area.size]))
    head_ordinal = np.empty(area.size, dtype=np.int64)
    head_ordinal[order] = np.repeat(ordinal[order][starts], np.diff(np.r_[starts, area.size]))
    return mix_ids(areas.keys[area], head_ordinal.astype(np.uint64), within.astype(np.uint64))


def _ages(band: NDArray[np.int64], key: Ids, luck: Luck) -> NDArray[np.int64]:
    """Ages in months: single years as in England within each band, months even."""
    draw = luck.uniform(Decision.BIRTH_AGE, key, 0)
    month = (luck.uniform(Decision.BIRTH_AGE, key, 1) * 12).astype(np.int64)
    years = np.zeros(band.size, dtype=np.int64)
    for row, cumulative in enumerate(ages_within_band()):
        here = band == row
        years[here] = DATA_BAND_STARTS[row] + np.searchsorted(cumulative, draw[here])
    return years * 12 + month


def female_share(p: Parameters) -> Floats:
    """Share of women by data band; the registry gives it from 18, so 16-17 takes the first."""
    bands = ("18_24", "18_24", "25_34", "35_44", "45_54", *DATA_BANDS[5:])
    return p.array("female_share", bands)


def sociability_of(p: Parameters, luck: Luck, key: Ids) -> Floats:
    """A positive, right-skewed trait of mean 1 (before its cap): gamma, and of three kinds.

    Most people are alike; a few keep to themselves and some make many friends.
    """
    kind = luck.uniform(Decision.SOCIABILITY, mix_ids(key, 1), 0)
    few, many = p.keeps_apart_share, p.outgoing_share
    times = np.where(kind < few, p.keeps_apart_ratio, 1.0)
    times[kind >= 1.0 - many] = p.outgoing_ratio
    times /= 1.0 + few * (p.keeps_apart_ratio - 1.0) + many * (p.outgoing_ratio - 1.0)
    trait = luck.gamma(Decision.SOCIABILITY, key, 0, p.sociability_shape) * times
    return np.asarray(np.minimum(trait, p.sociability_most))


def need_of(
    p: Parameters,
    luck: Luck,
    key: Ids,
    age: NDArray[np.int64],
    quintile: NDArray[np.int64],
    liability: Floats,
    home: NDArray[np.bool_],
    ratio: Floats,
) -> NDArray[np.int64]:
    """Need level 0 to 4: the disability liability plus luck of its own, cut at the shares.

    Within each band need rises with age in months; `ratio` is the neighbourhood's need over that
    of its deprivation fifth.
    """
    group = age_band(age)
    weight = p.need_liability_correlation
    own = luck.normal(Decision.NEED_START, key, 0)
    score = weight * liability + np.sqrt(1.0 - weight**2) * own
    any_need = 1.0 - need_shares(p)[:, 0]
    ratio = ratio * need_by_age(p)[np.minimum(age // 12, OLDEST_AGE)]
    raised = np.minimum(any_need[group] * need_gradient(p)[quintile, group] * ratio, 1.0)
    at_least = np.cumsum(need_shares(p)[:, :0:-1], axis=1)[:, ::-1]
    cuts = ndtri(1.0 - at_least[group] * (raised / any_need[group])[:, None])
    level = (score[:, None] > cuts).sum(axis=1)
    in_home = np.cumsum(p.array("care_home_need", LEVELS[2:]))
    draw = luck.uniform(Decision.NEED_START, key, 1)
    home_level = 2 + (draw[:, None] > in_home[None, :-1]).sum(axis=1)
    return np.where(home, home_level, level).astype(np.int64)


def _spell(p: Parameters, luck: Luck, key: Ids, need: NDArray[np.int64]) -> NDArray[np.int64]:
    """Months already spent in need: mostly established, as in any stock."""
    months = p.need_spell_mean_months * luck.exponential(Decision.SPELL_START, key, 0)
    return np.where(need > 0, months.astype(np.int64) + 1, 0)


def ethnicity_of(
    areas: Areas,
    p: Parameters,
    luck: Luck,
    key: Ids,
    area: NDArray[np.int64],
    age: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Ethnic group from the place's shares, whiter at older ages as in the Census."""
    shares = areas.ethnic_shares[area].copy()
    older = age >= PENSION_AGE * 12
    england = p.array("ethnicity", ETHNICITIES)
    factor = (1.0 - p.ethnicity_white_65_plus) / (1.0 - england[0])
    shares[older, 1:] *= factor
    shares[:, 0] = 1.0 - shares[:, 1:].sum(axis=1)
    draw = luck.uniform(Decision.ETHNICITY, key, 0)
    return np.asarray((draw[:, None] > np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1))


def _no_car(
    areas: Areas,
    p: Parameters,
    luck: Luck,
    key: Ids,
    area: NDArray[np.int64],
    age: NDArray[np.int64],
    number: NDArray[np.int64],
    alone: NDArray[np.bool_],
    communal: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Whether the household has no car: the neighbourhood's share, tilted to one-person homes.

    The tilt is by odds ratios; one factor a neighbourhood brings its expected share of households
    back to the Census.
    """
    head_of = np.full(int(number.max()) + 1, -1, dtype=np.int64)
    head_of[number[::-1]] = np.arange(number.size)[::-1]
    head = head_of[number]
    kind = np.where(alone, np.where(age >= PENSION_AGE * 12, 2, 1), 0)
    single = p.no_car_odds_ratio_alone
    ratio = (p.no_car_odds_ratio_together, single, single * p.no_car_odds_ratio_older_alone)
    told = areas.no_car_share
    share = shifted(told[:, None], np.array(ratio))
    homes = np.flatnonzero((head == np.arange(head.size)) & ~communal)
    cell = area[homes] * len(ratio) + kind[homes]
    count = np.bincount(cell, minlength=share.size).reshape(share.shape)
    chance = shifted(share, fitted_odds(share, count.astype(np.float64), told)[:, None])
    return luck.happens(Decision.CAR, key[head], 0, chance[area, kind[head]])


def _home_payer(
    p: Parameters,
    luck: Luck,
    key: Ids,
    age: NDArray[np.int64],
    home: NDArray[np.bool_],
    quintile: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Who pays for care-home residents: council, self, or NHS and short stay."""
    older = age >= PENSION_AGE * 12
    own = np.where(older, p.array("care_home_self_funder", QUINTILES)[quintile], 0.0)
    other = np.where(older, p.care_home_other_payer_65plus, p.care_home_other_payer_18_64)
    draw = luck.uniform(Decision.CARE_HOME_PAYER, key, 0)
    payer = np.where(
        draw < own,
        CareHome.SELF_FUNDED,
        np.where(draw < own + other, CareHome.OTHER, CareHome.COUNCIL),
    )
    return np.where(home, payer, CareHome.NONE)


def savings_of(
    p: Parameters,
    luck: Luck,
    key: Ids,
    age: NDArray[np.int64],
    quintile: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Savings band against the means-test limits: 0 below, 1 between, 2 above."""
    older = age >= PENSION_AGE * 12
    names = QUINTILES
    above = np.where(
        older,
        p.array("savings_above_upper_65plus", names)[quintile],
        p.array("savings_above_upper_16_64", names)[quintile],
    )
    between = p.savings_between_limits_share
    draw = luck.uniform(Decision.SAVINGS, key, 0)
    return np.where(draw < above, len(SAVINGS) - 1, np.where(draw < above + between, 1, 0))


def _savings_in_homes(band: NDArray[np.int64], payer: NDArray[np.int64]) -> NDArray[np.int64]:
    """Care-home residents' savings agree with who pays."""
    band = np.where(payer == CareHome.SELF_FUNDED, len(SAVINGS) - 1, band)
    return np.where(payer == CareHome.COUNCIL, np.minimum(band, 1), band)


def _grief(
    p: Parameters,
    luck: Luck,
    key: Ids,
    group: NDArray[np.int64],
    sex: NDArray[np.int64],
    partner: NDArray[np.int64],
) -> Floats:
    """Grief left from a spouse's death before the start: 1 on the day, halving with time."""
    table = np.stack(
        [p.array(f"widowed_among_unpartnered_{sex}", AGE_BANDS) for sex in ("male", "female")]
    )
    widowed = (partner < 0) & luck.happens(Decision.WIDOWED, key, 0, table[sex, group])
    months = p.widowed_mean_months * luck.exponential(Decision.WIDOWED, key, 1)
    return np.where(widowed, 2.0 ** (-months / p.bereavement_half_life_months), 0.0)


def _dementia(
    p: Parameters,
    luck: Luck,
    key: Ids,
    age: NDArray[np.int64],
    home: NDArray[np.bool_],
    need: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Dementia by age, far commoner in care homes and with need."""
    bands = p.array("dementia_prev", DEMENTIA_BANDS)
    column = np.clip((age // 12 - PENSION_AGE) // DEMENTIA_STEP_YEARS, -1, bands.size - 1)
    rate = np.where(column >= 0, bands[column], 0.0)
    at_home = rate * np.where(need > 0, p.dementia_ratio_need, p.dementia_ratio_no_need)
    chance = np.where(home & (column >= 0), p.dementia_share_care_home, np.minimum(at_home, 1.0))
    return luck.happens(Decision.DEMENTIA, key, 0, chance)
