"""What one row of evidence is, and what it may hold.

Looks only at the text of a row, the list of known units and the list of explained exceptions.
Changes nothing. A row that cannot be right stops the load with its file, line and column.

How to read the columns we add to the published ones:

- `range_kind`: what low and high are. `uncertainty` (about this very number; the only kind ever
  drawn), `between_councils` (councils differ), `subgroup` (women and men, regions, settings),
  `rounding`, or `none` (no range, or one of other years, editions or definitions).
- `distribution`: the shape a parameter is drawn from when its range is uncertainty.
- `tolerance`, `tolerance_basis`: how far a model may be from a target (half width), and why.
- `same_as`: another key holding the same fact; then only that other row is used.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from sim.errors import UserMistake, did_you_mean

DATA = Path(__file__).parent / "data"

KINDS = ("parameter", "calibration_target", "validation_target", "context")
GRADES = ("A", "B", "C", "D")
RANGE_KINDS = ("uncertainty", "between_councils", "subgroup", "rounding", "none")
DISTRIBUTIONS = ("triangular", "uniform", "lognormal", "fixed", "")
PUBLISHED = (
    "key", "value", "low", "high", "unit", "population", "period", "kind", "source", "url",
    "grade", "verified", "note",
)  # fmt: skip
CURATED = ("range_kind", "distribution", "tolerance", "tolerance_basis", "same_as")
KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One number with its range, unit, origin and strength."""

    key: str
    value: float
    low: float | None
    high: float | None
    unit: str
    population: str
    period: str
    kind: str
    source: str
    url: str
    grade: str
    verified: bool
    note: str
    range_kind: str = "none"
    distribution: str = ""
    tolerance: float | None = None
    tolerance_basis: str = ""
    same_as: str = ""
    table: str = ""

    @property
    def is_target(self) -> bool:
        """Whether the model is compared with this number."""
        return self.kind in ("calibration_target", "validation_target")

    @property
    def is_drawn(self) -> bool:
        """Whether an uncertain run draws this number instead of taking its central value."""
        return (
            self.kind == "parameter"
            and self.range_kind == "uncertainty"
            and self.distribution not in ("", "fixed")
            and not self.same_as
        )


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and the values that can physically be measured in it."""

    name: str
    lowest: float
    highest: float

    def allows(self, value: float) -> bool:
        """Return whether a value is finite and possible in this unit."""
        return math.isfinite(value) and self.lowest <= value <= self.highest


@cache
def known_units() -> Mapping[str, Unit]:
    """Return every unit the registry accepts, by name or by pattern (data/known_units.csv)."""
    units = {}
    for _, row in read_table(DATA / "known_units.csv", ("unit", "lowest", "highest"), ()):
        low, high = float(row["lowest"] or "-inf"), float(row["highest"] or "inf")
        units[row["unit"]] = Unit(row["unit"], low, high)
    return units


@cache
def unit_of(name: str) -> Unit | None:
    """Return a known unit: its own line if there is one, else the first pattern it fits."""
    units = known_units()
    if name in units:
        return units[name]
    patterns = (each for each in units if "*" in each)
    return next((units[each] for each in patterns if fnmatchcase(name, each)), None)


@cache
def _exceptions() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return exact keys and key patterns whose values may leave the usual bounds of their unit."""
    names = [
        row["key"] for _, row in read_table(DATA / "value_exceptions.csv", ("key", "reason"), ())
    ]
    exact = tuple(name for name in names if "*" not in name)
    return exact, tuple(name for name in names if "*" in name)


def is_possible(key: str, unit: str, value: float) -> bool:
    """Return whether a value can stand under a key: finite, and possible in its unit."""
    known = unit_of(unit)
    if known is None or not math.isfinite(value):
        return False
    if known.allows(value):
        return True
    exact, patterns = _exceptions()
    return key in exact or any(fnmatchcase(key, pattern) for pattern in patterns)


