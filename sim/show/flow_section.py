"""The report's section on where the pounds went: picture, tables, and whom the plan reached.

Looks at the flows kept in an output folder and hands the page what to print; changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.experiment.flow_tables import COST, EVERYONE, PEOPLE, REACH
from sim.experiment.flows import ATTENDERS, INTRODUCED, LESS_LONELY, PAID, REACHED, SPENT
from sim.outcomes import GROUPS
from sim.show import gallery
from sim.show.alt import Row
from sim.show.flow_figures import Flow, bands, flows_of, money, specification
from sim.show.frame import Picture
from sim.show.saved import Saved
from sim.show.wording import figure

if TYPE_CHECKING:
    import pandas as pd

HEADER: Row = ("From", "To", "Average of runs", "Middle run", "Range")
PEOPLE_HEADER: Row = (
    "Who", "How many", "Range", "For every 1,000 residents", "Pounds spent for each"
)  # fmt: skip
NOBODY = "nobody lives in one"
FOR_EACH = {
    ATTENDERS: "More people who came to a hub at least once",
    INTRODUCED: "More introductions by connectors",
    LESS_LONELY: "Fewer people often or always lonely in the last year",
}


@dataclass(frozen=True)
class FlowPart:
    """One scenario on the page."""

    title: str
    picture: Picture | None
    pounds: list[Row]
    reached: list[Row]


@dataclass(frozen=True)
class FlowSection:
    """Everything the section prints."""

    header: Row
    people_header: Row
    stands_for: str
    parts: list[FlowPart]


def section(saved: Saved) -> FlowSection | None:
    """The section, or None where no plan's money was kept."""
    table = flows_of(saved)
    if table is None:
        return None
    parts = []
    for key in saved.scenarios:
        pounds = [*bands(table, key, PAID), *bands(table, key, SPENT)]
        if pounds:
            spec = specification(saved, table, key)
            rows = [_pounds(each, saved.members) for each in pounds]
            picture = None if spec is None else gallery.on_page(spec)
            reached = _reached(table, key, saved.members)
            parts.append(FlowPart(saved.title(key), picture, rows, reached))
    scale = saved.provenance.get("scale")
    stands_for = f"{scale:.1f}" if isinstance(scale, float) else "not recorded"
    return FlowSection(HEADER, PEOPLE_HEADER, stands_for, parts) if parts else None


def _pounds(each: Flow, members: int) -> Row:
    low, high = money(each.low), money(each.high)
    spread = f"{low} to {high}" if members > 1 and low != high else ""
    return (each.source, each.target, money(each.mean), money(each.median), spread)


def _reached(table: pd.DataFrame, scenario: str, members: int) -> list[Row]:
    """People reached, everyone and by deprivation fifth; then what each change cost.

    Where nobody was reached the fifths would say so five times more and are left out.
    """
    here = table[table["scenario"].astype(str) == scenario]
    found: list[Row] = []
    rates = here[here["stage"] == REACH]
    reach = dict(zip(rates["target"].astype(str), rates["median"].astype(float), strict=True))
    reached = here[here["stage"] == REACHED]
    nobody = not (reached[["median", "p05", "p95"]].abs().to_numpy() > 0).any()
    for told in reached.itertuples(index=False):
        row: Any = told
        group = str(row.target)
        if nobody and group != EVERYONE:
            continue
        label = GROUPS.get(group.replace("imd_q", "imd_"), group)
        name = (
            "People the plan reached"
            if group == EVERYONE
            else f"Of them: {label[:1].lower()}{label[1:]}"
        )
        rate = reach.get(group)
        found.append(
            (name, *_range(row, members), figure(rate) if rate is not None else NOBODY, "")
        )
    cost = {str(row.target): row for row in here[here["stage"] == COST].itertuples(index=False)}
    people = {str(row.target): row for row in here[here["stage"] == PEOPLE].itertuples(index=False)}
    for what, words in FOR_EACH.items():
        if what in people:
            row = cost[what]
            each = "not given: next to none in some runs"
            if math.isfinite(row.median):
                low_high = f" ({money(row.p05)} to {money(row.p95)})" if members > 1 else ""
                each = f"{money(row.median)}{low_high}"
            found.append((words, *_range(people[what], members), "", each))
    return found


def _range(row: Any, members: int) -> tuple[str, str]:
    def one(value: float) -> str:
        said = figure(value)
        return f"−{said}" if value < 0 and said != "0" else said

    low, high = one(row.p05), one(row.p95)
    return one(row.median), f"{low} to {high}" if members > 1 and low != high else ""
