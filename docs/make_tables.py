"""Writes docs/tables.md and docs/parameters.md from the code and the evidence.

Residents' columns, streams of luck, outcomes and groups; and every parameter of the registry. Run
`python docs/make_tables.py` after changing any of them; a test says when it was forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.evidence.completeness import unused
from sim.evidence.registry import registry
from sim.luck import Decision
from sim.outcomes import GROUPS, MEASURES, WORKER_GROUPS
from sim.world.people import RESIDENT_COLUMNS

PAGE = Path(__file__).with_name("tables.md")
PARAMETERS = Path(__file__).with_name("parameters.md")
SIM = PAGE.parents[1] / "sim"

_HEAD = """\
# Tables

Written by `python docs/make_tables.py` from the code. Do not edit: run it again. The model they
belong to is described in [model.md](model.md).
"""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    ends = ["" if end is None else f"{end:g}" for end in (low, high)]
    return " to ".join(ends).strip() if high is not None else f"{ends[0]} or more"


def columns() -> str:
    """Every column a resident has, but for the yearly sums."""
    rows = []
    for name, each in RESIDENT_COLUMNS.items():
        if name.startswith("year_"):
            continue
        kind = "row of a resident" if each.pointer else f"{each.dtype.__name__}"  # type: ignore[union-attr]
        rows.append([f"`{name}`", each.doc, each.unit, kind, _range(each.low, each.high)])
    summed = [name.removeprefix("year_") for name in RESIDENT_COLUMNS if name.startswith("year_")]
    return (
        "## Residents' columns\n\nOne row a resident aged 16 or over (`sim.world.people`).\n\n"
        + _table(["column", "meaning", "unit", "type", "range"], rows)
        + "\nA column `year_NAME` adds up over the year so far: "
        + ", ".join(f"`{name}`" for name in summed)
        + ".\n"
    )


def streams() -> str:
    """Every registered stream of luck, by number."""
    rows = [
        [str(int(each)), each.name.lower().replace("_", " ")] for each in sorted(Decision, key=int)
    ]
    return (
        "## Streams of luck\n\nEach draw is a pure function of the seed, one of these decisions, "
        "an identity and the month (`sim.luck`). Below 100: who people are; from 100: a month. "
        "A number is never used twice.\n\n" + _table(["number", "decision"], rows)
    )


def outcomes() -> str:
    """Every measure, with what it is divided by and how months make a year."""
    rows = [
        [
            f"`{each.key}`",
            each.label,
            each.unit,
            each.denominator,
            each.yearly,
            {-1: "less", 0: "neither", 1: "more"}[each.better],
        ]
        for each in MEASURES.values()
    ]
    head = ["measure", "words", "unit", "out of", "a year is the", "better"]
    return "## Outcomes\n\nWritten down every month (`sim.outcomes`).\n\n" + _table(head, rows)


def groups() -> str:
    """Every group results are shown for."""
    rows = [[f"`{key}`", label] for key, label in GROUPS.items()]
    parts = (part.items() for part in WORKER_GROUPS.values())
    rows += [[f"`{key}`", f"{label} (paid to care)"] for part in parts for key, label in part]
    return "## Groups\n\n" + _table(["group", "words"], rows)


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, columns(), streams(), outcomes(), groups()])


_PARAMETERS_HEAD = """\
# Parameters

Written by `python docs/make_tables.py` from the evidence registry. Do not edit: run it again. Every
number the model acts on, with its range, unit, grade (A strong to D our judgement; * not seen in
its source), the shape it is drawn from (blank: never drawn) and its source. The whole row, with
population, period and note: `python -m sim evidence KEY`. How to read grades and ranges:
[evidence](evidence.md).
"""


def _said(text: str) -> str:
    """Text that cannot break a table."""
    return text.replace("|", "/").replace("\n", " ").replace("<", "&lt;").replace("*", "x")


def parameters() -> str:
    """Every parameter in use, by file, in the order of its file."""
    idle = unused(SIM)
    parts = [_PARAMETERS_HEAD]
    rows: dict[str, list[list[str]]] = {}
    for each in registry():
        if each.kind != "parameter" or each.key in idle:
            continue
        limits = "" if each.low is None or each.high is None else f"{each.low:g} to {each.high:g}"
        rows.setdefault(each.table, []).append(
            [
                f"`{each.key}`",
                f"{each.value:g}",
                limits,
                _said(each.unit),
                each.grade + ("" if each.verified else "\\*"),
                each.distribution,
                _said(each.source),
            ]
        )
    head = ["key", "value", "range", "unit", "grade", "drawn", "source"]
    for table, lines in rows.items():
        title = table.removesuffix(".csv").replace("_", " ").capitalize()
        parts.append(f"## {title}\n\n{len(lines)} parameters (`sim/evidence/data/{table}`).\n\n"
                     + _table(head, lines))  # fmt: skip
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    PARAMETERS.write_text(parameters(), encoding="utf-8")
