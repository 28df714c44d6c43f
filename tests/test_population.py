"""Who lives here: margins as the place's data say, joint patterns as the evidence says.

Everybody has one identity, whatever else is simulated and whatever is planned; those who arrive
later are the same people in every scenario.
"""

from __future__ import annotations

import dataclasses

import margins
import numpy as np
import pytest
from towns import hubs, people_now, plan, services, town, who_differs

from sim.agents.opening import areas_of
from sim.luck import Luck
from sim.model import CommunityModel
from sim.parameters import Parameters
from sim.scenario import load
from sim.world.alone import adults_by_sex_and_band, one_person_share
from sim.world.bands import (
    AGE_BANDS,
    DATA_BAND_STARTS,
    ETHNICITIES,
    OLDEST_AGE,
    SEXES,
    CareHome,
)
from sim.world.households import by_age_and_sex
from sim.world.margins import (
    adults_by_band,
    carer_factors,
    disabled_odds,
    fitted_odds,
    need_ratio,
    need_shares,
    shifted,
)
from sim.world.place_data import all_neighbourhoods
from sim.world.places import get
from sim.world.population import Areas, people_of

LARGE = 12_000
PER_AREA = (
    "no_car_share",
    "ethnic_shares",
    "disabled_odds",
    "need_ratio",
    "alone_odds",
    "carer_share",
    "carer_hours",
)


@pytest.fixture(scope="module")
def england() -> CommunityModel:
    """England's own mix on the eve of April 2024. Read only."""
    return town(place="England", residents=LARGE)


def within_chance(share: float, told: float, people: int, slack: float) -> bool:
    """Whether a share is within 4 standard errors, and some points of rounding, of what is told."""
    return abs(share - told) <= slack + 4 * np.sqrt(told * (1 - told) / people)


# --- margins ----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["Brighton and Hove", "Hastings", "England"])
def test_people_by_neighbourhood_and_age_are_exactly_those_of_the_data(place: str) -> None:
    model = town(place=place, residents=3_000)
    people, sample = model.world.people, model.sample
    edges = np.append(DATA_BAND_STARTS[:-1], OLDEST_AGE + 100)
    years = people.age_months // 12
    for area in range(len(sample.neighbourhoods)):
        here = people.area == area
        told = np.histogram(years[here], bins=edges)[0]
        assert told.tolist() == sample.counts[area].tolist()
        fifth = sample.neighbourhoods.quintile[area] - 1
        assert (people.quintile[here] == fifth).all()
    assert len(people) == sample.residents


def test_ethnic_groups_follow_the_place() -> None:
    for place in ("Hastings", "Tower Hamlets"):
        model = town(place=place, residents=8_000)
        people, place_ = model.world.people, model.place
        young = people.age_months < 65 * 12
        for row, group in enumerate(ETHNICITIES):
            share = (people.ethnicity[young] == row).mean()
            told = place_.facts[f"eth_{group}_share"].value
            assert within_chance(share, told, int(young.sum()), 0.01), (place, group)


def test_homes_without_a_car_are_as_many_in_each_neighbourhood_as_the_census_counted() -> None:
    for place in ("Tower Hamlets", "Wokingham"):
        model = town(place=place, residents=10_000)
        people, homes = model.world.people, np.flatnonzero(model.world.people.at_home)
        homes = homes[np.unique(people.household[homes], return_index=True)[1]]
        for area, told in enumerate(model.sample.neighbourhoods.no_car_share):
            here = homes[people.area[homes] == area]
            assert within_chance((~people.has_car[here]).mean(), told, here.size, 0.0), place


@pytest.fixture(scope="module")
def england_margins() -> tuple[margins.Margins, margins.Margins]:
    return margins.made("England", 20_000), margins.told("England", 20_000)