def read_table(
    path: Path, required: tuple[str, ...], optional: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, row) of a CSV file, cells stripped; refuse odd headers, ragged rows."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file, strict=True)
            header = next(lines, [])
            _check_header(path, header, required, optional)
            for cells in lines:
                if len(cells) != len(header):
                    raise UserMistake(
                        f"{path.name}: line {lines.line_num}: {len(cells)} cells under "
                        f"{len(header)} column names."
                    )
                yield lines.line_num, dict(zip(header, map(str.strip, cells), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserMistake(f"{path.name}: cannot be read as a table: {error}.") from error


def _check_header(
    path: Path, header: list[str], required: tuple[str, ...], optional: tuple[str, ...]
) -> None:
    allowed = (*required, *optional)
    for name in header:
        if name not in allowed or header.count(name) > 1:
            hint = did_you_mean(name, allowed)
            raise UserMistake(f"{path.name}: line 1: unexpected column {name!r}.{hint}")
    for name in required:
        if name not in header:
            raise UserMistake(f"{path.name}: line 1: the column {name!r} is missing.")


class RowReader:
    """Turns the cells of one line into values, naming the place of anything wrong."""

    def __init__(self, path: Path, line: int, cells: Mapping[str, str]) -> None:
        self.path, self.line, self.cells = path, line, cells

    def wrong(self, column: str, why: str) -> UserMistake:
        """Return the mistake to raise: file, line, column and what is wrong there."""
        return UserMistake(f"{self.path.name}: line {self.line}, column {column}: {why}")

    def text(self, column: str) -> str:
        """Return a cell; an absent column is empty."""
        return self.cells.get(column, "")

    def number(self, column: str) -> float:
        """Return a finite number."""
        found = self.maybe(column)
        if found is None:
            raise self.wrong(column, "a number is missing.")
        return found

    def maybe(self, column: str) -> float | None:
        """Return a finite number, or None for an empty cell."""
        text = self.cells.get(column)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            raise self.wrong(column, f"{text!r} is not a number.") from None
        if not math.isfinite(value):
            raise self.wrong(column, f"{text!r} is not a finite number.")
        return value

    def choice(self, column: str, allowed: tuple[str, ...]) -> str:
        """Return a cell that must be one of a few words."""
        text = self.text(column)
        if text not in allowed:
            words = ", ".join(word or "(empty)" for word in allowed)
            raise self.wrong(column, f"{text!r} is not one of {words}.")
        return text


def check(row: Evidence, at: RowReader) -> Evidence:
    """Return the row if it can be right; otherwise raise with its file, line and column."""
    if not KEY.fullmatch(row.key):
        raise at.wrong("key", f"{row.key!r} must be lower-case letters, digits and underscores.")
    if unit_of(row.unit) is None:
        hint = did_you_mean(row.unit, known_units())
        raise at.wrong("unit", f"{row.unit!r} is not in known_units.csv.{hint}")
    ends = (("value", row.value), ("low", row.low), ("high", row.high))
    for column, value in ends:
        if value is not None and not is_possible(row.key, row.unit, value):
            raise at.wrong(column, f"{value:g} is impossible for {row.key} in {row.unit}.")
    if row.range_kind == "uncertainty":
        if row.low is None or row.high is None:
            raise at.wrong("range_kind", f"{row.key} is called uncertain but lacks low or high.")
        if not row.low <= row.value <= row.high:
            raise at.wrong("value", f"{row.key} lies outside its own range.")
    if row.distribution and row.range_kind != "uncertainty":
        raise at.wrong("distribution", f"{row.key}: only a range of uncertainty is drawn.")
    if row.distribution == "lognormal" and not 0 < (row.low or 0) < row.value < (row.high or 0):
        raise at.wrong("distribution", f"{row.key}: lognormal needs 0 < low < value < high.")
    if row.is_target and row.tolerance is None:
        raise at.wrong("tolerance", f"the target {row.key} has no tolerance.")
    if row.tolerance is not None and row.tolerance < 0:
        raise at.wrong("tolerance", f"{row.tolerance:g} is below 0.")
    return row
