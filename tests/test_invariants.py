"""Nothing appears or vanishes, and no community is ever in a state that cannot be.

Random plans are lived month by month with every invariant looked at; each invariant is shown to
notice when it is broken; people are counted in and out.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from towns import hubs, plan, services, town

from sim import invariants
from sim.agents.carer import CaringTies
from sim.invariants import Impossible
from sim.model import CommunityModel
from sim.money import Account
from sim.scenario import Scenario
from sim.scenario_shape import CouncilRules

FULL = plan(hubs(paid_lead=True, minibus=True), services())

months = st.integers(0, 12)
pounds = st.floats(0, 400, allow_nan=False).map(lambda gbp: round(gbp, 2))
payers = st.sampled_from(["council", "nhs", "national_grant", "charity", "trading"])
wheres = st.sampled_from(
    ["evenly", "most_deprived_first", "weakest_infrastructure_first", "by_readiness"]
)
audiences = st.sampled_from(
    [["everyone"], ["ethnicity_white"], ["age_75_plus", "female"], ["ethnicity_asian", "age_16_24"]]
)


@st.composite
def hub_blocks(draw: Any) -> dict[str, Any]:
    minibus = draw(st.booleans())
    seats = {"minibus_seats": draw(st.integers(1, 30))} if minibus else {}
    start = draw(months)
    return seats | {
        "lever": "hubs",
        "gbp_per_head": draw(pounds),
        "start_month": start,
        "ramp_months": draw(months),
        "end_month": draw(st.none() | st.integers(start + 1, start + 12)),
        "payer": draw(payers),
        "where": draw(wheres),
        "existing_room": draw(st.booleans()),
        "opening_months": draw(st.integers(0, 6)),
        "catchment_people": draw(st.integers(100, 5_000)),
        "lunch_club_seats": draw(st.integers(0, 60)),
        "sessions_per_week": draw(st.integers(1, 5)),
        "minibus": minibus,
        "paid_lead": draw(st.booleans()),
        "for_whom": draw(audiences),
    }


@st.composite
def service_blocks(draw: Any) -> dict[str, Any]:
    share, start = draw(st.sampled_from([0.0, 0.25, 0.5, 1.0])), draw(months)
    return {
        "lever": "formal_services",
        "gbp_per_head": draw(pounds) * draw(st.sampled_from([-1, 1])),
        "start_month": start,
        "ramp_months": draw(months),
        "end_month": draw(st.none() | st.integers(start + 1, start + 12)),
        "payer": draw(payers),
        "share_to_hours": share,
        "share_to_fees": 1.0 - share,
    }


lengths = st.none() | st.integers(1, 18)
shares = st.floats(0, 1, allow_nan=False).map(lambda share: round(share, 2))


@st.composite
def austerity_blocks(draw: Any) -> dict[str, Any]:
    changes = st.floats(-1, 1, allow_nan=False).map(lambda change: round(change, 2))
    return {
        "kind": "austerity",
        "start_month": draw(st.sampled_from([0, 12])),
        "yearly_changes": draw(st.none() | st.lists(changes, min_size=1, max_size=3)),
        "shape": draw(st.sampled_from(["all_residents", "older_residents"])),
    }


@st.composite
def pandemic_blocks(draw: Any) -> dict[str, Any]:
    return {
        "kind": "pandemic",
        "start_month": draw(months),
        "months": draw(st.integers(1, 18)),
        "lockdown_months": draw(lengths),
        "contact_fall": draw(st.none() | shares),
        "contact_fall_eased": draw(st.none() | shares),
        "hubs_shut": draw(st.booleans()),
        "requests_delayed": draw(st.none() | shares),
        "mutual_aid": draw(st.booleans()),
        "organiser_gbp_per_head": draw(st.just(0.0) | pounds),
        "organiser_payer": draw(payers),
    }


@st.composite
def passing_blocks(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["price", "recruitment"]))
    size = {"rise": 2 * draw(shares)} if kind == "price" else {"fall": draw(st.none() | shares)}
    return size | {"kind": kind, "start_month": draw(months), "months": draw(lengths)}


shocks = st.one_of(austerity_blocks(), pandemic_blocks(), passing_blocks())
rules = st.fixed_dictionaries({}, optional=dict.fromkeys(CouncilRules.model_fields, st.booleans()))
blocks = st.one_of(hub_blocks(), service_blocks())


@st.composite
def any_plan(draw: Any) -> Scenario:
    """Up to three levers, up to three shocks, any of the council's rules switched on or off."""
    invest = _without_nones(draw(st.lists(blocks, max_size=3)))
    shock = _without_nones(draw(st.lists(shocks, max_size=3)))
    return plan(*invest, shock=shock, rules=draw(rules))


