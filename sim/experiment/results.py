"""Results on disk: putting members together, and reading a finished run back.

It may look at member files and saved results; it writes results.parquet and, on request, a CSV.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import UserMistake
from sim.experiment import atomic, claim, member, table
from sim.experiment import summary as _summary
from sim.experiment.request import Request
from sim.experiment.summary import SUMMARY_COLUMNS, variance_reduction

__all__ = [
    "Assembled",
    "assemble",
    "export_csv",
    "hash_of",
    "load",
    "load_measures",
    "load_run",
    "load_summary",
    "variance_reduction",
    "write_summary",
]

# A spreadsheet takes a cell that opens with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Assembled:
    """What putting the members together found."""

    summary: pd.DataFrame
    years: pd.DataFrame
    results_hash: str
    provenance: dict[str, Any]
    told: dict[int, dict[str, Any]]


def assemble(request: Request, folder: Path, finished: list[int]) -> Assembled:
    """Write results.parquet from the finished members, one at a time, and sum them up.

    Raises FolderTrouble for the disk, or when a member's file was changed meanwhile.
    """
    path = folder / "results.parquet"
    years: list[pd.DataFrame] = []
    digests: list[bytes] = []
    told: dict[int, dict[str, Any]] = {}
    with (
        atomic.replacing(path) as fresh,
        fresh.open("wb") as sink,
        table.writer(sink) as pages,
    ):
        for each in sorted(finished):
            try:
                stored = member.read(member.path_of(folder, each))
            except member.Damaged as error:
                raise atomic.FolderTrouble(
                    f"{error}. It changed while the run went on: run the same command again."
                ) from error
            member.refuse_stranger(request, stored.identity, folder)
            told[each] = stored.provenance
            digests.append(stored.digest)
            years.append(_summary.yearly(table.to_frame(stored.content)))
            pages.write_table(stored.content.cast(table.SCHEMA))
    joined = pd.concat(
        [each.astype({"scenario": object, "measure": object, "group": object}) for each in years],
        ignore_index=True,
    )
    summed, first = _summary.summarise(joined), next(iter(told.values()), {})
    return Assembled(summed, joined, table.hash_of_digests(digests), first, told)


def hash_of(results: Path | str | pd.DataFrame) -> str:
    """Return the results hash of an output folder, or of a results table in any row order."""
    if isinstance(results, pd.DataFrame):
        rows = results.astype(dict.fromkeys(table.WORDS, object))
        return table.results_hash(
            table.canonical(mine.drop(columns="unit")) for _, mine in rows.groupby("member")
        )
    return table.results_hash(_by_member(Path(results)))


def _by_member(folder: Path) -> Iterator[pa.Table]:
    # One row group a member is how assemble writes them, unless a member is very large.
    whole = _read(folder)
    starts = np.flatnonzero(np.diff(whole.column("member").to_numpy(), prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(whole)], strict=True):
        yield whole.slice(start, end - start)


def load(folder: Path | str) -> pd.DataFrame:
    """Return a run's tidy table; words are categories. Raises UserMistake when there is none."""
    return table.to_frame(_read(Path(folder)))


def load_measures(folder: Path, group: str, measures: Iterable[str]) -> pd.DataFrame:
    """Return only these measures of one group of a run's tidy table."""
    return table.to_frame(
        _read(folder, [("group", "==", group), ("measure", "in", sorted(measures))])
    )


def _read(folder: Path, only: list[tuple[str, str, Any]] | None = None) -> pa.Table:
    path = folder / "results.parquet"
    _need(path, folder)
    try:
        found = pq.read_table(path, read_dictionary=table.WORDS, partitioning=None, filters=only)
        found.validate()
        return found.select(table.COLUMNS)
    except (pa.ArrowException, OSError, KeyError) as error:
        raise damaged(path) from error


def load_summary(folder: Path | str) -> pd.DataFrame:
    """Return a run's summary.csv as it was written."""
    path = Path(folder) / "summary.csv"
    _need(path, Path(folder))
    try:
        found = pd.read_csv(path, encoding="utf-8", keep_default_na=False, na_values=[""])
        found = found[SUMMARY_COLUMNS]
    except (ValueError, KeyError, UnicodeError) as error:
        raise damaged(path) from error
    for name in ("scenario", "measure", "group"):
        found[name] = found[name].astype(str).map(_open_cell)
    return found


def load_run(folder: Path | str) -> dict[str, Any]:
    """Return a run's run.json."""
    path = Path(folder) / "run.json"
    _need(path, Path(folder))
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise damaged(path) from error
    if not isinstance(found, dict):
        raise damaged(path)
    return found


def write_summary(summary: pd.DataFrame, path: Path) -> None:
    """Write summary.csv: shortest exact numbers, one line ending, whatever the locale."""
    _write_csv(summary, path)


def export_csv(folder: Path | str, path: Path | str | None = None) -> Path:
    """Write a run's whole table as CSV (default: results.csv beside it); return where."""
    target = Path(path) if path is not None else Path(folder) / "results.csv"
    _write_csv(load(folder), target)
    return target


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    safe = frame.copy()
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            cells = frame[name].astype(object)
            safe[name] = cells.map({each: _shut_cell(str(each)) for each in cells.unique()})
    with atomic.replacing(path) as fresh:
        safe.to_csv(
            fresh, index=False, lineterminator="\n", encoding="utf-8", quoting=csv.QUOTE_MINIMAL
        )


def _shut_cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _open_cell(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _need(path: Path, folder: Path) -> None:
    if not path.is_file():
        if kept := claim.members_of_a_run(folder):
            said = "1 run is" if kept == 1 else f"{kept:,} runs are"
            raise UserMistake(
                f"{folder}: {said} kept here and not yet put together: the run was cut short, or "
                f"is still going. To go on, type the same command again: python -m sim run ... "
                f"--out {folder}"
            )
        raise UserMistake(
            f"{folder}: there is no {path.name} here. Give the folder of a finished run, "
            "or make one with: python -m sim run"
        )


def damaged(path: Path) -> UserMistake:
    """What to say of a results file that cannot be read."""
    return UserMistake(
        f"{path}: this file is damaged or was not written by a run. "
        "Run the same command again to rebuild it."
    )
