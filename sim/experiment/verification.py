"""Everything the model is held against, in one go: what `python -m sim validate` asks for.

Runs, in this order, a baseline of England (figures and patterns from the same run), the natural
experiment of the 2010s, rival structures, the hindcast, councils of both halves, and promises of
plans. Changes nothing; `verification_page` writes what it found.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sim.experiment import council_halves, hindcast_check, promises, rivals, track_record
from sim.experiment.council_halves import Half
from sim.experiment.fit_finding import MISS, NEAR, NOT_COMPUTED, PASS, Finding, Row, judge
from sim.experiment.patterns import Judged, Watch
from sim.experiment.rivals import Standing
from sim.experiment.track_record import Check
from sim.experiment.validate import count_line, in_order, target_lines, validate

Progress = Callable[[int, int, str], None]
FACTS = ("key", "kind", "target", "low", "high", "value", "verdict", "note")


@dataclass(frozen=True)
class Verification:
    """What every check found; `seconds` each part took."""

    rows: list[Row]
    patterns: list[Judged]
    structures: list[Standing]
    hindcast: list[Row]
    halves: list[Half]
    promises: list[Row]
    seconds: dict[str, float] = field(default_factory=dict)

    def checks(self) -> list[Check]:
        """Figures nothing was fitted to, with their verdicts."""
        return track_record.checks_of(self.rows, self.patterns, self.hindcast, self.halves)

    def lines(self) -> list[str]:
        """The whole in a few sentences, for the screen and the head of the page."""
        shown = sum(each.verdict == PASS for each in self.patterns)
        told = [count_line(self.rows), *target_lines(self.rows)]
        told.append(f"Patterns: {shown} of {len(self.patterns)} shown at once by one run.")
        told += [
            f"Rival structure {each.key}: fails {len(each.failed)} of {len(each.patterns)}."
            for each in self.structures[1:]
        ]
        late = [row for row in self.hindcast if row.kind == hindcast_check.HELD_OUT]
        told.append(f"Hindcast from 2015/16, years never fitted: {_count(late)}.")
        told += [
            f"Councils of the half that {_half(each)}: {each.near[0]} of {each.near[1]} figures "
            f"not given within a fifth ({', '.join(each.councils)})."
            for each in self.halves
        ]
        told += [f"Plan, {row.key}: {row.verdict}, {row.note}." for row in self.promises]
        return told

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "summary": self.lines(),
            "figures": [_facts(row) for row in self.rows],
            "patterns": [each.facts() for each in self.patterns],
            "structures": [each.facts() for each in self.structures],
            "hindcast": [_facts(row) for row in self.hindcast],
            "council_halves": [each.facts() for each in self.halves],
            "promises": [_facts(row) for row in self.promises],
            "seconds": {name: round(value, 1) for name, value in self.seconds.items()},
        }


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
    residents: int = 20_000,
    years: int = 10,
    seed: int = 1,
    progress: Progress | None = None,
    jobs: int | None = None,
) -> Verification:
    """Run every check. `residents` and `years` are those of England's baseline.

    The other parts are no larger than that, nor than their own usual size, so that a small asking
    gives a small check. Raises UserMistake for sizes that are not whole numbers of 1 or more.
    """
    watch, seconds, began = Watch(), {}, time.monotonic()

    def took(part: str) -> None:
        nonlocal began
        now = time.monotonic()
        seconds[part] = now - began
        began = now

    rows = validate(residents, years, seed, progress, (watch,))
    took("England and the natural experiment")
    structures = rivals.compare(min(residents, rivals.RESIDENTS), seed, progress)
    took("rival structures")
    hindcast = hindcast_check.check({}, min(residents, hindcast_check.RESIDENTS), (seed,))
    took("hindcast")
    size = min(residents, council_halves.RESIDENTS)
    halves = council_halves.compare_halves(_councils(residents), size, (seed,), progress)
    took("councils")
    kept = promises.check(
        min(residents, promises.RESIDENTS), min(years, promises.YEARS), _draws(residents), seed,
        jobs, progress,
    )  # fmt: skip
    took("promises of plans")
    rows = in_order(_answered(rows, kept))
    return Verification(
        rows, watch.judged(), structures, in_order(hindcast), halves, kept, seconds
    )  # fmt: skip


def _answered(rows: list[Row], kept: list[Row]) -> list[Row]:
    """The rows, with targets that a plan's run answered in place of their reasons for not being."""
    found = {row.key: row for row in kept if row.kind != promises.KIND}
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


def _councils(residents: int) -> int:
    """Councils of each half: fewer in a small check."""
    return council_halves.OF_EACH if residents >= council_halves.RESIDENTS else 1


def _draws(residents: int) -> int:
    return promises.DRAWS if residents >= promises.RESIDENTS else 2
