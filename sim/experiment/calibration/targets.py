"""The published figures that are fitted, each with the room around it.

Looks at data/calibration_targets.csv, the registry and the official series; changes nothing.
A target's room is its tolerance (read as two standard deviations) and the stated discrepancy: how
far off the model may be at its best numbers because it is not the world (one standard deviation,
as a share of the value). Validation targets are refused: they are never fitted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sim.evidence import registry
from sim.evidence.rows import DATA, RowReader, read_table
from sim.evidence.series import Point
from sim.experiment.calibration.hindcast import hindcast_plan

FILE = "calibration_targets.csv"
LEVEL, PATH = "level", "path"
# A hindcast starts from a model whose shape was settled on later years: stated, and generous.
HINDCAST_DISCREPANCY = {LEVEL: 0.10, PATH: 0.05}
# Totals of series that are fitted by age already: counted once.
SUMS = ("requests_total", "long_term_support_total_SALT")
VERIFIED_ROOM, UNVERIFIED_ROOM = 0.05, 0.10  # of a point of the series: rounding and revisions


@dataclass(frozen=True)
class Target:
    """One figure to fit; `tolerance` and `discrepancy` are in its own unit."""

    key: str
    figure: str
    value: float
    tolerance: float
    discrepancy: float
    why: str

    @property
    def variance(self) -> float:
        """The variance of the world around the model at its best: tolerance and discrepancy."""
        return (self.tolerance / 2.0) ** 2 + self.discrepancy**2

    def inside(self, value: float) -> bool:
        """Whether a figure of the model lies within the stated tolerance."""
        return abs(value - self.value) <= self.tolerance * (1.0 + 1e-9)


@cache
def forward_targets() -> tuple[Target, ...]:
    """The figures a run from April 2024 is fitted to, in table order."""
    found = []
    allowed = {row.key for row in registry().targets("calibration_target")}
    columns = ("target", "figure", "discrepancy", "why")
    for line, cells in read_table(DATA / FILE, columns, ()):
        at = RowReader(DATA / FILE, line, cells)
        row = registry().get(at.text("target"))
        if row.kind == "validation_target":
            raise at.wrong("target", f"{row.key} is a validation target: it is never fitted.")
        if row.key not in allowed:
            raise at.wrong("target", f"{row.key} is not a calibration target that stands alone.")
        share = at.number("discrepancy")
        found.append(Target(
            row.key, at.text("figure") or row.key, row.value, row.tolerance or 0.0,
            share * abs(row.value), at.text("why"),
        ))  # fmt: skip
    return tuple(found)


@cache
def hindcast_targets() -> tuple[Target, ...]:
    """What a run from 2015/16 is fitted to: each series' level and path over the fitted years.

    Only points with use `fit`, 2015/16 to 2019/20. An anchored series has a path alone.
    """
    plan, found = hindcast_plan(), []
    for name in plan.series:
        if name in SUMS:
            continue
        points = [point for point in plan.fitted_points() if point.series == name]
        for kind, value in summaries(_by_year(points)).items():
            if kind == LEVEL and name in plan.anchored:
                continue
            room = VERIFIED_ROOM if all(point.verified for point in points) else UNVERIFIED_ROOM
            years = f"{points[0].year} to {points[-1].year}"
            found.append(Target(
                f"{name}:{kind}", f"{name}:{kind}", value, room * value,
                HINDCAST_DISCREPANCY[kind] * value, f"official series, {years}",
            ))  # fmt: skip
    return tuple(found)


def _by_year(points: Sequence[Point]) -> dict[str, float]:
    return {point.year: point.value for point in points}


def summaries(by_year: Mapping[str, float]) -> dict[str, float]:
    """A series as two figures: its mean, and its last year over its first if years lie between."""
    years = sorted(by_year)
    if not years:
        return {}
    found = {LEVEL: math.fsum(by_year.values()) / len(years)}
    if int(years[-1][:4]) - int(years[0][:4]) >= 2 and by_year[years[0]]:
        found[PATH] = by_year[years[-1]] / by_year[years[0]]
    return found


def fitted_summaries(modelled: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """The model's own level and path of each series, over the years that were published.

    `modelled` is by (series, year).
    """
    plan, found = hindcast_plan(), {}
    for name in plan.series:
        years = [point.year for point in plan.fitted_points() if point.series == name]
        here = {year: modelled[name, year] for year in years if (name, year) in modelled}
        for kind, value in summaries(here).items():
            found[f"{name}:{kind}"] = value
    return found
