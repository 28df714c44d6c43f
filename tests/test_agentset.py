"""Promises about agent sets: columns inside, Mesa's meaning outside."""

from __future__ import annotations

import copy
import pickle
import time
import warnings
from collections.abc import Iterable
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.agentset import AgentSet
from mesa.experimental.scenarios import Scenario
from mesa.time import Schedule

from sim.agents.agentset import ColumnAgent, ColumnAgentSet, Departed, Everyone, population_rule
from sim.errors import UserMistake
from sim.world.columns import Column, Columns

SCHEMA = {
    "id": Column(np.uint64, 0, "who"),
    "mood": Column(np.float32, 0.5, "mood", low=0, high=1),
    "age": Column(np.int16, 40, "age", unit="years", low=0, high=120),
    "ward": Column(np.int8, 0, "where they live"),
    "frail": Column(bool, False, "needs help"),
    "carer": Column(np.int32, -1, "row of whoever cares for them", pointer=True),
}
FIRST = 1000  # the first identity, so that a row is never mistaken for one


class Person(ColumnAgent):
    """A resident of the toy town."""

    @property
    def decade(self) -> int:
        return int(self.age) // 10

    @property
    def carer(self) -> Person | None:
        row = self._home.columns.carer[self.row]
        return None if row < 0 else Person._view(self._home, int(self._home.columns.id[row]), row)

    def birthday(self, years: int = 1) -> int:
        self.age = self.age + years
        return int(self.age)

    @population_rule
    def brighten(people: ColumnAgentSet, by: float = 0.25) -> np.ndarray:
        people.model.rules_run += 1
        people.set("mood", people.get("mood") + np.float32(by))
        return people.get("mood")


class Hub(mesa.Agent):
    """One of the few: an ordinary agent."""

    def __init__(self, model: Any, age: int = 0, ward: int = 1) -> None:
        super().__init__(model)
        self.age, self.ward, self.visits, self.mood = age, ward, 0, 0.0

    def birthday(self, years: int = 1) -> int:
        self.age += years
        return self.age


class ToySettings(Scenario):
    """Settings of a toy run."""

    people: int = 40
    brightening: float = 0.0


class Town(mesa.Model):
    """People in columns, hubs as ordinary agents."""

    def __init__(self, scenario: ToySettings | None = None, **overrides: Any) -> None:
        settings = ToySettings(**overrides) if scenario is None else scenario
        super().__init__(scenario=settings)
        count, draw = settings.people, np.random.default_rng(5)
        self.columns = Columns(SCHEMA)
        self.columns.append(
            {
                "id": np.arange(FIRST, FIRST + count, dtype=np.uint64),
                "mood": np.round(draw.random(count) * 8) / 16,
                "age": draw.integers(0, 90, count),
                "ward": draw.integers(0, 4, count),
                "frail": draw.random(count) < 0.4,
                "carer": draw.integers(-1, max(count, 1), count) if count else [],
            }
        )
        self.people = ColumnAgentSet(self.columns, Person, self)
        self.rules_run = 0
        self.opened: list[float] = []
        self.departures: list[list[int]] = []
        for age in (3, 90):
            Hub(self, age=age)
        self.datacollector = mesa.DataCollector(
            model_reporters={"mood": "mean_mood", "alive": lambda m: len(m.people)},
            agenttype_reporters={Hub: {"age": "age"}, Person: {"age": "age", "mood": "mood"}},
        )

    @property
    def agents(self) -> Everyone:
        return Everyone([self.people, super().agents], self.random)

    @property
    def agents_by_type(self) -> dict[type, Any]:
        return {Person: self.people, **super().agents_by_type}

    @property
    def agent_types(self) -> list[type]:
        return list(self.agents_by_type)

    @property
    def mean_mood(self) -> float:
        return float(self.people.agg("mood", np.mean))

    def step(self) -> None:
        self.people.do("brighten", self.scenario.brightening)
        self.people.do("birthday")
        self.datacollector.collect(self)

    def open_hub(self) -> None:
        self.opened.append(self.time)

    def arrive(self, **attributes: Any) -> int:
        identity = int(self.columns.id.max()) + 1
        self.columns.append({"id": [identity], **{k: [v] for k, v in attributes.items()}})
        return identity

    def depart(self, ids: np.ndarray) -> None:
        self.departures.append(ids.tolist())
        self.columns.remove(self.columns.row_of(ids))


