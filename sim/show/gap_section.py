"""The report's section on the funding gap: what it is, year by year, and what moved it.

Looks at opened results and hands the page what to print; changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.show import gallery, gap_facts, gap_figures
from sim.show.alt import Row
from sim.show.frame import Picture
from sim.show.saved import BASELINE, Saved


@dataclass(frozen=True)
class GapSection:
    """Everything the section prints."""

    totals: list[str]
    header: Row
    baseline: list[Row]
    others: list[tuple[str, list[Row]]]
    growth: str
    pictures: list[Picture]


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
        pictures=[gallery.on_page(spec) for spec in gap_figures.specifications(saved)],
    )
