"""What counts as something happening: a followed person's month set beside the month before.

Looks at two snapshots and says which columns, ties and events changed in a way worth a line;
changes nothing. How a line is worded is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.world.bands import ANSWERS

# Nought to something, something to nought, and something to something else: the kind of line each
# makes, or nothing.
SIMPLE: dict[str, tuple[str, str, str]] = {
    "dementia": ("dementia", "", ""),
    "reached": ("reached", "", ""),
    "carer": ("caring_began", "caring_ended", ""),
    "support_months": ("carer_supported", "", ""),
    "broken": ("broke_down", "can_care_again", ""),
    "carer_lost": ("carer_lost", "", ""),
    "reablement_months": ("reablement_began", "reablement_ended", ""),
    "own_minutes": ("paid_help_began", "paid_help_ended", ""),
    "kin_minutes": ("kin_help_began", "kin_help_ended", ""),
    "community_minutes": ("visits_began", "visits_ended", ""),
    "unmet_minutes": ("went_without", "all_help_came", ""),
    "awaits_bed": ("awaits_bed", "", ""),
    "care_home": ("moved_to_care_home", "", ""),
    "employed": ("work_began", "work_ended", ""),
}
EVENTS = ("ae", "admission", "delayed", "safeguarding")
WATCHED = (
    *SIMPLE,
    "sex",
    "age_months",
    "quintile",
    "area",
    "household",
    "household_size",
    "has_car",
    "need",
    "bereavement",
    "hub",
    "hub_hours",
    "by_minibus",
    "referred",
    "volunteers",
    "hub_volunteer",
    "answered_hours",
    "waiting",
    "months_waiting",
    "client",
    "provider",
    "package",
    "distress",
    "company",
    "z",
    "life_satisfaction",
)
LIKELY = 1 / 2
Values = dict[str, Any]


@dataclass(frozen=True)
class Other:
    """Somebody near a followed person, without a name: age in years, sex, and how near they live.

    `near` is "street", "neighbourhood" or "place".
    """

    identity: int
    age: int
    sex: int
    near: str


@dataclass(frozen=True)
class Happening:
    """One line of a story: in `month`, `column` went from `before` to `after`.

    `column` is a resident column, an event of the month ("events.ae"), a layer of ties
    ("friends", "kin", "companions", "outside_friends"), "answer" (the likely answer to the
    loneliness question, from `z`) or "id" (being here at all).
    """

    month: int
    kind: str
    column: str
    before: Any
    after: Any
    about: tuple[Other, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Seen:
    """How somebody was at the end of a month: watched values, and identities tied to them.

    `partner` is an identity, 0 for none. `answer` is the likely answer to the loneliness question
    (a row of `ANSWERS`) and `told` the one last told.
    """

    values: Values
    tied: Mapping[str, frozenset[int]]
    closed_hubs: frozenset[int] = frozenset()


def compare(
    month: int,
    before: Seen,
    after: Seen,
    gone: tuple[set[int], set[int]],
    known: Mapping[int, Other],
) -> list[Happening]:
    """Everything worth a line that changed in `month`; `gone` holds the dead and those who moved.

    Lines run from the largest things to the smallest.
    """
    was, now = before.values, after.values
    found = [
        *_home(month, was, now, gone, known),
        *_health(month, was, now),
        *_simple(month, was, now),
        *_care(month, was, now),
        *_hub(month, was, now, after.closed_hubs),
        *_ties(month, before, after, gone, known),
        *_feelings(month, was, now),
    ]
    place = {kind: at for at, kind in enumerate(ORDER)}
    return sorted(found, key=lambda each: place.get(each.kind, len(ORDER)))


ORDER = ("partner_died", "moved_to_care_home", "admitted", "broke_down")


def _home(
    month: int,
    was: Values,
    now: Values,
    gone: tuple[set[int], set[int]],
    known: Mapping[int, Other],
) -> Iterator[Happening]:
    """Partner and household."""

    def line(kind: str, column: str, *about: int) -> Happening:
        those = tuple(known[each] for each in about if each in known)
        return Happening(month, kind, column, was[column], now[column], those)

    if was["partner"] != now["partner"]:
        if was["partner"]:
            kind = "partner_died" if was["partner"] in gone[0] else "parted"
            yield line(kind, "partner", was["partner"])
        if now["partner"]:
            yield line("couple_formed", "partner", now["partner"])
        return
    if now["care_home"]:
        return
    if was["household"] != now["household"]:
        yield line("moved_home", "household")
    alone = was["household_size"] == 1, now["household_size"] == 1
    if alone == (False, True):
        yield line("lives_alone", "household_size")
    elif alone == (True, False):
        yield line("shares_home", "household_size")


def _health(month: int, was: Values, now: Values) -> Iterator[Happening]:
    """Need for care, and hospital."""
    if was["need"] != now["need"]:
        kind = "need_worse" if now["need"] > was["need"] else "need_better"
        kind = "need_began" if not was["need"] else "need_ended" if not now["need"] else kind
        yield Happening(month, kind, "need", was["need"], now["need"])
    for event, kind in zip(EVENTS, ("ae", "admitted", "delayed", "safeguarded"), strict=True):
        if now[event] and not (event == "ae" and now["admission"]):
            yield Happening(month, kind, f"events.{event}", False, True)


def _simple(month: int, was: Values, now: Values) -> Iterator[Happening]:
    for column, (starts, ends, changes) in SIMPLE.items():
        old, new = was[column], now[column]
        kind = starts if new and not old else ends if old and not new else changes
        if kind and old != new:
            detail = {"hours": now["answered_hours"]} if column == "carer" else {}
            yield Happening(month, kind, column, old, new, detail=detail)


def _care(month: int, was: Values, now: Values) -> Iterator[Happening]:
    """The funnel of council care: waiting, care begun, changed, lost and ended."""
    if now["care_home"]:
        return
    begun, ended = now["client"] and not was["client"], was["client"] and not now["client"]
    package = {"minutes": now["package"], "waited": was["months_waiting"]}
    if begun:
        yield Happening(month, "care_began", "client", was["client"], now["client"], detail=package)
    elif ended:
        kind = "care_lost" if now["waiting"] else "care_ended"
        yield Happening(month, kind, "client", was["client"], now["client"])
    elif now["client"]:
        if was["package"] != now["package"]:
            kind = "more_care" if now["package"] > was["package"] else "less_care"
            yield Happening(month, kind, "package", was["package"], now["package"])
        if was["provider"] != now["provider"]:
            yield Happening(month, "provider", "provider", was["provider"], now["provider"])
    if was["waiting"] != now["waiting"] and not begun and not (ended and now["waiting"]):
        kind = ("wait_ended", "waits_for_assessment", "waits_for_care")[now["waiting"]]
        yield Happening(month, kind, "waiting", was["waiting"], now["waiting"], detail=package)


def _hub(month: int, was: Values, now: Values, closed: frozenset[int]) -> Iterator[Happening]:
    """Introduced, joined, came, fetched, left; volunteering."""

    def line(kind: str, column: str) -> Happening:
        return Happening(month, kind, column, was[column], now[column])

    if now["referred"] > was["referred"]:
        yield line("referred", "referred")
    if was["hub"] != now["hub"]:
        if was["hub"] >= 0:
            yield line("hub_closed" if was["hub"] in closed else "left_hub", "hub")
        if now["hub"] >= 0:
            yield line("joined_hub", "hub")
    if now["hub"] >= 0:
        came, before = now["hub_hours"] > 0, was["hub_hours"] > 0 and was["hub"] == now["hub"]
        if came and not before:
            yield line("came_by_minibus" if now["by_minibus"] else "came", "hub_hours")
        elif before and not came:
            yield line("stayed_away", "hub_hours")
    helps = was["hub_volunteer"] >= 0, now["hub_volunteer"] >= 0
    if helps == (False, True):
        yield line("helps_at_hub", "hub_volunteer")
    elif helps == (True, False) and now["volunteers"]:
        yield line("stopped_helping_at_hub", "hub_volunteer")
    if was["volunteers"] != now["volunteers"] and not (now["volunteers"] and helps[1]):
        yield line("volunteers" if now["volunteers"] else "stopped_volunteering", "volunteers")


def _ties(
    month: int,
    before: Seen,
    after: Seen,
    gone: tuple[set[int], set[int]],
    known: Mapping[int, Other],
) -> Iterator[Happening]:
    """Friends, kin and companions made and lost, each described and never named."""

    def line(kind: str, layer: str, who: set[int] | frozenset[int]) -> Happening:
        size = len(before.tied[layer]), len(after.tied[layer])
        those = tuple(known[each] for each in sorted(who) if each in known)
        return Happening(month, kind, layer, *size, those)

    dead, moved = gone
    partners = {before.values["partner"], after.values["partner"]}
    for layer, made in (("friends", "friend_made"), ("companions", "companion_met")):
        new = after.tied[layer] - before.tied[layer]
        if new:
            yield line(made, layer, new)
    lost = before.tied["friends"] - after.tied["friends"]
    for kind, who in (
        ("friend_died", lost & dead),
        ("friend_moved", (lost & moved) - dead),
        ("friend_lost", lost - dead - moved),
    ):
        if who:
            yield line(kind, "friends", who)
    kin = before.tied["kin"] - after.tied["kin"] - partners
    for kind, who in (("relative_died", kin & dead), ("relative_moved", (kin & moved) - dead)):
        if who:
            yield line(kind, "kin", who)
    outside = before.values["outside_friends"], after.values["outside_friends"]
    grew = outside[1] - outside[0] - len(lost & moved)
    if grew > 0:
        yield Happening(month, "outside_friend_made", "outside_friends", *outside)
    elif outside[1] < outside[0]:
        yield Happening(month, "outside_friend_lost", "outside_friends", *outside)


def _feelings(month: int, was: Values, now: Values) -> Iterator[Happening]:
    """Grief, distress and the likely answer to the question about loneliness."""
    if now["bereavement"] > was["bereavement"]:
        yield Happening(month, "grieves", "bereavement", was["bereavement"], now["bereavement"])
    likely = was["distress"] > LIKELY, now["distress"] > LIKELY
    if likely[0] != likely[1]:
        kind = "distressed" if likely[1] else "less_distressed"
        yield Happening(month, kind, "distress", was["distress"], now["distress"])
    yield from _answer(month, was, now)


def _answer(month: int, was: Values, now: Values) -> Iterator[Happening]:
    """The likely answer about loneliness: told at once when it becomes the worst or jumps.

    Small steps are told in March only: a feeling near a cut-off crosses it back and forth.
    """
    told, answer = was["told"], now["answer"]
    at_once = answer == len(ANSWERS) - 1 or abs(answer - told) > 1
    now["told"] = answer if at_once or month % 12 == 0 else told
    if now["told"] != told:
        kind = "lonelier" if answer > told else "less_lonely"
        yield Happening(month, kind, "answer", told, answer)
