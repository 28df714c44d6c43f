"""The books: every pound has a payer and a payee, and nothing appears or vanishes.

Like a village treasurer's double-entry book, kept in whole pence: each line says who paid whom,
in which month and for what. Volunteers' and carers' time is booked in shadow accounts that never
meet cash. The three funding gaps are worked out here too, so that they add up to the penny.
Looks at nothing but what is posted. Changes only its own book.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import SupportsIndex

import numpy as np

from sim.units import MINUTES_PER_HOUR, PENCE_PER_POUND


class LedgerError(ValueError):
    """A posting or a book that cannot be true."""


class Account(StrEnum):
    """Who can pay or be paid. The last three hold the value of time, never cash."""

    COUNCIL = "council"
    NHS = "nhs"
    RESIDENTS = "residents"
    NATIONAL_GOVERNMENT = "national_government"
    GRANT_FUNDERS = "grant_funders"
    HUB_TRADING = "hub_trading"
    HUBS = "hubs"
    PROVIDERS = "providers"
    WORKERS = "workers"
    SUPPLIERS = "suppliers"
    VOLUNTEERS_TIME = "volunteers_time"
    CARERS_TIME = "carers_time"
    TIME_RECEIVED = "time_received"


SHADOW = frozenset({Account.VOLUNTEERS_TIME, Account.CARERS_TIME, Account.TIME_RECEIVED})

Flow = tuple[Account, Account, str]
FlowRow = tuple[int, str, str, str, int]


def whole(number: SupportsIndex, what: str) -> int:
    """`number` as an int; floats, booleans and text are refused."""
    if isinstance(number, bool | np.bool_) or not hasattr(number, "__index__"):
        raise LedgerError(f"{what} must be a whole number, not {number!r}")
    return operator.index(number)


def to_pence(gbp: float | Decimal) -> int:
    """Pounds as whole pence, exact halves to the even penny."""
    if isinstance(gbp, bool | np.bool_) or not isinstance(
        gbp, float | int | Decimal | np.integer | np.floating
    ):
        raise LedgerError(f"pounds must be a number, not {gbp!r}")
    exact = gbp if isinstance(gbp, Decimal) else gbp.item() if isinstance(gbp, np.generic) else gbp
    try:
        return round(Fraction(exact) * PENCE_PER_POUND)
    except (ValueError, OverflowError):
        raise LedgerError(f"pounds must be finite, not {gbp!r}") from None


def share_out(pence: int, weights: Sequence[SupportsIndex]) -> list[int]:
    """Split `pence` by whole weights so that the parts add up exactly (largest remainder)."""
    amount = whole(pence, "pence")
    parts = [whole(weight, "a weight") for weight in weights]
    total = sum(parts)
    if amount < 0 or total <= 0 or min(parts) < 0:
        raise LedgerError("sharing out needs pence of 0 or more and weights that add up above 0")
    given = [amount * part // total for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda row: (-(amount * parts[row] % total), row))
    for row in by_remainder[: amount - sum(given)]:
        given[row] += 1
    return given


def whole_parts(parts: Sequence[float], pence: int) -> list[int]:
    """Real-valued signed parts as whole pence that add up to `pence` exactly.

    Each is rounded down and the pence left over go to the largest remainders, first come first.
    """
    given = [math.floor(part) for part in parts]
    left = whole(pence, "pence") - sum(given)
    if not parts and left:
        raise LedgerError("no parts to share out")
    each, over = divmod(left, len(parts)) if parts else (0, 0)
    by_remainder = sorted(range(len(parts)), key=lambda row: (given[row] - parts[row], row))
    return [part + each + (by_remainder.index(row) < over) for row, part in enumerate(given)]


class Ledger:
    """A double-entry book in whole pence.

    `lowest` declares, for accounts that may not borrow freely, the lowest balance allowed at a
    month's end. Every posting is written twice, as a flow and as two movements; `check` compares.
    """

    def __init__(self, lowest: Mapping[Account, int] | None = None) -> None:
        self._lowest = {
            Account(account): whole(pence, f"the lowest balance of {account}")
            for account, pence in (lowest or {}).items()
        }
        self._flows: dict[int, dict[Flow, int]] = {}
        self._moves: dict[int, dict[Account, int]] = {}

    def post(
        self, month: SupportsIndex, payer: Account, payee: Account, pence: SupportsIndex, line: str
    ) -> None:
        """Book that `payer` pays `payee`. A refund is a posting the other way."""
        when, amount = whole(month, "a month"), whole(pence, "pence")
        payer, payee = Account(payer), Account(payee)
        if when < 0:
            raise LedgerError(f"month {when} is before the books open")
        if amount < 0:
            raise LedgerError(f"{line}: {amount} pence is negative; post a refund the other way")
        if payer == payee:
            raise LedgerError(f"{line}: {payer} cannot pay itself")
        if (payer in SHADOW) != (payee in SHADOW):
            raise LedgerError(f"{line}: time and cash never mix ({payer} to {payee})")
        if not isinstance(line, str) or not line:
            raise LedgerError("every posting says what it is for")
        if amount == 0:
            return
        flows = self._flows.setdefault(when, {})
        flows[payer, payee, line] = flows.get((payer, payee, line), 0) + amount
        moves = self._moves.setdefault(when, {})
        moves[payer] = moves.get(payer, 0) - amount
        moves[payee] = moves.get(payee, 0) + amount

    def post_many(
        self,
        month: SupportsIndex,
        payer: Account,
        payee: Account,
        pence: Iterable[SupportsIndex],
        line: str,
    ) -> None:
        """Book many amounts of one kind (one per person, say) as one flow."""
        amounts = [whole(each, "pence") for each in pence]
        if amounts and min(amounts) < 0:
            raise LedgerError(f"{line}: a negative amount; post a refund the other way")
        self.post(month, payer, payee, sum(amounts), line)

    def balance(self, account: Account, month: int | None = None) -> int:
        """Pence received less pence paid, to the end of `month` (default: everything booked)."""
        return sum(
            moves.get(Account(account), 0)
            for when, moves in self._moves.items()
            if month is None or when <= month
        )

    def month_totals(self, month: int) -> dict[Flow, int]:
        """Pence by (payer, payee, line) in one month."""
        return dict(self._flows.get(month, {}))

    def spent(
        self,
        payer: Account,
        line_prefix: str = "",
        months: Iterable[int] | None = None,
        *,
        less_refunds: bool = False,
    ) -> int:
        """Pence paid by `payer` on lines that begin with `line_prefix`, in `months`."""
        total = 0
        for month in self._flows if months is None else set(months):
            for (source, target, line), pence in self._flows.get(month, {}).items():
                if line.startswith(line_prefix):
                    total += pence * (source == payer)
                    total -= pence * (less_refunds and target == payer)
        return total

    def check(self, month: int) -> None:
        """Raise if the month's two records differ or an overdraft rule is broken."""
        flows, moves = self._flows.get(month, {}), self._moves.get(month, {})
        again: dict[Account, int] = {}
        for (payer, payee, line), pence in flows.items():
            if pence <= 0 or payer == payee or (payer in SHADOW) != (payee in SHADOW):
                raise LedgerError(f"month {month}: a false posting on {line}")
            again[payer] = again.get(payer, 0) - pence
            again[payee] = again.get(payee, 0) + pence
        if again != moves:
            raise LedgerError(f"month {month}: the flows and the balances disagree")
        for side in (SHADOW, frozenset(Account) - SHADOW):
            left = sum(moves.get(account, 0) for account in side)
            if left:
                raise LedgerError(f"month {month}: the books are out by {left} pence")
        for account, floor in self._lowest.items():
            held = self.balance(account, month)
            if held < floor:
                raise LedgerError(
                    f"month {month}: {account} holds {held} pence, below the {floor} allowed"
                )

    def flows(self) -> list[FlowRow]:
        """Rows (month, payer, payee, line, pence), sorted: for tables and checkpoints."""
        return sorted(
            (month, str(payer), str(payee), line, pence)
            for month, flows in self._flows.items()
            for (payer, payee, line), pence in flows.items()
        )

    @classmethod
    def from_flows(
        cls, rows: Iterable[FlowRow], lowest: Mapping[Account, int] | None = None
    ) -> Ledger:
        """The book that `flows` described."""
        book = cls(lowest)
        for month, payer, payee, line, pence in rows:
            book.post(month, Account(payer), Account(payee), pence, line)
        return book


