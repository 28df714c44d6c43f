"""Levers of connection keep their promises: money buys capacity, capacity meets people, or nothing.

Connectors, networks, groups of interest, visits, digital sessions and lifts. Whatever they bring
comes by membership, ties, company and asking for care; cut that, and nothing is left but the bill.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from towns import people_now, plan, shuffle_rows, town, who_differs

from sim import invariants
from sim.agents import visits
from sim.agents.circle import draw_together, let_go
from sim.agents.connector import (
    Connector,
    OtherActivities,
    Remit,
    a_month_passes,
    introduce,
    meet_at_the_bedside,
)
from sim.agents.crisis import Events, hospital
from sim.agents.hub import Hub, HubPlan, places_held
from sim.errors import UserMistake
from sim.luck import Luck
from sim.model import CommunityModel
from sim.parameters import Parameters
from sim.policies.connectors import Connectors
from sim.policies.neighbourhood_networks import NeighbourhoodNetworks
from sim.scenario import Scenario, load
from sim.world.ties import Kind

PRESETS = {
    "local_area_coordination": 6.0,
    "link_workers_with_places": 6.0,
    "link_workers_alone": 3.0,
    "neighbourhood_networks": 5.0,
    "intergenerational_bs3": 1.5,
    "loneliness_service": 2.0,
    "connectors_or_visits": 6.0,
    "connectors_or_visits:visits": 6.0,
}
# Every lever at work at once, with money enough to be felt in a town of a thousand.
ALL = [
    {"lever": "connectors", "gbp_per_head": 60.0},
    {"lever": "connectors", "gbp_per_head": 20.0, "post": "circle_facilitator"},
    {"lever": "neighbourhood_networks", "gbp_per_head": 60.0, "opening_months": 0},
    {"lever": "interests", "gbp_per_head": 12.0, "opening_months": 0},
    {"lever": "befriending", "gbp_per_head": 5.0, "opening_months": 0},
    {"lever": "intergenerational", "gbp_per_head": 5.0, "opening_months": 0},
    {
        "lever": "intergenerational",
        "gbp_per_head": 2.0,
        "opening_months": 0,
        "visitors": "sixth_form",
    },
    {"lever": "digital", "gbp_per_head": 2.0, "opening_months": 0},
    {"lever": "community_transport", "gbp_per_head": 20.0, "opening_months": 0},
]


def lived(scenario: str | Scenario = "baseline", months: int = 12, **settings) -> CommunityModel:
    model = town(scenario, **settings)
    model.run_for(months)
    return model


@pytest.fixture(scope="module")
def base() -> CommunityModel:
    return lived()


@pytest.fixture(scope="module")
def quarter() -> CommunityModel:
    return lived(months=3)


@pytest.fixture(scope="module")
def busy() -> CommunityModel:
    """A town with every lever at work, its conscience asked each quarter."""
    model = town(plan(*ALL))
    for _quarter in range(4):
        model.run_for(3)
        invariants.check(model)
    return model


def penniless(scenario: Scenario) -> Scenario:
    blocks = [
        each.model_dump(exclude_none=True) | {"gbp_per_head": 0.0} for each in scenario.invest
    ]
    return plan(*blocks)


# --- nothing for nothing ----------------------------------------------------------------------


def test_no_money_is_no_change(base) -> None:
    nothing = lived(penniless(plan(*ALL)))
    assert who_differs(base, nothing) == {}
    assert base.ledger.flows() == nothing.ledger.flows()


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_without_its_money_is_the_baseline(quarter, name: str) -> None:
    nothing = lived(penniless(load(name)), months=3)
    assert who_differs(quarter, nothing) == {}
    assert quarter.ledger.flows() == nothing.ledger.flows()


def test_with_money_every_lever_meets_somebody(base, busy) -> None:
    assert who_differs(base, busy)
    told = busy.provenance()["plan_capacity"]
    assert len(told) == len(ALL)
    for name, capacity in told.items():
        numbers = [each for each in capacity.values() if isinstance(each, int)]
        assert numbers and min(numbers) >= 0 and max(numbers) > 0, (name, capacity)
    assert busy.world.people.reached.sum() > 20


def test_capacity_that_meets_nobody_changes_nobody() -> None:
    """Link workers to whose notice nobody comes, and sessions where everybody is online."""
    unseen = {"referral_noticed_share": {"value": 0.0, "because": "for this test"}}
    blocks = [
        {"lever": "connectors", "gbp_per_head": 60.0, "post": "link_worker", "payer": "nhs"},
        {"lever": "digital", "gbp_per_head": 9.0, "opening_months": 0, "payer": "charity"},
    ]
    worlds = []
    for invest in ([], blocks):
        model = town(plan(*invest, overrides=unseen))
        model.world.people.digital[:] = True
        model.run_for(7)
        worlds.append(model)
    one, other = worlds
    assert who_differs(one, other) == {}
    paid = {row[3] for row in other.ledger.flows()} - {row[3] for row in one.ledger.flows()}
    assert paid == {"plan: connectors", "plan: digital", "connectors' pay"}


# --- the books --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_pounds_a_head_are_those_of_the_plan_to_the_penny(name: str) -> None:
    scenario = load(name)
    assert scenario.pounds_per_head() == PRESETS[name]
    model = lived(scenario)
    heads = model.people_of_all_ages
    blocks = [each for each in scenario.invest if each.gbp_per_head]
    posted = Counter()
    for _month, _payer, _payee, line, pence in model.ledger.flows():
        if line.startswith("plan: "):
            posted[line] += pence
    wanted = sum(
        round(100 * sum(each.funding_gbp(month, heads) for month in range(12))) for each in blocks
    )
    assert sum(posted.values()) == wanted
    if not any(each.ramp_months for each in blocks):
        assert wanted == pytest.approx(PRESETS[name] * heads * 100, abs=len(blocks))


def test_every_pound_is_spent_on_something_or_held_and_shown(busy) -> None:
    lines = {"connectors' pay", "network leads", "leads of groups", "befriending coordinators"}
    lines |= {"visits of the young", "digital tutors", "community minibus"}
    came = sum(row[4] for row in busy.ledger.flows() if row[3].startswith("plan: "))
    went = {row[3]: row[4] for row in busy.ledger.flows() if row[3] in lines}
    assert set(went) == lines
    spent = sum(row[4] for row in busy.ledger.flows() if row[3] in lines)
    held = [state["held"] for state in busy.plan_states.values()]
    assert min(held) >= 0 and came == spent + sum(held)


def test_places_nobody_can_use_are_not_paid_for() -> None:
    """Far more money than care-home residents: whole places for those there are, the rest held."""
    block = {"lever": "intergenerational", "gbp_per_head": 500.0, "opening_months": 0}
    model = lived(plan(block), months=3)
    scheme = model.schemes[0]
    assert scheme.places <= int((~model.world.people.at_home).sum()) + 2
    state = model.plan_states[0]
    assert state["held"] > state["paid"] * 9 / 10


# --- the same plan in other words --------------------------------------------------------------


def test_the_order_of_blocks_changes_nothing(busy) -> None:
    other = lived(plan(*ALL[::-1]))
    assert who_differs(busy, other) == {}
    assert busy.ledger.flows() == other.ledger.flows()


def test_two_halves_of_the_connectors_are_the_whole() -> None:
    whole = {"lever": "connectors", "gbp_per_head": 48.0, "post": "link_worker"}
    half = whole | {"gbp_per_head": 24.0}
    one, two = lived(plan(whole)), lived(plan(half, half | {"payer": "nhs"}))
    taken = [sum(each.referred for each in model.connectors[1:]) for model in (one, two)]
    assert taken[0] > 10 and abs(taken[0] - taken[1]) <= 3  # an hour and a part of a person each
    paid = [sum(r[4] for r in m.ledger.flows() if r[3] == "connectors' pay") for m in (one, two)]
    hour = 48_000 * 100 / 37  # at most an hour's pay is lost to rounding down
    assert abs(paid[0] - paid[1]) <= hour


def test_the_order_of_rows_changes_nobodys_history() -> None:
    one, other = (town(plan(*ALL)) for _ in range(2))
    shuffle_rows(other, 3)
    for _part in range(2):
        one.run_for(4)
        other.run_for(4)
        assert who_differs(one, other) == {}


# --- an effect cut is no effect ----------------------------------------------------------------


def test_visits_without_company_bring_nothing_but_the_bill(monkeypatch) -> None:
    """Visits act through company alone: cut that, and nobody feels or asks for anything else."""
    block = {"lever": "befriending", "gbp_per_head": 20.0, "opening_months": 0, "payer": "charity"}
    base = lived(months=4)
    assert "z" in who_differs(base, lived(plan(block), months=4))
    monkeypatch.setattr(visits, "keep_company", lambda *args: None)
    cut = lived(plan(block), months=4)
    assert set(who_differs(base, cut)) == {"visits", "visit_months", "reached"}


def test_connectors_without_places_and_notice_bring_nothing(monkeypatch) -> None:
    """Link workers act by introducing people to places and by finding need, in no other way."""
    block = {"lever": "connectors", "gbp_per_head": 60.0, "post": "link_worker", "payer": "nhs"}
    monkeypatch.setattr("sim.agents.connector.introduce", lambda *args: 0)
    monkeypatch.setattr("sim.agents.connector.OtherActivities.take", lambda here, found: found[:0])
    monkeypatch.setattr("sim.agents.connector.come_to_notice", lambda *args: None)
    base, cut = lived(months=8), lived(plan(block), months=8)
    assert sum(each.referred for each in cut.connectors[1:]) > 5
    assert who_differs(base, cut) == {}


# --- connectors --------------------------------------------------------------------------------


def two_hubs(*areas: int, seats: int = 12) -> CommunityModel:
    model = town(residents=3_000)
    for each in model.hubs:
        each.open = False
    model.world.people.hub[:] = -1
    for number, area in enumerate(areas):
        spec = HubPlan(f"test hub {number}", area, seats, all_ages=True)
        model.open_hub(Hub(model, spec))
    return model


def test_people_go_to_the_nearest_hub_with_a_free_place_and_then_to_the_next() -> None:
    model = two_hubs(0, 1)
    near, far = model.hubs[-2:]
    people, p = model.world.people, model.p
    apart = model.nearness[far.row][0] < model.nearness[near.row][0]
    assert apart
    rows = np.flatnonzero((people.area == 0) & people.at_home & (people.need == 0))
    rows = rows[people.ethnicity[rows] == people.ethnicity[rows[0]]]
    few = near.places(p) - 3
    assert introduce(model.hubs, people, rows[:few], model.nearness, p, model.luck, 1) == few
    assert (people.hub[rows[:few]] == near.row).all()
    more = rows[few : few + 5]
    assert introduce(model.hubs, people, more, model.nearness, p, model.luck, 2) == 5
    assert Counter(people.hub[more].tolist()) == {near.row: 3, far.row: 2}


def test_with_every_place_taken_nobody_is_introduced() -> None:
    model = two_hubs(0, seats=0)
    rows = np.arange(20)
    assert introduce(model.hubs, model.world.people, rows, model.nearness, model.p, Luck(1), 1) == 0
    assert (model.world.people.hub[rows] == -1).all()


def test_people_are_sent_where_somebody_like_them_goes() -> None:
    model = two_hubs(0, 0)
    people, p = model.world.people, model.p
    first, second = model.hubs[-2:]
    rows = np.flatnonzero((people.area == 0) & people.at_home & (people.need == 0))
    people.ethnicity[rows[:10]] = 3
    people.hub[rows[0]] = second.row
    introduce(model.hubs, people, rows[1:6], model.nearness, p, model.luck, 1)
    assert (people.hub[rows[1:6]] == second.row).all()
    assert places_held(model.hubs, people)[first.row] == 0


def test_other_activities_fill_when_more_are_sent_than_today() -> None:
    p = Parameters.build()
    spare = OtherActivities(100.0, p)
    a_month = 100 * p.referral_accepts_share * p.other_activity_free_share
    assert spare.free == pytest.approx(12 * a_month)
    asked = np.arange(round(2 * a_month))
    got = []
    for _month in range(36):
        spare.new_month()
        got.append(spare.take(asked).size)
    assert got[0] == asked.size  # places that waited go first
    assert np.mean(got[24:]) == pytest.approx(a_month, abs=1)


def test_posts_come_in_whole_hours_are_recruited_first_and_partly_vacant() -> None:
    """60 pounds for each of 1,000 adults and their children: a post and a fifth of one more."""
    lever = {"lever": "connectors", "gbp_per_head": 60.0, "post": "link_worker"}
    model, p = town(plan(lever)), Parameters.build()
    hours = math.floor(60 * model.people_of_all_ages / (p.link_worker_full_cost / 37))
    full = hours / 37 * (1 - p.connector_vacancy_share) * p.link_worker_caseload_year / 12
    seen = []
    for _month in range(12):
        model.step()
        team = [each for each in model.connectors if each.kind == "link worker 0"]
        seen.append(team[0].caseload_per_month if team else 0.0)
    assert seen[:4] == [0.0] * 4 and 0 < seen[4] < seen[6] < full
    assert seen[-1] == pytest.approx(full)


def test_who_is_met_is_seen_more_for_a_year(base) -> None:
    """Contacts rise first: A&E attendances of people found are unmet_need_discovery_uplift more."""
    people, p, seen = base.world.people, base.p, {}
    kept = people.referred.copy()
    for months_left in (0, 12):
        people.referred[:] = months_left
        seen[months_left] = 0
        for month in range(1_000, 1_060):
            events = Events.none(len(people))
            hospital(people, base.risks, base.norms, p, base.luck, month, events)
            seen[months_left] += int((events.ae & ~events.admission).sum())
    people.referred[:] = kept
    assert seen[0] > 1_000
    assert seen[12] / seen[0] == pytest.approx(p.unmet_need_discovery_uplift, abs=0.025)
    people.referred[:3] = [12, 1, 0]
    a_month_passes(people)
    assert people.referred[:3].tolist() == [11, 0, 0]
    people.referred[:] = kept


def test_more_link_workers_without_places_place_fewer_of_those_they_meet() -> None:
    """Three times today's: the share who do anything falls; groups kept for them hold it up."""
    alone = {"lever": "connectors", "gbp_per_head": 9.0, "post": "link_worker", "payer": "nhs"}
    groups = {"lever": "interests", "gbp_per_head": 9.0, "referred_only": True, "payer": "nhs"}
    share = []
    for blocks in ([], [alone], [alone, groups]):
        model = lived(plan(*blocks), months=30, residents=2_000)
        took = sum(each.referred for each in model.connectors)
        share.append(sum(each.placed for each in model.connectors) / took)
    today, without, with_places = share
    assert without < today - 0.05
    assert with_places > without + 0.05


