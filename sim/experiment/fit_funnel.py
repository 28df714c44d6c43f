"""A year of the council's funnel: requests, outcomes, starts, ends, waits, charges, packages.

Looks at the model after every month of the first year; changes nothing. Everything is scaled to
all of England and held against the reconciled account or a published target.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sim.experiment.fit_finding import Findings
from sim.units import DAYS_PER_YEAR, MINUTES_PER_HOUR, PENCE_PER_POUND
from sim.world.bands import LEVELS, PENSION_AGE, Care, CareHome

GROUPS = ("18_64", "65plus")
OUTCOMES = {
    "nothing": ("nothing", "no_service"),
    "signposted": ("signposted", "universal_signposted"),
    "low_level": ("low_level", "ongoing_low_level"),
    "st_max": ("st_max", "st_max_reablement"),
    "other_short_term": ("other_short_term_or_end_of_life", ""),
    "long_term": ("long_term", "long_term_support"),
}  # the model's word: the account's, the published share's
SETTINGS = ("care_homes", "community")


@dataclass
class YearOfFunnel:
    """The first year of the funnel, added up."""

    sums: Counter[str] = field(default_factory=Counter)
    level: Counter[tuple[str, int]] = field(default_factory=Counter)
    minutes: Counter[tuple[str, int]] = field(default_factory=Counter)

    def month(self, model: Any) -> None:
        """Add up a month."""
        people, count, add = model.world.people, model.funnel, self.sums
        for row, group in enumerate(GROUPS):
            add[f"asked_{group}"] += int(count.asked[row])
            add[f"ends_{group}"] += int(count.ends_of_support[row])
            for route, number in count.started.items():
                add[f"{route}_{group}"] += int(number[row])
            for reason, number in count.ended.items():
                add[f"{reason}_{group}"] += int(number[row])
        for name, number in count.outcomes.items():
            add[f"outcome_{name}"] += number
        for name in ("from_hospital", "overdue", "reablement_began", "assessed"):
            add[name] += getattr(count, name)
        add["died_waiting"] += count.died_waiting_for_care
        add["in_reablement"] += int((people.reablement_months > 0).sum())
        add["assessment_list"] += int((people.waiting == 1).sum())
        add["care_list"] += int((people.waiting == 2).sum())
        older = people.age_months >= PENSION_AGE * 12
        moved = model.events.care_home & older
        add["entries"] += int(moved.sum())
        add["entries_council"] += int((moved & (model.events.payer == CareHome.COUNCIL)).sum())
        for group, here in zip(GROUPS, (~older, older), strict=True):
            inside = here & (people.care_home == CareHome.COUNCIL)
            home = here & (people.client > 0)
            for name, who in (("care_homes", inside), ("community", home)):
                add[f"paid_{name}_{group}"] += int(people.charge_pence[who].sum())
                add[f"size_{name}_{group}"] += int(who.sum())
            for level in range(1, len(LEVELS)):
                who = home & (people.need == level)
                self.level[group, level] += int(who.sum())
                self.minutes[group, level] += int(people.formal_minutes[who].sum())
            add[f"stock_{group}"] += int(inside.sum() + home.sum())
        add["shared_lives"] += int((people.client == Care.SHARED_LIVES).sum())

    def report(self, found: Findings) -> None:
        """Turn the year into findings."""
        self._requests(found)
        self._stocks(found)
        self._packages(found)
        self._charges(found)

    def _requests(self, found: Findings) -> None:
        sums, count, flows = self.sums, found.count, "account_4_flows_"
        every = max(sum(sums[f"asked_{group}"] for group in GROUPS), 1)
        for group in GROUPS:
            count(f"requests_{group}_2023_24", sums[f"asked_{group}"])
            count(f"{flows}requests_{group}", sums[f"asked_{group}"])
        count(f"{flows}from_hospital_18plus", sums["from_hospital"])
        for name, (account, published) in OUTCOMES.items():
            number = sums[f"outcome_{name}"]
            count(f"{flows}request_outcome_{account}_18plus", number)
            if published:
                share = number / every
                luck = math.sqrt(share * (1 - share) / every)
                found.add(f"request_outcome_{published}", share, "of requests, year one", luck)
        count("stmax_episodes_2023_24", sums["reablement_began"])
        ends = {group: sums[f"ends_{group}"] for group in GROUPS}
        for group in GROUPS:
            years = sums[f"stock_{group}"] / 12 / max(ends[group], 1)
            found.add(f"{flows}mean_spell_{group}", years, f"mean stock over {ends[group]} ends",
                      years / math.sqrt(max(ends[group], 1)))  # fmt: skip
        total, stock = sum(ends.values()), sum(sums[f"stock_{group}"] for group in GROUPS) / 12
        found.add(f"{flows}mean_spell_18plus", stock / max(total, 1), f"mean stock, {total} ends",
                  stock / max(total, 1) / math.sqrt(max(total, 1)))  # fmt: skip
        deaths = sums["death_65plus"] + sums["death_in_care_home_65plus"]
        count(f"{flows}client_deaths_65plus", deaths, "at home and in council care homes")
        count(f"{flows}self_funders_who_run_out_and_become_council_clients_65plus",
              sums["ran_out_65plus"])  # fmt: skip
        count(f"{flows}care_home_entries_council_65plus", sums["entries_council"])

    def _stocks(self, found: Findings) -> None:
        sums, flows = self.sums, "account_4_flows_"
        for name, key in (
            ("in_reablement", "reablement_stock_18plus"),
            ("overdue", "waiting_overdue_review_18plus"),
        ):
            found.count(f"{flows}{key}", sums[name] / 12, "mean of the first year")
        waiting = (sums["assessment_list"] + sums["care_list"] + sums["overdue"]) / 12
        found.count(f"{flows}waiting_all_18plus", waiting, "mean of the first year")
        found.count("waiting_list_2023_03", waiting, "mean of the first year")
        found.count(f"{flows}deaths_waiting_for_care_18plus", sums["died_waiting"])
        days = sums["assessment_list"] / max(sums["assessed"], 1) * DAYS_PER_YEAR / 12
        found.add(f"{flows}mean_wait_for_assessment_18plus", days, "waiting over assessments",
                  days / math.sqrt(max(sums["assessed"], 1)))  # fmt: skip
        found.count("shared_lives_people_england", sums["shared_lives"] / 12, "mean of year one")

    def _packages(self, found: Findings) -> None:
        for group in GROUPS:
            for level in range(1, len(LEVELS)):
                number, minutes = self.level[group, level], self.minutes[group, level]
                name = f"{group}_level_{level}"
                stock = "account_1_people_council_community_clients_by_level_31_mar_2024_"
                found.count(f"{stock}{name}", number / 12, "mean of the first year")
                hours = minutes / MINUTES_PER_HOUR / number if number else math.nan
                found.add(f"account_2_hours_council_hours_per_client_{name}", hours,
                          "delivered, mean of the first year")  # fmt: skip

    def _charges(self, found: Findings) -> None:
        sums = self.sums
        for group in GROUPS:
            for name in SETTINGS:
                size = sums[f"size_{name}_{group}"]
                gbp = sums[f"paid_{name}_{group}"] / PENCE_PER_POUND / size if size else math.nan
                found.add(f"account_3_money_client_contribution_per_client_{group}_{name}_gbp_per_week"
                          "_2024_25_prices", gbp, "mean of the first year")  # fmt: skip
