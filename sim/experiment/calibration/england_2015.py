"""England as it was in 2015/16: people by age in today's neighbourhoods, and prices of care.

Looks at the population tables; changes nothing. Pounds are of 2024/25 everywhere.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from sim.experiment.calibration.outside_then import FIRST
from sim.world import vital
from sim.world.bands import DATA_BAND_STARTS
from sim.world.place_data import BANDS, Neighbourhoods
from sim.world.place_facts import Fact
from sim.world.places import ENGLAND, Place, get

# What care costs and what is paid for it: scaled back to 2015/16 by the growth of prices since.
PRICES = (
    "unit_cost_homecare_external_hour_2024_25", "cost_home_care_hour_minimum_price_2024_25",
    "direct_payment_gbp_per_hour", "private_home_care_gbp_per_hour", "supported_living_week",
    "supported_living_price_week", "shared_lives_week", "council_care_home_week_18_64",
    "council_care_home_week_65plus", "care_home_price_week_18_64", "care_home_price_week_65plus",
    "self_funder_care_home_week", "nhs_share_care_home_week_18_64",
    "nhs_share_care_home_week_65plus",
)  # fmt: skip


@cache
def england() -> Place:
    """England with the people of mid-2015 in today's neighbourhoods; everything else as it is.

    Each neighbourhood's age bands change as England's did, so local change since is not seen.
    """
    now = get(ENGLAND)
    then, today = _people_by_band(FIRST), _people_by_band(2023)
    people = np.rint(now.neighbourhoods.people * (then / today)).astype(np.int64)
    columns = {name: getattr(now.neighbourhoods, name) for name in vars(now.neighbourhoods)}
    here = Neighbourhoods(**(columns | {"people": people}))
    source = "ONS mid-2015 population estimates"
    facts = now.facts | {
        "people": Fact(float(people.sum()), "people", source),
        "people_16_plus": Fact(float(people[:, 1:].sum()), "people", source),
    }
    return replace(now, code=f"{now.code}_{FIRST}", neighbourhoods=here, facts=facts)


def _people_by_band(year: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """England's people in the 13 bands of a neighbourhood's row."""
    by_age = vital.people()[:, :, vital.year_column(year)].sum(axis=0)
    starts = [0, *(int(age) for age in DATA_BAND_STARTS[:-1])]
    stops = [*starts[1:], by_age.size]
    found = np.array([by_age[a:b].sum() for a, b in zip(starts, stops, strict=True)])
    if found.size != len(BANDS):
        raise ValueError("the bands of ages and of neighbourhoods differ")
    return found
