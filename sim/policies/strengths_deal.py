"""A strengths-based deal: conversations when care begins or is reviewed, and more reablement.

Cost: strengths_conversation_gbp a conversation, cost_reablement_episode an episode. Ramp: the
money's own; the reablement team must first be staffed. Capacity: whole conversations with people
just assessed or reviewed; so many more offers of reablement as the money pays episodes. Reach:
people with care by the hour, and people who ask for help. What a conversation can do: leave out of
the package what neighbours and companions already give (`reviews.resize`), and introduce the
person where a place is free; without places to go to it finds little. A community fund is a
[[invest]] block of hubs in existing rooms. Decay: a package is as before at the first review
without a conversation; offers fall back at once. Failure: no free place, no staff, or packages
cut for help that later goes. The fall in packages is counted (`packages_before` and
`packages_after` of the plan's state), never set, but for the what-if deal_forced_package_change.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import Lever

if TYPE_CHECKING:
    from sim.model import CommunityModel

OFFERS = (
    "reablement_offered_if_new",
    "reablement_offered_if_entitled",
    "reablement_of_clients_from_hospital",
)


class StrengthsDeal(Lever):
    """Conversations that look first at what people can do, and reablement before care."""

    lever: Literal["strengths_deal"] = "strengths_deal"
    share_to_conversations: float = Field(
        default=1 / 2, ge=0, le=1, description="share paying for time to talk"
    )
    share_to_reablement: float = Field(
        default=1 / 2, ge=0, le=1, description="share paying for reablement"
    )

    def contradictions(self) -> Iterator[str]:
        """Yield a sentence for each pair of settings that cannot both be meant."""
        yield from super().contradictions()
        total = self.share_to_conversations + self.share_to_reablement
        if not math.isclose(total, 1):
            yield (
                f"share_to_conversations and share_to_reablement sum to {total:g}, not 1. "
                "Every pound goes to one or the other"
            )
        if self.where != "evenly":
            yield (
                f'where = "{self.where}": conversations follow requests and reviews. '
                'Write where = "evenly" or remove it'
            )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Money buys time to talk and episodes of reablement; what it cannot buy is held."""
        from sim.policies import purse

        state = community.plan_state(self)
        if not (pence or state.get("held", 0)):
            return
        purse.pay_in(self, community, month, pence, PLAN_LINE)
        talk = round(pence * self.share_to_conversations)
        self._reable(community, month, pence - talk)
        state["to_talk"] = state.get("to_talk", 0) + talk
        if pence:
            self._talk(community, month)

    def _talk(self, community: CommunityModel, month: int) -> None:
        """As many people as there is time for, of those just assessed or reviewed."""
        import numpy as np

        from sim.agents import reviews
        from sim.money import Account
        from sim.policies import purse
        from sim.units import PENCE_PER_POUND

        state, p, luck = community.plan_state(self), community.p, community.luck
        people = community.world.people
        each = round(p.strengths_conversation_gbp * PENCE_PER_POUND)
        able = max(state["to_talk"], 0) // each
        rows = reviews.just_seen(people, reviews.BY_THE_HOUR, luck, month)[:able]
        before = int(people.package[rows].astype(np.int64).sum())
        reviews.resize(people, rows, p)
        after = int(people.package[rows].astype(np.int64).sum())
        joined = reviews.introduce(community.hubs, people, rows, p, luck, community.month)
        people.reached[rows] = True
        state["to_talk"] -= int(rows.size) * each
        for name, number in (
            ("conversations", int(rows.size)),
            ("joined", joined),
            ("packages_before", before),
            ("packages_after", after),
        ):
            state[name] = state.get(name, 0) + number
        line = "strengths deal: conversations"
        purse.spend(self, community, month, int(rows.size) * each, Account.WORKERS, line)

    def _reable(self, community: CommunityModel, month: int, pence: int) -> None:
        """Offer reablement more often by the episodes the money pays; pay for those that began.

        Last month's offers over the usual are paid to the council, whose bill they are on.
        """
        from sim.agents import reablement
        from sim.money import Account
        from sim.policies import purse
        from sim.units import PENCE_PER_POUND, minutes

        state, p, terms = community.plan_state(self), community.p, community.terms
        episode = p.cost_reablement_episode * PENCE_PER_POUND
        week = int(minutes(p.reablement_hours_week))
        usual = community.market.reablement_minutes / week / reablement.mean_months(p)
        began = community.funnel.reablement_began * state.get("offers_beyond_usual", 0)
        due = round(began * episode / (100 * 100))
        line = "strengths deal: reablement"
        due = min(due, state["held"] - state.get("to_talk", 0))
        paid = purse.spend(self, community, month, due, Account.COUNCIL, line)
        community.council.extra_pence += paid
        state["reablement_paid"] = state.get("reablement_paid", 0) + paid
        more = pence / episode / max(usual, 1.0)
        if more > 0.0:
            terms.raise_often(OFFERS, more)
            terms.reablement_minutes += round(pence / episode * reablement.mean_months(p) * week)
        state["offers_beyond_usual"] = round(more / (1.0 + more) * 100 * 100)


PLAN_LINE = "plan: strengths deal"
