"""The funding gap by service: fee gap, demand gap and need gap of each kind of care.

Looks at people, packages and fees; changes nothing. Every person's care at home belongs to one
service: the one that serves them, or home care if none does. The parts of a service add up to its
gap and the services to the place's, to the penny.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.agents.books import Fees, minutes_a_month
from sim.agents.entitlement import need_above_care_act, older
from sim.gap_words import SERVICES
from sim.money import Gap, Volume
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, PENCE_PER_POUND, WEEKS_PER_MONTH
from sim.world.bands import Care, CareHome
from sim.world.columns import Columns

Flags = NDArray[np.bool_]
# Council support bought by the week; the fee and price of each are Fees.<service>_week and
# Fees.<service>_price_week.
BY_THE_WEEK = {"supported_living": Care.SUPPORTED_LIVING}
# Nobody publishes what a Shared Lives place should cost, so P = F there and no gap arises.
NO_GAP = (Care.SHARED_LIVES,)
CARE_HOMES = ("care_homes_18_64", "care_homes_65plus")
PARTS = ("fee", "demand", "need")


def by_the_hour(people: Columns) -> Flags:
    """Whose care at home is counted in hours, had or wanted: bool[n]."""
    return ~np.isin(people.client, [*BY_THE_WEEK.values(), *NO_GAP])


def volumes(people: Columns, fees: Fees, p: Parameters) -> dict[str, Volume]:
    """Price, fee and hours delivered, promised and needed of every service this month.

    Hours bought with direct payments cost what they are paid (P = F), so no fee gap arises on
    them. Supported living and care homes are counted in weeks with D = T = N: people are there or
    not, and no source says how many should be, so only a fee gap arises.
    """
    hourly, direct = by_the_hour(people), people.client == Care.DIRECT_PAYMENT
    group = older(people)
    found = {
        "home_care": _hours(
            people, hourly & ~direct, Care.HOME_CARE,
            fees.home_care_price_hour, fees.home_care_hour, p,
        ),
        "direct_payments": _hours(
            people, direct, Care.DIRECT_PAYMENT,
            fees.direct_payment_hour, fees.direct_payment_hour, p,
        ),
    }  # fmt: skip
    for service, kind in BY_THE_WEEK.items():
        found[service] = _weeks(
            int((people.client == kind).sum()),
            getattr(fees, f"{service}_price_week"),
            getattr(fees, f"{service}_week"),
        )
    for row, service in enumerate(CARE_HOMES):
        there = int(((people.care_home == CareHome.COUNCIL) & (group == row)).sum())
        found[service] = _weeks(there, fees.care_home_price_week[row], fees.care_home_week[row])
    return {service: found[service] for service in SERVICES}


def _hours(
    people: Columns, whose: Flags, kind: Care, price: int, fee: int, p: Parameters
) -> Volume:
    """Hours at home of the people `whose` care this service is."""
    formal = people.formal_minutes[people.client == kind].astype(np.int64).sum()
    return Volume(
        price,
        fee,
        minutes_a_month(int(formal)),
        minutes_a_month(int(people.reference_package[whose].astype(np.int64).sum())),
        minutes_a_month(need_above_care_act(people, whose, p)),
    )


def _weeks(people_there: int, price: int, fee: int) -> Volume:
    """A week is posted as one hour at the weekly price."""
    weeks = round(people_there * WEEKS_PER_MONTH * MINUTES_PER_HOUR)
    return Volume(price, fee, weeks, weeks, weeks)


def total(services: Mapping[str, Volume]) -> Gap:
    """The place's gap: its services' gaps added up."""
    return functools.reduce(operator.add, (each.gap for each in services.values()), Gap())


def per_head(services: Mapping[str, Volume], heads: float) -> dict[str, float]:
    """This month's gap in pounds per head: the three parts, the total, and the parts by service."""
    unit = heads * PENCE_PER_POUND
    gap = total(services)
    found = {f"{part}_gap_gbp_per_head": getattr(gap, part) / unit for part in PARTS}
    found["funding_gap_gbp_per_head"] = gap.total / unit
    for service, volume in services.items():
        for part in PARTS:
            found[f"{part}_gap_{service}_gbp_per_head"] = getattr(volume.gap, part) / unit
    return found
