"""Promises about results: the same rows give the same bytes, and sums come out as by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from fake_model import FakeModel, FakePlan

from sim.errors import UserMistake
from sim.experiment import member, record, results, summary, table
from sim.experiment.request import Request
from sim.experiment.run import run_presets

BASE = FakePlan("baseline")


def tidy(rows: list[tuple]) -> pd.DataFrame:
    """rows: scenario, member, month, group, measure, value."""
    frame = pd.DataFrame(rows, columns=["scenario", "member", "month", "group", "measure", "value"])
    return frame.assign(seed=frame["member"] + 1, draw=frame["member"], place="Testham")


def monthly(scenario, number, measure, values, group="all"):
    return [
        (scenario, number, month, group, measure, float(value))
        for month, value in enumerate(values, start=1)
    ]


def summed(rows: list[tuple]) -> pd.DataFrame:
    return summary.summarise(summary.yearly(tidy(rows)))


def line(frame: pd.DataFrame, **where) -> pd.Series:
    for key, value in where.items():
        frame = frame[frame[key] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_a_year_is_the_mean_or_the_sum_of_its_months_as_the_measure_says():
    values = list(range(1, 13)) + [100.0] * 12
    years = summary.yearly(
        tidy(
            monthly("baseline", 0, "often_lonely_share", values)
            + monthly("baseline", 0, "crises_per_1000", values)
        )
    )
    found = {(row.measure, row.year): row.value for row in years.itertuples()}
    assert found == {
        ("often_lonely_share", 1): 6.5,
        ("often_lonely_share", 2): 100.0,
        ("crises_per_1000", 1): 78.0,
        ("crises_per_1000", 2): 1200.0,
    }


def test_a_measure_of_the_years_end_takes_the_last_month(monkeypatch):
    from dataclasses import replace

    changed = {"waiting_per_1000": replace(summary.MEASURES["waiting_per_1000"], yearly="end")}
    monkeypatch.setattr(summary, "MEASURES", changed)
    rows = tidy(monthly("baseline", 0, "waiting_per_1000", range(1, 13)))
    shuffled = rows.sample(frac=1.0, random_state=3)
    assert summary.yearly(shuffled)["value"].tolist() == [12.0]


def test_an_unfinished_year_is_left_out():
    years = summary.yearly(tidy(monthly("baseline", 0, "crises_per_1000", [1] * 23)))
    assert years["year"].tolist() == [1]


def test_the_paired_difference_is_taken_inside_each_member_and_worked_by_hand():
    base, plan = [10.0, 20.0, 30.0], [9.0, 18.0, 31.0]  # differences -1, -2, +1
    rows = []
    for number in range(3):
        rows += monthly("baseline", number, "often_lonely_share", [base[number]] * 12)
        rows += monthly("plan", number, "often_lonely_share", [plan[number]] * 12)
    found = line(summed(rows), scenario="plan")
    assert (found["median"], found["difference_median"]) == (18.0, -1.0)
    assert found["p05"] == pytest.approx(9 + 0.1 * 9)
    assert found["p95"] == pytest.approx(18 + 0.9 * 13)
    assert found["difference_p05"] == pytest.approx(-1.9)
    assert found["difference_p95"] == pytest.approx(0.8)
    assert found["sign_agreement"] == pytest.approx(2 / 3)
    assert found["members"] == 3


def test_baseline_rows_state_no_difference_and_come_first():
    rows = monthly("a_plan", 0, "crises_per_1000", [1] * 12)
    rows += monthly("baseline", 0, "crises_per_1000", [1] * 12)
    found = summed(rows)
    assert found["scenario"].tolist() == ["baseline", "a_plan"]
    assert found.loc[0, ["difference_median", "sign_agreement"]].isna().all()


def test_no_difference_at_all_is_agreed_by_everyone():
    rows = []
    for number in range(4):
        values = np.random.default_rng(number).normal(size=12)
        rows += monthly("baseline", number, "often_lonely_share", values)
        rows += monthly("twin", number, "often_lonely_share", values)
    found = line(summed(rows), scenario="twin")
    assert found[["difference_median", "difference_p05", "difference_p95"]].tolist() == [0, 0, 0]
    assert found["sign_agreement"] == 1.0


def test_people_reached_are_compared_with_themselves_in_the_baseline():
    rows = monthly("baseline", 0, "often_lonely_share", [0.5] * 12)
    rows += monthly("plan", 0, "often_lonely_share", [0.4] * 12)
    rows += [("plan", 0, 12, "reached", "often_lonely_share", 0.2)]
    rows += [("baseline", 0, 12, "reached_by_plan", "often_lonely_share", 0.9)]
    rows += [("baseline", 0, 12, "reached_by_other", "often_lonely_share", 0.3)]
    found = summed(rows)
    assert line(found, group="reached")["difference_median"] == pytest.approx(-0.7)
    assert set(found["group"]) == {"all", "reached"}


def test_a_member_without_a_value_is_not_counted():
    rows = monthly("baseline", 0, "often_lonely_share", [1] * 12)
    rows += monthly("plan", 0, "often_lonely_share", [3] * 12)
    rows += monthly("baseline", 1, "often_lonely_share", [1] * 12)
    rows += monthly("baseline", 0, "often_lonely_share", [1] * 12, "carer")
    found = line(summed(rows), scenario="plan")
    assert (found["members"], found["difference_median"]) == (1, 2.0)


def test_variance_reduction_is_the_ratio_worked_by_hand():
    base, plan = [1.0, 2.0, 6.0], [2.0, 2.0, 6.0]
    rows = []
    for number in range(3):
        rows += monthly("baseline", number, "often_lonely_share", [base[number]] * 12)
        rows += monthly("plan", number, "often_lonely_share", [plan[number]] * 12)
    found = summary.variance_reduction(tidy(rows)).iloc[0]
    # Var(1, 2, 6) = 7, Var(2, 2, 6) = 16/3, Var(1, 0, 0) = 1/3
    assert found["ratio"] == pytest.approx((7 + 16 / 3) * 3)


def test_perfect_pairs_give_an_infinite_ratio_and_constants_none():
    rows = []
    for number, value in enumerate([1.0, 2.0]):
        for scenario in ("baseline", "twin"):
            rows += monthly(scenario, number, "often_lonely_share", [value] * 12)
            rows += monthly(scenario, number, "ucla3_mean", [4.0] * 12)
    found = summary.variance_reduction(tidy(rows)).set_index("measure")["ratio"]
    assert found["often_lonely_share"] == math.inf
    assert math.isnan(found["ucla3_mean"])


def test_row_order_and_negative_zero_change_no_byte_of_a_member():
    rows = tidy(
        monthly("b", 0, "ucla3_mean", [0.0] * 3) + monthly("a", 0, "crises_per_1000", [2] * 3)
    )
    shuffled = rows.sample(frac=1.0, random_state=1).replace({0.0: -0.0})
    assert table.digest(table.canonical(rows)) == table.digest(table.canonical(shuffled))


def test_any_changed_value_changes_the_digest():
    rows = tidy(monthly("b", 0, "ucla3_mean", [1.0, 2.0]))
    other = rows.assign(value=[1.0, np.nextafter(2.0, 3.0)])
    assert table.digest(table.canonical(rows)) != table.digest(table.canonical(other))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (monthly("b", 0, "ucla3_mean", [math.inf]), "infinite"),
        (monthly("b", 0, "happiness", [1.0]), "happiness"),
        (monthly("b", 0, "ucla3_mean", [1.0]) * 2, "two values"),
    ],
)
def test_impossible_rows_are_refused(rows, words):
    with pytest.raises(ValueError, match=words):
        table.canonical(tidy(rows))


def test_an_empty_group_has_no_row_and_every_row_has_its_unit():
    found = table.to_frame(
        table.canonical(tidy(monthly("b", 0, "crises_per_1000", [1.0, math.nan, 3.0])))
    )
    assert found["month"].tolist() == [1, 3]
    assert set(found["unit"]) == {"per 1,000 a year"}
    assert list(found.columns) == table.COLUMNS


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "out"
    return run_presets(
        [BASE, FakePlan("more", shift=1.0, reach=3), FakePlan("nothing")],
        place="Testham",
        residents=500,
        years=2,
        members=3,
        out=out,
        model_factory=FakeModel,
        in_process=True,
    )


def test_a_saved_run_reads_back_sorted_and_with_the_hash_it_states(done):
    frame = results.load(done.out)
    plain = frame.astype(dict.fromkeys(table.WORDS, object))
    pd.testing.assert_frame_equal(plain, plain.sort_values(table.ORDER, ignore_index=True))
    assert frame.groupby("member")["seed"].first().tolist() == [1, 2, 3]
    stated = results.load_run(done.out)["results_hash"]
    assert stated == done.results_hash == results.hash_of(done.out)
    assert stated == results.hash_of(frame.sample(frac=1.0, random_state=5))


def test_the_summary_on_disk_is_the_summary_of_the_results_on_disk(done):
    again = summary.summarise(summary.yearly(results.load(done.out)))
    found = results.load_summary(done.out)
    assert list(found.columns) == summary.SUMMARY_COLUMNS
    pd.testing.assert_frame_equal(found, again, check_dtype=False, rtol=0, atol=0)


def test_a_scenario_that_changes_nothing_differs_by_exactly_nothing(done):
    twin = done.summary[done.summary["scenario"] == "nothing"]
    assert len(twin) == 2 * 2 * 3
    assert (twin[["difference_median", "difference_p05", "difference_p95"]] == 0).all(axis=None)
    assert (twin["sign_agreement"] == 1).all()


def test_a_scenario_that_adds_one_differs_by_one_for_everyone_and_for_those_reached(done):
    more = done.summary[done.summary["scenario"] == "more"]
    assert "reached" in set(more["group"])
    sums = more["measure"] == "crises_per_1000"
    assert more.loc[~sums, "difference_median"].to_numpy() == pytest.approx(1.0)
    assert more.loc[sums, "difference_median"].to_numpy() == pytest.approx(12.0)


def test_run_json_holds_what_is_needed_to_repeat_the_run(done):
    found = results.load_run(done.out)
    assert found["request"] == {
        "presets": ["baseline", "more", "nothing"],
        "place": "Testham",
        "residents": 500,
        "years": 2,
        "members": 3,
        "seed": 1,
        "causal": "central",
    }
    assert found["scenarios"]["more"] == FakePlan("more", shift=1.0, reach=3).to_toml()
    assert (found["seeds"], found["draws"]) == ([1, 2, 3], [0, 1, 2])
    assert found["provenance"]["more"]["place"] == "Testham"
    assert found["partial"] is False and found["members_finished"] == [0, 1, 2]
    text = (done.out / "run.json").read_text(encoding="utf-8")
    assert text == json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert "second" not in text and str(done.out) not in text


def test_csv_cells_that_a_spreadsheet_would_run_are_defused_and_read_back(tmp_path):
    evil = "=HYPERLINK(1)"
    rows = monthly("baseline", 0, "crises_per_1000", [-1.0] * 12)
    rows += monthly(evil, 0, "crises_per_1000", [-2.0] * 12)
    results.write_summary(summed(rows), tmp_path / "summary.csv")
    text = (tmp_path / "summary.csv").read_text(encoding="utf-8")
    assert f"\n'{evil}," in text and f"\n{evil}" not in text
    assert ",-24.0," in text
    assert evil in set(results.load_summary(tmp_path)["scenario"])


def test_the_csv_export_holds_every_row(done, tmp_path):
    path = results.export_csv(done.out, tmp_path / "all.csv")
    found = pd.read_csv(path)
    assert len(found) == len(results.load(done.out))
    assert found["value"].tolist() == results.load(done.out)["value"].tolist()


@pytest.mark.parametrize("name", ["results.parquet", "summary.csv", "run.json"])
def test_missing_and_damaged_results_are_said_in_one_sentence(tmp_path, name):
    read = {
        "results.parquet": results.load,
        "summary.csv": results.load_summary,
        "run.json": results.load_run,
    }[name]
    with pytest.raises(UserMistake, match="finished run"):
        read(tmp_path)
    (tmp_path / name).write_bytes(b"PAR1\xff\x00nonsense")
    with pytest.raises(UserMistake, match="damaged"):
        read(tmp_path)


def test_a_member_file_with_any_byte_of_content_changed_is_found_damaged(tmp_path):
    request = Request("Testham", 500, 1, 1, 1, BASE, (), "fake_model:FakeModel")
    content, told = member.live(request, 0)
    whole = member.to_bytes(request, content, told)
    path = tmp_path / "member.parquet"
    path.write_bytes(whole)
    assert member.read(path).content.equals(member.read(path).content)
    assert whole == member.to_bytes(request, content, told)
    rng = np.random.default_rng(0)
    for at in rng.integers(0, len(whole), size=60):
        torn = bytearray(whole)
        torn[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(torn)
        try:
            back = member.read(path)
        except member.Damaged:
            continue
        # A flip in unused space may pass, but never with other content.
        assert (back.digest, back.identity) == (table.digest(content), request.identity)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(member.Damaged):
        member.read(path)


def test_the_commit_is_read_from_the_checkout(tmp_path):
    assert record.commit(tmp_path) is None
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    assert record.commit(tmp_path) is None
    (git / "packed-refs").write_text("# pack-refs\n" + "ab" * 20 + " refs/heads/main\n")
    assert record.commit(tmp_path) == "ab" * 20
    (git / "refs" / "heads" / "main").write_text("cd" * 20 + "\n")
    assert record.commit(tmp_path) == "cd" * 20
