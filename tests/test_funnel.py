"""Promises of the funnel, reablement and the means test, in a small town and on made-up people."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from cases_care import numbers, person
from towns import town

from sim.agents import entitlement, funnel, means_test, packages, reablement
from sim.agents.funnel_count import ENDS, OUTCOMES
from sim.luck import Luck, mix_ids
from sim.money import Account
from sim.units import WEEKS_PER_MONTH
from sim.world.bands import CareHome, age_band
from sim.world.columns import Columns
from sim.world.people import RESIDENT_COLUMNS

UPPER = 23_250_00


def supported(model) -> int:
    people = model.world.people
    return int(((people.client > 0) | (people.care_home == CareHome.COUNCIL)).sum())


@pytest.fixture(scope="module")
def year():
    """A town's first year, month by month: the tally, support before and after, handed back."""
    model, months, handed = town(residents=4_000), [], []
    usual = packages.hand_back

    def counted(*args):
        handed.append(usual(*args))
        return handed[-1]

    packages.hand_back = counted
    try:
        for _ in range(12):
            before = supported(model)
            model.step()
            months.append((model.funnel, before, supported(model), handed[-1]))
    finally:
        packages.hand_back = usual
    return model, months


def test_every_request_has_one_outcome_or_is_still_open(year) -> None:
    _, months = year
    for count, *_ in months:
        assert count.open_before + count.requests == sum(count.outcomes.values()) + count.open_after
        assert set(count.outcomes) == set(OUTCOMES)
        assert min(count.outcomes.values()) >= 0
    assert sum(count.requests for count, *_ in months) > 50
    for (one, *_), (following, *_) in pairwise(months):
        assert one.open_after == following.open_before


def test_support_changes_by_starts_ends_and_care_handed_back_alone(year) -> None:
    _, months = year
    seen = set()
    for count, before, after, handed in months:
        starts, ends = int(count.starts_of_support.sum()), int(count.ends_of_support.sum())
        assert after == before + starts - ends - handed
        seen |= {name for name in ENDS if count.ended[name].any()}
    assert {"death_in_care_home", "need_ended"} <= seen


def test_charges_are_of_clients_never_over_the_cost_and_all_of_them_are_paid(year) -> None:
    from sim.agents import books

    model, _ = year
    people = model.world.people
    model.step()
    fees = books.fees_now(model.council, model.p)
    client = (people.client > 0) | (people.care_home == CareHome.COUNCIL)
    rows = np.flatnonzero(people.charge_pence > 0)
    assert rows.size > 5
    assert client[rows].all()
    assert (people.charge_pence[rows] <= means_test.weekly_cost(people, rows, fees)).all()
    paid = model.ledger.spent(Account.RESIDENTS, "client contributions", (model.month,))
    assert paid == round(int(people.charge_pence.sum()) * WEEKS_PER_MONTH)


def crowd(size: int, **told) -> Columns:
    """Many people at 85 with no need, of the given columns."""
    people = Columns(RESIDENT_COLUMNS)
    given = {"id": mix_ids(7, np.arange(size, dtype=np.uint64)), **told}
    people.append({name: np.broadcast_to(value, size).copy() for name, value in given.items()})
    people.age_months = told.get("age_months", 85 * 12)
    people.band = age_band(people.age_months)
    return people


def test_more_capital_or_income_never_means_a_smaller_charge() -> None:
    p = numbers()
    capital = np.arange(0, 3_000_000, 777)
    cost, kept, income = (np.full(capital.size, each) for each in (50_000, 23_955, 30_000))
    pays = means_test.contribution(capital, income, kept, cost, p)
    assert (np.diff(pays) >= 0).all() and (pays <= cost).all()
    richer = means_test.contribution(capital, income + 500, kept, cost, p)
    assert (richer >= pays).all()


def test_capital_agrees_with_the_savings_band_whenever_it_is_asked_about() -> None:
    p, luck = numbers(), Luck(1)
    people = crowd(3_000, savings=np.arange(3_000) % 3)
    means_test.ask_capital(people, np.arange(1_500), p, luck)
    means_test.ask_capital(people, np.arange(3_000), p, luck)
    again = crowd(3_000, savings=np.arange(3_000) % 3)
    means_test.ask_capital(again, np.arange(3_000)[::-1].copy(), p, luck)
    assert (people.capital_pence == again.capital_pence).all()
    band = np.digitize(people.capital_pence, [14_250_00, UPPER], right=True)
    assert (band == people.savings).all()


