"""Small multiples: one small picture for each scenario, all on the same scale.

It looks at opened results, then at page sizes, and changes nothing but the page it is handed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.show import frame
from sim.show.alt import Row
from sim.show.facts import with_differences
from sim.show.figures import FigureSpec, difference
from sim.show.layout import DARK_GREY, LINE_HEIGHT, Page, points
from sim.show.saved import HEADLINE_MEASURES, Saved
from sim.show.trust import Fact, Verdict, has_direction, labelled, too_few_for_direction
from sim.show.wording import phrase
from sim.units import financial_year

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PANELS = 12
_NAME_LINES = 3
_LEAST = 4.0  # height of a panel's drawing in lines of text, before names get one line
_BETTER: tuple[Verdict, ...] = ("less", "mostly_less")
_WORSE: tuple[Verdict, ...] = ("more", "mostly_more")


@dataclass(frozen=True)
class MultiplesSpec:
    """The same figure as `FigureSpec`, drawn a panel for each of up to twelve scenarios."""

    figure: FigureSpec
    name: str
    title: str
    shape: str = "Small line charts, one for each scenario, on one scale"

    @property
    def subtitle(self) -> str:
        """What is drawn, where and when."""
        return f"{self.figure.subtitle} All panels have the same scale."

    @property
    def source(self) -> str:
        """The source line."""
        return self.figure.source

    @property
    def partial(self) -> str:
        """'7 of 200 runs finished', or nothing."""
        return self.figure.partial

    @property
    def columns(self) -> Row:
        """Headings of the table behind it."""
        return self.figure.columns

    def sentences(self) -> list[str]:
        """Each panel in words."""
        return self.figure.sentences()

    def rows(self) -> list[Row]:
        """The table behind it."""
        return self.figure.rows()


def specifications(saved: Saved) -> Iterator[MultiplesSpec]:
    """The headline measures over every scenario, where there are two or more."""
    from sim.show.facts import last_fact

    for measure in HEADLINE_MEASURES:
        able = with_differences(saved, measure)
        if len(able) < 2:
            continue
        for start in range(0, len(able), MOST_PANELS):
            keys = able[start : start + MOST_PANELS]
            found = [fact for key in keys if (fact := last_fact(saved, measure, "all", key))]
            part = start // MOST_PANELS + 1
            name = f"side_by_side_{measure}" + (f"_{part}" if part > 1 else "")
            title = counted(measure, found)
            yield MultiplesSpec(difference(saved, measure, keys), name, title)


def counted(measure: str, found: list[Fact]) -> str:
    """How many scenarios show a direction: '2 of 9 plans show fewer ...'."""
    words, year = phrase(measure), financial_year(found[0].year)
    if found[0].members < 2:
        return f"One run only, so no finding on {words.noun} in {year}"
    labels = [fact.label for fact in found]
    article = "a " if words.less == "smaller" else ""
    if any(too_few_for_direction(fact) for fact in found):
        return labelled(
            f"In the model in {year}, {found[0].members} runs are too few to say which of "
            f"{len(found)} plans show {article}{words.less} or {words.more} {words.noun}", labels,
        )  # fmt: skip
    said = [
        f"{number} {'show' if number > 1 else 'shows'} {article}{word} {words.noun}"
        for word, verdicts in ((words.less, _BETTER), (words.more, _WORSE))
        if (number := sum(fact.verdict in verdicts for fact in found))
    ]
    directed = [fact.label for fact in found if has_direction(fact)]
    none = len(found) - len(directed)
    tail = "next to none or no clear difference"
    if none == len(found):
        every = "both plans" if none == 2 else f"all {none} plans"
        return labelled(f"In the model in {year}, {every} show {tail} in {words.thing}", labels)
    if none:
        said.append(f"{none} {'show' if none > 1 else 'shows'} {tail}")
    title = f"In the model in {year}, of {len(found)} plans {', '.join(said)}"
    return labelled(title, labels, directed)


def _grid(page: Page, count: int) -> tuple[int, int, float, float, float]:
    """Panels across and down, the gap between them, where they start and how wide each is."""
    most = 4 if page.width > page.height else 3 if count > 6 and not page.narrow else 2
    across = min(count, most)
    gap, left = page.body * 1.6, page.margin + page.text_width("Baseline", page.body) + page.body
    wide = (page.width - page.margin - left - gap * (across - 1)) / across
    return across, math.ceil(count / across), gap, left, wide


def _heads(
    page: Page, spec: MultiplesSpec, wide: float, most: int = _NAME_LINES
) -> tuple[float, list[tuple[list[str], list[str]]], float]:
    """Size of the words over each panel, their lines, and the height they take.

    A long name is cut with a mark; what is said of the plan never is.
    """
    series = spec.figure.series
    words = page.body * (1.0 if len(series) <= 6 and not page.narrow else 0.86)
    blocks = []
    for each in series:
        named = page.wrap(each.label, words, wide, bold=True)
        if len(named) > most:
            named = [*named[: most - 1], _cut(page, named[most - 1], words, wide)]
        blocks.append((named, page.wrap(each.said, words, wide)))
    heads = max(len(a) + len(b) for a, b in blocks) * words * LINE_HEIGHT + words * 0.5
    return words, blocks, heads


def _cut(page: Page, text: str, size: float, wide: float) -> str:
    """A name that goes on, with the mark that says so."""
    while text and page.text_width(f"{text}…", size, bold=True) > wide:
        text = text[:-1]
    return f"{text.rstrip(' ,:')}…"


def tall(page: Page, spec: MultiplesSpec) -> float:
    """Height in pixels on a phone."""
    _, down, _, _, wide = _grid(page, len(spec.figure.series))
    return down * (_heads(page, spec, wide)[2] + wide * 0.8 + page.body) + page.body * 1.6


def paint(page: Page, spec: MultiplesSpec, top: float, bottom: float) -> None:
    """A grid of panels; each is named above and its last year said below the name."""
    from sim.show.charts import span_of, tick

    series = spec.figure.series
    count = len(series)
    across, down, gap, left, wide = _grid(page, count)
    foot = page.body * 1.6
    # Years stand under the last panel of each column alone, which leaves the panels height.
    height = (bottom - foot - top) / down
    for lines in (_NAME_LINES, 1):
        words, blocks, heads = _heads(page, spec, wide, lines)
        if height - heads > page.body * _LEAST:
            break
    low, high = span_of(spec.figure)
    colour = frame.colours()[0]

    def said_at(value: float) -> str:
        return tick(value, spec.figure.measure)

    for at, (each, (named, said)) in enumerate(zip(series, blocks, strict=True)):
        x, y = left + (at % across) * (wide + gap), top + (at // across) * height
        under = page.write(named, x, y, words, bold=True)
        page.write(said, x, under, words)
        floor = y + height - page.body * 0.9
        axes = frame.axes_in(page, x, y + heads, x + wide, floor)
        axes.set_xlim(0.8, each.years[-1] + 0.2)
        axes.set_ylim(low, high)
        axes.axhline(0, color="black", linewidth=1.2, zorder=2)
        if spec.figure.has_band:
            axes.fill_between(each.years, each.low, each.high, color=colour, alpha=0.18,
                              linewidth=0)  # fmt: skip
        axes.plot(each.years, each.value, color=colour, linewidth=2.2, marker="o",
                  markersize=points(page.body * 0.4))  # fmt: skip
        _ticks(page, axes, each.years, (at % across == 0, at + across >= count), wide, said_at)


def _ticks(page: Page, here: Axes, years: tuple[int, ...], ends_of: tuple[bool, bool], wide: float,
           said: Callable[[float], str]) -> None:  # fmt: skip
    """The scale at the left panels only; first and last year under the last of each column."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    first, last = ends_of
    tall = here.get_position().height * page.height
    low, high = here.get_ylim()

    def shown(value: float, _: int | None = None) -> str:
        """A place's words, unless they would touch those at zero."""
        close = 0 < abs(value) < page.body * 1.1 * (high - low) / tall
        return "" if close or not first else said(value)

    most = max(1, min(6, int(tall / (page.body * 2))))
    here.yaxis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
    here.yaxis.set_major_formatter(FuncFormatter(shown))
    ends = sorted({years[0], years[-1]})
    if wide < 2.4 * page.text_width("2024/25", page.body):
        ends = ends[-1:]
    here.set_xticks(ends, [financial_year(year) if last else "" for year in ends])
    first_mark, last_mark = here.get_xticklabels()[0], here.get_xticklabels()[-1]
    first_mark.set_horizontalalignment("left")
    last_mark.set_horizontalalignment("right")
    here.tick_params(labelsize=points(page.body * 0.9), length=3, labelcolor=DARK_GREY)
