"""A real council with somebody's own numbers in place of the published ones.

Like re-drawing the town's fact sheet while its streets stay where they are. Looks at the place
data, England's prices and the own numbers; returns a place. Neighbourhoods, their names and so
everybody's luck stay those of the council; only what the file says otherwise differs, and a
figure equal to the council's own changes nothing at all.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from functools import cache

import numpy as np

from sim.errors import UserMistake
from sim.parameters import Parameters
from sim.world.margins import Floats, fitted_odds, shifted
from sim.world.own_numbers import (
    CARE,
    CARERS,
    ETHNIC,
    FIFTHS,
    FIGURES,
    MEETING,
    PEOPLE,
    PRICES,
    OwnNumbers,
)
from sim.world.place_data import (
    Neighbourhoods,
    OwnCouncil,
    all_neighbourhoods,
    bands_of_groups,
    round_to_totals,
    rule,
)
from sim.world.place_facts import Fact, people_facts
from sim.world.places import ENGLAND, Place, get

_PRICED = {
    # figure of a file -> the fact it sets, and England's price it is set against
    "care_home_gbp_per_week_65plus": (
        "care_home_price_ratio_65plus",
        "council_care_home_week_65plus",
    ),
    "care_home_gbp_per_week_18_64": (
        "care_home_price_ratio_18_64",
        "council_care_home_week_18_64",
    ),
    "home_care_gbp_per_hour": (
        "home_care_price_ratio",
        "unit_cost_homecare_external_hour_2024_25",
    ),
}
_PRICE_UNIT = "GBP, 2024/25 prices; what the council pays"
_SCALED = ("one_person_household_share", *CARERS, *MEETING)


def template(name: str) -> str:
    """A file of own numbers filled in with a council's published figures, ready to edit."""
    base = _council(name, name)
    page = io.StringIO()
    rows = csv.writer(page, lineterminator="\n")
    rows.writerow(("key", "value", "unit", "where the value is from"))
    rows.writerow(("based_on", base.name, "", "the real council; its streets stay"))
    rows.writerow(("name", base.name, "", "what charts and the report call it"))
    for key, value in published(base).items():
        fact = base.facts[_PRICED[key][0] if key in _PRICED else key]
        shown = str(int(value)) if value.is_integer() else repr(value)
        rows.writerow((key, shown, _PRICE_UNIT if key in _PRICED else fact.unit, fact.source))
    return page.getvalue()


def published(base: Place) -> dict[str, float]:
    """The council's own value of every figure a file may hold, as a template writes it.

    To seven figures, unless it is whole: a spreadsheet keeps those when it saves a file.
    """
    found = {}
    for key in FIGURES:
        if key in _PRICED:
            value = base.facts[_PRICED[key][0]].value * _pounds_for_one(key)
        else:
            value = base.facts[key].value
        found[key] = value if value.is_integer() else float(f"{value:.7g}")
    return found


def _pounds_for_one(key: str) -> float:
    """Pounds that a price ratio of 1 to England stands for, at the central values."""
    fact, price = _PRICED[key]
    england = float(getattr(Parameters.build({}, 0), price))
    return england / get(ENGLAND).facts[fact].value


@cache
def own_place(own: OwnNumbers) -> Place:
    """The place a file of own numbers describes; raises UserMistake for what cannot be."""
    base = _council(own.based_on, f"{own.file}: based_on")
    before = published(base)
    changed = {key: value for key, value in own.figures if value != before[key]}
    _check_sums(own, before | changed, changed)
    _check_sizes(own, base, before | changed, changed)
    here = base.neighbourhoods
    if changed.keys() & set(PEOPLE):
        here = _with_people(here, before | changed, own)
    if changed.keys() & set(FIFTHS):
        here = _with_fifths(here, before | changed)
    if "disabled_share" in changed:
        people = here.people.sum(axis=1).astype(np.float64)
        share = _bent(here.disabled_share, people, changed["disabled_share"])
        here = replace(here, disabled_share=share)
    if "no_car_share" in changed:
        homes = here.households.astype(np.float64)
        share = _bent(here.no_car_share, homes, changed["no_car_share"])
        here = replace(here, households_no_car=np.rint(share * homes).astype(np.int64))
    factors = {key: changed[key] / before[key] for key in changed.keys() & set(_SCALED)}
    here = replace(here, own=OwnCouncil(factors, here)) if changed else here
    facts = _facts(own, base, here, changed)
    return replace(base, name=own.name, neighbourhoods=here, facts=facts, numbers=own)


def _council(name: str, where: str) -> Place:
    """The council of this name; a district or a neighbourhood has no figures of its own to set."""
    place = get(name) if not name.lower().endswith(".csv") else None
    if place is None or place.kind != "council":
        kind = "file" if place is None else place.kind
        within = "" if place is None or len(place.councils) != 1 else get(place.councils[0]).name
        hint = f" Use its council, {within}." if within else " Name one, such as Leeds."
        raise UserMistake(
            f"{where}: {name} is a {kind}, and only a council that pays for care has figures "
            f"of its own.{hint}"
        )
    return place


