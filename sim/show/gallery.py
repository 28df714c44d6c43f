"""Every picture there is: which ones these results allow, and how each sort is drawn.

It looks at opened results and specifications. It changes nothing but the files it is asked to
write.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.show import album, frame
from sim.show.alt import Shown
from sim.show.export import SIZES
from sim.show.figures import FigureSpec, difference, level, reached
from sim.show.frame import MOST_SERIES, Picture
from sim.show.saved import CHART_MEASURES, Saved, measure_key, open_results
from sim.show.sorts import room_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.experiment.ensemble import Progress

KINDS = ("difference", "reached", "levels")


def draw(spec: Shown, size: str = "landscape") -> Figure:
    """The picture, words and all."""
    room = room_of(spec)
    return frame.hang(spec, size, room.paint, room.tall)


def write(spec: Shown, folder: Path) -> list[Path]:
    """SVG, three PNG sizes, the CSV behind the picture and its alt text."""
    return frame.write(spec, folder, draw)


def on_page(spec: Shown) -> Picture:
    """The picture with its words and table, ready for a page."""
    return frame.on_page(spec, draw)


def over_time(
    saved: Saved, measures: Sequence[str] = CHART_MEASURES, kinds: Sequence[str] = KINDS
) -> list[FigureSpec]:
    """Differences, people reached and levels: four scenarios to a figure, levels three."""
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


def specifications(saved: Saved, every: bool = True) -> Iterator[Shown]:
    """Every picture these results allow, in the order a reader meets them.

    Without `every`, those most often asked for: no trust cards, small multiples or levels.
    """
    from sim.show import (
        card_facts,
        flow_figures,
        gains_figures,
        gap_figures,
        multiples_chart,
        network_figures,
        plane_figures,
        story_kept,
    )  # fmt: skip

    yield from over_time(saved, kinds=("difference", "reached"))
    if every:
        yield from card_facts.specifications(saved)
        yield from multiples_chart.specifications(saved)
    yield from gains_figures.specifications(saved)
    yield from flow_figures.specifications(saved)
    yield from gap_figures.specifications(saved)
    yield from plane_figures.specifications(saved)
    yield from network_figures.specifications(saved)
    yield from story_kept.specifications(saved)
    if every:
        yield from over_time(saved, kinds=("levels",))


def side_by_side(saved: Saved, measures: Sequence[str]) -> list[Shown]:
    """Small multiples of these measures, where there are more plans than one chart holds."""
    from sim.show import multiples_chart

    if len(saved.scenarios) <= MOST_SERIES:
        return []
    found = multiples_chart.specifications(saved)
    return [each for each in found if each.figure.measure in measures]


def _images(wanted: album.Wanted) -> dict[str, bytes]:
    """Everything drawn of a picture, each size once: what a page shows, and what files need."""
    spec, files = wanted
    return frame.images(spec, draw, frame.PAGE_SIZES, SIZES if files else ())


def drawn_ahead(
    results: object, jobs: int | None = None, progress: Progress | None = None
) -> AbstractContextManager[None]:
    """Draw a report's pictures and the usual files', side by side; hold them while it is open."""
    saved = open_results(results)
    wanted = [(spec, True) for spec in specifications(saved, every=False)]
    only_on_page = [*side_by_side(saved, CHART_MEASURES), *over_time(saved, kinds=("levels",))]
    wanted += [(spec, False) for spec in only_on_page]
    return album.drawn_by(_images, wanted, jobs, progress)


def write_all(results: object, folder: Path | None = None, every: bool = True) -> list[Path]:
    """Write pictures into `folder`, or into charts/ beside the results."""
    saved = open_results(results)
    where = folder or (saved.folder or Path()) / "charts"
    return [path for spec in specifications(saved, every) for path in write(spec, where)]
