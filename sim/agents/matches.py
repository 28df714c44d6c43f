"""Matches: two people whom a scheme brings together, and the time they spend with each other.

Looks at who could host, share or help; changes companion ties by hours spent together, as at a
hub's table. What comes of it (help, company, friendship) comes along the tie.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Luck, pair_ids
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, WEEKS_PER_MONTH
from sim.world.columns import Columns
from sim.world.ties import FULL, EdgeList, Kind

Whole = NDArray[np.int64]
Ids = NDArray[np.uint64]
Flags = NDArray[np.bool_]


def _nobody() -> Ids:
    return np.zeros(0, dtype=np.uint64)


@dataclass
class Matches:
    """Pairs by identity and the months each has run; `one` is the person the scheme is for."""

    one: Ids = field(default_factory=_nobody)
    other: Ids = field(default_factory=_nobody)
    months: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        return int(self.one.size)

    def keep(self, wanted: Flags) -> None:
        """End the other matches."""
        self.one, self.other = self.one[wanted], self.other[wanted]
        self.months = self.months[wanted]

    def add(self, one: Ids, other: Ids) -> None:
        """Begin matches."""
        self.one = np.concatenate([self.one, one])
        self.other = np.concatenate([self.other, other])
        self.months = np.concatenate([self.months, np.zeros(one.size, dtype=np.int64)])

    def pass_month(self, people: Columns, most: int | None = None) -> None:
        """A month passes; matches end at `most` months or when either is gone or in a home."""
        self.months = self.months + 1
        rows = people.row_of(self.one), people.row_of(self.other)
        here = (rows[0] >= 0) & (rows[1] >= 0)
        here &= people.at_home[rows[0]] & people.at_home[rows[1]]
        self.keep(here if most is None else here & (self.months < most))


def in_order(people: Columns, wanted: Flags, decision: Decision, luck: Luck, month: int) -> Whole:
    """Rows of those `wanted`, in this month's keyed order."""
    rows = np.flatnonzero(wanted)
    draw = luck.bits(decision, people.id[rows], month)
    return np.asarray(rows[np.lexsort((people.id[rows], draw))])


def spend_time(
    people: Columns, companions: EdgeList, matches: Matches, hours_a_week: float, p: Parameters
) -> None:
    """Each pair's month together, `hours_a_week` of it, is added to their tie."""
    gained = round(hours_a_week * WEEKS_PER_MONTH * MINUTES_PER_HOUR)
    if not len(matches) or gained <= 0:
        return
    a, b = people.row_of(matches.one), people.row_of(matches.other)
    key = pair_ids(matches.one, matches.other)
    new = ~np.isin(key, companions.key)
    companions.add(a[new], b[new], key[new], 0, Kind.COMPANION)
    together = np.isin(companions.key, key)
    companions.minutes[together] += gained
    hours = companions.minutes[together] / MINUTES_PER_HOUR
    companions.strength[together] = np.rint(
        FULL * (1.0 - np.exp(-hours / p.companion_strength_hours))
    ).astype(np.int32)
