"""The plain way: a Mesa model with one Python object per person and stored lists of neighbours.

The same equation of loneliness as `sim.agents.feelings.feel`, on the same ties with the same
chance events, written as most agent-based models are. It is here to be compared with, no more.
"""

from __future__ import annotations

import math
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.agents.feelings import FEELING_LIMIT
from sim.model import CommunityModel
from sim.world.bands import QUINTILES, Sex
from sim.world.ties import FULL, EdgeList


class PlainResident(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """One person who knows their friends, relatives and neighbours by name."""

    partner: PlainResident | None
    z: float

    def __init__(self, model: PlainModel, facts: dict[str, Any]) -> None:
        super().__init__(model)
        self.__dict__.update(facts)
        self.partner = None
        self.next_z = self.z
        self.friends: list[tuple[PlainResident, float]] = []
        self.friends_outside: list[float] = []
        self.kin: list[tuple[PlainResident | None, float]] = []
        self.neighbours: list[PlainResident] = []

    def feel(self) -> None:
        """One month of feelings, from everybody's old state."""
        p: Any = self.model.p
        close = shared = 0.0
        for friend, strength in self.friends:
            close += strength
            shared += strength * friend.z
        for strength in self.friends_outside:
            close += strength
        with_partner = self.partner is not None and self.partner.household == self.household
        sharing = self.household_size > 1 and self.at_home and not with_partner
        kin = p.kin_strength * self.kin_outside
        for relative, strength in self.kin:
            if relative is None or relative.household != self.household:
                kin += strength
        connection = p.connection_friend * close + p.connection_kin * kin
        connection += p.connection_neighbour * len(self.neighbours)
        company = p.company_friend * close + p.company_kin * kin
        company += p.company_hub * (self.hub_hours + self.activity_hours) + self.alongside_hours
        company += p.company_neighbour * len(self.neighbours)
        if with_partner:
            connection += p.connection_partner
            company += p.company_partner
        elif sharing:
            connection += p.connection_sharing
            company += p.company_sharing
        if not self.at_home:
            connection += p.connection_care_home
            company += p.company_care_home
        if self.partner is not None:
            shared += self.partner.z
            close += 1.0
        wanted = (
            p.feeling_disposition * self.disposition
            + self.model.age_effect[self.age_months // 12]
            + p.feeling_female * (0.5 if self.sex == Sex.FEMALE else -0.5)
            + p.feeling_disabled * self.disabled
            + p.feeling_bereaved * self.bereavement
            + p.feeling_connection * math.exp(-connection)
            + p.feeling_company * math.exp(-company / p.company_half_hours)
            + p.feeling_contagion * shared / (1.0 + close)
            + p.feeling_caring * self.strain
            - p.feeling_volunteering * self.volunteers
        )
        z = self.z + p.feeling_speed * (wanted - self.z) + p.feeling_noise * self.noise
        if self.event_draw < self.event_chance:
            z += p.bad_event_size * self.event_size
        self.next_z = min(max(z, -FEELING_LIMIT), FEELING_LIMIT)
        self.bereavement *= self.model.grief_kept

    def settle(self) -> None:
        """The new state becomes the old, so that the order of people never matters."""
        self.z = self.next_z


COPIED = (
    "z",
    "age_months",
    "sex",
    "disposition",
    "disabled",
    "bereavement",
    "strain",
    "volunteers",
    "at_home",
    "household",
    "household_size",
    "kin_outside",
    "hub_hours",
    "activity_hours",
    "alongside_hours",
)


class PlainModel(mesa.Model):  # type: ignore[misc]
    """The people and ties of a community, as objects."""

    def __init__(self, community: CommunityModel, draws: dict[str, NDArray[np.float64]]) -> None:
        super().__init__(rng=1)
        self.p = community.p
        self.age_effect = community.age_effect.tolist()
        self.grief_kept = 2.0 ** (-1.0 / self.p.bereavement_half_life_months)
        people, ties = community.world.people, community.world.ties
        facts = {name: getattr(people, name).tolist() for name in COPIED}
        facts |= {name: values.tolist() for name, values in draws.items()}
        chance = self.p.array("bad_event", QUINTILES)[people.quintile]
        facts["event_chance"] = chance.tolist()
        lines = zip(*facts.values(), strict=True)
        self.people = [PlainResident(self, dict(zip(facts, line, strict=True))) for line in lines]
        for row, mate in enumerate(people.partner.tolist()):
            self.people[row].partner = self.people[mate] if mate >= 0 else None
        for layer in (ties.friends, ties.companions):
            self._befriend(layer)
        for a, b, strength in _ends(ties.kin):
            self.people[a].kin.append((self.people[b] if b >= 0 else None, strength))
            if b >= 0:
                self.people[b].kin.append((self.people[a], strength))
        for a, b, _ in _ends(ties.neighbours):
            self.people[a].neighbours.append(self.people[b])
            self.people[b].neighbours.append(self.people[a])

    def _befriend(self, layer: EdgeList) -> None:
        for a, b, strength in _ends(layer):
            if b < 0:
                self.people[a].friends_outside.append(strength)
            else:
                self.people[a].friends.append((self.people[b], strength))
                self.people[b].friends.append((self.people[a], strength))


def _ends(layer: EdgeList) -> list[tuple[int, int, float]]:
    strength = (layer.strength / FULL).tolist()
    return list(zip(layer.a.tolist(), layer.b.tolist(), strength, strict=True))