@pytest.mark.parametrize("place", margins.CONTRASTING)
def test_homes_disability_and_carers_follow_unlike_councils(place: str, england_margins) -> None:
    """At about 10,000 residents, two seeds: homes in shares, people as ratios to England's."""
    mine, theirs = margins.made(place, 10_000, (1, 2)), margins.told(place, 10_000)
    assert mine.one_person == pytest.approx(theirs.one_person, abs=0.02)
    # homes in each neighbourhood are not quite as many as in the Census, so the mean may differ
    assert mine.no_car == pytest.approx(theirs.no_car, abs=0.045)
    mine, theirs = mine.over(england_margins[0]), theirs.over(england_margins[1])
    assert mine.disabled == pytest.approx(theirs.disabled, abs=0.08)
    assert mine.carers == pytest.approx(theirs.carers, abs=0.14)
    assert mine.carers_20h == pytest.approx(theirs.carers_20h, abs=0.2)
    assert mine.carers_50h == pytest.approx(theirs.carers_50h, abs=0.25)


def test_england_itself_keeps_its_level_of_need_and_carers() -> None:
    """Ratios average to one over the country, so nothing fitted to England moves."""
    p, everywhere = Parameters.build(), all_neighbourhoods()
    adults = adults_by_band(everywhere)
    needy = adults @ (1.0 - need_shares(p)[:, 0])
    for fifth in range(1, 6):
        here = everywhere.quintile == fifth
        mean = np.average(need_ratio(everywhere, p)[here], weights=needy[here])
        assert mean == pytest.approx(1.0, abs=1e-9)
    outside = adults @ p.array("outside_carer", AGE_BANDS)
    factors = carer_factors(everywhere, p)
    assert np.average(factors.share, weights=outside) == pytest.approx(1.0, abs=0.01)
    table = p.array("disabled_share", AGE_BANDS)
    share = shifted(table, disabled_odds(everywhere, p)[:, None])
    assert (share * adults).sum() == pytest.approx((adults @ table).sum(), rel=0.005)


def test_odds_are_fitted_to_the_wanted_mean_by_hand() -> None:
    """Two kinds of homes, half each: odds 1/3 and 3 times 1 give shares 1/4 and 3/4, mean 1/2."""
    share = np.array([[1 / 4, 3 / 4], [1 / 2, 1 / 2], [1 / 4, 3 / 4]])
    weight = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    fitted = fitted_odds(share, weight, np.array([1 / 2, 3 / 4, 1 / 2]))
    assert fitted == pytest.approx([1.0, 3.0, 1.0])


def test_expected_one_person_homes_are_those_the_model_forms() -> None:
    """Couples who find nobody and sharers left over included, at twice and at half the odds."""
    p, place = Parameters.build(), get("Birmingham")
    sample = place.sample(40_000)
    adults = adults_by_sex_and_band(sample.neighbourhoods, p)
    made = areas_of(place, sample, p)
    for odds in (0.5, 2.0):
        bent = dataclasses.replace(made, alone_odds=np.full(len(made.codes), odds))
        people = people_of(bent, p, Luck(1))
        size = np.bincount(people["household"][people["care_home"] == 0])
        expected = one_person_share(adults, odds, p)
        assert (size == 1).sum() / (size > 0).sum() == pytest.approx(expected, abs=0.012)


def test_newcomers_and_later_years_keep_the_places_own_cut_offs() -> None:
    """After two years Blackpool is still far more disabled, and in need, than Wokingham."""
    shares = []
    for place in ("Blackpool", "Wokingham"):
        model = town(place=place, residents=3_000, years=2)
        model.run_for(24)
        people = model.world.people
        middle = people.at_home & np.isin(people.band, [2, 3])
        shares.append((people.disabled[middle].mean(), (people.need[middle] > 0).mean()))
    assert shares[0][0] > 1.4 * shares[1][0]
    assert shares[0][1] > 1.4 * shares[1][1]


# --- joint patterns ---------------------------------------------------------------------------


def test_living_alone_rises_with_age_more_for_women_as_the_evidence_has_it(england) -> None:
    people = england.world.people
    alone = (people.household_size == 1) & people.at_home
    told = by_age_and_sex(england.p, "living_alone")
    shares = {}
    for sex, name in enumerate(SEXES):
        for band, age in enumerate(AGE_BANDS):
            here = (people.sex == sex) & (people.band == band) & people.at_home
            shares[name, age] = alone[here].mean()
            assert within_chance(alone[here].mean(), told[sex, band], int(here.sum()), 0.03)
    assert shares["female", "75_84"] > 1.3 * shares["male", "75_84"]
    assert shares["female", "65_74"] < shares["female", "75_84"] < shares["female", "85_plus"]


