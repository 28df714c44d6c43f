"""Promises: knowing a number is worth what algebra says; an idle one is worth nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from sim.errors import UserMistake
from sim.experiment.information import request, value_of_knowing, weigh


def linear(a: float, b: float, mean: float, draws: int = 4000, idle: int = 20):
    """A gain of mean + a X + b Y for two standard normal unknowns, among idle ones."""
    units = np.random.default_rng(3).uniform(size=(draws, 2 + idle))
    x, y = norm.ppf(units[:, 0]), norm.ppf(units[:, 1])
    return units, mean + a * x + b * y


def exact(sd: float, mean: float) -> float:
    """Expected value of knowing a normal gain first, less choosing by its mean."""
    return sd * norm.pdf(mean / sd) + mean * norm.cdf(mean / sd) - max(0.0, mean)


@pytest.mark.parametrize(("a", "b", "mean"), [(3.0, 1.0, 0.0), (2.0, 2.0, 1.0), (1.0, 4.0, -2.0)])
def test_the_two_number_linear_case_has_its_known_answer(a, b, mean):
    units, gain = linear(a, b, mean)
    keys = [f"n{number}" for number in range(units.shape[1])]
    found = weigh("one", "two", np.zeros(gain.size), gain, keys, units)
    by_key = {each.key: each for each in found.unknowns}
    assert by_key["n0"].gbp_per_head == pytest.approx(exact(a, mean), abs=0.06)
    assert by_key["n1"].gbp_per_head == pytest.approx(exact(b, mean), abs=0.06)
    assert found.regret == pytest.approx(exact(math.hypot(a, b), mean), abs=0.08)
    assert found.better == ("two" if mean > 0 or (mean == 0 and gain.mean() > 0) else "one")
    telling = [each.key for each in found.telling]
    assert set(telling[:2]) == {"n0", "n1"} and len(telling) <= 3
    first = "n0" if a > b else "n1"
    assert a == b or found.unknowns[0].key == first


def test_an_idle_number_among_few_draws_is_not_called_telling():
    false = 0
    for seed in range(60):
        luck = np.random.default_rng(seed)
        units, gain = luck.uniform(size=(40, 30)), luck.normal(size=40)
        found = weigh("a", "b", gain * 0, gain, [f"n{k}" for k in range(30)], units)
        false += bool(found.telling)
    assert false <= 60 * 0.12


def test_nothing_is_worth_knowing_when_the_choice_is_plain():
    units, gain = linear(0.5, 0.5, 50.0, 400)
    found = weigh("a", "b", np.zeros(400), gain, ["x", "y"], units[:, :2])
    assert found.better == "b" and found.chance_better == 1
    assert found.regret == 0
    assert all(each.gbp_per_head == 0 for each in found.unknowns)


def test_swapping_the_plans_changes_no_value():
    units, gain = linear(1.0, 2.0, 0.5, 300)
    for place in range(3):
        one, two = value_of_knowing(units[:, place], gain), value_of_knowing(units[:, place], -gain)
        assert one == pytest.approx(two)


def test_a_bent_gain_is_seen_too():
    unit = np.random.default_rng(1).uniform(size=2000)
    bent = norm.ppf(unit) ** 2 - 1.0
    value, chance = value_of_knowing(unit, bent)
    assert value == pytest.approx(np.maximum(bent, 0).mean(), abs=0.05)
    assert chance < 1e-6


def test_too_few_draws_and_a_plan_against_itself_are_refused():
    with pytest.raises(UserMistake, match="draws: 5"):
        request("bevy_hub", "services_only", draws=5)
    with pytest.raises(UserMistake, match="itself"):
        request("bevy_hub", "bevy_hub")
