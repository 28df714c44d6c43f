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
from sim.world.bands import AGE_BAND_STARTS, AGE_BANDS, LEVELS, OLDEST_AGE, QUINTILES
from sim.world.place_data import (
    BANDS,
    Neighbourhoods,
    all_neighbourhoods,
    rule,
)
from sim.world.place_facts import council_figure
from sim.world.vital import age_weights

Floats = NDArray[np.float64]
_BISECTIONS = 50
_HOURS = ("1_9h", "10_19h", "20_34h", "35_49h", "50plus_h")


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
    """Factor on the odds of being disabled at any age: float64[n].

    It brings each neighbourhood's adults to the table's share times the neighbourhood's ratio.
    """
    table, adults = p.array("disabled_share", AGE_BANDS), adults_by_band(here)
    wanted = (adults @ table) / adults.sum(axis=1) * disabled_ratio(here, p)
    share = np.broadcast_to(table, adults.shape)
    return fitted_odds(share, adults, wanted)


def need_shares(p: Parameters) -> Floats:
    """Share of people at home at each need level: float64[band, level]."""
    rows = [p.array(f"need_share_{level}", AGE_BANDS) for level in LEVELS[1:]]
    table = np.stack(rows, axis=1)
    return np.concatenate([1.0 - table.sum(axis=1, keepdims=True), table], axis=1)


def need_gradient(p: Parameters) -> Floats:
    """Multiplier of any need by quintile and band (mean about one over people): [5, band]."""
    return np.stack([p.array(f"need_ratio_{q}", AGE_BANDS) for q in QUINTILES])


def need_by_age(p: Parameters) -> Floats:
    """Multiplier of any need by single year of age within its band: float64[OLDEST_AGE + 1].

    Need rises by `need_rise_per_year_of_age` (log) with every year from the first band it is
    told for; over England's people of each band it is one, so no band's share moves.
    """
    weight, told = age_weights(), np.ones(OLDEST_AGE + 1)
    stops = np.append(AGE_BAND_STARTS[1:], OLDEST_AGE)
    for start, stop in zip(AGE_BAND_STARTS.tolist(), stops.tolist(), strict=True):
        if start >= p.need_rises_from_age:
            rise = np.exp(p.need_rise_per_year_of_age * np.arange(stop - start))
            told[start:stop] = rise / np.average(rise, weights=weight[start:stop])
    told[OLDEST_AGE:] = told[OLDEST_AGE - 1]
    return told


def states_by_age(p: Parameters) -> Floats:
    """England's share at home at each level, then in care homes: float64[OLDEST_AGE + 1, 6].

    As `sim.world.population` peoples a place: any need follows `need_by_age`, at most everybody.
    """
    band = np.searchsorted(AGE_BAND_STARTS, np.arange(OLDEST_AGE + 1), side="right") - 1
    band = np.maximum(band, 0)
    home, shares = p.array("care_home", AGE_BANDS)[band], need_shares(p)[band]
    any_need = 1.0 - shares[:, 0]
    told = np.minimum(any_need * need_by_age(p), 1.0)
    levels = shares[:, 1:] * (told / any_need)[:, None]
    at_home = np.concatenate([1.0 - told[:, None], levels], axis=1)
    return np.concatenate([at_home * (1.0 - home)[:, None], home[:, None]], axis=1)


def need_ratio(here: Neighbourhoods, p: Parameters) -> Floats:
    """Care need over that of the neighbourhood's deprivation fifth, age for age: float64[n].

    Need already follows deprivation; only what the Census shows beyond the mean of the fifth is
    added, to the power `need_follows_disabled`. Each fifth of England keeps its level of need.
    """
    everywhere = all_neighbourhoods()
    ratio = disabled_ratio(everywhere, p) ** p.need_follows_disabled
    needy, fifth = adults_by_band(everywhere) @ _any_need(p), everywhere.quintile - 1
    size = len(QUINTILES)
    usual = np.bincount(fifth, ratio * needy, size) / np.bincount(fifth, needy, size)
    mine = disabled_ratio(here, p) ** p.need_follows_disabled
    return np.asarray(mine / usual[here.quintile - 1])


