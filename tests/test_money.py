"""Promises about money: nothing appears, nothing vanishes, and the gaps add up to the penny."""

from __future__ import annotations

import time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.money import SHADOW, Account, Gap, Ledger, LedgerError, funding_gap, share_out, to_pence

CASH = sorted(set(Account) - SHADOW)
TIME = sorted(SHADOW)
counts = st.integers(0, 10**12)
postings = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.sampled_from([(a, b) for side in (CASH, TIME) for a in side for b in side if a != b]),
        st.integers(0, 10**20),
        st.sampled_from(("care home", "lunch club", "minibus")),
    ),
    max_size=40,
)


@given(postings)
def test_every_month_sums_to_zero_and_the_book_survives_being_written_out(rows):
    book = Ledger()
    for month, (payer, payee), pence, line in rows:
        book.post(month, payer, payee, pence, line)
    for month in range(7):
        book.check(month)
    assert sum(book.balance(account) for account in CASH) == 0
    assert sum(book.balance(account) for account in TIME) == 0
    assert sum(book.spent(account) for account in Account) == sum(row[2] for row in rows)
    again = Ledger.from_flows(book.flows())
    assert again.flows() == book.flows()


def test_balances_totals_and_spending_by_known_answer():
    book = Ledger()
    book.post(1, Account.COUNCIL, Account.PROVIDERS, 500, "home care: long term")
    book.post(1, Account.COUNCIL, Account.PROVIDERS, 250, "home care: long term")
    book.post(2, Account.PROVIDERS, Account.WORKERS, 600, "pay")
    book.post(2, Account.PROVIDERS, Account.COUNCIL, 50, "home care: refund")
    assert book.month_totals(1) == {
        (Account.COUNCIL, Account.PROVIDERS, "home care: long term"): 750
    }
    assert book.month_totals(9) == {}
    assert book.balance(Account.PROVIDERS) == 100
    assert book.balance(Account.PROVIDERS, month=1) == 750
    assert book.spent(Account.COUNCIL, "home care") == 750
    assert book.spent(Account.COUNCIL, "home care", less_refunds=True) == 700
    assert book.spent(Account.COUNCIL, "home care", months=[2]) == 0
    assert book.flows()[0] == (1, "council", "providers", "home care: long term", 750)


@pytest.mark.parametrize(
    "pence", [1.0, True, np.bool_(True), -1, "5", None, np.float64(2), Decimal(3)]
)
def test_only_whole_pence_of_zero_or_more_are_booked(pence):
    book = Ledger()
    with pytest.raises(LedgerError):
        book.post(1, Account.COUNCIL, Account.HUBS, pence, "grant")
    with pytest.raises(LedgerError):
        book.post_many(1, Account.COUNCIL, Account.HUBS, [5, pence], "grant")
    assert book.flows() == []


@pytest.mark.parametrize(
    ("month", "payer", "payee", "line"),
    [
        (1, Account.COUNCIL, Account.COUNCIL, "itself"),
        (1, Account.COUNCIL, Account.CARERS_TIME, "cash for time"),
        (1, Account.VOLUNTEERS_TIME, Account.HUBS, "time for cash"),
        (-1, Account.COUNCIL, Account.HUBS, "too early"),
        (1.5, Account.COUNCIL, Account.HUBS, "half a month"),
        (1, Account.COUNCIL, Account.HUBS, ""),
    ],
)
def test_false_postings_are_refused(month, payer, payee, line):
    with pytest.raises(LedgerError):
        Ledger().post(month, payer, payee, 100, line)


def test_unknown_accounts_are_refused():
    with pytest.raises(ValueError, match="tooth_fairy"):
        Ledger().post(1, "tooth_fairy", Account.HUBS, 100, "gift")


def test_tampering_with_either_record_is_noticed():
    for record in ("_flows", "_moves"):
        book = Ledger()
        book.post(3, Account.NHS, Account.PROVIDERS, 100, "discharge")
        month = getattr(book, record)[3]
        month[next(iter(month))] += 1
        with pytest.raises(LedgerError, match="month 3"):
            book.check(3)


