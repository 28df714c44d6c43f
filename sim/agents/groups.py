"""Groups by invitation: teams of placed volunteers and carers' groups, in existing rooms.

Looks at who could take part and whom an organiser finds; changes who belongs to a group and, in a
team, who volunteers. A group is a hub nobody walks into: it meets, warms ties, loses its grant and
closes as hubs do, and so acts on people by the same routes and no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.hub import Hub, HubPlan, admit
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.model import CommunityModel

Rows = NDArray[np.int64]
TEAM, CARERS = "volunteers", "carers"


def open_group(community: CommunityModel, key: str, area: int, kind: str) -> Hub:
    """Open an empty group of a kind in a neighbourhood; it has no places until it is given some."""
    plan = HubPlan(key=key, area=area, seats=0, paid_lead=True, funded=True, group=kind)
    group = Hub(community, plan)
    community.open_hub(group)
    return group


def share_places(groups: list[Hub], places: int, pence: int) -> None:
    """Spread this month's places evenly over the groups that are open, the first ones first.

    With the money gone the paid organiser goes too, and a group keeps the places it had.
    """
    opened = [group for group in groups if group.open]
    for row, group in enumerate(opened):
        each, more = divmod(places, len(opened))
        group.paid_lead = places > 0
        group.grant_pence = pence
        if places > 0:
            group.seats = each + (row < more)


def keep_in_step(hubs: list[Hub], people: Columns) -> None:
    """Whoever stops volunteering leaves the team, and whoever stops caring the carers' group.

    Where places were taken away, the last seats fall empty.
    """
    for group in hubs:
        if not group.plan.group:
            continue
        here = np.flatnonzero(people.hub == group.row)
        stays = people.hub_seat[here] < group.seats
        if group.plan.group == TEAM:
            stays &= people.hub_volunteer[here] == group.row
        else:
            stays &= people.carer[here]
        gone = here[~stays]
        people.hub[gone] = -1
        people.hub_months[gone] = 0
        placed = np.flatnonzero(people.hub_volunteer == group.row)
        people.hub_volunteer[placed[people.hub[placed] != group.row]] = -1


def fill_groups(model: Any) -> None:
    """One month of asking: an organiser who is paid fills the places that are free.

    Who says yes hangs on how near the group is and on the neighbourhood's readiness, which follows
    affluence unless money changes it.
    """
    for group in model.hubs:
        if not (group.plan.group and group.open and group.paid_lead and model.outside.hubs_open):
            continue
        people, p = model.world.people, model.p
        free = group.seats - int((people.hub == group.row).sum())
        if free <= 0:
            continue
        near = model.nearness[group.row] * model.readiness.level
        find = _volunteers if group.plan.group == TEAM else _carers
        chosen = find(people, near, p, model.luck, model.month)[:free]
        admit(group, people, chosen, chosen.size, p, model.luck, model.month)
        if group.plan.group == TEAM:
            people.hub_volunteer[chosen] = group.row
            people.volunteers[chosen] = True


def _volunteers(
    people: Columns, near: NDArray[np.float64], p: Parameters, luck: Luck, month: int
) -> Rows:
    """People outside eligibility who do not volunteer and say yes, the loneliest sought first."""
    fit = people.at_home & ~people.volunteers & (people.hub < 0)
    fit &= (people.client == 0) & (people.waiting == 0) & (people.need <= 1)
    rows = np.flatnonzero(fit)
    chance = p.hub_volunteer_asked_says_yes * near[people.area[rows]]
    rows = rows[luck.happens(Decision.PLACEMENT, people.id[rows], month, chance)]
    weight = np.exp(p.referral_per_z * people.z[rows].astype(np.float64))
    score = luck.exponential(Decision.PLACEMENT_RANK, people.id[rows], month) / weight
    return np.asarray(rows[np.lexsort((people.id[rows], score))])


def _carers(
    people: Columns, near: NDArray[np.float64], p: Parameters, luck: Luck, month: int
) -> Rows:
    """Carers who say yes, the most strained first."""
    rows = np.flatnonzero(people.carer & people.at_home & (people.hub < 0))
    chance = p.carers_group_asked_says_yes * near[people.area[rows]]
    rows = rows[luck.happens(Decision.CARERS_GROUP, people.id[rows], month, chance)]
    tie = luck.uniform(Decision.CARERS_GROUP_RANK, people.id[rows], month)
    return np.asarray(rows[np.lexsort((people.id[rows], tie, -people.strain[rows]))])
