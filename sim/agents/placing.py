"""Placing: which provider has room for a new package, and takes it.

Looks at what providers can still staff and the places they have free; changes nothing. Minutes and
places are never exceeded, and nobody's package is split.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.employers import HOME_CARE, Employer
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.world.bands import Care
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.agents.market import Market
    from sim.agents.service import Service

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


def employs(people: Columns, rows: Whole, p: Parameters, luck: Luck) -> Flags:
    """Who spends a direct payment on people they employ, not on an agency; for life."""
    share = p.direct_payment_share_by_personal_assistants
    return luck.happens(Decision.DIRECT_PAYMENT_CHOICE, people.id[rows], 0, share)


def place(
    market: Market, people: Columns, rows: Whole, kind: Whole, package: Whole, p: Parameters,
    luck: Luck, month: int,
) -> Whole:  # fmt: skip
    """A provider with room for each of `rows`, given in the order they are served: int64[rows].

    -1 while nobody has room. Providers are asked in this month's keyed order, and each takes
    the first it can; minutes and places are never exceeded. Community businesses take no more
    clients than `business_places`, for growing costs them money they have not got.
    """
    found = np.full(rows.size, -1)
    business = business_places(market, people, p) - _served_by_businesses(market, people)
    own = kind == Care.DIRECT_PAYMENT
    own[own] = employs(people, rows[own], p, luck)
    found[own] = market.of(Employer.PERSONAL_ASSISTANT)[0].row
    agency = ((kind == Care.HOME_CARE) | (kind == Care.DIRECT_PAYMENT)) & ~own
    places = np.ones(rows.size, dtype=np.int64)
    for asking, kinds, asked in (
        (agency, HOME_CARE, package),
        (kind == Care.SUPPORTED_LIVING, (Employer.SUPPORTED_LIVING,), package),
        (kind == Care.SHARED_LIVES, (Employer.SHARED_LIVES,), places),
    ):
        left = np.flatnonzero(asking)
        for each in _in_order(market, kinds, luck, month):
            room = each.free_beds if each.lives_in else each.spare_minutes
            taken = first_fit(asked[left], room)
            if each.kind is Employer.COMMUNITY_BUSINESS:
                taken &= np.cumsum(taken) <= business
                business -= int(taken.sum())
            found[left[taken]] = each.row
            left = left[~taken]
    return found


def business_places(market: Market, people: Columns, p: Parameters) -> int:
    """Clients whom community businesses have room for: their usual share, and what plans add.

    The usual share is that of April 2024 (`community_business_share_of_home_care`), of everybody
    whom home care agencies and businesses serve now: left alone they neither grow nor shrink.
    """
    everyone = np.isin(people.provider, [each.row for each in market.of(*HOME_CARE)])
    usual = p.community_business_share_of_home_care * int(everyone.sum())
    return round(usual) + market.terms.business_places


def _served_by_businesses(market: Market, people: Columns) -> int:
    there = [each.row for each in market.of(Employer.COMMUNITY_BUSINESS)]
    return int(np.isin(people.provider, there).sum())


def _in_order(market: Market, kinds: tuple[Employer, ...], luck: Luck, month: int) -> list[Service]:
    here = market.of(*kinds)
    keys = np.array([each.key for each in here], dtype=np.uint64)
    return [here[at] for at in np.argsort(luck.bits(Decision.PROVIDER_ORDER, keys, month))]


def first_fit(asked: Whole, room: int) -> Flags:
    """Who is taken, in the order they stand: each the room then left can hold. bool[n]."""
    taken = np.zeros(asked.size, dtype=np.bool_)
    while (standing := np.flatnonzero(~taken & (asked <= room))).size:
        fits = standing[np.cumsum(asked[standing]) <= room]  # the first of them always does
        taken[fits] = True
        room -= int(asked[fits].sum())
    return taken
