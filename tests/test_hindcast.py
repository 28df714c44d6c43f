"""Promises about the hindcast: where it starts, what it is given, what it must not know."""

from __future__ import annotations

import numpy as np
import pytest

from sim.evidence import series
from sim.experiment.calibration import england_2015 as then
from sim.experiment.calibration.hindcast import (
    ANCHORED,
    given,
    hindcast_plan,
    hindcast_series,
)
from sim.parameters import Parameters
from sim.world.places import get


def test_england_of_2015_has_the_people_of_2015() -> None:
    place = then.england()
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
    budgets = [year.spend_growth for year in then.years()]
    assert budgets[0] is not None and budgets[1] is not None and set(budgets[2:]) == {None}


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
