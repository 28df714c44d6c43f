"""Need for care: it starts, worsens, and recovers at two speeds.

Looks at age, disability liability, deprivation, loneliness; changes disability, need level and
months in need. Most new episodes recover within months, more of them with reablement; established
dependence rarely does.
"""

from __future__ import annotations

import numpy as np

from sim.agents.reablement import recovery_ratio
from sim.agents.risk import Norms
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import minutes
from sim.world.bands import AGE_BANDS, DEMENTIA_BANDS, DEMENTIA_STEP_YEARS, LEVELS, PENSION_AGE
from sim.world.columns import Columns
from sim.world.people import disabled_cut
from sim.world.population import Areas

WORSE_AGES = ("18_64", "65_74", "75_84", "85_plus")
MOST_MONTHS_COUNTED = 1200


def drift_liability(people: Columns, p: Parameters, luck: Luck, month: int) -> None:
    """Disability's slow liability moves once a year, in the month of birth."""
    rows = np.flatnonzero(people.age_months % 12 == 0)
    shared, kept = p.liability_disposition_correlation, p.liability_kept_a_year
    lasting = shared * people.disposition[rows]
    own = people.liability[rows] - lasting
    spread = np.sqrt((1.0 - shared**2) * (1.0 - kept**2))
    shock = spread * luck.normal(Decision.LIABILITY_DRIFT, people.id[rows], month)
    people.liability[rows] = lasting + kept * own + shock


def lose_memory(people: Columns, p: Parameters, luck: Luck, month: int) -> None:
    """New dementia by age, sooner among people in need; once begun it stays."""
    bands = p.array("dementia_onset", DEMENTIA_BANDS)
    column = (people.age_months // 12 - PENSION_AGE) // DEMENTIA_STEP_YEARS
    yearly = np.where(column >= 0, bands[np.clip(column, 0, bands.size - 1)], 0.0)
    ratio = np.where((people.need > 0) | ~people.at_home, p.dementia_onset_ratio_need, 1.0)
    chance = np.where(people.dementia, 0.0, yearly / 12 * ratio)
    people.dementia |= luck.happens(Decision.DEMENTIA, people.id, month, chance)


def mark_disabled(people: Columns, areas: Areas, p: Parameters) -> None:
    """Disabled in the survey's sense: over the place's cut-off for the age, or in need of care."""
    cut = disabled_cut(areas, p)[people.area, people.band]
    people.disabled = (people.liability > cut) | (people.need > 0)


def onset_shares(p: Parameters) -> np.ndarray:
    """Share of new need that starts at each level, 1 to 4: float64[band, 4]."""
    rows = [p.array(f"need_onset_share_{level}", AGE_BANDS) for level in LEVELS[1:]]
    return np.stack(rows, axis=1)


def worsening(p: Parameters) -> np.ndarray:
    """Monthly chance that need of each level worsens: float64[band, 5]."""
    chances = np.zeros((len(AGE_BANDS), len(LEVELS)))
    older = len(AGE_BANDS) - len(WORSE_AGES) + 1
    rows = [p.array(f"need_worsens_{group}", LEVELS[1:-1]) for group in WORSE_AGES]
    chances[:older, 1:-1], chances[older:, 1:-1] = rows[0], rows[1:]
    return chances


def change_need(
    people: Columns, raw_onset: np.ndarray, norms: Norms, p: Parameters, luck: Luck, month: int
) -> None:
    """One month of need for people at home: onset, worsening, recovery."""
    ids, need, band = people.id, people.need.copy(), people.band
    home = people.at_home
    chance = p.array("need_onset", AGE_BANDS)[band] * norms.divide("onset", people, raw_onset)
    starts = np.flatnonzero(
        luck.happens(Decision.NEED_ONSET, ids, month, np.where((need == 0) & home, chance, 0.0))
    )
    ill = (need > 0) & home
    worsens = luck.happens(Decision.NEED_WORSE, ids, month, worsening(p)[band, need] * ill)
    new = (need > 0) & (people.months_in_need <= p.need_fast_months)
    slow = p.array("need_recovers_slow", AGE_BANDS)[band]
    helped = 1.0 - (1.0 - p.need_recovers_new) ** recovery_ratio(p)
    fast = np.where(people.reabled, helped, p.need_recovers_new)
    chance = np.where(ill & ~worsens, np.where(new, fast, slow), 0.0)
    recovers = luck.happens(Decision.NEED_RECOVERY, ids, month, chance)
    cuts = np.cumsum(onset_shares(p), axis=1)[band[starts], :-1]
    draw = luck.uniform(Decision.NEED_LEVEL, ids[starts], month)
    after = need.astype(np.int64)
    after[worsens] += 1
    after[recovers] = np.where(new[recovers], 0, after[recovers] - 1)
    after[starts] = 1 + (draw[:, None] > cuts).sum(axis=1)
    months = np.minimum(people.months_in_need + 1, MOST_MONTHS_COUNTED)
    people.months_in_need = np.where(after > 0, np.where(need > 0, months, 1), 0)
    people.need = after


def set_needed_minutes(people: Columns, p: Parameters) -> None:
    """Hands-on minutes a week each person at home needs, by level."""
    table = minutes(p.array("hours_needed", LEVELS))
    people.needed_minutes = np.where(people.at_home, table[people.need], 0)
