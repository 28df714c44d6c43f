"""The funding gap by service, and what moved it: parts that add up, movers that move what they say.

Made-up sums with answers by hand, real towns, and one rule turned at a time.
"""

from __future__ import annotations

import copy
import itertools
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_invariants import scenarios
from towns import hubs, plan, services, town

from sim.agents import gap_moved
from sim.agents.gap_moved import GapYears, Sums, moved, pence_of
from sim.gap_words import MOVERS, SERVICES
from sim.model import CommunityModel
from sim.money import LedgerError, Volume, whole_parts
from sim.outcomes import MEASURES
from sim.scenario import Scenario
from sim.units import PENCE_PER_POUND

# --- whole parts ------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=8), st.integers(-5, 5))
def test_whole_parts_add_up_and_stay_near(parts: list[float], off: int) -> None:
    pence = round(sum(parts)) + off
    given_ = whole_parts(parts, pence)
    assert sum(given_) == pence
    most = 2 + abs(pence - sum(parts)) / len(parts)
    assert all(abs(a - b) <= most for a, b in zip(given_, parts, strict=True))


def test_no_parts_cannot_hold_a_sum() -> None:
    assert whole_parts([], 0) == []
    with pytest.raises(LedgerError):
        whole_parts([], 1)


def test_a_volume_refuses_what_cannot_be() -> None:
    for wrong in ({"price": -1}, {"needed": 1.5}, {"fee": True}):
        with pytest.raises(LedgerError):
            Volume(**wrong)


# --- one rule turned at a time ----------------------------------------------------------------


@pytest.fixture(scope="module")
def lived() -> CommunityModel:
    """Read only."""
    model = town(residents=3_000, years=3)
    model.run_for(36)
    return model


@pytest.fixture
def year(lived) -> Sums:
    return {name: values.copy() for name, values in lived.gap_years.years[1].items()}


def test_a_year_that_repeats_itself_moved_nothing(year) -> None:
    assert moved(year, copy.deepcopy(year)) == dict.fromkeys(MOVERS, 0)


def test_a_tenth_more_of_everyone_is_people_alone(year) -> None:
    """People scale the whole gap: a tenth more of them is a tenth more gap, and nothing else."""
    grown = {name: values * 1.1 for name, values in year.items()}
    grown |= {n: np.rint(v * 1.1) for n, v in year.items() if n.startswith("pence")}
    found = moved(year, grown)
    assert found["people"] == pytest.approx(pence_of(year) / 10, abs=20)
    assert all(abs(found[mover]) < 20 for mover in MOVERS if mover != "people")


def test_dearer_hours_are_prices_alone(year) -> None:
    dearer = dict(year)
    dearer["pence_home_care"] = np.rint(year["pence_home_care"] * [1.2, 1.1])
    rise = pence_of(dearer) - pence_of(year)
    assert moved(year, dearer) == dict.fromkeys(MOVERS, 0) | {"prices": rise}
    assert rise > 0


def test_fewer_hours_delivered_is_eligibility_and_delivery_alone(year) -> None:
    cut = dict(year)
    for service in gap_moved.HOURLY:
        cut[f"delivered_{service}"] = year[f"delivered_{service}"] * 0.9
        needed, paid = year[f"pence_{service}"]
        cut[f"pence_{service}"] = np.array([needed, np.rint(paid * 0.9)])
    rise = pence_of(cut) - pence_of(year)
    found = moved(year, cut)
    assert found["eligibility"] == pytest.approx(rise, abs=5)
    assert rise > 0


