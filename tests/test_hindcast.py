"""Promises about the hindcast: where it starts, what it is given, what it must not know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.evidence import registry, series
from sim.experiment.calibration import england_2015
from sim.experiment.calibration import outside_then as then
from sim.experiment.calibration.hindcast import (
    ANCHORED,
    given,
    hindcast_plan,
    hindcast_series,
)
from sim.parameters import Parameters
from sim.world.places import get


def test_england_of_2015_has_the_people_of_2015() -> None:
    place = england_2015.england()
    assert place.facts["people"].value == pytest.approx(then.everybody("2015/16"), rel=1e-3)
    now = get("England")
    older = slice(7, None)  # 65 or over, of the 13 bands
    assert place.neighbourhoods.people[:, older].sum() < now.neighbourhoods.people[:, older].sum()
    assert get("England").facts["people"].value == now.facts["people"].value
    assert get(place) is place


def test_the_outside_world_is_read_from_input_points_alone() -> None:
    for name in hindcast_plan().inputs:
        assert series.series(name, "input")
    assert then.real_pay("2024/25") == pytest.approx(12.0, rel=0.02)  # December 2024: 12.00
    assert 0.7 < then.price_level(0.7, 0.0062) < 0.95


def test_what_councils_had_and_paid_is_read_off_published_returns_and_prices() -> None:
    # Net current spending in the returns: 15.32bn in 2017/18, 18.96bn in 2021/22, with Birmingham
    # and Cumbria, which have none for 2023/24; deflators 77.0 and 85.3.
    assert then.money("2021/22") / then.money("2017/18") == pytest.approx(
        18.96 / 85.3036 / (15.32 / 77.0388), rel=0.01
    )
    assert then.money("2023/24") == pytest.approx(1.0)
    budgets = {year.name: year.spend_growth for year in then.years()}
    assert budgets["2016/17"] == pytest.approx(budgets["2017/18"])  # even between two returns
    assert max(budgets, key=lambda year: budgets[year]) == "2023/24"  # the year of new grants
    # A week in a residential home at 65 or over was 550 pounds in 2015/16 and 565 the year after,
    # in a nursing home 564 and 606: 0.7% and 5.3% more in real pounds, over 3.0 and 1.4 billion.
    homes = (3.0046 * 0.0071 + 1.4407 * 0.0533) / (3.0046 + 1.4407)
    spent = {"homes": 4.4453, "rest": 2.1036 + 5.2939}
    mixed = spent["homes"] * homes + spent["rest"] * 0.01
    assert then.price_growth("2016/17", 0.01) == pytest.approx(
        mixed / sum(spent.values()), abs=2e-4
    )
    assert then.price_growth("2020/21", 0.01) == 0.01  # the pandemic's prices are not taken


def test_no_price_published_after_the_fitted_years_is_read_for_one_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = []

    class Watched:
        def get(self, key: str):
            read.append(key)
            return registry().get(key)

    monkeypatch.setattr(then, "registry", Watched)
    for year in then.FITTED_YEARS[1:]:
        then.price_growth(year, 0.01)
    assert read
    for key in read:
        assert any(key.endswith(year.replace("/", "_")) for year in then.FITTED_YEARS), key


def test_a_plan_is_held_to_its_own_years() -> None:
    plan = replace(hindcast_plan(), fitted_years=("2015/16",))
    assert {point.year for point in plan.fitted_points()} == {"2015/16"}


def test_prices_of_each_year_reach_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def spend() -> list[float]:
        told = hindcast_series({"reference_residents": 1000.0}, 1000, 1, years=3)
        assert "gross_current_expenditure" not in set(told["series"])  # given: no test of anything
        return told[told["series"] == "long_term_support_spend"]["modelled"].tolist()

    usual = spend()
    monkeypatch.setattr(then, "price_growth", lambda year, growth: growth + (year == "2017/18"))
    monkeypatch.setattr(then, "price_level", lambda share, growth: 0.81)
    dear = spend()
    assert dear[2] / dear[1] > 1.2 * usual[2] / usual[1]


def test_a_fitted_number_wins_over_what_2015_sets() -> None:
    p = Parameters.build()
    told = given({"friend_loss": 0.01, "client_ratio_used": 0.5})
    assert told["friend_loss"] == 0.01 and told["client_ratio_used"] == 0.5
    assert told["council_care_home_week_65plus"] < p.council_care_home_week_65plus


def test_the_check_gets_what_the_fit_never_saw() -> None:
    plan = hindcast_plan()
    fitted = {(point.series, point.year) for point in plan.fitted_points()}
    held_out = {(point.series, point.year) for point in plan.held_out_points()}
    assert fitted and held_out and not fitted & held_out
    assert not {name for name, _ in held_out} - set(plan.series)


def test_a_hindcast_tells_every_series_and_year_and_the_same_twice() -> None:
    one = hindcast_series({"reference_residents": 1000.0}, 1000, 1, years=2)
    assert list(one.columns) == ["year", "series", "modelled"]
    assert set(one["series"]) == set(hindcast_plan().series)
    assert sorted(set(one["year"])) == ["2015/16", "2016/17"]
    assert np.isfinite(one["modelled"]).all() and (one["modelled"] >= 0).all()
    for name in ANCHORED:
        first = hindcast_plan().fitted_points()
        point = next(each for each in first if each.series == name)
        here = one[(one["series"] == name) & (one["year"] == point.year)]
        assert float(here["modelled"].iloc[0]) == pytest.approx(point.value)
    again = hindcast_series({"reference_residents": 1000.0}, 1000, 1, years=2)
    assert one.equals(again)
