"""Whole journeys with the real model, from the command line to the files a person opens."""

from __future__ import annotations

import json
import os
import signal
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


def files_of(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "clock.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C as a signal")
def test_a_stopped_run_can_be_read_as_the_part_it_is_and_then_finished(tmp_path: Path) -> None:
    size = ["--residents", "500", "--years", "1", "--members", "5", "--jobs", "1"]
    part, whole = tmp_path / "part", tmp_path / "whole"
    words = [sys.executable, "-m", "sim", "run", "services_only", *size]
    running = subprocess.Popen([*words, "--out", str(part)], stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("2 of 5"):
            running.send_signal(signal.SIGINT)
            break
    said = running.communicate(timeout=60)[1]
    assert running.returncode == 3
    kept = len(list((part / "members").glob("*.parquet")))
    assert 2 <= kept < 5
    assert f"{kept} of 5 members are kept" in said and f"python -m sim report {part}" in said
    label = f"{kept} of 5 runs finished"
    sim("report", str(part), "--charts")
    assert label in (part / "report.html").read_text()
    for chart in ("difference_often_lonely_share", "levels_crises_per_1000"):
        assert label in (part / "charts" / f"{chart}.txt").read_text()
    assert "at least 6 runs" in sim("trust", str(part)).stdout
    sim("run", "services_only", *size, "--quiet", "--out", str(part))
    sim("run", "services_only", *size, "--quiet", "--out", str(whole))
    once, never = files_of(part), files_of(whole)
    assert {name: once[name] for name in never} == never
    assert label not in (part / "report.html").read_text()
