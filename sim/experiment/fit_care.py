"""A year of care: what people ask for, get and go without, crises, money, giving time.

Looks at the model after every month; changes nothing. Flows are those of the first year, in a
place of England's age, scaled to all of England.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.experiment.fit_finding import Findings, published
from sim.experiment.fit_funnel import YearOfFunnel
from sim.money import Account
from sim.units import MINUTES_PER_HOUR, PENCE_PER_POUND
from sim.world.bands import ETHNICITIES, PENSION_AGE, Care, CareHome

ADMISSION_AGES = {"18_44": (18, 45), "45_64": (45, 65), "65_74": (65, 75), "75_84": (75, 85),
                  "85plus": (85, 999)}  # fmt: skip
HELP = {"need": "needed_minutes", "unpaid": "kin_minutes", "community": "community_minutes",
        "own": "own_minutes", "unmet": "unmet_minutes"}  # fmt: skip
BILLION = 1e9
LONG_TERM = ("home care", "direct payments", "supported living", "care homes")
SESSIONS = 4  # a month holds four weekly sessions


@dataclass
class YearOfCare:
    """The first year of care."""

    sums: Counter[str] = field(default_factory=Counter)
    months: int = 0
    supported: dict[str, Any] = field(default_factory=dict)
    at_start: Any = None
    at_end: Any = None
    year_end: dict[str, float] = field(default_factory=dict)
    funnel: YearOfFunnel = field(default_factory=YearOfFunnel)

    def open(self, model: Any) -> None:
        """Note who has long-term support when the record opens."""
        ids, older = _long_term(model)
        self.at_start = {"18_64": ids[~older], "65plus": ids[older]}
        self.supported = dict(self.at_start)

    def month(self, model: Any) -> None:
        """Add up a month."""
        if model.month > 12:
            return
        self.months += 1
        self.funnel.month(model)
        self._events(model)
        self._help(model)
        self._money_and_time(model)
        ids, older = _long_term(model)
        for group, here in (("18_64", ~older), ("65plus", older)):
            self.supported[group] = np.union1d(self.supported[group], ids[here])
        if model.month == 12:
            self.at_end = {"18_64": ids[~older], "65plus": ids[older]}
            self._year_end(model)

    def _events(self, model: Any) -> None:
        people, events, add = model.world.people, model.events, self.sums
        years = people.age_months // 12
        older = years >= PENSION_AGE
        add["older_months"] += int(older.sum())
        add["deaths"] += model.deaths
        add["requests"] += model.funnel.requests
        add["assessed"] += model.funnel.assessed
        for name, (low, high) in ADMISSION_AGES.items():
            add[f"admitted_{name}"] += int(
                (events.admission & (years >= low) & (years < high)).sum()
            )
        moved = events.care_home
        add["admitted_65plus"] += int((events.admission & older).sum())
        living_in = (people.care_home > 0) & ~moved
        add["admitted_from_homes"] += int((events.admission & older & living_in).sum())
        add["ae_65plus"] += int((events.ae & older).sum())
        add["ae_only_65plus"] += int((events.ae & older & ~events.admission).sum())
        add["ae_18_64"] += int((events.ae & ~older & (years >= 18)).sum())
        add["homes_65plus"] += int((moved & older).sum())
        council = moved & (events.payer == CareHome.COUNCIL)
        add["homes_council_65plus"] += int((council & older).sum())
        add["homes_council_18_64"] += int((council & ~older).sum())
        add["delayed"] += int(events.delayed.sum())
        add["safeguarding"] += int(events.safeguarding.sum())
        add["breakdown"] += int(events.breakdown.sum())
        add["chains_65_admission"] += int((events.crisis & events.admission & older).sum())
        add["chains"] += int((events.crisis & (older | ~events.admission)).sum())

    def _help(self, model: Any) -> None:
        people, add = model.world.people, self.sums
        older = people.age_months >= PENSION_AGE * 12
        formal = people.formal_minutes.astype(np.int64)
        for group, here in (("65plus", older), ("18_64", ~older)):
            for name, column in HELP.items():
                add[f"{name}_{group}"] += int(getattr(people, column)[here].astype(np.int64).sum())
            for care in (Care.HOME_CARE, Care.DIRECT_PAYMENT, Care.SUPPORTED_LIVING):
                add[f"{care.name}_{group}"] += int(formal[here & (people.client == care)].sum())
        add["waiting_1"] += int((people.waiting == 1).sum())
        add["waiting_2"] += int((people.waiting == 2).sum())

    def _money_and_time(self, model: Any) -> None:
        people, add = model.world.people, self.sums
        add["fee_gap"] += model.fee_gap_gbp_per_head * model.people_of_all_ages
        add["council"] += model.council_spend_gbp_per_head * model.people_of_all_ages
        add["adults"] += int((people.age_months >= 18 * 12).sum())
        ledger, month = model.ledger, (model.month,)
        for line in LONG_TERM:
            add[f"paid_{line}"] += ledger.spent(Account.COUNCIL, line, month)
        add["contributions"] += ledger.spent(Account.RESIDENTS, "client contributions", month)
        clubs = [hub for hub in model.hubs if hub.open]
        add["visits"] += sum(hub.visits_this_month for hub in clubs)
        add["sessions"] += SESSIONS * len(clubs)
        add["members"] += int((people.hub >= 0).sum())
        add["clubs"] += len(clubs)
        volunteers = people.volunteers
        add["volunteers"] += int(volunteers.sum())
        add["people"] += len(people)
        for row, name in enumerate(ETHNICITIES):
            here = people.ethnicity == row
            add[f"volunteers_{name}"] += int(volunteers[here].sum())
            add[f"people_{name}"] += int(here.sum())
        years = people.age_months // 12
        for name, low, high in (("25_34", 25, 35), ("65_74", 65, 75)):
            here = (years >= low) & (years < high)
            add[f"volunteers_{name}"] += int(volunteers[here].sum())
            add[f"people_{name}"] += int(here.sum())

    def _year_end(self, model: Any) -> None:
        people = model.world.people
        years = people.age_months // 12
        home, unmet = people.care_home == 0, people.unmet_minutes > 0
        # Level 1 is shopping, company, lifts and meals alone; surveys of unmet need ask of more.
        basic = unmet & (people.need > 1)
        seen = self.year_end
        older = years >= PENSION_AGE
        seen["unmet_65plus"] = float((unmet & older).sum())
        seen["basic_65plus"] = float((basic & older).sum())
        for name, low, high in (("50plus", 50, 999), ("50s", 50, 60), ("60s", 60, 70),
                                ("70s", 70, 80)):  # fmt: skip
            here = home & (years >= low) & (years < high)
            seen[f"unmet_{name}"], seen[f"size_{name}"] = float(basic[here].mean()), here.sum()
        seen["hub_reach"] = float((people.hub[older] >= 0).mean())
        seen["older"] = float(older.sum())
        seen["referred"] = float(sum(each.referred for each in model.connectors))
        seen["placed"] = float(sum(each.placed for each in model.connectors))

    def report(self, found: Findings) -> None:
        """Turn the year into findings."""
        if self.months < 12:
            return
        self._flows(found)
        self.funnel.report(found)
        self._hours(found)
        self._crises(found)
        self._pounds(found)
        self._giving(found)

    def _flows(self, found: Findings) -> None:
        sums, count = self.sums, found.count
        count("deaths_registered_england_2023_derived", sums["deaths"], "16 or over")
        count("requests_total_2023_24", sums["requests"])
        count("account_4_flows_assessments_completed_18plus", sums["assessed"])
        total = {}
        everyone = np.concatenate(list(self.at_start.values()))
        for group in ("18_64", "65plus"):
            known = self.supported[group]
            total[group] = known.size
            count(f"lts_{group}_2023_24", known.size, "at any time in the first year")
            starts = np.setdiff1d(known, everyone).size
            count(f"account_4_flows_long_term_starts_{group}", starts, "new in the first year")
            sums["starts"] += starts
        count("lts_total_2023_24", sum(total.values()), "at any time in the first year")
        count("account_4_flows_long_term_starts_18plus", sums["starts"], "new in the first year")
        before, after = (
            sum(w.size for w in side.values()) for side in (self.at_start, self.at_end)
        )
        count("account_4_flows_long_term_ends_18plus", before + sums["starts"] - after,
              "those of the start and the new, less those of the end")  # fmt: skip
        older = sums["older_months"] / 12
        entries = sums["homes_council_65plus"]
        found.add(
            "care_home_admissions_65_plus_2023_24", entries / older * 1e5,
            f"paid by the council; {entries} seen", math.sqrt(entries) / older * 1e5,
        )  # fmt: skip
        count("account_4_flows_care_home_entries_all_payers_65plus", sums["homes_65plus"])
        count("account_4_flows_care_home_entries_council_18_64", sums["homes_council_18_64"])
        for row, name in ((1, "assessment_18plus"), (2, "care_or_payment_to_start_18plus")):
            number = sums[f"waiting_{row}"] / 12
            count(f"waiting_in_year_one_{name}", number, "mean of the first year",
                  f"account_4_flows_waiting_{name}")  # fmt: skip

    def _hours(self, found: Findings) -> None:
        hours = found.scale / MINUTES_PER_HOUR / 12

        def tell(key: str, names: tuple[str, ...], *evidence: str) -> None:
            value = sum(self.sums[name] for name in names) * hours
            found.add(key, value, "hours a week, mean of the first year", 0.0, *evidence)

        account = "account_2_hours_"
        both = ("65plus", "18_64")
        tell(f"{account}total_need_own_home_18plus", tuple(f"need_{g}" for g in both))
        tell(f"{account}total_unpaid_18plus", tuple(f"unpaid_{g}" for g in both))
        tell(f"{account}total_unmet_18plus", tuple(f"unmet_{g}" for g in both))
        formal = tuple(f"{c.name}_{g}" for c in Care if c for g in both)
        given = (*formal, *(f"{n}_{g}" for n in ("own", "community") for g in both))
        tell(f"{account}total_paid_and_community_18plus", given)
        for group in both:
            tell(f"{account}unmet_{group}", (f"unmet_{group}",))
            for name, care in (
                ("council_home_care", Care.HOME_CARE),
                ("direct_payments_and_personal_assistants", Care.DIRECT_PAYMENT),
                ("supported_living_and_accommodation", Care.SUPPORTED_LIVING),
            ):
                tell(f"{account}{name}_{group}", (f"{care.name}_{group}",))
            tell(f"{account}community_and_volunteers_{group}", (f"community_{group}",))
            tell(f"hours_paid_privately_{group}", (f"own_{group}",),
                 f"{account}self_funded_home_care_{group}",
                 f"{account}other_private_help_{group}")  # fmt: skip
        seen = self.year_end
        any_unmet = "any need left unmet, month 12"
        key = "account_2_hours_people_65plus_with_some_unmet_need_own_home_65plus"
        found.count(key, seen["unmet_65plus"], any_unmet)
        basic = "need of level 2 or over left unmet, month 12"
        found.count("unmet_need_65plus_count_2024", seen["basic_65plus"], basic)
        for name in ("50plus", "50s", "60s", "70s"):
            share = seen[f"unmet_{name}"]
            found.add(f"unmet_need_{name}", share, basic,
                      math.sqrt(share * (1 - share) / max(seen[f"size_{name}"], 1)))  # fmt: skip

    def _crises(self, found: Findings) -> None:
        sums, account = self.sums, "account_6_crises_"
        for name in (*ADMISSION_AGES, "65plus"):
            found.count(f"{account}emergency_admissions_{name}", sums[f"admitted_{name}"])
        for key, name in (
            ("emergency_admissions_of_care_home_residents_65plus", "admitted_from_homes"),
            ("a_e_attendances_65plus", "ae_65plus"),
            ("a_e_attendances_not_admitted_65plus", "ae_only_65plus"),
            ("a_e_attendances_18_64", "ae_18_64"),
            ("delayed_episodes_waiting_for_social_care_adults", "delayed"),
            ("carer_breakdown_50hplus_carers", "breakdown"),
            (
                "chains_30_days_started_by_a_65plus_emergency_admission_65plus",
                "chains_65_admission",
            ),
            ("total_chains_65plus_admissions_plus_all_social_crises", "chains"),
        ):
            found.count(account + key, sums[name])
        found.count("safeguarding_s42_enquiries_2023_24", sums["safeguarding"])

    def _pounds(self, found: Findings) -> None:
        sums, billion = self.sums, found.scale / BILLION
        pence = billion / PENCE_PER_POUND
        prices, money = "gbp_bn_2024_25_prices", "account_3_money_"
        found.add(f"{money}fee_gap_total_{prices}", sums["fee_gap"] * billion, "billion, year one")
        found.add(f"{money}net_per_adult_council_file_151_councils_gbp_per_adult_year_2024_25_prices",
                  sums["council"] / (sums["adults"] / 12), "council net, year one")  # fmt: skip
        found.add("net_current_expenditure_2024_25", sums["council"] * billion, "billion, year one")
        paid = sum(sums[f"paid_{line}"] for line in LONG_TERM)
        found.add("long_term_support_gross", paid * pence, "billion, year one", 0.0,
                  *(f"{money}long_term_support_built_up_{group}_{prices}"
                    for group in ("65plus", "18_64")))  # fmt: skip
        for line, word in (("home care", "home_care"), ("direct payments", "direct_payments"),
                           ("care homes", "care_homes")):  # fmt: skip
            found.add(f"spent_on_{word}", sums[f"paid_{line}"] * pence, "billion, year one", 0.0,
                      *(f"{money}clients_x_weekly_package_x_52_18_{word}_{group}_{prices}"
                        for group in ("65plus", "18_64")))  # fmt: skip
        given = sums["contributions"] * pence
        found.add("client_contributions_2024_25", given, "billion, year one")
        found.add(f"{money}client_contributions_18plus_{prices}", given, "billion, year one")

    def _giving(self, found: Findings) -> None:
        sums, seen = self.sums, self.year_end

        def share(name: str) -> float:
            return sums[f"volunteers{name}"] / max(sums[f"people{name}"], 1)

        def luck(name: str) -> float:
            part = share(name)
            return math.sqrt(part * (1 - part) / max(sums[f"people{name}"] / 12, 1))

        words = "mean of the first year"
        found.add("formal_volunteering_monthly_2023_24", share(""), words, luck(""))
        told = ("white", "asian", "black", "mixed")
        level = sum(
            sums[f"people_{n}"] * published(f"formal_volunteering_monthly_{n}_2016_17")
            for n in told
        ) / sum(sums[f"people_{n}"] for n in told)
        note = f"ratio to everyone's share, at the level of 2016/17, {level:.3f}"
        for name in (*told, "25_34", "65_74"):
            found.add(f"formal_volunteering_monthly_{name}_2016_17",
                      share(f"_{name}") / share("") * level, note,
                      luck(f"_{name}") / share("") * level)  # fmt: skip
        reach = seen["hub_reach"]
        found.add("lunch_club_reach_of_65plus_city", reach, "members at 65 or over, month 12",
                  math.sqrt(reach * (1 - reach) / max(seen["older"], 1)))  # fmt: skip
        clubs = f"mean of the first year, {sums['clubs'] / 12:.0f} clubs"
        if sums["clubs"]:
            found.add("lunch_club_members_per_club", sums["members"] / sums["clubs"], clubs)
            found.add("lunch_club_meals_per_session", sums["visits"] / sums["sessions"], clubs)
        placed = seen["placed"] / seen["referred"] if seen["referred"] else math.nan
        found.add("social_prescribing_any_intervention_received", placed,
                  f"placed of {seen['referred']:.0f} referred, year one",
                  math.sqrt(max(placed * (1 - placed), 0) / max(seen["referred"], 1)))  # fmt: skip


def _long_term(model: Any) -> tuple[Any, Any]:
    """Identities with long-term council support now, and which of them are 65 or over."""
    people = model.world.people
    rows = np.flatnonzero((people.client > 0) | (people.care_home == CareHome.COUNCIL))
    return people.id[rows].copy(), people.age_months[rows] >= PENSION_AGE * 12
