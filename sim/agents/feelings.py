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
from sim.world.ties import FULL, EdgeList, Ties

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

_AGE_POINTS = ("20", "30", "42", "57", "70", "82")
_Z_UNIT = 1 << 16  # feelings travel along ties as whole numbers, so sums do not depend on order


def age_effect(p: Parameters) -> Floats:
    """f(age) by single year of age: float64[OLDEST_AGE + 100]."""
    years = np.arange(OLDEST_AGE + 100)
    points = p.array("feeling_age_point", _AGE_POINTS)
    return np.interp(years, points, p.array("feeling_age", _AGE_POINTS))


def connect(people: Columns, ties: Ties, p: Parameters) -> Floats:
    """Felt connection S, weekly hours of company h and friends' strength, from ties as they are.

    Returns the strength-weighted sum of feelings of partner and in-place friends: float64[n].
    """
    size = len(people)
    friends, felt = np.zeros(size), np.zeros(size)
    z = np.rint(people.z * np.float32(_Z_UNIT))  # whole numbers that 24 bits hold
    ties.friends.add_sums(z, friends, felt)
    ties.companions.add_sums(z, friends, felt)
    coupled = np.flatnonzero(people.partner >= 0)
    mate = people.partner[coupled].astype(np.int64)
    felt[coupled] += z[mate] * np.float64(FULL)
    friends *= 1.0 / FULL
    people.friend_strength = friends
    together = np.zeros(size, dtype=np.bool_)
    together[coupled] = people.household[mate] == people.household[coupled]
    shares = (people.household_size > 1) & people.at_home & ~together
    parts = (
        (people.friend_strength, p.connection_friend, p.company_friend),
        (_kin_apart(people, ties.kin, p), p.connection_kin, p.company_kin),
        (_neighbours(ties.neighbours, size), p.connection_neighbour, p.company_neighbour),
    )
    away = np.flatnonzero(~people.at_home)  # staff and fellow residents are company of a kind
    connection, company = np.empty((2, size), dtype=np.float32)
    part = np.empty_like(connection)
    for total, sharing, partner, in_care in (
        (connection, p.connection_sharing, p.connection_partner, p.connection_care_home),
        (company, p.company_sharing, p.company_partner, p.company_care_home),
    ):
        np.multiply(shares, np.float32(sharing), out=total)
        total += np.multiply(together, np.float32(partner), out=part)
        total[away] += np.float32(in_care)
    for many, felt_each, hours_each in parts:
        connection += np.multiply(many, np.float32(felt_each), out=part)
        company += np.multiply(many, np.float32(hours_each), out=part)
    came = np.flatnonzero(people.hub_hours > 0)
    company[came] += p.company_hub * people.hub_hours[came]
    busy = np.flatnonzero(people.activity_hours > 0)
    company[busy] += p.company_hub * people.activity_hours[busy]
    visited = np.flatnonzero(people.visit_hours > 0)
    company[visited] += p.company_visit * people.visit_hours[visited]
    online = np.flatnonzero(people.taught_online)
    company[online] += p.online_company_per_kin * people.kin_outside[online]
    people.connection = connection
    people.company = company
    return felt


def _kin_apart(people: Columns, kin: EdgeList, p: Parameters) -> Singles:
    """Strength of ties with family who live elsewhere: float32[n]."""
    apart = people.household[kin.a] != people.household[kin.b]
    inside = np.zeros(len(people))
    kin.add_strengths(kin.strength * apart, inside)
    total = np.multiply(people.kin_outside, np.float32(p.kin_strength))
    total += np.multiply(inside, 1.0 / FULL, out=inside)
    return total


def _neighbours(neighbours: EdgeList, size: int) -> Singles:
    """How many neighbours each person knows: float32[n]."""
    return neighbours.count(size).astype(np.float32)


def neighbours_feelings(people: Columns, felt: Floats) -> Singles:
    """Mean feeling of partner and in-place friends, weighted by strength: float32[n].

    `felt` is the sum `connect` returns; friends elsewhere and nobody count as feeling nothing.
    """
    strength = people.friend_strength + np.float32(1.0)
    strength += people.partner >= 0
    mean = (felt * (1.0 / (FULL * _Z_UNIT))).astype(np.float32)
    mean /= strength
    return mean


def wanted_feeling(people: Columns, felt: Floats, p: Parameters, ages: Floats) -> Singles:
    """The level z* each person's circumstances pull them to: float32[n]."""
    man = ages - p.feeling_female / 2  # and a woman that much above
    wanted = np.repeat(man.astype(np.float32), 12).take(people.age_months)
    part = np.empty_like(wanted)
    for much, what in (
        (p.feeling_disposition, people.disposition),
        (p.feeling_female, people.sex == Sex.FEMALE),
        (p.feeling_disabled, people.disabled),
        (p.feeling_bereaved, people.bereavement),
        (p.feeling_caring, people.strain),
        (-p.feeling_volunteering, people.volunteers),
        (p.feeling_contagion, neighbours_feelings(people, felt)),
    ):
        wanted += np.multiply(what, np.float32(much), out=part)
    for most, what, scale in (
        (p.feeling_connection, people.connection, 1.0),
        (p.feeling_company, people.company, p.company_half_hours),
    ):
        np.exp(np.multiply(what, np.float32(-1.0 / scale), out=part), out=part)
        wanted += np.multiply(part, np.float32(most), out=part)
    return wanted


def feel(people: Columns, ties: Ties, p: Parameters, luck: Luck, month: int, ages: Floats) -> None:
    """One month of feelings: z' = z + k (z* - z) + noise + event."""
    ids = people.id
    felt = connect(people, ties, p)
    step = wanted_feeling(people, felt, p, ages)
    step -= people.z
    step *= np.float32(p.feeling_speed)
    z = people.z
    z += step
    z += np.multiply(luck.normal(Decision.FEELING, ids, month), p.feeling_noise)
    chance = p.array("bad_event", QUINTILES)
    hit = luck.hit_by(Decision.EVENT, ids, month, chance, people.quintile)
    z[hit] += p.bad_event_size * luck.exponential(Decision.EVENT_SIZE, ids[hit], month)
    people.z = np.clip(z, np.float32(-FEELING_LIMIT), np.float32(FEELING_LIMIT), out=z)
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
