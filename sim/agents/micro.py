"""Micro-enterprises: people who set up to help a few neighbours each, for pay.

All of a place's micro-enterprises are one employer of the kind that personal assistants belong
to. Looks at what they can deliver and who asks; changes who is served by them, and which agency
workers leave to work for themselves. Most of their customers pay for themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.employers import Employer
from sim.agents.placing import first_fit
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.agents.market import Market

Whole = NDArray[np.int64]


def serve_private(market: Market, p: Parameters) -> int:
    """Minutes a week micro-enterprises give to people who pay for themselves."""
    terms = market.terms
    if terms.micro_row < 0:
        return 0
    able = market.services[terms.micro_row].deliverable_minutes
    for_them = int(able * p.somerset_micro_self_funder_share)
    terms.micro_private_minutes = min(for_them, market.private_asked)
    return terms.micro_private_minutes


def keep_private(market: Market) -> None:
    """What they give privately is theirs to give, and no agency's."""
    terms = market.terms
    if terms.micro_row >= 0:
        market.services[terms.micro_row].private_minutes = terms.micro_private_minutes


def room_for_clients(market: Market, p: Parameters) -> int:
    """Minutes a week they can still give to people whose direct payment the council pays."""
    if market.terms.micro_row < 0:
        return 0
    there = market.services[market.terms.micro_row]
    council = there.deliverable_minutes - int(
        there.deliverable_minutes * p.somerset_micro_self_funder_share
    )
    return max(council - there.commissioned_minutes, 0)


def take_on(market: Market, people: Columns, rows: Whole, p: Parameters) -> Whole:
    """Clients among `rows`, in the order they stand, whom they have time for; returns those."""
    taken = rows[first_fit(people.package[rows].astype(np.int64), room_for_clients(market, p))]
    if taken.size:
        there = market.services[market.terms.micro_row]
        people.provider[taken] = there.row
        there.commissioned_minutes += int(people.package[taken].astype(np.int64).sum())
    return np.asarray(taken)


def pull_from_agencies(market: Market, p: Parameters, luck: Luck, month: int) -> int:
    """Of those who began to work for themselves last month, so many come from an agency.

    Returns how many; the agency's post is vacant, and whoever held it is not looking for work.
    """
    posts, row = market.posts, market.terms.micro_row
    if row < 0:
        return 0
    new = np.flatnonzero((posts.employer == row) & posts.filled & (posts.months == 0))
    share = p.micro_workers_from_agencies
    number = int(luck.happens(Decision.MICRO_FROM_AGENCY, posts.worker[new], 0, share).sum())
    there = np.flatnonzero((posts.kind == Employer.AGENCY) & posts.filled)
    draw = luck.bits(Decision.MICRO_FROM_AGENCY, posts.worker[there], month)
    out = there[np.lexsort((posts.worker[there], draw))][:number]
    posts.filled[out] = False
    posts.worker[out] = 0
    posts.months[out] = 0
    market.terms.moved += int(out.size)
    return int(out.size)
