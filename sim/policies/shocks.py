"""The shocks: one thing that happens to a place, one file.

To add a shock, write its file with a class that inherits `Shock`, then name the class in
`AnyShock` below: the registry, the file format, its messages and its schema follow from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, get_args

from pydantic import Field

from sim.policies.austerity import Austerity
from sim.policies.pandemic import Pandemic
from sim.policies.price_shock import PriceShock
from sim.policies.recruitment_shock import RecruitmentShock
from sim.policies.shock import Shock

if TYPE_CHECKING:
    from sim.model import CommunityModel

AnyShock = Annotated[
    Austerity | Pandemic | PriceShock | RecruitmentShock, Field(discriminator="kind")
]

SHOCKS: dict[str, type[Shock]] = {
    kind.model_fields["kind"].default: kind for kind in get_args(get_args(AnyShock)[0])
}


def strike(community: CommunityModel, shocks: Iterable[Shock], month: int) -> None:
    """Set this month's outside world: ordinary, but for what strikes now."""
    community.outside.as_usual()
    for shock in shocks:
        shock.act(community, month)