class Plain(mesa.Agent):
    """The same resident as Mesa itself would hold them."""

    def __init__(self, model: Any, who: int, **attributes: Any) -> None:
        super().__init__(model)
        self.who = who
        self.__dict__.update(attributes)

    decade = Person.decade
    birthday = Person.birthday


def twins(people: int = 40, rng: int = 3) -> tuple[ColumnAgentSet, AgentSet]:
    """The same residents twice: in columns and as Mesa's own agents, with the same luck."""
    town, plain = Town(people=people, rng=rng), mesa.Model(rng=rng)
    names = [name for name in SCHEMA if name not in ("id", "carer")]
    for agent in town.people:
        Plain(plain, agent.unique_id, **{name: getattr(agent, name) for name in names})
    town.twin = plain  # Mesa's sets hold their agents weakly: the model must live on
    return town.people, plain.agents.copy()


def who(agents: Iterable[Any]) -> list[int]:
    return [agent.who if isinstance(agent, Plain) else agent.unique_id for agent in agents]


# --- the same answers as Mesa ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mood", "age", "ward", "frail", "decade", "missing"])
def test_get_gives_what_mesa_gives(name: str) -> None:
    ours, theirs = twins()
    got = ours.get(name, handle_missing="default", default_value=7)
    assert list(got) == theirs.get(name, handle_missing="default", default_value=7)
    assert isinstance(got, np.ndarray) == (name in SCHEMA)


def test_get_of_several_has_a_line_for_each_agent() -> None:
    ours, theirs = twins()
    for names in (["age", "ward"], ["age", "mood", "frail"], ["age", "decade"], ["age"]):
        assert np.asarray(ours.get(names)).tolist() == theirs.get(names)
    assert ours.get(["id", "mood"])[0][0] == FIRST
    assert isinstance(ours.get(["age", "mood"]), np.ndarray)


def test_get_refuses_what_mesa_refuses() -> None:
    ours, theirs = twins()
    for agents in (ours, theirs):
        with pytest.raises(AttributeError):
            agents.get("missing")
        with pytest.raises(ValueError):
            agents.get("age", handle_missing="ignore")


def test_get_is_a_copy_and_stays_as_it_was() -> None:
    ours, _ = twins()
    before = ours.get("age")
    ours.set("age", 50)
    assert set(ours.get("age")) == {50}
    assert set(before) != {50}


@pytest.mark.parametrize("func", [sum, min, max, len, np.mean, np.std, [min, max, sum]])
@pytest.mark.parametrize("name", ["mood", "age", "frail", "decade"])
def test_agg_gives_what_mesa_gives(name: str, func: Any) -> None:
    ours, theirs = twins()
    assert ours.agg(name, func) == pytest.approx(theirs.agg(name, func))


def test_a_mean_over_many_is_taken_in_double_precision() -> None:
    town = Town(people=100_000)
    town.columns.mood = np.float32(0.1)
    assert town.people.agg("mood", np.mean) == pytest.approx(float(np.float32(0.1)), abs=1e-12)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"filter_func": lambda a: a.age > 40},
        {"filter_func": lambda a: a.frail, "at_most": 3},
        {"at_most": 0.25},
        {"at_most": 1.0},
        {"at_most": 1},
        {"at_most": 2.5},
        {"at_most": -1},
        {"at_most": 1000},
        {"filter_func": lambda a: a.age > 40, "at_most": 0.1},
        {"filter_func": lambda a: False},
        {"agent_type": mesa.Agent},
        {"agent_type": Hub},
    ],
)
@pytest.mark.parametrize("inplace", [False, True])
def test_select_gives_whom_mesa_gives(asked: dict[str, Any], inplace: bool) -> None:
    ours, theirs = twins()
    ours = ours.copy()
    chosen, expected = (
        ours.select(**asked, inplace=inplace),
        theirs.select(**asked, inplace=inplace),
    )
    assert who(chosen) == who(expected)
    assert (chosen is ours) == inplace
    assert len(ours) == len(theirs)


