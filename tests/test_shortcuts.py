"""Short cuts in opening a place lead where the long way leads, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from sim.parameters import Parameters
from sim.world import alone, sampling
from sim.world.place_facts import council_figure
from sim.world.places import get


@pytest.mark.parametrize("name", ["Hartlepool", "Tower Hamlets", "Isles of Scilly"])
def test_living_alone_is_what_halving_all_the_way_finds(name: str) -> None:
    here, p = get(name).neighbourhoods, Parameters.build(draw=2)
    told = council_figure(here.utla[0], "one_person_household_share", here)
    adults = alone.adults_by_sex_and_band(here, p)
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2.0
        under = alone.one_person_share(adults, middle / (1.0 - middle), p) < told
        low, high = (middle, high) if under else (low, middle)
    assert alone.alone_odds(here, p).tolist() == [middle / (1.0 - middle)] * len(here)


@pytest.mark.parametrize(("share", "found"), [(2.0, (0.0, 1.0)), (-1.0, (0.0, 1.0))])
def test_a_share_that_is_never_met_is_looked_for_everywhere(
    share: float, found: tuple[float, float]
) -> None:
    assert alone._around(lambda middle: middle - share) == found


def test_a_sample_is_the_same_in_whole_numbers_and_in_doubles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = get("Kent")
    quick = sampling.draw_sample(place.code, place.name, place.neighbourhoods, 5_000)
    monkeypatch.setattr(sampling, "_in_doubles", lambda *_: False)
    slow = sampling.draw_sample(place.code, place.name, place.neighbourhoods, 5_000)
    assert np.array_equal(quick.neighbourhoods.code, slow.neighbourhoods.code)


def test_doubles_count_only_while_they_can_hold_every_sum() -> None:
    columns = np.full((3, 21), 2_000, dtype=np.int64)
    assert sampling._in_doubles(columns, 10**12)
    assert not sampling._in_doubles(columns, 10**16)