def test_couples_are_about_as_many_as_the_evidence_says_and_of_like_age(england) -> None:
    people = england.world.people
    home = people.at_home
    for sex in range(2):
        here = home & (people.sex == sex) & np.isin(people.band, [2, 3, 4])
        told = by_age_and_sex(england.p, "living_as_couple")[sex][people.band[here]].mean()
        assert (people.partner[here] >= 0).mean() == pytest.approx(told, abs=0.05)
    mates = np.flatnonzero(people.partner >= 0)
    gap = np.abs(people.age_months[mates] - people.age_months[people.partner[mates]]) / 12
    assert np.median(gap) < 5


def test_disability_and_need_rise_with_age(england) -> None:
    people = england.world.people
    disabled = [people.disabled[people.band == band].mean() for band in range(len(AGE_BANDS))]
    assert disabled[2:] == sorted(disabled[2:])
    assert disabled[-1] > 2 * disabled[0]
    home = people.at_home
    need = [(people.need[home & (people.band == band)] > 0).mean() for band in range(7)]
    assert need[2:] == sorted(need[2:])
    assert need[-1] > 5 * need[0]


def test_carers_are_most_common_in_late_working_life_and_least_among_the_young(england) -> None:
    people = england.world.people
    share = [people.carer[people.band == band].mean() for band in range(len(AGE_BANDS))]
    by_age = dict(zip(AGE_BANDS, share, strict=True))
    assert by_age["50_64"] > by_age["35_49"] > by_age["25_34"]
    assert by_age["50_64"] > by_age["16_24"]
    assert people.carer[people.sex == 1].mean() > people.carer[people.sex == 0].mean()


def test_need_is_far_commoner_where_people_are_poor_age_for_age(england) -> None:
    """Standardised to England's ages: the most deprived fifth over the least, above 1.5."""
    people = england.world.people
    weight = np.bincount(people.band, minlength=7) / len(people)

    def standardised(flags: np.ndarray, fifth: int) -> float:
        here = people.at_home & (people.quintile == fifth)
        by_band = [flags[here & (people.band == band)].mean() for band in range(7)]
        return float(weight @ np.array(by_band))

    assert standardised(people.need > 0, 0) > 1.5 * standardised(people.need > 0, 4)
    assert standardised(people.disabled, 0) > 1.2 * standardised(people.disabled, 4)
    assert standardised(people.volunteers, 0) < standardised(people.volunteers, 4)
    assert standardised(people.savings == 2, 0) < standardised(people.savings == 2, 4)


def test_care_homes_hold_the_oldest_and_those_who_pay_have_savings(england) -> None:
    people = england.world.people
    home = ~people.at_home
    told = england.p.array("care_home", AGE_BANDS)
    for band in (5, 6):
        here = people.band == band
        assert within_chance(home[here].mean(), told[band], int(here.sum()), 0.01)
    assert (people.need[home] >= 2).all()
    assert (people.partner[home] < 0).all()
    assert (people.household_size[home] == 1).all()
    assert (people.savings[people.care_home == CareHome.SELF_FUNDED] == 2).all()
    assert (people.savings[people.care_home == CareHome.COUNCIL] < 2).all()
    assert people.dementia[home].mean() > 10 * people.dementia[~home].mean()


def test_the_same_household_shares_its_car_and_its_neighbourhood(england) -> None:
    people = england.world.people
    for name in ("has_car", "area", "street"):
        column = getattr(people, name).astype(np.int64)
        least = np.full(int(people.household.max()) + 1, np.iinfo(np.int64).max)
        most = np.full_like(least, -1)
        np.minimum.at(least, people.household, column)
        np.maximum.at(most, people.household, column)
        assert (least == most)[people.household].all(), name


