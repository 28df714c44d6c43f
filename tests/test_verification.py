"""The checks can fail: patterns, rivals, records and the page say what was found, misses first."""

import json
import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest

from sim.cli import main
from sim.evidence import posterior, registry
from sim.experiment import (
    hindcast_check,
    patterns,
    rivals,
    track_record,
    verification,
    verification_rows,
)
from sim.experiment.council_halves import UNTOUCHED, USED, Half, chosen
from sim.experiment.councils import FIGURES, GIVEN, CouncilRow
from sim.experiment.fit_finding import MISS, NEAR, NOT_COMPUTED, PASS, Row
from sim.experiment.hindcast_check import HELD_OUT
from sim.experiment.hindcast_check import _row as hindcast_row
from sim.experiment.validate import target_lines
from sim.experiment.verification_page import page
from sim.outcomes import MEASURES
from sim.world.ties import FULL

WHEN = datetime(2026, 1, 2, tzinfo=UTC)


def model_with_friends(pairs, size):
    a, b = np.array(pairs).T
    friends = SimpleNamespace(a=a, b=b, strength=np.full(a.size, FULL))
    world = SimpleNamespace(people=range(size), ties=SimpleNamespace(friends=friends))
    return SimpleNamespace(world=world)


def test_at_least_twelve_patterns_each_with_a_row_of_evidence_and_a_rule():
    assert len(patterns.PATTERNS) >= 12
    assert len({each.key for each in patterns.PATTERNS}) == len(patterns.PATTERNS)
    for each in patterns.PATTERNS:
        assert registry().get(each.source) and each.rule and each.claim


def test_a_triangle_is_closed_and_a_star_is_open():
    assert patterns.closed_share(model_with_friends([(0, 1), (1, 2), (2, 0)], 3)) == 1.0
    assert patterns.closed_share(model_with_friends([(0, 1), (0, 2), (0, 3)], 4)) == 0.0
    with_outsiders = model_with_friends([(0, 1), (1, 2), (2, 0), (0, -1)], 3)
    assert patterns.closed_share(with_outsiders) == 1.0


def test_loneliness_that_does_not_fall_with_distance_is_no_cluster():
    rule = next(each for each in patterns.PATTERNS if each.key == "lonely_in_clusters")
    assert rule.judge({"cluster_1": 0.3, "cluster_2": 0.2, "cluster_3": 0.1}) == (0.3, True)
    assert not rule.judge({"cluster_1": 0.3, "cluster_2": 0.3, "cluster_3": 0.1})[1]
    assert not rule.judge({"cluster_1": 0.05, "cluster_2": 0.03, "cluster_3": 0.01})[1]


def test_people_chosen_at_their_loneliest_get_better_only_if_answers_move():
    before = {
        "id": np.arange(4),
        "broad": np.array([1, 1, 0, 0]) > 0,
        "step": np.array([4, 4, 1, 0]),
    }
    same = patterns._years_apart(before, before)
    assert same["nothing_done_smd"] == 0.0 and same["stay_less_start"] == 1.0
    after = before | {"step": np.array([2, 3, 1, 0])}
    assert patterns._years_apart(before, after)["nothing_done_smd"] == pytest.approx(
        -1.5 / np.std([4, 4, 1, 0])
    )


def test_nothing_is_judged_before_two_looks():
    assert {each.verdict for each in patterns.Watch().judged()} == {NOT_COMPUTED}


def test_a_figure_that_cannot_be_told_is_not_shown():
    seen = dict.fromkeys(("young_over_65_74", "old_over_65_74"), float("nan"))
    assert patterns._judge(patterns.PATTERNS[0], seen).verdict == MISS


def test_at_least_three_rivals_each_setting_aside_numbers_of_the_model():
    assert len(rivals.RIVALS) >= 3
    for rival in rivals.RIVALS:
        plan = rivals.plan_of(rival.numbers)
        assert set(plan.overrides) == set(rival.numbers)
    assert rivals.plan_of({}).overrides == {}