def test_select_by_a_mask_equals_select_by_a_function() -> None:
    ours, theirs = twins()
    mask = (ours.get("age") > 40) & ours.get("frail")
    old_frail = ours.select(where=mask)
    assert who(old_frail) == who(theirs.select(lambda a: a.age > 40 and a.frail))
    assert who(old_frail.select(where=old_frail.get("ward") == 1)) == who(
        theirs.select(lambda a: a.age > 40 and a.frail and a.ward == 1)
    )
    assert who(ours.select(where=mask, at_most=2)) == who(old_frail)[:2]
    with pytest.raises(ValueError, match="where"):
        ours.select(where=mask[:-1])
    with pytest.raises(ValueError, match="where"):
        ours.select(where=mask.astype(int))


def test_a_function_is_asked_no_more_often_than_needed() -> None:
    ours, _ = twins()
    asked = []
    ours.select(lambda a: asked.append(a) or True, at_most=2)
    assert len(asked) == 2


@pytest.mark.parametrize("by", ["ward", "frail", "decade", "mood", lambda a: a.age % 3])
def test_groupby_gives_the_groups_mesa_gives(by: Any) -> None:
    ours, theirs = twins()
    got, expected = ours.groupby(by), theirs.groupby(by)
    assert [(k, who(v)) for k, v in got] == [(k, who(v)) for k, v in expected]
    assert [type(k) for k, _ in got] == [type(k) for k, _ in expected]
    assert (len(got), got.count()) == (len(expected), expected.count())
    assert got.agg("age", max) == expected.agg("age", max)
    assert got.agg("mood", np.mean) == pytest.approx(expected.agg("mood", np.mean))
    assert got.map(len) == expected.map(len)
    assert got.map("agg", "age", sum) == expected.map("agg", "age", sum)
    listed, expected_lists = ours.groupby(by, "list"), theirs.groupby(by, "list")
    assert {k: who(v) for k, v in listed} == {k: who(v) for k, v in expected_lists}
    assert listed.agg("age", sum) == expected_lists.agg("age", sum)
    assert got.do("do", "birthday") is got
    theirs.groupby(by).do("do", "birthday")
    assert list(ours.get("age")) == theirs.get("age")


@pytest.mark.parametrize("key", ["age", "ward", "frail", "decade", lambda a: -a.age])
@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("inplace", [True, False])
def test_sort_gives_the_order_mesa_gives(key: Any, ascending: bool, inplace: bool) -> None:
    ours, theirs = twins()
    ours = ours.copy()
    got = ours.sort(key, ascending=ascending, inplace=inplace)
    assert who(got) == who(theirs.sort(key, ascending=ascending, inplace=inplace))
    assert who(ours) == who(theirs)


def test_shuffle_gives_the_order_mesa_gives_from_the_same_luck() -> None:
    ours, theirs = twins()
    ours.random.seed(8)
    theirs.random.seed(8)
    ours = ours.copy()
    assert who(ours.shuffle()) == who(theirs.shuffle()) != who(ours)
    assert who(ours.shuffle(inplace=True)) == who(theirs.shuffle(inplace=True)) == who(ours)
    met: dict[str, list[int]] = {"ours": [], "theirs": []}
    ours.shuffle_do(lambda a: met["ours"].extend(who([a])))
    theirs.shuffle_do(lambda a: met["theirs"].extend(who([a])))
    assert met["ours"] == met["theirs"]


def test_do_and_map_call_the_method_or_function_of_each() -> None:
    ours, theirs = twins()
    assert ours.do("birthday", 2) is ours
    theirs.do("birthday", 2)
    assert ours.map("birthday", years=3) == theirs.map("birthday", years=3)
    assert ours.map(lambda a, plus: a.age + plus, 1) == theirs.map(lambda a, plus: a.age + plus, 1)
    ours.shuffle_do("birthday")
    theirs.shuffle_do("birthday")
    assert list(ours.get("age")) == theirs.get("age")
    with pytest.raises(AttributeError):
        ours.do("no_such_thing")


