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

from sim.agents.carer import would_ask
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
    """What the council grants now: cut-off in hours a week left unmet, and generosity (1 = 2024)."""

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
    """1 at pension age or over, else 0."""
    return np.asarray((people.age_months >= PENSION_AGE * 12).astype(np.int64))


def entitled(people: Columns, rules: Rules, p: Parameters, left: Rows) -> Rows:
    """Package in minutes a week each person would be granted under `rules`; 0 for none."""
    group, level = older(people), people.need
    table = by_group(p, "package_hours")[group, level] * MINUTES_PER_HOUR
    asks = would_ask(people, p)
    granted = np.minimum(np.rint(table * rules.generosity).astype(np.int64), left)
    over = left >= rules.cut_off_hours * MINUTES_PER_HOUR
    return np.where(over & asks & people.at_home, granted, 0)


def left_after_kin(people: Columns) -> Rows:
    """Minutes of need left after the usual unpaid help."""
    return np.maximum(people.needed_minutes.astype(np.int64) - people.kin_base_minutes, 0)


def start_clients(people: Columns, rules: Rules, p: Parameters, luck: Luck) -> None:
    """The stock of April 2024: those entitled are clients, but for the few who wait."""
    package = entitled(people, rules, p, left_after_kin(people))
    people.reference_package = package
    draw = luck.uniform(Decision.CARE_START, people.id, 0)
    waits = (package > 0) & (draw < p.waiting_share_at_start)
    people.waiting = np.where(waits, np.where(draw < p.waiting_share_at_start / 2, 1, 2), 0)
    others = (people.need > 0) & (package == 0) & people.at_home
    people.waiting[others & (draw < p.waiting_assessment_share_at_start)] = 1
    people.client = np.where((package > 0) & ~waits, _kind(people, p, luck), Care.NONE)
    people.package = np.where(people.client > 0, package, 0)
    people.formal_minutes = people.package


def _kind(people: Columns, p: Parameters, luck: Luck) -> Rows:
    """Home care, direct payment or supported living, by age group; a lasting preference."""
    shares = np.stack([p.array(f"care_kind_{group}", KINDS) for group in GROUPS])
    cuts = np.cumsum(shares, axis=1)[older(people), :-1]
    draw = luck.uniform(Decision.CARE_KIND, people.id, 0)
    return 1 + (draw[:, None] > cuts).sum(axis=1)


def pass_through(
    people: Columns, rules: Rules, p: Parameters, luck: Luck, month: int, spare: int
) -> FunnelCount:
    """One month of the funnel; `spare` minutes a week are free at home care providers."""
    count = FunnelCount()
    left = left_after_kin(people)
    people.reference_package = entitled(
        people, Rules(p.cut_off_hours, 1.0), p, left
    )
    package = entitled(people, rules, p, left)
    count.ends = _end(people, package, p, luck, month)
    count.requests = _ask(people, package, p, luck, month)
    count.assessed = _assess(people, package, p, luck, month)
    count.starts = _begin(people, package, p, luck, month, spare)
    people.months_waiting = np.where(people.waiting > 0, people.months_waiting + 1, 0)
    return count


def _end(people: Columns, package: Rows, p: Parameters, luck: Luck, month: int) -> int:
    """Support ends when need does, or at a yearly review; packages are re-sized there too."""
    client = people.client > 0
    gone = client & ((people.needed_minutes == 0) | ~people.at_home)
    review = client & luck.happens(Decision.REVIEW, people.id, month, p.review_chance_per_month)
    refused = review & (package == 0)
    people.package = np.where(review, package, people.package)
    ends = gone | refused
    people.client[ends] = Care.NONE
    people.package[ends] = 0
    idle = (people.waiting > 0) & ((people.needed_minutes == 0) | ~people.at_home)
    people.waiting[idle] = 0
    return int(ends.sum())


