"""Real places: England, 153 councils, their districts and 33,755 neighbourhoods.

Like the index at the back of an atlas: type a name, get the place and what is known about it.
Looks at the place data and facts. Changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserMistake, nearest
from sim.world.own_numbers import OwnNumbers, is_file_name
from sim.world.own_numbers import read as read_own
from sim.world.place_data import (
    Neighbourhoods,
    age_band_shares,
    all_neighbourhoods,
    councils,
    districts,
    neighbourhood_names,
)
from sim.world.place_facts import Fact, facts_of
from sim.world.sampling import Sample, draw_sample

ENGLAND = "E92000001"
KINDS = ("england", "council", "district", "neighbourhoods")
_NAMED = 5  # how many names a sentence lists


class PlaceSummary(NamedTuple):
    """One line of a search: enough to choose a place by."""

    code: str
    name: str
    kind: str
    within: str
    """The council (or, for a council, the region) it lies in."""


@dataclass(frozen=True, eq=False)
class Place:
    """A real place, its neighbourhoods and what is known about it."""

    code: str
    name: str
    kind: str
    region: str
    councils: tuple[str, ...]
    neighbourhoods: Neighbourhoods
    facts: dict[str, Fact]
    numbers: OwnNumbers | None = None
    """The file this place's own numbers are from, if any."""

    @property
    def adults(self) -> int:
        """People aged 16 or over at mid-2023."""
        return int(self.neighbourhoods.adults.sum())

    def imputed(self) -> list[str]:
        """One sentence for each fact that was not published for this very place."""
        return [
            f"{name}: {fact.source}" for name, fact in sorted(self.facts.items()) if fact.imputed
        ]

    def age_band_shares(self) -> dict[str, NDArray[np.float64]]:
        """Share of people in each of the 13 bands, by district code."""
        here = set(self.neighbourhoods.ltla.tolist())
        return {code: shares for code, shares in age_band_shares().items() if code in here}

    def sample(self, residents: int | None = None) -> Sample:
        """Whole neighbourhoods with about `residents` people aged 16+; None is the whole place.

        A pure function of the place and the number. Raises UserMistake for a number below 200
        or above all of England.
        """
        if type(residents) is int:  # asked for again and again: by every run, and by its norms
            return _sampled(self.code, self.name, self.neighbourhoods, residents)
        return draw_sample(self.code, self.name, self.neighbourhoods, residents)


@lru_cache(maxsize=16)
def _sampled(code: str, name: str, here: Neighbourhoods, residents: int) -> Sample:
    return draw_sample(code, name, here, residents)


def get(name_or_code: str | Path | OwnNumbers | Iterable[str] | Place) -> Place:
    """The place of this name or code, or of a list of neighbourhood names or codes.

    A file name ending in .csv is a council with somebody's own numbers (`sim.world.own_numbers`).
    Raises UserMistake when there is no such place or more than one.
    """
    if isinstance(name_or_code, Place):  # a place made by hand, such as England of another year
        return name_or_code
    own = own_numbers(name_or_code)
    if own is not None:
        from sim.world.own_place import own_place

        return _copy(own_place(own))
    if not isinstance(name_or_code, str):
        if not isinstance(name_or_code, Iterable):
            raise UserMistake(f"place: {name_or_code!r} is not a name, a code or a list of them.")
        wanted = list(name_or_code)
        if not wanted:
            raise UserMistake("place: the list of neighbourhoods is empty; name at least one.")
        return _one(wanted[0]) if len(wanted) == 1 else _several(wanted)
    if "," in name_or_code and _key(name_or_code) not in _by_key():
        parts = [part.strip() for part in name_or_code.split(",") if part.strip()]
        if len(parts) > 1:
            return _qualified(parts) or _several(parts)
    return _one(name_or_code)


def own_numbers(place: object) -> OwnNumbers | None:
    """The own numbers a place is given by, read from their file; None for every other place."""
    if isinstance(place, OwnNumbers):
        return place
    if is_file_name(place) and not (isinstance(place, str) and _key(place) in _by_key()):
        return read_own(str(place))
    return None


def template(name: str) -> str:
    """A filled-in CSV of a council's figures, for you to edit and give as a place."""
    from sim.world.own_place import template as written

    return written(name)