def _check_sums(own: OwnNumbers, value: dict[str, float], changed: dict[str, float]) -> None:
    """Shares that make a whole must make one."""
    for keys, what in ((FIFTHS, "fifths of deprivation"), (ETHNIC, "ethnic groups")):
        total = math.fsum(value[key] for key in keys)
        if changed.keys() & set(keys) and abs(total - 1) > rule("own_shares_within"):
            raise UserMistake(
                f"{own.file}: {keys[0]} to {keys[-1]}: the shares of the {what} add up to "
                f"{total:.3f}. Make them add up to 1."
            )


def _check_sizes(
    own: OwnNumbers, base: Place, value: dict[str, float], changed: dict[str, float]
) -> None:
    """Refuse thousands given as pounds, a dropped digit, and people who cannot be."""
    adults = math.fsum(value[key] for key in PEOPLE[1:])
    most = int(all_neighbourhoods().adults.sum())
    if not rule("residents_least") <= adults <= most:
        raise UserMistake(
            f"{own.file}: {PEOPLE[1]} to {PEOPLE[-1]}: {adults:,.0f} people aged 16 or over. "
            f"Give {int(rule('residents_least'))} to {most:,} in all."
        )
    england, times = get(ENGLAND), rule("own_most_times_england")
    for key in changed:
        if key in PRICES:
            usual = _pounds_for_one(key)
        elif key in (*CARE, *CARERS):
            usual = england.facts[key].value / england.adults * adults
        elif key in MEETING and changed[key] <= adults:
            continue
        elif key in MEETING:
            raise UserMistake(f"{own.file}: {key}: more than one for every person. Check it.")
        else:
            continue
        if not usual / times <= changed[key] <= usual * times:
            raise UserMistake(
                f"{own.file}: {key}: {changed[key]:,.10g} is not between {usual / times:,.0f} and "
                f"{usual * times:,.0f}, {times:g} times less and more than England's figures "
                f"give here. Is the unit right? Published for {base.name}: "
                f"{published(base)[key]:,.10g}."
            )


def _with_people(here: Neighbourhoods, value: dict[str, float], own: OwnNumbers) -> Neighbourhoods:
    """Every age band brought to its number, each neighbourhood in proportion: whole people."""
    before = here.people.sum(axis=0)
    after = np.array([round(value[key]) for key in PEOPLE], dtype=np.int64)
    people = here.people.copy()
    for column in np.flatnonzero(before != after).tolist():
        wanted = here.people[:, column] * (after[column] / before[column])
        people[:, column] = round_to_totals(wanted[:, None], after[column : column + 1])[:, 0]
    if not (people[:, 1:].sum(axis=1) > 0).all():
        raise UserMistake(
            f"{own.file}: {PEOPLE[1]} to {PEOPLE[-1]}: too few people aged 16 or over for the "
            f"{len(here):,} neighbourhoods of {own.based_on}. Base it on a smaller council."
        )
    mixing = bands_of_groups()
    ratio = (mixing @ after / (mixing @ before))[1:]
    groups = np.rint(here.adult_groups * ratio).astype(np.int64)
    return replace(here, people=people, adult_groups=groups)


def _with_fifths(here: Neighbourhoods, value: dict[str, float]) -> Neighbourhoods:
    """Whole neighbourhoods moved up or down a fifth, the nearest by score first."""
    order = np.lexsort((-here.imd_score, here.quintile))
    adults = here.adults[order]
    middle = np.cumsum(adults) - adults / 2
    shares = np.cumsum([value[key] for key in FIFTHS])
    ends = shares[:-1] / shares[-1] * adults.sum()
    quintile = here.quintile.copy()
    quintile[order] = 1 + np.searchsorted(ends, middle, side="right")
    return replace(here, quintile=quintile)


def _bent(share: Floats, weight: Floats, wanted: float) -> Floats:
    """Neighbourhoods' shares with all odds multiplied, so that their mean is `wanted`: float64."""
    odds = fitted_odds(share[None, :], weight[None, :], np.array([wanted]))
    return shifted(share, odds)


def _facts(
    own: OwnNumbers, base: Place, here: Neighbourhoods, changed: dict[str, float]
) -> dict[str, Fact]:
    """The council's facts, those of the file in place of the published ones."""
    facts, counted = dict(base.facts), people_facts(here)
    source = f"your numbers, {own.file}"
    for key, value in changed.items():
        fact = _PRICED[key][0] if key in _PRICED else key
        if key in _PRICED:
            value = value / _pounds_for_one(key)
        value = counted[key].value if key in counted else value
        facts[fact] = Fact(value, base.facts[fact].unit, source)
    if changed.keys() & set(PEOPLE):
        for key in ("people", "people_16_plus"):
            facts[key] = Fact(counted[key].value, base.facts[key].unit, source)
    return facts


def changes(place: Place) -> list[str]:
    """One sentence for each figure of the file that differs from the published one."""
    own = place.numbers
    if own is None:
        return []
    base = _council(own.based_on, own.file)
    before = published(base)
    found = [
        f"{key}: {value:,.10g} in {own.file}; {before[key]:,.10g} published for {base.name}"
        for key, value in own.figures
        if value != before[key]
    ]
    return found or [f"{own.file}: every figure is as published for {base.name}"]
