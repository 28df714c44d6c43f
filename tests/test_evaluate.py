"""Promises of `python -m sim evaluate`: real small towns, the same bytes, plain refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from towns import PLACE, hubs, plan, services

from sim.errors import UserMistake
from sim.experiment import tasks as side_by_side
from sim.experiment.evaluation import register, routes, towns
from sim.experiment.evaluation.evaluate import evaluate
from sim.model import CommunityModel
from sim.scenario import load

HERE = Path(__file__).resolve().parent.parent
SMALL = {"place": PLACE, "residents": 600, "years": 2, "members": 2, "follow_up": 6}
FIVE = [
    "before_after",
    "matched",
    "difference_in_differences",
    "stepped_wedge",
    "randomised_trial",
]
CUT = dict.fromkeys(("meet", "company", "purpose", "companions_help", "informal_hours"), False)


@pytest.fixture(scope="module")
def hub_town():
    return evaluate(plan(hubs()), **SMALL, jobs=1)


def test_every_design_reports_and_the_truth_stands_apart(hub_town):
    facts = hub_town.facts()
    assert [row["design"] for row in facts["rows"]] == FIVE
    assert facts["truth"]["design"] == "truth"
    needed = {"design", "people", "months"} | {
        f"{what}{end}"
        for what in ("loneliness_smd", "emergency_use_effect")
        for end in ("", "_low", "_high")
    }
    for row in (*facts["rows"], facts["truth"]):
        assert needed <= set(row)
        if row["loneliness_smd"] is not None:
            assert row["loneliness_smd_low"] <= row["loneliness_smd"] <= row["loneliness_smd_high"]
    assert facts["people_met"] > 10 and facts["truth"]["loneliness_smd"] < 0
    json.dumps(facts, allow_nan=False)


def test_tasks_are_spread_over_processes_and_answers_keep_their_order():
    tasks, told = list(range(5)), []
    for jobs in (1, 2):
        tell = lambda done, asked, _: told.append((done, asked))  # noqa: E731
        found = side_by_side.spread(abs, tasks, jobs, tell)
        assert found == tasks
    assert told == [(each, 5) for each in range(1, 6)] * 2


@pytest.mark.slow
def test_the_same_request_gives_the_same_bytes_with_one_job_and_with_two(hub_town):
    again = evaluate(plan(hubs()), **SMALL, jobs=2)
    assert json.dumps(again.facts()) == json.dumps(hub_town.facts())
    for name, column in hub_town.files.items():
        assert np.array_equal(column, again.files[name], equal_nan=True), name


def test_a_programme_that_changes_nobody_has_a_truth_of_exactly_nothing():
    small = SMALL | {"residents": 400, "years": 2, "members": 1}
    found = evaluate(plan(hubs(), arrows=CUT), **small, jobs=1)
    assert len(found.files) > 5
    assert found.truth.loneliness.value == 0.0 and found.truth.loneliness.error == 0.0
    assert found.truth.emergency.value == 0.0


def test_everyone_served_was_met_once_in_time_and_their_twin_began_alike(hub_town):
    files, months = hub_town.files, SMALL["years"] * 12
    assert files["met"].min() > 6 and files["met"].max() <= months - 6 + 1
    assert len(np.unique(files["id"] + files["town"] * np.uint64(2**40))) == len(files)
    assert np.abs(files["felt_before"] - files["twin_before"]).mean() < 0.05


def test_registering_changes_nobodys_life():
    settings = {"place": PLACE, "residents": 300, "years": 1, "rng": 4, "lives": False}
    watched = CommunityModel(**settings, plan=plan(hubs()))
    book = register.keep(watched)
    alone = CommunityModel(**settings, plan=plan(hubs())).run()
    assert np.array_equal(watched.world.people.z, alone.world.people.z)
    assert np.array_equal(book.z[book.rows(alone.world.people.id), 12], alone.world.people.z)
    assert set(book.ids[book.reached > 0]) == set(alone.reached)


def test_a_plan_begins_later_and_is_otherwise_the_same():
    whole = load("pilot_then_stop")
    moved = towns.later(whole, 12)
    assert len(moved.invest) == len(whole.invest)
    for one, two in zip(whole.invest, moved.invest, strict=True):
        assert two.start_month == one.start_month + 12
        assert two.end_month == (None if one.end_month is None else one.end_month + 12)
        rest = {"start_month", "end_month"}
        assert one.model_dump(exclude=rest) == two.model_dump(exclude=rest)
    assert towns.without(whole).invest == () and towns.without(whole).arrows == whole.arrows


def test_nobody_to_evaluate_is_one_plain_sentence():
    for nobody in ("services_only", "austerity", "fair_pay", plan(services())):
        with pytest.raises(UserMistake, match="nobody to evaluate"):
            evaluate(nobody)
    with pytest.raises(UserMistake, match="nobody to evaluate"):
        evaluate("baseline")
    with pytest.raises(UserMistake, match="no time to meet anybody"):
        evaluate("bevy_hub", years=2)
    with pytest.raises(UserMistake, match="months"):
        evaluate("bevy_hub", follow_up=2)
    late = plan(hubs(start_month=20))
    with pytest.raises(UserMistake, match="met early enough"):
        evaluate(late, **(SMALL | {"members": 1}), jobs=1)


def test_a_route_is_cut_in_both_worlds_and_nothing_else():
    whole = plan(hubs())
    for route, (arrows, _) in routes.ROUTES.items():
        less = routes.without_route(whole, route)
        assert less.invest == whole.invest
        gone = {arrow for arrow, kept in less.arrows.model_dump().items() if not kept}
        assert (
            gone
            == set(arrows)
            == {
                arrow for arrow, kept in towns.without(less).arrows.model_dump().items() if not kept
            }
        )
        assert set(less.overrides) == ({routes.CONTAGION} if route == "contagion" else set())


@pytest.mark.slow
def test_a_trial_of_joining_finds_a_fall_and_nothing_when_all_routes_are_cut():
    immortal = {"mortality_scale": {"value": 0.0, "because": "everybody lives to be counted"}}
    found = routes.routes_of(plan(hubs(), overrides=immortal), PLACE, 4_000, 2, 1, jobs=1)
    facts = found.facts()
    assert facts["people_treated"] + facts["people_withheld"] == facts["truth"]["people"] > 10
    assert facts["truth"]["smd"] < 0 and not facts["large_enough"]
    assert set(facts["routes"]) == set(routes.ROUTES)
    whole, left = facts["routes"][routes.ALL]["smd"], facts["truth"]["smd"]
    assert whole == pytest.approx(left, abs=0.01), "with every route cut nothing is left"
    assert found.lines()[0].endswith("Modelled, not observed.")


def shell(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim", "evaluate", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=HERE,
    )


def test_the_command_prints_rows_as_json_and_refuses_in_one_sentence(capsys):
    from sim import cli

    sizes = "--residents 300 --years 2 --members 1 --months 4 --jobs 1".split()
    assert cli.main(["evaluate", "local_area_coordination", *sizes, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["design"] for row in rows] == FIVE
    assert {row["true_loneliness_smd"] for row in rows} == {rows[0]["true_loneliness_smd"]}
    assert {(row["preset"], row["residents"], row["towns"]) for row in rows} == {
        ("local_area_coordination", 300, 1)
    }
    told = shell("services_only")  # as people meet it
    assert told.returncode == 2
    assert "nobody to evaluate" in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1 and told.stdout == ""


def test_the_command_tells_the_ladder_in_plain_words(monkeypatch, capsys, hub_town):
    from sim import cli
    from sim.experiment.evaluation import evaluate as room

    monkeypatch.setattr(room, "evaluate", lambda *_, **__: hub_town)
    assert cli.main(["evaluate", "bevy_hub", "--quiet"]) == 0
    told = capsys.readouterr().out
    for words in ("before and after", "randomised trial", "the truth", "regression to the"):
        assert words in told
    assert "Modelled, not observed." in told
