"""The council: its own start, its year, its rules each with a switch, and the spiral.

Known answers are worked by hand from the rows they rest on; the spiral is looked for in pairs of
towns that share their luck.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from towns import PLACE, plan, same_diary, services, town, who_differs

from sim.agents import crisis, packages
from sim.agents.books import fees_now
from sim.agents.council import Council, Switches
from sim.agents.council_start import PRICED, at_this_place, client_ratio, place_factors
from sim.agents.crisis import Events
from sim.agents.entitlement import Rules, kind_of_support
from sim.errors import UserMistake
from sim.model import CommunityModel
from sim.parameters import Override, Parameters
from sim.scenario import Scenario
from sim.scenario_shape import CouncilRules
from sim.world.bands import Care, CareHome
from sim.world.columns import Columns
from sim.world.people import RESIDENT_COLUMNS
from sim.world.places import get

RULES = [each.name for each in fields(Switches)]
PRESSURE = [name for name in RULES if name.endswith("_pressure")]


def without(*rules: str) -> Scenario:
    return plan(rules=dict.fromkeys(rules, False))


def after_a_year(p: Parameters, spent: int, given: int, switches: Switches) -> Council:
    """A council that spent and was given so much, on the morning of its second April."""
    council = Council(some_town(), 0.0, p, switches)
    council.base_pence, council.other_pence, council.prevention_pence = given // 12, 1_000_000, 10
    council.spent_this_year, council.budget_this_year = spent, given
    council.monthly = [spent // 12] * 12
    council.april(p, 2)
    return council


@cache
def some_town() -> CommunityModel:
    return town()


P = Parameters.build({}, 0)
GROWTH = 0.7 * 0.024 + 0.0062  # staff share of the price x real pay growth + other costs


# --- the year ---------------------------------------------------------------------------------


def test_the_savings_to_find_are_dearer_care_and_overspending_less_the_new_budget() -> None:
    """12.0m budget, 12.24m spent: 2% over. Half of what is carried is to be made good."""
    council = after_a_year(P, 12_240_000, 12_000_000, Switches())
    assert council.real_fee_index == pytest.approx(1.0 + GROWTH)
    assert council.base_pence == round(1_000_000 * 1.026)
    assert council.carried_pence == 240_000
    wanted = 12_240_000 * (1.0 + GROWTH) + 120_000
    assert council.savings_target_pence == pytest.approx(wanted - 12 * 1_026_000, abs=2)
    pressure = council.savings_target_pence / (12 * 1_026_000)
    assert council.tightness == pytest.approx(2.5 * pressure)
    assert council.generosity == pytest.approx(1.0 - 0.8 * pressure)
    assert council.turned_down == pytest.approx(1.0 * pressure)
    assert council.fees_held == pytest.approx(0.5 * pressure)  # less than the growth of costs
    assert council.prevention_share == pytest.approx(1.0 - 2.0 * pressure)
    assert council.other_pence == pytest.approx(
        1_000_000 * (1.0 + GROWTH) * (1.0 - 0.8 * pressure), abs=2
    )
    rules = council.rules_now
    assert rules.cut_off_hours == pytest.approx(8.0 * (1.0 + 2.5 * pressure))
    assert rules.turned_down == council.turned_down
    assert rules.assessors == pytest.approx(1.0 - 0.8 * pressure)


def test_slack_loosens_and_gives_back_no_more_than_was_taken() -> None:
    council = after_a_year(P, 11_000_000, 12_000_000, Switches())
    assert council.savings_target_pence < 0
    assert council.tightness < 0 and council.generosity > 1.0
    assert council.prevention_share == council.support_share == 1.0
    assert council.turned_down == council.fees_held == 0.0
    assert council.other_pence == round(1_000_000 * (1.0 + GROWTH))
    council = after_a_year(P, 13_000_000, 12_000_000, Switches())
    squeezed = council.support_share
    council.spent_this_year = council.budget_this_year = 12_312_000
    council.monthly = [900_000] * 12  # 10.8m a year: money to spare
    council.april(P, 3)
    assert squeezed < council.support_share <= 1.0
    assert council.rules_now.assessors == council.support_share


def test_savings_agreed_and_only_begun_are_not_asked_for_twice() -> None:
    """Spending fell to the budget by the last months: the year's overspend alone is due."""
    switches = Switches(budget_grows=False, prices_follow_wages=False)
    council = Council(some_town(), 0.0, P, switches)
    council.base_pence = 1_000_000
    council.spent_this_year, council.budget_this_year = 12_300_000, 12_000_000
    council.monthly = [1_033_334] * 9 + [1_000_000] * 3
    council.april(P, 2)
    assert council.savings_target_pence == 150_000  # half of what is carried