def test_set_gives_all_the_same_or_each_their_own() -> None:
    ours, theirs = twins()
    for agents in (ours, theirs):
        assert agents.set("age", 33) is agents
        agents.select(lambda a: a.frail).set("age", 44)
    assert list(ours.get("age")) == theirs.get("age")
    ours.set("age", np.arange(40))
    assert list(ours.get("age")) == list(range(40))
    with pytest.raises(AttributeError, match="Did you mean age"):
        ours.set("agee", 3)
    with pytest.raises(ValueError, match="mood"):
        ours.set("mood", 2.0)


def test_lists_items_choice_and_set_arithmetic() -> None:
    ours, theirs = twins()
    assert who(ours.to_list()) == who(theirs.to_list()) == who(iter(ours))
    assert ours[3].unique_id == FIRST + 3
    assert who(ours[-2:]) == [FIRST + 38, FIRST + 39]
    assert ours[-1] == ours[39]
    with pytest.raises(IndexError):
        ours[40]
    assert ours.random.choice(ours) in ours
    frail, old = ours.select(lambda a: a.frail), ours.select(lambda a: a.age > 40)
    assert set(who(frail | old)) == set(who(frail)) | set(who(old))
    assert set(who(frail & old)) == set(who(frail)) & set(who(old))
    assert set(who(frail - old)) == set(who(frail)) - set(who(old))
    assert isinstance(frail & old, ColumnAgentSet)
    assert frail <= ours.copy()


def test_a_set_of_no_one_answers_as_mesas_does() -> None:
    ours, theirs = twins(people=0)
    assert len(ours) == len(theirs) == 0
    assert list(ours.get("age")) == theirs.get("age") == []
    assert ours.agg("age", sum) == 0
    assert list(ours.groupby("ward")) == []
    assert len(ours.shuffle()) == len(ours.sort("age")) == len(ours.select(at_most=3)) == 0
    assert list(ours.do("birthday").map("birthday")) == []


# --- population rules --------------------------------------------------------------------------


def test_a_population_rule_runs_once_for_all() -> None:
    town = Town()
    before = town.people.get("mood")
    assert town.people.do("brighten") is town.people
    assert town.rules_run == 1
    assert np.allclose(town.people.get("mood"), before + 0.25)


def test_a_population_rule_acts_on_a_selection_or_on_one_alone() -> None:
    town = Town()
    before = town.people.get("mood")
    frail = town.people.get("frail")
    town.people.select(where=frail).do("brighten", by=0.5)
    town.people[0].brighten(0.125)
    expected = before + 0.5 * frail
    expected[0] += 0.125
    assert np.allclose(town.people.get("mood"), expected)
    assert town.people.select(where=frail).map("brighten", 0) == list(expected[frail])


def test_a_users_own_method_takes_the_place_of_a_rule() -> None:
    class Gloomy(Person):
        def brighten(self) -> None:
            super().brighten(0.0625)
            self.age = 99

    town = Town(people=5)
    gloomy = ColumnAgentSet(town.columns, Gloomy, town)
    before = town.people.get("mood")
    gloomy.do("brighten")
    assert town.rules_run == 5
    assert np.allclose(town.people.get("mood"), before + 0.0625)
    assert set(town.people.get("age")) == {99}


# --- one agent ---------------------------------------------------------------------------------


def test_an_agent_reads_and_writes_the_columns() -> None:
    town = Town()
    person = town.people[7]
    person.age = 71
    assert town.columns.age[7] == person.age == 71
    assert type(person.age) is int
    assert type(person.mood) is float
    assert type(person.frail) is bool
    assert person.decade == 7
    assert "mood" in dir(person)
    assert person.model is town
    assert person.random is town.random
    assert person.scenario is town.scenario


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("agee", 3, AttributeError),
        ("note", "kind", AttributeError),
        ("unique_id", 3, AttributeError),
        ("id", 3, AttributeError),
        ("decade", 3, AttributeError),
        ("age", 300, ValueError),
        ("age", 3.5, TypeError),
    ],
)
def test_an_agent_keeps_nothing_that_would_be_lost(name: str, value: Any, error: Any) -> None:
    with pytest.raises(error):
        setattr(Town().people[0], name, value)


