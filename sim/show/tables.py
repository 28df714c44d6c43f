"""Tables: presets down the side, outcomes across, as text for a terminal, rows or CSV.

It looks at opened results and changes nothing. Every cell gives a range with its figure.
"""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Sequence

from sim.errors import UserMistake
from sim.outcomes import GROUPS, MEASURES
from sim.show.alt import number, safe_cell
from sim.show.facts import last_fact, per_of
from sim.show.figures import says
from sim.show.saved import CHART_MEASURES, Saved, measure_key, open_results
from sim.show.trust import band_name
from sim.show.wording import phrase
from sim.units import financial_year

CSV_COLUMNS = (
    "scenario", "measure", "group", "financial_year", "difference", "low", "high",
    "sign_agreement", "members", "unit",
)  # fmt: skip
NOTHING = "not measured"
_COLUMN = 24


def header(saved: Saved, measures: Sequence[str]) -> list[str]:
    """Column headings: the measure and its unit."""
    return ["Plan", *(f"{MEASURES[key].label}, {unit(saved, key)}" for key in measures)]


def unit(saved: Saved, measure: str) -> str:
    """The unit of a measure in these results: 'per 10,000 residents aged 16 or over'."""
    words = phrase(measure)
    return words.axis_for("all", per_of(saved, measure)).removeprefix(words.noun).strip()


def cells(source: object, measures: Sequence[str] = CHART_MEASURES,
          group: str = "all") -> list[list[str]]:  # fmt: skip
    """One row per scenario: its title, then each measure's difference with its range."""
    saved = open_results(source)
    keys = [measure_key(word) for word in measures]
    table = []
    for scenario in saved.scenarios:
        row = [saved.title(scenario)]
        for key in keys:
            fact = last_fact(saved, key, group, scenario)
            row.append(says(fact) if fact and fact.known else NOTHING)
        table.append(row)
    return table


def caption(saved: Saved) -> str:
    """What the table shows, for whom, when, and what the ranges are."""
    ranges = band_name(saved.members)
    partial = f" Unfinished: {saved.partial_words}." if saved.partial else ""
    return (
        f"Difference from the baseline in {financial_year(max(1, saved.years))}, {saved.place}; "
        f"in brackets, {ranges} ({saved.members:,}).{partial} Modelled, not observed."
    )


def table(source: object, measures: Sequence[str] = CHART_MEASURES) -> str:
    """Presets by outcomes as plain text no wider than its columns need."""
    saved = open_results(source)
    keys = [measure_key(word) for word in measures]
    body = [header(saved, keys), *cells(saved, keys)]
    blocks = [[textwrap.wrap(cell, _COLUMN) or [""] for cell in row] for row in body]
    widths = [max(len(line) for row in blocks for line in row[at]) for at in range(len(body[0]))]
    rule = "  ".join("-" * width for width in widths)
    lines = textwrap.wrap(caption(saved), max(len(rule), 2 * _COLUMN))
    for at, row in enumerate(blocks):
        for deep in range(max(map(len, row))):
            parts = [cell[deep] if deep < len(cell) else "" for cell in row]
            padded = (part.ljust(width) for part, width in zip(parts, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
        if at == 0 or at < len(blocks) - 1:
            lines.append(rule if at == 0 else "")
    return "\n".join(lines)


def table_csv(source: object, measures: Sequence[str] = CHART_MEASURES) -> str:
    """The same facts as CSV, one row per scenario and measure, safe to open in a spreadsheet."""
    saved = open_results(source)
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for scenario in saved.scenarios:
        for key in (measure_key(word) for word in measures):
            fact = last_fact(saved, key, "all", scenario)
            if fact is None or not fact.known:
                continue
            bounds = [number(fact.low), number(fact.high)] if fact.members > 1 else ["", ""]
            writer.writerow(
                [safe_cell(saved.title(scenario)), key, fact.group, financial_year(fact.year),
                 number(fact.median), *bounds, number(fact.agreement), fact.members,
                 phrase(key).axis_for("all", fact.per)]
            )  # fmt: skip
    return page.getvalue()


def gains(source: object, measure: str) -> list[list[str]]:
    """Who gains: one row per group in these results, one cell per scenario."""
    saved = open_results(source)
    key = measure_key(measure)
    if key not in set(saved.summary["measure"]):
        raise UserMistake(f"table: these results do not hold {key}.")
    held = set(saved.summary.loc[saved.summary["measure"] == key, "group"])
    rows = []
    for group in (one for one in GROUPS if one in held and one != "reached"):
        every = [last_fact(saved, key, group, scenario) for scenario in saved.scenarios]
        if any(fact and fact.known for fact in every):
            rows.append([GROUPS[group], *(says(f) if f and f.known else NOTHING for f in every)])
    return rows
