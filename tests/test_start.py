"""A Python that cannot run the project is told so in one sentence, and told what mends it."""

import subprocess
import sys
from pathlib import Path

import pytest

from sim import cli_start as door

PROJECT = Path(door.__file__).parent.parent


def test_a_python_without_the_libraries_is_told_what_to_install():
    # -S leaves out everything that was ever installed, as a Python outside the environment does.
    done = subprocess.run(
        [sys.executable, "-S", "-m", "sim", "list"], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "is not installed" in done.stderr and door.INSTALL in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_advice_is_the_readmes_own():
    assert door.INSTALL in (PROJECT / "README.md").read_text(encoding="utf-8")


def test_a_python_too_old_is_told_its_version(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 11, 4))
    assert door.start() == 2
    assert "Python 3.11" in capsys.readouterr().err


def test_a_fault_of_our_own_is_not_called_the_users(monkeypatch):
    # A room of the project that is missing is no missing library.
    monkeypatch.setitem(sys.modules, "sim.cli", None)
    with pytest.raises(ModuleNotFoundError):
        door.start()
