"""The register: what is known of everybody in a town, month by month, in one run.

Like a research nurse who sees everyone at the end of each month and writes down how they feel,
how they live and how often they came to hospital. It looks at a model's columns and events; it
changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

STATES = (
    "z",
    "contacts",
    "admissions",
    "alone",
    "carer",
    "need",
    "broke",
    "in_home",
    "referred",
    "member",
)  # what changes by the month
TRAITS = ("sex", "quintile", "area", "born")  # what does not


@dataclass(frozen=True)
class Register:
    """One run: a row for everybody ever here, a column for each month; month 0 is the eve.

    `ids` uint64[n] sorted; `z` float32[n, months + 1] in SD, not a number while somebody is not
    here; `contacts` uint8 of the month: A&E attendances and emergency admissions, of which
    `admissions`; `broke`, whether a carer broke down in it; `alone`, `carer`, `referred`,
    `in_home` (in a care home) and `member` (of a hub the plan pays for) 0 or 1; `need` 0 to 4.
    `born` is the month of birth, so that age is month less born. `reached` is the month in which
    the plan first reached somebody, 0 for never.
    """

    ids: NDArray[np.uint64]
    states: dict[str, NDArray[Any]]
    traits: dict[str, NDArray[np.int32]]
    reached: NDArray[np.int32]

    @property
    def z(self) -> NDArray[np.float32]:
        """Latent loneliness: float32[n, months + 1]."""
        return self.states["z"]

    @property
    def here(self) -> NDArray[np.bool_]:
        """Who lived here at the end of each month: bool[n, months + 1]."""
        return np.isfinite(self.z)

    def rows(self, ids: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The row of each identity, -1 for somebody who was never here: int64[len(ids)]."""
        place = np.minimum(np.searchsorted(self.ids, ids), self.ids.size - 1)
        return np.where(self.ids[place] == ids, place, -1)


def keep(model: Any, progress: Callable[[], None] | None = None) -> Register:
    """Run a fresh model to its horizon and return its register."""
    pages = [_page(model)]
    while model.month < model.horizon:
        model.run_for(1)
        pages.append(_page(model))
        if progress is not None and model.month % 12 == 0:
            progress()
    return assemble(pages)


def _page(model: Any) -> dict[str, NDArray[Any]]:
    people, events = model.world.people, model.events
    paid = np.array([hub.funded for hub in model.hubs] + [False])  # last: -1, who is in none
    contacts = np.zeros(len(people), dtype=np.uint8)
    admissions = np.zeros(len(people), dtype=np.uint8)
    broke = np.zeros(len(people), dtype=np.uint8)
    if model.month:
        broke += events.breakdown
        contacts += events.ae
        contacts += events.admission
        admissions += events.admission
    return {
        "ids": people.id.copy(),
        "z": people.z.astype(np.float32),
        "contacts": contacts,
        "admissions": admissions,
        "alone": (people.household_size == 1).astype(np.uint8),
        "carer": people.carer.astype(np.uint8),
        "need": people.need.astype(np.uint8),
        "broke": broke,
        "in_home": (people.care_home > 0).astype(np.uint8),
        "referred": (people.referred > 0).astype(np.uint8),
        "member": paid[people.hub].astype(np.uint8),
        "sex": people.sex.astype(np.int32),
        "quintile": people.quintile.astype(np.int32),
        "area": people.area.astype(np.int32),
        "born": (model.month - people.age_months.astype(np.int32)),
        "reached": people.reached.copy(),
    }


def assemble(pages: list[dict[str, NDArray[Any]]]) -> Register:
    """A register from each month's page, in order, the eve first."""
    ids = np.unique(np.concatenate([page["ids"] for page in pages]))
    size = (ids.size, len(pages))
    states = {name: np.zeros(size, dtype=np.uint8) for name in STATES if name != "z"}
    states["z"] = np.full(size, np.nan, dtype=np.float32)
    traits = {name: np.zeros(ids.size, dtype=np.int32) for name in TRAITS}
    reached = np.zeros(ids.size, dtype=np.int32)
    for month in range(len(pages) - 1, -1, -1):  # backwards: the first sight is written last
        page = pages[month]
        row = np.searchsorted(ids, page["ids"])
        for name in STATES:
            states[name][row, month] = page[name]
        for name in TRAITS:
            traits[name][row] = page[name]
        reached[row[page["reached"]]] = month
    return Register(ids, states, traits, reached)