def test_a_patch_holds_the_first_neighbourhoods_only() -> None:
    first = {"where": "most_deprived_first", "people_per_post": 500}
    block = {"lever": "connectors", "gbp_per_head": 20.0, "post": "link_worker"} | first
    model = lived(plan(block), months=6, residents=2_000)
    team = model.connectors[-1]
    assert 0 < len(team.remit.areas) < len(model.sample.neighbourhoods)
    people, worst = model.world.people, int(np.argmax(model.sample.neighbourhoods.imd_score))
    assert worst in team.remit.areas
    met = people.row_of(team.clients)
    assert np.isin(people.area[met[met >= 0]], team.remit.areas).all()


def test_people_just_home_from_hospital_come_first() -> None:
    model = town(residents=2_000)
    people = model.world.people
    home = np.flatnonzero(people.at_home & (people.need > 0) & (people.hub < 0))[:4]
    people.from_hospital[home] = True
    team = Connector(model, "test", 4.0, Remit(from_hospital=True))
    team.work(model.hubs, model.world, model.p, model.luck, 1)
    assert set(team.clients) == set(people.id[home])


def test_a_circle_is_new_ties_with_well_neighbours_and_no_others() -> None:
    model = town(residents=2_000)
    people, friends = model.world.people, model.world.ties.friends
    rows = np.flatnonzero(people.need > 1)[:10]
    before = Counter(zip(friends.a.tolist(), friends.b.tolist(), strict=True))
    began = draw_together(people, friends, rows, 4, model.p, model.luck, 1)
    assert 20 < began <= 40
    new = Counter(zip(friends.a.tolist(), friends.b.tolist(), strict=True)) - before
    assert sum(new.values()) == began and max(new.values()) == 1
    for who, met in new:
        assert who in rows and people.area[who] == people.area[met] and people.need[met] <= 1
        assert people.household[who] != people.household[met]
    assert draw_together(people, friends, rows, 0, model.p, model.luck, 1) == 0


