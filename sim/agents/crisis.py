"""Crises: A&E, emergency admission, delayed discharge, care-home entry, safeguarding.

Looks at age, need, loneliness, unmet care; records events. A crisis is an episode: events within
30 days of one another count once. There is no arrow from spending to A&E: a cut acts only through
people who lose care.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.connector import meet_at_the_bedside
from sim.agents.homes import find_beds
from sim.agents.means_test import who_pays
from sim.agents.risk import Norms
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import THOUSAND
from sim.world.bands import AGE_BANDS, LEVELS, PENSION_AGE, CareHome
from sim.world.columns import Columns
from sim.world.people import refresh

if TYPE_CHECKING:
    from sim.agents.market import Market

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass
class Events:
    """What happened this month, one flag per resident; `payer` of a care-home place, 0 for none."""

    ae: Flags
    admission: Flags
    delayed: Flags
    care_home: Flags
    breakdown: Flags
    safeguarding: Flags
    crisis: Flags
    payer: NDArray[np.uint8]

    @classmethod
    def none(cls, size: int) -> Events:
        """A month in which nothing happened."""

        def nobody() -> Flags:
            return np.zeros(size, dtype=np.bool_)

        return cls(
            ae=nobody(),
            admission=nobody(),
            delayed=nobody(),
            care_home=nobody(),
            breakdown=nobody(),
            safeguarding=nobody(),
            crisis=nobody(),
            payer=np.zeros(size, dtype=np.uint8),
        )


def goes_without(people: Columns, rows: NDArray[np.int64], p: Parameters) -> Flags:
    """Which of `rows`, who are in need, have unmet need as surveys tell it from met need.

    A survey asks whether a person goes without help, not for how many hours: unmet is here when
    nobody meets `unmet_counts_from_share` of the hours needed at home. In a care home need is met.
    """
    least = p.unmet_counts_from_share * people.needed_minutes[rows]
    return np.asarray((people.unmet_minutes[rows] >= least) & people.at_home[rows])


def care_not_ready(people: Columns, rows: NDArray[np.int64]) -> Floats:
    """Part of the care at home that is not there to go home to, 0 to 1, for people in need.

    All of it for those who wait for an assessment or for care to start (nobody with room, or a
    provider who gave up); else what the council does not deliver of what it would have granted in
    April 2024: refused, cut, or without staff. Nothing for people it would not have helped.
    """
    due = people.reference_package[rows].astype(np.int64)
    short = 1.0 - np.minimum(people.formal_minutes[rows] / np.maximum(due, 1), 1.0)
    return np.where(people.waiting[rows] > 0, 1.0, np.where(due > 0, short, 0.0))


def hospital(
    people: Columns,
    raw: dict[str, Floats],
    norms: Norms,
    p: Parameters,
    luck: Luck,
    month: int,
    events: Events,
    bedside: int = 0,
) -> None:
    """A&E attendances without admission, emergency admissions and delayed discharges.

    `bedside` is how many patients whose care is not ready a coordinator comes to see.
    """
    ids, band = people.id, people.band
    needy = np.flatnonzero(people.need > 0)
    # risk ratio of unmet v met: ratio ** (unmet or not, less the share unmet at the start)
    unmet = goes_without(people, needy, p) - norms.goes_without
    rate = p.array("admissions_per_1000", AGE_BANDS)[band] / THOUSAND / 12
    rate = rate * norms.divide("admission", people, raw["admission"])
    rate[needy] *= p.rr_emergency_unmet_v_met_model**unmet
    rate = np.where(people.at_home, rate, p.emergency_admissions_per_resident_care_home / 12)
    events.admission = luck.happens(Decision.ADMISSION, ids, month, 1.0 - np.exp(-rate))
    rate = p.array("ae_not_admitted_per_1000", AGE_BANDS)[band] / THOUSAND / 12
    rate = rate * norms.divide("ae", people, raw["ae"])
    rate[needy] *= p.rr_ae_unmet_v_met_model**unmet
    rate = rate * np.where(people.referred > 0, p.unmet_need_discovery_uplift, 1.0)
    seen = luck.happens(Decision.AE, ids, month, 1.0 - np.exp(-rate))
    through = events.admission * p.admissions_through_ae_share
    events.ae = seen | luck.happens(Decision.AE_FIRST, ids, month, through)
    there = needy[events.admission[needy] & people.at_home[needy]]
    ready, not_ready = p.delay_chance_care_ready, p.delay_chance_care_not_ready
    missing = care_not_ready(people, there)
    missing[meet_at_the_bedside(people, there, missing, bedside, p, luck, month)] = 0.0
    risk = ready + (not_ready - ready) * missing
    events.delayed = np.zeros(len(people), dtype=np.bool_)
    events.delayed[there] = luck.happens(Decision.DELAY, ids[there], month, risk)


def care_home_entry(
    people: Columns,
    raw: dict[str, Floats],
    norms: Norms,
    p: Parameters,
    luck: Luck,
    month: int,
    events: Events,
    turned_down: float = 0.0,
) -> None:
    """People with high need move into care homes, sooner with dementia or when care breaks.

    The council's panel turns down a share of the places it would pay for: the person stays at
    home with the same need, and may come before it again. Who pays for themselves is not asked.
    """
    tables = p.array("care_home_entry_18_64", LEVELS), p.array("care_home_entry_65plus", LEVELS)
    older = (people.age_months >= PENSION_AGE * 12).view(np.uint8)
    row = older * np.uint8(len(LEVELS)) + people.need
    yearly = np.concatenate(tables).take(row)
    asks = np.flatnonzero((yearly > 0) & people.at_home & (people.awaits_bed == 0))
    yearly = yearly[asks] * p.array("care_home_entry_age_ratio", AGE_BANDS)[people.band[asks]]
    rate = yearly / 12 * norms.divide("care_home", people, raw["care_home"], asks)
    rate = rate * np.where(people.carer_lost[asks], p.carer_stress_institutionalisation_or, 1.0)
    admitted = events.admission[asks]
    rate = rate * np.where(admitted, p.care_home_entry_ratio_after_admission, 1.0)
    moves = luck.hit(Decision.CARE_HOME, people.id[asks], month, 1.0 - np.exp(-rate))
    events.care_home = np.zeros(len(people), dtype=np.bool_)
    events.care_home[asks[moves]] = True
    rows = np.flatnonzero(events.care_home)
    events.payer = np.zeros(len(people), dtype=np.uint8)
    events.payer[rows] = who_pays(people, rows, p, luck, month)
    council = rows[events.payer[rows] == CareHome.COUNCIL]
    no = luck.happens(Decision.CARE_HOME_PANEL, people.id[council], month, turned_down)
    events.care_home[council[no]] = False
    events.payer[council[no]] = 0


CARE_AT_HOME = (
    "client",
    "package",
    "waiting",
    "months_waiting",
    "reference_package",
    "needed_minutes",
    "kin_minutes",
    "kin_base_minutes",
    "community_minutes",
    "formal_minutes",
    "own_minutes",
    "unmet_minutes",
)  # what ends with living at home


def move_to_care_home(
    people: Columns, events: Events, market: Market, p: Parameters, luck: Luck, month: int
) -> None:
    """The move itself, when last month's care at home is paid for; the household carries on.

    Who finds no free bed stays at home, with what care there is, and tries again next month.
    """
    fresh = np.flatnonzero(events.care_home)
    people.awaits_bed[fresh] = events.payer[fresh]
    asking = np.flatnonzero(people.awaits_bed > 0)
    if asking.size == 0:
        return
    market.count(people, p)
    home = find_beds(people, asking, market.services, luck, month)
    rows, home = asking[home >= 0], home[home >= 0]
    if rows.size == 0:
        return
    people.care_home[rows] = people.awaits_bed[rows]
    people.awaits_bed[rows] = 0
    people.household[rows] = int(people.household.max()) + 1 + np.arange(rows.size)
    for name in CARE_AT_HOME:
        getattr(people, name)[rows] = 0
    people.provider[rows] = home
    people.hub[rows] = -1
    people.need[rows] = np.maximum(people.need[rows], 2)
    refresh(people)


def safeguarding(people: Columns, p: Parameters, luck: Luck, month: int, events: Events) -> None:
    """Safeguarding enquiries, by need level and in care homes."""
    yearly = p.array("safeguarding_per_1000", LEVELS)[people.need] / THOUSAND
    yearly = np.where(people.at_home, yearly, p.safeguarding_per_1000_care_home / THOUSAND)
    chance = 1.0 - np.exp(-yearly / 12)
    events.safeguarding = luck.happens(Decision.SAFEGUARDING, people.id, month, chance)


def count_episodes(people: Columns, p: Parameters, luck: Luck, month: int, events: Events) -> None:
    """Join events within 30 days into one crisis: only the first of a chain counts.

    Each event falls on a keyed day of the month; `last_crisis` is the date of the latest event
    in months.
    """
    any_event = (
        events.admission
        | events.delayed
        | events.care_home
        | events.breakdown
        | events.safeguarding
    )
    rows = np.flatnonzero(any_event)
    day = month + luck.uniform(Decision.CRISIS_DAY, people.id[rows], month)
    gap = day - people.last_crisis[rows]
    events.crisis = np.zeros(len(people), dtype=np.bool_)
    events.crisis[rows] = gap > p.crisis_chain_months
    people.last_crisis[rows] = day