def test_traits_have_the_spread_they_are_defined_to_have(england) -> None:
    people = england.world.people
    for name in ("disposition", "liability"):
        column = getattr(people, name)
        assert column.mean(dtype=np.float64) == pytest.approx(0, abs=0.05)
        assert column.std(dtype=np.float64) == pytest.approx(1, abs=0.05)
    assert people.sociability.mean(dtype=np.float64) == pytest.approx(1, abs=0.05)
    assert (people.sociability >= 0).all()
    people.check()


# --- identities -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def areas() -> tuple[Areas, Parameters]:
    p = Parameters.build()
    place = get("Brighton and Hove")
    return areas_of(place, place.sample(6_000), p), p


def only(areas: Areas, rows: list[int]) -> Areas:
    chosen = {name: getattr(areas, name)[rows] for name in ("counts", "quintile", *PER_AREA)}
    return dataclasses.replace(areas, codes=tuple(areas.codes[row] for row in rows), **chosen)


def test_identities_are_all_different_and_the_same_each_time(areas) -> None:
    made, p = areas
    once, again = (people_of(made, p, Luck(5)) for _ in range(2))
    assert np.unique(once["id"]).size == once["id"].size == made.counts.sum()
    for name in once:
        assert np.array_equal(once[name], again[name]), name


def test_nobodys_identity_or_traits_depend_on_which_other_neighbourhoods_are_there(areas) -> None:
    """Two of the neighbourhoods alone, in another order: the same people, partners and all."""
    made, p = areas
    rows = [3, 1]
    whole, part = people_of(made, p, Luck(1)), people_of(only(made, rows), p, Luck(1))
    for new, old in enumerate(rows):
        here, there = np.flatnonzero(whole["area"] == old), np.flatnonzero(part["area"] == new)
        here = here[np.argsort(whole["id"][here])]
        there = there[np.argsort(part["id"][there])]
        for name in set(whole) - {"area", "household", "partner"}:
            assert np.array_equal(whole[name][here], part[name][there]), (old, name)
        mates = [
            np.where(each["partner"] >= 0, each["id"][each["partner"]], np.uint64(0))
            for each in (whole, part)
        ]
        assert np.array_equal(mates[0][here], mates[1][there])


def test_another_seed_has_other_households_and_so_other_people(areas) -> None:
    """Stated plainly: an identity holds across scenarios of one seed, not across seeds.

    It hangs on the household, and who shares one with whom is luck; ages by neighbourhood, which
    are data, stay the same.
    """
    made, p = areas
    one, other = people_of(made, p, Luck(1)), people_of(made, p, Luck(2))
    shared = np.isin(one["id"], other["id"]).mean()
    assert 0.1 < shared < 0.9
    assert not np.array_equal(one["disposition"], other["disposition"])
    assert np.array_equal(one["area"], other["area"])


def test_the_same_people_open_every_scenario() -> None:
    base = town()
    for scenario in ("services_only", "bevy_hub", plan(hubs(), services())):
        assert who_differs(base, town(scenario)) == {}


def test_what_one_run_does_to_its_people_another_run_never_sees() -> None:
    first = town()
    first.world.people.z[:] = 9.0
    first.run_for(3)
    assert not (town().world.people.z == 9.0).any()


def test_who_arrives_is_the_same_in_every_scenario() -> None:
    """Newcomers' identities, ages and dispositions, month by month, whatever is planned."""
    towns = [town(each) for each in ("baseline", plan(hubs(), services(gbp_per_head=300.0)))]
    seen = [set(each.world.people.id.tolist()) for each in towns]
    total = 0
    for _month in range(18):
        came = []
        for model, before in zip(towns, seen, strict=True):
            model.step()
            now = people_now(model)
            new = np.array([who not in before for who in now["id"].tolist()])
            before |= set(now["id"].tolist())
            came.append({name: now[name][new] for name in ("id", "age_months", "disposition")})
        for name in came[0]:
            assert np.array_equal(came[0][name], came[1][name])
        total += came[0]["id"].size
    assert total > 50


def test_the_presets_open_in_any_place() -> None:
    for place in ("Isles of Scilly", "Hartlepool"):
        model = town(load("bevy_hub"), place=place, residents=600)
        model.run_for(2)
        assert len(model.residents) > 100
