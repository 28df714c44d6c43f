"""Rates of need that hold England's published prevalence, by a cohort projection of expectations.

Like a demographer's table kept beside the town: England's ages, each spread over no need, four
levels (newly or long in need) and a care home, are carried through the model's own monthly
chances in expectation, without luck and without people. Looks at parameters and the official
tables of age and death; changes nothing. `balance` finds the chances of starting and
worsening need, by age and level, and how care-home entry varies with age, for which the shares of
each age band stay where the record opens; the registry holds what it found (`need_onset_*`,
`need_worsens_*`, `care_home_entry_age_ratio_*`), and `drift` says how far any numbers are from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from sim.agents.need import WORSE_AGES, onset_shares, worsening
from sim.parameters import Parameters
from sim.units import THOUSAND, chance_per_month
from sim.world.bands import ADULT_AGE, AGE_BANDS, LEVELS, OLDEST_AGE, age_band
from sim.world.lifecourse import over_official
from sim.world.margins import need_by_age, need_shares
from sim.world.vital import age_weights, death_chance_per_year, year_column

Floats = NDArray[np.float64]
FIRST_YEAR = 2024
LATEST = 100  # years a projection may have
HOME = len(LEVELS)  # column of people in care homes, after the levels
HELD_WITHIN = 0.03  # how exactly a share is held, as a share of itself
PULL = 0.4  # how far a chance moves from the registry's for as much, in logs
WORSE = dict(zip(WORSE_AGES, ([0, 1, 2, 3], [4], [5], [6]), strict=True))
OLDER = [AGE_BANDS.index(name) for name in ("65_74", "75_84", "85_plus")]
# Who is left in a state is not a mean person: those who recover are likelier to fall ill again,
# those most likely to move have moved, and severe need stands at other ages of its band. Chances
# seen in the model over those of a mean person, measured over eight years of two Englands of
# 20,000 (seeds 1 and 2): of starting need by band; of a care home at levels 1 to 4, and of dying
# (at home at levels 0 to 4, in a care home), for the three oldest bands.
SEEN_ONSET = (1.03, 1.03, 1.01, 1.08, 1.11, 1.16, 1.01)
SEEN_ENTRY = ((1.11, 1.06, 1.03, 1.02), (1.11, 1.03, 0.92, 0.87), (1.02, 0.96, 0.81, 0.68))
SEEN_DEATH = (
    (0.99, 1.09, 1.05, 1.00, 0.93, 0.98),
    (1.02, 1.07, 1.03, 0.97, 0.92, 1.04),
    (1.06, 1.10, 1.06, 0.96, 0.82, 1.06),
)


@dataclass(frozen=True)
class Rates:
    """Monthly chances of the projection, by age band.

    `onset` float[band, 4] to each level; `worse` float[band, 5]; `new` of recovering wholly while
    need is new; `slow` float[band] of one level later; `entry` float[band, 5] to a care home;
    `death` float[band, 6] ratio to the official chance; `fast_months` how long need is new;
    `by_age` float[age] how onset and the opening's need differ by year of age within a band;
    `over` float[year] deaths over those of the official chances.
    """

    onset: Floats
    worse: Floats
    new: float
    slow: Floats
    entry: Floats
    death: Floats
    fast_months: int
    by_age: Floats
    over: Floats


def opening_shares(p: Parameters) -> Floats:
    """Share of each age band at home by level and in care homes: float64[band, 6]."""
    homes = p.array("care_home", AGE_BANDS)
    at_home = need_shares(p) * (1.0 - homes)[:, None]
    return np.concatenate([at_home, homes[:, None]], axis=1)


def rates_of(p: Parameters) -> Rates:
    """The model's own chances in expectation: `agents.need`, `agents.crisis`, `agents.risk`."""
    shares = opening_shares(p)
    homes = p.array("mortality_care_home_ratio", AGE_BANDS)
    power = np.append(p.array("mortality_need_power", LEVELS), 1.0)
    state = homes[:, None] ** power
    death = state / (shares * state).sum(axis=1, keepdims=True)
    ratio = p.array("admission_ratio", tuple(f"level_{level}" for level in range(len(LEVELS))))
    living = shares[:, :HOME] / shares[:, :HOME].sum(axis=1, keepdims=True)
    usual = p.array("admissions_per_1000", AGE_BANDS) / THOUSAND / 12
    admitted = (usual / (living @ ratio))[:, None] * ratio
    yearly = np.where(
        (np.arange(len(AGE_BANDS)) >= OLDER[0])[:, None],
        p.array("care_home_entry_65plus", LEVELS),
        p.array("care_home_entry_18_64", LEVELS),
    )
    after = 1.0 + (p.care_home_entry_ratio_after_admission - 1.0) * admitted
    entry = yearly / 12 * after * p.array("care_home_entry_age_ratio", AGE_BANDS)[:, None]
    entry[OLDER, 1:] *= SEEN_ENTRY
    death[OLDER] *= SEEN_DEATH
    onset = onset_by_level(p) * np.array(SEEN_ONSET)[:, None]
    return Rates(
        onset, worsening(p), p.need_recovers_new,
        p.array("need_recovers_slow", AGE_BANDS),
        entry, death, int(p.need_fast_months), need_by_age(p),
        np.array([over_official(p, year) for year in range(LATEST)]),
    )  # fmt: skip


