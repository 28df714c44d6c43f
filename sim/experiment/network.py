"""The social graph as a table: one row a resident, what their ties are like, how lonely they are.

    sim.network_table(model)

Like a sociologist's notebook beside the map. Looks at a model through its graph and its residents;
changes nothing. networkx is slow beyond some ten thousand people: ask it of small models.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import networkx as nx
import pandas as pd

from sim.agents.feelings import often_lonely_chance

KINDS = ("household", "kin", "friend", "neighbour", "companion")
"""Kinds of tie that are counted; a pair may be tied in more than one way."""


def network_table(model: Any) -> pd.DataFrame:
    """One row a resident, by identity: who they are, their ties, their place in the graph.

    `household` to `companion` count ties of each kind inside the place and `outside` those that
    lead out of it; `strength` is the sum of all tie strengths, `tied` how many people they are
    tied to, `two_steps` how many are within two steps, `clustered` the share of pairs of those
    they know who know each other, `core` the largest k of a k-core they are in, `together` the
    size of their connected part. `loneliness` is the latent feeling in standard deviations,
    `often_lonely` the chance of saying so.
    """
    whole = model.graph
    people = [who for who, facts in whole.nodes(data=True) if facts["kind"] == "resident"]
    graph = whole.subgraph(people)
    simple = nx.Graph(graph)
    kinds: dict[Any, Counter[str]] = {
        who: Counter(facts["kind"] for _, _, facts in graph.edges(who, data=True)) for who in people
    }
    core, clustered = nx.core_number(simple), nx.clustering(simple)
    parts = {who: len(part) for part in nx.connected_components(simple) for who in part}
    strength = dict(graph.degree(weight="strength"))
    facts = pd.DataFrame.from_dict(dict(graph.nodes(data=True)), orient="index")
    found = facts.drop(columns="kind").rename(columns={"outside_ties": "outside"})
    for kind in KINDS:
        found[kind] = [kinds[who][kind] for who in found.index]
    found["strength"] = [strength[who] for who in found.index]
    found["tied"] = [len(simple[who]) for who in found.index]
    found["two_steps"] = [_within_two(simple, who) for who in found.index]
    found["clustered"] = [clustered[who] for who in found.index]
    found["core"] = [core[who] for who in found.index]
    found["together"] = [parts[who] for who in found.index]
    columns = model.world.people
    felt = pd.Series(columns.z, index=columns.id.tolist(), dtype=float)
    found["loneliness"] = felt.reindex(found.index)
    found["often_lonely"] = often_lonely_chance(
        found["loneliness"].to_numpy(), model.norms.thresholds, model.p.answer_noise
    )
    return found.rename_axis("identity")


def _within_two(graph: nx.Graph, who: Any) -> int:
    """How many others are one or two steps away."""
    near = set(graph[who])
    return len(near.union(*(graph[each] for each in near)) - {who})


def alike(model: Any, kind: str | None = None) -> float:
    """How alike tied people are in loneliness, -1 to 1 (0: no more than strangers are).

    The correlation over pairs tied by `kind` ("friend", "household", ...; any tie when left out).
    It says nothing of why: they may be alike because they chose each other, because the same
    things befall them, or because one moves the other.
    """
    columns = model.world.people
    felt = dict(zip(columns.id.tolist(), columns.z.tolist(), strict=True))
    pairs = {
        tuple(sorted((one, other)))
        for one, other, facts in model.graph.edges(data=True)
        if one in felt and other in felt and kind in (None, facts["kind"])
    }
    if not pairs:
        return float("nan")
    both = pd.DataFrame(
        [(felt[one], felt[other]) for pair in sorted(pairs) for one, other in (pair, pair[::-1])]
    )
    return float(both[0].corr(both[1]))
