"""Personal budgets: people hold their own care money, and there are people to spend it on.

Cost: support for each new direct payment (row direct_payment_support_gbp) and a catalyst team
(micro_catalyst_programme_cost_year for micro_programme_people). Ramp: micro-enterprises grow with
ramp_micro_enterprise_tau_months (48). Delay: a direct payment is chosen at a review or when care
begins; a micro-enterprise must first find somebody to run it. Capacity: whole people supported,
posts in micro-enterprises, of which somerset_micro_self_funder_share go to people who pay for
themselves. Reach: clients with home care, older people less (rows care_kind; support multiplies
the odds by direct_payment_support_ratio). Price: micro_price_ratio_to_agency of the agency's.
Decay: without money nobody is supported and micro-enterprises that give up are not replaced.
Failure: it pulls workers from agencies (micro_workers_from_agencies), whose own clients then go
short. Changes nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import MONTHS_PER_YEAR, Lever

if TYPE_CHECKING:
    from sim.model import CommunityModel


class PersonalBudgets(Lever):
    """A catalyst team for micro-enterprises, and support for people with direct payments."""

    lever: Literal["personal_budgets"] = "personal_budgets"
    catalysts: bool = Field(
        default=True, description="a team helps micro-enterprises grow; it is paid first"
    )
    support: bool = Field(
        default=True, description="people are supported to take and use direct payments"
    )

    def contradictions(self) -> Iterator[str]:
        """Yield a sentence for each pair of settings that cannot both be meant."""
        yield from super().contradictions()
        if not (self.catalysts or self.support):
            yield "catalysts = false and support = false, so the money buys nothing. Keep one"
        if self.where != "evenly":
            yield (
                f'where = "{self.where}": people who have care hold budgets, not neighbourhoods. '
                'Write where = "evenly" or remove it'
            )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Money buys catalysts' time and people's support; what it cannot buy is held."""
        from sim.policies import purse
        from sim.units import PENCE_PER_POUND

        state, p = community.plan_state(self), community.p
        if not (pence or state.get("micro_thousandths", 0)):
            return
        purse.pay_in(self, community, month, pence, PLAN_LINE)
        spent = self._catalyse(community, month, pence) if self.catalysts else 0
        if self.support:
            state["to_support"] = state.get("to_support", 0) + pence - spent
            self._support(community, month, round(p.direct_payment_support_gbp * PENCE_PER_POUND))

    def _catalyse(self, community: CommunityModel, month: int, pence: int) -> int:
        """Micro-enterprises move towards as many as the team can help to be; returns its pay."""
        from sim.agents import micro
        from sim.agents.employers import Employer
        from sim.agents.providers import open_provider
        from sim.money import Account
        from sim.policies import purse
        from sim.units import MINUTES_PER_HOUR, PENCE_PER_POUND, THOUSAND

        state, p, terms = community.plan_state(self), community.p, community.terms
        people = community.people_of_all_ages
        team = p.micro_catalyst_programme_cost_year * people / p.micro_programme_people
        whole = round(team * PENCE_PER_POUND / MONTHS_PER_YEAR)
        spent = purse.spend(
            self, community, month, min(pence, whole), Account.WORKERS, "micro-enterprise catalysts"
        )
        most = p.micro_enterprises_per_1000_people * people / THOUSAND
        now = state.get("micro_thousandths", 0)
        if spent:
            gap = most * THOUSAND * spent / whole - now
            now += round(max(gap, 0.0) * -math.expm1(-1.0 / p.ramp_micro_enterprise_tau_months))
        else:  # those that give up are not replaced
            now -= math.ceil(now * p.turnover_base / MONTHS_PER_YEAR)
        state["micro_thousandths"] = now
        number = now // THOUSAND
        if number and terms.micro_row < 0:
            new = open_provider(community, community.market, Employer.PERSONAL_ASSISTANT)
            terms.micro_row = new.row
        minutes = p.micro_hours_per_enterprise_week * MINUTES_PER_HOUR
        terms.micro_minutes += round(number * minutes)
        state["moved"] = state.get("moved", 0) + micro.pull_from_agencies(
            community.market, p, community.luck, month
        )
        return spent

    def _support(self, community: CommunityModel, month: int, each_pence: int) -> None:
        """People seen last month are supported while the money lasts, one whole person at a time.

        People who already hold a direct payment and buy from an agency may change to a
        micro-enterprise that has time for them.
        """
        import numpy as np

        from sim.agents import micro, reviews
        from sim.money import Account
        from sim.policies import purse
        from sim.world.bands import Care

        state, p, luck = community.plan_state(self), community.p, community.luck
        people, market = community.world.people, community.market
        able = max(state["to_support"], 0) // each_pence
        rows = reviews.just_seen(people, (Care.HOME_CARE,), luck, month)[:able]
        state["to_support"] -= int(rows.size) * each_pence
        purse.spend(
            self,
            community,
            month,
            int(rows.size) * each_pence,
            Account.WORKERS,
            "direct payment support",
        )
        takes = reviews.choose_payment(market, people, rows, p, luck)
        holders = reviews.just_seen(people, (Care.DIRECT_PAYMENT,), luck, month)
        buying = holders[np.isin(people.provider[holders], reviews.agencies(market))]
        moved = micro.take_on(market, people, buying, p)
        people.reached[takes] = True
        people.reached[moved] = True
        for name, number in (("supported", rows), ("took_payment", takes)):
            state[name] = state.get(name, 0) + int(number.size)


PLAN_LINE = "plan: personal budgets"
