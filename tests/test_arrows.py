"""Arrows: what a plan cuts carries exactly nothing, and a hub with no arrows left changes nobody.

Both towns of a pair have the same arrows cut, and the council's answer to its budget is off.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from towns import hubs, plan, town, who_differs

from sim.agents.arrows import CUTS, cut
from sim.errors import UserMistake
from sim.model import CommunityModel
from sim.parameters import Parameters
from sim.scenario import Scenario, load
from sim.scenario_shape import Arrows

# Who came, who was asked and who is counted: not yet anybody's life.
TAKING_PART = {
    "hub",
    "hub_months",
    "hub_seat",
    "hub_hours",
    "activity_hours",
    "by_minibus",
    "hub_volunteer",
    "stepped_in",
    "volunteers",
    "volunteer_minutes",
    "referred",
    "support_months",
    "reached",
    "year_attended",
    "year_volunteered",
}
CUTTABLE = tuple(arrow for arrow, keys in CUTS.items() if keys)
OF_HUBS = ("meet", "company", "purpose", "companions_help", "informal_hours", "lift", "detect")


def without(*arrows: str) -> dict[str, bool]:
    return dict.fromkeys(arrows, False)


def lives(one: CommunityModel, other: CommunityModel) -> dict[str, object]:
    """What differs between two towns beyond who took part."""
    found = who_differs(one, other)
    return {name: each for name, each in found.items() if name not in TAKING_PART}


def lived(scenario: Scenario, months: int = 10, nudge: Callable | None = None) -> CommunityModel:
    model = town(scenario, feedback=False)
    for _month in range(months):
        if nudge is not None:
            nudge(model)
        model.step()
    return model


GIVEN = hubs(paid_lead=True, minibus=True, payer="charity")


def test_every_arrow_of_a_plan_is_known_to_the_model() -> None:
    assert set(Arrows.model_fields) == set(CUTS)


def test_with_every_arrow_from_hubs_cut_hubs_change_nobodys_life() -> None:
    arrows = without(*OF_HUBS)
    base, open_doors = lived(plan(arrows=arrows)), lived(plan(GIVEN, arrows=arrows))
    assert (open_doors.world.people.hub_hours > 0).sum() > (base.world.people.hub_hours > 0).sum()
    assert open_doors.world.people.hub_volunteer.max() >= 0
    assert lives(base, open_doors) == {}
    cash = [row for row in base.ledger.flows() if "time" not in row[2]]
    theirs = [row for row in open_doors.ledger.flows() if "time" not in row[2]]
    spend = [row for row in theirs if row[3].startswith(("plan: ", "hub "))]
    assert sorted(cash + spend) == theirs
    assert sum(row[4] for row in spend if row[3] == "plan: hubs") > 0


def test_with_its_arrows_whole_the_same_hub_does_change_lives() -> None:
    assert "z" in lives(lived(plan()), lived(plan(GIVEN)))


def with_volunteers(model: CommunityModel) -> None:
    model.world.people.volunteers = model.world.people.at_home


def with_referrals(model: CommunityModel) -> None:
    model.world.people.referred = 12


def with_breaks(model: CommunityModel) -> None:
    model.carer_support_places = 100


def with_squeeze(model: CommunityModel) -> None:
    model.council.prevention_share = 0.0


CLOSING = {"infrastructure_decay_annual": {"value": 0.9, "because": "a known answer"}}


@pytest.mark.parametrize(
    ("arrows", "nudge", "overrides"),
    [
        (("purpose", "informal_hours"), with_volunteers, {}),
        (("detect",), with_referrals, {}),
        (("carer_breaks",), with_breaks, {}),
        (("prevention",), with_squeeze, CLOSING),
    ],
    ids=["purpose", "detect", "carer_breaks", "prevention"],
)
def test_a_cut_arrow_carries_nothing_and_a_whole_one_something(
    arrows: tuple[str, ...], nudge: Callable, overrides: dict
) -> None:
    for cuts in ({}, without(*arrows)):
        scenario = plan(arrows=cuts, overrides=overrides)
        differs = lives(lived(scenario, months=6), lived(scenario, months=6, nudge=nudge))
        assert bool(differs) == (not cuts), differs


def test_without_meeting_no_ties_are_made_at_tables() -> None:
    assert len(lived(plan(GIVEN, arrows=without("meet"))).world.ties.companions) == 0
    assert len(lived(plan(GIVEN)).world.ties.companions) > 0


def test_without_company_hours_at_a_hub_are_no_company() -> None:
    from sim.agents.feelings import connect

    for cuts, more in ((without("company"), False), ({}, True)):
        model = lived(plan(GIVEN, arrows=cuts), months=4)
        people = model.world.people
        came = people.hub_hours > 0
        connect(people, model.world.ties, model.p)
        before = people.company.copy()
        people.hub_hours = 0.0
        connect(people, model.world.ties, model.p)
        assert came.any()
        assert bool((before[came] > people.company[came]).any()) == more


def test_without_a_lift_nobody_rides_and_without_connecting_nobody_is_placed() -> None:
    whole = lived(plan(GIVEN))
    gone = lived(plan(GIVEN, arrows=without("lift", "connect")))
    assert sum(each.riders_this_month for each in whole.hubs) > 0
    assert sum(each.riders_this_month for each in gone.hubs) == 0
    assert sum(each.placed for each in whole.connectors) > 0
    assert sum(each.placed for each in gone.connectors) == 0
    assert sum(each.referred for each in gone.connectors) > 0


def test_without_informal_hours_nobody_outside_the_family_helps() -> None:
    aid = {"lever": "mutual_aid", "gbp_per_head": 5.5}
    call = {"lever": "volunteering", "gbp_per_head": 20.0, "coordinated": False}
    for cuts, more in ((without("informal_hours", "companions_help"), False), ({}, True)):
        model = lived(plan(aid, call, arrows=cuts), months=3)
        assert model.world.people.stepped_in.any()
        assert bool(model.world.people.community_minutes.any()) == more


@pytest.mark.parametrize("arrow", CUTTABLE)
def test_a_cut_sets_its_numbers_exactly_and_no_others(arrow: str) -> None:
    p = Parameters.build({}, 0, "central")
    after = cut(p, without(arrow))
    changed = {key for key in p if p[key] != after[key]}
    assert changed == set(CUTS[arrow])
    assert all(after[key] == value for key, value in CUTS[arrow].items())
    assert cut(p, {arrow: True}) is p


def test_a_misspelt_arrow_is_refused() -> None:
    with pytest.raises(UserMistake, match="meet"):
        plan(arrows={"meets": False})


def test_a_file_says_its_arrows_again() -> None:
    scenario = plan(hubs(), arrows=without("lift"))
    again = Scenario.from_toml(scenario.to_toml(), name=scenario.name)
    assert again.arrows == scenario.arrows != load("baseline").arrows
    assert "arrows" not in load("baseline").to_toml()


def test_people_begin_alike_whatever_is_cut() -> None:
    base, other = town(plan()), town(plan(arrows=without(*CUTTABLE)))
    assert who_differs(base, other) == {}
    assert np.array_equal(base.norms.thresholds, other.norms.thresholds)


def test_the_baseline_of_a_run_is_given_the_arrows_its_plans_cut() -> None:
    from sim.experiment.run import _with_their

    gone, whole = plan(hubs(), arrows=without("lift")), plan(hubs())
    assert _with_their("arrows", load("baseline"), [gone]).arrows == gone.arrows
    assert _with_their("arrows", load("baseline"), [whole]).to_toml() == load("baseline").to_toml()
    with pytest.raises(UserMistake, match="one at a time"):
        _with_their("arrows", load("baseline"), [gone, whole])
