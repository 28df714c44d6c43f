"""The command line keeps its word: quick, plain, strict, and one exit code for one outcome."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import types
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sim import cli_options
from sim.cli import main
from sim.errors import UserMistake
from sim.scenario import RUN_LIMITS, load

HERE = Path(__file__).resolve().parent.parent


def shell(
    *arguments: str, cwd: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(HERE), **settings},
    )


@dataclass
class Call:
    """What the command line asked of the experiment, and what the experiment will do."""

    presets: list[str] = field(default_factory=list)
    asked: dict = field(default_factory=dict)
    partial: bool = False
    error: BaseException | None = None


@pytest.fixture
def experiment(monkeypatch, tmp_path):
    """An experiment and a report that only remember what they were asked."""
    call = Call()

    def run_presets(presets, **asked):
        call.presets, call.asked = [plan.name for plan in presets], asked
        if call.error:
            raise call.error
        asked["progress"](1, 2, "")
        asked["after"](tmp_path)
        return types.SimpleNamespace(out=tmp_path, partial=call.partial)

    import sim.experiment.run as room

    monkeypatch.setattr(room, "run_presets", run_presets)
    report = types.ModuleType("sim.show.report")
    report.build = lambda folder: Path(folder) / "report.html"
    monkeypatch.setitem(sys.modules, "sim.show.report", report)
    charts = types.ModuleType("sim.show.gallery")
    charts.drawn_ahead = lambda *_: contextlib.nullcontext()
    charts.write_all = lambda folder, every: [Path(folder) / "charts"]
    monkeypatch.setitem(sys.modules, "sim.show.gallery", charts)
    headline = types.ModuleType("sim.show.headline")
    headline.headline_lines = lambda folder: ["It [bold]fell."]
    monkeypatch.setitem(sys.modules, "sim.show.headline", headline)
    return call


# As people meet it, in a real shell


def test_help_and_list_come_quickly_and_load_nothing_heavy():
    for arguments in (("--help",), ("list",)):
        shell(*arguments)
        began = time.perf_counter()
        done = shell(*arguments)
        assert done.returncode == 0 and done.stderr == ""
        assert time.perf_counter() - began < 4  # about 0.4 s alone; the machine may be shared
    code = (
        "import sys, sim.cli; sim.cli.main(['list']); print([m for m in HEAVY if m in sys.modules])"
    )
    code = code.replace("HEAVY", "('mesa', 'numpy', 'pandas', 'scipy', 'matplotlib', 'networkx')")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=HERE)
    assert done.stdout.endswith("[]\n")


def test_importing_sim_loads_nothing():
    code = (
        "import sys, sim; print(sim.__version__, 'numpy' in sys.modules, 'pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=HERE)
    assert done.stdout == "0.1.0 False False\n"


def test_a_wrong_request_ends_in_two_without_a_traceback():
    done = shell("run", "bevi_hub")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == "bevi_hub: no such preset. Did you mean bevy_hub?\n"
    done = subprocess.run(
        [sys.executable.encode(), b"-m", b"sim", b"show", b"\xff\xfe.toml"],
        capture_output=True,
        cwd=HERE,
    )
    assert (
        done.returncode == 2 and b"Traceback" not in done.stderr and b"no such file" in done.stderr
    )


def test_a_reader_who_stops_reading_is_no_fault():
    for command in ("schema", "evidence --json", "--help"):
        done = subprocess.run(
            f"{sys.executable} -m sim {command} | head -c 20; echo ${{PIPESTATUS[0]}}",
            shell=True,
            executable="/bin/bash",
            capture_output=True,
            text=True,
            cwd=HERE,
        )
        assert done.stderr == "" and done.stdout.endswith("0\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_behind_what_is_printed_is_one_sentence():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sim", "list"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert "could not be written" in done.stderr and "Traceback" not in done.stderr


def test_closed_and_narrow_and_ascii_streams_are_fine():
    closed = subprocess.run(
        f"{sys.executable} -m sim list >&- 2>&- <&-", shell=True, executable="/bin/bash", cwd=HERE
    )
    assert closed.returncode == 0
    narrow = shell("list", COLUMNS="20", PYTHONIOENCODING="ascii", LC_ALL="C", TERM="dumb")
    assert narrow.returncode == 0 and "bevy_hub\n" in narrow.stdout


# One process from here on


@pytest.mark.parametrize(
    "line",
    [
        "nope",
        "lists",
        "--sed 3",
        "run --sed 3",
        "run --see 3",
        "run --seed 3.0",
        "run --seed 1e3",
        "run --seed=-1",
        "run --seed -1",
        "run --seed=",
        "run --seed=-0",
        "run --seed 1_000",
        "run --seed ٣",
        "run --seed 99999999999999999999",
        "run --seed 1 --seed 2",
        "run --seed",
        "run --members 0",
        "run --members=-3",
        "run --members 10000000",
        "run --members many",
        "run --years 0",
        "run --years 1000",
        "run --years 0.5",
        "run --residents 0",
        "run --residents 1000000000000000000",
        "run --residents 2.5",
        "run --jobs 0",
        "run --jobs 10000",
        "run --jobs=-1",
        "run --out=",
        "run --out -",
        "run --out=/dev/null",
        "run --place=",
        "run --quiet --quiet",
        "run --format docx",
        "run bevy_hub:nope",
        "run no/such/file.toml",
        "run .",
        "run @file",
        "run baseline nope",
        "show",
        "show nope",
        "show bevy_hub extra",
        "new",
        "new x",
        "new x --from nope",
        "new ../x --from bevy_hub",
        "new nul --from bevy_hub",
        "check",
        "check nope.toml",
        "check .",
        "places zzzzzz",
        "evidence zzzzzz",
        "report",
        "report nope",
        "report pyproject.toml",
        "validate --residents 0",
        "uncertainty bevy_hub --draws nan",
        "uncertainty bevy_hub --seeds 2.5",
        "sensitivity bevy_hub --draws 5",
        "worth-knowing bevy_hub services_only --draws -1",
        "schema extra",
        "calibrat",
        "apps",
    ],
)
def test_every_wrong_request_ends_in_two_with_a_sentence(line, capsys):
    arguments = [part.replace("\\0", "\0") for part in line.split(" ")]
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and "Traceback" not in err and err.strip()
    assert all(text.isprintable() for text in err.splitlines())


def test_the_bare_call_welcomes_and_says_what_to_type_next(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    assert "bevy_hub" in out and "python -m sim run" in out and len(out.splitlines()) < 40


@pytest.mark.parametrize(
    "line",
    [
        "list --json",
        "show bevy_hub --json",
        "show bevy_hub:no_minibus --json",
        "schema",
        "places brighton --json",
        "evidence lunch --json",
        "evidence --json",
    ],
)
def test_json_is_json_and_nothing_else(line, capsys):
    assert main(line.split()) == 0
    assert json.loads(capsys.readouterr().out)


def test_a_number_comes_with_range_source_grade_and_whether_it_was_checked(capsys):
    assert main(["evidence", "ramp_new_hub_months"]) == 0
    out = capsys.readouterr().out
    for words in (
        "value: 30",
        "range: 18 to 55",
        "unit: months",
        "source:",
        "grade: C",
        "checked:",
    ):
        assert words in out


def test_places_are_found_by_part_of_a_name(capsys):
    assert main(["places", "brighton", "and", "hove"]) == 0
    assert "Brighton and Hove" in capsys.readouterr().out


def test_a_new_scenario_is_a_commented_copy_that_passes_the_check(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new", "ours", "--from", "bevy_hub"]) == 0
    assert "#" in Path("ours.toml").read_text()
    assert load("./ours.toml").invest == load("bevy_hub").invest
    assert main(["check", "ours.toml"]) == 0
    before = Path("ours.toml").read_bytes()
    assert main(["new", "ours", "--from", "services_only"]) == 2
    assert Path("ours.toml").read_bytes() == before
    capsys.readouterr()
    Path("ours.toml").write_text("title = 3\nkynd = 'x'\n")
    assert main(["check", "ours.toml"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 4
    assert main(["check", "ours.toml", "--json"]) == 2
    assert len(json.loads(capsys.readouterr().out)["mistakes"]) == 4
    Path("ours.toml").write_bytes(before + b'\n[run]\nplace = "Brigton"\n')
    assert main(["check", "ours.toml"]) == 2
    assert capsys.readouterr().err.startswith("ours.toml: run.place: there is no place called")


def test_run_passes_on_what_was_asked_and_ends_with_the_file_to_open(experiment, tmp_path, capsys):
    assert main("run bevy_hub bevy_hub:no_minibus --seed 7 --members 2 --place Leeds".split()) == 0
    assert experiment.presets == ["bevy_hub", "bevy_hub:no_minibus"]
    asked = {key: experiment.asked[key] for key in ("seed", "members", "place")}
    assert asked == {"seed": 7, "members": 2, "place": "Leeds"}
    assert not {"years", "residents", "jobs", "out"} & set(experiment.asked)
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["It [bold]fell.", f"Now open: {tmp_path / 'report.html'}"]
    assert main("run bevy_hub --quiet".split()) == 0
    assert capsys.readouterr().out == f"Now open: {tmp_path / 'report.html'}\n"
    assert main("run --json".split()) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["partial"] is False and told["headline"] == ["It [bold]fell."]


def test_a_scenarios_own_run_settings_hold_unless_typed_or_in_conflict(
    experiment, tmp_path, capsys
):
    for name, years in (("a", 3), ("b", 4)):
        (tmp_path / f"{name}.toml").write_text(f'extends = "bevy_hub"\n[run]\nyears = {years}\n')
    a, b = str(tmp_path / "a.toml"), str(tmp_path / "b.toml")
    assert main(["run", a]) == 0 and experiment.asked["years"] == 3
    assert main(["run", a, "--years", "5"]) == 0 and experiment.asked["years"] == 5
    capsys.readouterr()
    assert main(["run", a, b]) == 2
    assert "a says 3, b says 4" in capsys.readouterr().err
    assert main(["run", a, b, "--years", "5"]) == 0


def test_a_partly_failed_or_stopped_run_ends_in_three_and_says_how_to_go_on(experiment, capsys):
    experiment.partial = True
    assert main(["run"]) == 3
    assert "again" in capsys.readouterr().err
    experiment.error = KeyboardInterrupt()
    assert main(["run"]) == 3
    assert "carries on" in capsys.readouterr().err
    from sim.experiment.run import Interrupted

    experiment.error = Interrupted(3, 8, Path("outputs/x"))
    assert main(["run"]) == 3
    said = capsys.readouterr().err
    assert "3 of 8" in said and "report" not in said
    experiment.error.shown = True
    assert main(["run"]) == 3
    assert "python -m sim report outputs/x" in capsys.readouterr().err


def test_mistakes_and_faults_deep_inside_keep_their_own_codes(experiment, capsys):
    experiment.error = UserMistake("place: no such place.")
    assert main(["run"]) == 2
    assert capsys.readouterr().err == "place: no such place.\n"
    experiment.error = ZeroDivisionError("division\x1b[31m by zero")
    assert main(["run"]) == 1
    err = capsys.readouterr().err
    assert "our fault" in err and "\x1b" not in err and "Traceback" not in err


def test_a_late_start_is_warned_about_before_running(experiment, tmp_path, capsys):
    path = tmp_path / "late.toml"
    path.write_text(
        'title="x"\nsummary="x"\nkind="cautionary"\n'
        '[[invest]]\nlever="hubs"\ngbp_per_head=1\nstart_month=24\n'
    )
    assert main(["run", str(path), "--years", "2"]) == 0
    assert "Warning: late: hubs starts in month 24" in capsys.readouterr().err
    assert main(["run", str(path)]) == 0
    assert "Warning" not in capsys.readouterr().err


def test_validation_prints_every_figure_and_its_verdict(monkeypatch, capsys):
    row = types.SimpleNamespace(
        key="k", kind="target", target=7.0, low=6.0, high=8.0, value=7.5, verdict="close"
    )
    room = types.ModuleType("sim.experiment.validate")
    asked_for = {}
    room.validate = lambda progress, **asked: asked_for.update(asked) or [row, row]
    room.count_line = lambda rows: f"{len(rows)} figures measured"
    room.target_lines = lambda rows: []
    room.write_page = lambda rows, path, command: asked_for.update(path=path, command=command)
    monkeypatch.setitem(sys.modules, "sim.experiment.validate", room)
    asked = ["--residents", "3000", "--years", "2", "--write", "fit.md"]
    assert main(["validate", "--fit", *asked]) == 0
    out = capsys.readouterr().out
    assert "2 figures measured" in out and "close" in out
    assert asked_for == {
        "residents": 3000,
        "years": 2,
        "path": "fit.md",
        "command": "python -m sim validate --fit --residents 3000 --years 2 --write fit.md",
    }
    assert main(["validate", "--fit", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["verdict"] == "close"


def test_text_from_files_never_commands_the_terminal(tmp_path, capsys):
    path = tmp_path / "odd.toml"
    path.write_text('title = "[red]x[/red] :smile:"\nsummary = "s"\nkind = "cautionary"\n')
    assert main(["show", str(path)]) == 0
    assert "[red]x[/red] :smile:" in capsys.readouterr().out


def test_limits_are_the_same_wherever_they_are_written():
    from sim.experiment import request

    for name, limits in RUN_LIMITS.items():
        assert cli_options.LIMITS[name] == limits
    assert request._RANGES == cli_options.LIMITS


def test_the_front_door_offers_what_it_names():
    import sim

    assert sim.Scenario.__name__ == "Scenario"
    assert "compare" in dir(sim) and set(sim.__all__) <= set(dir(sim))
    with pytest.raises(AttributeError, match="sim has no 'nonsense'"):
        _ = sim.nonsense
