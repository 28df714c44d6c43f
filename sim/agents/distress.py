"""Mental distress: the chance that somebody would score as a probable case of mental ill health.

Looks at loneliness, caring, grief, unmet need, disability and deprivation; changes `distress`.
It is an outcome: nothing else reads it, because life satisfaction already holds loneliness,
disability and strain, and admissions already hold loneliness. Associations are not causes:
log odds used = causal fraction x log odds observed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from sim.agents.risk import EVERYBODY, Norms
from sim.parameters import Parameters
from sim.world.bands import QUINTILES, SEXES, Sex
from sim.world.columns import Columns

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


def wanted_distress(
    people: Columns, rows: Rows | slice, unmet: Floats, norms: Norms, p: Parameters
) -> Floats:
    """The chance of distress each person's circumstances pull them to: float64[rows].

    `unmet` float64[rows]: the share of their need that nobody meets. `rows` is some or EVERYBODY.

    Logit = level of the sex + disability + deprivation + loneliness + grief + unmet need + caring.
    """
    lonely = ndtr((people.z[rows] - norms.thresholds[-1]) / p.answer_noise)
    slope = p.causal_fraction_loneliness_mental_wellbeing * np.log(
        p.or_depression_onset_often_lonely
    )
    logit = _levels(p)[
        people.sex[rows], people.disabled[rows].astype(np.int64), people.quintile[rows]
    ]
    logit = logit + slope * lonely + p.distress_bereaved * people.bereavement[rows]
    logit += p.distress_unmet_need * unmet
    caring = np.flatnonzero(people.carer[rows])
    who = caring if isinstance(rows, slice) else rows[caring]
    logit[caring] += caring_effect(people, who, p)
    return np.asarray(expit(logit))


def _levels(p: Parameters) -> Floats:
    """Logit of people neither lonely, grieving nor caring: float64[sex, disabled, quintile]."""
    steps = 1.0 - np.arange(len(QUINTILES)) / (len(QUINTILES) - 1)  # 1 most deprived, 0 least
    level = p.array("distress_level", SEXES)[:, None, None]
    disabled = np.array([0.0, p.distress_disabled])[None, :, None]
    return np.asarray(level + disabled + p.distress_deprivation * steps[None, None, :])


def caring_effect(people: Columns, rows: Rows, p: Parameters) -> Floats:
    """What caring adds to the logit: GHQ points by hours, over their spread, more at the start.

    The published change is for women; in men it was not substantial.
    """
    much = people.answered_hours[rows] >= p.distress_threshold_hours
    points = np.where(much, p.ghq_change_women_20h, p.ghq_change_women_1_19h)
    ratio = np.where(people.sex[rows] == Sex.FEMALE, 1.0, p.distress_caring_ratio_men)
    new = people.months_caring[rows] <= p.distress_new_carer_months
    ratio = ratio * np.where(new, p.distress_ratio_new_carer, 1.0)
    return np.asarray(points / p.ghq12_points_per_sd * p.logit_per_sd * ratio)


def start_distress(people: Columns, rows: Rows, norms: Norms, p: Parameters) -> None:
    """People of these rows are as distressed as their circumstances have made them.

    What they go without is not known yet: people in need go without the usual share.
    """
    goes_without = (people.need[rows] > 0) & people.at_home[rows]
    unmet = np.where(goes_without, norms.unmet_share, 0.0)
    people.distress[rows] = wanted_distress(people, rows, unmet, norms, p)


def be_distressed(people: Columns, norms: Norms, p: Parameters) -> None:
    """One month: distress moves a part of the way to where circumstances pull it."""
    short = np.flatnonzero(people.unmet_minutes > 0)
    unmet = np.zeros(len(people))
    unmet[short] = people.unmet_minutes[short] / people.needed_minutes[short]
    target = wanted_distress(people, EVERYBODY, unmet, norms, p)
    people.distress += p.distress_speed * (target - people.distress)
