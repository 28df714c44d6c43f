"""The conscience of the house: what may never happen, looked at after any month.

`check(model)` raises `Impossible` with a plain sentence when a community is in a state no place
can be in. It looks at everything and changes nothing, so it may be left on for a whole run: at
the end of a month, or whenever nobody is in the middle of being moved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.employers import CARE_HOMES, Employer
from sim.agents.visits import out_of_place
from sim.money import SHADOW, Account, Gap, LedgerError
from sim.units import SESSIONS_A_MONTH, minutes
from sim.world.bands import PENSION_AGE, CareHome
from sim.world.columns import Columns
from sim.world.ties import Kind

if TYPE_CHECKING:
    from sim.model import CommunityModel

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]


class Impossible(RuntimeError):
    """A state no community can be in: a fault of the model, never of its user."""


def check(model: CommunityModel) -> None:
    """Raise `Impossible`, naming who, what and when, unless every invariant holds."""
    for invariant in INVARIANTS:
        invariant(model)


def _refuse(model: CommunityModel, wrong: Flags, sentence: str, rows: Whole | None = None) -> None:
    """Raise for the first resident, of all or of those in `rows`, of whom `wrong` is true."""
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        row = first if rows is None else int(rows[first])
        who = int(model.world.people.id[row])
        raise Impossible(
            f"month {model.month}: {sentence} (resident {who} in row {row}, "
            f"and {int(wrong.sum()) - 1} more)."
        )


def _unless(model: CommunityModel, holds: bool, sentence: str) -> None:
    if not holds:
        raise Impossible(f"month {model.month}: {sentence}.")


def columns_in_range(model: CommunityModel) -> None:
    """Every value is finite and within the range its column states; identities are unique."""
    for name, columns in (("residents", model.world.people), ("posts", model.posts)):
        try:
            columns.check()
        except ValueError as error:
            raise Impossible(f"month {model.month}: {name}: {error}.") from None


def everyone_in_one_place(model: CommunityModel) -> None:
    """Each person lives in one place: in a household of the place, or alone in a care home."""
    people = model.world.people
    _refuse(
        model,
        people.at_home != (people.care_home == 0),
        "somebody lives both at home and in a care home, or in neither",
    )
    size = np.bincount(people.household)[people.household]
    _refuse(model, people.household_size != size, "a household has not the size it says")
    _refuse(model, ~people.at_home & (size > 1), "a care-home resident shares a household")
    areas = len(model.place_keys)
    _refuse(
        model,
        (people.area < 0) | (people.area >= areas),
        "somebody lives in no neighbourhood of the place",
    )


def partners_agree(model: CommunityModel) -> None:
    """Partners name each other, share a home unless one is in care, and nobody is their own."""
    people = model.world.people
    rows = np.flatnonzero(people.partner >= 0)
    mate = people.partner[rows]
    _refuse(model, people.partner[mate] != rows, "a partner does not name them back", rows)
    _refuse(model, mate == rows, "somebody is their own partner", rows)
    apart = people.household[rows] != people.household[mate]
    rows, mate = rows[apart], mate[apart]
    both_home = people.at_home[rows] & people.at_home[mate]
    both_home &= (people.care_home[rows] == 0) & (people.care_home[mate] == 0)
    _refuse(model, both_home, "partners live in two households", rows)


def ties_have_two_ends(model: CommunityModel) -> None:
    """Ties join two different people who are here, once in a layer, with a strength of 0 to 1."""
    for name, layer in model.world.ties.layers().items():
        try:
            layer.check(len(model.world.people))
        except ValueError as error:
            raise Impossible(f"month {model.month}: {name}: {error}.") from None


def the_gone_are_gone(model: CommunityModel) -> None:
    """Nobody a plan reached who has since died or moved away is still counted among the living."""
    for gone in model.reached_and_gone:
        _unless(
            model,
            bool((model.world.people.row_of(gone) < 0).all()),
            "somebody who died or moved away is here again",
        )


def need_is_met_once(model: CommunityModel) -> None:
    """Need is met by kin, companions, the council or oneself, or is unmet: never twice."""
    people = model.world.people
    if not model.month:
        return  # before the first month nobody has been given that month's care
    total = np.zeros(len(people), dtype=np.int64)
    for name in ("kin", "community", "formal", "own", "unmet"):
        part = getattr(people, f"{name}_minutes")
        _refuse(model, part < 0, f"{name}_minutes is negative")
        total += part
    _refuse(
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
    _refuse(model, given != people.care_minutes, "a carer's minutes are not those of their ties")
    from_away = people.kin_minutes - received
    _refuse(model, from_away < 0, "somebody is given more minutes than they receive")
    _unless(
        model,
        int(from_away.sum()) == model.boundary.received,
        "minutes received from outside the place do not add up",
    )
    _unless(
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
    _refuse(model, over, "a carer gives more than they can", rows)
    _unless(
        model, not bool((caring.carer == caring.cared).any()), "somebody is their own unpaid carer"
    )
    _refuse(
        model,
        people.carer & (people.care_minutes == 0) & (people.outside_minutes == 0),
        "somebody is called a carer who gives no hands-on care",
    )
    _refuse(
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
    _unless(model, bool((same == home).all()), "a caring tie is not of the kind it says")
    pair = np.minimum(caring.carer, caring.cared) * size + np.maximum(caring.carer, caring.cared)
    layers = {Kind.KIN: ties.kin, Kind.FRIEND: ties.friends, Kind.NEIGHBOUR: ties.neighbours}
    for kind, layer in layers.items():
        a, b = layer.a.astype(np.int64), layer.b.astype(np.int64)
        tied = np.minimum(a, b) * size + np.maximum(a, b)
        here = caring.kind == int(kind)
        _unless(
            model,
            bool(np.isin(pair[here], tied[b >= 0]).all()),
            f"somebody is helped by a {kind.name.lower()} they do not have",
        )
    resting = (people.broken > 0) & ~model.events.breakdown
    _refuse(model, resting & (people.care_minutes > 0), "somebody who has broken down gives care")
    _refuse(model, (people.support_months > 0) & ~people.carer, "support for somebody no carer")


def work_ends_at_pension_age(model: CommunityModel) -> None:
    """Whoever is in work is under 65 and, once the month is over, lives at home."""
    people = model.world.people
    older = people.age_months >= PENSION_AGE * 12
    _refuse(model, people.employed & (older | ~people.at_home), "in work, but too old or in care")


def hubs_hold_their_seats(model: CommunityModel) -> None:
    """Visits fit the seats of four sessions, riders the minibus, and people's hours the visits."""
    people, p = model.world.people, model.p
    visits = 0
    for hub in model.hubs:
        trips = int(hub.minibus_seats * p.hub_minibus_trips_per_session)
        visits += hub.visits_this_month
        for what, number, most in (
            ("visits", hub.visits_this_month, SESSIONS_A_MONTH * hub.seats),
            ("riders", hub.riders_this_month, SESSIONS_A_MONTH * trips),
        ):
            _unless(
                model,
                0 <= number <= most,
                f"{hub.key} had {number} {what}, room for {most}",
            )
    rows = np.flatnonzero(people.hub_hours)
    share = people.hub_hours[rows].astype(np.float64) / p.hub_hours_per_session
    by_person = np.rint(share * SESSIONS_A_MONTH).astype(np.int64)
    over = by_person > SESSIONS_A_MONTH
    _refuse(model, over, "somebody came to more sessions than were held", rows)
    _unless(
        model,
        int(by_person.sum()) == visits,
        f"hubs counted {visits} visits, people {int(by_person.sum())}",
    )


