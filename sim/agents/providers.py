"""Providers open and close: those of April 2024, closures of those paid under cost, newcomers.

Looks at clients, residents of care homes and margins; changes which providers there are. A
provider's identity is a hash of its kind and ordinal, so nobody is renamed by anybody's coming.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.agents import homes, packages, workforce
from sim.agents.employers import CARE_HOMES, HOME_CARE, SELLING, Employer
from sim.agents.entitlement import kind_of_support
from sim.agents.placing import employs
from sim.agents.service import Service
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import THOUSAND
from sim.world.bands import Care
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.agents.books import Fees
    from sim.agents.market import Market

Whole = NDArray[np.int64]


def open_provider(model: Any, market: Market, kind: Employer) -> Service:
    """One more provider of a kind, with cost and pay of its own; it starts without clients."""
    ordinal = sum(each.kind is kind for each in market.services)
    new = Service(model, kind, ordinal)
    key, p, luck = np.array([new.key], dtype=np.uint64), model.p, model.luck
    cost = luck.normal(Decision.PROVIDER_PRICE, key, 0)[0]
    pay = luck.normal(Decision.PROVIDER_PAY, key, 0)[0]
    if kind in SELLING:
        new.price_ratio = float(np.exp(p.provider_price_spread * cost))
        new.usual_pay_ratio = new.fee_pay_ratio = float(np.exp(p.provider_pay_spread * pay))
    return market.add(new)


def open_all(model: Any, market: Market, fees: Fees) -> None:
    """The providers of April 2024, who is whose client or resident, and the staff."""
    people, p, luck = model.world.people, model.p, model.luck
    clients = np.flatnonzero(people.client > 0)
    agency = _agency_clients(people, clients, p, luck)
    least, living = p.home_care_agencies_least, people.client == Care.SUPPORTED_LIVING
    for kind, number in (
        (Employer.AGENCY, max(least, agency.size / p.clients_per_home_care_agency)),
        (Employer.COMMUNITY_BUSINESS, _businesses(agency.size, p)),
        (Employer.REABLEMENT, 1),
        (Employer.CARE_HOME_65, _of_homes(people, Employer.CARE_HOME_65, p)),
        (Employer.CARE_HOME_18_64, _of_homes(people, Employer.CARE_HOME_18_64, p)),
        (Employer.SUPPORTED_LIVING, living.sum() / p.clients_per_supported_living_provider),
        (Employer.SHARED_LIVES, 1),
        (Employer.PERSONAL_ASSISTANT, 1),
    ):
        for _ in range(max(1, round(number))):
            open_provider(model, market, kind)
    _give_clients(market, people, clients, agency, p, luck)
    _give_beds(market, people, p, luck)
    market.reablement_minutes = round(
        p.reablement_minutes_per_1000_people * model.people_of_all_ages / THOUSAND
    )
    market.private_asked = packages.private_minutes(people, p)
    market.count(people, p)
    shared = market.of(Employer.SHARED_LIVES)[0]
    places = p.shared_lives_places_per_100k_adults * len(people) / (100 * THOUSAND)
    shared.beds = max(round(places), shared.occupied)
    market.keep_posts(people, p, luck)
    market.usual_turnover = workforce.fill_at_start(
        market.posts, market.services, market.usual, market.ethnic, p, luck
    )
    pay = workforce.pay_of(market.services, market.usual)
    market.posts.pay = pay[market.posts.employer].astype(np.float32)
    filled = np.bincount(market.posts.kind[market.posts.filled], minlength=len(Employer))
    market.recent_leavers = float(filled @ market.usual_turnover) / 12
    market.set_fees(people, fees, p)
    for each in market.services:  # those under cost today have been so for long
        if each.margin < 0:
            each.months_under_cost = int(p.months_under_cost_before_closure)
    market.staff(people, p)


def _businesses(clients: int, p: Parameters) -> float:
    share = p.community_business_share_of_home_care
    return clients * share / p.clients_per_home_care_agency


def _of_homes(people: Columns, kind: Employer, p: Parameters) -> float:
    rows = np.flatnonzero(~people.at_home)
    residents = int((homes.home_kind(people, rows) == kind).sum())
    older = kind is Employer.CARE_HOME_65
    each = p.beds_per_care_home_65plus if older else p.beds_per_care_home_18_64
    return residents / p.care_home_occupancy_2019_20 / each


def _agency_clients(people: Columns, clients: Whole, p: Parameters, luck: Luck) -> Whole:
    """Rows of those among `clients` who are, or buy as, clients of home care agencies."""
    kind = people.client[clients]
    own = employs(people, clients, p, luck)
    return np.asarray(clients[(kind == Care.HOME_CARE) | ((kind == Care.DIRECT_PAYMENT) & ~own)])


def _give_clients(
    market: Market, people: Columns, clients: Whole, agency: Whole, p: Parameters, luck: Luck
) -> None:
    """Clients of April 2024 fall to the providers of their kind by their own luck."""
    kind = people.client[clients]
    for care, employer in (
        (Care.DIRECT_PAYMENT, Employer.PERSONAL_ASSISTANT),
        (Care.SUPPORTED_LIVING, Employer.SUPPORTED_LIVING),
        (Care.SHARED_LIVES, Employer.SHARED_LIVES),
    ):
        _deal(market, people, clients[kind == care], (employer,), luck)
    business = luck.happens(
        Decision.PROVIDER_START, people.id[agency], 1, p.community_business_share_of_home_care
    )
    _deal(market, people, agency[business], (Employer.COMMUNITY_BUSINESS,), luck)
    _deal(market, people, agency[~business], (Employer.AGENCY,), luck)


def _deal(
    market: Market, people: Columns, rows: Whole, kinds: tuple[Employer, ...], luck: Luck
) -> None:
    there = np.array([each.row for each in market.of(*kinds)])
    draw = luck.uniform(Decision.PROVIDER_START, people.id[rows], 0)
    people.provider[rows] = there[(draw * there.size).astype(np.int64)]


def _give_beds(market: Market, people: Columns, p: Parameters, luck: Luck) -> None:
    """Residents in keyed order, one home after another; beds so that homes are as full as usual."""
    rows = np.flatnonzero(~people.at_home)
    rows = rows[np.argsort(luck.bits(Decision.BED_RANK, people.id[rows], 0))]
    wanted = homes.home_kind(people, rows)
    for kind in CARE_HOMES:
        here, there = rows[wanted == kind], market.of(kind)
        number = np.array([each.row for each in there])
        people.provider[here] = number[np.arange(here.size) % number.size]
        for at, each in enumerate(there):
            living = int((np.arange(here.size) % number.size == at).sum())
            usual = int(np.ceil(living / p.care_home_occupancy_2019_20))
            each.beds = max(usual, living + 1)


def residents_by_home(people: Columns, size: int) -> tuple[Whole, Whole]:
    """Rows of care-home residents in order of their home, and where each home's begin."""
    rows = np.flatnonzero(~people.at_home)
    row = people.provider[rows].astype(np.int64)
    order = np.argsort(row, kind="stable")
    ends = np.searchsorted(row[order], np.arange(size + 1))
    return rows[order], ends