def test_help_from_companions_is_community_and_makes_the_gap_smaller(year) -> None:
    """A twentieth of what the family leaves is taken over by companions, everywhere alike."""
    helped = dict(year)
    after_kin = year["needed"] - year["aside"] - year["kin"]
    helped["community"] = year["community"] + 0.05 * (after_kin - year["community"])
    for name in ("over", *(f"needed_{s}" for s in gap_moved.HOURLY)):
        helped[name] = year[name] * 0.95
    for service in gap_moved.HOURLY:
        helped[f"delivered_{service}"] = year[f"delivered_{service}"] * 0.95
        helped[f"pence_{service}"] = np.rint(year[f"pence_{service}"] * 0.95)
    found = moved(year, helped)
    change = pence_of(helped) - pence_of(year)
    assert change < 0
    assert found["community"] == pytest.approx(change, abs=50)
    assert sum(map(abs, found.values())) == pytest.approx(abs(change), abs=100)


def test_two_movers_share_what_they_do_together_equally() -> None:
    """One hour needed at 10 pence; twice the people at twice the price: 30 more, 15 each."""
    nothing = np.zeros((35, 5))
    one = nothing.copy()
    one[0, 1] = 60.0
    people = np.zeros(35)
    people[0] = 1.0
    before: Sums = {
        "residents": people, "needed": one, "aside": nothing, "kin": nothing,
        "community": nothing, "payable": one, "over_family": one, "over": one,
        "needed_home_care": one, "needed_direct_payments": nothing, "delivered_home_care": nothing,
        "delivered_direct_payments": nothing,
    }  # fmt: skip
    before |= {f"people_{s}": np.zeros(35) for s in SERVICES}
    before |= {f"pence_{s}": np.zeros(2) for s in SERVICES}
    before["pence_home_care"] = np.array([10.0, 0.0])
    after = {name: values * 2 for name, values in before.items()}
    after["pence_home_care"] = np.array([40.0, 0.0])
    assert moved(before, after) == dict.fromkeys(MOVERS, 0) | {"people": 15, "prices": 15}


# --- real years and worlds --------------------------------------------------------------------


