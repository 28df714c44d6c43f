"""The funnel of council care: request, assessment, eligibility, means test, waiting, package.

Looks at need left after unpaid help, savings, readiness to ask, the council's cut-off and what
providers can deliver; changes who waits, who is a client and the minutes each package holds.
Eligibility is a continuous cut-off in hours a week of need left; the reference package is what
the same person would get under the April 2024 cut-off, take-up and package rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.agents.carer import in_pension_age
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR
from sim.world.bands import LEVELS, PENSION_AGE, Care
from sim.world.columns import Columns

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
GROUPS = ("18_64", "65plus")
KINDS = ("home_care", "direct_payment", "supported_living")


@dataclass(frozen=True)
class Rules:
    """What the council grants now: cut-off in hours a week left unmet, generosity (1 = 2024)."""

    cut_off_hours: float
    generosity: float


@dataclass
class FunnelCount:
    """What passed through the funnel this month."""

    requests: int = 0
    assessed: int = 0
    starts: int = 0
    ends: int = 0


def by_group(p: Parameters, name: str) -> Floats:
    """Table of `name_group_level` rows: float64[2, 5] (18-64, 65+)."""
    return np.stack([p.array(f"{name}_{group}", LEVELS) for group in GROUPS])


def older(people: Columns) -> Rows:
    """1 at pension age or over, else 0: int64[n]."""
    return np.asarray((people.age_months >= PENSION_AGE * 12).astype(np.int64))


def entitled(people: Columns, rows: Rows, rules: Rules, p: Parameters) -> Rows:
    """Package in minutes a week each of `rows` would be granted under `rules`; 0 for none.

    An assessment weighs the hours of need left after the usual unpaid help; two people with equal
    hours are judged differently (`severity`, theirs for life), so the cut-off bites gradually.
    Then readiness to ask and the savings limit; then a share of what is left, by level.
    """
    left = people.needed_minutes[rows].astype(np.int64) - people.kin_base_minutes[rows]
    left = np.maximum(left, 0)
    share = by_group(p, "package_share")[in_pension_age(people, rows), people.need[rows]]
    granted = np.rint(np.minimum(share * rules.generosity, 1.0) * left).astype(np.int64)
    judged = left * np.exp(p.eligibility_spread * people.severity[rows])
    over = judged >= rules.cut_off_hours * MINUTES_PER_HOUR
    asks = people.take_up[rows] < p.array("takes_up", GROUPS)[in_pension_age(people, rows)]
    return np.where(over & asks & (people.savings[rows] < 2), granted, 0)


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
    people.client[rows] = np.where(served, _kind(people, rows, p, luck), Care.NONE)
    people.package[rows] = np.where(served, package, 0)
    people.formal_minutes[rows] = people.package[rows]


def _kind(people: Columns, rows: Rows, p: Parameters, luck: Luck) -> Rows:
    """Home care, direct payment or supported living, by age group; a lasting preference."""
    shares = np.stack([p.array(f"care_kind_{group}", KINDS) for group in GROUPS])
    cuts = np.cumsum(shares, axis=1)[in_pension_age(people, rows), :-1]
    draw = luck.uniform(Decision.CARE_KIND, people.id[rows], 0)
    return 1 + (draw[:, None] > cuts).sum(axis=1)


def pass_through(
    people: Columns, rules: Rules, p: Parameters, luck: Luck, month: int, spare: int
) -> FunnelCount:
    """One month of the funnel; `spare` minutes a week are free at home care providers."""
    count = FunnelCount()
    known = (people.needed_minutes > 0) | (people.client > 0) | (people.waiting > 0)
    rows = np.flatnonzero(known)
    people.reference_package = 0
    people.reference_package[rows] = entitled(people, rows, Rules(p.cut_off_hours, 1.0), p)
    package = entitled(people, rows, rules, p)
    count.ends = _end(people, rows, package, p, luck, month)
    count.requests = _ask(people, rows, package, p, luck, month) + _idle_requests(people, p)
    count.assessed = _assess(people, rows, package, p, luck, month)
    count.starts = _begin(people, rows, package, p, luck, month, spare)
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


def _begin(
    people: Columns, rows: Rows, package: Rows, p: Parameters, luck: Luck, month: int, spare: int
) -> int:
    """Care begins, highest need first, then longest wait, as far as providers have hours."""
    ready = (people.waiting[rows] == 2) & (package > 0)
    rows, package = rows[ready], package[ready]
    starts = luck.happens(
        Decision.CARE_STARTS, people.id[rows], month, p.care_starts_chance_per_month
    )
    rows, package = rows[starts], package[starts]
    kind = _kind(people, rows, p, luck)
    tie = luck.uniform(Decision.WAIT_RANK, people.id[rows], month)
    line = np.lexsort((tie, -people.months_waiting[rows], -people.need[rows].astype(np.int64)))
    agency = np.where(kind == Care.HOME_CARE, package, 0)[line]
    fits = (np.cumsum(agency) <= spare) | (agency == 0)
    chosen = line[fits]
    people.client[rows[chosen]] = kind[chosen]
    people.package[rows[chosen]] = package[chosen]
    people.waiting[rows[chosen]] = 0
    return int(chosen.size)


def receive(people: Columns, agency_share: float, p: Parameters) -> None:
    """Who gets what this month: council care as staffed, then private help; the rest is unmet.

    People with savings above the limit buy a larger share of what they need.
    """
    for name in ("formal_minutes", "own_minutes", "unmet_minutes"):
        setattr(people, name, 0)
    rows = np.flatnonzero(people.needed_minutes > 0)
    needed = people.needed_minutes[rows].astype(np.int64)
    kind = people.client[rows]
    share = np.where(kind == Care.HOME_CARE, agency_share, p.direct_payment_delivered)
    share = np.where(kind == Care.SUPPORTED_LIVING, 1.0, share)
    delivered = np.floor(people.package[rows] * share).astype(np.int64)
    room = needed - people.kin_minutes[rows] - people.community_minutes[rows]
    formal = np.clip(delivered, 0, room)
    private = by_group(p, "private_share")[in_pension_age(people, rows), people.need[rows]]
    private = np.where(people.savings[rows] == 2, private * p.private_ratio_savers, private)
    own = np.clip(np.rint(private * needed).astype(np.int64), 0, room - formal)
    people.formal_minutes[rows] = formal
    people.own_minutes[rows] = own
    people.unmet_minutes[rows] = room - formal - own


def need_above_care_act(people: Columns, among: NDArray[np.bool_], p: Parameters) -> int:
    """Council-payable minutes a week of people above the fixed Care Act cut-off.

    Who is above it is told by need left after the family; what is counted is what is left after
    all unpaid and private help. A small favour from a neighbour lowers the hours, never the right.
    """
    family = people.needed_minutes.astype(np.int64) - people.kin_minutes
    left = np.maximum(family - people.community_minutes - people.own_minutes, 0)
    over = family >= p.care_act_cut_off_hours * MINUTES_PER_HOUR
    return int(left[over & among & people.at_home & (people.savings < 2)].sum())


def agency_minutes(people: Columns) -> int:
    """Minutes a week of home care packages the council has commissioned."""
    return int(people.package[people.client == Care.HOME_CARE].astype(np.int64).sum())


def agency_minutes_wanted(people: Columns) -> int:
    """Minutes a week commissioned, and those waited for."""
    waited = people.reference_package[people.waiting == 2].astype(np.int64).sum()
    return agency_minutes(people) + int(waited)


def hand_back(people: Columns, short: float, p: Parameters, luck: Luck, month: int) -> int:
    """Providers paid under cost hand packages back; the people wait for care again.

    The published chance belongs to today's shortfall of fee under price; it scales with it.
    """
    chance = p.annual_prob_homecare_user_loses_provider / 12
    chance = chance * max(short, 0.0) / p.homecare_shortfall_today
    rows = np.flatnonzero(people.client == Care.HOME_CARE)
    lost = rows[luck.happens(Decision.HANDED_BACK, people.id[rows], month, min(chance, 1.0))]
    people.client[lost] = Care.NONE
    people.package[lost] = 0
    # Nobody is paid for this month's care any more, so nobody gives it.
    people.unmet_minutes[lost] += people.formal_minutes[lost]
    people.formal_minutes[lost] = 0
    people.waiting[lost] = 2
    people.months_waiting[lost] = 0
    return int(lost.size)
