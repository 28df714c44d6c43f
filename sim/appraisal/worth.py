"""Worth: one paired run appraised, from what each payer paid to what it was worth.

Looks at one member's monthly differences (scenario minus baseline, real pounds per head of the
people at the start) and at the terms of the appraisal. Changes nothing. A gain is money saved or
value made; what is spent is a negative gain, so that gains add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.appraisal.discounting import Floats, month_factors, payback_month
from sim.appraisal.once import together
from sim.appraisal.optimism import dearer, later
from sim.appraisal.prices import wellby_gbp
from sim.parameters import Parameters

PAYERS = ("council", "nhs", "national", "grants", "trading", "residents")
PUBLIC = ("council", "nhs", "national")
FUNDERS = (*PUBLIC, "grants", "trading")
TIME = ("carers_time", "volunteers_time")


@dataclass(frozen=True)
class Terms:
    """What an appraisal assumes. Rates and shares are fractions, values pounds of 2024/25."""

    rate: float
    health_rate: float
    wellby_gbp: float
    cashable_share: float
    optimism: float
    delay_months: int

    @classmethod
    def of(cls, p: Parameters) -> Terms:
        """The terms of one draw of the numbers."""
        return cls(
            rate=p.discount_rate_standard,
            health_rate=p.discount_rate_health,
            wellby_gbp=wellby_gbp(p),
            cashable_share=p.cashable_fraction_hospital_savings,
            optimism=p.optimism_bias_cost,
            delay_months=round(p.optimism_bias_delay_months),
        )


@dataclass(frozen=True)
class Streams:
    """One member's differences by month, float64[months], pounds per head except `wellbys`.

    `pays` is what each payer paid less what it received; `plan` the part the plan itself gave;
    `time` the value of hours given unpaid; `wellbys` are WELLBYs per head.
    """

    pays: Mapping[str, Floats]
    plan: Mapping[str, Floats]
    time: Mapping[str, Floats]
    wellbys: Floats


@dataclass(frozen=True)
class Worth:
    """What came of it. Gains float64[months] by whom, not discounted; sums are present values.

    `ratio` is pounds of value for each pound the funders are out of pocket, None when they are
    not. `payback` is a month or None. Time given unpaid stands beside, in no total.
    """

    cash: Mapping[str, Floats]
    capacity: Floats
    wellbeing: Floats
    time: Mapping[str, Floats]
    plan_cost: float
    plan_cost_by: Mapping[str, float]
    public_cash: float
    capacity_value: float
    wellbeing_value: float
    wellbeing_value_health_rate: float
    net_social_value: float
    net_social_value_health_rate: float
    ratio: float | None
    payback: int | None


def appraise_run(streams: Streams, terms: Terms) -> Worth:
    """Appraise one member's differences.

    The plan's cost is made dearer and its effects later by the optimism terms (a cut, which costs
    less than nothing, is left alone). Of the NHS's own change in spending a share is cash and the
    rest is capacity, freed or used. Each factor a paired difference nets already is left out.
    """
    months = len(streams.wellbys)
    today = month_factors(months, terms.rate)
    costs = float(sum(each.sum() for each in streams.plan.values())) > 0
    optimism, delay = (terms.optimism, terms.delay_months) if costs else (0.0, 0)

    def shift(effect: Floats) -> Floats:
        return np.array(later(effect.tolist(), delay), dtype=np.float64)

    nothing = np.zeros(months)
    plan = {
        payer: np.array(dearer(streams.plan.get(payer, nothing).tolist(), optimism))
        for payer in PAYERS
    }
    effect = {
        payer: shift(streams.pays[payer] - streams.plan.get(payer, nothing)) for payer in PAYERS
    }
    capacity = -(1.0 - terms.cashable_share) * effect["nhs"]
    effect["nhs"] = terms.cashable_share * effect["nhs"]
    cash = {payer: 0.0 - plan[payer] - effect[payer] for payer in PAYERS}
    points = shift(streams.wellbys)
    wellbeing = points * terms.wellby_gbp

    spent = {payer: float(plan[payer] @ today) for payer in PAYERS}
    money = {payer: float(cash[payer] @ today) for payer in PAYERS}
    public, freed = sum(money[payer] for payer in PUBLIC), float(capacity @ today)
    value = float(wellbeing @ today)
    value_health = float(wellbeing @ month_factors(months, terms.health_rate))

    def net(worth: float) -> float:
        parts = {"cash": sum(money.values()), "capacity": freed, "wellbeing": worth}
        return together(parts, 0.0)

    out_of_pocket = -sum(money[payer] for payer in FUNDERS)
    back = together({"residents": money["residents"], "capacity": freed, "wellbeing": value}, 0.0)
    return Worth(
        cash=cash,
        capacity=capacity + 0.0,
        wellbeing=wellbeing,
        time={each: 0.0 - shift(streams.time[each]) for each in TIME},
        plan_cost=sum(spent.values()),
        plan_cost_by=spent,
        public_cash=public,
        capacity_value=freed,
        wellbeing_value=value,
        wellbeing_value_health_rate=value_health,
        net_social_value=net(value),
        net_social_value_health_rate=net(value_health),
        ratio=back / out_of_pocket if out_of_pocket > 0 else None,
        payback=payback_month(
            sum((plan[payer] for payer in PAYERS), start=nothing).tolist(),
            sum((-effect[payer] for payer in PUBLIC), start=nothing).tolist(),
            terms.rate,
        ),
    )
