"""The report's section on the funding gap: what it is, year by year, and what moved it.

Looks at opened results and hands the page what to print; changes nothing.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from sim.show import gap_charts, gap_facts, gap_figures
from sim.show.export import svg_bytes
from sim.show.gap_figures import GapSpec
from sim.show.saved import BASELINE, Saved

Row = tuple[str, ...]


@dataclass(frozen=True)
class GapPicture:
    """One chart on the page: its words, its image and the table behind it."""

    spec: GapSpec
    words: str
    image: str
    rows: list[Row]


@dataclass(frozen=True)
class GapSection:
    """Everything the section prints."""

    totals: list[str]
    header: Row
    baseline: list[Row]
    others: list[tuple[str, list[Row]]]
    growth: str
    columns: Row
    pictures: list[GapPicture]


def section(saved: Saved) -> GapSection | None:
    """The section, or None when the run recorded no gap by year."""
    baseline = gap_facts.year_rows(saved, BASELINE)
    if not baseline:
        return None
    rows = ((saved.title(key), gap_facts.year_rows(saved, key)) for key in saved.scenarios)
    growth = saved.provenance.get("assumed_budget_real_growth")
    return GapSection(
        totals=gap_facts.totals(saved),
        header=("Financial year", *gap_facts.LINES.values()),
        baseline=baseline,
        others=[each for each in rows if each[1]],
        growth=f"{growth:.1%}" if isinstance(growth, float) else "not recorded",
        columns=gap_figures.COLUMNS,
        pictures=[_picture(spec) for spec in gap_figures.specifications(saved)],
    )


def _picture(spec: GapSpec) -> GapPicture:
    words = gap_figures.alt_text(spec)
    drawn = svg_bytes(gap_charts.draw(spec), spec.title, words)
    image = f"data:image/svg+xml;base64,{base64.b64encode(drawn).decode('ascii')}"
    return GapPicture(spec, words, image, gap_figures.rows(spec))