def test_fees_fall_behind_costs_by_no_more_than_costs_grew() -> None:
    council = after_a_year(P, 15_000_000, 12_000_000, Switches())
    assert council.fees_held == pytest.approx(GROWTH)
    usual = after_a_year(P, 15_000_000, 12_000_000, Switches(fees_follow_pressure=False))
    fees, full = fees_now(council, P), fees_now(usual, P)
    assert fees.home_care_price_hour == full.home_care_price_hour  # care costs what it costs
    assert fees.nhs_care_home_week == full.nhs_care_home_week  # the NHS pays its own share
    for name in ("home_care_hour", "direct_payment_hour", "supported_living_week"):
        assert getattr(fees, name) == pytest.approx(getattr(full, name) * (1.0 - GROWTH), abs=1), (
            name
        )


def test_reserves_hold_so_much_and_the_rest_must_be_found_at_once() -> None:
    """A tenth over: reserves hold a twentieth, half of it due; the other twentieth due in full."""
    switches = Switches(budget_grows=False, prices_follow_wages=False)
    council = after_a_year(P, 13_200_000, 12_000_000, switches)
    assert council.carried_pence == 600_000
    assert council.savings_target_pence == 1_200_000 + 300_000 + 600_000


def test_each_rule_can_be_switched_off_alone() -> None:
    usual = after_a_year(P, 13_000_000, 12_000_000, Switches())
    shown = {
        "eligibility_follows_pressure": lambda c: c.tightness == 0.0,
        "packages_follow_pressure": lambda c: c.generosity == 1.0,
        "prevention_follows_pressure": lambda c: c.prevention_share == 1.0,
        "support_follows_pressure": lambda c: c.other_pence == round(1_000_000 * (1 + GROWTH)),
        "placements_follow_pressure": lambda c: c.rules_now.turned_down == 0.0,
        "fees_follow_pressure": lambda c: c.fees_held == 0.0,
        "waits_follow_support": lambda c: c.rules_now.assessors == 1.0,
        "prices_follow_wages": lambda c: c.real_fee_index == 1.0,
        "budget_grows": lambda c: c.base_pence == 1_000_000,
        "overspend_carries": lambda c: c.carried_pence == 0,
    }
    assert sorted(shown) == sorted(RULES)
    for rule, is_off in shown.items():
        assert not is_off(usual), rule
        assert is_off(after_a_year(P, 13_000_000, 12_000_000, Switches(**{rule: False}))), rule


def test_no_feedback_is_every_rule_of_pressure_switched_off() -> None:
    off = town(without(*PRESSURE)).run()
    silent = town(feedback=False).run()
    assert len(PRESSURE) == 6
    assert who_differs(off, silent) == {} and same_diary(off, silent)
    assert off.council.rules_now == silent.council.rules_now


def test_the_history_closes_each_year_and_agrees_with_what_is_measured() -> None:
    model = town().run()
    history = model.council.history
    assert [row["year"] for row in history] == [1.0, 2.0]
    for year, row in enumerate(history):
        months = model.diary.money[12 * year : 12 * year + 12]
        over = sum(each["council_overspend_gbp_per_head"] for each in months)
        assert row["overspend_gbp"] == pytest.approx(row["spend_gbp"] - row["budget_gbp"])
        assert over * model.people_of_all_ages == pytest.approx(row["overspend_gbp"])
        assert months[-1]["eligibility_cut_off_hours"] == row["cut_off_hours"]
        spend = row["prevention_share"] * model.council.prevention_pence / 100
        shown = months[-1]["prevention_spend_gbp_per_head"] * model.people_of_all_ages
        assert shown == pytest.approx(spend, abs=0.01)
    assert model.provenance()["council_history"] == history


# --- what the rules do to people ---------------------------------------------------------------


def entries(model: CommunityModel, turned_down: float) -> tuple[set[int], set[int]]:
    """Identities who enter a care home in two years of months: paid by the council, by others."""
    people, events = model.world.people, Events.none(len(model.world.people))
    found: tuple[set[int], set[int]] = (set(), set())
    for month in range(100, 124):
        crisis.care_home_entry(
            people, model.risks, model.norms, model.p, model.luck, month, events, turned_down
        )
        council = events.payer == CareHome.COUNCIL
        for group, flags in zip(found, (council, ~council), strict=True):
            group.update(people.id[events.care_home & flags].tolist())
    return found


def test_the_panel_turns_down_only_what_the_council_would_pay_for() -> None:
    model = town(residents=2_500).run()
    council, others = entries(model, 0.0)
    some, same = entries(model, 0.5)
    none, still = entries(model, 1.0)
    assert others == same == still and others
    assert none == set() and some < council


