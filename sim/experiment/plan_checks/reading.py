"""How a published effect of a programme is read: as it stands, or as a size not to be passed.

Looks at the registry; changes nothing. Most rows are judged like any target, within their stated
tolerance either way. Of a few the evidence itself says that the size is a ceiling: there a model
that finds less passes, and one that finds more misses.
"""

from __future__ import annotations

import math

from sim.experiment.fit_finding import MISS, NEAR, NOT_COMPUTED, PASS, Finding, Row, judge

KIND = "promise of a plan"
# Rows that bound, by their own note in the registry: at least (a fall no deeper) or at most.
NO_LOWER = {
    "frome_emergency_change": "the evidence calls it an upper bound: a fall no deeper passes",
    "frome_relative_effect": "the evidence calls its size not credible: a ratio no lower passes",
}
NO_HIGHER = {
    "paf_care_home_entry_loneliness": "the evidence says at most about that: less passes",
    "rotherham_pilot_return_per_pound": (
        "uncontrolled figures, so the evidence holds it a ceiling: less passes"
    ),
}


def told(key: str, value: float, note: str, luck: float = 0.0) -> Row:
    """The row of one measured effect; `luck` is one standard error, not a number is not computed.

    Raises KeyError for what is no row of the registry.
    """
    row = judge(Finding(key, float(value), note, luck))
    if row.value is None or row.target is None or not (key in NO_LOWER or key in NO_HIGHER):
        return row
    room = (row.high or 0.0) - row.target
    above = key in NO_HIGHER
    past = (row.value - row.target) if above else (row.target - row.value)
    verdict = PASS if past <= room else NEAR if past <= 2 * room else MISS
    low, high = (None, row.target + room) if above else (row.target - room, None)
    words = f"{note}; {(NO_HIGHER if above else NO_LOWER)[key]}"
    return Row(key, row.kind, row.target, low, high, row.value, verdict, words, luck or None)


def promise(
    key: str, value: float, low: float | None, high: float | None, note: str, luck: float = 0.0
) -> Row:
    """The row of a promise of the project's own: pass inside its bounds, else a miss.

    Not a number is not computed; without end is a miss.
    """
    if math.isnan(value):
        return Row(key, KIND, None, low, high, None, NOT_COMPUTED, note)
    inside = (
        math.isfinite(value) and (low is None or value >= low) and (high is None or value <= high)
    )
    return Row(key, KIND, None, low, high, value, PASS if inside else MISS, note, luck or None)
