"""Drawing a story line: two step lines of how lonely somebody would say they are, and what befell.

It looks at a specification and page sizes and changes nothing but the page it is handed. What
happened is numbered on the line and told in words beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.show import frame
from sim.show.layout import DARK_GREY, LINE_HEIGHT, Page, points
from sim.show.story import date
from sim.show.story_figures import WITH, Mark, StorySpec
from sim.show.story_words import ANSWER
from sim.units import MONTHS_PER_YEAR, financial_year

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Block = tuple[list[str], list[str]]  # the lines of a heading, and of its words
_COLUMN = 0.36
_WORDS = 0.66  # of a square or tall picture's height, at most
_PLOT = 14.0  # of a phone's picture, in lines of text
_MARKS_ABREAST = 18  # numbered marks closer than this many to a line stand above one another
_CIRCLE = 1.4  # across a numbered mark, in lines of text
_APART = 0.05  # of an answer, so that lines that lie together are both seen
_ABOVE, _ABOVE_ON_PHONE = 0.26, 0.4  # of an answer, from one numbered mark to the next above it


def paint(page: Page, spec: StorySpec, top: float, bottom: float) -> None:
    """The lines, and the numbered words beside or under them."""
    wide, columns = page.width > page.height, _columns(page)
    label = max(page.text_width(words, page.body) for words in ANSWER.values())
    left = page.margin + label + page.body
    column = page.width * _COLUMN if wide else page.width - 2 * page.margin
    right = page.width - page.margin - (column + page.body * 2 if wide else 0)
    most = bottom - top if wide or page.narrow else (bottom - top) * _WORDS
    gap = page.body * 1.5
    room = (column - gap * (columns - 1)) / columns
    blocks, size = _fitted(page, spec, room, most)
    each = -(-len(blocks) // columns)
    lists = [blocks[at : at + each] for at in range(0, len(blocks), each or 1)]
    under = max((_tall(some, size) for some in lists), default=0.0)
    floor = (bottom if wide else bottom - under - page.body) - page.body * 1.9
    head = _key(page, page.margin if page.narrow else left, top)
    axes = frame.axes_in(page, left, head, right, floor)
    _lines(page, axes, spec)
    x, start = (right + page.body * 2, top) if wide else (page.margin, bottom - under)
    for some in lists:
        y = start
        for named, said in some:
            y = page.write(said, x, page.write(named, x, y, size, bold=True), size) + size * 0.35
        x += room + gap


def _columns(page: Page) -> int:
    """Two lists of words under a square or tall picture, which leaves the lines their height."""
    return 1 if page.narrow or page.width > page.height else 2


def tall(page: Page, spec: StorySpec) -> float:
    """Height in pixels on a phone."""
    blocks = _blocks(page, spec, page.body, page.width - 2 * page.margin)
    return page.body * (_PLOT + 5.1) + _tall(blocks, page.body)


def _fitted(page: Page, spec: StorySpec, room: float, most: float) -> tuple[list[Block], float]:
    """Each mark's heading and words, in type small enough to fit."""
    size = page.body
    while True:
        blocks = _blocks(page, spec, size, room)
        if _tall(blocks, size) <= most * _columns(page) or size < page.small * 0.8:
            return blocks, size
        size *= 0.95


def _blocks(page: Page, spec: StorySpec, size: float, room: float) -> list[Block]:
    return [
        (page.wrap(_heading(each), size, room, bold=True), page.wrap(each.text, size, room))
        for each in spec.marks
    ]


def _tall(blocks: list[Block], size: float) -> float:
    lines = sum(len(named) + len(said) for named, said in blocks)
    return lines * size * LINE_HEIGHT + len(blocks) * size * 0.35


def _heading(each: Mark) -> str:
    where = "both" if len(each.worlds) > 1 else each.worlds[0].lower()
    return f"{each.number}. {date(each.month)} ({where})"


def _style(world: str) -> tuple[str, Any, float]:
    if world == WITH:
        return frame.colours()[0], (0, (5, 2)), _APART
    return DARK_GREY, "solid", -_APART


def _key(page: Page, left: float, top: float) -> float:
    """Which line is which, above the drawing; returns where that may begin."""
    from matplotlib.lines import Line2D

    from sim.show.story_figures import WITHOUT

    x = left
    for world in (WITHOUT, WITH):
        colour, dash, _ = _style(world)
        middle = top + page.body * LINE_HEIGHT / 2
        ends = [x / page.width, (x + page.body * 2.2) / page.width]
        page.figure.add_artist(
            Line2D(ends, [1 - middle / page.height] * 2, color=colour, linestyle=dash,
                   linewidth=2.4)
        )  # fmt: skip
        page.write([world], x + page.body * 2.6, top, page.body, bold=True)
        x += page.body * 4.2 + page.text_width(world, page.body, bold=True)
    return top + page.body * 2.2


def _lines(page: Page, axes: Axes, spec: StorySpec) -> None:
    last = max(months[-1] for _, months, _ in spec.lines)
    first = min(months[0] for _, months, _ in spec.lines)
    axes.set_xlim(first - 0.5, last + max(1.0, 0.03 * (last - first)))
    axes.set_ylim(-0.5, len(ANSWER) - 0.5)
    axes.set_yticks(list(ANSWER), list(ANSWER.values()))
    years = list(range(first // MONTHS_PER_YEAR, -(-last // MONTHS_PER_YEAR)))
    across = (axes.get_position().width * page.width) / page.text_width("2024/25  ", page.body)
    stride = max(1, -(-len(years) // max(1, min(5, int(across)))))
    axes.set_xticks(
        [year * MONTHS_PER_YEAR + 1 for year in years[::stride]],
        [financial_year(year + 1) for year in years[::stride]], ha="left",
    )  # fmt: skip
    axes.tick_params(labelsize=points(page.body), length=4, labelcolor=DARK_GREY)
    for world, months, values in spec.lines:
        colour, dash, lift = _style(world)
        axes.step(months, [each + lift for each in values], where="post", color=colour,
                  linestyle=dash, linewidth=2.4, zorder=3)  # fmt: skip
    lines = {world: (months, values) for world, months, values in spec.lines}
    near = (last - first) / (_MARKS_ABREAST / 2 if page.narrow else _MARKS_ABREAST)
    placed: list[tuple[int, int, int]] = []
    an_answer = axes.get_position().height * page.height / len(ANSWER)
    step = max(_ABOVE_ON_PHONE if page.narrow else _ABOVE, page.body * _CIRCLE / an_answer)
    for mark in spec.marks:
        world = mark.worlds[-1]
        months, values = lines[world]
        at = max((place for place, each in enumerate(months) if each <= mark.month), default=0)
        taken = {level for month, value, level in placed
                 if value == values[at] and mark.month - month < near}  # fmt: skip
        level = next(each for each in range(len(spec.marks)) if each not in taken)
        placed.append((mark.month, values[at], level))
        above = step * (level + 1)
        lift = -above if values[at] >= len(ANSWER) - 2 else above
        axes.text(
            mark.month, values[at] + lift, str(mark.number), ha="center", va="center",
            fontsize=points(page.body * 0.85), weight="bold", color="white", zorder=6,
            bbox={"boxstyle": "circle,pad=0.22", "facecolor": _style(world)[0],
                  "edgecolor": "white"},
        )  # fmt: skip
