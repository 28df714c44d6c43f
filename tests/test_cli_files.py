"""Promises: a name that cannot be written to is told before anything runs, in every command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from sim import cli_options
from sim.cli import app, main

ROOT = Path(__file__).parents[1]
# Every option a person types such a name behind: a new command's are found by themselves.
NAMES = ("--write", "--out", "--keep", "--data", "--runs")
WRONG = {
    "FILE": ("", " ", "-", "here", "here/", "absent/page.md", "taken.txt/page.md", "x" * 300),
    "DIR": ("", " ", "-", "taken.txt", "taken.txt/in_it", "x" * 300),
}


def options() -> list[tuple[str, str, str]]:
    """Command, option and what it wants: FILE or DIR."""
    commands = get_command(app).commands  # type: ignore[attr-defined]
    return [
        (command, name, str(option.metavar))
        for command, told in sorted(commands.items())
        for option in told.params
        for name in option.opts
        if name in NAMES and option.metavar in (None, *WRONG)
    ]


def test_every_such_option_says_what_it_wants_and_none_is_overlooked() -> None:
    found = options()
    assert {wants for _, _, wants in found} == set(WRONG)
    assert {name for _, name, _ in found} == set(NAMES)
    asked = {(command, name) for command, name, _ in found}
    assert {("validate", "--write"), ("england", "--write"), ("uncertainty", "--keep")} <= asked


@pytest.mark.parametrize(("command", "option", "wants"), options())
def test_a_name_that_cannot_be_is_refused_before_anything_runs(
    command: str, option: str, wants: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    (tmp_path / "taken.txt").write_text("mine")
    told = get_command(app).commands[command]  # type: ignore[attr-defined]
    for name in WRONG[wants]:
        # Reading what was typed must be enough to refuse it: nothing of the command is called.
        with pytest.raises(typer.BadParameter) as refusal:
            told.make_context(command, [option, name])
        said = refusal.value.message
        assert said.startswith('"') and said.endswith(".") and len(said) < 250, said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "taken.txt"]


@pytest.mark.parametrize("what", ["FILE", "DIR"])
def test_a_locked_folder_is_told_before_anything_runs(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, how: Path(path) != tmp_path)
    read = {"FILE": cli_options.file_to_write, "DIR": cli_options.out_folder}[what]
    with pytest.raises(typer.BadParameter, match="may not be written to"):
        read(str(tmp_path / "new"))
    (tmp_path / "open").mkdir()
    assert read(str(tmp_path / "open" / "new")) == tmp_path / "open" / "new"


def test_an_emulator_is_never_fitted_for_a_folder_that_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, how: False)
    assert main(["explorer", "--fit", "--small", "--data", "kept.json"]) == 2
    assert "may not be written to" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line", [("validate", "--fit", "--write", ""), ("england", "--write", "absent/page.md")]
)
def test_typed_by_a_user_it_is_one_sentence_and_exit_code_two(
    line: tuple[str, ...], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim", *line], capture_output=True, text=True, check=False,
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
    assert "--write" in done.stderr
    assert not list(tmp_path.iterdir())
