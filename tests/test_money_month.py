"""Every pound of every month: posted from a payer to a payee, promised and paid to the penny.

Random plans are lived and their books re-added from the ledger's own rows; the three gaps are
re-worked from people and prices; a plan costs what it said it would cost.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_invariants import scenarios
from towns import hubs, plan, services, town

from sim import invariants
from sim.agents import books, entitlement, gap, means_test
from sim.agents.calendar import PAYERS
from sim.gap_words import SERVICES
from sim.model import CommunityModel
from sim.money import SHADOW, Account
from sim.policies.lever import MONTHS_PER_YEAR
from sim.policies.pandemic import PLAN_LINE as ORGANISERS
from sim.policies.pandemic import Pandemic
from sim.scenario import Scenario, load
from sim.units import PENCE_PER_POUND
from sim.world.bands import Care, CareHome

PLAN_LINES = {"hubs": "plan: hubs", "formal_services": "plan: formal services"}


def promised(model: CommunityModel, months: int) -> int:
    """Pence the plan's blocks said they would pay in so many months, each rounded once."""
    heads = model.people_of_all_ages
    return sum(
        round(sum(block.funding_gbp(month, heads) for month in range(months)) * PENCE_PER_POUND)
        for block in model.plan.invest
    )


def paid_by_plans(model: CommunityModel) -> int:
    """Pence the ledger shows under the plan's own lines, cuts taken off."""
    total = 0
    for _month, payer, payee, line, pence in model.ledger.flows():
        if line.startswith(tuple(PLAN_LINES.values())):
            into = payee in (Account.HUBS, Account.COUNCIL) and payer != Account.COUNCIL
            into |= payee == Account.HUBS
            total += pence if into else -pence
    return total


def promised_to_organisers(model: CommunityModel, months: int) -> int:
    """Pence the plan's pandemics said organisers would be paid, each rounded once."""
    total = 0
    for shock in model.plan.shock:
        if isinstance(shock, Pandemic):
            a_year = shock.organiser_gbp_per_head * model.people_of_all_ages * PENCE_PER_POUND
            total += round(a_year / MONTHS_PER_YEAR * max(months - shock.start_month, 0))
    return total


def paid_to_organisers(model: CommunityModel) -> int:
    """Pence the ledger shows organisers of mutual aid were paid, whoever paid."""
    return sum(
        pence
        for _month, _payer, payee, line, pence in model.ledger.flows()
        if line.startswith(ORGANISERS) and payee == Account.WORKERS
    )


def live_and_balance(scenario: Scenario, seed: int, how_long: int, check: bool = False) -> None:
    """Live a plan month by month; with `check` look at every invariant besides the books."""
    model = town(scenario, residents=400, rng=seed)
    if check:
        invariants.check(model)
    for _month in range(how_long):
        model.step()
        assert_books_balance(model)
        if check:
            invariants.check(model)
    assert paid_by_plans(model) == promised(model, how_long)
    assert paid_to_organisers(model) == promised_to_organisers(model, how_long)


def assert_books_balance(model: CommunityModel) -> None:
    """From the rows alone: each side adds up to nothing, pence are whole, time is never cash."""
    sums: dict[bool, int] = defaultdict(int)
    posted = 0
    for month, payer, payee, line, pence in model.ledger.flows():
        assert type(pence) is int
        assert pence > 0
        assert payer != payee
        assert line
        assert (payer in SHADOW) == (payee in SHADOW)
        sums[payer in SHADOW] += pence
        posted += month == model.month
    assert posted > 0
    for shadow in (True, False):
        side = SHADOW if shadow else frozenset(Account) - SHADOW
        balances = [model.ledger.balance(each) for each in side]
        assert sum(balances) == 0
        assert sums[shadow] >= max(balances)
    model.ledger.check(model.month)
    assert_gaps_add_up(model)


def assert_gaps_add_up(model: CommunityModel) -> None:
    """Parts to the gap of a service, services to the place, pounds per head to both."""
    gap, services = model.money.gap, model.money.services
    assert gap is not None
    assert list(services) == list(SERVICES)
    for each in (gap, *(volume.gap for volume in services.values())):
        assert each.fee + each.demand + each.need == each.total
        assert all(type(pence) is int for pence in (each.fee, each.demand, each.need, each.total))
    heads = model.people_of_all_ages * PENCE_PER_POUND
    for part in ("fee", "demand", "need"):
        by_service = [getattr(volume.gap, part) for volume in services.values()]
        assert sum(by_service) == getattr(gap, part)
        told = [getattr(model, f"{part}_gap_{service}_gbp_per_head") for service in SERVICES]
        assert [round(each * heads) for each in told] == by_service


