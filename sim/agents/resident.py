"""Residents: views of the columns, and the rules a month runs over all of them at once.

A `Resident` is made on demand; reading and writing it reads and writes the columns. Each rule
below is one phase's work for everybody; the work itself lives in the rooms it names.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents import (
    appeal,
    carer,
    companions,
    crisis,
    distress,
    employment,
    feelings,
    mutual_aid,
    need,
    packages,
    strain,
    volunteer,
)
from sim.agents.agentset import ColumnAgent, ColumnAgentSet, population_rule
from sim.agents.risk import raw_multipliers
from sim.luck import Decision
from sim.units import calendar_year
from sim.world import friends, lifecourse, neighbours
from sim.world.bands import SEXES, age_band
from sim.world.people import refresh

if TYPE_CHECKING:
    from sim.model import CommunityModel


def _model(people: ColumnAgentSet) -> CommunityModel:
    model: CommunityModel = people.model
    return model


class Resident(ColumnAgent):
    """One resident aged 16 or over. Attributes are the columns of `sim.world.people`.

    `loneliness` is the latent loneliness that the equations call z, in standard deviations.
    """

    also_called = MappingProxyType({"loneliness": "z"})

    @property
    def age(self) -> float:
        """Age in years."""
        return float(self.age_months) / 12

    @property
    def neighbors(self) -> list[Any]:
        """The nodes this resident is tied to in the social graph, as agents where they are one."""
        model: CommunityModel = self.model
        return model.neighbours_of(int(self.unique_id))

    @property
    def gender(self) -> str:
        """Sex in words."""
        return SEXES[int(self.sex)]

    @property
    def lonely(self) -> bool:
        """Whether the resident would answer 'often or always' this month."""
        model: CommunityModel = self.model
        return model.often_lonely(int(self.unique_id))

    @population_rule
    def grow_older(people: ColumnAgentSet) -> None:
        """A month passes: everyone is a month older."""
        people.columns.age_months += 1
        people.columns.band = age_band(people.columns.age_months)

    @population_rule
    def die(people: ColumnAgentSet) -> None:
        """Deaths by official rates, need, isolation; spouses grieve."""
        model, columns = _model(people), people.columns
        raw = model.risks["death"]
        chance = lifecourse.death_chances(columns, calendar_year(model.month))
        chance = chance * lifecourse.over_official(model.p, (model.month - 1) // 12)
        chance = chance * model.norms.divide("death", columns, raw)
        dead = model.luck.happens(Decision.DEATH, columns.id, model.month, np.minimum(chance, 1.0))
        rows = np.flatnonzero(dead)
        mates = columns.partner[rows]
        mates = mates[(mates >= 0) & ~dead[np.maximum(mates, 0)]]
        feelings.grieve(columns, mates.astype(np.int64), model.p)
        model.deaths = int(rows.size)
        model.dying = dead

    @population_rule
    def move_house(people: ColumnAgentSet) -> None:
        """Couples form and part, households leave, newcomers and 16-year-olds arrive."""
        model, columns = _model(people), people.columns
        lifecourse.form_and_part_couples(
            columns, model.dying, model.couple_tables, model.p, model.luck, model.month
        )
        leaving = lifecourse.moving_out(columns, model.p, model.luck, model.month)
        leaving = leaving[~model.dying[leaving]]
        model.departures = int(leaving.size)
        model.see_off(np.flatnonzero(model.dying), leaving)
        stayed = len(columns)
        model.welcome_newcomers()
        refresh(columns)
        new = np.arange(stayed, len(columns))
        employment.start_work(columns, new, model.p, model.luck)
        distress.start_distress(columns, new, model.norms, model.p)

    @population_rule
    def meet(people: ColumnAgentSet) -> None:
        """Ties: friends made and lost, neighbours turn over, companions drift apart."""
        model, columns, ties = _model(people), people.columns, people.model.world.ties
        p = model.outside.now(model.p)
        friends.make_and_lose_friends(columns, ties.friends, p, model.luck, model.month)
        neighbours.turn_over_neighbours(columns, ties.neighbours, model.p, model.luck, model.month)
        companions.fade_companions(columns, ties.companions, model.p, model.luck, model.month)

    @population_rule
    def volunteer(people: ColumnAgentSet) -> None:
        """Volunteers stop and start."""
        model = _model(people)
        led = np.array([each.paid_lead and not each.overloaded for each in model.hubs] + [True])
        left = np.array([each.overloaded and not each.paid_lead for each in model.hubs] + [False])
        args = model.p, model.luck, model.month, model.areas_overloaded, left
        volunteer.come_and_go(people.columns, led, *args)
        appeal.step_in(model)

    @population_rule
    def help_each_other(people: ColumnAgentSet) -> None:
        """Household, kin, friends and companions help before anybody is paid."""
        model, columns = _model(people), people.columns
        need.set_needed_minutes(columns, model.p)
        carer.care_outside(columns, model.world.areas, model.p, model.luck, model.month)
        model.caring, model.boundary = carer.give_care(
            columns, model.world.ties, model.p, model.luck
        )
        carer.take_the_role(columns, model.caring, model.p)
        volunteer.help_at_home(columns, model.p)
        aid = model.outside.mutual_aid, model.p, model.luck
        mutual_aid.help_out(columns, *aid, reaches=model.outside.mutual_aid_planned)
        model.areas_overloaded = appeal.help_near(columns, len(model.place_keys), model.p)
        room = np.maximum(columns.needed_minutes - columns.kin_minutes, 0)
        columns.community_minutes = np.minimum(columns.community_minutes, room)

    @population_rule
    def feel(people: ColumnAgentSet) -> None:
        """Loneliness, caring strain, life satisfaction, mental distress, work."""
        model, columns = _model(people), people.columns
        p = model.outside.now(model.p)
        feelings.feel(columns, model.world.ties, p, model.luck, model.month, model.age_effect)
        args = (model.p, model.luck, model.month)
        model.carer_support, placed = strain.support_carers(
            columns, *args, places=model.carer_support_places
        )
        columns.reached[placed] = True
        model.events.breakdown = strain.strain_and_breakdown(columns, model.caring, *args)
        feelings.wellbeing(columns, model.p)
        distress.be_distressed(columns, model.norms, model.p)
        employment.come_and_go_to_work(columns, *args)

    @population_rule
    def fall_ill_and_recover(people: ColumnAgentSet) -> None:
        """Need starts, worsens, recovers."""
        model, columns = _model(people), people.columns
        model.risks = raw_multipliers(columns, model.norms, model.p)
        need.drift_liability(columns, model.p, model.luck, model.month)
        onset = model.risks["onset"] * model.world.areas.need_ratio[columns.area]
        need.change_need(columns, onset, model.norms, model.p, model.luck, model.month)
        need.lose_memory(columns, model.p, model.luck, model.month)
        need.mark_disabled(columns, model.world.areas, model.p)

    @population_rule
    def meet_crisis(people: ColumnAgentSet) -> None:
        """Hospital, care home, safeguarding; events within 30 days are one crisis."""
        model, columns, events = _model(people), people.columns, people.model.events
        args = (columns, model.risks, model.norms, model.p, model.luck, model.month, events)
        crisis.hospital(*args, bedside=sum(each.bedside for each in model.connectors))
        crisis.care_home_entry(*args, turned_down=model.council.rules_now.turned_down)
        crisis.safeguarding(columns, model.p, model.luck, model.month, events)
        crisis.count_episodes(columns, model.p, model.luck, model.month, events)

    @population_rule
    def receive_care(people: ColumnAgentSet) -> None:
        """Paid care reaches people as far as it is staffed; the rest is bought or unmet."""
        model, columns = _model(people), people.columns
        packages.receive(columns, model.market, model.p)


class Carer(Resident):
    """An unpaid carer: a resident in the role, counted once, as a resident."""

    @property
    def hours_a_week(self) -> float:
        """Caring hours as the Census would count them."""
        return float(self.answered_hours)
