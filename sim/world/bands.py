"""The age bands, groups and kinds everybody uses: definitions, not measurements.

Looks at nothing, changes nothing.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

ADULT_AGE = 16
OLDEST_AGE = 110
PENSION_AGE = 65  # the age at which care statistics divide people

# Bands of the mid-2023 place data, residents aged 16 or over.
DATA_BANDS = (
    "16_17",
    "18_24",
    "25_34",
    "35_44",
    "45_54",
    "55_64",
    "65_69",
    "70_74",
    "75_79",
    "80_84",
    "85_89",
    "90_plus",
)
DATA_BAND_STARTS = np.array((16, 18, 25, 35, 45, 55, 65, 70, 75, 80, 85, 90, OLDEST_AGE))

# Bands of the model's own tables.
AGE_BANDS = ("16_24", "25_34", "35_49", "50_64", "65_74", "75_84", "85_plus")
AGE_BAND_STARTS = np.array((16, 25, 35, 50, 65, 75, 85))

SEXES = ("male", "female")
ETHNICITIES = ("white", "asian", "black", "mixed", "other")
QUINTILES = ("imd_q1", "imd_q2", "imd_q3", "imd_q4", "imd_q5")
LEVELS = ("level_0", "level_1", "level_2", "level_3", "level_4")
SAVINGS = ("below_lower_limit", "between_limits", "above_upper_limit")
ANSWERS = ("never", "hardly_ever", "occasionally", "some_of_the_time", "often_or_always")

DEMENTIA_BANDS = ("65_69", "70_74", "75_79", "80_84", "85_89", "90_94")  # the last is 90+
DEMENTIA_STEP_YEARS = 5  # dementia is published by five-year bands from 65
OLDEST_NEWCOMER = 100  # nobody older is taken to move in
LIFE_SATISFACTION_TOP = 10.0  # the survey's own scale runs from 0 to 10
UCLA3_RANGE = (3.0, 9.0)  # the questionnaire's own scale
ID_BITS = np.uint64(48)  # of a sort key that holds an area and an identity
AREA_BITS = np.uint64(16)  # the rest of its 64 bits

_BAND_OF_YEAR = np.searchsorted(AGE_BAND_STARTS, np.arange(OLDEST_AGE + 100), side="right") - 1
_BAND_OF_MONTH = np.repeat(_BAND_OF_YEAR, 12)


class Sex(IntEnum):
    """As recorded in the place data."""

    MALE = 0
    FEMALE = 1


class CareHome(IntEnum):
    """Who pays for a care-home place, or none."""

    NONE = 0
    COUNCIL = 1
    SELF_FUNDED = 2
    OTHER = 3  # NHS-funded, respite and discharge beds


class Care(IntEnum):
    """Long-term council support at home, by kind."""

    NONE = 0
    HOME_CARE = 1
    DIRECT_PAYMENT = 2
    SUPPORTED_LIVING = 3
    SHARED_LIVES = 4


def age_band(age_months: NDArray[np.integer]) -> NDArray[np.int64]:
    """Row of `AGE_BANDS` for ages in months."""
    return np.asarray(_BAND_OF_MONTH.take(age_months))