def test_a_mistyped_attribute_is_named_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"Person has no attribute 'agee'. Did you mean age"):
        Town().people[0].agee  # noqa: B018


def test_the_same_person_is_equal_however_often_looked_up() -> None:
    town = Town()
    assert town.people[3] == town.people[3] is not town.people[4]
    assert len({town.people[3], town.people[3], town.people[4]}) == 2
    assert town.people[3] in town.people
    assert town.people[3] not in town.people.select(at_most=3)
    assert town.people[3] not in Town().people
    assert 3 not in town.people


def test_the_departed_cannot_be_asked() -> None:
    town = Town()
    leaver, last = town.people[3], town.people[39]
    leaver.remove()
    assert town.departures == [[FIRST + 3]]
    with pytest.raises(Departed, match=f"Person {FIRST + 3} has left"):
        leaver.age  # noqa: B018
    with pytest.raises(Departed):
        leaver.age = 3
    assert not leaver.here
    assert leaver.unique_id == FIRST + 3
    assert last.row == 3, "the last row moved into the hole and the agent followed"
    leaver.remove()
    assert len(town.people) == 39


def test_a_newcomer_arrives_or_is_plainly_refused() -> None:
    town = Town()
    newcomer = Person(town, age=30)
    assert newcomer in town.people
    assert (newcomer.age, newcomer.unique_id) == (30, FIRST + 40)
    three = Person.create_agents(town, 3, age=[1, 2, 3], ward=2)
    assert three.get(["age", "ward"]).tolist() == [[1, 2], [2, 2], [3, 2]]
    assert len(town.people) == 44
    town.arrive = None  # type: ignore[assignment,method-assign]
    with pytest.raises(UserMistake, match="takes no newcomers"):
        Person(town)


# --- coming and going --------------------------------------------------------------------------


def test_the_population_is_live_and_a_selection_is_fixed() -> None:
    town = Town()
    frail = town.people.select(lambda a: a.frail)
    expected = who(frail)
    town.arrive(frail=True)
    town.people.discard(town.people[0])
    town.people.remove(frail[1])
    gone = {FIRST, expected[1]}
    assert len(town.people) == 39
    assert who(frail) == [i for i in expected if i not in gone]
    assert list(frail.get("frail")) == [True] * len(frail)
    with pytest.raises(KeyError):
        town.people.remove(Town(people=60).people[50])


def test_a_selection_can_be_added_to_and_taken_from_without_anyone_leaving() -> None:
    town = Town()
    some = town.people.select(at_most=3)
    some.add(town.people[9])
    some.add(town.people[9])
    some.discard(town.people[0])
    some.remove(town.people[1])
    some.discard(town.people[20])
    assert who(some) == [FIRST + 2, FIRST + 9]
    with pytest.raises(KeyError):
        some.remove(town.people[0])
    assert len(town.people) == 40
    with pytest.raises(ValueError, match="arrive by being made"):
        some.add(Town(people=90).people[85])


def test_the_whole_population_keeps_its_own_order() -> None:
    town = Town()
    for change in (
        lambda: town.people.shuffle(inplace=True),
        lambda: town.people.sort("age", inplace=True),
        lambda: town.people.select(at_most=3, inplace=True),
        lambda: town.agents.shuffle(inplace=True),
    ):
        with pytest.raises(ValueError, match="keeps its own order"):
            change()
    assert who(town.people) == list(range(FIRST, FIRST + 40))


def test_a_set_of_given_rows_holds_each_person_once() -> None:
    town = Town()
    assert who(ColumnAgentSet(town.columns, Person, town, [5, 2, 5])) == [FIRST + 5, FIRST + 2]
    mask = town.columns.age > 40
    assert len(ColumnAgentSet(town.columns, Person, town, mask)) == mask.sum()
    with pytest.raises(IndexError):
        ColumnAgentSet(town.columns, Person, town, [-1])
    with pytest.raises(IndexError):
        ColumnAgentSet(town.columns, Person, town, [40])


