"""For whom something is: everyone, or groups of age, sex or ethnicity, in the words of outcomes.

Looks at the words for groups; changes nothing. A person belongs when, for each kind of group that
is named, theirs is among those named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import did_you_mean
from sim.outcomes import GROUPS

if TYPE_CHECKING:
    from sim.agents.hub import HubPlan

EVERYONE = "everyone"
AUDIENCES: tuple[str, ...] = (
    EVERYONE,
    *(key for key in GROUPS if key.startswith(("age_", "ethnicity_")) or key in ("female", "male")),
)


def groups_exist(groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the groups as they are; raise ValueError with a plain sentence if they cannot be."""
    if not groups:
        raise ValueError('nobody is named. Write ["everyone"] or the groups it is for')
    for group in groups:
        if group not in AUDIENCES:
            hint = did_you_mean(group[:100], AUDIENCES) or f" Known: {', '.join(AUDIENCES)}."
            raise ValueError(f'"{group}" is no such group.{hint}')
    if EVERYONE in groups and len(groups) > 1:
        raise ValueError('"everyone" stands alone. Remove it, or remove the other groups')
    if len(set(groups)) < len(groups):
        raise ValueError("the same group is named twice")
    return groups


def set_audience(plan: HubPlan, for_whom: tuple[str, ...]) -> HubPlan:
    """Write who a hub is for into its plan, as rows of the tables of groups."""
    from sim.world.bands import AGE_BANDS, ETHNICITIES, SEXES

    groups = [each for each in for_whom if each != EVERYONE]
    plan.ethnicities = tuple(
        row for row, name in enumerate(ETHNICITIES) if f"ethnicity_{name}" in groups
    )
    plan.bands = tuple(
        row
        for row, name in enumerate(AGE_BANDS)
        if any(
            name in group or (group == "age_75_plus" and name in ("75_84", "85_plus"))
            for group in groups
            if group.startswith("age_")
        )
    )
    plan.sexes = tuple(row for row, name in enumerate(SEXES) if name in groups)
    return plan
