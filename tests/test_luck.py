"""Promises about luck that hold exactly: same person, same decision, same month, same roll.

The expected numbers come from `reference_*` below: whole-number Python written apart from the
vectorised code, anchored in published test values. Randomness itself is judged in
`test_luck_is_chance.py`.
"""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import luck as room
from sim.luck import Decision, Luck, mix, mix_ids, pair_ids, text_key

M = 2**64
TOP = M - 1
words = st.integers(0, TOP)
wholes = st.integers(-(2**70), 2**70)
decisions = st.sampled_from(list(Decision))

# Numbers once given out. Lines may be added; none may be changed or taken away.
REGISTERED = """
BIRTH_AGE=1 SEX=2 LIVING=3 PARTNER_ORDER=4 HOST=5 ETHNICITY=6 DISPOSITION=7 SOCIABILITY=8
LIABILITY=9 NEED_START=10 CAR=11 DIGITAL=12 SAVINGS=13 INTEREST=14 CHILDREN=15 KIN_NEAR=16
KIN_WHO=17 FRIENDS_START=18 FRIEND_OUTSIDE=19 FRIEND_ORDER=20 FRIEND_STRENGTH=21
NEIGHBOURS_START=22 NEIGHBOUR_ORDER=23 CARE_HOME_START=24 DEMENTIA=25 VOLUNTEER_START=26
WIDOWED=27 FEELING_START=28 CARE_START=29 OUTSIDE_CARE=30 TAKE_UP=31 HELP_KEENNESS=32
SAVINGS_LOCAL=33 CLIENT_KIND=34 SPELL_START=35 DEATH=100 ARRIVAL=101 DEPARTURE=102
COMES_OF_AGE=103 COUPLE_FORMS=104 COUPLE_PARTS=105 LEAVES_HOME=106 FRIEND_OPEN=110
FRIEND_POOL=111 FRIEND_SLOT=112 FRIEND_LOSS=113 FRIEND_CLOSURE=114 NEIGHBOUR_OPEN=115
NEIGHBOUR_LOSS=116 TIE_SURVIVES_MOVE=117 FEELING=120 EVENT=121 EVENT_SIZE=122 ANSWER=123
LIABILITY_DRIFT=124 HUB_JOIN=130 HUB_ATTEND=131 HUB_LEAVE=132 HUB_RANK=133 HUB_CHANCE=134
REFERRAL=135 REFERRAL_RANK=136 VOLUNTEER=137 VOLUNTEER_LEAVE=138 MINIBUS_RANK=139
HUB_VOLUNTEER=141 OTHER_ACTIVITY=142 TIE_AFTER_CLOSURE=140 NEED_ONSET=150 NEED_LEVEL=151
NEED_RECOVERY=152 NEED_WORSE=153 REQUEST=160 ASSESSMENT=161 WAIT_RANK=162 CARER_STEP_UP=163
OUTSIDE_CARE_START=164 OUTSIDE_CARE_STOP=165 PACKAGE_END=166 CARE_STARTS=167 REVIEW=168
CONTACT=169 HANDED_BACK=172 POST_FILLED=173 WORKER=174 CARE_KIND=175 LEAVER=170 HIRE=171
AE=180 ADMISSION=181 DELAY=182 CARE_HOME=183 BREAKDOWN=184 SAFEGUARDING=185
CARE_HOME_PAYER=186 AE_FIRST=187 CRISIS_DAY=188 MUTUAL_AID=260
CAPITAL=220 INCOME=221 REQUEST_OUTCOME=222 REABLEMENT_OFFER=223 REABLEMENT_LENGTH=224
DIRECT_PAYMENT_REVIEW=225
HELPER_CHOICE=240 CARER_SEEN=241
CARER_SUPPORTED=242 CARER_PLACE=243 CARING_SINCE=244 JOB=245
PLACEMENT=320 PLACEMENT_RANK=321 APPEAL=322 APPEAL_RANK=323 CARERS_GROUP=324
CARERS_GROUP_RANK=325 CARE_HOME_PANEL=280 SUPPORTED_LIVING_PANEL=281
PAYMENT_SUPPORT=340 MICRO_FROM_AGENCY=341 CONVERSATION=342 SECURE_HOURS=343
SHARED_LIVES_MOVE=344 HOMESHARE=345 KEYRING=346
VISIT_JOIN=300 VISIT_RANK=301 SCHEME_FOLDS=302 LEARNS=303 CIRCLE=304 BUS_ROUND=305
"""


