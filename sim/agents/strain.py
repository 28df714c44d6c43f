"""Strain: what caring costs a carer, the council's support, breaks, and breaking down.

Looks at the hours carers answer, their company and support; changes strain, support, who has
broken down and whose carer is lost. Council support is scarce: most of those seen get information
only. A plan may add places (`model.carer_support_places`), which go to the most strained.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.agents.caring_ties import CaringTies
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import chance_per_month
from sim.world.columns import Columns

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class CarerSupport:
    """This month: carers the council saw, gave direct support, and those in a plan's places."""

    seen: int = 0
    direct: int = 0
    placed: int = 0


def start_strain(people: Columns, p: Parameters, luck: Luck) -> None:
    """Strain, months of caring and support as they were in April 2024.

    A stock of carers whose yearly exit is e has cared 1/e years on average.
    """
    people.strain = np.minimum(people.answered_hours / p.strain_full_hours, 1.0)
    rows = np.flatnonzero(people.carer)
    months = luck.exponential(Decision.CARING_SINCE, people.id[rows], 0)
    months = 12 * months / p.carer_exit_annual_coresident
    people.months_caring[rows] = 1 + np.minimum(months, p.months_caring_most).astype(np.int64)
    draw = luck.uniform(Decision.CARER_SUPPORTED, people.id[rows], 0)
    lasts = int(p.carer_support_months)
    chance = np.minimum(_seen_chance(people, rows, p) * p.carers_direct_support_share * lasts, 1.0)
    left = np.ceil(draw / np.maximum(chance, np.finfo(float).tiny) * lasts)  # even over the year
    people.support_months[rows] = np.where(draw < chance, np.minimum(left, lasts), 0)


def _seen_chance(people: Columns, rows: Rows, p: Parameters) -> NDArray[np.float64]:
    """Monthly chance that the council assesses or reviews a carer; it rises with strain."""
    return np.asarray(p.carer_seen_chance_full_strain * people.strain[rows].astype(np.float64))


def support_carers(
    people: Columns, p: Parameters, luck: Luck, month: int, places: int = 0
) -> tuple[CarerSupport, Rows]:
    """One month of carers' support; returns the counts and the rows in a plan's places.

    The council's own support lasts `carer_support_months`; a plan's place is for the month.
    """
    rows = np.flatnonzero(people.carer)
    left = np.maximum(people.support_months[rows].astype(np.int64) - 1, 0)
    people.support_months = 0
    people.support_months[rows] = left
    chance = np.where(left > 0, 0.0, _seen_chance(people, rows, p))
    seen = luck.happens(Decision.CARER_SEEN, people.id[rows], month, chance)
    helped = seen & luck.happens(
        Decision.CARER_SUPPORTED, people.id[rows], month, p.carers_direct_support_share
    )
    people.support_months[rows[helped]] = int(p.carer_support_months)
    waits = rows[(people.support_months[rows] == 0) & (people.strain[rows] >= p.strain_counts_from)]
    tie = luck.uniform(Decision.CARER_PLACE, people.id[waits], month)
    line = np.lexsort((people.id[waits], tie, -people.strain[waits]))
    placed = waits[line[: max(places, 0)]]
    people.support_months[placed] = 1
    return CarerSupport(int(seen.sum()), int(helped.sum()), int(placed.size)), placed


def strain_and_breakdown(
    people: Columns, caring: CaringTies, p: Parameters, luck: Luck, month: int
) -> NDArray[np.bool_]:
    """Strain follows hours; a strained carer may break down. Returns who broke down.

    Somebody who breaks down can give no care for months, and those they cared for have lost
    their carer: `carer_lost` holds until the next month's feelings.
    """
    rows = np.flatnonzero(people.carer | (people.strain > 0))
    load = np.minimum(people.answered_hours[rows] / p.strain_full_hours, 1.0)
    relief = np.where(people.hub_hours[rows] > 0, 1.0 - p.strain_relief_company, 1.0)
    relief *= np.where(people.support_months[rows] > 0, 1.0 - p.strain_relief_support, 1.0)
    strain = people.strain[rows] + p.strain_speed * (load * relief - people.strain[rows])
    strain = strain * np.where(strain < p.strain_counts_from, p.strain_speed, 1.0)
    people.strain[rows] = strain
    yearly = float(chance_per_month(p.carer_breakdown_annual_prob_50h))
    chance = yearly * (people.strain[rows] / p.strain_of_50h_carer) ** 2 * people.carer[rows]
    fails = luck.happens(Decision.BREAKDOWN, people.id[rows], month, np.minimum(chance, 1.0))
    broke = np.zeros(len(people), dtype=np.bool_)
    broke[rows[fails]] = True
    people.broken = np.maximum(people.broken.astype(np.int64) - 1, 0)
    people.broken[broke] = int(p.breakdown_lasts_months)
    people.carer_lost = False
    people.carer_lost[caring.cared[broke[caring.carer]]] = True
    return broke
