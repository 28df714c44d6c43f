"""What the picture of the social graph says: a few people and whom they know, in three worlds.

It looks at ties.json of an output folder, which is untrusted: anything odd in it counts as not
kept. Changes nothing. Everybody stands in the same spot in every panel.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.experiment.tie_sample import FILE, HOUSEHOLD, LAYERS, WORLDS
from sim.show.alt import Row, number
from sim.show.figures import source_line
from sim.show.saved import Saved, clean
from sim.show.story import date
from sim.show.sure import AN_EXAMPLE

COLUMNS = ("world", "person", "knows", "kind", "strength")
KINDS = {
    HOUSEHOLD: "same household", "kin": "family", "friends": "friends",
    "companions": "met at a hub",
}  # fmt: skip
_MOST_PEOPLE = 200
Spot = tuple[float, float]


@dataclass(frozen=True)
class Tie:
    """A tie between two numbered people; `strength` is 0 to 1."""

    a: int
    b: int
    kind: str
    strength: float


@dataclass(frozen=True)
class Panel:
    """One world: its name, who lives there, and their ties."""

    label: str
    here: frozenset[int]
    ties: tuple[Tie, ...]
    said: str


@dataclass(frozen=True)
class NetworkSpec:
    """Everything the picture says. `spots` place people in a unit circle, the same everywhere."""

    name: str
    title: str
    subtitle: str
    source: str
    panels: tuple[Panel, ...]
    spots: tuple[Spot, ...]
    followed: frozenset[int]
    partial: str = ""
    shape: str = "Three network diagrams"
    columns: Row = COLUMNS

    def sentences(self) -> list[str]:
        """Each panel in words."""
        return [f"{each.label}: {each.said}." for each in self.panels]

    def rows(self) -> list[Row]:
        """The table behind it: every tie in every world. Numbers stand for people."""
        return [
            (panel.label, str(tie.a + 1), str(tie.b + 1), KINDS[tie.kind], number(tie.strength))
            for panel in self.panels
            for tie in panel.ties
        ]


def specifications(saved: Saved) -> Iterator[NetworkSpec]:
    """A picture for each scenario whose ties were kept."""
    path = saved.folder / FILE if saved.folder is not None else None
    if path is None or not path.is_file():
        return
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))["scenarios"]
    except (ValueError, KeyError, TypeError):
        return
    for key in saved.scenarios:
        try:
            yield _specification(saved, key, kept[key])
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            continue


def _specification(saved: Saved, key: str, told: Mapping[str, Any]) -> NetworkSpec:
    people = told["people"]
    if not 1 <= len(people) <= _MOST_PEOPLE:
        raise ValueError("too many people to draw")
    followed = [at for at, each in enumerate(people) if each["followed"]]
    last = date(int(told["months"]))
    labels = (f"Before: {date(1)}", f"{last}, without the plan", f"{last}, with the plan")
    panels = []
    for world, label in zip(WORLDS, labels, strict=True):
        ties = tuple(_tie(each, len(people)) for each in told["worlds"][world])
        here = frozenset(at for at, each in enumerate(people) if world in each["here"])
        panels.append(Panel(label, here, ties, _said(ties, set(followed))))
    known = [_known(panel.ties, set(followed)) for panel in panels]
    few = f"{len(followed)} {'people' if len(followed) > 1 else 'person'}"
    return NetworkSpec(
        f"who_knows_whom_{key}",
        f"An example, not a finding: in one run of the model, {few} whom “{saved.title(key)}” "
        f"reached have {known[2]} ties with it and {known[1]} without it",
        f"Who knows whom in {saved.place}: {clean(told['rule'], 200)}. Each dot is a simulated "
        "person, in the same spot in all three pictures; large dots are those followed, and only "
        "their closest ties inside the place are drawn. Two people may be tied in two ways. "
        "Nobody here is real.",
        source_line(saved, sure=AN_EXAMPLE), tuple(panels), tuple(_spots(people, panels, followed)),
        frozenset(followed),
    )  # fmt: skip


def _tie(told: Any, people: int) -> Tie:
    a, b, kind, strength = told
    if kind not in KINDS or not (0 <= a < people and 0 <= b < people):
        raise ValueError("not a tie")
    return Tie(int(a), int(b), kind, float(strength))


def _known(ties: tuple[Tie, ...], followed: set[int]) -> int:
    """How many pairs of people, one at least of them followed, are tied in one way or more."""
    return len({(tie.a, tie.b) for tie in ties if {tie.a, tie.b} & followed})


def _said(ties: tuple[Tie, ...], followed: set[int]) -> str:
    mine = [tie for tie in ties if {tie.a, tie.b} & followed]
    counts = {kind: sum(tie.kind == kind for tie in mine) for kind in (HOUSEHOLD, *LAYERS[::-1])}
    named = [f"{count} {_kind(kind, count)}" for kind, count in counts.items() if count]
    ways = Counter((tie.a, tie.b) for tie in mine)
    twice = sum(each > 1 for each in ways.values())
    pairs = f"{twice} pair{'' if twice == 1 else 's'} tied in more than one way"
    counted = f" ({pairs}, counted once)" if twice else ""
    return f"{len(ways)} ties: {', '.join(named) or 'none'}{counted}"


def _kind(kind: str, count: int) -> str:
    return "friend" if count == 1 and KINDS[kind] == "friends" else KINDS[kind]


def _spots(people: list[Any], panels: list[Panel], followed: list[int]) -> list[Spot]:
    """Those followed in a ring; each one's own people in a fan outside; shared ones in the middle.

    The same for every world, since it rests on all ties of all worlds together.
    """
    knows: dict[int, set[int]] = {at: set() for at in range(len(people))}
    for panel in panels:
        for tie in panel.ties:
            knows[tie.a].add(tie.b)
            knows[tie.b].add(tie.a)
    turn = {each: 2 * math.pi * at / len(followed) for at, each in enumerate(followed)}
    spots: dict[int, Spot] = {
        each: (0.55 * math.sin(angle), 0.55 * math.cos(angle)) for each, angle in turn.items()
    }
    shared = []
    for each, angle in turn.items():
        own = [at for at in sorted(knows[each] - set(followed)) if knows[at] <= {each}]
        reach = 0.92 * math.pi / max(len(followed), 3)
        for place, at in enumerate(own):
            lean = angle + reach * ((place + 0.5) / len(own) * 2 - 1)
            far = 0.97 if place % 2 else 0.8
            spots[at] = (far * math.sin(lean), far * math.cos(lean))
        shared += [at for at in sorted(knows[each] - set(followed)) if at not in spots]
    shared = list(dict.fromkeys(shared))
    for place, at in enumerate(shared):  # a sunflower keeps them apart
        far, lean = 0.34 * math.sqrt((place + 0.5) / len(shared)), place * 2.399963
        spots[at] = (far * math.sin(lean), far * math.cos(lean))
    return [spots.get(at, (0.0, 0.0)) for at in range(len(people))]
