"""The explorer's promises: an honest stand-in for the model that knows where it stops."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import UserMistake
from sim.experiment import emulator, explorer, explorer_runs
from sim.experiment.explorer_design import (
    FULL,
    LEVERS,
    MOST_TOTAL,
    PLACES,
    TARGETS,
    Ensemble,
    design,
)

TINY = Ensemble(points=8, members=1, residents=300, years=1)
NOTHING = (0.0,) * len(LEVERS)
HERE = ("Manchester", "evenly")


def plans_of(size: Ensemble) -> list[tuple[tuple[float, ...], str, str]]:
    return [(each.doses, each.place, each.where) for each in design(size)]


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    """An emulator of a truth known by hand: 2 for each pound of the first lever, -1 for each of
    the fourth, with a noise of standard deviation 3."""
    plans = plans_of(FULL)
    noise = np.random.default_rng(7).normal(0.0, 3.0, len(plans))
    truth = [2.0 * doses[0] - doses[3] for doses, _, _ in plans]
    groups = [number % 24 for number in range(len(plans))]
    told = [each + one for each, one in zip(truth, noise.tolist(), strict=True)]
    return emulator.fit(explorer.space(), plans, {"known": told}, groups)


def ask(found: dict[str, Any], doses: tuple[float, ...]) -> emulator.Told:
    return emulator.predict(found, explorer.space(), doses, *HERE)["known"]


def only(**doses: float) -> tuple[float, ...]:
    return tuple(doses.get(each.key, 0.0) for each in LEVERS)


def test_no_money_makes_no_difference_and_has_no_range(known: dict[str, Any]) -> None:
    told = ask(known, NOTHING)
    assert (told.middle, told.average, told.one) == (0.0, (0.0, 0.0), (0.0, 0.0))


def test_a_truth_known_by_hand_is_found_inside_its_range(known: dict[str, Any]) -> None:
    assert ask(known, only(formal_services=20.0)).middle == pytest.approx(40.0, rel=0.1)
    assert ask(known, only(hubs=8.0)).middle == pytest.approx(-8.0, abs=6.0)  # noise is 3
    held = []
    for doses, place, where in plans_of(FULL):
        told = emulator.predict(known, explorer.space(), doses, place, where)["known"]
        held.append(told.average[0] <= 2.0 * doses[0] - doses[3] <= told.average[1])
    assert 0.85 <= np.mean(held) <= 0.97


def test_the_noise_put_in_is_the_noise_found(known: dict[str, Any]) -> None:
    space, found = explorer.space(), known["outcomes"]["known"]
    noise = [
        found["floor"] + float(np.dot(found["per_share"], space.terms(*plan)[: len(LEVERS)]))
        for plan in plans_of(FULL)
    ]
    assert np.mean(noise) == pytest.approx(3.0, rel=0.25)
    assert 0.8 <= found["check"]["inside"] <= 0.98


def test_a_lever_that_brings_no_noise_has_a_narrow_range() -> None:
    """Where only paid care is noisy, a plan of hubs is told apart from nothing."""
    plans = plans_of(FULL)
    noise = np.random.default_rng(5).normal(0.0, 0.5, len(plans))
    told = [
        doses[3] + doses[0] * float(one)
        for (doses, _, _), one in zip(plans, noise.tolist(), strict=True)
    ]
    groups = [number % 24 for number in range(len(plans))]
    found = emulator.fit(explorer.space(), plans, {"known": told}, groups)
    hubs, care = ask(found, only(hubs=6.0)), ask(found, only(formal_services=20.0))
    assert hubs.one[0] > 0.0
    assert care.one[1] - care.one[0] > 3 * (hubs.one[1] - hubs.one[0])


def test_the_range_of_one_run_holds_the_range_of_the_average(known: dict[str, Any]) -> None:
    for doses, place, where in plans_of(FULL)[:20]:
        told = emulator.predict(known, explorer.space(), doses, place, where)["known"]
        assert told.one[0] < told.average[0] < told.middle < told.average[1] < told.one[1]


def test_the_emulator_is_less_sure_far_from_its_runs(known: dict[str, Any]) -> None:
    near, far = ask(known, only(hubs=1.0)), ask(known, tuple(each.most for each in LEVERS))
    assert far.average[1] - far.average[0] > 3 * (near.average[1] - near.average[0])


def test_pure_noise_is_not_read_as_an_effect() -> None:
    plans = plans_of(FULL)
    told = np.random.default_rng(3).normal(0.0, 1.0, len(plans)).tolist()
    found = emulator.fit(explorer.space(), plans, {"known": told}, list(range(len(plans))))
    assert found["outcomes"]["known"]["check"]["explained"] < 0.1


def test_every_tested_plan_is_inside_and_dearer_ones_are_not(known: dict[str, Any]) -> None:
    for doses, place, where in plans_of(FULL):
        assert emulator.outside(known, explorer.space(), doses, place, where) == ""
    dear = tuple(each.most for each in LEVERS)
    assert emulator.outside(known, explorer.space(), dear, *HERE) == "total"


def test_a_mixture_unlike_any_tested_is_outside_though_it_is_cheap_enough() -> None:
    """Taught only even mixtures, it will not speak of one lever alone."""
    even = [tuple(each.most * part for each in LEVERS) for part in (0.1, 0.2, 0.3, 0.4)]
    plans = [(doses, place, target) for doses in even for place in PLACES for target in TARGETS]
    told = [sum(doses) + number % 3 for number, (doses, _, _) in enumerate(plans)]
    groups = [number % 8 for number in range(len(plans))]
    found = emulator.fit(explorer.space(), plans, {"known": told}, groups)
    assert emulator.outside(found, explorer.space(), even[1], *HERE) == ""
    assert emulator.outside(found, explorer.space(), only(formal_services=30.0), *HERE) == "mixture"


def test_the_design_is_the_same_each_time_in_balance_and_within_its_limits() -> None:
    points = design(FULL)
    assert points == design.__wrapped__(FULL)
    counted = Counter(each.place for each in points)
    assert set(counted.values()) == {len(points) // len(PLACES)}
    doses = np.array([each.doses for each in points])
    most = np.array([each.most for each in LEVERS])
    assert (doses >= 0).all()
    assert (doses <= most).all()
    assert doses.sum(axis=1).max() <= MOST_TOTAL + 0.1
    assert (doses.max(axis=0) > 0.8 * most).all()
    assert np.isclose((doses[: FULL.points] == 0).mean(), 0.4, atol=0.05)


def test_every_plan_of_the_design_is_a_scenario_that_costs_what_it_says() -> None:
    for each in design(FULL):
        assert each.plan().pounds_per_head() == pytest.approx(sum(each.doses), abs=1e-9)


def fake_world(size: Ensemble, place: str, member: int, plan: Any) -> dict[str, Any]:
    """A world in which each pound a head frees one person in a thousand of loneliness."""
    spent = 0.0 if isinstance(plan, str) else plan.pounds_per_head()
    base = {key: [100.0] for key in explorer_runs._MEASURED}
    return base | {"often_lonely_share": [0.1 - spent / 1000], "unspent": spent / 2}


def test_a_fit_that_was_stopped_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived: list[str] = []

    def world(size: Ensemble, place: str, member: int, plan: Any) -> dict[str, Any]:
        if place == "Hartlepool" and not lived.count("stopped"):
            lived.append("stopped")
            raise KeyboardInterrupt
        lived.append(place)
        return fake_world(size, place, member, plan)

    monkeypatch.setattr(explorer_runs, "_world", world)
    with pytest.raises(KeyboardInterrupt):
        explorer_runs.run_design(TINY, tmp_path)
    before = Counter(lived)
    told, _ = explorer_runs.run_design(TINY, tmp_path)
    assert Counter(lived)["Brighton and Hove"] == before["Brighton and Hove"] > 0
    assert [each.point for each in told] == list(design(TINY))
    for each in told:
        found = dict(
            zip((one.key for one in explorer_runs.OUTCOMES), each.differences, strict=True)
        )
        assert found["lonely"] == pytest.approx(-10 * sum(each.point.doses), abs=1e-4)
        assert found["lonely_free_years"] == -found["lonely"]
        assert found["unspent"] == pytest.approx(sum(each.point.doses) / 2, abs=1e-4)
        assert found["crises"] == found["gap"] == 0.0


def test_runs_of_another_design_are_refused_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer_runs, "_world", fake_world)
    explorer_runs.run_design(TINY, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UserMistake, match="another design"):
        explorer_runs.run_design(Ensemble(points=12, members=1, residents=300, years=1), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_torn_file_of_runs_is_lived_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer_runs, "_world", fake_world)
    whole, _ = explorer_runs.run_design(TINY, tmp_path)
    (tmp_path / "manchester_00.json").write_text('{"seconds": 1, "plans": [')
    assert explorer_runs.run_design(TINY, tmp_path)[0] == whole


def test_the_emulator_that_travels_fits_these_sliders_and_says_where_it_came_from() -> None:
    assert explorer.SHIPPED.stat().st_size < 1_000_000
    data = explorer.load()
    assert explorer.space_of(data) == explorer.space()
    assert [each["key"] for each in data["outcomes"]] == [
        each.key for each in explorer_runs.OUTCOMES
    ]
    made = data["made"]
    assert {key: made[key] for key in FULL.told()} == FULL.told()
    assert made["command"] == "python -m sim explorer --fit"
    assert made["plans"] == len(design(FULL))
    for outcome in data["emulator"]["outcomes"].values():
        assert 0.7 <= outcome["check"]["inside"] <= 1.0
        assert outcome["check"]["widened"] >= 1.0


def test_a_file_that_is_not_the_explorers_is_a_plain_sentence(tmp_path: Path) -> None:
    for text in ("", "[]", '{"shape": 99}', '{"shape": 1, "emulator": {}}'):
        (tmp_path / "wrong.json").write_text(text)
        with pytest.raises(UserMistake, match="not the explorer's data"):
            explorer.load(tmp_path / "wrong.json")
    with pytest.raises(UserMistake, match="no such file"):
        explorer.load(tmp_path / "absent.json")


def command(*typed: str, where: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim", "explorer", *typed],
        cwd=where, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_command_writes_one_page_and_says_how_good_the_emulator_is(tmp_path: Path) -> None:
    done = command("--out", "page.html", where=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Now open: page.html" in done.stdout
    assert "usual error" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "http://" not in text.replace("http://www.w3.org/", "")
    assert "https://" not in text
    assert "Modelled, not observed" in text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--small",), "Add --fit"),
        (("--data", "absent.json"), "no such file"),
        (("--out", ""), "is no file"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_and_writes_nothing(
    typed: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = command(*typed, where=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_real_model_can_be_fitted_from_nothing(tmp_path: Path) -> None:
    size = Ensemble(points=8, members=1, residents=200, years=1)
    steps: list[int] = []
    data = explorer.make(size, tmp_path, "a test", lambda done, asked, note: steps.append(done))
    assert steps[-1] == len(design(size))
    path = explorer.save(data, tmp_path / "found.json")
    again = json.loads(path.read_text())
    assert again == explorer.load(path)
    assert not explorer.stale(again)
    told = emulator.predict(again["emulator"], explorer.space(), only(hubs=6.0), *HERE)
    assert set(told) == {each.key for each in explorer_runs.OUTCOMES}
    assert all(np.isfinite([*each.one, each.middle]).all() for each in told.values())
