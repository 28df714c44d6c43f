"""The command `python -m sim explorer`: one offline page with sliders, and fitting what it asks.

It asks the experiment for the emulator and the show for the page; it changes nothing but the
files a user names. Everything heavy is imported inside the command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim import cli_screen as screen
from sim.cli_exit import ME, STOPPED
from sim.cli_options import QuietOption, file_named, file_to_write, out_folder
from sim.errors import UserMistake

PAGE = Path("outputs") / "explorer.html"
RUNS = Path("outputs") / "explorer_fit"
MINUTES = {False: "15", True: "1"}  # of one processor, as measured; docs/explorer.md has the dates


FileOption = Annotated[
    Path | None,
    typer.Option("--out", parser=file_to_write, metavar="FILE", help="The page to write."),
]
DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        parser=file_named,
        metavar="FILE",
        help="An emulator to use, or with --fit where to keep the new one.",
    ),
]
FitOption = Annotated[bool, typer.Option("--fit", help="Run the design and fit it anew.")]
SmallOption = Annotated[bool, typer.Option("--small", help="With --fit: a small, rough design.")]
RunsOption = Annotated[
    Path | None,
    typer.Option(
        "--runs", parser=out_folder, metavar="DIR", help="With --fit: where finished runs are kept."
    ),
]


def explorer(
    out: FileOption = None,
    data: DataOption = None,
    fit: FitOption = False,
    small: SmallOption = False,
    runs: RunsOption = None,
    quiet: QuietOption = False,
) -> None:
    """Write one offline page whose sliders say at once what money would do."""
    if (small or runs is not None) and not fit:
        raise UserMistake("--small and --runs say how to fit. Add --fit, or leave them out.")
    from sim.experiment import explorer as kept

    if fit:
        data = _fit(small, runs, data, quiet)
    found = kept.load(data)
    from sim.show.explorer import build

    built = build(out or PAGE, found)
    if not quiet:
        made = found["made"]
        screen.say(
            f"An emulator of {made['plans']} plans, each run {made['years']} years with about "
            f"{made['residents']:,} people beside a baseline, {made['draws']} parameter draws, "
            f"made on {made['date']} with: {made['command']}"
        )
        screen.table(
            ("outcome", "usual size", "usual error", "explained", "inside range", "then widened"),
            kept.check_lines(found),
        )
    if kept.stale(found):
        screen.warn([
            f"the model has changed since this emulator was fitted. Fit it anew: {ME} explorer "
            "--fit"
        ])  # fmt: skip
    screen.say(str(built) if quiet else f"Now open: {built}")


def _fit(small: bool, runs: Path | None, data: Path | None, quiet: bool) -> Path:
    """Run what is missing of the design, fit, keep; returns where the emulator is."""
    from sim.experiment import explorer as kept
    from sim.experiment.explorer_design import FULL, SMALL

    runs = runs or RUNS.with_name(RUNS.name + ("_small" if small else ""))
    if data is not None:
        file_to_write(str(data))
    typed = f"{ME} explorer --fit" + (" --small" if small else "")
    if not quiet:
        screen.complain(f"About {MINUTES[small]} minutes of one processor; Ctrl-C keeps "
                        f"what is done in {runs}.")  # fmt: skip
    try:
        with screen.Progress(quiet, "plans") as progress:
            found = kept.make(SMALL if small else FULL, runs, typed, progress)
    except KeyboardInterrupt:
        screen.complain(f"Stopped. What is done is kept in {runs}. The same command goes on.")
        raise typer.Exit(STOPPED) from None
    return kept.save(found, data or runs / "explorer.json")
