"""Risk multipliers: how loneliness, isolation and unmet need move official rates.

Official rates already contain everyone's loneliness and isolation, so each multiplier is divided
by its own mean within age band and sex in England's starting population (`Norms`), once per
parameter draw; then the norms are frozen and shared by all scenarios. Renormalising monthly would
erase every effect. Associations are not causes: log(HR used) = causal fraction x log(HR).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.parameters import Parameters
from sim.world.bands import AGE_BANDS, LEVELS, OLDEST_AGE, QUINTILES, SEXES, age_band
from sim.world.columns import Columns
from sim.world.margins import need_by_age, need_gradient, states_by_age

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
EVERYBODY = slice(None)


@dataclass(frozen=True)
class Norms:
    """What is fixed once, in England's starting population, for one parameter draw.

    `thresholds` float[4]: cuts of the five-step answer. `broad_cut`: the cut with 38.5% above.
    `unmet_share`: mean share of need nobody meets, among people in need at home;
    `goes_without`: share of them whose need counts as unmet (`crisis.goes_without`).
    `means` risk name -> float[band, sex]: mean raw multiplier, by which each is divided.
    """

    thresholds: Floats
    broad_cut: float
    unmet_share: float = 0.0
    means: dict[str, Floats] = field(default_factory=dict)
    goes_without: float = 0.0

    def divide(
        self, risk: str, people: Columns, raw: Floats, rows: Rows | slice = EVERYBODY
    ) -> Floats:
        """Raw multipliers, [people], over their starting mean for the same age band and sex.

        Of everybody, or of some rows.
        """
        cell = people.band[rows] * len(SEXES) + people.sex[rows]
        return np.asarray(raw[rows] / self.means[risk].ravel().take(cell))


def lonely_exposure(people: Columns, norms: Norms, p: Parameters) -> Floats:
    """Chance that a person answers at least 'some of the time': float64[n]."""
    return np.asarray(ndtr((people.z - norms.thresholds[2]) / p.answer_noise))


def isolated(people: Columns, p: Parameters) -> NDArray[np.bool_]:
    """No weekly contact: under the stated hours of company a week."""
    return np.asarray(people.company < p.isolated_below_hours)


def causal(observed_ratio: float, fraction: float) -> float:
    """Ratio used for an observed one: log(used) = fraction x log(observed)."""
    return float(np.exp(fraction * np.log(observed_ratio)))


def raw_multipliers(people: Columns, norms: Norms, p: Parameters) -> dict[str, Floats]:
    """Every risk's multiplier before normalising: name -> float64[n]."""
    lonely = lonely_exposure(people, norms, p)
    alone = isolated(people, p).astype(np.float64)
    body, apart = p.causal_fraction_loneliness_physical, p.causal_fraction_isolation
    log = np.log
    frail = np.exp(p.need_onset_per_liability * people.liability)
    onset = frail * np.exp(body * log(p.rr_adl_decline_loneliness) * lonely)
    death = np.exp(
        body * log(p.hr_mortality_loneliness_older_2022) * lonely
        + apart * log(p.hr_mortality_isolation_elsa) * alone
    )
    return {
        "onset": onset
        * need_gradient(p)[people.quintile, people.band]
        * need_by_age(p)[np.minimum(people.age_months // 12, OLDEST_AGE)],
        "death": death * mortality_of_place(people, p) * mortality_of_state(people, p),
        "admission": np.exp(body * log(p.hr_emergency_hosp_loneliness_mh_patients) * lonely)
        * p.array("admission_ratio", ("level_0", "level_1", "level_2", "level_3", "level_4"))[
            people.need
        ],
        "ae": np.exp(body * log(p.irr_physician_visits_chronic_loneliness) * lonely)
        * p.array("ae_ratio", ("level_0", "level_1", "level_2", "level_3", "level_4"))[people.need],
        "care_home": np.where(people.dementia, p.nh_admission_or_cognitive_impairment, 1.0)
        * np.where(
            (people.household_size > 1) & people.at_home, p.coresident_carer_care_home_hazard, 1.0
        )
        * np.exp(body * log(p.or_care_home_entry_loneliness_ucla) * lonely),
    }


def mortality_of_state(people: Columns, p: Parameters) -> Floats:
    """Relative chance of death by need and care home: float64[n], about 1 over each year of age.

    Of the care home's ratio for the age, people at home have a power that rises with need. What
    England's people of the same year of age have on average is divided out: the official chances
    rise with age already, and need that rises within a band must not count a second time.
    """
    homes = p.array("mortality_care_home_ratio", AGE_BANDS)[:, None]
    power = p.array("mortality_need_power", LEVELS)[None, :]
    # by whether at home, age band and need
    ratio = np.stack([np.repeat(homes, power.size, axis=1), homes**power])
    bands = age_band(np.arange(OLDEST_AGE + 1) * 12)
    usual = (states_by_age(p) * np.concatenate([homes**power, homes], axis=1)[bands]).sum(axis=1)
    state = ratio[people.at_home.astype(np.uint8), people.band, people.need]
    return np.asarray(state / usual[np.minimum(people.age_months // 12, OLDEST_AGE)])


def mortality_of_place(people: Columns, p: Parameters) -> Floats:
    """Relative chance of death by the deprivation of the neighbourhood: float64[n]."""
    # +1 most deprived, -1 least deprived
    step = (2.0 - np.arange(len(QUINTILES))) / 2.0
    older = people.band >= AGE_BANDS.index("75_84")
    table = np.array(
        [p.mortality_deprivation_most_under_75**step, p.mortality_deprivation_most_75_plus**step]
    )
    return np.asarray(table[older.astype(np.int64), people.quintile])


def mean_by_band_and_sex(people: Columns, raw: Floats, weight: Floats) -> Floats:
    """Weighted mean of a multiplier by age band and sex; 1 where nobody is: float64[band, sex].

    Weights are the base rates the multiplier is applied to, so that rates keep their level.
    """
    cell = people.band.astype(np.int64) * len(SEXES) + people.sex
    size = len(AGE_BANDS) * len(SEXES)
    count = np.bincount(cell, weights=weight, minlength=size)
    total = np.bincount(cell, weights=raw * weight, minlength=size)
    some = count > 0
    mean = np.where(some, total / np.where(some, count, 1.0), 1.0)
    return np.asarray(mean.reshape(len(AGE_BANDS), len(SEXES)))
