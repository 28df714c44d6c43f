"""Intergenerational visits: nursery children in care homes, sixth-formers at digital cafes.

Cost: `nursery_cost_per_resident` and `sixth_form_cafe_cost_per_learner` a year for each place.
Delay: half a school year's planning is left to `opening_months`; else as for any group in an
existing room. Capacity: whole places, twice-weekly visits or a weekly cafe, in term time only.
Reach: every care-home resident may be asked; cafes are for people who do not use the internet.
After funding: visits end at once. Failure: a school or home withdraws (`scheme_folds_annual`).
Looks at the evidence, care homes and who is online; changes who is visited and who has learnt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import Lever, Months
from sim.policies.purse import in_scheme, months_since_first, pay_in, spend_a_month_of, units

if TYPE_CHECKING:
    from sim.agents.visits import Scheme
    from sim.model import CommunityModel
    from sim.parameters import Parameters

Visitors = Literal["nursery", "sixth_form"]


class Intergenerational(Lever):
    """The young visit the old, in term time: `nursery` in care homes, `sixth_form` at cafes."""

    lever: Literal["intergenerational"] = "intergenerational"
    visitors: Visitors = Field(default="nursery", description="who comes")
    opening_months: Months | None = Field(
        default=None, description="months from the first money to the first visit"
    )

    def place_gbp(self, p: Parameters) -> float:
        """What one resident visited or one learner costs a year."""
        if self.visitors == "nursery":
            return p.nursery_cost_per_resident
        return p.sixth_form_cafe_cost_per_learner

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Places are paid for as far as there are people to come; the rest is left unspent."""
        from sim.money import Account  # late: reading a plan needs no numpy

        p = community.p
        state = pay_in(self, community, month, pence)
        funded = units(self, community, month, self.place_gbp(p))
        delay = self.opening_months
        if delay is None:
            delay = round(p.ramp_group_in_existing_building_months)
        if months_since_first(state, month, funded) < delay:
            return
        scheme = community.scheme(self._scheme(p, state["number"]))
        there = int(scheme.fit(community.world.people, p).sum())
        scheme.places = min(funded, there)
        gbp = scheme.places * self.place_gbp(p)
        spend_a_month_of(self, community, month, gbp, Account.SUPPLIERS, "visits of the young")

    def capacity(self, community: CommunityModel) -> dict[str, float | str]:
        """Places now and people in them."""
        return in_scheme(self, community)

    def _scheme(self, p: Parameters, number: int) -> Scheme:
        from sim.agents.visits import Scheme

        if self.visitors == "nursery":
            weekly = p.intergenerational_sessions_per_week_bs3 * p.nursery_session_hours
            return Scheme(f"nursery visits {number}", "care_home", weekly, term_time=True)
        return Scheme(
            f"digital cafe {number}",
            "offline",
            p.sixth_form_cafe_hours,
            months=int(p.digital_course_months),
            term_time=True,
            teaches=True,
        )