@settings(max_examples=15)
@given(scenario=scenarios, seed=st.integers(1, 2), how_long=st.integers(6, 12))
def test_no_plan_unbalances_the_books_or_leads_to_an_impossible_state(
    scenario, seed: int, how_long: int
) -> None:
    live_and_balance(scenario, seed, how_long, check=True)


@pytest.mark.slow
@settings(max_examples=500)
@given(scenario=scenarios, seed=st.integers(1, 2), how_long=st.integers(4, 13))
def test_five_hundred_plans_balance_and_break_no_invariant(scenario, seed, how_long) -> None:
    """Levers, shocks and rules of any kind: to the penny, and no minute, bed or seat twice.

    Each month the books add up to nothing; minutes given are minutes received, nobody's need is
    met twice, and beds, staff hours and seats are never exceeded (`sim.invariants`).
    """
    live_and_balance(scenario, seed, how_long, check=True)


# --- promised and paid ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scenario",
    [
        "bevy_hub",
        "services_only",
        plan(services(gbp_per_head=-17.77)),
        plan(hubs(gbp_per_head=0.01), services(gbp_per_head=9_999.99)),
        plan(hubs(gbp_per_head=33.33, payer="nhs"), hubs(gbp_per_head=1.01, payer="charity")),
    ],
    ids=["bevy_hub", "services_only", "a cut", "very little and very much", "two payers"],
)
def test_a_plan_pays_what_it_promised_to_the_penny(scenario: str | Scenario) -> None:
    """Pounds a head a year times residents of all ages, over twelve months of the ledger."""
    model = town(scenario)
    model.run_for(12)
    heads = model.people_of_all_ages
    whole_year = sum(
        round(block.gbp_per_head * heads * PENCE_PER_POUND)
        for block in model.plan.invest
        if block.ramp_months == 0
    )
    if all(block.ramp_months == 0 for block in model.plan.invest):
        assert abs(paid_by_plans(model) - whole_year) <= len(model.plan.invest)
    assert paid_by_plans(model) == promised(model, 12)


def test_each_payer_pays_its_own_plan() -> None:
    for payer, account in PAYERS.items():
        model = town(plan(hubs(payer=payer)))
        model.run_for(2)
        sources = {
            row[1] for row in model.ledger.flows() if row[3] == PLAN_LINES["hubs"] and row[4]
        }
        assert sources == {str(account)}


def test_a_ramp_pays_a_rising_sum_and_an_end_stops_it() -> None:
    model = town(plan(services(ramp_months=4, start_month=2, end_month=8)))
    paid = []
    for _month in range(10):
        before = paid_by_plans(model)
        model.step()
        paid.append(paid_by_plans(model) - before)
    assert paid[:2] == [0, 0]
    assert paid[2:6] == sorted(paid[2:6])
    assert paid[2] == pytest.approx(paid[5] / 4, abs=2)
    assert max(paid[5:8]) - min(paid[5:8]) <= 1
    assert paid[8:] == [0, 0]


def test_what_a_hub_does_not_need_stays_with_it_and_is_told() -> None:
    model = town(load("bevy_hub"))
    model.run_for(24)
    held = model.ledger.balance(Account.HUBS)
    told = model.provenance()["money_held_unspent_gbp"]
    assert held >= 0
    assert [round(gbp * PENCE_PER_POUND) for gbp in told.values()] == [held]
    lines = {row[3] for row in model.ledger.flows() if row[1] == Account.HUBS}
    assert lines <= {"hub building", "hub lead and driver", "hub premises, food and minibus"}


# --- the month's bill and the gaps ------------------------------------------------------------


@pytest.fixture(scope="module")
def lived() -> CommunityModel:
    """Read only."""
    model = town("services_only", residents=3_000)
    model.run_for(15)
    return model


def lines_of(model: CommunityModel, month: int) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for (payer, _payee, line), pence in model.ledger.month_totals(month).items():
        refund = line == "client contributions" or payer == Account.RESIDENTS
        totals[line] += -pence if refund else pence
    return totals


