"""Council care worked out by hand: each TOML file is a case, its working in its comments."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from cases_care import CARE_CASES

CASES = sorted((Path(__file__).parent / "cases").glob("*.toml"))
MINE = [
    (path, case)
    for path in CASES
    if (case := tomllib.loads(path.read_text()))["kind"] in CARE_CASES
]


@pytest.mark.parametrize(("path", "case"), MINE, ids=[path.stem for path, _ in MINE])
def test_the_rooms_agree_with_the_hand_working(path: Path, case: dict[str, Any]) -> None:
    told = CARE_CASES[case["kind"]](case["input"])
    assert {name: told[name] for name in case["expected"]} == pytest.approx(case["expected"]), (
        f"{path.name}: {case['title']}"
    )


def test_there_are_cases_of_every_kind() -> None:
    assert {case["kind"] for _, case in MINE} == set(CARE_CASES)
