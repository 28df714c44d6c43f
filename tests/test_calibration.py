"""Promises about calibration: what is fitted, to what, how the emulators and draws behave."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.errors import UserMistake
from sim.evidence import posterior, registry, series
from sim.experiment.calibration import draws, emulator, halves, history
from sim.experiment.calibration.fitting import medoid_of
from sim.experiment.calibration.hindcast import hindcast_plan
from sim.experiment.calibration.outside_then import FITTED_YEARS, HELD_OUT_YEARS
from sim.experiment.calibration.space import space_of
from sim.experiment.calibration.targets import (
    Target,
    forward_targets,
    hindcast_targets,
    summaries,
)
from sim.parameters import Override, Parameters
from sim.world import places

KINDS = ("forward", "hindcast")


def test_only_uncertainty_is_fitted_and_every_row_says_why() -> None:
    for kind in KINDS:
        for side in space_of(kind).sides:
            assert side.row.range_kind == "uncertainty" and side.row.is_drawn
            assert side.why and side.steers
    assert 10 <= len(space_of("forward")) <= 30


def test_validation_targets_are_never_fitted() -> None:
    kept_apart = {row.key for row in registry() if row.kind == "validation_target"}
    assert kept_apart
    assert not kept_apart & {target.key for target in forward_targets()}
    assert not kept_apart & {target.figure for target in forward_targets()}


def test_a_forward_target_is_a_calibration_row_with_room_and_reason() -> None:
    for target in forward_targets():
        assert registry().get(target.key).kind == "calibration_target"
        assert target.variance > 0 and target.why
    assert len({target.key for target in forward_targets()}) == len(forward_targets()) >= 30


def test_the_hindcast_is_fitted_to_nothing_after_2019_20() -> None:
    for point in hindcast_plan().fitted_points():
        assert point.use == "fit" and point.year in FITTED_YEARS
    assert hindcast_plan().fitted_points()
    assert max(FITTED_YEARS) == "2019/20" < min(HELD_OUT_YEARS)


def test_the_two_posteriors_are_kept_apart() -> None:
    barred = registry().forward_only()
    hindcast = {target.key.partition(":")[0] for target in hindcast_targets()}
    assert not barred & hindcast
    held_out = {
        (point.series, point.value) for point in series.points() if point.use == "holdout_forward"
    }
    fitted = {(point.series, point.value) for point in hindcast_plan().fitted_points()}
    assert not held_out & fitted
    # The forward fit knows levels of 2023/24; none of them is a target of the hindcast.
    assert not {target.key for target in forward_targets()} & hindcast


def test_hindcast_draws_never_feed_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = posterior.draws

    def watched(kind: str = posterior.FORWARD) -> tuple[posterior.Draw, ...]:
        asked.append(kind)
        return real(kind)

    monkeypatch.setattr(posterior, "draws", watched)
    posterior.row.cache_clear()
    Parameters.build(draw=3)
    assert set(asked) <= {posterior.FORWARD}


def test_nothing_is_fitted_to_a_council_and_half_of_them_never_may_be() -> None:
    codes = [each.code for each in places.find("", 200) if each.kind == "council"]
    fitting, untouched = halves.fitting_half(codes), halves.untouched_half(codes)
    assert set(fitting) | set(untouched) == set(codes) and not set(fitting) & set(untouched)
    assert 0.4 < len(untouched) / len(codes) < 0.6
    with pytest.raises(UserMistake, match="never fitted"):
        halves.refuse_untouched(codes)
    halves.refuse_untouched(fitting)
    for target in forward_targets():
        assert "council area" not in registry().get(target.key).population.lower()
        assert registry().get(target.key).range_kind != "between_councils"


def test_a_point_of_the_cube_is_a_choice_of_numbers_and_back() -> None:
    space = space_of("forward")
    point = np.linspace(0.05, 0.95, len(space))
    numbers = space.numbers(point)
    np.testing.assert_allclose(space.point(numbers), point, atol=1e-6)
    for side in space.sides:
        assert side.row.low is not None and side.row.high is not None
        assert side.row.low <= numbers[side.key] <= side.row.high
    central = space.numbers(space.central())
    for side in space.sides:
        assert central[side.key] == pytest.approx(side.row.value, rel=1e-3)


def _bowl(points: np.ndarray) -> np.ndarray:
    return 3.0 + 2.0 * points[:, 0] - points[:, 1] + 0.8 * (points[:, 0] - 0.5) ** 2


def test_an_emulator_learns_a_surface_and_knows_how_sure_it_is() -> None:
    rng = np.random.default_rng(1)
    points, luck = history.sobol(6, 4, 1), 0.05
    values = _bowl(points) + rng.normal(0.0, luck, len(points))
    known = emulator.fit(points, values, luck**2)
    where = rng.random((200, 4))
    mean, variance = known.mean_and_variance(where)
    np.testing.assert_allclose(mean, known.mean(where))
    off = np.abs(mean - _bowl(where))
    assert off.max() < 0.15 and off.mean() < 0.03
    assert (off <= 2.0 * np.sqrt(variance)).mean() >= 0.85
    assert variance.mean() < luck**2  # many noisy runs are better known than one


def test_luck_alone_is_not_learnt() -> None:
    rng = np.random.default_rng(2)
    points = history.sobol(6, 4, 1)
    values = rng.normal(10.0, 1.0, len(points))
    known = emulator.fit_all(["luck"], points, values[:, None], np.array([1.0]))
    assert known.explained(values[:, None])[0] < 0.15
    assert 0.85 <= known.coverage(values[:, None])[0] <= 1.0


def _target(value: float, tolerance: float = 0.1) -> Target:
    return Target("t", "t", value, tolerance, 0.0, "known by hand")


def test_history_matching_keeps_the_truth_and_rules_out_most() -> None:
    truth = np.array([[0.3, 0.7, 0.5]])
    rng = np.random.default_rng(3)
    surfaces = (lambda u: 5.0 * u[:, 0], lambda u: 4.0 * u[:, 1] + u[:, 0], lambda u: u[:, 0] * 3)

    def run(where: np.ndarray, _note: str) -> np.ndarray:
        clean = np.stack([each(where) for each in surfaces], axis=1)
        return clean + rng.normal(0.0, 0.02, clean.shape)

    targets = [
        Target(f"t{at}", f"t{at}", float(each(truth)[0]), 0.1, 0.0, "by hand")
        for at, each in enumerate(surfaces)
    ]
    luck = np.full(3, 0.02**2)
    found = history.search(targets, 3, run, luck, np.zeros(3), (32, 16), seed=1)
    assert found.emulators is not None
    measure = history.implausibility(found.emulators, truth, targets, np.zeros(3))
    assert measure.max() < history.CUT
    assert found.waves[-1].left_share < 0.5
    assert len(found.points) == 32 + 16 or len(found.waves) == 1


def test_implausibility_by_hand() -> None:
    points = history.sobol(5, 2, 1)
    known = emulator.fit_all(["t"], points, _bowl(points)[:, None], np.array([1e-6]))
    where = np.array([[0.5, 0.5]])
    mean, variance = known.mean_and_variance(where)
    target = _target(float(mean[0, 0]) + 1.0, tolerance=0.4)
    found = history.implausibility(known, where, [target], np.array([0.03]))
    expected = 1.0 / np.sqrt(0.2**2 + variance[0, 0] + 0.03)
    assert found[0, 0] == pytest.approx(expected)


def test_the_third_largest_implausibility_decides() -> None:
    assert history.deciding(np.array([[9.0, 1.0, 8.0, 2.0]]))[0] == 2.0
    assert history.deciding(np.array([[9.0, 1.0]]))[0] == 1.0


def test_walkers_find_a_known_hill() -> None:
    middle, spread = np.array([0.4, 0.6, 0.5]), np.array([0.05, 0.1, 0.02])

    def score(where: np.ndarray) -> np.ndarray:
        return -0.5 * (((where - middle) / spread) ** 2).sum(axis=1)

    start = np.random.default_rng(1).random((300, 3))
    chain = draws.walk(score, start, 400, seed=1)
    np.testing.assert_allclose(chain.points.mean(axis=0), middle, atol=0.02)
    np.testing.assert_allclose(chain.points.std(axis=0), spread, rtol=0.25)
    assert ((chain.points >= 0) & (chain.points <= 1)).all()
    again = draws.walk(score, start, 400, seed=1)
    np.testing.assert_array_equal(again.points, chain.points)


def test_a_series_becomes_a_level_and_a_path() -> None:
    assert summaries({"2015/16": 2.0, "2017/18": 4.0}) == {"level": 3.0, "path": 2.0}
    assert summaries({"2015/16": 2.0, "2016/17": 4.0}) == {"level": 3.0}
    assert summaries({}) == {}


def test_the_medoid_is_the_draw_in_the_middle() -> None:
    assert medoid_of(np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 1.0], [0.45, 0.55]])) in (1, 3)


def test_an_uncertain_run_draws_the_shipped_rows_and_the_first_stays_central() -> None:
    rows = posterior.draws()
    assert len(rows) >= 200
    assert Parameters.build().drawn() == {}
    for draw in (1, 7, len(rows)):
        drawn = Parameters.build(draw=draw).drawn()
        for key, value in rows[draw - 1].items():
            row = registry().get(key)
            assert row.low is not None and row.high is not None
            assert drawn[key] == min(max(value, row.low), row.high)
    assert Parameters.build(draw=len(rows) + 1)["friend_loss"] == pytest.approx(
        rows[0]["friend_loss"]
    )


def test_an_override_and_a_given_number_win_over_a_calibrated_draw() -> None:
    why = Override(0.01, "a test")
    assert Parameters.build({"friend_loss": why}, draw=2).friend_loss == 0.01
    assert Parameters.build(draw=2, given={"friend_loss": 0.011}).friend_loss == 0.011
    assert Parameters.build(given={"friend_loss": 0.011}).drawn() == {"friend_loss": 0.011}


@pytest.mark.parametrize("kind", KINDS)
def test_shipped_draws_hold_the_fitted_numbers_inside_their_ranges(kind: str) -> None:
    rows, told = posterior.draws(kind), posterior.provenance(kind)
    assert len(rows) >= 200 and told["draws"] == len(rows)
    assert tuple(rows[0]) == space_of(kind).keys == tuple(told["numbers"])
    for side in space_of(kind).sides:
        values = [row[side.key] for row in rows]
        assert side.row.low is not None and side.row.high is not None
        assert side.row.low <= min(values) < max(values) <= side.row.high
    for word in ("command", "date", "packages", "residents", "waves", "targets", "evidence_hash"):
        assert told[word], word


def test_a_changed_model_or_evidence_is_said_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {"evidence_hash": registry().hash, "model_hash": posterior.model_hash(),
            "date": "2026-11-22", "command": "calibrate"}  # fmt: skip
    monkeypatch.setattr(posterior, "provenance", lambda kind="forward": told)
    assert posterior.warning() == ""
    told["model_hash"] = "another"
    assert "earlier model" in posterior.warning() and "model changed" in posterior.warning()
    told["evidence_hash"] = "another"
    assert "the evidence and the model changed" in posterior.warning()
    assert Parameters.build(draw=1).draw == 1


def test_a_torn_table_of_draws_is_a_plain_mistake() -> None:
    for text in ("a,b\n1,x\n", "a,b\n1\n", "a\nnan\n"):
        with pytest.raises(UserMistake, match="line 2"):
            posterior.read(csv.DictReader(text.splitlines(), strict=True), "p.csv")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--posterior", "backward"], "forward, hindcast or both"),
        (["--small", "--ship"], "not to be believed"),
        (["--synthetic", "-1"], "--synthetic"),
        (["--small", "--residents", "2000"], "size of its own"),
        (["--synthetic", "2", "--ship"], "--posterior both"),
    ],
)
def test_a_wrong_request_is_one_plain_sentence(
    typed: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim import cli

    assert cli.main(["calibrate", "--out", str(tmp_path / "o"), *typed]) == 2
    told = capsys.readouterr().err
    assert said in told and "Traceback" not in told
    assert not (tmp_path / "o").exists()


@pytest.mark.slow
def test_the_whole_chain_runs_small_and_goes_on_where_it_was(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sim", "calibrate", "--small", "--posterior", "forward",
               "--out", str(tmp_path), "--json", "--jobs", "2"]  # fmt: skip
    first = subprocess.run(command, capture_output=True, text=True, check=True)
    kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("forward/points/*")}
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert first.stdout == again.stdout and kept
    assert kept == {p.name: p.stat().st_mtime_ns for p in tmp_path.glob("forward/points/*")}
    told = json.loads(first.stdout)["posteriors"][0]
    assert told["draws"] == 200 and told["inside_tolerance"]["of"] >= 30
    assert (tmp_path / "posterior_forward.csv").exists() and (tmp_path / "fit_forward.svg").exists()
