"""The flows of a whole comparison: every member in pence, then means and ranges over members.

It looks at what members kept of their ledgers (`sim.experiment.flows`) and writes flows.csv and
flows_by_member.csv into the output folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment import results
from sim.experiment.flows import (
    ATTENDERS,
    INTRODUCED,
    KEY,
    LESS_LONELY,
    PAID,
    REACHED,
    RESIDENTS,
    SPENT,
    UNSPENT,
)
from sim.units import PENCE_PER_POUND
from sim.world.bands import QUINTILES

FILE, BY_MEMBER = "flows.csv", "flows_by_member.csv"
REACH, PEOPLE, COST, EVERYONE = "reach", "people", "cost", "everyone"
COLUMNS = ["scenario", "stage", "source", "target", "unit", "mean", "median", "p05", "p95"]
COLUMNS += ["members"]
STAGES = (PAID, SPENT, REACHED, REACH, PEOPLE, COST)
_PER = 1_000
_RATE = "reached so far for every 1,000 residents at the end"
_TOO_FEW = 1 / 60_000  # of residents: a cost for each of fewer people would be noise
_SHARES = {"median": 0.5, "p05": 0.05, "p95": 0.95}


def by_member(told: Mapping[int, Mapping[str, Any]]) -> pd.DataFrame:
    """One row for each member, scenario and figure, from what members kept by number.

    Money in whole pence; a cost is pounds for each, missing where there were next to none.
    """
    rows: list[tuple[int, str, str, str, str, str, float]] = []
    for member, scenarios in told.items():
        for scenario, kept in scenarios.items():
            for stage in (PAID, SPENT):
                rows += [
                    (member, scenario, stage, *each[:2], "pence", each[2]) for each in kept[stage]
                ]
            reached, here = _groups(kept[REACHED]), _groups(kept[RESIDENTS])
            for group, number in reached.items():
                rows.append((member, scenario, REACHED, "plan", group, "people", number))
            rows += [
                (member, scenario, REACH, "plan", group, _RATE, _PER * reached[group] / number)
                for group, number in here.items()
                if number
            ]
            gone = sum(pence for _, what, pence in kept[SPENT] if what != UNSPENT)
            for what, sign in ((ATTENDERS, 1), (INTRODUCED, 1), (LESS_LONELY, -1)):
                without, with_plan = kept[what]
                more = sign * (with_plan - without)
                rows.append((member, scenario, PEOPLE, "plan", what, "people", more))
                enough = more > _TOO_FEW * sum(kept[RESIDENTS]) and gone > 0
                each = gone / PENCE_PER_POUND / more if enough else float("nan")
                rows.append((member, scenario, COST, "plan", what, "pounds for each", each))
    names = ["member", "scenario", "stage", "source", "target", "unit", "value"]
    frame = pd.DataFrame(rows, columns=names)
    frame["stage"] = pd.Categorical(frame["stage"], STAGES, ordered=True)
    order = ["scenario", "stage", "source", "target", "member"]
    frame = frame.sort_values(order, kind="stable", ignore_index=True)
    return frame.astype({"stage": str})


def _groups(fifths: list[int]) -> dict[str, int]:
    return {EVERYONE: sum(fifths)} | dict(zip(QUINTILES, fifths, strict=True))


def summarised(table: pd.DataFrame) -> pd.DataFrame:
    """Mean, median and 5th to 95th percentile over members; money in pounds.

    A line that a member does not have counts as nothing there. A cost is given only where every
    member has one: `members` says how many have.
    """
    rows = []
    everyone = {name: part["member"].nunique() for name, part in table.groupby("scenario")}
    keys = ["scenario", "stage", "source", "target", "unit"]
    for key, part in table.groupby(keys, sort=False):
        scenario, stage, source, target, unit = key
        values = part["value"].to_numpy(dtype=np.float64)
        asked, here = everyone[scenario], int(np.isfinite(values).sum())
        if stage == COST:
            if here < asked:
                values = np.array([np.nan])
        elif stage != REACH:
            values = np.concatenate([values, np.zeros(asked - values.size)])
            here = asked
        if unit == "pence":
            values, unit = values / PENCE_PER_POUND, "pounds"
        told = [float(values.mean()), *(float(np.quantile(values, at)) for at in _SHARES.values())]
        rows.append((scenario, stage, source, target, unit, *told, here))
    return pd.DataFrame(rows, columns=COLUMNS)


def keep(folder: Path, provenance: Mapping[int, Mapping[str, Any]]) -> None:
    """Take the flows out of what each member told, and write both tables where there are any."""
    told = {
        member: {
            scenario: page.pop(KEY)
            for scenario, page in pages.items()
            if isinstance(page, dict) and KEY in page
        }
        for member, pages in provenance.items()
    }
    if not any(told.values()):
        for name in (FILE, BY_MEMBER):
            (folder / name).unlink(missing_ok=True)
        return
    table = by_member(told)
    results.write_summary(table, folder / BY_MEMBER)
    results.write_summary(summarised(table), folder / FILE)


def load(folder: Path | str, members: bool = False) -> pd.DataFrame | None:
    """The flows kept in an output folder, or None where there are none.

    Raises UserMistake for a file that is damaged.
    """
    path = Path(folder) / (BY_MEMBER if members else FILE)
    if not path.is_file():
        return None
    try:
        found = pd.read_csv(path, encoding="utf-8")
        figures = found[["value"] if members else COLUMNS[5:]]
        # A cost for each may be unknown; a sum of money never is.
        if not np.isfinite(figures[found["stage"].isin([PAID, SPENT])]).to_numpy().all():
            raise ValueError("a sum is missing")
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise results.damaged(path) from error
    return found
