"""Hubs: places where people meet. They open, fill, seat no more than their seats, and close.

Looks at who lives near, who needs a lift, who already comes; changes membership, attendance,
companion ties and the help companions give. A hub helps through four routes only: ties made
there, company on the day, purpose for volunteers, help given by companions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.agents.companions import companions_help, share_tables
from sim.agents.hub_wish import age_pull, needs_lift, walks_in, wish_for_company
from sim.luck import Decision, Luck, mix_ids, text_key
from sim.parameters import Parameters
from sim.units import SESSIONS_A_MONTH
from sim.world.bands import ETHNICITIES
from sim.world.columns import Columns
from sim.world.ties import FULL, EdgeList, Ties

if TYPE_CHECKING:
    from sim.model import CommunityModel

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
ALL = slice(None)


@dataclass
class HubPlan:
    """What a hub is made of; a plan or the starting provision fills it in."""

    key: str
    area: int
    seats: int
    minibus_seats: int = 0
    paid_lead: bool = False
    funded: bool = False
    ethnicities: tuple[int, ...] = ()
    bands: tuple[int, ...] = ()
    sexes: tuple[int, ...] = ()
    interests: tuple[int, ...] = ()
    all_ages: bool = False
    across_town: bool = False
    referred_only: bool = False
    group: str = ""  # a group by invitation only: volunteers or carers (see sim.agents.groups)


class Hub(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """One hub: seats at each weekly session, minibus seats, who it is for, open or closed."""

    def __init__(self, model: CommunityModel, plan: HubPlan) -> None:
        super().__init__(model)
        self.plan = plan
        self.key = plan.key
        self.unique_key = text_key(plan.key)
        self.area = plan.area
        self.seats = plan.seats
        self.minibus_seats = plan.minibus_seats
        self.paid_lead = plan.paid_lead
        self.funded = plan.funded
        self.open = True
        self.resting = False  # a volunteer-led group that has no volunteer does not meet
        self.lift_lent_by = -1  # the plan whose minibus fetches for this hub, -1 none
        self.months_open = 0
        self.row = -1
        self.grant_pence = 0
        self.overloaded = False  # its volunteers have too much to do, or its coordinator
        self.coproduced = 0.0  # 0 to 1: how far people it did not reach have shaped it
        self.visits_this_month = 0
        self.riders_this_month = 0

    @property
    def meets(self) -> bool:
        """Whether there are sessions: open, allowed to, and with somebody to run them."""
        return bool(self.open and self.model.outside.hubs_open and not self.resting)

    def places(self, p: Parameters) -> int:
        """Members the hub can hold: seats over the share who come to any one session."""
        if not self.meets:
            return 0
        if self.plan.group:
            return self.seats
        return int(self.seats / p.lunch_club_attendance_given_member)

    def welcomes(self, people: Columns, p: Parameters, rows: Rows | slice = ALL) -> Flags:
        """Who feels it is for them, of everybody or some: older people, or the groups named."""
        if self.plan.group:
            return np.zeros(people.area[rows].size, dtype=np.bool_)
        mask = people.age_months[rows] >= p.hub_age_from * 12
        if self.plan.all_ages:
            mask = np.ones(mask.shape, dtype=np.bool_)
        if self.plan.bands:
            mask = np.isin(people.band[rows], self.plan.bands)
        if self.plan.interests:
            mask = mask & np.isin(people.interest[rows], self.plan.interests)
        if self.coproduced >= 1.0:
            return np.asarray(mask)
        if self.plan.sexes:
            mask = mask & np.isin(people.sex[rows], self.plan.sexes)
        if self.plan.ethnicities:
            mask = mask & np.isin(people.ethnicity[rows], self.plan.ethnicities)
        return mask

    @property
    def for_the_old(self) -> bool:
        """Whether it is for older people, as lunch clubs are when a plan names nobody."""
        return not (self.plan.all_ages or self.plan.bands)

    def has_lift(self, p: Parameters) -> bool:
        """Whether the minibus had a seat free last month."""
        seats = self.minibus_seats * p.hub_minibus_trips_per_session
        return bool(seats > self.riders_this_month / SESSIONS_A_MONTH)


def leave_and_close(
    hubs: list[Hub], people: Columns, p: Parameters, luck: Luck, month: int, decay: float
) -> None:
    """Members drift away; hubs close by chance, sooner when a grant has ended."""
    chances = np.zeros(len(hubs))
    for at, hub in enumerate(hubs):
        if not hub.open:
            continue
        hub.months_open += 1
        ended = hub.funded and hub.grant_pence == 0
        chances[at] = decay * (p.grant_end_failure_hazard_multiplier if ended else 1.0) / 12
        if ended:
            _carry_on(hub, people, p)
    keys = mix_ids(np.array([hub.unique_key for hub in hubs], dtype=np.uint64))
    for at in luck.hit(Decision.HUB_CHANCE, keys, month, chances):
        hubs[at].open = False
    shut = np.array([not hub.open for hub in hubs] + [False])
    rows = np.flatnonzero(people.hub >= 0)
    drift = luck.happens(Decision.HUB_LEAVE, people.id[rows], month, p.hub_leave_per_month)
    bound = np.array([bool(hub.plan.group) for hub in hubs] + [False])
    drift &= ~bound[people.hub[rows]]  # a group by invitation is left by stopping what it is for
    squeezed = people.hub_seat[rows] >= np.array([hub.places(p) for hub in hubs])[people.hub[rows]]
    squeezed &= np.array([hub.funded and hub.grant_pence == 0 for hub in hubs])[people.hub[rows]]
    gone = rows[shut[people.hub[rows]] | drift | squeezed | ~people.at_home[rows]]
    people.hub[gone] = -1
    people.hub_volunteer[shut[people.hub_volunteer]] = -1
    people.hub_months = (people.hub_months + 1) * (people.hub >= 0)


def _carry_on(hub: Hub, people: Columns, p: Parameters) -> None:
    """After the grant: no paid lead, no minibus, and no more guests than its volunteers can serve.

    Its volunteers do the lead's work as well, and leave the sooner. A hub that never had a lead
    goes on as it was, and so does a group: its members carry it.
    """
    hub.minibus_seats = 0
    if hub.plan.paid_lead and not hub.plan.group:
        volunteers = int((people.hub_volunteer == hub.row).sum())
        hub.seats = min(hub.seats, int(volunteers * p.guests_per_hub_volunteer))
        hub.overloaded = True  # they do the lead's work as well
    hub.paid_lead = False


def join(
    hubs: list[Hub],
    people: Columns,
    ties: Ties,
    nearness: NDArray[np.float64],
    p: Parameters,
    luck: Luck,
    month: int,
) -> None:
    """People who feel it is for them come: who lacks company sooner, and who has a friend there.

    `nearness` float[hub, area] is 1 in the hub's own neighbourhood and fades with distance. The
    loneliest by nature rarely walk in by themselves: they come with a friend, or if the minibus
    has a seat for them.
    """
    if not any(hub.open for hub in hubs):
        return
    member = people.hub >= 0
    wish = p.hub_join_per_month * wish_for_company(people, p)
    brought, (drawn, there) = np.zeros(len(people)), _friends_there(member, ties.friends)
    brought[drawn] = p.hub_friend_pull * there / FULL
    alone = walks_in(people, p)
    # Nobody comes whom the best of hubs would not bring.
    best = max(1.0, p.hub_walk_in_share_needing_lift, float(nearness.max(initial=0.0)))
    most = wish * (np.maximum(alone, 1.0) + brought) * age_pull(people, p)
    most *= best * max(1.0, p.minority_reach_ratio_mainstream_hub)
    most *= ~member & people.at_home
    rows = luck.hit(Decision.HUB_JOIN, people.id, month, most)
    lift, wish, brought, alone = needs_lift(people, p, rows), wish[rows], brought[rows], alone[rows]
    older = age_pull(people, p, rows)
    draw = luck.uniform(Decision.HUB_JOIN, people.id[rows], month)
    held = places_held(hubs, people)
    members = np.flatnonzero(member)
    for hub in hubs:
        free = hub.places(p) - int(held[hub.row])
        if free <= 0 or hub.plan.group:
            continue
        near = nearness[hub.row][people.area[rows]]
        reach = np.where(lift, p.hub_walk_in_share_needing_lift, near)
        first_step = alone
        if hub.has_lift(p):
            reach = np.where(lift, 1.0, reach)
            first_step = np.where(lift, 1.0, alone)
        keen = wish * (first_step + brought) * (older if hub.for_the_old else 1.0)
        alike = _people_like_them(people, members, hub, p)[people.ethnicity[rows]]
        comes = (draw < keen * reach * alike) & hub.welcomes(people, p, rows)
        comes &= people.hub[rows] < 0
        if hub.plan.referred_only:
            comes &= people.referred[rows] > 0
        admit(hub, people, rows[comes], free, p, luck, month)


def pull(
    hub: Hub, people: Columns, rows: Rows, nearness: NDArray[np.float64], p: Parameters
) -> NDArray[np.float64]:
    """How much a hub draws each of `rows`, 0 for those who feel it is not for them: float64[rows].

    Nearness, a lift for those who need one and people like them; compared, never a chance.
    """
    lift = needs_lift(people, p, rows)
    fetched = 1.0 if hub.has_lift(p) else p.hub_walk_in_share_needing_lift
    reach = np.where(lift, fetched, 1.0) * nearness[hub.row][people.area[rows]]
    alike = _people_like_them(people, np.flatnonzero(people.hub == hub.row), hub, p)
    return np.asarray(reach * alike[people.ethnicity[rows]] * hub.welcomes(people, p, rows))


def _friends_there(member: Flags, friends: EdgeList) -> tuple[Rows, NDArray[np.float64]]:
    """Who has a friend who is a member of a hub, and how strong those friendships are together."""
    a, b = friends.a[: friends.inner], friends.b[: friends.inner]
    known_a, known_b = np.flatnonzero(member[b]), np.flatnonzero(member[a])
    who, place = np.unique(np.concatenate([a[known_a], b[known_b]]), return_inverse=True)
    strength = friends.strength[np.concatenate([known_a, known_b])]
    return who, np.bincount(place, weights=strength, minlength=who.size)


def places_held(hubs: list[Hub], people: Columns) -> NDArray[np.int64]:
    """Members of each hub."""
    return np.bincount(people.hub[people.hub >= 0], minlength=len(hubs))


def _people_like_them(
    people: Columns, members: Rows, hub: Hub, p: Parameters
) -> NDArray[np.float64]:
    """People come where someone like them already goes, less often elsewhere: by ethnic group."""
    here = members[people.hub[members] == hub.row]
    there = np.bincount(people.ethnicity[here], minlength=len(ETHNICITIES))
    more = 1.0 + hub.coproduced * (p.coproduction_reach_multiplier - 1.0)
    return np.where(there > 0, 1.0, min(p.minority_reach_ratio_mainstream_hub * more, 1.0))


def admit(
    hub: Hub, people: Columns, rows: Rows, free: int, p: Parameters, luck: Luck, month: int
) -> Rows:
    """Let people in as far as places last, in keyed order; returns who got in."""
    if rows.size == 0 or free <= 0:
        return rows[:0]
    order = luck.bits(Decision.HUB_RANK, people.id[rows], month)
    chosen = rows[np.lexsort((people.id[rows], order))][:free]
    people.hub_seat[chosen] = _free_seats(people, hub, chosen.size)
    people.hub[chosen] = hub.row
    people.hub_months[chosen] = 0
    if hub.funded:
        people.reached[chosen] = True
    return chosen


def _free_seats(people: Columns, hub: Hub, wanted: int) -> Rows:
    """The lowest regular seats nobody holds: tables stay together when somebody leaves."""
    held = people.hub_seat[people.hub == hub.row]
    free = np.bincount(held, minlength=held.size + wanted) == 0
    return np.flatnonzero(free)[:wanted]


def first_members(
    hub: Hub, people: Columns, nearness: NDArray[np.float64], p: Parameters, luck: Luck
) -> Rows:
    """Who belongs when the record opens: keyed draws weighted by what makes people join."""
    lift = np.where(needs_lift(people, p), p.hub_walk_in_share_needing_lift, 1.0)
    weight = nearness[hub.row][people.area] * lift * walks_in(people, p)
    weight = weight * wish_for_company(people, p) * age_pull(people, p)
    fit = hub.welcomes(people, p) & people.at_home & (people.hub < 0)
    draw = luck.exponential(Decision.HUB_JOIN, people.id, -hub.row)
    score = np.where(fit, draw / np.where(weight > 0, weight, 1.0), np.inf)
    number = min(hub.places(p), int(fit.sum()))
    rows = np.arange(len(people))
    if 0 < number < rows.size:  # most are out of the running before anybody is put in order
        rows = np.flatnonzero(score <= np.partition(score, number - 1)[number - 1])
    return np.asarray(rows[np.lexsort((people.id[rows], score[rows]))][:number])


def hold_sessions(
    hubs: list[Hub], people: Columns, ties: Ties, p: Parameters, luck: Luck, month: int
) -> None:
    """Four weekly sessions: who comes, who gets a seat, who rides, who sits with whom."""
    people.hub_hours = 0.0
    people.by_minibus = False
    members = np.flatnonzero(people.hub >= 0)
    came = np.zeros((SESSIONS_A_MONTH, len(people)), dtype=np.bool_)
    lift = np.zeros(len(people), dtype=np.bool_)
    lift[members] = needs_lift(people, p, members)
    for hub in hubs:
        hub.visits_this_month = 0
        hub.riders_this_month = 0
    if members.size:
        line = members[np.lexsort((people.hub_seat[members], people.hub[members]))]
        for week in range(SESSIONS_A_MONTH):
            key = mix_ids(people.id[line], week)
            wants = luck.happens(
                Decision.HUB_ATTEND, key, month, p.lunch_club_attendance_given_member
            )
            _seat(hubs, people, line[wants], lift, came[week], p)
        share = came[:, members].sum(axis=0) / SESSIONS_A_MONTH
        people.hub_hours[members] = share * p.hub_hours_per_session
    share_tables(people, ties.companions, members, came, p, month)
    companions_help(people, ties.companions, p)


def _seat(
    hubs: list[Hub],
    people: Columns,
    line: Rows,
    lift: NDArray[np.bool_],
    came: NDArray[np.bool_],
    p: Parameters,
) -> None:
    """Seat those who want to come, by regular seat; those who need a lift ride while seats last.

    Members who need a lift and find the bus full come as they would without one.
    """
    for hub in hubs:
        here = line[people.hub[line] == hub.row]
        if here.size == 0 or not hub.meets:
            continue
        riders = here[lift[here]]
        if hub.minibus_seats > 0:
            riding = riders[: int(hub.minibus_seats * p.hub_minibus_trips_per_session)]
            people.by_minibus[riding] = True
            hub.riders_this_month += int(riding.size)
        seated = here[: hub.seats]
        came[seated] = True
        hub.visits_this_month += int(seated.size)
