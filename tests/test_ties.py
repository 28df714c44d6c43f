"""Who knows whom: ties that both ends agree on, and a graph that says what the columns say.

The graph is networkx's own; ties warm, fade, survive a move or end with a death; friends are of
like age, neighbours of one street, and what is stored tie by tie adds up person by person.
"""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from towns import hubs, plan, town

from sim.experiment.fit_contacts import contacts_by_age
from sim.luck import Luck, mix_ids, pair_ids
from sim.model import CommunityModel
from sim.world.friends import make_and_lose_friends
from sim.world.pairing import in_order, pair_within
from sim.world.ties import FULL, OUTSIDE, EdgeList, Kind, Ties, unseen

KINDS = {
    "friends": {"friend", "interest"},
    "neighbours": {"neighbour"},
    "kin": {"kin"},
    "companions": {"companion"},
}


@pytest.fixture(scope="module")
def lived() -> CommunityModel:
    """Read only."""
    model = town(plan(hubs()))
    model.run_for(8)
    return model


@pytest.fixture(scope="module")
def england() -> CommunityModel:
    """England's own mix on the eve of April 2024. Read only."""
    return town(place="England", residents=8_000)


# --- the graph --------------------------------------------------------------------------------


def test_the_graph_is_a_networkx_multigraph_of_everybody(lived) -> None:
    graph = lived.graph
    assert type(graph) is nx.MultiGraph
    kinds = Counter(kind for _, kind in graph.nodes(data="kind"))
    assert kinds["resident"] == len(lived.residents)
    assert kinds["hub"] == len(lived.hubs)
    assert kinds["paid_carer"] == int(lived.posts.filled.sum())
    assert kinds["connector"] == len(lived.connectors)
    assert kinds["service"] == len(lived.market.services)
    assert kinds["council"] == 1
    residents = {node for node, kind in graph.nodes(data="kind") if kind == "resident"}
    assert residents == set(lived.world.people.id.tolist())


