"""What is known about a place: published figures, and honest fill-ins where none are published.

Like the fact sheet pinned in a parish office, with a pencil mark beside every guess.
Looks at the place data. Changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from sim.world.place_data import (
    BANDS,
    Neighbourhoods,
    Row,
    all_neighbourhoods,
    band_counts,
    councils,
    districts,
    number,
    rows_of,
    rule,
)


@dataclass(frozen=True)
class Fact:
    """One figure about a place; `imputed` means it was not published for this very place."""

    value: float
    unit: str
    source: str
    imputed: bool = False


@dataclass(frozen=True)
class Column:
    """Where a council's figure is read, and what it is counted over."""

    unit: str
    source: str
    over: str  # people, adults, older or households: what a fill-in is proportional to
    read: Callable[[str], tuple[float, str]]  # council code -> value, why imputed ("" if not)
    share: bool = False


_THOUSAND = 1000.0
_SPEND = "utla_asc_net_current_2011_2024.csv"
_BUDGET = "utla_asc_budget_lines_2021_22_and_2023_24.csv"
_WEEKS = "utla_care_home_weeks_65plus_2015_2023.csv"
_WAITS = "utla_waits_and_handbacks_foi_2021_23.csv"
_HUBS = "utla_hubs_libraries_pubs_cars.csv"
_REGION_FILL = "published figure blank: median rate of its region"
_ANSWERS_FILL = "council did not answer: median of those that did"
BUDGET_LINES = {
    "budget_social_isolation_gbp": "social_isolation_gbp000",
    "budget_early_intervention_gbp": "information_early_intervention_gbp000",
    "budget_support_for_carers_gbp": "support_for_carer_gbp000",
    "budget_libraries_gbp": "libraries_gbp000",
    "budget_community_development_gbp": "community_development_gbp000",
}
WAITS = {
    "days_to_assessment": "median_days_to_assessment_2022_23",
    "days_from_assessment_to_start": "median_days_assessment_to_start_2022_23",
}


@cache
def _weeks_years() -> tuple[str, ...]:
    return tuple(sorted({row["year"] for row in rows_of(_WEEKS)}, reverse=True))


@cache
def _table(file: str, year: str = "") -> dict[str, Row]:
    """A council table by code; of one year, if it has years."""
    found: dict[str, Row] = {}
    for row in rows_of(file):
        if not year or row["year"] == year:
            for code in (row.get("utla_code") or row["utla_2023_code"]).split("|"):
                found[code] = row
    return found


@cache
def bases(code: str) -> dict[str, float]:
    """People, adults, older people and households of a council: what rates are taken over."""
    bands = band_counts(councils()[code])
    return {
        "people": float(bands.sum()),
        "adults": float(bands[1:].sum()),
        "older": float(bands[BANDS.index("65_69") :].sum()),
        "households": float(councils()[code]["households_census21"]),
    }


@cache
def _anomalies() -> frozenset[tuple[str, str, str]]:
    return frozenset((r["utla_code"], r["file"], r["column"]) for r in rows_of("anomalies.csv"))


def _published(file: str, column: str, code: str, year: str = "") -> float:
    """A cell, or nan where it is blank or listed as an anomaly."""
    if (code, file, column) in _anomalies():
        return math.nan
    return number(_table(file, year).get(code, {}).get(column))


def _median_rate(values: dict[str, float], code: str, over: str) -> float:
    """Median rate over the councils of this council's region, times its own base."""
    region = councils()[code]["region"]
    rates = [
        value / bases(each)[over]
        for each, value in values.items()
        if councils()[each]["region"] == region and not math.isnan(value)
    ]
    return float(np.median(rates)) * bases(code)[over]


def _from_table(
    file: str, column: str, over: str, factor: float = 1.0, year: str = ""
) -> Callable[[str], tuple[float, str]]:
    @cache
    def everyone() -> dict[str, float]:
        return {code: factor * _published(file, column, code, year) for code in councils()}

    def read(code: str) -> tuple[float, str]:
        value = everyone()[code]
        if math.isnan(value):
            return _median_rate(everyone(), code, over), _REGION_FILL
        return value, ""

    return read


