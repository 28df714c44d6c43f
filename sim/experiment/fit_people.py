"""Who lives there when the record opens, against the Census, surveys and England's account.

Looks at the columns of residents in April 2024; changes nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.experiment.fit_finding import Findings, first_of_each
from sim.world.bands import PENSION_AGE, QUINTILES, Care, CareHome, Sex

NEED_LEVELS = (0, 1, 2, 3, 4)


def measure(model: Any, found: Findings) -> None:
    """Everything about people that can be read on the day the record opens."""
    people = model.world.people
    years = people.age_months // 12
    _homes(people, years, found)
    _need(people, years, found)
    _supported(people, years, found)


def _homes(people: Any, years: Any, found: Findings) -> None:
    older, home = years >= PENSION_AGE, people.care_home == 0
    alone = (people.household_size == 1) & home
    for word, sex in (("women", Sex.FEMALE), ("men", Sex.MALE)):
        found.share(f"living_alone_65_plus_{word}", alone, older & (people.sex == sex))
    found.share("private_household_share_65_plus", home, older)
    heads = np.flatnonzero(home)[first_of_each(people.household[home])]
    one = people.household_size[heads] == 1
    found.share("one_person_household_share", one)
    found.share("no_car_households_england_2021", ~people.has_car[heads])
    for row, name in enumerate(QUINTILES):
        found.share(f"older_people_in_{name}", people.quintile == row, older)
    found.share("disability_85plus", people.disabled, years >= 85, "the survey's disability")


def _need(people: Any, years: Any, found: Findings) -> None:
    home, older = people.care_home == 0, years >= PENSION_AGE
    groups = {"65plus": older, "18_64": (years >= 18) & ~older}
    for group, here in groups.items():
        for level in NEED_LEVELS:
            number = (here & home & (people.need == level)).sum()
            found.count(f"account_1_people_own_home_level_{level}_{group}", number)
    found.add(
        "account_1_check_any_need_65plus_own_home_share_65plus",
        (people.need > 0)[older & home].mean(), "", _error(people.need > 0, older & home),
    )  # fmt: skip
    found.add(
        "account_1_check_any_need_18_64_own_home_share_18_64",
        (people.need > 0)[groups["18_64"] & home].mean(), "",
        _error(people.need > 0, groups["18_64"] & home),
    )  # fmt: skip
    for name, here in (("65_69", (years >= 65) & (years < 70)), ("80plus", years >= 80)):
        found.share(f"need_adl_or_iadl_{name}", people.need > 0, here & home)
        found.share(f"need_2plus_{name}", people.need > 1, here & home, "need level 2 or over")
    most, least = (_older_need(people, older & home, row) for row in (0, len(QUINTILES) - 1))
    low = older & home & (people.quintile == 0)
    ratio = most / least if most and least else math.nan
    found.add(
        "need_deprivation_ratio_most_v_least", ratio, "any need, at everyone's age mix from 65",
        ratio * 2 * _error(people.need > 0, low) / max(most, 1e-9),
    )  # fmt: skip
    found.share("dementia_prev_65plus", people.dementia, older, "all settings")
    found.add(
        "account_1_check_dementia_prevalence_65plus_65plus", people.dementia[older].mean(),
        "all settings", _error(people.dementia, older),
    )  # fmt: skip
    inside = people.dementia & older & ~home
    found.count("account_1_people_dementia_in_care_homes_65plus", inside.sum())


def _older_need(people: Any, among: Any, quintile: int) -> float:
    total = 0.0
    for band in np.unique(people.band[among]):
        here = among & (people.band == band)
        part = here & (people.quintile == quintile)
        if part.any():
            total += here.sum() / among.sum() * float((people.need > 0)[part].mean())
    return total


def _error(flags: Any, among: Any) -> float:
    size = int(among.sum())
    share = float(flags[among].mean()) if size else 0.0
    return float(np.sqrt(share * (1 - share) / max(size, 1)))


def _supported(people: Any, years: Any, found: Findings) -> None:
    older, kind, payer = years >= PENSION_AGE, people.client, people.care_home
    groups = {"65plus": older, "18_64": ~older}
    account = "account_1_people_"
    for group, here in groups.items():
        found.count(f"{account}council_community_clients_31_mar_2024_{group}",
                    (here & (kind > 0)).sum())  # fmt: skip
        found.count(f"{account}council_care_home_residents_average_2023_24_{group}",
                    (here & (payer == CareHome.COUNCIL)).sum())  # fmt: skip
        year = "2020_21"
        found.share(f"direct_payment_share_{group}_{year}",
                    kind == Care.DIRECT_PAYMENT, here & (kind > 0))  # fmt: skip
        for name, care in (("home_care", Care.HOME_CARE), ("direct_payments", Care.DIRECT_PAYMENT),
                           ("supported_living", Care.SUPPORTED_LIVING)):  # fmt: skip
            keys = [f"account_3_money_average_clients_{name}_{group}"]
            if care == Care.SUPPORTED_LIVING:
                keys.append(f"account_3_money_average_clients_supported_accommodation_{group}")
            found.count(f"clients_{name}_{group}", (here & (kind == care)).sum(), "", *keys)
    found.share("direct_payment_share_lts_2023_24", kind == Care.DIRECT_PAYMENT, kind > 0)
    stock = (kind > 0) | (payer == CareHome.COUNCIL)
    found.count("lts_year_end_2024", stock.sum())
    found.count("care_home_residents_2022_23", (payer > 0).sum(), "every payer")
    found.count(f"{account}self_funded_care_home_residents_all_65plus_136_5k",
                (payer == CareHome.SELF_FUNDED).sum())  # fmt: skip
    found.count(f"{account}other_residents_nhs_funded_respite_discharge_beds_all",
                (payer == CareHome.OTHER).sum())  # fmt: skip
    found.share("self_funders_care_home_2022_23", payer == CareHome.SELF_FUNDED, payer > 0)
    found.count("account_4_flows_waiting_assessment_18plus", (people.waiting == 1).sum())
    found.count("account_4_flows_waiting_care_or_payment_to_start_18plus",
                (people.waiting == 2).sum())  # fmt: skip