@pytest.mark.slow
def test_every_rival_fails_a_pattern_ours_shows():
    ours, *others = rivals.compare(4000, 1)
    for rival in others:
        assert set(rival.failed) - set(ours.failed), rival.key


def test_the_hindcast_is_judged_within_a_tenth_and_gaps_are_said():
    assert (
        hindcast_row(HELD_OUT, "requests_total", "2023/24", 100.0, [109.0, 110.0]).verdict == PASS
    )
    assert hindcast_row(HELD_OUT, "requests_total", "2023/24", 100.0, [115.0]).verdict == NEAR
    assert hindcast_row(HELD_OUT, "requests_total", "2023/24", 100.0, [130.0]).verdict == MISS
    assert hindcast_row(HELD_OUT, "requests_total", "2023/24", 100.0, None).verdict == NOT_COMPUTED


def test_the_hindcast_is_lived_at_draws_fitted_to_its_own_years_and_says_at_how_many(monkeypatch):
    kept = posterior.draws(posterior.HINDCAST)
    numbers = hindcast_check.draws(6)
    assert len(numbers) == 6 and all(each in kept for each in numbers)
    assert len({tuple(each.items()) for each in numbers}) == 6
    assert hindcast_check.draws(10_000) == kept
    assert len(hindcast_check.usual(20_000)) == 6 and len(hindcast_check.usual(19_999)) == 1
    assert hindcast_check.told(20_000).startswith("Mean of 6 runs, each at a draw")
    assert hindcast_check.told(300).startswith("One run at a draw")
    monkeypatch.setattr(posterior, "draws", lambda kind: ())
    assert "central numbers" in hindcast_check.told(20_000)
    rows = hindcast_check.check([{"reference_residents": 1000.0}], 1000)
    assert {row.kind for row in rows} == {hindcast_check.HELD_OUT, hindcast_check.FITTED}


def test_rivals_are_counted_by_what_ours_shows_and_they_do_not():
    shown = patterns.Judged("a", "", "", "", 1.0, PASS, False)
    failed = replace(shown, key="b", verdict=MISS)
    ours = rivals.Standing(rivals.OURS, "ours", (shown, failed))
    other = rivals.Standing("none", "none", (replace(shown, verdict=MISS), failed))
    told = verification.Verification([], [], [ours, other], [], [], []).lines()
    assert "Rival structures: ours shows 1 of 2; of these none fails 1." in told


def test_the_two_halves_share_no_council_and_never_change():
    halves = chosen(5)
    assert len(halves[UNTOUCHED]) == len(halves[USED]) == 5
    assert not set(halves[UNTOUCHED]) & set(halves[USED])
    assert halves == chosen(5)


def a_verification() -> verification.Verification:
    late = Row("care_home_admissions_65plus_ASCOF2A 2023/24", HELD_OUT, 566, 509, 623, 700, MISS)
    rows = [
        Row("contagion_rel_increase_1_degree", "validation_target", 0.5, 0.4, 0.6, 0.3, MISS, "x"),
        Row("lonely_often_always_male", "calibration_target", 0.06, 0.05, 0.07, 0.06, PASS, "y"),
        Row("frome_emergency_change", "validation_target", -0.14, None, None, None, NOT_COMPUTED,
            "needs a plan"),
    ]  # fmt: skip
    judged = [patterns._judge(each, {}) for each in patterns.PATTERNS]
    council = CouncilRow("Surrey", "care_home_weeks_65plus", 100.0, 130.0, 130.0, 130.0)
    halves = [Half(UNTOUCHED, ("Surrey",), (council,)), Half(USED, ("Surrey",), (council,))]
    ours = rivals.Standing(rivals.OURS, "ours", tuple(judged))
    promise = Row("loneliness_service_saves_cash", "promise", 0.04, 0.0, 0.2, 0.5, MISS, "z")
    return verification.Verification(rows, judged, [ours], [late], halves, [promise])


