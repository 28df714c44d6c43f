"""Running presets against the baseline and keeping the results: one call, one folder.

It may look at scenarios and places to check a request, and calls the rest of this room; it
writes results.parquet, summary.csv, run.json, the appraisal and clock.json into the folder, and
nothing before the whole request has been found good.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sim.errors import UserMistake
from sim.experiment import atomic, claim, ensemble, member
from sim.experiment.ensemble import Failed, Interrupted, Progress
from sim.experiment.request import (
    BASELINE,
    REAL_MODEL,
    Plan,
    Request,
    dotted,
    whole_number,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Failed", "Interrupted", "NothingFinished", "RunResult", "run_presets"]

FLAGSHIP = ("services_only", "bevy_hub")
DEFAULTS = {"place": "Brighton and Hove", "residents": 10_000, "years": 10, "members": 6}
_LONGEST_NAME = 80


class NothingFinished(Exception):
    """Every member failed: there is nothing to show."""

    def __init__(self, failed: Sequence[Failed]) -> None:
        self.failed = list(failed)
        first = self.failed[0].error if self.failed else "no reason recorded"
        super().__init__(f"All {len(self.failed)} members failed. The first: {first}")


@dataclass(frozen=True)
class RunResult:
    """A finished run: where it is, how much of it is there."""

    out: Path
    partial: bool
    members_done: int
    members_asked: int
    failed: list[Failed]
    results_hash: str

    @functools.cached_property
    def summary(self) -> pd.DataFrame:
        """The summary table, read when first asked for."""
        from sim.experiment import results

        return results.load_summary(self.out)


SUMMED_ON_STOP = 40  # lived worlds that are summed up within two seconds or so


def run_presets(
    presets: Sequence[object] = (),
    place: str | Path | None = None,
    residents: int | None = None,
    years: int | None = None,
    members: int | None = None,
    seed: int = 1,
    jobs: int | None = None,
    out: Path | str | None = None,
    progress: Progress | None = None,
    after: Callable[[Path], None] | None = None,
    model_factory: str | Callable[..., Any] = REAL_MODEL,
    in_process: bool = False,
    causal: str = "central",
) -> RunResult:
    """Run each preset and the baseline, paired, and write the results into `out`.

    `presets` are names, paths or scenarios; none means the flagship comparison. `causal` reads
    published associations as causes: "central", "sceptic" (none of it) or "face_value" (all).
    Without `out` a folder under outputs/ is named after plans and place, with a number behind it
    where another run lives there.
    `after` is called with the folder once everything is written (the command line hands in the
    report).
    Stopped (Interrupted), the results of the members that finished are written and marked partial.
    Raises UserMistake, FolderTrouble, Interrupted or NothingFinished.
    """
    request = build_request(presets, place, residents, years, members, seed, model_factory, causal)
    jobs = ensemble.default_jobs(request.members) if jobs is None else whole_number("jobs", jobs)
    folder = _folder(out, request)
    began, ticks = time.time(), time.monotonic()
    try:
        outcome = ensemble.run_members(request, folder, jobs, progress, in_process)
    except Interrupted as stopped:
        stopped.shown = _keep_what_finished(request, folder, stopped.failed)
        raise
    if not outcome.finished:
        raise NothingFinished(outcome.failed)
    done = keep(request, folder, outcome)
    from sim.experiment import record

    record.write_json(
        {
            "started": _utc(began),
            "finished": _utc(time.time()),
            "seconds": round(time.monotonic() - ticks, 3),
            "member_seconds": {f"{m:04d}": round(s, 3) for m, s in outcome.seconds.items()},
        },
        folder / "clock.json",
    )
    if after is not None:
        after(folder)
    return done


def keep(request: Request, folder: Path, outcome: ensemble.Outcome) -> RunResult:
    """Put the finished members together and write the results, the summary and run.json."""
    from sim.experiment import appraise, flow_tables, record, results, story_sample, tie_sample
    from sim.experiment.gap_record import gap_record

    whole = results.assemble(request, folder, outcome.finished)
    results.write_summary(whole.summary, folder / "summary.csv")
    flow_tables.keep(folder, whole.told)
    tie_sample.keep(folder, whole.told)
    story_sample.keep(folder, whole.told)
    noise = results.variance_reduction(whole.years)
    told = record.run_record(
        request, outcome, whole.results_hash, whole.provenance, noise, whole.summary
    )
    gap = gap_record(whole.years, whole.provenance)
    told |= {"funding_gap": gap} if gap else {}
    record.write_json(told, folder / "run.json")
    appraise.keep(folder, told)
    return RunResult(
        out=folder,
        partial=len(outcome.finished) < request.members,
        members_done=len(outcome.finished),
        members_asked=request.members,
        failed=outcome.failed,
        results_hash=whole.results_hash,
    )


def _keep_what_finished(request: Request, folder: Path, failed: Sequence[Failed]) -> bool:
    """After a stop: the results of the members that finished, marked partial, so they can be shown.

    Whether they were written: not where it would keep a user waiting who asked to stop. The same
    command again writes them anew from all members, to the byte as if never stopped.
    """
    # A disk that is full hides nothing of the stop itself, which is told either way.
    with contextlib.suppress(UserMistake):
        every = range(request.members)
        finished = [each for each in every if member.is_finished(request, folder, each)]
        if 0 < len(finished) * (1 + len(request.plans)) <= SUMMED_ON_STOP:
            keep(request, folder, ensemble.Outcome(finished=finished, failed=list(failed)))
            return True
    return False


def build_request(
    presets: Sequence[object],
    place: str | Path | None,
    residents: int | None,
    years: int | None,
    members: int | None,
    seed: int,
    model_factory: str | Callable[..., Any] = REAL_MODEL,
    causal: str = "central",
) -> Request:
    """Check everything that was asked; raises UserMistake before anything is written."""
    place = str(place) if isinstance(place, Path) else place
    asked = {"place": place, "residents": residents, "years": years, "members": members}
    for name, given in asked.items():
        if name != "place" and given is not None:
            whole_number(name, given)
    seed = whole_number("seed", seed)
    if isinstance(presets, str | bytes):
        presets = [presets]
    plans: dict[str, Plan] = {}
    for each in presets or FLAGSHIP:
        plan = _plan(each)
        twin = plans.setdefault(plan.name, plan)
        if twin.to_toml() != plan.to_toml():
            raise UserMistake(
                f"{plan.name}: two different scenarios have this name. Rename one of them."
            )
    baseline = plans.pop(BASELINE, None) or _plan(BASELINE)
    for table in ("arrows", "rivals"):
        baseline = _with_their(table, baseline, plans.values())
    settled: dict[str, Any] = {
        name: _default(name, tuple(plans.values()) or (baseline,)) if given is None else given
        for name, given in asked.items()
    }
    model = dotted(model_factory)
    request = Request(
        **settled,
        seed=seed,
        baseline=baseline,
        plans=tuple(plans.values()),
        model=model,
        causal=causal,
    )
    return _at_a_known_place(request) if model == REAL_MODEL else request


def _with_their(table: str, baseline: Plan, plans: Iterable[Plan]) -> Plan:
    """The baseline with the arrows or rival rules of the plans: both worlds of a pair are alike."""
    found = {each for plan in plans if (each := getattr(plan, table, None)) is not None}
    if len(found) > 1:
        raise UserMistake(
            f"[{table}]: these plans differ in it, and a baseline can match only one of "
            "them. Run them one at a time."
        )
    copy: Callable[..., Plan] | None = getattr(baseline, "model_copy", None)
    return copy(update={table: found.pop()}) if found and copy is not None else baseline


def _default(name: str, plans: Sequence[Plan]) -> Any:
    """Return what the scenarios ask for where the user is silent, else the usual value."""
    wanted = {
        plan.name: value
        for plan in plans
        if (value := getattr(getattr(plan, "run", None), name, None)) is not None
    }
    if len(set(wanted.values())) > 1:
        said = ", ".join(f"{plan} asks for {value}" for plan, value in wanted.items())
        raise UserMistake(f"{name}: the scenarios disagree ({said}). Say which with --{name}.")
    return next(iter(wanted.values()), DEFAULTS[name])


def _plan(preset: object) -> Plan:
    if hasattr(preset, "to_toml") and hasattr(preset, "name"):
        return cast(Plan, preset)
    from sim import scenario

    return cast(Plan, scenario.load(cast(Any, preset)))


def _at_a_known_place(request: Request) -> Request:
    """The request with the place's full name, and its own numbers where it is a file of them."""
    from sim.world import places

    own = places.own_numbers(request.place)
    if own is None:
        return replace(request, place=_known_place(request.place))
    return replace(request, place=places.get(own).name, numbers=own)


