"""A key under a picture too narrow for labels beside its lines: each line's sample, name, words.

It looks at entries and page sizes and changes nothing but the page it is handed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.show.layout import LINE_HEIGHT, Page, points

_LEAD = 2.9  # width of the sample, in the body's type
_AIR = 0.45


@dataclass(frozen=True)
class Entry:
    """One line's name, what is said of it, and its colour, dash and marker."""

    name: str
    said: str
    style: tuple[str, Any, str]


def tall(page: Page, entries: Sequence[Entry]) -> float:
    """Height of the whole key in pixels."""
    return sum(_lines(page, each) * page.body * LINE_HEIGHT + page.body * _AIR for each in entries)


def write(page: Page, entries: Sequence[Entry], top: float) -> None:
    """Write the key downward from `top`."""
    from matplotlib.lines import Line2D

    for each in entries:
        colour, dash, marker = each.style
        middle = top + page.body * LINE_HEIGHT / 2
        across = [page.margin, page.margin + page.body * 1.15, page.margin + page.body * 2.3]
        page.figure.add_artist(
            Line2D([x / page.width for x in across], [1 - middle / page.height] * 3, color=colour,
                   linestyle=dash, linewidth=2.0, marker=marker, markevery=[1],
                   markersize=points(page.body * 0.55))
        )  # fmt: skip
        left = page.margin + page.body * _LEAD
        named, said = _parts(page, each)
        under = page.write(named, left, top, page.body, bold=True)
        top = page.write(said, left, under, page.body) + page.body * _AIR


def _parts(page: Page, each: Entry) -> tuple[list[str], list[str]]:
    room = page.width - 2 * page.margin - page.body * _LEAD
    return page.wrap(each.name, page.body, room, bold=True), page.wrap(each.said, page.body, room)


def _lines(page: Page, each: Entry) -> int:
    return sum(map(len, _parts(page, each)))