def test_the_councils_spending_is_the_sum_of_its_lines(lived) -> None:
    paid = refunded = 0
    for (payer, payee, line), pence in lived.ledger.month_totals(lived.month).items():
        if payer == Account.COUNCIL and not line.startswith("plan"):
            paid += pence
        if payee == Account.COUNCIL and payer == Account.RESIDENTS:
            refunded += pence
    assert paid - refunded == lived.money.council_net
    heads = lived.people_of_all_ages * PENCE_PER_POUND
    assert lived.council_spend_gbp_per_head == lived.money.council_net / heads


def test_the_nhs_spends_what_it_is_given_and_only_on_what_happened(lived) -> None:
    totals = lived.ledger.month_totals(lived.month)
    given_ = sum(pence for (_, payee, _), pence in totals.items() if payee == Account.NHS)
    spent = sum(pence for (payer, _, _), pence in totals.items() if payer == Account.NHS)
    homes = sum(
        pence
        for (payer, payee, _), pence in totals.items()
        if (payer, payee) == (Account.NHS, Account.PROVIDERS)
    )
    assert given_ == spent == lived.money.nhs + homes
    assert lived.money.nhs > 0
    admitted = int(lived.events.admission.sum())
    cost = round(admitted * lived.p.cost_emergency_admission_average * PENCE_PER_POUND)
    assert totals.get((Account.NHS, Account.SUPPLIERS, "emergency admissions"), 0) == cost


def test_the_nhs_pays_its_share_of_each_council_place_and_the_whole_of_others(lived) -> None:
    people, fees = lived.world.people, books.fees_now(lived.council, lived.p)
    older = people.age_months >= 65 * 12
    by_hand = {"NHS share of council care homes": 0, "NHS-funded care homes": 0}
    for row, group in enumerate((~older, older)):
        share, fee = fees.nhs_care_home_week[row], fees.care_home_week[row]
        council = int((group & (people.care_home == CareHome.COUNCIL)).sum())
        other = int((group & (people.care_home == CareHome.OTHER)).sum())
        by_hand["NHS share of council care homes"] += books.pay_for_weeks(council, share)
        by_hand["NHS-funded care homes"] += books.pay_for_weeks(other, share + fee)
    assert sum(by_hand.values()) > 0
    lines = lines_of(lived, lived.month)
    assert {line: lines[line] for line in by_hand} == by_hand


def test_workers_are_paid_for_every_hour_of_care_at_home(lived) -> None:
    """By the hour worked: a lower fee squeezes the provider, not the wage bill."""
    people, p = lived.world.people, lived.p
    worked = people.formal_minutes[people.client == Care.HOME_CARE].astype(np.int64).sum()
    worked += people.own_minutes.astype(np.int64).sum()
    price = books.fees_now(lived.council, p).home_care_price_hour
    totals = lived.ledger.month_totals(lived.month)
    wages = totals[Account.PROVIDERS, Account.WORKERS, "home care wages"]
    assert wages == books.pay_for(int(worked), round(p.homecare_staff_cost_share * price))
    given_ = totals[Account.COUNCIL, Account.RESIDENTS, "direct payments"]
    handed_on = (Account.RESIDENTS, Account.WORKERS, "direct payments: personal assistants")
    assert totals[handed_on] == given_ > 0


def test_every_account_is_used_by_somebody() -> None:
    every = plan(*(hubs(payer=payer, paid_lead=True) for payer in PAYERS))
    model = town(every, residents=3_000)
    model.run_for(2)
    used = {account for row in model.ledger.flows() for account in row[1:3]}
    assert used == set(Account)


def test_care_at_home_is_paid_for_by_the_minute_and_care_homes_by_the_week(lived) -> None:
    people, fees = lived.world.people, books.fees_now(lived.council, lived.p)
    bill = books.council_care(people, fees, lived.p)
    lines = lines_of(lived, lived.month)
    for kind, line, price in (
        (Care.HOME_CARE, "home care", fees.home_care_hour),
        (Care.DIRECT_PAYMENT, "direct payments", fees.direct_payment_hour),
    ):
        minutes = int(people.formal_minutes[people.client == kind].astype(np.int64).sum())
        assert bill[line] == books.pay_for(minutes, price)
        assert lines[line] == bill[line]
    homes = int((people.care_home == CareHome.COUNCIL).sum())
    assert (bill["care homes under 65"] + bill["care homes 65 or over"] > 0) == (homes > 0)