def test_who_is_refused_supported_living_has_home_care_instead() -> None:
    model = town(residents=2_500)
    people, p, luck = model.world.people, model.p, model.luck
    rows = np.flatnonzero(people.needed_minutes > 0)
    rows = rows[kind_of_support(people, rows, p, luck) == Care.SUPPORTED_LIVING]
    assert rows.size >= 2
    for turned_down, kind in ((0.0, Care.SUPPORTED_LIVING), (1.0, Care.HOME_CARE)):
        people.client[rows], people.waiting[rows] = Care.NONE, 2
        market = model.market
        for each in market.services:
            each.deliverable_minutes = 10**9  # room for everybody
        for month in range(1, 12):
            package = np.full(rows.size, 60)
            packages.begin(people, rows, package, p, luck, month, market, turned_down)
        served = people.client[rows][people.client[rows] > 0]
        assert served.size and set(served.tolist()) == {int(kind)}


def test_fewer_assessors_make_the_list_longer() -> None:
    left = []
    for assessors in (1.0, 0.5):
        model = town(residents=2_500)
        model.council.rules_now = replace(model.council.rules_now, assessors=assessors)
        model.council.switches = model.council.switches.without_pressure()
        model.run_for(10)
        left.append((model.world.people.waiting == 1).sum())
    assert left[1] > 1.2 * left[0]


def test_a_discharge_waits_for_the_care_that_is_not_there() -> None:
    people = Columns(RESIDENT_COLUMNS)
    people.append(
        {
            "id": np.arange(1, 6, dtype=np.uint64),
            "reference_package": [600, 600, 600, 0, 0],
            "formal_minutes": [600, 150, 0, 0, 0],
            "waiting": [0, 0, 0, 0, 1],
        }
    )
    assert crisis.care_not_ready(people, np.arange(5)).tolist() == [0.0, 0.75, 1.0, 0.0, 1.0]


def test_unmet_need_is_told_from_met_need_as_surveys_tell_it() -> None:
    people = Columns(RESIDENT_COLUMNS)
    people.append(
        {
            "id": np.arange(1, 5, dtype=np.uint64),
            "needed_minutes": [600, 600, 600, 0],
            "unmet_minutes": [60, 59, 600, 0],
            "at_home": [True, True, True, False],
        }
    )
    without = crisis.goes_without(people, np.arange(4), P)
    assert without.tolist() == [True, False, True, False]


# --- written down -----------------------------------------------------------------------------


def test_a_file_and_the_council_know_the_same_rules() -> None:
    assert sorted(CouncilRules.model_fields) == sorted(RULES)
    assert "rules" in Scenario.json_schema()["properties"]


def test_rules_survive_being_written_out() -> None:
    said = without("budget_grows", "packages_follow_pressure")
    again = Scenario.from_toml(said.to_toml(), name=said.name)
    assert again.rules == said.rules and not again.rules.budget_grows
    assert again.rules.overspend_carries


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"budget_grow": False}, ("rules.budget_grow", "Did you mean budget_grows")),
        ({"budget_grows": "no"}, ("rules.budget_grows", "neither true nor false")),
        ({"title": False}, ("rules.title", "the top of the file")),
    ],
)
def test_a_mistake_in_the_rules_is_told_plainly(rules, told) -> None:
    with pytest.raises(UserMistake) as mistake:
        plan(rules=rules)
    for words in told:
        assert words in str(mistake.value)


# --- the start --------------------------------------------------------------------------------


def test_england_is_the_measure_of_all_councils() -> None:
    england = get("England")
    assert set(place_factors(england, P).values()) == {1.0}
    assert client_ratio(england, P) == pytest.approx(1.0)
    assert at_this_place(england, P) == P


def test_a_council_pays_its_own_prices_and_has_its_own_clients() -> None:
    """Brighton paid 624 residential and 687 nursing a week in 2016/17: about a tenth dearer."""
    brighton = get(PLACE)
    p = at_this_place(brighton, P)
    ratio = brighton.facts["care_home_price_ratio_65plus"].value
    assert not brighton.facts["care_home_price_ratio_65plus"].imputed
    england = get("England").facts["care_home_price_ratio_65plus"].value
    for key in PRICED["care_home_price_ratio_65plus"]:
        assert p[key] == pytest.approx(P[key] * ratio / england, rel=1e-4)
    assert client_ratio(brighton, P) > 1.0  # more clients than expected: a lower cut-off
    assert p.cut_off_hours < P.cut_off_hours
    assert p.council_budget_real_growth == P.council_budget_real_growth


def test_prices_nobody_published_are_marked() -> None:
    assert any("home_care_price_ratio" in each for each in get(PLACE).imputed())
    hackney = get("Hackney").facts
    assert hackney["community_clients_65plus"].imputed
    assert get("Croydon").facts["care_home_price_ratio_65plus"].value < 1.0  # not 1,252 a week
    for name in ("Sunderland", "Surrey", "Knowsley", "Isles of Scilly"):
        facts = get(name).facts
        assert 0.81 <= facts["care_home_price_ratio_65plus"].value <= 1.35
        assert 0.5 <= client_ratio(get(name), P) <= 2.0


