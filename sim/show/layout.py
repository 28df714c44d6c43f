"""Words on a canvas: measuring, wrapping and keeping labels from lying on one another.

It looks at text and pixel sizes and changes nothing but the figure it is handed.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.show.export import DOTS_PER_INCH, FONT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DARK_GREY = "#3D3D3D"
LINE_HEIGHT = 1.32
POINTS_PER_INCH = 72
_NARROW = 600  # pixels


# Widths are measured once at this size and scaled; the slack covers rounding to whole pixels.
_MEASURED_AT = 40.0
_SLACK = 1.01


@functools.lru_cache(maxsize=4096)
def _measured(text: str, bold: bool) -> float:
    from matplotlib.font_manager import FontProperties

    weight = "bold" if bold else "normal"
    font = FontProperties(family=FONT, size=points(_MEASURED_AT), weight=weight)
    return float(_ruler().get_text_width_height_descent(text, font, False)[0])


@functools.cache
def _ruler() -> Any:
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(1, 1, DOTS_PER_INCH)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Page:
    """A canvas in pixels, with text sizes that suit it. Heights are measured from the top."""

    figure: Figure
    width: int
    height: int
    margin: int
    title: float
    body: float
    small: float

    @property
    def narrow(self) -> bool:
        """Whether this is a phone's page, with no room for words beside the drawing."""
        return self.width < _NARROW

    def text_width(self, text: str, size: float, bold: bool = False) -> float:
        """Width of one line in pixels."""
        return _measured(text, bold) * size / _MEASURED_AT * _SLACK

    def wrap(self, text: str, size: float, width: float, bold: bool = False) -> list[str]:
        """Lines no wider than `width`; a word too long for a line is cut."""
        lines: list[str] = []
        line = ""
        for word in text.split():
            trial = f"{line} {word}".strip()
            if self.text_width(trial, size, bold) <= width:
                line = trial
                continue
            if line:
                lines.append(line)
            while self.text_width(word, size, bold) > width and len(word) > 1:
                cut = len(word) - 1
                while cut > 1 and self.text_width(word[:cut], size, bold) > width:
                    cut -= 1
                lines.append(word[:cut])
                word = word[cut:]
            line = word
        return [*lines, line] if line else lines or [""]

    def write(
        self, lines: Sequence[str], left: float, top: float, size: float,
        bold: bool = False, colour: str = DARK_GREY, over: bool = False,
    ) -> float:  # fmt: skip
        """Write lines downward from `top` and return where the next thing may start.

        `over` a drawing the words have a white ground, so that no line strikes them through.
        """
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.0} if over else None
        for line in lines:
            self.figure.text(
                left / self.width, 1 - (top + size * 0.5 * LINE_HEIGHT) / self.height, line,
                ha="left", va="center", fontsize=points(size), color=colour, family=FONT,
                weight="bold" if bold else "normal", parse_math=False, bbox=ground,
            )  # fmt: skip
            top += size * LINE_HEIGHT
        return top


def points(pixels: float) -> float:
    """Pixels to the points matplotlib sizes its type in."""
    return pixels * POINTS_PER_INCH / DOTS_PER_INCH


def apart(wanted: Sequence[float], heights: Sequence[float], top: float,
          bottom: float, gap: float) -> list[float]:  # fmt: skip
    """Centres as near as may be to `wanted` (pixels from the top), none overlapping.

    Blocks that collide are settled as one block around their mean, then pushed inside the frame.
    """
    order = sorted(range(len(wanted)), key=lambda each: (wanted[each], each))
    clusters: list[list[int]] = []
    starts: list[float] = []

    def settle(members: list[int]) -> float:
        size = sum(heights[each] for each in members) + gap * (len(members) - 1)
        offset, ideal = 0.0, 0.0
        for each in members:
            ideal += wanted[each] - (offset + heights[each] / 2)
            offset += heights[each] + gap
        return max(top, min(ideal / len(members), bottom - size))

    for each in order:
        clusters.append([each])
        starts.append(settle([each]))
        while len(clusters) > 1:
            before = clusters[-2]
            end = starts[-2] + sum(heights[one] for one in before) + gap * len(before)
            if end <= starts[-1]:
                break
            clusters[-2:] = [before + clusters[-1]]
            starts[-2:] = [settle(clusters[-1])]
    centres = [0.0] * len(wanted)
    for members, start in zip(clusters, starts, strict=True):
        for each in members:
            centres[each] = start + heights[each] / 2
            start += heights[each] + gap
    return centres
