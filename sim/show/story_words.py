"""The words of a story: one plain sentence for each kind of change, and how somebody is.

Looks at what a chronicle wrote down and changes nothing. Short words, past tense, no names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sim.units import MINUTES_PER_HOUR

ANSWER = {0: "never", 1: "hardly ever", 2: "now and then", 3: "some of the time",
          4: "often or always"}  # fmt: skip
STATE = {0: "never lonely", 1: "hardly ever lonely", 2: "lonely now and then",
         3: "lonely some of the time", 4: "often or always lonely"}  # fmt: skip
_FIFTHS = (
    "the most deprived fifth", "the second most deprived fifth", "the middle fifth",
    "the second least deprived fifth", "the least deprived fifth",
)  # fmt: skip
_NEED = ("no need for care", "a little need for care", "some need for care",
         "a lot of need for care", "very great need for care")  # fmt: skip
_NEAR = {"street": "from the same street", "neighbourhood": "from the neighbourhood",
         "place": ""}  # fmt: skip
_SUPPORT = ("", "home care", "a direct payment to hire help", "supported living", "Shared Lives")
_WHOLE_HOURS_FROM = 10
_BEDS = ("", "paid by the council", "paid from their own money", "paid by the NHS")

WORDS: dict[str, str] = {
    "arrived": "Came to live here, or turned 16.",
    "died": "Died.",
    "moved_away": "Moved away from the place.",
    "partner_died": "Lost their partner, {who}, who died.",
    "parted": "Parted from their partner, {who}.",
    "couple_formed": "Met a partner, {who}, and moved in together.",
    "moved_home": "Moved to another home.",
    "lives_alone": "Now lives alone.",
    "shares_home": "No longer lives alone.",
    "need_began": "Became frail or ill: now has {need}.",
    "need_worse": "Got frailer: now has {need}.",
    "need_better": "Got stronger: now has {need}.",
    "need_ended": "Got well: needs no more care.",
    "dementia": "Was found to have dementia.",
    "ae": "Went to A&E, and home again.",
    "admitted": "Was taken into hospital as an emergency.",
    "delayed": "Well enough to leave hospital, but had to wait there for care.",
    "safeguarded": "Somebody worried about their safety and told the council.",
    "reached": "The plan reached them.",
    "caring_began": "Began to care for somebody, {hours} a week.",
    "caring_ended": "Was no longer caring for anybody.",
    "carer_supported": "Got support as a carer.",
    "broke_down": "Could not go on caring: broke down under the strain.",
    "can_care_again": "Was able to care for others again.",
    "carer_lost": "The person who cared for them broke down under the strain.",
    "reablement_began": "A council team came to help them get back on their feet.",
    "reablement_ended": "The team that helped them recover stopped coming.",
    "paid_help_began": "Began to pay for help at home.",
    "paid_help_ended": "Stopped paying for help at home.",
    "kin_help_began": "Family or friends began to help at home, {minutes} a week.",
    "kin_help_ended": "Family and friends no longer helped at home.",
    "visits_began": "Was visited: people from the community began to help at home.",
    "visits_ended": "People from the community no longer came to help.",
    "went_without": "Went without some of the help they needed, {minutes} a week.",
    "all_help_came": "No longer went without help.",
    "awaits_bed": "Needed a care home and waited for a place.",
    "moved_to_care_home": "Moved into a care home, {bed}.",
    "work_began": "Started a paid job.",
    "work_ended": "Stopped work.",
    "care_began": "Council care began: {support}, {package} a week{waited}.",
    "care_ended": "Council care ended.",
    "care_lost": "Their care was handed back or their provider closed; they wait again.",
    "more_care": "The council gave more care: {minutes} a week.",
    "less_care": "The council gave less care: {minutes} a week.",
    "provider": "Another provider took over their care.",
    "waits_for_assessment": "Asked the council for care and waited to be assessed.",
    "waits_for_care": "Was promised council care and waited for it to start.",
    "wait_ended": "Was no longer waiting for council care{waited}.",
    "referred": "A link worker or other connector got in touch.",
    "joined_hub": "Joined a lunch club or hub.",
    "came": "Went to the lunch club or hub.",
    "came_by_minibus": "Went to the lunch club or hub; the minibus fetched them.",
    "stayed_away": "Did not go to the lunch club or hub this month.",
    "left_hub": "Left the lunch club or hub.",
    "hub_closed": "Their lunch club or hub closed.",
    "helps_at_hub": "Began to volunteer at a hub.",
    "stopped_helping_at_hub": "Stopped volunteering at the hub, but volunteers elsewhere.",
    "volunteers": "Began to volunteer.",
    "stopped_volunteering": "Stopped volunteering.",
    "friend_made": "Made friends with {who}.",
    "companion_met": "Got to know {who} over lunch.",
    "friend_died": "A friend died: {who}.",
    "friend_moved": "A friend moved away: {who}.",
    "friend_lost": "Lost touch with {who}.",
    "relative_died": "Somebody in the family died: {who}.",
    "relative_moved": "Somebody in the family moved away: {who}.",
    "outside_friend_made": "Made a friend who lives elsewhere.",
    "outside_friend_lost": "Lost touch with a friend who lives elsewhere.",
    "grieves": "Grieved for their partner.",
    "distressed": "Was so low that distress was more likely than not.",
    "less_distressed": "Was no longer likely to be in distress.",
    "lonelier": "Felt lonelier: would now say: {answer}.",
    "less_lonely": "Felt less lonely: would now say: {answer}.",
}


def who(about: Sequence[Any]) -> str:
    """'a woman of 71 from the same street', and so on, never a name."""
    said = [
        f"a {'woman' if each.sex else 'man'} of {each.age} {_NEAR[each.near]}".rstrip()
        for each in about
    ]
    if not said:
        return "somebody"
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def minutes(value: float) -> str:
    """'40 minutes', '1 hour', '3.5 hours'."""
    if value < MINUTES_PER_HOUR:
        return f"{value:.0f} minute{'' if round(value) == 1 else 's'}"
    exact = value / MINUTES_PER_HOUR
    hours = f"{exact:.1f}".removesuffix(".0") if exact < _WHOLE_HOURS_FROM else f"{exact:.0f}"
    return f"{hours} hour{'' if hours == '1' else 's'}"


def _waited(months: int) -> str:
    return f", after a wait of {months} month{'' if months == 1 else 's'}" if months else ""


_FILL: dict[str, Callable[[Any], str]] = {
    "who": lambda each: who(each.about),
    "need": lambda each: _NEED[each.after],
    "hours": lambda each: minutes(each.detail["hours"] * MINUTES_PER_HOUR),
    "minutes": lambda each: minutes(each.after),
    "bed": lambda each: _BEDS[each.after],
    "support": lambda each: _SUPPORT[each.after],
    "package": lambda each: minutes(each.detail["minutes"]),
    "waited": lambda each: _waited(each.detail["waited"]),
    "answer": lambda each: STATE[each.after],
}


def sentence(happening: Any) -> str:
    """The sentence for one `sim.chronicle_rules.Happening`."""
    words = WORDS[happening.kind]
    return words.format_map(
        {name: fill(happening) for name, fill in _FILL.items() if f"{{{name}}}" in words}
    )


def _state(seen: Any) -> str:
    """How lonely, how many friends, how much company."""
    friends = len(seen.tied["friends"]) + seen.values["outside_friends"]
    return (
        f"Would say: {STATE[seen.values['answer']]}; "
        f"{friends or 'no'} friend{'' if friends == 1 else 's'}; "
        f"{minutes(seen.values['company'] * MINUTES_PER_HOUR)} of company a week."
    )


def beginning(seen: Any, when: str) -> str:
    """Who somebody is, and how they are, when the story begins."""
    is_now = seen.values
    person = "woman" if is_now["sex"] else "man"
    home = (
        "lives in a care home"
        if is_now["care_home"]
        else "lives with a partner"
        if is_now["partner"]
        else "lives alone"
        if is_now["household_size"] == 1
        else "lives with others"
    )
    parts = [home, "has a car" if is_now["has_car"] else "has no car", _need(is_now)]
    parts += ["is an unpaid carer"] if is_now["carer"] else []
    parts += ["goes to a lunch club or hub"] if is_now["hub"] >= 0 else []
    return (
        f"{when}: a {person} of {is_now['age_months'] // 12} in {_FIFTHS[is_now['quintile']]} of "
        f"neighbourhoods, who {', '.join(parts[:-1])} and {parts[-1]}. {_state(seen)}"
    )


def _need(values: Any) -> str:
    return f"has {_NEED[values['need']]}"


def ending(life: Any, date: Callable[[int], str]) -> str:
    """How somebody is when the story ends, or that it ended before the run did."""
    last = f"{date(life.until_month)}:"
    if life.left:
        return f"{last} the story ends here."
    return f"{last} aged {life.closing.values['age_months'] // 12}. {_state(life.closing)}"
