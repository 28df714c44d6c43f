"""One measured figure, and how it is told apart from its target: what every fit room shares.

Looks at the registry for targets and tolerances; changes nothing. A target of the registry allows
its tolerance either way; a row of England's account allows its own low to high; a promise of the
project allows what it promised. `near` is within twice that room (of half the range's width).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.evidence import registry

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

PASS, NEAR, MISS, NOT_COMPUTED = "pass", "near", "miss", "not computed"
VERDICTS = (MISS, NEAR, PASS, NOT_COMPUTED)  # the order in which a reader should see them
PROMISE, ACCOUNT = "promise", "account"

# What the project promised of a baseline run of England, by its own words: low, high.
PROMISES: dict[str, tuple[float, float]] = {
    "often_lonely_lowest_year": (0.064, 0.078),
    "often_lonely_highest_year": (0.064, 0.078),
    "lonely_persist_1y_broad_cut": (0.68, 0.78),
    "lonely_age_order_kept": (1.0, 1.0),
    "lonely_disability_order_kept": (1.0, 1.0),
    "states_within_range": (1.0, 1.0),
}


@dataclass(frozen=True)
class Finding:
    """A measured value, in the unit of the evidence it answers to; `luck` is one standard error.

    `evidence` lists registry keys whose values, lows and highs add up (empty: the key itself).
    A value that is not finite was not measurable in this run; `note` then says why.
    """

    key: str
    value: float
    note: str = ""
    luck: float = 0.0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One line of the table of fit. Numbers are None where nothing was computed."""

    key: str
    kind: str
    target: float | None
    low: float | None
    high: float | None
    value: float | None
    verdict: str
    note: str = ""
    luck: float | None = None

    @property
    def off(self) -> float:
        """How far off, in rooms allowed: up to 1 is a pass, up to 2 near; infinite with no room."""
        if self.value is None or self.target is None or self.low is None or self.high is None:
            return 0.0
        return _rooms_off(self.value, self.target, self.low, self.high)

    @property
    def may_be_luck(self) -> bool:
        """Whether two standard errors of this run's size reach from the value into the range."""
        if None in (self.value, self.low, self.high) or not self.luck:
            return False
        return self.low - 2 * self.luck <= self.value <= self.high + 2 * self.luck  # type: ignore


def _rooms_off(value: float, target: float, low: float, high: float) -> float:
    """0 on target, 1 on the border, and one more for each half width of the range beyond it."""
    half = (high - low) / 2
    outside = max(low - value, value - high)
    if outside > 1e-9 * max(abs(target), 1.0):  # so that a value on the border is inside
        return 1.0 + outside / half if half > 0 else math.inf
    room = high - target if value > target else target - low
    return min(abs(value - target) / room, 1.0) if room > 0 else 0.0


def verdict_of(value: float, target: float, low: float, high: float) -> str:
    """Pass inside low to high, near when half the range's width outside at most, else miss."""
    off = _rooms_off(value, target, low, high)
    return PASS if off <= 1.0 else NEAR if off <= 2.0 else MISS


def judge(found: Finding) -> Row:
    """Compare one finding with its promise or with the rows of evidence it answers to."""
    if found.key in PROMISES:
        low, high = PROMISES[found.key]
        kind, target = PROMISE, (low + high) / 2
    else:
        kind, target, low, high = _published(found.evidence or (found.key,))
    if not math.isfinite(found.value):
        return Row(found.key, kind, target, low, high, None, NOT_COMPUTED, found.note)
    return Row(
        found.key, kind, target, low, high, float(found.value),
        verdict_of(found.value, target, low, high), found.note, found.luck or None,
    )  # fmt: skip


def _published(keys: tuple[str, ...]) -> tuple[str, float, float, float]:
    """Kind, target, low and high of rows added together; only account rows may be added."""
    rows = [registry().get(key) for key in keys]
    if len(rows) == 1 and rows[0].is_target and not rows[0].same_as:
        value, room = rows[0].value, rows[0].tolerance or 0.0
        return rows[0].kind, value, value - room, value + room
    if not all(row.key.startswith("account_") for row in rows):
        raise ValueError(f"{', '.join(keys)}: not one target, nor rows of England's account")
    lows = [row.low for row in rows if row.low is not None]
    highs = [row.high for row in rows if row.high is not None]
    if len(lows) < len(rows) or len(highs) < len(rows):
        raise ValueError(f"{', '.join(keys)}: a row of the account has no range to compare with")
    return ACCOUNT, sum(row.value for row in rows), sum(lows), sum(highs)


def published(key: str) -> float:
    """The published value of a row, for figures that are ratios to a published level."""
    return registry().get(key).value


@dataclass
class Findings:
    """A growing list of findings; the ways a figure is usually made."""

    scale: float = 1.0  # England's people for each simulated one
    found: list[Finding] = field(default_factory=list)

    def add(
        self, key: str, value: float, note: str = "", luck: float = 0.0, *evidence: str
    ) -> None:
        """Add a value already in the unit of its evidence."""
        self.found.append(Finding(key, float(value), note, float(luck), evidence))

    def share(self, key: str, flags: Flags, among: Flags | None = None, note: str = "") -> None:
        """Add the share of people flagged, among some."""
        here = flags if among is None else flags[among]
        if here.size == 0:
            self.add(key, math.nan, "nobody of the kind in this run")
            return
        share = float(here.mean())
        self.add(key, share, note, math.sqrt(share * (1.0 - share) / here.size))

    def count(self, key: str, number: float, note: str = "", *evidence: str) -> None:
        """Add a number of people or events, scaled to England; luck is that of a count."""
        seen = f"{number:,.0f} seen"
        words = f"{note}; {seen}" if note else seen
        luck = math.sqrt(max(number, 0.0)) * self.scale
        self.add(key, number * self.scale, words, luck, *evidence)


def first_of_each(values: NDArray[Any]) -> NDArray[np.int64]:
    """Row of the first holder of each value."""
    return np.asarray(np.unique(values, return_index=True)[1])
