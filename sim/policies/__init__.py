"""The levers: one thing money can do, one file.

To add a lever, write its file with a class that inherits `Lever`, then name the class in
`AnyLever` below: the registry, the file format, its messages and its schema follow from there.
"""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from sim.policies.befriending import Befriending
from sim.policies.capacity import Capacity
from sim.policies.carers_support import CarersSupport
from sim.policies.community_care import CommunityCare
from sim.policies.community_transport import CommunityTransport
from sim.policies.connectors import Connectors
from sim.policies.coproduction import Coproduction
from sim.policies.digital import Digital
from sim.policies.fair_pay import FairPay
from sim.policies.formal_services import FormalServices
from sim.policies.hubs import Hubs
from sim.policies.interests import Interests
from sim.policies.intergenerational import Intergenerational
from sim.policies.lever import Lever, Payer, Where
from sim.policies.mutual_aid import MutualAid
from sim.policies.neighbourhood_networks import NeighbourhoodNetworks
from sim.policies.personal_budgets import PersonalBudgets
from sim.policies.shared_living import SharedLiving
from sim.policies.strengths_deal import StrengthsDeal
from sim.policies.volunteering import Volunteering

AnyLever = Annotated[
    Befriending
    | Capacity
    | CarersSupport
    | CommunityCare
    | CommunityTransport
    | Connectors
    | Coproduction
    | Digital
    | FairPay
    | FormalServices
    | Hubs
    | Interests
    | Intergenerational
    | MutualAid
    | NeighbourhoodNetworks
    | PersonalBudgets
    | SharedLiving
    | StrengthsDeal
    | Volunteering,
    Field(discriminator="lever"),
]

LEVERS: dict[str, type[Lever]] = {
    kind.model_fields["lever"].default: kind for kind in get_args(get_args(AnyLever)[0])
}

__all__ = [
    "LEVERS",
    "AnyLever",
    "Befriending",
    "Capacity",
    "CarersSupport",
    "CommunityCare",
    "CommunityTransport",
    "Connectors",
    "Coproduction",
    "Digital",
    "FairPay",
    "FormalServices",
    "Hubs",
    "Interests",
    "Intergenerational",
    "Lever",
    "MutualAid",
    "NeighbourhoodNetworks",
    "Payer",
    "PersonalBudgets",
    "SharedLiving",
    "StrengthsDeal",
    "Volunteering",
    "Where",
]
