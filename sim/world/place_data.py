"""The cupboard of place data: every table read once, every neighbourhood on one row.

Like a gazetteer on a shelf: it answers what is written down, and nothing else.
Looks at the files in `data/` beside it. Changes nothing; the arrays it hands out are read-only.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from sim.world.bands import DATA_BANDS

DATA = Path(__file__).parent / "data"
BANDS = ("0_15", *DATA_BANDS)
"""The 13 bands of the mid-2023 estimates; column 0 is children."""
CENSUS_GROUPS = ("0_15", "16_24", "25_34", "35_49", "50_64", "65_plus")
ADULT_GROUPS = CENSUS_GROUPS[1:]

Row = dict[str, str]

_PROFILE = "lsoa21_profile_england.csv"
_CARS = "lsoa21_no_car_households_census2021.csv"


@dataclass(frozen=True, eq=False)
class OwnCouncil:
    """What somebody's own numbers say of the whole council that neighbourhoods lie in.

    `factors` multiply the council's published figures; `whole` is every neighbourhood of it.
    """

    factors: Mapping[str, float]
    whole: Neighbourhoods


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """Neighbourhoods (LSOA 2021), one row each, as read-only columns.

    `people` is n x 13 whole people at mid-2023 by `BANDS`; within a district each band adds up
    to the published figure exactly. `census_people` is n x 6 by `CENSUS_GROUPS`, Census 2021;
    `adult_groups` is n x 5 by `ADULT_GROUPS`, scaled to mid-2023. `quintile` 1 is most deprived.
    """

    code: NDArray[np.str_]
    name: NDArray[np.str_]
    group: NDArray[np.str_]
    ltla: NDArray[np.str_]
    utla: NDArray[np.str_]
    quintile: NDArray[np.int64]
    imd_score: NDArray[np.float64]
    census_people: NDArray[np.int64]
    adult_groups: NDArray[np.int64]
    people: NDArray[np.int64]
    disabled_share: NDArray[np.float64]
    households: NDArray[np.int64]
    households_no_car: NDArray[np.int64]
    own: OwnCouncil | None = None
    """Only where a file of own numbers is the place (`sim.world.own_place`)."""

    def __post_init__(self) -> None:
        for column in fields(self)[:-1]:
            getattr(self, column.name).flags.writeable = False

    def __len__(self) -> int:
        return len(self.code)

    @property
    def adults(self) -> NDArray[np.int64]:
        """People aged 16 or over at mid-2023, n."""
        return np.asarray(self.people[:, 1:].sum(axis=1))

    @property
    def adult_bands(self) -> NDArray[np.int64]:
        """People aged 16 or over by the 12 bands of `DATA_BANDS`, n x 12."""
        return self.people[:, 1:]

    @property
    def no_car_share(self) -> NDArray[np.float64]:
        """Share of households without a car or van, n."""
        return np.asarray(self.households_no_car / self.households)

    def take(self, rows: NDArray[np.int64]) -> Neighbourhoods:
        """Only these rows, in this order."""
        columns = fields(self)[:-1]
        return replace(self, **{each.name: getattr(self, each.name)[rows] for each in columns})

    def nearness(
        self, rows: NDArray[np.int64] | None = None, others: NDArray[np.int64] | None = None
    ) -> NDArray[np.int8]:
        """How near by name: 0 same, 1 same MSOA group, 2 same district, 3 same council, 4 else."""
        here = np.arange(len(self)) if rows is None else rows
        there = np.arange(len(self)) if others is None else others
        near = np.full((len(here), len(there)), 4, dtype=np.int8)
        for steps, column in ((3, self.utla), (2, self.ltla), (1, self.group), (0, self.code)):
            _, key = np.unique(column, return_inverse=True)
            near[key[here][:, None] == key[there][None, :]] = steps
        return near


def rows_of(file: str) -> Iterator[Row]:
    """Rows of one table as text."""
    with (DATA / file).open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def number(text: str | None) -> float:
    """A cell as a number; blank is nan."""
    return float(text) if text not in (None, "") else math.nan


@cache
def rule(name: str) -> float:
    """One of the few numbers of `place_rules.csv`."""
    return {row["rule"]: float(row["value"]) for row in rows_of("place_rules.csv")}[name]


@cache
def districts() -> dict[str, Row]:
    """The 296 lower-tier councils by code."""
    return {row["ltla_code"]: row for row in rows_of("ltla_population_age_bands_mid2023.csv")}


@cache
def councils() -> dict[str, Row]:
    """The 153 upper-tier councils by code."""
    return {row["utla_code"]: row for row in rows_of("utla_profile_england.csv")}


def band_counts(row: Row) -> NDArray[np.int64]:
    """The 13 bands of a council's or district's row."""
    return np.array([int(row[f"pop_{band}"]) for band in BANDS], dtype=np.int64)


@cache
def age_band_shares() -> dict[str, NDArray[np.float64]]:
    """Share of a district's people in each of the 13 bands, by district code."""
    return {code: band_counts(row) / band_counts(row).sum() for code, row in districts().items()}


