"""The purse of a plan: its money, held by community organisations until something is bought.

Looks at a lever's payer; posts what is paid in and what is spent, and remembers in the plan's
state (`held`, pence) what could not buy anything whole. The ledger's account is that of hubs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.agents.calendar import post_plan
from sim.money import Account

if TYPE_CHECKING:
    from sim.model import CommunityModel
    from sim.policies.lever import Lever


def pay_in(community: CommunityModel, lever: Lever, month: int, pence: int, line: str) -> int:
    """Post a month's money of a plan; returns the pence now held. Month 0 is the first."""
    post_plan(community.ledger, month + 1, lever.payer, Account.HUBS, pence, line)
    if lever.payer == "council":
        community.council.plan_pence += pence
    state = community.plan_state(lever)
    state["held"] = state.get("held", 0) + pence
    return state["held"]


def spend(
    community: CommunityModel, lever: Lever, month: int, pence: int, payee: Account, line: str
) -> int:
    """Spend up to `pence` of what is held; returns what was spent."""
    state = community.plan_state(lever)
    amount = max(min(pence, state.get("held", 0)), 0)
    if amount:
        state["held"] -= amount
        community.ledger.post(month + 1, Account.HUBS, payee, amount, line)
    return amount
