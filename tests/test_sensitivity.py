"""Promises: known drivers are found, unknown ones are not invented, a poor emulator is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from design_town import WEIGHTS, Town
from fake_model import FakePlan

from sim.errors import UserMistake
from sim.experiment import sensitivity_design as numbers
from sim.experiment.design import Paired
from sim.experiment.sensitivity import SOBOL, STRAIGHT, Plan, request, sensitivity
from sim.experiment.sensitivity_emulator import (
    TOP,
    emulate,
    main_effect,
    sobol_indices,
    switches_at,
    telling,
)
from sim.experiment.sensitivity_screen import effects, screen, shares, weak_shares
from sim.experiment.sensitivity_spread import chance_level, correlations, split, spread

KEYS = (
    tuple(sorted(WEIGHTS))
    + tuple(key for key in sorted(numbers.uncertain()) if key not in WEIGHTS)[:9]
)


def test_groups_hold_every_number_once_and_one_class_each():
    found = numbers.groups(KEYS, 6)
    assert sorted(key for group in found for key in group.keys) == sorted(KEYS)
    rows = numbers.uncertain()
    for group in found:
        assert {numbers.evidence_class(rows[key]) for key in group.keys} == {group.evidence}


def test_numbers_at_a_quantile_lie_inside_their_range_and_come_back():
    for key in KEYS:
        row = numbers.uncertain()[key]
        found = [value for u in (0.05, 0.4, 0.95) for _, value in numbers.numbers_at([key], [u])]
        assert row.low <= found[0] <= found[1] <= found[2] <= row.high
        assert numbers.quantile_of(key, found[1]) == pytest.approx(0.4, abs=0.002)


def additive(asked, weights, luck_sd: float = 0.0, seed: int = 0):
    luck = np.random.default_rng(seed)
    values = [
        sum(
            weights[key] * numbers.quantile_of(key, value)
            for key, value in point.given
            if key in weights
        )
        for point in asked.points
    ]
    return np.array(values) + luck_sd * luck.normal(size=len(values))


def test_each_step_moves_one_group_and_every_luck_lives_every_step():
    groups = numbers.groups(KEYS, 6)
    asked = screen(groups, 3, 2, 1)
    assert len(asked.points) == 3 * (len(groups) + 1) * 2
    assert all(sorted(path) == list(range(len(groups))) for path in asked.moved.tolist())
    assert [point.rng for point in asked.points[:4]] == [1, 2, 1, 2]
    for number, path in enumerate(asked.moved):
        start = number * (len(groups) + 1) * 2
        for step, group in enumerate(path):
            before = dict(asked.points[start + 2 * step].given)
            after = dict(asked.points[start + 2 * step + 2].given)
            moved = {key for key in before if before[key] != after[key]}
            assert moved <= set(groups[group].keys) and moved


def test_squared_moves_are_the_known_ones_and_shares_follow_the_classes():
    groups = [numbers.Group(key, kind, (key,)) for key, kind in zip(
        ("feeling_contagion", "hub_leave_per_month", "referral_per_z"), ("D", "C", "AB"),
        strict=True)]  # fmt: skip
    asked = screen(groups, 4, 2, 1)
    found = effects(asked, additive(asked, WEIGHTS))
    # Four levels from 0.05 to 0.95: a move is two thirds of 0.9.
    assert found.mu_star == pytest.approx([2.4, 1.2, 0.6], abs=1e-6)
    assert found.squared == pytest.approx([5.76, 1.44, 0.36], abs=1e-6)
    assert found.luck == pytest.approx(0, abs=1e-9) and found.told
    weak, assumed = weak_shares([group.evidence for group in groups], found.squared)
    assert weak == pytest.approx((16 + 4) / 21) and assumed == pytest.approx(16 / 21)


def test_luck_is_not_taken_for_an_effect():
    groups = numbers.groups(KEYS, 6)
    asked = screen(groups, 30, 2, 1)
    luck = effects(asked, additive(asked, {}, luck_sd=1.0))
    assert luck.luck == pytest.approx(math.sqrt(2), rel=0.1)
    assert np.abs(luck.squared).max() < 0.8  # one luck alone would say about 2
    assert (luck.mu_star > 0.6).all()
    assert luck.point_luck == pytest.approx(1, rel=0.1)


def test_luck_alone_is_seldom_called_an_effect():
    groups = numbers.groups(KEYS, 6)
    asked = screen(groups, 2, 2, 1)
    luck = np.random.default_rng(4)
    false = sum(effects(asked, luck.normal(size=len(asked.points))).told for _ in range(300))
    assert false <= 300 * 0.1


def test_a_class_of_many_idle_groups_gathers_no_share_from_their_luck():
    noise = np.array([1.0, -1.0] * 10)
    weak, assumed = weak_shares(["AB", *["D"] * 20], np.concatenate([[4.0], noise]))
    assert (weak, assumed) == (0.0, 0.0)


def test_nothing_that_moves_has_no_shares():
    assert np.isnan(shares(np.array([0.0, -1.0]))).all()


def test_points_spread_evenly_each_with_its_own_luck_and_some_lived_twice():
    units, points = spread(KEYS, 40, 7, 3)
    assert units.shape == (40, len(KEYS)) and len(points) == 47
    assert len({point.rng for point in points}) == 47
    assert [point.given for point in points[40:]] == [point.given for point in points[:7]]
    assert len({point.given for point in points}) == 40
    # A Latin hypercube: each number once in each fortieth of its range.
    slices = np.sort(np.floor((units - 0.05) / 0.9 * 40), axis=0)
    assert (slices == np.arange(40)[:, None]).all()


def test_luck_is_measured_where_points_are_lived_twice():
    luck = np.random.default_rng(1)
    truth = luck.normal(size=300) * 3
    told = np.concatenate([truth, truth]) + luck.normal(size=600) * 0.5
    first, found = split(told, 300)
    assert first.tolist() == told[:300].tolist()
    assert found == pytest.approx(0.25, rel=0.2)
    assert math.isnan(split(told[:300], 300)[1])


def test_correlations_are_the_textbook_ones_and_a_flat_outcome_has_none():
    luck = np.random.default_rng(1)
    units, told = luck.random((50, 4)), luck.normal(size=50)
    textbook = [np.corrcoef(units[:, each], told)[0, 1] for each in range(4)]
    assert correlations(units, told) == pytest.approx(textbook)
    assert correlations(units, told * 0 + 3).tolist() == [0, 0, 0, 0]


def test_of_numbers_that_do_nothing_seldom_one_beats_chance():
    luck = np.random.default_rng(5)
    false = 0
    for seed in range(40):
        units, told = luck.random((60, 30)), luck.normal(size=60)
        false += np.abs(correlations(units, told)).max() > chance_level(units, told, seed)
    assert false <= 6  # two expected at one in twenty


@pytest.fixture(scope="module")
def emulated():
    top = sorted(WEIGHTS)
    units, points = spread(top, 26, 2, 1)
    weights = np.array([WEIGHTS[key] for key in top])
    return top, units, points, units @ weights


def test_an_emulator_foretells_a_straight_truth_and_its_indices_are_the_known_ones(emulated):
    top, units, _, truth = emulated
    found = emulate(units, truth)
    assert found.r2 > 0.99
    indices = sobol_indices(found)
    expected = {key: weight**2 / 21 for key, weight in WEIGHTS.items()}
    assert sorted(found.chosen) == [0, 1, 2]
    for place, first, total in zip(found.chosen, indices.first, indices.total, strict=True):
        assert first == pytest.approx(expected[top[place]], abs=0.05)
        assert total == pytest.approx(expected[top[place]], abs=0.05)


def test_drivers_are_found_among_two_hundred_idle_numbers_under_luck_as_large_as_all_they_do():
    luck = np.random.default_rng(3)
    units = luck.random((400, 203))
    truth = 4 * units[:, 7] - 2 * units[:, 50] + 3 * (units[:, 120] - 0.5) ** 2
    told = truth + truth.std() * luck.normal(size=400)
    found = emulate(units, told, luck=float(truth.var()))
    assert found.chosen[:2] == (7, 50) and len(found.chosen) <= TOP
    assert found.r2_of_mean > 0.7 and found.r2 > 0.35
    total = dict(zip(found.chosen, sobol_indices(found).total, strict=True))
    # Of 1.33 + 0.33 + 0.05; the idle ones take little.
    assert total[7] == pytest.approx(0.78, abs=0.1) and total[50] == pytest.approx(0.2, abs=0.1)


def test_numbers_picked_from_luck_alone_foretell_nothing_though_they_fit_what_was_seen():
    luck = np.random.default_rng(4)
    units, told = luck.random((100, 200)), luck.normal(size=100)
    fitted = emulate(units, told)
    assert fitted is None or fitted.r2 < 0.1


def test_the_sign_turns_where_it_must(emulated):
    top, units, _, truth = emulated
    # 4a - 2b + c - 1.1 with b and c in the middle is 0 where a = (1.1 + 1 - 0.5) / 4 = 0.4.
    found = emulate(units, truth - 1.1)
    along, values = main_effect(found, found.chosen.index(top.index("feeling_contagion")))
    assert switches_at(along, values) == pytest.approx(0.4, abs=0.02)
    along, values = main_effect(emulate(units, truth + 50), 0)
    assert switches_at(along, values) is None


def test_what_does_not_vary_has_no_emulator_and_luck_is_taken_off_the_judgement(emulated):
    _, units, _, truth = emulated
    luck = np.random.default_rng(2).normal(size=26)
    told = emulate(units, truth + luck, luck=1.0)
    assert told.r2 < told.r2_of_mean <= 1
    assert emulate(units, luck * 0) is None and telling(units, luck * 0) == []


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    plans = (FakePlan("baseline"), FakePlan("more", shift=1.0))
    asked = request(plans, "Testham", 500, 1, model_factory=Town)
    plan = Plan(groups=5, trajectories=2, lucks=2, points=60, twice=6)
    folder = tmp_path_factory.mktemp("sensitivity")
    first = sensitivity(asked, plan, folder, in_process=True, read=frozenset(KEYS))
    return first, (asked, plan, folder)


def test_the_whole_analysis_finds_the_drivers_it_was_built_on(found):
    told, _ = found
    assert told.read == len(KEYS) and told.uncertain == len(numbers.uncertain())
    by_measure = {row.measure: row for row in told.rows}
    row = by_measure["crises_per_1000"]
    assert row.emulated and row.r2 > 0.9
    assert [each.key for each in row.drivers[:2]] == ["feeling_contagion", "hub_leave_per_month"]
    assert row.drivers[0].basis == SOBOL
    assert row.drivers[0].share == pytest.approx(16 / 21, abs=0.06)
    low, high = (numbers.uncertain()["feeling_contagion"].low, numbers.uncertain()[
        "feeling_contagion"].high)  # fmt: skip
    assert low < row.drivers[0].switch < high
    grades = {key: numbers.evidence_class(numbers.uncertain()[key]) for key in WEIGHTS}
    squares = {key: weight**2 for key, weight in WEIGHTS.items()}
    assumed = sum(squares[key] for key in WEIGHTS if grades[key] == "D") / 21
    assert row.share_from_d == pytest.approx(assumed, abs=0.05)


def test_it_resumes_from_its_folder_to_the_same_answer(found, monkeypatch):
    told, (asked, plan, folder) = found
    monkeypatch.setattr(Town, "run", lambda self: pytest.fail("lived again"))
    again = sensitivity(asked, plan, folder, in_process=True, read=frozenset(KEYS))
    assert again.rows == told.rows


def test_the_bar_that_an_emulator_failed_is_the_one_named(found):
    row = next(each for each in found[0].rows if each.measure == "crises_per_1000")
    said = {
        (r2, mean): replace(row, emulated=False, r2=r2, r2_of_mean=mean).words
        for r2, mean in ((0.08, 0.55), (0.30, 0.40), (0.10, 0.20))
    }
    assert "(R2 0.08 of all, under 0.2)" in said[0.08, 0.55]
    assert "(R2 0.40 of what is not luck, under 0.5)" in said[0.30, 0.40]
    assert "under 0.5 and R2 0.10 of all, under 0.2" in said[0.10, 0.20]


def test_a_poor_emulator_prints_no_indices(found, monkeypatch):
    from sim.experiment import sensitivity as room

    asked, plan, folder = found[1]
    monkeypatch.setattr(room, "threshold", lambda key: 1.1)
    again = sensitivity(asked, plan, folder, in_process=True, read=frozenset(KEYS))
    row = next(each for each in again.rows if each.measure == "crises_per_1000")
    assert not row.emulated and "too poor" in row.words
    assert {each.basis for each in row.drivers} == {STRAIGHT}
    assert all(each.switch is None for each in row.drivers)
    assert row.drivers[0].key == "feeling_contagion"


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (0.0, "no difference at all"),
        (20.0, "the same difference whatever number or luck was tried"),
    ],
)
def test_how_sums_are_rounded_is_told_as_no_difference_and_shared_out_among_nobody(
    found, monkeypatch, added, said
):
    from sim.experiment import sensitivity as room

    def rounded(rows):
        luck = np.random.default_rng(6)
        base = 1500 + 9 * luck.normal(size=rows["member"].nunique())
        noise = 3e-13 * luck.normal(size=base.size)
        return {("more", "council_spend_gbp_per_head"): Paired(base + added + noise, base)}

    monkeypatch.setattr(room, "last_year", rounded)
    asked, plan, folder = found[1]
    (row,) = sensitivity(asked, plan, folder, in_process=True, read=frozenset(KEYS)).rows
    assert row.words == said and not row.varies and not row.told
    assert row.mean == pytest.approx(added, rel=1e-12, abs=0)
    assert (row.share_from_luck, row.share_from_c_d, row.share_from_d) == (0, 0, 0)
    assert (row.move, row.luck, row.drivers) == (0, 0, ())


def test_a_small_true_difference_is_not_mistaken_for_rounding():
    base = np.array([1500.0, 1400.0, 1600.0])
    small = np.array([3e-6, 0.0, -2e-5])
    assert Paired(base + small, base).difference == pytest.approx(small, rel=1e-3, abs=1e-12)
    assert Paired(base * (1 + 1e-10), base).difference.tolist() == [0, 0, 0]


def test_sizes_out_of_range_are_refused():
    with pytest.raises(UserMistake, match="groups: 2"):
        Plan(groups=2)
    with pytest.raises(UserMistake, match=r"points \(--draws\): 9"):
        Plan(points=9)
    with pytest.raises(UserMistake, match="twice: 1"):
        Plan(twice=1)


def test_groups_alone_tell_whose_evidence_it_rests_on(found):
    asked, _, folder = found[1]
    groups = Plan(groups=5, trajectories=2, lucks=2, points=0)
    again = sensitivity(asked, groups, folder, in_process=True, read=frozenset(KEYS))
    row = next(each for each in again.rows if each.measure == "crises_per_1000")
    assert row.drivers == () and again.top == () and again.lived < found[0].lived
    assert not row.emulated and "no emulator was asked for" in row.words
    assert row.share_from_d == pytest.approx(found[0].rows[0].share_from_d, abs=0.1)


def test_luck_takes_its_share_of_the_spread_and_counts_as_none_where_unknown():
    from sim.experiment.sensitivity import _share_of_luck

    spread = np.array([-1.0, 1.0])  # variance 2
    assert _share_of_luck(spread, 0.5) == pytest.approx(0.25)
    assert _share_of_luck(spread, 9.0) == 1.0
    assert _share_of_luck(spread, math.nan) == 0.0
    assert _share_of_luck(spread * 0, 0.0) == 0.0