def test_the_graph_has_as_many_edges_as_the_lists_have_ties_inside(lived) -> None:
    kinds = Counter(kind for _, _, kind in lived.graph.edges(data="kind"))
    for name, layer in lived.world.ties.layers().items():
        assert sum(kinds[kind] for kind in KINDS[name]) == int(layer.inside().sum()), name
        assert len(layer) > 0, name
    size = np.bincount(lived.world.people.household)
    assert kinds["household"] == int((size * (size - 1) // 2).sum())
    assert kinds["hub"] == int((lived.world.people.hub >= 0).sum()) > 0
    assert kinds["care"] == lived.caring.given.size > 0


def test_everybodys_degree_is_the_number_of_their_ties(lived) -> None:
    people, graph = lived.world.people, lived.graph
    for name, layer in lived.world.ties.layers().items():
        inside = layer.inside()
        both = np.concatenate([layer.a[inside], layer.b[inside]])
        told = np.bincount(both, minlength=len(people))
        part = nx.MultiGraph()
        part.add_nodes_from(people.id.tolist())
        part.add_edges_from(
            (a, b) for a, b, kind in graph.edges(data="kind") if kind in KINDS[name]
        )
        assert [part.degree(who) for who in people.id.tolist()] == told.tolist(), name
        away = np.bincount(layer.a[~inside], minlength=len(people))
        assert (layer.count(len(people)) == told + away).all(), name


def test_ties_that_lead_outside_are_counted_on_the_node(lived) -> None:
    people, friends = lived.world.people, lived.world.ties.friends
    away = np.bincount(friends.a[~friends.inside()], minlength=len(people)) + people.kin_outside
    told = [lived.graph.nodes[who]["outside_ties"] for who in people.id.tolist()]
    assert told == away.tolist()
    assert away.sum() > 0


def test_both_ends_see_the_same_tie_and_strengths_lie_between_0_and_1(lived) -> None:
    graph = lived.graph
    for a, b, data in graph.edges(data=True):
        assert a != b
        assert b in graph[a]
        assert graph[a][b] == graph[b][a]
        assert 0 <= data["strength"] <= 1
    assert {data["strength"] for _, _, data in graph.edges(data=True)} - {0.0, 1.0}


def test_the_graph_is_kept_for_a_month_and_made_anew_for_the_next() -> None:
    model = town()
    first = model.graph
    assert model.graph is first
    model.step()
    assert model.graph is not first
    assert set(model.graph.nodes) != set(first.nodes)


# --- ties of a real town ----------------------------------------------------------------------


def test_a_tie_between_two_residents_has_the_luck_of_the_pair(lived) -> None:
    ids = lived.world.people.id
    for name, layer in lived.world.ties.layers().items():
        inside = layer.inside()
        both = pair_ids(ids[layer.a[inside]], ids[layer.b[inside]])
        assert np.array_equal(both, layer.key[inside]), name


def test_friends_who_stay_grow_closer_and_new_friends_begin_casual() -> None:
    model = town()
    model.step()
    friends = model.world.ties.friends
    before = dict(zip(friends.key.tolist(), friends.strength.tolist(), strict=True))
    came = set(model.world.people.id.tolist())
    model.step()
    friends, people = model.world.ties.friends, model.world.people
    newcomer = np.array([who not in came for who in people.id.tolist()])
    brought = newcomer[friends.a] | (newcomer[friends.b] & friends.inside())
    now = dict(zip(friends.key.tolist(), friends.strength.tolist(), strict=True))
    assert all(now[key] >= before[key] for key in now.keys() & before.keys())
    assert any(now[key] > before[key] for key in now.keys() & before.keys())
    fresh = [
        strength
        for key, strength, with_newcomer in zip(
            friends.key.tolist(), friends.strength.tolist(), brought.tolist(), strict=True
        )
        if key not in before and not with_newcomer
    ]
    assert fresh
    casual = round(model.p.close_strength * FULL)
    assert max(fresh) < casual
    assert before.keys() - now.keys(), "no friendship ended"


def test_friendships_number_about_the_same_after_two_years() -> None:
    model = town(residents=2_000)
    friends = model.world.ties.friends
    before = len(friends) / len(model.residents)
    model.run_for(24)
    assert len(friends) / len(model.residents) == pytest.approx(before, rel=0.1)


def test_close_friends_are_as_many_as_people_say(england) -> None:
    """None 7%, one 12%, two or three 41%, four or five 21%, six or more 16%: within 10 points."""
    people, friends = england.world.people, england.world.ties.friends
    close = friends.strength >= round(england.p.close_strength * FULL)
    ends = np.concatenate([friends.a[close], friends.b[close & friends.inside()]])
    number = np.bincount(ends, minlength=len(people))
    bands = np.searchsorted([1, 2, 4, 6], number, side="right")
    shares = np.bincount(bands, minlength=5) / len(people)
    for share, told in zip(shares, (0.07, 0.12, 0.41, 0.21, 0.16), strict=True):
        assert share == pytest.approx(told, abs=0.10)


def test_people_with_their_fill_of_friends_seek_fewer() -> None:
    """Without the fill, those who have many friends make the most; with it, far fewer."""
    made = {}
    for fill in (0.0, 3.0):
        model = town()
        people, friends = model.world.people, model.world.ties.friends
        p = model.p.replaced({"friend_fill": fill, "closure_share": 0.0, "friend_loss": 0.0})
        has = friends.count(len(people))
        wanted = p.friends_start_mean * people.sociability
        for month in range(1, 13):
            make_and_lose_friends(people, friends, p, Luck(1), month)
        more = friends.count(len(people)) - has
        made[fill] = [float(more[who].mean()) for who in (has > 2 * wanted, has < wanted / 2)]
    full, short = 0, 1
    assert made[3.0][full] < made[0.0][full] / 2
    assert made[3.0][short] > made[0.0][short]


def test_neighbours_befriended_are_near_in_age_and_kin_a_generation_apart(england) -> None:
    people, ties = england.world.people, england.world.ties

    def gap(layer: EdgeList) -> np.ndarray:
        inside = layer.inside()
        months = people.age_months[layer.a[inside]] - people.age_months[layer.b[inside]]
        return np.abs(months) / 12

    # anybody with anybody: in the order of rows, homes of like age lie at like places
    anybody = people.age_months[np.argsort(mix_ids(people.id, 1))]
    strangers = np.abs(people.age_months - anybody) / 12
    apart = gap(ties.friends)
    interest = ties.friends.kind[ties.friends.inside()] == Kind.INTEREST
    assert np.median(apart[~interest]) < np.median(strangers) / 2
    assert np.median(apart[interest]) > np.median(strangers) * 3 / 4
    assert 20 < np.median(gap(ties.kin)) < 40
    near = ties.neighbours
    assert (people.street[near.a] == people.street[near.b]).all()
    assert (people.household[near.a] != people.household[near.b]).all()
    inside = ties.friends.inside()
    house = people.household
    assert (house[ties.friends.a[inside]] != house[ties.friends.b[inside]]).all()


def test_ages_mix_outside_the_home_as_a_contact_survey_found(england) -> None:
    """POLYMOD UK, contacts outside the home: ages correlate 0.29, 49% within ten years."""
    model = town(place="England", residents=5_000)
    model.run_for(60)
    found = contacts_by_age(model)
    assert found["contact_correlation"] == pytest.approx(0.29, abs=0.1)
    assert found["contact_within_10"] == pytest.approx(0.49, abs=0.08)


def test_old_and_young_live_in_the_same_streets_of_about_forty_homes(england) -> None:
    """Homes are numbered by age; streets cut from that order would be of one age each."""
    people, each = england.world.people, england.p.households_per_street
    years = people.age_months / 12
    street = people.street
    mean = np.bincount(street, weights=years) / np.bincount(street)
    between = np.average((mean - years.mean()) ** 2, weights=np.bincount(street))
    assert between < years.var() / 5
    for at in np.unique(street)[:20]:
        assert np.unique(people.area[street == at]).size == 1
        assert each / 2 < np.unique(people.household[street == at]).size < each * 2


def test_contacts_are_all_ties_held_outside_the_home_by_the_hours_they_bring() -> None:
    """By hand: friends of 40 and 50 (full strength), neighbours of 40 and 70, two of one home."""
    ties = Ties()
    ends = {"friends": (0, 1), "neighbours": (0, 2), "kin": (0, 3)}
    for name, (a, b) in ends.items():
        ties.layers()[name].add(
            np.array([a]), np.array([b]), np.array([a + b], dtype=np.uint64), FULL, 0
        )
    people = SimpleNamespace(
        age_months=np.array([40, 50, 70, 41]) * 12, household=np.array([0, 1, 2, 0])
    )
    hours = SimpleNamespace(company_friend=0.6, company_kin=0.8, company_neighbour=0.4)
    model = SimpleNamespace(world=SimpleNamespace(people=people, ties=ties), p=hours)
    found = contacts_by_age(model)
    assert found["contact_within_10"] == pytest.approx(0.6)
    ages = [[40, 50] * 6 + [40, 70] * 4, [50, 40] * 6 + [70, 40] * 4]
    assert found["contact_correlation"] == pytest.approx(np.corrcoef(ages)[0, 1])


def test_older_people_chat_with_more_neighbours_than_the_young(england) -> None:
    people = england.world.people
    number = england.world.ties.neighbours.count(len(people))
    assert number[people.band >= 4].mean() > 1.5 * number[people.band == 0].mean()


def test_death_ends_every_tie_and_moving_keeps_most_friends_outside() -> None:
    outside = {}
    for fate in ("dead", "moved"):
        model = town()
        people, friends = model.world.people, model.world.ties.friends
        rows = np.arange(0, len(people), 4)
        going = np.zeros(len(people), dtype=np.bool_)
        going[rows] = True
        crossing = friends.inside() & (going[friends.a] ^ going[np.maximum(friends.b, 0)])
        keys, before = set(friends.key[crossing].tolist()), int((~friends.inside()).sum())
        stayed = int((~friends.inside() & ~going[friends.a]).sum())
        nobody = rows[:0]
        model.see_off(*((rows, nobody) if fate == "dead" else (nobody, rows)))
        friends = model.world.ties.friends
        friends.check(len(people))
        outside[fate] = int((~friends.inside()).sum()) - stayed
        left = set(friends.key.tolist()) & keys
        assert len(left) == outside[fate]
        assert before > stayed
        assert len(keys) > 100
        share = outside[fate] / len(keys)
        assert share == pytest.approx(model.p.ties_survive_move * (fate == "moved"), abs=0.08)
        for layer in (model.world.ties.neighbours, model.world.ties.kin):
            layer.check(len(people))
    assert outside["dead"] == 0


def test_companions_share_a_hub_when_they_meet(lived) -> None:
    """Ties made at tables join members of one hub; hours together become strength.

    Those outside are of people who go, or not long ago went, to an activity elsewhere.
    """
    people, made = lived.world.people, lived.world.ties.companions
    a, b = made.a[: made.inner], made.b[: made.inner]
    assert made.inner
    assert made.inside()[: made.inner].all()
    here = (people.hub[a] == people.hub[b]) & (people.hub[a] >= 0)
    assert here.mean() > 0.5, "companions of the past outnumber those of today"
    elsewhere = people.activity_hours[made.a[made.inner :]] > 0
    assert elsewhere.size == 0 or elsewhere.mean() > 0.5
    order = np.argsort(made.minutes)
    assert (np.diff(made.strength[order]) >= 0).all()


# --- lists of ties, against a plain ledger ----------------------------------------------------

PEOPLE = 9
pairs = st.tuples(st.integers(0, PEOPLE - 1), st.integers(OUTSIDE, PEOPLE - 1)).filter(
    lambda pair: pair[0] != pair[1]
)
some_ties = st.lists(pairs, max_size=25, unique_by=frozenset)
words = st.lists(st.integers(0, FULL), min_size=25, max_size=25)


def listed(ties: list[tuple[int, int]], strengths: list[int]) -> EdgeList:
    edges = EdgeList()
    for (a, b), strength in zip(ties, strengths, strict=False):
        key = np.array([hash((a, b)) % 2**63], dtype=np.uint64)
        edges.add(np.array([a]), np.array([b]), key, strength, Kind.FRIEND)
    return edges


def in_their_order(edges: EdgeList, ties: list[tuple[int, int]], said: list[bool]) -> Any:
    """What was said of each tie, in the order the list holds them (those inside stand first)."""
    held = zip(edges.a.tolist(), edges.b.tolist(), strict=True)
    return np.array([said[ties.index(pair)] for pair in held], dtype=np.bool_)


def as_set(edges: EdgeList) -> Counter:
    rows = zip(edges.a.tolist(), edges.b.tolist(), edges.strength.tolist(), strict=True)
    return Counter(rows)


@given(ties=some_ties, strengths=words, values=words)
def test_sums_over_ties_are_sums_over_a_plain_list(ties, strengths, values) -> None:
    edges, value = listed(ties, strengths), np.array(values[:PEOPLE])
    count, total, across = Counter(), Counter(), Counter()
    for (a, b), strength in zip(ties, strengths, strict=False):
        for one, other in ((a, b), (b, a)):
            count[one] += 1
            total[one] += strength
            across[one] += strength * (values[other] if min(one, other) >= 0 else 0)
    rows = range(PEOPLE)
    assert edges.count(PEOPLE).tolist() == [count[row] for row in rows]
    assert edges.sum_strength(PEOPLE).tolist() == [total[row] for row in rows]
    assert edges.sum_across(edges.strength, value).tolist() == [across[row] for row in rows]


@pytest.mark.parametrize("friends", [20, 31, 33, 64, 90], ids="{} friends of full strength".format)
@pytest.mark.parametrize("feeling", [-12 * FULL, 12 * FULL - 1])
def test_both_sums_at_once_are_the_sums_one_by_one(friends: int, feeling: int) -> None:
    people = 100
    edges = EdgeList()
    others = np.arange(1, friends + 1)
    edges.add(np.zeros_like(others), others, others.astype(np.uint64), FULL, Kind.FRIEND)
    away = np.arange(people)
    edges.add(away, np.full(people, OUTSIDE), away.astype(np.uint64), FULL // 3, Kind.FRIEND)
    value = np.full(people, feeling, dtype=np.float32)
    strength, across = np.ones((2, people))
    edges.add_sums(value, strength, across)
    assert (strength - 1).tolist() == edges.sum_strength(people).tolist()
    whole = value.astype(np.int64)
    assert (across - 1).tolist() == edges.sum_across(edges.strength, whole).tolist()
    assert [each.tolist() for each in edges.sums(value)] == [
        (strength - 1).tolist(),
        (across - 1).tolist(),
    ]


@given(ties=some_ties, strengths=words)
def test_putting_ties_in_order_changes_nothing_but_their_order(ties, strengths) -> None:
    edges = listed(ties, strengths)
    edges.put_in_order()
    edges.check(PEOPLE)
    assert as_set(edges) == as_set(listed(ties, strengths))
    for part in (edges.a[: edges.inner].tolist(), edges.a[edges.inner :].tolist()):
        assert part == sorted(part)


@given(ties=some_ties, strengths=words, wanted=st.lists(st.booleans(), min_size=25, max_size=25))
def test_ties_kept_are_those_wanted_whatever_their_order(ties, strengths, wanted) -> None:
    edges = listed(ties, strengths)
    edges.keep(in_their_order(edges, ties, wanted))
    kept = [
        (*tie, strength)
        for tie, strength, keep in zip(ties, strengths, wanted, strict=False)
        if keep
    ]
    assert as_set(edges) == Counter(kept)


@given(
    ties=some_ties,
    strengths=words,
    gone=st.sets(st.integers(0, PEOPLE - 1)),
    lives=st.lists(st.booleans(), min_size=25, max_size=25),
)
def test_ties_follow_people_to_new_rows(ties, strengths, gone, lives) -> None:
    """A tie lives while one end is here, if the other moved away and the tie survives that."""
    new, here = [], 0
    for row in range(PEOPLE):
        new.append(-1 if row in gone else here)
        here += row not in gone
    edges = listed(ties, strengths)
    edges.remap(np.array(new), in_their_order(edges, ties, lives))
    edges.check(PEOPLE)
    left = []
    for (a, b), strength, survives in zip(ties, strengths, lives, strict=False):
        ends = [a in gone, b in gone]
        if not any(ends):
            left.append((new[a], new[b] if b >= 0 else OUTSIDE, strength))
        elif survives and not all(ends) and not (ends[0] and b < 0):
            stays = b if ends[0] else a
            left.append((new[stays], OUTSIDE, strength))
    assert as_set(edges) == Counter(left)


@given(ties=some_ties, strengths=words, wanted=st.lists(st.booleans(), min_size=25, max_size=25))
def test_ties_inside_the_place_stand_first_whatever_comes_and_goes(ties, strengths, wanted) -> None:
    edges = listed(ties, strengths)
    edges.keep(in_their_order(edges, ties, wanted))
    a, b = (np.array([pair[end] for pair in ties], dtype=np.int64) for end in (0, 1))
    edges.add(a + PEOPLE, np.where(b < 0, b, b + PEOPLE), a.astype(np.uint64), 1, Kind.FRIEND)
    assert edges.inside().tolist() == [place < edges.inner for place in range(len(edges))]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from([0, 1, 2, 2**60, 2**64 - 1])), max_size=9)
)
def test_people_stand_in_order_of_group_and_then_of_key(some: list[tuple[int, int]]) -> None:
    """Also when keys differ in their last bits only, or not at all."""
    group = np.array([each for each, _ in some], dtype=np.int64)
    key = np.array([each for _, each in some], dtype=np.uint64)
    line = in_order(group, key)
    assert [some[row] for row in line] == sorted(some)
    assert sorted(line.tolist()) == list(range(len(some)))


