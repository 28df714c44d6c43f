"""What the levers of care promise: whole things for money, what is left is shown, none for none.

Personal budgets, community care, fair pay, shared living and the strengths-based deal. Money buys
capacity and capacity meets people; nothing is written to an outcome.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from towns import plan, same_diary, services, town, who_differs

from sim import invariants
from sim.agents import match_who, matches, micro, reviews
from sim.agents.employers import HOME_CARE, Employer
from sim.agents.placing import place
from sim.errors import UserMistake
from sim.model import CommunityModel
from sim.money import Account
from sim.policies.shared_living import _kept_up
from sim.scenario import Scenario, load
from sim.world.bands import Care

BLOCKS: dict[str, dict[str, Any]] = {
    "personal_budgets": {"gbp_per_head": 1.5},
    "community_care": {"gbp_per_head": 4.0, "first_share": 0.5},
    "fair_pay": {"gbp_per_head": 12.0, "share_to_pay": 0.75, "share_to_secure_hours": 0.25},
    "shared_living": {
        "gbp_per_head": 20.0,
        "share_to_shared_lives": 0.4,
        "share_to_homeshare": 0.3,
        "share_to_keyring": 0.3,
    },
    "strengths_deal": {"gbp_per_head": 9.0},
}
PRESETS = {
    "own_budget_own_people": 1.5,
    "care_coops_good_jobs": 5.5,
    "shared_living": 1.0,
    "strengths_deal": 9.0,
    "fair_pay": 12.0,
}
LINES = ("personal budgets", "community care", "fair pay", "shared living", "strengths deal")
MONTHS = 9


def block(lever: str, **settings: Any) -> dict[str, Any]:
    return {"lever": lever} | BLOCKS[lever] | settings


def lived(scenario: str | Scenario, months: int = MONTHS, **settings: Any) -> CommunityModel:
    model = town(scenario, **settings)
    model.run_for(months)
    return model


@pytest.fixture(scope="module")
def base() -> CommunityModel:
    return lived("baseline")


@pytest.fixture(scope="module")
def funded() -> dict[str, CommunityModel]:
    """A town with each lever, checked for the impossible every month."""
    found = {}
    for lever in BLOCKS:
        found[lever] = town(plan(block(lever)))
        for _ in range(MONTHS):
            found[lever].step()
            invariants.check(found[lever])
    return found


def plan_pence(model: CommunityModel) -> int:
    return sum(row[4] for row in model.ledger.flows() if row[3].startswith("plan: "))


def test_no_money_is_no_change(base) -> None:
    nothing = lived(plan(*[block(lever, gbp_per_head=0.0) for lever in BLOCKS]))
    assert who_differs(base, nothing) == {} and same_diary(base, nothing)
    assert base.ledger.flows() == nothing.ledger.flows()
    assert np.array_equal(base.posts.worker, nothing.posts.worker)


@pytest.mark.parametrize("lever", BLOCKS)
def test_every_pound_is_posted_and_what_buys_nothing_is_held(funded, lever: str) -> None:
    model = funded[lever]
    due = round(BLOCKS[lever]["gbp_per_head"] * model.people_of_all_ages * MONTHS / 12 * 100)
    assert abs(plan_pence(model) - due) <= 1
    assert model.plan_states[0].get("held", 0) == model.ledger.balance(Account.HUBS) >= 0
    assert f"0 {lever}" in model.provenance()["money_held_unspent_gbp"]


@pytest.mark.parametrize("preset", PRESETS)
def test_the_ledger_confirms_the_pounds_per_head_of_a_preset(preset: str) -> None:
    """In a month at the full sum, to the penny."""
    scenario = load(preset)
    assert scenario.pounds_per_head() == PRESETS[preset]
    now = [each.model_copy(update={"ramp_months": 0}) for each in scenario.invest]
    model = lived(plan(*[each.model_dump(exclude_none=True) for each in now]), months=12)
    due = [round(each.gbp_per_head * model.people_of_all_ages * 100) for each in now]
    assert abs(plan_pence(model) - sum(due)) <= len(due)  # a penny a block


def test_the_order_of_blocks_and_formal_services_beside_them_change_nothing() -> None:
    blocks = [*[block(lever) for lever in BLOCKS], services()]
    one, other = lived(plan(*blocks), months=4), lived(plan(*blocks[::-1]), months=4)
    assert who_differs(one, other) == {} and same_diary(one, other)
    assert one.ledger.flows() == other.ledger.flows()


# --- fair pay ---------------------------------------------------------------------------------


def test_fair_pay_raises_fee_and_cost_alike_and_pay_by_what_reaches_workers(base, funded) -> None:
    model, p = funded["fair_pay"], base.p
    for old, new in zip(base.market.of(*HOME_CARE), model.market.of(*HOME_CARE), strict=True):
        rise = new.fee_gbp - old.fee_gbp
        assert rise > 0.1
        assert (new.price_gbp - old.price_gbp) / old.price_ratio == pytest.approx(rise, abs=0.01)
        usual = model.market.usual.pay[new.kind]
        paid = usual * (new.pay_ratio - old.pay_ratio)
        assert paid == pytest.approx(rise * p.pay_money_reaching_workers, abs=0.01)


def test_better_fees_and_fair_pay_add_up() -> None:
    """formal_services keeps its meaning: its fee share raises pay as it does alone."""
    fees = services(share_to_hours=0.0, share_to_fees=1.0)
    alone, both = (lived(plan(*each), months=1) for each in ([fees], [fees, block("fair_pay")]))
    fair = lived(plan(block("fair_pay")), months=1)
    usual = lived("baseline", months=1)
    row = usual.home_care.row
    ratio = [each.market.services[row].pay_ratio for each in (usual, alone, fair, both)]
    assert ratio[1] > ratio[0] and ratio[2] > ratio[0]
    assert ratio[3] - ratio[0] == pytest.approx(ratio[1] + ratio[2] - 2 * ratio[0])


def test_secure_hours_are_whole_contracts_and_lapse_with_the_money(base, funded) -> None:
    model = funded["fair_pay"]
    state, posts = model.plan_states[0], model.posts
    year = model.p.secure_hours_gbp_per_worker_year
    monthly = 0.25 * 12.0 * model.people_of_all_ages / 12
    assert 0 < state["secured"] <= (monthly * MONTHS) // (year / 12)
    assert posts.secure[posts.filled].mean() > base.posts.secure[base.posts.filled].mean()
    ended = lived(plan(block("fair_pay", end_month=6)), months=5)
    mine = ended.posts.worker[ended.posts.filled & ended.posts.secure]
    theirs = ended.terms.secured[0]
    assert np.isin(theirs, mine).any()
    ended.run_for(3)
    assert ended.terms.secured[0].size == 0
    left = ended.posts.filled & np.isin(ended.posts.worker, theirs)
    assert left.any() and not ended.posts.secure[left].any()
    assert all(each.plan_pay == 0.0 for each in ended.market.services)


# --- personal budgets and micro-enterprises ---------------------------------------------------


def test_support_goes_to_whole_people_as_the_money_lasts(funded) -> None:
    model = funded["personal_budgets"]
    state, each = model.plan_states[0], model.p.direct_payment_support_gbp
    paid = model.ledger.spent(Account.HUBS, "direct payment support")
    assert paid == state["supported"] * round(each * 100) > 0
    assert state["took_payment"] <= state["supported"]


def test_micro_enterprises_grow_with_time_and_serve_mostly_those_who_pay_themselves() -> None:
    model = town(plan(block("personal_budgets", gbp_per_head=3.0)), residents=2_000, years=3)
    seen, taken, p = [], [], model.p
    for _ in range(24):
        model.step()
        invariants.check(model)
        seen.append(model.plan_states[0]["micro_thousandths"])
        if model.terms.micro_row >= 0:
            there = model.market.services[model.terms.micro_row]
            most = p.somerset_micro_self_funder_share * there.deliverable_minutes
            taken.append(there.private_minutes)
            assert taken[-1] == model.terms.micro_private_minutes <= most
    most = p.micro_enterprises_per_1000_people * model.people_of_all_ages / 1_000
    after = most * (1 - np.exp(-24 / p.ramp_micro_enterprise_tau_months))
    assert seen == sorted(seen) and seen[-1] / 1_000 == pytest.approx(after, rel=0.02)
    assert max(taken) > 0 and there.kind is Employer.PERSONAL_ASSISTANT


def test_a_worker_who_sets_up_alone_leaves_an_agency_short() -> None:
    model = lived(plan(block("personal_budgets")), months=1)
    market, posts = model.market, model.posts
    model.terms.micro_row = market.of(Employer.PERSONAL_ASSISTANT)[0].row
    new = posts.filled & (posts.employer == model.terms.micro_row)
    posts.months[new] = 0
    agency = posts.kind == Employer.AGENCY
    before = int((posts.filled & agency).sum())
    moved = micro.pull_from_agencies(market, model.p, model.luck, 1)
    assert 0 < moved <= int(new.sum())
    assert int((posts.filled & agency).sum()) == before - moved == before - market.terms.moved


# --- community care ---------------------------------------------------------------------------


def test_a_co_op_is_paid_its_price_while_the_money_lasts_and_is_under_cost_after() -> None:
    model = lived(plan(block("community_care", gbp_per_head=40.0, end_month=5)), months=5)
    premium, there = model.p.coop_premium_per_hour_ratio, model.market.of(
        Employer.COMMUNITY_BUSINESS
    )  # fmt: skip
    assert all(each.supported and each.fee_ratio == pytest.approx(premium) for each in there)
    state = model.plan_states[0]
    grown = model.ledger.spent(Account.HUBS, "community care: businesses grow")
    assert grown and grown % round(model.p.care_coop_place_gbp * 100) == 0
    assert model.market.business_growth == 1.0
    price = [each.price_ratio for each in there]
    model.ledger.post(6, Account.HUBS, Account.SUPPLIERS, state["held"], "spent elsewhere")
    state["held"] = 0
    model.run_for(3)
    assert model.market.business_growth == 0.0
    for each, dear in zip(there, price, strict=True):
        assert each.price_ratio == dear and each.fee_ratio == 1.0


# --- shared living ----------------------------------------------------------------------------


def test_hosts_bind_however_much_money_there_is() -> None:
    rich = {"gbp_per_head": 400.0, "share_to_shared_lives": 1.0}
    only = {"share_to_homeshare": 0.0, "share_to_keyring": 0.0}
    model = lived(plan(block("shared_living", **rich, **only)), months=20)
    p = model.p
    hosts = p.shared_lives_places_per_100k_adults * len(model.world.people) / 100_000
    years = (20 - p.shared_lives_approval_months) / 12
    most = hosts * ((1 + p.shared_lives_host_growth_per_year) ** years - 1)
    assert model.plan_states[0].get("places", 0) <= most < 1
    assert model.plan_states[0]["held"] == plan_pence(model) > 0


def test_a_match_is_a_tie_made_of_time_together_and_ends() -> None:
    model = lived("baseline", months=1)
    people, ties, p = model.world.people, model.world.ties.companions, model.p
    pairs = matches.Matches()
    one = np.flatnonzero(match_who.could_host(people, pairs))[:1]
    other = np.flatnonzero(match_who.could_share(people, pairs))[:1]
    pairs.add(people.id[one], people.id[other])
    matches.spend_time(people, ties, pairs, p.homeshare_hours_per_week, p)
    row = np.flatnonzero((ties.a == one[0]) & (ties.b == other[0]))
    row = row if row.size else np.flatnonzero((ties.a == other[0]) & (ties.b == one[0]))
    hours = p.homeshare_hours_per_week * 365.25 / 7 / 12
    assert ties.minutes[row] == pytest.approx(hours * 60, rel=0.01) and ties.strength[row] > 0
    for _ in range(int(p.homeshare_months)):
        pairs.pass_month(people, int(p.homeshare_months))
    assert len(pairs) == 0


# --- the strengths-based deal -----------------------------------------------------------------


def test_a_conversation_leaves_out_only_help_that_is_there() -> None:
    model = lived("baseline", months=2)
    people, p = model.world.people, model.p
    rows = np.flatnonzero(np.isin(people.client, reviews.BY_THE_HOUR))
    before = people.package[rows].copy()
    people.community_minutes[rows[0]] = 30
    help_there = people.community_minutes[rows].copy()
    reviews.resize(people, rows, p)
    assert np.array_equal(people.package[rows], before - np.minimum(before, help_there))
    assert rows.size > 1 and people.package[rows[0]] < before[0]


def test_the_vendors_fall_is_forced_only_where_a_plan_says_why() -> None:
    claimed = load("strengths_deal:vendor_claim")
    given = claimed.overrides["deal_forced_package_change"]
    assert given.value == -0.45 and "What-if" in given.because
    assert load("strengths_deal").overrides == {}
    model = lived(claimed, months=12)
    told = next(each for each in model.plan_states.values() if each.get("conversations"))
    assert told["packages_after"] <= 0.56 * told["packages_before"]
    assert model.provenance()["overrides"]["deal_forced_package_change"]["because"]


def test_conversations_are_paid_one_by_one_and_need_places(funded) -> None:
    model = funded["strengths_deal"]
    state, p = model.plan_states[0], model.p
    paid = model.ledger.spent(Account.HUBS, "strengths deal: conversations")
    assert paid == state["conversations"] * round(p.strengths_conversation_gbp * 100) > 0
    people = model.world.people
    rows = np.flatnonzero(people.client == Care.HOME_CARE)
    assert reviews.introduce([], people, rows, p, model.luck, 1) == 0
    assert model.market.more_reablement > 0
    assert model.terms.now(p).reablement_offered_if_new > p.reablement_offered_if_new


# --- mistakes are told plainly ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("lever", "settings", "told"),
    [
        ("personal_budgets", {"catalysts": False, "support": False}, "buys nothing"),
        ("community_care", {"then_share": 0.1}, "less than first_share"),
        ("community_care", {"then_after_months": 6}, "no then_share"),
        ("fair_pay", {"share_to_pay": 0.5}, "not 1"),
        ("fair_pay", {"where": "most_deprived_first"}, "evenly"),
        ("shared_living", {"share_to_keyring": 0.9}, "not 1"),
        ("strengths_deal", {"share_to_reablement": 0.9}, "not 1"),
        ("strengths_deal", {"gbp_per_head": -1.0}, "takes money away"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(lever, settings, told) -> None:
    with pytest.raises(UserMistake, match=told):
        plan(block(lever, **settings))


def test_a_variant_may_override_a_number_and_must_name_one_that_exists() -> None:
    wrong = {"overrides": {"deal_forced_package_chnge": {"value": -0.1, "because": "a slip"}}}
    with pytest.raises(UserMistake, match="deal_forced_package_change"):
        plan(block("strengths_deal"), variants={"slip": wrong})


# --- left alone, and in a small place ---------------------------------------------------------


def test_community_businesses_take_no_more_clients_than_they_have_places_for() -> None:
    """Left alone their usual share of all home care; a plan's places come on top."""
    model = town("baseline", residents=2_000)
    market, people, p = model.market, model.world.people, model.p
    (business,) = market.of(Employer.COMMUNITY_BUSINESS)
    for each in market.of(*HOME_CARE):
        each.deliverable_minutes = 10**6 if each is business else 0
    now = int((people.provider == business.row).sum())
    everyone = np.isin(people.provider, [each.row for each in market.of(*HOME_CARE)]).sum()
    usual = round(p.community_business_share_of_home_care * int(everyone))
    rows = np.flatnonzero(people.client == 0)[:6]
    kind, package = np.full(6, Care.HOME_CARE), np.full(6, 60)
    for bought in (0, 2):
        market.terms.business_places = bought
        found = place(market, people, rows, kind, package, p, model.luck, 1)
        assert (found == business.row).sum() == max(min(usual + bought - now, 6), 0)


def test_a_small_town_saves_up_for_a_unit_and_keeps_it_while_the_money_lasts() -> None:
    state: dict[str, int] = {}
    months = [_kept_up(state, "pot", 50, 100, 0) for _ in range(23)]
    assert months == [0] * 23  # half a unit's money: a year of it takes two years
    now = _kept_up(state, "pot", 50, 100, 0)
    assert now == 1 and state["pot"] == 1_200
    kept = 0
    while now:
        state["pot"] -= 100
        now = _kept_up(state, "pot", 50, 100, now)
        kept += 1
    assert kept == 23 and state["pot"] < 100 + 50
    assert _kept_up({"pot": 10_000}, "pot", 0, 100, 1) == 0  # none without new money
