"""The command `python -m sim forward`: England's first year over several runs beside its targets.

It asks the experiment and shows the table; it writes only the page a user names.
"""

from __future__ import annotations

from typing import Annotated

import typer

from sim import cli_screen as screen
from sim.cli_exit import ME
from sim.cli_options import (
    JsonOption,
    QuietOption,
    ResidentsOption,
    SeedOption,
    WriteOption,
    whole,
)

RunsOption = Annotated[
    int | None,
    typer.Option(
        "--runs",
        parser=whole("members"),
        metavar="N",
        help="Englands to average, each with luck of its own.",
        show_default=False,
    ),
]
RESIDENTS, RUNS, SEED = 60_000, 8, 1


def forward(
    residents: ResidentsOption = None,
    runs: RunsOption = None,
    seed: SeedOption = None,
    write: WriteOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """England's first year over several runs: which figures are within a tenth of target."""
    from sim.experiment import forward_start

    size = RESIDENTS if residents is None else residents
    times, first = RUNS if runs is None else runs, SEED if seed is None else seed
    with screen.Progress(quiet or as_json, "months") as progress:
        found = forward_start.forward_start(size, times, first, progress=progress)
    if write is not None:
        typed = f"--residents {size} --runs {times} --seed {first}"
        command = f"{ME} forward {typed} --write {write}"
        forward_start.write_page(found, size, times, write, command)
    if as_json:
        screen.say_json([each.facts() for each in found])
        return
    if not quiet:
        screen.table(forward_start.HEADS, [forward_start.cells(each) for each in found])
    screen.say("", forward_start.count_line(found))
