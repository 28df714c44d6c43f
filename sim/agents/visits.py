"""Visits and sessions: somebody comes, or sits beside you, so many hours a week.

Befrienders at home, nursery children in a care home, sixth-formers at a digital cafe, tutors.
Looks at who lives where, who is lonely, who is not online; changes who is in which scheme, the
company it brings, and who has learnt to go online. Nothing here writes to loneliness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.luck import Decision, Luck, mix_ids, text_key
from sim.parameters import Parameters
from sim.units import chance_per_month
from sim.world.columns import Columns

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
Who = Literal["befriended", "care_home", "offline"]

MONTHS = ("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jan", "feb", "mar")


@dataclass
class Scheme:
    """One scheme: places at once, hours a week, how long each person stays, whom it is for.

    `months` 0 is for as long as both go on. `term_time` schemes stop in school holidays.
    """

    key: str
    who: Who
    hours: float
    months: int = 0
    term_time: bool = False
    teaches: bool = False
    places: int = 0
    row: int = -1
    shut_for: int = 0

    def fit(self, people: Columns, p: Parameters) -> Flags:
        """For whom it is: care-home residents, people not online, or lonely people at home."""
        if self.who == "care_home":
            return np.asarray(~people.at_home)
        if self.who == "offline":
            return np.asarray(people.at_home & ~people.digital)
        older = people.age_months >= p.hub_age_from * 12
        return np.asarray(people.at_home & older & (people.hub < 0))

    def goes_on(self, people: Columns, rows: Rows) -> Flags:
        """Of those in it, who still can be: those at home stay at home, the others in the home."""
        return np.asarray(people.at_home[rows] != (self.who == "care_home"))


def term_share(month: int, p: Parameters) -> float:
    """Share of month `month` (1 is April) in school term."""
    return float(p.array("term_share", MONTHS)[(month - 1) % 12])


def hold(schemes: list[Scheme], people: Columns, p: Parameters, luck: Luck, month: int) -> None:
    """One month of every scheme: it may fold or begin again, people leave, people come."""
    if not schemes:
        return
    people.visit_hours = 0.0
    inside = np.flatnonzero(people.visits >= 0)
    people.visit_months[inside] += 1
    for scheme in schemes:
        _fold_or_begin_again(scheme, p, luck, month)
        rows = inside[people.visits[inside] == scheme.row]
        done = (people.visit_months[rows] >= scheme.months) & (scheme.months > 0)
        if scheme.teaches:
            _learn(people, rows[done], p, luck, month)
        _leave(people, rows[done | ~scheme.goes_on(people, rows)])
        _leave(people, _beyond(scheme, people, luck))
        _come(scheme, people, p, luck, month)
        keep_company(scheme, people, p, month)


def keep_company(scheme: Scheme, people: Columns, p: Parameters, month: int) -> None:
    """The company everybody in the scheme has of it this month, in hours a week."""
    share = term_share(month, p) if scheme.term_time else 1.0
    people.visit_hours[people.visits == scheme.row] = scheme.hours * share


def _fold_or_begin_again(scheme: Scheme, p: Parameters, luck: Luck, month: int) -> None:
    """A school or coordinator withdraws; months later somebody new begins."""
    scheme.shut_for = max(scheme.shut_for - 1, 0)
    key = mix_ids(np.array([text_key(scheme.key)], dtype=np.uint64))
    chance = float(chance_per_month(p.scheme_folds_annual))
    if scheme.shut_for == 0 and luck.happens(Decision.SCHEME_FOLDS, key, month, chance)[0]:
        scheme.shut_for = int(p.scheme_restart_months)


def _beyond(scheme: Scheme, people: Columns, luck: Luck) -> Rows:
    """People in the scheme for whom there is no place any more: the latest to come go first."""
    rows = np.flatnonzero(people.visits == scheme.row)
    places = 0 if scheme.shut_for else scheme.places
    order = luck.bits(Decision.VISIT_RANK, people.id[rows], 0)
    line = np.lexsort((people.id[rows], order, -people.visit_months[rows].astype(np.int64)))
    return rows[line[places:]]


def _leave(people: Columns, rows: Rows) -> None:
    people.visits[rows] = -1
    people.visit_months[rows] = 0


def _come(scheme: Scheme, people: Columns, p: Parameters, luck: Luck, month: int) -> None:
    """Free places go to those who come to notice and say yes, befrienders' to the lonely sooner."""
    free = scheme.places - int(np.count_nonzero(people.visits == scheme.row))
    if scheme.shut_for or free <= 0:
        return
    fit = np.flatnonzero(scheme.fit(people, p) & (people.visits < 0))
    chance = np.full(fit.size, p.referral_noticed_share * p.visit_accepts_share)
    if scheme.who == "care_home":
        chance[:] = p.visit_accepts_share  # the home asks everybody
    elif scheme.who == "befriended":  # whoever refers knows who is lonely or in need
        chance *= np.exp(p.referral_per_z * people.z[fit] + p.referral_per_need * people.need[fit])
    rows = fit[luck.happens(Decision.VISIT_JOIN, people.id[fit], month, chance)]
    score = luck.exponential(Decision.VISIT_RANK, people.id[rows], month)
    chosen = rows[np.lexsort((people.id[rows], score))][:free]
    people.visits[chosen] = scheme.row
    people.visit_months[chosen] = 0
    people.reached[chosen] = True


def _learn(people: Columns, rows: Rows, p: Parameters, luck: Luck, month: int) -> None:
    """Some of those who stay to the end use the internet afterwards."""
    rows = rows[luck.happens(Decision.LEARNS, people.id[rows], month, p.digital_learns_share)]
    people.digital[rows] = True
    people.taught_online[rows] = True


def out_of_place(schemes: list[Scheme], people: Columns) -> tuple[str, Flags]:
    """What may never be: a scheme over its places (in words), and who is in one that is not there.

    Company by visits belongs to people in a scheme only.
    """
    held = np.bincount(people.visits[people.visits >= 0], minlength=len(schemes))
    over = [each.key for each in schemes if held[each.row] > (0 if each.shut_for else each.places)]
    nowhere = (people.visits >= len(schemes)) | ((people.visit_hours > 0) & (people.visits < 0))
    return ", ".join(over), np.asarray(nowhere)
