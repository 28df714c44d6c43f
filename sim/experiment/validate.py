"""The fit: one baseline of England lived for ten years, measured against what was published.

Looks at a model through its columns and public methods, month by month; changes nothing in it.
Writes only the page it is asked for. Nothing here tunes anything: misses come first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sim.errors import UserMistake
from sim.evidence import registry
from sim.evidence.rows import DATA, read_table
from sim.experiment import atomic, fit_left_out, fit_people, natural_experiment, projections
from sim.experiment.fit_care import YearOfCare
from sim.experiment.fit_carers import YearOfCarers
from sim.experiment.fit_feelings import Feelings
from sim.experiment.fit_finding import (
    MISS,
    NEAR,
    NOT_COMPUTED,
    PASS,
    VERDICTS,
    Findings,
    Row,
    judge,
)
from sim.experiment.fit_ties import Friendships
from sim.experiment.fit_workforce import Workforce

Progress = Callable[[int, int, str], None]
NOT_MEASURED = "fit_targets.csv"  # families of targets a baseline cannot be held against, and why
GROWING = {"75_plus": 75, "85_plus": 85}
PROJECTION_YEARS = 10
RESIDENTS = 60_000  # fewer stand for other neighbourhoods and wander more by luck
EXPERIMENT_YEARS = 4  # of the natural experiment; its first is left to settle
HEADS = ("figure", "kind", "target", "low", "high", "model", "differs by", "luck", "rooms off",
         "note")  # fmt: skip
COMMAND = (
    'python -c "from sim.experiment.validate import validate, write_page; '
    "write_page(validate(), 'docs/fit.md')\""
)


def validate(
    residents: int = RESIDENTS,
    years: int = 10,
    seed: int = 1,
    progress: Progress | None = None,
    also: Sequence[Any] = (),
) -> list[Row]:
    """Live a baseline of England and return every figure with its target: misses first.

    Each of `also` sees the same run month by month (`month`, `report`). Within a verdict the
    farthest off comes first, in rooms allowed. `progress(done, asked, note)` is called each month.
    The natural experiment of the 2010s follows, as paired runs of its own.
    """
    for name, value in (("residents", residents), ("years", years)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise UserMistake(f"{name}: {value!r} must be a whole number, 1 or more.")
    from sim.model import CommunityModel

    model = CommunityModel(
        place="England", residents=residents, years=years, plan="baseline", rng=seed, lives=False
    )
    rows = [judge(each) for each in observe(model, progress, also).found]
    rows += projections.rows(model)
    experiment = natural_experiment.run(
        residents, min(years, EXPERIMENT_YEARS), seed=seed, progress=progress
    )
    rows += experiment.rows()
    return in_order([*rows, *not_computed({row.key for row in rows})])


def observe(
    model: Any,
    progress: Progress | None = None,
    also: Sequence[Any] = (),
    first: Callable[[Any, Findings], None] | None = None,
) -> Findings:
    """Run a fresh baseline to its horizon and measure it on the way.

    `first` measures the opening day besides, each of `also` every month (`month`, `report`).
    """
    people = model.world.people
    found = Findings(float(model.place.facts["people"].value) / model.people_of_all_ages)
    feelings, friendships, care = Feelings(), Friendships(), YearOfCare()
    workforce = Workforce()
    carers = YearOfCarers()
    faults: list[str] = []
    aged = {name: _older_than(people, age) for name, age in GROWING.items()}
    fit_people.measure(model, found)
    if first is not None:
        first(model, found)
    care.open(model)
    carers.open(model, found)
    for month in range(model.horizon + 1):
        if month:
            model.run_for(1)
            feelings.month(model)
            friendships.month(model)
            care.month(model)
            workforce.month(model)
            carers.month(model)
            for each in also:
                each.month(model)
        if month % 12 == 0:
            feelings.look(model)
            friendships.look(model)
            faults += _faults(model)
        if progress is not None:
            progress(month, model.horizon, "")
    feelings.report(found)
    friendships.report(found)
    care.report(found)
    workforce.report(found)
    carers.report(found)
    for each in also:
        each.report(found)
    _grown(model, aged, found)
    words = faults[0] if faults else "every column and tie, at the start and after each year"
    found.add("states_within_range", 0.0 if faults else 1.0, words)
    return found


def _older_than(people: Any, age: int) -> int:
    return int((people.age_months >= age * 12).sum())


def _grown(model: Any, before: dict[str, int], found: Findings) -> None:
    """Growth of the oldest over ten years, against the projection's own growth."""
    for name, age in GROWING.items():
        key = f"projected_growth_{name}_2024_2034"
        if model.horizon != PROJECTION_YEARS * 12 or not before[name]:
            found.add(key, math.nan, "needs a run of ten years")
            continue
        now = _older_than(model.world.people, age)
        luck = math.sqrt(now) / before[name]
        found.add(key, now / before[name] - 1.0, f"{before[name]} at first, {now} at last", luck)


def _faults(model: Any) -> list[str]:
    """What the columns and ties say is out of range this month."""
    world, wrong = model.world, []
    checks = [world.people.check, *(
        lambda layer=layer: layer.check(len(world.people)) for layer in world.ties.layers().values()
    )]  # fmt: skip
    for check in checks:
        try:
            check()
        except ValueError as fault:
            wrong.append(f"month {model.month}: {fault}")
    return wrong


