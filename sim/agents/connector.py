"""Connectors: people who find the lonely and introduce them to places, if there is a free place.

Looks at loneliness, need and free places in hubs; changes caseloads, referrals and membership.
Finding need raises contacts with services first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.agents.hub import Hub, admit, places_held
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.model import CommunityModel


class Connector(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """A link worker: `caseload` people a month, which may be part of a post in a small place."""

    def __init__(self, model: CommunityModel, kind: str, caseload_per_month: float) -> None:
        super().__init__(model)
        self.kind = kind
        self.caseload_per_month = caseload_per_month
        self.referred = 0
        self.placed = 0
        self.carried_over = 0.0
        self.clients = np.zeros(0, dtype=np.uint64)

    def work(self, hubs: list[Hub], people: Columns, p: Parameters, luck: Luck, month: int) -> None:
        """One month: take on people, offer a place where one is free.

        Referrals come by need as well as loneliness; P(activity) falls as free places run out.
        """
        self.carried_over += self.caseload_per_month
        take = int(self.carried_over)
        self.carried_over -= take
        people.referred = np.maximum(people.referred.astype(np.int64) - 1, 0)
        rows = self._find(people, take, p, luck, month)
        people.referred[rows] = 12
        self.clients = people.id[rows]
        self.referred += int(rows.size)
        self.placed += self._place(hubs, people, rows, p, luck, month)

    def _find(
        self, people: Columns, take: int, p: Parameters, luck: Luck, month: int
    ) -> NDArray[np.int64]:
        """People referred this month: keyed draws weighted by loneliness and need.

        Each month chance brings a share of people to notice; the first of them in a weighted race
        are taken on. Members of a hub are not.
        """
        draw = luck.uniform(Decision.REFERRAL, people.id, month)
        noticed = (draw > 1.0 - p.referral_noticed_share) & (people.hub < 0) & people.at_home
        rows = np.flatnonzero(noticed)
        weight = np.exp(p.referral_per_z * people.z[rows] + p.referral_per_need * people.need[rows])
        score = -np.log(draw[rows]) / weight
        if 0 < take < rows.size:  # most are out of the running before anybody is put in order
            first = score <= np.partition(score, take - 1)[take - 1]
            rows, score = rows[first], score[first]
        return np.asarray(rows[np.lexsort((people.id[rows], score))][:take])

    def _place(
        self,
        hubs: list[Hub],
        people: Columns,
        rows: NDArray[np.int64],
        p: Parameters,
        luck: Luck,
        month: int,
    ) -> int:
        """Introduce each to a hub with a free place; some other activity exists outside hubs."""
        accepts = luck.happens(
            Decision.REFERRAL_RANK, people.id[rows], month, p.referral_accepts_share
        )
        placed = 0
        held = places_held(hubs, people)
        for hub in hubs:
            left = rows[accepts & (people.hub[rows] < 0) & hub.welcomes(people, p, rows)]
            free = hub.places(p) - int(held[hub.row])
            if left.size and free > 0:
                placed += int(admit(hub, people, left, free, p, luck, month).size)
        elsewhere = accepts & (people.hub[rows] < 0)
        return placed + int(
            luck.happens(
                Decision.OTHER_ACTIVITY,
                people.id[rows[elsewhere]],
                month,
                p.other_activity_free_share,
            ).sum()
        )
