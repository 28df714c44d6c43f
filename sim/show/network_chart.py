"""Drawing who knows whom: three worlds side by side, everybody in the same spot.

It looks at a specification and page sizes and changes nothing but the page it is handed. Each
sort of tie has a dash of its own beside its colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.show import frame
from sim.show.layout import DARK_GREY, LINE_HEIGHT, Page, points
from sim.show.network_figures import KINDS, NetworkSpec, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_EDGE = 1.06
# Which of the Analysis Function's colours, which dash and how wide, for each sort of tie.
_STYLE: dict[str, tuple[int | None, Any, float]] = {
    "household": (None, "solid", 1.6),
    "kin": (0, (0, (4, 2)), 1.3),
    "friends": (1, "solid", 1.5),
    "companions": (2, (0, (1.3, 1.2)), 2.0),
}


def paint(page: Page, spec: NetworkSpec, top: float, bottom: float) -> None:
    """Three panels in a row on a wide page, else two above and one beside the key."""
    wide = page.width > page.height
    across, gap, room = _grid(page)
    key = len(KINDS) + 2
    foot = page.body * LINE_HEIGHT * 2.2 if wide else 0.0
    down = 1 if wide else 2
    tall = (bottom - foot - top) / down
    small = page.body * 0.86
    words, heads = _words(page, spec, room)
    for at, (panel, (named, said)) in enumerate(zip(spec.panels, words, strict=True)):
        x, y = page.margin + (at % across) * (room + gap), top + (at // across) * tall
        page.write(said, x, page.write(named, x, y, page.body, True), small)
        under = y + heads  # the same in every panel, so that the spots are too
        side = min(room, y + tall - under - page.body * 0.5)
        left = x + (room - side) / 2
        axes = frame.axes_in(page, left, under, left + side, under + side)
        _panel(axes, page, spec, panel, side)
    if wide:
        _key_in_a_row(page, bottom - foot + page.body * 0.4)
    else:
        x, y = page.margin + room + gap, top + tall + page.body * 1.5
        _key_in_a_column(page, x, y, min(tall / key, page.body * 2))


def _grid(page: Page) -> tuple[int, float, float]:
    """Panels across, the gap between them and how wide each is."""
    across, gap = (3 if page.width > page.height else 2), page.body * 1.2
    return across, gap, (page.width - 2 * page.margin - gap * (across - 1)) / across


def _words(page: Page, spec: NetworkSpec,
           room: float) -> tuple[list[tuple[list[str], list[str]]], float]:  # fmt: skip
    """Each panel's name and words, and the height the tallest of them takes."""
    small = page.body * 0.86
    words = [
        (page.wrap(each.label, page.body, room, True), page.wrap(each.said, small, room))
        for each in spec.panels
    ]
    return words, LINE_HEIGHT * max(page.body * len(a) + small * len(b) for a, b in words)


def tall(page: Page, spec: NetworkSpec) -> float:
    """Height in pixels on a phone."""
    _, _, room = _grid(page)
    return 2 * (_words(page, spec, room)[1] + room + page.body)


def _panel(axes: Axes, page: Page, spec: NetworkSpec, panel: Panel, side: float) -> None:
    axes.set_xlim(-_EDGE, _EDGE)
    axes.set_ylim(-_EDGE, _EDGE)
    axes.axis("off")
    for tie in panel.ties:
        (x, y), (z, w) = spec.spots[tie.a], spec.spots[tie.b]
        colour, dash, width = _style(tie.kind)
        axes.plot([x, z], [y, w], color=colour, linestyle=dash, linewidth=width, zorder=2,
                  alpha=0.45 + 0.5 * min(1.0, tie.strength))  # fmt: skip
    tied = {end for tie in panel.ties for end in (tie.a, tie.b)}
    small, large = points(side * 0.022), points(side * 0.045)
    for at, (x, y) in enumerate(spec.spots):
        big = at in spec.followed
        if at not in panel.here or not (big or at in tied):
            continue
        axes.plot([x], [y], marker="o", markersize=large if big else small, zorder=4 if big else 3,
                  color=DARK_GREY if big else "#6B6B6B", markeredgecolor="white",
                  markeredgewidth=0.8, linestyle="none")  # fmt: skip


def _style(kind: str) -> tuple[str, Any, float]:
    number, dash, width = _STYLE[kind]
    return (DARK_GREY if number is None else frame.colours()[number]), dash, width


def _key_in_a_row(page: Page, top: float) -> None:
    x = float(page.margin)
    for kind, words in KINDS.items():
        _sample(page, kind, words, x, top + page.body * 0.7)
        x += page.body * 3.6 + page.text_width(words, page.body)


def _key_in_a_column(page: Page, x: float, top: float, step: float) -> None:
    page.write(["Lines"], x, top, page.body, bold=True)
    for at, (kind, words) in enumerate(KINDS.items()):
        _sample(page, kind, words, x, top + (at + 1.5) * step)


def _sample(page: Page, kind: str, words: str, x: float, middle: float) -> None:
    """A short line of this sort, and its name."""
    from matplotlib.lines import Line2D

    colour, dash, width = _style(kind)
    ends = [x / page.width, (x + page.body * 1.8) / page.width]
    page.figure.add_artist(
        Line2D(ends, [1 - middle / page.height] * 2, color=colour, linestyle=dash,
               linewidth=width * 1.3)
    )  # fmt: skip
    page.write([words], x + page.body * 2.2, middle - page.body * LINE_HEIGHT / 2, page.body)