def onset_by_level(p: Parameters) -> Floats:
    """Monthly chance of starting need at each level, 1 to 4, without risk: float64[band, 4]."""
    return np.asarray(p.array("need_onset", AGE_BANDS)[:, None] * onset_shares(p))


def project(shares: Floats, rates: Rates, years: int = 10) -> Floats:
    """Shares of each age band by state at the start and after each year: float64[years + 1, 7, 6].

    Each single year of age starts with its band's shares and England's people; every birthday
    moves it on, and 16-year-olds arrive with the youngest band's shares.
    """
    ages = np.arange(ADULT_AGE, OLDEST_AGE)
    band = age_band(ages * 12)
    people = age_weights(FIRST_YEAR)[ages][:, None] * _rising(shares[band], rates.by_age[ages])
    young = age_weights(FIRST_YEAR)[ADULT_AGE] * shares[0]
    new = np.zeros((rates.fast_months, ages.size, len(LEVELS)))  # opening need is long-standing
    told = [_by_band(people + _levels(new), band)]
    # official chances hold how need rises within a band: at each age as many die as they say
    usual = (people * rates.death[band]).sum(axis=1) / people.sum(axis=1)
    for year in range(years):
        dies = chance_per_month(death_chance_per_year()[:, :, year_column(FIRST_YEAR + year)])
        dies = rates.over[year] * dies.mean(axis=0)[ages] / usual
        for _ in range(12):
            people, new = _month(people, new, band, dies, rates, rates.by_age[ages])
        people, new = np.roll(people, 1, axis=0), np.roll(new, 1, axis=1)
        people[0], new[:, 0] = young, 0.0
        told.append(_by_band(people + _levels(new), band))
    return np.array(told)


def _rising(shares: Floats, by_age: Floats) -> Floats:
    told = shares.copy()
    most = (shares[:, :HOME].sum(axis=1) / shares[:, 1:HOME].sum(axis=1))[:, None]
    told[:, 1:HOME] = shares[:, 1:HOME] * np.minimum(by_age[:, None], most)
    told[:, 0] -= (told - shares)[:, 1:HOME].sum(axis=1)
    return told


def _levels(new: Floats) -> Floats:
    return np.concatenate([new.sum(axis=0), np.zeros((new.shape[1], 1))], axis=1)


def _by_band(people: Floats, band: NDArray[np.int64]) -> Floats:
    sums = np.zeros((len(AGE_BANDS), people.shape[1]))
    np.add.at(sums, band, people)
    return np.asarray(sums / sums.sum(axis=1, keepdims=True))