@pytest.mark.parametrize("ends", [([3], [3]), ([-1], [2])])
def test_a_tie_to_oneself_or_from_nobody_is_refused(ends) -> None:
    with pytest.raises(ValueError, match="two different ends"):
        a, b = (np.array(end) for end in ends)
        EdgeList().add(a, b, np.zeros(1, dtype=np.uint64), 1, Kind.FRIEND)


@given(
    slots=st.lists(st.integers(0, 4), min_size=1, max_size=30),
    newcomer=st.integers(0, 4),
    luck=st.randoms(use_true_random=False),
)
def test_one_more_person_changes_only_who_meets_in_their_slot(slots, newcomer, luck) -> None:
    order = luck.sample(range(1_000), len(slots) + 1)
    slot, line = np.array([*slots, newcomer], dtype=np.uint64), np.array(order, dtype=np.uint64)

    def meetings(size: int) -> set[frozenset[int]]:
        first, second, alone = pair_within(slot[:size], line[:size])
        assert sorted([*first, *second, *alone]) == list(range(size))
        assert (slot[first] == slot[second]).all()
        return {frozenset(pair) for pair in zip(first.tolist(), second.tolist(), strict=True)}

    changed = meetings(len(slots)) ^ meetings(len(slots) + 1)
    assert all(slot[who] == newcomer for pair in changed for who in pair)


def test_a_tie_is_proposed_once_and_only_if_new() -> None:
    ids = np.arange(10, 20, dtype=np.uint64)
    edges = EdgeList()
    known = pair_ids(ids[:1], ids[1:2])
    edges.add(np.array([0]), np.array([1]), known, 1, Kind.FRIEND)
    a, b = np.array([1, 2, 3, 4, 5]), np.array([0, 3, 2, 4, 6])
    fresh, _ = unseen(ids, edges, a, b)
    assert fresh.tolist() == [False, True, False, False, True]
