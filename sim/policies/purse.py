"""The purse of a lever: what comes in, what buys whole units, what is left and shown.

Looks at a lever's money and the ledger; changes only the books and what the lever remembers as
held (`held`, pence). Money that buys nothing stays in the account of hubs and groups, and the run
says so. The one room where a plan's money is kept and spent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.policies.lever import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from sim.model import CommunityModel
    from sim.money import Account
    from sim.policies.lever import Lever

State = dict[str, int]
PENNY_SHORT = 1 / 100  # of a unit: a month's money is rounded to the penny, its units are not


def pay_in(
    lever: Lever, community: CommunityModel, month: int, pence: int, line: str = ""
) -> State:
    """Post this month's money from its payer; returns what the lever remembers. Month 0 is first.

    `line` is what the ledger calls it; left out, the lever's own name.
    """
    from sim.agents.calendar import PLAN, post_plan  # late: reading a plan needs no numpy
    from sim.money import Account

    line = line or PLAN + lever.lever.replace("_", " ")
    post_plan(community.ledger, month + 1, lever.payer, Account.HUBS, pence, line)
    if lever.payer == "council":
        community.council.plan_pence += pence
    state = community.plan_state(lever)
    state["held"] = state.get("held", 0) + pence
    return state


def spend(
    lever: Lever, community: CommunityModel, month: int, pence: int, payee: Account, line: str
) -> int:
    """Spend up to `pence` of what is held; returns what was spent."""
    from sim.money import Account

    state = community.plan_state(lever)
    amount = max(min(pence, state.get("held", 0)), 0)
    if amount:
        state["held"] -= amount
        community.ledger.post(month + 1, Account.HUBS, payee, amount, line)
    return amount


def spend_a_month_of(
    lever: Lever,
    community: CommunityModel,
    month: int,
    gbp_a_year: float,
    payee: Account,
    line: str,
) -> int:
    """Pay a month of something that costs so much a year, as far as the held money goes."""
    from sim.units import PENCE_PER_POUND

    pence = round(gbp_a_year * PENCE_PER_POUND / MONTHS_PER_YEAR)
    return spend(lever, community, month, pence, payee, line)


def units(lever: Lever, community: CommunityModel, month: int, unit_gbp: float) -> int:
    """Whole units that this month's flow of money keeps up, at `unit_gbp` a year each.

    Counted in whole pence, so that a sum that just buys a unit does buy it.
    """
    from sim.units import PENCE_PER_POUND

    flow = lever.funding_gbp(month, community.people_of_all_ages) * MONTHS_PER_YEAR
    return int(round(flow * PENCE_PER_POUND) // round(unit_gbp * PENCE_PER_POUND))


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

    held = community.plan_state(lever)["held"]
    number = max(min(wanted, held // price), 0)
    payee = Account.WORKERS if worked else Account.SUPPLIERS
    spend(lever, community, month, number * price, payee, line)
    return number


def months_since_first(state: State, month: int, units_now: int) -> int:
    """Months since money first bought a unit, 0 in that month; -1 before."""
    if units_now and "from" not in state:
        state["from"] = month
    return month - state["from"] if "from" in state else -1


def in_scheme(lever: Lever, community: CommunityModel) -> dict[str, float | str]:
    """Places of the lever's scheme of visits and the people in it; it is named by number."""
    number = community.plan_state(lever)["number"]
    visits = community.world.people.visits
    return {
        what: value
        for each in community.schemes
        if each.key.split()[-1] == str(number)
        for what, value in (
            (f"{each.key} places", each.places),
            (f"{each.key} people", int((visits == each.row).sum())),
        )
    }
