"""What keeping up would cost: the model's own path of spending needed beside published projections.

Looks at the yearly diary of a baseline of England; changes nothing. Three sums, each on top of the
one before: to meet demand under the April 2024 rules, to meet need above the Care Act cut-off as
well (access), and to pay what care costs (pay). Only their direction and order are promised.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

from sim.evidence import registry
from sim.experiment.fit_finding import MISS, NOT_COMPUTED, PASS, Row, verdict_of

KIND = "projection"
STEPS = ("demand", "demand_access", "demand_access_pay")
PUBLISHED = {
    "demand": "gap_hf2025_meet_demand",
    "demand_access": "gap_hf2025_demand_access",
    "demand_access_pay": "gap_hf2025_demand_access_pay",
}
YEARS = {5: "2028_29", 11: "2034_35"}  # year 1 is 2024/25
BILLION = 1e9
ROOM = 0.5  # a published projection is matched when within half of its own size


def needed_gbp_bn(yearly: dict[str, list[float]], people: float) -> dict[str, list[float]]:
    """Extra spending needed each year over year 1's spending, billions at 2024/25 prices.

    `yearly` holds pounds per head a year by measure; `people` is England's population. Demand is
    what was spent plus the demand gap, less both in year 1: the published figure is what saves
    today's services from decline, and who was refused or waiting in year 1 is not part of that.
    Access adds the need gap; pay adds the fee gap.
    """
    spend = yearly["council_spend_gbp_per_head"]
    found: dict[str, list[float]] = {step: [] for step in STEPS}
    for row, spent in enumerate(spend):
        short = yearly["demand_gap_gbp_per_head"]
        total = spent + short[row] - (spend[0] + short[0])
        found["demand"].append(total * people / BILLION)
        total += yearly["need_gap_gbp_per_head"][row]
        found["demand_access"].append(total * people / BILLION)
        total += yearly["fee_gap_gbp_per_head"][row]
        found["demand_access_pay"].append(total * people / BILLION)
    return found


def yearly_of(model: Any) -> dict[str, list[float]]:
    """Pounds per head a year of each money measure, from a model's diary."""
    table = model.diary.table()
    table = table[table["group"] == "all"]
    names = (
        "council_spend_gbp_per_head",
        "fee_gap_gbp_per_head",
        "demand_gap_gbp_per_head",
        "need_gap_gbp_per_head",
    )
    found = {}
    for name in names:
        values = table.loc[table["measure"] == name].sort_values("month")["value"].to_numpy()
        whole = values[: len(values) // 12 * 12].reshape(-1, 12)
        found[name] = [float(each) for each in whole.sum(axis=1)]
    return found


def rows(model: Any) -> list[Row]:
    """The direction, the order, and the sizes beside those published."""
    people = float(model.place.facts["people"].value)
    needed = needed_gbp_bn(yearly_of(model), people)
    last = len(needed["demand"])
    told = [_growing(needed), _in_order(needed)]
    for year, name in YEARS.items():
        for step in STEPS:
            key = f"{PUBLISHED[step]}_{name}"
            target = registry().get(key).value
            low, high = target * (1.0 - ROOM), target * (1.0 + ROOM)
            at = min(year, last) - 1
            if year > last + 1:
                told.append(
                    Row(key, KIND, target, low, high, None, NOT_COMPUTED, "needs a longer run")
                )
                continue
            value = needed[step][at]
            note = f"year {at + 1} of the run" + ("" if at + 1 == year else ", one short")
            told.append(
                Row(key, KIND, target, low, high, value, verdict_of(value, target, low, high), note)
            )
    return told


def _growing(needed: dict[str, list[float]]) -> Row:
    rise = needed["demand"][-1] - needed["demand"][0]
    verdict = PASS if rise > 0 and math.isfinite(rise) else MISS
    return Row(
        "spending_needed_grows", KIND, None, 0.0, None, rise, verdict,
        "billions more needed to meet demand in the last year than in the first",
    )  # fmt: skip


def _in_order(needed: dict[str, list[float]]) -> Row:
    steps = [needed[step][-1] for step in STEPS]
    ordered = all(a < b for a, b in itertools.pairwise(steps))
    words = " < ".join(f"{step.replace('_', ' and ')} {value:.1f}bn" for step, value in
                       zip(STEPS, steps, strict=True))  # fmt: skip
    return Row(
        "projections_in_order", KIND, 1.0, 1.0, 1.0, float(ordered), PASS if ordered else MISS,
        f"last year: {words}" if ordered else f"not in order: {words}",
    )  # fmt: skip