def hubs_meet_only_when_open(model: CommunityModel) -> None:
    """Nobody belongs to, attends or volunteers at a hub that is closed or is not there."""
    people = model.world.people
    opened = np.array([*(hub.open for hub in model.hubs), True])  # the last answers for none
    for name in ("hub", "hub_volunteer"):
        rows = np.flatnonzero(getattr(people, name) >= 0)
        column = getattr(people, name)[rows]
        _refuse(model, column >= len(model.hubs), f"{name}: there is no such hub", rows)
        _refuse(model, ~opened[column], f"{name}: the hub is closed", rows)
    came = (people.hub_hours > 0) | people.by_minibus
    _refuse(model, came & (people.hub < 0), "somebody who belongs to no hub attended one")
    _refuse(model, ~people.at_home & came, "a care-home resident attended a hub")
    _refuse(
        model,
        (people.hub_volunteer >= 0) & ~people.volunteers,
        "somebody who does not volunteer does so at a hub",
    )


def visits_fit_their_places(model: CommunityModel) -> None:
    """No scheme of visits has more people than places, and nobody is in one that is not there."""
    over, nowhere = out_of_place(model.schemes, model.world.people)
    _unless(model, not over, f"more people than places: {over}")
    _refuse(model, nowhere, "somebody is visited by a scheme that is not there")


