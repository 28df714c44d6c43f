"""The commands that ask how sure: uncertainty, sensitivity, worth-knowing and trust.

They ask the experiment's rooms and show their answers; they change nothing but the folder they
work in and the tables a user names. Everything heavy is imported inside the command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim import cli_options as options
from sim import cli_screen as screen
from sim.cli_exit import ME, OUR_FAULT, STOPPED
from sim.cli_options import (
    JobsOption,
    JsonOption,
    OutOption,
    PlaceOption,
    QuietOption,
    ResidentsOption,
    SeedOption,
    YearsOption,
)

Presets = Annotated[list[str], typer.Argument(metavar="PRESET ...")]
KeepOption = Annotated[
    Path | None,
    typer.Option(
        "--keep", parser=options.out_folder, metavar="DIR",
        help="Write the tables that reports read (the program's own: sim/experiment/data).",
    ),
]  # fmt: skip
TOP_SHOWN = 5


def _count(name: str, text: str) -> Any:
    return typer.Option(
        f"--{name}", parser=options.count, metavar="N", help=text, show_default=False
    )


DrawsOption = Annotated[int | None, _count("draws", "Parameter draws.")]


def uncertainty(
    presets: Presets,
    place: PlaceOption = None,
    residents: ResidentsOption = None,
    years: YearsOption = None,
    draws: DrawsOption = None,
    seeds: Annotated[int | None, _count("seeds", "Seeds each draw is lived under.")] = None,
    rule_draws: Annotated[
        int | None, _count("rule-draws", "Draws lived under every rival rule set too; 0: none.")
    ] = None,
    seed: SeedOption = None,
    jobs: JobsOption = None,
    out: OutOption = None,
    keep: KeepOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Tell luck, unknown numbers and unsure rules apart in what a preset does."""
    from sim.experiment import uncertainty as room

    if draws is not None and rule_draws is None and 0 < draws < room.RULE_DRAWS:
        rule_draws = draws
    crossed = room.crossing(
        presets, **_given(place=place, residents=residents, years=years, draws=draws, seeds=seeds,
                          rule_draws=rule_draws, seed=seed)
    )  # fmt: skip
    folder = out or room.folder_of(crossed)
    with _Answering(quiet or as_json) as progress:
        found = room.uncertainty(crossed, folder, jobs, progress)
    if keep is not None:
        from sim.experiment.trust_kept import keep_uncertainty

        keep_uncertainty(crossed, found, keep, *_made("uncertainty", presets, crossed.asked, seed,
            draws=crossed.draws, seeds=crossed.seeds, rule_draws=crossed.rule_draws))  # fmt: skip
    if as_json:
        screen.say_json([row.facts() for row in found])
        return
    heads = ("preset", "outcome", "mean", "90% of towns and draws", "draws agree", "luck",
             "numbers", "rules", "pairing")  # fmt: skip
    screen.table(heads, [_spread_row(row) for row in found])
    if quiet:
        return
    for row in found:
        bad = [rule.name for rule in row.rules if rule.reverses]
        unsure = [rule.name for rule in row.rules if not rule.keeps and not rule.reverses]
        if bad or unsure:
            told = [f"reversed by {', '.join(bad)}"] if bad else []
            told += [f"not sure under {', '.join(unsure)}"] if unsure else []
            screen.say(f"{row.scenario}, {row.measure}: {'; '.join(told)}.")
    missed = [f"{row.scenario} {row.measure} ({screen.amount(row.variance_reduction)}, goal "
              f"{row.goal:g})" for row in found if row.goal_met is False]  # fmt: skip
    screen.say("Pairing (unpaired over paired variance by luck) misses its goal: "
               + (", ".join(missed) or "nowhere") + ".")  # fmt: skip


def _spread_row(row: Any) -> tuple[str, ...]:
    shares = {name: "" if part != part else f"{100 * part:.0f}%" for name, part in
              row.shares.items()}  # fmt: skip
    return (
        row.scenario, row.measure, screen.amount(row.mean),
        f"{screen.amount(row.low)} to {screen.amount(row.high)}", f"{100 * row.agreement:.0f}%",
        shares["luck"], shares["parameters"], shares["structure"],
        "" if row.goal_met is None else screen.amount(row.variance_reduction),
    )  # fmt: skip


