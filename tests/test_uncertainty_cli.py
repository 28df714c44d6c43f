"""Promises: how sure we are can be asked in one command, and a slip costs one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SMALL = ("--residents", "500", "--years", "1", "--jobs", "1")


def sim(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim", *words], capture_output=True, text=True, cwd=cwd, timeout=900
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("uncertainty", "bevy_hubb"), "Did you mean bevy_hub"),
        (("worth-knowing", "bevy_hub", "bevy_hub"), "weighed against itself"),
    ],
)
def test_a_slip_costs_one_sentence_and_nothing_is_written(
    words, says, tmp_path, monkeypatch, capsys
):
    from sim import cli

    monkeypatch.chdir(tmp_path)
    assert cli.main(list(words)) == 2
    told = capsys.readouterr().err
    assert says in told and "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_the_rule_can_be_read_with_its_sources():
    rule = json.loads(sim("trust", "--json").stdout)
    assert {"well_sign_agreement", "illustration_most_d"} <= {row["key"] for row in rule}
    assert all(row["source"] for row in rule)


@pytest.mark.slow
def test_uncertainty_tells_luck_numbers_and_rules_apart_and_resumes(tmp_path):
    folders = ("--out", str(tmp_path / "u"), "--keep", str(tmp_path / "k"))
    sizes = ("--draws", "2", "--seeds", "2", "--rule-draws", "1")
    words = ("uncertainty", "services_only", *SMALL, *sizes, *folders)
    first = sim(*words, "--json")
    assert first.returncode == 0, first.stderr
    rows = json.loads(first.stdout)
    assert {len(row["rules"]) for row in rows} == {8}
    again = sim(*words, "--json")
    assert again.stdout == first.stdout
    assert len((tmp_path / "k" / "screened_rules.csv").read_text().splitlines()) == 1 + 8 * len(
        rows
    )
    shown = sim(*words)
    assert "Pairing (unpaired over paired variance by luck) misses its goal" in shown.stdout


@pytest.mark.slow
def test_sensitivity_and_the_value_of_knowing_run_small(tmp_path):
    done = sim("sensitivity", "services_only", *SMALL, "--groups", "13", "--trajectories", "1",
               "--lucks", "2", "--draws", "12", "--twice", "3",
               "--out", str(tmp_path / "s"), "--keep", str(tmp_path / "k"), "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["read"] < told["uncertain"] and told["points"] == 28 + 15
    named = {driver["key"] for row in told["outcomes"] for driver in row["drivers"]}
    assert set(told["top"]) == named
    assert {row["measure"] for row in told["outcomes"]} >= {"crises_per_1000"}
    runs = (tmp_path / "k" / "screened_runs.csv").read_text()
    assert "services_only,sensitivity" in runs and "--residents 500" in runs
    done = sim("worth-knowing", "services_only", "baseline", *SMALL, "--draws", "12",
               "--out", str(tmp_path / "w"), "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["better"] in ("services_only", "baseline") and told["second_gbp"] == 0
    assert told["regret"] >= max(each["gbp_per_head"] for each in told["unknowns"]) - 1e-9
