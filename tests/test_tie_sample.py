"""The sample of who knows whom: small, stated, from one run, and nobody in it identified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.experiment import tie_sample
from sim.world.ties import FULL, EdgeList, Kind, Ties


class People:
    """Six people: 0 and 1 share a home, 0 to 2 go to hub 0, 3 to hub 1."""

    def __init__(self, ids: list[int]) -> None:
        self.id = np.array(ids, dtype=np.uint64)
        line = np.array([int(each) - 100 for each in ids])
        self.hub = np.array([0, 0, 0, 1, -1, -1])[line]
        self.household = np.array([7, 7, 8, 9, 10, 11])[line]
        self.age_months = (50 + line) * 12
        self.sex = line % 2

    def __len__(self) -> int:
        return len(self.id)

    def row_of(self, ids: Any) -> Any:
        at = {int(each): row for row, each in enumerate(self.id)}
        return np.array([at.get(int(each), -1) for each in np.atleast_1d(ids)], dtype=np.int64)


class Town:
    """A world made by hand; made anew from its settings it is the first day."""

    month = 24

    def __init__(self, scenario: Any, pairs: tuple[tuple[int, int], ...] = ((0, 4),)) -> None:
        self.scenario = scenario
        ties = Ties()
        if pairs:
            ties.friends = edges(pairs)
        here = [100, 101, 102, 103, 104, 105]
        self.world = type("World", (), {"people": People(here), "ties": ties})()
        self.reached: Any = np.array([103, 102, 100, 101], dtype=np.uint64)


def edges(pairs: tuple[tuple[int, int], ...]) -> EdgeList:
    layer = EdgeList()
    a, b = (np.array(each) for each in zip(*pairs, strict=True))
    key = np.arange(len(pairs), dtype=np.uint64)
    layer.add(a, b, key, FULL // 2, Kind.FRIEND)
    return layer


def test_the_sample_by_hand() -> None:
    base = Town("settings", ((0, 4), (3, 5)))
    model = Town("settings", ((0, 4), (0, 2), (3, 5)))
    kept = tie_sample.of_member(model, base)[tie_sample.KEY]
    assert [each["followed"] for each in kept["people"]] == [True, True, True, False]
    assert kept["worlds"]["start"] == kept["worlds"]["without"]
    assert kept["worlds"]["without"] == [(0, 1, "household", 1.0), (0, 3, "friends", 0.5)]
    assert kept["worlds"]["with"] == sorted([*kept["worlds"]["start"], (0, 2, "friends", 0.5)])
    assert kept["months"] == 24 and "members of the hub" in kept["rule"]
    assert {each["age"] for each in kept["people"]} == {50, 51, 52, 54}
    assert "100" not in json.dumps(kept["people"]), "an identity was kept"


def test_who_is_followed_lives_here_in_every_world() -> None:
    base, model = Town("settings"), Town("settings")
    base.world.people = People([101, 102, 103, 104, 105])  # 100 has died without the plan
    kept = tie_sample.of_member(model, base)[tie_sample.KEY]
    assert sum(each["followed"] for each in kept["people"]) == 2


@pytest.mark.parametrize("nobody", [True, False])
def test_nobody_reached_or_no_ties_is_no_sample(nobody: bool) -> None:
    model = Town("settings")
    if nobody:
        model.reached = np.zeros(0, dtype=np.uint64)
    else:
        model.world = object()
    assert tie_sample.of_member(model, Town("settings")) == {}


def test_no_more_than_the_closest_are_kept_of_anybody() -> None:
    found = {"with": [(1, 100 + at, "friends", at / 100) for at in range(40)]}
    kept = tie_sample._closest(found, [1])
    assert kept == [1, *(139 - at for at in range(tie_sample.MOST_KNOWN))]


def test_the_sample_leaves_the_record_and_has_a_file_of_its_own(tmp_path: Path) -> None:
    told = {0: {"baseline": {"a": 1}, "hub": {"b": 2, tie_sample.KEY: {"months": 3}}}}
    assert tie_sample.keep(tmp_path, told)
    assert told == {0: {"baseline": {"a": 1}, "hub": {"b": 2}}}
    kept = json.loads((tmp_path / tie_sample.FILE).read_text(encoding="utf-8"))
    assert kept == {"member": 0, "scenarios": {"hub": {"months": 3}}}
    assert not tie_sample.keep(tmp_path, {0: {"baseline": {}}})
    assert not (tmp_path / tie_sample.FILE).exists()
