"""Need holds: how many need care at each age stays where the account puts it, year after year."""

import numpy as np
import pytest

from sim.agents.need import onset_shares, worsening
from sim.experiment import need_balance
from sim.parameters import Parameters
from sim.world.bands import AGE_BAND_STARTS, AGE_BANDS, LEVELS, OLDEST_AGE
from sim.world.margins import need_by_age
from sim.world.vital import age_weights

ROOM = 0.10
OLDEST = AGE_BANDS.index("85_plus")


@pytest.fixture(scope="module")
def p() -> Parameters:
    return Parameters.build()


def test_no_share_of_need_drifts_by_a_tenth_in_any_of_ten_years(p):
    told = need_balance.project(need_balance.opening_shares(p), need_balance.rates_of(p))
    off = np.abs(told[1:] / told[0] - 1.0)
    assert off[:, :, : need_balance.HOME].max() < ROOM
    assert off[:, need_balance.OLDER, need_balance.HOME].max() < ROOM  # care homes from 65


def test_twice_the_onset_at_the_oldest_ages_would_be_seen(p):
    doubled = p.replaced({"need_onset_85_plus": 2 * p.need_onset_85_plus})
    assert need_balance.drift(doubled)[OLDEST, 1:].max() > 1.0 + ROOM


def test_shares_always_add_up_and_none_is_negative(p):
    told = need_balance.project(need_balance.opening_shares(p), need_balance.rates_of(p), 3)
    assert np.allclose(told.sum(axis=2), 1.0)
    assert told.min() >= 0.0


def test_need_rises_with_every_year_from_fifty_and_no_band_has_more_or_less_of_it(p):
    told, people = need_by_age(p), age_weights()
    for start, stop in zip(AGE_BAND_STARTS, [*AGE_BAND_STARTS[1:], OLDEST_AGE], strict=True):
        here = told[start:stop]
        assert np.average(here, weights=people[start:stop]) == pytest.approx(1.0)
        if start >= p.need_rises_from_age:
            assert np.allclose(np.diff(np.log(here)), p.need_rise_per_year_of_age)
        else:
            assert (here == 1.0).all()


def test_without_onset_need_only_falls(p):
    none = p.replaced({f"need_onset_{band}": 0.0 for band in AGE_BANDS})
    assert (need_balance.drift(none, 5)[:, 1 : need_balance.HOME] < 1.0).all()


def test_new_need_is_split_whole_over_the_levels_and_the_highest_cannot_worsen(p):
    assert np.allclose(onset_shares(p).sum(axis=1), 1.0)
    chances = worsening(p)
    assert chances.shape == (len(AGE_BANDS), len(LEVELS))
    assert (chances[:, -1] == 0).all() and (chances[:, 0] == 0).all()


@pytest.mark.slow
def test_balancing_what_is_balanced_moves_little(p):
    again = need_balance.balance(p)
    moved = [abs(value / p[key] - 1.0) for key, value in again.items()]
    assert np.median(moved) < ROOM
