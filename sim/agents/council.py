"""The council: a budget each April, savings to find, and rules that tighten when money is short.

Looks at what care costs against the budget; changes eligibility (a continuous cut-off), generosity,
who goes into a care home or supported living at its expense, the fee it pays, other support and
what is left for prevention. The loop can appear and can be broken: higher prices, less money, a
tighter cut-off, longer waits, more unmet need, more need. Every rule can be switched off.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import mesa
import numpy as np

from sim.agents.entitlement import Rules
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, PENCE_PER_POUND

if TYPE_CHECKING:
    from sim.model import CommunityModel


@dataclass(frozen=True)
class Switches:
    """Which rules of the council's year hold; a scenario's `[rules]` table names the same ones."""

    eligibility_follows_pressure: bool = True
    packages_follow_pressure: bool = True
    prevention_follows_pressure: bool = True
    support_follows_pressure: bool = True
    placements_follow_pressure: bool = True
    fees_follow_pressure: bool = True
    waits_follow_support: bool = True
    prices_follow_wages: bool = True
    budget_grows: bool = True
    overspend_carries: bool = True

    def without_pressure(self) -> Switches:
        """The same, with nothing answering to money being short."""
        rules = [each.name for each in fields(self) if each.name.endswith("_pressure")]
        return replace(self, **dict.fromkeys(rules, False))


class Council(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """The council of the place, scaled to the simulated residents.

    Money is whole pence at constant 2024/25 prices. `base_pence` is the net budget a month before
    any plan; `extra_pence` is what plans add this month, of it `hours_pence` for hours and
    `fees_pence` for fees; `plan_pence` is what the council itself pays for other plans.
    `carried_pence` is overspending not yet made good (below nothing: a reserve), and
    `budget_shock` a real change of the budget that replaces this April's growth.
    Fees are set in April at the prices of the day: `price_level_paid` is the outside world's then,
    `fees_held` the part of the growth of costs that fees have not followed. `support_share` is
    other support, and assessors with it, over the start's at the same wages; `turned_down` the
    share of council-paid places its panel refuses. `monthly` is this year's spending by month.
    `history` has one row for each finished year.
    """

    def __init__(
        self,
        model: CommunityModel,
        net_gbp_per_year: float,
        p: Parameters,
        switches: Switches | None = None,
    ) -> None:
        super().__init__(model)
        self.switches = switches or Switches()
        self.base_pence = round(net_gbp_per_year * PENCE_PER_POUND / 12)
        self.other_pence = 0
        self.prevention_pence = 0
        self.prevention_share = 1.0
        self.tightness = 0.0
        self.generosity = 1.0
        self.fee_uplift = 0.0
        self.real_fee_index = 1.0
        self.fees_held = 0.0
        self.support_share = 1.0
        self.turned_down = 0.0
        self.price_level_paid = 1.0
        self.extra_pence = self.hours_pence = self.fees_pence = self.plan_pence = 0
        self.spent_this_year = self.budget_this_year = 0
        self.spent_this_month = self.budget_this_month = 0
        self.monthly: list[int] = []
        self.carried_pence = self.savings_target_pence = 0
        self.budget_shock: float | None = None
        self.history: list[dict[str, float]] = []
        self.rules_now = Rules(p.cut_off_hours, 1.0)

    def april(self, p: Parameters, year: int) -> None:
        """Set the year's budget and the savings it asks for, and answer them.

        The savings are what care would cost this year at the pace of last year's last months and
        at this year's prices, and the part of overspending to make good, less the budget. By the
        pace, savings agreed but only begun are not asked for twice.
        """
        self.price_level_paid = self.model.outside.care_price  # fees are set once a year
        spent, given = self.spent_this_year, self.budget_this_year
        if year == 1:  # nothing is spent yet: a shock is felt against the budget before it
            spent = given = self.base_pence * 12
        plans, due, growth = given - self.base_pence * 12, 0, 0.0
        if year > 1:
            due = self._carry(spent - given, given, p)
            latest = self.monthly[-int(p.forecast_months) :]
            spent = round(sum(latest) * 12 / len(latest))
            growth = self._price_growth(p)
            self.real_fee_index *= 1.0 + growth
            # salaries and support grow with wages too, or slack would build up unseen
            self.other_pence = round(self.other_pence * (1.0 + growth))
            spent = round(spent * (1.0 + growth))
        if self.budget_shock is not None:
            self.base_pence = round(self.base_pence * (1.0 + self.budget_shock))
        elif year > 1 and self.switches.budget_grows:
            self.base_pence = round(self.base_pence * (1.0 + p.council_budget_real_growth))
        if year > 1 or self.budget_shock is not None:
            self._answer(spent + due, self.base_pence * 12 + plans, growth, p)
        self.budget_shock = None
        self.spent_this_year = self.budget_this_year = 0
        self.monthly = []

    def _price_growth(self, p: Parameters) -> float:
        """Real growth of fees and prices: care wages by their share, and the other costs."""
        if not self.switches.prices_follow_wages:
            return 0.0
        return p.homecare_staff_cost_share * p.care_wage_real_growth + p.care_other_cost_real_growth

    def _carry(self, overspent: int, budget: int, p: Parameters) -> int:
        """Last year's over- or underspending joins what is carried, as far as reserves allow.

        Returns what this year must make good: a share of what is carried, and all of what
        reserves could not hold.
        """
        if not self.switches.overspend_carries:
            self.carried_pence = 0
            return 0
        most = round(p.overspend_carried_most * max(budget, 0))
        carried = self.carried_pence + overspent
        self.carried_pence = int(np.clip(carried, -most, most))
        return round(self.carried_pence * p.overspend_repaid_share) + max(carried - most, 0)

    def _answer(self, wanted: int, budget: int, growth: float, p: Parameters) -> None:
        """A budget short of what is wanted tightens; slack loosens. Each rule may be off.

        `growth` is this April's real growth of prices: fees may be held back by no more in a year.
        """
        self.savings_target_pence = wanted - budget
        pressure = self.savings_target_pence / budget if budget > 0 else p.pressure_most
        pressure = float(np.clip(pressure, -p.pressure_most, p.pressure_most))
        on = self.switches
        if on.support_follows_pressure:
            before = self.support_share
            share = before - p.support_response * pressure
            self.support_share = float(np.clip(share, p.support_least, 1.0))
            self.other_pence = round(self.other_pence * self.support_share / before)
        if on.eligibility_follows_pressure:
            tightness = self.tightness + p.cut_off_response * pressure
            self.tightness = float(np.clip(tightness, -p.cut_off_loosest, p.cut_off_tightest))
        if on.packages_follow_pressure:
            generosity = self.generosity - p.generosity_response * pressure
            self.generosity = float(np.clip(generosity, p.generosity_least, p.generosity_most))
        if on.prevention_follows_pressure:
            prevention = self.prevention_share - p.prevention_response * pressure
            self.prevention_share = float(np.clip(prevention, 0.0, 1.0))
        if on.placements_follow_pressure:
            turned_down = self.turned_down + p.panel_response * pressure
            self.turned_down = float(np.clip(turned_down, 0.0, p.panel_most))
        if on.fees_follow_pressure:
            held = self.fees_held + float(np.clip(p.fee_response * pressure, -growth, growth))
            self.fees_held = float(np.clip(held, 0.0, p.fees_held_most))
        self.rules_now = self._rules(self.tightness, self.generosity, p)

    def _rules(self, tightness: float, generosity: float, p: Parameters) -> Rules:
        cut_off = p.cut_off_hours * (1.0 + tightness)
        assessors = self.support_share if self.switches.waits_follow_support else 1.0
        return Rules(cut_off, generosity, self.turned_down, assessors)

    def new_month(self) -> None:
        """What plans give is counted afresh each month."""
        self.extra_pence = self.hours_pence = self.fees_pence = self.plan_pence = 0
        self.spent_this_month = self.budget_this_month = 0

    def receive(self, pence: int) -> None:
        """Add this month's base budget and what plans give for hours."""
        self.budget_this_month += pence
        self.budget_this_year += pence

    def spend(self, pence: int) -> None:
        """Record a month's net spending; the twelfth closes the year in the history."""
        self.spent_this_month += pence
        self.spent_this_year += pence
        self.monthly.append(pence)
        if len(self.monthly) == 12:
            self.history.append(self._year())

    @property
    def prevention_now_pence(self) -> int:
        """What prevention gets this month."""
        return round(self.prevention_pence * self.prevention_share)

    def figures(self, head_pence: float) -> dict[str, float]:
        """The month's measures of the council; `head_pence` is people of all ages in pence."""
        over = self.spent_this_month - self.budget_this_month
        return {
            "eligibility_cut_off_hours": self.rules_now.cut_off_hours,
            "prevention_spend_gbp_per_head": self.prevention_now_pence / head_pence,
            "council_overspend_gbp_per_head": over / head_pence,
        }

    def _year(self) -> dict[str, float]:
        over = self.spent_this_year - self.budget_this_year
        pounds = {
            "budget_gbp": self.budget_this_year,
            "spend_gbp": self.spent_this_year,
            "overspend_gbp": over,
            "carried_gbp": self.carried_pence,
            "savings_target_gbp": self.savings_target_pence,
        }
        return {
            "year": float(len(self.history) + 1),
            **{name: pence / PENCE_PER_POUND for name, pence in pounds.items()},
            "cut_off_hours": self.rules_now.cut_off_hours,
            "generosity": self.rules_now.generosity,
            "prevention_share": self.prevention_share,
            "support_share": self.support_share,
            "turned_down": self.turned_down,
            "fees_held": self.fees_held,
            "price_index": self.real_fee_index,
        }

    def grant_hours(self, pence: int, package_pence: int, p: Parameters) -> None:
        """Extra money for hours loosens the rules in proportion to the hours it can buy.

        Part goes to larger packages, part to a lower cut-off; less money does the reverse.
        """
        self.hours_pence += pence
        added = self.hours_pence / max(package_pence, 1)
        tightness = self.tightness - p.access_per_extra_hour * added
        tightness = float(np.clip(tightness, -p.cut_off_loosest, p.cut_off_tightest))
        generous = self.generosity + p.generosity_share_of_extra * added
        generous = float(np.clip(generous, p.generosity_least, p.generosity_most))
        self.rules_now = self._rules(tightness, generous, p)

    def pay_fees(self, pence: int, commissioned_minutes_per_month: int) -> None:
        """Extra money for fees: so many pounds an hour more on the hours bought."""
        hours = max(commissioned_minutes_per_month, 1) / MINUTES_PER_HOUR
        self.fees_pence += pence
        self.fee_uplift = self.fees_pence / 100 / hours
