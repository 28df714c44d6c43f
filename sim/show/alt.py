"""The words and the table that go with any picture: alt text and a Datawrapper-ready CSV.

It looks at what a picture's specification says of itself and changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Protocol

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Row = tuple[str, ...]


class Shown(Protocol):
    """Anything that can be drawn, described and tabulated.

    `shape` is what sort of picture it is; `sentences` say its numbers; `rows` fit `columns`.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def subtitle(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def partial(self) -> str: ...

    @property
    def shape(self) -> str: ...

    @property
    def columns(self) -> Row: ...

    def sentences(self) -> Sequence[str]: ...

    def rows(self) -> list[Row]: ...


def safe_cell(text: str) -> str:
    """Text that a spreadsheet will show and never run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def number(value: float) -> str:
    """A number for a table: enough digits to redraw the chart, never in exponent form."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text


def bounds(low: float, high: float, members: int) -> tuple[str, str]:
    """A range for a table; empty where one run has none."""
    return (number(low), number(high)) if members > 1 else ("", "")


def csv_text(spec: Shown) -> str:
    """The CSV behind the picture."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(spec.columns)
    writer.writerows(spec.rows())
    return page.getvalue()


def alt_text(spec: Shown) -> str:
    """What the picture shows, in words, from the same numbers."""
    parts = [f"{spec.shape}. {spec.title}.", spec.subtitle, *spec.sentences()]
    if spec.partial:
        parts.append(f"Unfinished: {spec.partial}.")
    return " ".join([*parts, spec.source])