def _ask(people: Columns, package: Rows, p: Parameters, luck: Luck, month: int) -> int:
    """Requests for support: those a package would be granted to ask sooner; many get advice."""
    group, level = older(people), people.need
    chance = np.where(
        package > 0, p.request_chance_entitled, by_group(p, "request_chance")[group, level]
    )
    free = (people.client == 0) & (people.waiting == 0) & people.at_home
    asks = free & luck.happens(Decision.REQUEST, people.id, month, chance)
    passed_on = luck.happens(Decision.CONTACT, people.id, month, p.contact_leads_to_assessment)
    people.waiting[asks & ((package > 0) | passed_on) & (people.need > 0)] = 1
    return int(asks.sum())


def _assess(people: Columns, package: Rows, p: Parameters, luck: Luck, month: int) -> int:
    """Assessments done this month: the entitled join the list for care, others leave it."""
    chance = p.assessed_chance_per_month
    done = (people.waiting == 1) & (people.months_waiting > 0)
    done &= luck.happens(Decision.ASSESSMENT, people.id, month, chance)
    people.waiting[done] = np.where(package[done] > 0, 2, 0)
    return int(done.sum())


def _begin(
    people: Columns, package: Rows, p: Parameters, luck: Luck, month: int, spare: int
) -> int:
    """Care begins, highest need first, then longest wait, as far as providers have hours."""
    ready = (people.waiting == 2) & (package > 0)
    ready &= luck.happens(Decision.CARE_STARTS, people.id, month, p.care_starts_chance_per_month)
    rows = np.flatnonzero(ready)
    kind = _kind(people, p, luck)[rows]
    tie = luck.uniform(Decision.WAIT_RANK, people.id[rows], month)
    line = np.lexsort((tie, -people.months_waiting[rows], -people.need[rows].astype(np.int64)))
    rows, kind = rows[line], kind[line]
    agency = np.where(kind == Care.HOME_CARE, package[rows], 0)
    fits = (np.cumsum(agency) <= spare) | (kind != Care.HOME_CARE)
    rows, kind = rows[fits], kind[fits]
    people.client[rows] = kind
    people.package[rows] = package[rows]
    people.waiting[rows] = 0
    return int(rows.size)


def deliver(people: Columns, agency_share: float, p: Parameters) -> None:
    """Minutes delivered this month: agency packages by the share providers can staff."""
    share = np.where(people.client == Care.HOME_CARE, agency_share, p.direct_payment_delivered)
    share = np.where(people.client == Care.SUPPORTED_LIVING, 1.0, share)
    delivered = np.floor(people.package * share).astype(np.int64)
    room = people.needed_minutes.astype(np.int64) - people.kin_minutes - people.community_minutes
    people.formal_minutes = np.clip(delivered, 0, np.maximum(room, 0))


def buy_privately(people: Columns, p: Parameters) -> None:
    """People with savings above the limit buy a share of what is left; others a little."""
    group, level = older(people), people.need
    share = by_group(p, "private_share")[group, level]
    share = np.where(people.savings == 2, share * p.private_ratio_savers, share)
    room = (
        people.needed_minutes.astype(np.int64)
        - people.kin_minutes
        - people.community_minutes
        - people.formal_minutes
    )
    wanted = np.rint(share * people.needed_minutes).astype(np.int64)
    people.own_minutes = np.clip(wanted, 0, np.maximum(room, 0))
    people.unmet_minutes = np.maximum(room, 0) - people.own_minutes


def need_above_care_act(people: Columns, among: NDArray[np.bool_], p: Parameters) -> int:
    """Council-payable minutes a week of need above the fixed Care Act cut-off, after unpaid help."""
    left = people.needed_minutes.astype(np.int64) - people.kin_minutes - people.community_minutes
    left = np.maximum(left - people.own_minutes, 0)
    over = left >= p.care_act_cut_off_hours * MINUTES_PER_HOUR
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
    lost = (people.client == Care.HOME_CARE) & luck.happens(
        Decision.HANDED_BACK, people.id, month, min(chance, 1.0)
    )
    people.client[lost] = Care.NONE
    people.package[lost] = 0
    people.waiting[lost] = 2
    people.months_waiting[lost] = 0
    return int(lost.sum())
