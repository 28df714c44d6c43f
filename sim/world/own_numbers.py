"""A council's own numbers: what a file of them may say, and every mistake in plain words.

Like the form a director fills in when she trusts her own returns first. Looks at one CSV file;
changes nothing. Which real council it is about, and what the numbers do to it, is the business of
`sim.world.own_place`.
"""

from __future__ import annotations

import csv
import hashlib
import math
import re
from dataclasses import dataclass
from pathlib import Path

from sim.errors import UserMistake, did_you_mean, nearest
from sim.mistakes import hidden_characters, visible
from sim.world.place_data import BANDS, rule

TEMPLATE = "python -m sim places --template"
PEOPLE = tuple(f"people_{band}" for band in BANDS)
FIFTHS = tuple(f"imd_q{fifth}_share" for fifth in range(1, len("12345") + 1))
ETHNIC = tuple(f"eth_{group}_share" for group in ("white", "asian", "black", "mixed", "other"))
HOMES = ("disabled_share", "no_car_share", "one_person_household_share")
CARERS = tuple(f"carers_{each}" for each in ("1_9h", "10_19h", "20_34h", "35_49h", "50plus_h"))
MEETING = ("pubs_bars_2018", "libraries", "library_hours_per_week")
CARE = ("asc_net_current_gbp_2023_24", "community_clients_18_64", "community_clients_65plus")
PRICES = (
    "care_home_gbp_per_week_65plus",
    "care_home_gbp_per_week_18_64",
    "home_care_gbp_per_hour",
)
FIGURES = (*PEOPLE, *FIFTHS, *ETHNIC, *HOMES, *CARERS, *MEETING, *CARE, *PRICES)
"""Every figure a file may hold, in the order a template writes them."""
WORDS = ("based_on", "name")
_SUMS = ("people", "people_16_plus")
_COLUMNS = ("key", "value")
_NUMBER = re.compile(
    r"£?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?P<percent>%?)"
)


@dataclass(frozen=True)
class OwnNumbers:
    """A file of a council's own numbers, read and checked: its figures, and its text to the letter.

    `based_on` is the council as the file names it; `called` the place's name in the file, or "".
    `figures` are pairs of a key of `FIGURES` and its value, for the cells that are filled in.
    """

    file: str
    text: str
    based_on: str
    called: str
    figures: tuple[tuple[str, float], ...]

    @property
    def sha256(self) -> str:
        """Fingerprint of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def name(self) -> str:
        """What charts and reports call the place."""
        return f"{self.called or self.based_on} (your numbers)"

    def record(self) -> dict[str, str]:
        """What a run writes down about the file: its name, hash and whole content."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "based_on": self.based_on,
            "content": self.text,
        }


def is_file_name(place: object) -> bool:
    """Whether a place is meant as a file of own numbers."""
    return isinstance(place, Path) or (
        isinstance(place, str) and place.strip().lower().endswith(".csv")
    )


def read(path: Path | str) -> OwnNumbers:
    """Read a file of own numbers; raises UserMistake naming the file, the key and the remedy."""
    file = Path(str(path).strip()).expanduser()
    text = _text_of(file)
    said = visible(file.name)
    cells = _cells(text, said)
    based_on = cells.pop("based_on", "").strip()
    if not based_on:
        raise UserMistake(
            f"{said}: based_on: no council is named. Add a line such as: based_on,Leeds"
        )
    called = cells.pop("name", "").strip()
    if hidden_characters(called) or len(called) > rule("own_name_most_letters"):
        most = int(rule("own_name_most_letters"))
        raise UserMistake(f"{said}: name: give plain words, at most {most} letters.")
    figures = {key: _figure(key, cell, said) for key, cell in cells.items() if cell.strip()}
    return OwnNumbers(file.name, text, based_on, called, tuple(figures.items()))


