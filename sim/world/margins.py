"""How a place differs from England, age for age, in what its own data say.

Like reading a town's figures against the country's before sorting its people. Looks at
neighbourhoods, council figures and parameters; returns factors of odds and ratios by which
national tables are bent towards the place. England as a whole gets factors of about one, so what
was fitted to England stays. Changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters
from sim.world.bands import AGE_BAND_STARTS, AGE_BANDS, QUINTILES
from sim.world.place_data import (
    BANDS,
    Neighbourhoods,
    all_neighbourhoods,
    band_counts,
    councils,
    rule,
)
from sim.world.place_facts import council_figure

Floats = NDArray[np.float64]
_BISECTIONS = 50
_ADULTS_WHO_CARE = ("16_34", "35_49", "50_64", "65_74", "75_84", "85_plus")
_LONG_HOURS = ("20_34h", "35_49h", "50plus_h")
_HOURS = ("1_9h", "10_19h", *_LONG_HOURS)


def shifted(share: Floats, odds: Floats | float) -> Floats:
    """Shares whose odds are multiplied by `odds`."""
    return np.asarray(odds * share / (1.0 - share + odds * share))


def fitted_odds(share: Floats, weight: Floats, wanted: Floats) -> Floats:
    """By how much the odds of `share` are multiplied so that their mean is `wanted`: float64[n].

    `share` and `weight` are n x k (kinds of people or homes in each neighbourhood), `wanted` n.
    The mean rises with the odds, so halving finds the one answer; 1 where nobody is.
    """
    total = weight.sum(axis=1)
    low, high = np.zeros(len(wanted)), np.ones(len(wanted))
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0  # odds are middle : 1 - middle, which covers them all
        mean = (weight * shifted(share, (middle / (1.0 - middle))[:, None])).sum(axis=1)
        under = mean < wanted * total
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    middle = (low + high) / 2.0
    return np.asarray(np.where(total > 0, middle / (1.0 - middle), 1.0))


def adults_by_band(here: Neighbourhoods) -> Floats:
    """People aged 16 or over by the model's AGE_BANDS: float64[n, 7].

    The one band of the data that spans two, 45-54, is split as in England.
    """
    return np.asarray(here.people @ bands_to_bands().T)


@cache
def bands_to_bands() -> Floats:
    """Share of each of the 13 bands of the data in each of AGE_BANDS, 7 x 13; no children."""
    mixing = np.zeros((len(AGE_BANDS), len(BANDS)))
    for column, band in enumerate(BANDS[1:], start=1):
        start = int(band.split("_")[0])
        row = int(np.searchsorted(AGE_BAND_STARTS, start, side="right")) - 1
        mixing[row, column] = 1.0
        if band == "45_54":
            split = rule("mid_decade_split")
            mixing[row, column], mixing[row + 1, column] = split, 1.0 - split
    return mixing


def _adults_who_care(code: str) -> Floats:
    """A council's people by the ages of Census carers: 16-34, 35-49, 50-64, 65, 75 and 85: [6]."""
    bands = bands_to_bands() @ band_counts(councils()[code])
    return np.concatenate([[bands[0] + bands[1]], bands[2:]])


def disabled_ratio(here: Neighbourhoods, p: Parameters) -> Floats:
    """Census disabled share over what the neighbourhood's ages alone would give: float64[n].

    England is 1. The Census share counts everybody and asks a narrower question than the survey
    the model's table is fitted to: only the shape by age is taken from that table.
    """
    everywhere = all_neighbourhoods()
    people = everywhere.people.sum(axis=1)
    england = float(everywhere.disabled_share @ people) / float(
        _expected_disabled(everywhere, p).sum()
    )
    expected = _expected_disabled(here, p) / here.people.sum(axis=1)
    return np.asarray(here.disabled_share / expected / england)


def _expected_disabled(here: Neighbourhoods, p: Parameters) -> Floats:
    """People the survey would call disabled if only age mattered: float64[n]."""
    adults = adults_by_band(here) @ p.array("disabled_share", AGE_BANDS)
    return np.asarray(adults + here.people[:, 0] * p.child_disabled_frs)


