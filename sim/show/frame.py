"""The frame every picture hangs in: its words, its sizes, its files.

It is handed a specification and a way to paint what lies between title and source line. It
changes nothing but the files `write` is asked for. Colours are the Analysis Function's. What
`album` holds is not drawn again.
"""

from __future__ import annotations

import base64
import functools
import importlib
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.show import album
from sim.show.alt import Row, Shown, alt_text, csv_text
from sim.show.export import DOTS_PER_INCH, SIZES, house_style, png_bytes, put, svg_bytes
from sim.show.layout import DARK_GREY, LINE_HEIGHT, POINTS_PER_INCH, Page, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_SERIES = 4
PAGE_SIZES = ("landscape", "phone")  # what a page shows: the wide one, and a phone's
TYPE_SIZES = {  # title, body and small print in pixels, then the margin
    "landscape": (25.0, 15.0, 12.0, 36),
    "square": (31.0, 20.0, 16.0, 44),
    "portrait": (35.0, 22.0, 17.0, 48),
    "phone": (19.5, 15.0, 13.0, 14),
}
PHONE = 390  # pixels across, which a phone shows at nearly its size; as tall as it has to be
Draw = Callable[[Any, str], "Figure"]


@functools.cache
def colours() -> tuple[str, ...]:
    """The Analysis Function's categorical colours, as many as a chart may have series."""
    palette = importlib.import_module("afcharts.af_colours")
    return tuple(palette.get_af_colours("categorical", number_of_colours=MOST_SERIES))


@functools.cache
def _chart_class() -> type[Figure]:
    """Matplotlib's figure, with its words kept beside it."""
    from matplotlib.figure import Figure

    class Chart(Figure):
        """A figure that shows itself in a notebook without any drawing state."""

        words: tuple[str, str] = ("", "")

        def _repr_png_(self) -> bytes:
            return png_bytes(self, *self.words)

    return Chart


def hang(
    spec: Shown,
    size: str,
    paint: Callable[[Page, Any, float, float], None],
    tall: Callable[[Page, Any], float],
) -> Figure:
    """The picture, words and all; `paint` fills the page between the two heights it is given.

    `tall` says how many pixels the drawing needs on a phone's page, where only the width is given.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    title, body, small, margin = TYPE_SIZES[size]
    if size in SIZES:
        width, height = SIZES[size]
    else:
        width = PHONE
        # Nothing is drawn on this page; any tall height will do to measure its words with.
        page = Page(_chart_class()(), width, 9 * width, margin, title, body, small)
        height = _height_of_words(page, spec) + math.ceil(tall(page, spec))
    with house_style():
        shape = (width / DOTS_PER_INCH, height / DOTS_PER_INCH)
        picture = _chart_class()(figsize=shape, dpi=DOTS_PER_INCH, facecolor="white")
        FigureCanvasAgg(picture)
        picture.words = (spec.title, alt_text(spec))  # type: ignore[attr-defined]
        page = Page(picture, width, height, margin, title, body, small)
        top, bottom = _headings(page, spec)
        paint(page, spec, top, bottom)
        if spec.partial:
            picture.text(
                0.4, 0.45, spec.partial, ha="center", va="center", rotation=18, alpha=0.28,
                fontsize=points(title * 1.5), color=DARK_GREY, weight="bold", parse_math=False,
            )  # fmt: skip
    return picture


def _height_of_words(page: Page, spec: Shown) -> int:
    """Pixels that words above and below the drawing take on a phone."""
    room = page.width - 2 * page.margin
    lines, size = _title(page, spec)
    words = len(lines) * size + len(page.wrap(spec.subtitle, page.body, room)) * page.body
    words += len(page.wrap(spec.source, page.small, room)) * page.small
    around = page.margin * 1.2 + page.body * 2.1
    return math.ceil(words * LINE_HEIGHT + around)


def _title(page: Page, spec: Shown) -> tuple[list[str], float]:
    """The title's lines and size: smaller type where it would run to too many lines."""
    room, size = page.width - 2 * page.margin, page.title
    most, smallest = (3 if page.width > page.height else 5), page.body * 1.15
    if page.narrow:
        most = 8
    while len(lines := page.wrap(spec.title, size, room, bold=True)) > most and size > smallest:
        size = max(smallest, size * 0.93)
    return lines, size