scenarios = any_plan()


def _without_nones(some: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: each for key, each in block.items() if each is not None} for block in some]


# Plans of every kind are lived in tests/test_money_month.py, their books added up besides: some
# each time, five hundred among the slow promises.


@pytest.mark.slow
@pytest.mark.parametrize("place", ["England", "Hastings", "Tower Hamlets"])
def test_ten_years_of_a_larger_place_hold_every_invariant(place: str) -> None:
    model = town(FULL, place=place, residents=5_000, years=10)
    for _month in range(120):
        model.step()
        invariants.check(model)


# --- each invariant notices -------------------------------------------------------------------


@pytest.fixture(scope="module")
def lived() -> CommunityModel:
    """A town after a year and a half; tests that break something use a town of their own."""
    model = town(FULL, residents=2_000)
    model.run_for(18)
    invariants.check(model)
    return model


def first(flags: Any) -> int:
    return int(np.flatnonzero(flags)[0])


def two_homes(m: CommunityModel) -> None:
    m.world.people.care_home[first(m.world.people.at_home)] = 1


def wrong_household_size(m: CommunityModel) -> None:
    m.world.people.household_size[0] += 1


def shared_care_home(m: CommunityModel) -> None:
    people = m.world.people
    people.household[first(~people.at_home)] = people.household[first(people.at_home)]
    people.household_size = np.bincount(people.household)[people.household]


def nowhere(m: CommunityModel) -> None:
    m.world.people.area[0] = len(m.place_keys)


def jilted(m: CommunityModel) -> None:
    m.world.people.partner[first(m.world.people.partner >= 0)] = 0


def apart(m: CommunityModel) -> None:
    people = m.world.people
    people.household[first(people.partner >= 0)] = people.household.max() + 1
    people.household_size = np.bincount(people.household)[people.household]


def not_a_number(m: CommunityModel) -> None:
    m.world.people.z[3] = np.nan


def out_of_range(m: CommunityModel) -> None:
    m.world.people.strain[3] = 1.5


def negative_stock(m: CommunityModel) -> None:
    m.world.people.unmet_minutes[3] = -1


def one_ended_tie(m: CommunityModel) -> None:
    m.world.ties.friends.a[0] = len(m.world.people)


def self_tie(m: CommunityModel) -> None:
    m.world.ties.neighbours.b[0] = m.world.ties.neighbours.a[0]


def double_tie(m: CommunityModel) -> None:
    ties = m.world.ties.neighbours
    ties.add(ties.b[:1], ties.a[:1], ties.key[:1], 1, 4)


def too_strong(m: CommunityModel) -> None:
    m.world.ties.kin.strength[0] = 1 << 17


def the_dead_return(m: CommunityModel) -> None:
    m.reached_and_gone.append(m.world.people.id[:1].copy())


def need_met_twice(m: CommunityModel) -> None:
    people = m.world.people
    people.own_minutes[first(people.needed_minutes > 0)] += 60


def care_from_nobody(m: CommunityModel) -> None:
    m.world.people.care_minutes[5] += 60


def care_received_twice(m: CommunityModel) -> None:
    people = m.world.people
    row = first(people.unmet_minutes >= 10)
    people.unmet_minutes[row] -= 10
    people.kin_minutes[row] += 10


def lost_at_the_boundary(m: CommunityModel) -> None:
    m.world.people.outside_minutes[first(m.world.people.outside_minutes > 0)] += 1


def tireless_carer(m: CommunityModel) -> None:
    caring, people = m.caring, m.world.people
    more = 60 * 60
    given_ = caring.given.copy()
    given_[0] += more
    m.caring = CaringTies(caring.carer, caring.cared, given_, caring.kind)
    people.care_minutes[caring.carer[0]] += more
    people.kin_minutes[caring.cared[0]] += more
    people.needed_minutes[caring.cared[0]] += more


