"""The fit is honest: targets come from the registry, misses come first, nothing goes unsaid."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from types import SimpleNamespace

import numpy as np
import pytest

from sim.errors import UserMistake
from sim.evidence import registry
from sim.experiment import validate as room
from sim.experiment.fit_feelings import Feelings, Wave
from sim.experiment.fit_finding import (
    MISS,
    NEAR,
    NOT_COMPUTED,
    PASS,
    PROMISES,
    Finding,
    Findings,
    Row,
    judge,
    verdict_of,
)
from sim.world.columns import Columns
from sim.world.people import RESIDENT_COLUMNS
from sim.world.ties import Ties


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return room.validate(residents=1000, years=1, seed=1)


def test_every_row_called_a_target_is_listed_once_and_those_left_out_say_why(
    rows: list[Row],
) -> None:
    named = [row.key for row in rows]
    assert len(named) == len(set(named))
    called = {row.key for row in registry() if row.is_target}
    assert called <= set(named)
    left_out = [row for row in rows if row.key in called - {r.key for r in registry().targets()}]
    assert left_out
    for row in left_out:
        twin = registry().get(row.key).same_as
        assert row.verdict == NOT_COMPUTED
        if not twin:
            assert "official series" in row.note
        else:
            assert twin in row.note
            assert ("which is listed" in row.note) == (twin in named)


def test_verdicts_follow_the_room_allowed() -> None:
    assert verdict_of(10.9, 10, 9, 11) == PASS
    assert verdict_of(11.9, 10, 9, 11) == NEAR
    assert verdict_of(12.1, 10, 9, 11) == MISS
    assert verdict_of(8.1, 10, 9, 14) == NEAR  # the nearer side has less room
    assert verdict_of(16.4, 10, 9, 14) == NEAR
    assert verdict_of(17.0, 10, 9, 14) == MISS
    assert verdict_of(14.1, 14, 9, 14) == NEAR  # a target at the edge of its range
    assert verdict_of(0.9, 1, 1, 1) == MISS
    assert verdict_of(1.0, 1, 1, 1) == PASS


def test_a_registry_target_keeps_its_own_value_and_tolerance() -> None:
    target = registry().get("close_friends_0")
    row = judge(Finding(target.key, target.value + target.tolerance * 1.5))
    assert (row.target, row.verdict) == (target.value, NEAR)
    assert row.low == pytest.approx(target.value - target.tolerance)
    assert row.kind == "calibration_target"


def test_rows_of_the_account_add_up() -> None:
    keys = ("account_2_hours_unmet_65plus", "account_2_hours_unmet_18_64")
    row = judge(Finding("all_unmet", 0.0, evidence=keys))
    assert row.target == sum(registry().get(key).value for key in keys)
    assert (row.kind, row.verdict) == ("account", MISS)


def test_nothing_but_a_target_or_the_account_can_be_answered_to() -> None:
    with pytest.raises(ValueError, match="not one target"):
        judge(Finding("answer_noise", 0.3))
    with pytest.raises(ValueError, match="not one target"):
        judge(Finding("x", 1.0, evidence=("close_friends_0", "close_friends_1")))


def test_what_cannot_be_measured_is_said_not_guessed() -> None:
    row = judge(Finding("friend_retention_7y", math.nan, "needs seven years"))
    assert (row.value, row.verdict, row.note) == (None, NOT_COMPUTED, "needs seven years")


def test_luck_is_told_apart_from_a_fault() -> None:
    few, sure = (Row("k", "account", 10, 9, 11, 13, MISS, luck=each) for each in (1.5, 0.1))
    assert few.may_be_luck and not sure.may_be_luck


def test_a_count_scales_to_england_with_its_luck() -> None:
    found = Findings(scale=50.0)
    found.count("k", 100)
    assert (found.found[0].value, found.found[0].luck) == (5000.0, 500.0)


def test_persistence_follows_the_same_living_people() -> None:
    feelings = Feelings()
    before = Wave(np.arange(4), np.array([1, 1, 0, 0]) > 0, np.zeros(4) > 0, np.array([0, 0, 4, 4]))
    after = Wave(np.array([1, 2, 9]), np.array([1, 1, 1]) > 0, np.zeros(3) > 0, np.zeros(3))
    feelings._pool(before, after)
    assert feelings.pairs["stay_all"] == [1.0, 1]  # 0 has left and 9 is new: neither counts
    assert feelings.pairs["start_least"] == [1.0, 1]
    assert feelings.pairs["start_most"] == [0.0, 0]


def test_every_figure_is_measured_or_given_a_reason(rows: list[Row]) -> None:
    assert not [row.key for row in rows if row.note == "no measurement of it has been written"]
    assert all(row.note for row in rows if row.verdict == NOT_COMPUTED)
    keys = [row.key for row in rows]
    assert len(set(keys)) == len(keys) > 150
    assert set(PROMISES) <= set(keys)


def test_every_line_of_reasons_still_stands_for_a_target() -> None:
    targets = [row.key for row in registry().targets()]
    idle = [
        each
        for patterns, _ in room.families()
        for each in patterns
        if not any(fnmatchcase(key, each) for key in targets)
    ]
    assert not idle


def test_misses_come_first_and_the_farthest_off_leads(rows: list[Row]) -> None:
    order = [MISS, NEAR, PASS, NOT_COMPUTED]
    places = [order.index(row.verdict) for row in rows]
    assert places == sorted(places)
    for verdict in (MISS, NEAR, PASS):
        offs = [row.off for row in rows if row.verdict == verdict]
        assert offs == sorted(offs, reverse=True)


def test_values_agree_with_their_verdicts(rows: list[Row]) -> None:
    for row in rows:
        if row.verdict == PASS:
            slack = 1e-6 * max(abs(row.target or 0.0), 1.0)
            highest = math.inf if row.high is None else row.high  # a direction has one bound
            assert row.low - slack <= row.value <= highest + slack, row.key
        if row.value is not None:
            assert math.isfinite(row.value), row.key


def test_nobodys_state_leaves_its_range(rows: list[Row]) -> None:
    promise = next(row for row in rows if row.key == "states_within_range")
    assert promise.verdict == PASS, promise.note


def test_a_state_out_of_range_would_be_caught() -> None:
    people = Columns(RESIDENT_COLUMNS)
    people.append({"id": np.arange(1, 4, dtype=np.uint64)})
    model = SimpleNamespace(world=SimpleNamespace(people=people, ties=Ties()), month=7)
    assert room._faults(model) == []
    people.strain[0] = 2.0
    assert "month 7: strain" in room._faults(model)[0]


def test_the_page_shows_misses_first_with_its_command_and_date(rows: list[Row], tmp_path) -> None:
    page = room.page(rows, "the command", datetime(2026, 1, 2, tzinfo=UTC))
    assert "`the command` on 2026-01-02" in page
    places = [page.index(f"## {name}") for name in ("Misses", "Near", "Passes", "Not computed")]
    assert places == sorted(places)
    assert all(f"| {row.key}" in page for row in rows)
    written = room.write_page(rows, tmp_path / "deep" / "fit.md")
    assert written.read_text(encoding="utf-8").startswith("# How well the model fits")


def test_a_wrong_size_is_a_users_mistake() -> None:
    with pytest.raises(UserMistake, match="residents"):
        room.validate(residents=0)
    with pytest.raises(UserMistake, match="years"):
        room.validate(years=0)
