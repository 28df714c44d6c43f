"""Volunteering, mutual aid, carers, co-production, capacity, targeting, and grants that end.

Money buys whole places, places meet people; what is not bought is held and shown.
"""

from __future__ import annotations

import numpy as np
import pytest
from towns import hubs, plan, town, who_differs

from sim.agents import appeal, companions, groups, hub, mutual_aid, targeting, volunteer
from sim.agents.readiness import Readiness
from sim.luck import Luck, pair_ids
from sim.mistakes import UserMistake
from sim.model import CommunityModel
from sim.money import Account
from sim.parameters import Parameters
from sim.policies import Volunteering
from sim.scenario import Scenario, load
from sim.world.ties import EdgeList, Kind

P = Parameters.build({}, 0, "central")
PLACED = {"lever": "volunteering", "gbp_per_head": 20.0, "opening_months": 0, "payer": "charity"}
CALLED = {"lever": "volunteering", "gbp_per_head": 20.0, "coordinated": False, "payer": "charity"}
AID = {"lever": "mutual_aid", "gbp_per_head": 5.5, "payer": "charity"}
CARERS = {
    "lever": "carers_support",
    "gbp_per_head": 20.0,
    "share_to_breaks": 0.5,
    "share_to_groups": 0.5,
    "opening_months": 0,
    "payer": "charity",
}
SHAPED = {"lever": "coproduction", "gbp_per_head": 6.0, "payer": "charity"}
READY = {"lever": "capacity", "gbp_per_head": 2.3, "payer": "charity"}
ALL = (PLACED, CALLED, AID, CARERS, SHAPED, READY)
NAMES = ("placed", "called", "aid", "carers", "shaped", "ready")
PRESETS = {
    "purposeful_volunteering": 3.0,
    "carers_and_circles": 3.0,
    "left_behind_first": 6.0,
    "cut_and_rely": -29.0,
    "pilot_then_stop": 12.0,
}


def lived(scenario: str | Scenario, months: int = 6, **settings) -> CommunityModel:
    model = town(scenario, feedback=False, **settings)
    model.run_for(months)
    return model


def pay_only(scenario: str | Scenario, months: int, **settings) -> CommunityModel:
    """A town where plans pay and open doors, and nothing else happens."""
    model = town(scenario, feedback=False, **settings)
    for _month in range(months):
        model.month += 1
        model.readiness.new_month(model.p)
        for number, lever in enumerate(model.plan.invest):
            model._invest(number, lever)
    return model


# --- money ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def usual() -> CommunityModel:
    """Half a year without a plan. Read only."""
    return lived("baseline")


@pytest.mark.parametrize("block", ALL, ids=NAMES)
def test_no_money_is_no_change(usual, block: dict) -> None:
    base, nothing = usual, lived(plan(block | {"gbp_per_head": 0.0}))
    assert who_differs(base, nothing) == {}
    assert base.ledger.flows() == nothing.ledger.flows()


def test_what_is_not_bought_is_held_to_the_penny_and_the_order_of_blocks_is_nothing() -> None:
    one, other = lived(plan(*ALL, hubs())), lived(plan(hubs(), *reversed(ALL)))
    assert who_differs(one, other) == {}
    assert one.ledger.flows() == other.ledger.flows()
    held = sum(state.get("held", 0) for state in one.plan_states.values())
    assert one.ledger.balance(Account.HUBS) == held > 0


def test_places_are_whole_and_never_more_than_the_money() -> None:
    price = P.volunteer_coordinator_gbp_per_year / P.volunteers_per_coordinator
    for gbp in (5.0, 13.0):
        model = pay_only(plan(PLACED | {"gbp_per_head": gbp}), 2)
        places = sum(each.seats for each in model.hubs if each.plan.group)
        assert places == int(gbp * model.people_of_all_ages / price + 1 / 100)


