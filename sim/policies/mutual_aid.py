"""Mutual aid: a call to neighbours to help one another, with or without a paid organiser.

Cost: a full call costs `mutual_aid_call_gbp_per_head` a year; with `organiser`, what is left pays
organisers, `mutual_aid_organiser_full_gbp_per_head` for all of a place. Ramp and delay: the surge
is there in the first month. Capacity: at most `mutual_aid_participants_share` of residents, fewer
for less money. Reach: anybody fit to help; those in need of low-level help. Decay: over a third a
month for `mutual_aid_surge_months`, then `mutual_aid_group_monthly_exit`; half as fast with
organisers. Failure: most of the help is gone by the summer; when the money ends, helpers go on
leaving, the quicker for having no organiser. What is not needed stays unspent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import MONTHS_PER_YEAR, Lever

if TYPE_CHECKING:
    from sim.model import CommunityModel


class MutualAid(Lever):
    """A call for mutual aid from `start_month`, and organisers as far as the money goes."""

    lever: Literal["mutual_aid"] = "mutual_aid"
    organiser: bool = Field(
        default=True, description="what the call itself does not need pays organisers"
    )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Pay for the call and the organisers; neighbours turn out as the surge has it."""
        from sim.agents import mutual_aid  # late: reading a plan needs no numpy
        from sim.policies.purse import pay_in

        pay_in(self, community, month, pence, PLAN_LINE)
        into = month - self.start_month
        if into < 0 or self.gbp_per_head == 0:
            return
        state, p = community.plan_state(self), community.p
        # in pence a year for all of a place
        heads = community.people_of_all_ages * 100 / MONTHS_PER_YEAR
        call = self._spend(community, month, p.mutual_aid_call_gbp_per_head * heads, CALL, pence)
        whole = p.mutual_aid_organiser_full_gbp_per_head * heads
        organised = 0
        if self.organiser:
            organised = self._spend(community, month, min(whole, pence - call), ORGANISERS, pence)
        people = 100 * community.people_of_all_ages  # a share is kept as hundredths of a person
        if "helping" not in state:
            most = p.mutual_aid_call_gbp_per_head * heads
            share = p.mutual_aid_participants_share * min(call / most, 1.0)
        else:
            share = state["helping"] / people * mutual_aid.kept(into, organised / whole, p)
        state["helping"] = round(share * people)
        outside = community.outside
        outside.mutual_aid = max(outside.mutual_aid, state["helping"] / people)
        outside.mutual_aid_planned = True

    def _spend(
        self, community: CommunityModel, month: int, most: float, line: str, paid: int
    ) -> int:
        """Spend up to `most` pence on workers, in months that are paid for; returns pence."""
        from sim.money import Account
        from sim.policies.purse import spend

        pence = round(most) if paid else 0
        return spend(self, community, month, pence, Account.WORKERS, line)


PLAN_LINE = "plan: mutual aid"
CALL = "calls for mutual aid"
ORGANISERS = "organisers of mutual aid"
