"""Drawing where the pounds went: bars for funders, levers and activities, joined by bands.

It looks at a picture's specification and changes nothing. Every
bar is named and said in figures beside it, so that colour is never the only difference; what is
below zero cannot be a band and stands in the words alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.experiment.flows import SPENT
from sim.show import frame, stacked
from sim.show.flow_figures import Flow, FlowSpec, money
from sim.show.layout import DARK_GREY, LINE_HEIGHT, Page, apart, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = (0.18, 0.26)  # of the width, for the words at the left and the right
_BAR = 0.03  # of the drawing's width
_GAP = 0.035  # of its height, between bars
# Of everything spent: smaller lines of a lever share a band. The first at which all words fit is
# taken; where none is, each lever is one band.
_SMALLEST = (0.01, 0.02, 0.03, 0.05, 0.08, 1.0)
_MOST_GAPS = 0.4  # of the height of the drawing
_PALE = 0.35
_GREY = "#8F8F8F"
_APART = 0.3  # of the letters' size, between names
Spots = dict[str, tuple[float, float]]
Block = tuple[list[str], list[str]]


def paint(page: Page, spec: FlowSpec, top: float, bottom: float) -> None:
    """Three columns of bars joined by bands, and the words beside them."""
    if page.narrow:
        most = max([*(each.mean for each in spec.spent), *(each for _, each in _totals(spec))])
        across = stacked.Scale(0.0, most * 1.02, money, "£0")
        stacked.paint(page, _under(spec), across, top, bottom)
        return
    near, room = (page.width * each for each in _COLUMNS)
    lead = page.body * 2
    left, right = page.margin + near + lead, page.width - page.margin - room - lead
    axes = frame.axes_in(page, left, top, right, bottom)
    axes.set_xlim(0, 1)
    axes.set_ylim(1, 0)
    axes.axis("off")
    paid, spent, colour = _fitting(page, spec, room, bottom - top)
    funders = _sums([(each.source, each.mean) for each in paid])
    middle = _sums([(each.target, each.mean) for each in paid])
    out = _sums([(each.source, each.mean) for each in spent])
    middle = {key: max(middle.get(key, 0.0), out.get(key, 0.0)) for key in middle | out}
    ends = {str(at): each.mean for at, each in enumerate(spent)}
    most = max(sum(each.values()) for each in (funders, middle, ends))
    gaps = max(len(funders), len(middle), len(ends)) - 1
    gap = min(_GAP, _MOST_GAPS / max(gaps, 1))
    scale = (1 - gap * gaps) / most
    places = [_spots(each, scale, gap) for each in (funders, middle, ends)]
    _bars(axes, places[0], 0.0, dict.fromkeys(funders, DARK_GREY))
    _bars(axes, places[1], (1 - _BAR) / 2, colour)
    shades = {str(at): _GREY if each.unspent else colour[each.source]
              for at, each in enumerate(spent)}  # fmt: skip
    _bars(axes, places[2], 1 - _BAR, shades)
    order = [(each.source, each.target, each.mean, colour[each.target]) for each in paid]
    _bands(axes, order, places[0], places[1], (_BAR, (1 - _BAR) / 2), scale)
    order = [
        (each.source, str(at), each.mean, _GREY if each.unspent else colour[each.source])
        for at, each in enumerate(spent)
    ]
    _bands(axes, order, places[1], places[2], ((1 + _BAR) / 2, 1 - _BAR), scale)
    whole = {name: [name, money(pounds)] for name, pounds in funders.items()}
    _beside(page, whole, places[0], page.margin, near, (left, top, bottom))
    told = {str(at): _words(each, spec.members) for at, each in enumerate(spent)}
    _beside(page, told, places[2], right + lead, room, (right, top, bottom))
    for lever, (start, tall) in places[1].items():
        axes.text(
            0.5, start + tall / 2, lever, ha="center", va="center", fontsize=points(page.body),
            weight="bold", color="black", parse_math=False, zorder=5,
            bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 2},
        )  # fmt: skip


def _fitting(
    page: Page, spec: FlowSpec, room: float, height: float
) -> tuple[list[Flow], list[Flow], dict[str, str]]:
    """`_shown` with as many lines as can be named in a height, in letters that can be read."""
    for floor in _SMALLEST:
        found = _shown(spec, floor)
        told = [_words(each, spec.members) for each in found[1]]
        if _tall(_blocks(page, told, room, page.small), page.small) <= height:
            return found
    return _shown(spec, None)


def _shown(
    spec: FlowSpec, floor: float | None = _SMALLEST[0]
) -> tuple[list[Flow], list[Flow], dict[str, str]]:
    """What was paid and spent, the largest first within a lever, and each lever's colour."""
    paid = [each for each in spec.paid if each.mean > 0]
    gained = [each for each in spec.spent if each.mean > 0]
    spent = _whole(gained) if floor is None else _few(gained, floor)
    # a lever may have spent what nobody newly paid in
    levers = list(dict.fromkeys([*(each.target for each in paid), *(one.source for one in spent)]))
    spent.sort(key=lambda each: (levers.index(each.source), each.unspent, -each.mean))
    shades = frame.colours()
    return paid, spent, {lever: shades[at % len(shades)] for at, lever in enumerate(levers)}


