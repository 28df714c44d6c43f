"""Drawing the funding gap: bars by service, and a waterfall of what moved it.

It looks at a picture's specification and changes nothing but the page it is handed. Rows read from
the top; each bar is named at its left and said in figures at its right, so that colour is never
the only difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.show import frame, stacked
from sim.show.charts import plain
from sim.show.gap_facts import GAP
from sim.show.gap_figures import Bar, GapSpec
from sim.show.layout import DARK_GREY, Page, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMN = 0.25  # of the width, for names at the left and figures at the right
_THICK, _THICKER = 0.62, 0.9  # of a row, and of a strip under words
_FINE = 1.1  # a range's line on a thin bar, which it must not hide
# Which of the Analysis Function's colours each part takes.
_COLOUR = {"fee": 0, "demand": 1, "need": 2, "larger": 2, "smaller": 1}


def paint(page: Page, spec: GapSpec, top: float, bottom: float) -> None:
    """A row for each bar, its name at the left and its figures at the right."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    if page.narrow:
        scale = stacked.Scale(*_span(spec), _tick, "£0")
        stacked.paint(page, _under(spec), scale, top, bottom)
        return
    room = page.width * _COLUMN
    left = page.margin + room + page.body * 0.5
    right = page.width - page.margin - room
    floor = bottom - page.body * 1.9
    axes = frame.axes_in(page, left, top, right, floor)
    axes.set_xlim(*_span(spec))
    axes.set_ylim(len(spec.bars), 0)
    axes.set_yticks([])
    axes.grid(False, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
    axes.tick_params(labelsize=points(page.body), length=4, labelcolor=DARK_GREY)
    axes.axvline(0, color="black", linewidth=1.4, zorder=2)
    step = (floor - top) / len(spec.bars)
    for row, bar in enumerate(spec.bars):
        middle = row + 0.5
        _bar(axes, spec, bar, middle, _THICK)
        if spec.kind == "waterfall" and row + 1 < len(spec.bars):
            end = bar.start + bar.value
            axes.plot([end, end], [middle, middle + 1], color=DARK_GREY, linewidth=0.8,
                      linestyle=(0, (2, 2)), zorder=2)  # fmt: skip
        centre = top + middle * step
        frame.beside(page, bar.label, page.margin, room, centre, step, bar.part == "level")
        frame.beside(page, bar.said, right + page.body * 0.7, room, centre, step)


def tall(page: Page, spec: GapSpec) -> float:
    """Height in pixels on a phone."""
    return stacked.tall(page, _under(spec))


def _under(spec: GapSpec) -> list[stacked.Row]:
    """The same rows with their words over their bars."""
    return [stacked.Row(bar.label, bar.said, _mark(spec, bar)) for bar in spec.bars]


def _mark(spec: GapSpec, bar: Bar) -> stacked.Mark:
    return lambda axes, y, strip: _bar(axes, spec, bar, y, strip * _THICKER, _FINE)


def _bar(axes: Axes, spec: GapSpec, bar: Bar, middle: float, thick: float,
         line: float = 1.6) -> None:  # fmt: skip
    """The bar itself, and its range as a line with ends."""
    colour = DARK_GREY if bar.part == "level" else frame.colours()[_COLOUR[bar.part]]
    axes.barh(middle, bar.value, left=bar.start, height=thick, color=colour, linewidth=0, zorder=3)
    if not spec.has_band:
        return
    low, high = bar.start + bar.low, bar.start + bar.high
    for edge, width in (("white", line * 2.25), ("black", line)):  # seen on the bar and off it
        axes.plot([low, high], [middle, middle], color=edge, linewidth=width, zorder=4,
                  marker="|", markersize=7, markeredgewidth=width, clip_on=False)  # fmt: skip


def _span(spec: GapSpec) -> tuple[float, float]:
    """Lowest and highest value on the page; amounts start at zero."""
    ends = [bar.start + each for bar in spec.bars for each in (0.0, bar.value, bar.low, bar.high)]
    low, high = min(0.0, *ends), max(0.0, *ends)
    if low == high:
        return -1.0, 1.0
    pad = 0.04 * (high - low)
    return (low - pad if low < 0 else 0.0), (high + pad if high > 0 else 0.0)


def _tick(value: float) -> str:
    """A place in full: equal steps look equal, £0.25 and £0.50, not £0.20 and £0.50."""
    return "£0" if abs(value) < 1e-12 else f"{'−' if value < 0 else ''}{plain(value, GAP)}"