def carer_in_name(m: CommunityModel) -> None:
    people = m.world.people
    people.carer[first((people.care_minutes == 0) & (people.outside_minutes == 0))] = True


def broken_stranger(m: CommunityModel) -> None:
    m.events.breakdown[first(~m.world.people.carer)] = True


def standing_room(m: CommunityModel) -> None:
    m.hubs[0].visits_this_month = 4 * m.hubs[0].seats + 1


def on_the_roof(m: CommunityModel) -> None:
    m.hubs[0].riders_this_month = 1
    m.hubs[0].minibus_seats = 0


def visit_by_nobody(m: CommunityModel) -> None:
    hub = next(each for each in m.hubs if each.open)
    hub.seats += 1
    hub.visits_this_month += 1


def behind_closed_doors(m: CommunityModel) -> None:
    m.hubs[m.world.people.hub.max()].open = False


def volunteers_at_no_hub(m: CommunityModel) -> None:
    m.world.people.hub_volunteer[first(~m.world.people.volunteers)] = 0


def attends_without_belonging(m: CommunityModel) -> None:
    people = m.world.people
    row = first((people.hub >= 0) & (people.hub_hours > 0))
    people.hub[row] = -1


def client_in_a_home(m: CommunityModel) -> None:
    m.world.people.client[first(~m.world.people.at_home)] = 1


def waits_for_what_they_have(m: CommunityModel) -> None:
    m.world.people.waiting[first(m.world.people.client > 0)] = 1


def package_for_nobody(m: CommunityModel) -> None:
    people = m.world.people
    people.client[first((people.client > 0) & (people.package > 0))] = 0


def two_posts(m: CommunityModel) -> None:
    rows = np.flatnonzero(m.posts.filled)[:2]
    m.posts.worker[rows[0]] = m.posts.worker[rows[1]]


def ghost_worker(m: CommunityModel) -> None:
    m.posts.filled[first(m.posts.filled)] = False


def a_penny_made(m: CommunityModel) -> None:
    m.ledger._moves[m.month][Account.COUNCIL] += 1


def half_a_penny(m: CommunityModel) -> None:
    m.council.base_pence += 0.5


@pytest.fixture(scope="module")
def whole() -> CommunityModel:
    """A town after three months in which nothing is broken, to be copied and broken."""
    model = town(FULL)
    model.run_for(3)
    invariants.check(copy.deepcopy(model))
    return model


BREAKS: tuple[tuple[Callable[[CommunityModel], None], str], ...] = (
    (two_homes, "both at home and in a care home"),
    (wrong_household_size, "size"),
    (shared_care_home, "shares a household"),
    (nowhere, "no neighbourhood"),
    (jilted, "name them back"),
    (apart, "two households"),
    (not_a_number, "z: nan"),
    (out_of_range, "strain: 1.5"),
    (negative_stock, "unmet_minutes: -1"),
    (one_ended_tie, "not a resident"),
    (self_tie, "themselves"),
    (double_tie, "joined twice"),
    (too_strong, "strength"),
    (the_dead_return, "here again"),
    (need_met_twice, "needed minutes are not the sum"),
    (care_from_nobody, "not those of their ties"),
    (care_received_twice, "received from outside"),
    (lost_at_the_boundary, "given outside"),
    (tireless_carer, "more than they can"),
    (carer_in_name, "no hands-on care"),
    (broken_stranger, "no carer broke down"),
    (standing_room, "visits, room for"),
    (on_the_roof, "riders, room for"),
    (visit_by_nobody, "hubs counted"),
    (behind_closed_doors, "hub is closed"),
    (volunteers_at_no_hub, "does not volunteer"),
    (attends_without_belonging, "belongs to no hub"),
    (client_in_a_home, "care-home resident has council care"),
    (waits_for_what_they_have, "already have"),
    (package_for_nobody, "no client"),
    (two_posts, "two posts"),
    (ghost_worker, "vacant post"),
    (a_penny_made, "disagree"),
    (half_a_penny, "whole pence"),
)


