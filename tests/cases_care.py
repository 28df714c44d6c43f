"""What the hand-worked cases of council care ask the real rooms: one function for each kind.

Each takes the `[input]` of a case and returns what the model makes of it, by the names the case
expects. Nothing here computes an answer of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sim.agents import books, entitlement, funnel, means_test
from sim.agents.employers import Employer
from sim.agents.funnel_count import FunnelCount
from sim.agents.need import set_needed_minutes
from sim.agents.terms import Terms
from sim.luck import Luck
from sim.parameters import Override, Parameters
from sim.world.bands import Care, age_band
from sim.world.columns import Columns
from sim.world.people import RESIDENT_COLUMNS

if TYPE_CHECKING:
    from sim.agents.market import Market

Inputs = Mapping[str, Any]
CARE = {
    "home care": Care.HOME_CARE,
    "direct payments": Care.DIRECT_PAYMENT,
    "supported living": Care.SUPPORTED_LIVING,
    "shared lives": Care.SHARED_LIVES,
}


def numbers(**changed: float) -> Parameters:
    """Central values, some set for a case."""
    return Parameters.build({key: Override(value, "a case") for key, value in changed.items()})


def person(p: Parameters, **told: Any) -> Columns:
    """One resident, ready for care, of the age and need a case tells."""
    people = Columns(RESIDENT_COLUMNS)
    age = int(told.pop("age", 82)) * 12
    given = {"id": 12345, "age_months": age, "take_up": 0.001, "severity": 0.0001}
    given |= {"months_in_need": 60 if told.get("need") else 0, **told}
    people.append({name: np.array([value]) for name, value in given.items()})
    people.band = age_band(people.age_months)
    set_needed_minutes(people, p)
    return people


class OneAgency:
    """A market of one provider of everything, with room for a week of care day and night."""

    lives_in, row, key, free_beds, spare_minutes = False, 0, 1, 1, 60 * 168
    kind, terms = Employer.AGENCY, Terms()

    def of(self, *kinds: Employer) -> list[OneAgency]:
        """The one provider, whatever is asked for."""
        return [self]

    def tidy(self, people: Columns) -> None:
        """Nothing to tidy."""

    def count(self, people: Columns, p: Parameters) -> None:
        """Nothing to count."""


def pounds(pence: Any) -> float:
    """Pounds of whole pence."""
    return int(pence) / 100


def means_test_case(asked: Inputs) -> dict[str, Any]:
    """Tariff income, counted capital and the weekly charge."""
    p = numbers()
    inside = asked.get("setting", "home") == "care home"
    people = person(p, age=asked["age"], at_home=not inside, care_home=int(inside))

    def pence(name: str) -> Any:
        return np.array([round(asked.get(name, 0) * 100)])

    counted = means_test.counted_capital(
        pence("capital_gbp"),
        pence("house_gbp"),
        np.array([asked.get("owns_home", False)]),
        np.array([asked.get("partner_at_home", False)]),
    )
    kept = means_test.protected_income(people, np.array([0]), p)
    cost = pence("cost_gbp_week")
    pays = means_test.contribution(counted, pence("income_gbp_week"), kept, cost, p)
    return {
        "counted_capital_gbp": pounds(counted[0]),
        "tariff_gbp_week": pounds(means_test.tariff_income(counted, p)[0]),
        "pays_gbp_week": pounds(pays[0]),
        "pays_in_full": bool(counted[0] > means_test.pence(p.capital_limit_upper)),
    }


def eligibility_case(asked: Inputs) -> dict[str, Any]:
    """The package granted, minutes a week."""
    p = numbers()
    people = person(
        p,
        age=asked["age"],
        need=asked["need"],
        savings=asked.get("savings", 0),
        months_in_need=asked.get("months_in_need", 60),
        kin_base_minutes=round(asked["kin_hours"] * 60),
    )
    rules = entitlement.Rules(asked["cut_off_hours"], asked.get("generosity", 1.0))
    granted = entitlement.entitled(people, np.array([0]), rules, p)
    return {"package_minutes": int(granted[0])}


def package_cost_case(asked: Inputs) -> dict[str, Any]:
    """A month of one client's care, pounds, less what the client pays."""
    p = numbers()
    fee = round(asked["fee_gbp"] * 100)
    nothing = books.Fees(0, 0, 0, 0, 0, 0, (0, 0), (0, 0), (0, 0))
    fees = replace(
        nothing,
        home_care_hour=fee,
        direct_payment_hour=fee,
        supported_living_week=fee,
        shared_lives_week=fee,
    )
    people = person(p, need=3, client=CARE[asked["care"]])
    people.formal_minutes = round(asked["hours_week"] * 60)
    people.charge_pence = round(asked.get("charge_gbp_week", 0) * 100)
    return {"gbp_month": pounds(books.net_care_pence(people, fees, p))}


def funnel_outcome_case(asked: Inputs) -> dict[str, Any]:
    """What one person's request comes to in the month they ask."""
    at_once = float(asked["assessed_at_once"])
    offer = float(asked["offered_reablement"])
    changed = {
        "request_chance_entitled_65plus": 1.0,
        "request_chance_65plus_level_1": 1.0,
        "assessed_at_once_entitled": at_once,
        "assessed_at_once_others": at_once,
        "reablement_offered_if_entitled": offer,
        "reablement_offered_if_new": offer,
        "care_starts_chance_per_month": 1.0,
        "contact_leads_to_assessment": 0.0,
    }
    if asked.get("all_signposted"):
        parts = ("nothing", "signposted", "low_level", "other_short_term")
        changed |= {f"request_outcome_in_need_{name}": 0.0 for name in parts}
        changed["request_outcome_in_need_signposted"] = 1.0
    p = numbers(**changed)
    months = asked.get("months_in_need", 60)
    people = person(p, age=asked["age"], need=asked["need"], months_in_need=months)
    rules = entitlement.Rules(p.cut_off_hours, 1.0)
    count = funnel.pass_through(
        people, rules, p, Luck(1), 1, cast("Market", OneAgency()), FunnelCount()
    )
    told = [name for name, number in count.outcomes.items() if number]
    return {
        "outcome": ", ".join(told),
        "requests": count.requests,
        "open_after": count.open_after,
        "client": bool(people.client[0] > 0),
    }


CARE_CASES: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "means_test": means_test_case,
    "eligibility": eligibility_case,
    "package_cost": package_cost_case,
    "funnel_outcome": funnel_outcome_case,
}


def worked(kind: str) -> Callable[..., dict[str, Any]]:
    """A case of care, its decimals taken as numbers and its numbers given back as decimals."""

    def work(**asked: Any) -> dict[str, Any]:
        plain = {k: float(v) if isinstance(v, Decimal) else v for k, v in asked.items()}
        told = CARE_CASES[kind](plain)
        return {k: Decimal(str(v)) if isinstance(v, float) else v for k, v in told.items()}

    return work
