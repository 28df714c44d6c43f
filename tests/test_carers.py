"""Promises about unpaid carers: help along ties, strain, support, breaking down, distress, work.

Known answers by hand on a street of a few people; what must hold whoever cares for whom; and
that a carer can be lonely, attend a hub and be cared for.
"""

from __future__ import annotations

import numpy as np
import pytest
from towns import hubs, plan, town, who_differs

from sim import invariants
from sim.agents import carer, distress, employment, feelings, strain
from sim.agents.caring_ties import CaringTies
from sim.experiment.fit_carers import out_of_work_by_caring
from sim.luck import Luck, pair_ids
from sim.model import CommunityModel
from sim.parameters import Override, Parameters
from sim.units import minutes
from sim.world.columns import Columns
from sim.world.people import RESIDENT_COLUMNS
from sim.world.ties import FULL, EdgeList, Kind, Ties

LUCK = Luck(1)
EVERYBODY_HELPS = Parameters.build({"friend_helps_chance": Override(1.0, "for a test")})


@pytest.fixture(scope="module")
def p() -> Parameters:
    return Parameters.build()


def street(*ages: int, **columns: list) -> Columns:
    """People of these ages, each alone in a home of their own."""
    people = Columns(RESIDENT_COLUMNS)
    size = len(ages)
    people.append(
        {
            "id": np.arange(1, size + 1, dtype=np.uint64),
            "age_months": np.array(ages) * 12,
            "household": np.arange(size),
            **{name: np.array(values) for name, values in columns.items()},
        }
    )
    return people


def tie(
    people: Columns, edges: EdgeList, a: int, b: int, kind: Kind, strength: float = 1.0
) -> None:
    ends = np.array([a]), np.array([b])
    key = pair_ids(people.id[ends[0]], people.id[ends[1]])
    edges.add(*ends, key, np.array([round(strength * FULL)]), int(kind))


def care(people: Columns, ties: Ties, p: Parameters = EVERYBODY_HELPS) -> CaringTies:
    return carer.give_care(people, ties, p, LUCK)[0]


# --- help along ties --------------------------------------------------------------------------


def test_a_close_friend_helps_before_a_neighbour_and_a_casual_one_never() -> None:
    people = street(80, 70, 60, 50, needed_minutes=[600, 0, 0, 0], need=[2, 0, 0, 0])
    ties = Ties()
    tie(people, ties.friends, 0, 1, Kind.FRIEND, strength=0.2)
    assert care(people, ties).given.size == 0
    tie(people, ties.neighbours, 3, 0, Kind.NEIGHBOUR)
    found = care(people, ties)
    assert (found.carer[0], found.cared[0], found.kind[0]) == (3, 0, Kind.NEIGHBOUR)
    tie(people, ties.friends, 2, 0, Kind.FRIEND)
    found = care(people, ties)
    assert (found.carer[0], found.cared[0], found.kind[0]) == (2, 0, Kind.FRIEND)
    assert found.given.size == 1, "one friend or neighbour, never both"


def test_what_a_friend_gives_follows_the_table_and_doubles_for_those_without_family() -> None:
    p = EVERYBODY_HELPS
    people = street(80, 70, needed_minutes=[600, 0], need=[2, 0])
    ties = Ties()
    tie(people, ties.friends, 0, 1, Kind.FRIEND)
    usual = p.friend_help_share_65plus_level_2 * 600
    most = p.friend_help_hours_most * 60
    assert care(people, ties).given[0] == min(usual * p.friend_help_ratio_without_kin, most)
    people.kin_outside[0] = 1
    found = care(people, ties)
    assert found.given[0] == min(usual, most)
    by_kin = round(p.kin_share_65plus_level_2 * 600)
    assert people.kin_minutes[0] == found.given[0] + by_kin
    assert people.care_minutes[1] == found.given[0]