def find(text: str, limit: int = 50) -> list[PlaceSummary]:
    """Places whose name or code matches: exact, then prefix, then word, then anywhere.

    Larger places come first within a rank; then the districts of a matching council. An empty
    text lists England and the councils.
    """
    wanted = _key(text)
    if not wanted:
        return [each for each in _index() if each.kind in KINDS[:2]][:limit]
    ranked: list[tuple[int, int, str, PlaceSummary]] = []
    for summary, keys in zip(_index(), _keys(_index()), strict=True):
        rank = min(_rank(wanted, key) for key in keys)
        if rank == 4 and summary.kind == "district" and _key(summary.within).startswith(wanted):
            rank = 3
        if rank < 4:
            ranked.append((rank, KINDS.index(summary.kind), summary.name, summary))
    for row, key in enumerate(_neighbourhood_keys()):
        if wanted in key:
            one = _neighbourhood(row)
            ranked.append((min(_rank(wanted, k) for k in key.split("|")), 3, one.name, one))
    ranked.sort(key=lambda each: each[:3])
    return [each[3] for each in ranked[:limit]]


def _rank(wanted: str, key: str) -> int:
    where = key.find(wanted)
    if where < 0:
        return 4
    if where == 0:
        return 0 if key == wanted else 1
    return 2 if f" {wanted}" in key else 3


def _key(text: str) -> str:
    """A name as it is compared: lower case, '&' as and, no punctuation."""
    plain = re.sub(r"[^a-z0-9]+", " ", text.lower().replace("&", " and ").replace("'", ""))
    return plain.strip()


@cache
def _areas() -> tuple[PlaceSummary, ...]:
    """England, councils and districts: most of what is asked for, found without the rest."""
    found = [PlaceSummary(ENGLAND, "England", "england", "")]
    for code, row in councils().items():
        found.append(PlaceSummary(code, row["utla_name"], "council", row["region"]))
    for code, row in districts().items():
        if code not in councils():
            found.append(PlaceSummary(code, row["ltla_name"], "district", row["utla_name"]))
    return tuple(found)


@cache
def _index() -> tuple[PlaceSummary, ...]:
    """Every named place but single neighbourhoods: England, councils, districts, MSOA groups."""
    found = [*_areas()]
    known = {key for each in found for key in (_key(each.name), _short(_key(each.name)))}
    columns = neighbourhood_names()
    for group, council in dict(zip(columns["group"], columns["utla"], strict=True)).items():
        within = councils()[council]["utla_name"]
        former = group.rsplit(" ", 1)[0]  # a district abolished since its neighbourhoods were named
        if _key(former) not in known:
            known.add(_key(former))
            found.append(PlaceSummary(former, former, "neighbourhoods", within))
        found.append(PlaceSummary(group, group, "neighbourhoods", within))
    return tuple(found)


def _neighbourhood(row: int) -> PlaceSummary:
    columns = neighbourhood_names()
    within = councils()[columns["utla"][row]]["utla_name"]
    return PlaceSummary(columns["code"][row], columns["name"][row], "neighbourhoods", within)


def _short(key: str) -> str:
    """'bristol city of' is also 'bristol'; 'county durham' is also 'durham'."""
    return re.sub(r"^county | (city|county) of$", "", key)


@cache
def _keys(places: tuple[PlaceSummary, ...]) -> tuple[tuple[str, ...], ...]:
    """The keys each place answers to."""
    found = ((_key(each.name), _key(each.code)) for each in places)
    return tuple(tuple(dict.fromkeys((name, _short(name), code))) for name, code in found)


@cache
def _neighbourhood_keys() -> tuple[str, ...]:
    """'hastings 011c|e01020984' for each neighbourhood."""
    columns = neighbourhood_names()
    plain = {group: _key(group) for group in dict.fromkeys(columns["group"])}
    rows = zip(columns["group"], columns["name"], columns["code"], strict=True)
    return tuple(f"{plain[group]}{name[len(group) :]}|{code}".lower() for group, name, code in rows)


@cache
def _by_key() -> dict[str, PlaceSummary | int]:
    """The place, or the row of the neighbourhood, that answers to a key."""
    found: dict[str, PlaceSummary | int] = {}
    for row, both in enumerate(_neighbourhood_keys()):
        found.update(dict.fromkeys(both.split("|"), row))
    for summary, keys in zip(_index(), _keys(_index()), strict=True):
        found.update(dict.fromkeys(keys, summary))
    return found


def _exact(text: str) -> PlaceSummary | None:
    wanted = _key(text)
    areas = zip(_areas(), _keys(_areas()), strict=True)
    hit = next((each for each, keys in areas if wanted in keys), None) or _by_key().get(wanted)
    return _neighbourhood(hit) if isinstance(hit, int) else hit