@pytest.mark.parametrize(("preset", "pounds"), PRESETS.items())
def test_a_presets_pounds_a_head_are_in_the_ledger_to_the_penny(preset, pounds: float) -> None:
    """Over the first full year with every ramp complete."""
    assert load(preset).pounds_per_head() == pytest.approx(pounds)
    full = 24 if preset == "left_behind_first" else 12
    year = [
        row
        for row in pay_only(preset, full + 12).ledger.flows()
        if row[3].startswith("plan: ") and full < row[0] <= full + 12
    ]
    cut = load(preset).kind == "cautionary" and pounds < 0
    away = ("plan: formal services",) if cut else ()
    paid = sum(-row[4] if row[3].startswith(away) else row[4] for row in year)
    people = town("baseline").people_of_all_ages
    assert abs(paid - pounds * people * 100) <= len(load(preset).invest)


# --- volunteers -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def placed() -> CommunityModel:
    return lived(plan(PLACED), months=8)


def test_a_team_holds_people_outside_eligibility_who_volunteer(placed) -> None:
    people = placed.world.people
    team = next(each for each in placed.hubs if each.plan.group)
    here = people.hub == team.row
    assert 0 < here.sum() <= team.seats
    there = here & (people.hub_volunteer == team.row)
    assert people.volunteers[there].all() and there.sum() > 0
    assert not (people.client[there] > 0).any()
    assert (people.hub_hours[here] > 0).any()
    assert people.reached[here].all()


def test_the_loneliest_are_sought_for_placements() -> None:
    """Of those who would say yes, in a year of months, the first ten are lonelier than the rest."""
    model = town("baseline")
    people, near = model.world.people, np.ones(len(model.place_keys))
    first, rest = [], []
    for month in range(1, 13):
        line = groups._volunteers(people, near, P, model.luck, month)
        first += people.z[line[:10]].tolist()
        rest += people.z[line[10:]].tolist()
        assert not people.volunteers[line].any() and (people.client[line] == 0).all()
    assert np.mean(first) > np.mean(rest) + 0.3


def test_volunteering_lifts_the_volunteer_by_way_of_purpose_company_and_ties() -> None:
    one = lived(plan(PLACED | {"gbp_per_head": 60.0}), months=18)
    base = lived("baseline", months=18)
    who = one.world.people.id[one.world.people.hub_volunteer >= 0]
    rows = base.world.people.row_of(who)
    mine = one.world.people.z[one.world.people.row_of(who)]
    assert rows.min() >= 0 and who.size > 20
    assert mine.mean() < base.world.people.z[rows].mean()


def test_nobody_walks_into_a_team_or_is_sent_there() -> None:
    model = pay_only(plan(PLACED), 1)
    team = next(each for each in model.hubs if each.plan.group)
    assert not team.welcomes(model.world.people, model.p).any()


def leavers(loose: bool, stepped: bool, over: bool) -> float:
    """Share of a thousand volunteers who stop in a month, over a year of months."""
    gone = 0
    model = town("baseline")
    people = model.world.people
    for month in range(1, 25):
        people.volunteers = True
        people.at_home = True
        people.stepped_in = stepped
        people.hub_volunteer = 0 if loose else -1
        led = np.array([False] * len(model.hubs) + [True])
        overloaded = np.full(len(model.place_keys), over)
        luck = Luck(3)
        volunteer.come_and_go(people, led, P, luck, month, overloaded)
        gone += int((~people.volunteers).sum())
        assert not (people.stepped_in & ~people.volunteers).any()
    return gone / (24 * len(people))


def test_without_a_coordinator_volunteers_leave_twice_as_fast_and_overloaded_twice_again() -> None:
    usual = leavers(False, False, False)
    twice = P.volunteer_attrition_uncoordinated_multiplier
    assert usual == pytest.approx(P.volunteer_monthly_attrition, rel=0.1)
    assert leavers(True, False, False) == pytest.approx(twice * usual, rel=0.1)
    assert leavers(False, True, False) == pytest.approx(twice * usual, rel=0.1)
    assert leavers(False, True, True) == pytest.approx(twice * twice * usual, rel=0.1)