def test_those_who_leave_while_all_act_are_passed_over() -> None:
    town = Town(people=10)
    met = []

    def meet(agent: Person) -> None:
        met.append(agent.unique_id)
        town.people.of([agent.unique_id + 1]).depart()

    town.people.do(meet)
    assert met == [FIRST, FIRST + 2, FIRST + 4, FIRST + 6, FIRST + 8]
    town.people.do("remove")
    assert len(town.people) == 0
    assert len(town.departures[-1]) == 5, "all left at once"


def test_without_a_hook_departure_still_closes_the_row() -> None:
    town = Town()
    town.depart = None  # type: ignore[assignment,method-assign]
    del town.depart
    bare = ColumnAgentSet(town.columns, Person, mesa.Model(rng=1))
    bare.select(at_most=5).depart()
    assert len(town.people) == 35
    town.columns.check()


def test_a_model_and_its_sets_can_be_kept_and_copied() -> None:
    town = Town()
    selection = copy.deepcopy(town.people.select(at_most=3))
    selection.set("age", 9)
    assert selection.get("age").tolist() == [9, 9, 9]
    assert town.people.get("age")[:3].tolist() != [9, 9, 9]
    columns = pickle.loads(pickle.dumps(town.columns))
    assert columns.id.tolist() == who(town.people)


# --- everyone ----------------------------------------------------------------------------------


def crowd() -> tuple[Everyone, AgentSet]:
    """Residents and two hubs, and the same people as Mesa's own agents."""
    town, plain = Town(rng=3), mesa.Model(rng=3)
    for agent in town.agents:
        names = ["age", "ward", "mood"]
        person = Plain(plain, agent.unique_id, **{name: getattr(agent, name) for name in names})
        person.kind = type(agent).__name__
    town.twin = plain
    return town.agents, plain.agents.copy()


def test_everyone_answers_as_mesas_agents_would() -> None:
    ours, theirs = crowd()
    ours.random.seed(2)
    theirs.random.seed(2)
    assert len(ours) == len(theirs) == 42
    assert list(ours.get("age")) == theirs.get("age")
    assert ours.get(["age", "ward"]) == theirs.get(["age", "ward"])
    assert ours.get("visits", "default", None)[:40] == [None] * 40
    with pytest.raises(AttributeError):
        ours.get("visits")
    assert ours.agg("age", sum) == theirs.agg("age", sum)
    assert ours.agg("age", [min, max]) == theirs.agg("age", [min, max])
    for asked in (
        {"filter_func": lambda a: a.age > 50},
        {"at_most": 0.5},
        {"at_most": 41},
        {"filter_func": lambda a: a.age > 50, "at_most": 5},
        {},
    ):
        assert who(ours.select(**asked)) == who(theirs.select(**asked))
    assert who(ours.sort("age")) == who(theirs.sort("age"))
    assert who(ours.sort(lambda a: a.age, ascending=True)) == who(theirs.sort("age", True))
    assert who(ours.shuffle()) == who(theirs.shuffle())
    assert who(ours.shuffle().select(at_most=9)) == who(theirs.shuffle().select(at_most=9))
    assert [(k, who(v)) for k, v in ours.groupby("ward")] == [
        (k, who(v)) for k, v in theirs.groupby("ward")
    ]
    assert ours.groupby("ward").count() == theirs.groupby("ward").count()
    assert ours.groupby("ward").agg("age", max) == theirs.groupby("ward").agg("age", max)
    assert {k.__name__: len(v) for k, v in ours.groupby(type)} == theirs.groupby("kind").count()
    assert ours.map(lambda a: a.ward) == theirs.map(lambda a: a.ward)
    for agents in (ours, theirs):
        agents.do("birthday", 2).shuffle_do("birthday")
        agents.select(lambda a: a.ward == 1).set("age", 5)
    assert list(ours.get("age")) == theirs.get("age")
    assert who(ours[38:]) == who(theirs.to_list()[38:])
    assert ours[-1].unique_id == who(theirs)[-1]


