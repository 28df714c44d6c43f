"""The payers: what each of six pockets paid this month, less what it was paid.

Looks at the ledger's month; changes nothing. Money that only passes through is left out on both
sides: the budgets national government hands the council and the NHS (their spending is theirs), and
direct payments, which residents hand on to their own staff. So the six add up to what reached
those who do the work: providers, workers, suppliers and hubs, and those paid from direct payments.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.agents.calendar import OWN_BUDGET, PLAN
from sim.money import Account, Flow
from sim.units import PENCE_PER_POUND

POCKETS = {
    "council": Account.COUNCIL,
    "nhs": Account.NHS,
    "residents": Account.RESIDENTS,
    "national": Account.NATIONAL_GOVERNMENT,
    "grants": Account.GRANT_FUNDERS,
    "trading": Account.HUB_TRADING,
}
FUNDED = frozenset({Account.COUNCIL, Account.NHS})
# Pockets that plans draw on but never pay into.
GIVERS = frozenset(
    {Account.NHS, Account.NATIONAL_GOVERNMENT, Account.GRANT_FUNDERS, Account.HUB_TRADING}
)
PASSED_ON = "direct payments"
TIME = {"carers": Account.CARERS_TIME, "volunteers": Account.VOLUNTEERS_TIME}


def passes_through(flow: Flow) -> bool:
    """Whether a posting is a budget handed down, which its holder is then seen to spend."""
    payer, payee, line = flow
    down = payer == Account.NATIONAL_GOVERNMENT and payee in FUNDED
    back = payee == Account.NATIONAL_GOVERNMENT and payer in FUNDED
    return (down or back) and (not line.startswith(PLAN) or line.endswith(OWN_BUDGET))


def paid(flows: Mapping[Flow, int]) -> dict[str, int]:
    """Pence each pocket paid less what it received, in one month's flows."""
    net = dict.fromkeys(Account, 0)
    for flow, pence in flows.items():
        payer, payee, line = flow
        if passes_through(flow):
            continue
        handed_on = line.startswith(PASSED_ON)
        if not (handed_on and payer == Account.RESIDENTS):
            net[payer] += pence
        if not (handed_on and payee == Account.RESIDENTS):
            net[payee] -= pence
    return {pocket: net[account] for pocket, account in POCKETS.items()}


def given_by_plans(flows: Mapping[Flow, int]) -> dict[str, int]:
    """Pence each pocket gave to the scenario's plans in one month's flows; a cut is negative."""
    given = dict.fromkeys(POCKETS, 0)
    names = {account: pocket for pocket, account in POCKETS.items()}
    for (payer, payee, line), pence in flows.items():
        if not line.startswith(PLAN):
            continue
        if line.endswith(OWN_BUDGET):
            given[names[payee if payee in FUNDED else payer]] += (
                pence if payee in FUNDED else -pence
            )
        elif payer not in names or payee in GIVERS:  # money given back: a cut
            given[names[payee]] -= pence
        else:
            given[names[payer]] += pence
    return given


def per_head(flows: Mapping[Flow, int], heads: float) -> dict[str, float]:
    """This month's money measures in pounds per head: by payer, by plan, and time given unpaid."""
    unit = heads * PENCE_PER_POUND
    time = {
        whose: sum(pence for (payer, _, _), pence in flows.items() if payer == account)
        for whose, account in TIME.items()
    }
    plans = given_by_plans(flows)
    return (
        {f"pays_{pocket}_gbp_per_head": pence / unit for pocket, pence in paid(flows).items()}
        | {
            f"plan_{pocket}_gbp_per_head": pence / unit
            for pocket, pence in plans.items()
            if pocket != "residents"
        }
        | {f"{whose}_time_gbp_per_head": pence / unit for whose, pence in time.items()}
    )
