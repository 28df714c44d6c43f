"""What plans do to whole places and to councils' work, beside published figures of such plans.

Lives a few plans and baselines with the same luck and looks at what people went through; changes
nothing. Each row is a published figure and what the plan nearest to it comes to in the model.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.agents.feelings import often_lonely_chance
from sim.experiment.evaluation.towns import later
from sim.experiment.fit_finding import Row
from sim.experiment.plan_checks.reading import told
from sim.scenario import Scenario, load
from sim.world.bands import PENSION_AGE, CareHome

PLACE, RESIDENTS = "England", 20_000
YEARS, LONG = 5, 8  # of a plan; of one that must build first
CARE_HOME_RATIO = "or_care_home_entry_loneliness_ucla"
NOTHING_OPEN = 24  # months in which no new place has opened yet
Look = Callable[[Any], None]


def rows(residents: int, years: int, seed: int) -> list[Row]:
    """Every row of this room; those that need more years than asked are not computed."""
    residents = min(residents, RESIDENTS)
    size, longer = (residents, min(years, YEARS), seed), (residents, min(years, LONG), seed)
    usual = Usual(Starts(), Entries(), Admissions())
    live("baseline", *longer, usual.starts, usual.entries, usual.admissions)
    return [
        *_packages(*size, usual),
        _lonely_reached(*size),
        _entries(*size, usual),
        _admissions(*longer, usual),
    ]


def live(plan: Scenario | str, residents: int, years: int, seed: int, *looks: Look) -> None:
    """Live a plan; each look sees the model on the eve and at the end of each month."""
    from sim.model import CommunityModel  # late: asking what went wrong needs no model

    model = CommunityModel(
        place=PLACE, residents=residents, years=years, plan=plan, rng=seed, lives=False
    )
    for month in range(model.horizon + 1):
        if month:
            model.run_for(1)
        for look in looks:
            look(model)


class Starts:
    """New long-term support of the council: people with it in a year who had none on its eve."""

    def __init__(self) -> None:
        self.now: set[int] = set()
        self.year: set[int] = set()
        self.eve: set[int] = set()
        self.by_year: list[int] = []

    def __call__(self, model: Any) -> None:
        """Note who is supported; at the end of each year, how many were new in it."""
        people = model.world.people
        here = (people.client > 0) | (people.care_home == CareHome.COUNCIL)
        self.now = set(people.id[here].tolist())
        if model.month:
            self.year |= self.now
        if model.month % 12 == 0:
            if model.month:
                self.by_year.append(len(self.year - self.eve))
            self.eve, self.year = self.now, set()


class Entries:
    """Moves into care homes at 65 or over in the first years."""

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, model: Any) -> None:
        """Add up a month."""
        if 0 < model.month <= YEARS * 12:
            older = model.world.people.age_months >= PENSION_AGE * 12
            self.seen += int((model.events.care_home & older).sum())


class Admissions:
    """Emergency admissions in the most deprived fifth, once a new place can have opened."""

    def __init__(self) -> None:
        self.seen, self.years = 0, 0.0

    def __call__(self, model: Any) -> None:
        """Add up a month."""
        if model.month > NOTHING_OPEN:
            here = model.world.people.quintile == 0
            self.seen += int((model.events.admission & here).sum())
            self.years += float(here.sum()) / 12

    @property
    def rate(self) -> float:
        """Admissions a person a year, not a number where nobody lives there."""
        return self.seen / self.years if self.years else math.nan


@dataclass(frozen=True)
class Usual:
    """What the baseline showed, which every plan is held against."""

    starts: Starts
    entries: Entries
    admissions: Admissions


def _packages(residents: int, years: int, seed: int, usual: Usual) -> list[Row]:
    """New long-term packages under a strengths-based deal, against the year before and the twin."""
    keys = ("three_conversations_long_term_packages_change", "three_conversations_default_effect")
    if years < YEARS:
        return [told(key, math.nan, f"needs a run of {YEARS} years") for key in keys]
    deal = Starts()
    live(later(load("strengths_deal"), 12), residents, years, seed, deal)
    first, last, other = deal.by_year[0], deal.by_year[-1], usual.starts.by_year[years - 1]
    if not first or not other:
        return [told(key, math.nan, "nobody's support began in a check this small") for key in keys]
    note = (
        f"strengths_deal from its second year, {residents:,} residents: {last} new packages in "
        f"year {years}, {first} in the year before it, {other} in year {years} without it"
    )
    luck = math.sqrt(1 / max(last, 1) + 1 / first)
    return [
        told(keys[0], last / first - 1.0, f"before and after; {note}", luck),
        told(keys[1], last / other - 1.0, f"against the same people without it; {note}",
             math.sqrt(1 / max(last, 1) + 1 / other)),
    ]  # fmt: skip


def _lonely_reached(residents: int, years: int, seed: int) -> Row:
    """The share of often lonely adults whom a hub of the plan has as a guest in a year."""
    key = "hub_share_lonely_residents_reached_year"
    if years < YEARS:
        return told(key, math.nan, f"needs a run of {YEARS} years")
    guests: list[Any] = []
    chances: list[Any] = []
    everybody: list[float] = []

    def look(model: Any) -> None:
        if model.month <= (years - 1) * 12:
            return
        people = model.world.people
        paid = np.array([hub.funded for hub in model.hubs] + [False])  # last: -1, who is in none
        often = often_lonely_chance(people.z, model.norms.thresholds, model.p.answer_noise)
        guests.append(people.id[paid[people.hub]])
        chances.append(often[paid[people.hub]])
        everybody.append(float(often.sum()))

    live("bevy_hub", residents, years, seed, look)
    _, which, months = np.unique(np.concatenate(guests), return_inverse=True, return_counts=True)
    lonely = float((np.bincount(which, weights=np.concatenate(chances)) / months).sum())
    usual = float(np.mean(everybody))
    note = (
        f"bevy_hub in year {years}: {months.size} guests of its lunch, {lonely:.0f} of them often "
        f"lonely, beside {usual:.0f} such residents"
    )
    return told(key, lonely / usual, note, math.sqrt(max(lonely, 1.0)) / usual)


def _entries(residents: int, years: int, seed: int, usual: Usual) -> Row:
    """By how much moves into care homes fall where loneliness has no part in them."""
    key = "paf_care_home_entry_loneliness"
    without = Scenario(
        title="No part of loneliness in moves into care homes",
        summary="A check of the model, not a plan.",
        kind="baseline",
        overrides={CARE_HOME_RATIO: {"value": 1.0, "because": "a check of what it does"}},
    )
    seen = Entries()
    live(without, residents, years, seed, seen)
    if not usual.entries.seen:
        return told(key, math.nan, "nobody moved into a care home in a check this small")
    note = (
        f"moves at 65 or over in {years} years: {usual.entries.seen}, and {seen.seen} where "
        "loneliness has no part in them"
    )
    return told(key, 1.0 - seen.seen / usual.entries.seen, note)


def _admissions(residents: int, years: int, seed: int, usual: Usual) -> Row:
    """Emergency admissions of deprived neighbourhoods whose infrastructure is paid for."""
    key, plan = "trieste_microareas_hosp_hr", "left_behind_first"
    if years * 12 <= NOTHING_OPEN or not usual.admissions.seen:
        return told(key, math.nan, "too short, or nobody in such a neighbourhood was admitted")
    seen = Admissions()
    live(plan, residents, years, seed, seen)
    note = (
        f"{plan}, years 3 to {years}: emergency admissions a person a year in the most deprived "
        f"fifth {seen.rate:.4f}, without the plan {usual.admissions.rate:.4f}"
    )
    return told(key, seen.rate / usual.admissions.rate, note)
