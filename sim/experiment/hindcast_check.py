"""The hindcast against later years: England started in 2015/16, held to what nobody fitted.

Looks at the hindcast (`sim.experiment.calibration.hindcast`) and the official series; changes
nothing. Years to 2019/20 are those a hindcast is fitted to and are told apart; later ones were
never shown to it. The hindcast lives no pandemic, so 2020/21 to 2022/23 are told with that note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from sim.experiment.fit_finding import NOT_COMPUTED, Row, verdict_of

HELD_OUT, FITTED = "hindcast, held-out year", "hindcast, fitted year"
ROOM = 0.10  # as the fit to England allows; the series states no tolerance of its own
RESIDENTS = 20_000
SEEDS = 3
PANDEMIC = ("2020/21", "2021/22", "2022/23")


def check(
    parameters: Mapping[str, float] | None = None,
    residents: int = 20_000,
    seeds: Sequence[int] = (1,),
) -> list[Row]:
    """Every point of the official series the hindcast counts, held-out years first.

    `parameters` are numbers of the hindcast posterior; none are the registry's central values,
    whose levels were set on 2023/24: the check is then of the path alone, and says so.
    """
    from sim.experiment.calibration.hindcast import hindcast_plan, hindcast_series

    tables = [hindcast_series(parameters or {}, residents, seed) for seed in seeds]
    modelled: dict[tuple[str, str], list[float]] = {}
    for table in tables:
        for year, name, value in table[["year", "series", "modelled"]].itertuples(index=False):
            modelled.setdefault((str(name), str(year)), []).append(float(value))
    plan = hindcast_plan()
    rows = []
    for kind, points in ((HELD_OUT, plan.held_out_points()), (FITTED, plan.fitted_points())):
        for point in points:
            values = modelled.get((point.series, point.year))
            rows.append(_row(kind, point.series, point.year, point.value, values))
    return rows


def _row(kind: str, name: str, year: str, target: float, values: list[float] | None) -> Row:
    key, low, high = f"{name} {year}", target * (1 - ROOM), target * (1 + ROOM)
    if not values:
        why = "the hindcast does not count this series in this year"
        return Row(key, kind, target, low, high, None, NOT_COMPUTED, why)
    value = fmean(values)
    words = "a pandemic year; the hindcast has none" if year in PANDEMIC else ""
    return Row(key, kind, target, low, high, value, verdict_of(value, target, low, high), words)