# --- visits and sessions -----------------------------------------------------------------------


def test_the_young_come_in_term_time_and_nobody_in_august() -> None:
    p = Parameters.build()
    year = [visits.term_share(month, p) for month in range(1, 13)]
    assert year[4] == 0.0 and max(year) == 1.0  # month 1 is April, month 5 August
    assert np.mean(year) == pytest.approx(39 / 52, abs=0.02)
    assert visits.term_share(17, p) == 0.0
    block = {"lever": "intergenerational", "gbp_per_head": 10.0, "opening_months": 0}
    model, hours = town(plan(block), residents=2_000), []
    for _month in range(6):
        model.step()
        people = model.world.people
        inside = people.visits >= 0
        assert not people.at_home[inside].any()
        hours.append(float(people.visit_hours.sum()))
    assert hours[4] == 0.0 and min(hours[1:4]) > 0


def test_visits_are_for_the_lonely_first_and_end_with_the_money() -> None:
    block = {"lever": "befriending", "gbp_per_head": 3.0, "opening_months": 0, "end_month": 8}
    model = town(plan(block), residents=3_000)
    model.run_for(8)
    people = model.world.people
    inside = people.visits >= 0
    assert 3 < inside.sum() <= model.schemes[0].places
    older = (people.age_months >= 60 * 12) & people.at_home
    assert people.z[inside].mean() > people.z[older].mean()
    assert set(people.visit_hours[inside]) == {np.float32(model.p.befriending_hours_per_week)}
    model.run_for(1)
    assert not (model.world.people.visits >= 0).any()
    assert not model.world.people.visit_hours.any()


