"""A small stated sample of the social graph: a few people a plan reached, and everyone they know.

It looks at the first run of a comparison: its start, its end without the plan and its end with it.
Changes nothing. Nobody is identified: people are numbered as they come, with age and sex alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment import beside_rows

KEY = "tie_sample"
FILE = "ties.json"
FOLLOWED = 8  # people whose every tie is kept
MOST_KNOWN = 9  # of the people each knows, those tied most strongly
LAYERS = ("friends", "kin", "companions")
HOUSEHOLD = "household"
WORLDS = ("start", "without", "with")
Ids = NDArray[np.uint64]
Tie = tuple[int, int, str, float]


def of_member(model: Any, base: Any) -> dict[str, Any]:
    """The sample of one pair, under `KEY`; empty where the model has no ties or reached nobody."""
    if not hasattr(getattr(model, "world", None), "ties") or not hasattr(model, "scenario"):
        return {}
    start = type(base)(base.scenario)  # the same settings give the same first day
    worlds = dict(zip(WORLDS, (start, base, model), strict=True))
    chosen, rule = _chosen(model, list(worlds.values()))
    if not chosen.size:
        return {}
    found = {name: list(_ties(world, chosen)) for name, world in worlds.items()}
    kept = _closest(found, chosen.tolist())
    people = [_person(each, each in set(chosen.tolist()), worlds) for each in kept]
    at = {identity: number for number, identity in enumerate(kept)}
    return {
        KEY: {
            "rule": rule,
            "months": int(model.month),
            "people": people,
            "worlds": {
                name: sorted(_numbered(each, at) for each in ties if {*each[:2]} <= at.keys())
                for name, ties in found.items()
            },
        }
    }


def keep(folder: Path, told: Mapping[int, dict[str, Any]]) -> bool:
    """Take the samples out of what members kept and write those of the first run to ties.json."""
    number, found = beside_rows.take_out(told, KEY)
    samples = {"member": number, "scenarios": found} if found else {}
    return beside_rows.write_or_clear(samples, folder / FILE)


def _chosen(model: Any, worlds: list[Any]) -> tuple[Ids, str]:
    """Up to `FOLLOWED` people reached who live here in every world: of one hub, if there is one."""
    people = model.world.people
    reached = np.asarray(model.reached, dtype=np.uint64)
    for world in worlds:
        reached = reached[world.world.people.row_of(reached) >= 0]
    hubs = people.hub[people.row_of(reached)]
    members = hubs[hubs >= 0]
    rule = "people the plan reached"
    if members.size:
        busiest = int(np.bincount(members).argmax())
        reached = reached[hubs == busiest]
        rule = "members of the hub that most of the people the plan reached go to"
    chosen = np.sort(reached)[:FOLLOWED]
    return chosen, f"the {chosen.size} {rule} with the lowest identity numbers, and whom they know"


def _ties(world: Any, chosen: Ids) -> Iterator[Tie]:
    """Every tie inside the place with somebody chosen at either end."""
    from sim.world.ties import FULL  # late: whoever only reads results needs no world

    people = world.world.people
    rows = people.row_of(chosen)
    here = np.zeros(len(people), dtype=np.bool_)
    here[rows[rows >= 0]] = True
    for kind in LAYERS:
        edges = getattr(world.world.ties, kind)
        a, b = edges.a[: edges.inner], edges.b[: edges.inner]
        for at in np.flatnonzero(here[a] | here[b]).tolist():
            yield int(people.id[a[at]]), int(people.id[b[at]]), kind, edges.strength[at] / FULL
    for row in np.flatnonzero(here).tolist():
        for mate in np.flatnonzero(people.household == people.household[row]).tolist():
            if mate > row or (mate < row and not here[mate]):
                yield int(people.id[row]), int(people.id[mate]), HOUSEHOLD, 1.0


def _numbered(tie: Tie, at: Mapping[int, int]) -> Tie:
    """A tie between numbers that stand for people, the lower first."""
    a, b, kind, strength = tie
    return min(at[a], at[b]), max(at[a], at[b]), kind, round(strength, 3)


def _closest(found: Mapping[str, list[Tie]], chosen: list[int]) -> list[int]:
    """The chosen, then those they are tied to most strongly in any world, in a fixed order."""
    strongest: dict[int, dict[int, float]] = {each: {} for each in chosen}
    for ties in found.values():
        for a, b, _, strength in ties:
            for one, other in ((a, b), (b, a)):
                if one in strongest:
                    mine = strongest[one]
                    mine[other] = max(mine.get(other, 0.0), strength)
    known: dict[int, None] = dict.fromkeys(chosen)
    for mine in strongest.values():
        line = sorted(mine, key=lambda each: (-mine[each], each))
        known |= dict.fromkeys(line[:MOST_KNOWN])
    return list(known)


def _person(identity: int, followed: bool, worlds: Mapping[str, Any]) -> dict[str, Any]:
    """Age and sex where first seen, whether followed, and in which worlds they live here."""
    told: dict[str, Any] = {"followed": followed, "here": []}
    for name, world in worlds.items():
        people = world.world.people
        row = int(people.row_of(np.array([identity], dtype=np.uint64))[0])
        if row >= 0:
            told["here"].append(name)
            told.setdefault("age", int(people.age_months[row]) // 12)
            told.setdefault("sex", int(people.sex[row]))
    return told
