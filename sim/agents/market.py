"""The market of care: what each provider is asked for, can staff, and is paid against its cost.

Looks at packages, beds, fees and posts; changes providers, posts and who is whose client. New
packages go to providers with room; short staff show as undelivered hours, never as care given.
Who opens and closes is told in `providers`, posts in `workforce`, beds in `homes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents import homes, micro, packages, providers, workforce
from sim.agents.employers import CARE_HOMES, HOME_CARE, SELLING, Employer, Usual
from sim.agents.outside import OutsideWorld
from sim.agents.service import Service
from sim.agents.terms import Terms
from sim.luck import Luck
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, PENCE_PER_POUND, THOUSAND
from sim.world.bands import Care
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.agents.books import Fees

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Market:
    """Every provider of a place, open or closed, in rows; rows are never used again.

    `reablement` is the council's team: `commission_reablement` says what is asked of it.
    """

    def __init__(self, posts: Columns, usual: Usual, ethnic: Floats, outside: OutsideWorld) -> None:
        self.services: list[Service] = []
        self.posts, self.usual, self.ethnic, self.outside = posts, usual, ethnic, outside
        self.private_asked = 0  # minutes a week private clients ask of home care agencies
        self.terms = Terms()  # what plans have agreed
        self.more_reablement = 0  # minutes a week a plan staffs the team for
        self.business_growth = 0.0  # 1: community businesses seek new work as agencies do
        self.reablement_minutes = 0  # what the team is staffed for
        self.usual_turnover = np.zeros(len(Employer))
        self.recent_leavers = 0.0  # a month, smoothed over a year
        self.leavers = self.hires = self.handed_back = 0  # this month
        self.closures = self.entries = 0  # the run so far
        self.kind_leavers = np.zeros(len(Employer), dtype=np.int64)
        self.kind_worker_months = np.zeros(len(Employer), dtype=np.int64)
        self.filled_by_service = np.zeros(0, dtype=np.int64)

    # --- who there is ----------------------------------------------------------------------------

    def of(self, *kinds: Employer) -> list[Service]:
        """Open providers of these kinds, by row."""
        return [each for each in self.services if each.open and each.kind in kinds]

    def add(self, service: Service) -> Service:
        """Give a new provider its row."""
        service.row = len(self.services)
        self.services.append(service)
        return service

    @property
    def reablement(self) -> Service:
        """The council's reablement team."""
        return self.of(Employer.REABLEMENT)[0]

    def commission_reablement(self, minutes: int) -> int:
        """Ask the team for so many minutes a week; returns what it can staff."""
        self.reablement.commissioned_minutes = minutes
        return self.reablement.council_minutes

    # --- what is asked and what can be given -----------------------------------------------------

    def tidy(self, people: Columns) -> None:
        """Nobody who has no care has a provider."""
        rows = np.flatnonzero(people.provider >= 0)
        without = (people.client[rows] == Care.NONE) & people.at_home[rows]
        people.provider[rows[without]] = -1

    def count(self, people: Columns, p: Parameters) -> None:
        """Minutes asked of each provider and beds lived in, as people's columns say."""
        size = len(self.services)
        rows = np.flatnonzero(people.provider >= 0)
        row = people.provider[rows].astype(np.int64)
        package = np.bincount(row, weights=people.package[rows], minlength=size).astype(np.int64)
        living = np.bincount(row, minlength=size)
        hours = {
            Employer.CARE_HOME_65: p.care_home_hours_per_resident_65plus,
            Employer.CARE_HOME_18_64: p.care_home_hours_per_resident_18_64,
        }
        for each in self.services:
            if each.lives_in:
                each.occupied = int(living[each.row])
            if each.kind in CARE_HOMES:
                asked = each.occupied * hours[each.kind] * MINUTES_PER_HOUR
                each.commissioned_minutes = round(asked)
            elif each.kind not in (Employer.REABLEMENT, Employer.SHARED_LIVES):
                each.commissioned_minutes = int(package[each.row])
        open_ones = self.of(*HOME_CARE)
        claims = self.share_out(self.private_asked, open_ones, p)
        for each in self.services:
            each.private_minutes = claims.get(each.row, 0)
        micro.keep_private(self)

    def staff(self, people: Columns, p: Parameters) -> None:
        """What filled posts can deliver in a week, against what is asked."""
        self.tidy(people)
        self.private_asked = packages.private_minutes(people, p)
        size = len(self.services)
        self.filled_by_service = np.bincount(
            self.posts.employer[np.flatnonzero(self.posts.filled)], minlength=size
        )
        for each in self.services:
            filled = self.filled_by_service[each.row]
            each.deliverable_minutes = int(filled * self.usual.minutes[each.kind])
        self.private_asked -= micro.serve_private(self, p)
        self.count(people, p)

    def share_out(self, minutes: int, among: Iterable[Service], p: Parameters) -> dict[int, int]:
        """Whole minutes by row of service, half in proportion to size and half alike; they add up.

        A community business takes part by its size and one more client, so that its share of the
        market stays what it is unless `business_growth` is raised, which a plan may do.
        """
        there = list(among)
        if not there or minutes <= 0:
            return {}
        size = np.array([each.commissioned_minutes for each in there], dtype=np.int64)
        agency = np.array([each.kind is not Employer.COMMUNITY_BUSINESS for each in there])
        mean = int(size.sum()) // len(there)
        client = mean * max(self.business_growth, 1.0 / p.clients_per_home_care_agency)
        weight = size + np.where(agency, mean, int(client)) + 1
        ends = minutes * np.cumsum(weight) // int(weight.sum())
        parts = np.diff(ends, prepend=0)
        return {each.row: int(part) for each, part in zip(there, parts, strict=True)}

    def delivered(self, people: Columns, rows: Whole, p: Parameters) -> Whole:
        """Minutes of their package each of `rows` is given, as far as providers have staff.

        Whole minutes, rounded down person by person, so no provider gives more than it can staff.
        Part of a direct payment is never turned into hours (row direct_payment_delivered).
        """
        can = np.array([each.council_minutes for each in self.services] + [0], dtype=np.int64)
        asked = np.array([each.commissioned_minutes for each in self.services] + [0])
        places = np.array([each.lives_in for each in self.services] + [False])
        can[places] = asked[places] = 1
        at = people.provider[rows]
        given = people.package[rows].astype(np.int64) * can[at] // np.maximum(asked[at], 1)
        bought = people.client[rows] == Care.DIRECT_PAYMENT
        given[bought] = np.floor(given[bought] * p.direct_payment_delivered)
        return np.asarray(given)

    def private_share_now(self) -> float:
        """Share of the hours private clients ask of agencies that can be staffed."""
        there = self.of(*HOME_CARE)
        micro_minutes = self.terms.micro_private_minutes
        asked = sum(each.private_minutes for each in there) + micro_minutes
        if not asked:
            return 1.0 if there else 0.0
        given = (
            min(each.private_minutes, each.deliverable_minutes - each.council_minutes)
            for each in there
        )
        return (sum(given) + micro_minutes) / asked

    # --- a month ---------------------------------------------------------------------------------

    def work(
        self, people: Columns, fees: Fees, p: Parameters, luck: Luck, month: int
    ) -> list[Service]:
        """Workforce, fees against cost, care handed back, closures; returns who closed."""
        self.count(people, p)
        self.keep_posts(people, p, luck)
        self._come_and_go(p, luck, month)
        self.set_fees(people, fees, p)
        self.handed_back = packages.hand_back(people, self, p, luck, month)
        return providers.close(self, people, p, luck, month)

    def keep_posts(self, people: Columns, p: Parameters, luck: Luck) -> None:
        """Posts for what is asked, and for care that should start in a month."""
        sight = packages.minutes_in_sight(people, p, luck)
        more = self.share_out(sight["home care"], self.of(*HOME_CARE), p)
        living = self.of(Employer.SUPPORTED_LIVING)
        more |= self.share_out(sight["supported living"], living, p)
        wanted = np.zeros(len(self.services), dtype=np.int64)
        for each in self.services:
            asked = each.commissioned_minutes + each.private_minutes + more.get(each.row, 0)
            asked = max(asked, each.staffed_for_minutes)
            if each.kind is Employer.REABLEMENT:
                usual = self.reablement_minutes + self.more_reablement
                asked = max(usual, each.commissioned_minutes)
            if each.open and each.kind is not Employer.SHARED_LIVES:
                wanted[each.row] = workforce.posts_wanted(asked, each, self.usual)
        workforce.keep_posts(self.posts, self.services, wanted, self.usual, luck)

    def supply(self, p: Parameters) -> tuple[float, float]:
        """People looking for care work over the usual number, and the share from overseas.

        Of usual hires, row leavers_recruited_within_sector come from the sector's own leavers (as
        many as leave now), overseas_share_of_hires from abroad, the rest from elsewhere.
        """
        filled = np.bincount(self.posts.kind[self.posts.filled], minlength=len(Employer))
        usual = float(filled @ self.usual_turnover) / 12
        pool = min(self.recent_leavers / usual, 2.0) if usual > 0 else 1.0
        within, abroad = p.leavers_recruited_within_sector, p.overseas_share_of_hires
        rest = max(1.0 - within - abroad, 0.0)
        abroad *= self.outside.overseas_recruitment
        total = within * pool + abroad + rest
        return total, abroad / total if total > 0 else 0.0

    def _come_and_go(self, p: Parameters, luck: Luck, month: int) -> None:
        posts, services = self.posts, self.services
        filled = np.bincount(posts.kind[posts.filled], minlength=len(Employer))
        supply, overseas = self.supply(p)
        left, vacant = workforce.leave(posts, services, self.usual, p, luck, month)
        hired = workforce.hire(
            posts, vacant, services, self.usual, supply, overseas, self.ethnic, p, luck, month
        )
        pay = workforce.pay_of(services, self.usual)
        working = np.flatnonzero(posts.filled)
        posts.pay[working] = pay[posts.employer[working]]
        self.leavers, self.hires = int(left.sum()) + self.terms.moved, int(hired.size)
        self.recent_leavers += (self.leavers - self.recent_leavers) / 12
        kinds = np.array([int(each.kind) for each in services])
        self.kind_leavers += np.bincount(kinds, weights=left, minlength=len(Employer)).astype(int)
        self.kind_worker_months += filled

    def set_fees(self, people: Columns, fees: Fees, p: Parameters) -> None:
        """What each provider is paid and what its care costs, this month."""
        hour = fees.home_care_hour, fees.home_care_price_hour
        younger, older = (
            (fees.care_home_week[row], fees.care_home_price_week[row]) for row in (0, 1)
        )
        told = {
            Employer.AGENCY: hour,
            Employer.COMMUNITY_BUSINESS: hour,
            Employer.REABLEMENT: (fees.home_care_price_hour, fees.home_care_price_hour),
            Employer.CARE_HOME_65: older,
            Employer.CARE_HOME_18_64: younger,
            Employer.SUPPORTED_LIVING: (
                fees.supported_living_week,
                fees.supported_living_price_week,
            ),
            Employer.PERSONAL_ASSISTANT: (fees.direct_payment_hour, fees.direct_payment_hour),
        }
        order, ends = providers.residents_by_home(people, len(self.services))
        for each in self.services:
            fee, price = told.get(each.kind, (0, 0))
            each.fee_gbp = fee / PENCE_PER_POUND * each.fee_ratio
            own = each.price_ratio if each.kind in SELLING else 1.0
            each.price_gbp = price / PENCE_PER_POUND * own
            if each.kind in CARE_HOMES:
                living = order[ends[each.row] : ends[each.row + 1]]
                each.fee_gbp = homes.income(people, each, living, each.fee_gbp, fees, p)
                if each.open:
                    homes.extend(each, p)
            each.months_under_cost = each.months_under_cost + 1 if each.margin < 0 else 0

    def raise_pay(
        self, uplift_gbp_per_hour: float, p: Parameters, kinds: Iterable[Employer] = HOME_CARE
    ) -> None:
        """Pass the usual share of a better fee on to the pay of these kinds of employer."""
        for each in self.of(*kinds):
            each.raise_pay(uplift_gbp_per_hour, self.usual.pay[each.kind], p)

    # --- what is told of it ----------------------------------------------------------------------

    def undelivered(self) -> dict[Employer, int]:
        """Minutes a week commissioned that nobody is there to deliver, by kind of employer."""
        told = dict.fromkeys(Employer, 0)
        for each in self.services:
            told[each.kind] += each.undelivered_minutes if each.open else 0
        return told

    def measures(self, residents: int) -> dict[str, float]:
        """This month's outcomes of the market and its workers, for the diary."""
        posts, nan = self.posts, float("nan")
        rows = np.flatnonzero(posts.filled)
        short = sum(
            minutes for kind, minutes in self.undelivered().items() if kind not in CARE_HOMES
        )
        workers = rows.size
        at_work = int(self.filled_by_service.sum())
        return {
            "undelivered_hours_per_1000": short / MINUTES_PER_HOUR / max(residents, 1) * THOUSAND,
            "filled_care_posts_per_1000": workers / max(residents, 1) * THOUSAND,
            "vacancy_rate": 1.0 - workers / len(posts) if len(posts) else nan,
            "turnover_rate": self.leavers * 12 / at_work if at_work else nan,
            "secure_contract_share": float(posts.secure[rows].mean()) if workers else nan,
            "care_worker_pay_gbp_per_hour": float(posts.pay[rows].mean(dtype=np.float64))
            if workers
            else nan,
            "months_in_post_mean": float(posts.months[rows].mean()) if workers else nan,
            "continuity_share": self.continuity(),
        }

    def continuity(self) -> float:
        """Of hours delivered, the share by workers a year or more in post; nan without any."""
        size = len(self.services)
        rows = np.flatnonzero(self.posts.filled)
        employer = self.posts.employer[rows]
        filled = np.bincount(employer, minlength=size)
        known = np.bincount(employer[self.posts.months[rows] >= 12], minlength=size)
        given = np.array([each.council_minutes if each.open else 0 for each in self.services])
        given = np.where(filled > 0, given, 0)
        if not given.sum():
            return float("nan")
        return float(given @ (known / np.maximum(filled, 1)) / given.sum())