def not_computed(measured: Iterable[str]) -> list[Row]:
    """Every target that no figure answers, one row each, with the reason."""
    done = set(measured)
    rows = [
        Row(row.key, row.kind, row.value, None, None, None, NOT_COMPUTED, _why_not(row.key))
        for row in registry().targets()
        if row.key not in done
    ]
    return rows + fit_left_out.rows(done)


def _why_not(key: str) -> str:
    for patterns, reason in families():
        if any(fnmatchcase(key, each) for each in patterns):
            return reason
    return "no measurement of it has been written"


def families() -> list[tuple[tuple[str, ...], str]]:
    """Key patterns of targets that are not measured, with the reason, in file order."""
    lines = read_table(DATA / NOT_MEASURED, ("targets", "reason"), ())
    return [(tuple(cells["targets"].split()), cells["reason"]) for _, cells in lines]


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Misses, near, passes, not computed; within each the farthest off first."""
    return sorted(rows, key=lambda row: (VERDICTS.index(row.verdict), -row.off, row.key))


def count_line(rows: Sequence[Row]) -> str:
    """How many of each verdict, and how many misses this run's size could explain."""
    told = {verdict: sum(row.verdict == verdict for row in rows) for verdict in VERDICTS}
    lucky = sum(row.verdict == MISS and row.may_be_luck for row in rows)
    measured = told[MISS] + told[NEAR] + told[PASS]
    return (
        f"{measured} figures measured: {told[PASS]} pass, {told[NEAR]} near, {told[MISS]} miss "
        f"({lucky} of them within luck at this size). "
        f"{told[NOT_COMPUTED]} targets not computed, each with its reason."
    )


def target_lines(rows: Sequence[Row]) -> list[str]:
    """For each kind of target: rows listed, computed, and how many are inside their tolerance."""
    lines = []
    for kind in ("calibration_target", "validation_target"):
        keys = {row.key for row in registry() if row.kind == kind}
        mine = [row for row in rows if row.key in keys]
        computed = [row for row in mine if row.verdict != NOT_COMPUTED]
        inside = sum(row.verdict == PASS for row in computed)
        near = sum(row.verdict == NEAR for row in computed)
        lucky = sum(row.verdict in (NEAR, MISS) and row.may_be_luck for row in computed)
        share = f" ({inside / len(computed):.0%})" if computed else ""
        lines.append(
            f"{_plain(kind).capitalize()}s: {len(mine)} rows listed, {len(computed)} computed, "
            f"{inside}{share} inside their stated tolerance, {near} near, "
            f"{len(computed) - inside - near} miss; {lucky} of those outside could be luck at this "
            f"size; {len(mine) - len(computed)} not computed, each with a reason."
        )
    return lines


def page(rows: Sequence[Row], command: str = COMMAND, when: datetime | None = None) -> str:
    """The fit as a page of Markdown, misses first."""
    date = (when or datetime.now(UTC)).date().isoformat()
    parts = [
        "# How well the model fits",
        "",
        f"Written by `{command}` on {date}. Do not edit: run it again.",
        "",
        count_line(rows),
        "",
        *(f"- {line}" for line in target_lines(rows)),
        "",
        "A baseline of England. Targets and the room around them come from the evidence registry "
        "(`python -m sim evidence KEY`); rows of kind *account* from England's starting account; "
        "a *promise* is the project's own. *Near* is within twice the room allowed (half the "
        "range's width); *rooms off* is 1 on the border. *Luck* is one standard error of a run "
        "this size, where one can be told; a dagger marks a miss or near that two of them "
        "could explain. Validation targets are never fitted.",
    ]
    titles = {MISS: "Misses", NEAR: "Near", PASS: "Passes"}
    for verdict, title in titles.items():
        here = [row for row in rows if row.verdict == verdict]
        parts += ["", f"## {title} ({len(here)})", ""]
        if here:
            parts += [
                f"| {' | '.join(HEADS)} |",
                "|---|---|--:|--:|--:|--:|--:|--:|--:|---|",
                *(_line(row) for row in here),
            ]
    rest = [row for row in rows if row.verdict == NOT_COMPUTED]
    parts += ["", f"## Not computed ({len(rest)})", "", "| figures | kind | why |", "|---|---|---|"]
    parts += [f"| {row.key} | {_plain(row.kind)} | {_plain(row.note)} |" for row in rest]
    return "\n".join(parts) + "\n"


def _line(row: Row) -> str:
    dagger = " †" if row.verdict != PASS and row.may_be_luck else ""
    off = "no room" if math.isinf(row.off) else f"{row.off:.1f}"
    numbers = [number(each) for each in (row.target, row.low, row.high, row.value)]
    part = f"{(row.value or 0.0) / row.target - 1.0:+.0%}" if row.target else ""
    cells = (row.key + dagger, _plain(row.kind), *numbers, part, number(row.luck), off,
             _plain(row.note))  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    return text.replace("_", " ").replace("|", "/")


def number(value: float | None) -> str:
    """A number as people write it: whole from a thousand up, else four figures."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def write_page(rows: Sequence[Row], path: str | Path, command: str = COMMAND) -> Path:
    """Write the page of fit whole, or not at all."""
    return atomic.write_page(Path(path), page(rows, command))