def disabled_odds(here: Neighbourhoods, p: Parameters) -> Floats:
    """Factor on the odds of being disabled at any age, so that each neighbourhood's adults have
    the table's share times its ratio: float64[n]."""
    table, adults = p.array("disabled_share", AGE_BANDS), adults_by_band(here)
    wanted = (adults @ table) / adults.sum(axis=1) * disabled_ratio(here, p)
    share = np.broadcast_to(table, adults.shape)
    return fitted_odds(share, adults, wanted)


def need_ratio(here: Neighbourhoods, p: Parameters) -> Floats:
    """Care need over that of the neighbourhood's deprivation fifth, age for age: float64[n].

    Need already follows deprivation; only what the Census shows beyond the mean of the fifth is
    added, to the power `need_follows_disabled`. England and each fifth of it keep their level.
    """
    everywhere = all_neighbourhoods()
    ratio, people = disabled_ratio(everywhere, p), everywhere.people.sum(axis=1)
    fifth = everywhere.quintile - 1
    size = len(QUINTILES)
    usual = np.bincount(fifth, ratio * people, size) / np.bincount(fifth, people, size)
    return np.asarray((disabled_ratio(here, p) / usual[here.quintile - 1]) ** p.need_follows_disabled)


@dataclass(frozen=True)
class CarerFactors:
    """By neighbourhood (its council's): factors on caring for people elsewhere, float64[n].

    `share` on how many do; `hours` on their mean hours.
    """

    share: Floats
    hours: Floats


def carer_factors(here: Neighbourhoods, p: Parameters) -> CarerFactors:
    """How caring for people elsewhere differs where the council's Census carers differ.

    Care inside the place follows need and cannot be set; what its carers miss of the council's
    ratio to England falls on carers of people elsewhere, who are `outside_carer_part` of all and
    `outside_carer_part_20h` of those who answer 20 hours or more. England's factors are one.
    """
    codes, which = np.unique(here.utla, return_inverse=True)
    everywhere = all_neighbourhoods()
    england = _carers(list(councils()), p)
    disabled, people = disabled_ratio(everywhere, p), everywhere.people.sum(axis=1)
    share, hours = np.ones(len(codes)), np.ones(len(codes))
    for row, code in enumerate(codes.tolist()):
        mine = everywhere.utla == code
        inside = float(disabled[mine] @ people[mine] / people[mine].sum())
        every, long = (_carers([code], p) / england).tolist()
        share[row] = _outside(every, inside, p.outside_carer_part)
        long = _outside(long, inside, p.outside_carer_part_20h) / share[row]
        hours[row] = _mean_factor(long, p)
    return CarerFactors(share[which], hours[which])


def _outside(ratio: float, inside: float, part: float) -> float:
    """Factor on a part so that part and rest together change by `ratio`; at least a small one."""
    return max((ratio - (1.0 - part) * inside) / part, rule("carer_factor_least"))


def _mean_factor(ratio: float, p: Parameters) -> float:
    """Factor on the mean of exponential hours that multiplies those over 20 answered by `ratio`."""
    usual = p.hands_on_point_2 / p.outside_care_mean_hours
    most = rule("carer_factor_most")
    return float(np.clip(usual / np.maximum(usual - np.log(ratio), usual / most), 1.0 / most, most))


def _carers(codes: list[str], p: Parameters) -> Floats:
    """Census carers over those expected from ages alone: all, and from 20 hours; float64[2]."""
    told = np.zeros(2)
    expected = 0.0
    by_age = p.array("unpaid_carer_share", _ADULTS_WHO_CARE)
    for code in codes:
        hours = np.array([council_figure(code, f"carers_{each}") for each in _HOURS])
        told += (hours.sum(), hours[-len(_LONG_HOURS) :].sum())
        expected += float(_adults_who_care(code) @ by_age)
    return np.asarray(told / expected)
