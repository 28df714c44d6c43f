"""Promises of numbers in the README and beside it: the code's own, or with command and day."""

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


def test_the_benchmarks_say_their_command_and_their_day() -> None:
    page = (HOUSE / "benchmarks" / "README.md").read_text(encoding="utf-8")
    before, measured = page.split("## Measured\n")
    assert re.match(r"\n`python -m benchmarks[^`]*`, 20\d\d-\d\d-\d\d", measured)
    tables = measured.partition("## How it came to that")
    assert "\n|" not in before + tables[2], "a table of times without command and day"
    assert not MEASURED.search(tables[2])


MEASURED = re.compile(r"\d%|\b0\.\d{2,}|\b\d[\d,]* times\b|\b\d+(\.\d+)? (ms|seconds|minutes)\b")


def strays(text: str) -> list[str]:
    """Entries of the change log with a measured figure and neither a page nor a command and day."""
    entries = re.split(r"\n(?=- |#)", text)
    return [
        each
        for each in entries
        if MEASURED.search(re.sub(r"\([^)]* not [^)]*\)", "", each))
        and not re.search(r"\]\(docs/|`python [^`]*`.*20\d\d-\d\d-\d\d", each, re.S)
    ]


def test_the_change_log_says_where_a_measured_figure_is_from() -> None:
    assert strays((HOUSE / "CHANGELOG.md").read_text(encoding="utf-8")) == []
    assert strays("### New\n- The rule is 95 times as fast.\n- Unmet need is 0.109.") != []
    assert strays("- Axes are said in full (0.125, not 0.13).") == []