def test_a_friend_of_two_in_need_shares_one_evening_between_them() -> None:
    p = EVERYBODY_HELPS
    people = street(80, 81, 60, needed_minutes=[1200, 1200, 0], need=[2, 2, 0])
    ties = Ties()
    tie(people, ties.friends, 0, 2, Kind.FRIEND)
    tie(people, ties.friends, 1, 2, Kind.FRIEND)
    people.need[:2] = 3  # in too much need to help one another
    found = care(people, ties)
    most = int(p.friend_help_hours_most * 60)
    wanted = round(p.friend_help_share_65plus_level_3 * p.friend_help_ratio_without_kin * 1200)
    assert people.care_minutes[2] == found.given.sum() == min(2 * wanted, most)
    assert people.kin_minutes[0] == min(wanted, most), "the lower identity comes first"


def test_kin_who_share_the_home_are_the_households_and_are_not_asked_twice() -> None:
    people = street(80, 50, needed_minutes=[600, 0], need=[2, 0], household=[0, 0])
    people.household_size = 2
    ties = Ties()
    tie(people, ties.kin, 0, 1, Kind.KIN)
    found = care(people, ties)
    assert found.kind.tolist() == [Kind.HOUSEHOLD]


def test_nobody_helps_who_is_ill_broken_down_or_in_a_care_home() -> None:
    for name, value in (("need", 3), ("broken", 2), ("at_home", False)):
        people = street(80, 70, needed_minutes=[600, 0], need=[2, 0])
        ties = Ties()
        tie(people, ties.friends, 0, 1, Kind.FRIEND)
        getattr(people, name)[1] = value
        assert care(people, ties).given.size == 0, name


@pytest.fixture(scope="module")
def lived() -> CommunityModel:
    model = town(plan(hubs(gbp_per_head=400.0)), residents=6_000)
    for _ in range(14):
        model.step()
        invariants.check(model)
    return model


def test_every_kind_of_tie_carries_care_and_minutes_balance(lived) -> None:
    caring, people = lived.caring, lived.world.people
    for kind in (Kind.HOUSEHOLD, Kind.KIN, Kind.FRIEND, Kind.NEIGHBOUR):
        assert caring.minutes_by(kind) > 0, kind.name
    assert caring.minutes_by(Kind.HOUSEHOLD) > caring.minutes_by(Kind.FRIEND)
    assert int(caring.given.sum()) == int(people.care_minutes.astype(np.int64).sum())
    light = np.isin(caring.kind, (int(Kind.FRIEND), int(Kind.NEIGHBOUR)))
    given = np.bincount(caring.carer[light], weights=caring.given[light])
    assert given.max() <= lived.p.friend_help_hours_most * 60


def test_the_same_friend_helps_month_after_month(lived) -> None:
    people, ties = lived.world.people, lived.world.ties
    first = carer.give_care(people, ties, lived.p, lived.luck)[0]
    again = carer.give_care(people, ties, lived.p, lived.luck)[0]
    for name in ("carer", "cared", "given", "kind"):
        assert np.array_equal(getattr(first, name), getattr(again, name)), name


def test_a_carer_can_be_lonely_attend_a_hub_and_be_cared_for(lived) -> None:
    people = lived.world.people
    lonely = feelings.often_lonely_chance(
        people.z.astype(np.float64), lived.norms.thresholds, lived.p.answer_noise
    )
    assert (people.carer & (lonely > 1 / 2)).any()
    assert (people.carer & (people.hub_hours > 0)).any()
    assert (people.carer & (people.kin_minutes > 0)).any()


def test_carers_live_with_the_person_for_the_longest_hours(lived) -> None:
    people, caring = lived.world.people, lived.caring
    home = np.zeros(len(people), dtype=bool)
    home[caring.carer[caring.kind == int(Kind.HOUSEHOLD)]] = True
    long_hours = people.carer & (people.answered_hours >= 50)
    light = people.carer & (people.answered_hours < 10)
    assert home[long_hours].mean() > home[light].mean()


def test_when_council_care_is_lost_families_take_on_a_part_and_give_it_back(lived) -> None:
    """Formal and unpaid care substitute, and only in part."""
    people, p = lived.world.people.copy(), lived.p

    def given(formal_share: float) -> int:
        formal = np.rint(people.reference_package * formal_share)
        people.formal_minutes = formal.astype(np.int64)
        caring, boundary = carer.give_care(people, lived.world.ties, p, lived.luck)
        return int(caring.given.sum()) + boundary.received

    full, none, more = given(1.0), given(0.0), given(1.5)
    lost = int(people.reference_package.astype(np.int64).sum())
    assert more < full < none
    assert none - full < lost * p.family_takes_on_share * 1.01


