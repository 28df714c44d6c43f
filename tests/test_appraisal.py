"""Promises of the appraisal: who paid adds up, nothing is counted twice, words follow figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import show_fixture
from hypothesis import given
from hypothesis import strategies as st
from towns import hubs, plan, services, town

from sim.agents import payers
from sim.appraisal import discounting, once, optimism
from sim.appraisal.prices import AppraisalError, in_prices_of, wellby_gbp
from sim.appraisal.worth import PAYERS, TIME, Streams, Terms, appraise_run
from sim.errors import UserMistake
from sim.experiment import appraise
from sim.experiment.appraise import Spread
from sim.experiment.compare import Comparison
from sim.experiment.request import BASELINE
from sim.money import Account
from sim.outcomes import MEASURES
from sim.parameters import Parameters
from sim.show import report, worth
from sim.show.headline import headline_lines
from sim.show.saved import Saved, open_results
from sim.units import PENCE_PER_POUND

MONTHS = 36
TERMS = Terms(0.035, 0.015, 16_000.0, 0.3, 0.2, 0)
# What each measure stands at in the baseline, a month.
LEVELS = {
    "pays_council_gbp_per_head": 35.0,
    "pays_nhs_gbp_per_head": 12.0,
    "pays_residents_gbp_per_head": 14.0,
    "life_satisfaction_mean": 7.4,
    "adults_per_head": 0.8,
    "carers_time_gbp_per_head": 90.0,
    "volunteers_time_gbp_per_head": 3.0,
}


def streams(months: int = MONTHS, **changes: Any) -> Streams:
    """Nothing but what is named: pays_council=1.0 is a pound a month more."""
    nothing = np.zeros(months)

    def stream(name: str) -> np.ndarray:
        return nothing + changes.get(name, 0.0)

    return Streams(
        pays={payer: stream(f"pays_{payer}") for payer in PAYERS},
        plan={payer: stream(f"plan_{payer}") for payer in PAYERS if payer != "residents"},
        time={each: stream(each) for each in TIME},
        wellbys=stream("wellbys"),
    )


def tidy(members: int = 3, spread: float = 0.0, **effects: float) -> pd.DataFrame:
    """A results table of 'a_plan' and its baseline; effects are by measure, a month.

    `spread` adds member - middle times itself to every effect.
    """
    rows = []
    for member in range(members):
        away = spread * (member - (members - 1) / 2)
        for measure in appraise.NEEDED:
            for scenario in (BASELINE, "a_plan"):
                value = LEVELS.get(measure, 0.0) * (1 + 0.01 * member)
                if scenario != BASELINE and measure in effects:
                    value += effects[measure] + away
                rows += [
                    (scenario, member, 1 + member, member, month, "X", "all", measure, value, "")
                    for month in range(1, MONTHS + 1)
                ]
    columns = "scenario member seed draw month place group measure value unit".split()
    return pd.DataFrame(rows, columns=columns)


def kept_in(folder: Path, table: pd.DataFrame, members: int = 3) -> Path:
    """An output folder that holds this table and an ordinary summary and record."""
    show_fixture.folder(folder, members=members, years=3)
    table.to_parquet(folder / "results.parquet", index=False)
    return folder


# Who paid


@pytest.fixture(scope="module")
def lived() -> dict[str, Any]:
    """A few months of four plans that differ only in who pays, and of the baseline."""
    plans: dict[str, Any] = {
        "baseline": "baseline",
        "council": plan(services(payer="council"), hubs(payer="council")),
        "national": plan(services(payer="national_grant"), hubs(payer="national_grant")),
        "charity": plan(hubs(payer="charity")),
        "cut": plan(services(gbp_per_head=-30.0, payer="council")),
    }
    towns = {}
    for name, each in plans.items():
        towns[name] = town(each, residents=400, years=1)
        towns[name].run_for(4)
    return towns


@pytest.mark.parametrize("name", ["baseline", "council", "national", "charity", "cut"])
def test_what_the_payers_paid_is_what_the_others_received(lived, name) -> None:
    for month in range(1, 5):
        flows = lived[name].ledger.month_totals(month)
        doers = (Account.HUBS, Account.PROVIDERS, Account.WORKERS, Account.SUPPLIERS)
        received = sum(
            pence * ((payee in doers) - (payer in doers))
            for (payer, payee, _), pence in flows.items()
        )
        staff = flows.get((Account.COUNCIL, Account.RESIDENTS, "direct payments"), 0)
        assert sum(payers.paid(flows).values()) == received  # personal assistants among them
        assert received > 0 and staff > 0


def test_a_plan_is_charged_to_whoever_pays_and_to_nobody_else(lived) -> None:
    for name, payer in (("council", "council"), ("national", "national"), ("charity", "grants")):
        model = lived[name]
        given = payers.given_by_plans(model.ledger.month_totals(4))
        heads = model.people_of_all_ages
        due = sum(block.funding_gbp(3, heads) for block in model.plan.invest) * PENCE_PER_POUND
        assert abs(given.pop(payer) - due) <= 2
        assert set(given.values()) == {0}
    cut = payers.given_by_plans(lived["cut"].ledger.month_totals(4))
    assert cut["council"] < 0 and cut["national"] == 0
    assert set(payers.given_by_plans(lived["baseline"].ledger.month_totals(4)).values()) == {0}


def test_who_pays_a_plan_moves_money_between_pockets_and_makes_none(lived) -> None:
    """The same plan from two purses: people's lives and the sum of all payers are the same."""
    ours, theirs = (payers.paid(lived[n].ledger.month_totals(1)) for n in ("council", "national"))
    assert sum(ours.values()) == sum(theirs.values())
    assert theirs["national"] == ours["council"] - theirs["council"] > 0
    assert ours["national"] == 0


