"""Drawing outcomes over time: lines with their bands, each tied to its words.

It looks at specifications (and opens results for `chart`) and changes nothing. Every series has
its own line style and marker, so colour is never the only difference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import UserMistake
from sim.show import dots, frame, key
from sim.show.export import SIZES
from sim.show.figures import FigureSpec, Series, figure
from sim.show.layout import DARK_GREY, LINE_HEIGHT, Page, apart, points
from sim.show.saved import clean, open_results
from sim.show.wording import phrase
from sim.units import financial_year

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DASHES: tuple[Any, ...] = ("solid", (0, (6, 2)), (0, (4, 1.5, 1, 1.5)), (0, (1.2, 1.4)))
MARKERS = ("o", "s", "^", "D")
_LABEL_COLUMN = 0.27
_PLOT = 17.0  # of a phone's picture, in lines of text


def chart(results: object, measure: str = "often_lonely_share", group: str = "all",
          kind: str = "difference", scenarios: Sequence[str] | None = None,
          size: str = "landscape") -> Figure:  # fmt: skip
    """One matplotlib figure from an output folder, opened results or a summary table.

    `measure` may be short ('lonely', 'crises', 'gap'); `kind` is 'difference', 'levels' or
    'reached'; `scenarios` picks at most four. Raises `UserMistake` for anything not there.
    """
    if size not in SIZES:
        raise UserMistake(f"chart: size {clean(size)!r} is not one of {', '.join(SIZES)}.")
    return draw(figure(open_results(results), measure, group, kind, scenarios), size)


def draw(spec: FigureSpec, size: str = "landscape") -> Figure:
    """The picture, words and all."""
    return frame.hang(spec, size, paint, tall)


def paint(page: Page, spec: FigureSpec, top: float, bottom: float) -> None:
    """Lines over time, or dots for everyone and the people reached."""
    (_dots if spec.kind == "reached" else _lines)(page, spec, top, bottom)


def _dots(page: Page, spec: FigureSpec, top: float, bottom: float) -> None:
    """Each scenario's people reached under its effect on everyone."""
    dots.fill(page, _rows(spec), lambda value: _tick(value, spec), top, bottom, spec.has_band)


def _rows(spec: FigureSpec) -> list[dots.Dot]:
    return [
        dots.Dot(each.label, "People reached" if each.group == "reached" else "Everyone",
                 each.value[0], each.low[0], each.high[0], each.said, each.clear)
        for each in spec.series
    ]  # fmt: skip


def tall(page: Page, spec: FigureSpec) -> float:
    """Height in pixels on a phone: the plot, and under it a key that says each line."""
    if spec.kind == "reached":
        return dots.stacked_height(page, _rows(spec), spec.has_band)
    return page.body * (_PLOT + 2.8) + key.tall(page, _entries(spec))


def _entries(spec: FigureSpec) -> list[key.Entry]:
    """The key's entries, in the order the lines end, from the top."""
    pairs = sorted(zip(spec.series, _styles(spec), strict=True), key=lambda one: -one[0].value[-1])
    return [key.Entry(each.label, each.said, style) for each, style in pairs]


def _tick(value: float, spec: FigureSpec) -> str:
    if spec.kind == "levels":
        if abs(value) < 1e-12:
            return "0"
        return f"{'−' if value < 0 else ''}{plain(value, spec.measure)}"
    return tick(value, spec.measure)


def tick(value: float, measure: str) -> str:
    """A place on an axis of differences."""
    if abs(value) < 1e-12:
        return "Baseline"
    return f"{'−' if value < 0 else '+'}{plain(value, measure)}"


def plain(value: float, measure: str) -> str:
    """A place on an axis without its sign."""
    # A tick is a place, not a finding: steps of 2.5 need three figures, and none is rounded off.
    places = max(2, 2 - math.floor(math.log10(abs(value))))
    text = f"{abs(value):,.{places}f}".rstrip("0").rstrip(".")
    if not phrase(measure).pounds:
        return text
    pounds, _, pence = text.partition(".")
    return f"£{pounds}.{pence:0<2}" if pence else f"£{pounds}"


def span_of(spec: FigureSpec) -> tuple[float, float]:
    """Lowest and highest value on the page, zero included where it must be."""
    values = [v for each in spec.series for v in (*each.value, *each.low, *each.high)]
    low, high = min(values), max(values)
    if spec.from_zero:
        low, high = min(0.0, low), max(0.0, high)
    if low == high == 0:
        return -1.0, 1.0
    pad = 0.06 * ((high - low) or abs(high) or 1)
    if spec.kind == "difference":
        return low - pad, high + pad  # zero is no floor here: marks on it are drawn whole
    return (low if low == 0 else low - pad), (high if high == 0 else high + pad)