def _headings(page: Page, spec: Shown) -> tuple[float, float]:
    """Write title, subtitle and source; return where the drawing may begin and must end."""
    room = page.width - 2 * page.margin
    lines, size = _title(page, spec)
    top = page.write(lines, page.margin, page.margin * 0.7, size, bold=True, colour="black")
    subtitle = page.wrap(spec.subtitle, page.body, room)
    top = page.write(subtitle, page.margin, top + page.body * 0.4, page.body)
    source = page.wrap(spec.source, page.small, room)
    start = page.height - page.margin * 0.5 - len(source) * page.small * LINE_HEIGHT
    page.write(source, page.margin, start, page.small)
    return top + page.body * 1.1, start - page.body * 0.6


def axes_in(page: Page, left: float, top: float, right: float, bottom: float) -> Axes:
    """Axes whose inside is this rectangle, in pixels from the top left."""
    return page.figure.add_axes(
        (left / page.width, 1 - bottom / page.height,
         (right - left) / page.width, (bottom - top) / page.height)
    )  # fmt: skip


def fitting(page: Page, texts: Sequence[str], room: float, tallest: float,
            bold: bool = False) -> float:  # fmt: skip
    """The largest type, up to the body's, in which none of these texts is taller than `tallest`."""
    size = page.body
    while size >= page.small * 0.7 and any(
        len(page.wrap(text, size, room, bold)) * size * LINE_HEIGHT > tallest for text in texts
    ):
        size *= 0.94
    return size


def beside(page: Page, text: str, left: float, room: float, centre: float, tallest: float,
           bold: bool = False, size: float | None = None) -> None:  # fmt: skip
    """Words level with a mark, made smaller only if they would touch the next row's."""
    size = size or fitting(page, [text], room, tallest, bold)
    lines = page.wrap(text, size, room, bold)
    page.write(lines, left, centre - len(lines) * size * LINE_HEIGHT / 2, size, bold=bold)


def images(
    spec: Shown, draw: Draw, as_svg: Collection[str], as_png: Collection[str]
) -> dict[str, bytes]:
    """The picture in these sizes, each size drawn once: 'landscape.svg' and its kind to bytes."""
    words = alt_text(spec)
    found: dict[str, bytes] = {}
    for size in dict.fromkeys((*as_svg, *as_png)):
        picture = draw(spec, size)
        if size in as_svg:
            found[f"{size}.svg"] = svg_bytes(picture, spec.title, words)
        if size in as_png:
            found[f"{size}.png"] = png_bytes(picture, spec.title, words)
    return found


def _held_or_drawn(
    spec: Shown, draw: Draw, as_svg: Collection[str], as_png: Collection[str] = ()
) -> Mapping[str, bytes]:
    held = album.held(spec)
    wanted = {*(f"{size}.svg" for size in as_svg), *(f"{size}.png" for size in as_png)}
    return held if wanted <= held.keys() else images(spec, draw, as_svg, as_png)


def write(spec: Shown, folder: Path, draw: Draw) -> list[Path]:
    """SVG, three PNG sizes, the CSV behind the picture and its alt text."""
    drawn = _held_or_drawn(spec, draw, ("landscape",), SIZES)
    # Windows takes no colon in a file's name, and a variant's name has one.
    name = spec.name.replace(":", "__")
    made = [put(folder / f"{name}.svg", drawn["landscape.svg"])]
    made += [put(folder / f"{name}_{size}.png", drawn[f"{size}.png"]) for size in SIZES]
    made.append(put(folder / f"{name}.csv", csv_text(spec).encode("utf-8")))
    made.append(put(folder / f"{name}.txt", f"{alt_text(spec)}\n".encode()))
    return made


@dataclass(frozen=True)
class Picture:
    """One picture on a page: its words, its image, one for phones with its size, its table."""

    spec: Any
    words: str
    image: str
    phone: str
    phone_size: tuple[int, int]
    columns: Row
    rows: list[Row]


def on_page(spec: Shown, draw: Draw) -> Picture:
    """A picture with its images inside, ready for the report."""
    drawn = _held_or_drawn(spec, draw, PAGE_SIZES)
    wide, narrow = (base64.b64encode(drawn[f"{size}.svg"]).decode("ascii") for size in PAGE_SIZES)
    kind = "data:image/svg+xml;base64,"
    phone_size = pixels_of(drawn[f"{PAGE_SIZES[1]}.svg"])
    words = alt_text(spec)
    return Picture(spec, words, kind + wide, kind + narrow, phone_size, spec.columns, spec.rows())


def pixels_of(svg: bytes) -> tuple[int, int]:
    """Pixels across and down of a drawing of ours, from the points its first line states."""
    told = re.search(rb'width="([0-9.]+)pt"', svg), re.search(rb'height="([0-9.]+)pt"', svg)
    across, down = (float(each[1]) * DOTS_PER_INCH / POINTS_PER_INCH for each in told if each)
    return round(across), round(down)
