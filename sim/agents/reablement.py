"""Reablement: a few free weeks of intensive help for somebody newly in need.

Looks at who asks for help early in an episode of need or after hospital; changes months of
reablement left, the team's minutes (counted as formal help while it lasts) and, through
`recovery_ratio`, how often new need ends. People offered reablement are chosen because they may
recover, so what is seen after it is not its effect: only a stated share is taken as causal.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import WEEKS_PER_MONTH, minutes
from sim.world.columns import Columns

Rows = NDArray[np.int64]


def recovery_ratio(p: Parameters) -> float:
    """Ratio of hazards of recovery with reablement to without, while need is new.

    Seen: a year's care cost less by `reablement_subsequent_care_cost_change`, read as that many
    fewer people still in need when the fast months end. Used: log(ratio) x the causal share.
    """
    left = (1.0 - p.need_recovers_new) ** p.need_fast_months
    seen = math.log(left * (1.0 + p.reablement_subsequent_care_cost_change)) / math.log(left)
    return math.exp(p.reablement_causal_share * math.log(seen))


def mean_months(p: Parameters) -> float:
    """How long an episode lasts on average, in months."""
    return p.reablement_weeks / WEEKS_PER_MONTH


def begin_episode(people: Columns, rows: Rows, p: Parameters, luck: Luck, month: int) -> None:
    """Episodes of whole months, one or two, whose mean is the published length."""
    whole = math.floor(mean_months(p))
    longer = luck.happens(
        Decision.REABLEMENT_LENGTH, people.id[rows], month, mean_months(p) - whole
    )
    people.reablement_months[rows] = whole + longer
    people.reabled[rows] = True


def start_stock(people: Columns, rows: Rows, p: Parameters, luck: Luck) -> None:
    """Episodes under way when the record opens, among people newly in need and no clients."""
    new = people.months_in_need[rows] <= p.need_fast_months
    rows = rows[new & (people.client[rows] == 0) & (people.waiting[rows] == 0)]
    chosen = luck.happens(
        Decision.REABLEMENT_OFFER, people.id[rows], 0, p.reablement_share_of_new_need_at_start
    )
    begin_episode(people, rows[chosen], p, luck, 0)


def offered(
    people: Columns,
    rows: Rows,
    entitled: NDArray[np.bool_],
    p: Parameters,
    luck: Luck,
    month: int,
) -> NDArray[np.bool_]:
    """Which of `rows`, who ask for help now, are offered reablement: bool[n].

    Offered before long-term care, and to the newly in need or back from hospital without it.
    """
    new = (people.months_in_need[rows] <= p.need_fast_months) | people.from_hospital[rows]
    chance = np.where(new, p.reablement_offered_if_new, 0.0)
    chance = np.where(entitled, p.reablement_offered_if_entitled, chance)
    return luck.happens(Decision.REABLEMENT_OFFER, people.id[rows], month, chance)


def clients_back_from_hospital(people: Columns, p: Parameters, luck: Luck, month: int) -> Rows:
    """Clients who are given reablement after an emergency admission: rows."""
    known = people.from_hospital & (people.client > 0) & people.at_home
    rows = np.flatnonzero(known & (people.reablement_months == 0))
    chosen = luck.happens(
        Decision.REABLEMENT_OFFER, people.id[rows], month, p.reablement_of_clients_from_hospital
    )
    begin_episode(people, rows[chosen], p, luck, month)
    return np.asarray(rows[chosen])


def pass_month(people: Columns) -> Rows:
    """A month of each episode passes; it stops when need does. Returns rows of those done."""
    rows = np.flatnonzero(people.reablement_months > 0)
    over = people.needed_minutes[rows] == 0
    left = people.reablement_months[rows].astype(np.int64) - 1
    people.reablement_months[rows] = np.where(over, 0, left)
    people.reabled[people.need == 0] = False
    return np.asarray(rows[(left == 0) & ~over])


def deliver(people: Columns, commission: Callable[[int], int], p: Parameters) -> int:
    """The team's minutes fill what is still unmet; returns the minutes a week it is asked for.

    `commission` asks the team for minutes and says how many it can staff; short of staff, each
    person gets the same part. A client's own care goes on meanwhile and is billed as such, so only
    others gain minutes here.
    """
    rows = np.flatnonzero(people.reablement_months > 0)
    needed = people.needed_minutes[rows].astype(np.int64)
    asked = np.minimum(int(minutes(p.reablement_hours_week)), needed)
    total = int(asked.sum())
    can = min(commission(total), total)
    staffed = asked * can // max(total, 1)
    given = np.where(people.client[rows] == 0, np.minimum(staffed, people.unmet_minutes[rows]), 0)
    people.formal_minutes[rows] += given
    people.unmet_minutes[rows] -= given
    return total


def cost_a_month(people: Columns, p: Parameters) -> float:
    """Pounds this month for everyone in reablement: an episode's cost spread over its length."""
    under_way = int((people.reablement_months > 0).sum())
    return under_way * p.cost_reablement_episode / mean_months(p)
