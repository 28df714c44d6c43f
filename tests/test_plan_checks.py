"""What published programmes did, held against presets: every row is read, and can miss."""

from __future__ import annotations

import math
from fnmatch import fnmatchcase
from types import SimpleNamespace

import numpy as np
import pytest
from test_evaluate_designs import LUCK, NOISE, WINDOW, made_up

from sim.evidence import registry
from sim.experiment import promises
from sim.experiment.evaluation import towns
from sim.experiment.evaluation.estimates import Z_95, Estimate, alike, unknown
from sim.experiment.evaluation.files import Served, served_files
from sim.experiment.fit_finding import MISS, NEAR, NOT_COMPUTED, PASS
from sim.experiment.plan_checks import company, emergencies, places, reading, schemes, worth_rows
from sim.experiment.validate import families
from sim.scenario import load

LIVED = "validate` without `--fit`"  # how the table of reasons says that a plan's run answers


def by_key(rows):
    return {row.key: row for row in rows}


@pytest.fixture(scope="module")
def nothing_done() -> Served:
    return served_files(*made_up(), LUCK, NOISE, WINDOW, 0)


@pytest.fixture(scope="module")
def small() -> dict[str, reading.Row]:
    """Every row the plans' checks can give, from checks so small that most say why not."""
    rows = [*company.rows({}), *emergencies.rows({}), *places.rows(300, 1, 1)]
    rows += [*worth_rows.rows(300, 1, 1), *promises.seldom_saves(300, 1, 1)]
    rows += promises.full_mix(300, 1, 1)
    return by_key(rows)


# --- how a published figure is read ---------------------------------------------------------------


def test_a_figure_is_judged_by_its_own_room_either_way():
    for value, verdict in ((-0.42, PASS), (-0.47, NEAR), (-0.2, MISS), (-0.6, MISS)):
        assert reading.told("loneliness_smd_single_cohort", value, "x").verdict == verdict
    assert reading.told("loneliness_smd_single_cohort", math.nan, "x").verdict == NOT_COMPUTED


def test_a_size_the_evidence_calls_a_ceiling_is_missed_from_one_side_only():
    for value, verdict in ((0.0, PASS), (-0.14, PASS), (-0.165, NEAR), (-0.3, MISS)):
        row = reading.told("frome_emergency_change", value, "x")
        assert row.verdict == verdict and row.high is None and "upper bound" in row.note
    for value, verdict in ((-1.0, PASS), (0.1, PASS), (0.5, MISS)):
        row = reading.told("paf_care_home_entry_loneliness", value, "x")
        assert row.verdict == verdict and row.low is None


def test_only_rows_whose_evidence_says_so_are_ceilings():
    says = {"frome_emergency_change": "UPPER BOUND", "frome_relative_effect": "not credible",
            "paf_care_home_entry_loneliness": "at most",
            "rotherham_pilot_return_per_pound": "below break-even"}  # fmt: skip
    assert set(says) == {*reading.NO_LOWER, *reading.NO_HIGHER}
    assert all(words in registry().get(key).note for key, words in says.items())


def test_a_promise_that_cannot_be_told_is_not_kept_and_not_broken():
    assert reading.promise("x", math.nan, 1.0, 2.0, "").verdict == NOT_COMPUTED
    assert reading.promise("x", math.inf, 1.0, 2.0, "").verdict == MISS
    assert reading.promise("x", 1.5, 1.0, 2.0, "").verdict == PASS
    assert reading.promise("x", 0.5, None, 2.0, "").verdict == PASS


# --- every row has its check ----------------------------------------------------------------------


def test_every_target_said_to_be_lived_is_lived_and_none_besides(small):
    patterns = next(keys for keys, reason in families() if LIVED in reason)
    said = {row.key for row in registry().targets()
            if any(fnmatchcase(row.key, each) for each in patterns)}  # fmt: skip
    measured = {key for key, row in small.items() if row.kind != reading.KIND}
    assert said == measured


def test_what_is_still_not_computed_says_why_for_its_own_kind_of_figure():
    """No validation target is left for want of a plan beside the baseline."""
    left = [(keys, reason) for keys, reason in families() if "needs a plan" in reason.lower()]
    for keys, _ in left:
        rows = [row for row in registry() if any(fnmatchcase(row.key, each) for each in keys)]
        lived = any(fnmatchcase("frome_emergency_change", each) for each in keys)
        assert lived or not any(row.kind == "validation_target" for row in rows), keys


def test_a_check_too_small_to_tell_says_so_and_misses_nothing(small):
    for key in ("popp_before_after_ae", "group_social_effect_loneliness_smd",
                "before_after_over_controlled", "matched_connectors_find_no_fall"):  # fmt: skip
        assert small[key].verdict == NOT_COMPUTED and small[key].value is None
    assert "5 years" in small["three_conversations_default_effect"].note


# --- schemes --------------------------------------------------------------------------------------


def test_the_eight_schemes_meet_people_by_name_and_are_eight():
    assert len(set(schemes.SCHEMES)) == 8
    for name in {*schemes.SCHEMES, schemes.CARERS}:
        towns.refuse_if_nobody(load(name))


def test_visits_alone_are_nothing_but_visits():
    assert {block.lever for block in schemes.plan_of(schemes.VISITS).invest} == {"befriending"}


def test_a_scheme_lived_in_a_check_too_short_is_nobodys():
    assert schemes.lived("bevy_hub", 300, 2, 1) is None