def _totals(spec: FlowSpec) -> list[tuple[str, float]]:
    """What each funder paid in all."""
    return list(_sums([(each.source, each.mean) for each in _shown(spec)[0]]).items())


def tall(page: Page, spec: FlowSpec) -> float:
    """Height in pixels on a phone."""
    return stacked.tall(page, _under(spec))


def _under(spec: FlowSpec) -> list[stacked.Row]:
    """The same pounds as bars for a phone: who paid, and under each lever what it was spent on."""
    _, spent, colour = _shown(spec)
    rows = [stacked.Row("Who paid")]
    rows += [stacked.Row(name, money(each), _bar(each, DARK_GREY)) for name, each in _totals(spec)]
    lever = None
    for each in spent:
        if each.source != lever:
            lever = each.source
            rows.append(stacked.Row(f"Spent on: {lever}"))
        name, said = _words(each, spec.members)
        shade = _GREY if each.unspent else colour[each.source]
        rows.append(stacked.Row("Unspent" if each.unspent else name, said, _bar(each.mean, shade)))
    return rows


def _bar(pounds: float, shade: str) -> stacked.Mark:
    return lambda axes, y, strip: axes.barh(y, pounds, height=strip * 0.62, color=shade, zorder=3)


def _whole(spent: list[Flow]) -> list[Flow]:
    """One flow a lever, what it did not spend with the rest."""
    found = []
    for lever in dict.fromkeys(each.source for each in spent):
        these = [each for each in spent if each.source == lever]
        mean = sum(each.mean for each in these)
        left = sum(each.mean for each in these if each.unspent)
        name = f"{lever}: {len(these)} lines" + (f", {money(left)} unspent" if left else "")
        one = Flow(SPENT, lever, name, mean, mean, mean, mean)
        found.append(these[0] if len(these) == 1 else one)
    return found


def _few(spent: list[Flow], share: float) -> list[Flow]:
    """The flows worth a band of their own; a lever's smallest ones together are one."""
    floor = share * sum(each.mean for each in spent)
    small = [each for each in spent if each.mean < floor and not each.unspent]
    found = [each for each in spent if each not in small]
    for lever in dict.fromkeys(each.source for each in small):
        these = [each for each in small if each.source == lever]
        mean = sum(each.mean for each in these)
        other = Flow(SPENT, lever, f"Other ({len(these)} lines)", mean, mean, mean, mean)
        found += these if len(these) == 1 else [other]
    return found


def _words(each: Flow, members: int) -> list[str]:
    name = f"{each.source}: unspent" if each.unspent else each.target
    return [name, each.said(members)]


