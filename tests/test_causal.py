"""How associations are read as causes: three named readings, and what each must do."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.agents.risk import raw_multipliers
from sim.errors import UserMistake
from sim.experiment.run import build_request
from sim.parameters import CAUSAL_FRACTIONS, READINGS, Override, Parameters

SMALL = {"place": "Hartlepool", "residents": 1_000, "years": 1, "rng": 3}


def test_each_reading_sets_every_causal_fraction():
    sceptic = Parameters.build(causal="sceptic")
    believer = Parameters.build(causal="face_value")
    central = Parameters.build()
    for key in CAUSAL_FRACTIONS:
        assert sceptic[key] == 0
        assert believer[key] == 1
        assert 0 < central[key] < 1


def test_no_row_of_causal_fractions_is_left_out_of_the_readings():
    assert {key for key in Parameters.build() if key.startswith("causal_fraction_")} == set(
        CAUSAL_FRACTIONS
    )


def test_a_reading_holds_in_every_draw_and_an_override_wins():
    p = Parameters.build(draw=5, causal="sceptic")
    assert all(p[key] == 0 for key in CAUSAL_FRACTIONS)
    assert not set(p.drawn()) & set(CAUSAL_FRACTIONS)
    key = CAUSAL_FRACTIONS[0]
    assert Parameters.build({key: Override(0.4, "a reading of one")}, causal="sceptic")[key] == 0.4


def test_other_numbers_do_not_follow_the_reading():
    central, sceptic = Parameters.build(draw=2), Parameters.build(draw=2, causal="sceptic")
    differing = {key for key in central if central[key] != sceptic[key]}
    assert differing <= set(CAUSAL_FRACTIONS)


def test_an_unknown_reading_is_refused_with_the_nearest():
    with pytest.raises(UserMistake, match="sceptic"):
        Parameters.build(causal="skeptic")
    with pytest.raises(UserMistake, match="face_value"):
        build_request(["baseline"], None, None, None, None, 1, causal="face-value")


def multiplied(causal: str) -> dict[str, np.ndarray]:
    """Raw multipliers of two people who differ in loneliness alone."""
    model = sim.CommunityModel(**SMALL, causal=causal)
    people, p = model.world.people, model.p
    people.company = 100.0  # nobody is isolated
    people.z = 0.0
    calm = raw_multipliers(people, model.norms, p)
    people.z = 2.0
    lonely = raw_multipliers(people, model.norms, p)
    return {name: lonely[name] / calm[name] for name in calm}


def test_the_sceptic_lets_loneliness_move_no_body_and_face_value_moves_it_most():
    none, some, all_of_it = (
        multiplied("sceptic"),
        multiplied("central"),
        multiplied("face_value"),
    )
    for name in none:
        np.testing.assert_allclose(none[name], 1.0, rtol=1e-12)
        assert (some[name] > 1).all(), name
        assert (all_of_it[name] > some[name]).all(), name


def test_a_year_under_each_reading_keeps_the_same_people():
    ids = [
        sim.CommunityModel(**SMALL, causal=causal).world.people.id.tolist() for causal in READINGS
    ]
    assert ids[0] == ids[1] == ids[2]
