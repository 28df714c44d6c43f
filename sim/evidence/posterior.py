"""The calibrated draws: what the numbers may be once the model has been held against England.

Looks at data/posterior_forward.csv, data/posterior_hindcast.csv and the account of how each was
made beside it. Changes nothing. The two are kept apart: a hindcast may not know 2023/24, so its
draws never feed a forward run, nor the other way round.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.errors import UserMistake
from sim.evidence.registry import registry
from sim.evidence.rows import DATA

FORWARD, HINDCAST = "forward", "hindcast"
KINDS = (FORWARD, HINDCAST)
MODEL_ROOMS = ("agents", "world", "policies")  # whose source decides what the model does
Draw = Mapping[str, float]


def table_of(kind: str) -> Path:
    """Where the draws of a posterior are kept."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}")
    return DATA / f"posterior_{kind}.csv"


def account_of(kind: str) -> Path:
    """Where the account of how a posterior was made is kept."""
    return table_of(kind).with_suffix(".json")


@cache
def draws(kind: str = FORWARD) -> tuple[Draw, ...]:
    """Every calibrated draw, oldest first; none where this model has not been calibrated.

    Raises UserMistake for a file that is not a table of numbers.
    """
    path = table_of(kind)
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(read(csv.DictReader(file, strict=True), path.name))


def read(lines: csv.DictReader[str], name: str) -> list[Draw]:
    """The draws of an open table; `name` is what a mistake calls it."""
    found: list[Draw] = []
    for cells in lines:
        try:
            values = {key: float(text) for key, text in cells.items()}
        except (TypeError, ValueError):
            raise UserMistake(f"{name}: line {lines.line_num}: a cell is not a number.") from None
        if not all(map(math.isfinite, values.values())):
            raise UserMistake(f"{name}: line {lines.line_num}: a cell is not a finite number.")
        found.append(MappingProxyType(values))
    return found


@cache
def row(draw: int) -> Draw:
    """The calibrated numbers of draw 1, 2, ... of a forward run; round again after the last.

    Held within today's ranges: a number whose range has since been narrowed stays inside it.
    """
    rows = draws(FORWARD)
    if not rows:
        return {}
    held = {}
    for key, value in rows[(draw - 1) % len(rows)].items():
        if key in registry():
            now = registry().get(key)
            if now.is_drawn and now.low is not None and now.high is not None:
                held[key] = min(max(value, now.low), now.high)
    return MappingProxyType(held)


def provenance(kind: str = FORWARD) -> dict[str, Any]:
    """How a posterior was made (command, date, sizes, targets, hashes); empty where there is none.

    Raises UserMistake for an account that cannot be read.
    """
    path = account_of(kind)
    if not path.exists():
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserMistake(f"{path.name}: cannot be read: {error}.") from None
    if not isinstance(told, dict):
        raise UserMistake(f"{path.name}: not an account of a calibration.")
    return told


def draws_hash(kind: str = FORWARD) -> str | None:
    """Sha256 of the draws (line endings aside), which decide what an uncertain run is."""
    path = table_of(kind)
    if not path.exists():
        return None
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def provenance_in_short(kind: str = FORWARD) -> dict[str, Any]:
    """What a run says of the draws it rests on: when and how they were made, and any warning."""
    told = provenance(kind)
    kept = {key: told[key] for key in ("date", "command", "draws") if key in told}
    return kept | {"draws_hash": draws_hash(kind), "warning": warning(kind)}


@cache
def model_hash() -> str:
    """One hash of the source of the rooms that decide what the model does."""
    house, total = Path(__file__).parent.parent, hashlib.sha256()
    files = [path for room in MODEL_ROOMS for path in (house / room).rglob("*.py")]
    for path in sorted(files, key=lambda each: each.relative_to(house).as_posix()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{path.relative_to(house).as_posix()}:{len(content)}\n".encode() + content)
    return total.hexdigest()


def warning(kind: str = FORWARD) -> str:
    """One sentence where a posterior does not belong to today's model and evidence, else ''."""
    told = provenance(kind)
    if not told:
        return f"This model has not been calibrated ({kind}): numbers are drawn from their ranges."
    changed = [
        word
        for word, now in (("evidence", registry().hash), ("model", model_hash()))
        if told.get(f"{word}_hash") != now
    ]
    if not changed:
        return ""
    return (
        f"Calibrated with an earlier model ({kind}, {told.get('date', 'no date')}): the "
        f"{' and the '.join(changed)} changed since. Run again: {told.get('command', 'calibrate')}"
    )
