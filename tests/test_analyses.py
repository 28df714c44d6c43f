"""Promises of the analyses in one call: tables with the rows and columns of their rooms."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import UserMistake
from sim.experiment.analyses import table_of
from sim.experiment.design import Point, design
from sim.experiment.evaluation import evaluate as room
from sim.world import places


@dataclasses.dataclass
class Answer:
    value: float

    def facts(self) -> dict[str, Any]:
        return {"value": self.value}


def test_a_list_of_answers_is_a_row_each() -> None:
    table = table_of([Answer(1.0), Answer(2.0)])
    assert table["value"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("wrong", [3, [], [1, 2], "text"])
def test_what_is_no_answer_is_refused(wrong: object) -> None:
    with pytest.raises(UserMistake, match="no answer of an analysis"):
        table_of(wrong)


@pytest.mark.slow
def test_luck_and_numbers_are_told_apart_in_one_call() -> None:
    table = sim.uncertainty(
        "loneliness_service", place="Hastings", residents=300, years=1, draws=2, seeds=2, jobs=1
    )
    assert {"measure", "mean", "share_luck", "share_parameters", "share_structure"} <= set(table)
    assert "often_lonely_share" in set(table["measure"])
    assert set(table["scenario"]) == {"loneliness_service"}


@pytest.mark.slow
def test_an_evaluation_is_a_row_a_design_and_the_truth_last() -> None:
    found = sim.evaluate(
        "loneliness_service", place="Hastings", residents=1500, years=2, members=1, follow_up=6,
        jobs=1,
    )  # fmt: skip
    table = table_of(found)
    assert list(table.index)[-1] == "truth"
    assert len(table) == 1 + len(room.DESIGNS)
    assert table.loc["truth", "people"] == len(found.files)


def test_a_councils_own_numbers_reach_designs_and_towns(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("key,value\nbased_on,Middlesbrough\nlibraries,1\n", encoding="utf-8")
    asked = design(["bevy_hub"], [Point(1, 0)], place=str(file), residents=300, years=1)
    assert asked.where == places.get(file).numbers
    assert asked.place == "Middlesbrough (your numbers)"


def test_the_front_door_answers_to_every_name() -> None:
    for name in sim.__all__:
        assert getattr(sim, name) is not None
    assert isinstance(sim.presets()[0], sim.Scenario)
    assert sim.presets()[0].name == "baseline"
    assert callable(sim.network_table)
