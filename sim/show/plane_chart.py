"""Drawing cost against loneliness-free years: a cloud of runs for each scenario.

It looks at a specification and page sizes and changes nothing but the page it is handed.
"""

from __future__ import annotations

import numpy as np

from sim.show import frame
from sim.show.charts import MARKERS
from sim.show.layout import DARK_GREY, LINE_HEIGHT, Page, points
from sim.show.plane_figures import PlaneSpec, gbp, scale_of

_COLUMN = 0.27
_PLOT = 16.0  # of a phone's picture, in lines of text


def paint(page: Page, spec: PlaneSpec, top: float, bottom: float) -> None:
    """The plane, its clouds, and beside it what each says."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    across = page.width > page.height
    column = page.width * _COLUMN if across else 0.0
    words = 0.0 if across else _words(page, spec, page.width - 2 * page.margin)
    every = [np.concatenate([getattr(each, name) for each in spec.runs]) for name in _NAMES]
    ends = ["−£100,000", *(gbp(each) for each in _limits(every[1]))]
    left = page.margin + max(page.text_width(f"{each} ", page.body) for each in ends)
    right = page.width - page.margin - (column + page.body * 2 if across else 0)
    floor = bottom - page.body * 3.6 - words
    head = top + page.body * 1.6
    page.write(["Extra pounds paid"], page.margin, top, page.body, bold=True)
    axes = frame.axes_in(page, left, head, right, floor)
    axes.set_xlim(*_limits(every[0]))
    axes.set_ylim(*_limits(every[1]))
    axes.grid(True, axis="both")
    axes.axhline(0, color="black", linewidth=1.4, zorder=2)
    axes.axvline(0, color="black", linewidth=1.4, zorder=2)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _plain(value)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _step(value)))
    axes.tick_params(labelsize=points(page.body), length=4, labelcolor=DARK_GREY)
    under = ["Loneliness-free years"]
    page.write(under, right - page.text_width(under[0], page.body, True), floor + page.body * 1.9,
               page.body, bold=True)  # fmt: skip
    y = head if across else floor + page.body * 3.8
    x = right + page.body * 2 if across else page.margin
    room = column if across else page.width - 2 * page.margin
    size = _fitting(page, spec, room, bottom - head) if across else page.body
    for each, colour, marker in zip(spec.runs, frame.colours(), MARKERS, strict=False):
        axes.plot(each.years, each.pounds, linestyle="none", marker=marker, color=colour,
                  markersize=points(page.body * 0.5), alpha=0.45, zorder=3)  # fmt: skip
        axes.plot([np.median(each.years)], [np.median(each.pounds)], marker=marker, color=colour,
                  markersize=points(page.body * 1.05), markeredgecolor="white",
                  markeredgewidth=1.5, linestyle="none", zorder=5, clip_on=False)  # fmt: skip
        y = _beside(page, (each.label, each.said), (colour, marker), (x, y, room), size)


def _fitting(page: Page, spec: PlaneSpec, room: float, height: float) -> float:
    """Size of the words beside a wide picture: smaller only where they would run over its foot."""
    size = page.body
    while _words(page, spec, room, size) > height and size > page.small:
        size = max(size * 0.94, page.small)
    return size


_NAMES = ("years", "pounds")


def _limits(values: np.ndarray) -> tuple[float, float]:
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    pad = 0.08 * ((high - low) or 1.0)
    return low - pad, high + pad


def _step(value: float) -> str:
    """A sum on the axis in full, which two figures would move: £125 million, never £120 million."""
    size = abs(value)
    unit, word = scale_of(size)
    return f"{'−' if value < 0 else ''}£{_plain(size / unit)}{word}"


def _plain(value: float) -> str:
    text = f"{abs(value):,.3f}".rstrip("0").rstrip(".")
    return f"{'−' if value < 0 and text != '0' else ''}{text}"


def _lines(
    page: Page, text: tuple[str, str], room: float, size: float
) -> tuple[list[str], list[str]]:
    lead = size * 1.4
    return (
        page.wrap(text[0], size, room - lead, bold=True),
        page.wrap(text[1], size, room - lead),
    )


def tall(page: Page, spec: PlaneSpec) -> float:
    """Height in pixels on a phone."""
    return page.body * (_PLOT + 5.2) + _words(page, spec, page.width - 2 * page.margin)


def _words(page: Page, spec: PlaneSpec, room: float, size: float | None = None) -> float:
    """How tall the words beside or under a picture stand."""
    size = size or page.body
    blocks = [_lines(page, (each.label, each.said), room, size) for each in spec.runs]
    return sum((len(a) + len(b) + 0.5) * size * LINE_HEIGHT for a, b in blocks)


def _beside(page: Page, text: tuple[str, str], mark: tuple[str, str],
            spot: tuple[float, float, float], size: float) -> float:  # fmt: skip
    """A cloud's mark, name and numbers; returns where the next may start."""
    from matplotlib.lines import Line2D

    x, y, room = spot
    named, said = _lines(page, text, room, size)
    middle = y + size * LINE_HEIGHT * 0.5
    page.figure.add_artist(
        Line2D([(x + size * 0.4) / page.width], [1 - middle / page.height], color=mark[0],
               marker=mark[1], markersize=points(size * 0.8), linestyle="none")
    )  # fmt: skip
    under = page.write(named, x + size * 1.4, y, size, bold=True)
    under = page.write(said, x + size * 1.4, under, size)
    return under + size * LINE_HEIGHT * 0.5
