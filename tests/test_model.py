"""The community through Mesa's door: agents, collectors, batches, events, one person's life.

Everything Mesa documents of a model is asked of the real `CommunityModel`, with residents in
columns: they are read, followed along their ties, changed and felt, one by one or all at once.
"""

from __future__ import annotations

import mesa
import networkx as nx
import numpy as np
import pytest
from mesa.datacollection import DataCollector
from mesa.time import Schedule
from towns import PLACE, SMALL, hubs, people_now, plan, town, who_differs

import sim
from sim import invariants
from sim.agents.connector import Connector
from sim.agents.council import Council
from sim.agents.hub import Hub
from sim.agents.resident import Carer, Resident
from sim.agents.service import PaidCarer, Service
from sim.errors import UserMistake
from sim.model import CommunityModel
from sim.outcomes import MEASURES
from sim.settings import Settings


class Watched(CommunityModel):
    """A community as a Mesa user would watch it."""

    def __init__(self, scenario=None, **settings) -> None:
        super().__init__(scenario, **settings)
        self.datacollector = DataCollector(
            model_reporters={
                "often_lonely_share": "often_lonely_share",
                "residents": lambda model: len(model.residents),
            },
            agenttype_reporters={Hub: {"visits": "visits_this_month", "open": "open"}},
        )

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


@pytest.fixture(scope="module")
def lived() -> CommunityModel:
    """Read only."""
    model = town(plan(hubs()))
    model.run_for(6)
    return model


# --- settings ---------------------------------------------------------------------------------


def test_the_front_door_gives_the_model() -> None:
    assert sim.CommunityModel is CommunityModel
    assert issubclass(CommunityModel, mesa.Model)


def test_settings_and_keywords_open_the_same_town() -> None:
    by_object = CommunityModel(Settings(residents=SMALL, rng=3, plan="services_only"))
    by_keyword = CommunityModel(residents=SMALL, rng=3, plan="services_only", place=PLACE)
    both = CommunityModel(scenario=Settings(residents=SMALL), rng=3, plan="services_only")
    again = CommunityModel(scenario=by_object.scenario)
    for other in (by_keyword, both, again):
        assert who_differs(by_object, other) == {}
        assert other.scenario.rng == 3
        assert other.plan.name == "services_only"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"residnts": 1}, "no setting 'residnts'. Did you mean residents?"),
        ({"seed": 1}, "no setting 'seed'"),
        ({"residents": 1}, "residents: 1 cannot be used"),
        ({"residents": "many"}, "residents"),
        ({"years": 0}, "years = 0"),
        ({"years": 2.5}, "years = 2.5"),
        ({"draw": -1}, "draw = -1"),
        ({"rng": -1}, "rng = -1"),
        ({"rng": "one"}, "rng = 'one'"),
        ({"rng": 1.5}, "rng = 1.5"),
        ({"place": "Brigton"}, "Brigton"),
        ({"plan": "bevy_hubb"}, "Did you mean bevy_hub?"),
        ({"plan": 7}, "not int"),
    ],
)
def test_a_mistake_in_a_setting_is_told_in_a_sentence(settings, sentence: str) -> None:
    with pytest.raises(UserMistake) as told:
        CommunityModel(**({"residents": SMALL} | settings))
    assert sentence in str(told.value)
    assert "\n" not in str(told.value).strip()


# --- agents -----------------------------------------------------------------------------------


def test_everybody_is_an_agent_of_their_kind(lived) -> None:
    by_type = lived.agents_by_type
    assert set(by_type) == {Resident, PaidCarer, Hub, Connector, Service, Council}
    assert set(lived.agent_types) == set(by_type)
    assert by_type[Resident] is lived.residents
    assert len(lived.agents) == sum(len(each) for each in by_type.values())
    assert len(by_type[Hub]) == len(lived.hubs) > 1
    assert lived.council in by_type[Council]
    assert lived.home_care in lived.agents
    assert lived.residents[0] in lived.agents
    assert all(isinstance(each, mesa.Agent) for each in (lived.residents[0], lived.hubs[0]))


