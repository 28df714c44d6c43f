"""One run of the model for one choice of numbers, kept in its own file.

Looks at a model through the fit's own figures; writes one file a point, whole or not at all, so
that a calibration that was stopped goes on where it was. A point's name is a fingerprint of all
that decides it: another model or other evidence never meets an old point.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.errors import UserMistake
from sim.evidence import posterior, registry
from sim.experiment import atomic
from sim.experiment import tasks as side_by_side
from sim.experiment.calibration import hindcast
from sim.experiment.calibration.outside_then import FITTED_YEARS

Figures = Mapping[str, float]
Progress = Callable[[int, int, str], None]
SHAPE = 1  # raised when the figures of a point or their meaning change
# Norms are found in a reference population as large as the run, not in one of 20,000: a run
# then costs half, and its yardstick is as lucky as itself.
NORMS = "reference_residents"


@dataclass(frozen=True)
class Task:
    """One point to live: which kind of run, its numbers, its size and its luck."""

    kind: str
    numbers: tuple[tuple[str, float], ...]
    residents: int
    seed: int
    folder: str

    @property
    def path(self) -> Path:
        """Where the point is kept."""
        parts = asdict(self) | {
            "folder": "", "shape": SHAPE, "evidence": registry().hash,
            "model": posterior.model_hash(),
        }  # fmt: skip
        text = json.dumps(parts, sort_keys=True)
        return Path(self.folder) / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"

    def read(self) -> dict[str, float] | None:
        """The figures kept, or None where the point has not been lived or its file is torn."""
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))["figures"]
            return {str(key): float(value) for key, value in told.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


def task(
    kind: str, numbers: Mapping[str, float], residents: int, seed: int, folder: Path
) -> Task:  # fmt: skip
    """A point of a calibration kept in `folder`."""
    return Task(kind, tuple(sorted(numbers.items())), residents, seed, str(folder / "points"))


def live(each: Task) -> dict[str, float]:
    """Every figure of a run with these numbers; one that cannot be told is left out."""
    if each.kind == posterior.HINDCAST:
        return _hindcast(each)
    from sim.experiment.validate import observe
    from sim.model import CommunityModel

    numbers = dict(each.numbers) | {NORMS: float(each.residents)}
    model = CommunityModel(
        place="England", residents=each.residents, years=1, plan="baseline", rng=each.seed,
        lives=False, given=tuple(sorted(numbers.items())),
    )  # fmt: skip
    found = observe(model).found
    return {one.key: one.value for one in found if math.isfinite(one.value)}


def _hindcast(each: Task) -> dict[str, float]:
    from sim.experiment.calibration.targets import fitted_summaries

    numbers = dict(each.numbers) | {NORMS: float(each.residents)}
    told = hindcast.hindcast_series(numbers, each.residents, each.seed, len(FITTED_YEARS))
    modelled = {(row.series, row.year): float(row.modelled) for row in told.itertuples(index=False)}
    return fitted_summaries(modelled)


def finish(each: Task) -> None:
    """Live a point unless it is there, and keep it. The task of one worker."""
    if each.read() is None:
        content = {"numbers": dict(each.numbers), "residents": each.residents,
                   "seed": each.seed, "figures": live(each)}  # fmt: skip
        atomic.write(each.path, json.dumps(content, sort_keys=True, indent=1).encode())


def all_of(
    tasks: Sequence[Task], jobs: int, progress: Progress | None = None, note: str = ""
) -> list[Figures]:
    """The figures of every point, in order; those not kept yet are lived side by side.

    Raises Interrupted on Ctrl-C; what is finished is kept.
    """
    if tasks:
        atomic.make_folder(Path(tasks[0].folder))
    missing = [each for each in tasks if each.read() is None]
    before = len(tasks) - len(missing)

    def tell(done: int, _asked: int, _note: str = "") -> None:
        if progress is not None:
            progress(before + done, len(tasks), note)

    tell(0, len(tasks))
    if jobs == 1:  # no worker to start
        for done, each in enumerate(missing, start=1):
            finish(each)
            tell(done, len(missing))
    else:
        side_by_side.work_through(finish, missing, jobs, tell)
    found = [each.read() for each in tasks]
    if any(each is None for each in found):
        raise UserMistake(f"{tasks[0].folder}: points vanished while the calibration ran.")
    return [each for each in found if each is not None]


def facts(tasks: Sequence[Task]) -> dict[str, Any]:
    """What a set of points was: how many, how large."""
    return {"points": len(tasks), "residents": sorted({each.residents for each in tasks})}
