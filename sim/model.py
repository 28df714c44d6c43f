"""The living room: one month, told in order.

`CommunityModel` is a Mesa model; one step is one month, the first April 2024. Residents live in
columns (`sim.world.people`); hubs, connectors, services and the council are ordinary Mesa agents.
Each phase is one line; the work is in the rooms it names. Within a phase everyone reads the old
state and writes the new, so the order of people never matters.
"""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim import diary
from sim.agents import books, funnel, hub, volunteer
from sim.agents.agentset import ColumnAgentSet, Everyone
from sim.agents.calendar import pence_due
from sim.agents.carer import BoundaryCare, CaringTies
from sim.agents.crisis import Events, move_to_care_home
from sim.agents.feelings import age_effect
from sim.agents.hub import Hub
from sim.agents.resident import Carer, Resident
from sim.agents.risk import raw_multipliers
from sim.agents.service import POST_COLUMNS, PaidCarer
from sim.gathering import Gathering
from sim.luck import Luck
from sim.money import Ledger
from sim.opening import opening
from sim.outcomes import MEASURES
from sim.policies.lever import Lever
from sim.settings import settings_from
from sim.units import PENCE_PER_POUND
from sim.world.bands import Care
from sim.world.columns import Columns


class CommunityModel(Gathering):
    """A real place, its people, carers, hubs, services and council, month by month.

    `CommunityModel(place="Brighton and Hove", residents=10_000, plan="bevy_hub", rng=1)`. Settings
    are those of `sim.settings.Settings`; a mistake in one raises `UserMistake`.
    """

    def __init__(self, scenario: Any = None, **overrides: Any) -> None:
        settings = settings_from(scenario, overrides)
        super().__init__(scenario=settings, rng=settings.rng)
        start = opening(settings)
        self.place, self.sample, self.plan = start.place, start.sample, start.plan
        self.p, self.norms, self.world = start.p, start.norms, start.world
        self.luck = Luck(int(settings.rng))
        self.horizon = int(settings.years) * 12
        self.month = 0
        self.ledger = Ledger()
        self.diary, self.lives = diary.Diary(), diary.Lives()
        self.keep_lives = bool(settings.lives)
        self.residents = ColumnAgentSet(self.world.people, Resident, self)
        self.posts = Columns(POST_COLUMNS)
        self.paid_carers = ColumnAgentSet(self.posts, PaidCarer, self)
        self.age_effect = age_effect(self.p)
        self.caring, self.boundary = CaringTies.none(), BoundaryCare(0, 0)
        self.events = Events.none(len(self.world.people))
        self.risks = raw_multipliers(self.world.people, self.norms, self.p)
        self.hubs: list[Hub] = []
        self.plan_states: dict[int, dict[str, int]] = {}
        self.open_the_place(start)
        for key in MEASURES:  # before the first month there is nothing to report
            setattr(self, key, float("nan"))
        self.council.feedback = bool(settings.feedback)

    def step(self) -> None:
        """One month, in the order a month happens."""
        self.month += 1
        self.turn_calendar()
        self.live_and_die()
        self.meet_and_part()
        self.gather()
        self.care()
        self.work()
        self.residents.do("feel")
        self.health()
        self.pay()
        self.write_diary()
        self.running = self.month < self.horizon

    def turn_calendar(self) -> None:
        """Calendar: the April budget; what plans pay this month."""
        if self.month % 12 == 1:
            self.council.april(self.p, 1 + self.month // 12)
        self.council.new_month()
        for number, lever in enumerate(self.plan.invest):
            self._invest(number, lever)

    def live_and_die(self) -> None:
        """Demography: moves into care homes, a month older, deaths, moves, newcomers, grief."""
        move_to_care_home(self.world.people, self.events)
        self.residents.do("grow_older")
        self.residents.do("die")
        self.residents.do("move_house")

    def meet_and_part(self) -> None:
        """Ties: people meet at home, in the street, through interests; ties warm or fade."""
        self.residents.do("meet")

    def gather(self) -> None:
        """Community: hubs open, fill and close; connectors introduce; people volunteer."""
        people, ties, p = self.world.people, self.world.ties, self.p
        squeezed = 1.0 - self.council.prevention_share
        decay = p.infrastructure_decay_annual
        decay *= 1.0 + squeezed * (p.grant_end_failure_hazard_multiplier - 1.0)
        hub.leave_and_close(self.hubs, people, p, self.luck, self.month, decay)
        for connector in self.connectors:
            connector.work(self.hubs, people, p, self.luck, self.month)
        hub.join(self.hubs, people, ties, self.nearness, p, self.luck, self.month)
        hub.hold_sessions(self.hubs, people, ties, p, self.luck, self.month)
        self.residents.do("volunteer")
        for each in self.hubs:
            if each.open and each.paid_lead:
                wanted = round(each.seats / p.guests_per_hub_volunteer)
                volunteer.recruit(people, each.row, each.area, wanted, p, self.luck, self.month)
                if each.funded:
                    people.reached[people.hub_volunteer == each.row] = True

    def care(self) -> None:
        """Care: kin first, then companions, then the funnel of council care; the rest is unmet."""
        people, p = self.world.people, self.p
        self.residents.do("help_each_other")
        self.home_care.staff(self.posts, p)
        self.home_care.commissioned_minutes = funnel.agency_minutes(people)
        spare = self.home_care.deliverable_minutes - self.home_care.commissioned_minutes
        self.funnel = funnel.pass_through(
            people, self.council.rules_now, p, self.luck, self.month, max(spare, 0)
        )
        self.home_care.commissioned_minutes = funnel.agency_minutes(people)
        self.residents.do("receive_care")

    def work(self) -> None:
        """Workforce and market: leavers and hires; providers paid under cost hand care back."""
        wanted = self.home_care.posts_wanted(
            funnel.agency_minutes_wanted(self.world.people), self.p
        )
        self.home_care.open_posts(self.posts, wanted, self.p, self.luck)
        self.leavers = self.home_care.hire_and_lose(self.posts, self.p, self.luck, self.month)
        fees = books.fees_now(self.council, self.p)
        self.home_care.fee_gbp_per_hour = fees.home_care_hour / PENCE_PER_POUND
        self.home_care.price_gbp_per_hour = fees.home_care_price_hour / PENCE_PER_POUND
        short = -self.home_care.margin
        funnel.hand_back(self.world.people, short, self.p, self.luck, self.month)

    def health(self) -> None:
        """Health and crisis: need starts, worsens, recovers; hospital, care home, safeguarding."""
        self.residents.do("fall_ill_and_recover")
        self.residents.do("meet_crisis")

    def pay(self) -> None:
        """Money: every pound is posted from a payer to a payee."""
        given = int(self.world.people.care_minutes.sum()) + self.boundary.given
        self.money = books.close_month(
            self.ledger, self.month, self.world.people, self.council, self.events, given, self.p
        )

    def write_diary(self) -> None:
        """Diary: outcomes written down, for everyone and for each person's year."""
        people = self.world.people
        counted = diary.count(people, self.events, self.norms, self.p)
        latest = self.diary.write(diary.cell_of(people), counted, self._money_per_head())
        for key, value in latest.items():
            setattr(self, key, value)
        if self.keep_lives:
            diary.add_to_year(people, counted)
            if self.month % 12 == 0:
                self.file_lives(np.arange(len(people)))
                for name in counted:
                    setattr(people, f"year_{name}", 0.0)

    def run(self) -> CommunityModel:
        """Run to the horizon; returns the model."""
        while self.month < self.horizon:
            self.run_for(1)
        return self

    @property
    def reached(self) -> NDArray[np.uint64]:
        """Identities the plan has reached so far, departed people among them."""
        now = self.world.people.id[self.world.people.reached]
        return np.unique(np.concatenate([*self.reached_and_gone, now]))

    @property
    def carers(self) -> ColumnAgentSet:
        """This month's unpaid carers: residents in the role, who are counted as residents."""
        return ColumnAgentSet(
            self.world.people, Carer, self, rows=np.flatnonzero(self.world.people.carer)
        )

    @property
    def agents(self) -> Any:
        """Everybody: residents and paid carers in columns, the few others as Mesa keeps them."""
        few = mesa.Model.agents.fget(self)
        return Everyone([self.residents, self.paid_carers, few], self.random)

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """Agent sets by class."""
        few: dict[type, Any] = mesa.Model.agents_by_type.fget(self)
        return {Resident: self.residents, PaidCarer: self.paid_carers, **few}

    @property
    def agent_types(self) -> list[type]:
        """Classes of agents in the model."""
        return list(self.agents_by_type)

    def _invest(self, number: int, lever: Lever) -> None:
        """Pay a lever what is due this month and let it act."""
        state = self.plan_state(lever)
        month = self.month - 1
        paid = state.get("paid", 0)
        pence = pence_due(
            lambda each: lever.funding_gbp(each, self.people_of_all_ages), month, paid
        )
        state["paid"] = paid + pence
        state["number"] = number
        lever.act(self, month, pence)

    def plan_state(self, lever: Lever) -> dict[str, int]:
        """What a lever remembers in this run."""
        number = next(row for row, each in enumerate(self.plan.invest) if each is lever)
        return self.plan_states.setdefault(number, {})

    def _money_per_head(self) -> dict[str, float]:
        gap, heads = self.money.gap, self.people_of_all_ages * PENCE_PER_POUND
        if gap is None:
            raise RuntimeError("the month's books were not closed before the diary was written")
        return {
            "fee_gap_gbp_per_head": gap.fee / heads,
            "demand_gap_gbp_per_head": gap.demand / heads,
            "need_gap_gbp_per_head": gap.need / heads,
            "funding_gap_gbp_per_head": gap.total / heads,
            "council_spend_gbp_per_head": self.money.council_net / heads,
            "nhs_spend_gbp_per_head": self.money.nhs / heads,
        }

    def commissioned_minutes_a_month(self) -> int:
        """Minutes of home care and direct payments the council buys in a month."""
        people = self.world.people
        bought = (people.client == Care.HOME_CARE) | (people.client == Care.DIRECT_PAYMENT)
        return books.minutes_a_month(int(people.formal_minutes[bought].astype(np.int64).sum()))

    def package_pence_a_month(self) -> int:
        """What the council's packages at home cost in a month, pence."""
        fees = books.fees_now(self.council, self.p)
        people = self.world.people
        return books.pay_for(int(people.package.astype(np.int64).sum()), fees.home_care_hour)
