"""Groups by invitation, as volunteering and carers' support both pay for them.

Looks at money, readiness and the groups a lever has opened; opens groups in existing rooms, buys
their places and gives the places to them. When a group has closed and its money goes on, the
organiser opens another, as long after as the first took; until then its share is not spent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.policies.lever import MONTHS_PER_YEAR, Lever

if TYPE_CHECKING:
    from sim.agents.hub import Hub
    from sim.model import CommunityModel


@dataclass(frozen=True)
class Offer:
    """What a lever pays groups for: their kind, pounds a year for a place, places in one group."""

    kind: str
    gbp_per_place: float
    places_each: float
    line: str
    share: float = 1.0  # of the lever's money
    opening_months: int | None = None
    overloaded: bool = False


def run_groups(
    lever: Lever, community: CommunityModel, month: int, pence: int, offer: Offer
) -> None:
    """One month: pay for places, open groups that are due and ready, share the places out.

    Places are paid for from the first month, when the organiser starts; people come when the group
    has opened.
    """
    from sim.agents.groups import open_group, share_places
    from sim.policies.purse import affordable, buy, price_a_month
    from sim.units import PENCE_PER_POUND

    p, state = community.p, community.plan_state(lever)
    price = price_a_month(offer.gbp_per_place)
    if "groups" not in state:
        a_month = lever.gbp_per_head * community.people_of_all_ages / MONTHS_PER_YEAR
        full = affordable(a_month * PENCE_PER_POUND * offer.share, price)
        state["groups"] = max(1, round(full / offer.places_each)) if full else 0
    if not state["groups"]:
        return
    groups = groups_of(lever, community, offer.kind)
    opened = sum(group.open for group in groups)
    waiting = sum(f"opened {row}" not in state for row in range(state["groups"]))
    wanted = affordable(pence * offer.share, price) * (opened + waiting) // state["groups"]
    places = buy(lever, community, month, wanted, price, offer.line)
    delay = offer.opening_months
    if delay is None:
        delay = round(p.ramp_group_in_existing_building_months)
    late = month - lever.start_month - delay
    if late >= 0 and pence:
        if "area 0" not in state:
            areas = community.areas_first(lever.where, lever.neighbourhoods)
            rows = range(state["groups"])
            state |= {f"area {row}": int(areas[row % len(areas)]) for row in rows}
        for row in range(state["groups"]):
            area, fixed = state[f"area {row}"], offer.opening_months is not None
            name = f"{_prefix(lever, community, offer.kind)} {row}"
            if any(group.open and group.key.startswith(f"{name}.") for group in groups):
                continue
            again = state.get(f"opened {row}", 0)
            if again and month < state.setdefault(f"due {row}", month + delay):
                continue
            if community.readiness.may_open(area, late, p, fixed):
                state[f"opened {row}"] = again + 1
                state.pop(f"due {row}", None)
                group = open_group(community, f"{name}.{again}", area, offer.kind)
                group.overloaded = offer.overloaded
                groups.append(group)
    share_places(groups, places, pence)


def groups_of(lever: Lever, community: CommunityModel, kind: str) -> list[Hub]:
    """The groups of a kind that this lever has opened, closed ones among them."""
    prefix = _prefix(lever, community, kind)
    return [hub for hub in community.hubs if hub.plan.key.startswith(prefix)]


def _prefix(lever: Lever, community: CommunityModel, kind: str) -> str:
    number = community.plan_state(lever)["number"]
    return f"plan {kind} {number} from month {lever.start_month}, {lever.where}:"
