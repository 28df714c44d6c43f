"""Schemes that meet people by name, each lived with and without: the material of evaluations.

Published effects are of programmes of many kinds, so eight presets stand for them: every one whose
aim is to meet lonely or older people. The list was fixed before these checks were run; they weigh
alike whatever their size, as studies nearly do in a pooled estimate. Looks at scenarios and models
through the evaluation's rooms; changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.experiment.evaluation import towns
from sim.experiment.evaluation.evaluate import FOLLOW_UP, YEARS, together
from sim.experiment.evaluation.files import Served
from sim.experiment.run import build_request
from sim.scenario import Scenario, load

CONNECTORS = ("local_area_coordination", "link_workers_alone", "link_workers_with_places")
HUB, PRESCRIBING, WARD = "bevy_hub", "link_workers_with_places", "connectors_or_visits"
SCHEMES = (
    *CONNECTORS,
    WARD,
    "loneliness_service",
    "neighbourhood_networks",
    "intergenerational_bs3",
    HUB,
)
CARERS, NURSERY = "carers_and_circles", "intergenerational_bs3"
VISITS = "visits of loneliness_service"  # befriending by itself: no preset has nothing else
EVERY = (*SCHEMES, VISITS, CARERS)
PLACE, RESIDENTS, TOWNS = "England", 10_000, 4
OLDER_FROM = 65


@dataclass(frozen=True)
class Seen:
    """One scheme's people: their files, the SD of all adults' feelings, the cut to be lonely."""

    name: str
    files: Served
    ruler: float
    lonely_from: float

    def lonely(self) -> Served:
        """Those who scored as lonely on the day they were met, as most studies recruit."""
        return self.files.only(self.files.floats("answer_before") > self.lonely_from)

    def older(self) -> Served:
        """Those of 65 or over on that day."""
        return self.files.only(self.files.floats("age") >= OLDER_FROM)


def lived(name: str, residents: int, years: int, seed: int) -> Seen | None:
    """One scheme lived in a few towns; None where a check this small lets nobody be followed."""
    count = TOWNS if residents >= RESIDENTS else 1
    residents, years = min(residents, RESIDENTS), min(years, YEARS)
    if years * 12 <= 2 * FOLLOW_UP:
        return None
    moved = towns.later(plan_of(name), FOLLOW_UP)
    request = build_request([moved], PLACE, residents, years, count, seed)
    each = [
        towns.live(
            towns.Town(moved, request.where, residents, years, FOLLOW_UP, seed + town, town, False)
        )
        for town in range(count)
    ]
    if not any(len(town.files) for town in each):
        return None
    files, ruler = together(each)
    return Seen(name, files, ruler, each[0].lonely_from)


def plan_of(name: str) -> Scenario:
    """The preset a scheme is, or what is left of one."""
    plan = load(name.rpartition(" ")[2])
    if name != VISITS:
        return plan
    only = tuple(block for block in plan.invest if block.lever == "befriending")
    return plan.model_copy(update={"invest": only})


def pooled(seen: Mapping[str, Seen], names: tuple[str, ...]) -> Served | None:
    """The files of several schemes as one, None where none of them met anybody."""
    some = [seen[name].files for name in names if name in seen]
    if not some:
        return None
    return Served({name: np.concatenate([each[name] for each in some]) for name in some[0]})
