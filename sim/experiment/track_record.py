"""Writing the track record: how each outcome did in checks nothing was fitted to.

Looks at what `validate` found and at the table of which figure speaks for which outcome; writes
data/track_record.csv only when asked. `trust_record` is its one reader. One row a check; an
outcome without a row has none, which labels take as the worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from sim.evidence.rows import read_table
from sim.experiment import trust_record
from sim.experiment.council_halves import UNTOUCHED, Half
from sim.experiment.councils_page import NEAR_ENOUGH
from sim.experiment.fit_finding import MISS, NEAR, PASS, Row
from sim.experiment.hindcast_check import HELD_OUT
from sim.experiment.patterns import Judged
from sim.experiment.trust import DATA
from sim.outcomes import MEASURES

SPEAKS_FOR = "held_out_outcomes.csv"
KINDS = ("validation_target", "natural experiment", "projection", HELD_OUT)
PATTERN, COUNCIL = "pattern", "council of the untouched half"


class Check(NamedTuple):
    """A held-out figure: its key, what kind of check it is, and how it came out."""

    figure: str
    kind: str
    verdict: str


def checks_of(
    rows: Iterable[Row], patterns: Iterable[Judged], hindcast: Iterable[Row], halves: Sequence[Half]
) -> list[Check]:
    """Every held-out figure with a verdict, from all the checks."""
    told = [Check(row.key, row.kind, row.verdict) for row in (*rows, *hindcast)
            if row.kind in KINDS]  # fmt: skip
    told += [Check(each.key, PATTERN, each.verdict) for each in patterns if each.held_out]
    for half in halves:
        if half.name == UNTOUCHED:
            told += [
                Check(f"{row.key} {row.council}", COUNCIL, verdict_of_ratio(row.ratio))
                for row in half.rows
                if not row.imputed
            ]
    return [check for check in told if check.verdict in (PASS, NEAR, MISS)]


def verdict_of_ratio(ratio: float) -> str:
    """Pass within a fifth of 1, near within two."""
    off = abs(ratio - 1.0)
    return PASS if off <= NEAR_ENOUGH else NEAR if off <= 2 * NEAR_ENOUGH else MISS


def speaks_for() -> list[tuple[str, str, str]]:
    """Which figure speaks for which outcome: the figure's key or pattern, outcome, plain words."""
    columns = ("figure", "outcome", "label", "why")
    lines = read_table(DATA / SPEAKS_FOR, columns, ())
    return [(row["figure"], row["outcome"], row["label"]) for _, row in lines]


def record(
    checks: Sequence[Check], command: str, when: datetime | None = None
) -> list[dict[str, str]]:
    """One row for each check and outcome it speaks for, by outcome, with its words for a reader."""
    date = (when or datetime.now(UTC)).date().isoformat()
    told = [
        {
            "outcome": outcome, "figure": check.figure, "label": _words(label, pattern, check),
            "kind": check.kind.replace("_", " "), "verdict": check.verdict, "command": command,
            "date": date,
        }
        for pattern, outcome, label in speaks_for()
        for check in checks
        if fnmatchcase(check.figure, pattern)
    ]  # fmt: skip
    order = list(MEASURES)
    return sorted(told, key=lambda row: (order.index(row["outcome"]), row["figure"]))


def _words(label: str, pattern: str, check: Check) -> str:
    """The figure in plain words: a star in the label is what the pattern's star stands for."""
    return label.replace("*", check.figure[len(pattern.rstrip("*")) :]) if "*" in pattern else label


def counts(rows: Sequence[dict[str, str]]) -> dict[str, dict[str, int]]:
    """For each outcome that was checked: how many checks passed, were near, and missed."""
    told: dict[str, dict[str, int]] = {}
    for row in rows:
        mine = told.setdefault(row["outcome"], dict.fromkeys((PASS, NEAR, MISS), 0))
        mine[row["verdict"]] += 1
    return told


def write(rows: Sequence[dict[str, str]], folder: Path = DATA) -> Path:
    """Write the record whole, or not at all."""
    trust_record.write(folder, trust_record.TRACK, rows)
    return folder / trust_record.TRACK