def false_friend(m: CommunityModel) -> None:
    m.caring.kind[m.caring.kind == int(Kind.HOUSEHOLD)] = int(Kind.FRIEND)


def stranger(m: CommunityModel) -> None:
    m.caring.kind[m.caring.kind == int(Kind.KIN)] = int(Kind.NEIGHBOUR)


def restless(m: CommunityModel) -> None:
    m.world.people.broken[np.argmax(m.world.people.care_minutes)] = 3
    m.events.breakdown[:] = False


def supported_stranger(m: CommunityModel) -> None:
    m.world.people.support_months[np.flatnonzero(~m.world.people.carer)[0]] = 5


def working_pensioner(m: CommunityModel) -> None:
    m.world.people.employed[np.argmax(m.world.people.age_months)] = True


@pytest.mark.parametrize(
    ("sabotage", "sentence"),
    [
        (false_friend, "not of the kind it says"),
        (stranger, "neighbour they do not have"),
        (restless, "has broken down gives care"),
        (supported_stranger, "somebody no carer"),
        (working_pensioner, "too old"),
    ],
)
def test_the_invariants_of_carers_notice_when_they_are_broken(sabotage, sentence: str) -> None:
    model = town(residents=2_000)
    model.run_for(1)
    invariants.check(model)
    sabotage(model)
    with pytest.raises(invariants.Impossible, match=sentence):
        invariants.check(model)


# --- strain, support, breaking down -----------------------------------------------------------


def carers(size: int, hours: float = 60.0, **columns: list) -> Columns:
    people = street(*([70] * size), **columns)
    people.carer, people.answered_hours, people.strain = True, hours, min(hours / 60, 1.0)
    return people


def breakdowns(supported: bool, p: Parameters, hours: float = 60.0) -> int:
    people, broke = carers(20_000, hours), 0
    for month in range(1, 13):
        people.support_months = 2 if supported else 0
        broke += int(strain.strain_and_breakdown(people, CaringTies.none(), p, LUCK, month).sum())
    return broke


def test_support_lowers_breakdowns_a_little_as_the_trials_say(p) -> None:
    ratio = breakdowns(True, p) / breakdowns(False, p)
    assert 0.88 < ratio < 1.0


def test_breakdown_is_commoner_at_longer_hours_and_about_one_in_twenty_a_year_at_50(p) -> None:
    low, at_50 = breakdowns(False, p, hours=20.0), breakdowns(False, p, hours=54.0)
    assert low < at_50 / 4
    assert at_50 / 20_000 == pytest.approx(p.carer_breakdown_annual_prob_50h, rel=0.1)


def test_a_carer_who_breaks_down_gives_no_care_and_comes_back() -> None:
    model = town(residents=3_000)
    model.run_for(2)
    people = model.world.people
    busiest = int(np.argmax(people.care_minutes))
    cared = model.caring.cared[model.caring.carer == busiest]
    who, helped = people.id[busiest], people.id[cared[0]]
    lost = int(model.caring.given[model.caring.carer == busiest][0])
    people.broken[busiest] = 4
    before = int(people.kin_minutes[cared[0]])
    given = []
    for _ in range(5):
        model.step()
        row = int(people.row_of(np.array([who]))[0])
        assert row >= 0
        given.append(int(people.care_minutes[row] + people.outside_minutes[row]))
        if len(given) == 1:
            after = int(people.kin_minutes[people.row_of(np.array([helped]))[0]])
            assert after < before
            assert before - after <= lost
    assert given[:3] == [0, 0, 0]
    assert given[-1] > 0


def test_who_has_lost_their_carer_is_told_for_a_month(p) -> None:
    people = carers(2_000)
    caring = CaringTies(
        np.arange(0, 1_000), np.arange(1_000, 2_000), np.full(1_000, 60), np.zeros(1_000, dtype=int)
    )
    broke = strain.strain_and_breakdown(people, caring, p, LUCK, 3)
    assert broke.any()
    assert np.array_equal(people.carer_lost[1_000:], broke[:1_000])
    strain.strain_and_breakdown(people, CaringTies.none(), p, LUCK, 4)
    assert not people.carer_lost.any()