def test_the_three_gaps_are_what_people_and_prices_make_them(monkeypatch) -> None:
    """Care at home by hand: the price of minutes delivered, promised and needed."""
    lived = town("services_only", residents=3_000)
    lived.run_for(14)
    # Savings run down after the month's books are closed: held back, people are as the books saw.
    monkeypatch.setattr(means_test, "run_down", lambda *_: np.zeros(0, dtype=np.int64))
    lived.run_for(1)
    people, fees = lived.world.people, books.fees_now(lived.council, lived.p)
    services = gap.volumes(people, fees, lived.p)
    assert services == lived.money.services
    assert gap.total(services) == lived.money.gap
    direct = people.client == Care.DIRECT_PAYMENT
    others = ~direct & ~np.isin(people.client, (Care.SUPPORTED_LIVING, Care.SHARED_LIVES))
    for service, whose, kind, price, fee in (
        (
            "home_care",
            others,
            Care.HOME_CARE,
            fees.home_care_price_hour,
            fees.home_care_hour,
        ),
        (
            "direct_payments",
            direct,
            Care.DIRECT_PAYMENT,
            fees.direct_payment_hour,
            fees.direct_payment_hour,
        ),
    ):
        formal, reference = people.formal_minutes[people.client == kind], people.reference_package
        minutes = [
            books.minutes_a_month(int(each))
            for each in (
                formal.astype(np.int64).sum(),
                reference[whose].astype(np.int64).sum(),
                entitlement.need_above_care_act(people, whose, lived.p),
            )
        ]
        found = services[service].gap
        delivered, promised_, needed = minutes
        assert found.fee == pytest.approx(Fraction((price - fee) * delivered, 60), abs=1)
        assert found.demand == pytest.approx(Fraction(price * (promised_ - delivered), 60), abs=1)
        assert found.need == pytest.approx(Fraction(price * (needed - promised_), 60), abs=1)
    for service, where, row in (
        ("care_homes_18_64", people.age_months < 65 * 12, 0),
        ("care_homes_65plus", people.age_months >= 65 * 12, 1),
    ):
        found = services[service].gap
        there = int((where & (people.care_home == CareHome.COUNCIL)).sum())
        week = fees.care_home_price_week[row] - fees.care_home_week[row]
        assert found.fee == pytest.approx(there * week * 365.25 / 7 / 12, abs=week / 60)
        assert found.demand == found.need == 0
    whole = lived.money.gap
    for name in ("fee", "demand", "need", "funding"):
        told = getattr(lived, f"{name}_gap_gbp_per_head")
        pence = whole.total if name == "funding" else getattr(whole, name)
        assert told == pence / (lived.people_of_all_ages * PENCE_PER_POUND)


def test_time_is_booked_apart_from_cash_minute_for_minute(lived) -> None:
    people, p = lived.world.people, lived.p
    rate = round(p.volunteer_replacement_cost_per_hour * PENCE_PER_POUND)
    given_ = int(people.care_minutes.sum()) + lived.boundary.given
    totals = lived.ledger.month_totals(lived.month)
    key = (Account.CARERS_TIME, Account.TIME_RECEIVED, "carers' hands-on time")
    assert totals[key] == books.pay_for(given_, rate)
    key = (Account.VOLUNTEERS_TIME, Account.TIME_RECEIVED, "volunteers' time")
    assert totals[key] == books.pay_for(int(people.volunteer_minutes.sum()), rate)


def test_the_budget_of_the_first_month_covers_what_was_already_spent() -> None:
    """April 2024 opens in balance, but for what changes in its first weeks."""
    model = town(residents=3_000)
    model.step()
    assert model.money.council_net == pytest.approx(model.council.base_pence, rel=0.05)


def test_spending_over_budget_tightens_the_rules_next_april_and_not_before() -> None:
    rules = []
    model = town()
    model.council.base_pence = model.council.base_pence * 3 // 4  # a town of few clients wanders
    for _month in range(13):
        model.step()
        rules.append(model.council.rules_now.cut_off_hours)
    assert len(set(rules[:12])) == 1
    assert rules[12] > rules[0]
    unmoved = town(feedback=False)
    unmoved.council.base_pence = unmoved.council.base_pence * 3 // 4
    unmoved.run_for(13)
    assert unmoved.council.rules_now.cut_off_hours == rules[0]