def test_residents_are_selected_counted_and_grouped(lived) -> None:
    residents, people = lived.residents, lived.world.people
    old = residents.select(lambda each: each.age >= 65)
    assert len(old) == int((people.age_months >= 65 * 12).sum()) > 0
    assert (old.get("age_months") >= 65 * 12).all()
    assert residents.agg("need", np.max) == people.need.max()
    assert residents.agg("z", np.mean) == pytest.approx(people.z.mean(dtype=np.float64))
    groups = residents.groupby("sex").count()
    assert groups == {0: int((people.sex == 0).sum()), 1: int((people.sex == 1).sum())}
    assert residents.groupby("quintile", result_type="list").groups.keys() == set(
        people.quintile.tolist()
    )
    assert residents.select(at_most=3).map(lambda each: each.gender) == [
        each.gender for each in list(residents)[:3]
    ]
    assert residents.get(["age_months", "sex"]).shape == (len(residents), 2)


def test_residents_are_changed_all_at_once_or_some() -> None:
    model = town()
    model.residents.set("digital", False)
    assert not model.world.people.digital.any()
    few = model.residents.select(lambda each: each.age > 80)
    few.set("has_car", True)
    assert model.world.people.has_car[few.rows].all()
    few.do(lambda each: setattr(each, "digital", True))
    assert int(model.world.people.digital.sum()) == len(few)
    ages = model.residents.get("age_months")
    model.residents.do("grow_older")
    assert (model.world.people.age_months == ages + 1).all()
    model.residents.shuffle_do(lambda each: None)


def test_a_carer_is_a_resident_in_the_role(lived) -> None:
    people = lived.world.people
    carers = lived.residents.of(people.id[people.carer], kind=Carer)
    assert len(carers) == int(people.carer.sum()) > 0
    first = carers[0]
    assert isinstance(first, Resident)
    assert first.hours_a_week == pytest.approx(float(people.answered_hours[first.row]))


def test_hubs_connectors_and_council_are_read_as_any_mesa_agent(lived) -> None:
    assert {each.open for each in lived.agents_by_type[Hub]} <= {True, False}
    assert lived.agents_by_type[Hub].get("seats") == [each.seats for each in lived.hubs]
    (connector,) = lived.agents_by_type[Connector]
    assert connector.referred >= connector.placed >= 0
    assert lived.council.base_pence > 0
    assert lived.home_care.margin == pytest.approx(
        lived.home_care.fee_gbp / lived.home_care.price_gbp - 1
    )


# --- collecting and batches -------------------------------------------------------------------


def test_the_data_collector_reports_the_town_and_its_hubs() -> None:
    model = Watched(residents=SMALL, years=1, plan=plan(hubs()))
    model.run_for(4)
    frame = model.datacollector.get_model_vars_dataframe()
    table = model.diary.table()
    told = table[(table["group"] == "all") & (table["measure"] == "often_lonely_share")]
    assert frame["often_lonely_share"].tolist() == told["value"].tolist()
    assert frame["residents"].iloc[-1] == len(model.residents)
    hubs_ = model.datacollector.get_agenttype_vars_dataframe(Hub)
    assert hubs_.loc[4]["visits"].tolist() == [each.visits_this_month for each in model.hubs]
    assert hubs_["visits"].sum() > 0


def test_every_measure_of_the_month_is_an_attribute_of_the_model(lived) -> None:
    for key, measure in MEASURES.items():
        assert np.isfinite(getattr(lived, key)) != measure.paired, key


