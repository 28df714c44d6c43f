"""What every scenario promises: nothing for nothing, nothing early, nothing by a back door.

Money that reaches nobody changes nobody; what has not begun has no effect; a hub helps only by
the routes it is built of; more of a thing brings no less of what it brings.
"""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from towns import hubs, people_now, plan, same_diary, services, town, who_differs

from sim.agents import hub as hub_room
from sim.model import CommunityModel
from sim.money import Account
from sim.scenario import Scenario, load

AGENTS = Path(hub_room.__file__).parent
# What is equal to the last bit, or not, is so by now: nothing of the plans here waits longer.
MONTHS = 8


def lived(
    scenario: str | Scenario = "baseline", months: int = MONTHS, **settings
) -> CommunityModel:
    model = town(scenario, **settings)
    model.run_for(months)
    return model


@pytest.fixture(scope="module")
def base() -> CommunityModel:
    return lived()


def assert_same_town(one: CommunityModel, other: CommunityModel) -> None:
    """To the last bit: everybody, every tie, every number written down and every pound."""
    assert who_differs(one, other) == {}
    assert same_diary(one, other)
    assert one.ledger.flows() == other.ledger.flows()


def flows_of_plans(model: CommunityModel) -> list[tuple[int, str, str, str, int]]:
    """The ledger's rows that only a plan posts."""
    lines = ("plan: ", "hub ")
    return [row for row in model.ledger.flows() if row[3].startswith(lines)]


def test_a_town_compared_with_itself_differs_in_nothing(base) -> None:
    assert_same_town(base, lived())


# --- nothing for nothing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "scenario",
    [
        plan(hubs(gbp_per_head=0.0)),
        plan(services(gbp_per_head=0.0)),
        plan(hubs(gbp_per_head=0.0, minibus=True, paid_lead=True), services(gbp_per_head=0.0)),
        Scenario(
            title="Bevy for nothing",
            summary="No money.",
            extends="bevy_hub",
            invest=[{"lever": "hubs", "gbp_per_head": 0.0, "opening_months": 0}],
        ),
    ],
    ids=["hubs", "services", "both", "bevy_hub"],
)
def test_no_money_is_no_change(base, scenario: Scenario) -> None:
    """To the last bit; that the very same plan with money does change the town is shown below."""
    assert_same_town(base, lived(scenario))


@pytest.fixture(scope="module")
def with_hub() -> CommunityModel:
    """The town with a hub. Read only."""
    return lived(plan(hubs()))


def test_money_changes_the_town(base, with_hub) -> None:
    for changed in (with_hub, lived(plan(services()))):
        assert who_differs(base, changed)
        assert not same_diary(base, changed)
        assert flows_of_plans(changed)
    assert flows_of_plans(base) == []


def test_a_plan_that_starts_after_the_end_is_no_plan(base) -> None:
    for block in (hubs(start_month=MONTHS), services(start_month=MONTHS, ramp_months=6)):
        assert_same_town(base, lived(plan(block)))


def test_no_change_before_the_plan_starts() -> None:
    """Month by month, everybody and every pound, until the first month with money."""
    base, later = town(), town(plan(hubs(start_month=6), services(start_month=6)))
    for _month in range(6):
        base.step()
        later.step()
        assert_same_town(base, later)
    base.step()
    later.step()
    assert who_differs(base, later)


@pytest.mark.parametrize("lever", [hubs, services])
def test_the_months_before_services_only_and_bevy_hub_begin_are_the_baselines(base, lever) -> None:
    preset = {hubs: "bevy_hub", services: "services_only"}[lever]
    block = load(preset).invest[0].model_copy(update={"start_month": MONTHS - 2})
    later = plan(block.model_dump(exclude_none=True))
    assert same_diary(base, lived(later), months=MONTHS - 2)


def test_a_hub_that_is_not_open_yet_changes_nobody_and_costs_what_it_costs(base) -> None:
    """Building takes longer than the run: people the same, the ledger more by the plan's rows."""
    building = lived(plan(hubs(opening_months=30, existing_room=False, payer="charity")))
    assert who_differs(base, building) == {}
    giver = ("pays_grants_gbp_per_head", "plan_grants_gbp_per_head")
    assert same_diary(base, building, but=giver) and not same_diary(base, building)
    theirs = flows_of_plans(building)
    assert sum(row[4] for row in theirs if row[3] == "plan: hubs") > 0
    assert sorted(base.ledger.flows() + theirs) == building.ledger.flows()


def test_a_hub_without_seats_is_no_hub(base) -> None:
    empty = lived(plan(hubs(lunch_club_seats=0, minibus=True, paid_lead=True)))
    assert len(empty.hubs) > len(base.hubs)
    assert who_differs(base, empty) == {}
    assert sorted(base.ledger.flows() + flows_of_plans(empty)) == empty.ledger.flows()


