"""Which numbers are uncertain, which of them a comparison reads, and how they are grouped.

Looks at the registry and at what a first run of each plan reads; changes nothing. A number no run
reads has no effect at all, exactly, so it is left out of a screening and counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.evidence.registry import registry
from sim.evidence.rows import Evidence
from sim.experiment.request import Request, resolve
from sim.parameters import Parameters, quantile

# Between these quantiles a number is moved: the ends of its 90% range.
LOW, HIGH = 0.05, 0.95
STRONG = ("A", "B")


def uncertain() -> dict[str, Evidence]:
    """Every number an uncertain run draws, by key."""
    return {row.key: row for row in registry() if row.is_drawn}


def read_by(asked: Request) -> frozenset[str]:
    """Uncertain numbers that any world of the request reads, at their central values.

    The yardsticks that go with a draw (norms) read numbers too, and so does the appraisal.
    """
    from sim.agents.opening import find_norms
    from sim.appraisal.worth import Terms

    usual = Parameters.build()
    find_norms(usual)
    Terms.of(usual)
    reads = set(usual.reads)
    for plan in (asked.baseline, *asked.plans):
        model = resolve(asked.model)(
            place=asked.where, residents=asked.residents, years=asked.years,
            plan=plan, rng=asked.seed, lives=False,
        )  # fmt: skip
        model.run()
        reads |= set(model.p.reads)
        set_aside = {key for plan in asked.plans for key in getattr(plan, "overrides", {})}
        reads -= set_aside if len(asked.plans) == 1 else set()
    return frozenset(reads & set(uncertain()))


@dataclass(frozen=True)
class Group:
    """Numbers moved together, all of one evidence class: 'AB', 'C' or 'D'."""

    name: str
    evidence: str
    keys: tuple[str, ...]


def evidence_class(row: Evidence) -> str:
    """'AB' for grades A and B, else the grade itself."""
    return "AB" if row.grade in STRONG else row.grade


def groups(keys: Iterable[str], number: int) -> list[Group]:
    """Split the numbers into about `number` groups of one class each, by name.

    Names share beginnings with what they are about, so neighbours in the alphabet mostly belong
    together. Each class gets at least one group and as many as its size asks for.
    """
    rows = uncertain()
    by_class: dict[str, list[str]] = {}
    for key in sorted(keys):
        by_class.setdefault(evidence_class(rows[key]), []).append(key)
    total = sum(map(len, by_class.values()))
    found = []
    for kind, mine in sorted(by_class.items()):
        parts = min(len(mine), max(1, round(number * len(mine) / total)))
        for place, part in enumerate(np.array_split(np.array(mine, dtype=object), parts)):
            found.append(Group(f"{kind}{place + 1}", kind, tuple(str(key) for key in part)))
    return found


def numbers_at(keys: Sequence[str], units: Sequence[float]) -> tuple[tuple[str, float], ...]:
    """The numbers at these quantiles (0 < u < 1) of their distributions, by key in order."""
    rows: Mapping[str, Evidence] = uncertain()
    told = []
    for key, u in sorted(zip(keys, units, strict=True)):
        row = rows[key]
        if row.low is None or row.high is None:
            raise ValueError(f"{key} has no range")
        value = quantile(row.distribution, row.low, row.value, row.high, float(u))
        told.append((key, value))
    return tuple(told)


def quantile_of(key: str, value: float) -> float:
    """At which quantile of its distribution a value lies, by bisection."""
    row = uncertain()[key]
    if row.low is None or row.high is None:
        raise ValueError(f"{key} has no range")
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        below = quantile(row.distribution, row.low, row.value, row.high, middle) < value
        low, high = (middle, high) if below else (low, middle)
    return (low + high) / 2
