"""Drawing dots with their intervals, in named parts: everyone and people reached, groups, places.

It looks at rows and page sizes and changes nothing but the page it is handed. A strong dot is
round and filled, others are hollow diamonds, so that colour is never the only difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.show import frame, stacked
from sim.show.alt import Row, bounds, number, safe_cell
from sim.show.layout import DARK_GREY, LINE_HEIGHT, Page, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 14  # of a wide page, before it takes two columns
_NOTHING = 1e-12
_TALLEST = 7.0  # of a row, in lines of text, before words go over their dots
_LARGEST, _THICKEST = 1.8, 1.3  # of a dot and of its bar, where the strip is tall
_NAMES, _WORDS = (0.18, 0.33), (0.22, 0.37)  # of a column's width, at least and at most


@dataclass(frozen=True)
class Dot:
    """One row: its part, its name, a value with bounds, and the value in words."""

    part: str
    label: str
    value: float
    low: float
    high: float
    said: str
    strong: bool = True


@dataclass(frozen=True)
class DotSpec:
    """Everything a chart of dots says. `parts_are` and `labels_are` head the table's columns."""

    name: str
    title: str
    subtitle: str
    source: str
    unit: str
    measure: str
    dots: tuple[Dot, ...]
    members: int
    partial: str
    parts_are: str = "part"
    labels_are: str = "who"
    shape: str = "Dot and interval chart"

    @property
    def columns(self) -> Row:
        """Headings of the table behind it."""
        return (self.parts_are, self.labels_are, "value", "low", "high", "unit")

    def sentences(self) -> list[str]:
        """Each dot in words."""
        return [f"{each.part}, {each.label}: {each.said}." for each in self.dots]

    def rows(self) -> list[Row]:
        """The table behind the picture."""
        return [
            (
                safe_cell(each.part), safe_cell(each.label), number(each.value),
                *bounds(each.low, each.high, self.members), safe_cell(self.unit),
            )
            for each in self.dots
        ]  # fmt: skip


def fill(page: Page, rows: Sequence[Dot], tick: Callable[[float], str], top: float,
         bottom: float, bands: bool) -> None:  # fmt: skip
    """Fill the page with the rows, in two columns where a wide page has many of them.

    On a tall page with height for it, and on any with few rows, words stand over their dots, which
    have the whole width.
    """
    if _flat(rows):
        tick = _only_zero(tick)
    under = _under(page, rows, bands)
    parts = list(dict.fromkeys(each.part for each in rows))
    sparse = (bottom - top) / (len(rows) + len(parts)) > page.body * _TALLEST
    tall = page.height > page.width
    if page.narrow or ((tall or sparse) and stacked.fits(page, under, top, bottom)):
        scale = stacked.Scale(*_span(rows, bands), tick, tick(0.0))
        stacked.paint(page, under, scale, top, bottom)
        return
    slots = [(part, [each for each in rows if each.part == part]) for part in parts]
    many = page.width > page.height and len(rows) + len(parts) > _MOST_ROWS
    columns = _halves(slots) if many else [slots]
    gap = page.body * 2
    room = (page.width - 2 * page.margin - gap * (len(columns) - 1)) / len(columns)
    most = max(sum(1 + len(each) for _, each in column) for column in columns)
    floor = bottom - page.body * 1.9
    step = min((floor - top) / most, page.body * _TALLEST)
    limits = _span(rows, bands)
    for at, column in enumerate(columns):
        left = page.margin + at * (room + gap)
        _column(page, column, rows, tick, (left, left + room), (top, step), limits, bands)


def _flat(rows: Sequence[Dot]) -> bool:
    """Whether nothing differs from the baseline, so that the scale has nothing to measure."""
    return not any((each.value, each.low, each.high) != (0, 0, 0) for each in rows)


def _only_zero(tick: Callable[[float], str]) -> Callable[[float], str]:
    return lambda value: tick(value) if abs(value) < _NOTHING else ""


def _under(page: Page, rows: Sequence[Dot], bands: bool) -> list[stacked.Row]:
    """The same rows for a page where words stand over their dots."""
    found: list[stacked.Row] = []
    part = None
    for each in rows:
        if each.part != part:
            part = each.part
            found.append(stacked.Row(part))
        found.append(stacked.Row(each.label, each.said, _mark(page, each, bands)))
    return found


def _mark(page: Page, each: Dot, bands: bool) -> stacked.Mark:
    def mark(axes: Axes, y: float, strip: float) -> None:
        _dot(axes, page, each, y, bands, max(1.0, min(_LARGEST, strip / (page.body * 4))))

    return mark


def _halves(slots: list[tuple[str, list[Dot]]]) -> list[list[tuple[str, list[Dot]]]]:
    """The parts in two columns of nearly the same length, in order."""
    sizes = [1 + len(each) for _, each in slots]
    cut = min(range(1, len(slots)), default=0,
              key=lambda at: max(sum(sizes[:at]), sum(sizes[at:])))  # fmt: skip
    return [slots[:cut], slots[cut:]] if cut else [slots]


