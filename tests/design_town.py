"""A stand-in town whose paired difference is a known function of the numbers it is given."""

from __future__ import annotations

import gc

from fake_model import FakeModel, FakePlan

from sim.experiment.sensitivity_design import quantile_of

# What each number adds to the difference per unit of quantile; the others add nothing.
WEIGHTS = {"feeling_contagion": 4.0, "hub_leave_per_month": -2.0, "referral_per_z": 1.0}
MIDDLE = 0.5
gc.freeze()  # each member asks for its memory back; what is loaded by now need not be searched


class Town(FakeModel):
    """A plan shifts every outcome by shift x (1 + the weighted quantiles about the middle)."""

    def __init__(self, place, residents, years, plan, rng, draw=0, causal="central", given=()):
        shift = plan.shift * (
            1.0
            + sum(
                WEIGHTS[key] * (quantile_of(key, at) - MIDDLE)
                for key, at in given
                if key in WEIGHTS
            )
        )
        moved = FakePlan(plan.name, shift, plan.reach)
        super().__init__(place, residents, years, moved, rng, draw, causal)