def reference_finalise(z: int) -> int:
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % M
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % M
    return z ^ (z >> 31)


def reference_mix(*parts: int) -> int:
    state = 0
    for part in parts:
        state = reference_finalise((state + 0x9E3779B97F4A7C15 + part) % M)
        state = reference_finalise(state ^ 0xD6E8FEB86659FD93)
    return state


def reference_bits(seed: int, decision: int, person: int, month: int) -> int:
    key = reference_mix(reference_mix(seed % M, seed >> 64), decision, month)
    word = reference_finalise(person ^ key) + reference_finalise(key ^ 0x9E3779B97F4A7C15)
    for _ in range(2):
        word %= M
        word = (word ^ (word >> 32)) * 0xD6E8FEB86659FD93
    word %= M
    return word ^ (word >> 32)


def reference_pair(one: int, other: int) -> int:
    low, high = sorted((one, other))
    return reference_finalise((reference_finalise(low ^ 0xD6E8FEB86659FD93) + high) % M)


def reference_text(text: str) -> int:
    state = 0xCBF29CE484222325
    for byte in text.encode("utf-8"):
        state = (state ^ byte) * 0x100000001B3 % M
    return state


def ids(*values: int) -> Any:
    return np.array(values, dtype=np.uint64)


def test_the_reference_itself_gives_the_published_values() -> None:
    """First outputs of splitmix64 from state 0, and FNV-1a of "", "a" and "foobar"."""
    golden = 0x9E3779B97F4A7C15
    assert reference_finalise(golden) == 0xE220A8397B1DCDAF
    assert reference_finalise(2 * golden % M) == 0x6E789E6AA1B965F4
    published = [0xCBF29CE484222325, 0xAF63DC4C8601EC8C, 0x85944171F73967E8]
    assert [reference_text(text) for text in ("", "a", "foobar")] == published


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ((), 0),
        ((0,), 0xE8F052B60D5E2BF6),
        ((1,), 0xCF544C30BC55FC17),
        ((1, 2), 0x596BB50CF17D3DC9),
        ((2, 1), 0xFFAF5C638B545315),
        ((-1,), 0x34658AFB730F19BD),
    ],
)
def test_identities_never_change_between_versions(parts: tuple[int, ...], word: int) -> None:
    assert mix(*parts) == word


@pytest.mark.parametrize(
    ("seed", "decision", "person", "month", "word"),
    [
        (1, Decision.DEATH, 0, 1, 0xB5F3A2F5924A9551),
        (1, Decision.DEATH, 1, 1, 0x1A421E7B37057E6E),
        (2, Decision.DEATH, 0, 1, 0xC8C015D41CC2D48D),
        (1, Decision.FEELING, TOP, 12, 0xA5F0D632205F78C8),
        (-1, Decision.LIVING, 5, -7, 0xCBFE5EF957CA92B2),
        (2**80 + 3, Decision.SAFEGUARDING, 10**18, 2**65 + 1, 0xD3B764E3765A6EFD),
        (0, Decision.BIRTH_AGE, 0, 0, 0x50DD79B43A592073),
    ],
)
def test_rolls_never_change_between_versions(
    seed: int, decision: Decision, person: int, month: int, word: int
) -> None:
    assert int(Luck(seed).bits(decision, ids(person), month)[0]) == word
    assert reference_bits(seed, decision, person, month) == word


def test_the_numbers_made_from_rolls_never_change_between_versions() -> None:
    luck, people = Luck(1), ids(0, 1, TOP)
    assert [each.hex() for each in luck.uniform(Decision.DEATH, people, 1).tolist()] == [
        "0x1.6be745eb24952p-1", "0x1.a421e7b37057cp-4", "0x1.035ada7c2cc9ep-1",
    ]  # fmt: skip
    assert luck.normal(Decision.DEATH, people, 1) == pytest.approx(
        [0.5555737181658481, -1.2670349484102377, 0.01642550021771149], rel=1e-13
    )
    assert luck.exponential(Decision.DEATH, people, 1) == pytest.approx(
        [0.3414361480496663, 2.2771961677082797, 0.6801272452322622], rel=1e-13
    )
    counts = luck.count(Decision.DEATH, np.arange(12, dtype=np.uint64), 1, 3.0)
    assert counts.tolist() == [4, 1, 5, 3, 1, 3, 4, 4, 4, 5, 0, 4]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", 0x360199E926845544),
        ("a", 0x7AA8E5C147A72E8A),
        ("foobar", 0xAC1DE1152040B77C),
        ("E06000043", 0x00B2E5C1B50E1D46),
        ("Ynys Môn", 0xAB7CBDA0411B0C8D),
    ],
)
def test_the_key_of_a_text_never_changes_between_versions(text: str, word: int) -> None:
    assert text_key(text) == word


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_key_of_a_text_is_the_mixed_fnv_of_its_bytes(text: str) -> None:
    assert text_key(text) == reference_mix(reference_text(text))