def test_the_record_counts_only_what_nothing_was_fitted_to():
    rows = track_record.record(a_verification().checks(), "c", WHEN)
    told = track_record.counts(rows)
    assert told["care_home_entries_per_100k_65plus"] == {PASS: 0, NEAR: 1, MISS: 1}
    assert told["often_lonely_share"] == {PASS: 0, NEAR: 0, MISS: 1}
    assert "waiting_per_1000" not in told  # nothing was checked
    assert not any(row["figure"].startswith("lonely_often_always") for row in rows)  # fitted


def test_each_line_of_the_record_reads_as_plain_words():
    labels = [row["label"] for row in track_record.record(a_verification().checks(), "c", WHEN)]
    assert "older people's moves into council-paid care homes in England in 2023/24" in labels
    assert "weeks in care homes that Surrey's council pays for older people" in labels
    assert not any("_" in label or "*" in label for label in labels)


def test_every_figure_that_speaks_for_an_outcome_has_an_outcome_and_words():
    for figure, outcome, label in track_record.speaks_for():
        assert figure and outcome in MEASURES and label
        assert ("*" in figure) == ("*" in label) and "_" not in label


def test_what_is_written_is_what_the_labels_read(tmp_path, monkeypatch):
    from sim.experiment import trust_record

    monkeypatch.setattr(trust_record, "DATA", tmp_path)
    trust_record.rows.cache_clear()
    rows = track_record.record(a_verification().checks(), "c", WHEN)
    track_record.write(rows, tmp_path)
    assert trust_record.track_record("care_home_entries_per_100k_65plus")[:2] == (0, 2)
    assert trust_record.held_out("waiting_per_1000") == "none"
    trust_record.rows.cache_clear()


def test_the_page_shows_misses_before_anything_else_and_names_them():
    text = page(a_verification(), "the command", WHEN)
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    assert heads[0].startswith("## Misses first (3 of")
    first = text.split("## Verification:")[0]
    assert "loneliness_service_saves_cash" in first and "contagion_rel_increase_1_degree" in first
    assert "`the command` on 2026-01-02" in text and "frome_emergency_change" in text


def test_every_target_is_listed_and_counted():
    told = target_lines(a_verification().rows)
    assert told[1].startswith("Validation targets: 2 rows listed, 1 computed, 0 (0%) inside")


def test_everything_found_can_be_told_as_json_whatever_could_not_be_computed():
    found = a_verification()
    found.rows.append(Row("too_few_people", "calibration_target", 1.0, 0.9, 1.1, math.nan, MISS))
    told = json.loads(json.dumps(found.facts(), allow_nan=False))
    assert {"figures", "patterns", "structures", "hindcast", "council_halves"} <= set(told)
    assert told["figures"][-1]["value"] is None


