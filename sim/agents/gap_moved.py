"""What moved the funding gap: people, need, prices, unpaid care, community help or eligibility.

Looks at people and fees each month and keeps yearly sums by deprivation, age and need; changes
nothing else. Two years, or the same year of two worlds, are compared by swapping one mover at a
time in the gap's own formula, averaged over all orders of swapping (the Shapley value), so no
order is favoured and the six parts add up to the whole change, to the penny.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.agents.entitlement import older
from sim.agents.gap import BY_THE_WEEK, CARE_HOMES, by_the_hour
from sim.gap_words import MOVERS
from sim.money import Volume, whole_parts
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, PENCE_PER_POUND
from sim.world.bands import AGE_BANDS, LEVELS, QUINTILES, Care, CareHome
from sim.world.columns import Columns

Floats = NDArray[np.float64]
Sums = dict[str, Floats]
Rates = dict[str, dict[str, Floats]]
HOURLY = {"home_care": Care.HOME_CARE, "direct_payments": Care.DIRECT_PAYMENT}
_KINDS = len(QUINTILES) * len(AGE_BANDS)


def month_sums(people: Columns, services: Mapping[str, Volume], p: Parameters) -> Sums:
    """One month added up by deprivation fifth and age band, and by need where it matters.

    Minutes are minutes a week of people at home: float64[35, 5]; people are float64[35].
    """
    kind = people.quintile.astype(np.int64) * len(AGE_BANDS) + people.band
    rows = np.flatnonzero((people.needed_minutes > 0) & people.at_home)
    needed = people.needed_minutes[rows].astype(np.int64)
    cell = kind[rows] * len(LEVELS) + np.searchsorted(_levels(p), needed)
    hourly, client = by_the_hour(people)[rows], people.client[rows]
    family = needed - people.kin_minutes[rows]
    left = family - people.community_minutes[rows]
    payable = hourly & (people.savings[rows] < 2)
    over = payable & (family >= p.care_act_cut_off_hours * MINUTES_PER_HOUR)
    formal = people.formal_minutes[rows].astype(np.int64)
    # What the council gives people who are not its clients (reablement) is no longer needed.
    after_own = left - people.own_minutes[rows] - np.where(client == Care.NONE, formal, 0)
    sums = {
        "residents": np.bincount(kind, minlength=_KINDS).astype(np.float64),
        "needed": _by_need(cell, needed, np.ones_like(hourly)),
        "aside": _by_need(cell, needed, ~hourly),
        "kin": _by_need(cell, needed - family, hourly),
        "community": _by_need(cell, family - left, hourly),
        "payable": _by_need(cell, needed, payable),
        "over_family": _by_need(cell, family, over),
        "over": _by_need(cell, left, over),
    }
    direct = client == Care.DIRECT_PAYMENT
    for service, theirs in (("home_care", over & ~direct), ("direct_payments", over & direct)):
        sums[f"needed_{service}"] = _by_need(cell, after_own, theirs)
        sums[f"delivered_{service}"] = _by_need(cell, formal, client == HOURLY[service])
    for service, care in BY_THE_WEEK.items():
        sums[f"people_{service}"] = _count(kind, people.client == care)
    council, group = people.care_home == CareHome.COUNCIL, older(people)
    for row, service in enumerate(CARE_HOMES):
        sums[f"people_{service}"] = _count(kind, council & (group == row))
    for service, volume in services.items():
        pence = (volume.needed_pence, volume.paid_pence)
        sums[f"pence_{service}"] = np.array(pence, dtype=np.float64)
    return sums


def _levels(p: Parameters) -> Floats:
    """Minutes a week that tell one level of need from the next, ascending."""
    return np.sort(np.rint(p.array("hours_needed", LEVELS) * MINUTES_PER_HOUR))


def _by_need(
    cell: NDArray[np.int64], minutes: NDArray[np.integer], among: NDArray[np.bool_]
) -> Floats:
    size = _KINDS * len(LEVELS)
    found = np.bincount(cell[among], weights=minutes[among], minlength=size)
    return np.asarray(found[:size].reshape(_KINDS, len(LEVELS)))


def _count(kind: NDArray[np.int64], among: NDArray[np.bool_]) -> Floats:
    return np.bincount(kind[among], minlength=_KINDS).astype(np.float64)


def pence_of(sums: Sums) -> int:
    """The funding gap these sums are about, in pence."""
    gaps = (values[0] - values[1] for name, values in sums.items() if name.startswith("pence_"))
    return int(sum(gaps))


def _rates(sums: Sums) -> Rates:
    """The sums as rates, by the mover each belongs to; nan where there is nobody to take it over.

    Each rate is taken over what came before it, so that two chains multiply back to the sums: need
    to what paid care could meet (`left`), and need to what the council should meet (`over`).
    """
    rest = sums["needed"] - sums["aside"]
    after_kin = rest - sums["kin"]
    left = after_kin - sums["community"]
    residents, needed = sums["residents"], sums["needed"]
    kept = sums["needed_home_care"] + sums["needed_direct_payments"]
    rates: Rates = {name: {} for name in MOVERS}
    rates["people"] = {"residents": residents, "payable": _share(sums["payable"], rest)}
    rates["need"] = {"minutes": _share(needed, residents[:, None])}
    rates["unpaid_care"] = {
        "left": _share(after_kin, rest),
        "over": _share(sums["over_family"], sums["payable"]),
    }
    rates["community"] = {
        "left": _share(left, after_kin),
        "over": _share(sums["over"], sums["over_family"]),
    }
    rates["eligibility"] = {
        "by_the_hour": _share(rest, needed),
        "not_private": _share(kept, sums["over"]),
        "direct": _share(sums["needed_direct_payments"], kept),
    }
    for service in HOURLY:
        delivered, pence = sums[f"delivered_{service}"], sums[f"pence_{service}"]
        rates["eligibility"][service] = _share(delivered, left)
        rates["prices"][service] = _share(
            pence, np.array([sums[f"needed_{service}"].sum(), delivered.sum()])
        )
    for service in (*BY_THE_WEEK, *CARE_HOMES):
        there, pence = sums[f"people_{service}"], sums[f"pence_{service}"]
        rates["prices"][service] = _share(pence[0] - pence[1], there.sum())
        if service in CARE_HOMES:
            rates["need"][service] = _share(there, residents)
        else:
            rates["eligibility"][service] = _share(there, needed.sum(axis=1))
    return rates


def _share(part: ArrayLike, whole: ArrayLike) -> Floats:
    """Part of a whole, nan where the whole is nothing."""
    nobody = np.full(np.broadcast_shapes(np.shape(part), np.shape(whole)), np.nan)
    return np.asarray(np.divide(part, whole, out=nobody, where=np.asarray(whole) != 0))


def _gap(rates: Rates) -> float:
    """The funding gap these rates make, in pence: needed hours at P less delivered hours at F."""
    people, need, prices = rates["people"], rates["need"], rates["prices"]
    unpaid, community, eligible = rates["unpaid_care"], rates["community"], rates["eligibility"]
    needed = people["residents"][:, None] * need["minutes"]
    by_the_hour = needed * eligible["by_the_hour"]
    left = by_the_hour * unpaid["left"] * community["left"]
    claim = by_the_hour * people["payable"] * unpaid["over"] * community["over"]
    claim = claim * eligible["not_private"]
    direct = claim * eligible["direct"]
    pence = 0.0
    for service, wanted in (("home_care", claim - direct), ("direct_payments", direct)):
        price, fee = prices[service]
        pence += float(price * wanted.sum() - fee * (left * eligible[service]).sum())
    for service in BY_THE_WEEK:
        pence += float(prices[service] * (needed.sum(axis=1) * eligible[service]).sum())
    for service in CARE_HOMES:
        pence += float(prices[service] * (people["residents"] * need[service]).sum())
    return pence


def _agree(one: Rates, other: Rates) -> tuple[Rates, Rates]:
    """Where a rate exists on one side only it is taken as unchanged; on neither, it is nothing."""

    def filled(mine: Floats, theirs: Floats) -> Floats:
        return np.nan_to_num(np.where(np.isnan(mine), theirs, mine))

    return (
        {m: {k: filled(v, other[m][k]) for k, v in of.items()} for m, of in one.items()},
        {m: {k: filled(v, one[m][k]) for k, v in of.items()} for m, of in other.items()},
    )


def moved(before: Sums, after: Sums) -> dict[str, int]:
    """Pence by which each mover changed the funding gap; they add up to the change exactly.

    The Shapley value over `MOVERS` (Shapley 1953): the effect of swapping one mover, averaged over
    every order in which the movers could be swapped.
    """
    old, new = _agree(_rates(before), _rates(after))
    names = list(MOVERS)
    worth = {
        swapped: _gap({m: (new if on else old)[m] for m, on in zip(names, swapped, strict=True)})
        for swapped in itertools.product((False, True), repeat=len(names))
    }
    parts = []
    for row in range(len(names)):
        part = 0.0
        for swapped, pence in worth.items():
            if not swapped[row]:
                with_it = (*swapped[:row], True, *swapped[row + 1 :])
                part += _weight(sum(swapped), len(names)) * (worth[with_it] - pence)
        parts.append(part)
    return dict(zip(names, whole_parts(parts, pence_of(after) - pence_of(before)), strict=True))


def _weight(already: int, movers: int) -> float:
    """Share of all orders in which exactly these `already` come before the mover."""
    orders = math.factorial(already) * math.factorial(movers - 1 - already)
    return orders / math.factorial(movers)


@dataclass
class GapYears:
    """Yearly sums of one world, and what has moved its gap since the first year."""

    years: list[Sums] = field(default_factory=list)
    _latest: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MOVERS, 0))

    def add(
        self, month: int, people: Columns, services: Mapping[str, Volume], p: Parameters
    ) -> None:
        """Add a month (1, 2, ...) to its year."""
        sums = month_sums(people, services, p)
        if len(self.years) * 12 < month:
            self.years.append(sums)
        else:
            year = self.years[-1]
            self.years[-1] = {name: year[name] + values for name, values in sums.items()}
        if month % 12 == 0:
            self._latest = self.between(1, month // 12)

    def between(self, first: int, last: int) -> dict[str, int]:
        """Pence by mover from one year (1 is the first) to another; both must be lived."""
        return moved(self.years[first - 1], self.years[last - 1])

    def per_head(self, heads: float) -> dict[str, float]:
        """Change of the yearly gap since the first year, pounds per head, by mover.

        Stands at the last complete year; nothing has moved before the second is complete.
        """
        unit = heads * PENCE_PER_POUND
        return {f"gap_change_{name}_gbp_per_head": p / unit for name, p in self._latest.items()}

    def against(self, base: GapYears, months: int, heads: float) -> list[tuple[int, str, float]]:
        """Rows (month, measure, pounds per head): what sets this world's gap apart from `base`'s.

        One row a mover and complete year, in the same year of both worlds.
        """
        unit = heads * PENCE_PER_POUND
        return [
            (12 * year, f"gap_effect_{name}_gbp_per_head", pence / unit)
            for year in range(1, months // 12 + 1)
            for name, pence in moved(base.years[year - 1], self.years[year - 1]).items()
        ]