def _any_need(p: Parameters) -> Floats:
    """Share of people at home with any need by AGE_BANDS in England: float64[7]."""
    return np.asarray(1.0 - need_shares(p)[:, 0])


@dataclass(frozen=True)
class CarerFactors:
    """By neighbourhood (its council's): factors on caring for people elsewhere, float64[n].

    `share` on how many do; `hours` on their mean hours.
    """

    share: Floats
    hours: Floats


def carer_factors(here: Neighbourhoods, p: Parameters) -> CarerFactors:
    """How caring for people elsewhere differs where the council's Census carers differ.

    Care inside the place follows need and cannot be set. What need leaves unexplained of the
    council's ratio to England, of all carers and of those of 35 hours or more, falls on carers of
    people elsewhere, who are `outside_carer_part` and `outside_carer_part_35h` of them.
    """
    everywhere = all_neighbourhoods()
    needy, elsewhere = _expected_carers(everywhere, p)
    codes, which = np.unique(everywhere.utla, return_inverse=True)
    told = np.array([_census_carers(code) for code in codes.tolist()])
    adults, needy, elsewhere = (
        np.bincount(which, weights=each.astype(np.float64))
        for each in (everywhere.adults, needy, elsewhere)
    )
    counts = (told[:, 0], told[:, 1], needy, elsewhere)
    england = [each.sum() / adults.sum() for each in counts]
    if here.own:  # somebody's own numbers of this council, against the same England
        row, whole = np.searchsorted(codes, here.utla[:1]), here.own.whole
        told[row] = _census_carers(str(here.utla[0]), here)
        adults[row] = whole.adults.sum()
        for column, each in zip((needy, elsewhere), _expected_carers(whole, p), strict=True):
            column[row] = np.bincount(np.zeros(len(each), dtype=np.int64), weights=each)
    every, long, inside, outside = (
        (each / adults) / usual for each, usual in zip(counts, england, strict=True)
    )
    share = _outside(every, inside, p.outside_carer_part)
    more = _outside(long, inside, p.outside_carer_part_35h) / share
    hours, row = _mean_factor(more, p), np.searchsorted(codes, here.utla)
    return CarerFactors((share / outside)[row], hours[row])


def _outside(ratio: Floats, inside: Floats, part: float) -> Floats:
    """Factor on a part so that part and rest together change by `ratio`; at least a small one."""
    return np.asarray(
        np.maximum((ratio - (1.0 - part) * inside) / part, rule("carer_factor_least"))
    )


def _mean_factor(ratio: Floats, p: Parameters) -> Floats:
    """Factor on the mean of exponential hours that multiplies those over 35 answered by `ratio`."""
    usual, most = p.hands_on_point_3 / p.outside_care_mean_hours, rule("carer_factor_most")
    least = usual / most
    return np.asarray(np.maximum(usual / np.maximum(usual - np.log(ratio), least), 1.0 / most))


def _expected_carers(here: Neighbourhoods, p: Parameters) -> tuple[Floats, Floats]:
    """People in need, and carers of people elsewhere before any factor: float64[n] each."""
    adults = adults_by_band(here)
    needy = (adults * _any_need(p) * need_gradient(p)[here.quintile - 1]).sum(axis=1)
    return needy * need_ratio(here, p), adults @ p.array("outside_carer", AGE_BANDS)


def _census_carers(code: str, here: Neighbourhoods | None = None) -> tuple[float, float]:
    """A council's Census carers: all, and of 35 hours a week or more."""
    hours = [council_figure(code, f"carers_{each}", here) for each in _HOURS]
    return sum(hours), sum(hours[_HOURS.index("35_49h") :])