def test_batch_run_runs_towns() -> None:
    rows = mesa.batch_run(
        Watched,
        {"residents": SMALL, "years": 1, "plan": ["baseline", "services_only"]},
        number_processes=1,
        rng=[1, 2],
        max_steps=2,
        display_progress=False,
    )
    seen = {(row["plan"], row["rng"], row["AgentID"]): row["often_lonely_share"] for row in rows}
    assert {key[:2] for key in seen} == {
        (name, seed) for name in ("baseline", "services_only") for seed in (1, 2)
    }
    alone = town("services_only", rng=2)
    alone.run_for(2)
    mine = {
        share for (name, seed, _), share in seen.items() if (name, seed) == ("services_only", 2)
    }
    assert mine == {alone.often_lonely_share}


# --- time -------------------------------------------------------------------------------------


def test_a_scheduled_event_closes_a_hub_and_nobody_comes_again() -> None:
    model = town(plan(hubs()))
    model.run_for(4)
    ours = max(
        (each for each in model.hubs if each.funded), key=lambda each: each.visits_this_month
    )
    assert ours.visits_this_month > 0

    class Landlord:
        def evict(self) -> None:
            ours.open = False

    landlord = Landlord()
    model.schedule_event(landlord.evict, at=5)
    visits = []
    for _month in range(3):
        model.run_for(1)
        visits.append(ours.visits_this_month)
    assert visits[0] > 0  # the event comes after month 5 is told
    assert visits[1:] == [0, 0]
    assert not (model.world.people.hub == ours.row).any()
    invariants.check(model)


def test_months_steps_and_mesas_time_are_one() -> None:
    model = town()
    seen = []

    def note() -> None:
        seen.append(model.month)

    model.schedule_recurring(note, Schedule(interval=2, start=2))
    model.run_for(2)
    model.run_until(5)
    model.step()
    assert (model.month, model.steps, model.time) == (6, 6, 6)
    assert seen == [2, 4, 6]


def test_a_run_ends_at_its_horizon() -> None:
    model = town(years=1)
    model.run_model()
    assert (model.month, model.running) == (12, False)
    assert town(years=1).run().month == 12


# --- one resident -----------------------------------------------------------------------------


def sociable(model: CommunityModel) -> Resident:
    """The resident with most friends inside the place."""
    friends = model.world.ties.friends
    inside = friends.inside()
    both = np.concatenate([friends.a[inside], friends.b[inside]])
    row = int(np.bincount(both, minlength=len(model.residents)).argmax())
    return model.residents[row]


def test_one_resident_is_read_and_followed_along_their_ties(lived) -> None:
    one = sociable(lived)
    assert one.age >= 16
    assert one.gender in ("female", "male")
    assert isinstance(one.lonely, bool)
    assert lived.graph.nodes[one.unique_id]["kind"] == "resident"
    tied = {int(each.unique_id) for each in one.neighbors if isinstance(each, Resident)}
    around = {node for node in nx.neighbors(lived.graph, one.unique_id) if isinstance(node, int)}
    assert tied == around
    friend = next(each for each in one.neighbors if isinstance(each, Resident))
    assert one in friend.neighbors
    member = lived.residents[int(np.flatnonzero(lived.world.people.hub >= 0)[0])]
    assert lived.hubs[member.hub] in member.neighbors


def test_a_lonelier_friend_is_felt_next_month_by_those_tied_to_them() -> None:
    same, changed = town(), town()
    one = sociable(changed)
    one.z = 3.0
    assert changed.world.people.z[one.row] == 3.0
    tied = {int(each.unique_id) for each in one.neighbors if isinstance(each, Resident)}
    for each in (same, changed):
        each.step()
    before, after = people_now(same), people_now(changed)
    assert np.array_equal(before["id"], after["id"])
    moved = before["id"][before["z"] != after["z"]].tolist()
    now_tied = {
        int(node)
        for model in (same, changed)
        for node in nx.neighbors(model.graph, one.unique_id)
        if isinstance(node, int)
    }
    felt = set(moved) & tied & now_tied
    assert felt, "nobody tied to them felt it"
    who = np.isin(before["id"], np.array(sorted(felt), dtype=np.uint64))
    assert (after["z"][who] > before["z"][who]).all()
    itself = after["id"] == np.uint64(one.unique_id)
    assert after["z"][itself] > before["z"][itself] + 1


