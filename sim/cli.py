"""The command line: `python -m sim`. Only it and its screen (`cli_screen`) print.

It asks the other rooms and shows their answers; it changes nothing but the files a command names.
Everything heavy is imported inside the command that needs it, so that --help and list are quick.
Exit codes: 0 done; 1 our fault; 2 the request was wrong; 3 stopped, or partly failed.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sim import cli_options as options
from sim import cli_screen as screen
from sim.cli_app import open_app
from sim.cli_calibrate import calibrate
from sim.cli_checks import england, validate
from sim.cli_evaluate import evaluate
from sim.cli_exit import ME, OUR_FAULT, STOPPED, WRONG_REQUEST, leave_well, stopped_run
from sim.cli_explorer import explorer
from sim.cli_forward import forward
from sim.cli_options import (
    CausalOption,
    JobsOption,
    JsonOption,
    MembersOption,
    OutOption,
    PlaceOption,
    QuietOption,
    ResidentsOption,
    SeedOption,
    TemplateOption,
    YearsOption,
)
from sim.cli_presets import presets
from sim.cli_report import compare, report
from sim.cli_stories import story
from sim.cli_uncertainty import sensitivity, trust, uncertainty, worth_knowing
from sim.errors import UserMistake
from sim.mistakes import visible

MOST_ROWS = 40

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="What community capacity does to loneliness, crises and the social care funding gap.",
)


@app.callback(invoke_without_command=True)
def welcome(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """What community capacity does to loneliness, crises and the social care funding gap."""
    if version:
        from sim import __version__

        screen.say(__version__)
    elif context.invoked_subcommand is None:
        screen.say(
            "A model of a real place: its residents, carers, hubs and care services.",
            "Put money in, or take it out, and see what it does.",
            "",
        )
        screen.table(("preset", "pounds a head", "what is funded"), _preset_rows(variants=False))
        screen.say("", f"Next: {ME} run", f"      {ME} list", f"      {ME} show bevy_hub")
        screen.say(f"      {ME} --help")


@app.command("list")
def list_presets(as_json: JsonOption = False) -> None:
    """List the presets: name, pounds a head a year, what is funded."""
    if as_json:
        from sim.scenario import presets

        screen.say_json(
            [
                {
                    "name": plan.name,
                    "title": plan.title,
                    "kind": plan.kind,
                    "gbp_per_head": plan.pounds_per_head(),
                    "variants": plan.variant_names,
                }
                for plan in presets()
            ]
        )
    else:
        screen.table(("preset", "pounds a head", "what is funded"), _preset_rows())


def _preset_rows(variants: bool = True) -> list[tuple[str, str, str]]:
    from typing import get_args

    from sim.scenario import presets
    from sim.scenario_shape import Kind

    rows = []
    for kind in get_args(Kind) if variants else get_args(Kind)[:2]:  # a welcome is short
        here = [plan for plan in presets() if plan.kind == kind]
        rows += [(f"[{kind}]", "", "")] if here and variants else []
        for plan in here:
            rows.append((plan.name, f"{plan.pounds_per_head():g}", plan.title))
            rows += [(f"{plan.name}:{each}", "", "") for each in plan.variant_names if variants]
    return rows


@app.command()
def show(
    preset: Annotated[str, typer.Argument(metavar="PRESET")], as_json: JsonOption = False
) -> None:
    """Print a scenario in full, with the evidence it rests on."""
    from sim.evidence import registry
    from sim.scenario import load

    plan = load(preset)
    rows = [registry().get(key) for key in plan.evidence]
    if as_json:
        screen.say_json(
            {
                "name": plan.name,
                "gbp_per_head": plan.pounds_per_head(),
                "scenario": plan.model_dump(mode="json", exclude={"name", "extends"}),
                "toml": plan.to_toml(),
                "evidence": [screen.evidence_facts(row) for row in rows],
                "warnings": plan.warnings,
            }
        )
        return
    screen.say(f"{plan.name}: {plan.pounds_per_head():g} pounds a head a year", "", plan.to_toml())
    if rows:
        screen.say("The evidence it rests on:")
        screen.evidence_table(rows)
    screen.warn(plan.warnings)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    source: Annotated[str, typer.Option("--from", metavar="PRESET", help="What to copy.")],
) -> None:
    """Copy a preset, comments and all, to NAME.toml here, for you to edit."""
    from sim import scenario_text
    from sim.scenario import load

    name = name.removesuffix(".toml")
    if not scenario_text.is_name(name) or name.lower() in ("con", "nul", "prn", "aux", "baseline"):
        raise UserMistake(
            f'"{visible(name)}" cannot name a scenario. '
            "Use letters, digits, _ and -, such as my_plan."
        )
    load(source)
    plain, variant = scenario_text.split_variant(source)
    if variant is not None:
        raise UserMistake(f"{source}: a variant is part of its scenario. Copy --from {plain}.")
    path = Path(f"{name}.toml")
    text = scenario_text.find(plain).read_bytes()
    try:
        with path.open("xb") as file:
            file.write(text)
    except FileExistsError:
        raise UserMistake(f"{path} is there already. Choose another name.") from None
    except OSError as error:
        raise UserMistake(f"{path} cannot be written here ({error.strerror}).") from None
    screen.say(f"Wrote {path}. Edit it, then: {ME} check {path}")


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE")], as_json: JsonOption = False
) -> None:
    """Name every mistake in a scenario file at once."""
    from sim.scenario import load

    try:
        plan = load(file)
        options.place_is_known(plan, file)
    except UserMistake as mistake:
        if not as_json:
            raise
        screen.say_json({"ok": False, "mistakes": str(mistake).splitlines(), "warnings": []})
        raise typer.Exit(WRONG_REQUEST) from None
    if as_json:
        screen.say_json({"ok": True, "mistakes": [], "warnings": plan.warnings})
        return
    screen.warn(plan.warnings)
    screen.say(f"{plan.name}: nothing wrong. Run it with: {ME} run {visible(file, 200)}")


@app.command()
def run(
    preset: Annotated[list[str] | None, typer.Argument(metavar="[PRESET ...]")] = None,
    place: PlaceOption = None,
    residents: ResidentsOption = None,
    years: YearsOption = None,
    members: MembersOption = None,
    seed: SeedOption = None,
    jobs: JobsOption = None,
    causal: CausalOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run presets against the baseline, paired, and write a report (no preset: the flagship)."""
    from sim.scenario import USUAL_YEARS, load

    plans = [load(each) for each in preset or ()]
    typed = {"place": place, "residents": residents, "years": years, "members": members}
    asked = {key: options.agreed(key, value, plans) for key, value in typed.items()}
    asked |= {"seed": seed, "jobs": jobs, "out": out, "causal": causal}
    for plan in plans:
        screen.warn(plan.warnings_over(asked["years"] or USUAL_YEARS))
    from sim.experiment.run import Interrupted, NothingFinished, run_presets

    try:
        with screen.Progress(quiet or as_json) as progress:
            after = functools.partial(_build_report, jobs=jobs, progress=progress)
            result = run_presets(plans, progress=progress, after=after, **_given(asked))
    except Interrupted as stopped:
        screen.complain(stopped_run(stopped))
        raise typer.Exit(STOPPED) from None
    except NothingFinished as failed:
        screen.complain(str(failed))
        raise typer.Exit(OUR_FAULT) from None
    report_file = result.out / "report.html"
    from sim.show.headline import headline_lines

    headline = headline_lines(result.out)
    if as_json:
        screen.say_json(
            {
                "out": str(result.out),
                "report": str(report_file),
                "partial": result.partial,
                "headline": headline,
            }
        )
    else:
        screen.say(*(() if quiet else headline), f"Now open: {report_file}")
    if result.partial:
        screen.complain("Some runs failed. To try them again, type the same command again.")
        raise typer.Exit(STOPPED)


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    """Leave out what nobody asked for, so that the experiment's own defaults hold."""
    return {key: value for key, value in asked.items() if value is not None}


