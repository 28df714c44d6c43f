"""Feelings: loneliness and life satisfaction, one month at a time.

Looks at who people are, their ties, company, grief, need and caring; changes `z` (the latent gap
between the connection a person wants and has) and `life_satisfaction`. Everyone reads
the old state and writes the new, so the order of people never matters.
Source of the equations: docs/model, from the project's study of loneliness and tie dynamics.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.world.bands import LIFE_SATISFACTION_TOP, OLDEST_AGE, QUINTILES, Sex
from sim.world.columns import Columns
from sim.world.ties import FULL, Ties

Floats = NDArray[np.float64]

_AGE_POINTS = ("20", "30", "42", "57", "70", "82")
_Z_UNIT = 1 << 16  # feelings travel along ties as whole numbers, so sums do not depend on order


def age_effect(p: Parameters) -> Floats:
    """f(age) by single year of age: float64[OLDEST_AGE + 100]."""
    years = np.arange(OLDEST_AGE + 100)
    points = p.array("feeling_age_point", _AGE_POINTS)
    return np.interp(years, points, p.array("feeling_age", _AGE_POINTS))


def connect(people: Columns, ties: Ties, p: Parameters) -> None:
    """Felt connection S, weekly hours of company h and friends' strength, from ties as they are."""
    size = len(people)
    mate = people.partner
    with_partner = (mate >= 0) & (people.household[mate] == people.household)
    sharing = (people.household_size > 1) & ~with_partner & people.at_home
    friends = ties.friends.sum_strength(size) + ties.companions.sum_strength(size)
    close = friends / FULL
    family = ties.kin
    apart = people.household[family.a] != people.household[family.b]
    kin = family.sum_of(family.strength * apart, size) / FULL
    kin = kin + p.kin_strength * people.kin_outside
    elsewhere = ~people.at_home  # staff and fellow residents are company of a kind
    neighbours = ties.neighbours.count(size)
    people.friend_strength = close
    people.connection = (
        p.connection_partner * with_partner
        + p.connection_sharing * sharing
        + p.connection_friend * close
        + p.connection_kin * kin
        + p.connection_neighbour * neighbours
        + p.connection_care_home * elsewhere
    )
    people.company = (
        p.company_partner * with_partner
        + p.company_sharing * sharing
        + p.company_friend * close
        + p.company_kin * kin
        + p.company_neighbour * neighbours
        + p.company_care_home * elsewhere
        + people.hub_hours
    )


def neighbours_feelings(people: Columns, ties: Ties) -> Floats:
    """Mean feeling of partner and in-place friends, weighted by strength: float64[n]."""
    z = np.rint(people.z.astype(np.float64) * _Z_UNIT).astype(np.int64)
    total = ties.friends.sum_across(ties.friends.strength, z).astype(np.float64)
    total += ties.companions.sum_across(ties.companions.strength, z)
    partner = people.partner
    coupled = np.flatnonzero(partner >= 0)
    total[coupled] += z[partner[coupled]] * FULL
    strength = people.friend_strength + (partner >= 0)
    return np.asarray(total / (FULL * _Z_UNIT) / (1.0 + strength))


def wanted_feeling(people: Columns, ties: Ties, p: Parameters, ages: Floats) -> Floats:
    """The level z* each person's circumstances pull them to: float64[n]."""
    return np.asarray(
        p.feeling_disposition * people.disposition
        + ages[people.age_months // 12]
        + p.feeling_female * ((people.sex == Sex.FEMALE) - 1 / 2)
        + p.feeling_disabled * people.disabled
        + p.feeling_bereaved * people.bereavement
        + p.feeling_connection * np.exp(-people.connection)
        + p.feeling_company * np.exp(-people.company / p.company_half_hours)
        + p.feeling_contagion * neighbours_feelings(people, ties)
        + p.feeling_caring * people.strain
        - p.feeling_volunteering * people.volunteers
    )


def feel(people: Columns, ties: Ties, p: Parameters, luck: Luck, month: int, ages: Floats) -> None:
    """One month of feelings: z' = z + k (z* - z) + noise + event."""
    ids = people.id
    connect(people, ties, p)
    target = wanted_feeling(people, ties, p, ages)
    noise = p.feeling_noise * luck.normal(Decision.FEELING, ids, month)
    z = people.z + p.feeling_speed * (target - people.z) + noise
    chance = p.array("bad_event", QUINTILES)[people.quintile]
    hit = np.flatnonzero(luck.uniform(Decision.EVENT, ids, month) < chance)
    z[hit] += p.bad_event_size * luck.exponential(Decision.EVENT_SIZE, ids[hit], month)
    people.z = np.clip(z, -FEELING_LIMIT, FEELING_LIMIT)
    people.bereavement *= np.float32(2.0 ** (-1.0 / p.bereavement_half_life_months))


FEELING_LIMIT = 12.0  # twelve standard deviations: a guard, never met in practice


def wellbeing(people: Columns, p: Parameters) -> None:
    """Life satisfaction, 0 to 10, from feelings, disability and caring strain."""
    people.life_satisfaction = np.clip(
        p.life_satisfaction_base
        + p.life_satisfaction_per_z * people.z
        + p.life_satisfaction_disabled * people.disabled
        + p.life_satisfaction_strain * people.strain,
        0.0,
        LIFE_SATISFACTION_TOP,
    )


def grieve(people: Columns, rows: NDArray[np.int64], p: Parameters) -> None:
    """The day a spouse dies: feelings jump at once and grief begins."""
    people.bereavement[rows] = 1.0
    people.z[rows] += p.bereavement_jump


def answer_shares(z: Floats, thresholds: Floats, noise: float) -> Floats:
    """Chance of each five-step survey answer, integrated over answer noise: float64[n, 5]."""
    above = ndtr((z[:, None] - thresholds[None, :]) / noise)
    edges = np.concatenate([np.ones((z.size, 1)), above, np.zeros((z.size, 1))], axis=1)
    return np.asarray(edges[:, :-1] - edges[:, 1:])


def often_lonely_chance(z: Floats, thresholds: Floats, noise: float) -> Floats:
    """Chance that a person answers 'often or always': float64[n]."""
    return np.asarray(ndtr((z - thresholds[-1]) / noise))


def answers(
    people: Columns, thresholds: Floats, p: Parameters, luck: Luck, month: int
) -> NDArray[np.int64]:
    """Each person's survey answer this month, 0 (never) to 4 (often or always)."""
    said = people.z + p.answer_noise * luck.normal(Decision.ANSWER, people.id, month)
    return np.searchsorted(thresholds, said)


def thresholds_for(z: Floats, shares: Floats, noise: float) -> Floats:
    """Four cuts that give the wanted shares of five answers, integrating over answer noise.

    `shares` are the five published shares from never to often or always; solved by bisection.
    """
    above = 1.0 - np.cumsum(shares / shares.sum())[:-1]
    low = np.full(above.size, z.min() - FEELING_LIMIT)
    high = np.full(above.size, z.max() + FEELING_LIMIT)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        too_many = ndtr((z[:, None] - middle[None, :]) / noise).mean(axis=0) > above
        low = np.where(too_many, middle, low)
        high = np.where(too_many, high, middle)
    return np.asarray((low + high) / 2)


_BISECTIONS = 60