def _month(
    people: Floats,
    new: Floats,
    band: NDArray[np.int64],
    dies: Floats,
    rates: Rates,
    by_age: Floats,
) -> tuple[Floats, Floats]:
    """One month: deaths, care homes, onset, worsening, recovery (in the model's order)."""
    left = 1.0 - np.minimum(dies[:, None] * rates.death[band], 1.0)
    people, new = people * left, new * left[None, :, :HOME]
    enter = rates.entry[band]
    moved = (people[:, :HOME] * enter).sum(axis=1) + (new * enter).sum(axis=(0, 2))
    people = people.copy()
    people[:, :HOME] *= 1.0 - enter
    people[:, HOME] += moved
    new = new * (1.0 - enter)
    worse, slow = rates.worse[band], rates.slow[band][:, None]
    starts = people[:, :1] * rates.onset[band] * by_age[:, None]
    up = people[:, 1:HOME] * worse[:, 1:]
    down = people[:, 1:HOME] * (1.0 - worse[:, 1:]) * slow
    people[:, 0] -= starts.sum(axis=1)
    people[:, 1:HOME] -= up + down
    people[:, 2:HOME] += up[:, :-1]
    people[:, 0 : HOME - 1] += down
    up = new * worse
    down = (new - up) * rates.new
    people[:, 0] += down[:, :, 1:].sum(axis=(0, 2))
    new = new - up - down
    new[:, :, 1:] += up[:, :, :-1]
    people[:, 1:HOME] += new[-1, :, 1:]  # no longer new
    new = np.roll(new, 1, axis=0)
    new[0] = 0.0
    new[0, :, 1:] = starts
    return people, new


def drift(p: Parameters, years: int = 10) -> Floats:
    """Each state's share after `years` over its share at the start: float64[band, 6]."""
    told = project(opening_shares(p), rates_of(p), years)
    return np.asarray(told[-1] / told[0])


def balance(p: Parameters, years: int = 10) -> dict[str, float]:
    """Registry keys and the values that hold the opening shares: {key: value}.

    Least squares over shares by band and level (3% each, every second year) and how far each
    chance moves from the registry's: onset by level, worsening and care-home entry by age. The
    pull to what is there keeps a solution that many would fit from being a strange one.
    """
    shares, rates = opening_shares(p), rates_of(p)
    size = rates.onset.size

    def moved(steps: Floats) -> Rates:
        worse, entry = rates.worse.copy(), rates.entry.copy()
        for row, bands in enumerate(WORSE.values()):
            worse[bands, 1:-1] *= np.exp(steps[size:-3].reshape(-1, 3)[row])
        entry[OLDER] *= np.exp(steps[-3:])[:, None]
        onset = rates.onset * np.exp(steps[:size].reshape(rates.onset.shape))
        return replace(rates, onset=onset, worse=worse, entry=entry)

    def off(steps: Floats) -> Floats:
        told = project(shares, moved(steps), years)
        far = np.log(told[2::2] / told[0])
        onset = steps[:size].reshape(rates.onset.shape)
        total = onset.mean(axis=1)
        worse = steps[size:-3].reshape(-1, 3)
        return np.concatenate([
            far[:, :, 1:HOME].ravel() / HELD_WITHIN, far[:, OLDER, HOME].ravel() / HELD_WITHIN,
            (onset - total[:, None]).ravel() / PULL, total / PULL, worse.ravel() / PULL,
            np.diff(worse, axis=0).ravel() / PULL, steps[-3:] / PULL,
        ])  # fmt: skip

    found = moved(least_squares(off, np.zeros(size + 3 * len(WORSE) + 3)).x)
    return _as_rows(found, rates, p)


def _as_rows(found: Rates, before: Rates, p: Parameters) -> dict[str, float]:
    told: dict[str, float] = {}
    total = found.onset.sum(axis=1)
    for row, band in enumerate(AGE_BANDS):
        told[f"need_onset_{band}"] = total[row] / SEEN_ONSET[row]
        for column, level in enumerate(LEVELS[1:]):
            told[f"need_onset_share_{level}_{band}"] = found.onset[row, column] / total[row]
    for group, bands in WORSE.items():
        for column, level in enumerate(LEVELS[1:-1], start=1):
            told[f"need_worsens_{group}_{level}"] = found.worse[bands[0], column]
    ratio = p.array("care_home_entry_age_ratio", AGE_BANDS)
    for row in OLDER:
        told[f"care_home_entry_age_ratio_{AGE_BANDS[row]}"] = (
            ratio[row] * found.entry[row, -1] / before.entry[row, -1]
        )
    return told
