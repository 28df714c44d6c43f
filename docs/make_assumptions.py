"""Writes docs/assumptions.md from the registry: the assumptions log of the Aqua Book's guidance.

Run `python docs/make_assumptions.py` after changing any row of evidence; a test says when it was
forgotten. Every number that feeds the model and rests on judgement or weak evidence (grades C and
D) has a line. Its effect on results is told only where a screening has measured it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from sim.evidence import registry
from sim.evidence.rows import Evidence, read_table

PAGE = Path(__file__).parent / "assumptions.md"
SCREENED = Path(__file__).parents[1] / "sim" / "experiment" / "data" / "screened_drivers.csv"
WEAK = ("C", "D")
HEADS = ("assumption", "value", "range", "unit", "basis", "quality", "drawn", "impact", "note")
TOP = """\
# Assumptions log

Written by `python docs/make_assumptions.py` from the evidence registry. Do not edit: run it again.

An assumptions log in the sense of HM Treasury's Aqua Book: every number that feeds the model and
rests on weak evidence (grade C) or on judgement (grade D), with its basis, its quality and who
looks after it. Grades A and B are official statistics and studies; `python -m sim evidence KEY`
shows any number in full. What results hang on is measured by `python -m sim sensitivity`, where
it was run.

- **Owner** of every line: the maintainers of this repository (CITATION.cff). **Review**: with every
  change of its row, whose history the version control keeps; and whenever the year of its source is
  renewed. No line has been reviewed by anybody outside the project.
- **Quality** is the registry's grade: C, a weak or indirect source; D, judgement, or a number set
  so that published totals come out.
- **Drawn**: whether the ranges of results include uncertainty about this number; if not, they are
  too narrow by it.
- **Impact**: the share of an outcome's spread it carried in a screening; *not screened* otherwise.
"""


def weak_parameters() -> list[Evidence]:
    """Every parameter of grade C or D that feeds the model, one per fact, in table order."""
    return [row for row in registry().parameters() if row.grade in WEAK]


@cache
def impacts() -> Mapping[str, str]:
    """Screened parameters: the greatest share of an outcome's spread each carried, in words."""
    found: dict[str, tuple[float, str]] = {}
    if SCREENED.is_file():
        names = SCREENED.read_text(encoding="utf-8").splitlines()[0].split(",")
        for _, row in read_table(SCREENED, tuple(names), ()):
            share = float(row["share"])
            if share > found.get(row["key"], (0.0, ""))[0]:
                found[row["key"]] = share, f"{share:.0%} of {row['outcome']} ({row['preset']})"
    return {key: words for key, (_, words) in found.items()}


def line(row: Evidence) -> str:
    """One assumption as a row of the table."""
    low, high = row.low, row.high
    span = f"{low:g} to {high:g}" if low is not None and high is not None else "none stated"
    cells = (
        f"`{row.key}`", f"{row.value:g}", span, row.unit.replace("_", " "), row.source, row.grade,
        "yes" if row.is_drawn else "no", impacts().get(row.key, "not screened"), row.note,
    )  # fmt: skip
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("|", "/")


def page() -> str:
    """The whole page."""
    rows = weak_parameters()
    grades, drawn = Counter(row.grade for row in rows), sum(row.is_drawn for row in rows)
    ranged = sum(row.low is not None and row.high is not None for row in rows)
    parts = [
        TOP,
        f"{len(rows)} assumptions: {grades['C']} of grade C, {grades['D']} of grade D; {ranged} "
        f"have a range, {drawn} are drawn in uncertain runs.",
    ]
    for table in dict.fromkeys(row.table for row in rows):
        here = [row for row in rows if row.table == table]
        parts += ["", f"## {_title(table)} ({len(here)})", "", *_lines(here)]
    return "\n".join(parts) + "\n"


def _title(table: str) -> str:
    words = table.removesuffix(".csv").replace("_", " ")
    return words[:1].upper() + words[1:]


def _lines(rows: Iterable[Evidence]) -> list[str]:
    head = [f"| {' | '.join(HEADS)} |", "|---|--:|---|---|---|---|---|---|---|"]
    return [*head, *(line(row) for row in rows)]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
