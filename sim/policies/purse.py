"""The purse of a community lever: what comes in, what buys whole units, what is left and shown.

Looks at a lever's money and the ledger; changes only the books and what the lever remembers as
held. Money that buys nothing stays in the account of hubs and groups, and the run says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.policies.lever import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from sim.model import CommunityModel
    from sim.money import Account
    from sim.policies.lever import Lever

State = dict[str, int]


def receive(lever: Lever, community: CommunityModel, month: int, pence: int) -> State:
    """Post this month's money from its payer; returns what the lever remembers."""
    from sim.agents.calendar import PLAN, post_plan  # late: reading a plan needs no numpy
    from sim.money import Account

    line = PLAN + lever.lever.replace("_", " ")
    post_plan(community.ledger, month + 1, lever.payer, Account.HUBS, pence, line)
    if lever.payer == "council":
        community.council.plan_pence += pence
    state = community.plan_state(lever)
    state["held"] = state.get("held", 0) + pence
    return state


def units(lever: Lever, community: CommunityModel, month: int, unit_gbp: float) -> int:
    """Whole units that this month's flow of money keeps up, at `unit_gbp` a year each.

    Counted in whole pence, so that a sum that just buys a unit does buy it.
    """
    from sim.units import PENCE_PER_POUND

    flow = lever.funding_gbp(month, community.people_of_all_ages) * MONTHS_PER_YEAR
    return int(round(flow * PENCE_PER_POUND) // round(unit_gbp * PENCE_PER_POUND))


def spend(
    state: State,
    community: CommunityModel,
    month: int,
    gbp_a_year: float,
    payee: Account,
    line: str,
) -> None:
    """Pay a month of something that costs so much a year, as far as the held money goes."""
    from sim.money import Account
    from sim.units import PENCE_PER_POUND

    pence = min(state["held"], round(gbp_a_year * PENCE_PER_POUND / MONTHS_PER_YEAR))
    if pence > 0:
        community.ledger.post(month + 1, Account.HUBS, payee, pence, line)
        state["held"] -= pence


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