def _build_report(folder: Path, jobs: int | None, progress: screen.Progress) -> None:
    """The report, and the headline charts as files an editor can use."""
    from sim.show.everything import write_everything

    progress.turn_to("pictures")
    write_everything(folder, jobs, progress)


app.command()(story)


@app.command()
def places(
    words: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]")] = None,
    template: TemplateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find a council or neighbourhood; without TEXT, list the councils."""
    from sim.world import places as world

    text = " ".join(words or ())
    if template is not None:
        if text or as_json:
            raise UserMistake("--template: give a council's name and nothing else.")
        screen.say(world.template(template).rstrip("\n"))
        return
    found = world.find(text, limit=1000)
    if not found:
        world.get(text)
        raise UserMistake(f'No place is called "{visible(text)}".')
    rows = [(each.name, each.kind, each.within, each.code) for each in found]
    if as_json:
        screen.say_json(
            [dict(zip(("name", "kind", "within", "code"), row, strict=True)) for row in rows]
        )
    else:
        screen.table(("place", "kind", "within", "code"), rows if not text else rows[:MOST_ROWS])
        screen.say(*screen.more(len(rows) - MOST_ROWS if text else 0))


@app.command()
def evidence(
    words: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a number, its range, unit, source, grade and whether it was checked."""
    from sim.evidence import registry

    text = " ".join(words or ())
    everything = registry()
    found = [everything.get(text)] if text in everything else everything.search(text)
    if as_json:
        screen.say_json([screen.evidence_facts(row) for row in (found if text else everything)])
    elif not text:
        screen.say(f"{len(everything)} numbers. Search them, such as: {ME} evidence lunch club")
    elif not found:
        everything.get(text)
    elif len(found) == 1:
        screen.evidence_in_full(found[0])
    else:
        screen.evidence_table(found[:MOST_ROWS])
        screen.say(*screen.more(len(found) - MOST_ROWS), f"In full: {ME} evidence KEY")


app.command()(report)
app.command()(compare)
app.command()(validate)
app.command()(england)
app.command()(forward)
app.command()(presets)
app.command()(evaluate)
for each in (uncertainty, sensitivity, worth_knowing, trust):
    app.command()(each)
app.command()(explorer)
app.command("app")(open_app)
app.command()(calibrate)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a scenario file, for your editor."""
    from sim.scenario import Scenario

    screen.say_json(Scenario.json_schema())


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks and return the exit code; never show a traceback."""
    return leave_well(app, list(sys.argv[1:] if arguments is None else arguments))
