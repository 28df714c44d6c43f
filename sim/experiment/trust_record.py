"""What is known of a headline before a run: screenings, rival rules tried, held-out checks.

Looks at the program's own tables in `data`; writes them only when an analysis is asked to. What
was never screened, tried or checked is told as such, for the trust rule to take the worse.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sim.evidence.rows import read_table
from sim.experiment import atomic
from sim.experiment.trust import DATA, HeldOut, threshold

RUNS = ("preset", "analysis", "plan", "place", "residents", "years", "points", "date", "command")
SHARES = (
    "preset", "outcome", "mean", "share_from_luck", "share_from_c_d", "share_from_d", "move",
    "luck", "emulator_r2", "emulator_r2_of_mean",
)  # fmt: skip
DRIVERS = ("preset", "outcome", "rank", "key", "grade", "share", "basis", "switch")
RULES = ("preset", "outcome", "rule_set", "draws", "mean", "agreement", "opposite")
RECORD = ("outcome", "figure", "label", "kind", "verdict", "command", "date")
TRACK = "track_record.csv"
CITED_NAMES = DATA / "evidence_words.csv"
NAMES = DATA / "plain_names.csv"  # ships with the program, wherever the tables are kept
FILES = {
    "screened_runs.csv": RUNS,
    "screened_shares.csv": SHARES,
    "screened_drivers.csv": DRIVERS,
    "screened_rules.csv": RULES,
    TRACK: RECORD,
}
# Tables of a plan that change what it does; a new title does not make a screening stale.
_ACTING = ("invest", "shock", "rules", "arrows", "rivals", "overrides")
_FAIL = ("near", "miss")


def plan_hash(text: str) -> str:
    """A short hash of what a scenario file's text makes the model do."""
    said = tomllib.loads(text)
    acting = {table: said[table] for table in _ACTING if said.get(table)}
    told = json.dumps(acting, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of one of the tables; none where it was never written."""
    path = DATA / name
    if not path.is_file():
        return ()
    return tuple(row for _, row in read_table(path, FILES[name], ()))


def is_screened(preset: str, text: str, analysis: str) -> bool:
    """Whether an analysis of exactly this plan is among the program's own."""
    return any(
        row["preset"] == preset and row["analysis"] == analysis and row["plan"] == plan_hash(text)
        for row in rows("screened_runs.csv")
    )


def shares_of(preset: str, outcome: str) -> tuple[float, float] | None:
    """Shares of the spread from grades C and D, and from D; None where never screened."""
    for row in rows("screened_shares.csv"):
        if (row["preset"], row["outcome"]) == (preset, outcome) and row["share_from_d"]:
            return float(row["share_from_c_d"]), float(row["share_from_d"])
    return None


@dataclass(frozen=True)
class KnownDriver:
    """A number that drives an outcome: share of the spread, and where the sign turns, if it does.

    `switch` is None where the sign turns nowhere inside its range or that could not be told;
    `told` says which.
    """

    key: str
    grade: str
    share: float
    basis: str
    switch: float | None
    told: bool

    @property
    def words(self) -> str:
        """The number in words a reader outside the project knows."""
        return plain_names().get(self.key, self.key.replace("_", " "))


@cache
def plain_names() -> dict[str, str]:
    """What each number a comparison reads is about, in plain words, by key."""
    lines = read_table(NAMES, ("key", "words"), ())
    return {row["key"]: row["words"] for _, row in lines}


@cache
def evidence_words() -> Mapping[str, str]:
    """The same for figures that plans cite: `plain_names`, and those no comparison reads."""
    lines = read_table(CITED_NAMES, ("key", "words"), ())
    return plain_names() | {row["key"]: row["words"] for _, row in lines}


def drivers_of(preset: str, outcome: str, most: int = 3) -> list[KnownDriver]:
    """The strongest drivers of an outcome, the first first; none where never screened."""
    found = [
        KnownDriver(
            row["key"], row["grade"], float(row["share"]), row["basis"],
            None if row["switch"] in ("none", "not told") else float(row["switch"]),
            row["switch"] != "not told",
        )
        for row in rows("screened_drivers.csv")
        if (row["preset"], row["outcome"]) == (preset, outcome)
    ]  # fmt: skip
    return found[:most]


@dataclass(frozen=True)
class RulesTried:
    """Rival rule sets an outcome was rerun under, and which left or reversed its direction."""

    tried: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    reversed: tuple[str, ...] = ()


def rules_of(preset: str, outcome: str) -> RulesTried:
    """Return the rule sets tried; nothing where none were."""
    mine = [
        row
        for row in rows("screened_rules.csv")
        if (row["preset"], row["outcome"]) == (preset, outcome)
    ]
    keeps, turns = threshold("direction_sign_agreement"), threshold("rule_set_reverses")
    return RulesTried(
        tuple(row["rule_set"] for row in mine),
        tuple(row["rule_set"] for row in mine if float(row["agreement"]) < keeps),
        tuple(row["rule_set"] for row in mine if float(row["opposite"]) >= turns),
    )


def track_record(outcome: str) -> tuple[int, int, list[str]]:
    """How many held-out figures of an outcome passed, of how many, and the others in words."""
    mine = [row for row in rows(TRACK) if row["outcome"] == outcome]
    failed = [row["label"] for row in mine if row["verdict"] in _FAIL]
    return len(mine) - len(failed), len(mine), failed


def held_out(outcome: str) -> HeldOut:
    """Whether an outcome's held-out figures were met: enough of them, some, or none there."""
    passed, number, _ = track_record(outcome)
    if not number:
        return "none"
    return "passed" if passed / number >= threshold("held_out_least_share") else "failed"


def write(folder: Path, name: str, new: Sequence[Mapping[str, Any]], replacing: str = "") -> None:
    """Write rows into a table: those of the same preset (and analysis) give way, others stay.

    `replacing` names the columns whose values decide which old rows give way; '' is the whole
    table.
    """
    head, path = FILES[name], folder / name
    keys = replacing.split()
    gone = {tuple(str(row[key]) for key in keys) for row in new}
    old = [row for _, row in read_table(path, head, ())] if path.is_file() and keys else []
    kept = [row for row in old if tuple(row[key] for key in keys) not in gone]
    page = io.StringIO()
    lines = csv.DictWriter(page, head, lineterminator="\n")
    lines.writeheader()
    lines.writerows([*kept, *new])
    atomic.make_folder(folder)
    atomic.write(path, page.getvalue().encode())
    rows.cache_clear()
