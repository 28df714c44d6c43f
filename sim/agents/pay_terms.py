"""Pay terms: what a rise for care workers comes to in each kind of employer's fee.

Looks at hours bought and posts; changes the month's terms and which workers' hours a plan
guarantees. Called by plans. Fees by the week rise by the hours a week they pay for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents import books
from sim.agents.employers import CARE_HOMES, HOME_CARE, Employer
from sim.agents.entitlement import older
from sim.luck import Decision
from sim.units import MINUTES_PER_HOUR
from sim.world.bands import Care, CareHome

if TYPE_CHECKING:
    from sim.model import CommunityModel

Floats = NDArray[np.float64]
BY_THE_HOUR = (*HOME_CARE, Employer.PERSONAL_ASSISTANT)
BY_THE_WEEK = (Employer.SUPPORTED_LIVING, *CARE_HOMES)


def kinds(everyone: bool) -> tuple[Employer, ...]:
    """Whose workers are meant."""
    return (*BY_THE_HOUR, *BY_THE_WEEK) if everyone else BY_THE_HOUR


def hours_a_week(community: CommunityModel) -> Floats:
    """Hours a fee pays for: 1 where it is an hour's, else one client's hours a week: float64[8]."""
    people, p = community.world.people, community.p
    found = np.ones(len(Employer))
    found[Employer.CARE_HOME_18_64] = p.care_home_hours_per_resident_18_64
    found[Employer.CARE_HOME_65] = p.care_home_hours_per_resident_65plus
    living = people.client == Care.SUPPORTED_LIVING
    minutes = int(people.formal_minutes[living].astype(np.int64).sum())
    found[Employer.SUPPORTED_LIVING] = minutes / MINUTES_PER_HOUR / max(int(living.sum()), 1)
    return found


def council_hours_a_month(community: CommunityModel, everyone: bool) -> float:
    """Hours of care a month the council pays for, of the kinds meant."""
    people = community.world.people
    minutes = float(community.commissioned_minutes_a_month())
    if everyone:
        week = hours_a_week(community)
        group, paid = older(people), people.care_home == CareHome.COUNCIL
        number = {
            Employer.SUPPORTED_LIVING: people.client == Care.SUPPORTED_LIVING,
            Employer.CARE_HOME_18_64: paid & (group == 0),
            Employer.CARE_HOME_65: paid & (group == 1),
        }
        weekly = sum(int(who.sum()) * week[kind] for kind, who in number.items())
        minutes += books.minutes_a_month(round(weekly * MINUTES_PER_HOUR))
    return minutes / MINUTES_PER_HOUR


def raise_fees(community: CommunityModel, everyone: bool, rise: float) -> None:
    """`rise` pounds an hour on fee and price alike, and what of it is pay on pay."""
    terms, week = community.terms, hours_a_week(community)
    for kind in kinds(everyone):
        terms.fee_rise[kind] += rise * week[kind]
        terms.wage_rise[kind] += rise * community.p.pay_money_reaching_workers


def guarantee(community: CommunityModel, everyone: bool, number: int, able: int) -> int:
    """Plan `number` guarantees the hours of at most `able` workers; returns how many it does.

    Of workers without secure hours, those who want them, in keyed order; who has them already
    keeps them first. Whom the money does not reach any more goes back to what they had.
    """
    posts, terms, p, luck = community.posts, community.terms, community.p, community.luck
    before = terms.secured.get(number, np.zeros(0, dtype=np.uint64))
    ours = posts.filled & np.isin(posts.worker, before)
    theirs = posts.filled & ~posts.secure & np.isin(posts.kind, kinds(everyone))
    asking = np.flatnonzero(theirs)
    share = p.secure_hours_wanted
    wants = luck.happens(Decision.SECURE_HOURS, posts.worker[asking], 0, share)
    rows = np.concatenate([np.flatnonzero(ours), asking[wants]])
    draw = luck.bits(Decision.SECURE_HOURS, posts.worker[rows], 1)
    line = np.lexsort((posts.worker[rows], draw, ~ours[rows]))
    chosen, left = rows[line[:able]], rows[line[able:]]
    posts.secure[left[ours[left]]] = False
    posts.secure[chosen] = True
    terms.secured[number] = posts.worker[chosen].copy()
    return int(chosen.size)