def test_a_coordinator_with_too_many_to_look_after_is_cheaper_and_overloaded() -> None:
    usual, many = (
        pay_only(plan(PLACED | extra), 2) for extra in ({}, {"placements_per_coordinator": 60})
    )
    teams = [[each for each in model.hubs if each.plan.group] for model in (usual, many)]
    seats = [sum(each.seats for each in team) for team in teams]
    assert seats[1] in (2 * seats[0], 2 * seats[0] + 1)
    assert [team[0].overloaded for team in teams] == [False, True]


def test_an_appeal_is_answered_where_people_have_time() -> None:
    """Those who step in follow readiness, which follows affluence."""
    model = town("baseline", place="England", residents=12_000)
    people = model.world.people
    people.volunteers = False
    model.appeal_places = len(people)
    for month in range(1, 4):
        model.month = month
        appeal.step_in(model)
    share = [people.stepped_in[people.quintile == each].mean() for each in (0, 4)]
    assert 0.35 < share[0] / share[1] < 0.75


def test_those_who_step_in_help_only_where_they_live_and_no_more_than_they_pledged() -> None:
    model = lived(plan(CALLED), months=2)
    people = model.world.people
    people.stepped_in = people.area == 0
    people.volunteer_minutes = 4
    people.community_minutes = 0
    over = appeal.help_near(people, len(model.place_keys), P)
    helped = people.community_minutes > 0
    assert helped.any() and (people.area[helped] == 0).all()
    pledged = 4 * int(people.stepped_in.sum()) * P.appeal_care_share
    assert people.community_minutes.sum() <= pledged
    assert over[0]


def test_a_contradiction_is_said_in_a_sentence() -> None:
    for wrong in (
        {"where": "most_deprived_first"},
        {"placements_per_coordinator": 40},
        {"opening_months": 3},
    ):
        with pytest.raises(ValueError, match="coordinated = false"):
            Volunteering(gbp_per_head=1, coordinated=False, **wrong)
    with pytest.raises(UserMistake, match="sum to 0.9"):
        plan(CARERS | {"share_to_groups": 0.4})


# --- mutual aid -------------------------------------------------------------------------------


def test_a_surge_loses_over_a_third_a_month_and_half_that_with_organisers() -> None:
    helping = {}
    for organiser in (False, True):
        model = town(plan(AID | {"organiser": organiser}))
        found = []
        for _month in range(6):
            model.step()
            found.append(model.outside.mutual_aid)
        helping[organiser] = np.array(found)
    assert helping[False][0] == pytest.approx(P.mutual_aid_participants_share, rel=1e-3)
    ratio = helping[False][1:] / helping[False][:-1]
    kept = P.mutual_aid_surge_monthly_retention
    assert ratio[:3] == pytest.approx([kept] * 3, rel=1e-2)
    assert ratio[3:] == pytest.approx([1 - P.mutual_aid_group_monthly_exit] * 2, rel=1e-2)
    ratio = helping[True][1:] / helping[True][:-1]
    assert ratio[:3] == pytest.approx([1 - (1 - kept) / 2] * 3, rel=1e-2)
    assert mutual_aid.surge(4, 0.0, P) == pytest.approx(helping[False][4], rel=1e-2)


def test_mutual_aid_reaches_those_who_help_and_are_helped() -> None:
    model = lived(plan(AID), months=1)
    reached = model.world.people.reached
    assert reached.any() and not reached.all()
    assert reached[model.world.people.community_minutes > 0].any()


# --- carers -----------------------------------------------------------------------------------


def test_breaks_and_groups_are_bought_and_taken_up() -> None:
    model = lived(plan(CARERS), months=5)
    people = model.world.people
    price = int(P.carer_break_place_gbp_per_year * 100 / 12)
    a_month = 10.0 * model.people_of_all_ages * 100 / 12
    assert model.carer_support_places == int(a_month / price + 1 / 100) > 0
    assert 0 < model.carer_support.placed <= model.carer_support_places
    group = next(each for each in model.hubs if each.plan.group == "carers")
    here = people.hub == group.row
    assert here.any() and people.carer[here & (people.hub_months > 0)].mean() > 0.5
    model.step()
    assert here.sum() <= group.seats


