"""The social graph as networkx sees it: residents, paid carers, hubs, services, council.

Looks at columns and ties; builds a `networkx.MultiGraph` on demand and changes nothing. A node is
a resident's identity or a pair (kind, number); an edge carries `kind` and `strength` 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx
import numpy as np

from sim.world.columns import Columns
from sim.world.ties import FULL, OUTSIDE, Kind, Ties

Node = int | tuple[str, int]
Edge = tuple[Node, Node, dict[str, object]]


def household_pairs(people: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Every pair of adults who share a household: two arrays of rows."""
    line = np.argsort(people.household, kind="stable")
    house = people.household[line]
    first: list[np.ndarray] = []
    second: list[np.ndarray] = []
    step = 1
    while True:
        same = house[step:] == house[:-step] if line.size > step else np.zeros(0, dtype=np.bool_)
        if not same.any():
            break
        first.append(line[:-step][same])
        second.append(line[step:][same])
        step += 1
    empty = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate(first) if first else empty,
        np.concatenate(second) if second else empty,
    )


def social_graph(
    people: Columns,
    ties: Ties,
    nodes: Iterable[tuple[Node, dict[str, object]]] = (),
    edges: Iterable[Edge] = (),
) -> nx.MultiGraph:
    """The multilayer graph of this month; ties that lead outside are a count on the node."""
    graph = nx.MultiGraph()
    ids = people.id.tolist()
    outside = np.zeros(len(people), dtype=np.int64)
    friends = ties.friends
    outside += np.bincount(friends.a[friends.b == OUTSIDE], minlength=len(people))
    outside += people.kin_outside
    columns = {
        "area": people.area,
        "age": people.age_months // 12,
        "sex": people.sex,
        "quintile": people.quintile,
        "need": people.need,
        "carer": people.carer,
    }
    lists = {name: column.tolist() for name, column in columns.items()}
    away = outside.tolist()
    for row, who in enumerate(ids):
        facts = {name: values[row] for name, values in lists.items()}
        graph.add_node(who, kind="resident", outside_ties=away[row], **facts)
    graph.add_nodes_from(nodes)
    a, b = household_pairs(people)
    graph.add_edges_from(
        (ids[i], ids[j], {"kind": Kind.HOUSEHOLD.name.lower(), "strength": 1.0})
        for i, j in zip(a.tolist(), b.tolist(), strict=True)
    )
    for layer in ties.layers().values():
        inside = layer.b >= 0
        rows = zip(
            layer.a[inside].tolist(),
            layer.b[inside].tolist(),
            layer.kind[inside].tolist(),
            (layer.strength[inside] / FULL).tolist(),
            strict=True,
        )
        graph.add_edges_from(
            (ids[i], ids[j], {"kind": Kind(kind).name.lower(), "strength": strength})
            for i, j, kind, strength in rows
        )
    graph.add_edges_from(edges)
    return graph