def _sums(pairs: Sequence[tuple[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for name, pounds in pairs:
        total[name] = total.get(name, 0.0) + pounds
    return total


def _spots(pounds: dict[str, float], scale: float, gap: float) -> Spots:
    """Where each bar starts and how tall it is, from the top, the whole column in the middle."""
    tall = sum(pounds.values()) * scale + gap * (len(pounds) - 1)
    at, found = max(0.0, (1 - tall) / 2), {}
    for name, each in pounds.items():
        found[name] = (at, each * scale)
        at += each * scale + gap
    return found


def _bars(axes: Axes, places: Spots, x: float, shade: dict[str, str]) -> None:
    for name, (start, tall) in places.items():
        axes.bar(x, tall, _BAR, bottom=start, align="edge", color=shade[name], linewidth=0,
                 zorder=3)  # fmt: skip


def _bands(axes: Axes, order: Sequence[tuple[str, str, float, str]], one: Spots, two: Spots,
           across: tuple[float, float], scale: float) -> None:  # fmt: skip
    """A band from each bar on the left to its bar on the right, as wide as its pounds."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    used = {name: start for name, (start, _) in one.items()}
    filled = {name: start for name, (start, _) in two.items()}
    x, z = across
    half = (x + z) / 2
    for source, target, pounds, shade in order:
        a, b, tall = used[source], filled[target], pounds * scale
        used[source], filled[target] = a + tall, b + tall
        under = a + tall, b + tall
        outline = [(x, a), (half, a), (half, b), (z, b), (z, under[1]), (half, under[1]),
                   (half, under[0]), (x, under[0]), (x, a)]  # fmt: skip
        codes = [Outline.MOVETO, *[Outline.CURVE4] * 3, Outline.LINETO, *[Outline.CURVE4] * 3,
                 Outline.CLOSEPOLY]  # fmt: skip
        band = PathPatch(Outline(outline, codes), facecolor=shade, alpha=_PALE, linewidth=0)
        axes.add_patch(band)


def _blocks(page: Page, told: Sequence[list[str]], room: float, size: float) -> list[Block]:
    """Each name and sum broken into lines for a width."""
    return [
        (page.wrap(name, size, room, bold=True), page.wrap(said, size, room)) for name, said in told
    ]


def _tall(blocks: Sequence[Block], size: float) -> float:
    """Height of names and sums one under the other, in pixels."""
    lines = sum(len(part) for block in blocks for part in block)
    return lines * size * LINE_HEIGHT + size * _APART * len(blocks)


def _beside(page: Page, told: dict[str, list[str]], places: Spots, left: float, room: float,
            ends: tuple[float, float, float]) -> None:  # fmt: skip
    """Name and sum by each bar (whose edge, top and bottom are `ends`), tied to it by a line.

    Words are moved apart, and made smaller only if they cannot all fit.
    """
    from matplotlib.lines import Line2D

    edge, top, bottom = ends
    size = page.body
    while True:
        blocks = _blocks(page, list(told.values()), room, size)
        if _tall(blocks, size) <= bottom - top or size <= page.small:
            break
        size = max(size * 0.94, page.small)
    heights = [sum(map(len, block)) * size * LINE_HEIGHT for block in blocks]
    wanted = [top + (start + tall / 2) * (bottom - top) for start, tall in map(places.get, told)]  # type: ignore[misc]
    centres = apart(wanted, heights, top, bottom, size * _APART)
    near = left - size * 0.3 if left > edge else left + room + size * 0.3
    far = edge + (size * 0.3 if left > edge else -size * 0.3)
    for (named, said), tall, centre, level in zip(blocks, heights, centres, wanted, strict=True):
        across, down = [far / page.width, near / page.width], [level, centre]
        page.figure.add_artist(
            Line2D(across, [1 - each / page.height for each in down], color=DARK_GREY,
                   linewidth=0.9)
        )  # fmt: skip
        under = page.write(named, left, centre - tall / 2, size, bold=True)
        page.write(said, left, under, size)
