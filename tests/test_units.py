"""Promises about months, years, pounds and rates: the conversions say what they mean.

Every expected number here is worked out from the calendar or by hand, not by the code under test.
"""

import datetime
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import units

chances = st.floats(0.0, 1.0)


def test_one_half_a_year_is_one_minus_the_twelfth_root_of_a_half() -> None:
    assert float(units.chance_per_month(0.5)) == pytest.approx(0.0561256873183065, rel=1e-14)


def test_never_stays_never_and_certain_stays_certain() -> None:
    assert units.chance_per_month([0.0, 1.0]).tolist() == [0.0, 1.0]


@given(chances)
def test_twelve_monthly_chances_compound_to_the_yearly_one(yearly: float) -> None:
    monthly = float(units.chance_per_month(yearly))
    assert 1 - (1 - monthly) ** 12 == pytest.approx(yearly, abs=1e-14)


@given(chances)
def test_a_monthly_chance_lies_between_a_twelfth_of_the_yearly_one_and_all_of_it(
    yearly: float,
) -> None:
    monthly = float(units.chance_per_month(yearly))
    assert yearly / 12 - 1e-15 <= monthly <= yearly + 1e-15


@given(chances, chances)
def test_a_higher_yearly_chance_never_gives_a_lower_monthly_one(one: float, other: float) -> None:
    low, high = units.chance_per_month(sorted([one, other]))
    assert low <= high


@pytest.mark.parametrize("wrong", [-1e-9, 1.0000001, 5.0, 110.0, np.nan, np.inf, -np.inf])
def test_what_is_not_a_chance_is_refused(wrong: float) -> None:
    for given_value in (wrong, [0.1, wrong]):
        with pytest.raises(ValueError, match="between 0 and 1"):
            units.chance_per_month(given_value)


def test_conversions_keep_the_shape_and_leave_the_input_alone() -> None:
    yearly = np.array([[0.1, 0.2], [0.3, 0.4]])
    before = yearly.copy()
    for convert in (units.chance_per_month, units.rate_per_month, units.minutes):
        assert convert(yearly).shape == yearly.shape
        assert convert([]).shape == (0,)
        assert convert(0.25).shape == ()
    assert np.array_equal(yearly, before)


@given(st.floats(0, 1e6))
def test_twelve_months_of_a_rate_are_a_year_of_it(yearly: float) -> None:
    assert 12 * float(units.rate_per_month(yearly)) == pytest.approx(yearly, rel=1e-14)


def test_a_rate_may_be_above_one_where_a_chance_may_not() -> None:
    assert float(units.rate_per_month(36.0)) == 3.0


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(0, 0), (1, 60), (0.25, 15), (0.01, 1), (0.008, 0), (1 / 3, 20), (13.5, 810), (168, 10_080)],
)
def test_hours_become_the_nearest_whole_minutes(hours: float, expected: int) -> None:
    assert int(units.minutes(hours)) == expected
    assert units.minutes(hours).dtype == np.int64


@given(st.floats(-1e6, 1e6))
def test_whole_minutes_are_never_more_than_half_a_minute_off(hours: float) -> None:
    assert abs(int(units.minutes(hours)) - hours * 60) <= 0.5


@given(st.integers(0, 10**9))
def test_whole_minutes_survive_being_written_as_hours(count: int) -> None:
    assert int(units.minutes(count / 60)) == count


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_hours_that_are_no_number_are_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        units.minutes([1.0, wrong])


@given(st.floats(0.01, 1200))
def test_after_one_half_life_half_is_left(months: float) -> None:
    keep = units.half_life_to_keep(months)
    assert 0 < keep < 1
    assert keep**months == pytest.approx(0.5, rel=1e-9)


def test_a_half_life_of_one_month_keeps_half() -> None:
    assert units.half_life_to_keep(1) == 0.5


@pytest.mark.parametrize("wrong", [0, -1, np.nan])
def test_a_half_life_that_is_not_above_zero_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        units.half_life_to_keep(wrong)


@pytest.mark.parametrize(
    ("month", "year"),
    [(1, 2024), (9, 2024), (10, 2025), (12, 2025), (21, 2025), (22, 2026), (120, 2034)],
)
def test_month_one_is_april_2024_and_month_ten_is_january_2025(month: int, year: int) -> None:
    assert units.calendar_year(month) == year


def test_the_calendar_agrees_with_counting_real_months() -> None:
    day = datetime.date(2024, 4, 1)
    for month in range(1, 601):
        assert units.calendar_year(month) == day.year
        day = (day + datetime.timedelta(days=31)).replace(day=1)


@pytest.mark.parametrize(
    ("year", "words"), [(1, "2024/25"), (2, "2025/26"), (10, "2033/34"), (76, "2099/00")]
)
def test_year_one_is_the_financial_year_2024_25(year: int, words: str) -> None:
    assert units.financial_year(year) == words


@given(st.integers(1, 900))
def test_a_model_year_is_one_financial_year_from_april_to_march(year: int) -> None:
    april, march = 12 * (year - 1) + 1, 12 * year
    first, last = units.calendar_year(april), units.calendar_year(march)
    assert last == first + 1
    assert units.financial_year(year) == f"{first}/{str(last)[-2:]}"


def test_the_fixed_numbers_of_the_calendar_and_the_purse() -> None:
    assert Fraction(units.DAYS_PER_YEAR) == Fraction(365) + Fraction(1, 4)
    assert pytest.approx(52.178571, abs=1e-6) == units.WEEKS_PER_YEAR
    assert pytest.approx(4.348214, abs=1e-6) == units.WEEKS_PER_MONTH
    assert (units.MONTHS_PER_YEAR, units.DAYS_PER_WEEK, units.HOURS_PER_DAY) == (12, 7, 24)
    assert (units.MINUTES_PER_HOUR, units.PENCE_PER_POUND, units.THOUSAND) == (60, 100, 1000)
