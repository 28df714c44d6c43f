"""Promises of the network table: what it counts is what the graph holds, and alike means alike."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest

from sim import CommunityModel
from sim.experiment.network import KINDS, alike, network_table


@pytest.fixture(scope="module")
def town() -> Any:
    return CommunityModel(place="Hastings", residents=400, years=1, rng=4).run()


def by_hand(edges: list[tuple[int, int, str]], z: list[float]) -> Any:
    """A model of a few people: enough for what the measures look at."""
    graph = nx.MultiGraph()
    for who in range(len(z)):
        graph.add_node(who, kind="resident", outside_ties=who)
    graph.add_node("hub 0", kind="hub")
    graph.add_edge(0, "hub 0", kind="hub", strength=1.0)
    for one, other, kind in edges:
        graph.add_edge(one, other, kind=kind, strength=0.5)
    people = SimpleNamespace(id=np.arange(len(z)), z=np.array(z))
    return SimpleNamespace(
        graph=graph,
        world=SimpleNamespace(people=people),
        norms=SimpleNamespace(thresholds=np.array([0.0, 1.0])),
        p=SimpleNamespace(answer_noise=1.0),
    )


def test_known_answers_by_hand() -> None:
    model = by_hand(
        [
            (0, 1, "friend"),
            (0, 1, "household"),
            (1, 2, "kin"),
            (0, 2, "friend"),
            (2, 3, "neighbour"),
        ],
        [2.0, 1.0, 0.0, -1.0, 0.5],
    )
    table = network_table(model)
    assert table["friend"].tolist() == [2, 1, 1, 0, 0]
    assert table["tied"].tolist() == [2, 2, 3, 1, 0]  # hubs are no people; a pair counts once
    assert table["strength"].tolist() == [1.5, 1.5, 1.5, 0.5, 0.0]
    assert table["two_steps"].tolist() == [3, 3, 3, 3, 0]
    assert table["clustered"].tolist() == pytest.approx([1, 1, 1 / 3, 0, 0])
    assert table["core"].tolist() == [2, 2, 2, 1, 0]
    assert table["together"].tolist() == [4, 4, 4, 4, 1]
    assert table["outside"].tolist() == [0, 1, 2, 3, 4]
    assert table["often_lonely"].iloc[1] == pytest.approx(0.5)  # just on the cut


def test_alike_is_one_for_twins_and_minus_one_for_opposites() -> None:
    twins = by_hand([(0, 1, "friend"), (2, 3, "friend")], [1.0, 1.0, -1.0, -1.0])
    assert alike(twins, "friend") == pytest.approx(1.0)
    opposites = by_hand([(0, 2, "friend"), (1, 3, "friend")], [1.0, 1.0, -1.0, -1.0])
    assert alike(opposites) == pytest.approx(-1.0)
    assert np.isnan(alike(twins, "kin"))


def test_a_real_town_counts_every_tie_at_both_its_ends(town: Any) -> None:
    table = network_table(town)
    assert len(table) == len(town.world.people)
    kinds = [facts["kind"] for _, _, facts in town.graph.edges(data=True)]
    for kind in KINDS:
        assert table[kind].sum() == 2 * kinds.count(kind)
    assert table["tied"].max() > 5
    assert table["often_lonely"].between(0, 1).all()
    assert -1 <= alike(town, "friend") <= 1
