"""Unpaid carers against the Census, England's account, councils' records and the cost in work.

Looks at carers on the day the record opens and through its first year; changes nothing. Flows are
scaled to all of England.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.experiment.fit_finding import Findings
from sim.units import MINUTES_PER_HOUR
from sim.world.bands import ADULT_AGE, PENSION_AGE, QUINTILES, Sex
from sim.world.ties import Kind
from sim.world.vital import age_weights

CARER_AGES = {"16_34": (16, 35), "35_49": (35, 50), "50_64": (50, 65), "65_74": (65, 75),
              "75_84": (75, 85), "85_plus": (85, 999)}  # fmt: skip
CARER_HOURS = {"9h_or_less": (0, 10), "10_19h": (10, 20), "20_34h": (20, 35),
               "35_49h": (35, 50), "50hplus": (50, 999)}  # fmt: skip
ACCOUNT = "account_2_hours_"


def census(people: Any, found: Findings) -> None:
    """Carers on the day the record opens, as the Census would count them."""
    years = people.age_months // 12
    carer, hours = people.carer, people.answered_hours
    for name, (low, high) in CARER_AGES.items():
        found.share(f"unpaid_carer_share_{name}", carer, (years >= low) & (years < high))
    found.count("carers_census_2021", carer.sum(), "aged 16 or over; the Census counts from 5")
    for name, (low, high) in CARER_HOURS.items():
        here = carer & (hours >= low) & (hours < high)
        found.count(f"account_2_hours_census_carers_{name}", here.sum(), "16 or over")
    found.share("carers_share_women", people.sex == Sex.FEMALE, carer)
    found.share("carers_share_over_50", years >= 50, carer)
    weights = age_weights(2024)
    adults = float(weights[ADULT_AGE:].sum() / weights[5:].sum())
    note = "by own age mix, adults' share spread over everyone from 5 as the Census counts"
    for name, row in (("most", 0), ("least", len(QUINTILES) - 1)):
        long_hours = _standardised(carer & (hours >= 50), people, row) * adults
        size = max(float((people.quintile == row).sum()), 1.0)
        luck = float(np.sqrt(max(long_hours, 1e-9) / size))
        found.add(f"carers_50h_{name}_deprived_fifth", long_hours, note, luck)
    every = _standardised(carer, people, 0) * adults
    luck = float(np.sqrt(every / max((people.quintile == 0).sum(), 1)))
    found.add("carers_prevalence_most_deprived_fifth", every, note, luck)
    for name, sex in (("female", Sex.FEMALE), ("male", Sex.MALE)):
        here = people.sex == sex
        share = float(carer[here].mean()) * adults
        luck = float(np.sqrt(share / max(here.sum(), 1)))
        found.add(f"carers_prevalence_{name}", share, note, luck)


def _standardised(flags: Any, people: Any, quintile: int) -> float:
    """Share flagged in a deprivation fifth, at everyone's own age mix."""
    total = 0.0
    for band in np.unique(people.band):
        here = (people.band == band) & (people.quintile == quintile)
        if here.any():
            total += float((people.band == band).mean() * flags[here].mean())
    return total if (people.quintile == quintile).any() else math.nan


@dataclass
class YearOfCarers:
    """The first year of carers: who helps whom, councils' support, and work."""

    sums: Counter[str] = field(default_factory=Counter)
    months: int = 0
    elsewhere: float = math.nan
    carers: int = 0
    out_of_work: float = math.nan

    def open(self, model: Any, found: Findings) -> None:
        """Note the carers of the day the record opens."""
        census(model.world.people, found)

    def month(self, model: Any) -> None:
        """Add up a month of the first year."""
        if model.month > 12:
            return
        self.months += 1
        people, caring, add = model.world.people, model.caring, self.sums
        add["seen"] += model.carer_support.seen
        add["direct"] += model.carer_support.direct
        home = caring.kind == int(Kind.HOUSEHOLD)
        received = people.kin_minutes.astype(np.int64)
        by_home = np.zeros(len(people), dtype=np.int64)
        np.add.at(by_home, caring.cared[home], caring.given[home])
        older = people.age_months >= PENSION_AGE * 12
        for group, here in (("65plus", older), ("18_64", ~older)):
            add[f"home_{group}"] += int(by_home[here].sum())
            add[f"other_{group}"] += int((received - by_home)[here].sum())
        if model.month == 12:
            self._year_end(model)

    def _year_end(self, model: Any) -> None:
        people, caring = model.world.people, model.caring
        elsewhere = people.outside_minutes > 0
        apart = people.household[caring.carer] != people.household[caring.cared]
        elsewhere[caring.carer[apart]] = True
        self.elsewhere = float(elsewhere[people.carer].mean())
        self.carers = int(people.carer.sum())
        self.out_of_work = out_of_work_by_caring(people)

    def report(self, found: Findings) -> None:
        """Turn the year into findings."""
        if self.months < 12:
            return
        share = self.elsewhere
        found.add("carers_care_outside_household_share", share, "month 12",
                  math.sqrt(share * (1 - share) / max(self.carers, 1)))  # fmt: skip
        seen, direct = self.sums["seen"], self.sums["direct"]
        found.count("carers_supported_or_assessed_2023_24", seen, "first year")
        part = direct / seen if seen else math.nan
        found.add("carers_direct_support_share", part, f"{direct} of {seen} carers seen, year one",
                  math.sqrt(part * (1 - part) / max(seen, 1)))  # fmt: skip
        found.count("carers_left_employment", self.out_of_work,
                    "aged 16 to 64, month 12: fewer in work than others of their age, sex, "
                    "disability")  # fmt: skip
        hours = found.scale / MINUTES_PER_HOUR / 12
        for group in ("65plus", "18_64"):
            for name, word in (("home", "co_resident_kin"),
                               ("other", "other_kin_friends_neighbours")):  # fmt: skip
                found.add(f"hours_{word}_{group}", self.sums[f"{name}_{group}"] * hours,
                          "hours a week, mean of the first year", 0.0,
                          f"{ACCOUNT}{word}_{group}")  # fmt: skip


def out_of_work_by_caring(people: Any) -> float:
    """Carers aged 16 to 64 fewer in work than if they worked as others like them do."""
    young = people.age_months < PENSION_AGE * 12
    cell = (people.band * 2 + people.sex) * 2 + people.disabled
    missing = 0.0
    for each in np.unique(cell[young]):
        here = young & (cell == each)
        carers, others = here & people.carer, here & ~people.carer
        if others.any():
            usual = float(people.employed[others].mean())
            missing += carers.sum() * usual - people.employed[carers].sum()
    return float(missing)
