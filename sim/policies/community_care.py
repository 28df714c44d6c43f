"""Community care: co-ops and community businesses grow to a share of home care.

Cost: care_coop_place_gbp for each client more that a business is made able to take, and the price
premium (coop_premium_per_hour_ratio) on every council hour they give. Ramp: to `first_share` of
home care, then after `then_after_months` to `then_share`. Delay: clients change hands only as new
packages are placed, and a business must first find staff. Capacity: whole clients' places, and a
new business for each clients_per_home_care_agency. Reach: home care clients. Their staff stay
longer (coop_turnover_ratio) and more have secure hours (zero_hours_share_community_business),
most of them women as in all care. Decay: without money growth stops and the premium is not paid.
Failure: a business whose dearer care is paid at the ordinary fee is under cost, hands packages
back and may close. Changes the market through its own rules; touches nobody's care directly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import Lever, Months

if TYPE_CHECKING:
    from sim.agents.service import Service
    from sim.model import CommunityModel


class CommunityCare(Lever):
    """Community businesses and co-ops in home care, helped to grow and paid their price."""

    lever: Literal["community_care"] = "community_care"
    first_share: float = Field(
        gt=0, le=1, description="share of home care hours to reach first, such as 0.1"
    )
    then_share: float | None = Field(
        default=None, gt=0, le=1, description="share to reach later; left out: no more"
    )
    then_after_months: Months = Field(
        default=0, description="months from start_month until then_share is sought"
    )

    def contradictions(self) -> Iterator[str]:
        """Yield a sentence for each pair of settings that cannot both be meant."""
        yield from super().contradictions()
        if self.then_share is not None and self.then_share < self.first_share:
            yield (
                f"then_share = {self.then_share:g} is less than first_share = "
                f"{self.first_share:g}. Growth goes one way: write a larger then_share"
            )
        if self.then_share is None and self.then_after_months:
            yield (
                f"then_after_months = {self.then_after_months}, but no then_share. "
                "Write then_share or remove then_after_months"
            )
        if self.where != "evenly":
            yield (
                f'where = "{self.where}": paid care follows need, not neighbourhoods. '
                'Write where = "evenly" or remove it'
            )

    def share_sought(self, month: int) -> float:
        """Share of home care hours that community businesses should reach by now."""
        later = month >= self.start_month + self.then_after_months
        if self.then_share is not None and later:
            return self.then_share
        return self.first_share

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Pay the premium, then buy businesses room to grow; what is left is held."""
        from sim.policies import purse

        state = community.plan_state(self)
        if not (pence or state.get("began", 0)):
            return
        purse.pay_in(self, community, month, pence, PLAN_LINE)
        there = self._supported(community)
        self._pay_premium(community, month, there)
        self._grow(community, month, there, bool(pence))
        community.terms.business_places += state["bought"]

    def _supported(self, community: CommunityModel) -> list[Service]:
        """Community businesses, each made to pay and cost what co-ops do when first supported."""
        from sim.agents.employers import Employer

        there = community.market.of(Employer.COMMUNITY_BUSINESS)
        for each in there:
            if not each.supported:
                each.supported = True
                each.price_ratio *= community.p.coop_premium_per_hour_ratio
        return there

    def _pay_premium(self, community: CommunityModel, month: int, there: list[Service]) -> None:
        """The council's hours by supported businesses cost more, and the plan pays the more."""
        import numpy as np

        from sim.agents import books
        from sim.money import Account
        from sim.policies import purse
        from sim.world.bands import Care

        people, more = community.world.people, community.p.coop_premium_per_hour_ratio - 1.0
        theirs = np.isin(people.provider, [each.row for each in there])
        theirs &= people.client == Care.HOME_CARE
        minutes = int(people.formal_minutes[theirs].astype(np.int64).sum())
        hour = books.fees_now(community.council, community.p).home_care_hour
        due = round(books.pay_for(minutes, hour) * more)
        line = "community care: price premium"
        paid = purse.spend(self, community, month, due, Account.PROVIDERS, line)
        # A month in which nothing is due still tells a business what its next client would bring:
        # the higher price only while there is money in hand for it.
        share = paid / due if due else float(community.plan_state(self)["held"] > 0)
        for each in there:
            each.fee_ratio = 1.0 + more * share
        people.reached[theirs] = True

    def _grow(
        self, community: CommunityModel, month: int, there: list[Service], funded: bool
    ) -> None:
        """Room for whole clients more, while the share sought is not reached."""
        import numpy as np

        from sim.agents.employers import HOME_CARE, Employer
        from sim.agents.placing import business_places
        from sim.agents.providers import open_provider
        from sim.money import Account
        from sim.policies import purse
        from sim.units import PENCE_PER_POUND

        state, p, market = community.plan_state(self), community.p, community.market
        people = community.world.people
        served = int(np.isin(people.provider, [each.row for each in there]).sum())
        state |= {"began": 1, "bought": state.get("bought", 0)}
        all_minutes = sum(each.commissioned_minutes for each in market.of(*HOME_CARE))
        ours = sum(each.commissioned_minutes for each in there)
        short = funded and ours < self.share_sought(month) * all_minutes
        for each in there:
            each.staffed_for_minutes = 0
        if short:
            everyone = np.isin(people.provider, [each.row for each in market.of(*HOME_CARE)])
            wanted = round(self.share_sought(month) * int(everyone.sum()))
            place = round(p.care_coop_place_gbp * PENCE_PER_POUND)
            places = business_places(market, people, p) + state["bought"]
            more = min(max(wanted - places, 0), max(state["held"], 0) // place)
            line = "community care: businesses grow"
            purse.spend(self, community, month, more * place, Account.PROVIDERS, line)
            state["bought"] += more
            if places + more > (len(there) * p.clients_per_home_care_agency):
                open_provider(community, market, Employer.COMMUNITY_BUSINESS)
            if served < places + more:
                community.terms.business_growth = 1.0
            client = all_minutes / max(int(everyone.sum()), 1)
            for each in there:  # a business hires for its places, before it has the clients
                ready = round((places + more) / len(there) * client)
                each.staffed_for_minutes = ready + each.private_minutes


PLAN_LINE = "plan: community care"
