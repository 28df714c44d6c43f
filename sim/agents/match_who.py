"""Who could be matched: people with a room or a need, and people who could share or help.

Looks at residents and at the matches they already have; changes nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.matches import Flags, Matches, Whole
from sim.world.bands import PENSION_AGE, Care
from sim.world.columns import Columns

YOUNG = (0, 1)  # rows of AGE_BANDS: 16 to 34


def _unmatched(people: Columns, pairs: Matches) -> Flags:
    return ~np.isin(people.id, np.concatenate([pairs.one, pairs.other]))


def could_host(people: Columns, pairs: Matches) -> Flags:
    """People of pension age with need who live alone at home: bool[n]."""
    old = people.age_months >= PENSION_AGE * 12
    alone = people.at_home & (people.household_size == 1)
    return np.asarray(old & alone & (people.need > 0) & _unmatched(people, pairs))


def could_share(people: Columns, pairs: Matches) -> Flags:
    """People under 35 without a partner or need, who might take a room: bool[n]."""
    free = people.at_home & (people.partner < 0) & (people.need == 0)
    return np.asarray(free & np.isin(people.band, YOUNG) & _unmatched(people, pairs))


def could_join(people: Columns, pairs: Matches) -> Flags:
    """Clients under pension age who live at home by themselves or with others: bool[n]."""
    kinds = (Care.HOME_CARE, Care.DIRECT_PAYMENT, Care.SUPPORTED_LIVING)
    young = people.age_months < PENSION_AGE * 12
    return np.asarray(
        young & people.at_home & np.isin(people.client, kinds) & _unmatched(people, pairs)
    )


def could_volunteer(people: Columns, pairs: Matches) -> Flags:
    """Residents at home without need, who might look out for a few neighbours: bool[n]."""
    return np.asarray(people.at_home & (people.need == 0) & _unmatched(people, pairs))


def nearest(people: Columns, members: Whole, line: Whole, most: int) -> Whole:
    """A volunteer for each of `members`, in their order: rows, cut short where nobody is left.

    Members of one neighbourhood share a volunteer of theirs, up to `most` each; `line` is the
    order in which people are asked.
    """
    found: list[int] = []
    serving: dict[int, tuple[int, int]] = {}
    asked: set[int] = set()
    for member in members.tolist():
        area = int(people.area[member])
        volunteer, number = serving.get(area, (-1, most))
        if number >= most:
            near = [row for row in line[people.area[line] == area].tolist() if row not in asked]
            if not near:
                near = [row for row in line.tolist() if row not in asked]
            if not near:
                break
            volunteer, number = near[0], 0
            asked.add(volunteer)
        serving[area] = volunteer, number + 1
        found.append(volunteer)
    return np.array(found, dtype=np.int64)


def first(pairs: Matches, number: int) -> NDArray[np.bool_]:
    """The `number` matches that have run longest: bool[matches]."""
    line = np.lexsort((pairs.one, -pairs.months))
    kept = np.zeros(len(pairs), dtype=np.bool_)
    kept[line[:number]] = True
    return kept