def _text_of(file: Path) -> str:
    """The file's text with plain line ends, or a sentence saying why it cannot be had."""
    said = visible(str(file))
    try:
        if file.is_dir():
            raise UserMistake(f"{said} is a folder. Name a file, such as my_council.csv.")
        raw = file.read_bytes()
    except FileNotFoundError:
        near = [each.name for each in file.parent.glob("*.csv")] if file.parent.is_dir() else []
        hint = did_you_mean(file.name, near) or f" Make one with: {TEMPLATE} Leeds > my_council.csv"
        raise UserMistake(f"{said}: no such file.{hint}") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a usable name"
        raise UserMistake(f"{said}: cannot be read ({why}).") from None
    if len(raw) > rule("own_file_most_bytes"):
        raise UserMistake(f"{said}: too large for a sheet of figures. Start from: {TEMPLATE} Leeds")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserMistake(f'{said}: not plain text. Save it as "CSV UTF-8".') from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cells(text: str, said: str) -> dict[str, str]:
    """Key and cell of every figure, from lines of key,value or from a header and one line."""
    try:
        lines = [
            row for row in csv.reader(text.splitlines(), strict=True) if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise UserMistake(f"{said}: not a table of comma-separated values ({error}).") from None
    if not lines:
        raise UserMistake(f"{said}: the file is empty. Start from: {TEMPLATE} Leeds")
    head = [cell.strip().lower() for cell in lines[0]]
    if "based_on" in head and not set(_COLUMNS) & set(head):
        if len(lines) != 2:
            raise UserMistake(f"{said}: give one line of figures under the names of the columns.")
        if len(lines[1]) != len(head):
            raise UserMistake(
                f"{said}: {len(head)} columns are named and {len(lines[1])} are filled in. "
                "Put figures with commas in quotes."
            )
        pairs = list(zip(head, lines[1], strict=True))
    elif set(_COLUMNS) <= set(head):
        key, value = (head.index(each) for each in _COLUMNS)
        pairs = [_pair(row, key, value, said) for row in lines[1:]]
    else:
        raise UserMistake(
            f"{said}: the first line must name the columns key,value. Start from: {TEMPLATE} Leeds"
        )
    found: dict[str, str] = {}
    for name, cell in pairs:
        _known(name, said)
        if name in found:
            raise UserMistake(f"{said}: {name} is given twice. Keep one.")
        found[name] = cell
    return found


def _pair(row: list[str], key: int, value: int, said: str) -> tuple[str, str]:
    """Key and value of a line; a line that stops short is a mistake, not a blank."""
    if len(row) <= max(key, value):
        raise UserMistake(f"{said}: {visible(row[0])}: the line has no value. Write key,value.")
    return row[key].strip().lower(), row[value]


def _known(name: str, said: str) -> None:
    """Refuse a key that does nothing, with the nearest that does something."""
    if name in (*FIGURES, *WORDS):
        return
    shown = visible(name)
    if name in _SUMS:
        raise UserMistake(f"{said}: {shown} is the sum of the age bands. Leave it out.")
    begun = [each for each in FIGURES if len(name) > 2 and each.startswith(name)]
    hits = nearest(name, (*FIGURES, *WORDS)) or begun
    hint = f"Did you mean {hits[0]}?" if hits else f"See what there is: {TEMPLATE} Leeds"
    raise UserMistake(f"{said}: {shown}: no such figure, or none the model acts on. {hint}")


def _figure(key: str, cell: str, said: str) -> float:
    """A cell as a number its key allows."""
    shown = f"{said}: {key}: {visible(cell.strip())}"
    hit = _NUMBER.fullmatch(cell.strip())
    if hit is None:
        raise UserMistake(f"{shown} is not a number of 0 or more, such as {_such_as(key)}.")
    value = float(cell.strip().strip("£%").replace(",", ""))
    if not math.isfinite(value):
        raise UserMistake(f"{shown} is too large.")
    percent = hit["percent"] == "%"
    if key.endswith("_share"):
        value = value / 100 if percent else value
        inside = 0 < value < 1 if key in HOMES else 0 <= value <= 1
        if not inside:
            more = f" {value:g} per cent is {value / 100:g}." if 1 < value <= 100 else ""
            raise UserMistake(f"{shown} is not a share between 0 and 1.{more}")
    elif percent:
        raise UserMistake(f"{shown} is a percentage. Give the figure itself: {_such_as(key)}.")
    if key in PEOPLE and not value.is_integer():
        raise UserMistake(f"{shown} is not a whole number of people.")
    return value


def _such_as(key: str) -> str:
    """An example of how a figure is written."""
    if key.endswith("_share"):
        return "0.25"
    return "900.50" if key in PRICES else "12000"