def test_a_declared_overdraft_is_enforced_at_the_months_end():
    book = Ledger({Account.HUBS: 0})
    book.post(1, Account.GRANT_FUNDERS, Account.HUBS, 100, "grant")
    book.post(1, Account.HUBS, Account.WORKERS, 100, "lead")
    book.check(1)
    book.post(2, Account.HUBS, Account.WORKERS, 1, "lead")
    book.check(1)
    with pytest.raises(LedgerError, match="hubs holds -1 pence"):
        book.check(2)


def test_whole_arrays_are_added_without_loss():
    book = Ledger()
    book.post_many(1, Account.RESIDENTS, Account.COUNCIL, np.full(3, 2**62), "charges")
    assert book.balance(Account.COUNCIL) == 3 * 2**62
    book.check(1)


def test_ten_years_of_books_are_quick():
    book, start = Ledger({Account.HUBS: -(10**12)}), time.process_time()
    for month in range(1, 121):
        for line in range(50):
            book.post(month, CASH[line % 8], CASH[line % 8 + 1], line + 1, f"line {line}")
        book.check(month)
        book.spent(Account.COUNCIL, "line", months=[month])
    assert time.process_time() - start < 1.5


@pytest.mark.parametrize(
    ("gbp", "pence"),
    [(1.23, 123), (0.125, 12), (0.375, 38), (1.005, 100), (-2.5, -250), (3, 300),
     (Decimal("0.005"), 0), (Decimal("0.015"), 2), (np.float64(9.99), 999), (1e15, 10**17),
     (np.int64(4), 400)],
)  # fmt: skip
def test_pounds_become_pence_with_halves_to_even(gbp, pence):
    assert to_pence(gbp) == pence
    assert type(to_pence(gbp)) is int


@pytest.mark.parametrize("gbp", [float("nan"), float("inf"), True, "3", None, Decimal("nan")])
def test_pounds_that_are_not_numbers_are_refused(gbp):
    with pytest.raises(LedgerError):
        to_pence(gbp)


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_sharing_out_loses_nothing_and_is_within_a_penny(pence, weights):
    if sum(weights) == 0:
        with pytest.raises(LedgerError):
            share_out(pence, weights)
        return
    parts = share_out(pence, weights)
    assert sum(parts) == pence
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(pence * weight, sum(weights))) < 1


def test_the_three_gaps_by_known_answer():
    # 32.14 an hour sustainable, 24.10 paid; 100 hours delivered, 120 by the old rule, 150 needed
    gap = funding_gap(3214, 2410, 6000, 7200, 9000)
    assert gap == Gap(fee=80_400, demand=64_280, need=96_420, total=241_100)
    assert funding_gap(3214, 2410, 0, 0, 0) == Gap()


@given(counts, counts, counts, counts, counts)
def test_the_three_gaps_add_up_to_the_penny(price, fee, delivered, reference, needed):
    gap = funding_gap(price, fee, delivered, reference, needed)
    assert gap.fee + gap.demand + gap.need == gap.total
    exact = {
        "fee": (price - fee) * delivered,
        "demand": price * (reference - delivered),
        "need": price * (needed - reference),
        "total": price * needed - fee * delivered,
    }
    for part, pence_minutes in exact.items():
        assert abs(getattr(gap, part) - Fraction(pence_minutes, 60)) <= 1
    assert gap + gap == Gap(2 * gap.fee, 2 * gap.demand, 2 * gap.need, 2 * gap.total)


@pytest.mark.parametrize("bad", [-1, 2.5, True, "9"])
def test_the_gap_takes_only_whole_prices_and_minutes(bad):
    for position in range(5):
        numbers = [100, 90, 60, 60, 60]
        numbers[position] = bad
        with pytest.raises(LedgerError):
            funding_gap(*numbers)


def test_a_gap_that_does_not_add_up_cannot_exist():
    with pytest.raises(LedgerError):
        Gap(1, 1, 1, 4)
