"""Promises about luck as chance: even, independent, unpredictable, and never drifting.

Seeds are fixed, so each test always gives the same answer; limits are four or more standard
errors, or p above one in ten thousand. The same inspection is made of dice known to be bad, and
must notice each: that is how we know it could fail.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import chi2, chisquare, kstest, poisson

from sim.luck import Decision, Luck, mix, mix_ids, pair_ids

Dice = Callable[[int, Any, int], Any]  # (decision, identities, month) -> uniform numbers
N = 1 << 17
LEAST_P = 1e-4
GOLDEN = 0x9E3779B97F4A7C15


def rows(size: int = N) -> Any:
    return np.arange(size, dtype=np.uint64)


TOWN = mix_ids(rows() // 400, rows() // 2 % 200, rows() % 2)
PEOPLE = {
    "numbered 0, 1, 2": rows(),
    "in steps of 2^40": rows() << np.uint64(40),
    "same low bits": (rows() << np.uint64(20)) | np.uint64(0xABCDE),
    "same high bits": rows() | np.uint64(0xFFFF << 48),
    "next door by one bit": rows() ^ np.uint64(1),
    "area, household, ordinal": TOWN,
    "ties round a ring": pair_ids(TOWN, np.roll(TOWN, 1)),
    "ties of numbered people": pair_ids(rows(), np.roll(rows(), 1)),
}


def fair(seed: int = 1) -> Dice:
    return Luck(seed).uniform


def linear(seed: int = 1) -> Dice:
    """A well-mixed roll of a merely linear key: identity + decision + month + K."""

    def draw(decision: int, people: Any, month: int) -> Any:
        words = people + np.uint64((mix(seed) + decision + month) % 2**64)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            words = (words ^ (words >> np.uint64(shift))) * np.uint64(factor)
        return ((words ^ (words >> np.uint64(31))) >> np.uint64(12)) * 2.0**-52 + 2.0**-53

    return draw


def r_in_errors(one: Any, other: Any) -> float:
    """Correlation of two columns in standard errors."""
    return float(abs(np.corrcoef(one, other)[0, 1]) * np.sqrt(np.size(one)))


def lattice_p(points: Any, bins: int) -> float:
    """Chance of so uneven a spread of points (one a row) over the cells of a cube."""
    cells = np.ravel_multi_index((points * bins).astype(int).T, (bins,) * points.shape[1])
    return float(chisquare(np.bincount(cells, minlength=bins ** points.shape[1])).pvalue)


def faults(dice: Dice, people: Any) -> list[str]:
    """What an inspector finds wrong with these dice thrown by these people."""
    roll = dice(Decision.DEATH, people, 7)
    found = []
    if roll.std() < 0.1:
        return ["stuck"]
    if chisquare(np.bincount((roll * 256).astype(int), minlength=256)).pvalue < LEAST_P:
        found.append("uneven")
    if kstest(roll, "uniform").pvalue < LEAST_P or abs(roll.mean() - 0.5) * np.sqrt(12 * N) > 4:
        found.append("biased")
    if np.unique(roll).size < roll.size:
        found.append("repeating")
    partner = roll.reshape(-1, 2)[:, ::-1].ravel()
    if r_in_errors(roll[1:], roll[:-1]) > 4 or r_in_errors(roll[::2], partner[::2]) > 4:
        found.append("neighbours alike")
    months = [dice(Decision.DEATH, people, month) for month in (6, 8, 9, 19)]
    if max(r_in_errors(roll, each) for each in months) > 4:
        found.append("months alike")
    if r_in_errors(roll, dice(Decision.FEELING, people, 7)) > 4:
        found.append("decisions alike")
    steps = [(0, 1), (0, -1), (1, 0), (-1, 0), (1, -1), (2, 2)]  # the next month, the next stream
    moved = [dice(Decision.DEATH + d, people, 7 + month) for month, d in steps]
    if max(r_in_errors(roll, np.roll(each, k)) for each in moved for k in (-2, -1, 0, 1, 2)) > 5:
        found.append("noise travels")
    return found


@pytest.mark.parametrize("people", PEOPLE.values(), ids=PEOPLE.keys())
def test_an_inspector_finds_nothing_wrong_whatever_the_identities_look_like(people: Any) -> None:
    assert faults(fair(), people) == []


@pytest.mark.parametrize(
    ("fault", "dice"),
    [
        ("biased", lambda d, i, m: fair()(d, i, m) ** 1.02),
        ("uneven", lambda d, i, m: np.round(fair()(d, i, m) * 300) / 301),
        ("stuck", lambda d, i, m: np.full(i.shape, 0.4)),
        ("repeating", lambda d, i, m: fair()(d, i & np.uint64(0xFFFF), m)),
        ("months alike", lambda d, i, m: fair()(d, i, m // 12)),
        ("decisions alike", lambda d, i, m: fair()(d // 100, i, m)),
        ("neighbours alike", lambda d, i, m: (i * np.uint64(GOLDEN) + np.uint64(m)) / 2.0**64),
        ("noise travels", linear()),
    ],
)
def test_the_inspector_notices_bad_dice(fault: str, dice: Dice) -> None:
    assert fault in faults(dice, PEOPLE["numbered 0, 1, 2"])


def test_a_bias_of_one_in_a_hundred_would_be_noticed_in_a_million_rolls() -> None:
    roll = fair()(Decision.AE, rows(1 << 20), 3)
    error = np.sqrt(1 / 12 / roll.size)
    assert abs(roll.mean() - 0.5) < 4 * error
    assert abs((roll**1.01).mean() - 0.5) > 4 * error
    assert kstest(roll, "uniform").pvalue > LEAST_P


def test_the_lowest_bits_are_as_good_as_the_highest() -> None:
    words = Luck(4).bits(Decision.HUB_RANK, TOWN, 2)
    for shift in range(0, 64, 8):
        low = ((words >> np.uint64(shift)) & np.uint64(255)).astype(int)
        assert chisquare(np.bincount(low, minlength=256)).pvalue > LEAST_P


def test_no_two_decisions_share_their_luck() -> None:
    size = 20_000
    table = np.array([fair()(each, TOWN[:size], 5) for each in Decision])
    table = np.vstack([table, fair()(Decision.FEELING, pair_ids(TOWN, TOWN[::-1])[:size], 5)])
    apart = np.corrcoef(table)[np.triu_indices(len(table), 1)] * np.sqrt(size)
    assert np.abs(apart).max() < 5
    assert chi2.sf((apart**2).sum(), apart.size) > LEAST_P


def test_one_persons_months_are_independent_at_every_lag_up_to_ten_years() -> None:
    table = np.array([fair()(Decision.FEELING, TOWN[:2000], month) for month in range(1, 241)])
    table -= 0.5
    for lag in range(1, 121):
        product = table[lag:] * table[:-lag]
        assert abs(product.sum()) * 12 < 4.5 * np.sqrt(product.size)


def test_a_tie_does_not_share_luck_with_its_ends_or_with_the_next_tie() -> None:
    for people in (rows(), TOWN):
        person = fair()(Decision.FRIEND_LOSS, people, 3)
        tie = fair()(Decision.FRIEND_LOSS, pair_ids(people, np.roll(people, 1)), 3)
        across = fair()(Decision.FRIEND_LOSS, pair_ids(people, np.roll(people, 2)), 3)
        for other in (person, np.roll(person, 1), np.roll(tie, 1), across):
            assert r_in_errors(tie, other) < 4


def test_seeds_are_independent_towns() -> None:
    table = np.array([fair(seed)(Decision.EVENT, rows(5000), 1) for seed in range(-20, 80)])
    apart = np.corrcoef(table)[np.triu_indices(100, 1)] * np.sqrt(5000)
    assert np.abs(apart).max() < 5
    assert chi2.sf((apart**2).sum(), apart.size) > LEAST_P


@pytest.mark.parametrize("people", PEOPLE.values(), ids=PEOPLE.keys())
def test_points_made_of_two_or_three_rolls_fill_square_and_cube_evenly(people: Any) -> None:
    dice = fair(9)
    roll = dice(Decision.EVENT, people, 4)
    assert lattice_p(roll.reshape(-1, 2), 32) > LEAST_P  # two people, same month
    assert lattice_p(roll[: N // 3 * 3].reshape(-1, 3), 12) > LEAST_P
    months = np.array([dice(Decision.EVENT, people, month) for month in (4, 5, 6)])
    assert lattice_p(months[:2].T, 64) > LEAST_P  # one person, two months
    assert lattice_p(months.T, 16) > LEAST_P
    streams = np.array([dice(each, people, 4) for each in (120, 121, 122)])
    assert lattice_p(streams.T, 16) > LEAST_P  # one person, three decisions


def test_the_lattice_test_notices_points_on_a_line() -> None:
    line = (rows() * np.uint64(GOLDEN)) / 2.0**64
    assert lattice_p(line.reshape(-1, 2), 32) < LEAST_P


def flips(kind: str, bit: int, people: Any) -> Any:
    """Which of the 64 bits of each roll change when one bit of one part of the key does."""
    seed, decision, month = 12, 110, 9
    step = 1 << bit
    before = Luck(seed).bits(decision, people, month)  # type: ignore[arg-type]
    if kind == "identity":
        people = people ^ np.uint64(step)
    seed ^= step * (kind == "seed")
    decision ^= step * (kind == "decision")
    month ^= step * (kind == "month")
    return before ^ Luck(seed).bits(decision, people, month)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "width"), [("identity", 64), ("seed", 127), ("month", 64), ("decision", 8)]
)
def test_one_bit_of_the_key_changes_about_32_bits_of_the_roll(kind: str, width: int) -> None:
    size = 4000
    for people in (rows(size), TOWN[:size]):
        changed = np.array([flips(kind, bit, people) for bit in range(width)])
        counts = np.bitwise_count(changed)
        assert np.abs(counts.mean(axis=1) - 32).max() < 5 * 4 / np.sqrt(size)
        assert counts.min() > 4
        for out in range(64):  # and each bit of the roll changes half the time
            share = ((changed >> np.uint64(out)) & np.uint64(1)).mean(axis=1)
            assert np.abs(share - 0.5).max() < 5.5 * 0.5 / np.sqrt(size)


def ring(size: int) -> Any:
    here = np.arange(size)
    return np.array([here, np.roll(here, 1), np.roll(here, -1)])


def tangle(size: int) -> Any:
    """Random ties: each person listens to four others and is listened to by four."""
    generator = np.random.default_rng(5)
    return np.array([generator.permutation(size) for _ in range(4)])


def drift(dice: Dice, friends: Any) -> float:
    """Twenty years of taking friends' average mood plus noise: the town's drift in s.e."""
    size = friends.shape[1]
    mood = np.zeros(size)
    for month in range(1, 241):
        mood = mood[friends].mean(axis=0) + ndtri(dice(Decision.FEELING, rows(size), month))
    return float(mood.mean() / np.sqrt(240 / size))


@pytest.mark.parametrize("friends", [ring(2000), tangle(2000)], ids=["ring", "random ties"])
def test_noise_travelling_along_ties_does_not_drift_the_mean(friends: Any) -> None:
    towns = np.array([drift(fair(seed), friends) for seed in range(12)])
    assert np.abs(towns).max() < 4
    assert LEAST_P < chi2.sf((towns**2).sum(), towns.size) < 1 - LEAST_P  # nor suspiciously still


@pytest.mark.parametrize("friends", [ring(2000), tangle(2000)], ids=["ring", "random ties"])
def test_a_merely_linear_key_fails_that_test(friends: Any) -> None:
    towns = np.array([drift(linear(seed), friends) for seed in range(12)])
    assert np.abs(towns).max() > 4
    assert chi2.sf((towns**2).sum(), towns.size) < 1e-12


def test_normals_and_exponentials_have_the_moments_of_their_names() -> None:
    luck, error = Luck(8), 1 / np.sqrt(N)
    normal = luck.normal(Decision.FEELING, TOWN, 1)
    waits = luck.exponential(Decision.EVENT_SIZE, TOWN, 1)
    assert kstest(normal, "norm").pvalue > LEAST_P
    assert kstest(waits, "expon").pvalue > LEAST_P
    assert abs(normal.mean()) < 4 * error
    assert abs(normal.var() - 1) < 4 * np.sqrt(2) * error
    assert abs(waits.mean() - 1) < 4 * error
    assert waits.min() > 0
    assert np.isfinite(normal).all()


@pytest.mark.parametrize("mean", [0.05, 1.0, 7.0, 60.0])
def test_counts_have_the_mean_and_the_variance_of_a_poisson(mean: float) -> None:
    counts = Luck(8).count(Decision.CHILDREN, TOWN[:40_000], 0, mean)
    size = counts.size
    assert abs(counts.mean() - mean) < 4 * np.sqrt(mean / size)
    assert abs(counts.var() - mean) < 4 * np.sqrt((mean + 2 * mean**2) / size)


@pytest.mark.parametrize("chance", [0.0001, 0.03, 0.5, 0.999])
def test_events_happen_as_often_as_their_chance(chance: float) -> None:
    hits = sum(Luck(8).happens(Decision.AE, TOWN, month, chance).sum() for month in range(1, 13))
    size = 12 * N
    assert abs(hits / size - chance) < 4 * np.sqrt(chance * (1 - chance) / size)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_chance_hits_the_same_people_and_some_more(one: float, other: float) -> None:
    luck, people = Luck(5), np.arange(300, dtype=np.uint64)
    few, many = (luck.happens(Decision.AE, people, 2, x) for x in sorted([one, other]))
    assert np.all(many[few])
    rows = np.where(people % 2 == 0, one, other)
    mixed = luck.happens(Decision.AE, people, 2, rows)
    assert np.array_equal(mixed, luck.uniform(Decision.AE, people, 2) < rows)


def test_an_event_needs_a_roll_below_its_chance_however_few_have_a_chance() -> None:
    luck, people = Luck(5), rows(2000)
    roll = luck.uniform(Decision.AE, people, 2)
    assert not luck.happens(Decision.AE, people, 2, roll).any()
    assert not luck.happens(Decision.AE, people[:1], 2, float(roll[0])).any()
    for share in (0.0, 0.01, 0.3, 0.9, 1.0):
        chances = np.where(luck.uniform(Decision.AE, people, 3) < share, 0.4, 0.0)
        hit = luck.happens(Decision.AE, people, 2, chances)
        assert np.array_equal(hit, roll < chances)
    assert np.array_equal(luck.happens(Decision.AE, people, 2, np.array([0.3])), roll < 0.3)
    with pytest.raises(ValueError):
        luck.happens(Decision.AE, people, 2, np.full(1999, 0.01))


def test_chance_0_never_happens_and_chance_1_always_does() -> None:
    luck, people = Luck(5), np.arange(10_000, dtype=np.uint64)
    assert not luck.happens(Decision.AE, people, 2, 0.0).any()
    assert luck.happens(Decision.AE, people, 2, 1.0).all()


@pytest.mark.parametrize("mean", [0.0, 1e-300, 0.1, 3.0, 40.0, 499.9, 500.1, 800.0, 20_000.0])
def test_counts_are_the_exact_poisson_quantiles_of_the_roll(mean: float) -> None:
    luck, people = Luck(2), np.arange(400, dtype=np.uint64)
    roll = luck.uniform(Decision.ARRIVAL, people, 1)
    with np.errstate(all="raise"):
        counts = luck.count(Decision.ARRIVAL, people, 1, mean)
    assert counts.tolist() == poisson.ppf(roll, mean).astype(int).tolist()


def test_counts_of_very_different_means_can_be_asked_for_at_once() -> None:
    luck, people = Luck(2), np.arange(400, dtype=np.uint64)
    means = np.array([1e-6, 450.0, 0.0, 900.0] * 100)
    roll = luck.uniform(Decision.ARRIVAL, people, 1)
    with np.errstate(all="raise"):
        counts = luck.count(Decision.ARRIVAL, people, 1, means)
    assert counts.tolist() == poisson.ppf(roll, means).astype(int).tolist()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0, 1500), min_size=2, max_size=30))
def test_a_higher_mean_never_gives_anyone_a_lower_count(means: list[float]) -> None:
    luck, people = Luck(2), np.full(len(means), 77, dtype=np.uint64)  # the same roll each time
    counts = luck.count(Decision.ARRIVAL, people, 1, np.sort(means))
    assert np.all(np.diff(counts) >= 0)
    one_by_one = [luck.count(Decision.ARRIVAL, people[:1], 1, mean)[0] for mean in sorted(means)]
    assert counts.tolist() == one_by_one


@pytest.mark.parametrize("wrong", [-0.1, np.nan, np.inf])
def test_a_mean_that_cannot_be_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        Luck(1).count(Decision.ARRIVAL, np.arange(2, dtype=np.uint64), 1, np.array([1.0, wrong]))
