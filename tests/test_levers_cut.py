"""Every lever, one at a time: with its effects cut and the money spent, lives are the baseline's.

Community levers act along arrows that a plan's file can cut; levers of paid care act by what they
tell the market, the council and reviews, which is cut here by hand. And two halves are the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from test_arrows import TAKING_PART
from towns import hubs, plan, town, who_differs

from sim.agents import micro, pay_terms, reviews
from sim.agents.arrows import CUTS
from sim.agents.council import Council
from sim.agents.market import Market
from sim.agents.terms import Terms
from sim.experiment.flows import pounds_of
from sim.model import CommunityModel
from sim.money import Account
from sim.policies import LEVERS
from sim.policies.community_care import CommunityCare

TINY, MONTHS = 500, 5
EVERY = dict.fromkeys(CUTS, False)
TOOK_PART = TAKING_PART | {"visits", "visit_hours", "visit_months", "digital", "taught_online"}
# Enough money for each to do something in a tiny town.
COMMUNITY: dict[str, dict[str, Any]] = {
    "befriending": {"gbp_per_head": 20.0, "opening_months": 0},
    "capacity": {"gbp_per_head": 4.0},
    "carers_support": {"gbp_per_head": 60.0, "share_to_breaks": 0.5, "share_to_groups": 0.5,
                       "opening_months": 0},
    "connectors": {"gbp_per_head": 90.0},
    "coproduction": {"gbp_per_head": 8.0},
    "digital": {"gbp_per_head": 9.0, "opening_months": 0},
    "hubs": hubs(paid_lead=True, minibus=True),
    "interests": {"gbp_per_head": 60.0, "opening_months": 0},
    "intergenerational": {"gbp_per_head": 30.0, "opening_months": 0},
    "mutual_aid": {"gbp_per_head": 5.5},
    "neighbourhood_networks": {"gbp_per_head": 90.0, "opening_months": 0},
    "shared_living": {"gbp_per_head": 60.0, "share_to_shared_lives": 0.0,
                      "share_to_homeshare": 0.6, "share_to_keyring": 0.4},
    "volunteering": {"gbp_per_head": 60.0, "opening_months": 0},
}  # fmt: skip
CARE: dict[str, dict[str, Any]] = {
    "community_care": {"gbp_per_head": 4.0, "first_share": 0.5},
    "fair_pay": {"gbp_per_head": 12.0, "share_to_pay": 0.5, "share_to_secure_hours": 0.5},
    "formal_services": {"gbp_per_head": 30.0, "share_to_hours": 0.5, "share_to_fees": 0.5},
    "personal_budgets": {"gbp_per_head": 40.0},
    "strengths_deal": {"gbp_per_head": 20.0},
}
FETCHED = {"gbp_per_head": 60.0, "opening_months": 0}
# These act on other levers: on when doors open, and on who comes to a plan's hub.
BY_OTHERS = {"capacity", "coproduction"}


def block(lever: str, **settings: Any) -> dict[str, Any]:
    given = {"lever": lever, "payer": "charity"} | (COMMUNITY | CARE)[lever]
    return given | settings


# So many that one begins within months in a tiny town.
MICRO = {"micro_enterprises_per_1000_people": {"value": 60.0, "because": "a known answer"}}


def lived(*blocks: dict[str, Any], residents: int = TINY, **settings: Any) -> CommunityModel:
    model = town(plan(*blocks, **settings), residents=residents, feedback=False)
    model.run_for(MONTHS)
    return model


@pytest.fixture(scope="module")
def whole() -> CommunityModel:
    return lived()


@pytest.fixture(scope="module")
def cut() -> CommunityModel:
    return lived(arrows=EVERY)


@pytest.fixture(scope="module")
def wanting() -> CommunityModel:
    return lived(overrides=MICRO, residents=2 * TINY)


def only_the_bill(base: CommunityModel, other: CommunityModel) -> int:
    """Pence of the plan, once nothing else in the ledger of cash is found to differ."""
    mine, theirs = (
        Counter(row for row in each.ledger.flows() if "time" not in row[2])
        for each in (base, other)
    )
    assert not mine - theirs
    bill = theirs - mine
    for _month, payer, payee, line, _pence in bill:
        assert line.startswith("plan: ") or Account.HUBS in (payer, payee), line
    return sum(row[4] for row in bill if row[3].startswith("plan: "))


def test_every_lever_is_cut_somewhere_on_this_page() -> None:
    assert COMMUNITY.keys() | CARE.keys() | {"community_transport"} == LEVERS.keys()
    assert not COMMUNITY.keys() & CARE.keys()


@pytest.mark.parametrize("lever", COMMUNITY)
def test_with_every_arrow_cut_a_lever_leaves_the_bill_and_nothing_else(
    whole, cut, lever: str
) -> None:
    spent = lived(block(lever), arrows=EVERY)
    differs = who_differs(cut, spent)
    assert {key: each for key, each in differs.items() if key not in TOOK_PART} == {}
    assert only_the_bill(cut, spent) > 0
    if lever not in BY_OTHERS:  # and whole, the same money does change somebody
        assert who_differs(whole, lived(block(lever))).keys() - TOOK_PART


def fetched(arrows: dict[str, bool], *blocks: dict[str, Any]) -> CommunityModel:
    """A year in which everybody in the one club of a tiny town needs a lift."""
    model = town(plan(*blocks, arrows=arrows), residents=TINY, feedback=False)
    people = model.world.people
    people.has_car[:] = False
    people.age_months[people.hub >= 0] += 240
    model.run_for(MONTHS)
    return model


def test_a_lent_minibus_without_lifts_is_a_bill_and_with_them_fetches_somebody() -> None:
    bus = {"lever": "community_transport", "payer": "charity"} | FETCHED
    base, spent = fetched(EVERY), fetched(EVERY, bus)
    assert who_differs(base, spent) == {}
    assert only_the_bill(base, spent) > 0
    assert "by_minibus" in who_differs(fetched({}), fetched({}, bus))


def nobody(*_args: Any) -> np.ndarray:
    return np.zeros(0, dtype=np.int64)


def nothing(*_args: Any) -> int:
    return 0


# What each lever of care tells the market, the council and reviews.
TELLS: dict[str, list[tuple[Any, str, Callable]]] = {
    "community_care": [(CommunityCare, "_supported", lambda *_: []), (CommunityCare, "_grow",
                       lambda self, community, *_: community.plan_state(self).update(bought=0))],
    "fair_pay": [(pay_terms, "raise_fees", nothing), (pay_terms, "guarantee", nothing)],
    "formal_services": [(Council, "pay_fees", nothing), (Council, "grant_hours", nothing),
                        (Market, "raise_pay", nothing)],
    "personal_budgets": [(reviews, "choose_payment", nobody), (micro, "take_on", nobody),
                         (Terms, "agree", nothing)],
    "strengths_deal": [(reviews, "resize", nothing), (reviews, "introduce", nothing),
                       (Terms, "raise_often", nothing), (Terms, "agree", nothing)],
}  # fmt: skip


@pytest.mark.parametrize("lever", CARE)
def test_a_lever_of_care_that_tells_nobody_anything_leaves_the_bill(
    wanting, lever: str, monkeypatch
) -> None:
    here = {"overrides": MICRO, "residents": 2 * TINY}
    free = lived(block(lever), **here)
    said = free.terms.fee_rise.any() or free.terms.micro_minutes or free.council.fee_uplift
    assert said or who_differs(wanting, free), "whole, the same money does something"
    for room, name, instead in TELLS[lever]:
        monkeypatch.setattr(room, name, instead)
    spent = lived(block(lever), **here)
    assert who_differs(wanting, spent).keys() <= {"reached"}
    assert only_the_bill(wanting, spent) > 0


# --- two halves are the whole -----------------------------------------------------------------

# Linear to the last pound: what a month's money tells the month.
LINEAR: dict[str, tuple[dict[str, Any], Callable[[CommunityModel], Any]]] = {
    "capacity": ({"gbp_per_head": 1.0}, lambda m: m.readiness.level),
    "coproduction": ({"gbp_per_head": 0.3}, lambda m: [each.coproduced for each in m.hubs]),
    "fair_pay": ({"gbp_per_head": 12.0}, lambda m: [*m.terms.fee_rise, *m.terms.wage_rise]),
    "formal_services": (
        {"gbp_per_head": 30.0, "share_to_hours": 0.5, "share_to_fees": 0.5},
        lambda m: [m.council.fee_uplift, m.council.extra_pence],
    ),
    "strengths_deal": (
        {"gbp_per_head": 20.0, "share_to_conversations": 0.0, "share_to_reablement": 1.0},
        lambda m: [*m.terms.more_often.values(), m.terms.reablement_minutes],
    ),
}
# Linear but for whole units: each half may round one unit down.
UNITS: dict[str, tuple[dict[str, Any], Callable[[CommunityModel], float]]] = {
    "befriending": ({"gbp_per_head": 4.0, "opening_months": 0}, lambda m: places(m)),
    "carers_support": (
        {"gbp_per_head": 60.0, "share_to_breaks": 1.0, "share_to_groups": 0.0},
        lambda m: m.carer_support_places,
    ),
    "connectors": (
        {"gbp_per_head": 60.0},  # an hour of a post is a thirty-seventh of its caseload
        lambda m: 37 * sum(each.caseload_per_month for each in m.connectors[1:]),
    ),
    "digital": ({"gbp_per_head": 1.0, "opening_months": 0}, lambda m: places(m)),
    "interests": (
        {"gbp_per_head": 60.0, "opening_months": 0},
        lambda m: sum(each.plan.key.startswith("plan") for each in m.hubs),
    ),
    "intergenerational": ({"gbp_per_head": 0.5, "opening_months": 0}, lambda m: places(m)),
    "volunteering": (
        {"gbp_per_head": 60.0, "opening_months": 0},
        lambda m: sum(each.seats for each in m.hubs if each.plan.group),
    ),
}
NOT_LINEAR = {
    "community_care": "places are bought only up to a share of home care",
    "community_transport": "a round goes to a club that has no bus, and there are few",
    "hubs": "at least one hub opens however little the money, and a building must be paid for",
    "mutual_aid": "one call is heard; a second in the same month brings out nobody else",
    "neighbourhood_networks": "places grow along a curve of the place's older people",
    "personal_budgets": "micro-enterprises move towards a ceiling, in whole enterprises",
    "shared_living": "a unit begins when a year of it has been put by; hosts bind",
}


def places(model: CommunityModel) -> int:
    return sum(each.places for each in model.schemes)


def bought(months: int, *blocks: dict[str, Any]) -> CommunityModel:
    """A town where plans pay and act, and nothing else happens."""
    model = town(plan(*blocks), residents=2 * TINY, feedback=False)
    for _month in range(months):
        model.month += 1
        model.readiness.new_month(model.p)
        model.terms.new_month()
        model.council.fee_uplift = 0.0
        for number, lever in enumerate(model.plan.invest):
            model._invest(number, lever)
    return model


def in_halves(given: dict[str, Any]) -> list[dict[str, Any]]:
    half = given | {"gbp_per_head": given["gbp_per_head"] / 2}
    return [half | {"payer": "nhs"}, half | {"payer": "charity"}]


def test_every_lever_is_linear_or_it_is_said_why_not() -> None:
    assert LINEAR.keys() | UNITS.keys() | NOT_LINEAR.keys() == LEVERS.keys()
    assert len(LINEAR) + len(UNITS) + len(NOT_LINEAR) == len(LEVERS)


@pytest.mark.parametrize("lever", LINEAR)
def test_two_halves_of_a_linear_lever_are_the_whole(lever: str) -> None:
    settings, told = LINEAR[lever]
    given = {"lever": lever} | settings
    beside = [hubs(gbp_per_head=20.0)] if lever == "coproduction" else []
    one, two = bought(3, given, *beside), bought(3, *in_halves(given), *beside)
    assert np.asarray(told(one)) == pytest.approx(np.asarray(told(two)), rel=1e-3)
    assert np.any(np.asarray(told(one)) != np.asarray(told(bought(3, *beside))))


@pytest.mark.parametrize("lever", UNITS)
def test_two_halves_of_whole_units_are_the_whole_but_for_one_each(lever: str) -> None:
    settings, told = UNITS[lever]
    given = {"lever": lever} | settings
    whole_units, halves = (told(bought(9, *each)) for each in ([given], in_halves(given)))
    assert whole_units > 2
    assert whole_units - 2 - 1e-9 <= halves <= whole_units + 1e-9


def test_what_a_lever_bought_is_told_of_no_other_lever() -> None:
    """Of many levers at once, what the flows call unspent is what each still holds."""
    blocks = [block(lever) for lever in COMMUNITY] + [block("personal_budgets")]
    model = bought(6, *blocks)
    spent = pounds_of(model.ledger.flows(), [])[1]
    for number, lever in enumerate(model.plan.invest):
        posted = next(line for line in NAMES if lever.lever.startswith(line))
        assert spent.get((NAMES[posted], "unspent"), 0) == model.plan_states[number]["held"]


NAMES = {"capacity": "capacity building", "carers": "carers' support", "coprod": "co-production"}
NAMES |= {each: each.replace("_", " ") for each in LEVERS if not each.startswith(tuple(NAMES))}