# --- co-production ----------------------------------------------------------------------------


def test_coproduction_takes_a_year_costs_three_per_cent_and_opens_a_hub_to_all() -> None:
    doors = hubs(gbp_per_head=100.0, for_whom=["ethnicity_white"])
    model = pay_only(plan(doors, SHAPED), 15)
    ours = [each for each in model.hubs if each.funded]
    people = model.world.people
    assert all(each.coproduced == 1.0 for each in ours)
    older = people.age_months >= P.hub_age_from * 12
    assert np.array_equal(ours[0].welcomes(people, P), older)
    spent = sum(row[4] for row in model.ledger.flows() if row[3] == "co-production")
    paid = sum(row[4] for row in model.ledger.flows() if row[3] == "plan: hubs")
    assert spent == pytest.approx((P.coproduction_short_run_cost_effect - 1) * paid, rel=1e-3)
    half = pay_only(plan(doors, SHAPED | {"gbp_per_head": 1.5}), 13)
    shaped = [each.coproduced for each in half.hubs if each.funded]
    assert 0.4 < shaped[0] < 0.6


def test_coproduction_raises_the_chance_of_those_a_hub_does_not_reach() -> None:
    model = pay_only(plan(hubs()), 1)
    ours = next(each for each in model.hubs if each.funded)
    nobody = np.zeros(0, dtype=np.int64)
    before = hub._people_like_them(model.world.people, nobody, ours, P)
    ours.coproduced = 1.0
    after = hub._people_like_them(model.world.people, nobody, ours, P)
    assert (before == P.minority_reach_ratio_mainstream_hub).all()
    assert after == pytest.approx(before * P.coproduction_reach_multiplier)


# --- capacity, readiness, targeting -------------------------------------------------------------


def test_capacity_is_built_in_its_months_and_nothing_opens_there_before() -> None:
    block = READY | {"share_of_people": 1.0, "gbp_per_head": P.big_local_spend_per_head_year}
    months = round(P.capacity_building_months)
    scenario = plan(block, hubs())
    almost, done = pay_only(scenario, months), pay_only(scenario, months + 1)
    assert not any(each.funded for each in almost.hubs)
    assert any(each.funded for each in done.hubs)
    assert (done.readiness.level == 1.0).all()
    assert (almost.readiness.level < 1.0).any()
    slow = plan(block | {"gbp_per_head": P.big_local_spend_per_head_year / 2}, hubs())
    assert not any(each.funded for each in pay_only(slow, months + 1).hubs)
    assert any(each.funded for each in pay_only(slow, 2 * months + 2).hubs)


def test_building_that_stops_half_way_fades() -> None:
    model = pay_only(plan(READY | {"share_of_people": 1.0, "end_month": 12}), 13)
    half = model.readiness.level.copy()
    for _month in range(12):
        model.readiness.new_month(model.p)
    assert (model.readiness.level < half)[model.readiness.start < 1.0].all()
    assert (model.readiness.level >= model.readiness.start).all()


def test_a_left_behind_neighbourhood_opens_later_unless_a_plan_says_when() -> None:
    here = town("baseline", place="England", residents=6_000).sample.neighbourhoods
    ready = Readiness(here, P)
    assert ready.left_behind.any() and not ready.left_behind.all()
    weak, other = int(np.argmax(ready.left_behind)), int(np.argmin(ready.left_behind))
    late = round(P.ramp_penalty_low_infrastructure_months)
    assert ready.may_open(other, 0, P) and not ready.may_open(weak, late - 1, P)
    assert ready.may_open(weak, late, P) and ready.may_open(weak, 0, P, fixed=True)
    assert (ready.start[ready.left_behind] <= P.left_behind_charity_density_ratio).all()