def test_every_money_measure_of_a_month_is_told_per_head(lived) -> None:
    model = lived["council"]
    for pocket, pence in payers.paid(model.ledger.month_totals(4)).items():
        told = getattr(model, f"pays_{pocket}_gbp_per_head")
        assert told == pence / (model.people_of_all_ages * PENCE_PER_POUND)
    assert set(appraise.NEEDED) <= set(MEASURES)
    assert 0 < model.adults_per_head < 1
    # the council's own books: its net spending on care and plans is what it paid
    flows = model.ledger.month_totals(4)
    assert payers.paid(flows)["council"] == model.money.council_net


# The arithmetic


def test_no_difference_is_worth_exactly_nothing() -> None:
    found = appraise_run(streams(), TERMS)
    assert found.plan_cost == found.public_cash == found.net_social_value == 0
    assert found.wellbeing_value == found.capacity_value == 0
    assert found.ratio is None and found.payback is None
    told = appraise.appraise(tidy())
    assert (told.rows[["median", "p05", "p95"]] == 0).all().all()
    assert told.verdicts["a_plan"].chance_worth_it == 0


def test_optimism_makes_a_plan_dearer_and_later_but_leaves_its_effects_as_they_are() -> None:
    plain = replace(TERMS, optimism=0.0)
    plan_ = streams(plan_council=0.5, pays_council=0.3, wellbys=0.001, pays_nhs=-0.1)
    before, after = appraise_run(plan_, plain), appraise_run(plan_, TERMS)
    assert after.plan_cost == pytest.approx(1.2 * before.plan_cost)
    assert after.wellbeing_value == before.wellbeing_value
    assert after.capacity_value == before.capacity_value
    late = appraise_run(plan_, replace(plain, delay_months=6))
    assert late.plan_cost == before.plan_cost
    assert late.wellbeing[:6].tolist() == [0.0] * 6
    assert late.wellbeing_value < before.wellbeing_value


def test_a_cut_is_neither_deepened_nor_put_off() -> None:
    cut = streams(plan_council=-2.0, pays_council=-2.0, wellbys=-0.001)
    harsh = appraise_run(cut, replace(TERMS, delay_months=12))
    assert harsh.wellbeing[0] < 0
    assert harsh.plan_cost == pytest.approx(-2.0 * discounting.month_factors(MONTHS, 0.035).sum())
    assert harsh.payback is None


def test_hospital_savings_are_split_into_cash_and_capacity_and_a_plan_is_all_cash() -> None:
    saved = appraise_run(streams(pays_nhs=-1.0), TERMS)
    assert saved.cash["nhs"][0] == pytest.approx(0.3)
    assert saved.capacity[0] == pytest.approx(0.7)
    paid = appraise_run(streams(pays_nhs=1.0, plan_nhs=1.0), replace(TERMS, optimism=0.0))
    assert paid.cash["nhs"][0] == -1.0 and paid.capacity.any() == 0


