"""A design: members that differ in luck, draw, numbers or rules as an analysis asks.

Where an ensemble gives member m seed + m and draw m, a design says of each member which luck it
has, which draw or numbers, which reading of associations and which rival rules. Everything else
(pairing, resuming, surviving what goes wrong) is the ensemble's. It may look at member files; it
changes nothing but the folder it is given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from sim.errors import UserMistake
from sim.experiment import ensemble, member, table
from sim.experiment.ensemble import Progress
from sim.experiment.request import BASELINE, Plan, Request
from sim.experiment.run import NothingFinished, build_request
from sim.experiment.summary import yearly

# The outcomes an analysis is about: the headlines first, then what they are made of.
OUTCOMES = (
    "often_lonely_share",
    "crises_per_1000",
    "funding_gap_gbp_per_head",
    "unmet_hours_per_1000",
    "emergency_admissions_per_1000",
    "council_spend_gbp_per_head",
    "nhs_spend_gbp_per_head",
)
HEADLINES = OUTCOMES[:3]
EVERYONE = "all"
ROUNDING = 1e-9


@dataclass(frozen=True)
class Point:
    """What one member lives: its luck, its draw, numbers given, its reading, its rival rules."""

    rng: int
    draw: int = 0
    causal: str = "central"
    given: tuple[tuple[str, float], ...] = ()
    rivals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Design(Request):
    """A request whose members are the points of a design, in their order."""

    points: tuple[Point, ...] = ()

    def world_of(self, plan: Plan, member: int) -> dict[str, Any]:
        """What one member lives of one plan, as its point says."""
        point = self.points[member]
        if point.rivals:
            told = plan.rivals.model_copy(update=dict(point.rivals))  # type: ignore[attr-defined]
            plan = plan.model_copy(update={"rivals": told})  # type: ignore[attr-defined]
        return {
            "plan": plan,
            "rng": point.rng,
            "draw": point.draw,
            "causal": point.causal,
            "given": point.given,
        }

    def kept(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Everyone's rows: an analysis asks for no others, and members stay small."""
        return rows[rows["group"] == EVERYONE]

    def parts(self) -> dict[str, Any]:
        """Everything that decides the members' content, the whole design among it."""
        told = json.dumps([asdict(point) for point in self.points], sort_keys=True)
        return super().parts() | {"design": hashlib.sha256(told.encode()).hexdigest()}


def design(
    presets: Sequence[object],
    points: Sequence[Point],
    place: str | None = None,
    residents: int | None = None,
    years: int | None = None,
    model_factory: Any = None,
) -> Design:
    """Check what is asked and return the design; raises UserMistake before anything is written."""
    factory = {} if model_factory is None else {"model_factory": model_factory}
    usual = build_request(presets, place, residents, years, len(points), points[0].rng, **factory)
    if not usual.plans:
        raise UserMistake("Give a preset to compare with the baseline, such as bevy_hub.")
    return Design(
        usual.place, usual.residents, usual.years, len(points), usual.seed, usual.baseline,
        usual.plans, usual.model, usual.causal, usual.numbers, tuple(points),
    )  # fmt: skip


def live(
    asked: Design,
    folder: Path,
    jobs: int | None = None,
    progress: Progress | None = None,
    in_process: bool = False,
) -> list[int]:
    """Live every point not yet in `folder`; return which are there.

    Raises UserMistake, FolderTrouble, Interrupted, or NothingFinished when any point failed: a
    design with holes cannot be analysed.
    """
    jobs = ensemble.default_jobs(asked.members) if jobs is None else jobs
    outcome = ensemble.run_members(asked, folder, jobs, progress, in_process)
    if outcome.failed:
        raise NothingFinished(outcome.failed)
    return outcome.finished


def content(asked: Design, folder: Path, measures: Sequence[str]) -> pd.DataFrame:
    """Return every member's monthly rows of these measures, for everyone: the tidy table."""
    parts = []
    for each in range(asked.members):
        stored = member.read(member.path_of(folder, each))
        member.refuse_stranger(asked, stored.identity, folder)
        rows = stored.content
        wanted = pc.and_(
            pc.equal(rows["group"].cast("string"), EVERYONE),
            pc.is_in(rows["measure"].cast("string"), pc_set(measures)),
        )
        parts.append(table.to_frame(rows.filter(wanted)))
    return pd.concat(
        [part.astype({"scenario": object, "measure": object, "group": object}) for part in parts],
        ignore_index=True,
    )


def pc_set(words: Sequence[str]) -> Any:
    """The words as a set that a table is filtered by."""
    import pyarrow as pa

    return pa.array(sorted(words), type=pa.string())


@dataclass(frozen=True)
class Paired:
    """Last-year values of each point: float64[points] of the plan and of its baseline."""

    plan: np.ndarray
    base: np.ndarray

    @property
    def difference(self) -> np.ndarray:
        """The paired difference of each point, float64[points]: exactly 0 where there is none.

        What is smaller than `ROUNDING` of the level is how sums were rounded, not what a plan did:
        such differences are 0, and differences that differ by no more are one and the same.
        """
        found = np.asarray(self.plan - self.base)
        level = ROUNDING * np.maximum(np.abs(self.plan), np.abs(self.base))
        found = np.where(np.abs(found) <= level, 0.0, found)
        if found.size and np.ptp(found) <= level.max():
            found = np.full_like(found, np.median(found) if found.all() else 0.0)
        return found


def last_year(rows: pd.DataFrame) -> dict[tuple[str, str], Paired]:
    """Return paired last-year values by (scenario, measure), points in order."""
    years = yearly(rows)
    years = years[years["year"] == years["year"].max()]
    wide = years.pivot(index=["scenario", "measure"], columns="member", values="value")
    found = {}
    for scenario, measure in wide.index:
        if scenario != BASELINE and (BASELINE, measure) in wide.index:
            found[str(scenario), str(measure)] = Paired(
                wide.loc[(scenario, measure)].to_numpy(dtype=np.float64),
                wide.loc[(BASELINE, measure)].to_numpy(dtype=np.float64),
            )
    return found
