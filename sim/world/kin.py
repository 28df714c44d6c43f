"""Kin beyond the household: adult children and parents near by, and family elsewhere.

Looks at ages and households at the start; changes kin ties and the count of kin outside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Luck, mix_ids
from sim.parameters import Parameters
from sim.world.bands import Sex
from sim.world.columns import Columns
from sim.world.ties import FULL, EdgeList, Kind, unseen


def share_home(people: Columns, rows: NDArray[np.int64], edges: EdgeList, p: Parameters) -> None:
    """Adults who live with a couple a generation older are that couple's family."""
    rows = rows[people.at_home[rows] & (people.partner[rows] < 0)]
    head = np.full(int(people.household.max()) + 1, -1, dtype=np.int64)
    asked = np.zeros(head.size, dtype=np.bool_)
    asked[people.household[rows]] = True
    couples = np.flatnonzero(asked[people.household] & (people.partner >= 0) & people.at_home)
    eldest = couples[np.lexsort((people.id[couples], people.age_months[couples]))]
    head[people.household[eldest]] = eldest
    parent = head[people.household[rows]]
    gap = (p.parent_age_gap_years - p.parent_age_gap_sd_years * 2) * 12
    kin = (parent >= 0) & (people.age_months[parent] - people.age_months[rows] >= gap)
    child, parent = rows[kin], parent[kin]
    for elder in (parent, people.partner[parent].astype(np.int64)):
        fresh, pair = unseen(people.id, edges, elder, child)
        strength = round(p.kin_strength * FULL)
        edges.add(elder[fresh], child[fresh], pair[fresh], strength, Kind.KIN)


def start_kin(people: Columns, edges: EdgeList, p: Parameters, luck: Luck) -> None:
    """Join parents to adult children in the place; count the family who live elsewhere.

    Children per person of parental age are Poisson with a mean that leaves the published share
    childless; brothers, sisters and parents elsewhere add a count of their own.
    """
    ids, age = people.id, people.age_months
    parental = age >= p.parent_age_from * 12
    mean = np.where(parental, p.adult_children_mean, 0.0)
    tells = (people.partner < 0) | (people.sex == Sex.FEMALE)  # couples share their children
    children = luck.count(Decision.CHILDREN, ids, 0, mean * tells)
    stub = np.repeat(np.arange(len(people)), children)
    ordinal = np.arange(stub.size) - np.repeat(np.cumsum(children) - children, children)
    key = mix_ids(ids[stub], ordinal.astype(np.uint64))
    near = luck.happens(Decision.KIN_NEAR, key, 0, p.child_in_place_share)
    line = np.argsort(age, kind="stable")
    spread = p.parent_age_gap_sd_years * 12 * luck.normal(Decision.KIN_WHO, key, 0)
    wanted = age[stub] - p.parent_age_gap_years * 12 + spread
    place = np.clip(np.searchsorted(age[line], wanted), 0, len(people) - 1)
    child = line[place]
    near &= people.household[child] != people.household[stub]
    near &= (age[child] < age[stub]) & people.at_home[stub]
    a, b = stub[near], child[near]
    fresh, pair = unseen(ids, edges, a, b)
    strength = round(p.kin_strength * FULL)
    edges.add(a[fresh], b[fresh], pair[fresh], strength, Kind.KIN)
    share_home(people, np.arange(len(people)), edges, p)
    mates = people.partner[a[fresh]]
    has_mate = (mates >= 0) & (mates != b[fresh])
    also, pair = unseen(ids, edges, mates[has_mate], b[fresh][has_mate])
    edges.add(mates[has_mate][also], b[fresh][has_mate][also], pair[also], strength, Kind.KIN)
    away = np.bincount(stub[~near], minlength=len(people))
    shared = np.where((people.partner >= 0) & ~tells, away[people.partner], away)
    others = luck.count(Decision.CHILDREN, ids, 1, p.other_kin_mean)
    people.kin_outside = np.minimum(shared + others, int(p.kin_counted_at_most))