def test_a_hub_without_a_kitchen_serves_no_lunch(base) -> None:
    block = {key: each for key, each in hubs().items() if key != "lunch_club_seats"}
    cold = lived(plan(block | {"kitchen": False}))
    assert who_differs(base, cold) == {}


# --- the same plan in other words -------------------------------------------------------------


def test_the_order_of_investments_and_their_title_change_nothing() -> None:
    one = lived(plan(hubs(), services()))
    other = lived(plan(services(), hubs(), title="Quite another title"))
    assert_same_town(one, other)


def test_one_grant_is_two_grants_of_half_the_size() -> None:
    """The council sees the sum, whoever brings it; pennies are rounded once for each."""
    one = lived(plan(services(gbp_per_head=60.0)), months=6)
    two = lived(plan(*[services(payer=payer) for payer in ("national_grant", "nhs")]), months=6)
    assert abs(one.council.extra_pence - two.council.extra_pence) <= 2
    assert two.council.fee_uplift == pytest.approx(one.council.fee_uplift, rel=1e-4)
    for rule in ("cut_off_hours", "generosity"):
        mine, theirs = (getattr(each.council.rules_now, rule) for each in (one, two))
        assert theirs == pytest.approx(mine, rel=1e-4)
    assert one.council.rules_now != town().council.rules_now


# --- hubs -------------------------------------------------------------------------------------


def test_nobody_comes_before_the_doors_open_or_after_they_close() -> None:
    model = town(plan(hubs(opening_months=4)))
    first, came = len(model.hubs), 0
    for month in range(1, 13):
        if month == 9:
            for each in model.hubs[first:]:
                each.open = False
        model.step()
        ours = [each.row for each in model.hubs[first:]]
        members = np.isin(model.world.people.hub, ours)
        visits = sum(each.visits_this_month for each in model.hubs[first:])
        opened = 5 <= month < 9
        assert bool(ours) == (month >= 5)
        assert opened or not (members.any() or visits)
        came += visits
    assert came > 0


def test_volunteers_of_a_hub_that_closes_are_placed_there_no_longer() -> None:
    model = lived(plan(hubs(paid_lead=True)), months=3)
    ours = [each for each in model.hubs if each.paid_lead]
    placed = np.isin(model.world.people.hub_volunteer, [each.row for each in ours])
    assert placed.any()
    for each in ours:
        each.open = False
    model.step()
    assert not np.isin(model.world.people.hub_volunteer, [each.row for each in ours]).any()


def test_riders_need_a_minibus() -> None:
    for minibus in (True, False):
        model = town(plan(hubs(minibus=minibus)))
        riders = 0
        for _month in range(12):
            model.step()
            riders += sum(each.riders_this_month for each in model.hubs)
            came = model.world.people.hub_hours[model.world.people.by_minibus]
            assert not minibus or came.size == 0 or (came > 0).any()
        assert (riders > 0) == minibus


def test_more_seats_bring_no_fewer_people() -> None:
    """Paired mean of visits in a year over a few seeds, for 5, 20 and 80 seats."""
    visits = dict.fromkeys((5, 20, 80), 0)
    for seed in (1, 2):
        for seats in visits:
            model = town(plan(hubs(lunch_club_seats=seats)), rng=seed)
            for _month in range(12):
                model.step()
                visits[seats] += sum(each.visits_this_month for each in model.hubs)
    assert visits[5] <= visits[20] <= visits[80]
    assert visits[5] < visits[80]


