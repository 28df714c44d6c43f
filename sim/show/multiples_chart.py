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
from sim.show.trust import Fact, Verdict
from sim.show.wording import phrase
from sim.units import financial_year

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PANELS = 12
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
    article = "a " if words.less == "smaller" else ""
    said = [
        f"{number} {'show' if number > 1 else 'shows'} {article}{word} {words.noun}"
        for word, verdicts in ((words.less, _BETTER), (words.more, _WORSE))
        if (number := sum(fact.verdict in verdicts for fact in found))
    ]
    none = len(found) - sum(fact.verdict in (*_BETTER, *_WORSE) for fact in found)
    if none:
        said.append(f"{none} {'show' if none > 1 else 'shows'} next to none or no clear difference")
    return f"In the model in {year}, of {len(found)} plans " + ", ".join(said)


def paint(page: Page, spec: MultiplesSpec, top: float, bottom: float) -> None:
    """A grid of panels; each is named above and its last year said below the name."""
    from sim.show.charts import span_of, tick

    series = spec.figure.series
    count = len(series)
    across = min(count, 4 if page.width > page.height else 3 if count > 6 else 2)
    down = math.ceil(count / across)
    gap, left = page.body * 1.6, page.margin + page.text_width("Baseline", page.body) + page.body
    wide = (page.width - page.margin - left - gap * (across - 1)) / across
    words = page.body * (1.0 if count <= 6 else 0.86)
    blocks = [
        (page.wrap(each.label, words, wide, bold=True)[:3], page.wrap(each.said, words, wide)[:2])
        for each in series
    ]
    heads = max(len(a) + len(b) for a, b in blocks) * words * LINE_HEIGHT + words * 0.5
    tall = (bottom - top) / down
    low, high = span_of(spec.figure)
    colour = frame.colours()[0]

    def said_at(value: float) -> str:
        return tick(value, spec.figure.measure)

    for at, (each, (named, said)) in enumerate(zip(series, blocks, strict=True)):
        x, y = left + (at % across) * (wide + gap), top + (at // across) * tall
        under = page.write(named, x, y, words, bold=True)
        page.write(said, x, under, words)
        floor = y + tall - page.body * 2.2
        axes = frame.axes_in(page, x, y + heads, x + wide, floor)
        axes.set_xlim(0.8, each.years[-1] + 0.2)
        axes.set_ylim(low, high)
        axes.axhline(0, color="black", linewidth=1.2, zorder=2)
        if spec.figure.has_band:
            axes.fill_between(each.years, each.low, each.high, color=colour, alpha=0.18,
                              linewidth=0)  # fmt: skip
        axes.plot(each.years, each.value, color=colour, linewidth=2.2, marker="o",
                  markersize=points(page.body * 0.4))  # fmt: skip
        _ticks(page, axes, each.years, at % across == 0, wide, said_at)


def _ticks(page: Page, here: Axes, years: tuple[int, ...], first: bool, wide: float,
           said: Callable[[float], str]) -> None:  # fmt: skip
    """The scale at the left panels only; the first and last year under each."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    here.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    here.yaxis.set_major_formatter(FuncFormatter(lambda value, _: said(value) if first else ""))
    ends = sorted({years[0], years[-1]})
    if wide < 2.4 * page.text_width("2024/25", page.body):
        ends = ends[-1:]
    here.set_xticks(ends, [financial_year(year) for year in ends])
    first_mark, last_mark = here.get_xticklabels()[0], here.get_xticklabels()[-1]
    first_mark.set_horizontalalignment("left")
    last_mark.set_horizontalalignment("right")
    here.tick_params(labelsize=points(page.body * 0.9), length=3, labelcolor=DARK_GREY)
