"""Who wishes to go to a hub: what makes somebody come sooner, before nearness, lifts and friends.

Looks at the company people have, at their age and disposition, and at who needs a lift; changes
nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters
from sim.world.columns import Columns

Rows = NDArray[np.int64]
ALL = slice(None)


def wish_for_company(
    people: Columns, p: Parameters, rows: Rows | slice = ALL
) -> NDArray[np.float64]:
    """How much sooner somebody comes who lacks company, or feels they do: float64[rows], over 0.

    The company missed is the same that feelings miss: it falls with weekly hours of it. A bad
    month brings people sooner; that the lonely by nature hold back is in `walks_in`.
    """
    missed = np.exp(-people.company[rows].astype(np.float64) / p.company_half_hours)
    felt = people.z[rows].astype(np.float64)
    return np.asarray(np.exp(p.hub_pull_without_company * missed + p.hub_pull_per_z * felt))


def walks_in(people: Columns, p: Parameters, rows: Rows | slice = ALL) -> NDArray[np.float64]:
    """How easily somebody comes whom nobody brings: less the lonelier by nature, float64[rows]."""
    return np.asarray(np.exp(-p.hub_shyness * people.disposition[rows].astype(np.float64)))


def age_pull(people: Columns, p: Parameters, rows: Rows | slice = ALL) -> NDArray[np.float64]:
    """How much sooner the old come to a club for older people, 1 at its age: float64[rows]."""
    years = people.age_months[rows] / 12 - p.hub_age_from
    return np.asarray(np.exp(p.hub_pull_per_year * np.maximum(years, 0)))


def needs_lift(people: Columns, p: Parameters, rows: Rows | slice = ALL) -> NDArray[np.bool_]:
    """Who cannot come without a lift, of everybody or some: no car and old, or in need of care."""
    frail = (people.need[rows] > 0) | (people.age_months[rows] >= p.lift_age_from * 12)
    return np.asarray(~people.has_car[rows] & frail)