def test_everyone_holds_both_kinds_and_tells_them_apart() -> None:
    town = Town()
    hub = town.agents_by_type[Hub].to_list()[0]
    assert hub in town.agents
    assert town.people[0] in town.agents
    assert who(town.agents.select(agent_type=Hub)) == [1, 2]
    assert len(town.agents.select(agent_type=Person)) == 40
    assert isinstance(town.agents.select(agent_type=Person).get("mood"), np.ndarray)
    few = town.agents.select(lambda a: a.age > 60)
    few.add(hub)
    few.shuffle(inplace=True)
    assert hub in few
    few.discard(hub)
    assert hub not in few
    assert hub in town.agents
    both = town.people.select(at_most=2) | town.agents_by_type[Hub]
    assert (len(both), type(both)) == (4, Everyone)
    hub.remove()
    town.agents.remove(town.people[0])
    assert len(town.agents) == 40
    with pytest.raises(KeyError):
        town.agents.remove(hub)


def test_everyone_runs_a_population_rule_once() -> None:
    town = Town()
    Hub.brighten = lambda self: None  # type: ignore[attr-defined]
    town.agents.do("brighten")
    town.agents.shuffle_do("brighten")
    assert town.rules_run == 2


# --- the rest of Mesa --------------------------------------------------------------------------


def test_nothing_is_registered_by_looking() -> None:
    town = Town()
    counter = town.agent_id_counter
    for agent in town.agents:
        agent.age  # noqa: B018
    town.agents.shuffle().sort("age").groupby("ward")
    assert town.agent_id_counter == counter
    assert len(mesa.Model.agents.fget(town)) == 2


def test_the_data_collector_reports_model_and_agent_types() -> None:
    town = Town(brightening=0.01)
    town.datacollector.agent_reporters = {"age": lambda a: a.age}
    town.run_for(3)
    frame = town.datacollector.get_model_vars_dataframe()
    assert frame.mood.iloc[-1] == pytest.approx(town.mean_mood)
    assert frame.alive.tolist() == [40, 40, 40]
    people = town.datacollector.get_agenttype_vars_dataframe(Person)
    assert len(people) == 120
    assert people.loc[3].age.tolist() == town.people.get("age").tolist()
    assert len(town.datacollector.get_agenttype_vars_dataframe(Hub)) == 6
    assert len(town.datacollector.get_agent_vars_dataframe()) == 126


def test_batch_run_runs_the_town() -> None:
    results = mesa.batch_run(
        Town,
        {"people": [5, 9], "brightening": 0.01},
        number_processes=1,
        rng=[1, 2],
        max_steps=2,
        display_progress=False,
    )
    alive = {(line["people"], line["rng"]): line["alive"] for line in results}
    assert alive == {(5, 1): 5, (5, 2): 5, (9, 1): 9, (9, 2): 9}
    assert max(line["Step"] for line in results) == 2


def test_events_and_runs_keep_mesas_time() -> None:
    town = Town(brightening=0.0)
    town.schedule_event(town.open_hub, at=2.5)
    town.schedule_recurring(town.open_hub, Schedule(interval=2, start=1))
    ages = town.people.get("age")
    town.run_for(3)
    assert town.opened == [1, 2.5, 3]
    town.run_until(5)
    town.step()
    assert (town.time, town.opened) == (6, [1, 2.5, 3, 5])
    assert (town.people.get("age") == ages + 6).all()


def test_a_reset_makes_the_same_town_again() -> None:
    town = Town(scenario=ToySettings(people=7, rng=4))
    again = type(town)(scenario=type(town.scenario)(people=7, rng=4))
    other = Town(people=7, rng=4)
    for each in (town, again, other):
        each.run_for(2)
    assert who(town.agents.shuffle()) == who(again.agents.shuffle()) == who(other.agents.shuffle())
    assert len(town.people) == town.scenario.people == 7


def test_a_hundred_thousand_are_read_in_microseconds() -> None:
    town = Town(people=100_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        start = time.process_time()
        for _ in range(100):
            town.people.get("mood")
        each = (time.process_time() - start) / 100
    assert each < 1e-3, "a generous bound: a tenth of a second would mean agents were made"
    start = time.process_time()
    assert sum(1 for _ in town.people) == 100_000
    assert time.process_time() - start < 3