def columns_written(*rooms: str) -> set[str]:
    """Columns of `people` that rooms write, in whole or in part, under any name they give them."""
    found: set[str] = set()
    for room in rooms:
        tree = ast.parse((AGENTS / f"{room}.py").read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                found |= _written(function)
    return found


def _written(function: ast.FunctionDef) -> set[str]:
    """Columns one function writes: assigned to, added to, or given as `out`."""
    found: set[str] = set()
    called: dict[str, set[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if isinstance(node.value, ast.Attribute) and _of_people(node.value):
                called.setdefault(node.targets[0].id, set()).add(node.value.attr)
        elif isinstance(node, ast.For):
            columns = {each.attr for each in ast.walk(node.iter) if _of_people(each)}
            for each in ast.walk(node.target):
                if isinstance(each, ast.Name):
                    called.setdefault(each.id, set()).update(columns)

    def names(target: ast.AST | None, whole: bool) -> set[str]:
        inner = target.value if isinstance(target, ast.Subscript) else target
        if _of_people(inner):
            return {inner.attr}
        part = isinstance(target, ast.Subscript) or whole
        return called.get(inner.id, set()) if isinstance(inner, ast.Name) and part else set()

    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                found |= names(target, whole=False)
        elif isinstance(node, ast.AugAssign):
            found |= names(node.target, whole=True)
        elif isinstance(node, ast.keyword) and node.arg == "out":
            found |= names(node.value, whole=True)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name == "setattr" or name.endswith((".put", ".at")):
                found.add("anything")
    return found


def _of_people(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node.value) == "people"


def test_a_hub_acts_by_its_four_routes_only() -> None:
    """Ties, company on the day, volunteers' purpose, companions' help: no shortcut to a feeling.

    The rooms of hubs write who belongs, who comes and who helps; loneliness, need, crises and
    money are written elsewhere, by rules that see a hub only through these.
    """
    assert columns_written("hub", "companions") == {
        "hub",
        "hub_months",
        "hub_seat",
        "hub_hours",
        "by_minibus",
        "hub_volunteer",
        "community_minutes",
        "reached",
    }
    assert columns_written("feelings") >= {"z", "life_satisfaction", "connection", "company"}
    feelings = {"z", "life_satisfaction", "connection", "company"}
    rooms = [path.stem for path in AGENTS.glob("*.py") if path.stem not in ("feelings", "opening")]
    assert "connector" in rooms
    for room in rooms:
        assert not feelings & columns_written(room), room


def test_a_hub_reaches_only_those_it_took_in(base, with_hub) -> None:
    model = with_hub
    ours = [each.row for each in model.hubs if each.funded]
    here = model.world.people.id[np.isin(model.world.people.hub, ours)]
    assert here.size
    assert np.isin(here, model.reached).all()
    assert base.reached.size == 0


# --- services ---------------------------------------------------------------------------------


def test_more_money_for_hours_buys_no_fewer_minutes_and_a_cut_no_more() -> None:
    """Paired mean over a few seeds; the council's answer to its budget switched off."""
    minutes = dict.fromkeys((-40.0, 0.0, 40.0), 0)
    for seed in (1, 2):
        for gbp in minutes:
            block = services(gbp_per_head=gbp, share_to_hours=1.0, share_to_fees=0.0)
            model = town(plan(block), rng=seed, feedback=False)
            for _month in range(12):
                model.step()
                minutes[gbp] += int(model.world.people.formal_minutes.sum())
    assert minutes[-40.0] < minutes[0.0] < minutes[40.0]


@pytest.mark.parametrize("gbp", [-400.0, 1_000.0])
def test_no_cut_and_no_grant_is_too_large_to_be_told(gbp: float) -> None:
    """Fees and pay never fall below nothing, and a flood of money still adds up."""
    model = lived(plan(services(gbp_per_head=gbp)), months=12)
    assert model.home_care.pay_ratio >= 0.0
    assert model.money.gap is not None
    assert np.isfinite(list(model.diary.money[-1].values())).all()


# --- known answers ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strange() -> CommunityModel:
    """A place where nobody dies, every meeting place closes for good, and no care worker stays.

    The plan's money ends after a year: while it lasts, a hub that closes opens again.
    """
    said = {
        "mortality_scale": 0.0,
        "infrastructure_decay_annual": 1.0,
        "turnover_base": 1.0,
        "hire_chance_per_month": 0.0,
    }
    overrides = {key: {"value": value, "because": "a known answer"} for key, value in said.items()}
    model = town(plan(hubs(end_month=12), overrides=overrides), years=3)
    deaths = 0
    for _month in range(36):
        model.step()
        deaths += model.deaths
    assert deaths == 0
    return model


def test_where_every_hub_closes_nobody_attends(strange) -> None:
    assert not any(each.open for each in strange.hubs)
    people = people_now(strange)
    assert not (people["hub"] >= 0).any()
    assert not (people["hub_hours"] > 0).any()


def test_where_care_has_no_staff_no_care_is_delivered(strange) -> None:
    people = people_now(strange)
    agency = people["client"] == 1
    assert agency.any()
    assert strange.home_care.deliverable_minutes == 0
    assert not people["formal_minutes"][agency].any()
    assert not strange.posts.filled.any()


def test_payers_pay_and_hubs_keep_what_they_do_not_need() -> None:
    """The hub's account in the ledger is what the plan says it holds unspent."""
    model = lived(plan(hubs(gbp_per_head=300.0)), months=12)
    held = sum(state.get("held", 0) for state in model.plan_states.values())
    assert model.ledger.balance(Account.HUBS) == held > 0


def test_no_two_hubs_share_a_name_or_their_luck() -> None:
    model = lived(plan(hubs(payer="nhs"), hubs(payer="charity")), months=1)
    keys = [each.unique_key for each in model.hubs]
    assert len(keys) > 2
    assert len(set(keys)) == len(keys)
