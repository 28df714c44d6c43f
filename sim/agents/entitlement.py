"""Entitlement: who is eligible under the council's rules, for how much and what kind of support.

Looks at need left after unpaid help, savings and readiness to ask; changes nothing. Eligibility is
a continuous cut-off in hours a week of need left; the reference package is what the same person
would get under the April 2024 cut-off, take-up and package rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.agents.carer import in_pension_age
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR
from sim.world.bands import LEVELS, PENSION_AGE
from sim.world.columns import Columns

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
GROUPS = ("18_64", "65plus")
KINDS = ("home_care", "direct_payment", "supported_living", "shared_lives")


@dataclass(frozen=True)
class Rules:
    """What the council grants now: cut-off in hours a week left unmet, generosity (1 = 2024).

    `turned_down` is the share of council-paid care-home places, and of new supported living, that
    its panel does not agree to; `assessors` those it can still pay, over April 2024's.
    """

    cut_off_hours: float
    generosity: float
    turned_down: float = 0.0
    assessors: float = 1.0


def by_group(p: Parameters, name: str) -> Floats:
    """Table of `name_group_level` rows: float64[2, 5] (18-64, 65+)."""
    return np.stack([p.array(f"{name}_{group}", LEVELS) for group in GROUPS])


def older(people: Columns) -> Rows:
    """1 at pension age or over, else 0: int64[n]."""
    return np.asarray((people.age_months >= PENSION_AGE * 12).astype(np.int64))


def entitled(people: Columns, rows: Rows, rules: Rules, p: Parameters) -> Rows:
    """Package in minutes a week each of `rows` would be granted under `rules`; 0 for none.

    An assessment weighs the hours of need left after the usual unpaid help; two people with equal
    hours are judged differently (`severity`, theirs for life), so the cut-off bites gradually.
    Need that has just begun weighs more: nobody has settled into helping yet.
    Then readiness to ask and the savings limit; then a share of what is left, by level.
    """
    left = people.needed_minutes[rows].astype(np.int64) - people.kin_base_minutes[rows]
    left = np.maximum(left, 0)
    share = by_group(p, "package_share")[in_pension_age(people, rows), people.need[rows]]
    granted = np.rint(np.minimum(share * rules.generosity, 1.0) * left).astype(np.int64)
    judged = left * np.exp(p.eligibility_spread * people.severity[rows])
    new = people.months_in_need[rows] <= p.need_fast_months
    weight = p.array("newly_in_need_weight", GROUPS)[in_pension_age(people, rows)]
    judged = judged * np.where(new, weight, 1.0)
    over = judged >= rules.cut_off_hours * MINUTES_PER_HOUR
    asks = is_ready(people, rows, p)
    return np.where(over & asks & (people.savings[rows] < 2), granted, 0)


def change_of_heart(people: Columns, p: Parameters, luck: Luck, month: int) -> None:
    """Readiness to ask for and accept care is drawn afresh every so many months.

    Whose turn it is follows from identity and month alone, so it is the same in every scenario.
    Newcomers get theirs, and how assessors judge them, in the month they arrive.
    """
    months = np.rint(p.array("readiness_months", GROUPS)).astype(np.uint64)[older(people)]
    turn = (people.id + np.uint64(month)) % months == 0
    new = np.flatnonzero(people.take_up == 0)
    people.take_up[new] = luck.uniform(Decision.TAKE_UP, people.id[new], 0)
    people.severity[new] = luck.normal(Decision.SEVERITY, people.id[new], 0)
    rows = np.flatnonzero(turn)
    people.take_up[rows] = luck.uniform(Decision.TAKE_UP, people.id[rows], month)


def is_ready(people: Columns, rows: Rows, p: Parameters) -> NDArray[np.bool_]:
    """Which of `rows` are ready to ask for and accept council care, by age and need level."""
    ready = by_group(p, "takes_up")[in_pension_age(people, rows), people.need[rows]]
    return np.asarray(people.take_up[rows] < ready)


def kind_of_support(people: Columns, rows: Rows, p: Parameters, luck: Luck) -> Rows:
    """Home care, direct payment, supported living or Shared Lives, by need level.

    The draw is theirs for life: with the same need the same person has the same kind of support.
    """
    shares = np.stack([[kind_shares(p, group, level) for level in range(len(LEVELS))]
                       for group in GROUPS])  # fmt: skip
    cuts = np.cumsum(shares, axis=2)[in_pension_age(people, rows), people.need[rows], :-1]
    draw = luck.uniform(Decision.CARE_KIND, people.id[rows], 0)
    return 1 + (draw[:, None] > cuts).sum(axis=1)


def kind_shares(p: Parameters, group: str, level: int) -> Floats:
    """Share of each of `KINDS` among new clients of an age group and need level: float64[4].

    Odds of each kind against home care change by `care_kind_tilt` (log) with each level over 2.
    """
    odds = p.array(f"care_kind_{group}", KINDS)
    odds = odds * np.exp(p.array(f"care_kind_tilt_{group}", KINDS) * (level - 2))
    return np.asarray(odds / odds.sum())


def need_above_care_act(people: Columns, among: NDArray[np.bool_], p: Parameters) -> int:
    """Council-payable minutes a week of people above the fixed Care Act cut-off.

    Who is above it is told by need left after the family; what is counted is what is left after
    all unpaid and private help and reablement. A small favour from a neighbour lowers the hours,
    never the right.
    """
    family = people.needed_minutes.astype(np.int64) - people.kin_minutes
    free = np.where(people.client == 0, people.formal_minutes, 0)  # reablement
    left = np.maximum(family - people.community_minutes - people.own_minutes - free, 0)
    over = family >= p.care_act_cut_off_hours * MINUTES_PER_HOUR
    return int(left[over & among & people.at_home & (people.savings < 2)].sum())
