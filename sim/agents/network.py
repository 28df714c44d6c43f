"""The few among the many: nodes and edges of hubs, connectors, providers, workers and council.

Looks at everybody; builds lists for the social graph and changes nothing. A client is joined to a
worker of their own provider.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.employers import CARE_HOMES
from sim.world.bands import Care
from sim.world.graph import Node

Whole = NDArray[np.int64]


def few_nodes_and_edges(model: Any) -> tuple[list[Any], list[Any]]:
    """Nodes and edges of everybody who is no resident, and of care, paid and unpaid."""
    people, posts = model.world.people, model.posts
    council: Node = ("council", 0)
    nodes: list[Any] = [(council, {"kind": "council"})]
    edges: list[Any] = []
    for each in model.market.services:
        here: Node = ("service", each.row)
        nodes.append((here, {"kind": "service", "name": each.name, "open": each.open}))
        if each.open:
            edges.append((council, here, {"kind": "commissions", "strength": 1.0}))
    for each in model.hubs:
        nodes.append((("hub", each.row), {"kind": "hub", "name": each.key, "open": each.open}))
    member = np.flatnonzero(people.hub >= 0)
    edges += [
        (int(who), ("hub", int(row)), {"kind": "hub", "strength": 1.0})
        for who, row in zip(people.id[member], people.hub[member], strict=True)
    ]
    for row, each in enumerate(model.connectors):
        nodes.append((("connector", row), {"kind": "connector", "name": each.kind}))
        edges += [
            (("connector", row), int(who), {"kind": "connector", "strength": 1.0})
            for who in each.clients
            if people.row_of(np.array([who]))[0] >= 0
        ]
    filled = np.flatnonzero(posts.filled)
    nodes += [(("paid_carer", int(who)), {"kind": "paid_carer"}) for who in posts.worker[filled]]
    edges += [
        (("paid_carer", int(who)), ("service", int(row)), {"kind": "employs", "strength": 1.0})
        for who, row in zip(posts.worker[filled], posts.employer[filled], strict=True)
    ]
    edges += _unpaid_edges(model) + _homes(model)
    for worker, row in zip(*workers_of_clients(model), strict=True):
        paid = {"kind": "paid_care", "strength": 1.0}
        edges.append((("paid_carer", int(worker)), int(people.id[row]), paid))
    return nodes, edges


def workers_of_clients(model: Any) -> tuple[NDArray[np.uint64], Whole]:
    """A worker of their own provider for each client at home: identities, and rows of clients.

    Clients of a provider go round its workers by identity; without workers, nobody.
    """
    people, posts = model.world.people, model.posts
    filled = np.flatnonzero(posts.filled)
    filled = filled[np.lexsort((posts.id[filled], posts.employer[filled]))]
    employer = posts.employer[filled].astype(np.int64)
    rows = np.flatnonzero((people.client > Care.NONE) & (people.provider >= 0))
    rows = rows[np.lexsort((people.id[rows], people.provider[rows]))]
    provider = people.provider[rows].astype(np.int64)
    first = np.searchsorted(employer, provider)
    number = np.searchsorted(employer, provider, side="right") - first
    served = number > 0
    rank = np.arange(rows.size) - np.searchsorted(provider, provider)
    at = first[served] + rank[served] % number[served]
    return posts.worker[filled[at]], rows[served]


def _unpaid_edges(model: Any) -> list[Any]:
    people, caring = model.world.people, model.caring
    ids, size = people.id, len(people)
    return [
        (int(ids[a]), int(ids[b]), {"kind": "care", "strength": 1.0, "minutes": int(minutes)})
        for a, b, minutes in zip(caring.carer, caring.cared, caring.given, strict=True)
        if a < size and b < size
    ]


def _homes(model: Any) -> list[Any]:
    """Residents of care homes and the home they live in."""
    people = model.world.people
    homes = [each.row for each in model.market.services if each.kind in CARE_HOMES]
    rows = np.flatnonzero(np.isin(people.provider, homes))
    return [
        (int(who), ("service", int(row)), {"kind": "lives_in", "strength": 1.0})
        for who, row in zip(people.id[rows], people.provider[rows], strict=True)
    ]
