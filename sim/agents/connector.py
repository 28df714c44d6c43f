"""Connectors: people who find the lonely and introduce them to places, if there is a free place.

Looks at loneliness, need, who lives where and free places; changes caseloads, referrals,
membership and ties with neighbours. Finding need raises contacts with services first.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.agents.circle import draw_together
from sim.agents.companions import sit_down_elsewhere
from sim.agents.hub import Hub, admit, places_held, pull
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.world.columns import Columns
from sim.world.people import World

if TYPE_CHECKING:
    from sim.model import CommunityModel

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Remit:
    """What a connector is asked to do; today's link workers have the plain one.

    `areas` are rows of neighbourhoods (none: everywhere), `age_from` years, `circle` how many
    neighbours are brought round each person who says yes, `accompanies` whether somebody comes
    along the first times, `from_hospital` whether people just home from hospital come first,
    `takes_on` how many people a full post meets in a year and then walks alongside (0: nobody).
    """

    funded: bool = False
    areas: tuple[int, ...] = ()
    age_from: float = 0.0
    circle: int = 0
    accompanies: bool = False
    from_hospital: bool = False
    takes_on: float = 0.0


class OtherActivities:
    """Activities outside hubs: so many places come free each month, and wait a while for somebody.

    With today's referrals there are enough; with more connectors and no more places they fill.
    """

    def __init__(self, referrals_a_month: float, p: Parameters) -> None:
        self.a_month = referrals_a_month * p.referral_accepts_share * p.other_activity_free_share
        self.most = self.a_month * p.other_activity_kept_months
        self.free = self.most

    def new_month(self) -> None:
        """Places come free; what nobody took for long goes to others."""
        self.free = min(self.free + self.a_month, self.most)

    def take(self, found: Rows) -> Rows:
        """The first of those who found something, as far as whole places last."""
        taken = found[: int(self.free)]
        self.free -= taken.size
        return taken


class Connector(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """Connectors of one kind: `caseload` people a month, which may be part of a post."""

    def __init__(
        self,
        model: CommunityModel,
        kind: str,
        caseload_per_month: float,
        remit: Remit | None = None,
    ) -> None:
        super().__init__(model)
        self.kind = kind
        self.remit = remit or Remit()
        self.caseload_per_month = caseload_per_month
        self.referred = 0
        self.placed = 0
        self.carried_over = 0.0
        self.clients = np.zeros(0, dtype=np.uint64)
        self.year: deque[NDArray[np.uint64]] = deque(maxlen=12)  # clients of each month

    def work(self, hubs: list[Hub], world: World, p: Parameters, luck: Luck, month: int) -> None:
        """One month: take on people, offer a place where one is free, bring neighbours together.

        Referrals come by need as well as loneliness; P(activity) falls as free places run out.
        """
        people = world.people
        self.carried_over += self.caseload_per_month
        take = int(self.carried_over)
        self.carried_over -= take
        rows = self._find(people, take, p, luck, month)
        come_to_notice(people, rows, self.remit.funded)
        self.clients = people.id[rows]
        self._walk_alongside(people, p)
        self.referred += int(rows.size)
        share = p.accompanied_accepts_share if self.remit.accompanies else p.referral_accepts_share
        willing = rows[luck.happens(Decision.REFERRAL_RANK, people.id[rows], month, share)]
        self.placed += self._place(hubs, world, willing, p, luck, month)
        draw_together(people, world.ties.friends, willing, self.remit.circle, p, luck, month)

    def _walk_alongside(self, people: Columns, p: Parameters) -> None:
        """Be with everybody found within a year, whether they take up anything or not."""
        self.year.append(self.clients)
        if self.caseload_per_month <= 0 or self.remit.takes_on <= 0:
            return  # nobody is paid to
        rows = people.row_of(np.concatenate(self.year))
        hours = p.post_hours_per_week * p.connector_contact_share / self.remit.takes_on
        people.alongside_hours[rows[rows >= 0]] += np.float32(hours)

    @property
    def holds_circles(self) -> bool:
        """Whether somebody is paid to hold together those they have brought round people."""
        return self.remit.circle > 0 and self.caseload_per_month > 0

    @property
    def bedside(self) -> int:
        """Patients to be met on the ward this month: the first whom the next caseload takes on."""
        return int(self.carried_over + self.caseload_per_month) * self.remit.from_hospital

    def _find(self, people: Columns, take: int, p: Parameters, luck: Luck, month: int) -> Rows:
        """People referred this month: keyed draws weighted by loneliness and need.

        Each month chance brings a share of people to notice; the first of them in a weighted race
        are taken on. Members of a hub are not, nor anybody another connector found this month.
        """
        draw = luck.uniform(Decision.REFERRAL, people.id, month)
        noticed = draw > 1.0 - p.referral_noticed_share
        home = people.from_hospital & (people.need > 0) & self.remit.from_hospital
        fit = (noticed | home) & (people.hub < 0) & people.at_home & (people.referred < 12)
        if self.remit.areas:
            fit &= np.isin(people.area, self.remit.areas)
        if self.remit.age_from:
            fit &= people.age_months >= self.remit.age_from * 12
        if self.remit.takes_on and self.year:  # whoever is walked alongside is not taken on again
            mine = people.row_of(np.concatenate(self.year))
            fit[mine[mine >= 0]] = False
        rows = np.flatnonzero(fit)
        weight = np.exp(p.referral_per_z * people.z[rows] + p.referral_per_need * people.need[rows])
        score = -np.log(draw[rows]) / weight
        score[home[rows]] = -1.0  # before anybody else, and by identity among themselves
        if 0 < take < rows.size:  # most are out of the running before anybody is put in order
            first = score <= np.partition(score, take - 1)[take - 1]
            rows, score = rows[first], score[first]
        return np.asarray(rows[np.lexsort((people.id[rows], score))][:take])

    def _place(
        self, hubs: list[Hub], world: World, willing: Rows, p: Parameters, luck: Luck, month: int
    ) -> int:
        """Introduce each to a hub with a free place; some other activity exists outside hubs.

        An activity is company as a club's sessions are, begins ties with people who are not
        residents followed by name, as many as sit at a table, and ends as membership does.
        """
        people = world.people
        placed = introduce(hubs, people, willing, self.model.nearness, p, luck, month)
        left = willing[people.hub[willing] < 0]
        found = left[
            luck.happens(
                Decision.OTHER_ACTIVITY, people.id[left], month, p.other_activity_free_share
            )
        ]
        taken = self.model.elsewhere.take(found)
        hours = p.lunch_club_attendance_given_member * p.hub_hours_per_session
        fresh = taken[people.activity_hours[taken] <= 0]
        sit_down_elsewhere(people, world.ties.companions, fresh, p, month)
        people.activity_hours[taken] = hours
        return placed + int(taken.size)


def a_month_passes(people: Columns) -> None:
    """The year since a connector found somebody is a month shorter; visits begin anew."""
    people.alongside_hours = 0.0
    found = np.flatnonzero(people.referred)
    people.referred[found] -= 1


def leave_activities(
    people: Columns, places_open: bool, p: Parameters, luck: Luck, month: int
) -> None:
    """People drift away from activities as from hubs; all stop while places are shut."""
    rows = np.flatnonzero(people.activity_hours > 0)
    gone = luck.happens(Decision.ACTIVITY_LEAVE, people.id[rows], month, p.hub_leave_per_month)
    people.activity_hours[rows[gone | ~people.at_home[rows] | (not places_open)]] = 0.0


def come_to_notice(people: Columns, rows: Rows, funded: bool) -> None:
    """Somebody has seen how these people live: for a year they ask for care sooner."""
    people.referred[rows] = 12
    if funded:
        people.reached[rows] = True


def meet_at_the_bedside(
    people: Columns,
    there: Rows,
    missing: NDArray[np.float64],
    seats: int,
    p: Parameters,
    luck: Luck,
    month: int,
) -> Rows:
    """Coordinators see patients whose care at home is not ready; returns who gets home in time.

    `there` are rows of patients in need and `missing` the part of their care that is not ready, 0
    to 1; positions in `there` come back. What gets somebody home is blended help (family, a
    neighbour, a few paid hours) until care starts, which works out for `bedside_home_share`.
    """
    if seats <= 0:
        return there[:0]
    held_up = np.flatnonzero(missing > 0)
    ids = people.id[there[held_up]]
    line = np.lexsort((ids, luck.bits(Decision.BEDSIDE_RANK, ids, month)))[:seats]
    met, ids = held_up[line], ids[line]
    come_to_notice(people, there[met], True)
    return np.asarray(met[luck.happens(Decision.BEDSIDE, ids, month, p.bedside_home_share)])


def introduce(
    hubs: list[Hub],
    people: Columns,
    rows: Rows,
    nearness: NDArray[np.float64],
    p: Parameters,
    luck: Luck,
    month: int,
) -> int:
    """Each of `rows` goes to the hub that draws them most among those with a free place.

    What draws them is what draws people who come by themselves: nearness, a lift if they need one
    and people like them. Returns how many found a place.
    """
    held = places_held(hubs, people)
    free = np.array([hub.places(p) for hub in hubs], dtype=np.int64) - held
    some = np.flatnonzero(free > 0)
    if rows.size == 0 or some.size == 0:
        return 0
    drawn = np.stack([pull(hubs[row], people, rows, nearness, p) for row in some])
    placed, left = 0, np.arange(rows.size)
    while left.size:
        now = np.where(free[some, None] > 0, drawn[:, left], 0.0)
        best, strongest = np.argmax(now, axis=0), now.max(axis=0)
        left, best = left[strongest > 0], best[strongest > 0]
        for each in np.unique(best):
            hub = hubs[some[each]]
            got = admit(hub, people, rows[left[best == each]], int(free[hub.row]), p, luck, month)
            free[hub.row] -= got.size
            placed += int(got.size)
        left = left[people.hub[rows[left]] < 0]
    return placed
