"""Everything the model is held against, in one go: what `python -m sim validate` asks for.

Parts that know nothing of each other, so they run side by side with the same answers: a baseline of
England (figures and patterns from the same run) with the natural experiment of the 2010s, promises
of plans, schemes evaluated as published studies were, rival structures, councils of both halves,
and the hindcast. Changes nothing; `verification_page` writes what it found.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sim.experiment import council_halves, hindcast_check, promises, rivals, tasks, track_record
from sim.experiment.council_halves import Half
from sim.experiment.ensemble import default_jobs
from sim.experiment.fit_finding import MISS, NEAR, NOT_COMPUTED, PASS, Finding, Row, judge
from sim.experiment.patterns import Judged, Watch
from sim.experiment.plan_checks import (
    company,
    emergencies,
    places,
    reading,
    schemes,
    worth_rows,
)
from sim.experiment.request import whole_number
from sim.experiment.rivals import Standing
from sim.experiment.track_record import Check
from sim.experiment.uncertainty import finite
from sim.experiment.validate import RESIDENTS, count_line, in_order, target_lines, validate

Progress = Callable[[int, int, str], None]
FACTS = ("key", "kind", "target", "low", "high", "value", "verdict", "note")


@dataclass(frozen=True)
class Verification:
    """What every check found; `seconds` each part took, side by side."""

    rows: list[Row]
    patterns: list[Judged]
    structures: list[Standing]
    hindcast: list[Row]
    halves: list[Half]
    promises: list[Row]
    seconds: dict[str, float] = field(default_factory=dict)
    hindcast_is: str = ""

    def checks(self) -> list[Check]:
        """Figures nothing was fitted to, with their verdicts."""
        return track_record.checks_of(self.rows, self.patterns, self.hindcast, self.halves)

    def lines(self) -> list[str]:
        """The whole in a few sentences, for the screen and the head of the page."""
        shown = sum(each.verdict == PASS for each in self.patterns)
        told = [count_line(self.rows), *target_lines(self.rows)]
        told.append(f"Patterns: {shown} of {len(self.patterns)} shown at once by one run.")
        told += self._rivals()
        late = [row for row in self.hindcast if row.kind == hindcast_check.HELD_OUT]
        told.append(f"Hindcast from 2015/16, years never fitted: {_count(late)}.")
        told += [
            f"Councils of the half that {_half(each)}: {each.near[0]} of {each.near[1]} figures "
            f"not given within a fifth ({', '.join(each.councils)})."
            for each in self.halves
        ]
        effects = [row for row in self.promises if row.kind != reading.KIND]
        told.append(f"Published effects of programmes, never fitted: {_count(effects)}.")
        told += [
            f"Plan, {row.key}: {row.verdict}, {row.note}."
            for row in self.promises
            if row.kind == reading.KIND
        ]
        return told

    def _rivals(self) -> list[str]:
        """How many of the patterns that ours shows each rival structure fails."""
        ours, *others = self.structures
        failed = [f"{each.key} fails {len(ours.shown & set(each.failed))}" for each in others]
        opening = f"Rival structures: ours shows {len(ours.shown)} of {len(ours.patterns)}"
        return ["; of these ".join([opening, *filter(None, [", ".join(failed)])]) + "."]

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON: None where a figure is not a number."""
        told = {
            "summary": self.lines(),
            "figures": [_facts(row) for row in self.rows],
            "patterns": [each.facts() for each in self.patterns],
            "structures": [each.facts() for each in self.structures],
            "hindcast": [_facts(row) for row in self.hindcast],
            "council_halves": [each.facts() for each in self.halves],
            "promises": [_facts(row) for row in self.promises],
            "seconds": {name: round(value, 1) for name, value in self.seconds.items()},
        }
        return dict(finite(told))


def _half(half: Half) -> str:
    return "is never fitted to" if half.name == council_halves.UNTOUCHED else "may be fitted to"


def _facts(row: Row) -> dict[str, Any]:
    return {fact: getattr(row, fact) for fact in FACTS} | {"luck": row.luck}


def _count(rows: list[Row]) -> str:
    told = {word: sum(row.verdict == word for row in rows) for word in (PASS, NEAR, MISS)}
    left = sum(row.verdict == NOT_COMPUTED for row in rows)
    return (
        f"{told[PASS]} pass, {told[NEAR]} near, {told[MISS]} miss of {len(rows) - left} computed"
        + (f"; {left} not computed" if left else "")
    )


