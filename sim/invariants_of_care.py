"""What may never happen in care: nobody cared for twice, no bed or staff hour used twice.

Looks at everything and changes nothing; part of the invariants of the house.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.employers import CARE_HOMES, Employer
from sim.impossible import refuse, unless
from sim.units import minutes
from sim.world.bands import PENSION_AGE, CareHome
from sim.world.columns import Columns
from sim.world.ties import Kind

if TYPE_CHECKING:
    from sim.model import CommunityModel

Whole = NDArray[np.int64]


def need_is_met_once(model: CommunityModel) -> None:
    """Need is met by kin, companions, the council or oneself, or is unmet: never twice."""
    people = model.world.people
    if not model.month:
        return  # before the first month nobody has been given that month's care
    total = np.zeros(len(people), dtype=np.int64)
    for name in ("kin", "community", "formal", "own", "unmet"):
        part = getattr(people, f"{name}_minutes")
        refuse(model, part < 0, f"{name}_minutes is negative")
        total += part
    refuse(
        model,
        total != people.needed_minutes,
        "needed minutes are not the sum of minutes by kin, companions, council, purse and nobody",
    )


def care_given_is_care_received(model: CommunityModel) -> None:
    """Minutes people of the place give one another are the minutes those people receive."""
    people, caring = model.world.people, model.caring
    if not model.month:
        return  # as above
    given = _sum_at(caring.carer, caring.given, people)
    received = _sum_at(caring.cared, caring.given, people)
    refuse(model, given != people.care_minutes, "a carer's minutes are not those of their ties")
    from_away = people.kin_minutes - received
    refuse(model, from_away < 0, "somebody is given more minutes than they receive")
    unless(
        model,
        int(from_away.sum()) == model.boundary.received,
        "minutes received from outside the place do not add up",
    )
    unless(
        model,
        int(people.outside_minutes.astype(np.int64).sum()) == model.boundary.given,
        "minutes given outside the place do not add up",
    )


def _sum_at(rows: Whole, amounts: Whole, people: Columns) -> Whole:
    return np.bincount(rows, weights=amounts, minlength=len(people)).astype(np.int64)


def carers_give_what_they_can(model: CommunityModel) -> None:
    """No carer gives more minutes a week than people of their age can, nor to themselves."""
    people, p, caring = model.world.people, model.p, model.caring
    rows = np.flatnonzero(people.care_minutes)
    older = people.age_months[rows] >= PENSION_AGE * 12
    most = np.where(older, minutes(p.carer_hours_most_65plus), minutes(p.carer_hours_most_16_64))
    given = people.care_minutes[rows].astype(np.int64) + people.outside_minutes[rows]
    over = given > np.maximum(most, people.outside_minutes[rows])
    refuse(model, over, "a carer gives more than they can", rows)
    unless(
        model, not bool((caring.carer == caring.cared).any()), "somebody is their own unpaid carer"
    )
    refuse(
        model,
        people.carer & (people.care_minutes == 0) & (people.outside_minutes == 0),
        "somebody is called a carer who gives no hands-on care",
    )
    refuse(
        model,
        model.events.breakdown & ~people.carer,
        "somebody who is no carer broke down as one",
    )


def care_runs_along_ties(model: CommunityModel) -> None:
    """Who helps whom shares their home, or is their kin, friend or neighbour; the broken rest."""
    people, ties, caring = model.world.people, model.world.ties, model.caring
    if not model.month:
        return  # care is first given in the first month
    size = len(people)
    same = people.household[caring.carer] == people.household[caring.cared]
    home = caring.kind == int(Kind.HOUSEHOLD)
    unless(model, bool((same == home).all()), "a caring tie is not of the kind it says")
    pair = np.minimum(caring.carer, caring.cared) * size + np.maximum(caring.carer, caring.cared)
    layers = {Kind.KIN: ties.kin, Kind.FRIEND: ties.friends, Kind.NEIGHBOUR: ties.neighbours}
    for kind, layer in layers.items():
        a, b = layer.a.astype(np.int64), layer.b.astype(np.int64)
        tied = np.minimum(a, b) * size + np.maximum(a, b)
        here = caring.kind == int(kind)
        unless(
            model,
            bool(np.isin(pair[here], tied[b >= 0]).all()),
            f"somebody is helped by a {kind.name.lower()} they do not have",
        )
    resting = (people.broken > 0) & ~model.events.breakdown
    refuse(model, resting & (people.care_minutes > 0), "somebody who has broken down gives care")
    refuse(model, (people.support_months > 0) & ~people.carer, "support for somebody no carer")


def council_care_has_clients(model: CommunityModel) -> None:
    """Clients live at home and do not wait; packages and paid minutes belong to clients only."""
    people = model.world.people
    client, waiting = people.client > 0, people.waiting > 0
    refuse(model, client & ~people.at_home, "a care-home resident has council care at home")
    refuse(model, waiting & ~people.at_home, "a care-home resident waits for care at home")
    refuse(model, client & waiting, "a client waits for the care they already have")
    refuse(model, (people.package > 0) & ~client, "somebody has a package who is no client")
    refuse(
        model,
        (people.formal_minutes > 0) & ~client & (people.reablement_months == 0),
        "council care is delivered to somebody who is no client and not in reablement",
    )


def charges_are_for_council_care(model: CommunityModel) -> None:
    """Only council clients are charged; reablement is for people at home, and nobody is owed."""
    people = model.world.people
    supported = (people.client > 0) | (people.care_home == CareHome.COUNCIL)
    refuse(model, (people.charge_pence > 0) & ~supported, "somebody is charged for no care")
    refuse(model, people.charge_pence < 0, "somebody is charged less than nothing")
    inside = (people.reablement_months > 0) & ~people.at_home
    refuse(model, inside, "a care-home resident has reablement at home")


def workers_fill_one_post(model: CommunityModel) -> None:
    """Each paid carer fills one post; a vacant post has nobody in it."""
    posts = model.posts
    worker = posts.worker[posts.filled]
    unless(model, np.unique(worker).size == worker.size, "one care worker fills two posts")
    unless(model, bool((worker > 0).all()), "a filled post has nobody in it")
    unless(
        model, not bool((posts.worker[~posts.filled] > 0).any()), "somebody works in a vacant post"
    )


def beds_and_staff_are_never_exceeded(model: CommunityModel) -> None:
    """Nobody lives in a bed that is not there, and no provider gives minutes it cannot staff."""
    people, services = model.world.people, model.market.services
    served = people.provider >= 0
    refuse(model, people.provider >= len(services), "somebody's provider is not there")
    row = people.provider[served]
    living = np.bincount(row[~people.at_home[served]], minlength=len(services))
    given = np.bincount(row, weights=people.formal_minutes[served], minlength=len(services))
    for each in services:
        unless(
            model,
            not each.lives_in or int(living[each.row]) <= each.beds,
            f"{each.name} has {living[each.row]} residents in {each.beds} beds",
        )
        unless(
            model,
            not model.month
            or each.kind is Employer.SHARED_LIVES
            or int(given[each.row]) <= each.deliverable_minutes,
            f"{each.name} gives {given[each.row]:.0f} minutes a week, "
            f"staff for {each.deliverable_minutes}",
        )


def clients_have_an_open_provider(model: CommunityModel) -> None:
    """Who has care or a bed has it of a provider who is open and of the kind that gives it."""
    people, services = model.world.people, model.market.services
    if not model.month:
        return  # before the first month nobody has asked
    served = (people.client > 0) | ~people.at_home
    refuse(model, served & (people.provider < 0), "somebody has care of no provider")
    refuse(model, ~served & (people.provider >= 0), "somebody without care has a provider")
    opened = np.array([*(each.open for each in services), True])  # the last answers for none
    refuse(model, ~opened[people.provider], "somebody has care of a provider that has closed")
    home = np.array([*(each.kind in CARE_HOMES for each in services), False])
    refuse(model, home[people.provider] & people.at_home, "somebody at home has a care-home bed")
    refuse(model, ~home[people.provider] & ~people.at_home, "a care-home resident has no home")
    closed = np.array([not each.open for each in services])
    unless(
        model,
        not bool(closed[model.posts.employer].any()),
        "there is a post in a provider that has closed",
    )
