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

from sim import chronicle, diary
from sim.agents import (
    books,
    circle,
    connector,
    funnel,
    gap,
    groups,
    hub,
    jobs,
    means_test,
    payers,
    providers,
    reablement,
    visits,
    volunteer,
)
from sim.agents.agentset import ColumnAgentSet, Everyone
from sim.agents.calendar import pence_due
from sim.agents.carer import BoundaryCare, CaringTies
from sim.agents.crisis import Events, move_to_care_home
from sim.agents.employers import HOME_CARE
from sim.agents.feelings import age_effect
from sim.agents.gap_moved import GapYears
from sim.agents.hub import Hub
from sim.agents.outside import OutsideWorld
from sim.agents.resident import Carer, Resident
from sim.agents.risk import raw_multipliers
from sim.agents.service import POST_COLUMNS, PaidCarer, Service
from sim.agents.terms import Terms
from sim.gathering import Gathering
from sim.luck import Luck
from sim.money import Ledger
from sim.opening import opening
from sim.outcomes import MEASURES
from sim.policies.lever import Lever
from sim.policies.shocks import strike
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
        self.ledger, self.gap_years = Ledger(), GapYears()
        self.diary, self.lives = diary.Diary(), diary.Lives()
        self.keep_lives = bool(settings.lives)
        self.chronicle = chronicle.Chronicle()
        self.residents = ColumnAgentSet(self.world.people, Resident, self)
        self.posts = Columns(POST_COLUMNS)
        self.paid_carers = ColumnAgentSet(self.posts, PaidCarer, self)
        self.age_effect = age_effect(self.p)
        self.caring, self.boundary = CaringTies.none(), BoundaryCare(0, 0)
        self.events = Events.none(len(self.world.people))
        self.risks = raw_multipliers(self.world.people, self.norms, self.p)
        self.hubs: list[Hub] = []
        self.outside = OutsideWorld()
        self.terms = Terms()
        self.plan_states: dict[int, dict[str, int]] = {}
        self.open_the_place(start)
        for key in MEASURES:  # before the first month there is nothing to report
            setattr(self, key, float("nan"))
        if not settings.feedback:
            self.council.switches = self.council.switches.without_pressure()

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
        self.chronicle.write(self)
        self.running = self.month < self.horizon

    def turn_calendar(self) -> None:
        """Calendar: shocks; the April budget; what plans pay this month."""
        self.council.new_month()
        self.readiness.new_month(self.p)
        self.terms.new_month()
        strike(self, self.plan.shock, self.month - 1)
        if self.month % 12 == 1:
            self.council.april(self.p, 1 + self.month // 12)
            self.world.ties.put_in_order()
        blocks = list(enumerate(self.plan.invest))
        for number, lever in sorted(blocks, key=lambda block: not block[1].acts_first):
            self._invest(number, lever)
        self.terms.agree(self.market)

    def live_and_die(self) -> None:
        """Demography: moves into care homes, a month older, deaths, moves, newcomers, grief."""
        self.funnel = funnel.open_month(self.world.people, self.events)
        move_to_care_home(
            self.world.people, self.events, self.market, self.p, self.luck, self.month
        )
        self.residents.do("grow_older")
        self.residents.do("die")
        self.residents.do("move_house")

    def meet_and_part(self) -> None:
        """Ties: people meet at home, in the street, through interests; ties warm or fade."""
        self.residents.do("meet")

    def gather(self) -> None:
        """Community: hubs open, fill and close; connectors introduce; people volunteer."""
        people, ties, p = self.world.people, self.world.ties, self.outside.now(self.p)
        squeezed = p.prevention_squeeze_felt * (1.0 - self.council.prevention_share)
        decay = p.infrastructure_decay_annual
        decay *= 1.0 + squeezed * (p.grant_end_failure_hazard_multiplier - 1.0)
        groups.keep_in_step(self.hubs, people)
        hub.leave_and_close(self.hubs, people, p, self.luck, self.month, decay)
        connector.a_month_passes(people)
        connector.leave_activities(people, self.outside.hubs_open, p, self.luck, self.month)
        held = any(each.holds_circles for each in self.connectors)
        circle.let_go(people, ties.friends, held, p, self.luck, self.month)
        self.elsewhere.new_month()
        for each in self.connectors:
            each.work(self.hubs, self.world, p, self.luck, self.month)
        visits.hold(self.schemes, people, p, self.luck, self.month)
        hub.join(self.hubs, people, ties, self.nearness, p, self.luck, self.month)
        groups.fill_groups(self)
        hub.hold_sessions(self.hubs, people, ties, p, self.luck, self.month)
        self.residents.do("volunteer")
        for each in self.hubs:
            if each.open and each.paid_lead and not each.plan.group:
                wanted = round(each.seats / p.guests_per_hub_volunteer)
                volunteer.recruit(people, each.row, each.area, wanted, p, self.luck, self.month)
                if each.funded:
                    people.reached[people.hub_volunteer == each.row] = True

    def care(self) -> None:
        """Care: kin first, then companions, then the funnel of council care; the rest is unmet."""
        people, p = self.world.people, self.terms.now(self.outside.now(self.p))
        self.residents.do("help_each_other")
        self.market.staff(people, p)
        funnel.pass_through(
            people, self.council.rules_now, p, self.luck, self.month, self.market, self.funnel
        )
        self.market.count(people, p)
        self.residents.do("receive_care")
        self.funnel.reablement_minutes = reablement.deliver(
            people, self.market.commission_reablement, p
        )

    def work(self) -> None:
        """Workforce and market: leavers and hires; care handed back; providers close and open."""
        people, p = self.world.people, self.p
        fees = books.fees_now(self.council, p)
        self.market.work(people, fees, p, self.luck, self.month)
        providers.enter(self, self.market, p, self.luck, self.month)

    def health(self) -> None:
        """Health and crisis: need starts, worsens, recovers; hospital, care home, safeguarding."""
        self.residents.do("fall_ill_and_recover")
        self.residents.do("meet_crisis")

    def pay(self) -> None:
        """Money: every pound is posted from a payer to a payee."""
        people = self.world.people
        means_test.charge(people, books.fees_now(self.council, self.p), self.p, self.luck)
        given = int(people.care_minutes.sum()) + self.boundary.given
        self.money = books.close_month(
            self.ledger, self.month, people, self.council, self.events, given, self.p
        )
        fees = books.fees_now(self.council, self.p)
        services = gap.volumes(people, fees, self.p)
        self.money.services, self.money.gap = services, gap.total(services)
        self.gap_years.add(self.month, people, services, self.p)
        self.funnel.take_on(people, means_test.run_down(people, self.p, self.luck))

    def write_diary(self) -> None:
        """Diary: outcomes written down, for everyone and for each person's year."""
        people = self.world.people
        counted = diary.count(people, self.events, self.norms, self.p)
        told = self._money_per_head() | self.market.measures(len(people))
        latest = self.diary.write(diary.cell_of(people), counted, told)
        self.diary.jobs.append(jobs.by_group(self.posts, len(people)))
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

    def follow(self, *residents: Any) -> None:
        """Write down from now on what happens to these residents (agents or identities)."""
        self.chronicle.follow(self, map(chronicle.identity_of, residents))

    def story(self, resident: Any) -> Any:
        """A resident's years so far in plain dated lines; raises UserMistake for a stranger."""
        return chronicle.story(self, resident)

    @property
    def reached(self) -> NDArray[np.uint64]:
        """Identities the plan has reached so far, departed people among them."""
        now = self.world.people.id[self.world.people.reached]
        return np.unique(np.concatenate([*self.reached_and_gone, now]))

    @property
    def home_care(self) -> Service:
        """The first of the place's home care agencies still open."""
        return self.market.of(*HOME_CARE)[0]

    @property
    def leavers(self) -> int:
        """Care workers who left their post this month."""
        return self.market.leavers

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
        heads = self.people_of_all_ages
        if self.money.gap is None:
            raise RuntimeError("the month's books were not closed before the diary was written")
        gaps = gap.per_head(self.money.services, heads) | self.gap_years.per_head(heads)
        heads *= PENCE_PER_POUND
        return gaps | {
            "council_budget_gbp_per_head": self.council.base_pence / heads,
            "council_spend_gbp_per_head": self.money.council_net / heads,
            "nhs_spend_gbp_per_head": self.money.nhs / heads,
            "adults_per_head": len(self.world.people) / self.people_of_all_ages,
            **self.council.figures(heads),
            **payers.per_head(self.ledger.month_totals(self.month), self.people_of_all_ages),
        }

    def gap_against(self, base: CommunityModel) -> list[tuple[int, str, float]]:
        """What sets this world's funding gap apart from another's, by year and mover."""
        months = min(self.month, base.month)
        return self.gap_years.against(base.gap_years, months, self.people_of_all_ages)

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