def test_a_course_ends_teaches_some_and_what_was_learnt_stays() -> None:
    block = {"lever": "digital", "gbp_per_head": 6.0, "opening_months": 0, "end_month": 12}
    model = lived(plan(block), months=14, residents=2_000)
    people = model.world.people
    assert people.taught_online.sum() > 3
    assert people.digital[people.taught_online].all()
    assert not (people.visits >= 0).any()


# --- groups and lifts --------------------------------------------------------------------------


def test_a_group_of_an_interest_is_for_those_who_share_it() -> None:
    model = lived(plan({"lever": "interests", "gbp_per_head": 30.0, "opening_months": 0}))
    people = model.world.people
    groups = [each for each in model.hubs if each.plan.interests]
    assert len(groups) > 3
    for each in groups:
        inside = people.hub == each.row
        assert np.isin(people.interest[inside], each.plan.interests).all()
        assert (model.nearness[each.row] >= model.p.interest_group_nearness).all()
    ages = people.age_months[np.isin(people.hub, [each.row for each in groups])]
    assert ages.min() < 60 * 12


def test_a_group_of_an_identity_is_for_that_group() -> None:
    named = {"for_whom": ["ethnicity_asian", "female"], "gbp_per_head": 10.0}
    model = lived(plan({"lever": "interests", "opening_months": 0} | named))
    people = model.world.people
    rows = [each.row for each in model.hubs if each.key.startswith("plan interests")]
    inside = np.isin(people.hub, rows)
    assert rows and len(set(people.ethnicity[inside])) <= 1 and (people.sex[inside] == 1).all()


