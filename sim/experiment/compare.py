"""Comparing scenarios from a notebook: one call, tables in memory, nothing left on the disk.

    sim.compare("services_only", "bevy_hub", place="Brighton and Hove", members=20)

It may look at results; charts are fetched by name only when one is asked for. It writes nothing
unless `out` is given.
"""

from __future__ import annotations

import functools
import importlib
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import UserMistake, did_you_mean
from sim.experiment import flow_tables, member, results, table
from sim.experiment.appraise import Appraisal, appraise
from sim.experiment.ensemble import Failed, Interrupted, Progress
from sim.experiment.request import BASELINE, REAL_MODEL
from sim.experiment.run import build_request, run_presets
from sim.outcomes import GROUPS, MEASURES, WORKER_GROUPS, WORKER_MEASURES

__all__ = ["Comparison", "compare", "ensemble", "run"]

_DIFFERENCES = [
    "scenario",
    "measure",
    "group",
    "year",
    "difference_median",
    "difference_p05",
    "difference_p95",
    "sign_agreement",
    "members",
]


@dataclass(frozen=True)
class Comparison:
    """Scenarios against the baseline, over many members of the same luck.

    `results` is the tidy table (one row per scenario, member, month, group and measure);
    `summary` one row per scenario, measure, group and year; `record` what run.json would say.
    """

    results: pd.DataFrame
    summary: pd.DataFrame
    record: dict[str, Any]
    failed: tuple[Failed, ...] = ()
    pounds: tuple[pd.DataFrame | None, pd.DataFrame | None] = (None, None)

    @property
    def partial(self) -> bool:
        """Whether some members asked for are missing."""
        return bool(self.record["partial"])

    @functools.cached_property
    def variance_reduction(self) -> pd.DataFrame:
        """How much noise pairing removed, per scenario and measure, in the final year."""
        return results.variance_reduction(self.results)

    def difference(self, measure: str, group: str = "all") -> pd.DataFrame:
        """Return each scenario's paired difference from the baseline, one row a year.

        Raises UserMistake for a measure or group these results do not hold.
        """
        _known("measure", measure, self.summary["measure"], MEASURES)
        _known("group", group, self.summary["group"], GROUPS)
        wanted = (
            (self.summary["measure"] == measure)
            & (self.summary["group"] == group)
            & (self.summary["scenario"] != BASELINE)
        )
        return self.summary.loc[wanted, _DIFFERENCES].reset_index(drop=True)

    def workforce(self, year: int | None = None) -> pd.DataFrame:
        """Return paid carers' jobs by group in `year` (the last one when left out).

        One row per scenario, measure and group: `by` is all, employer, sex or ethnicity; medians
        and ranges over members, and for scenarios the paired difference from the baseline. Posts
        are per 1,000 residents, pay in pounds an hour, time in post in months. Raises UserMistake
        for a year these results do not hold.
        """
        rows = self.summary
        last = int(rows["year"].max())
        if year is not None and not 1 <= year <= last:
            raise UserMistake(f"year: {year!r} is not in these results. Give 1 to {last}.")
        kinds = {"all": ("all", "Everyone paid to care")} | {
            key: (part, words)
            for part, groups in WORKER_GROUPS.items()
            for key, words in groups.items()
        }
        rows = rows[
            rows["measure"].isin(WORKER_MEASURES)
            & rows["group"].isin(list(kinds))
            & (rows["year"] == (last if year is None else year))
        ].reset_index(drop=True)
        rows.insert(1, "by", rows["group"].map(lambda key: kinds[key][0]))
        rows.insert(2, "who", rows["group"].map(lambda key: kinds[key][1]))
        return rows

    def appraisal(self) -> Appraisal:
        """Return what each scenario costs, who pays and what comes back, by Green Book rules.

        Raises UserMistake for results that do not hold the money by payer.
        """
        return appraise(self.results, self.record)

    def flows(self, by_member: bool = False) -> pd.DataFrame:
        """Return where the pounds went: from funder to lever to activity to people reached.

        In pounds with mean, median and range over members, or `by_member` in whole pence. Raises
        UserMistake where no ledger was kept.
        """
        found = self.pounds[int(by_member)]
        if found is None:
            raise UserMistake("flows: these results hold no plan's ledger. Compare a scenario.")
        return found

    def chart(self, measure: str, group: str = "all", kind: str = "difference") -> Any:
        """Return a chart of one measure over the years, for a notebook to show.

        `kind` is "difference", "levels" or "reached"; `measure` may be short ("lonely").
        """
        charts = importlib.import_module("sim.show.charts")
        return charts.chart(self, measure, group, kind)

    def publish(
        self, measure: str, folder: Path | str, group: str = "all", kind: str = "difference"
    ) -> list[Path]:
        """Write a chart for an editor: SVG, three shapes of PNG, the CSV behind it, alt text.

        Returns the files written into `folder`; takes what `chart` takes.
        """
        charts = importlib.import_module("sim.show.charts")
        spec = charts.figure(charts.open_results(self), measure, group, kind)
        return list(importlib.import_module("sim.show.gallery").write(spec, Path(folder)))

    def _repr_html_(self) -> str:
        last = int(self.summary["year"].max())
        shown = self.summary[
            (self.summary["year"] == last)
            & (self.summary["group"] == "all")
            & (self.summary["scenario"] != BASELINE)
        ]
        shown = shown.assign(measure=shown["measure"].map(lambda key: MEASURES[key].label))
        request = self.record["request"]
        done, asked = len(self.record["members_finished"]), self.record["members_asked"]
        head = (
            f"Paired differences from the baseline in year {last}, everyone, "
            f"{done} of {asked} members. Modelled, not observed."
        )
        columns = [name for name in _DIFFERENCES if name not in {"group", "year"}]
        frame = shown[columns].rename(columns=lambda name: str(name).replace("_", " "))
        caption = pd.DataFrame({f"{request['place']}": [head]}).to_html(index=False, border=0)
        body: str = frame.to_html(index=False, border=0, float_format=lambda value: f"{value:.3g}")
        return str(caption) + body


