"""Promises of connectors' own time, and of people met at activities outside hubs."""

from __future__ import annotations

import numpy as np
import pytest
from towns import plan, town

from sim.agents.companions import fade_companions, share_tables, sit_down_elsewhere
from sim.agents.connector import Connector, Remit, a_month_passes
from sim.luck import Luck
from sim.model import CommunityModel
from sim.units import SESSIONS_A_MONTH
from sim.world.people import World
from sim.world.ties import FULL, OUTSIDE

NOBODY_CAME = np.zeros(0, dtype=np.int64)


@pytest.fixture
def place() -> CommunityModel:
    return town()


def months_at_tables(world: World, model: CommunityModel, months: int) -> None:
    """Months in which nobody goes to a hub here."""
    people = world.people
    came = np.zeros((SESSIONS_A_MONTH, len(people)), dtype=np.bool_)
    for month in range(months):
        share_tables(people, world.ties.companions, NOBODY_CAME, came, model.p, month)


def test_an_activity_elsewhere_begins_as_many_ties_as_a_table_has_others(place) -> None:
    """Three people at the table; hours as at a hub's, worked out by hand; none who goes to none."""
    world, p = place.world, place.p
    people, companions = world.people, world.ties.companions
    rows = np.flatnonzero(people.at_home)[[5, 50, 500]]
    before = companions.sum_strength(len(people))
    people.activity_hours[rows[:2]] = 1.5
    sit_down_elsewhere(people, companions, rows, p, 1)
    assert (companions.b[companions.inner :] == OUTSIDE).all()
    assert len(companions) - companions.inner == 3 * 3
    months_at_tables(world, place, 3)
    hours = 3 * 4 * 0.76**2 * 2 * 0.7 / (1 + 2 * 0.76) ** 0.5  # under ten: nobody meets elsewhere
    each = FULL * (1 - np.exp(-hours / 130))
    gained = (companions.sum_strength(len(people)) - before)[rows]
    assert gained[:2] == pytest.approx(3 * each, rel=0.01)
    assert gained[2] == 0


def test_who_comes_back_to_an_activity_finds_the_same_people(place) -> None:
    companions, rows = place.world.ties.companions, np.array([7, 8])
    for month in (1, 9):
        sit_down_elsewhere(place.world.people, companions, rows, place.p, month)
        assert len(companions) - companions.inner == 6


def test_ties_of_an_activity_last_while_it_does_then_four_in_ten_a_year(place) -> None:
    people, companions = place.world.people, place.world.ties.companions
    rows = np.arange(0, 900)
    companions.keep(np.zeros(len(companions), dtype=np.bool_))
    sit_down_elsewhere(people, companions, rows, place.p, 1)
    people.activity_hours[rows] = 1.5
    for month in range(1, 13):
        fade_companions(people, companions, place.p, Luck(1), month)
    assert len(companions) == 2_700
    people.activity_hours[rows] = 0.0
    for month in range(13, 25):
        fade_companions(people, companions, place.p, Luck(1), month)
    share = place.p.group_friendship_persistence_share
    assert len(companions) / 2_700 == pytest.approx(share, abs=0.04)


def test_a_connector_s_hours_are_shared_among_those_met_within_a_year(place) -> None:
    """A post of 37 hours, two fifths of it with people, for sixty people: a quarter of an hour."""
    people, p, luck = place.world.people, place.p, Luck(1)
    one = Connector(place, "one", 5.0, Remit(takes_on=60.0))
    met: list[int] = []
    for month in range(1, 15):
        a_month_passes(people)
        one.work(place.hubs, place.world, p, luck, month)
        met += one.clients.tolist()
        now = people.row_of(np.array(met[-60:], dtype=np.uint64))
        assert people.alongside_hours[now] == pytest.approx(37 * 0.4 / 60)
        assert np.count_nonzero(people.alongside_hours) == now.size
    one.caseload_per_month = 0.0  # nobody is paid any more
    a_month_passes(people)
    one.work(place.hubs, place.world, p, luck, 15)
    assert not people.alongside_hours.any()


def test_with_its_arrow_cut_nobody_is_walked_alongside() -> None:
    block = {"lever": "connectors", "gbp_per_head": 200.0}
    model = town(plan(block, arrows={"connect": False}))
    model.run_for(12)
    assert (model.world.people.referred > 0).any()
    assert not model.world.people.alongside_hours.any()