def test_the_movers_rebuild_the_ledgers_own_gap_of_a_year(lived) -> None:
    """The formula over cells is the books' gap: nothing is left for rounding to hide."""
    for sums in lived.gap_years.years:
        rates, _ = gap_moved._agree(gap_moved._rates(sums), gap_moved._rates(sums))
        assert gap_moved._gap(rates) == pytest.approx(pence_of(sums), abs=1)
    table = lived.diary.table()
    mine = table[table["measure"] == "funding_gap_gbp_per_head"]
    yearly = mine.groupby((mine["month"] - 1) // 12)["value"].sum().to_numpy()
    heads = lived.people_of_all_ages * PENCE_PER_POUND
    told = [pence_of(sums) for sums in lived.gap_years.years]
    assert np.rint(yearly * heads).astype(int).tolist() == told


def test_what_moved_between_any_two_years_adds_up_to_the_penny(lived) -> None:
    years = lived.gap_years
    for first, last in ((1, 2), (1, 3), (2, 3), (3, 1)):
        found = years.between(first, last)
        change = pence_of(years.years[last - 1]) - pence_of(years.years[first - 1])
        assert list(found) == list(MOVERS)
        assert sum(found.values()) == change
    there, back = years.between(1, 3), years.between(3, 1)
    assert all(abs(there[mover] + back[mover]) <= 1 for mover in MOVERS)
    heads = lived.people_of_all_ages * PENCE_PER_POUND
    for mover in MOVERS:
        assert getattr(lived, f"gap_change_{mover}_gbp_per_head") == there[mover] / heads


def test_two_worlds_alike_differ_in_nothing_and_a_plan_differs_by_its_own_gap() -> None:
    base, plain, helped = (
        town(each, years=1) for each in ("baseline", "baseline", plan(services()))
    )
    for model in (base, plain, helped):
        model.run_for(12)
    assert {row[2] for row in plain.gap_against(base)} == {0.0}
    rows = helped.gap_against(base)
    assert [row[0] for row in rows] == [12] * len(MOVERS)
    assert {row[1] for row in rows} == {key for key, each in MEASURES.items() if each.paired}
    heads = base.people_of_all_ages * PENCE_PER_POUND
    apart = pence_of(helped.gap_years.years[0]) - pence_of(base.gap_years.years[0])
    assert round(sum(row[2] for row in rows) * heads) == apart != 0


def test_money_for_fees_shows_as_prices_and_money_for_hours_as_delivery() -> None:
    def effect(model: CommunityModel, base: CommunityModel) -> dict[str, float]:
        rows = model.gap_against(base)
        return {mover: rows[row][2] for row, mover in enumerate(MOVERS)}

    base, fees, hours = (
        town(each, years=1, residents=3_000)
        for each in (
            "baseline",
            plan(services(share_to_fees=1.0, share_to_hours=0.0)),
            plan(services(share_to_fees=0.0, share_to_hours=1.0)),
        )
    )
    for model in (base, fees, hours):
        model.run_for(12)
    of_fees, of_hours = effect(fees, base), effect(hours, base)
    assert min(of_fees, key=of_fees.__getitem__) == "prices"
    assert of_fees["prices"] < 0
    assert min(of_hours, key=of_hours.__getitem__) == "eligibility"
    assert of_hours["prices"] == pytest.approx(0, abs=abs(of_hours["eligibility"]) / 10)


def test_a_hubs_companions_show_as_community_help() -> None:
    base = town("baseline", residents=2_000)
    there = town(plan(hubs(lunch_club_seats=200)), residents=2_000)
    for model in (base, there):
        model.run_for(24)
    rows = {(month, name): value for month, name, value in there.gap_against(base)}
    assert rows[24, "gap_effect_community_gbp_per_head"] != 0
    assert abs(rows[24, "gap_effect_prices_gbp_per_head"]) < 0.01
    more = int(there.world.people.community_minutes.sum())
    assert more > int(base.world.people.community_minutes.sum())


def test_nothing_has_moved_before_the_second_year_is_complete() -> None:
    model = town(years=2)
    model.run_for(13)
    assert {model.gap_years.per_head(1.0)[f"gap_change_{m}_gbp_per_head"] for m in MOVERS} == {0.0}
    assert len(model.gap_years.years) == 2
    assert isinstance(model.gap_years, GapYears)


# --- any plan ---------------------------------------------------------------------------------


def assert_adds_up(before: Sums, after: Sums) -> None:
    assert sum(moved(before, after).values()) == pence_of(after) - pence_of(before)


@cache
def first_year(seed: int) -> Sums:
    """The first year of a town without a plan."""
    base = town(residents=400, rng=seed)
    base.run_for(12)
    return base.gap_years.years[0]


def live_and_compare(scenario: Scenario, seed: int, months: int) -> None:
    """Each year against the one before and the first against the baseline's, whole or begun."""
    model = town(scenario, residents=400, rng=seed, years=3)
    model.run_for(months)
    years = model.gap_years.years
    for sums in years:
        rates, _ = gap_moved._agree(gap_moved._rates(sums), gap_moved._rates(sums))
        assert gap_moved._gap(rates) == pytest.approx(pence_of(sums), abs=1)
    assert len(years) > 1
    for before, after in itertools.pairwise(years):
        assert_adds_up(before, after)
    assert_adds_up(years[0], years[-1])
    assert_adds_up(first_year(seed), years[0])


@settings(max_examples=3)
@given(scenario=scenarios, seed=st.integers(1, 8), months=st.integers(13, 18))
def test_any_plans_movers_add_up_to_the_penny(scenario, seed: int, months: int) -> None:
    live_and_compare(scenario, seed, months)


# The parts of a begun year add up as those of a whole one: a month of the second is enough.
LENGTHS = st.sampled_from((13, 13, 13, 13, 13, 13, 18, 25))


@pytest.mark.slow
@settings(max_examples=500)
@given(scenario=scenarios, seed=st.integers(1, 8), months=LENGTHS)
def test_hundreds_of_plans_movers_add_up_to_the_penny(scenario, seed: int, months: int) -> None:
    live_and_compare(scenario, seed, months)
