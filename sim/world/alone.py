"""How likely people live alone where they live: fitted to one-person households.

Looks at neighbourhoods, council figures and parameters; returns a factor on the odds of living
alone. Changes nothing.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.parameters import Parameters
from sim.world.bands import AGE_BAND_STARTS, AGE_BANDS, Sex
from sim.world.households import by_age_and_sex
from sim.world.margins import bands_to_bands, shifted
from sim.world.place_data import Neighbourhoods, all_neighbourhoods
from sim.world.place_facts import council_figure
from sim.world.population import female_share

Floats = NDArray[np.float64]
_BISECTIONS = 50
_SECANTS = 12
# Next to the share, and yet a thousand times as far as rounding moves it.
_NEAR = math.sqrt(sys.float_info.epsilon) / 100


def alone_odds(here: Neighbourhoods, p: Parameters) -> Floats:
    """Factor on the odds of living alone, by the neighbourhood's council: float64[n].

    Solved over all neighbourhoods of the council, so that its expected share of one-person
    households, couples who find nobody and sharers left over included, is the Census share.
    """
    found = np.ones(len(here))
    everywhere = all_neighbourhoods()
    codes, which = np.unique(here.utla, return_inverse=True)
    for row, code in enumerate(codes.tolist()):
        whole = everywhere.take(np.flatnonzero(everywhere.utla == code))
        whole = here.own.whole if here.own else whole
        told = council_figure(code, "one_person_household_share", here)
        found[which == row] = _solve_alone(adults_by_sex_and_band(whole, p), told, p)
    return found


def adults_by_sex_and_band(here: Neighbourhoods, p: Parameters) -> Floats:
    """Expected people in households by neighbourhood, sex and AGE_BANDS: float64[n, 2, 7]."""
    women = here.adult_bands * female_share(p)
    by_sex = np.stack([here.adult_bands - women, women], axis=1)  # in the order of SEXES
    at_home = 1.0 - p.array("care_home", AGE_BANDS)
    return np.asarray(by_sex @ bands_to_bands()[:, 1:].T * at_home)


def _solve_alone(adults: Floats, told: float, p: Parameters) -> float:
    """The odds at which the share is the one told, halving the range of odds / (1 + odds).

    The share rises with the odds. Where it meets the one told is found quickly first, and no
    half that lies clearly on one side of it is worked out: the answer is to the bit the same.
    """

    def missed(middle: float) -> float:
        return one_person_share(adults, middle / (1.0 - middle), p) - told

    under, over = _around(missed)
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        below = middle <= under or (middle < over and missed(middle) < 0.0)
        low, high = (middle, high) if below else (low, middle)
    return middle / (1.0 - middle)


def _around(missed: Callable[[float], float]) -> tuple[float, float]:
    """Two numbers near each other between which a rising function of 0 to 1 crosses 0.

    By secants; 0 and 1 where those do not find it. What is missed at the two is seen to differ
    in sign, by far more than rounding.
    """
    before, at = 1.0 / 2.0, 1.0 / 2.0 + 1.0 / 12.0
    old, new = missed(before), missed(at)
    for _ in range(_SECANTS):
        if new == old or abs(at - before) < _NEAR:
            break
        step = new * (at - before) / (new - old)
        before, at, old = at, min(max(at - step, 2.0 * _NEAR), 1.0 - 2.0 * _NEAR), new
        new = missed(at)
    under, over = at - _NEAR, at + _NEAR
    return (under, over) if missed(under) < 0.0 <= missed(over) else (0.0, 1.0)


def one_person_share(adults: Floats, odds: float, p: Parameters) -> float:
    """Expected share of households with one person when the odds of living alone are multiplied.

    `adults` float64[n, sex, band]. Follows `households.form_households`: couples pair within a
    neighbourhood, so a surplus of either sex is left over (the mean of a folded normal); they
    and everybody else share or join a family, and an odd sharer out lives alone.
    """
    usual, couple = by_age_and_sex(p, "living_alone"), by_age_and_sex(p, "living_as_couple")
    alone = shifted(usual, odds)
    couple = couple * (1.0 - alone) / (1.0 - usual)
    wants = adults * couple
    by_sex = wants.sum(axis=2)
    men, women = by_sex[:, Sex.MALE], by_sex[:, Sex.FEMALE]
    same, many = p.same_sex_couple_share, wants.sum(axis=(1, 2))
    left = _folded(women - men, adults, couple) * (1.0 - same)
    # Pairs of one sex leave somebody over in half of all neighbourhoods with more than a few.
    left = left + ((1.0 - np.exp(-2.0 * same * by_sex)) / 2.0).sum(axis=1)
    paired = np.maximum(many - left, 0.0)
    found_nobody = 1.0 - paired / np.maximum(many, 1.0)
    rest = adults * (1.0 - alone - couple) + wants * found_nobody[:, None, None]
    young = p.sharer_age_limit > AGE_BAND_STARTS
    sharers = (rest * np.where(young, p.young_sharer_share, p.older_sharer_share)).sum(axis=(1, 2))
    seats = p.sharers_per_household
    ones = (adults * alone).sum(axis=(1, 2)) + 1.0 / seats
    others = paired / 2.0 + sharers / seats + (seats - 1.0) / (2.0 * seats) - 1.0 / seats
    return float(ones.sum() / (ones + others).sum())


def _folded(surplus: Floats, adults: Floats, couple: Floats) -> Floats:
    """Mean size of a surplus of women over men whose expected value is known: float64[n]."""
    everyone = adults.sum(axis=1)
    share = adults * couple / np.maximum(everyone, 1.0)[:, None, :]
    each = share.sum(axis=1) - (share[:, Sex.FEMALE] - share[:, Sex.MALE]) ** 2
    spread = np.sqrt(np.maximum((everyone * each).sum(axis=1), 1.0))
    score = surplus / spread
    curve = np.sqrt(2.0 / math.pi) * np.exp(-(score**2) / 2.0)
    return np.asarray(spread * curve + surplus * (2.0 * ndtr(score) - 1.0))