def compare(
    *presets: object,
    place: str | Path | None = None,
    residents: int | None = None,
    years: int | None = None,
    members: int | None = None,
    seed: int = 1,
    jobs: int | None = None,
    out: Path | str | None = None,
    progress: Progress | None = None,
    model_factory: str | Callable[..., Any] = REAL_MODEL,
    in_process: bool = False,
    causal: str = "central",
) -> Comparison:
    """Run presets against the baseline, paired; return tables in memory.

    With `out` the results are kept there too. `causal` is how associations are read as causes:
    "central", "sceptic" or "face_value". Raises UserMistake, Interrupted or NothingFinished.
    """
    with tempfile.TemporaryDirectory(prefix="sim_compare_") as passing:
        try:
            done = run_presets(
                presets,
                place=place,
                residents=residents,
                years=years,
                members=members,
                seed=seed,
                jobs=jobs,
                out=passing if out is None else out,
                progress=progress,
                model_factory=model_factory,
                in_process=in_process,
                causal=causal,
            )
        except Interrupted as stop:
            if out is not None:
                raise
            # The passing folder goes, and the members with it.
            raise Interrupted(0, stop.asked, None) from None
        return Comparison(
            results=results.load(done.out),
            summary=results.load_summary(done.out),
            record=results.load_run(done.out),
            failed=tuple(done.failed),
            pounds=(flow_tables.load(done.out), flow_tables.load(done.out, members=True)),
        )


def ensemble(*presets: object, **asked: Any) -> pd.DataFrame:
    """Return the tidy table of a paired ensemble; takes what `compare` takes."""
    return compare(*presets, **asked).results


def run(
    preset: object = BASELINE,
    *,
    place: str | Path | None = None,
    residents: int | None = None,
    years: int | None = None,
    seed: int = 1,
    model_factory: str | Callable[..., Any] = REAL_MODEL,
) -> pd.DataFrame:
    """Run one world of one preset, in this process, and return its tidy table.

    The central parameter set and the luck of `seed`: the same world as member 0 of an ensemble.
    """
    request = build_request([preset], place, residents, years, 1, seed, model_factory)
    plan = request.plans[0] if request.plans else request.baseline
    return table.to_frame(member.one_world(request, plan, 0))


def _known(what: str, word: str, held: Iterable[str], words: dict[str, Any]) -> None:
    present = sorted(set(held))
    if word in present:
        return
    hint = did_you_mean(str(word), present)
    if word in words:
        raise UserMistake(f"{what}: these results hold nothing for {word}.")
    raise UserMistake(f"{what}: there is no {word!r}.{hint} It may be: {', '.join(present)}.")
