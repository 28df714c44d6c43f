"""Year-by-year official figures: what drives a hindcast, what it is fitted to, what is held out.

Looks at data/official_series.csv. Changes nothing. A point used as `holdout_forward` is a starting
level of forward runs and must never inform a hindcast; `exclude` is kept for the reader only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sim.evidence.rows import DATA, RowReader, read_table, unit_of

FILE = "official_series.csv"
USES = ("input", "fit", "exclude", "holdout_forward")
COLUMNS = ("series", "year", "value", "unit", "source", "url", "verified", "use", "note", "same_as")


@dataclass(frozen=True, slots=True)
class Point:
    """One published figure of one year; `same_as` names the registry row holding the same fact."""

    series: str
    year: str
    value: float
    unit: str
    source: str
    url: str
    verified: bool
    use: str
    note: str
    same_as: str


@cache
def points() -> tuple[Point, ...]:
    """Return every point, in file order."""
    found: list[Point] = []
    seen: set[tuple[str, str]] = set()
    for line, cells in read_table(DATA / FILE, COLUMNS, ()):
        at = RowReader(DATA / FILE, line, cells)
        name, year = at.text("series"), at.text("year")
        if (name, year) in seen:
            raise at.wrong("year", f"{name} already has a figure for {year}.")
        if unit_of(at.text("unit")) is None:
            raise at.wrong("unit", f"{at.text('unit')!r} is not in known_units.csv.")
        seen.add((name, year))
        found.append(
            Point(
                series=name,
                year=year,
                value=at.number("value"),
                unit=at.text("unit"),
                source=at.text("source"),
                url=at.text("url"),
                verified=at.choice("verified", ("yes", "no")) == "yes",
                use=at.choice("use", USES),
                note=at.text("note"),
                same_as=at.text("same_as"),
            )
        )
    return tuple(found)


def series(name: str, *uses: str) -> tuple[Point, ...]:
    """Return one series, oldest first as printed, kept to the uses asked for (default all)."""
    return tuple(p for p in points() if p.series == name and (not uses or p.use in uses))