def verify(
    residents: int = RESIDENTS,
    years: int = 10,
    seed: int = 1,
    progress: Progress | None = None,
    jobs: int | None = None,
) -> Verification:
    """Run every check. `residents` and `years` are those of England's baseline.

    The other parts are no larger than that, nor than their own usual size, so that a small asking
    gives a small check. `jobs` are processes, as many as cores when None. Raises UserMistake for
    sizes that are not whole numbers of 1 or more, Interrupted on Ctrl-C.
    """
    for name, value in (("residents", residents), ("years", years)):
        whole_number(name, value)
    asked = [(name, residents, years, seed) for name in PARTS]
    jobs = default_jobs(len(asked)) if jobs is None else whole_number("jobs", jobs)
    found = tasks.spread(one_part, asked, jobs, progress)
    told = {name: each for name, (each, _) in zip(PARTS, found, strict=True)}
    seconds = {name: took for name, (_, took) in zip(PARTS, found, strict=True)}
    rows, judged = told["England and the natural experiment"]
    kept = [row for name in PROMISES for row in told[name]]
    seen = {name.removeprefix(SCHEME): told[name] for name in SCHEME_PARTS if told[name]}
    kept += [*company.rows(seen), *emergencies.rows(seen)]
    return Verification(
        in_order(_answered(rows, kept)), judged, told["rival structures"],
        in_order(told["hindcast"]), told["councils"], kept, seconds,
        hindcast_check.told(residents),
    )  # fmt: skip


def one_part(asked: tuple[str, int, int, int]) -> tuple[Any, float]:
    """One part of (name, residents, years, seed), and the seconds it took."""
    name, *sizes = asked
    began = time.monotonic()
    return PARTS[name](*sizes), time.monotonic() - began


def _england(residents: int, years: int, seed: int) -> tuple[list[Row], list[Judged]]:
    watch = Watch()
    return validate(residents, years, seed, None, (watch,)), watch.judged()


def _rivals(residents: int, _years: int, seed: int) -> list[Standing]:
    return rivals.compare(min(residents, rivals.RESIDENTS), seed)


def _hindcast(residents: int, _years: int, seed: int) -> list[Row]:
    numbers = hindcast_check.usual(residents)
    return hindcast_check.check(numbers, min(residents, hindcast_check.RESIDENTS), seed)


def _halves(residents: int, _years: int, seed: int) -> list[Half]:
    """Fewer councils of each half in a small check."""
    of_each = council_halves.OF_EACH if residents >= council_halves.RESIDENTS else 1
    return council_halves.compare_halves(of_each, min(residents, council_halves.RESIDENTS), (seed,))


SCHEME = "scheme: "
SCHEME_PARTS = tuple(f"{SCHEME}{name}" for name in schemes.EVERY)


def _scheme(part: str) -> Callable[[int, int, int], schemes.Seen | None]:
    """The part that lives one scheme for its evaluations."""
    return partial(schemes.lived, part.removeprefix(SCHEME))


# By name, the longest first, so that the last to end is a short one.
PARTS: dict[str, Callable[[int, int, int], Any]] = {
    "England and the natural experiment": _england,
    "promise: a service seldom saves": promises.seldom_saves,
    "promise: pounds": worth_rows.rows,
    "rival structures": _rivals,
    "councils": _halves,
    "hindcast": _hindcast,
    **{name: _scheme(name) for name in SCHEME_PARTS},
    "promise: the full mix": promises.full_mix,
    "promise: places and packages": places.rows,
    "promise: referrals need places": promises.needs_places,
}
PROMISES = [name for name in PARTS if name.startswith("promise")]


def _answered(rows: list[Row], kept: list[Row]) -> list[Row]:
    """The rows, with targets that a plan's run answered in place of their reasons for not being."""
    found = {row.key: row for row in kept if row.kind != reading.KIND}
    sign = _sign_of_admissions(rows)
    found |= {sign.key: sign} if sign is not None else {}
    return [found.get(row.key, row) for row in rows]


def _sign_of_admissions(rows: list[Row]) -> Row | None:
    """The published null effect of a cut on inpatient use: 0 where admissions stay within 3%."""
    for row in rows:
        if row.key == "cut_leaves_admissions_65plus" and row.value is not None:
            sign = 0.0 if row.verdict == PASS else math.copysign(1.0, row.value - 1.0)
            return judge(Finding("austerity_inpatient_effect", sign, f"as {row.key}: {row.note}"))
    return None
