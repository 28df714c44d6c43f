"""The command `python -m sim story`: one resident's years, without and with a plan.

It asks the experiment for the two lives and the show for the words; it writes story.txt and
its picture only when a folder is named.
"""

from __future__ import annotations

import shutil
from typing import Annotated

import typer

from sim import cli_screen as screen
from sim.cli_options import (
    JsonOption,
    OutOption,
    PlaceOption,
    ResidentsOption,
    SeedOption,
    YearsOption,
    words,
)

PersonOption = Annotated[
    str,
    typer.Option(
        "--person",
        parser=words,
        metavar="RULE",
        help="Whose story: median, most, least, not_reached, or an identity.",
    ),
]
WIDEST = 120


def story(
    preset: Annotated[str, typer.Argument(metavar="PRESET")],
    place: PlaceOption = None,
    residents: ResidentsOption = None,
    years: YearsOption = None,
    seed: SeedOption = None,
    person: PersonOption = "median",
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell one simulated resident's years, without and with a plan, side by side."""
    from sim.experiment.stories import tell
    from sim.scenario import load
    from sim.show.story import pair_of

    started = {} if seed is None else {"seed": seed}
    with screen.Progress(as_json, "steps") as progress:
        chosen = tell(load(preset), person, place, residents, years, progress=progress, **started)
    pair = pair_of(chosen)
    if as_json:
        screen.say_json(pair.facts())
    else:
        width = shutil.get_terminal_size((WIDEST, 24)).columns
        screen.say(pair.page(min(width, WIDEST)).rstrip("\n"))
    if out is not None:
        from sim.show import gallery, story_figures
        from sim.show.export import put

        path = put(out / "story.txt", pair.page(WIDEST).encode("utf-8"))
        screen.complain(f"Wrote {path}")
        made = gallery.write(story_figures.specification(pair), out)
        screen.complain(f"Wrote its picture: {made[0]} and {len(made) - 1} more")
