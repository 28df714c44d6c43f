"""The diary: what was measured each month, by group, and what happened to each person each year.

Looks at residents, events and the month's money; changes only its own pages. Sums are kept for
every combination of deprivation, age, sex, ethnic group and caring; groups are added up on reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.crisis import Events
from sim.agents.feelings import often_lonely_chance
from sim.agents.risk import Norms
from sim.outcomes import MEASURES
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR
from sim.world.bands import (
    AGE_BANDS,
    ETHNICITIES,
    PENSION_AGE,
    QUINTILES,
    SEXES,
    UCLA3_RANGE,
)
from sim.world.columns import Columns
from sim.world.people import COUNTED

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Each measure of persons: what is added up, and over whom it is divided.
PERSON_MEASURES: dict[str, tuple[str, str]] = {
    "often_lonely_share": ("often_lonely", "people"),
    "ucla3_mean": ("ucla3", "people"),
    "crises_per_1000": ("crises", "people"),
    "emergency_admissions_per_1000": ("admissions", "people"),
    "delayed_discharges_per_1000": ("delayed", "people"),
    "ae_attendances_per_1000": ("ae", "people"),
    "care_home_entries_per_100k_65plus": ("care_home_entries", "people_65plus"),
    "carer_breakdowns_per_1000_carers": ("breakdowns", "carers"),
    "unmet_hours_per_1000": ("unmet_hours", "people"),
    "waiting_per_1000": ("waiting", "people"),
    "unpaid_carer_share": ("carers", "people"),
    "carers_20_plus_hours_share": ("carers_20_plus", "people"),
    "carers_in_work_share": ("carers_in_work", "carers_16_64"),
    "distressed_share": ("distressed", "people"),
    "life_satisfaction_mean": ("life_satisfaction", "people"),
    "hub_attender_share": ("attended", "people"),
    "volunteer_share": ("volunteered", "people"),
}

_SHAPE = (len(QUINTILES), len(AGE_BANDS), len(SEXES), len(ETHNICITIES), 2)  # carer or not last
_AGE_KEYS = ("age_16_24", "age_25_34", "age_35_49", "age_50_64", "age_65_74", "age_75_plus")


def count(
    people: Columns, events: Events, norms: Norms, p: Parameters
) -> dict[str, Floats | Flags]:
    """Everything counted this month, person by person: name -> float64[n], or bool[n] of 0, 1."""
    z = people.z.astype(np.float64)
    counted: dict[str, Floats | Flags] = {
        "crises": events.crisis,
        "admissions": events.admission,
        "delayed": events.delayed,
        "ae": events.ae,
        "care_home_entries": events.care_home & (people.age_months >= PENSION_AGE * 12),
        "breakdowns": events.breakdown,
        "waiting": people.waiting > 0,
        "carers": people.carer,
        "carers_20_plus": people.carer & (people.answered_hours >= p.distress_threshold_hours),
        "carers_16_64": people.carer & (people.age_months < PENSION_AGE * 12),
        "carers_in_work": people.carer & people.employed,
        "attended": people.hub_hours > 0,
        "volunteered": people.volunteers,
        "people_65plus": people.age_months >= PENSION_AGE * 12,
    }
    counted["people"] = np.ones(len(people), dtype=np.bool_)
    counted["often_lonely"] = often_lonely_chance(z, norms.thresholds, p.answer_noise)
    low, high = UCLA3_RANGE
    counted["ucla3"] = np.clip(p.ucla3_centre + p.ucla3_per_z * z, low, high)
    counted["unmet_hours"] = people.unmet_minutes / MINUTES_PER_HOUR
    counted["distressed"] = people.distress.astype(np.float64)
    counted["life_satisfaction"] = people.life_satisfaction.astype(np.float64)
    return counted


def cell_of(people: Columns) -> NDArray[np.int64]:
    """One code for deprivation, age band, sex, ethnic group and caring: int64[n]."""
    code = people.quintile.astype(np.int16)  # wide enough for every combination
    traits = (people.band, people.sex, people.ethnicity, people.carer)
    for size, trait in zip(_SHAPE[1:], traits, strict=True):
        code *= size
        code += trait
    return code.astype(np.int64)


def _sums(cell: NDArray[np.int64], values: Floats | Flags, size: int) -> Floats:
    """Sum of values in each cell; those of whom something is true are looked up and counted."""
    if values.dtype == np.bool_:
        here = cell if values.all() else cell[np.flatnonzero(values)]
        return np.bincount(here, minlength=size).astype(np.float64)
    return np.bincount(cell, weights=values, minlength=size)


def add_to_year(people: Columns, counted: Mapping[str, Floats | Flags]) -> None:
    """Add what was counted this month to each person's year so far."""
    for name, values in counted.items():
        column = getattr(people, f"year_{name}")
        if values.dtype != np.bool_:
            column += values.astype(np.float32)
        elif 2 * np.count_nonzero(values) > values.size:
            column += values
        else:  # few: most people's year is left alone
            column[np.flatnonzero(values)] += 1