@pytest.mark.parametrize(
    ("sabotage", "sentence"), BREAKS, ids=[each.__name__ for each, _ in BREAKS]
)
def test_every_invariant_notices_when_it_is_broken(whole, sabotage, sentence: str) -> None:
    model = copy.deepcopy(whole)
    sabotage(model)
    with pytest.raises(Impossible, match=sentence):
        invariants.check(model)


def test_every_invariant_says_what_it_promises() -> None:
    assert len(invariants.INVARIANTS) >= 12
    for each in invariants.INVARIANTS:
        assert each.__doc__
        assert each.__doc__.rstrip().endswith(".")


# --- people in, people out --------------------------------------------------------------------


@pytest.mark.parametrize(("place", "seed"), [("Brighton and Hove", 1), ("England", 2)])
def test_people_next_month_are_people_now_with_arrivals_less_deaths_and_departures(
    place: str, seed: int
) -> None:
    """By name: who came is new for ever, who went never returns, who stayed is a month older."""
    model = town(FULL, place=place, rng=seed, residents=2_000)
    people = model.world.people
    ever = set(people.id.tolist())
    assert len(ever) == len(people) == model.sample.residents
    for _month in range(14):
        before = dict(zip(people.id.tolist(), people.age_months.tolist(), strict=True))
        model.step()
        after = dict(zip(people.id.tolist(), people.age_months.tolist(), strict=True))
        came, went = after.keys() - before.keys(), before.keys() - after.keys()
        assert len(went) == model.deaths + model.departures
        rows = people.row_of(np.array(sorted(came), dtype=np.uint64))
        couples = int((people.partner[rows] >= 0).sum()) / 2
        assert len(came) == model.arrivals + couples
        assert not came & ever
        ever |= came
        assert all(after[who] == before[who] + 1 for who in after.keys() & before.keys())
        ages = people.age_months[rows]
        assert ages.min(initial=192) >= 192
        assert people.age_months.min() >= 192


def test_every_newcomer_has_an_area_a_household_and_a_valid_age() -> None:
    model = town(residents=2_000)
    at_first = set(model.world.people.id.tolist())
    model.run_for(12)
    people = model.world.people
    rows = np.flatnonzero([who not in at_first for who in people.id.tolist()])
    assert rows.size > 50
    assert ((people.area[rows] >= 0) & (people.area[rows] < len(model.place_keys))).all()
    assert (people.quintile[rows] == model.world.areas.quintile[people.area[rows]]).all()
    assert (people.household_size[rows] >= 1).all()
    assert people.household.min() >= 0


def test_waiting_lists_change_by_joins_and_leaves_alone(lived) -> None:
    """Only those who wait count months, one a month on top of those before April 2024."""
    people, start = lived.world.people, town(FULL, residents=2_000).world.people
    assert not people.months_waiting[people.waiting == 0].any()
    before = dict(zip(start.id.tolist(), start.months_waiting.tolist(), strict=True))
    rows = np.flatnonzero(people.waiting > 0)
    most = [before.get(who, 0) + lived.month + 1 for who in people.id[rows].tolist()]
    assert (people.months_waiting[rows] <= most).all()


def test_events_are_of_people_who_are_here_and_can_have_them(lived) -> None:
    """A delay follows an admission, a crisis an event; only carers break down."""
    events, people = lived.events, lived.world.people
    for name in events.__annotations__:
        assert len(getattr(events, name)) == len(people)
    assert not (events.delayed & ~events.admission).any()
    cause = (
        events.admission
        | events.delayed
        | events.care_home
        | events.breakdown
        | events.safeguarding
    )
    assert not (events.crisis & ~cause).any()


def test_counts_in_the_diary_are_counts_of_people(lived) -> None:
    """Totals equal sums over groups of a kind, and shares lie between 0 and 1."""
    table = lived.diary.table()
    last = table[table["month"] == lived.month].set_index(["measure", "group"])["value"]
    for measure in ("often_lonely_share", "unpaid_carer_share", "volunteer_share"):
        values = last[measure]
        assert values.between(0, 1).all()
        sexes = values[["female", "male"]]
        assert sexes.min() <= values["all"] <= sexes.max()
    cube = lived.diary.sums[-1]
    assert cube[0].sum() == len(lived.world.people)