@cache
def neighbourhood_names() -> dict[str, tuple[str, ...]]:
    """Code, name, district, council and MSOA group of every neighbourhood, in order of code."""
    lines = (DATA / _PROFILE).read_text(encoding="utf-8").splitlines()
    # split by hand where nothing is quoted, because searching must be quick
    rows = (ln.split(",", 4) if '"' not in ln else next(csv.reader([ln])) for ln in lines[1:])
    columns = tuple(zip(*(row[:4] for row in rows), strict=True))
    groups = tuple(name.rstrip(ascii_uppercase) for name in columns[1])
    return dict(zip(("code", "name", "ltla", "utla", "group"), (*columns, groups), strict=True))


def _numbers(file: str, first: int) -> dict[str, NDArray[np.float64]]:
    """The columns of a neighbourhood file from `first` on, which are all numbers."""
    with (DATA / file).open(encoding="utf-8") as handle:
        head = handle.readline().strip().split(",")
        wanted = range(first, len(head))
        table = np.loadtxt(handle, delimiter=",", quotechar='"', usecols=wanted)
    return dict(zip(head[first:], table.T, strict=True))


@cache
def all_neighbourhoods() -> Neighbourhoods:
    """All 33,755 neighbourhoods of England, in order of code."""
    names = {key: np.array(column) for key, column in neighbourhood_names().items()}
    profile, cars = _numbers(_PROFILE, 4), _numbers(_CARS, 1)
    census = np.stack([profile[f"pop21_{group}"] for group in CENSUS_GROUPS], axis=1)
    groups, people = _to_mid_2023(names["ltla"], census)
    return Neighbourhoods(
        code=names["code"],
        name=names["name"],
        group=names["group"],
        ltla=names["ltla"],
        utla=names["utla"],
        quintile=(profile["imd2025_decile"].astype(np.int64) + 1) // 2,
        imd_score=profile["imd2025_score"].copy(),
        census_people=census.astype(np.int64),
        adult_groups=groups,
        people=people,
        disabled_share=profile["disabled_share"].copy(),
        households=cars["households"].astype(np.int64),
        households_no_car=cars["households_no_car"].astype(np.int64),
    )


def _to_mid_2023(
    ltla: NDArray[np.str_], census: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Census 2021 groups scaled to each district's mid-2023 bands: n x 5 groups, n x 13 people."""
    groups = np.zeros((len(ltla), len(ADULT_GROUPS)), dtype=np.int64)
    people = np.zeros((len(ltla), len(BANDS)), dtype=np.int64)
    mixing = bands_of_groups()
    order = np.argsort(ltla, kind="stable")
    codes, starts = np.unique(ltla[order], return_index=True)
    for code, rows in zip(codes.tolist(), np.split(order, starts[1:]), strict=True):
        bands = band_counts(districts()[code])
        # shares of each group living in each neighbourhood, spread over that group's bands
        at_home = census[rows] / census[rows].sum(axis=0)
        wanted = at_home @ (mixing * bands)
        people[rows] = round_to_totals(wanted, bands)
        groups[rows] = np.rint(at_home * (mixing @ bands))[:, 1:].astype(np.int64)
    return groups, people


def bands_of_groups() -> NDArray[np.float64]:
    """Which share of each mid-2023 band belongs to each Census group, 6 x 13."""
    split = rule("mid_decade_split")
    mixing = np.zeros((len(CENSUS_GROUPS), len(BANDS)))
    whole = {"0_15": 0, "16_17": 1, "18_24": 1, "25_34": 2, "35_44": 3, "55_64": 4}
    for column, band in enumerate(BANDS):
        if band == "45_54":
            mixing[3, column], mixing[4, column] = split, 1 - split
        else:
            mixing[whole.get(band, len(CENSUS_GROUPS) - 1), column] = 1
    return mixing


def round_to_totals(wanted: NDArray[np.float64], totals: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole numbers near `wanted` (n x k) whose columns add up to `totals`: largest remainders.

    Ties go to the earlier row, so the answer never depends on anything but the numbers.
    """
    # a hair is added so that 2.9999999999 counts as 3, on every machine
    floor = np.floor(wanted + 1e-9).astype(np.int64)
    remainder = np.round(wanted - floor, 9)
    missing = totals - floor.sum(axis=0)
    if np.any(missing < 0) or np.any(missing > len(wanted)):
        raise ValueError("the wanted numbers do not add up to the totals")
    rank = np.empty_like(floor)
    order = np.argsort(-remainder, axis=0, kind="stable")
    np.put_along_axis(rank, order, np.arange(len(wanted))[:, None], axis=0)
    return np.asarray(floor + (rank < missing))