@pytest.mark.slow
def test_a_scheme_is_lived_without_its_third_world_as_with_it():
    """Leaving out the world in which nobody is noticed changes nobody's file but that one's."""
    plan = towns.later(load("link_workers_alone"), 12)
    request = schemes.build_request([plan], "England", 3000, 4, 1, 1)
    apart, plain = (
        towns.live(towns.Town(plan, request.where, 3000, 4, 12, 1, 0, each)).files
        for each in (True, False)
    )
    assert len(plain) > 20
    for name in plain:
        if not name.startswith("undetected"):
            assert np.array_equal(apart[name], plain[name], equal_nan=True), name


# --- what the evaluations are held against --------------------------------------------------------


def seen(files: Served, name: str = schemes.HUB) -> schemes.Seen:
    return schemes.Seen(name, files, 1.0, 0.5)


def test_a_scheme_that_does_nothing_is_flattered_by_before_and_after_alone(nothing_done):
    rows = by_key(company.rows({schemes.HUB: seen(nothing_done)}))
    assert rows["loneliness_smd_single_cohort"].value < -0.3
    assert abs(rows["masi_rct_mean_es"].value) < 0.1
    assert rows["group_social_effect_loneliness_smd"].value == 0.0
    assert rows["befriending_loneliness_smd"].verdict == NOT_COMPUTED, "nobody was visited"


def test_the_factor_is_the_report_over_the_truth(nothing_done):
    treated = served_files(*made_up(effect=-0.5), LUCK, NOISE, WINDOW, 0)
    row = by_key(company.rows({schemes.HUB: seen(treated)}))["before_after_over_controlled"]
    drift = float(np.nanmean(nothing_done.floats("answer_after"))
                  - nothing_done.floats("answer_before").mean())  # fmt: skip
    assert row.value == pytest.approx((drift - 0.5) / -0.5, rel=0.1)


def test_schemes_weigh_alike_whatever_their_size(nothing_done):
    few = nothing_done.only(np.arange(len(nothing_done)) < 100)
    own = [company.in_own_sd(each, company.designs.before_after).value
           for each in (nothing_done, few)]  # fmt: skip
    both = alike([
        company.in_own_sd(each, company.designs.before_after) for each in (nothing_done, few)
    ])  # fmt: skip
    assert both.value == pytest.approx(sum(own) / 2)


def test_effects_are_in_the_spread_of_the_participants_own_answers(nothing_done):
    ruler = nothing_done.floats("answer_before").std(ddof=1)
    raw = company.designs.before_after(nothing_done, 1.0).loneliness.value
    told = company.in_own_sd(nothing_done, company.designs.before_after).value
    assert told == pytest.approx(raw / ruler)


def with_use(files: Served, **columns) -> Served:
    size = len(files)
    return Served(files | {name: np.full(size, float(each)) for name, each in columns.items()})


def test_before_and_after_counts_attendances_and_admissions_apart(nothing_done):
    made = with_use(nothing_done, use_before=3, admitted_before=2, years_before=1,
                    use_after=2, admitted_after=1, years_after=1)  # fmt: skip
    assert emergencies.before_after(made, "admitted").value == pytest.approx(-0.5)
    assert emergencies.before_after(made, "ae").value == pytest.approx(0.0)
    assert math.isnan(emergencies.before_after(None, "ae").value)


def test_a_scheme_that_cuts_emergency_use_is_counted_as_one_that_does(nothing_done):
    made = with_use(nothing_done, use_after=0, years_after=1, match_use_after=1,
                    match_years_after=1)  # fmt: skip
    made["use_after"][0] = 1.0  # so that the error can be told
    all_fall = {name: seen(made, name) for name in schemes.SCHEMES}
    rows = by_key(emergencies.rows(all_fall))
    assert rows["popp_interventions_reducing_emergency"].value == 8.0
    assert rows["nuffield_evaluations_overall_direction"].value == -1.0
    assert rows["matched_connectors_find_no_fall"].verdict == MISS
    assert rows["age_uk_picp_emergency_direction"].value == -1.0


def test_a_direction_is_one_only_where_its_interval_is_clear_of_nought():
    for low, high, sign in ((0.1, 0.3, 1.0), (-0.3, -0.1, -1.0), (-0.1, 0.3, 0.0)):
        middle, error = (low + high) / 2, (high - low) / 2 / Z_95
        assert emergencies._clear_sign(Estimate(middle, error, 9)) == sign
    assert math.isnan(emergencies._clear_sign(unknown()))


def test_carers_breakdowns_are_held_against_their_own_lives_without_support(nothing_done):
    made = with_use(nothing_done, carer=1, broke_after=1, twin_broke_after=2, years_after=1,
                    twin_years_after=1)  # fmt: skip
    row = by_key(emergencies.rows({schemes.CARERS: seen(made, schemes.CARERS)}))
    assert row["carer_support_effect_breakdown_rr"].value == pytest.approx(0.5)


# --- places ---------------------------------------------------------------------------------------


def month_of(month: int, ids, clients) -> SimpleNamespace:
    people = SimpleNamespace(
        id=np.array(ids), client=np.array(clients), care_home=np.zeros(len(ids), dtype=int)
    )
    return SimpleNamespace(month=month, world=SimpleNamespace(people=people))


def test_new_support_is_counted_once_a_year_and_never_for_those_who_had_it():
    look = places.Starts()
    look(month_of(0, [1, 2, 3, 4], [1, 0, 0, 0]))
    for month in range(1, 25):
        clients = [1, month > 3, 5 < month < 9, month == 15]
        look(month_of(month, [1, 2, 3, 4], np.array(clients, dtype=int)))
    assert look.by_year == [2, 1]


def test_loneliness_has_a_part_in_moves_into_care_homes_and_no_more_than_it_is_given():
    """Cut the arrow and moves fall, by less than the published share of all of them."""
    row = by_key(places.rows(6000, 3, 1))["paf_care_home_entry_loneliness"]
    assert row.value is not None and -0.02 <= row.value < 0.2