def _scale(axes: Axes, spec: FigureSpec) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_ylim(*span_of(spec))
    axes.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, spec)))


def _lines(page: Page, spec: FigureSpec, top: float, bottom: float) -> None:
    left = page.margin + page.text_width("Baseline", page.body) + page.body * 0.7
    column = max(page.width * _LABEL_COLUMN, 240)
    right, floor = page.width - page.margin - column, bottom - page.body * 1.9
    if page.narrow:
        right = page.width - page.margin - page.text_width("2024/25", page.body) / 2
        floor -= key.tall(page, _entries(spec)) + page.body * 0.9
    axes = frame.axes_in(page, left, top, right, floor)
    _scale(axes, spec)
    last = max(each.years[-1] for each in spec.series)
    axes.set_xlim(0.7, last + 0.25)
    each_label = page.text_width("2024/25 ", page.body) * 1.15
    stride = max(1, -(-int(each_label * last) // int(right - left)))
    years = list(range(last, 0, -stride))
    axes.set_xticks(years, [financial_year(year) for year in years])
    axes.tick_params(labelsize=points(page.body), length=4, labelcolor=DARK_GREY)
    if spec.from_zero:
        axes.axhline(0, color="black", linewidth=1.4, zorder=2)
    styles = _styles(spec)
    for series, (colour, dash, marker) in zip(spec.series, styles, strict=True):
        if spec.has_band:
            axes.fill_between(series.years, series.low, series.high, color=colour, alpha=0.13,
                              linewidth=0, zorder=1)  # fmt: skip
            for edge in (series.low, series.high):
                axes.plot(series.years, edge, color=colour, linestyle=dash, linewidth=0.7,
                          alpha=0.6, zorder=1)  # fmt: skip
        axes.plot(series.years, series.value, color=colour, linestyle=dash, marker=marker,
                  linewidth=2.4, markersize=points(page.body * 0.55), zorder=3)  # fmt: skip
    if page.narrow:
        key.write(page, _entries(spec), floor + page.body * 2.8)
    else:
        _end_labels(page, spec, axes, styles, right, top, bottom)


def _styles(spec: FigureSpec) -> list[tuple[str, Any, str]]:
    """Colour, dash and marker of each series; the baseline is always the dark solid one."""
    marks = iter(zip(frame.colours(), DASHES, MARKERS, strict=True))
    return [(DARK_GREY, "solid", "") if each.baseline else next(marks) for each in spec.series]


def _end_labels(page: Page, spec: FigureSpec, axes: Axes, styles: list[tuple[str, Any, str]],
                right: float, top: float, bottom: float) -> None:  # fmt: skip
    """Direct labels beside the line ends, moved apart, each tied to its line."""
    from matplotlib.lines import Line2D

    lead = page.body * 2.6
    room = page.width - page.margin * 0.5 - right - lead
    size = page.body
    while True:
        blocks = [_label(page, each, size, room) for each in spec.series]
        heights = [sum(map(len, block)) * size * LINE_HEIGHT for block in blocks]
        if sum(heights) + size * 0.5 * len(blocks) <= bottom - top or size < page.small * 0.7:
            break
        size *= 0.93
    ends = []
    for series in spec.series:
        _, y = axes.transData.transform((series.years[-1], series.value[-1]))
        ends.append(page.height - float(y))
    centres = apart(ends, heights, top - size * 0.3, bottom, size * 0.5)
    for series, block, height, end, centre, (colour, dash, marker) in zip(
        spec.series, blocks, heights, ends, centres, styles, strict=True
    ):
        x, _ = axes.transData.transform((series.years[-1], 0))
        page.figure.add_artist(
            Line2D(
                [(float(x) + size * 0.5) / page.width, (right + lead * 0.72) / page.width],
                [1 - end / page.height, 1 - centre / page.height],
                color=colour, linestyle=dash, linewidth=1.2, marker=marker,
                markevery=[1], markersize=points(page.body * 0.55),
            )
        )  # fmt: skip
        named, said = block
        next_top = page.write(named, right + lead, centre - height / 2, size, bold=True)
        page.write(said, right + lead, next_top, size)


def _label(page: Page, series: Series, size: float, room: float) -> tuple[list[str], list[str]]:
    return (page.wrap(series.label, size, room, bold=True), page.wrap(series.said, size, room))
