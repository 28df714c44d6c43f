"""An output folder, opened: the summary table, the run's own description, and tidy names.

It may look at summary.csv and run.json of one folder. It changes nothing. Everything read is
treated as untrusted text: names are cleaned here once, before any chart or page sees them.
"""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UserMistake, did_you_mean
from sim.outcomes import MEASURES
from sim.units import financial_year

if TYPE_CHECKING:
    import pandas as pd

BASELINE = "baseline"
COLUMNS = (
    "scenario", "measure", "group", "year", "median", "p05", "p95",
    "difference_median", "difference_p05", "difference_p95", "sign_agreement", "members",
)  # fmt: skip
NUMBERS = COLUMNS[3:]
LONGEST_NAME = 80
HEADLINE_MEASURES = ("often_lonely_share", "crises_per_1000", "funding_gap_gbp_per_head")
CHART_MEASURES = (*HEADLINE_MEASURES, "unmet_hours_per_1000")
SHORT_NAMES = {
    "lonely": "often_lonely_share",
    "loneliness": "often_lonely_share",
    "crisis": "crises_per_1000",
    "crises": "crises_per_1000",
    "gap": "funding_gap_gbp_per_head",
    "fee_gap": "fee_gap_gbp_per_head",
    "demand_gap": "demand_gap_gbp_per_head",
    "need_gap": "need_gap_gbp_per_head",
    "council": "council_spend_gbp_per_head",
    "unmet": "unmet_hours_per_1000",
}


def clean(text: object, longest: int = LONGEST_NAME) -> str:
    """One safe line of text: no control or direction marks, single spaces, not too long."""
    kept = "".join(
        " " if unicodedata.category(mark) in {"Cc", "Zl", "Zp"} else mark
        for mark in str(text)
        if unicodedata.category(mark) not in {"Cf", "Cs", "Co", "Cn"}
    )
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def measure_key(word: str) -> str:
    """The measure a person means: its key, a short name, or an unmistakable beginning."""
    plain = word.strip().lower().replace(" ", "_").replace("-", "_")
    if plain in MEASURES:
        return plain
    if plain in SHORT_NAMES:
        return SHORT_NAMES[plain]
    begins = [key for key in MEASURES if plain and key.startswith(plain)]
    if len(begins) == 1:
        return begins[0]
    hint = did_you_mean(plain, [*MEASURES, *SHORT_NAMES])
    raise UserMistake(
        f"measure: {clean(word)!r} is not measured.{hint} Measures: {', '.join(MEASURES)}."
    )


