"""The clock: wall time and processor time of something done several times.

Looks at two clocks; changes nothing. Processor time is what the work cost; wall time is what a
person waited, which on a shared machine holds other people's work as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Spent:
    """Seconds by two clocks."""

    wall: float
    cpu: float


def once(work: Callable[[], object]) -> Spent:
    """Seconds one go takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def usual(goes: list[Spent]) -> Spent:
    """The median of several goes, each clock by itself."""
    return Spent(median(each.wall for each in goes), median(each.cpu for each in goes))


def rates(amount: float, spent: Spent) -> dict[str, float]:
    """So much a second, by both clocks (a clock too coarse to tell counts as its own tick)."""
    tick = time.get_clock_info("process_time").resolution
    return {
        "per_wall_second": amount / max(spent.wall, tick),
        "per_cpu_second": amount / max(spent.cpu, tick),
    }
