"""Digital sessions: small tutor-led groups for people who do not use the internet.

Cost: `digital_sessions_cost_per_learner` a year for each place. Delay: as for any group in an
existing room. Capacity: whole places, each for a course of `digital_course_months`. Reach: people
at home who are not online. What it brings: company at the session, and for those who learn calls
with close family elsewhere. After funding: sessions end, what was learnt stays. Failure: a scheme
folds with chance `scheme_folds_annual`. Looks at who is online; changes who is taught.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import Lever, Months
from sim.policies.purse import in_scheme, months_since_first, pay_in, spend_a_month_of, units

if TYPE_CHECKING:
    from sim.model import CommunityModel


class Digital(Lever):
    """Sessions with a paid tutor, all year round."""

    lever: Literal["digital"] = "digital"
    opening_months: Months | None = Field(
        default=None, description="months from the first money to the first session"
    )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Places are paid for as far as there are people to come; the rest is left unspent."""
        from sim.agents.visits import Scheme  # late: reading a plan needs no numpy
        from sim.money import Account

        p = community.p
        state = pay_in(self, community, month, pence)
        funded = units(self, community, month, p.digital_sessions_cost_per_learner)
        delay = self.opening_months
        if delay is None:
            delay = round(p.ramp_group_in_existing_building_months)
        if months_since_first(state, month, funded) < delay:
            return
        scheme = community.scheme(
            Scheme(
                f"digital sessions {state['number']}",
                "offline",
                p.digital_sessions_hours,
                months=int(p.digital_course_months),
                teaches=True,
            )
        )
        scheme.places = min(funded, int(scheme.fit(community.world.people, p).sum()))
        gbp = scheme.places * p.digital_sessions_cost_per_learner
        spend_a_month_of(self, community, month, gbp, Account.WORKERS, "digital tutors")

    def capacity(self, community: CommunityModel) -> dict[str, float | str]:
        """Places now and people in them."""
        return in_scheme(self, community)