def _known_place(place: str) -> str:
    from sim.world import places

    found = places.get(place)
    # A list of neighbourhoods has a name for people that cannot be looked up again.
    try:
        again = places.get(found.name).code == found.code
    except UserMistake:
        again = False
    return found.name if again else place


def _folder(out: Path | str | None, request: Request) -> Path:
    if out is None:
        return _folder_of_its_own(request)
    if not isinstance(out, str | os.PathLike) or not str(out).strip() or "\0" in str(out):
        raise UserMistake("out: no folder name given. Try: --out outputs/my_run")
    folder = Path(out).expanduser()
    with atomic.plainly(folder):
        if folder.exists() and not folder.is_dir():
            raise UserMistake(f"out: {folder} is a file, not a folder. Choose another --out.")
    return folder


def _folder_of_its_own(request: Request) -> Path:
    """outputs/NAME, or NAME_2, NAME_3 ... where other runs live: the first that may hold this."""
    name = _default_name(request)
    for number in itertools.count(1):
        folder = Path("outputs") / (name if number == 1 else f"{name}_{number}")
        if not claim.holds_another(request, folder):
            return folder
    raise AssertionError("there is always another number")


def _default_name(request: Request) -> str:
    names = [plan.name for plan in request.plans] or [BASELINE]
    name = "_".join(slug(each) for each in (*names, request.place))
    if len(name) > _LONGEST_NAME:
        tag = hashlib.sha256(name.encode()).hexdigest()[:8]
        name = f"{name[:_LONGEST_NAME]}_{tag}"
    return name


def slug(text: str) -> str:
    """Return `text` as a name any file system takes: letters, digits and underscores."""
    plain = "".join(each if each.isascii() and each.isalnum() else " " for each in text.lower())
    return "_".join(plain.split()) or "unnamed"


def _utc(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