def closing_chance(service: Service, p: Parameters) -> float:
    """Chance this month that a provider long paid under cost closes, 0 to 1.

    In proportion to the shortfall; published for home care, by closure, at today's
    (annual_prob_homecare_user_loses_provider x lose_provider_by_closure_share).
    """
    if service.margin >= 0 or service.months_under_cost < p.months_under_cost_before_closure:
        return 0.0
    if service.kind in HOME_CARE:
        yearly = p.annual_prob_homecare_user_loses_provider * p.lose_provider_by_closure_share
        yearly *= -service.margin / p.homecare_shortfall_today
    elif service.kind in CARE_HOMES:
        yearly = p.care_home_closes_per_year_today * -service.margin / p.care_home_shortfall_today
    else:
        return 0.0
    return min(yearly / 12, 1.0)


def close(market: Market, people: Columns, p: Parameters, luck: Luck, month: int) -> list[Service]:
    """Providers close: clients wait again, residents move to other homes, workers look for work.

    The last home care provider goes on, and so does a home whose residents have nowhere to go:
    the council must see that care goes on.
    """
    chance = np.array([closing_chance(each, p) if each.open else 0.0 for each in market.services])
    keys = np.array([each.key for each in market.services], dtype=np.uint64)
    falls = luck.happens(Decision.PROVIDER_CLOSES, keys, month, chance)
    closed = [market.services[row] for row in np.flatnonzero(falls)]
    gone = []
    for each in closed:
        if each.kind in CARE_HOMES:
            if not homes.move_residents(people, each, market.services, luck, month):
                continue
        elif len(market.of(*HOME_CARE)) <= 1:
            continue
        else:
            packages.lose_provider(people, np.flatnonzero(people.provider == each.row))
        _shut(market, each)
        gone.append(each)
    market.closures += len(gone)
    return gone


def _shut(market: Market, service: Service) -> None:
    """The doors close: posts end, and those who worked there join the people looking for work."""
    posts = market.posts
    rows = np.flatnonzero(posts.employer == service.row)
    market.recent_leavers += int(posts.filled[rows].sum()) / 12
    posts.remove(rows)
    service.open = False
    service.beds = service.occupied = 0
    service.deliverable_minutes = service.commissioned_minutes = service.private_minutes = 0


def enter(model: Any, market: Market, p: Parameters, luck: Luck, month: int) -> None:
    """A new agency where there are fewer than clients call for; the better the fee the sooner.

    The chance is entrant_chance_per_month at today's shortfall of fee under price, nothing at
    twice it, and in proportion between and beyond.
    """
    agencies = market.of(Employer.AGENCY)
    people = model.world.people
    served = np.isin(people.provider, [each.row for each in agencies]) & (people.client > 0)
    waiting = np.flatnonzero(people.waiting == 2)
    asking = kind_of_support(people, waiting, p, luck) == Care.HOME_CARE
    asked = int(served.sum()) + int(asking.sum())
    wanted = max(p.home_care_agencies_least, asked / p.clients_per_home_care_agency)
    if len(agencies) >= round(wanted):
        return
    short = -float(np.mean([each.margin for each in agencies])) if agencies else 0.0
    chance = p.entrant_chance_per_month * max(2.0 - short / p.homecare_shortfall_today, 0.0)
    ordinal = sum(each.kind is Employer.AGENCY for each in market.services)
    key = np.array([ordinal], dtype=np.uint64)
    if not luck.happens(Decision.PROVIDER_ENTERS, key, month, min(chance, 1.0))[0]:
        return
    open_provider(model, market, Employer.AGENCY)
    market.entries += 1
