"""The frozen numbers of one run: evidence, plus the overrides of a scenario, plus one draw.

Looks at the evidence registry only. Changes nothing once built. Everything the model reads passes
here, so `reads` is the full list of the numbers a run rests on.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserMistake, did_you_mean
from sim.evidence.registry import registry
from sim.evidence.rows import Evidence, is_possible, unit_of

Array = NDArray[np.float64]

# How associations are read as causes: what each published log ratio is multiplied by.
CAUSAL_FRACTIONS = (
    "causal_fraction_loneliness_physical",
    "causal_fraction_loneliness_mental_wellbeing",
    "causal_fraction_isolation",
)
READINGS: dict[str, float | None] = {"central": None, "sceptic": 0.0, "face_value": 1.0}

# The ends of a lognormal range are read as its 5th and 95th percentiles.
_FIFTH_TO_MEDIAN = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True, slots=True)
class Override:
    """A number a scenario sets for itself, and why."""

    value: float
    because: str


class Parameters:
    """Every readable number of the registry as an attribute: `p.hub_minibus_annual_cost`.

    Validation targets cannot be read (they must never feed the model), nor can a row that holds
    the same fact as another: read the other. Attributes cannot be set.
    """

    _numbers: dict[str, float]
    _drawn: dict[str, float]
    _overrides: dict[str, Override]
    _reads: set[str]
    _arrays: dict[tuple[str, tuple[str, ...]], Array]
    _draw: int

    def __init__(
        self,
        numbers: Mapping[str, float],
        drawn: Mapping[str, float],
        overrides: Mapping[str, Override],
        draw: int,
    ) -> None:
        self.__dict__.update(
            _numbers=dict(numbers),
            _drawn=dict(drawn),
            _overrides=dict(overrides),
            _reads=set(),
            _arrays={},
            _draw=draw,
        )

    @classmethod
    def build(
        cls,
        overrides: Mapping[str, Override] | None = None,
        draw: int = 0,
        causal: str = "central",
        given: Mapping[str, float] | None = None,
    ) -> Parameters:
        """Return the numbers of one run: central values at draw 0, drawn ones at draw 1, 2, ...

        A drawn number depends on the draw and its own key alone; `given` ones stand in place of
        their draw (a point of an analysis). `causal` is how associations are
        read as causes: "sceptic" takes none of each published association, "face_value" all of it,
        "central" the registry's fractions. An override wins over both.
        """
        if causal not in READINGS:
            raise UserMistake(
                f"causal = {causal!r} is no reading. Choose {', '.join(READINGS)}."
                f"{did_you_mean(str(causal), READINGS)}"
            )
        if isinstance(draw, bool) or not isinstance(draw, int) or draw < 0:
            raise UserMistake(f"draw: {draw!r} must be a whole number, 0 or more.")
        chosen = {key: _checked(key, each) for key, each in sorted((overrides or {}).items())}
        numbers = dict(_central())
        drawn = {}
        if draw:
            drawn = {row.key: draw_one(row, draw) for row in _drawable() if row.key not in chosen}
        drawn |= {key: float(value) for key, value in (given or {}).items() if key not in chosen}
        numbers.update(drawn)
        reading = READINGS[causal]
        if reading is not None:
            fixed = dict.fromkeys(CAUSAL_FRACTIONS, reading)
            drawn = {key: value for key, value in drawn.items() if key not in fixed}
            numbers.update(fixed)
        numbers.update({key: each.value for key, each in chosen.items()})
        return cls(numbers, drawn, chosen, draw)

    def __getattr__(self, key: str) -> float:
        # Reached on the first read of a key only: the value then stays in the instance.
        if key.startswith("_"):
            raise AttributeError(key)
        value = self._numbers.get(key)
        if value is None:
            raise AttributeError(_why_not(key))
        self._reads.add(key)
        self.__dict__[key] = value
        return value

    def __getitem__(self, key: str) -> float:
        if key not in self._numbers:
            raise KeyError(_why_not(key))
        return float(getattr(self, key))

    def __setattr__(self, key: str, value: object) -> None:
        raise AttributeError(f"the numbers of a run are frozen: {key} is set with an Override.")

    def __delattr__(self, key: str) -> None:
        raise AttributeError(f"the numbers of a run are frozen: {key} cannot be removed.")

    def __contains__(self, key: object) -> bool:
        return key in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parameters) and self._numbers == other._numbers

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[str, Any]:
        # Cached arrays would come back writable: they are made again when asked for.
        state = {name: part for name, part in self.__dict__.items() if name not in self._numbers}
        return {**state, "_arrays": {}, "_reads": set(self._reads)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def array(self, prefix: str, names: tuple[str, ...]) -> Array:
        """Return the numbers `prefix_name`, in the order of the names; the array is read-only."""
        wanted = (prefix, tuple(names))
        found = self._arrays.get(wanted)
        if found is None:
            values = [getattr(self, f"{prefix}_{name}") for name in wanted[1]]
            found = np.array(values, dtype=np.float64)
            found.flags.writeable = False
            self._arrays[wanted] = found
        return found

    def scaled(self, factors: Mapping[str, float]) -> Parameters:
        """Return the same numbers with some of them multiplied; what it reads counts here too."""
        numbers = dict(self._numbers)
        for key, factor in factors.items():
            numbers[key] *= factor
        made = Parameters(numbers, self._drawn, self._overrides, self._draw)
        made.__dict__["_reads"] = self._reads
        return made

    def replaced(self, values: Mapping[str, float]) -> Parameters:
        """Return the same numbers with some of them set, exactly; reads count here too."""
        made = self.scaled({})
        made._numbers.update({key: float(value) for key, value in values.items()})
        return made

    @property
    def draw(self) -> int:
        """Which draw this is; 0 is the central values."""
        return self._draw

    @property
    def reads(self) -> frozenset[str]:
        """The keys read so far."""
        return frozenset(self._reads)

    def drawn(self) -> dict[str, float]:
        """Return the numbers that were drawn, by key (none at draw 0)."""
        return dict(self._drawn)

    def overridden(self) -> dict[str, Override]:
        """Return the overrides, by key."""
        return dict(self._overrides)


def luck_of(draw: int, key: str) -> float:
    """Return a number in (0, 1) that depends on the draw and the key alone (53 bits of sha256)."""
    digest = hashlib.sha256(f"{draw}:{key}".encode()).digest()
    return ((int.from_bytes(digest[:8], "big") >> 11) + 0.5) / 2**53


def draw_one(row: Evidence, draw: int) -> float:
    """Return one draw of an uncertain number, always inside its range."""
    low, high = row.low, row.high
    if low is None or high is None:
        raise ValueError(f"{row.key} has no range to draw from")
    return quantile(row.distribution, low, row.value, high, luck_of(draw, row.key))


def quantile(distribution: str, low: float, value: float, high: float, u: float) -> float:
    """Return the u-th quantile (0 < u < 1) of a distribution given by low, value and high.

    Triangular: mode at value. Lognormal: median at value, low and high at the 5th and 95th
    percentiles (each side with its own spread), clipped to the range.
    """
    if distribution == "fixed" or low == high:
        return value
    if distribution == "uniform":
        found = low + u * (high - low)
    elif distribution == "triangular":
        rise = (value - low) / (high - low)
        if u < rise:
            found = low + math.sqrt(u * (high - low) * (value - low))
        else:
            found = high - math.sqrt((1 - u) * (high - low) * (high - value))
    elif distribution == "lognormal":
        z = NormalDist().inv_cdf(u)
        side = math.log(high / value) if z > 0 else math.log(value / low)
        found = value * math.exp(z * side / _FIFTH_TO_MEDIAN)
    else:
        raise ValueError(f"unknown distribution {distribution!r}")
    return min(max(found, low), high)


@cache
def _central() -> Mapping[str, float]:
    return {
        row.key: row.value
        for row in registry()
        if row.kind != "validation_target" and not row.same_as
    }


@cache
def _drawable() -> tuple[Evidence, ...]:
    return tuple(row for row in registry() if row.is_drawn)


def _why_not(key: str) -> str:
    if key in registry():
        row = registry().get(key)
        if row.same_as:
            return f"{key} holds the same fact as {row.same_as}: read that one."
        return f"{key} is a validation target: it must never feed the model."
    return f"No number is called {key!r}.{registry().hint(key)}"


def _checked(key: str, override: Override) -> Override:
    if key not in _central():
        raise UserMistake(f"override {key}: {_why_not(key)}")
    value, row = override.value, registry().get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserMistake(f"override {key}: {value!r} is not a number.")
    if not isinstance(override.because, str) or not override.because.strip():
        raise UserMistake(f"override {key}: say why, with because = '...'.")
    if abs(value) > _LARGEST or not is_possible(key, row.unit, float(value)):
        unit = unit_of(row.unit)
        bounds = f"; allowed is {unit.lowest:g} to {unit.highest:g}" if unit else ""
        raise UserMistake(f"override {key}: {value!r} is impossible in {row.unit}{bounds}.")
    return Override(float(value), override.because.strip())


# Larger than any pound, person or hour in England; also keeps whole numbers exact as floats.
_LARGEST = 2**53