@dataclass
class Diary:
    """Monthly sums by cell, the place's money, and its paid carers' jobs by group."""

    sums: list[Floats] = field(default_factory=list)
    money: list[dict[str, float]] = field(default_factory=list)
    jobs: list[dict[tuple[str, str], float]] = field(default_factory=list)

    def write(
        self, cell: NDArray[np.int64], counted: dict[str, Floats | Flags], money: dict[str, float]
    ) -> dict[str, float]:
        """Write one month; returns the month's value of every measure for everyone."""
        size = int(np.prod(_SHAPE))
        page = np.stack([_sums(cell, counted[name], size) for name in COUNTED])
        self.sums.append(page)
        self.money.append(money)
        total = dict(zip(COUNTED, page.sum(axis=1), strict=True))
        latest = {key: _value(key, total) for key in PERSON_MEASURES}
        return latest | money

    def table(self) -> pd.DataFrame:
        """Tidy table: month, group, measure, value; groups nobody is in are left out."""
        import pandas as pd

        rows: list[tuple[int, str, str, float]] = []
        for month, (page, money) in enumerate(zip(self.sums, self.money, strict=True), start=1):
            cube = page.reshape(len(COUNTED), *_SHAPE)
            for group, part in groups(cube).items():
                total = dict(zip(COUNTED, part, strict=True))
                for key in PERSON_MEASURES:
                    value = _value(key, total)
                    if np.isfinite(value):
                        rows.append((month, group, key, value))
            told = ((key, value) for key, value in money.items() if np.isfinite(value))
            rows.extend((month, "all", key, value) for key, value in told)
        for month, told_of in enumerate(self.jobs, start=1):
            rows.extend((month, group, key, value) for (group, key), value in told_of.items())
        return pd.DataFrame(rows, columns=["month", "group", "measure", "value"])


def groups(cube: Floats) -> dict[str, Floats]:
    """Sums by group from a cube [counted, quintile, band, sex, ethnicity, carer]."""
    axes = range(1, cube.ndim)
    fifths, ages, sexes, ethnic, caring = (
        cube.sum(axis=tuple(other for other in axes if other != axis)).T for axis in axes
    )
    found: dict[str, Floats] = {"all": cube.sum(axis=tuple(axes))}
    found |= {f"imd_{row}": part for row, part in enumerate(fifths, start=1)}
    last = len(_AGE_KEYS) - 1
    found |= dict(zip(_AGE_KEYS, [*ages[:last], ages[last:].sum(axis=0)], strict=True))
    found |= dict(zip(SEXES, sexes, strict=True))
    found |= {f"ethnicity_{name}": part for name, part in zip(ETHNICITIES, ethnic, strict=True)}
    found |= dict(zip(("not_carer", "carer"), caring, strict=True))
    return found


def _value(key: str, total: Mapping[str, float]) -> float:
    """A measure's value from sums over people (for one month: rates are per month)."""
    over, under = PERSON_MEASURES[key]
    if total[under] <= 0:
        return float("nan")
    return float(total[over] / total[under] * MEASURES[key].per)


@dataclass
class Lives:
    """What happened to each person in each year: enough to follow any set of people.

    A page holds identities uint64[n] and sums float32[n, counted] over the months they were here.
    """

    pages: list[tuple[int, NDArray[np.uint64], NDArray[np.float32]]] = field(default_factory=list)

    def keep(self, year: int, ids: NDArray[np.uint64], sums: NDArray[np.float32]) -> None:
        """File the year so far of people who leave, or of everyone at the year's end."""
        if ids.size:
            self.pages.append((year, ids.copy(), sums.astype(np.float32)))

    def table(self, ids: NDArray[np.uint64]) -> pd.DataFrame:
        """Yearly values for just these people: month (12, 24, ...), measure, value.

        Rates are for the months lived: events over months times twelve.
        """
        import pandas as pd

        wanted = np.sort(np.asarray(ids, dtype=np.uint64))
        rows: list[tuple[int, str, float]] = []
        for year in sorted({page[0] for page in self.pages}):
            total = np.zeros(len(COUNTED))
            for when, who, sums in self.pages:
                if when == year:
                    total += sums[np.isin(who, wanted)].astype(np.float64).sum(axis=0)
            named = dict(zip(COUNTED, total, strict=True))
            for key in PERSON_MEASURES:
                value = _value(key, named)
                if np.isfinite(value):
                    yearly = 12 if MEASURES[key].yearly == "sum" else 1
                    rows.append((12 * year, key, value * yearly))
        return pd.DataFrame(rows, columns=["month", "measure", "value"])