def test_time_given_unpaid_is_in_no_total() -> None:
    plan_ = streams(plan_council=0.5, pays_council=0.5, wellbys=0.001)
    without, with_time = (
        appraise_run(each, TERMS)
        for each in (plan_, replace(plan_, time={each: np.full(MONTHS, -9.0) for each in TIME}))
    )
    assert with_time.net_social_value == without.net_social_value
    assert with_time.time["carers_time"][0] == 9.0


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12),
    st.floats(0, 0.2),
    st.floats(0, 0.2),
)
def test_discounting_only_ever_shrinks_what_is_to_come(stream, one, other) -> None:
    gains = [abs(each) for each in stream]
    low, high = sorted((one, other))
    assert discounting.present_value(gains, high) <= discounting.present_value(gains, low) * (
        1 + 1e-12
    )
    assert discounting.present_value(stream, 0.0) == pytest.approx(sum(stream))
    ten = discounting.present_value([10 * each for each in stream], high)
    assert ten == pytest.approx(10 * discounting.present_value(stream, high))


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: discounting.factor(-0.05, 1),
        lambda: discounting.factor(0.035, 0),
        lambda: in_prices_of(100, 0, 100),
        lambda: optimism.dearer([1.0], -0.1),
        lambda: optimism.later([1.0], -1),
        lambda: once.additional(1.0, {"deadwieght": 0.1}, paired=False),
        lambda: once.additional(1.0, {"deadweight": 1.1}, paired=False),
        lambda: discounting.payback_month([1.0], [1.0, 2.0], 0.0),
    ],
)
def test_sums_that_cannot_be_meant_are_refused(mistake) -> None:
    with pytest.raises(AppraisalError):
        mistake()


@pytest.mark.parametrize("factor", sorted(once.NETTED))
def test_no_factor_a_paired_difference_nets_can_be_taken_off_again(factor) -> None:
    with pytest.raises(once.CountedTwice, match=factor):
        once.additional(100.0, {factor: 0.0}, paired=True)
    assert once.additional(100.0, {factor: 0.25}, paired=False) == 75.0


def test_each_draw_has_its_own_wellby_inside_the_published_range() -> None:
    values = [wellby_gbp(Parameters.build(draw=draw)) for draw in range(1, 30)]
    ends = [float(in_prices_of(pence, 80.8738, 100)) / 100 for pence in (1_000_000, 1_600_000)]
    assert ends[0] <= min(values) < max(values) <= ends[1]
    assert len(set(values)) == len(values)
    assert wellby_gbp(Parameters.build()) == pytest.approx(16_074.43, abs=0.01)


# The whole comparison


COSTLY = {
    "pays_council_gbp_per_head": 0.4,
    "plan_council_gbp_per_head": 0.5,
    "pays_nhs_gbp_per_head": -0.2,
    "life_satisfaction_mean": 0.001,
    "carers_time_gbp_per_head": -1.0,
}


def test_years_add_up_to_the_whole_and_payers_to_the_public_purse() -> None:
    rows = appraise.appraise(tidy(members=1, **COSTLY)).rows
    keys = ["payer", "kind", "discounted"]
    years = rows[rows["year"] != "all"].groupby(keys)["median"].sum()
    whole = rows[rows["year"] == "all"].set_index(keys)["median"]
    assert np.allclose(years.reindex(whole.index), whole)
    cash = whole.xs(("cashable", "3.5%"), level=("kind", "discounted"))
    assert cash["public purse"] == pytest.approx(cash["council"] + cash["nhs"] + cash["national"])
    six = cash.drop("public purse").sum()
    total = (
        six + whole["nhs", "not cashable", "3.5%"] + whole["residents' wellbeing", "social", "3.5%"]
    )
    assert whole["everyone", "net social value", "3.5%"] == pytest.approx(total)
    assert (
        whole["residents' wellbeing", "social", "1.5%"]
        > (whole["residents' wellbeing", "social", "3.5%"])
    )


def test_wellbeing_is_points_of_everybody_a_twelfth_of_a_wellby_a_month() -> None:
    rows = appraise.appraise(tidy(members=1, life_satisfaction_mean=0.001)).rows
    first = rows[(rows["payer"] == "residents' wellbeing") & (rows["year"] == "1")]
    # 0.001 points x 0.8 adults a head x 16,074.43, a full year; no plan, so nothing is late
    assert first["median"].iloc[0] == pytest.approx(0.001 * 0.8 * 16_074.43, abs=0.0001)