def council_care_has_clients(model: CommunityModel) -> None:
    """Clients live at home and do not wait; packages and paid minutes belong to clients only."""
    people = model.world.people
    client, waiting = people.client > 0, people.waiting > 0
    _refuse(model, client & ~people.at_home, "a care-home resident has council care at home")
    _refuse(model, waiting & ~people.at_home, "a care-home resident waits for care at home")
    _refuse(model, client & waiting, "a client waits for the care they already have")
    _refuse(model, (people.package > 0) & ~client, "somebody has a package who is no client")
    _refuse(
        model,
        (people.formal_minutes > 0) & ~client & (people.reablement_months == 0),
        "council care is delivered to somebody who is no client and not in reablement",
    )


def charges_are_for_council_care(model: CommunityModel) -> None:
    """Only council clients are charged; reablement is for people at home, and nobody is owed."""
    people = model.world.people
    supported = (people.client > 0) | (people.care_home == CareHome.COUNCIL)
    _refuse(model, (people.charge_pence > 0) & ~supported, "somebody is charged for no care")
    _refuse(model, people.charge_pence < 0, "somebody is charged less than nothing")
    inside = (people.reablement_months > 0) & ~people.at_home
    _refuse(model, inside, "a care-home resident has reablement at home")


def workers_fill_one_post(model: CommunityModel) -> None:
    """Each paid carer fills one post; a vacant post has nobody in it."""
    posts = model.posts
    worker = posts.worker[posts.filled]
    _unless(model, np.unique(worker).size == worker.size, "one care worker fills two posts")
    _unless(model, bool((worker > 0).all()), "a filled post has nobody in it")
    _unless(
        model, not bool((posts.worker[~posts.filled] > 0).any()), "somebody works in a vacant post"
    )


def beds_and_staff_are_never_exceeded(model: CommunityModel) -> None:
    """Nobody lives in a bed that is not there, and no provider gives minutes it cannot staff."""
    people, services = model.world.people, model.market.services
    served = people.provider >= 0
    _refuse(model, people.provider >= len(services), "somebody's provider is not there")
    row = people.provider[served]
    living = np.bincount(row[~people.at_home[served]], minlength=len(services))
    given = np.bincount(row, weights=people.formal_minutes[served], minlength=len(services))
    for each in services:
        _unless(
            model,
            not each.lives_in or int(living[each.row]) <= each.beds,
            f"{each.name} has {living[each.row]} residents in {each.beds} beds",
        )
        _unless(
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
    _refuse(model, served & (people.provider < 0), "somebody has care of no provider")
    _refuse(model, ~served & (people.provider >= 0), "somebody without care has a provider")
    opened = np.array([*(each.open for each in services), True])  # the last answers for none
    _refuse(model, ~opened[people.provider], "somebody has care of a provider that has closed")
    home = np.array([*(each.kind in CARE_HOMES for each in services), False])
    _refuse(model, home[people.provider] & people.at_home, "somebody at home has a care-home bed")
    _refuse(model, ~home[people.provider] & ~people.at_home, "a care-home resident has no home")
    closed = np.array([not each.open for each in services])
    _unless(
        model,
        not bool(closed[model.posts.employer].any()),
        "there is a post in a provider that has closed",
    )


def money_is_neither_made_nor_lost(model: CommunityModel) -> None:
    """All cash adds up to nothing, so does all time; the month is checked; the gaps add up."""
    ledger = model.ledger
    try:
        ledger.check(model.month)
    except LedgerError as error:
        raise Impossible(str(error)) from None
    for side in (SHADOW, frozenset(Account) - SHADOW):
        left = sum(ledger.balance(account) for account in side)
        _unless(model, left == 0, f"the books are out by {left} pence")
    for council in (model.council.base_pence, model.council.spent_this_year):
        _unless(model, isinstance(council, int), "the council's money is not in whole pence")
    gap = model.money.gap if model.month else None
    if gap is not None:
        _unless(model, gap.fee + gap.demand + gap.need == gap.total, "the three gaps do not add up")
        apart = sum((each.gap for each in model.money.services.values()), Gap())
        _unless(model, apart == gap, "the gaps of the services do not add up to the place's")


INVARIANTS: tuple[Callable[[CommunityModel], None], ...] = (
    columns_in_range,
    everyone_in_one_place,
    partners_agree,
    ties_have_two_ends,
    the_gone_are_gone,
    need_is_met_once,
    care_given_is_care_received,
    carers_give_what_they_can,
    care_runs_along_ties,
    work_ends_at_pension_age,
    hubs_hold_their_seats,
    hubs_meet_only_when_open,
    visits_fit_their_places,
    council_care_has_clients,
    charges_are_for_council_care,
    workers_fill_one_post,
    beds_and_staff_are_never_exceeded,
    clients_have_an_open_provider,
    money_is_neither_made_nor_lost,
)
