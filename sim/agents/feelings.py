"""Feelings: loneliness and life satisfaction, one month at a time.

Looks at who people are, their ties, company, grief, need and caring; changes `z` (the latent gap
between the connection a person wants and has) and `life_satisfaction`. Everyone reads
the old state and writes the new, so the order of people never matters.
Source of the equations: docs/model, from the project's study of loneliness and tie dynamics.
"""

from __future__ import annotations

from typing import Any

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
Whole = NDArray[np.int64]
Rows = NDArray[np.int64]

_AGE_POINTS = ("20", "30", "42", "57", "70", "82")
_Z_UNIT = 1 << 16  # feelings travel along ties as whole numbers, so sums do not depend on order


def age_effect(p: Parameters) -> Floats:
    """f(age) by single year of age: float64[OLDEST_AGE + 100]."""
    years = np.arange(OLDEST_AGE + 100)
    points = p.array("feeling_age_point", _AGE_POINTS)
    return np.interp(years, points, p.array("feeling_age", _AGE_POINTS))


def connect(people: Columns, ties: Ties, p: Parameters) -> Whole:
    """Felt connection S, weekly hours of company h and friends' strength, from ties as they are.

    Returns the strength-weighted sum of feelings of partner and in-place friends: int64[n].
    """
    size = len(people)
    feelings, mate = _in_whole_numbers(people.z), _mates(people.partner, size)
    partners = feelings.take(mate, mode="clip")  # whose tie is one of full strength
    friends, felt = ties.friends.sums(feelings[:size], partners)
    ties.companions.add_sums(feelings[:size], friends, felt)
    many = people.friend_strength
    np.copyto(many, friends.astype(np.int32), casting="same_kind")  # two short ways, not a long
    many *= np.float32(1.0 / FULL)
    relatives = np.multiply(people.kin_outside, np.float32(p.kin_strength))
    relatives += _kin_apart(people, ties.kin)
    each_once = np.ones(len(ties.neighbours), dtype=np.int32)
    known = ties.neighbours.sum_at_ends(each_once, size).astype(np.float32)
    parts = (
        (many, p.connection_friend, p.company_friend),
        (relatives, p.connection_kin, p.company_kin),
        (known, p.connection_neighbour, p.company_neighbour),
    )
    at_home, code = _by_home(p), _home_code(people, _together(people, mate))
    part = np.empty_like(many)
    for row, total in enumerate((people.connection, people.company)):
        at_home[row].take(code, mode="clip", out=total)
        for much, *each in parts:
            total += np.multiply(much, np.float32(each[row]), out=part)
    company = people.company
    for hours, worth in (
        (people.hub_hours, p.company_hub),
        (people.activity_hours, p.company_hub),
        (people.visit_hours, p.company_visit),
    ):
        company += np.multiply(hours, np.float32(worth), out=part)
    company += people.alongside_hours
    online = np.flatnonzero(people.taught_online)
    company[online] += p.online_company_per_kin * people.kin_outside[online]
    return felt


def _in_whole_numbers(z: Singles) -> NDArray[np.int32]:
    """Feelings as they travel along ties, then one more that is nobody's: int32[n + 1]."""
    steps = np.multiply(z, np.float32(_Z_UNIT))  # 24 bits hold it
    whole = np.zeros(z.size + 1, dtype=np.int32)
    np.copyto(whole[:-1], np.rint(steps, out=steps), casting="unsafe")
    return whole


def _mates(partner: NDArray[np.int32], nobody: int) -> Rows:
    """Row of each partner, `nobody` where there is none: int64[n], for quick looks."""
    mate = np.empty(partner.size, dtype=np.int64)
    # read without its sign -1 is the largest number: no branch, which half the people would take
    np.minimum(partner.view(np.uint32), np.uint32(nobody), out=mate, casting="same_kind")
    return mate


def _together(people: Columns, mate: Rows) -> NDArray[np.bool_]:
    """Who lives with their partner: bool[n]."""
    together = people.household.take(mate, mode="clip") == people.household
    together &= people.partner >= 0
    return np.asarray(together)


def _home_code(people: Columns, together: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Who one lives with: 1 a partner, 2 somebody else, 4 a care home (and 5 with a partner)."""
    away = ~people.at_home
    shares = people.household_size > 1
    shares &= ~(together | away)
    code = away.view(np.uint8)
    for digit in (shares, together):
        code = code + code  # small whole numbers add up quicker than they shift
        code += digit.view(np.uint8)
    return code.astype(np.int64)


def _by_home(p: Parameters) -> Singles:
    """Connection and hours of company by `_home_code`: float32[2, 8]."""
    connection = p.connection_partner, p.connection_sharing, p.connection_care_home
    company = p.company_partner, p.company_sharing, p.company_care_home
    code = np.arange(1 << len(company))
    each = np.stack([code & 1, code >> 1 & 1, code >> 2]).astype(np.float32)
    return np.asarray(np.array([connection, company], dtype=np.float32) @ each)


def _kin_apart(people: Columns, kin: EdgeList) -> Singles:
    """Strength of ties with family here who live elsewhere: float32[n], to the last bit."""
    weight, house = kin.strength.copy(), people.household
    a, b = kin.a[: kin.inner], kin.b[: kin.inner]
    weight[: kin.inner] *= house.take(a, mode="clip") != house.take(b, mode="clip")
    inside = kin.sum_at_ends(weight, len(people)).astype(np.float32)
    inside *= np.float32(1.0 / FULL)
    return inside


def neighbours_feelings(people: Columns, felt: NDArray[Any]) -> Singles:
    """Mean feeling of partner and in-place friends, weighted by strength: float32[n].

    `felt` is the sum `connect` returns; friends elsewhere and nobody count as feeling nothing.
    """
    strength = people.friend_strength + np.float32(1.0)
    strength += people.partner >= 0
    mean = felt.astype(np.float32)
    mean *= np.float32(1.0 / (FULL * _Z_UNIT))
    return np.divide(mean, strength, out=mean)


def wanted_feeling(people: Columns, felt: NDArray[Any], p: Parameters, ages: Floats) -> Singles:
    """The level z* each person's circumstances pull them to: float32[n]."""
    man = ages - p.feeling_female / 2  # and a woman that much above
    wanted = np.repeat(man.astype(np.float32), 12).take(people.age_months, mode="clip")
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
    z = people.z
    step -= z
    step *= np.float32(p.feeling_speed)
    z += step
    noise = np.multiply(luck.normal(Decision.FEELING, ids, month), p.feeling_noise)
    np.copyto(z, np.add(z, noise, out=noise), casting="same_kind")
    chance = p.array("bad_event", QUINTILES)
    hit = luck.hit_by(Decision.EVENT, ids, month, chance, people.quintile)
    z[hit] += p.bad_event_size * luck.exponential(Decision.EVENT_SIZE, ids[hit], month)
    np.minimum(z, np.float32(FEELING_LIMIT), out=z)
    np.maximum(z, np.float32(-FEELING_LIMIT), out=z)
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
