"""Kinds of employer in care, and what is usual in each: definitions and tables, nothing acts.

Looks at evidence rows; changes nothing. A kind's row number is its place in every table here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters

Floats = NDArray[np.float64]


class Employer(IntEnum):
    """Who employs care workers. Co-operatives are community businesses here."""

    AGENCY = 0
    COMMUNITY_BUSINESS = 1
    REABLEMENT = 2
    CARE_HOME_65 = 3
    CARE_HOME_18_64 = 4
    SUPPORTED_LIVING = 5
    SHARED_LIVES = 6
    PERSONAL_ASSISTANT = 7  # and micro-enterprises: people employed by those they help


HOME_CARE = (Employer.AGENCY, Employer.COMMUNITY_BUSINESS)
CARE_HOMES = (Employer.CARE_HOME_65, Employer.CARE_HOME_18_64)
SELLING = (*HOME_CARE, *CARE_HOMES, Employer.SUPPORTED_LIVING)  # have a price of their own
# Shared Lives carers share their own homes: what is scarce there is places, not posts.


@dataclass(frozen=True)
class Usual:
    """What is usual in each kind of employer, April 2024; each float64[8] by `Employer`.

    Vacancy and insecure shares are fractions of posts; pay is pounds an hour; `minutes` is what a
    filled post delivers in a week; the ratios multiply turnover and hiring against home care.
    """

    vacancy: Floats
    insecure: Floats
    turnover: Floats
    hire: Floats
    pay: Floats
    minutes: Floats


def usual_of(p: Parameters) -> Usual:
    """Read the tables."""
    home, homes = p.vacancy_rate_homecare_2023_24, p.vacancy_rate_residential_2023_24
    council, own = (
        p.vacancy_rate_local_authority_2023_24,
        p.vacancy_rate_personal_assistants_2023_24,
    )
    zero = p.zero_hours_share_care_home
    pay = np.array(
        [
            1.0,
            p.pay_ratio_community_business,
            p.pay_ratio_reablement,
            p.pay_ratio_care_home,
            p.pay_ratio_care_home,
            p.pay_ratio_supported_living,
            1.0,
            p.pay_ratio_personal_assistant,
        ]
    )
    minutes = np.full(len(Employer), p.contact_minutes_per_post)
    minutes[list(CARE_HOMES)] = p.care_home_minutes_per_post
    minutes[Employer.PERSONAL_ASSISTANT] = p.personal_assistant_minutes_per_post
    return Usual(
        vacancy=np.array([home, home, council, homes, homes, home, 0.0, own]),
        insecure=np.array(
            [
                p.zero_hours_share_homecare_careworkers,
                p.zero_hours_share_community_business,
                p.zero_hours_share_reablement,
                zero,
                zero,
                p.zero_hours_share_supported_living,
                0.0,
                p.zero_hours_share_personal_assistant,
            ]
        ),
        turnover=np.array(
            [
                1.0,
                p.coop_turnover_ratio,
                p.turnover_ratio_reablement,
                p.turnover_ratio_care_home,
                p.turnover_ratio_care_home,
                1.0,
                1.0,
                p.turnover_ratio_personal_assistant,
            ]
        ),
        hire=np.array(
            [
                1.0,
                1.0,
                p.hire_ratio_reablement,
                p.hire_ratio_care_home,
                p.hire_ratio_care_home,
                p.hire_ratio_supported_living,
                1.0,
                p.hire_ratio_personal_assistant,
            ]
        ),
        pay=pay * p.pay_care_worker_gbp_per_hour,
        minutes=minutes,
    )