def test_chances_count_members_and_swapping_the_worlds_flips_the_money() -> None:
    table = tidy(members=5, spread=1.0, pays_council_gbp_per_head=0.1)
    told = appraise.appraise(table).verdicts["a_plan"]
    assert told.chance_saves_cash == 2 / 5  # effects of -1.9, -0.9, 0.1, 1.1 and 2.1 a month
    other = table.assign(scenario=table["scenario"].map({BASELINE: "a_plan", "a_plan": BASELINE}))
    flipped = appraise.appraise(other).verdicts["a_plan"]
    assert flipped.public_cash.median == pytest.approx(-told.public_cash.median)
    assert flipped.chance_saves_cash == 3 / 5


def test_a_number_a_scenario_sets_for_itself_is_used() -> None:
    record = {
        "provenance": {
            "a_plan": {"overrides": {"wellby_value_2019": {"value": 10_000, "because": "a test"}}}
        }
    }
    table = tidy(members=2, life_satisfaction_mean=0.001)
    usual = appraise.appraise(table).verdicts["a_plan"].wellbeing.median
    lower = appraise.appraise(table, record).verdicts["a_plan"]
    assert lower.wellbeing.median < usual
    assert lower.wellbeing.p95 == pytest.approx(
        lower.wellbeing.p05, rel=0.02
    )  # people differ by 1%


def test_a_member_without_its_twin_is_left_out() -> None:
    table = tidy(members=3, **COSTLY)
    torn = table[~((table["member"] == 1) & (table["scenario"] == BASELINE))]
    assert appraise.appraise(torn).verdicts["a_plan"].members == 2


def test_results_without_the_money_by_payer_are_refused_in_a_sentence() -> None:
    table = tidy(members=1)
    with pytest.raises(UserMistake, match="pays_nhs_gbp_per_head"):
        appraise.appraise(table[table["measure"] != "pays_nhs_gbp_per_head"])


def test_a_comparison_appraises_itself() -> None:
    both = Comparison(tidy(**COSTLY), pd.DataFrame(), {"provenance": {}})
    found = both.appraisal()
    assert found.verdicts["a_plan"].plan_cost.median > 0
    assert "Modelled, not observed" in found._repr_html_()


# On the page


