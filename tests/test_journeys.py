"""Whole journeys with the real model, from the command line to the files a person opens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from sim.outcomes import MEASURES

SIZE = ["--residents", "500", "--years", "1", "--members", "2", "--quiet"]


def sim(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = []
    for jobs in ("1", "2"):
        folder = tmp_path_factory.mktemp(f"jobs_{jobs}")
        said = sim("run", *SIZE, "--jobs", jobs, "--out", str(folder))
        assert said.stdout.splitlines()[-1].endswith("report.html")
        made.append(folder)
    return made


@pytest.mark.slow
def test_one_job_and_two_write_the_same_bytes(folders: list[Path]) -> None:
    one, two = folders
    names = [path.relative_to(one) for path in sorted(one.rglob("*")) if path.is_file()]
    assert len(names) > 10
    for name in names:
        if name.name != "clock.json":
            assert (one / name).read_bytes() == (two / name).read_bytes(), name


@pytest.mark.slow
def test_every_measure_is_in_the_summary_for_both_scenarios(folders: list[Path]) -> None:
    summary = pd.read_csv(folders[0] / "summary.csv")
    for scenario in ("baseline", "services_only", "bevy_hub"):
        here = summary[(summary.scenario == scenario) & (summary.group == "all")]
        assert set(here.measure) >= set(MEASURES) - {"carer_breakdowns_per_1000_carers"}
    assert json.loads((folders[0] / "run.json").read_text())["partial"] is False


@pytest.mark.slow
def test_each_chart_has_its_data_and_its_words(folders: list[Path]) -> None:
    charts = sorted((folders[0] / "charts").glob("*.svg"))
    assert len(charts) >= 3
    for chart in charts:
        words = chart.with_suffix(".txt").read_text()
        assert "Brighton and Hove" in words and "odel" in words
        assert not pd.read_csv(chart.with_suffix(".csv")).empty