def _span(rows: Sequence[Dot], bands: bool) -> tuple[float, float]:
    values = [0.0, *(each.value for each in rows)]
    values += [edge for each in rows for edge in (each.low, each.high)] if bands else []
    low, high = min(values), max(values)
    if low == high:
        return -1.0, 1.0
    pad = 0.06 * (high - low)
    return (low - pad if low < 0 else -pad / 2), (high + pad if high > 0 else pad / 2)


def _column(page: Page, slots: list[tuple[str, list[Dot]]], every: Sequence[Dot],
            tick: Callable[[float], str], across: tuple[float, float], down: tuple[float, float],
            limits: tuple[float, float], bands: bool) -> None:  # fmt: skip
    """One column: part headings, names, dots on a scale, and the words for each.

    Type is as large as fits `every` row of the page, so that columns are set alike.
    """
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    (edge, end), (top, step) = across, down
    names = _wide(page, [each.label for each in every], end - edge, _NAMES) + page.body * 0.7
    room = _wide(page, [each.said for each in every], end - edge, _WORDS)
    left, right = edge + names + page.body, end - room - page.body
    count = sum(1 + len(each) for _, each in slots)
    axes = frame.axes_in(page, left, top, right, top + count * step)
    axes.set_xlim(*limits)
    axes.set_ylim(count, 0)
    axes.set_yticks([])
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    a_pixel = (limits[1] - limits[0]) / (right - left)

    zero = "0" if right - left < page.text_width(tick(0.0), page.body) * 5 else tick(0.0)

    def shown(value: float, _: int | None = None) -> str:
        """A tick's words, unless they would touch the word at zero."""
        words = tick(value) if abs(value) > _NOTHING else zero
        wide = (page.text_width(words, page.body) + page.text_width(zero, page.body)) / 2
        close = _NOTHING < abs(value) < (wide + page.body * 0.6) * a_pixel
        return "" if close else words

    axes.xaxis.set_major_formatter(FuncFormatter(shown))
    axes.tick_params(labelsize=points(page.body), length=4, labelcolor=DARK_GREY)
    axes.axvline(0, color="black", linewidth=1.4, zorder=2)
    sizes = (
        frame.fitting(page, [each.label for each in every], names - page.body * 0.7, step),
        frame.fitting(page, [each.said for each in every], room, step),
    )
    slot = 0
    for part, rows in slots:
        if slot:
            axes.axhline(slot, color="#BFBFBF", linewidth=0.8)
        _heading(page, part, edge, end, top + slot * step, step)
        slot += 1
        for each in rows:
            _dot(axes, page, each, slot + 0.45, bands)
            middle = top + (slot + 0.45) * step
            frame.beside(page, each.label, edge + page.body, names - page.body * 0.7, middle, step,
                         size=sizes[0])  # fmt: skip
            frame.beside(page, each.said, right + page.body, room, middle, step, size=sizes[1])
            slot += 1


def _wide(page: Page, texts: Sequence[str], room: float, share: tuple[float, float]) -> float:
    """Width for the longest of these texts, within a share of the room."""
    longest = max((page.text_width(each, page.body) for each in texts), default=0.0)
    return min(max(longest + page.body * 0.4, room * share[0]), room * share[1])


def _heading(page: Page, text: str, edge: float, end: float, top: float, step: float) -> None:
    """A part's name, cut with a mark where it is too long for its row."""
    lines = page.wrap(text, page.body, end - edge - page.body, bold=True)
    fits = max(1, int(1.1 * step // (page.body * LINE_HEIGHT)))
    if len(lines) > fits:
        lines = [*lines[: fits - 1], lines[fits - 1].rstrip(" ,:") + "…"]
    middle = top + 0.55 * step - len(lines) * page.body * LINE_HEIGHT / 2
    page.write(lines, edge, middle, page.body, bold=True, over=True)


def _dot(axes: Axes, page: Page, each: Dot, y: float, bands: bool, grown: float = 1.0) -> None:
    colour = frame.colours()[1 if each.strong else 0]
    if bands:
        axes.plot([each.low, each.high], [y, y], color=colour, zorder=3,
                  linewidth=3 * min(grown, _THICKEST),
                  linestyle="solid" if each.strong else (0, (3, 1)))  # fmt: skip
    axes.plot([each.value], [y], color=colour, marker="o" if each.strong else "D",
              markersize=points(page.body * 0.8 * grown), linestyle="none", zorder=4, clip_on=False,
              markerfacecolor=colour if each.strong else "white", markeredgewidth=2)  # fmt: skip


def stacked_height(page: Page, rows: Sequence[Dot], bands: bool) -> float:
    """Height in pixels these rows ask for with words over their dots."""
    return stacked.tall(page, _under(page, rows, bands))


def tall(page: Page, spec: DotSpec) -> float:
    """Height in pixels on a phone."""
    return stacked_height(page, spec.dots, spec.members > 1)


def paint(page: Page, spec: DotSpec, top: float, bottom: float) -> None:
    """Paint a specification of dots."""
    from sim.show.charts import tick

    fill(page, spec.dots, lambda value: tick(value, spec.measure), top, bottom, spec.members > 1)
