"""The benchmarks compare like with like, and their command runs. No promise here is about speed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import main
from benchmarks.draws import draws
from benchmarks.month import PHASES, month, watch
from benchmarks.other import HERE, against
from benchmarks.plain import PlainModel
from benchmarks.rule import LARGEST_DIFFERENCE, DrawnBefore, one_month_both_ways, rule
from benchmarks.words import held, told
from sim.model import CommunityModel

SMALL = 600


@pytest.fixture(scope="module")
def community() -> CommunityModel:
    model = CommunityModel(place="England", residents=SMALL, years=1, plan="bevy_hub", rng=2)
    model.run_for(3)
    return model


def test_the_plain_model_ends_with_the_same_loneliness(community: CommunityModel) -> None:
    drawn = DrawnBefore(community)
    plain = PlainModel(community, drawn.by_person())
    difference, moved = one_month_both_ways(community, plain, drawn)
    assert difference < LARGEST_DIFFERENCE
    assert moved > 100 * LARGEST_DIFFERENCE  # there was something to agree about


def test_a_plain_model_that_forgets_its_friends_is_found_out(community: CommunityModel) -> None:
    drawn = DrawnBefore(community)
    plain = PlainModel(community, drawn.by_person())
    for each in plain.people:
        each.friends = []
    difference, _ = one_month_both_ways(community, plain, drawn)
    assert difference > LARGEST_DIFFERENCE


def test_both_ends_of_every_tie_know_of_it(community: CommunityModel) -> None:
    plain = PlainModel(community, DrawnBefore(community).by_person())
    friends, neighbours = community.world.ties.friends, community.world.ties.neighbours
    companions = community.world.ties.companions
    inside = int((friends.b >= 0).sum() + (companions.b >= 0).sum())
    outside = len(friends) + len(companions) - inside
    assert sum(len(each.friends) for each in plain.people) == 2 * inside
    assert sum(len(each.friends_outside) for each in plain.people) == outside
    assert sum(len(each.neighbours) for each in plain.people) == 2 * len(neighbours)


def test_the_stopwatch_changes_nothing_and_knows_every_phase() -> None:
    settings: dict[str, Any] = {"place": "England", "residents": SMALL, "years": 1, "rng": 3}
    watched, free = CommunityModel(**settings), CommunityModel(**settings)
    spent = watch(watched)
    watched.run_for(2)
    free.run_for(2)
    assert watched.diary.table().equals(free.diary.table())
    assert tuple(spent) == PHASES
    assert sum(spent.values()) > 0


def test_the_answer_says_how_large_and_how_fast() -> None:
    found = month(SMALL, months=2)
    assert found["residents"] == pytest.approx(SMALL, rel=1 / 2)
    assert found["resident_months"]["per_cpu_second"] > 0
    assert sum(found["phase_share"].values()) == pytest.approx(1)
    compared = rule(SMALL, repeats=1)
    assert compared["largest_difference"] < LARGEST_DIFFERENCE
    assert all(rate["per_cpu_second"] > 0 for rate in draws(SMALL, 1).values())


def test_a_checkout_is_compared_with_another_by_turns() -> None:
    found = against(HERE, SMALL, months=1, turns=1)
    assert found["ratio"] == found["here"] / found["there"] > 0
    assert f"{SMALL} residents" in held(found)


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no checkout"):
        against(tmp_path, SMALL, months=1)


def test_the_command_prints_data_that_can_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--residents", str(SMALL), "--months", "1", "--repeats", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    text = told(found)
    for word in (*PHASES, "plain Mesa", "uniform"):
        assert word in text