def sensitivity(
    presets: Presets,
    place: PlaceOption = None,
    residents: ResidentsOption = None,
    years: YearsOption = None,
    groups: Annotated[int | None, _count("groups", "Groups of numbers screened first.")] = None,
    trajectories: Annotated[int | None, _count("trajectories", "Ways through the groups.")] = None,
    lucks: Annotated[int | None, _count("lucks", "Seeds each way is lived under.")] = None,
    draws: Annotated[
        int | None, _count("draws", "Points spread over all numbers at once; 0: none.")
    ] = None,
    twice: Annotated[int | None, _count("twice", "Of these, lived again by another luck.")] = None,
    seed: SeedOption = None,
    jobs: JobsOption = None,
    out: OutOption = None,
    keep: KeepOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find which numbers drive a preset's outcomes, and where each would turn the sign."""
    from sim.experiment import sensitivity as room

    asked = room.request(
        presets, **_given(place=place, residents=residents, years=years, seed=seed)
    )
    sizes = _given(groups=groups, trajectories=trajectories, lucks=lucks, points=draws,
                   twice=twice, seed=seed)  # fmt: skip
    plan = room.Plan(**sizes)
    folder = out or room.folder_of(asked)
    with _Answering(quiet or as_json) as progress:
        found = room.sensitivity(asked, plan, folder, jobs, progress)
    if keep is not None:
        from sim.experiment.trust_kept import keep_sensitivity

        sizes["draws"] = plan.points
        sizes = {key: value for key, value in sizes.items() if key not in ("points", "seed")}
        date, command = _made("sensitivity", presets, asked, seed, **sizes)
        keep_sensitivity(found, found.lived, keep, date, command)
    if as_json:
        screen.say_json(found.facts())
        return
    screen.say(f"{found.uncertain} uncertain numbers, {found.read} of them read here; the others "
               "have no effect at all.")  # fmt: skip
    for row in found.rows:
        screen.say("", f"{row.scenario}, {row.measure}: {row.words}.")
        if not row.varies:
            continue
        weak, assumed = (screen.percent(each) for each in (row.share_from_c_d, row.share_from_d))
        luck = screen.percent(row.share_from_luck)
        said = f"Of the spread {luck} is luck, {weak} rests on grades C and D, {assumed} on D alone"
        screen.say(
            f"{said}." if row.told else f"{said}; at this size it hardly stands out from luck.",
            f"One move by luck alone: {screen.amount(row.luck)}; a true one: "
            f"{screen.amount(row.move)}.",
        )
        if not quiet and row.drivers:
            screen.table(
                ("number", "grade", "share", "basis", "sign turns at"),
                [
                    (each.key, each.grade, screen.percent(each.share), each.basis,
                     "none inside its range" if each.switch is None and row.emulated
                     else "not told" if each.switch is None else screen.amount(each.switch))
                    for each in row.drivers[:TOP_SHOWN]
                ],
            )  # fmt: skip


def worth_knowing(
    preset: Annotated[str, typer.Argument(metavar="PRESET")],
    other: Annotated[str, typer.Argument(metavar="OTHER")],
    place: PlaceOption = None,
    residents: ResidentsOption = None,
    years: YearsOption = None,
    draws: DrawsOption = None,
    seed: SeedOption = None,
    jobs: JobsOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find which unknown, if studied, would most change the choice between two presets."""
    from sim.experiment import information as room
    from sim.scenario import load

    plans = load(preset), load(other)
    sizes = _given(place=place, residents=residents, years=years, draws=draws, seed=seed)
    asked = room.request(*plans, **sizes)
    first, second = (plan.name for plan in plans)
    folder = out or room.folder_of(asked)
    with _Answering(quiet or as_json) as progress:
        found = room.information(asked, first, second, folder, jobs, progress)
    if as_json:
        screen.say_json(found.facts())
        return
    screen.say(*found.lines())
    shown = found.telling or found.unknowns[:TOP_SHOWN]
    if not quiet:
        screen.table(
            ("number", "grade", "worth knowing, pounds a head", "for the place", "chance alone"),
            [
                (each.key, each.grade, screen.amount(each.gbp_per_head),
                 screen.amount(each.gbp_per_head * found.people), f"{each.chance:.2g}")
                for each in shown
            ],
        )  # fmt: skip


def trust(
    folder: Annotated[str | None, typer.Argument(metavar="[DIR]")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say how far each headline of a run may be trusted, and why not further (no DIR: the rule)."""
    if folder is None:
        from sim.experiment.trust import thresholds

        rule = list(thresholds().values())
        if as_json:
            screen.say_json([vars(each) for each in rule])
        else:
            heads = ("threshold", "value", "what it decides", "source")
            screen.table(heads, [(one.key, f"{one.value:g}", one.what, one.source) for one in rule])
        return
    path = options.folder_named(folder)
    from sim.show.trust_lines import trust_rows

    rows = trust_rows(path)
    if as_json:
        screen.say_json(rows)
        return
    for row in rows:
        screen.say(f"{row['scenario']}, {row['measure']}: {row['label']}")
        if row["why_not_higher"]:
            screen.say(f"  Not higher: {row['why_not_higher']}.",
                       f"  Would raise it: {row['would_raise']}.")  # fmt: skip
    counts = {label: sum(row["label"] == label for row in rows) for label in
              dict.fromkeys(row["label"] for row in rows)}  # fmt: skip
    screen.say("", *(f"{label}: {number}" for label, number in counts.items()))


class _Answering:
    """Progress on the screen; what stops a run is told in a sentence and an exit code."""

    def __init__(self, silent: bool) -> None:
        self._progress = screen.Progress(silent, "points")

    def __enter__(self) -> screen.Progress:
        return self._progress.__enter__()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._progress.__exit__()
        from sim.experiment.run import Interrupted, NothingFinished

        if isinstance(error, Interrupted):
            screen.complain(str(error))
            raise typer.Exit(STOPPED) from None
        if isinstance(error, NothingFinished):
            first = error.failed[0].error if error.failed else "no reason recorded"
            screen.complain(
                f"{len(error.failed)} points failed, so nothing is told. First: {first}"
            )
            raise typer.Exit(OUR_FAULT) from None


def _made(name: str, presets: list[str], asked: Any, seed: int | None, **sizes: Any) -> Any:
    """Today, and the command with every size it ran at."""
    from datetime import UTC, datetime

    # A file of own numbers is typed again by its name: the place's own cannot be looked up.
    own = asked.numbers
    place = asked.place if own is None else own.file
    told = {"place": f'"{place}"', "residents": asked.residents, "years": asked.years}
    told |= sizes | ({} if seed is None else {"seed": seed})
    typed = " ".join(f"--{key.replace('_', '-')} {value}" for key, value in told.items())
    return datetime.now(UTC).date().isoformat(), f"{ME} {name} {' '.join(presets)} {typed}"


def _given(**asked: Any) -> dict[str, Any]:
    """Leave out what nobody asked for, so that the experiment's own defaults hold."""
    return {key: value for key, value in asked.items() if value is not None}
