"""Promises: rival rules really change a rule, ours change nothing, and given numbers are drawn."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from sim.agents.rivals import OURS, _rivals, choose
from sim.errors import UserMistake
from sim.experiment.run import build_request
from sim.model import CommunityModel
from sim.parameters import Parameters
from sim.scenario import Scenario
from sim.scenario_shape import Rivals

SMALL = {"residents": 1_000, "years": 1, "lives": False}


def plan(**rivals: str) -> Scenario:
    return Scenario(title="t", summary="s", kind="cautionary", rivals=rivals)


def lived(months: int = 6, **asked) -> CommunityModel:
    model = CommunityModel(**(SMALL | {"plan": plan(), "rng": 1} | asked))
    if months:
        model.run_for(months)
    return model


@pytest.fixture(scope="module")
def usual() -> CommunityModel:
    return lived()


def test_a_file_may_name_exactly_the_rules_the_model_knows():
    known = {q: {OURS[q], *rules} for q, rules in _rivals(Parameters.build()).items()}
    asked = {name: set(get_args(each.annotation)) for name, each in Rivals.model_fields.items()}
    assert asked == known
    assert {name: each.default for name, each in Rivals.model_fields.items()} == OURS


def test_the_models_own_rules_are_the_same_numbers_themselves():
    p = Parameters.build()
    assert choose(p, OURS) is p
    assert p.reads == frozenset()


def test_without_likeness_friends_of_all_ages_are_made(usual):
    def gap_in_years(model: CommunityModel) -> float:
        people, friends = model.world.people, model.world.ties.friends
        new = np.flatnonzero(friends.strength[: friends.inner] < friends.strength.max() // 2)
        ages = people.age_months / 12
        return float(np.abs(ages[friends.a[new]] - ages[friends.b[new]]).mean())

    assert gap_in_years(lived(plan=plan(new_friends="meeting_place"))) > gap_in_years(usual) + 5


def test_friends_of_friends_make_another_network_from_the_same_start(usual):
    other = lived(plan=plan(new_friends="friends_of_friends"))
    assert set(other.world.ties.friends.key.tolist()) != set(usual.world.ties.friends.key.tolist())
    start, first = lived(0), lived(0, plan=plan(new_friends="friends_of_friends"))
    assert np.array_equal(start.world.ties.friends.key, first.world.ties.friends.key)


def test_the_queue_serves_need_wait_or_neither_first():
    from sim.agents import packages
    from sim.luck import Luck

    class People:
        """Four people who wait for care; only two can be served."""

        id = np.arange(1, 5, dtype=np.uint64)
        waiting = np.full(4, 2, dtype=np.int8)
        need = np.array([1, 3, 2, 1], dtype=np.int8)
        months_waiting = np.array([9, 0, 1, 5])
        client, package, provider = np.zeros((3, 4), dtype=np.int64)

    def order(**rule: float) -> list[int]:
        p = choose(Parameters.build(), rule) if rule else Parameters.build()
        served: list[int] = []

        def first_two(market, people, rows, kind, package, p, luck, month):
            served.extend(people.id[rows].tolist())
            return np.full(rows.size, -1)

        class Market:
            def tidy(self, people): ...
            def count(self, people, p): ...

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(packages, "place", first_two)
            patch.setattr(packages, "kind_of_support", lambda *_: np.zeros(4, dtype=np.int8))
            everyone = Parameters.build().replaced({"care_starts_chance_per_month": 1.0})
            p = everyone if not rule else choose(everyone, rule)
            packages.begin(People(), np.arange(4), np.full(4, 60), p, Luck(1), 1, Market())
        return served

    assert order() == [2, 3, 1, 4]  # need 3, 2, then 1 by the longer wait
    assert order(care_queue="first_come") == [1, 4, 3, 2]  # waits of 9, 5, 1 and 0 months
    assert sorted(order(care_queue="lottery")) == [1, 2, 3, 4]
    assert order(care_queue="lottery") not in ([2, 3, 1, 4], [1, 4, 3, 2])


def test_a_plan_and_its_baseline_live_under_the_same_rule():
    request = build_request([plan(care_queue="lottery")], None, 500, 1, 1, 1)
    assert request.baseline.rivals.care_queue == "lottery"
    with pytest.raises(UserMistake, match="rivals"):
        build_request(
            [plan(care_queue="lottery"), plan().model_copy(update={"name": "other"})],
            None, 500, 1, 1, 1,
        )  # fmt: skip


def test_a_misspelt_rule_is_refused_and_a_file_says_its_rules_again():
    with pytest.raises(UserMistake, match="rivals"):
        plan(care_queue="firstcome")
    assert Scenario.from_toml(plan(care_queue="lottery").to_toml()).rivals.care_queue == "lottery"


def test_numbers_given_act_as_a_draw_does():
    drawn = Parameters.build(draw=3)
    again = Parameters.build(given=drawn.drawn())
    assert again == drawn
    assert again.drawn() == drawn.drawn()
    usual = lived(3, draw=3)
    same = lived(3, given=tuple(sorted(drawn.drawn().items())))
    assert same.often_lonely_share == usual.often_lonely_share
    assert np.array_equal(same.world.people.id, usual.world.people.id)
