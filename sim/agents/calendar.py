"""The calendar: which month it is, and what a plan pays this month.

Looks at levers' funding; posts each pound from its payer and remembers what has been paid, so
that parts of a penny are neither lost nor made.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.money import Account, Ledger
from sim.units import PENCE_PER_POUND

PAYERS = {
    "council": Account.COUNCIL,
    "nhs": Account.NHS,
    "national_grant": Account.NATIONAL_GOVERNMENT,
    "charity": Account.GRANT_FUNDERS,
    "trading": Account.HUB_TRADING,
}
PLAN = "plan: "  # every line of a plan's money begins so
OWN_BUDGET = ", from its own budget"  # and ends so where payer and payee are one


def pence_due(funding_gbp: Callable[[int], float], month: int, paid: int) -> int:
    """Pence to pay in `month` (0 is the first), given what was `paid` before.

    The running total of pounds is rounded once, so that the years add up to the penny.
    """
    total = sum(funding_gbp(each) for each in range(month + 1))
    return round(total * PENCE_PER_POUND) - paid


def post_plan(
    ledger: Ledger, month: int, payer: str, payee: Account, pence: int, line: str
) -> None:
    """Post a plan's money; a cut is a posting the other way."""
    source = PAYERS[payer]
    if source == payee:
        source, line = Account.NATIONAL_GOVERNMENT, line + OWN_BUDGET
    if pence > 0:
        ledger.post(month, source, payee, pence, line)
    elif pence < 0:
        ledger.post(month, payee, source, -pence, line)
