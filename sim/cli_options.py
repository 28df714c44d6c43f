"""What may be typed after a command: strict numbers, folders and names, and nothing twice.

Looks at the limits of a run and at the places there are; changes nothing and prints nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.errors import UserMistake
from sim.mistakes import hidden_characters, visible

MOST_SEED = 2**63 - 1
# As in sim.scenario.RUN_LIMITS, which is not imported so that --help stays quick; a test compares.
LIMITS = {
    "residents": (200, 2_000_000),
    "years": (1, 30),
    "members": (1, 10_000),
    "jobs": (1, 256),
    "seed": (0, MOST_SEED),
}


def whole(name: str) -> Callable[[str], int]:
    """Return a reader of plain whole numbers within the limits: no 3.0, 1e3, 1_000 or -1."""
    least, most = LIMITS[name]

    def number(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,20}", text) and least <= int(text) <= most:
            return int(text)
        raise typer.BadParameter(
            f'"{visible(text)}" is not a whole number from {least:,} to {most:,}.'
        )

    return number


def count(text: str) -> int:
    """Read a whole number; the analysis asked says between which limits."""
    if re.fullmatch(r"-?[0-9]{1,20}", text):
        return int(text)
    raise typer.BadParameter(f'"{visible(text)}" is not a whole number, such as 24.')


def words(text: str) -> str:
    """Read text that says something and hides nothing."""
    if not text.strip() or hidden_characters(text):
        raise typer.BadParameter(f'"{visible(text)}" is empty or holds hidden characters.')
    return text


def folder_named(text: str) -> Path:
    """Read the name of a folder, there or not."""
    path = _path(text, "folder", "outputs/my_run")
    nearest = _nearest(path)
    if not nearest.is_dir():
        raise typer.BadParameter(f'"{visible(str(nearest), 200)}" is a file, not a folder.')
    return path


def out_folder(text: str) -> Path:
    """Read the folder to write into: one that is there, or can be made."""
    path = folder_named(text)
    _refuse_locked(_nearest(path))
    return path


def file_named(text: str) -> Path:
    """Read the name of a file, there or not, in a folder that is there."""
    path = _path(text, "file", "my_page.md")
    if path.is_dir() or text.endswith(("/", os.sep)):
        raise typer.BadParameter(f'"{visible(text, 200)}" is a folder. Name a file in it.')
    if not path.parent.is_dir():
        raise typer.BadParameter(
            f'"{visible(text, 200)}": there is no folder {visible(str(path.parent), 200)}. '
            "Make it first, or name another file."
        )
    return path


def file_to_write(text: str) -> Path:
    """Read the name of a file to write, in a folder that takes it."""
    path = file_named(text)
    _refuse_locked(path.parent)
    return path


def _path(text: str, what: str, such_as: str) -> Path:
    if not text.strip() or hidden_characters(text) or text == "-":
        raise typer.BadParameter(f'"{visible(text)}" is no {what}. Name one, such as {such_as}.')
    path = Path(text)
    try:
        path.exists()
    except OSError:
        raise typer.BadParameter(f'"{visible(text)}" cannot be a {what}.') from None
    return path


def _nearest(path: Path) -> Path:
    """The path itself where it is there, else the nearest folder above it that is."""
    return next((each for each in (path, *path.parents) if each.exists()), Path())


def _refuse_locked(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise typer.BadParameter(
            f'"{visible(str(folder), 200)}": this folder may not be written to. Name another.'
        )


def _page(text: str) -> str:
    return str(file_to_write(text))


def _number(name: str, help_text: str) -> Any:
    return typer.Option(
        f"--{name}", parser=whole(name), metavar="N", help=help_text, show_default=False
    )


PlaceOption = Annotated[
    str | None,
    typer.Option(
        "--place", parser=words, metavar="NAME", help="Council, neighbourhood or your own CSV."
    ),
]
TemplateOption = Annotated[
    str | None,
    typer.Option(
        "--template", parser=words, metavar="COUNCIL", help="Print a council's figures to edit."
    ),
]
ResidentsOption = Annotated[int | None, _number("residents", "People aged 16 or over to simulate.")]
YearsOption = Annotated[int | None, _number("years", "Years to run.")]
MembersOption = Annotated[int | None, _number("members", "Paired runs: more runs, narrower luck.")]
SeedOption = Annotated[int | None, _number("seed", "Where luck starts: same seed, same results.")]
JobsOption = Annotated[int | None, _number("jobs", "Processes at once.")]
CausalOption = Annotated[
    str | None,
    typer.Option(
        "--causal",
        parser=words,
        metavar="NAME",
        help="How associations are read as causes: central, sceptic or face_value.",
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", parser=out_folder, metavar="DIR", help="Folder to write into."),
]
WriteOption = Annotated[
    str | None,
    typer.Option("--write", parser=_page, metavar="FILE", help="Write the whole page as Markdown."),
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Say only what is needed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def refuse_repeats(arguments: Sequence[str]) -> None:
    """Refuse an option given twice: which one was meant cannot be known."""
    seen = set()
    for argument in arguments:
        if argument == "--":
            return
        name = argument.split("=", 1)[0]
        if name.startswith("--") and name in seen:
            raise UserMistake(f"{visible(name)} is given twice. Keep one.")
        seen.add(name)


def agreed(setting: str, typed: Any, scenarios: Sequence[Any]) -> Any:
    """Return what was typed, else what the scenarios' own [run] tables agree on, else None."""
    if typed is not None:
        return typed
    asked = {
        scenario.name: getattr(scenario.run, setting)
        for scenario in scenarios
        if getattr(scenario.run, setting) is not None
    }
    if len(set(asked.values())) > 1:
        said = ", ".join(f"{name} says {value}" for name, value in asked.items())
        raise UserMistake(f"run.{setting}: the scenarios differ ({said}). Choose with --{setting}.")
    return next(iter(asked.values()), None)


def place_is_known(plan: Any, file: str) -> None:
    """Refuse a plan whose own [run] table names a place that `run` would not find."""
    if plan.run.place is None:
        return
    from sim.experiment.run import build_request

    try:
        build_request([plan], None, None, None, None, 1)
    except UserMistake as mistake:
        said = str(mistake).removeprefix("place: ")
        raise UserMistake(f"{visible(Path(file).name)}: run.place: {said}") from None
