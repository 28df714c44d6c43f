"""The command `python -m sim evaluate`: a preset evaluated by five designs, the truth beside them.

It asks the experiment's rooms and shows their answers; it changes nothing but the page a user
names. Everything heavy is imported inside the command.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim import cli_screen as screen
from sim.cli_exit import STOPPED
from sim.cli_options import (
    JobsOption,
    JsonOption,
    MembersOption,
    PlaceOption,
    QuietOption,
    ResidentsOption,
    SeedOption,
    YearsOption,
    agreed,
)

if TYPE_CHECKING:
    from sim.experiment.evaluation.evaluate import Evaluation

MOST_MONTHS = 60


def _months(text: str) -> int:
    """Months of follow-up: 3 to 60."""
    if re.fullmatch(r"[0-9]{1,2}", text) and 3 <= int(text) <= MOST_MONTHS:
        return int(text)
    raise typer.BadParameter(f'"{text[:20]}" is not a whole number from 3 to {MOST_MONTHS}.')


MonthsOption = Annotated[
    int | None,
    typer.Option(
        "--months",
        parser=_months,
        metavar="N",
        help="Months each person is followed, before and after.",
    ),
]
RoutesOption = Annotated[
    bool,
    typer.Option("--routes", help="A trial of joining the plan's hubs, route by route (slower)."),
]


def evaluate(
    preset: Annotated[str, typer.Argument(metavar="PRESET")],
    place: PlaceOption = None,
    residents: ResidentsOption = None,
    years: YearsOption = None,
    members: MembersOption = None,
    months: MonthsOption = None,
    seed: SeedOption = None,
    jobs: JobsOption = None,
    routes: RoutesOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Evaluate a preset as the field would, by five designs, beside the truth the model knows."""
    from sim.experiment.ensemble import Interrupted
    from sim.scenario import load

    plan = load(preset)
    typed = {"place": place, "residents": residents}
    asked: dict[str, Any] = {key: agreed(key, value, [plan]) for key, value in typed.items()}
    asked |= {"years": years, "members": members, "seed": seed, "jobs": jobs, "follow_up": months}
    asked = {key: value for key, value in asked.items() if value is not None}
    try:
        with screen.Progress(quiet or as_json, "towns") as progress:
            if routes:
                from sim.experiment.evaluation.routes import routes_of

                trial = routes_of(plan, **asked, progress=progress)
            else:
                from sim.experiment.evaluation.evaluate import evaluate as evaluated

                found = evaluated(plan, **asked, progress=progress)
    except Interrupted:
        screen.complain("Stopped. An evaluation keeps nothing until it is whole.")
        raise typer.Exit(STOPPED) from None
    if as_json:
        screen.say_json(trial.facts() if routes else found.table())
    elif routes:
        screen.say(*trial.lines())
    else:
        _tell(found)


NAMES = {
    "before_after": "before and after",
    "matched": "matched comparison",
    "difference_in_differences": "difference in differences",
    "stepped_wedge": "stepped wedge",
    "randomised_trial": "randomised trial",
    "truth": "the truth (own twins)",
}


def _tell(found: Evaluation) -> None:
    """The ladder, the reasons and the power, in words and numbers."""
    facts = found.facts()
    screen.say(
        f"{found.preset}: {facts['people_met']:,} people met in {found.towns} simulated towns of "
        f"{found.residents:,} residents ({found.place}), each followed for {found.follow_up} "
        "months.",
        "Modelled, not observed. Loneliness in standard deviations, below 0 for less lonely; "
        "emergency use is A&E attendances and emergency admissions a person a year. "
        "95% intervals in brackets.",
        "",
    )
    rows = [*facts["rows"], facts["truth"]]
    screen.table(
        ("design", "loneliness", "emergency use", "people"),
        [
            (
                NAMES[row["design"]],
                _interval(row, "loneliness_smd"),
                _interval(row, "emergency_use_effect"),
                f"{row['people']:,}",
            )
            for row in rows
        ],
    )
    times = facts["ratio_before_after_to_truth"]
    if times is not None:
        screen.say("", f"Before and after shows {times:.1f} times the true fall in loneliness.")
    heads = {
        "loneliness": "Why: the before-and-after change in loneliness, taken apart",
        "selection": "Why: who is served, and who they are matched with",
        "emergency": "Why: the before-and-after change in emergency use, taken apart",
        "lonely_on_the_day": "If only people who score as lonely on the day are counted",
        "changed": "If only people whom it changed are counted, as studies count participants",
    }
    for part, head in heads.items():
        screen.say("", head)
        screen.table(
            ("", "amount", "unit"),
            [(each["says"], _amount(each), each["unit"]) for each in facts["why"][part]],
        )
    screen.say(
        "",
        "What a real evaluation would need to see an effect of the true size "
        "(80% power, 5% two-sided; months in a place of 100,000 adults, follow-up included)",
    )
    screen.table(
        ("design", "loneliness: people", "months", "emergency use: people", "months"),
        [
            (
                NAMES[row["design"]],
                *(
                    "no effect to see" if row[key] is None else f"{row[key]:,}"
                    for key in (
                        "people_needed_for_loneliness",
                        "months_needed_for_loneliness",
                        "people_needed_for_emergency_use",
                        "months_needed_for_emergency_use",
                    )
                ),
            )
            for row in facts["rows"]
        ],
    )
    screen.say(
        "",
        "A design that is biased needs few people to see what is not there: numbers do not mend a "
        "before-and-after comparison.",
    )


def _interval(row: dict[str, Any], key: str) -> str:
    if row[key] is None:
        return "cannot be told"
    told = f"{row[key]:+.3f}"
    if row[f"{key}_low"] is not None:
        told += f" ({row[f'{key}_low']:+.3f} to {row[f'{key}_high']:+.3f})"
    return told


def _amount(each: dict[str, Any]) -> str:
    if each["value"] is None:
        return "cannot be told"
    told = f"{each['value']:.2f}" if each["unit"] == "share" else f"{each['value']:+.3f}"
    if each["low"] is not None:
        told += f" ({each['low']:+.3f} to {each['high']:+.3f})"
    return told
