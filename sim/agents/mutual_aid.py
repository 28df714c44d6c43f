"""Mutual aid: neighbours who turn out in an emergency, and what their help amounts to.

Looks at who is well enough to help and who needs help at home; changes helpers' minutes and the
help people get from the community. Help is with low-level tasks only, like any volunteer's.
"""

from __future__ import annotations

import numpy as np

from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, WEEKS_PER_MONTH
from sim.world.bands import LEVELS
from sim.world.columns import Columns


def help_out(people: Columns, share: float, p: Parameters, luck: Luck) -> None:
    """One month of mutual aid by a share of residents; no share, no change."""
    if share > 0.0:
        lend_a_hand(people, turn_out(people, share, p, luck), p)


def turn_out(people: Columns, share: float, p: Parameters, luck: Luck) -> int:
    """The share of residents who help this month; returns the minutes a week they pledge.

    Those who help longest are always the same people: with a smaller share nobody new helps.
    """
    fit = people.at_home & (people.need <= 1)
    helps = np.flatnonzero(fit & luck.happens(Decision.MUTUAL_AID, people.id, 0, share))
    each = round(p.mutual_aid_hours_per_month * MINUTES_PER_HOUR / WEEKS_PER_MONTH)
    people.volunteer_minutes[helps] += each
    return int(helps.size) * each


def lend_a_hand(people: Columns, pledged: int, p: Parameters) -> None:
    """Pledged minutes go round people in need, as far as low-level tasks can be taken over."""
    rows = np.flatnonzero(people.needed_minutes > 0)
    low_level = p.array("low_level_share", LEVELS)[people.need[rows]]
    limit = p.volunteer_substitution_limit_low_level * low_level * people.needed_minutes[rows]
    room = np.floor(np.maximum(limit - people.community_minutes[rows], 0)).astype(np.int64)
    total = int(room.sum())
    if total:
        given = np.floor(room * min(1.0, pledged / total)).astype(np.int64)
        people.community_minutes[rows] += given.astype(np.int32)
