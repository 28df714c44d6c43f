"""Across councils: the half that may be used beside the half nothing is ever fitted to.

Looks at a first year of some councils of each half (`sim.experiment.councils`); changes nothing.
Which half a council is in hangs on its code alone (`calibration.halves`). Today nothing is fitted
to any council, so the two halves should do equally well: if the used half ever does much better,
somebody has tuned to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.experiment.councils import FIGURES, GIVEN, CouncilRow, compare
from sim.experiment.councils_page import NEAR_ENOUGH, summary

Progress = Callable[[int, int, str], None]
OF_EACH = 5
RESIDENTS = 5000
MOST = 1000  # more than there are councils
UNTOUCHED, USED = "untouched", "may be used"


@dataclass(frozen=True)
class Half:
    """One half: its name, the councils lived, and their figures."""

    name: str
    councils: tuple[str, ...]
    rows: tuple[CouncilRow, ...]

    @property
    def near(self) -> tuple[int, int]:
        """Figures the model was not simply given: within a fifth of the council's own, of all."""
        tested = [row for row in self.rows if FIGURES[row.key].given != GIVEN and not row.imputed]
        return sum(abs(row.ratio - 1.0) <= NEAR_ENOUGH for row in tested), len(tested)

    def facts(self) -> dict[str, Any]:
        """Everything about it, for JSON."""
        near, tested = self.near
        return {
            "half": self.name, "councils": list(self.councils), "within_a_fifth": near,
            "tested": tested, "by_figure": summary(self.rows),
        }  # fmt: skip


def chosen(of_each: int = OF_EACH) -> dict[str, tuple[str, ...]]:
    """Councils of each half by name: the first in the order of another hash of their codes."""
    from sim.experiment.calibration.halves import is_untouched
    from sim.world.places import find

    councils = sorted(
        ((each.code, each.name) for each in find("", limit=MOST) if each.kind == "council"),
        key=lambda each: hashlib.sha256(f"check {each[0]}".encode()).digest(),
    )
    halves = {UNTOUCHED: True, USED: False}
    return {
        name: tuple(title for code, title in councils if is_untouched(code) == aside)[:of_each]
        for name, aside in halves.items()
    }


def compare_halves(
    of_each: int = OF_EACH,
    residents: int = RESIDENTS,
    seeds: Sequence[int] = (1,),
    progress: Progress | None = None,
) -> list[Half]:
    """A first year of councils of each half, the untouched one first."""
    return [
        Half(name, names, tuple(compare(names, residents, seeds, progress)))
        for name, names in chosen(of_each).items()
    ]
