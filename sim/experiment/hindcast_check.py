"""The hindcast against later years: England started in 2015/16, held to what nobody fitted.

Looks at the hindcast (`sim.experiment.calibration.hindcast`), its own posterior and the official
series; changes nothing. It is lived at draws of the posterior that was fitted to years up to
2019/20; these years are told apart from later ones, which were never shown to it. The hindcast
lives no pandemic, so 2020/21 to 2022/23 are told with that note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from sim.evidence import posterior
from sim.experiment.fit_finding import NOT_COMPUTED, Row, verdict_of

HELD_OUT, FITTED = "hindcast, held-out year", "hindcast, fitted year"
ROOM = 0.10  # as the fit to England allows; the series states no tolerance of its own
RESIDENTS = 20_000
DRAWS = 6
PANDEMIC = ("2020/21", "2021/22", "2022/23")


def draws(number: int) -> tuple[Mapping[str, float], ...]:
    """So many draws of the hindcast's own posterior, spread over it; central numbers if none is."""
    kept = posterior.draws(posterior.HINDCAST)
    step = max(1, len(kept) // max(number, 1))
    return kept[::step][:number] or ({},)


def usual(residents: int) -> tuple[Mapping[str, float], ...]:
    """The numbers that a check of this size lives: one draw alone in a small one."""
    return draws(1 if residents < RESIDENTS else DRAWS)


def told(residents: int) -> str:
    """What the figures of a check of this size are, in words."""
    numbers = usual(residents)
    if not any(numbers):
        return "One run at the registry's central numbers: no draw of a posterior is kept."
    runs = f"Mean of {len(numbers)} runs, each" if len(numbers) > 1 else "One run"
    return f"{runs} at a draw of the posterior fitted to years up to 2019/20."


def check(
    numbers: Sequence[Mapping[str, float]], residents: int = RESIDENTS, seed: int = 1
) -> list[Row]:
    """Every point of the official series the hindcast counts, held-out years first.

    The mean over runs, one for each row of `numbers` (`draws`), each with the next seed. An empty
    row is the registry's central values, whose levels were set on 2023/24.
    """
    from sim.experiment.calibration.hindcast import hindcast_plan, hindcast_series

    tables = [hindcast_series(each, residents, seed + place) for place, each in enumerate(numbers)]
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