def _net_spend(code: str) -> tuple[float, str]:
    value = _published(_SPEND, "net_current_gbp000_2023_24", code)
    before = _published(_SPEND, "net_current_gbp000_2022_23", code)
    if not math.isnan(value):
        return value * _THOUSAND, ""
    if not math.isnan(before):
        growth = rule("asc_growth_2022_23_to_2023_24")
        return before * growth * _THOUSAND, f"2022/23 times {growth}"
    return _from_table(_SPEND, "net_current_gbp000_2023_24", "adults", _THOUSAND)(code)


def _weeks(kind: str) -> Callable[[str], tuple[float, str]]:
    def read(code: str) -> tuple[float, str]:
        for year in _weeks_years():
            row = _table(_WEEKS, year)[code]
            both = number(row["residential_weeks_65plus"]) + number(row["nursing_weeks_65plus"])
            if both > 0:  # zero in both kinds is a missing return, not an empty council
                late = "" if year == _weeks_years()[0] else f"latest return is {year}"
                return number(row[f"{kind}_weeks_65plus"]), late
        raise ValueError(f"no care-home weeks for {code}")

    return read


def _wait(column: str) -> Callable[[str], tuple[float, str]]:
    def read(code: str) -> tuple[float, str]:
        value = _published(_WAITS, column, code)
        if math.isnan(value):
            answers = [number(row[column]) for row in _table(_WAITS).values()]
            return float(np.nanmedian(answers)), _ANSWERS_FILL
        return value, ""

    return read


@cache
def _columns() -> dict[str, Column]:
    """Every council-level fact."""
    profile = "utla_profile_england.csv"
    found: dict[str, Column] = {}
    for group in ("white", "asian", "black", "mixed", "other"):
        name = f"eth_{group}_share"
        read = _from_table(profile, name, "people")
        found[name] = Column("share", "Census 2021 TS021", "people", read, share=True)
    for hours in ("1_9h", "10_19h", "20_34h", "35_49h", "50plus_h"):
        name = f"carers_{hours}"
        read = _from_table(profile, name, "people")
        found[name] = Column("people aged 5+", "Census 2021 TS039", "people", read)
    for name, unit, source, over, file, cell, share in (
        ("one_person_household_share", "share", "Census 2021", "households", profile,
         "one_person_household_share", True),
        ("care_home_beds", "beds", "CQC 2022", "older", profile, "cqc_care_home_beds_2022", False),
        ("pubs_bars_2018", "pubs and bars", "ONS 2018", "people", _HUBS, "pubs_bars_2018", False),
        ("libraries", "open libraries", "Arts Council England 2023", "people", _HUBS,
         "libraries_open_2023", False),
        ("library_hours_per_week", "hours a week", "Arts Council England 2023", "people", _HUBS,
         "library_weekly_hours_2023", False),
    ):  # fmt: skip
        found[name] = Column(unit, source, over, _from_table(file, cell, over), share)
    found["asc_net_current_gbp_2023_24"] = Column(
        "GBP a year, 2023/24 prices", "MHCLG Revenue Outturn 2023/24", "adults", _net_spend
    )
    for kind in ("residential", "nursing"):
        found[f"care_home_{kind}_weeks_65plus"] = Column(
            "council-supported weeks a year", "ASC-FR 2022/23", "older", _weeks(kind)
        )
    for name, cell in BUDGET_LINES.items():
        read = _from_table(_BUDGET, cell, "adults", _THOUSAND, "2023/24")
        found[name] = Column("GBP a year, 2023/24 prices", "MHCLG RA 2023/24", "adults", read)
    for name, cell in WAITS.items():
        source = "freedom of information replies 2022/23"
        found[name] = Column("days", source, "adults", _wait(cell), share=True)
    from sim.world.council_facts import columns  # late: it reads with the tools above

    return found | columns()


