"""England's starting account, 2023/24, as rows of the registry.

Looks at data/england_account.csv, whose header is its own and which has no keys: a row is known by
`account_<block>_<item>_<subgroup>`, with its unit added where the first three are shared. The rows
are context: a state to start from and to check the books against, most of it judgement. They are
never drawn one by one, because the account would no longer close.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sim.evidence.rows import DATA, GRADES, Evidence, RowReader, check, read_table

FILE = "england_account.csv"
COLUMNS = (
    "block", "item", "subgroup", "value", "low", "high", "unit", "derivation", "evidence_keys",
    "grade",
)  # fmt: skip
PERIOD = "2023/24"
SOURCE = "England adult social care account, 2023/24, built for this model"


def slug(text: str) -> str:
    """Return words joined by underscores; 65+ is written 65plus, as in the other tables."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower().replace("+", "plus")).strip("_")


def rows() -> Iterator[tuple[Evidence, RowReader]]:
    """Yield every line of the account as evidence, with where it stands."""
    lines = list(read_table(DATA / FILE, COLUMNS, ()))
    names = [_name(cells) for _, cells in lines]
    shared = Counter(names)
    for (line, cells), name in zip(lines, names, strict=True):
        at = RowReader(DATA / FILE, line, cells)
        unit = at.text("unit")
        low, high = at.maybe("low"), at.maybe("high")
        ranged = low is not None and high is not None
        row = Evidence(
            key=f"{name}_{slug(unit)}" if shared[name] > 1 else name,
            value=at.number("value"),
            low=low,
            high=high,
            unit=unit,
            population="; ".join(
                part for part in ("England", at.text("item"), at.text("subgroup")) if part
            ),
            period=PERIOD,
            kind="context",
            source=SOURCE,
            url="",
            grade=at.choice("grade", GRADES),
            verified=at.text("grade") in ("A", "B"),
            note="; from ".join(
                part for part in (at.text("derivation"), at.text("evidence_keys")) if part
            ),
            range_kind="uncertainty" if ranged else "none",
            distribution="fixed" if ranged else "",
            table=FILE,
        )
        yield check(row, at), at


def _name(cells: dict[str, str]) -> str:
    parts = (slug(cells[column]) for column in ("block", "item", "subgroup"))
    return "_".join(["account", *(part for part in parts if part)])
