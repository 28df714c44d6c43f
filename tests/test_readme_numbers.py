"""Promises of the numbers in the README: each is the code's own, or names command and day."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.scenario import load

HOUSE = Path(__file__).resolve().parents[1]
README = (HOUSE / "README.md").read_text(encoding="utf-8")
ROWS = [
    (re.findall(r"`(\w+)`", names), [float(each) for each in re.findall(r"[\d.]+", sums)])
    for names, _, sums in re.findall(r"^\| (`[^|]+) \| ([^|]+) \| ([^|]*\d[^|]*) \|$", README, re.M)
]


def test_the_table_of_presets_is_found() -> None:
    assert len(ROWS) >= 7 and sum(len(names) for names, _ in ROWS) >= 18


@pytest.mark.parametrize(("names", "sums"), ROWS, ids=lambda each: str(each[0]))
def test_the_pounds_a_head_are_those_of_the_files(names: list[str], sums: list[float]) -> None:
    found = [load(name).pounds_per_head() for name in names]
    assert min(found) == pytest.approx(sums[0]) and max(found) == pytest.approx(sums[-1])


def test_the_picture_says_its_command_and_its_day() -> None:
    assert re.search(r"Made by the command below on 20\d\d-\d\d-\d\d", README)


def test_times_say_their_machine_and_their_day() -> None:
    page = (HOUSE / "docs" / "tutorials" / "times.md").read_text(encoding="utf-8")
    assert re.search(r"Measured on 20\d\d-\d\d-\d\d on", page)
