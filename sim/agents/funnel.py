"""The funnel of council care: request, assessment, waiting list, review, end.

Looks at who would be granted what (`entitlement`) and the council's rules; changes who waits and
who is a client. Care itself begins and is delivered in `packages`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.carer import in_pension_age
from sim.agents.entitlement import Rules, by_group, entitled, kind_of_support, older
from sim.agents.packages import begin
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.world.bands import Care
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.agents.market import Market

Rows = NDArray[np.int64]


@dataclass
class FunnelCount:
    """What passed through the funnel this month."""

    requests: int = 0
    assessed: int = 0
    starts: int = 0
    ends: int = 0


def start_clients(people: Columns, rules: Rules, p: Parameters, luck: Luck) -> None:
    """The stock of April 2024: those entitled are clients, but for the few who wait."""
    rows = np.flatnonzero(people.needed_minutes > 0)
    package = entitled(people, rows, rules, p)
    draw = luck.uniform(Decision.CARE_START, people.id[rows], 0)
    waits = (package > 0) & (draw < p.waiting_share_at_start)
    listed = np.where(draw < p.waiting_share_at_start / 2, 1, 2)
    others = (package == 0) & (draw < p.waiting_assessment_share_at_start)
    people.waiting[rows] = np.where(waits, listed, np.where(others, 1, 0))
    served = (package > 0) & ~waits
    people.client[rows] = np.where(served, kind_of_support(people, rows, p, luck), Care.NONE)
    people.package[rows] = np.where(served, package, 0)
    people.formal_minutes[rows] = people.package[rows]


def pass_through(
    people: Columns, rules: Rules, p: Parameters, luck: Luck, month: int, market: Market
) -> FunnelCount:
    """One month of the funnel; care starts with providers of the `market` who have room."""
    count = FunnelCount()
    known = (people.needed_minutes > 0) | (people.client > 0) | (people.waiting > 0)
    rows = np.flatnonzero(known)
    people.reference_package = 0
    people.reference_package[rows] = entitled(people, rows, Rules(p.cut_off_hours, 1.0), p)
    package = entitled(people, rows, rules, p)
    count.ends = _end(people, rows, package, p, luck, month)
    count.requests = _ask(people, rows, package, p, luck, month) + _idle_requests(people, p)
    count.assessed = _assess(people, rows, package, p, luck, month)
    count.starts = begin(people, rows, package, p, luck, month, market)
    people.months_waiting = np.where(people.waiting > 0, people.months_waiting + 1, 0)
    return count


def _end(people: Columns, rows: Rows, package: Rows, p: Parameters, luck: Luck, month: int) -> int:
    """Support ends when need does, or at a yearly review; packages are re-sized there too."""
    client = people.client[rows] > 0
    no_need = people.needed_minutes[rows] == 0
    review = client & luck.happens(
        Decision.REVIEW, people.id[rows], month, p.review_chance_per_month
    )
    people.package[rows] = np.where(review, package, people.package[rows])
    ends = rows[client & (no_need | (review & (package == 0)))]
    people.client[ends] = Care.NONE
    people.package[ends] = 0
    people.waiting[rows[no_need]] = 0
    return int(ends.size)


def _ask(people: Columns, rows: Rows, package: Rows, p: Parameters, luck: Luck, month: int) -> int:
    """Requests by people in need: those a package would be granted to ask sooner."""
    table = by_group(p, "request_chance")[in_pension_age(people, rows), people.need[rows]]
    chance = np.where(package > 0, p.request_chance_entitled, table)
    found = people.referred[rows] > 0  # a connector who finds need raises contacts
    chance = np.where(found, chance * p.unmet_need_discovery_uplift, chance)
    free = (people.client[rows] == 0) & (people.waiting[rows] == 0)
    free &= people.needed_minutes[rows] > 0
    asks = free & luck.happens(Decision.REQUEST, people.id[rows], month, chance)
    passed_on = luck.happens(
        Decision.CONTACT, people.id[rows], month, p.contact_leads_to_assessment
    )
    people.waiting[rows[asks & ((package > 0) | passed_on)]] = 1
    return int(asks.sum())


def _idle_requests(people: Columns, p: Parameters) -> int:
    """Requests by people without need, who get advice: the expected number, nobody in person."""
    idle = np.bincount(older(people)[people.at_home & (people.need == 0)], minlength=2)
    return round(float(idle @ by_group(p, "request_chance")[:, 0]))


def _assess(
    people: Columns, rows: Rows, package: Rows, p: Parameters, luck: Luck, month: int
) -> int:
    """Assessments done this month: the entitled join the list for care, others leave it."""
    listed = (people.waiting[rows] == 1) & (people.months_waiting[rows] > 0)
    done = listed & luck.happens(
        Decision.ASSESSMENT, people.id[rows], month, p.assessed_chance_per_month
    )
    people.waiting[rows[done]] = np.where(package[done] > 0, 2, 0)
    told_no = (people.waiting[rows] == 2) & (package == 0)  # the rules moved while they waited
    people.waiting[rows[told_no]] = 0
    return int(done.sum())
