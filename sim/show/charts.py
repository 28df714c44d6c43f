"""Drawing: a figure's specification becomes a picture, and pictures become files.

It looks at specifications (and opens results for `chart`). It changes nothing but the files
`write` is asked for. Colours are the Analysis Function's; every series also has its own line
style and marker, so colour is never the only difference.
"""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UserMistake
from sim.show.alt import alt_text, csv_text
from sim.show.export import DOTS_PER_INCH, SIZES, house_style, png_bytes, put, svg_bytes
from sim.show.figures import MOST_SERIES, FigureSpec, Series, difference, figure, level, reached
from sim.show.layout import DARK_GREY, LINE_HEIGHT, Headed, Page, apart, points
from sim.show.saved import CHART_MEASURES, Saved, clean, measure_key, open_results
from sim.show.wording import amount
from sim.units import financial_year

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DASHES: tuple[Any, ...] = ("solid", (0, (6, 2)), (0, (4, 1.5, 1, 1.5)), (0, (1.2, 1.4)))
MARKERS = ("o", "s", "^", "D")
TYPE_SIZES = {  # title, body and small print in pixels, then the margin
    "landscape": (25.0, 15.0, 12.0, 36),
    "square": (31.0, 20.0, 16.0, 44),
    "portrait": (35.0, 22.0, 17.0, 48),
}
_LABEL_COLUMN = 0.27


@functools.cache
def colours() -> tuple[str, ...]:
    """The Analysis Function's categorical colours, as many as a chart may have series."""
    palette = importlib.import_module("afcharts.af_colours")
    return tuple(palette.get_af_colours("categorical", number_of_colours=MOST_SERIES))


@functools.cache
def chart_class() -> type[Figure]:
    """Matplotlib's figure, with its words kept beside it."""
    from matplotlib.figure import Figure

    class Chart(Figure):
        """A figure that shows itself in a notebook without any drawing state."""

        words: tuple[str, str] = ("", "")

        def _repr_png_(self) -> bytes:
            return png_bytes(self, *self.words)

    return Chart


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


def write(spec: FigureSpec, folder: Path) -> list[Path]:
    """SVG, three PNG sizes, the CSV behind the figure and its alt text."""
    words = alt_text(spec)
    made: list[Path] = []
    for size in SIZES:
        picture = draw(spec, size)
        if size == "landscape":
            made.append(put(folder / f"{spec.name}.svg", svg_bytes(picture, spec.title, words)))
        content = png_bytes(picture, spec.title, words)
        made.append(put(folder / f"{spec.name}_{size}.png", content))
    made.append(put(folder / f"{spec.name}.csv", csv_text(spec).encode("utf-8")))
    made.append(put(folder / f"{spec.name}.txt", f"{words}\n".encode()))
    return made


KINDS = ("difference", "reached", "levels")


def specifications(
    saved: Saved, measures: Sequence[str] = CHART_MEASURES, kinds: Sequence[str] = KINDS
) -> list[FigureSpec]:
    """Every figure these results allow, four scenarios to a figure, levels three."""
    from dataclasses import replace

    from sim.show.facts import with_differences

    found: list[FigureSpec] = []
    for measure in (measure_key(word) for word in measures):
        for kind, make, group, most in (
            ("difference", difference, "all", MOST_SERIES),
            ("reached", reached, "reached", MOST_SERIES),
            ("levels", level, "all", MOST_SERIES - 1),
        ):
            if kind not in kinds:
                continue
            able = with_differences(saved, measure, group)
            for start in range(0, len(able), most):
                spec = make(saved, measure, able[start : start + most])
                part = start // most + 1
                name = spec.name if part < 2 else f"{spec.name}_{part}"
                found.append(replace(spec, name=name))
    return found


def write_all(
    results: object,
    folder: Path | None = None,
    measures: Sequence[str] = CHART_MEASURES,
    kinds: Sequence[str] = KINDS,
) -> list[Path]:
    """Write every figure of these kinds into `folder`, or into charts/ beside the results."""
    saved = open_results(results)
    where = folder or (saved.folder or Path()) / "charts"
    return [path for spec in specifications(saved, measures, kinds) for path in write(spec, where)]


