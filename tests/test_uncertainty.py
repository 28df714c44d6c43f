"""Promises: luck, parameters and structure are told apart, and a 90% band covers 90%."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.errors import UserMistake
from sim.experiment import uncertainty_spread as spread
from sim.experiment.design import Paired
from sim.experiment.uncertainty import (
    QUESTIONS,
    RULE_SETS,
    crossing,
    finite,
    spread_of,
)


def test_a_table_worked_by_hand():
    # Rows means 2 and 8, column means 3 and 7, middle 5; what is left is +1 and -1.
    table = np.array([[1.0, 3.0], [5.0, 11.0]])
    # Mean squares: draws 2 x (9 + 9) = 36, seeds 2 x (4 + 4) = 16, left 4 x 1 = 4.
    found = spread.components(table)
    assert found.parameters == pytest.approx((36 - 4) / 2)
    assert found.seeds == pytest.approx((16 - 4) / 2)
    assert found.both == pytest.approx(4)
    assert found.luck == pytest.approx(10)


def test_rows_alone_are_parameters_and_columns_alone_are_luck():
    rows = np.repeat(np.arange(5.0)[:, None], 4, axis=1)
    assert spread.components(rows) == spread.Components(pytest.approx(2.5), 0.0, 0.0)
    assert spread.components(rows.T).parameters == 0
    assert spread.components(rows.T).luck == pytest.approx(2.5)


def worlds(draws: int, seeds: int, number: int, seed: int = 0, skew: bool = False):
    """Tables of known variances (parameters 4, seeds 1, both 2.25) and one value more of each."""
    luck = np.random.default_rng(seed)

    def normal(*size):
        return (luck.gamma(4.0, 0.5, size) - 2.0) if skew else luck.normal(size=size)

    for _ in range(number):
        a, b, ab = 2 * normal(draws + 1), normal(seeds + 1), 1.5 * normal(draws + 1, seeds + 1)
        whole = 7 + a[:, None] + b[None, :] + ab
        yield whole[:-1, :-1], whole[-1, -1]


def test_known_variances_are_found_on_average():
    found = [spread.components(table) for table, _ in worlds(12, 6, 400)]
    assert np.mean([each.parameters for each in found]) == pytest.approx(4, rel=0.1)
    assert np.mean([each.seeds for each in found]) == pytest.approx(1, rel=0.25)
    assert np.mean([each.both for each in found]) == pytest.approx(2.25, rel=0.05)


WORLDS = 250


@pytest.mark.parametrize(("draws", "seeds"), [(8, 4), (6, 3), (20, 2)])
@pytest.mark.parametrize("skew", [False, True])
def test_a_90_percent_band_of_a_small_ensemble_covers_90_percent(draws, seeds, skew):
    one = mean = 0
    for table, another in worlds(draws, seeds, WORLDS, seed=5, skew=skew):
        band, middle = spread.range_of_one(table), spread.range_of_mean(table)
        one += band.low <= another <= band.high
        mean += middle.low <= 7 <= middle.high
        assert band.low <= band.middle == middle.middle <= band.high
    assert 0.86 <= one / WORLDS <= 0.95
    assert 0.85 <= mean / WORLDS <= 0.97


def test_the_plain_range_of_a_few_runs_covers_far_less_than_it_says():
    inside = 0
    for table, another in worlds(8, 4, 600, seed=5):
        low, high = np.quantile(table.diagonal(), [0.05, 0.95])
        inside += low <= another <= high
    assert inside / 600 < 0.75


def test_rules_that_agree_add_no_structure_and_rules_that_differ_do():
    assert spread.structure([np.zeros(4), np.zeros(4)]) == 0
    # Ours 0, rivals 3 and -3: mean 0, variance (9 + 9) / 3.
    assert spread.structure([np.full(4, 3.0), np.full(4, -3.0)]) == pytest.approx(6)
    # The same means seen through noise count for less.
    noise = np.array([4.0, -4.0, 4.0, -4.0])
    seen = spread.structure([3.0 + noise, -3.0 + noise])
    assert seen == pytest.approx(6 - 2 * (noise.var(ddof=1) / 4) * 2 / 9)


def test_pairing_is_worth_what_it_removes():
    base = np.array([[0.0, 10.0], [20.0, 30.0]])
    assert spread.variance_reduction(base + np.array([0.0, 1.0]), base) == pytest.approx(
        (50 + 60.5) / 0.5
    )
    assert spread.variance_reduction(base + 1, base) == math.inf
    assert math.isnan(spread.variance_reduction(base * 0 + 1, base * 0))


def test_the_design_crosses_every_draw_with_every_seed_and_tries_every_rule():
    crossed = crossing(["bevy_hub"], None, 500, 1, draws=3, seeds=2, rule_draws=2)
    points = crossed.asked.points
    plain = [(p.draw, p.rng) for p in points if not (p.rivals or p.given or p.causal != "central")]
    assert plain == [(draw, rng) for draw in (1, 2, 3) for rng in (1, 2)]
    assert len(points) == 6 + 2 * len(RULE_SETS)
    for name in RULE_SETS:
        point = points[crossed.place_of[name, 2, 0]]
        assert (point.draw, point.rng) == (2, 1)
    assert len(set(points)) == len(points)
    assert {len(rules) for rules in QUESTIONS.values()} == {2}


def test_shares_and_rules_come_out_of_a_synthetic_truth():
    crossed = crossing(["bevy_hub"], None, 500, 1, draws=4, seeds=2, rule_draws=4)
    values = np.zeros(len(crossed.asked.points))
    for (name, draw, seed), at in crossed.place_of.items():
        values[at] = 10 + draw + 0.1 * seed
        if name == "lottery":
            values[at] = -values[at]
    found = spread_of(crossed, "bevy_hub", "crises_per_1000", Paired(values, values * 0))
    assert found.agreement == 1
    by_name = {rule.name: rule for rule in found.rules}
    assert by_name["lottery"].reverses and not by_name["lottery"].keeps
    assert by_name["sceptic"].keeps and not by_name["sceptic"].reverses
    assert found.by_question["who is served first"] > 0
    assert found.by_question["how people find friends"] == 0
    assert found.shares["parameters"] > found.shares["luck"]
    assert sum(found.shares.values()) == pytest.approx(1)
    assert found.facts()["rules"][0]["name"] == "sceptic"


@pytest.mark.parametrize("rounding", [0.0, 3e-13])
def test_where_a_plan_changes_nothing_no_goal_is_met_and_no_variance_shared_out(rounding):
    crossed = crossing(["bevy_hub"], None, 500, 1, draws=4, seeds=2, rule_draws=2)
    luck = np.random.default_rng(2)
    base = 1500 + 30 * luck.normal(size=len(crossed.asked.points))
    plan = base + rounding * luck.normal(size=base.size)
    told = spread_of(crossed, "bevy_hub", "council_spend_gbp_per_head", Paired(plan, base)).facts()
    assert told["variance_reduction"] is None and told["goal_met"] is None
    assert (told["mean"], told["low"], told["high"], told["luck"]) == (0, 0, 0, 0)
    assert told["share_luck"] is told["share_parameters"] is told["share_structure"] is None


def test_pairing_that_leaves_no_luck_at_all_still_meets_its_goal():
    crossed = crossing(["bevy_hub"], None, 500, 1, draws=4, seeds=2, rule_draws=0)
    luck = np.random.default_rng(2)
    base = 1500 + 30 * luck.normal(size=len(crossed.asked.points))
    found = spread_of(crossed, "bevy_hub", "council_spend_gbp_per_head", Paired(base + 0.1, base))
    assert found.variance_reduction == math.inf and found.goal_met is True
    assert found.luck == found.parameters == 0


def test_too_little_is_refused_in_a_sentence():
    with pytest.raises(UserMistake, match="draws: 1 is out of range"):
        crossing(["bevy_hub"], None, 500, 1, draws=1)
    with pytest.raises(UserMistake, match="rule_draws"):
        crossing(["bevy_hub"], None, 500, 1, draws=3, rule_draws=4)
    with pytest.raises(UserMistake, match="preset"):
        crossing(["baseline"], None, 500, 1)


def test_numbers_json_cannot_hold_become_words():
    assert finite({"a": [math.nan, math.inf, 1.0]}) == {"a": [None, "endless", 1.0]}
