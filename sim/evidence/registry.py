"""The registry: every row of evidence under one key, and the ways to ask for it.

Looks at the tables in data/ through `rows.py`, `account.py` and `series.py`. Changes nothing.
Published effect sizes are targets for mechanisms; validation targets never feed the model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from types import MappingProxyType

from sim.errors import UserMistake, nearest
from sim.evidence import account, series
from sim.evidence.rows import (
    CURATED,
    DATA,
    DISTRIBUTIONS,
    GRADES,
    KINDS,
    PUBLISHED,
    RANGE_KINDS,
    Evidence,
    RowReader,
    check,
    read_table,
)

TABLES = (
    "population_loneliness.csv",
    "health_crisis_costs.csv",
    "care_finance_workforce.csv",
    "community_interventions.csv",
    "councils_and_updates.csv",
    "model_choices.csv",
)


class Registry:
    """All evidence, by key. Made by `registry()`; never changed afterwards."""

    def __init__(self, rows: Mapping[str, Evidence]) -> None:
        self._rows = MappingProxyType(dict(rows))

    def __iter__(self) -> Iterator[Evidence]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key, in table order."""
        return tuple(self._rows)

    def get(self, key: str) -> Evidence:
        """Return the row of a key; an unknown key is a mistake that names the nearest ones."""
        row = self._rows.get(key)
        if row is None:
            raise UserMistake(f"The evidence has no number called {key!r}.{self.hint(key)}")
        return row

    def hint(self, key: str) -> str:
        """Return ' Did you mean a, b or c?' for the nearest keys, or an empty string."""
        close = nearest(key, self._rows, 3)
        if not close:
            close = [row.key for row in self.search(key.replace("_", " "))[:3]]
        if not close:
            return " Try: python -m sim evidence TEXT."
        *others, last = close
        return (
            f" Did you mean {', '.join(others)} or {last}?" if others else f" Did you mean {last}?"
        )

    def search(self, text: str) -> list[Evidence]:
        """Return the rows in which all words of a text occur, best first."""
        words = text.lower().split()
        found = []
        for place, row in enumerate(self):
            scores = [_score(word, row) for word in words]
            if words and all(scores):
                strength = GRADES.index(row.grade)
                found.append((-sum(scores), bool(row.same_as), strength, place, row))
        return [each[-1] for each in sorted(found, key=lambda each: each[:-1])]

    def parameters(self) -> tuple[Evidence, ...]:
        """Return the rows meant to feed the model, one per fact."""
        return tuple(row for row in self if row.kind == "parameter" and not row.same_as)

    def targets(self, kind: str = "", *, hindcast: bool = False) -> tuple[Evidence, ...]:
        """Return the rows the model is compared with, one per fact.

        `kind` keeps calibration or validation targets only. Facts the official series feeds in as
        inputs are left out (a number is never in two roles). With `hindcast`, levels held out for
        forward runs are left out too.
        """
        barred = {point.same_as for point in series.points() if point.use == "input"}
        if hindcast:
            barred |= self.forward_only()
        return tuple(
            row
            for row in self
            if row.is_target
            and not row.same_as
            and row.key not in barred
            and kind in ("", row.kind)
        )

    def forward_only(self) -> frozenset[str]:
        """Return keys that are starting levels of forward runs: never evidence for a hindcast."""
        held_out = {p.same_as for p in series.points() if p.use == "holdout_forward" and p.same_as}
        return frozenset(held_out)

    @cached_property
    def hash(self) -> str:
        """Sha256 of the contents of every table (line endings aside), in a fixed order."""
        digest = hashlib.sha256()
        for name in (*TABLES, account.FILE, series.FILE):
            path = DATA / name
            if path.exists():
                content = path.read_bytes().replace(b"\r\n", b"\n")
                digest.update(f"{name}:{len(content)}\n".encode() + content)
        return digest.hexdigest()


@cache
def registry() -> Registry:
    """Read every table once; the first thing wrong is named by file, line and column."""
    rows: dict[str, Evidence] = {}
    places: dict[str, RowReader] = {}
    for row, at in _all_rows():
        if row.key in rows:
            first = places[row.key]
            where = f"{first.path.name} line {first.line}"
            raise at.wrong("key", f"{row.key} is already a row ({where}).")
        rows[row.key], places[row.key] = row, at
    for key, row in rows.items():
        if row.same_as and (row.same_as not in rows or rows[row.same_as].same_as):
            raise places[key].wrong("same_as", f"{row.same_as!r} is not a row that stands alone.")
    for point in series.points():
        if point.same_as and point.same_as not in rows:
            raise UserMistake(f"{series.FILE}: column same_as: {point.same_as!r} is not a row.")
    return Registry(rows)


def _all_rows() -> Iterator[tuple[Evidence, RowReader]]:
    for name in TABLES:
        path = DATA / name
        if name == "model_choices.csv" and not path.exists():
            continue
        for line, cells in read_table(path, PUBLISHED, CURATED):
            at = RowReader(path, line, cells)
            yield check(_row(at, name), at), at
    yield from account.rows()


def _row(at: RowReader, table: str) -> Evidence:
    return Evidence(
        key=at.text("key"),
        value=at.number("value"),
        low=at.maybe("low"),
        high=at.maybe("high"),
        unit=at.text("unit"),
        population=at.text("population"),
        period=at.text("period"),
        kind=at.choice("kind", KINDS),
        source=at.text("source"),
        url=at.text("url"),
        grade=at.choice("grade", GRADES),
        verified=at.choice("verified", ("yes", "no")) == "yes",
        note=at.text("note"),
        range_kind=at.choice("range_kind", RANGE_KINDS) if at.text("range_kind") else "none",
        distribution=at.choice("distribution", DISTRIBUTIONS),
        tolerance=at.maybe("tolerance"),
        tolerance_basis=at.text("tolerance_basis"),
        same_as=at.text("same_as"),
        table=table,
    )


def _score(word: str, row: Evidence) -> int:
    """Say how well a word fits a row: whole word of the key, part of it, elsewhere, nowhere."""
    key = row.key
    if word in (key, row.same_as):
        return 8
    if word in key.split("_"):
        return 4
    if word in key:
        return 3
    if word in row.population.lower():
        return 2
    return 1 if word in row.source.lower() or word in row.note.lower() else 0