def council_figure(code: str, name: str, here: Neighbourhoods | None = None) -> float:
    """One figure of a whole council, filled in as the facts say where none was published.

    Where `here` comes with somebody's own numbers of its council, theirs.
    """
    factors = {} if here is None or here.own is None else here.own.factors
    return _columns()[name].read(code)[0] * factors.get(name, 1.0)


def facts_of(here: Neighbourhoods) -> dict[str, Fact]:
    """Every fact about the place these neighbourhoods make up.

    Whole councils and districts have published people; smaller places have scaled Census counts.
    Council figures come down to parts of a council in proportion to people, adults, people aged
    65+ or households, and are then marked imputed.
    """
    part = {
        code: {over: base / _all_bases()[code][over] for over, base in found.items()}
        for code, found in _bases_by_council(here).items()
    }
    whole = all(share["people"] == 1.0 for share in part.values())
    facts = people_facts(here)
    for name, column in _columns().items():
        values, weights, why = [], [], set()
        for code, share in part.items():
            value, reason = column.read(code)
            weight = share[column.over] * (bases(code)[column.over] if column.share else 1.0)
            values.append(value)
            weights.append(weight)
            why |= {f"{councils()[code]['utla_name']}: {reason}"} if reason else set()
        total = math.fsum(v * w for v, w in zip(values, weights, strict=True))
        notes = sorted(why) if len(why) <= 3 else [f"{len(why)} councils filled in"]
        notes += [] if whole else [f"its council's figure by share of {column.over}"]
        facts[name] = Fact(
            total / math.fsum(weights) if column.share else total,
            column.unit,
            "; ".join([column.source, *notes]),
            bool(notes),
        )
    return facts


@cache
def _all_bases() -> dict[str, dict[str, float]]:
    return _bases_by_council(all_neighbourhoods())


def _bases_by_council(here: Neighbourhoods) -> dict[str, dict[str, float]]:
    """The neighbourhoods' own people, adults, older people and households, by council."""
    codes, which = np.unique(here.utla, return_inverse=True)
    columns = {
        "people": here.people.sum(axis=1),
        "adults": here.adults,
        "older": here.people[:, BANDS.index("65_69") :].sum(axis=1),
        "households": here.households,
    }
    sums = {over: np.bincount(which, weights=column) for over, column in columns.items()}
    return {
        code: {over: float(total[row]) for over, total in sums.items()}
        for row, code in enumerate(codes.tolist())
    }


def people_facts(here: Neighbourhoods) -> dict[str, Fact]:
    """Facts counted from the neighbourhoods themselves."""
    bands = here.people.sum(axis=0)
    ltlas = np.unique(here.ltla).tolist()
    published = sum(int(districts()[code]["pop_total"]) for code in ltlas) == bands.sum()
    source = "ONS mid-2023" if published else "Census 2021 scaled to its district's mid-2023 bands"
    facts = {"people": Fact(float(bands.sum()), "people", source, not published)}
    facts["people_16_plus"] = Fact(float(bands[1:].sum()), "people", source, not published)
    for band, count in zip(BANDS, bands.tolist(), strict=True):
        facts[f"people_{band}"] = Fact(float(count), "people", source, not published)
    people, homes = here.people.sum(axis=1), here.households.sum()
    for quintile in range(1, 6):
        facts[f"imd_q{quintile}_share"] = Fact(
            float(here.adults[here.quintile == quintile].sum() / bands[1:].sum()),
            "share of people aged 16+", "IoD 2025"
        )  # fmt: skip
    facts["disabled_share"] = Fact(
        float(here.disabled_share @ people / bands.sum()), "share", "Census 2021 TS038"
    )
    facts["households"] = Fact(float(homes), "households", "Census 2021 TS045")
    facts["no_car_share"] = Fact(
        float(here.households_no_car.sum() / homes), "share of households", "Census 2021 TS045"
    )
    return facts