def test_no_two_neighbourhood_codes_share_a_key() -> None:
    codes = [f"E0{1000001 + number}" for number in range(33_755)]
    assert len({text_key(code) for code in codes}) == len(codes)


@given(st.lists(wholes, max_size=5))
def test_mixing_agrees_with_whole_number_arithmetic(parts: list[int]) -> None:
    assert mix(*parts) == reference_mix(*parts)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=20), wholes)
def test_identities_made_in_columns_equal_identities_made_one_by_one(
    rows: list[tuple[int, int]], whole: int
) -> None:
    first, second = (ids(*column) for column in zip(*rows, strict=True))
    made = mix_ids(first, whole, second, Decision.ARRIVAL)
    assert made.tolist() == [mix(a, whole, b, Decision.ARRIVAL) for a, b in rows]
    assert mix_ids(whole, first).tolist() == [mix(whole, a) for a, _ in rows]


def test_whole_numbers_alone_make_one_identity() -> None:
    assert mix_ids(3, -4).tolist() == [mix(3, -4)]


def test_identities_of_a_town_are_all_different() -> None:
    area, household, ordinal = (
        each.astype(np.uint64).ravel() for each in np.indices((100, 1000, 4))
    )
    assert np.unique(mix_ids(area, household, ordinal)).size == 400_000


@given(words, words)
def test_a_tie_has_one_identity_from_both_ends(one: int, other: int) -> None:
    made = int(pair_ids(ids(one), ids(other))[0])
    assert made == int(pair_ids(ids(other), ids(one))[0]) == reference_pair(one, other)


def test_no_two_ties_share_an_identity() -> None:
    a, b = np.triu_indices(700)
    assert np.unique(pair_ids(a.astype(np.uint64), b.astype(np.uint64))).size == a.size


@settings(deadline=None)
@given(st.integers(-(2**127) + 1, 2**127 - 1), decisions, st.lists(words, max_size=8), wholes)
def test_every_roll_agrees_with_whole_number_arithmetic(
    seed: int, decision: Decision, people: list[int], month: int
) -> None:
    expected = [reference_bits(seed, decision, person, month) for person in people]
    assert Luck(seed).bits(decision, ids(*people), month).tolist() == expected
    exact = [Fraction(2 * (word >> 11) + 1, 2**54) for word in expected]
    assert Luck(seed).uniform(decision, ids(*people), month).tolist() == [
        min(float(number), 1 - 2.0**-53) for number in exact
    ]


def test_every_uniform_number_lies_strictly_between_0_and_1_even_at_the_last_bit() -> None:
    edges = ids(0, 1, TOP, TOP - 1, TOP >> 1, TOP - 2**11, TOP ^ (2**11 - 1))
    numbers = np.empty(edges.size)
    room._fractions(edges, numbers)
    assert np.all((numbers > 0) & (numbers < 1))
    assert numbers.min() == 2.0**-54
    assert numbers.max() == 1 - 2.0**-53


def test_the_luckiest_roll_there_is_still_ends_in_a_sensible_count() -> None:
    means = np.geomspace(0.01, 5000, 400)
    counts = room._poisson(np.full(means.size, 1 - 2.0**-53), means)
    assert np.all(counts <= means + 10 * np.sqrt(means) + 25)


