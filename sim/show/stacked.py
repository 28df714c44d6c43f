"""Rows that use the whole width: each says its words, and its mark lies in a strip under them.

For narrow and tall pages, where words beside a drawing would leave it half the width. It looks at
rows and page sizes and changes nothing but the page it is handed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.show import frame
from sim.show.layout import DARK_GREY, LINE_HEIGHT, Page, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STRIP, _AIR, _FOOT = 1.3, 0.6, 1.9  # in lines of text: the strip, the gap below it, the scale
_LARGEST = 1.45  # of the body's size, for type on a page with room to spare
_TALLEST = 13.0  # of a strip, in lines of text
_NOTHING = 1e-12
# Draws a mark at this height, as thick as this, on axes measured down the page in pixels.
Mark = Callable[["Axes", float, float], object]


@dataclass(frozen=True)
class Row:
    """A name, what is said of it, and how its mark is drawn; a row without a mark is a heading."""

    name: str
    said: str = ""
    mark: Mark | None = None


@dataclass(frozen=True)
class Scale:
    """Lowest and highest value on the page, and the words for a place between them."""

    low: float
    high: float
    tick: Callable[[float], str]
    zero: str


def tall(page: Page, rows: Sequence[Row]) -> float:
    """Height in pixels that these rows ask for in the body's type."""
    return _tall(page, rows, page.body)


def fits(page: Page, rows: Sequence[Row], top: float, bottom: float) -> bool:
    """Whether there is height for all of them."""
    return tall(page, rows) <= bottom - top


def paint(page: Page, rows: Sequence[Row], scale: Scale, top: float, bottom: float) -> None:
    """Fill the page between two heights; room to spare goes to larger type, then to the strips."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    size = page.body * (1.0 if page.narrow else _LARGEST)
    while size > page.body and _tall(page, rows, size) > bottom - top:
        size = max(page.body, size * 0.97)
    spare = max(0.0, bottom - top - _tall(page, rows, size))
    marks = sum(each.mark is not None for each in rows)
    strip = min(size * (_STRIP + _AIR) + spare / max(1, marks), size * _TALLEST)
    left, right = page.margin + page.body * 0.4, page.width - page.margin - page.body * 0.4
    floor = bottom - page.body * _FOOT
    used = top + sum(
        _words(page, each, size)[1] + (strip if each.mark else size * _AIR / 2) for each in rows
    )
    axes = frame.axes_in(page, left, top, right, min(floor, used))
    axes.set_xlim(scale.low, scale.high)
    axes.set_ylim(min(floor, used), top)
    axes.set_yticks([])
    axes.grid(False)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    a_pixel = (scale.high - scale.low) / (right - left)
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: _shown(page, value, scale, a_pixel))
    )
    axes.tick_params(labelsize=points(page.body), length=4, labelcolor=DARK_GREY)
    places = [each for each in axes.get_xticks() if scale.low <= each <= scale.high]
    y = top
    for row in rows:
        under = _write(page, row, y, size)
        if row.mark is None:
            y = under + size * _AIR / 2
            continue
        # Lines of the scale stand in the strips alone, so that none runs through the words.
        end = under + strip - size * _AIR
        axes.vlines(places, under, end, colors="#D9D9D9", linewidth=0.8, zorder=1)
        axes.vlines([0], under, end, colors="black", linewidth=1.4, zorder=2)
        row.mark(axes, (under + end) / 2, end - under)
        y = under + strip


def _shown(page: Page, value: float, scale: Scale, a_pixel: float) -> str:
    """A place's words, unless they would touch the word at zero or leave the page."""
    room = min(value - scale.low, scale.high - value) / a_pixel + page.margin * 0.9
    if abs(value) < _NOTHING:
        return scale.zero if page.text_width(scale.zero, page.body) / 2 < room else "0"
    words = scale.tick(value)
    half = page.text_width(words, page.body) / 2
    close = abs(value) < (half + page.text_width(scale.zero, page.body) / 2 + page.body) * a_pixel
    return "" if close or room < half else words


def _parts(page: Page, row: Row, size: float) -> tuple[list[str], list[str], bool]:
    """The name's lines, the words' lines, and whether both share one line."""
    room = page.width - 2 * page.margin
    named = page.wrap(row.name, size, room, bold=True)
    if not row.said:
        return named, [], False
    beside = page.text_width(row.name, size, bold=True) + size * 0.6
    if len(named) == 1 and beside + page.text_width(row.said, size) <= room:
        return named, [row.said], True
    return named, page.wrap(row.said, size, room), False


def _words(page: Page, row: Row, size: float) -> tuple[int, float]:
    named, said, together = _parts(page, row, size)
    lines = len(named) if together else len(named) + len(said)
    return lines, lines * size * LINE_HEIGHT + (0.0 if row.mark else size * _AIR)


def _tall(page: Page, rows: Sequence[Row], size: float) -> float:
    found = page.body * _FOOT
    for each in rows:
        found += _words(page, each, size)[1]
        found += size * (_STRIP + _AIR) if each.mark else size * _AIR / 2
    return found


def _write(page: Page, row: Row, top: float, size: float) -> float:
    """A row's words from `top`; a heading has a rule under it. Returns where the strip starts."""
    from matplotlib.lines import Line2D

    named, said, together = _parts(page, row, size)
    if row.mark is None:
        under = page.write(named, page.margin, top + size * _AIR, size, bold=True, colour="black")
        ends = [page.margin / page.width, 1 - page.margin / page.width]
        page.figure.add_artist(
            Line2D(ends, [1 - under / page.height] * 2, color="#8F8F8F", linewidth=0.8)
        )
        return under
    under = page.write(named, page.margin, top, size, bold=True)
    if together:
        across = page.margin + page.text_width(row.name, size, bold=True) + size * 0.6
        return page.write(said, across, top, size)
    return page.write(said, page.margin, under, size)
