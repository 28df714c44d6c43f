"""The funnel of council care: request, reablement or assessment, waiting list, review, end.

Looks at who would be granted what (`entitlement`) and the council's rules; changes who waits, who
is in reablement and who is a client. Care itself begins and is delivered in `packages`. Each
request has one outcome, counted in the month it is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents import reablement
from sim.agents.carer import in_pension_age
from sim.agents.crisis import Events
from sim.agents.entitlement import (
    Rules,
    by_group,
    change_of_heart,
    entitled,
    is_ready,
    kind_of_support,
    older,
)
from sim.agents.funnel_count import FunnelCount
from sim.agents.packages import begin
from sim.luck import Decision, Luck
from sim.money import share_out
from sim.parameters import Parameters
from sim.units import THOUSAND
from sim.world.bands import Care, CareHome
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.agents.market import Market

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
GROUPS = ("18_64", "65plus")
SHORT = ("nothing", "signposted", "low_level", "other_short_term")  # neither care nor reablement

__all__ = ["FunnelCount", "open_month", "pass_through", "see_off", "start_clients"]


def start_clients(people: Columns, rules: Rules, p: Parameters, luck: Luck) -> None:
    """The stock of April 2024: those entitled are clients, unless they wait or have not asked."""
    rows = np.flatnonzero(people.needed_minutes > 0)
    package = entitled(people, rows, rules, p)
    draw = luck.uniform(Decision.CARE_START, people.id[rows], 0)
    group = in_pension_age(people, rows)
    share = p.array("waiting_share_at_start", GROUPS)[group]
    waits = (package > 0) & (draw < share)
    listed = np.where(draw < share / 2, 1, 2)
    others = (package == 0) & (draw < p.waiting_assessment_share_at_start)
    people.waiting[rows] = np.where(waits, listed, np.where(others, 1, 0))
    unasked = draw < share + p.array("unasked_share_at_start", GROUPS)[group]
    served = (package > 0) & ~unasked
    people.client[rows] = np.where(served, kind_of_support(people, rows, p, luck), Care.NONE)
    people.package[rows] = np.where(served, package, 0)
    people.formal_minutes[rows] = people.package[rows]
    chance = np.array([1.0, p.assessed_chance_per_month, p.care_starts_chance_per_month])
    waited = (
        luck.exponential(Decision.ASSESSMENT, people.id[rows], 0) / chance[people.waiting[rows]]
    )
    people.months_waiting[rows] = np.where(people.waiting[rows] > 0, waited.astype(np.int64), 0)
    supported = _supported(people)
    spread = 12 + 1 / p.review_chance_when_due
    since = luck.uniform(Decision.REVIEW, people.id[supported], 0) * spread
    people.review_months[supported] = since.astype(np.int64)
    reablement.start_stock(people, rows, p, luck)


def open_month(people: Columns, events: Events) -> FunnelCount:
    """A new month's count, begun before anybody moves into the care home they were found.

    `events` are last month's: who came back from hospital, and whose care home the council pays.
    """
    count = FunnelCount(open_before=int((people.waiting == 1).sum()))
    people.from_hospital = events.admission
    moved = np.flatnonzero(events.care_home)
    group = in_pension_age(people, moved)
    client = people.client[moved] > 0
    council = events.payer[moved] == CareHome.COUNCIL
    asked = people.waiting[moved] == 1
    count.ends("moved_to_care_home", group[client & council])
    count.ends("moved_and_pays", group[client & ~council])
    count.starts("care_home_entry", group[council & ~client])
    count.asks(group[council & ~client & ~asked])
    count.outcome("long_term", int((council & ~client).sum()))
    count.outcome("nothing", int((asked & ~(council & ~client)).sum()))
    people.reablement_months[moved] = 0
    people.review_months[moved] = 0
    return count


def see_off(people: Columns, dead: Rows, left: Rows, count: FunnelCount) -> None:
    """Count clients and waiters among those who die or leave, before their rows go."""
    for rows, reason in ((dead, "death"), (left, "left")):
        group = in_pension_age(people, rows)
        home, inside = people.client[rows] > 0, people.care_home[rows] == CareHome.COUNCIL
        count.ends(reason, group[home])
        count.ends(f"{reason}_in_care_home", group[inside])
        waiting = people.waiting[rows]
        count.outcome("nothing", int((waiting == 1).sum()))
        if reason == "death":
            count.died_waiting_for_assessment += int((waiting == 1).sum())
            count.died_waiting_for_care += int((waiting == 2).sum())


def pass_through(
    people: Columns,
    rules: Rules,
    p: Parameters,
    luck: Luck,
    month: int,
    market: Market,
    count: FunnelCount | None = None,
) -> FunnelCount:
    """One month of the funnel; care starts with providers of the `market` who have room."""
    if count is None:
        count = FunnelCount(open_before=int((people.waiting == 1).sum()))
    change_of_heart(people, p, luck, month)
    known = (people.needed_minutes > 0) | (people.client > 0) | (people.waiting > 0)
    rows = np.flatnonzero(known)
    people.reference_package = 0
    people.reference_package[rows] = entitled(people, rows, Rules(p.cut_off_hours, 1.0), p)
    package = entitled(people, rows, rules, p)
    _end(people, rows, package, p, luck, month, count)
    _after_reablement(people, rows, package, count)
    _ask(people, rows, package, p, luck, month, count)
    _ask_without_need(people, p, count)
    _assess(people, rows, package, rules.assessors, p, luck, month, count)
    waited = people.client[rows] == 0
    begin(people, rows, package, p, luck, month, market, rules.turned_down)
    began = rows[waited & (people.client[rows] > 0)]
    people.review_months[began] = 0
    group, reabled = in_pension_age(people, began), people.reabled[began]
    count.starts("after_reablement", group[reabled])
    count.starts("community", group[~reabled])
    people.months_waiting = np.where(people.waiting > 0, people.months_waiting + 1, 0)
    count.open_after = int((people.waiting == 1).sum())
    return count


def _supported(people: Columns) -> Rows:
    """Rows of everybody with long-term council support, at home or in a care home."""
    return np.flatnonzero((people.client > 0) | (people.care_home == CareHome.COUNCIL))


def _end(
    people: Columns, rows: Rows, package: Rows, p: Parameters, luck: Luck, month: int,
    count: FunnelCount,
) -> None:  # fmt: skip
    """Support ends with need, when it is no longer wanted, or at a review, due yearly.

    Packages are re-sized at reviews.
    """
    supported = _supported(people)
    people.review_months[supported] += 1
    due = supported[people.review_months[supported] >= 12]
    done = luck.happens(Decision.REVIEW, people.id[due], month, p.review_chance_when_due)
    people.review_months[due[done]] = 0
    count.reviews = int(done.sum())
    count.overdue = int((~done & (people.review_months[due] > 12)).sum())
    reviewed = np.zeros(len(people), dtype=np.bool_)
    reviewed[due[done]] = True
    client, group = people.client[rows] > 0, in_pension_age(people, rows)
    review = client & reviewed[rows]
    no_need = client & (people.needed_minutes[rows] == 0)
    people.package[rows] = np.where(review, package, people.package[rows])
    gave_up = client & ~no_need & ~is_ready(people, rows, p)
    not_entitled = review & ~no_need & ~gave_up & (package == 0)
    count.ends("need_ended", group[no_need])
    count.ends("review", group[not_entitled])
    count.ends("gave_up", group[gave_up])
    ends = rows[no_need | gave_up | not_entitled]
    people.client[ends] = Care.NONE
    people.package[ends] = 0
    people.review_months[ends] = 0
    _choose_payment(people, rows[review & (package > 0)], p, luck, month)
    well = people.needed_minutes[rows] == 0
    count.outcome("nothing", int((well & (people.waiting[rows] == 1)).sum()))
    people.waiting[rows[well]] = 0


def _choose_payment(people: Columns, rows: Rows, p: Parameters, luck: Luck, month: int) -> None:
    """At a review home care may become a direct payment, and the other way round."""
    kind, group = people.client[rows], in_pension_age(people, rows)
    draw = luck.uniform(Decision.DIRECT_PAYMENT_REVIEW, people.id[rows], month)
    takes = (kind == Care.HOME_CARE) & (draw < p.array("direct_payment_taken", GROUPS)[group])
    stops = (kind == Care.DIRECT_PAYMENT) & (draw < p.array("direct_payment_ended", GROUPS)[group])
    people.client[rows[takes]] = Care.DIRECT_PAYMENT
    people.client[rows[stops]] = Care.HOME_CARE


def _after_reablement(people: Columns, rows: Rows, package: Rows, count: FunnelCount) -> None:
    """Whoever still needs care when reablement ends, and is entitled, waits for it to start."""
    granted = np.zeros(len(people), dtype=np.bool_)
    granted[rows] = package > 0
    done = reablement.pass_month(people)
    goes_on = done[granted[done] & (people.client[done] == 0) & (people.waiting[done] == 0)]
    people.waiting[goes_on] = 2
    count.reablement_ended = int(done.size)


def _ask(
    people: Columns, rows: Rows, package: Rows, p: Parameters, luck: Luck, month: int,
    count: FunnelCount,
) -> None:  # fmt: skip
    """Requests by people in need: those a package would be granted to ask sooner.

    Reablement may be offered at once; of those not offered it the entitled
    and part of the rest wait for assessment; the others have their answer the same month.
    """
    back = reablement.clients_back_from_hospital(people, p, luck, month)
    group = in_pension_age(people, rows)
    table = by_group(p, "request_chance")[group, people.need[rows]]
    sooner = p.array("request_chance_entitled", GROUPS)[group]
    chance = np.where(package > 0, sooner, table)
    hospital = people.from_hospital[rows]
    chance = np.where(hospital, np.maximum(chance, p.request_chance_from_hospital), chance)
    found = people.referred[rows] > 0  # a connector who finds need raises contacts
    chance = np.where(found, np.minimum(chance * p.unmet_need_discovery_uplift, 1.0), chance)
    free = (people.client[rows] == 0) & (people.waiting[rows] == 0)
    free &= (people.needed_minutes[rows] > 0) & (people.reablement_months[rows] == 0)
    asks = free & luck.happens(Decision.REQUEST, people.id[rows], month, chance)
    count.asks(group[asks])
    count.from_hospital += int((asks & hospital).sum())
    short = asks & reablement.offered(people, rows, package > 0, p, luck, month)
    reablement.begin_episode(people, rows[short], p, luck, month)
    count.outcome("st_max", int(short.sum()))
    count.reablement_began = int(short.sum()) + int(back.size)
    passed_on = luck.happens(
        Decision.CONTACT, people.id[rows], month, p.contact_leads_to_assessment
    )
    listed = asks & ~short & ((package > 0) | passed_on)
    people.waiting[rows[listed]] = 1
    _answer(people, rows[asks & ~short & ~listed], p, luck, month, count)


def _answer(
    people: Columns, rows: Rows, p: Parameters, luck: Luck, month: int, count: FunnelCount
) -> None:
    """What people in need get who get neither long-term care nor reablement.

    Equipment and other low-level support are counted and paid for within the council's other
    support; no evidence says how many hours they save, so they change nobody's need.
    """
    cuts = np.cumsum(p.array("request_outcome_in_need", SHORT))[:-1]
    draw = luck.uniform(Decision.REQUEST_OUTCOME, people.id[rows], month)
    told = np.bincount(np.searchsorted(cuts, draw), minlength=len(SHORT))
    for name, number in zip(SHORT, told.tolist(), strict=True):
        count.outcome(name, number)


def _ask_without_need(people: Columns, p: Parameters, count: FunnelCount) -> None:
    """Requests by people without need, who get advice: the expected number, nobody in person."""
    idle = people.at_home & (people.need == 0)
    group = older(people)
    usual = np.bincount(group[idle], minlength=2)
    hospital = np.bincount(group[idle & people.from_hospital], minlength=2)
    chances = by_group(p, "request_chance")[:, 0]
    asked = np.rint(usual * chances + hospital * p.request_chance_from_hospital_no_need)
    numbers = [int(each) for each in asked]
    count.asked += np.array(numbers)
    count.from_hospital += round(float(hospital.sum()) * p.request_chance_from_hospital_no_need)
    weights = [round(each * THOUSAND) for each in p.array("request_outcome_no_need", SHORT)]
    for name, number in zip(SHORT, share_out(sum(numbers), weights), strict=True):
        count.outcome(name, number)


def _assess(
    people: Columns,
    rows: Rows,
    package: Rows,
    assessors: float,
    p: Parameters,
    luck: Luck,
    month: int,
    count: FunnelCount,
) -> None:
    """Assessments done this month: the entitled join the list for care, others leave it.

    Some are seen in the month they ask, more often where need is plain; the rest wait in a long
    tail. With fewer `assessors` (over April 2024's) fewer are seen.
    """
    listed, ids = people.waiting[rows] == 1, people.id[rows]
    first = listed & (people.months_waiting[rows] == 0)
    at_once = np.where(package > 0, p.assessed_at_once_entitled, p.assessed_at_once_others)
    chance = np.where(first, at_once, p.assessed_chance_per_month) * assessors
    done = luck.happens(Decision.ASSESSMENT, ids, month, np.where(listed, chance, 0.0))
    granted = done & (package > 0)
    people.waiting[rows[done]] = 0
    people.waiting[rows[granted]] = 2
    count.assessed = int(done.sum())
    count.outcome("long_term", int(granted.sum()))
    _answer(people, rows[done & ~granted], p, luck, month, count)
    told_no = (people.waiting[rows] == 2) & (package == 0)  # the rules moved while they waited
    people.waiting[rows[told_no]] = 0
