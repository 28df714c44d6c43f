"""Volunteers: who gives time formally, why they start and when they stop.

Looks at age, deprivation and coordination; changes who volunteers and for how many minutes.
Volunteers follow coordination and affluence; without a coordinator they leave about twice as fast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, WEEKS_PER_MONTH
from sim.world.bands import AGE_BANDS, ETHNICITIES, LEVELS, PENSION_AGE, QUINTILES
from sim.world.columns import Columns

Floats = NDArray[np.float64]


def usual_shares(p: Parameters) -> NDArray[np.float64]:
    """Share of people without disability who volunteer: float64[band, quintile, ethnic group]."""
    return np.asarray(
        p.array("volunteering", AGE_BANDS)[:, None, None]
        * p.array("volunteering_ratio", QUINTILES)[:, None]
        * p.array("volunteering_ratio", ETHNICITIES)
    )


def usual_share(
    people: Columns, p: Parameters, rows: NDArray[np.int64] | slice = slice(None)
) -> NDArray[np.float64]:
    """Share who volunteer formally in a month, of everybody or some: float64[rows]."""
    return np.asarray(
        usual_shares(p)[people.band[rows], people.quintile[rows], people.ethnicity[rows]]
        * np.where(people.disabled[rows], p.volunteering_ratio_disabled, 1.0)
        * people.at_home[rows]
    )


def start_volunteers(people: Columns, p: Parameters, luck: Luck) -> None:
    """Who volunteers when the record opens."""
    people.volunteers = luck.happens(Decision.VOLUNTEER_START, people.id, 0, usual_share(people, p))
    _set_minutes(people, p)


def come_and_go(
    people: Columns,
    led: NDArray[np.bool_],
    p: Parameters,
    luck: Luck,
    month: int,
    overloaded: NDArray[np.bool_] | None = None,
    carrying: NDArray[np.bool_] | None = None,
) -> None:
    """One month: some stop, sooner where nobody coordinates; others start, so the share holds.

    `led` says for each hub row (and, last, for elsewhere) whether a paid lead coordinates;
    `overloaded` for each neighbourhood whether more is asked than those who stepped in pledged;
    `carrying` for each hub row (and elsewhere) whether volunteers do a departed lead's work too.
    Uncoordinated or overloaded they leave twice as fast, both at once twice again.
    """
    ids, attrition = people.id, p.volunteer_monthly_attrition
    rows = np.flatnonzero(people.volunteers)
    loose = (people.hub_volunteer[rows] >= 0) & ~led[people.hub_volunteer[rows]]
    twice = p.volunteer_attrition_uncoordinated_multiplier
    alone = people.stepped_in[rows]
    ratio = np.where(loose | alone, twice, 1.0)
    if overloaded is not None and alone.any():
        ratio = ratio * np.where(alone & overloaded[people.area[rows]], twice, 1.0)
    if carrying is not None and carrying.any():
        ratio = ratio * np.where(loose & carrying[people.hub_volunteer[rows]], twice, 1.0)
    stops = luck.happens(Decision.VOLUNTEER_LEAVE, ids[rows], month, attrition * ratio)
    # Nobody starts who would not if theirs were the keenest group of all.
    most = usual_shares(p).max() * max(p.volunteering_ratio_disabled, 1.0)
    might = luck.hit(Decision.VOLUNTEER, ids, month, _starting(most, attrition))
    might = might[~people.volunteers[might]]
    chance = _starting(usual_share(people, p, might), attrition)
    starts = might[luck.happens(Decision.VOLUNTEER, ids[might], month, chance)]
    people.volunteers[rows[stops | ~people.at_home[rows]]] = False
    people.volunteers[starts] = True
    went = np.flatnonzero(people.stepped_in)
    people.stepped_in[went[~people.volunteers[went]]] = False
    placed = np.flatnonzero(people.hub_volunteer >= 0)
    people.hub_volunteer[placed[~people.volunteers[placed]]] = -1
    _set_minutes(people, p)


def _starting(share: Floats | np.floating, attrition: float) -> Floats:
    """Monthly chance to start that keeps a share where it is: as many start as stop."""
    share = np.minimum(share, 1.0 - 1.0 / 100)
    return np.asarray(attrition * share / (1.0 - share))


def recruit(
    people: Columns, hub_row: int, area: int, wanted: int, p: Parameters, luck: Luck, month: int
) -> None:
    """A hub finds volunteers near by, members first; each placement is a purpose of their own."""
    have = int((people.hub_volunteer == hub_row).sum())
    if have >= wanted:
        return
    member = people.hub == hub_row
    near = member | (people.area == area)
    fit = near & people.at_home & (people.need <= 1) & (people.hub_volunteer < 0)
    rows = np.flatnonzero(fit)
    rows = rows[
        luck.happens(Decision.HUB_VOLUNTEER, people.id[rows], month, p.hub_volunteer_asked_says_yes)
    ]
    order = luck.bits(Decision.HUB_VOLUNTEER, people.id[rows], -month)
    chosen = rows[np.lexsort((people.id[rows], order, ~member[rows]))][: wanted - have]
    people.hub_volunteer[chosen] = hub_row
    people.volunteers[chosen] = True
    _set_minutes(people, p)


def _set_minutes(people: Columns, p: Parameters) -> None:
    minutes = round(p.volunteer_hours_per_month * MINUTES_PER_HOUR / WEEKS_PER_MONTH)
    people.volunteer_minutes = people.volunteers * np.int32(minutes)


def help_at_home(people: Columns, p: Parameters) -> None:
    """Volunteers' help with low-level tasks at home, added to what hub companions give.

    People get the account's share by age and level while volunteers' pledged time lasts; with
    fewer volunteers everybody gets less, and no minute is given that nobody pledged.
    """
    rows = np.flatnonzero(people.needed_minutes > 0)
    older = (people.age_months[rows] >= PENSION_AGE * 12).astype(np.int64)
    table = np.stack([p.array(f"volunteer_help_{group}", LEVELS) for group in ("18_64", "65plus")])
    wanted = table[older, people.need[rows]] * people.needed_minutes[rows]
    usual = people.volunteer_minutes.astype(np.int64)
    usual[people.stepped_in] = 0  # their time is pledged where they live
    pledged = float(usual.sum()) * p.volunteer_care_share
    total = float(np.rint(wanted * 100).sum()) / 100
    share = min(1.0, pledged / total) if total > 0 else 0.0
    low_level = p.array("low_level_share", LEVELS)[people.need[rows]]
    limit = p.volunteer_substitution_limit_low_level * low_level * people.needed_minutes[rows]
    room = np.floor(np.maximum(limit - people.community_minutes[rows], 0)).astype(np.int64)
    given = np.floor(wanted * share).astype(np.int64)
    people.community_minutes[rows] += np.minimum(given, room).astype(np.int32)
