"""What each kind of hand-worked case is worked with: a function from inputs to outputs by name.

Numbers in the files are decimals; here they become fractions, so sums are exact until `pounds`
rounds them to the penny. To add a kind, write a function under `@kind("its name")`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from cases_care import CARE_CASES, worked

from sim.agents import payers
from sim.appraisal import discounting, once, optimism, prices, wellbeing, worth
from sim.money import Account, Ledger, to_pence

Case = Callable[..., dict[str, Any]]
CASES: dict[str, Case] = {}


def kind(name: str) -> Callable[[Case], Case]:
    """Put a function in `CASES` under its name."""

    def keep(case: Case) -> Case:
        assert name not in CASES, f"two functions work cases of kind {name!r}"
        CASES[name] = case
        return case

    return keep


def share(percent: int | Decimal) -> Fraction:
    """20 (per cent) as a fifth."""
    return Fraction(str(percent)) / 100


def pounds(value: Fraction | float) -> Decimal:
    """A sum of pounds to the penny, halves to even."""
    return Decimal(round(Fraction(value) * 100)) / 100


def exactly(values: list[int | Decimal]) -> list[Fraction]:
    return [Fraction(str(each)) for each in values]


@kind("discounting")
def discounted(pounds_by_year: list[Any], rate_percent: Any) -> dict[str, Any]:
    rate, stream = share(rate_percent), exactly(pounds_by_year)
    return {
        "present_value_pounds": pounds(discounting.present_value(stream, rate)),
        "discounted_pounds_by_year": [
            pounds(each * discounting.factor(rate, year)) for year, each in enumerate(stream, 1)
        ],
    }


@kind("uprating")
def uprated(pounds: Any, deflator_then: Any, deflator_now: Any) -> dict[str, Any]:
    sums = pounds if isinstance(pounds, list) else [pounds]
    pence = [to_pence(Decimal(each)) for each in sums]
    found = [prices.in_prices_of(each, deflator_then, deflator_now) for each in pence]
    told = [Decimal(round(each)) / 100 for each in found]
    back = [each * prices.in_prices_of(1, deflator_now, deflator_then) for each in found]
    return {
        "pounds": told if isinstance(pounds, list) else told[0],
        "pounds_taken_back": Decimal(round(back[0])) / 100,
    }


@kind("wellbeing")
def wellbys(points: Any, people: Any, months: int, pounds_per_wellby: Any) -> dict[str, Any]:
    made = wellbeing.wellbys(*exactly([points, people]), months)
    return {"wellbys": made, "pounds": pounds(made * Fraction(str(pounds_per_wellby)))}


@kind("optimism_bias")
def dearer(cost_pounds: list[Any], percent: Any) -> dict[str, Any]:
    found = optimism.dearer(exactly(cost_pounds), share(percent))
    return {"cost_pounds": [pounds(each) for each in found]}


@kind("delay")
def late(pounds_by_month: list[Any], months_late: int) -> dict[str, Any]:
    found = optimism.later(exactly(pounds_by_month), months_late)
    return {"pounds_by_month": [pounds(each) for each in found]}


@kind("payback")
def payback(
    cost_pounds_by_month: list[Any], saving_pounds_by_month: list[Any], rate_percent: Any
) -> dict[str, Any]:
    cost, saving = exactly(cost_pounds_by_month), exactly(saving_pounds_by_month)
    month = discounting.payback_month(cost, saving, share(rate_percent))
    return {"payback_month": month or f"none within {len(cost)} months"}


@kind("factors")
def factors(pounds: Any, paired_difference: bool, **percents: Any) -> dict[str, Any]:
    shares = {name.removesuffix("_percent"): share(each) for name, each in percents.items()}
    left = once.additional(Fraction(str(pounds)), shares, paired=paired_difference)
    return {"pounds": left}


@kind("social_total")
def total(**values: Any) -> dict[str, Any]:
    named = {name.removesuffix("_pounds"): Fraction(str(each)) for name, each in values.items()}
    return {"pounds": pounds(once.together(named, Fraction(0)))}


@kind("appraisal")
def whole(
    years: int,
    plan_council_pounds_a_month: Any,
    nhs_saves_pounds_a_month_in_year_2: Any,
    wellbys_a_month_in_year_2: Any,
    pounds_per_wellby: Any,
    cashable_percent: Any,
    optimism_percent: Any,
    rate_percent: Any,
    health_rate_percent: Any,
) -> dict[str, Any]:
    months = 12 * years
    second = (np.arange(months) >= 12).astype(float)
    plan = np.full(months, float(plan_council_pounds_a_month))
    nothing = np.zeros(months)
    pays = dict.fromkeys(worth.PAYERS, nothing) | {
        "council": plan,
        "nhs": -float(nhs_saves_pounds_a_month_in_year_2) * second,
    }
    streams = worth.Streams(
        pays,
        {"council": plan},
        dict.fromkeys(worth.TIME, nothing),
        float(wellbys_a_month_in_year_2) * second,
    )
    rates = (float(share(each)) for each in (rate_percent, health_rate_percent))
    shares = (float(share(each)) for each in (cashable_percent, optimism_percent))
    found = worth.appraise_run(
        streams, worth.Terms(*rates, float(pounds_per_wellby), *shares, delay_months=0)
    )
    ratio = found.ratio
    return {
        "plan_cost_pounds": pounds(found.plan_cost),
        "public_cash_pounds": pounds(found.public_cash),
        "capacity_pounds": pounds(found.capacity_value),
        "wellbeing_pounds": pounds(found.wellbeing_value),
        "wellbeing_at_health_rate_pounds": pounds(found.wellbeing_value_health_rate),
        "net_social_value_pounds": pounds(found.net_social_value),
        "pounds_of_value_per_pound": "no ratio: the funders are not out of pocket"
        if ratio is None
        else pounds(ratio),
        "payback_month": found.payback or f"none within {months} months",
    }


@kind("payers")
def who_paid(**posted: Any) -> dict[str, Any]:
    """Postings are named PAYER_to_PAYEE_LINE_pounds."""
    ledger = Ledger()
    for name, sum_of_pounds in posted.items():
        payer, rest = name.removesuffix("_pounds").split("_to_", 1)
        payee = next(each for each in Account if rest.startswith(f"{each}_"))
        line = rest.removeprefix(f"{payee}_").replace("_", " ")
        ledger.post(1, Account(payer), payee, to_pence(Decimal(sum_of_pounds)), line)
    paid = payers.paid(ledger.month_totals(1))
    return {f"{pocket}_pounds": Decimal(pence) / 100 for pocket, pence in paid.items()}


CASES |= {name: worked(name) for name in CARE_CASES}
