"""Packages: care begins, is delivered as staffed, and is handed back.

Looks at who is ready for care and what providers can deliver; changes who is a client and of
whom, and the minutes each person gets from the council, privately and from nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.carer import in_pension_age
from sim.agents.entitlement import by_group, kind_of_support
from sim.agents.placing import employs, place
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.world.bands import Care
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.agents.market import Market

Rows = NDArray[np.int64]


def begin(
    people: Columns, rows: Rows, package: Rows, p: Parameters, luck: Luck, month: int,
    market: Market, turned_down: float = 0.0,
) -> int:  # fmt: skip
    """Care begins, highest need first, then longest wait, with providers who have room.

    Under a rival rule (`sim.agents.rivals`) need, or need and wait, do not count in the queue.

    Of those who would go into supported living the council's panel turns down a share, who are
    given home care instead.
    """
    market.tidy(people)
    market.count(people, p)
    ready = (people.waiting[rows] == 2) & (package > 0)
    rows, package = rows[ready], package[ready]
    starts = luck.happens(
        Decision.CARE_STARTS, people.id[rows], month, p.care_starts_chance_per_month
    )
    rows, package = rows[starts], package[starts]
    tie = luck.uniform(Decision.WAIT_RANK, people.id[rows], month)
    wait, need = people.months_waiting[rows], people.need[rows]
    line = np.lexsort((tie, wait * -p.queue_by_wait, need * -p.queue_by_need))
    rows, package = rows[line], package[line]
    kind = kind_of_support(people, rows, p, luck)
    living = np.flatnonzero(kind == Care.SUPPORTED_LIVING)
    ids = people.id[rows[living]]
    kind[living[luck.happens(Decision.SUPPORTED_LIVING_PANEL, ids, month, turned_down)]] = (
        Care.HOME_CARE
    )
    provider = place(market, people, rows, kind, package, p, luck, month)
    fits = provider >= 0
    chosen = rows[fits]
    people.client[chosen] = kind[fits]
    people.package[chosen] = package[fits]
    people.provider[chosen] = provider[fits]
    people.waiting[chosen] = 0
    return int(chosen.size)


def receive(people: Columns, market: Market | None, p: Parameters) -> None:
    """Who gets what this month: council care as staffed, then private help; the rest is unmet.

    People with savings above the limit buy a larger share of what they need. Without a market
    every package is delivered whole.
    """
    for name in ("formal_minutes", "own_minutes", "unmet_minutes"):
        setattr(people, name, 0)
    rows = np.flatnonzero(people.needed_minutes > 0)
    needed = people.needed_minutes[rows].astype(np.int64)
    staffed = 1.0
    if market is None:
        bought = people.client[rows] == Care.DIRECT_PAYMENT
        share = np.where(bought, p.direct_payment_delivered, 1.0)
        delivered = np.floor(people.package[rows] * share).astype(np.int64)
    else:
        delivered = market.delivered(people, rows, p)
        staffed = market.private_share_now()
    room = needed - people.kin_minutes[rows] - people.community_minutes[rows]
    formal = np.clip(delivered, 0, room)
    found = 1.0 - p.private_share_by_agency * (1.0 - staffed)
    wished = _private_wish(people, rows, p) * found
    own = np.clip(np.rint(wished).astype(np.int64), 0, room - formal)
    people.formal_minutes[rows] = formal
    people.own_minutes[rows] = own
    people.unmet_minutes[rows] = room - formal - own


def _private_wish(people: Columns, rows: Rows, p: Parameters) -> NDArray[np.float64]:
    """Minutes a week each of `rows` would pay for privately."""
    private = by_group(p, "private_share")[in_pension_age(people, rows), people.need[rows]]
    private = np.where(people.savings[rows] == 2, private * p.private_ratio_savers, private)
    return np.asarray(private * people.needed_minutes[rows])


def private_minutes(people: Columns, p: Parameters) -> int:
    """Minutes a week private clients ask of home care agencies."""
    rows = np.flatnonzero(people.needed_minutes > 0)
    needed = people.needed_minutes[rows].astype(np.int64)
    room = np.maximum(needed - people.kin_minutes[rows] - people.community_minutes[rows], 0)
    asked = np.minimum(np.rint(_private_wish(people, rows, p)).astype(np.int64), room)
    return int(int(asked.sum()) * p.private_share_by_agency)


def minutes_in_sight(people: Columns, p: Parameters, luck: Luck) -> dict[str, int]:
    """Minutes a week of care that should start in a month, of home care and supported living.

    Of those who wait, as many as usually start in a month: providers hire for work in sight.
    """
    rows = np.flatnonzero(people.waiting == 2)
    asked = people.reference_package[rows] * p.care_starts_chance_per_month
    kind = kind_of_support(people, rows, p, luck)
    agency = (kind == Care.DIRECT_PAYMENT) & ~employs(people, rows, p, luck)
    return {
        "home care": int(asked[(kind == Care.HOME_CARE) | agency].sum()),
        "supported living": int(asked[kind == Care.SUPPORTED_LIVING].sum()),
    }


def hand_back(people: Columns, market: Market, p: Parameters, luck: Luck, month: int) -> int:
    """Providers paid under cost hand packages back; the people wait for care again.

    The published chance (less what closures do, row lose_provider_by_closure_share) belongs to
    today's shortfall of fee under price; it scales with each provider's own.
    """
    short = np.array([max(-each.margin, 0.0) for each in market.services] + [0.0])
    rows = np.flatnonzero(people.client == Care.HOME_CARE)
    chance = p.annual_prob_homecare_user_loses_provider / 12
    chance *= 1.0 - p.lose_provider_by_closure_share
    chances = np.minimum(chance * short[people.provider[rows]] / p.homecare_shortfall_today, 1.0)
    lost = rows[luck.happens(Decision.HANDED_BACK, people.id[rows], month, chances)]
    lose_provider(people, lost)
    return int(lost.size)


def lose_provider(people: Columns, rows: Rows) -> None:
    """These clients are nobody's any more, and wait for care again."""
    people.client[rows] = Care.NONE
    people.provider[rows] = -1
    people.package[rows] = 0
    # Nobody is paid for this month's care any more, so nobody gives it.
    people.unmet_minutes[rows] += people.formal_minutes[rows]
    people.formal_minutes[rows] = 0
    people.waiting[rows] = 2
    people.months_waiting[rows] = 0