@dataclass(frozen=True)
class Saved:
    """Saved results of one comparison, ready to be shown."""

    summary: pd.DataFrame
    run: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def request(self) -> Mapping[str, Any]:
        """What was asked for, as the run recorded it."""
        asked = self.run.get("request", {})
        return asked if isinstance(asked, Mapping) else {}

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Where the people and numbers came from, as the baseline's model recorded it."""
        told = self.run.get("provenance", {})
        told = told.get(BASELINE, told) if isinstance(told, Mapping) else {}
        return told if isinstance(told, Mapping) else {}

    def provenance_of(self, key: str) -> Mapping[str, Any]:
        """The same for one scenario, where each was recorded."""
        every = self.run.get("provenance", {})
        told = every.get(key) if isinstance(every, Mapping) else None
        return told if isinstance(told, Mapping) else {}

    @property
    def beyond_published(self) -> list[str]:
        """Sentences about results larger than anything published, if there are any."""
        told = self.run.get("beyond_published", [])
        return [clean(each, 1000) for each in told] if isinstance(told, list) else []

    @property
    def version(self) -> str:
        """Version of the software that made the results."""
        return clean(self.run.get("version", "unknown version"))

    @property
    def seed(self) -> str:
        """The seed asked for."""
        return clean(self.request.get("seed", "unknown"))

    @property
    def place(self) -> str:
        """Name of the place."""
        told = self.provenance.get("place")
        named = told.get("name") if isinstance(told, Mapping) else told
        return clean(self.request.get("place") or named or "the place")

    @property
    def members(self) -> int:
        """Finished runs of each scenario."""
        finished = self.run.get("members_finished")
        if isinstance(finished, list):
            return len(finished)
        return int(self.summary["members"].max()) if len(self.summary) else 0

    @property
    def asked(self) -> int:
        """Runs of each scenario that were asked for."""
        told = self.run.get("members_asked") or self.request.get("members")
        return int(told) if isinstance(told, int) else self.members

    @property
    def partial(self) -> bool:
        """Whether some runs did not finish."""
        return bool(self.run.get("partial", False)) or self.members < self.asked

    @property
    def partial_words(self) -> str:
        """'37 of 200 runs finished', or nothing when all did."""
        return f"{self.members:,} of {self.asked:,} runs finished" if self.partial else ""

    @property
    def years(self) -> int:
        """Last year in the table."""
        return int(self.summary["year"].max()) if len(self.summary) else 0

    @property
    def period(self) -> str:
        """First and last financial year."""
        first, last = financial_year(1), financial_year(max(1, self.years))
        return first if first == last else f"{first} to {last}"

    @property
    def scenarios(self) -> list[str]:
        """Scenario keys in the order asked for, without the baseline."""
        here = [str(key) for key in self.summary["scenario"].drop_duplicates()]
        asked = [str(key) for key in self.request.get("presets", ()) or ()]
        first = [key for key in dict.fromkeys(asked) if key in here]
        return [key for key in [*first, *(k for k in here if k not in first)] if key != BASELINE]

    @functools.cached_property
    def _shelves(self) -> dict[tuple[str, str, str], list[Any]]:
        ordered = self.summary.sort_values("year", kind="stable").astype(
            {"scenario": object, "measure": object, "group": object}
        )
        shelves: dict[tuple[str, str, str], list[Any]] = {}
        for row in ordered.itertuples(index=False):
            shelves.setdefault((row.scenario, row.measure, row.group), []).append(row)
        return shelves

    def rows_of(self, scenario: str, measure: str, group: str) -> list[Any]:
        """Every year's row of the summary for one scenario, measure and group, in order."""
        return list(self._shelves.get((scenario, measure, group), ()))

    def scenario_text(self, key: str) -> Mapping[str, Any]:
        """The scenario as saved, as a mapping (TOML text is read; anything else is empty)."""
        kept = self.run.get("scenarios", {})
        told = kept.get(key, {}) if isinstance(kept, Mapping) else {}
        if isinstance(told, str):
            try:
                return tomllib.loads(told)
            except tomllib.TOMLDecodeError:
                return {}
        return told if isinstance(told, Mapping) else {}

    def title(self, key: str) -> str:
        """A scenario's title in plain words; two plans of one title are told apart by name."""
        if key == BASELINE:
            return "Baseline"
        return self._titles.get(key) or self._said(key)

    @functools.cached_property
    def _titles(self) -> dict[str, str]:
        said = {key: self._said(key) for key in self.scenarios}
        every = ["Baseline", *said.values()]
        twice = [key for key in said if every.count(said[key]) > 1]
        for key in twice:
            name = f" ({clean(key, LONGEST_NAME // 2)})"
            said[key] = clean(said[key], LONGEST_NAME - len(name)) + name
        return said

    def _said(self, key: str) -> str:
        told = clean(self.scenario_text(key).get("title") or "").rstrip(".")
        return told or clean(key.replace("_", " ").capitalize()) or "Unnamed scenario"

    def count_of_people(self, key: str) -> int | None:
        """A head count of the real place, when the run recorded one."""
        place = self.provenance.get("place")
        told = place.get(key) if isinstance(place, Mapping) else None
        told = told.get("value") if isinstance(told, Mapping) else told
        if isinstance(told, bool) or not isinstance(told, int | float) or told <= 0:
            return None
        return int(told)


def open_results(source: object) -> Saved:
    """Open a folder, a finished run, a comparison, or a table (a summary or a tidy one)."""
    import pandas as pd

    if isinstance(source, Saved):
        return source
    source = getattr(source, "out", source)
    if isinstance(source, str | Path):
        return _open_folder(Path(source))
    if isinstance(source, pd.DataFrame):
        return Saved(_checked(source))
    table = getattr(source, "summary", None)
    if isinstance(table, pd.DataFrame):
        run = getattr(source, "record", None)
        return Saved(_checked(table), run if isinstance(run, Mapping) else {})
    raise UserMistake("results: expected an output folder, a comparison or a summary table.")


def _open_folder(folder: Path) -> Saved:
    from sim.experiment import results

    table, run = results.load_summary(folder), results.load_run(folder)
    return Saved(_checked(table), run, folder)


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    if "value" in table.columns and "median" not in table.columns:
        from sim.experiment import summary

        table = summary.summarise(summary.yearly(table))
    lost = [column for column in COLUMNS if column not in table.columns]
    if lost:
        raise UserMistake(
            f"summary: column {lost[0]!r} is missing; a summary has {', '.join(COLUMNS)}."
        )
    tidy = table.copy()
    for column in NUMBERS:
        try:
            tidy[column] = pd.to_numeric(tidy[column])
        except (ValueError, TypeError) as trouble:
            raise UserMistake(f"summary: column {column!r} must hold numbers.") from trouble
    return tidy
