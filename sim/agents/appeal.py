"""Appeals: volunteers called for without a coordinator, who help near where they live.

Looks at who could volunteer, at readiness and at need left at home; changes who has stepped in and
the help people get. Nobody matches helpers to need: those who step in live where people have time,
and where the need near by is more than they pledged they are overloaded and leave sooner.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.mutual_aid import room_for_help
from sim.luck import Decision
from sim.parameters import Parameters
from sim.world.columns import Columns


def step_in(model: Any) -> None:
    """One month of an appeal that pays for `model.appeal_places` new volunteers; or nothing."""
    people, p, luck, month = model.world.people, model.p, model.luck, model.month
    wanted = model.appeal_places
    if wanted <= 0:
        return
    fit = people.at_home & ~people.volunteers & (people.need <= 1) & (people.hub < 0)
    rows = np.flatnonzero(fit)
    chance = p.hub_volunteer_asked_says_yes * model.readiness.level[people.area[rows]]
    rows = rows[luck.happens(Decision.APPEAL, people.id[rows], month, chance)]
    order = luck.bits(Decision.APPEAL_RANK, people.id[rows], month)
    chosen = rows[np.lexsort((people.id[rows], order))][:wanted]
    people.stepped_in[chosen] = True
    people.volunteers[chosen] = True
    people.reached[chosen] = True


def help_near(people: Columns, areas: int, p: Parameters) -> NDArray[np.bool_]:
    """Those who stepped in help with low-level tasks in their own neighbourhood.

    Returns bool[areas]: where the help asked for is more than the time pledged.
    """
    helpers = np.flatnonzero(people.stepped_in)
    over = np.zeros(areas, dtype=np.bool_)
    if helpers.size == 0:
        return over
    minutes = people.volunteer_minutes[helpers].astype(np.int64)
    pledged = np.bincount(people.area[helpers], weights=minutes, minlength=areas)
    pledged = np.floor(pledged * p.appeal_care_share)
    rows = np.flatnonzero(people.needed_minutes > 0)
    room = room_for_help(people, rows, p)
    asked = np.bincount(people.area[rows], weights=room, minlength=areas)
    share = np.minimum(pledged / np.maximum(asked, 1), 1.0)
    given = np.floor(room * share[people.area[rows]]).astype(np.int64)
    people.community_minutes[rows] += given.astype(np.int32)
    people.reached[rows[given > 0]] = True
    return np.asarray(asked > pledged)
