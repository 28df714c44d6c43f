"""Where the pounds went: from funder to lever to what it was spent on, and whom it reached.

It reads finished ledgers and nothing of how a lever works: lines that begin "plan: " say who gave
what to which lever, and whatever the account they were paid into pays out beyond the baseline is
what they were spent on. So a new lever appears by itself. Changes nothing; it adds up to the penny.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from sim.agents.calendar import OWN_BUDGET, PLAN
from sim.agents.payers import FUNDED, GIVERS, POCKETS, passes_through
from sim.money import Account, Flow, FlowRow, LedgerError, whole_parts
from sim.world.bands import QUINTILES

KEY = "where_the_pounds_went"
UNSPENT = "unspent"
PAID, SPENT, REACHED = "paid", "spent", "reached"
# Accounts that hold a plan's money and pay it on; money paid to anybody else has arrived.
HOLDERS = frozenset({Account.COUNCIL, Account.NHS, Account.HUBS, Account.GRANT_FUNDERS})
RESIDENTS = "residents"
LEDGER = "what public payers pay, by line"
ATTENDERS = "more people who came to a hub"
INTRODUCED = "more introductions"
LESS_LONELY = "fewer people often or always lonely"
# What a lever's money buys, where the line is not named after the lever: how such lines begin.
BUYS = {
    "capacity building": ("community workers",),
    "carers' support": ("breaks for carers", "carers' groups"),
    "community care": ("community care",),
    "community transport": ("community minibus",),
    "interests": ("leads of groups",),
    "intergenerational": ("visits of the young",),
    "mutual aid": ("calls for mutual aid", "organisers of mutual aid"),
    "neighbourhood networks": ("network leads",),
    "personal budgets": ("micro-enterprise catalysts", "direct payment support"),
    "volunteering": ("volunteer coordinators", "appeals for volunteers"),
}
_PUBLIC = frozenset({Account.COUNCIL, Account.NHS, Account.NATIONAL_GOVERNMENT})
_POCKET = {account: pocket for pocket, account in POCKETS.items()}
Pence = dict[tuple[str, str], int]


def pounds_of(rows: Iterable[FlowRow], base: Iterable[FlowRow]) -> tuple[Pence, Pence]:
    """Pence by (funder, lever) and by (lever, what it was spent on), from two finished ledgers.

    What is left with the account a lever's money was paid into is `UNSPENT`; so the second adds
    up to the first for every lever. A cut is below zero.
    """
    change = _totals(rows)
    for flow, pence in _totals(base).items():
        change[flow] = change.get(flow, 0) - pence
    paid: Pence = {}
    held: dict[Account, dict[str, int]] = {}
    spent: Pence = {}
    for flow, pence in sorted(change.items()):
        if not flow[2].startswith(PLAN):
            continue
        funder, holder, lever, sign = _read(flow)
        _add(paid, (funder, lever), sign * pence)
        if holder in HOLDERS:
            into = held.setdefault(holder, {})
            into[lever] = into.get(lever, 0) + sign * pence
        else:
            _add(spent, (lever, f"paid to {holder.replace('_', ' ')}"), sign * pence)
    for holder, levers in held.items():
        left = dict(levers)
        for line, pence in _paid_out(holder, change).items():
            for lever, part in _whose(line, pence, levers).items():
                _add(spent, (lever, line), part)
                left[lever] -= part
        for lever, pence in left.items():
            _add(spent, (lever, UNSPENT), pence)
    for lever in {lever for _, lever in paid}:
        given = sum(pence for (_, to), pence in paid.items() if to == lever)
        gone = sum(pence for (by, _), pence in spent.items() if by == lever)
        if given != gone:
            raise LedgerError(f"{lever}: {given} pence came in and {gone} are accounted for")
    return _real(paid), _real(spent)


def _totals(rows: Iterable[FlowRow]) -> dict[Flow, int]:
    total: dict[Flow, int] = {}
    for _, payer, payee, line, pence in rows:
        flow = (Account(payer), Account(payee), line)
        total[flow] = total.get(flow, 0) + pence
    return total


def _read(flow: Flow) -> tuple[str, Account, str, int]:
    """Funder, the account paid into, the lever, and -1 for a cut: as `sim.agents.payers` reads."""
    payer, payee, line = flow
    lever = line.removeprefix(PLAN).removesuffix(OWN_BUDGET)
    if line.endswith(OWN_BUDGET):
        holder, sign = (payee, 1) if payee in FUNDED else (payer, -1)
        return _POCKET[holder], holder, lever, sign
    if payer not in _POCKET or payee in GIVERS:
        return _POCKET[payee], payer, lever, -1
    return _POCKET[payer], payee, lever, 1


def _paid_out(holder: Account, change: Mapping[Flow, int]) -> dict[str, int]:
    """What an account paid, less what it took, beyond the baseline, by line."""
    lines: dict[str, int] = {}
    for flow, pence in sorted(change.items()):
        payer, payee, line = flow
        if holder in (payer, payee) and not line.startswith(PLAN) and not passes_through(flow):
            lines[line] = lines.get(line, 0) + (pence if payer == holder else -pence)
    return {line: pence for line, pence in lines.items() if pence}


def _whose(line: str, pence: int, levers: Mapping[str, int]) -> dict[str, int]:
    """Which lever a line belongs to: the one it is named after, else each by what it put in."""
    named = [
        lever
        for lever in levers
        if line.startswith(BUYS.get(lever, (lever.split()[0].rstrip("s"),)))
    ]
    if len(levers) == 1 or len(named) == 1:
        return {(named or list(levers))[0]: pence}
    weights = {lever: abs(given) for lever, given in sorted(levers.items())}
    total = sum(weights.values())
    if not total:
        return {min(levers): pence}
    parts = whole_parts([pence * weight / total for weight in weights.values()], pence)
    return dict(zip(weights, parts, strict=True))


def _add(book: Pence, key: tuple[str, str], pence: int) -> None:
    book[key] = book.get(key, 0) + pence


def _real(book: Pence) -> Pence:
    return {key: pence for key, pence in sorted(book.items()) if pence}


def of_member(model: Any, base: Any) -> dict[str, Any]:
    """What a member's file keeps of a finished pair of runs; nothing for a model without a ledger.

    Money in pence; people counted in the simulated town, by deprivation fifth where there are five
    numbers; pairs are without and with the plan.
    """
    if getattr(model, "ledger", None) is None or getattr(base, "ledger", None) is None:
        return {}
    paid, spent = pounds_of(model.ledger.flows(), base.ledger.flows())
    people = model.world.people
    size = len(QUINTILES)
    reached = np.bincount(people.quintile[people.reached], minlength=size) + model.fifths_gone
    return {
        KEY: {
            PAID: [[*key, pence] for key, pence in paid.items()],
            SPENT: [[*key, pence] for key, pence in spent.items()],
            REACHED: reached.tolist(),
            ATTENDERS: [_attenders(world) for world in (base, model)],
            INTRODUCED: [sum(each.placed for each in world.connectors) for world in (base, model)],
            LESS_LONELY: [_lonely(world) for world in (base, model)],
            LEDGER: _public_lines(model.ledger.flows(), base.ledger.flows()),
            RESIDENTS: np.bincount(people.quintile, minlength=size).tolist(),
        }
    }


def _public_lines(rows: Iterable[FlowRow], base: Iterable[FlowRow]) -> list[list[Any]]:
    """What council, NHS and government pay more by line than in the baseline, less receipts.

    Pence over the run, without the plan's own lines and money passed on between them.
    """
    change = _totals(rows)
    for flow, pence in _totals(base).items():
        change[flow] = change.get(flow, 0) - pence
    lines: dict[str, int] = {}
    for (payer, payee, line), pence in sorted(change.items()):
        paid = (payer in _PUBLIC) - (payee in _PUBLIC)
        if paid and not line.startswith(PLAN):
            lines[line] = lines.get(line, 0) + paid * pence
    return [[line, pence] for line, pence in lines.items() if pence]


def _attenders(world: Any) -> int:
    """People who came to a hub at least once."""
    from sim.world.people import COUNTED  # late: whoever only reads results needs no world

    came = COUNTED.index("attended")
    ids = [page[1][page[2][:, came] > 0] for page in world.lives.pages]
    return int(np.unique(np.concatenate(ids)).size) if ids else 0


def _lonely(world: Any) -> float:
    """People often or always lonely in an average month of the last year."""
    from sim.world.people import COUNTED

    lonely = COUNTED.index("often_lonely")
    last = max((page[0] for page in world.lives.pages), default=0)
    pages = (page for page in world.lives.pages if page[0] == last)
    return float(sum(page[2][:, lonely].astype(np.float64).sum() for page in pages) / 12)