def test_a_network_grows_over_decades_and_not_beyond_its_money() -> None:
    p, lever = Parameters.build(), NeighbourhoodNetworks(gbp_per_head=5.0)
    years = p.ramp_neighbourhood_network_years
    assert lever.grown(0, p) == 0.0
    assert lever.grown(12 * years, p) == pytest.approx(1 - math.exp(-1))
    assert lever.grown(12 * 60, p) > 0.99
    model = lived(plan({"lever": "neighbourhood_networks", "gbp_per_head": 5.0}), residents=3_000)
    held = model.plan_states[0]["held"]
    groups = sum(each.key.startswith("plan neighbourhood") for each in model.hubs)
    older = int((model.world.people.age_months >= 65 * 12).sum())
    assert 1 <= groups * 15 <= 0.2 * older * lever.grown(12, p) + 15
    assert held > 0


def test_a_volunteer_led_group_without_a_volunteer_does_not_meet() -> None:
    nobody = {"hub_volunteer_asked_says_yes": {"value": 0.0, "because": "for this test"}}
    block = {"lever": "neighbourhood_networks", "gbp_per_head": 60.0, "opening_months": 0}
    model = lived(plan(block, overrides=nobody), months=8)
    rows = [each for each in model.hubs if each.key.startswith("plan neighbourhood")]
    assert rows and all(each.resting and each.places(model.p) == 0 for each in rows[:1])
    people = model.world.people
    early = people.hub == rows[0].row
    assert not people.hub_hours[early].any()