@dataclass(frozen=True)
class Gap:
    """The funding gap in pence. `fee + demand + need == total`, always; each may be negative."""

    fee: int = 0
    demand: int = 0
    need: int = 0
    total: int = 0

    def __post_init__(self) -> None:
        if self.fee + self.demand + self.need != self.total:
            raise LedgerError("the three gaps must add up to the funding gap")

    def __add__(self, other: Gap) -> Gap:
        return Gap(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True)
class Volume:
    """One service in one month: pence an hour and minutes, whole and never negative.

    P sustainable price, F fee paid; D delivered, T reference, N needed. A service counted in weeks
    is posted with each week as one hour.
    """

    price: int = 0
    fee: int = 0
    delivered: int = 0
    reference: int = 0
    needed: int = 0

    def __post_init__(self) -> None:
        for each in fields(self):
            if whole(getattr(self, each.name), each.name) < 0:
                raise LedgerError("prices, fees and minutes cannot be negative")

    @property
    def paid_pence(self) -> int:
        """FD: what was paid for what was delivered."""
        return _worth(self.fee, self.delivered)

    @property
    def needed_pence(self) -> int:
        """PN: what all that was needed would cost at the sustainable price."""
        return _worth(self.price, self.needed)

    @cached_property
    def gap(self) -> Gap:
        """The gap of the service this month (`funding_gap`)."""
        return funding_gap(self.price, self.fee, self.delivered, self.reference, self.needed)


def _worth(pence_per_hour: int, minutes: int) -> int:
    pence, rest = divmod(int(pence_per_hour) * int(minutes), MINUTES_PER_HOUR)
    up = 2 * rest > MINUTES_PER_HOUR or (2 * rest == MINUTES_PER_HOUR and pence % 2 == 1)
    return pence + up  # to the nearest penny, halves to even, as `round` has it


def funding_gap(
    price_pence_per_hour: SupportsIndex,
    fee_pence_per_hour: SupportsIndex,
    delivered_minutes: SupportsIndex,
    reference_minutes: SupportsIndex,
    needed_minutes: SupportsIndex,
) -> Gap:
    """The gap of one service: P sustainable price, F fee paid; D delivered, T reference, N needed.

    Fee gap (P-F)D, demand gap P(T-D), need gap P(N-T), together PN-FD. Each product is rounded
    to the penny once (halves to even) and then differenced, so the parts add up exactly.
    """
    price = whole(price_pence_per_hour, "the price")
    fee = whole(fee_pence_per_hour, "the fee")
    minutes = [
        whole(each, "minutes") for each in (delivered_minutes, reference_minutes, needed_minutes)
    ]
    if min(price, fee, *minutes) < 0:
        raise LedgerError("prices, fees and minutes cannot be negative")
    delivered, reference, needed = (_worth(price, each) for each in minutes)
    paid = _worth(fee, minutes[0])
    return Gap(delivered - paid, reference - delivered, needed - reference, needed - paid)
