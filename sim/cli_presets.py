"""The command that holds every preset against what its own file expects: presets.

It asks the experiment's rooms and shows their answer; it changes nothing but a run's folder and
the page a user names. Everything heavy is imported inside the command.
"""

from __future__ import annotations

from typing import Annotated

import typer

from sim import cli_screen as screen
from sim.cli_exit import ME, OUR_FAULT, STOPPED, stopped_run
from sim.cli_options import (
    JobsOption,
    JsonOption,
    MembersOption,
    OutOption,
    PlaceOption,
    QuietOption,
    ResidentsOption,
    SeedOption,
    WriteOption,
    YearsOption,
)

VariantsOption = Annotated[bool, typer.Option("--variants", help="Named variants too.")]
HEADS = ("preset", "inside its pattern?", "what stood in the way")
WIDE = 110


def presets(
    preset: Annotated[list[str] | None, typer.Argument(metavar="[PRESET ...]")] = None,
    variants: VariantsOption = False,
    place: PlaceOption = None,
    residents: ResidentsOption = None,
    years: YearsOption = None,
    members: MembersOption = None,
    seed: SeedOption = None,
    jobs: JobsOption = None,
    out: OutOption = None,
    write: WriteOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run presets (all of them when none is named) and check each against what it expects.

    Stopped, it goes on where it was when the same command is typed again.
    """
    from sim.experiment import preset_page
    from sim.experiment.preset_check import check
    from sim.experiment.run import Interrupted, NothingFinished

    typed = {
        "place": place,
        "residents": residents,
        "years": years,
        "members": members,
        "seed": seed,
        "jobs": jobs,
        "out": out,
    }
    asked = {key: value for key, value in typed.items() if value is not None}
    asked.setdefault("out", "outputs/presets")
    try:
        with screen.Progress(quiet or as_json, "members") as progress:
            checked = check(preset or (), variants, progress, **asked)
    except Interrupted as stopped:
        screen.complain(stopped_run(stopped))
        raise typer.Exit(STOPPED) from None
    except NothingFinished as failed:
        screen.complain(str(failed))
        raise typer.Exit(OUR_FAULT) from None
    words = [*(preset or ()), *(["--variants"] if variants else [])]
    words += [f"--{key} {value}" for key, value in asked.items()]
    words += ["--write " + write] if write else []
    preset_page.write(checked, " ".join([ME, "presets", *words]), write)
    if as_json:
        screen.say_json(preset_page.told(checked))
        return
    if not quiet:
        rows = [
            (row.scenario.name, row.inside, "; ".join(row.mechanisms)[:WIDE])
            for row in checked.rows
        ]
        screen.table(HEADS, rows)
        screen.say("")
    screen.say(*preset_page.lines(checked), f"Table: {checked.run.out / 'presets.csv'}")
    if checked.run.partial:
        screen.complain("Some runs failed. To try them again, type the same command again.")
        raise typer.Exit(STOPPED)