def test_places_a_plan_adds_go_to_the_most_strained_and_are_counted(p) -> None:
    people = carers(50)
    people.strain = np.linspace(0.1, 1.0, 50)
    closed = Parameters.build({"carer_seen_chance_full_strain": Override(0.0, "for a test")})
    count, placed = strain.support_carers(people, closed, LUCK, 1, places=8)
    assert (count.seen, count.direct, count.placed) == (0, 0, 8)
    assert set(placed) == set(range(42, 50))
    assert (people.support_months > 0).sum() == 8
    count, placed = strain.support_carers(people, closed, LUCK, 2, places=0)
    assert count.placed == 0
    assert not people.support_months.any(), "a place is for the month"


def test_the_council_sees_strained_carers_more_and_supports_few_of_them(p) -> None:
    people = carers(20_000)
    people.strain[:10_000] = 0.2
    seen = direct = 0
    for month in range(1, 13):
        count, placed = strain.support_carers(people, p, LUCK, month)
        seen, direct = seen + count.seen, direct + count.direct
        assert placed.size == 0
    assert direct / seen == pytest.approx(p.carers_direct_support_share, abs=0.04)
    helped = people.support_months > 0
    assert helped[10_000:].sum() > 3 * helped[:10_000].sum()


def test_more_places_change_only_those_they_reach() -> None:
    """A hook for a plan: with places carers are less strained; with none nothing moves."""
    usual, again, placed = (town(residents=2_000) for _ in range(3))
    placed.carer_support_places = 30
    for model in (usual, again, placed):
        model.run_for(3)
    assert who_differs(usual, again) == {}
    people, other = usual.world.people, placed.world.people
    assert placed.carer_support.placed == 30
    assert other.reached.sum() >= 30
    assert not people.reached.any()
    here = np.intersect1d(people.id[people.carer], other.id[other.reached])
    rows = people.row_of(here), other.row_of(here)
    assert other.strain[rows[1]].mean() < people.strain[rows[0]].mean()


# --- loneliness, distress, work ---------------------------------------------------------------


@pytest.fixture(scope="module")
def england() -> CommunityModel:
    return CommunityModel(place="England", residents=12_000, years=1, plan="baseline", rng=1)


def test_carers_of_long_hours_are_lonelier_than_others_of_their_age(england) -> None:
    people = england.world.people
    lonely = feelings.often_lonely_chance(
        people.z.astype(np.float64), england.norms.thresholds, england.p.answer_noise
    )
    longest = people.carer & (people.answered_hours >= 50) & (people.band < 5)
    expected = sum(
        (longest & (people.band == band)).sum()
        * lonely[~people.carer & people.at_home & (people.band == band)].mean()
        for band in range(5)
    )
    assert lonely[longest].sum() > 1.05 * expected


def test_it_is_the_strain_that_makes_a_carer_lonelier(england) -> None:
    people = england.world.people.copy()
    ages, rows = england.age_effect, np.flatnonzero(people.strain > 0)
    felt = np.zeros(len(people))  # nothing felt from others, on either side
    with_it = feelings.wanted_feeling(people, felt, england.p, ages)
    people.strain = 0.0
    without = feelings.wanted_feeling(people, felt, england.p, ages)
    assert (with_it[rows] > without[rows]).all()
    others = np.setdiff1d(np.arange(len(people)), rows)
    assert np.array_equal(with_it[others], without[others])


def test_distress_starts_at_the_published_level_and_keeps_it(england) -> None:
    people = england.world.people
    for sex, level in ((0, 0.16), (1, 0.21)):
        assert people.distress[people.sex == sex].mean() == pytest.approx(level, abs=0.02)
    before = float(people.distress.mean())
    england.run_for(12)
    assert england.distressed_share == pytest.approx(before, abs=0.01)
    assert 0.5 < england.carers_in_work_share < 0.8


