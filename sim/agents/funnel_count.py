"""What passed through the council's funnel in a month: one tally, no rules.

Looks at nothing; filled by `funnel`. Counts are kept by age group, 18-64 and 65 or over.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.agents.carer import in_pension_age
from sim.world.columns import Columns

Rows = NDArray[np.int64]

OUTCOMES = ("nothing", "signposted", "low_level", "other_short_term", "st_max", "long_term")
ROUTES = ("community", "after_reablement", "care_home_entry", "ran_out")
ENDS = (
    "death",
    "left",
    "need_ended",
    "review",
    "gave_up",
    "moved_and_pays",
    "death_in_care_home",
    "left_in_care_home",
)
MOVES = "moved_to_care_home"  # from care at home to a home the council pays: support goes on


def _none() -> Rows:
    return np.zeros(2, dtype=np.int64)


@dataclass
class FunnelCount:
    """One month's tally; every array is int64[2]: people under 65, people at 65 or over.

    `open_before` and `open_after` are requests still waiting for assessment, so that
    open_before + requests = outcomes + open_after, exactly.
    """

    open_before: int = 0
    open_after: int = 0
    asked: Rows = field(default_factory=_none)
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    started: dict[str, Rows] = field(default_factory=lambda: {name: _none() for name in ROUTES})
    ended: dict[str, Rows] = field(
        default_factory=lambda: {name: _none() for name in (*ENDS, MOVES)}
    )
    from_hospital: int = 0
    assessed: int = 0
    reviews: int = 0
    overdue: int = 0
    reablement_began: int = 0
    reablement_ended: int = 0
    reablement_minutes: int = 0  # minutes a week the reablement team is asked for
    died_waiting_for_assessment: int = 0
    died_waiting_for_care: int = 0

    @property
    def requests(self) -> int:
        """Requests by people of all ages."""
        return int(self.asked.sum())

    @property
    def starts_of_support(self) -> Rows:
        """New long-term support by age group, whatever the route: int64[2]."""
        return np.asarray(sum(self.started.values(), _none()))

    @property
    def ends_of_support(self) -> Rows:
        """Long-term support that ended by age group; moves into a council place do not count."""
        return np.asarray(sum((self.ended[name] for name in ENDS), _none()))

    def asks(self, group: Rows) -> None:
        """Count requests by the age groups of those who ask."""
        self.asked += np.bincount(group, minlength=2)

    def outcome(self, name: str, number: int) -> None:
        """Count requests that came to this."""
        self.outcomes[name] += number

    def starts(self, route: str, group: Rows) -> None:
        """Count long-term support begun by this route."""
        self.started[route] += np.bincount(group, minlength=2)

    def take_on(self, people: Columns, rows: Rows) -> None:
        """Count self-funders who ran out of money and became the council's clients."""
        self.starts("ran_out", in_pension_age(people, rows))

    def ends(self, reason: str, group: Rows) -> None:
        """Count long-term support ended for this reason."""
        self.ended[reason] += np.bincount(group, minlength=2)