def draw(spec: FigureSpec, size: str = "landscape") -> Figure:
    """The picture, words and all."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    width, height = SIZES[size]
    title, body, small, margin = TYPE_SIZES[size]
    with house_style():
        shape = (width / DOTS_PER_INCH, height / DOTS_PER_INCH)
        picture = chart_class()(figsize=shape, dpi=DOTS_PER_INCH, facecolor="white")
        FigureCanvasAgg(picture)
        picture.words = (spec.title, alt_text(spec))  # type: ignore[attr-defined]
        page = Page(picture, width, height, margin, title, body, small)
        top, bottom = headings(page, spec)
        if spec.kind == "reached":
            _dots(page, spec, top, bottom)
        else:
            _lines(page, spec, top, bottom)
        if spec.partial:
            picture.text(
                0.4, 0.45, spec.partial, ha="center", va="center", rotation=18, alpha=0.28,
                fontsize=points(title * 1.5), color=DARK_GREY, weight="bold", parse_math=False,
            )  # fmt: skip
    return picture


def headings(page: Page, spec: Headed) -> tuple[float, float]:
    """Write title, subtitle and source; return where the drawing may begin and must end."""
    room = page.width - 2 * page.margin
    size = page.title
    most, smallest = (3 if page.width > page.height else 5), page.body * 1.15
    while len(lines := page.wrap(spec.title, size, room, bold=True)) > most and size > smallest:
        size = max(smallest, size * 0.93)
    top = page.write(lines, page.margin, page.margin * 0.7, size, bold=True, colour="black")
    subtitle = page.wrap(spec.subtitle, page.body, room)
    top = page.write(subtitle, page.margin, top + page.body * 0.4, page.body)
    source = page.wrap(spec.source, page.small, room)
    start = page.height - page.margin * 0.5 - len(source) * page.small * LINE_HEIGHT
    page.write(source, page.margin, start, page.small)
    return top + page.body * 1.1, start - page.body * 0.6


def frame(page: Page, left: float, top: float, right: float, bottom: float) -> Axes:
    """Axes whose inside is this rectangle, in pixels from the top left."""
    return page.figure.add_axes(
        (left / page.width, 1 - bottom / page.height,
         (right - left) / page.width, (bottom - top) / page.height)
    )  # fmt: skip


def _tick(value: float, spec: FigureSpec) -> str:
    if abs(value) < 1e-12:
        return "Baseline" if spec.kind != "levels" else "0"
    said = _plain(value, spec)
    if spec.kind == "levels":
        return said
    return f"{'−' if value < 0 else '+'}{said}"


def _plain(value: float, spec: FigureSpec) -> str:
    places = max(2, 1 - math.floor(math.log10(abs(value))))  # a tick is a place, not a finding
    text = f"{abs(value):,.{places}f}".rstrip("0").rstrip(".")
    return f"£{text}" if amount(1, spec.measure).startswith("£") else text


def _span_of(spec: FigureSpec) -> tuple[float, float]:
    """Lowest and highest value on the page, zero included where it must be."""
    values = [v for each in spec.series for v in (*each.value, *each.low, *each.high)]
    low, high = min(values), max(values)
    if spec.from_zero:
        low, high = min(0.0, low), max(0.0, high)
    if low == high == 0:
        return -1.0, 1.0
    pad = 0.06 * ((high - low) or abs(high) or 1)
    return (low if low == 0 else low - pad), (high if high == 0 else high + pad)


def _scale(axes: Axes, spec: FigureSpec, along: str) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    low, high = _span_of(spec)
    if along == "y":
        axes.set_ylim(low, high)
    else:
        axes.set_xlim(low, high)
    axis = axes.yaxis if along == "y" else axes.xaxis
    axis.set_major_locator(MaxNLocator(7 if along == "y" else 5, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, spec)))


def _lines(page: Page, spec: FigureSpec, top: float, bottom: float) -> None:
    left = page.margin + page.text_width("Baseline", page.body) + page.body * 0.7
    column = max(page.width * _LABEL_COLUMN, 240)
    right = page.width - page.margin - column
    axes = frame(page, left, top, right, bottom - page.body * 1.9)
    _scale(axes, spec, "y")
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
    _end_labels(page, spec, axes, styles, right, top, bottom)


def _styles(spec: FigureSpec) -> list[tuple[str, Any, str]]:
    """Colour, dash and marker of each series; the baseline is always the dark solid one."""
    marks = iter(zip(colours(), DASHES, MARKERS, strict=True))
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
    centres = apart(ends, heights, top - size, bottom, size * 0.5)
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


def _dots(page: Page, spec: FigureSpec, top: float, bottom: float) -> None:
    """Dot and interval: each scenario's people reached under its effect on everyone."""
    room = page.width * 0.27
    left = page.margin + room + page.body
    right = page.width - page.margin - room
    floor = bottom - page.body * 1.9
    axes = frame(page, left, top, right, floor)
    _scale(axes, spec, "x")
    names = list(dict.fromkeys(each.label for each in spec.series))
    slots = len(spec.series) + len(names)
    step = (floor - top) / slots
    axes.set_ylim(slots, 0)
    axes.set_yticks([])
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.tick_params(labelsize=points(page.body), length=4, labelcolor=DARK_GREY)
    axes.axvline(0, color="black", linewidth=1.4, zorder=2)
    slot = 0
    for index, name in enumerate(names):
        if index:
            axes.axhline(slot, color="#BFBFBF", linewidth=0.8)
        lines = page.wrap(name, page.body, room, bold=True)
        fits = max(2, int(1.1 * step // (page.body * LINE_HEIGHT)))
        if len(lines) > fits:
            lines = [*lines[: fits - 1], lines[fits - 1].rstrip(" ,:") + "…"]
        middle = top + (slot + 0.55) * step - len(lines) * page.body * LINE_HEIGHT / 2
        page.write(lines, page.margin, middle, page.body, bold=True)
        slot += 1
        for series in (each for each in spec.series if each.label == name):
            among = series.group == "reached"
            colour, y = colours()[1 if among else 0], slot + 0.45
            if spec.has_band:
                axes.plot([series.low[0], series.high[0]], [y, y], color=colour, zorder=3,
                          linewidth=3, linestyle="solid" if among else (0, (3, 1)))  # fmt: skip
            axes.plot([series.value[0]], [y], color=colour, marker="o" if among else "D",
                      markersize=points(page.body * 0.85), linestyle="none", zorder=4,
                      clip_on=False,
                      markerfacecolor=colour if among else "white", markeredgewidth=2)  # fmt: skip
            row = "People reached" if among else "Everyone"
            said = page.wrap(series.said, page.body, room - page.body)
            middle = top + y * step
            page.write([row], page.margin + page.body, middle - page.body * 0.66, page.body)
            start = middle - len(said) * page.body * LINE_HEIGHT / 2
            page.write(said, right + page.body, start, page.body)
            slot += 1