def test_the_index_of_weak_infrastructure_states_its_parts_and_marks_a_fifth_of_england() -> None:
    from sim.world.place_data import all_neighbourhoods

    everywhere = all_neighbourhoods()
    parts = targeting.infrastructure_parts(everywhere)
    assert set(parts) == {"pubs", "libraries", "library_hours", "no_car", "deprivation"}
    for part in parts.values():
        assert part.mean() == pytest.approx(0.0, abs=1e-9)
        assert part.std() == pytest.approx(1.0)
    assert targeting.left_behind(everywhere, P).mean() == pytest.approx(0.2, abs=1e-3)
    by_hand = np.mean(list(parts.values()), axis=0)
    assert targeting.weak_infrastructure(everywhere, P) == pytest.approx(by_hand)


def test_money_goes_first_where_the_plan_says() -> None:
    model = town("baseline", place="England", residents=6_000)
    here = model.sample.neighbourhoods
    first = {where: model.areas_first(where)[0] for where in ("most_deprived_first",)}
    assert here.imd_score[first["most_deprived_first"]] == here.imd_score.max()
    weak = targeting.weak_infrastructure(here, model.p)
    assert (np.diff(weak[model.areas_first("weakest_infrastructure_first")]) <= 0).all()
    bids = model.areas_first("by_readiness")
    assert here.quintile[bids[0]] == here.quintile.max()
    assert (np.diff(model.readiness.level[bids]) <= 0).all()
    model.readiness.built[bids[-1]] = 1.0
    assert bids[-1] in model.areas_first("by_readiness")[: (here.quintile == 5).sum() + 1]
    named = model.areas_first("named", (str(here.name[2]),))
    assert named.tolist() == [2]
    with pytest.raises(UserMistake, match="none of them is in this sample"):
        model.areas_first("named", ("Nowhere 001A",))
    assert sorted(model.areas_first("evenly")) == list(range(len(here)))


# --- after the grant ----------------------------------------------------------------------------


def test_when_the_grant_ends_lead_and_minibus_go_and_no_more_is_served_than_volunteers_can() -> (
    None
):
    block = hubs(paid_lead=True, minibus=True, payer="charity", end_month=9)
    model = town(plan(block), feedback=False)
    model.run_for(9)
    ours = [each for each in model.hubs if each.funded and each.open]
    assert ours and all(each.paid_lead and each.minibus_seats for each in ours)
    spent = len([row for row in model.ledger.flows() if row[3].startswith("hub ")])
    for _month in range(6):
        model.step()
        people = model.world.people
        for each in ours:
            helping = int((people.hub_volunteer == each.row).sum())
            served = each.seats / P.guests_per_hub_volunteer
            assert not each.paid_lead and not each.minibus_seats and not each.riders_this_month
            assert served <= helping + 2  # those who stopped this month count from the next
            assert int((people.hub == each.row).sum()) <= each.places(P) or not each.open
    assert len([row for row in model.ledger.flows() if row[3].startswith("hub ")]) == spent


def test_closure_is_three_times_as_likely_after_the_grant() -> None:
    model = town("baseline")
    people, closed, often = model.world.people, {}, 0.3
    for grant in (1, 0):
        many = [hub.Hub(model, hub.HubPlan(f"hub {row}", 0, 10, funded=True)) for row in range(300)]
        for row, each in enumerate(many):
            each.row, each.grant_pence = row, grant
        for month in range(1, 13):
            hub.leave_and_close(many, people, P, Luck(5), month, often)
        closed[grant] = -np.log(np.mean([each.open for each in many]))
    ratio = closed[0] / closed[1]
    assert ratio == pytest.approx(P.grant_end_failure_hazard_multiplier, rel=0.35)


def test_four_in_ten_ties_are_alive_a_year_after_their_club_ended() -> None:
    model = town("baseline")
    people, ties = model.world.people, EdgeList()
    a, b = np.arange(0, 900, 2), np.arange(1, 901, 2)
    people.hub = -1
    ties.add(a, b, pair_ids(people.id[a], people.id[b]), 0, Kind.COMPANION)
    for month in range(1, 13):
        companions.fade_companions(people, ties, P, Luck(7), month)
    assert len(ties) / a.size == pytest.approx(P.group_friendship_persistence_share, abs=0.07)