def test_a_lent_minibus_fetches_for_clubs_that_are_there_and_leaves_with_the_money() -> None:
    block = {"lever": "community_transport", "gbp_per_head": 15.0, "opening_months": 0}
    model = town(plan(block | {"end_month": 6}), residents=3_000)
    clubs, seats = len(model.hubs), [each.seats for each in model.hubs]
    model.run_for(5)
    lent = [each for each in model.hubs if each.lift_lent_by >= 0]
    assert lent and all(each.minibus_seats == 14 for each in lent)
    assert [each.seats for each in model.hubs] == seats and len(model.hubs) == clubs
    model.run_for(2)
    assert all(each.minibus_seats == each.plan.minibus_seats for each in model.hubs)
    riders = model.world.people.reached
    assert riders.sum() <= sum(seats) * 2


def test_when_money_ends_leads_go_and_the_risk_of_closing_triples() -> None:
    block = {"lever": "interests", "gbp_per_head": 30.0, "opening_months": 0, "end_month": 6}
    model = lived(plan(block), months=8)
    groups = [each for each in model.hubs if each.plan.interests]
    assert groups and not any(each.paid_lead or each.grant_pence for each in groups)
    assert all(each.funded for each in groups)  # funded once, and now without a grant


# --- slips of the keyboard ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"lever": "connectors", "post": "coordinator"}, "post"),
        ({"lever": "connectors", "people_per_post": 10}, "has none"),
        ({"lever": "connectors", "gbp_per_head": -1.0}, "only formal_services"),
        ({"lever": "interests", "for_whom": []}, "nobody is named"),
        ({"lever": "intergenerational", "visitors": "toddlers"}, "visitors"),
        ({"lever": "digital", "opening_months": -1}, "too small"),
        ({"lever": "befriending", "hours": 2}, "no such setting"),
    ],
)
def test_a_slip_is_named_in_plain_words(block, words: str) -> None:
    with pytest.raises(UserMistake, match=words):
        plan({"gbp_per_head": 1.0} | block)


def test_what_a_plan_reached_is_marked_and_nobody_else(busy) -> None:
    people = busy.world.people
    touched = (people.visits >= 0) | ((people.referred > 0) & people.reached)
    assert people.reached[touched].all()
    assert 0 < people.reached.mean() < 1
    assert set(people_now(busy)) >= {"visits", "visit_hours", "taught_online"}
    assert Connectors(gbp_per_head=1.0).post == "local_area_coordinator"


# --- on the ward, and after a circle ----------------------------------------------------------


def test_no_more_patients_are_met_than_seats_and_only_those_whose_care_is_not_ready(base) -> None:
    people, p = base.world.people, base.p.replaced({"bedside_home_share": 1.0})
    there, missing = np.arange(40), np.where(np.arange(40) < 25, 1.0, 0.0)
    before = people.referred.copy(), people.reached.copy()
    for seats, home in ((0, 0), (10, 10), (30, 25)):
        got = meet_at_the_bedside(people, there, missing, seats, p, base.luck, 5)
        assert got.size == home == np.unique(got).size
        assert (missing[got] > 0).all()
    none = base.p.replaced({"bedside_home_share": 0.0})
    assert meet_at_the_bedside(people, there, missing, 10, none, base.luck, 5).size == 0
    people.referred, people.reached = before


def test_a_coordinator_is_on_the_ward_only_where_the_plan_says_so() -> None:
    for first, seats in ((True, True), (False, False)):
        block = {"lever": "connectors", "gbp_per_head": 60.0, "from_hospital_first": first}
        model = lived(plan(block), months=10)
        assert (sum(each.bedside for each in model.connectors) > 0) == seats


def test_four_in_ten_ties_of_a_circle_last_a_year_once_nobody_holds_it() -> None:
    model = town("baseline")
    people, friends, p = model.world.people, model.world.ties.friends, model.p
    rows = np.flatnonzero(people.at_home)[:600]
    made = draw_together(people, friends, rows, 4, p, model.luck, 1)
    assert made > 1_000
    for year, held, share in ((0, True, 1.0), (1, False, p.group_friendship_persistence_share)):
        people.referred = 12 * held
        before = int((friends.kind == Kind.CIRCLE).sum())
        others = int((friends.kind != Kind.CIRCLE).sum())
        for month in range(12):
            let_go(people, friends, True, p, model.luck, 1 + 12 * year + month)
        left = int((friends.kind == Kind.CIRCLE).sum())
        assert left / before == pytest.approx(share, abs=0.05)
        assert int((friends.kind != Kind.CIRCLE).sum()) == others
