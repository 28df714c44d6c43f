"""Promises of the designs: known answers on made-up people, with nothing but chance and choice."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.experiment.evaluation import designs, reasons
from sim.experiment.evaluation.estimates import Estimate, mean, rates, regress
from sim.experiment.evaluation.files import Served, Window, served_files
from sim.experiment.evaluation.matching import CONTROLS_EACH, nearest
from sim.experiment.evaluation.power import PLACE_OF, Z_80, needed, trial_people
from sim.experiment.evaluation.register import STATES, Register
from sim.luck import Decision, Luck

PEOPLE, MONTHS, FOLLOW_UP, NOISE = 6_000, 48, 12, 0.34
WINDOW = Window(FOLLOW_UP, MONTHS, FOLLOW_UP)
LUCK = Luck(3)
IDS = np.arange(1, PEOPLE + 1, dtype=np.uint64)


def made_up(effect: float = 0.0, found: str = "at a bad moment") -> tuple[Register, Register]:
    """Two registers of the same people, whose feelings wander round a level of their own.

    Forty a month are met: those whose score is highest that day, or by chance. From then on they
    feel `effect` in the first register. Crises come by chance at 0.5 a year.
    """
    level = LUCK.normal(Decision.DISPOSITION, IDS, 0)
    z = np.zeros((PEOPLE, MONTHS + 1))
    drift = 0.4 * LUCK.normal(Decision.FEELING, IDS, 0)
    for month in range(MONTHS + 1):
        step = LUCK.normal(Decision.FEELING, IDS, month + 1)
        drift = 0.85 * drift + 0.4 * math.sqrt(1 - 0.85**2) * step
        z[:, month] = 0.9 * level + drift
    reached = np.zeros(PEOPLE, dtype=np.int32)
    for met in range(WINDOW.first_entry(), WINDOW.last_entry() + 1):
        chance = -np.log(LUCK.uniform(Decision.REFERRAL, IDS, met))
        keen = chance / np.exp(1.5 * z[:, met - 1]) if found == "at a bad moment" else chance
        keen = np.where(reached > 0, np.inf, keen)
        reached[np.argsort(keen, kind="stable")[:40]] = met
    contacts = np.stack(
        [LUCK.happens(Decision.AE, IDS, month, 0.5 / 12) for month in range(MONTHS + 1)], axis=1
    )
    treated = z + effect * ((reached[:, None] > 0) & (np.arange(MONTHS + 1) >= reached[:, None]))
    plain = {name: np.zeros((PEOPLE, MONTHS + 1), np.uint8) for name in STATES}
    traits = {
        "sex": (IDS % 2).astype(np.int32),
        "quintile": (IDS % 5).astype(np.int32),
        "area": (IDS % 9).astype(np.int32),
        "born": -(30 + (IDS % 40)).astype(np.int32) * 12,
    }
    books = []
    for feelings, met_in in ((treated, reached), (z, np.zeros_like(reached))):
        seen = contacts.astype(np.uint8)
        states = plain | {"contacts": seen, "admissions": seen, "z": feelings.astype(np.float32)}
        books.append(Register(IDS, states, traits, met_in))
    return books[0], books[1]


@pytest.fixture(scope="module")
def nothing_done() -> Served:
    """People found at a bad moment by a programme that does nothing."""
    return served_files(*made_up(), LUCK, NOISE, WINDOW, 0)


def covers(found: Estimate, value: float) -> bool:
    return found.low <= value <= found.high


def test_regression_to_the_mean_alone_flatters_before_and_after_only(nothing_done):
    assert len(nothing_done) == 40 * (WINDOW.last_entry() - WINDOW.first_entry() + 1)
    truth = designs.truth(nothing_done, 1.0)
    assert truth.loneliness.value == 0.0 and truth.emergency.value == 0.0
    report = designs.before_after(nothing_done, 1.0).loneliness
    assert report.high < -0.1
    did = designs.difference_in_differences(nothing_done, 1.0).loneliness
    assert did.high < -0.1, "a comparison group met at no special moment does not help"
    for fair in (designs.randomised_trial, designs.stepped_wedge):
        assert covers(fair(nothing_done, 1.0).loneliness, 0.0), fair.__name__
        assert covers(fair(nothing_done, 1.0).emergency, 0.0), fair.__name__


def test_matching_on_answers_is_right_without_noise_and_misses_what_noise_hides(nothing_done):
    """Given the same answer, those met are lonelier by tilt x Var(feeling | answer).

    The made-up people are met in proportion to exp(1.5 z): 1.5 x 0.34^2 / (1 + 0.34^2) = 0.155.
    """
    exact = served_files(*made_up(), LUCK, 0.0, WINDOW, 0)
    assert abs(designs.matched(exact, 1.0).loneliness.value) < 0.05
    hidden = {each.name: each.amount.value for each in reasons.selection(nothing_done, 1.0)}
    gap = nothing_done.floats("answer_before") - nothing_done.floats("match_answer_before")
    beyond = hidden["lonelier_than_matched"] - float(np.nanmean(gap)) / (1 + NOISE**2)
    assert beyond == pytest.approx(1.5 * NOISE**2 / (1 + NOISE**2), abs=0.04)
    assert designs.matched(nothing_done, 1.0).loneliness.low > 0, "it seems to do harm"


def test_the_reasons_add_up_and_name_the_bad_moment(nothing_done):
    told = {each.name: each.amount.value for each in reasons.loneliness(nothing_done, 1.0)}
    parts = told["effect"] + told["everybody"] + told["bad_moment"] + told["answers"]
    assert told["reported"] == pytest.approx(parts, abs=1e-6)
    assert told["effect"] == 0.0
    assert told["bad_moment"] == pytest.approx(told["reported"], abs=0.05)
    assert told["untreated_alike"] < -0.1, "untreated people alike get better as well"
    use = {each.name: each.amount.value for each in reasons.emergency(nothing_done)}
    whole = use["anyway"] + use["case_finding"] + use["rest_of_effect"]
    assert use["reported"] == pytest.approx(whole, abs=1e-9)
    assert use["case_finding"] == use["rest_of_effect"] == 0.0


def test_choosing_by_the_answer_flatters_more(nothing_done):
    told = {each.name: each.amount for each in reasons.only_lonely(nothing_done, 1.0, 1.0)}
    assert told["before_after"].value < designs.before_after(nothing_done, 1.0).loneliness.value
    assert covers(told["trial"], 0.0) and told["truth"].value == 0.0
    assert 0 < told["share"].value < 1


def test_counting_only_people_it_changed_gives_the_effect_on_participants(nothing_done):
    told = {each.name: each.amount for each in reasons.only_changed(nothing_done, 1.0)}
    assert told["share"].value == 0.0 and not math.isfinite(told["truth"].value)
    half = nothing_done.only(np.ones(len(nothing_done), dtype=np.bool_))
    took_up = np.arange(len(half)) % 4 == 0
    half["felt_after"] = half.floats("twin_after") - np.where(took_up, 0.2, 0.001)
    told = {each.name: each.amount for each in reasons.only_changed(half, 1.0)}
    assert told["share"].value == pytest.approx(0.25, abs=0.01)
    assert told["truth"].value == pytest.approx(-0.2)
    assert designs.truth(half, 1.0).loneliness.value == pytest.approx(-0.05, abs=0.01)


def test_people_met_by_chance_are_not_flattered():
    files = served_files(*made_up(found="by chance"), LUCK, NOISE, WINDOW, 0)
    for design in designs.DESIGNS:
        assert covers(design(files, 1.0).loneliness, 0.0), design.__name__


def test_a_true_effect_is_found_by_the_fair_designs():
    files = served_files(*made_up(effect=-0.3), LUCK, NOISE, WINDOW, 0)
    assert designs.truth(files, 1.0).loneliness.value == pytest.approx(-0.3, abs=1e-6)
    assert designs.truth(files, 2.0).loneliness.value == pytest.approx(-0.15, abs=1e-6)
    for fair in (designs.randomised_trial, designs.stepped_wedge):
        assert covers(fair(files, 1.0).loneliness, -0.3), fair.__name__
    assert designs.before_after(files, 1.0).loneliness.high < -0.4


def test_the_coin_is_fair_and_balances_what_nobody_looked_at(nothing_done):
    arm = nothing_done.floats("arm")
    size = arm.size
    assert abs(arm.mean() - 0.5) < 3 * 0.5 / math.sqrt(size)
    for seen in ("felt_before", "use_before", "felt_gap", "met"):
        values = nothing_done.floats(seen)
        one, two = values[arm == 1], values[arm == 0]
        error = values.std() * math.sqrt(1 / one.size + 1 / two.size)
        assert abs(one.mean() - two.mean()) < 3 * error, seen


def test_each_neighbourhood_starts_once_and_nobody_in_the_first_period(nothing_done):
    cluster, order = designs.clusters(nothing_done)
    assert sorted(order) == list(range(9))
    pairs = set(zip(nothing_done["area"].tolist(), cluster.tolist(), strict=True))
    assert len(pairs) == 9
    period = designs.periods(nothing_done["met"])
    assert set(period) == set(range(designs.STEPS + 1))
    step = order * designs.STEPS // 9 + 1
    assert step.min() == 1 and step.max() == designs.STEPS


def test_matching_takes_the_nearest_of_the_same_kind_and_stable_ones_among_equals():
    served = np.array([[10.0], [20.0]])
    others = np.array([[10.0], [10.5], [9.0], [30.0], [20.0], [20.0], [20.0], [20.0]])
    kinds = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    found = nearest(served, others, np.array([0, 1]), kinds)
    assert found.shape == (2, CONTROLS_EACH)
    assert found[0].tolist() == [0, 1, 2] and found[1].tolist() == [4, 5, 6]
    assert (nearest(served, others, np.array([2, 2]), kinds) == -1).all()


def test_estimates_by_hand():
    found = mean(np.array([1.0, 2.0, 3.0, np.nan]))
    assert (found.value, found.people) == (2.0, 3)
    assert found.error == pytest.approx(1 / math.sqrt(3))
    assert found.high - found.low == pytest.approx(2 * 1.96 / math.sqrt(3), rel=1e-4)
    years = np.ones(4)
    used = rates((1.0, np.array([2.0, 0, 1, 1]), years), (-1.0, np.array([1.0, 1, 0, 0]), years))
    assert used.value == pytest.approx(0.5)
    assert used.error == pytest.approx(np.std([1, -1, 1, 1], ddof=1) / 2)
    x = np.array([0.0, 0, 1, 1, 2, 2])
    assert regress(3 + 2 * x, x, np.zeros((6, 0))).value == pytest.approx(2.0)
    assert math.isnan(regress(x, np.ones(6), np.zeros((6, 0))).value), "nobody untreated"


def test_power_agrees_with_the_textbook():
    """d = 0.5, r = 0.6: 4 x 7.849 x 0.64 / 0.25 = 81 people in both arms."""
    assert trial_people(0.5, 0.6) == 81
    assert trial_people(0.2, 0.0) == 785
    people, spread = 1000, math.sqrt(4 * (1 - 0.6**2) / 1000)
    assert needed(Estimate(-0.4, spread, people), -0.5, 40.0, 12).people == 81
    assert needed(Estimate(-0.4, spread, people), -0.5, 40.0, 12).months == 3 + 12
    assert needed(Estimate(0.1, 0.1, 10), 0.0, 1.0, 12).people is None
    assert round(Z_80, 4) == 0.8416 and PLACE_OF == 100_000


def test_power_from_a_trial_is_what_its_own_correlation_says(nothing_done):
    found = designs.randomised_trial(nothing_done, 1.0).loneliness
    answer, day = nothing_done.floats("answer_after"), nothing_done.floats("answer_before")
    alike = float(np.corrcoef(answer, day)[0, 1])
    text = trial_people(0.2 / answer.std(), alike)
    assert needed(found, 0.2, 40.0, 12).people == pytest.approx(text, rel=0.1)


def met_in_hospital() -> tuple[Register, Register]:
    """Nobody is ever in hospital but in the month in which they are met there."""
    plan, base = made_up()
    for book in (plan, base):
        for name in ("contacts", "admissions"):
            book.states[name] = np.zeros((PEOPLE, MONTHS + 1), dtype=np.uint8)
            rows = np.flatnonzero(plan.reached)
            book.states[name][rows, plan.reached[rows]] = 1
    return plan, base


def test_the_admission_that_led_to_the_meeting_came_before_it():
    """A scheme on the ward did not cause the admission in which it met somebody; it flatters it."""
    ward = served_files(*met_in_hospital(), LUCK, NOISE, WINDOW, 0, ward=True)
    assert ward["on_ward"].all()
    assert ward.floats("use_before").min() == ward.floats("admitted_before").max() == 1.0
    assert ward.floats("use_after").max() == ward.floats("twin_use_after").max() == 0.0
    assert designs.before_after(ward, 1.0).emergency.value == pytest.approx(-1.0, abs=0.01)
    assert designs.truth(ward, 1.0).emergency.value == 0.0


def test_elsewhere_what_happens_in_the_month_of_meeting_comes_after_it():
    """Referrals are made before the month's crises."""
    files = served_files(*met_in_hospital(), LUCK, NOISE, WINDOW, 0)
    assert not files["on_ward"].any()
    assert files.floats("use_before").max() == 0.0 and files.floats("use_after").min() == 1.0


def test_whoever_was_met_on_the_ward_is_followed_for_a_whole_year_after_it():
    plan, base = made_up()
    late = {name: plan.states[name].copy() for name in ("contacts", "admissions")}
    rows = np.flatnonzero((plan.reached > 0) & (plan.reached < WINDOW.last_entry()))
    for name in late:
        late[name][:] = 0
        late[name][rows, plan.reached[rows]] = 1
        late[name][rows, plan.reached[rows] + FOLLOW_UP] = 1
        plan.states[name] = base.states[name] = late[name]
    files = served_files(plan, base, LUCK, NOISE, WINDOW, 0, ward=True)
    inside = files.only(files["met"] < WINDOW.last_entry())
    assert inside.floats("use_after").min() == 1.0 and inside.floats("years_after").max() == 1.0
    plain = served_files(plan, base, LUCK, NOISE, WINDOW, 0)
    assert plain.floats("use_after").max() == 1.0, "a month short of the second admission"
