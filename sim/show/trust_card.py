"""Drawing a trust card: the label as steps with words, the runs as marks, and the answers.

It looks at a specification and page sizes and changes nothing but the page it is handed. No mark
stands without its words.
"""

from __future__ import annotations

from sim.show import frame
from sim.show.card_facts import CardSpec
from sim.show.layout import LINE_HEIGHT, Page

_STEPS = 4
_LARGEST = 1.6  # of the body's type, on a card with little to say
_PALE = "#D9D9D9"


def paint(page: Page, spec: CardSpec, top: float, bottom: float) -> None:
    """The card, in type made smaller only where it would not fit."""
    size = page.body * _LARGEST
    while _height(page, spec, size) > bottom - top and size > page.small * 0.75:
        size *= 0.96
    y = _label(page, spec, top, size)
    y = page.write(page.wrap(spec.claim, size, _room(page), bold=True), page.margin, y, size,
                   bold=True)  # fmt: skip
    y += size * 0.5
    for name, said in spec.lines:
        y = page.write([name], page.margin, y, size, bold=True)
        y = page.write(page.wrap(said, size, _room(page)), page.margin, y, size) + size * 0.35


def tall(page: Page, spec: CardSpec) -> float:
    """Height in pixels on a phone."""
    return _height(page, spec, page.body * 1.35) + page.body * 4


def _room(page: Page) -> float:
    return page.width - 2 * page.margin


def _height(page: Page, spec: CardSpec, size: float) -> float:
    lines = len(page.wrap(spec.claim, size, _room(page), bold=True))
    lines += sum(1 + len(page.wrap(said, size, _room(page))) for _, said in spec.lines)
    return size * (3.4 + LINE_HEIGHT * lines + 0.35 * len(spec.lines) + 0.5)


def _label(page: Page, spec: CardSpec, top: float, size: float) -> float:
    """Four steps, as many filled as the label is strong, and the label in words."""
    from matplotlib.patches import Rectangle

    wide, tall = size * 1.5, size * 1.5
    for step in range(_STEPS):
        shade = frame.colours()[0] if step < spec.step else _PALE
        x, y = page.margin + step * wide * 1.15, top + size * 0.2
        page.figure.add_artist(
            Rectangle((x / page.width, 1 - (y + tall) / page.height), wide / page.width,
                      tall / page.height, facecolor=shade, edgecolor="none",
                      transform=page.figure.transFigure)
        )  # fmt: skip
    text = f"{spec.label} (step {spec.step} of {_STEPS})"
    if page.narrow:
        named = page.wrap(text, size, _room(page), bold=True)
        under = page.write(named, page.margin, top + size * 2, size, bold=True, colour="black")
        return under + size * 0.6
    x = page.margin + _STEPS * wide * 1.15 + size * 0.6
    room, large = page.width - page.margin - x, size * 1.15
    while page.text_width(text, large, bold=True) > room:
        large *= 0.97
    page.write([text], x, top + size * 0.2, large, bold=True, colour="black")
    return top + size * 2.6
