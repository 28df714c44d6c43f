"""Packages: care begins, is delivered as staffed, and is handed back.

Looks at who is ready for care and what providers can deliver; changes who is a client, the
minutes each person gets from the council, privately and from nobody.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.carer import in_pension_age
from sim.agents.entitlement import by_group, kind_of_support
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.world.bands import Care
from sim.world.columns import Columns

Rows = NDArray[np.int64]


def begin(
    people: Columns, rows: Rows, package: Rows, p: Parameters, luck: Luck, month: int, spare: int
) -> int:
    """Care begins, highest need first, then longest wait, as far as providers have hours."""
    ready = (people.waiting[rows] == 2) & (package > 0)
    rows, package = rows[ready], package[ready]
    starts = luck.happens(
        Decision.CARE_STARTS, people.id[rows], month, p.care_starts_chance_per_month
    )
    rows, package = rows[starts], package[starts]
    kind = kind_of_support(people, rows, p, luck)
    tie = luck.uniform(Decision.WAIT_RANK, people.id[rows], month)
    line = np.lexsort((tie, -people.months_waiting[rows], -people.need[rows].astype(np.int64)))
    agency = np.where(kind == Care.HOME_CARE, package, 0)[line]
    fits = (np.cumsum(agency) <= spare) | (agency == 0)
    chosen = line[fits]
    people.client[rows[chosen]] = kind[chosen]
    people.package[rows[chosen]] = package[chosen]
    people.waiting[rows[chosen]] = 0
    return int(chosen.size)


def receive(people: Columns, agency_share: float, p: Parameters) -> None:
    """Who gets what this month: council care as staffed, then private help; the rest is unmet.

    People with savings above the limit buy a larger share of what they need.
    """
    for name in ("formal_minutes", "own_minutes", "unmet_minutes"):
        setattr(people, name, 0)
    rows = np.flatnonzero(people.needed_minutes > 0)
    needed = people.needed_minutes[rows].astype(np.int64)
    kind = people.client[rows]
    share = np.where(kind == Care.HOME_CARE, agency_share, p.direct_payment_delivered)
    share = np.where(kind == Care.SUPPORTED_LIVING, 1.0, share)
    delivered = np.floor(people.package[rows] * share).astype(np.int64)
    room = needed - people.kin_minutes[rows] - people.community_minutes[rows]
    formal = np.clip(delivered, 0, room)
    private = by_group(p, "private_share")[in_pension_age(people, rows), people.need[rows]]
    private = np.where(people.savings[rows] == 2, private * p.private_ratio_savers, private)
    own = np.clip(np.rint(private * needed).astype(np.int64), 0, room - formal)
    people.formal_minutes[rows] = formal
    people.own_minutes[rows] = own
    people.unmet_minutes[rows] = room - formal - own


def agency_minutes(people: Columns) -> int:
    """Minutes a week of home care packages the council has commissioned."""
    return int(people.package[people.client == Care.HOME_CARE].astype(np.int64).sum())


def agency_minutes_wanted(people: Columns) -> int:
    """Minutes a week commissioned, and those waited for."""
    waited = people.reference_package[people.waiting == 2].astype(np.int64).sum()
    return agency_minutes(people) + int(waited)


def hand_back(people: Columns, short: float, p: Parameters, luck: Luck, month: int) -> int:
    """Providers paid under cost hand packages back; the people wait for care again.

    The published chance belongs to today's shortfall of fee under price; it scales with it.
    """
    chance = p.annual_prob_homecare_user_loses_provider / 12
    chance = chance * max(short, 0.0) / p.homecare_shortfall_today
    rows = np.flatnonzero(people.client == Care.HOME_CARE)
    lost = rows[luck.happens(Decision.HANDED_BACK, people.id[rows], month, min(chance, 1.0))]
    people.client[lost] = Care.NONE
    people.package[lost] = 0
    # Nobody is paid for this month's care any more, so nobody gives it.
    people.unmet_minutes[lost] += people.formal_minutes[lost]
    people.formal_minutes[lost] = 0
    people.waiting[lost] = 2
    people.months_waiting[lost] = 0
    return int(lost.size)
