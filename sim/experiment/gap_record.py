"""The funding gap in run.json: year by year beside the assumed budget, and what moved it.

Looks at yearly values of every member; changes nothing. Averages are given beside medians because
the averages of parts add up to the average of the whole, and medians do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.request import BASELINE
from sim.gap_words import MOVERS

UNIT = "pounds per head of all ages a year, 2024/25 prices"
LINES: dict[str, str] = {  # what stands side by side each year, and its measure
    "assumed_budget": "council_budget_gbp_per_head",
    "council_spending": "council_spend_gbp_per_head",
    "fee_gap": "fee_gap_gbp_per_head",
    "demand_gap": "demand_gap_gbp_per_head",
    "need_gap": "need_gap_gbp_per_head",
    "funding_gap": "funding_gap_gbp_per_head",
}
_LEVELS = {"p05": 0.05, "median": 0.5, "p95": 0.95}
Stats = dict[str, float]


def gap_record(years: pd.DataFrame, provenance: Mapping[str, Any]) -> dict[str, Any]:
    """The gap's page of run.json from yearly values (scenario, measure, group, year, member).

    Empty when the gap was not measured.
    """
    wanted = years[years["group"].astype(str) == "all"]
    wanted = wanted[wanted["measure"].astype(str).str.contains("gap_|council_")]
    shelves = {
        (str(scenario), str(measure), int(year)): rows.set_index("member")["value"]
        for (scenario, measure, year), rows in wanted.groupby(
            ["scenario", "measure", "year"], observed=True, sort=True
        )
    }
    total = LINES["funding_gap"]
    lived = sorted({year for _, measure, year in shelves if measure == total})
    names = sorted({scenario for scenario, _, _ in shelves}, key=lambda n: (n != BASELINE, n))
    if not lived or (BASELINE, LINES["assumed_budget"], lived[0]) not in shelves:
        return {}
    first, last = lived[0], lived[-1]
    record: dict[str, Any] = {
        "unit": UNIT,
        "first_year": first,
        "last_year": last,
        "people_all_ages": _people(provenance),
        "by_year": {
            name: [
                {"year": year}
                | {
                    line: _stats(shelves[name, measure, year])
                    for line, measure in LINES.items()
                    if (name, measure, year) in shelves
                }
                for year in lived
                if (name, total, year) in shelves
            ]
            for name in names
        },
        "since_first_year": {},
        "against_baseline": {},
    }
    for name in names:
        ends = shelves[name, total, first], shelves[name, total, last]
        record["since_first_year"][name] = _steps(shelves, name, "change", last, *ends)
        if name != BASELINE:
            ends = shelves[BASELINE, total, last], shelves[name, total, last]
            record["against_baseline"][name] = _steps(shelves, name, "effect", last, *ends)
    return record


def _steps(
    shelves: Mapping[tuple[str, str, int], pd.Series],
    name: str,
    how: str,
    year: int,
    start: pd.Series,
    end: pd.Series,
) -> dict[str, Stats]:
    """Where the gap starts, what each mover adds and where it ends: over the same members."""
    here = start.index.intersection(end.index)
    steps = {"start": _stats(start[here])}
    for mover in MOVERS:
        steps[mover] = _stats(shelves[name, f"gap_{how}_{mover}_gbp_per_head", year][here])
    return steps | {"end": _stats(end[here]), "change": _stats(end[here] - start[here])}


def _stats(values: pd.Series) -> Stats:
    found = values.to_numpy(dtype=np.float64)
    told = {name: float(np.quantile(found, at)) for name, at in _LEVELS.items()}
    return told | {"mean": float(found.mean())}


def _people(provenance: Mapping[str, Any]) -> float | None:
    """People of all ages in the real place, as the baseline's model recorded them."""
    told = provenance.get(BASELINE, provenance)
    place = told.get("place") if isinstance(told, Mapping) else None
    people = place.get("people_all_ages") if isinstance(place, Mapping) else None
    return float(people) if isinstance(people, int | float) and people > 0 else None
