"""The commands on saved results: `report` rebuilds the page, `compare` sets places side by side.

They ask the show for pages and pictures and say where these are; nothing is run again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim import cli_options as options
from sim import cli_screen as screen
from sim.cli_options import JsonOption, OutOption, QuietOption
from sim.errors import UserMistake
from sim.mistakes import visible

MAKE = "Make one with: python -m sim run"
PLACES = "outputs/places"


def _folder(text: str) -> Path:
    path = options.folder_named(text)
    if not path.is_dir():
        raise UserMistake(f"{visible(text, 200)}: no such folder. {MAKE}")
    return path


def report(
    folder: Annotated[str, typer.Argument(metavar="DIR")],
    charts: Annotated[
        bool, typer.Option("--charts", help="Write every chart as files too.")
    ] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write report.pdf too.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Rebuild the report from saved results."""
    path = _folder(folder)
    from sim.show.report import build, build_pdf

    built = build(path)
    screen.say(str(built) if quiet else f"Now open: {built}")
    if pdf:
        made = build_pdf(path)
        screen.say(str(made) if quiet else f"As PDF: {made}")
    if charts:
        from sim.show.gallery import write_all

        made = write_all(path)[-1].parent
        screen.say(str(made) if quiet else f"Charts: {made}")


def compare(
    folders: Annotated[list[str], typer.Argument(metavar="DIR DIR ...")],
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set the results of several places side by side: a chart for each outcome, and a table."""
    from sim.show import gallery, place_figures
    from sim.show.saved import open_results

    opened = [(text, open_results(_folder(text))) for text in folders]
    specs = place_figures.specifications(opened)
    out = out or Path(PLACES)
    made = [path for spec in specs for path in gallery.write(spec, out)]
    if as_json:
        screen.say_json(
            {
                "out": str(out),
                "files": [path.name for path in made],
                "findings": [spec.title for spec in specs],
            }
        )
        return
    for spec in specs:
        screen.say(spec.title)
        rows = [(each.part, each.label, each.said) for each in spec.dots]
        screen.table(("plan", "place", "difference from the baseline"), rows)
        screen.say("")
    screen.say("Modelled, not observed.", f"Charts: {out}")
