"""Mutual aid: neighbours who turn out in an emergency, and what their help amounts to.

Looks at who is well enough to help and who needs help at home; changes helpers' minutes and the
help people get from the community. Help is with low-level tasks only, like any volunteer's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, WEEKS_PER_MONTH
from sim.world.bands import LEVELS
from sim.world.columns import Columns


def help_out(
    people: Columns, share: float, p: Parameters, luck: Luck, reaches: bool = False
) -> None:
    """One month of mutual aid by a share of residents; no share, no change.

    Where a plan called for it (`reaches`), those who help and are helped are counted as reached.
    """
    if share > 0.0:
        before = people.volunteer_minutes.copy(), people.community_minutes.copy()
        lend_a_hand(people, turn_out(people, share, p, luck), p)
        if reaches:
            people.reached[people.volunteer_minutes > before[0]] = True
            people.reached[people.community_minutes > before[1]] = True


def surge(into: int, organised: float, p: Parameters) -> float:
    """Share of residents in mutual aid `into` months after the call: a surge that decays.

    The share `organised` (0 to 1) brings the chance of leaving down to that of coordinated
    volunteers, in proportion.
    """
    months = round(p.mutual_aid_surge_months)
    first = min(into, months)
    early, late = kept(0, organised, p), kept(months + 1, organised, p)
    return float(p.mutual_aid_participants_share * early**first * late ** (into - first))


def kept(into: int, organised: float, p: Parameters) -> float:
    """Share of last month's helpers still there `into` months after the call."""
    ratio = 1.0 - organised * (1.0 - 1.0 / p.volunteer_attrition_uncoordinated_multiplier)
    if into <= round(p.mutual_aid_surge_months):
        return 1.0 - (1.0 - p.mutual_aid_surge_monthly_retention) * ratio
    return 1.0 - p.mutual_aid_group_monthly_exit * ratio


def turn_out(people: Columns, share: float, p: Parameters, luck: Luck) -> int:
    """The share of residents who help this month; returns the minutes a week they pledge.

    Those who help longest are always the same people: with a smaller share nobody new helps.
    """
    fit = people.at_home & (people.need <= 1)
    helps = np.flatnonzero(fit & luck.happens(Decision.MUTUAL_AID, people.id, 0, share))
    each = round(p.mutual_aid_hours_per_month * MINUTES_PER_HOUR / WEEKS_PER_MONTH)
    people.volunteer_minutes[helps] += each
    return int(helps.size) * each


def room_for_help(people: Columns, rows: NDArray[np.int64], p: Parameters) -> NDArray[np.int64]:
    """Minutes a week of low-level tasks that helpers could still take over: int64[rows]."""
    low_level = p.array("low_level_share", LEVELS)[people.need[rows]]
    limit = p.volunteer_substitution_limit_low_level * low_level * people.needed_minutes[rows]
    return np.floor(np.maximum(limit - people.community_minutes[rows], 0)).astype(np.int64)


def lend_a_hand(people: Columns, pledged: int, p: Parameters) -> None:
    """Pledged minutes go round people in need, as far as low-level tasks can be taken over."""
    rows = np.flatnonzero(people.needed_minutes > 0)
    room = room_for_help(people, rows, p)
    total = int(room.sum())
    if total:
        given = np.floor(room * min(1.0, pledged / total)).astype(np.int64)
        people.community_minutes[rows] += given.astype(np.int32)
