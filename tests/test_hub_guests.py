"""Who comes to a hub, who comes back when it opens again, and what an activity elsewhere brings."""

from __future__ import annotations

import math

import numpy as np
import pytest
from towns import hubs, plan, town

from sim.agents import connector, hub, volunteer
from sim.agents.feelings import connect
from sim.agents.hub import Hub, HubPlan
from sim.agents.hub_wish import age_pull, walks_in, wish_for_company
from sim.luck import Luck
from sim.model import CommunityModel
from sim.world.columns import Columns

KEEN = {"hub_join_per_month": {"value": 0.02, "because": "so that a month shows who comes"}}


def a_hub(**said: object) -> CommunityModel:
    """A small town whose one hub has room for all, with nobody in it and no friends anywhere."""
    model = town(plan(overrides=KEEN))
    people = model.world.people
    people.hub[:] = -1
    people.z[:] = 0.0
    people.disposition[:] = 0.0
    people.company[:] = 20.0
    people.has_car[:] = True
    for each in model.hubs:
        each.open = False
    model.open_hub(Hub(model, HubPlan("a hub", 0, 5000, across_town=True, **said)))
    model.world.ties.friends.strength[:] = 0
    return model


def who_comes(model: CommunityModel) -> np.ndarray:
    """Who is a member after one month of joining: bool[n]."""
    world = model.world
    hub.join(model.hubs, world.people, world.ties, model.nearness, model.p, model.luck, 1)
    return np.asarray(world.people.hub >= 0)


def test_what_makes_people_come_is_what_the_registry_says() -> None:
    model = a_hub()
    people, p, rows = model.world.people, model.p, np.array([0, 1])
    people.company[rows] = [0.0, p.company_half_hours]
    alone, some = wish_for_company(people, p, rows)
    missed = 1.0 - math.exp(-1.0)
    assert alone / some == pytest.approx(math.exp(p.hub_pull_without_company * missed))
    people.company[rows], people.z[rows] = 20.0, [1.0, 0.0]
    bad, usual = wish_for_company(people, p, rows)
    assert bad / usual == pytest.approx(math.exp(p.hub_pull_per_z))
    people.disposition[rows] = [1.0, 0.0]
    shy, other = walks_in(people, p, rows)
    assert shy / other == pytest.approx(math.exp(-p.hub_shyness))
    people.age_months[rows] = [(int(p.hub_age_from) + 20) * 12, int(p.hub_age_from) * 12 - 1]
    old, young = age_pull(people, p, rows)
    assert old == pytest.approx(math.exp(20 * p.hub_pull_per_year)) and young == 1.0


def test_who_lacks_company_comes_sooner_and_nobody_is_lost() -> None:
    plenty, none = a_hub(), a_hub()
    none.world.people.company[:] = 0.0
    here, more = who_comes(plenty), who_comes(none)
    assert (more | ~here).all() and more.sum() > 2 * here.sum() > 0


def test_the_lonely_by_nature_hold_back_unless_somebody_fetches_them() -> None:
    came = {}
    for bus in (0, 5000):
        for nature in (0.0, 2.0):
            model = a_hub(minibus_seats=bus)
            people = model.world.people
            people.disposition[:] = nature
            people.has_car[:] = False
            people.age_months[:] = 90 * 12
            came[bus, nature] = who_comes(model)
    assert came[0, 2.0].sum() < came[0, 0.0].sum()
    assert (came[5000, 2.0] == came[5000, 0.0]).all() and came[5000, 0.0].any()


def test_only_a_club_for_older_people_draws_the_old_sooner() -> None:
    grown_old = {}
    for everybody in (False, True):
        for age in (61, 90):
            model = a_hub(all_ages=everybody)
            model.world.people.age_months[:] = age * 12
            grown_old[everybody, age] = who_comes(model)
    assert grown_old[False, 90].sum() > grown_old[False, 61].sum()
    assert (grown_old[True, 90] == grown_old[True, 61]).all()


def test_a_hub_asks_its_guests_to_help_before_it_asks_the_street() -> None:
    model = a_hub()
    people, p = model.world.people, model.p.replaced({"hub_volunteer_asked_says_yes": 1.0})
    people.area[:] = 0
    people.at_home[:] = True
    people.need[:] = 0
    people.hub_volunteer[:] = -1
    here = model.hubs[-1].row
    people.hub[:5] = here
    volunteer.recruit(people, here, 0, 7, p, Luck(1), 1)
    helpers = np.flatnonzero(people.hub_volunteer == here)
    assert helpers.size == 7 and set(range(5)) <= set(helpers.tolist())


def closed_after(months: int, **said: object) -> list[list[Hub]]:
    """The hubs of a plan in each month of a year; all close in month `months`."""
    model = town(plan(hubs(opening_months=3, **said)), years=2)
    seen = []
    for month in range(1, 13):
        model.step()
        mine = [each for each in model.hubs if each.funded]
        if month == months:
            for each in mine:
                each.open = False
        seen.append(mine)
    return seen


def test_a_hub_that_closed_opens_again_while_its_money_lasts() -> None:
    """Money lasts: another opens as long after as the first took. It ends: none does."""
    ended = closed_after(5, end_month=4)
    assert len(ended[4]) == len(ended[11]) > 0
    lasting = closed_after(5)
    first = len(lasting[4])
    assert [len(each) for each in lasting[4:9]] == [first] * 4 + [2 * first]
    assert len({each.key for each in lasting[11]}) == 2 * first == len(lasting[11])
    assert {each.area for each in lasting[11][first:]} == {each.area for each in lasting[4]}


def test_an_activity_elsewhere_is_company_until_it_is_left() -> None:
    model = town()
    people, p = model.world.people, model.p
    rows = np.flatnonzero(people.at_home)[:400]
    connect(people, model.world.ties, p)
    before = people.company.copy()
    people.activity_hours[rows] = 1.5
    connect(people, model.world.ties, p)
    gained = people.company - before
    assert gained[rows] == pytest.approx(1.5 * p.company_hub, abs=1e-4)
    assert not np.delete(gained, rows).any()
    connector.leave_activities(people, True, p, Luck(1), 1)
    left = still(people)
    assert 0.9 * 400 < left < 400
    connector.leave_activities(people, False, p, Luck(1), 2)
    assert still(people) == 0


def still(people: Columns) -> int:
    return int((people.activity_hours > 0).sum())
