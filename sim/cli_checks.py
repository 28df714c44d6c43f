"""The commands that hold the model against published figures: validate and england.

They ask the experiment's rooms and show their answers; they change nothing but the page a user
names. Everything heavy is imported inside the command that needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from sim import cli_screen as screen
from sim.cli_exit import ME, STOPPED
from sim.cli_options import (
    JobsOption,
    JsonOption,
    QuietOption,
    ResidentsOption,
    SeedOption,
    WriteOption,
    YearsOption,
)
from sim.errors import UserMistake

CouncilsOption = Annotated[
    bool, typer.Option("--councils", help="Compare contrasting councils with their own figures.")
]
FitOption = Annotated[
    bool, typer.Option("--fit", help="England's figures alone: no rivals, hindcast or councils.")
]
RecordOption = Annotated[
    bool, typer.Option("--record", help="Keep the track record that labels of trust read.")
]
AllOption = Annotated[bool, typer.Option("--all", help="Lines the model has no figure of, too.")]
FACTS = ("key", "kind", "target", "low", "high", "value", "verdict")
COUNCIL_FACTS = ("council", "figure", "published", "imputed", "model", "ratio", "given")
LINE_FACTS = ("line", "of", "unit", "value", "low", "high", "model", "ratio", "grade")


def validate(
    residents: ResidentsOption = None,
    years: YearsOption = None,
    seed: SeedOption = None,
    councils: CouncilsOption = False,
    fit: FitOption = False,
    record: RecordOption = False,
    jobs: JobsOption = None,
    write: WriteOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Hold the model against everything published: figures, patterns, rivals, earlier years."""
    if councils:
        _councils(residents, years, seed, write, quiet, as_json)
        return
    asked = _given(residents=residents, years=years, seed=seed)
    if fit:
        _fit(asked, write, quiet, as_json)
        return
    from sim.experiment import track_record
    from sim.experiment.ensemble import Interrupted
    from sim.experiment.verification import verify
    from sim.experiment.verification_page import write_page

    try:
        with screen.Progress(quiet or as_json, "parts") as progress:
            found = verify(**asked, progress=progress, jobs=jobs)
    except Interrupted:
        screen.complain("Stopped. Nothing was written.")
        raise typer.Exit(STOPPED) from None
    command = _command("validate", asked, write or "docs/validation.md")
    if write is not None:
        write_page(found, write, command)
    if record:
        track_record.write(track_record.record(found.checks(), command))
    if as_json:
        from sim.experiment.verification_rows import every_check

        screen.say_json(every_check(found))
        return
    if not quiet:
        _table(FACTS, [{fact: getattr(row, fact) for fact in FACTS} for row in found.rows])
        _structures(found)
    screen.say(*found.lines())


def _structures(found: Any) -> None:
    """Rival by pattern."""
    names = [each.key for each in found.structures]
    screen.say("")
    screen.table(
        ("pattern", *names),
        [
            (judged.key, *(each.patterns[row].verdict for each in found.structures))
            for row, judged in enumerate(found.patterns)
        ],
    )
    screen.say("")


def _fit(asked: dict[str, Any], write: str | None, quiet: bool, as_json: bool) -> None:
    """England's figures with their targets."""
    from sim.experiment.validate import count_line, target_lines, write_page
    from sim.experiment.validate import validate as compare_with_figures

    with screen.Progress(quiet or as_json, "months") as progress:
        rows = compare_with_figures(**asked, progress=progress)
    if write is not None:
        write_page(rows, write, _command("validate --fit", asked, write))
    told = [{fact: getattr(row, fact) for fact in FACTS} for row in rows]
    if as_json:
        screen.say_json(told)
        return
    if not quiet:
        _table(FACTS, told)
    screen.say(count_line(rows), *target_lines(rows))


def _councils(
    residents: int | None,
    years: int | None,
    seed: int | None,
    write: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """A first year of contrasting councils beside their own figures."""
    if years is not None:
        raise UserMistake("--years: councils are compared in their first year. Leave it out.")
    from sim.experiment.councils import compare
    from sim.experiment.councils_page import count_line, write_page

    seeds = None if seed is None else (seed,)
    with screen.Progress(quiet or as_json, "first years") as progress:
        rows = compare(**_given(residents=residents, seeds=seeds), progress=progress)
    if write is not None:
        typed = _given(residents=residents, seed=seed)
        write_page(rows, write, _command("validate --councils", typed, write))
    told = [row.facts() for row in rows]
    if as_json:
        screen.say_json(told)
        return
    if not quiet:
        for row in told:
            row["imputed"] = "imputed" if row["imputed"] else ""
        _table(COUNCIL_FACTS, told)
    screen.say(count_line(rows))


def england(
    residents: ResidentsOption = None,
    years: YearsOption = None,
    seed: SeedOption = None,
    every_line: AllOption = False,
    write: WriteOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """England's account line by line beside the model's own totals, gap and assumed budget."""
    from sim.experiment.england import account_and_model
    from sim.experiment.england_page import gap_lines, write_page, years_lines

    asked = _given(residents=residents, years=years, seed=seed)
    with screen.Progress(quiet or as_json, "months") as progress:
        found = account_and_model(**asked, progress=progress)
    if write is not None:
        write_page(found, write, _command("england", asked, write))
    if as_json:
        screen.say_json(found.facts())
        return
    for block, lines in () if quiet else found.blocks().items():
        shown = [line for line in lines if every_line or line.model is not None]
        screen.say("", f"{block}: the model has {sum(x.model is not None for x in lines)} of "
                       f"{len(lines)} lines")  # fmt: skip
        if shown:
            _table(LINE_FACTS, [line.facts() for line in shown])
    screen.say("", *gap_lines(found), "")
    head, *rows = years_lines(found)
    screen.table(head, rows)


def _table(heads: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    screen.table(heads, [tuple(screen.amount(row[head]) for head in heads) for row in rows])


def _given(**asked: Any) -> dict[str, Any]:
    """Leave out what nobody asked for, so that the experiment's own defaults hold."""
    return {key: value for key, value in asked.items() if value is not None}


def _command(name: str, asked: Mapping[str, Any], write: str) -> str:
    """The command as typed, for a page to name."""
    typed = "".join(f" --{key} {value}" for key, value in asked.items())
    return f"{ME} {name}{typed} --write {write}"
