"""What a finished run of presets kept of money, places, people and connectors, by scenario.

Looks at the files of members; changes nothing. Every figure is a mean over members; money is in
pounds a head of all residents over the whole run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment import flows, member
from sim.experiment.request import BASELINE
from sim.units import PENCE_PER_POUND, THOUSAND


@dataclass
class Facts:
    """One scenario's facts.

    `paid` and `unspent` are pounds a head by lever; `ledger` what public payers pay more (above 0)
    or less by line than in the baseline; `referred` and `did_anything` people, all connectors
    together; `seats` and `visits` those of the plan's own places in the last month, a week.
    """

    paid: dict[str, float] = field(default_factory=dict)
    unspent: dict[str, float] = field(default_factory=dict)
    ledger: dict[str, float] = field(default_factory=dict)
    shares: list[float] = field(default_factory=list)  # who did anything, by member
    referred: float = 0.0
    did_anything: float = 0.0
    reached_per_1000: float = 0.0
    places_open: float = 0.0
    places_closed: float = 0.0
    seats: float = 0.0
    visits: float = 0.0
    capacity: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def did_anything_share(self) -> float:
        """Of those referred by any connector, the share who did anything; nan for nobody."""
        return self.did_anything / self.referred if self.referred else float("nan")

    @property
    def unspent_share(self) -> float:
        """Of the plan's money, the share that had bought nothing when the run ended."""
        given = sum(pounds for pounds in self.paid.values() if pounds > 0)
        return sum(self.unspent.values()) / given if given else 0.0


def facts_of(folder: Path, finished: Sequence[int]) -> dict[str, Facts]:
    """Facts by scenario of the members kept in `folder`. Raises member.Damaged for a torn file."""
    told = [member.read(member.path_of(folder, each)).provenance for each in finished]
    return {name: _mean([_one(page[name]) for page in told]) for name in told[0]}


def _one(page: Mapping[str, Any]) -> Facts:
    place = page["place"]
    heads = page["residents_at_start"] * place["people_all_ages"] / place["people_16_plus"]
    a_head = PENCE_PER_POUND * heads
    kept = page.get(flows.KEY, {})
    found = Facts(capacity=page["plan_capacity"])
    for _, lever, pence in kept.get(flows.PAID, ()):
        found.paid[lever] = found.paid.get(lever, 0.0) + pence / a_head
    for lever, what, pence in kept.get(flows.SPENT, ()):
        if what == flows.UNSPENT:
            found.unspent[lever] = found.unspent.get(lever, 0.0) + pence / a_head
    found.ledger = {line: pence / a_head for line, pence in kept.get(flows.LEDGER, ())}
    for each in page["connectors"].values():
        found.referred += each["referred"]
        found.did_anything += each["did_anything"]
    residents = sum(kept.get(flows.RESIDENTS, ())) or 1
    found.reached_per_1000 = THOUSAND * sum(kept.get(flows.REACHED, ())) / residents
    for hub in page["hubs"]:
        if hub["funded"]:
            found.places_open += hub["open"]
            found.places_closed += not hub["open"]
            found.seats += hub["seats"] * hub["open"]
            found.visits += hub["visits_a_week"]
    return found


def _mean(pages: Sequence[Facts]) -> Facts:
    made = Facts(
        capacity=_mean_capacity([page.capacity for page in pages]),
        shares=[page.did_anything_share for page in pages],
    )
    for name, value in vars(made).items():
        each = [vars(page)[name] for page in pages]
        if isinstance(value, float):
            setattr(made, name, float(np.mean(each)))
        elif isinstance(value, dict) and name != "capacity":
            keys = sorted({key for book in each for key in book})
            setattr(made, name, {key: _mean_of(each, key) for key in keys})
    return made


def _mean_of(books: Sequence[Mapping[str, Any]], key: str) -> float:
    return float(np.mean([book.get(key, 0.0) for book in books]))


def _mean_capacity(pages: Sequence[Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Means of the numbers; words as the first member that has any says them."""
    made: dict[str, dict[str, Any]] = {}
    for lever in sorted({lever for page in pages for lever in page}):
        books = [page[lever] for page in pages if lever in page]
        for key in dict.fromkeys(key for book in books for key in book):
            words = next(book[key] for book in books if key in book)
            value = words if isinstance(words, str) else _mean_of(books, key)
            made.setdefault(lever, {})[key] = value
    return made


def baseline_of(facts: Mapping[str, Facts]) -> Facts:
    """The baseline's own facts."""
    return facts[BASELINE]
