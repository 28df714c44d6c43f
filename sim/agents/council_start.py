"""The council as it starts: its own prices and its own volume of care, as numbers of this place.

Looks at the place's facts and at England's; changes nothing. The numbers of a run at a place are
England's, some of them multiplied: fees and prices of care by what this council pays relative to
England, and the eligibility cut-off so that about as many people are its clients as were counted.
The factors follow from published figures and the numbers alone, never from a plan or from luck,
so every scenario starts from the same council; they are 1 for England.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.agents.entitlement import GROUPS
from sim.parameters import Parameters
from sim.world.bands import AGE_BAND_STARTS, AGE_BANDS, DATA_BANDS, PENSION_AGE, QUINTILES
from sim.world.margins import need_gradient, need_shares
from sim.world.place_data import rule
from sim.world.places import ENGLAND, Place, get

Floats = NDArray[np.float64]

PRICED = {
    "care_home_price_ratio_65plus": (
        "council_care_home_week_65plus",
        "care_home_price_week_65plus",
        "self_funder_care_home_week",
    ),
    "care_home_price_ratio_18_64": ("council_care_home_week_18_64", "care_home_price_week_18_64"),
    "home_care_price_ratio": (
        "unit_cost_homecare_external_hour_2024_25",
        "cost_home_care_hour_minimum_price_2024_25",
        "direct_payment_gbp_per_hour",
        "private_home_care_gbp_per_hour",
    ),
}
CUT_OFF = "cut_off_hours"
HUNDREDTHS = 100 * 100  # factors keep four figures after the point, so that England's are 1


def at_this_place(place: Place, p: Parameters) -> Parameters:
    """The numbers of a run here: what a scenario overrides stays as the scenario says."""
    factors = {key: each for key, each in place_factors(place, p).items() if each != 1.0}
    return p.scaled({key: each for key, each in factors.items() if key not in p.overridden()})


def place_factors(place: Place, p: Parameters) -> dict[str, float]:
    """What each number is multiplied by here, to four figures after the point."""
    england = get(ENGLAND).facts
    found = {
        key: place.facts[fact].value / england[fact].value
        for fact, keys in PRICED.items()
        for key in keys
    }
    found[CUT_OFF] = client_ratio(place, p) ** (-p.client_ratio_used / p.clients_per_cut_off)
    return {key: round(each * HUNDREDTHS) / HUNDREDTHS for key, each in found.items()}


def client_ratio(place: Place, p: Parameters) -> float:
    """Clients at home over what the place's ages and deprivation would lead one to expect.

    1 for England. Held within `client_ratio_least` and `client_ratio_most`.
    """
    england = get(ENGLAND)
    counted = expected = 0.0
    for row, group in enumerate(GROUPS):
        fact = f"community_clients_{group}"
        per_person = england.facts[fact].value / _in_need(england, p)[row]
        counted += place.facts[fact].value
        expected += per_person * _in_need(place, p)[row]
    return float(np.clip(counted / expected, p.client_ratio_least, p.client_ratio_most))


def _in_need(place: Place, p: Parameters) -> Floats:
    """People expected to have high need and no savings above the limit: [18-64, 65+]."""
    here = _people(place)
    high = need_shares(p)[:, -2:].sum(axis=1) * need_gradient(p)
    old = AGE_BAND_STARTS >= PENSION_AGE
    rich = [p.array("savings_above_upper_16_64", QUINTILES)]
    rich.append(p.array("savings_above_upper_65plus", QUINTILES))
    poor = 1.0 - np.stack(rich)
    number = here * high * poor[old.astype(np.int64)].T
    return np.array([number[:, ~old].sum(), number[:, old].sum()])


def _people(place: Place) -> Floats:
    """People by fifth of deprivation and the model's age bands: float64[5, band]."""
    here = place.neighbourhoods
    own = np.stack(
        [here.adult_bands[here.quintile == 1 + row].sum(axis=0) for row in range(len(QUINTILES))]
    )
    return np.asarray(own @ _bands())


@cache
def _bands() -> Floats:
    """Which share of each published band belongs to each of the model's: float64[12, 7]."""
    split = np.zeros((len(DATA_BANDS), len(AGE_BANDS)))
    for row, band in enumerate(DATA_BANDS):
        start = int(band.split("_")[0])
        inside = [column for column, each in enumerate(AGE_BANDS) if int(each[:2]) <= start]
        split[row, inside[-1] if inside else 0] = 1.0
    middle, next_one = AGE_BANDS.index("35_49"), AGE_BANDS.index("50_64")
    row = DATA_BANDS.index("45_54")
    share = rule("mid_decade_split")
    split[row, middle], split[row, next_one] = share, 1.0 - share
    return split
