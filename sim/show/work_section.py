"""The report's section on people who work in care: their hours, pay and time in post, by group.

Looks at opened results and hands the page what to print; changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.outcomes import MEASURES, WORKER_GROUPS, WORKER_MEASURES
from sim.show.facts import Level, last_fact, levels
from sim.show.figures import says
from sim.show.saved import BASELINE, Saved
from sim.show.trust import band_name
from sim.show.wording import phrase
from sim.units import financial_year

PARTS = {"employer": "By who employs them", "sex": "Women and men", "ethnicity": "By ethnic group"}
PLACES = {"filled_care_posts_per_1000": 1, "secure_contract_share": 0,
          "care_worker_pay_gbp_per_hour": 2, "months_in_post_mean": 0}  # fmt: skip
NOTHING = "not measured"


@dataclass(frozen=True)
class WorkTable:
    """One measure: its words, and rows in parts (the first has no heading)."""

    label: str
    caption: str
    parts: list[tuple[str, list[list[str]]]]


@dataclass(frozen=True)
class WorkSection:
    """Everything the section prints."""

    header: list[str]
    tables: list[WorkTable]
    people: str


def section(saved: Saved) -> WorkSection | None:
    """The section, or None when the run recorded no jobs by group."""
    tables = [table for key in WORKER_MEASURES if (table := _table(saved, key))]
    if not tables:
        return None
    names = [saved.title(key) for key in saved.scenarios]
    return WorkSection(["Group", "Baseline", *names], tables, _people(saved))


def _people(saved: Saved) -> str:
    """How many simulated people the section speaks of, where the run says its size."""
    found = levels(saved, WORKER_MEASURES[0], BASELINE)
    size = saved.request.get("residents")
    if not found or not isinstance(size, int):
        return ""
    workers = round(found[-1].median * size / 1000)
    return (
        f"About {workers:,} simulated people hold these posts in each run. Groups of a few move "
        "with single people: read their ranges, not their middles."
    )


def _table(saved: Saved, measure: str) -> WorkTable | None:
    parts = []
    if whole := _row(saved, measure, "all", "Everyone paid to care"):
        parts.append(("", [whole]))
    for part, groups in WORKER_GROUPS.items():
        rows = [row for key, label in groups.items() if (row := _row(saved, measure, key, label))]
        if rows:
            parts.append((PARTS[part], rows))
    if len(parts) < 2:
        return None
    year, words = financial_year(max(1, saved.years)), phrase(measure)
    axis = words.axis_for("all")
    caption = (
        f"{axis[:1].upper()}{axis[1:]}, {saved.place}, {year}: the baseline’s level, and each "
        f"plan’s difference from it; in brackets, {band_name(saved.members)} "
        f"({saved.members:,}). Modelled, not observed."
    )
    return WorkTable(MEASURES[measure].label, caption, parts)


def _row(saved: Saved, measure: str, group: str, label: str) -> list[str] | None:
    last = [each for each in levels(saved, measure, BASELINE, group) if each.year == saved.years]
    every = [last_fact(saved, measure, group, scenario) for scenario in saved.scenarios]
    if not last and not any(every):
        return None
    return [label, *_level(last, measure), *(says(f) if f and f.known else NOTHING for f in every)]


def _level(found: list[Level], measure: str) -> Iterator[str]:
    if not found:
        yield NOTHING
        return
    places, sign = PLACES[measure], "£" if phrase(measure).pounds else ""
    low, middle, high = (
        f"{sign}{value:,.{places}f}" for value in (found[0].low, found[0].median, found[0].high)
    )
    yield middle if low == high else f"{middle} ({low} to {high})"