def test_self_funders_run_down_to_the_limit_and_then_the_council_pays() -> None:
    """1,249 a week, less income over the 30.15 kept, is spent until 23,250 is left."""
    p, luck = numbers(home_counts_above_upper_limit=0.0), Luck(1)
    people = crowd(1, savings=2, care_home=CareHome.SELF_FUNDED, at_home=False)
    people.capital_pence = 30_000_00
    income = int(means_test.income_of(people, np.array([0]), p, luck)[0])
    a_week = 1_249_00 - (income - 30_15)
    months = 0
    while people.care_home[0] == CareHome.SELF_FUNDED:
        out = means_test.run_down(people, p, luck)
        months += 1
        assert people.capital_pence[0] == 30_000_00 - months * round(a_week * WEEKS_PER_MONTH)
        assert out.size == (people.capital_pence[0] <= UPPER)
    assert months == -(-(30_000_00 - UPPER) // round(a_week * WEEKS_PER_MONTH))
    assert people.care_home[0] == CareHome.COUNCIL
    assert people.savings[0] == 1


def test_less_deprived_people_pay_for_their_own_care_homes_more_often() -> None:
    p, luck = numbers(), Luck(1)
    shares = []
    for quintile in range(5):
        people = crowd(2_000, quintile=quintile)
        draw = luck.uniform(funnel.Decision.SAVINGS, people.id, 0)
        above = p[f"savings_above_upper_65plus_imd_q{quintile + 1}"]
        people.savings = np.where(draw < above, 2, 0)
        payer = means_test.who_pays(people, np.arange(2_000), p, luck, 1)
        shares.append(float((payer == CareHome.SELF_FUNDED).mean()))
    assert shares == sorted(shares)
    assert 0.15 < shares[0] < 0.45 and 0.45 < shares[-1] < 0.75


def test_a_partner_at_home_keeps_the_house_and_a_death_brings_it_in() -> None:
    luck = Luck(1)
    people = crowd(2, savings=0)
    people.partner[:] = [1, 0]
    p = numbers(
        care_home_entry_other_payer=0.0,
        **{f"home_counts_below_upper_limit_imd_q{q}": 1.0 for q in range(1, 6)},
    )
    rows = np.array([0])
    assert means_test.who_pays(people, rows, p, luck, 1)[0] == CareHome.COUNCIL
    people.partner[:] = -1
    assert means_test.who_pays(people, rows, p, luck, 1)[0] == CareHome.SELF_FUNDED


def test_a_tighter_cut_off_never_lets_anybody_in() -> None:
    p = numbers()
    people = crowd(500, need=np.arange(500) % 5, take_up=0.1, severity=np.linspace(-2, 2, 500))
    people.needed_minutes = np.array([0, 180, 540, 1440, 3360])[people.need]
    before = np.ones(500, dtype=bool)
    for hours in (0.5, 2.0, 6.0, 8.0, 8.1, 20.0, 100.0):
        granted = entitlement.entitled(people, np.arange(500), entitlement.Rules(hours, 1.0), p) > 0
        assert not (granted & ~before).any()
        before = granted
    assert 0 < before.sum() < 100


def test_reablement_read_sceptically_changes_no_recovery_and_at_face_value_most() -> None:
    none, half, full = (
        reablement.recovery_ratio(numbers(reablement_causal_share=share)) for share in (0, 0.5, 1)
    )
    assert none == 1.0 < half < full
    p = numbers(reablement_causal_share=1.0)
    months, chance = p.need_fast_months, 1 - (1 - p.need_recovers_new) ** full
    left = (1 - chance) ** months / (1 - p.need_recovers_new) ** months
    assert left == pytest.approx(1 + p.reablement_subsequent_care_cost_change)


def test_reablement_fills_what_is_unmet_for_as_long_as_it_lasts() -> None:
    p = numbers()
    people = person(p, need=2, months_in_need=1)
    reablement.begin_episode(people, np.array([0]), p, Luck(1), 1)
    lasts = int(people.reablement_months[0])
    assert lasts in (1, 2)
    people.unmet_minutes = 100
    asked = reablement.deliver(people, lambda minutes: minutes, p)
    assert asked == round(p.reablement_hours_week * 60)
    assert (people.formal_minutes[0], people.unmet_minutes[0]) == (100, 0)
    done = [reablement.pass_month(people).size for _ in range(lasts)]
    assert done == [0] * (lasts - 1) + [1]
    assert people.reabled[0]


def test_a_team_short_of_staff_gives_no_more_than_it_has() -> None:
    p = numbers()
    people = crowd(4, need=2, needed_minutes=600, unmet_minutes=600, reablement_months=1)
    asked = reablement.deliver(people, lambda minutes: minutes // 3, p)
    assert 0 < int(people.formal_minutes.sum()) <= asked // 3
    assert (people.formal_minutes + people.unmet_minutes == 600).all()


def test_readiness_to_accept_care_changes_for_some_each_month_and_keeps_its_share() -> None:
    p, luck = numbers(), Luck(1)
    people = crowd(6_000, take_up=0.5)
    entitlement.change_of_heart(people, p, luck, 1)
    changed = people.take_up != np.float32(0.5)
    assert changed.mean() == pytest.approx(1 / p.readiness_months_65plus, rel=0.25)
    for month in range(2, 2 + int(p.readiness_months_65plus)):
        entitlement.change_of_heart(people, p, luck, month)
    assert (people.take_up != np.float32(0.5)).all()
    assert people.take_up.mean() == pytest.approx(0.5, abs=0.02)
