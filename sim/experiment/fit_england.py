"""More lines of England's account: people by age, hours by level of need, prices, spending.

Looks at a model on the day the record opens and through its first year; changes nothing. These
lines are for the account's own page; the page of fit has the lines that are its targets.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim import units
from sim.experiment.fit_care import BILLION
from sim.experiment.fit_carers import CARER_HOURS
from sim.experiment.fit_finding import Findings
from sim.money import Account
from sim.units import MINUTES_PER_HOUR, PENCE_PER_POUND
from sim.world.bands import LEVELS as NAMES
from sim.world.bands import PENSION_AGE, Care, CareHome
from sim.world.ties import Kind

BANDS = {"18_34": (18, 35), "35_49": (35, 50), "50_64": (50, 65), "65_74": (65, 75),
         "75_84": (75, 85), "85plus": (85, 999)}  # fmt: skip
LEVELS = (1, 2, 3, 4)
PEOPLE, HOURS, MONEY = "account_1_people_", "account_2_hours_", "account_3_money_"
CHECK, FLOWS, CRISES = "account_1_check_", "account_4_flows_", "account_6_crises_"
PRICES = "2024_25_prices"
CARE = {
    "council_home_care": Care.HOME_CARE,
    "direct_payments_and_personal_assistants": Care.DIRECT_PAYMENT,
    "supported_living_and_accommodation": Care.SUPPORTED_LIVING,
}
FEE_GAPS = {
    "home_care": ("home_care",),
    "care_homes_65plus": ("care_homes_65plus",),
    "care_homes_18_64_and_supported_living": ("care_homes_18_64", "supported_living"),
}
PRIVATE = ("self_funders_home_care_", "other_private_help_cleaners_sitters_micro_enterprises_")


def opening_day(model: Any, found: Findings) -> None:
    """People and prices on the day the record opens."""
    people = model.world.people
    years = people.age_months // 12
    home, client = people.care_home == 0, people.client > 0
    council = people.care_home == CareHome.COUNCIL
    for name, (low, high) in BANDS.items():
        here = (years >= low) & (years < high)
        found.count(f"{PEOPLE}population_{name}", here.sum())
        found.count(f"{PEOPLE}own_home_household_population_{name}", (here & home).sum())
        found.count(f"{PEOPLE}care_home_residents_{name}", (here & ~home).sum())
        for level in (0, *LEVELS):
            number = (here & home & (people.need == level)).sum()
            found.count(f"{PEOPLE}own_home_level_{level}_{name}", number)
        if low >= PENSION_AGE:
            number = (here & people.dementia).sum()
            found.count(f"{PEOPLE}dementia_all_settings_{name}", number)
    found.count(f"{PEOPLE}population_18plus", (years >= 18).sum())
    for word, flags in (("community_clients", client), ("care_home_clients", council),
                        ("long_term_clients", client | council)):  # fmt: skip
        found.count(f"{PEOPLE}council_{word}_31_mar_2024_18plus", flags.sum())
    older = years >= PENSION_AGE
    number = (older & home & (people.need >= LEVELS[2])).sum()
    found.count(f"{CHECK}levels_3plus4_65plus_own_home_65plus", number)
    found.share(f"{CHECK}2plus_tasks_80plus_own_home_80plus", people.need > 1,
                home & (years >= 80), "need level 2 or over")  # fmt: skip
    for group, here in (("65plus", older), ("18_64", ~older)):
        for level in LEVELS:
            key = f"{CHECK}share_of_the_level_in_council_support_at_home_{group}_level_{level}"
            found.share(key, client, here & home & (people.need == level))
    for level, needed in zip((0, *LEVELS), model.p.array("hours_needed", NAMES), strict=True):
        found.add(f"{PEOPLE}level_hours_needed_level_{level}", needed, "a number of the model")
    carer, hours = people.carer, people.answered_hours
    for name, (low, high) in CARER_HOURS.items():
        here = carer & (hours >= low) & (hours < high)
        if here.any():
            key = f"{HOURS}hours_answered_per_carer_{name}"
            found.add(key, hours[here].mean(dtype=np.float64), "hours a week")
    _prices(model, found)


def _prices(model: Any, found: Findings) -> None:
    from sim.agents.books import fees_now

    fees, p = fees_now(model.council, model.p), model.p
    young, old = (
        (fees.care_home_week[row] + fees.nhs_care_home_week[row]) / PENCE_PER_POUND
        for row in (0, 1)
    )
    hour, week = f"gbp_per_hour_{PRICES}", f"gbp_per_week_{PRICES}"
    for name, value in (
        (f"council_home_care_hour_{hour}", fees.home_care_hour / PENCE_PER_POUND),
        (f"sustainable_home_care_hour_{hour}", fees.home_care_price_hour / PENCE_PER_POUND),
        (f"private_home_care_hour_{hour}", p.private_home_care_gbp_per_hour),
        (f"council_care_home_65plus_total_expenditure_{week}", old),
        (f"council_care_home_18_64_total_expenditure_{week}", young),
        (f"sustainable_care_home_65plus_{week}",
         (fees.care_home_price_week[1] + fees.nhs_care_home_week[1]) / PENCE_PER_POUND),
        (f"self_funder_care_home_{week}", p.self_funder_care_home_week),
    ):  # fmt: skip
        found.add(f"{MONEY}price_{name}", value, "first month")
    for row, group in enumerate(("18_64", "65plus")):
        key = f"{MONEY}weekly_package_gross_current_care_homes_{group}_{week}"
        found.add(key, fees.care_home_week[row] / PENCE_PER_POUND, "the council's fee")


def team_minutes(people: Any, p: Any) -> Any:
    """Minutes a week asked of the reablement team for each resident: int64[n].

    The account counts the team's hours, clients' and those that only spare a family included.
    """
    asked = np.minimum(int(units.minutes(p.reablement_hours_week)), people.needed_minutes)
    return np.where(people.reablement_months > 0, asked, 0).astype(np.int64)


@dataclass
class YearOfAccount:
    """The first year, added up by level of need and by who pays."""

    sums: Counter[str] = field(default_factory=Counter)
    months: int = 0

    def month(self, model: Any) -> None:
        """Add up a month of the first year."""
        if model.month > 12:
            return
        self.months += 1
        self._hours(model)
        self._people_and_events(model)
        ledger, month, add = model.ledger, (model.month,), self.sums
        add["net"] += model.council_spend_gbp_per_head * model.people_of_all_ages
        given = ledger.spent(Account.RESIDENTS, "client contributions", month) / PENCE_PER_POUND
        add["gross"] += model.council_spend_gbp_per_head * model.people_of_all_ages + given
        for line in ("private home care", "self-funded care homes"):
            add[line] += ledger.spent(Account.RESIDENTS, line, month) / PENCE_PER_POUND
        add["reablement"] += ledger.spent(Account.COUNCIL, "reablement", month) / PENCE_PER_POUND
        for service, volume in model.money.services.items():
            add[f"fee_gap_{service}"] += volume.gap.fee / PENCE_PER_POUND

    def _hours(self, model: Any) -> None:
        people, caring, add = model.world.people, model.caring, self.sums
        older = people.age_months >= PENSION_AGE * 12
        by_home = np.zeros(len(people), dtype=np.int64)
        same = caring.kind == int(Kind.HOUSEHOLD)
        np.add.at(by_home, caring.cared[same], caring.given[same])
        formal = people.formal_minutes.astype(np.int64)
        columns = {
            "need_own_home": people.needed_minutes, "co_resident_kin": by_home,
            "other_kin_friends_neighbours": people.kin_minutes - by_home,
            "community_and_volunteers": people.community_minutes, "unmet": people.unmet_minutes,
            **{name: np.where(people.client == care, formal, 0) for name, care in CARE.items()},
            "reablement": team_minutes(people, model.p),
        }  # fmt: skip
        for group, here in (("65plus", older), ("18_64", ~older)):
            for level in LEVELS:
                rows = np.flatnonzero(here & (people.need == level))
                for name, minutes in columns.items():
                    add[f"{name}_{group}_level_{level}"] += int(minutes[rows].sum(dtype=np.int64))
            for name in ("need_own_home", "reablement"):
                total = int(columns[name][here].sum(dtype=np.int64))
                add[f"{name}_{group}"] += total

    def _people_and_events(self, model: Any) -> None:
        people, events, add = model.world.people, model.events, self.sums
        older = people.age_months >= PENSION_AGE * 12
        council = people.care_home == CareHome.COUNCIL
        for group, here in (("65plus", older), ("18_64", ~older)):
            add[f"homes_{group}"] += int((council & here).sum())
        for name, least, most in (("level_0", 0, 0), ("level_1", 1, 1), ("level_2", 2, 2),
                                  ("levels_3_4", LEVELS[2], LEVELS[3])):  # fmt: skip
            here = older & people.at_home & (people.need >= least) & (people.need <= most)
            add[f"months_{name}"] += int(here.sum())
            add[f"admitted_{name}"] += int((events.admission & here).sum())
        add["requests"] += model.funnel.requests
        add["safeguarding"] += int(events.safeguarding.sum())
        add["seen"] += model.carer_support.seen
        add["vacancies"] += int((~model.posts.filled).sum())
        add["leavers"] += model.leavers

    def report(self, found: Findings) -> None:
        """Turn the year into findings."""
        if self.months < 12:
            return
        sums, scale = self.sums, found.scale
        hours = scale / MINUTES_PER_HOUR / 12
        for name, minutes in sums.items():
            if "_level_" in name and not name.startswith(("months_", "admitted_")):
                found.add(HOURS + name, minutes * hours, "hours a week, mean of the first year")
        for group in ("65plus", "18_64"):
            for name in ("need_own_home", "reablement"):
                found.add(f"{HOURS}{name}_{group}", sums[f"{name}_{group}"] * hours,
                          "hours a week, mean of the first year")  # fmt: skip
            found.count(f"{MONEY}average_clients_care_homes_{group}", sums[f"homes_{group}"] / 12)
        for name in ("level_0", "level_1", "level_2", "levels_3_4"):
            months = sums[f"months_{name}"]
            if months:
                key = f"{CRISES}emergency_admission_rate_own_home_65plus_{name}"
                found.add(key, sums[f"admitted_{name}"] / months * 12, "a person a year")
        found.count(f"{FLOWS}requests_18plus", sums["requests"])
        found.count(f"{FLOWS}carers_supported_or_assessed_18plus", sums["seen"])
        found.count(f"{CRISES}safeguarding_enquiries_18plus", sums["safeguarding"])
        found.count("account_5_workforce_vacancies", sums["vacancies"] / 12)
        found.count("account_5_workforce_leavers_a_year", sums["leavers"])
        self._pounds(found)

    def _pounds(self, found: Findings) -> None:
        sums, unit = self.sums, f"gbp_bn_{PRICES}"
        told = {
            f"gross_current_expenditure_built_up_18plus_{unit}": sums["gross"],
            f"net_current_expenditure_asc_fr_18plus_{unit}": sums["net"],
            f"short_term_st_max_18plus_{unit}": sums["reablement"],
            f"self_funders_care_homes_{unit}": sums["self-funded care homes"],
        }
        for line, services in FEE_GAPS.items():
            told[f"fee_gap_p_f_d_{line}_{unit}"] = sum(sums[f"fee_gap_{s}"] for s in services)
        for name, pounds in told.items():
            found.add(MONEY + name, pounds * found.scale / BILLION, "billion, year one")
        found.add("private_help", sums["private home care"] * found.scale / BILLION,
                  "billion, year one", 0.0, *(MONEY + line + unit for line in PRIVATE))  # fmt: skip