def pulled(people: Columns, model: CommunityModel, p: Parameters, unmet: float = 0.0) -> float:
    rows = np.arange(len(people))
    short = np.full(len(people), unmet)
    return float(distress.wanted_distress(people, rows, short, model.norms, p)[0])


def test_what_distresses_people_does_and_by_how_much(england, p) -> None:
    def of(**columns) -> float:
        return pulled(street(50, **{"sex": [1], "quintile": [4]} | columns), england, p)

    plain = of()
    for name, worse in (("z", 3.0), ("bereavement", 1.0), ("disabled", True)):
        assert of(**{name: [worse]}) > plain, name
    assert of(quintile=[0]) > plain
    assert pulled(street(50, sex=[1], quintile=[4]), england, p, unmet=1.0) > plain
    caring = {"carer": [True], "months_caring": [40]}
    some, much = (of(answered_hours=[hours], **caring) for hours in (10.0, 30.0))
    assert plain < some < much
    new = of(answered_hours=[30.0], carer=[True], months_caring=[2])
    assert new > much
    sd = p.ghq_change_women_20h / p.ghq12_points_per_sd
    odds = (much / (1 - much)) / (plain / (1 - plain))
    assert odds == pytest.approx(np.exp(sd * p.logit_per_sd))
    him, cares = of(sex=[0]), of(sex=[0], answered_hours=[30.0], **caring)
    assert (cares / (1 - cares)) / (him / (1 - him)) < odds


def test_without_a_causal_share_loneliness_does_not_distress(england) -> None:
    key = "causal_fraction_loneliness_mental_wellbeing"
    sceptic = Parameters.build({key: Override(0.0, "for a test")})
    lonely, not_lonely = (street(50, z=[z]) for z in (3.0, -3.0))
    assert pulled(lonely, england, sceptic) == pulled(not_lonely, england, sceptic)


def test_caring_costs_work_and_who_stops_caring_finds_their_way_back(p) -> None:
    size = 4_000
    people = street(*([55] * size), band=[3] * size, sex=[1] * size)
    employment.start_work(people, np.arange(size), p, LUCK)

    def share_after(months: int, since: int) -> float:
        for month in range(since, since + months):
            employment.come_and_go_to_work(people, p, LUCK, month)
        return float(people.employed.mean())

    usual = p.in_work_female_50_64
    assert people.employed.mean() == pytest.approx(usual, abs=0.02)
    assert share_after(36, 1) == pytest.approx(usual, abs=0.03), "the stock holds"
    people.carer, people.answered_hours = True, 60.0
    fallen = share_after(120, 40)
    assert fallen == pytest.approx(usual * p.in_work_ratio_caring_50plus_h, abs=0.04)
    people.carer, people.answered_hours = False, 0.0
    assert share_after(120, 200) > fallen + 0.15
    people.age_months = 65 * 12
    assert share_after(1, 400) == 0.0


def test_those_under_ten_hours_work_as_others_do(p) -> None:
    share = employment.share_in_work(p)
    assert (np.diff(share, axis=3) < 0).all(), "each longer band works less"
    assert (share[:, :, 1] < share[:, :, 0]).all()
    people = street(30, carer=[True], answered_hours=[9.0])
    assert employment._cell(people, np.array([0]), p)[3] == 0


def test_the_fit_counts_carers_out_of_work_by_comparing_like_with_like() -> None:
    people = street(*([40] * 8), carer=[True] * 4 + [False] * 4, employed=[True, False] * 4)
    assert out_of_work_by_caring(people) == 0.0
    people.employed[:4] = False
    assert out_of_work_by_caring(people) == 2.0


def test_hours_that_count_as_caring_are_those_of_ones_age(p) -> None:
    for age, least in (
        (40, p.carer_counts_from_hours_16_64),
        (70, p.carer_counts_from_hours_65plus),
    ):
        edge = int(np.ceil(least * 60))
        people = street(age, age, outside_minutes=[edge, edge - 1])
        carer.take_the_role(people, CaringTies.none(), p)
        assert people.carer.tolist() == [True, False]
        assert people.answered_hours[0] > minutes(least) / 60
