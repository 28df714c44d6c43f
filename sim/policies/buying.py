"""Buying: how a lever's money turns into whole units, to the penny.

What is paid in and not spent is held by the community's own account, and shown as unspent. This
room looks at the ledger and at what a plan remembers; it changes both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.policies.lever import MONTHS_PER_YEAR, Lever

if TYPE_CHECKING:
    from sim.model import CommunityModel

PENNY_SHORT = 1 / 100  # of a unit: a month's money is rounded to the penny, its units are not


def pay_in(lever: Lever, community: CommunityModel, month: int, pence: int, line: str) -> None:
    """Post this month's pence from the payer; it is held until something is bought with it."""
    from sim.agents.calendar import post_plan  # late: reading a plan needs no numpy
    from sim.money import Account

    post_plan(community.ledger, month + 1, lever.payer, Account.HUBS, pence, line)
    if lever.payer == "council":
        community.council.plan_pence += pence
    state = community.plan_state(lever)
    state["held"] = state.get("held", 0) + pence


def price_a_month(gbp_per_year: float) -> int:
    """Pence a month of something that costs so many pounds a year, rounded down."""
    from sim.units import PENCE_PER_POUND

    return max(int(gbp_per_year * PENCE_PER_POUND / MONTHS_PER_YEAR), 1)


def affordable(pence: float, price: int) -> int:
    """Whole units a month's pence pays for at a price in pence."""
    return int(pence / price + PENNY_SHORT)


def buy(
    lever: Lever,
    community: CommunityModel,
    month: int,
    wanted: int,
    price: int,
    line: str,
    worked: bool = True,
) -> int:
    """Buy as many units as are wanted and held money pays for; returns how many.

    The money goes to workers, or to suppliers where `worked` is false.
    """
    from sim.money import Account

    state = community.plan_state(lever)
    units = min(wanted, state["held"] // price)
    if units > 0:
        state["held"] -= units * price
        payee = Account.WORKERS if worked else Account.SUPPLIERS
        community.ledger.post(month + 1, Account.HUBS, payee, units * price, line)
    return max(units, 0)
