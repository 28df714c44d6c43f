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

from sim.agents.visits import out_of_place
from sim.impossible import Impossible, refuse, unless
from sim.invariants_of_care import (
    beds_and_staff_are_never_exceeded,
    care_given_is_care_received,
    care_runs_along_ties,
    carers_give_what_they_can,
    charges_are_for_council_care,
    clients_have_an_open_provider,
    council_care_has_clients,
    need_is_met_once,
    workers_fill_one_post,
)
from sim.money import SHADOW, Account, Gap, LedgerError
from sim.units import SESSIONS_A_MONTH
from sim.world.bands import PENSION_AGE

if TYPE_CHECKING:
    from sim.model import CommunityModel

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]


def check(model: CommunityModel) -> None:
    """Raise `Impossible`, naming who, what and when, unless every invariant holds."""
    for invariant in INVARIANTS:
        invariant(model)


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
    refuse(
        model,
        people.at_home != (people.care_home == 0),
        "somebody lives both at home and in a care home, or in neither",
    )
    size = np.bincount(people.household)[people.household]
    refuse(model, people.household_size != size, "a household has not the size it says")
    refuse(model, ~people.at_home & (size > 1), "a care-home resident shares a household")
    areas = len(model.place_keys)
    refuse(
        model,
        (people.area < 0) | (people.area >= areas),
        "somebody lives in no neighbourhood of the place",
    )


def partners_agree(model: CommunityModel) -> None:
    """Partners name each other, share a home unless one is in care, and nobody is their own."""
    people = model.world.people
    rows = np.flatnonzero(people.partner >= 0)
    mate = people.partner[rows]
    refuse(model, people.partner[mate] != rows, "a partner does not name them back", rows)
    refuse(model, mate == rows, "somebody is their own partner", rows)
    apart = people.household[rows] != people.household[mate]
    rows, mate = rows[apart], mate[apart]
    both_home = people.at_home[rows] & people.at_home[mate]
    both_home &= (people.care_home[rows] == 0) & (people.care_home[mate] == 0)
    refuse(model, both_home, "partners live in two households", rows)


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
        unless(
            model,
            bool((model.world.people.row_of(gone) < 0).all()),
            "somebody who died or moved away is here again",
        )


def work_ends_at_pension_age(model: CommunityModel) -> None:
    """Whoever is in work is under 65 and, once the month is over, lives at home."""
    people = model.world.people
    older = people.age_months >= PENSION_AGE * 12
    refuse(model, people.employed & (older | ~people.at_home), "in work, but too old or in care")


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
            unless(
                model,
                0 <= number <= most,
                f"{hub.key} had {number} {what}, room for {most}",
            )
    rows = np.flatnonzero(people.hub_hours)
    share = people.hub_hours[rows].astype(np.float64) / p.hub_hours_per_session
    by_person = np.rint(share * SESSIONS_A_MONTH).astype(np.int64)
    over = by_person > SESSIONS_A_MONTH
    refuse(model, over, "somebody came to more sessions than were held", rows)
    unless(
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
        refuse(model, column >= len(model.hubs), f"{name}: there is no such hub", rows)
        refuse(model, ~opened[column], f"{name}: the hub is closed", rows)
    came = (people.hub_hours > 0) | people.by_minibus
    refuse(model, came & (people.hub < 0), "somebody who belongs to no hub attended one")
    refuse(model, ~people.at_home & came, "a care-home resident attended a hub")
    refuse(
        model,
        (people.hub_volunteer >= 0) & ~people.volunteers,
        "somebody who does not volunteer does so at a hub",
    )


def visits_fit_their_places(model: CommunityModel) -> None:
    """No scheme of visits has more people than places, and nobody is in one that is not there."""
    over, nowhere = out_of_place(model.schemes, model.world.people)
    unless(model, not over, f"more people than places: {over}")
    refuse(model, nowhere, "somebody is visited by a scheme that is not there")


def money_is_neither_made_nor_lost(model: CommunityModel) -> None:
    """All cash adds up to nothing, so does all time; the month is checked; the gaps add up."""
    ledger = model.ledger
    try:
        ledger.check(model.month)
    except LedgerError as error:
        raise Impossible(str(error)) from None
    for side in (SHADOW, frozenset(Account) - SHADOW):
        left = sum(ledger.balance(account) for account in side)
        unless(model, left == 0, f"the books are out by {left} pence")
    for council in (model.council.base_pence, model.council.spent_this_year):
        unless(model, isinstance(council, int), "the council's money is not in whole pence")
    gap = model.money.gap if model.month else None
    if gap is not None:
        unless(model, gap.fee + gap.demand + gap.need == gap.total, "the three gaps do not add up")
        apart = sum((each.gap for each in model.money.services.values()), Gap())
        unless(model, apart == gap, "the gaps of the services do not add up to the place's")


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
