"""Small groups in existing rooms, as many as money keeps up: shared by networks and interests.

Looks at hubs that a plan opened; opens new ones and marks which of them still have money. A group
is a hub without a building: it seats no more than its seats, fills by the ordinary rules, and
closes by chance, three times as often once its money has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.policies.lever import Lever
from sim.policies.purse import months_since_first, pay_in, units

if TYPE_CHECKING:
    from sim.agents.hub import Hub, HubPlan
    from sim.model import CommunityModel
    from sim.parameters import Parameters


def members_each(p: Parameters) -> int:
    """Members one small group holds: its seats over the share who come to any one session."""
    return int(p.small_group_seats / p.lunch_club_attendance_given_member)


def in_hand(
    lever: Lever,
    community: CommunityModel,
    month: int,
    pence: int,
    gbp_per_member: float,
    opening_months: int | None,
) -> tuple[float, int, int]:
    """Pay in a month's money; returns pounds a year for a group, groups it keeps up, and their age.

    The age is months since the first could open, below 0 before; `opening_months` left out is the
    evidence's.
    """
    p = community.p
    state = pay_in(lever, community, month, pence)
    a_group = gbp_per_member * members_each(p)
    affordable = units(lever, community, month, a_group)
    delay = opening_months
    if delay is None:
        delay = round(p.ramp_group_in_existing_building_months)
    return a_group, affordable, months_since_first(state, month, affordable) - delay


def prefix(lever: Lever, community: CommunityModel) -> str:
    """What the names of this plan's groups begin with."""
    number = community.plan_state(lever)["number"]
    return f"plan {lever.lever} {number} from month {lever.start_month}, {lever.where}:"


def groups_of(lever: Lever, community: CommunityModel) -> list[Hub]:
    """Every group this plan has opened, closed ones too."""
    name = prefix(lever, community)
    return [hub for hub in community.hubs if hub.plan.key.startswith(name)]


def keep_up(
    lever: Lever,
    community: CommunityModel,
    wanted: int,
    plan: Callable[[int, int, str], HubPlan],
) -> list[Hub]:
    """Open groups until `wanted` run, the money going to the first; returns those with money.

    `plan(ordinal, area, key)` is what the next group is made of. A group without money goes on
    without a lead, and its risk of closing is that of any whose grant has ended.
    """
    from sim.agents.hub import Hub

    mine = groups_of(lever, community)
    running = [hub for hub in mine if hub.open]
    missing = wanted - len(running)
    if missing > 0:
        areas = community.areas_first(lever.where, lever.neighbourhoods)
        for ordinal in range(len(mine), len(mine) + missing):
            key = f"{prefix(lever, community)} {ordinal}"
            hub = Hub(community, plan(ordinal, int(areas[ordinal % len(areas)]), key))
            community.open_hub(hub)
            running.append(hub)
    for place, hub in enumerate(running):
        hub.grant_pence = int(place < wanted)
        hub.paid_lead = hub.plan.paid_lead and place < wanted
    return running[:wanted]


def places_and_members(lever: Lever, community: CommunityModel) -> dict[str, float | str]:
    """Groups that run, the places they have and the people who belong to them."""
    from sim.agents.hub import places_held

    running = [hub for hub in groups_of(lever, community) if hub.open]
    held = places_held(community.hubs, community.world.people)
    return {
        "groups": len(running),
        "places": sum(hub.places(community.p) for hub in running),
        "members": int(sum(held[hub.row] for hub in running)),
    }