def test_the_command_prints_every_check_as_rows_of_one_shape(monkeypatch, capsys):
    found = a_verification()
    found.rows.append(Row("too_few_people", "calibration_target", 1.0, 0.9, 1.1, math.nan, MISS))
    monkeypatch.setattr(verification, "verify", lambda **_: found)
    assert main(["validate", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    columns = ["key", "kind", "target", "low", "high", "value", "verdict", "note"]
    assert all(list(row) == columns for row in rows)
    kinds = Counter(row["kind"] for row in rows)
    of_patterns = [n for kind, n in kinds.items() if kind.startswith("pattern, ")]
    assert sum(of_patterns) == len(found.patterns)
    assert kinds["rival structure"] == len(found.structures) - 1
    assert sum(n for kind, n in kinds.items() if kind.startswith("council")) == sum(
        len(half.rows) for half in found.halves
    )
    told = {row["key"]: row for row in rows}
    for row in (*found.rows[:-1], *found.hindcast, *found.promises):
        assert (told[row.key]["value"], told[row.key]["verdict"]) == (row.value, row.verdict)
    assert told["too_few_people"]["value"] is None
    for half in found.halves:
        for row in half.rows:
            line = told[f"{row.key} {row.council}"]
            inside = line["low"] <= line["value"] <= line["high"]
            assert inside == (line["verdict"] == PASS)


def test_a_councils_figure_that_tests_nothing_has_a_kind_of_its_own():
    given = next(key for key, figure in FIGURES.items() if figure.given == GIVEN)
    free = next(key for key, figure in FIGURES.items() if figure.given == "not given")
    rows = (
        CouncilRow("Surrey", given, 100.0, 101.0, 100.0, 102.0),
        CouncilRow("Surrey", free, 100.0, 101.0, 100.0, 102.0, "a neighbour's"),
        CouncilRow("Kent", free, 100.0, 101.0, 100.0, 102.0),
        CouncilRow("Wigan", free, 100.0, math.nan, math.nan, math.nan),
    )
    half = Half(UNTOUCHED, ("Surrey", "Kent", "Wigan"), rows)
    told = [(row["kind"], row["verdict"]) for row in verification_rows._councils(half)]
    told_to_it = (verification_rows.TOLD, PASS)
    tested = verification_rows.COUNCIL[True]
    assert told == [told_to_it, told_to_it, (tested, PASS), (tested, NOT_COMPUTED)]
    assert half.near == (1, 2)


def test_the_parts_are_put_together_the_same_whatever_the_number_of_processes(monkeypatch):
    found = a_verification()
    plain = {
        "England and the natural experiment": (found.rows, found.patterns),
        "promise: a service seldom saves": found.promises, "promise: the full mix": [],
        "promise: referrals need places": [], "rival structures": found.structures,
        "councils": found.halves, "hindcast": found.hindcast, "promise: pounds": [],
        "promise: places and packages": [], **dict.fromkeys(verification.SCHEME_PARTS),
    }  # fmt: skip
    made_up = {name: lambda *_, told=told: told for name, told in plain.items()}
    assert set(made_up) == set(verification.PARTS)
    monkeypatch.setattr(verification, "PARTS", {name: made_up[name] for name in verification.PARTS})
    seen = []
    again = verification.verify(1000, 1, progress=lambda *told: seen.append(told), jobs=1)
    lived = [row for row in again.promises if row.verdict != NOT_COMPUTED]
    assert (lived, again.structures) == (found.promises, found.structures)
    assert {row.key for row in again.rows} == {row.key for row in found.rows}
    assert seen[-1][:2] == (len(plain), len(plain)) and set(again.seconds) == set(plain)


@pytest.mark.slow
def test_two_processes_find_what_one_finds():
    one, two = (verification.verify(500, 1, jobs=jobs).facts() for jobs in (1, 2))
    assert {**one, "seconds": 0} == {**two, "seconds": 0}


def test_a_plans_run_answers_the_target_it_can_and_leaves_the_rest():
    waiting = Row("mcdaid_park_prob_cost_saving", "validation_target", 0.035, None, None, None,
                  NOT_COMPUTED, "needs a plan")  # fmt: skip
    other = Row("frome_emergency_change", "validation_target", -0.14, None, None, None,
                NOT_COMPUTED, "needs a plan")  # fmt: skip
    cut = Row("cut_leaves_admissions_65plus", "natural experiment", 1, 0.97, 1.03, 1.01, PASS, "x")
    found = Row(waiting.key, waiting.kind, 0.035, 0.0315, 0.0385, 0.0, MISS, "0 of 20")
    sign = Row("austerity_inpatient_effect", "validation_target", 0, None, None, None, NOT_COMPUTED)
    rows = verification._answered([waiting, other, cut, sign], [found])
    assert rows[0] is found and rows[1] is other and rows[2] is cut
    assert rows[3].verdict == PASS and rows[3].value == 0.0