@settings(deadline=None)
@given(st.lists(words, min_size=1, max_size=60), st.randoms(use_true_random=False), wholes)
def test_a_roll_does_not_depend_on_who_else_rolls_or_in_which_order(
    people: list[int], shuffler: Any, month: int
) -> None:
    luck = Luck(7)
    alone = {each: luck.uniform(Decision.AE, ids(each), month)[0] for each in people}
    crowd = people + people[: len(people) // 2]  # some of them twice
    shuffler.shuffle(crowd)
    assert luck.uniform(Decision.AE, ids(*crowd), month).tolist() == [alone[x] for x in crowd]


@pytest.mark.parametrize("size", [1, 16_383, 16_384, 16_385, 40_000])
def test_a_roll_does_not_depend_on_chunks_strides_or_threads(size: int) -> None:
    luck, people = Luck(3), mix_ids(np.arange(size, dtype=np.uint64), 5)
    people.flags.writeable = False  # nor may a roll write on the identities
    whole = luck.normal(Decision.FEELING, people, 9)

    def part(rows: slice) -> Any:
        return luck.normal(Decision.FEELING, people[rows], 9)

    chunks = [slice(start, start + 777) for start in range(0, size, 777)]
    with ThreadPoolExecutor(4) as threads:
        assert np.array_equal(np.concatenate(list(threads.map(part, chunks))), whole)
    assert np.array_equal(part(slice(None, None, -3)), whole[::-3])
    spread = np.repeat(people, 2)[::2]
    assert np.array_equal(mix_ids(spread, 4, people), mix_ids(people, 4, people))
    each_bit = luck.bits(Decision.FEELING, people, 9)
    assert np.array_equal(luck.bits(Decision.FEELING, people[::-1], 9)[::-1], each_bit)


def test_rolling_for_one_thing_changes_no_other_roll() -> None:
    people = np.arange(50, dtype=np.uint64)
    busy, quiet = Luck(1), Luck(1)
    for decision in Decision:  # a decision that draws and does nothing (relation 11)
        busy.count(decision, people, 3, 2.0)
    newcomers = np.concatenate([people[20:], ids(999, TOP)])  # relations 12 and 13
    kept = busy.uniform(Decision.DEATH, newcomers, 3)[:30]
    assert np.array_equal(kept, quiet.uniform(Decision.DEATH, people, 3)[20:])


def test_nobody_is_a_crowd_luck_can_serve() -> None:
    luck, none = Luck(1), ids()
    for draw in (luck.bits, luck.uniform, luck.normal, luck.exponential):
        assert draw(Decision.SEX, none, 1).shape == (0,)
    assert luck.happens(Decision.SEX, none, 1, 0.5).shape == (0,)
    assert luck.count(Decision.SEX, none, 1, 3.0).shape == (0,)
    assert mix_ids(none, 3).shape == mix_ids(4, none).shape == pair_ids(none, none).shape == (0,)


@given(wholes, wholes)
def test_seeds_and_months_however_far_off_give_their_own_luck(one: int, other: int) -> None:
    people = ids(1, 2, 3)
    same_seed = np.array_equal(Luck(one).bits(1, people, 0), Luck(other).bits(1, people, 0))
    assert same_seed == (one == other)
    luck = Luck(0)
    same_month = np.array_equal(luck.bits(1, people, one), luck.bits(1, people, other))
    assert same_month == ((one - other) % M == 0)  # months are told apart up to 2^64


def test_no_two_huge_seeds_share_their_luck() -> None:
    near = [0, 2**63, 2**64, 2**127, 2**128, 2**191, 2**192, 2**255, 2**256, 2**1000]
    seeds = {sign * each + step for each in near for sign in (-1, 1) for step in (-1, 0, 1)}
    rolls = {int(Luck(seed).bits(Decision.SEX, ids(1), 1)[0]) for seed in seeds}
    assert len(rolls) == len(seeds)


@pytest.mark.parametrize("wrong", [True, False, 1.0, 2.5, "1", None, np.float64(1)])
def test_a_seed_that_is_not_a_whole_number_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="whole number"):
        Luck(wrong)


def test_what_is_not_an_identity_or_a_month_is_refused() -> None:
    with pytest.raises(TypeError):
        Luck(1).uniform(Decision.SEX, np.arange(3), 1)
    with pytest.raises(TypeError):
        Luck(1).uniform(Decision.SEX, ids(1), 1.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        mix_ids(np.arange(3), 1)
    with pytest.raises(ValueError):
        mix_ids(ids(1, 2), ids(1, 2, 3))


def test_a_month_counted_by_numpy_is_the_same_month() -> None:
    for month in (-3, 0, 120):
        counted = Luck(1).bits(Decision.SEX, ids(4), np.int64(month))
        assert np.array_equal(counted, Luck(1).bits(Decision.SEX, ids(4), month))


def test_a_decision_number_is_never_changed_and_never_used_twice() -> None:
    given_out = {name: int(number) for name, number in
                 (entry.split("=") for entry in REGISTERED.split())}  # fmt: skip
    now = {name: int(member) for name, member in Decision.__members__.items()}
    assert {name: now.get(name) for name in given_out} == given_out
    assert len(set(now.values())) == len(now)