def test_what_a_scenario_sets_is_not_scaled_and_the_start_is_the_same_in_every_scenario() -> None:
    set_here = Parameters.build({"cut_off_hours": Override(10.0, "a test")}, 0)
    p = at_this_place(get(PLACE), set_here)
    assert p.cut_off_hours == 10.0 and p.reads == set_here.reads
    assert place_factors(get(PLACE), set_here) == place_factors(get(PLACE), P)
    cut, usual = town(plan(services(gbp_per_head=-100.0))), town()
    assert cut.council.rules_now == usual.council.rules_now
    assert cut.provenance()["council_start"] == usual.provenance()["council_start"]


# --- the spiral -------------------------------------------------------------------------------

YEARS = 3
SEEDS = (1, 2)
DEEP = {"kind": "austerity", "yearly_changes": [-0.12] * YEARS}
RESTORED = {"kind": "austerity", "yearly_changes": [-0.12, 0.3, 0.05]}


def lived(seed: int, **said) -> CommunityModel:
    return town(plan(**said), rng=seed, years=YEARS, residents=1_500, lives=False).run()


def after_the_first_year(model: CommunityModel, measure: str) -> float:
    table = model.diary.table()
    rows = table[(table.measure == measure) & (table.group == "all") & (table.month > 12)]
    return float(rows.value.sum())


@pytest.fixture(scope="module")
def worlds() -> dict[str, list[CommunityModel]]:
    said = {
        "usual": {},
        "cut": {"shock": [DEEP]},
        "held": {"shock": [DEEP], "rules": dict.fromkeys(PRESSURE, False)},
        "restored": {"shock": [RESTORED]},
    }
    return {name: [lived(seed, **each) for seed in SEEDS] for name, each in said.items()}


def test_a_deep_cut_starts_the_spiral(worlds) -> None:
    """In every pair the rules tighten year by year, support shrinks and more need goes unmet.

    Over the pairs families who give much care become more. Crises are not promised to rise in
    towns so small: a place in a care home refused is a crisis less in the count.
    """
    for usual, cut in zip(worlds["usual"], worlds["cut"], strict=True):
        cuts = [row["cut_off_hours"] for row in cut.council.history]
        assert cuts == sorted(cuts) and cuts[-1] > 1.3 * cuts[0]
        for before, after in zip(usual.council.history, cut.council.history, strict=True):
            assert after["cut_off_hours"] > before["cut_off_hours"]
            assert after["turned_down"] > before["turned_down"]
            assert after["support_share"] < before["support_share"]
        assert cut.council.prevention_share < usual.council.prevention_share
        unmet = [after_the_first_year(each, "unmet_hours_per_1000") for each in (usual, cut)]
        assert unmet[1] > unmet[0]
    carers = {
        name: sum(after_the_first_year(each, "carers_20_plus_hours_share") for each in towns)
        for name, towns in worlds.items()
    }
    assert carers["cut"] > carers["usual"]


def test_a_council_that_must_save_does_save(worlds) -> None:
    """Its budget is 32% below the usual by the third year; so is most of its spending."""
    spent = {
        name: sum(each.council.history[-1]["spend_gbp"] for each in worlds[name])
        for name in ("usual", "cut", "held")
    }
    assert spent["cut"] < 0.75 * spent["usual"]
    assert spent["held"] > 0.95 * spent["usual"]


def test_switching_the_rules_off_breaks_the_spiral_and_shows_as_overspending(worlds) -> None:
    """Nobody loses care to a cut that no rule passes on; the council overspends instead."""
    for cut, held in zip(worlds["cut"], worlds["held"], strict=True):
        assert held.council.rules_now == Rules(held.p.cut_off_hours, 1.0)
        unmet = [after_the_first_year(each, "unmet_hours_per_1000") for each in (held, cut)]
        assert unmet[0] < unmet[1]
        over = [each.council.history[-1]["overspend_gbp"] for each in (held, cut)]
        assert over[0] > over[1]


def test_money_restored_breaks_the_spiral(worlds) -> None:
    for cut, restored in zip(worlds["cut"], worlds["restored"], strict=True):
        tight = [row["cut_off_hours"] for row in restored.council.history]
        assert tight[1] < tight[0]
        assert tight[-1] < cut.council.history[-1]["cut_off_hours"]
        assert restored.council.rules_now.assessors > cut.council.rules_now.assessors
        unmet = [after_the_first_year(each, "unmet_hours_per_1000") for each in (restored, cut)]
        assert unmet[0] < unmet[1]
