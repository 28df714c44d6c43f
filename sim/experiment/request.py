"""What was asked for: one frozen request, checked before anything is touched.

Two requests with the same fingerprint give the same members, so a fingerprint decides whether a
folder may be resumed. This room may look at the registry's hash and the source files; it changes
nothing.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from sim.errors import UserMistake, did_you_mean
from sim.evidence import posterior
from sim.parameters import READINGS
from sim.world.own_numbers import OwnNumbers

if TYPE_CHECKING:
    import pandas as pd

BASELINE = "baseline"
REAL_MODEL = "sim.model:CommunityModel"
MOST_SEED = 2**63 - 1
# Shape of the member files: raised when their columns or their meaning change.
SHAPE = 1
# Rooms that ask for members and read them; what they ask is in the identity itself.
_ONLY_READ = (
    "__main__", "cli", "show/", "experiment/sensitivity", "experiment/uncertainty",
    "experiment/information", "experiment/trust",
)  # fmt: skip

_RANGES = {
    "residents": (200, 2_000_000),
    "years": (1, 30),
    "members": (1, 10_000),
    "jobs": (1, 256),
    "seed": (0, MOST_SEED),
}


class Plan(Protocol):
    """What an experiment needs of a scenario: a name and its whole text."""

    @property
    def name(self) -> str: ...

    def to_toml(self) -> str: ...


def whole_number(name: str, value: object) -> int:
    """Return `value` as an int inside its allowed range, or raise UserMistake."""
    least, most = _RANGES[name]
    allowed = f"a whole number from {least:,} to {most:,}"
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise UserMistake(f"{name}: {value!r} is not a whole number. Give {allowed}.")
    number = int(cast(int, value))
    if not least <= number <= most:
        raise UserMistake(f"{name}: {number:,} is out of range. Give {allowed}.")
    return number


def dotted(factory: str | Callable[..., Any]) -> str:
    """Return 'module:name' for a model class, so that a worker can find it by itself."""
    if isinstance(factory, str):
        return factory
    return f"{factory.__module__}:{factory.__qualname__}"


def resolve(name: str) -> Callable[..., Any]:
    """Return the model class that 'module:name' names."""
    module, _, path = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return cast("Callable[..., Any]", found)


@dataclass(frozen=True)
class Request:
    """One paired ensemble: members m = 0..members-1 use seed + m and parameter draw m."""

    place: str
    residents: int
    years: int
    members: int
    seed: int
    baseline: Plan
    plans: tuple[Plan, ...]
    model: str = REAL_MODEL
    causal: str = "central"
    numbers: OwnNumbers | None = None
    """The file of own numbers that `place` was given by, if it was."""

    def __post_init__(self) -> None:
        for name in ("residents", "years", "members", "seed"):
            whole_number(name, getattr(self, name))
        if self.seed + self.members - 1 > MOST_SEED:
            raise UserMistake(
                f"seed: {self.seed:,} leaves no room for {self.members:,} members. "
                "Give a smaller seed."
            )
        if self.causal not in READINGS:
            raise UserMistake(
                f"causal: {self.causal!r} is no reading. Choose {', '.join(READINGS)}."
                f"{did_you_mean(str(self.causal), READINGS)}"
            )
        if not isinstance(self.place, str) or not self.place.strip():
            raise UserMistake("place: no name given. Try: python -m sim places brighton")

    @property
    def names(self) -> tuple[str, ...]:
        """Every scenario's name, the baseline first."""
        return (self.baseline.name, *(plan.name for plan in self.plans))

    def settings(self) -> dict[str, Any]:
        """Return what the user asked for, in words they would know."""
        return {
            "presets": list(self.names),
            "place": self.place,
            "residents": self.residents,
            "years": self.years,
            "members": self.members,
            "seed": self.seed,
            "causal": self.causal,
        }

    @property
    def where(self) -> str | OwnNumbers:
        """What a model is told of the place: its name, or somebody's own numbers of it."""
        return self.place if self.numbers is None else self.numbers

    def texts(self) -> dict[str, str]:
        """Return each scenario's whole text."""
        return {plan.name: plan.to_toml() for plan in (self.baseline, *self.plans)}

    def world_of(self, plan: Plan, member: int) -> dict[str, Any]:
        """What one member lives of one plan: its luck, its draw, its reading of associations.

        A design over draws, seeds or rules answers otherwise; see `sim.experiment.design`.
        """
        return {
            "plan": plan, "rng": self.seed + member, "draw": member, "causal": self.causal
        }  # fmt: skip

    def kept(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of a member worth keeping: all of them, unless a design needs fewer."""
        return rows

    @functools.cached_property
    def identity(self) -> str:
        """Everything that decides a member's content, as canonical JSON.

        The number of members and the order of presets are left out: neither changes a member, so
        a folder can be extended from 8 members to 20.
        """
        return json.dumps(self.parts(), sort_keys=True, ensure_ascii=True)

    def parts(self) -> dict[str, Any]:
        """The same as a table."""
        file = self.numbers
        own = {} if file is None else {"numbers": file.sha256}
        return own | {
            "shape": SHAPE,
            "place": self.place,
            "residents": self.residents,
            "years": self.years,
            "seed": self.seed,
            "causal": self.causal,
            "scenarios": self.texts(),
            "model": self.model,
            "evidence": evidence_hash(),
            "posterior": posterior.draws_hash(),
            "source": source_hash(),
        }

    @functools.cached_property
    def fingerprint(self) -> str:
        """sha256 of the identity."""
        return hashlib.sha256(self.identity.encode()).hexdigest()


def differing(mine: str, theirs: str) -> str:
    """Say in a few words how two identities differ: 'residents (1000 there, 2000 asked)'."""
    here, there = json.loads(mine), json.loads(theirs)
    words = []
    for key in ("place", "residents", "years", "seed", "causal"):
        if here.get(key) != there.get(key):
            words.append(f"{key} ({there.get(key)} there, {here.get(key)} asked)")
    if here.get("scenarios") != there.get("scenarios"):
        words.append("the scenarios")
    if here.get("numbers") != there.get("numbers"):
        words.append("the place's own numbers")
    if here.get("evidence") != there.get("evidence"):
        words.append("the evidence")
    if not words:
        words.append("the version of the model")
    return ", ".join(words)


def evidence_hash() -> str | None:
    """Return the registry's hash, or None where the registry is not installed."""
    try:
        evidence = importlib.import_module("sim.evidence")
    except ModuleNotFoundError:
        return None
    registry = getattr(evidence, "registry", None)
    return None if registry is None else str(registry().hash)


@functools.cache
def source_hash() -> str:
    """Return one hash of the model's own source, so old members are not mixed with new ones.

    The command line, the charts and the analyses are left out: they cannot change a member.
    """
    house = Path(__file__).parent.parent
    total = hashlib.sha256()
    for path in sorted(house.rglob("*.py"), key=lambda each: each.relative_to(house).as_posix()):
        name = path.relative_to(house).as_posix()
        if name.startswith(_ONLY_READ):
            continue
        total.update(name.encode() + b"\0")
        total.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()
