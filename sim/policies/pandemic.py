"""A pandemic: people meet far less, meeting places shut, requests for help wait, neighbours help.

Settings left out are taken from the evidence: `pandemic_contact_fall_lockdown` for
`pandemic_lockdown_months`, then `pandemic_contact_fall_eased`; `pandemic_requests_delayed`;
`mutual_aid_participants_share`, which decays by `mutual_aid_surge_monthly_retention` for
`mutual_aid_surge_months` and then by `mutual_aid_group_monthly_exit`. Deaths of the disease and
changes in hospital use are left out. It sets the month's outside world, and pays its organiser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import MONTHS_PER_YEAR, MOST_GBP_PER_HEAD, Payer
from sim.policies.shock import Duration, Passing, Share

if TYPE_CHECKING:
    from sim.model import CommunityModel
    from sim.parameters import Parameters


class Pandemic(Passing):
    """A pandemic of so many months; mutual aid fades more slowly with a paid organiser."""

    kind: Literal["pandemic"] = "pandemic"
    months: Duration = Field(default=MONTHS_PER_YEAR, description="how many months it lasts")
    lockdown_months: Duration | None = Field(
        default=None, description="months of lockdown at its start; left out: the evidence"
    )
    contact_fall: Share | None = Field(
        default=None, description="fall of contact in lockdown; left out: the evidence"
    )
    contact_fall_eased: Share | None = Field(
        default=None, description="fall of contact after lockdown; left out: the evidence"
    )
    hubs_shut: bool = Field(default=True, description="meeting places shut while it lasts")
    requests_delayed: Share | None = Field(
        default=None, description="share of requests for care put off; left out: the evidence"
    )
    mutual_aid: bool = Field(default=True, description="neighbours turn out to help")
    organiser_gbp_per_head: float = Field(
        default=0,
        ge=0,
        le=MOST_GBP_PER_HEAD,
        description="pounds a year per resident for paid organisers of mutual aid, from its start",
    )
    organiser_payer: Payer = Field(default="council", description="who pays the organisers")

    def act(self, community: CommunityModel, month: int) -> None:
        """Set what the pandemic does this month; mutual aid lives on after it."""
        into = month - self.start_month
        if into < 0:
            return
        p, outside = community.p, community.outside
        if self.lasts(month):
            outside.contact *= 1.0 - self._fall(into, p)
            outside.hubs_open = outside.hubs_open and not self.hubs_shut
            delayed = self.requests_delayed
            delayed = p.pandemic_requests_delayed if delayed is None else delayed
            outside.need_delay = 1.0 - (1.0 - outside.need_delay) * (1.0 - delayed)
        if self.mutual_aid:
            outside.mutual_aid = max(outside.mutual_aid, self.helping(into, p))
        self._pay(community, month)

    def _fall(self, into: int, p: Parameters) -> float:
        lockdown = self.lockdown_months or round(p.pandemic_lockdown_months)
        if into < lockdown:
            fall = self.contact_fall
            return p.pandemic_contact_fall_lockdown if fall is None else fall
        fall = self.contact_fall_eased
        return p.pandemic_contact_fall_eased if fall is None else fall

    def helping(self, into: int, p: Parameters) -> float:
        """Share of residents in mutual aid `into` months: a surge that decays.

        Organisers, as far as the money for them goes, bring down the chance of leaving to that of
        coordinated volunteers.
        """
        from sim.agents import mutual_aid  # late: reading a plan needs no numpy

        organised = min(self.organiser_gbp_per_head / p.mutual_aid_organiser_full_gbp_per_head, 1.0)
        return mutual_aid.surge(into, organised, p)

    def _pay(self, community: CommunityModel, month: int) -> None:
        if self.organiser_gbp_per_head == 0:
            return
        from sim.agents.calendar import post_plan  # late: reading a plan needs no numpy
        from sim.money import Account
        from sim.units import PENCE_PER_POUND

        people = community.people_of_all_ages
        a_month = self.organiser_gbp_per_head * people * PENCE_PER_POUND / MONTHS_PER_YEAR
        into = month - self.start_month  # running totals are rounded once, to the penny
        pence = round(a_month * (into + 1)) - round(a_month * into)
        payer = self.organiser_payer
        post_plan(community.ledger, month + 1, payer, Account.WORKERS, pence, PLAN_LINE)
        if payer == "council":
            community.council.plan_pence += pence


PLAN_LINE = "plan: organisers of mutual aid"