def _look_up(text: object) -> PlaceSummary:
    """The one place meant by `text`: its name or code, or a beginning only one council has."""
    if not isinstance(text, str) or not _key(text):
        raise UserMistake(f"place: {text!r} is not a name or a code; type for example Hastings.")
    wanted = _key(text)
    if hit := _exact(text):
        return hit
    hits = [each for each in _areas() if f"{_key(each.name)} ".startswith(f"{wanted} ")]
    if len(hits) == 1:
        return hits[0]
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    if hits:
        names = "; ".join(each.name for each in hits[:_NAMED])
        raise UserMistake(f"place: {shown!r} could be {names}. Type the whole name or a code.")
    like = _nearest_names(text)
    hint = f"Did you mean {'; '.join(like)}?" if like else "Neighbourhoods are named by the Census"
    hint += "" if like else ", for example Hastings 011C; search with: python -m sim places TEXT"
    raise UserMistake(f"place: there is no place called {shown!r} in England's data. {hint}")


def _nearest_names(text: str) -> list[str]:
    """Up to three names like `text`: councils and districts, or groups for a name with digits."""
    wanted = _key(text)[:60]
    groups = bool(re.search("[0-9]", wanted))
    kinds = KINDS[3:] if groups else KINDS[:3]
    names = {
        key: each.name
        for each, keys in zip(_index(), _keys(_index()), strict=True)
        for key in keys
        if each.kind in kinds and (not groups or key[:4] == wanted[:4])
    }
    names = {key.split()[0]: name for key, name in names.items()} | names  # Brihgton
    inside = [each.name for each in find(text, 3) if groups or each.kind in kinds]
    return list(dict.fromkeys(inside + [names[key] for key in nearest(wanted, names, 6)]))[:3]


def _rows(summary: PlaceSummary) -> NDArray[np.int64]:
    """Rows of the neighbourhoods that make up a place."""
    everywhere = all_neighbourhoods()
    if summary.kind == "england":
        return np.arange(len(everywhere))
    if summary.kind == "council":
        chosen = everywhere.utla == summary.code
    elif summary.kind == "district":
        chosen = everywhere.ltla == summary.code
    else:
        chosen = (everywhere.code == summary.code) | (everywhere.group == summary.code)
        if not chosen.any():  # a former district: every group of that name
            chosen = np.char.startswith(everywhere.group, f"{summary.code} ")
    return np.flatnonzero(chosen)


def _one(text: object) -> Place:
    return _copy(_place_of(_look_up(text)))


def _copy(place: Place) -> Place:
    """The place with facts of its own, so that nobody can scribble on the next reader's."""
    return replace(place, facts=dict(place.facts))


@cache
def _place_of(summary: PlaceSummary) -> Place:
    return _make(summary.code, summary.name, summary.kind, _rows(summary))


def _qualified(parts: list[str]) -> Place | None:
    """'Hastings, East Sussex' is Hastings, when the first lies in the second."""
    first = _exact(parts[0])
    if first and len(parts) == 2 and _key(parts[1]) in (_key(first.within), "england"):
        return _copy(_place_of(first))
    return None


def _several(wanted: list[str]) -> Place:
    """The neighbourhoods named one by one, as one place."""
    summaries = [_look_up(each) for each in wanted]
    for each in summaries:
        if each.kind != "neighbourhoods":
            raise UserMistake(
                f"place: a list takes neighbourhoods only, and {each.name} is a {each.kind}; "
                f"name its neighbourhoods, or run {each.name} by itself."
            )
    rows = np.concatenate([_rows(each) for each in summaries])
    unique, times = np.unique(rows, return_counts=True)
    if times.max() > 1:
        twice = all_neighbourhoods().name[unique[times > 1][0]]
        raise UserMistake(f"place: {twice} is in the list more than once; name it once.")
    codes = ",".join(all_neighbourhoods().code[unique].tolist())
    names = [each.name for each in summaries]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    digest = hashlib.sha256(codes.encode()).hexdigest()[:12]
    return _make(f"LIST_{digest}", ", ".join(names[:3]) + more, "neighbourhoods", unique)


def _make(code: str, name: str, kind: str, rows: NDArray[np.int64]) -> Place:
    here = all_neighbourhoods().take(rows)
    inside = tuple(np.unique(here.utla).tolist())
    regions = sorted({councils()[each]["region"] for each in inside})
    region = regions[0] if len(regions) == 1 else "England"
    return Place(code, name, kind, region, inside, here, facts_of(here))
