"""Employment: who aged 16 to 64 is in paid work, and what caring does to it.

Looks at age, sex, disability and caring hours; changes `employed`. Jobs end at a yearly rate that
rises from ten hours of caring a week, and begin at the rate that holds the share in work of people
like them: onset = exit x prevalence / (1 - prevalence). Who stops caring therefore finds their way
back. Work is an outcome: nothing else reads it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import chance_per_month
from sim.world.bands import AGE_BANDS, PENSION_AGE, SEXES
from sim.world.columns import Columns

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

WORKING_BANDS = AGE_BANDS[: AGE_BANDS.index("65_74")]
_HOURS = ("under_10h", "10_19h", "20_49h", "50plus_h")


def working_age(people: Columns) -> NDArray[np.bool_]:
    """Aged 16 to 64 and living at home."""
    return np.asarray((people.age_months < PENSION_AGE * 12) & people.at_home)


def _caring_group(people: Columns, rows: Rows, p: Parameters) -> Rows:
    """Row of the tables by caring hours: under 10 (who cares for nobody among them), 10, 20, 50."""
    from_hours = np.array(
        [p.employment_threshold_hours, p.distress_threshold_hours, p.long_hours_from]
    )
    group = np.zeros(rows.size, dtype=np.int64)
    carers = np.flatnonzero(people.carer[rows])
    hours = people.answered_hours[rows[carers]].astype(np.float64)
    group[carers] = np.searchsorted(from_hours, hours, side="right")
    return group


def _cell(people: Columns, rows: Rows, p: Parameters) -> tuple[Rows, ...]:
    """Where each of these rows stands in the tables: sex, band, disabled, caring."""
    disabled = people.disabled[rows].astype(np.int64)
    return people.sex[rows], people.band[rows], disabled, _caring_group(people, rows, p)


def share_in_work(p: Parameters) -> Floats:
    """Share in paid work among people like them: float64[sex, band, disabled, caring]."""
    usual = np.stack([p.array(f"in_work_{sex}", WORKING_BANDS) for sex in SEXES])
    disabled = np.array([1.0, p.in_work_ratio_disabled])
    caring = p.array("in_work_ratio_caring", _HOURS)
    return np.asarray(usual[:, :, None, None] * disabled[:, None] * caring)


def turnover(p: Parameters) -> tuple[Floats, Floats]:
    """Monthly chances that work ends and begins: each float64[sex, band, disabled, caring]."""
    share = share_in_work(p)
    yearly = p.array("job_leave_annual", WORKING_BANDS)[:, None]
    yearly = np.minimum(yearly * p.array("job_leave_ratio_caring", _HOURS), 1.0)
    ends = np.broadcast_to(chance_per_month(yearly)[None, :, None, :], share.shape)
    return ends, np.minimum(ends * share / (1.0 - share), 1.0)


def start_work(people: Columns, rows: Rows, p: Parameters, luck: Luck) -> None:
    """Who of these rows is in work on the day the record opens, or on the day they arrive."""
    rows = rows[working_age(people)[rows]]
    share = share_in_work(p)[_cell(people, rows, p)]
    people.employed[rows] = luck.happens(Decision.JOB, people.id[rows], 0, share)


def come_and_go_to_work(people: Columns, p: Parameters, luck: Luck, month: int) -> None:
    """One month: jobs end, sooner for those who care ten hours or more, and begin."""
    young = working_age(people)
    rows = np.flatnonzero(young)
    ends, begins = turnover(p)
    works = people.employed[rows]
    chance = np.stack([begins, ends])[works.astype(np.int64), *_cell(people, rows, p)]
    turns = luck.happens(Decision.JOB, people.id[rows], month, chance)
    people.employed[rows] = works ^ turns
    people.employed &= young
