"""Small real towns for tests: opened, changed and compared person by person.

A town is a real `CommunityModel` of a thousand or so residents. What is compared is named by
identity, never by row: households by their members, partners and ties by who they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.luck import Decision, Luck, mix
from sim.model import CommunityModel
from sim.scenario import Scenario
from sim.world.columns import Columns
from sim.world.ties import EdgeList

PLACE = "Brighton and Hove"
SMALL = 1_000


def town(plan: str | Scenario = "baseline", **settings: Any) -> CommunityModel:
    """A town on the eve of April 2024; the same settings open the same town."""
    usual = {"place": PLACE, "residents": SMALL, "years": 2, "rng": 1}
    return CommunityModel(**(usual | settings), plan=plan)


def plan(*invest: dict[str, Any], **settings: Any) -> Scenario:
    """A scenario with these investments."""
    said = {"title": "A plan", "summary": "For a test.", "kind": "what councils could do"}
    return Scenario(**(said | settings), invest=list(invest))


def hubs(**settings: Any) -> dict[str, Any]:
    """A hub for every thousand people, open at once, with money enough: no lead, no minibus."""
    usual = {
        "lever": "hubs",
        "gbp_per_head": 200.0,
        "opening_months": 0,
        "catchment_people": 1_000,
        "lunch_club_seats": 20,
        "existing_room": True,
        "minibus": False,
        "paid_lead": False,
    }
    return usual | settings


def services(**settings: Any) -> dict[str, Any]:
    """Money for paid care, half to hours and half to fees."""
    usual = {
        "lever": "formal_services",
        "gbp_per_head": 30.0,
        "share_to_hours": 0.5,
        "share_to_fees": 0.5,
        "payer": "national_grant",
    }
    return usual | settings


def people_now(model: CommunityModel) -> dict[str, np.ndarray]:
    """Every column in order of identity, with households and partners told by identity."""
    people = model.world.people
    line = np.argsort(people.id)
    found = {name: getattr(people, name)[line] for name in people.names}
    least = np.full(int(people.household.max()) + 1, np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(least, people.household, people.id)
    mates = np.where(people.partner >= 0, people.id[people.partner], np.uint64(0))
    return found | {"household": least[people.household][line], "partner": mates[line]}


def ties_now(model: CommunityModel) -> dict[str, np.ndarray]:
    """Every tie by layer: who, with whom (0 for outside), key, strength, kind and minutes."""
    return {
        name: _ties_of(layer, model.world.people)
        for name, layer in model.world.ties.layers().items()
    }


def _ties_of(layer: EdgeList, people: Columns) -> np.ndarray:
    one = people.id[layer.a]
    other = np.where(layer.b >= 0, people.id[layer.b], np.uint64(0))
    inside = layer.b >= 0
    columns = [
        np.where(inside, np.minimum(one, other), one),
        np.where(inside, np.maximum(one, other), other),
        layer.key,
        layer.strength.astype(np.uint64),
        layer.kind.astype(np.uint64),
        layer.minutes.astype(np.uint64),
    ]
    rows = np.stack(columns, axis=1)
    return rows[np.lexsort(rows.T[::-1])]


def who_differs(
    one: CommunityModel, other: CommunityModel, but: tuple[int, ...] = ()
) -> dict[str, Any]:
    """What differs between two towns, leaving out some people: empty when nothing does."""
    mine, theirs = people_now(one), people_now(other)
    stay = [~np.isin(each["id"], np.array(but, dtype=np.uint64)) for each in (mine, theirs)]
    found: dict[str, Any] = {}
    for name in mine:
        a, b = mine[name][stay[0]], theirs[name][stay[1]]
        if a.shape != b.shape:
            return {"residents": (a.size, b.size)}
        if not np.array_equal(a, b):
            found[name] = int((a != b).sum())
    ties = ties_now(other)
    for name, rows in ties_now(one).items():
        if not np.array_equal(rows, ties[name]):
            found[f"{name} (ties)"] = (len(rows), len(ties[name]))
    return found


def same_diary(
    one: CommunityModel,
    other: CommunityModel,
    months: int | None = None,
    but: tuple[str, ...] = (),
) -> bool:
    """Whether two diaries hold the same numbers to the last bit, in the first `months`.

    Money measures named in `but` are not compared.
    """
    mine, theirs = one.diary, other.diary
    sums = zip(mine.sums[:months], theirs.sums[:months], strict=True)
    money, other_money = (
        [{key: page[key] for key in page if key not in but} for page in diary.money[:months]]
        for diary in (mine, theirs)
    )
    return all(np.array_equal(a, b) for a, b in sums) and money == other_money


def shuffle_rows(model: CommunityModel, seed: int) -> None:
    """Give every resident another row, as if the census had been taken in another order."""
    people, ties = model.world.people, model.world.ties
    order = np.random.default_rng(seed).permutation(len(people))
    where = np.empty_like(order)
    where[order] = np.arange(order.size)
    state = {name: column[order] for name, column in people.state().items()}
    for name, column in people.schema.items():
        if column.pointer:
            state[name] = np.where(state[name] >= 0, where[state[name]], -1).astype(np.int32)
    model.world.people = Columns.from_state(people.schema, state)
    model.residents.columns = model.world.people
    for layer in ties.layers().values():
        layer.remap(where)
    model.rest_after_change()


def hermit(model: CommunityModel, months: int) -> int:
    """Let in somebody who touches nobody: returns their identity.

    Thirty years old, alone in a street of their own, without ties, need or any wish for company,
    and whose luck in these months brings no partner, no move, no need and no wish to volunteer.
    """
    luck, who = Luck(int(model.scenario.rng)), 0
    quiet = (Decision.COUPLE_FORMS, Decision.DEPARTURE, Decision.NEED_ONSET)
    for number in range(100_000):
        who = mix(number, 30)
        identity = np.array([who], dtype=np.uint64)
        draws = [
            luck.uniform(each, identity, month)[0]
            for each in quiet
            for month in range(1, months + 1)
        ]
        if min(draws) > 1 / 20:
            break
    people = model.world.people
    traits = {
        "area": 0,
        "street": int(people.street.max()) + 1,
        "household": int(people.household.max()) + 1,
        "quintile": int(people.quintile[people.area == 0][0]),
        "age_months": 30 * 12,
        "band": 1,
        "sociability": 0.0,
        "disposition": -6.0,
        "liability": -6.0,
        "z": -6.0,
        "area_tables": int(people.area_tables[people.area == 0][0]),
        "interest_tables": int(people.interest_tables[people.interest == 0][0]),
    }
    given = {name: np.array([value]) for name, value in traits.items()}
    people.append({"id": np.array([who], dtype=np.uint64), **given})
    model.rest_after_change()
    return who
