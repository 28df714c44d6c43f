"""The council: a budget each April, and a cut-off that tightens when it overspends.

Looks at what care cost against the budget; changes eligibility (a continuous cut-off), generosity,
the fee it pays and what is left for prevention. The loop can appear and can be broken: more
crises and higher prices, less prevention, a tighter cut-off, more unmet need, more crises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from sim.agents.entitlement import Rules
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR

if TYPE_CHECKING:
    from sim.model import CommunityModel


class Council(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """The council of the place, scaled to the simulated residents.

    Money is whole pence at constant 2024/25 prices. `base_pence` is the net budget a month before
    any plan; `extra_pence` is what plans add this month, of it `hours_pence` for hours and
    `fees_pence` for fees; `plan_pence` is what the council itself pays for other plans.
    """

    def __init__(self, model: CommunityModel, net_gbp_per_year: float, p: Parameters) -> None:
        super().__init__(model)
        self.base_pence = round(net_gbp_per_year * 100 / 12)
        self.other_pence = 0
        self.prevention_pence = 0
        self.prevention_share = 1.0
        self.tightness = 0.0
        self.generosity = 1.0
        self.fee_uplift = 0.0
        self.real_fee_index = 1.0
        self.extra_pence = self.hours_pence = self.fees_pence = self.plan_pence = 0
        self.spent_this_year = 0
        self.budget_this_year = 0
        self.feedback = True
        self.rules_now = Rules(p.cut_off_hours, 1.0)

    def april(self, p: Parameters, year: int) -> None:
        """Set the year's budget; answer last year's over- or underspend."""
        if year > 1:
            self.base_pence = round(self.base_pence * (1.0 + p.council_budget_real_growth))
            self.real_fee_index *= 1.0 + p.unit_cost_real_growth_homecare
            # salaries and support grow with wages too, or slack would build up unseen
            self.other_pence = round(self.other_pence * (1.0 + p.unit_cost_real_growth_homecare))
            if self.feedback and self.budget_this_year > 0:
                self._answer(p)
        self.spent_this_year = 0
        self.budget_this_year = 0

    def _answer(self, p: Parameters) -> None:
        """Overspend tightens the cut-off and packages and squeezes prevention; slack loosens."""
        pressure = self.spent_this_year / self.budget_this_year - 1.0
        pressure = float(np.clip(pressure, -p.pressure_most, p.pressure_most))
        self.tightness = float(
            np.clip(
                self.tightness + p.cut_off_response * pressure,
                -p.cut_off_loosest,
                p.cut_off_tightest,
            )
        )
        self.generosity = float(
            np.clip(
                self.generosity - p.generosity_response * pressure,
                p.generosity_least,
                p.generosity_most,
            )
        )
        self.prevention_share = float(
            np.clip(self.prevention_share - p.prevention_response * pressure, 0.0, 1.0)
        )
        self.rules_now = Rules(p.cut_off_hours * (1.0 + self.tightness), self.generosity)

    def new_month(self) -> None:
        """What plans give is counted afresh each month."""
        self.extra_pence = self.hours_pence = self.fees_pence = self.plan_pence = 0

    def receive(self, pence: int) -> None:
        """Add this month's base budget and what plans give for hours."""
        self.budget_this_year += pence

    def spend(self, pence: int) -> None:
        """Record net spending."""
        self.spent_this_year += pence

    def grant_hours(self, pence: int, package_pence: int, p: Parameters) -> None:
        """Extra money for hours loosens the rules in proportion to the hours it can buy.

        Part goes to larger packages, part to a lower cut-off; less money does the reverse.
        """
        self.hours_pence += pence
        added = self.hours_pence / max(package_pence, 1)
        cut_off = 1.0 + self.tightness - p.access_per_extra_hour * added
        cut_off = float(np.clip(cut_off, 1.0 - p.cut_off_loosest, 1.0 + p.cut_off_tightest))
        generous = self.generosity + p.generosity_share_of_extra * added
        generous = float(np.clip(generous, p.generosity_least, p.generosity_most))
        self.rules_now = Rules(p.cut_off_hours * cut_off, generous)

    def pay_fees(self, pence: int, commissioned_minutes_per_month: int) -> None:
        """Extra money for fees: so many pounds an hour more on the hours bought."""
        hours = max(commissioned_minutes_per_month, 1) / MINUTES_PER_HOUR
        self.fees_pence += pence
        self.fee_uplift = self.fees_pence / 100 / hours