def test_feelings_do_not_cross_where_there_are_no_ties() -> None:
    """All ties and partners gone: a changed feeling stays with the one who has it."""
    towns = town(), town()
    for model in towns:
        for layer in model.world.ties.layers().values():
            layer.keep(np.zeros(len(layer), dtype=np.bool_))
        model.world.people.partner = -1
    one = towns[1].residents[7]
    one.z = 5.0
    for model in towns:
        model.residents.do("feel")
    differs = who_differs(*towns)
    assert set(differs) <= {"z", "life_satisfaction", "distress"}
    assert set(differs.values()) == {1}


def test_somebody_removed_leaves_no_tie_behind() -> None:
    model = town(plan(hubs()))
    model.run_for(3)
    people = model.world.people
    carer = model.residents[int(np.flatnonzero(people.care_minutes > 0)[0])]
    one, spouse = sociable(model), model.residents[int(np.flatnonzero(people.partner >= 0)[0])]
    mate = model.residents[int(people.partner[spouse.row])]
    leaving = {each.unique_id: each for each in (one, spouse, carer)}
    assert one.unique_id in model.graph
    before = len(model.residents)
    for each in leaving.values():
        each.remove()
    assert len(model.residents) == before - len(leaving)
    assert not any(each.here for each in leaving.values())
    assert not set(leaving) & set(model.graph.nodes)
    assert mate.unique_id in leaving or mate.partner == -1
    for name, layer in model.world.ties.layers().items():
        layer.check(len(people))
        assert len(layer) == 0 or int(max(layer.a.max(), layer.b.max())) < len(people), name
    ends = {
        who for a, b, kind in model.graph.edges(data="kind") if kind == "care" for who in (a, b)
    }
    assert ends <= set(people.id.tolist())
    assert not ends & set(leaving)
    model.run_for(2)
    invariants.check(model)


def test_somebody_about_to_move_into_care_moves_though_another_leaves_first() -> None:
    model = town(residents=3_000)
    while not model.events.care_home.any():
        model.step()
    moving = model.world.people.id[model.events.care_home]
    model.residents[0].remove()
    assert model.residents[0].unique_id not in moving
    model.step()
    people = model.world.people
    rows = people.row_of(moving)
    assert (people.care_home[rows[rows >= 0]] > 0).all()
    assert (rows >= 0).any()


def test_the_caring_a_resident_does_is_an_edge_to_whom_they_care_for(lived) -> None:
    people = lived.world.people
    edges = [(a, b, data) for a, b, data in lived.graph.edges(data=True) if data["kind"] == "care"]
    assert sum(data["minutes"] for _, _, data in edges) == int(people.care_minutes.sum())
    for a, b, _ in edges:
        minutes = people.care_minutes[people.row_of(np.array([a, b], dtype=np.uint64))]
        assert minutes.max() > 0


def test_loneliness_is_read_and_changed_by_its_plain_name() -> None:
    everyone = town(residents=SMALL).residents
    z = everyone.columns.z.copy()
    assert np.array_equal(everyone.get("loneliness"), z)
    assert np.array_equal(everyone.get(["need", "loneliness"])[:, 1], z)
    assert everyone.agg("loneliness", np.max) == z.max()
    assert len(everyone.select(lambda who: who.loneliness > 1)) == (z > 1).sum()
    assert everyone.sort("loneliness")[0].loneliness == z.max()
    someone = everyone[3]
    someone.loneliness = 1.5
    assert someone.z == someone.loneliness == 1.5
    everyone.set("loneliness", 0.5)
    assert set(everyone.columns.z.tolist()) == {0.5}
    with pytest.raises(AttributeError, match="Did you mean loneliness?"):
        someone.lonelines = 1.0


def test_newcomers_are_refused_in_a_sentence(lived) -> None:
    with pytest.raises(UserMistake, match="takes no newcomers"):
        Resident(lived)