def renamed(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(scenario=table["scenario"].replace("a_plan", "bevy_hub"))


def test_what_is_kept_is_read_back_and_the_same_results_make_the_same_bytes(tmp_path) -> None:
    folder = kept_in(tmp_path / "one", renamed(tidy(**COSTLY)))
    assert appraise.keep(folder, {})
    first = [(folder / f"appraisal.{end}").read_bytes() for end in ("csv", "json")]
    assert appraise.keep(folder, {})
    assert first == [(folder / f"appraisal.{end}").read_bytes() for end in ("csv", "json")]
    again, direct = appraise.load(folder), appraise.appraise(renamed(tidy(**COSTLY)))
    assert again is not None and again.verdicts == direct.verdicts
    pd.testing.assert_frame_equal(again.rows, direct.rows)


def test_results_of_another_model_are_kept_without_an_appraisal(tmp_path) -> None:
    folder = kept_in(tmp_path / "one", tidy()[lambda rows: rows["measure"] == "adults_per_head"])
    assert not appraise.keep(folder, {})
    assert appraise.load(folder) is None
    assert worth.page(open_results(folder)) is None
    assert "What it costs" not in report.page(open_results(folder), ())


@pytest.mark.parametrize("text", ["", "{}", '{"terms": {}, "verdicts": [{}]}', "[1]"])
def test_a_damaged_appraisal_is_a_sentence(tmp_path, text) -> None:
    folder = kept_in(tmp_path / "one", renamed(tidy(**COSTLY)))
    appraise.keep(folder, {})
    (folder / "appraisal.json").write_text(text)
    with pytest.raises(UserMistake, match="damaged"):
        appraise.load(folder)


def account(members: int, spread: float, **effects: float) -> dict[str, str]:
    """The sentences of a plan with these effects."""
    found = appraise.appraise(tidy(members, spread, **effects))
    return dict(worth.sentences(found.verdicts["a_plan"], found.terms))


def test_no_direction_is_named_when_the_range_includes_nothing() -> None:
    said = account(5, 1.0, pays_council_gbp_per_head=0.1)
    assert said["Public cash"].startswith("No clear difference in public cash")
    assert "range of runs" in said["Public cash"] and "90%" not in said["Public cash"]
    assert said["Saves cash"] == "Public cash is saved in 2 of 5 runs of the model."
    assert said["Value for money"].startswith("No ratio")


@pytest.mark.parametrize(
    ("change", "words"), [(0.5, "the public purse pays"), (-0.5, "the public purse keeps")]
)
def test_words_follow_the_sign(change, words) -> None:
    assert words in account(3, 0.01, pays_council_gbp_per_head=change)["Public cash"]


def test_from_forty_members_the_range_is_ninety_per_cent_and_chances_get_a_word() -> None:
    said = account(40, 0.001, **COSTLY)
    assert "90% of runs" in said["Public cash"]
    assert "a remote chance (5% or less)" in said["Saves cash"]


def test_one_run_has_no_range_and_nothing_has_no_words() -> None:
    one = account(1, 0.0, **COSTLY)
    assert "In one run" in one["Public cash"] and "no range" in one["Public cash"]
    none = account(3, 0.0)
    assert none["What it costs"] == "No plan's money is spent."
    assert none["Public cash"] == "In the model, no difference at all in public cash."
    assert none["Worth it"] == "Nothing is gained or lost."


def test_payback_is_a_month_or_says_within_how_many_years_it_was_not() -> None:
    assert account(3, 0.0, **COSTLY)["Pays back"] == "None within 3 years in any run of the model."
    quick = COSTLY | {"pays_council_gbp_per_head": -3.0}
    assert "in 3 of 3 runs" in account(3, 0.0, **quick)["Pays back"].lower()


def test_the_report_and_the_screen_tell_it(tmp_path) -> None:
    folder = kept_in(tmp_path / "one", renamed(tidy(**COSTLY)))
    appraise.keep(folder, {})
    page = report.page(open_results(folder), ())
    assert "Who pays, and what comes back" in page
    assert (
        "“Deadweight” is not taken off: the baseline already holds what would have" in page
        and "2024/25 prices" in page
    )
    assert "1.5%" in page and "never in it" in page
    assert page == report.page(open_results(folder), ())
    screen = "\n".join(headline_lines(folder))
    assert "The plan costs" in screen and max(map(len, screen.split("\n"))) <= 96


def test_a_hostile_name_in_the_table_is_escaped(tmp_path) -> None:
    folder = kept_in(tmp_path / "one", renamed(tidy(**COSTLY)))
    appraise.keep(folder, {})
    path = folder / "appraisal.csv"
    path.write_text(path.read_text().replace("public purse", "<script>alert(1)</script>"))
    page = report.page(open_results(folder), ())
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_small_and_negative_sums_read_well() -> None:
    said = [worth.signed(each) for each in (-54.4, 4.1, 0.0, 0.001, -0.008)]
    assert said == ["−£54", "+£4.10", "£0", "£0", "−£0.01"]
    assert worth.clear(Spread(1.0, 0.5, 2.0, 1.0), 8)
    assert not worth.clear(Spread(1.0, -0.5, 2.0, 0.9), 8)
    assert not worth.clear(Spread(1.0, 0.5, 2.0, 1.0), 1)
    assert worth.page(Saved(pd.DataFrame())) is None


def test_money_kept_by_a_cut_is_never_told_as_a_case_for_cutting() -> None:
    kept = account(3, 0.0, pays_council_gbp_per_head=-0.5)
    assert kept["Worth it"].startswith("Worth more than it costs in 3 of 3 runs")
    assert kept["Worth it"].endswith("So this makes no case for a cut.")
    assert "no case" not in account(3, 0.0, **COSTLY)["Worth it"]
    assert kept["Value for money"].startswith("No ratio is given")


def test_what_is_added_for_overspending_is_said_beside_the_cost() -> None:
    assert (
        "is added in case it costs more than planned" in account(3, 0.0, **COSTLY)["What it costs"]
    )
    assert "added" not in account(3, 0.0)["What it costs"]


def test_the_optimism_is_on_what_is_given_and_middle_runs_are_said_not_to_add_up(tmp_path) -> None:
    folder = kept_in(tmp_path / "one", renamed(tidy(**COSTLY)))
    appraise.keep(folder, {})
    page = report.page(open_results(folder), ())
    assert "is added to what the plan is given" in page
    assert "so the figures need not add up" in page
