"""Rival rules: other plausible ways a thing may work, for asking what hangs on ours.

Looks at which rule a plan names; changes the numbers the rule runs on, once, after the world is
made, so that everybody starts alike and the rule holds from the first month, in the whole place.
Compare with a baseline under the same rule. `likeness` and `need_first` are the model's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.parameters import Parameters

OURS = {"new_friends": "likeness", "care_queue": "need_first"}


def choose(p: Parameters, rules: Mapping[str, str]) -> Parameters:
    """The same numbers, those of each named rule set as that rule has them.

    The model's own rules change nothing, not even which numbers are read.
    """
    other = {question: rule for question, rule in rules.items() if rule != OURS[question]}
    if not other:
        return p
    given: dict[str, float] = {}
    for question, rule in other.items():
        given |= _rivals(p)[question][rule]
    return p.replaced(given)


def _rivals(p: Parameters) -> dict[str, dict[str, dict[str, float]]]:
    """Question -> rival rule -> the numbers it sets."""
    return {
        # Ours: among people near one's age where one lives or of any age who share an interest,
        # not quite half through a friend. Rivals: among whoever is there, of any age and through
        # nobody; or mostly through the friends one has.
        "new_friends": {
            "meeting_place": {
                "closure_share": 0.0,
                "friend_age_spread_years": p.rival_age_spread_years,
            },
            "friends_of_friends": {"closure_share": p.rival_closure_share},
        },
        # Ours: the highest need, then the longest wait. Rivals: the longest wait; or nobody's
        # turn before another's.
        "care_queue": {
            "first_come": {"queue_by_need": 0.0},
            "lottery": {"queue_by_need": 0.0, "queue_by_wait": 0.0},
        },
    }
