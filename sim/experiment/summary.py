"""From months to years, from members to ranges, from two worlds to their difference.

Differences are taken within a member (same people, same luck) and only then summed up over
members. This room may look at results and at what each outcome means; it changes nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.member import REACHED
from sim.experiment.request import BASELINE
from sim.outcomes import GROUPS, MEASURES, WORKER_GROUPS

MONTHS = 12
KEYS = ["scenario", "measure", "group", "year"]
SUMMARY_COLUMNS = [
    *KEYS,
    "median",
    "p05",
    "p95",
    "difference_median",
    "difference_p05",
    "difference_p95",
    "sign_agreement",
    "members",
]
_GROUPS = [*GROUPS, *(key for part in WORKER_GROUPS.values() for key in part)]
# The ends of the 90% interval that every result states (model.md, section 8).
_LOW, _MIDDLE, _HIGH = 0.05, 0.5, 0.95


def yearly(results: pd.DataFrame) -> pd.DataFrame:
    """Return one row per scenario, measure, group, year and member: complete years only.

    A year is the mean of its months, their sum or its last month, as the measure says. Rows about
    the people reached are yearly already.
    """
    rows = results[["scenario", "measure", "group", "member", "month", "value"]]
    already = rows["group"].astype(str).str.startswith(REACHED).to_numpy()
    if already.all():
        return rows.assign(year=rows["month"] // MONTHS)[[*KEYS, "member", "value"]]
    years = int(rows.loc[~already, "month"].max()) // MONTHS
    rows = rows.assign(year=(rows["month"] - 1) // MONTHS + 1)
    rows = rows[rows["year"] <= years]
    already = rows["group"].astype(str).str.startswith(REACHED).to_numpy()
    parts = [rows[already]]
    monthly = rows[~already]
    how = (
        monthly["measure"].astype(object).map({key: each.yearly for key, each in MEASURES.items()})
    )
    for rule in ("mean", "sum", "end"):
        mine = monthly[(how == rule).to_numpy()].sort_values("month", kind="stable")
        if mine.empty:
            continue
        grouped = mine.groupby([*KEYS, "member"], observed=True, sort=True)["value"]
        made = grouped.last() if rule == "end" else grouped.agg(rule)
        parts.append(made.reset_index())
    return pd.concat([part[[*KEYS, "member", "value"]] for part in parts], ignore_index=True)


def wide(years: pd.DataFrame) -> pd.DataFrame:
    """Return yearly values with one column per member; gaps are nan."""
    plain = years.astype({"scenario": object, "measure": object, "group": object})
    return plain.set_index([*KEYS, "member"])["value"].unstack("member")


def summarise(years: pd.DataFrame) -> pd.DataFrame:
    """Return the summary: ranges over members and paired differences from the baseline.

    Rows run baseline first, then scenarios by name; measures and groups in the order of
    sim/outcomes.py. Sign agreement is the share of members whose difference has the sign of the
    median difference: 1.0 when every difference is exactly 0.
    """
    table = wide(years)
    labels = table.index.to_frame(index=False)
    values = table.to_numpy(dtype=np.float64)
    twin = table.index.get_indexer(pd.MultiIndex.from_frame(_in_baseline(labels)))
    base = np.where((twin >= 0)[:, None], values[twin], np.nan)
    is_base = (labels["scenario"] == BASELINE).to_numpy()
    difference = np.where(is_base[:, None], np.nan, values - base)

    rows = labels
    rows["median"], rows["p05"], rows["p95"] = _ranges(values)
    middle, low, high = _ranges(difference)
    rows["difference_median"], rows["difference_p05"], rows["difference_p95"] = middle, low, high
    rows["sign_agreement"] = _sign_agreement(difference, middle)
    rows["members"] = np.isfinite(np.where(is_base[:, None], values, values - base)).sum(axis=1)
    rows = rows[~(is_base & labels["group"].str.startswith(REACHED).to_numpy())]
    rows = rows.sort_values(KEYS, key=_reading_order, ignore_index=True)
    return rows[SUMMARY_COLUMNS]


def variance_reduction(results_or_years: pd.DataFrame, group: str = "all") -> pd.DataFrame:
    """Return, per scenario and measure, how much noise pairing removes in the final year.

    The ratio is Var(scenario member i - baseline member j, j not i) over Var(scenario member i -
    baseline member i). Two different members share nothing, so the upper variance is the sum of
    the two worlds' variances. nan when nothing varies, inf when only the pairs agree exactly.
    """
    years = results_or_years if "year" in results_or_years else yearly(results_or_years)
    years = years[(years["group"] == group) & (years["year"] == years["year"].max())]
    rows: list[dict[str, Any]] = []
    table = wide(years)
    for scenario, measure, _, year in table.index:
        if scenario == BASELINE or (BASELINE, measure, group, year) not in table.index:
            continue
        ours = table.loc[(scenario, measure, group, year)].to_numpy(dtype=np.float64)
        theirs = table.loc[(BASELINE, measure, group, year)].to_numpy(dtype=np.float64)
        both = np.isfinite(ours) & np.isfinite(theirs)
        if both.sum() < 2:
            continue
        apart = float(np.var(ours[both], ddof=1) + np.var(theirs[both], ddof=1))
        paired = float(np.var(ours[both] - theirs[both], ddof=1))
        ratio = apart / paired if paired > 0 else (np.inf if apart > 0 else np.nan)
        rows.append(
            {
                "scenario": scenario,
                "measure": measure,
                "variance_unpaired": apart,
                "variance_paired": paired,
                "ratio": ratio,
            }
        )
    columns = ["scenario", "measure", "variance_unpaired", "variance_paired", "ratio"]
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values(["scenario", "measure"], key=_reading_order, ignore_index=True)


def _in_baseline(labels: pd.DataFrame) -> pd.DataFrame:
    """Return where each row's counterpart lies: the same people, in the baseline."""
    group = labels["group"].where(labels["group"] != REACHED, f"{REACHED}_by_" + labels["scenario"])
    return labels.assign(scenario=BASELINE, group=group)[KEYS]


def _ranges(values: np.ndarray) -> np.ndarray:
    """Return median, low and high end of each row, over the members that have a value."""
    found = np.full((3, len(values)), np.nan)
    whole = np.isfinite(values).all(axis=1)
    levels = [_MIDDLE, _LOW, _HIGH]
    if whole.any():
        found[:, whole] = np.quantile(values[whole], levels, axis=1)
    some = np.isfinite(values).any(axis=1) & ~whole
    if some.any():
        found[:, some] = np.nanquantile(values[some], levels, axis=1)
    return found


def _sign_agreement(difference: np.ndarray, middle: np.ndarray) -> np.ndarray:
    present = np.isfinite(difference)
    agree = (np.sign(difference) == np.sign(middle)[:, None]) & present
    count = present.sum(axis=1)
    return np.where(count > 0, agree.sum(axis=1) / np.maximum(count, 1), np.nan)


def _reading_order(column: pd.Series) -> pd.Series:
    if column.name == "scenario":
        return column.map(lambda name: (name != BASELINE, name))
    known = {"measure": list(MEASURES), "group": _GROUPS}.get(str(column.name))
    if known is None:
        return column
    place = {key: number for number, key in enumerate(known)}
    return column.map(lambda name: (place.get(name, len(place)), name))
