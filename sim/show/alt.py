"""The words and the table that go with a picture: alt text and a Datawrapper-ready CSV.

It looks at a figure's specification only, and changes nothing.
"""

from __future__ import annotations

import csv
import io

from sim.outcomes import GROUPS
from sim.show.figures import FigureSpec, Series
from sim.show.wording import amount, signed, span
from sim.units import FIRST_YEAR, financial_year

COLUMNS = ("date", "financial_year", "scenario", "group", "value", "low", "high", "unit")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """Text that a spreadsheet will show and never run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def number(value: float) -> str:
    """A number for a table: enough digits to redraw the chart, never in exponent form."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text


def group_words(spec: FigureSpec, series: Series) -> str:
    """'Everyone aged 16 or over' or 'People the scenario reached'."""
    return GROUPS.get(series.group, series.group)


def rows(spec: FigureSpec) -> list[tuple[str, ...]]:
    """The table behind the figure. Dates are the last day of each financial year."""
    table: list[tuple[str, ...]] = []
    for series in spec.series:
        for year, value, low, high in zip(
            series.years, series.value, series.low, series.high, strict=True
        ):
            bounds = (number(low), number(high)) if spec.has_band else ("", "")
            table.append(
                (
                    f"{FIRST_YEAR + year}-03-31", financial_year(year), safe_cell(series.label),
                    group_words(spec, series), number(value), *bounds, safe_cell(spec.unit),
                )
            )  # fmt: skip
    return table


def csv_text(spec: FigureSpec) -> str:
    """The CSV behind the figure."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(spec))
    return page.getvalue()


def _series_sentence(spec: FigureSpec, series: Series) -> str:
    first, last = series.value[0], series.value[-1]
    start, end = financial_year(series.years[0]), financial_year(series.years[-1])
    if spec.kind == "reached":
        who = "people reached" if series.group == "reached" else "everyone"
        return f"{series.label}, {who}: {series.said}."
    if spec.kind == "difference":
        if len(series.years) < 2:
            return f"{series.label}: {series.said} in {end}."
        return f"{series.label}: {signed(first, spec.measure)} in {start}, {series.said} in {end}."
    reach = ""
    if spec.has_band:
        reach = (f" (from {amount(series.low[-1], spec.measure)} "
                 f"to {amount(series.high[-1], spec.measure)})")  # fmt: skip
    return (
        f"{series.label}: {amount(first, spec.measure)} in {start}, "
        f"{amount(last, spec.measure)}{reach} in {end}."
    )


def alt_text(spec: FigureSpec) -> str:
    """What the picture shows, in words, from the same numbers."""
    shape = "Dot and interval chart" if spec.kind == "reached" else "Line chart"
    parts = [f"{shape}. {spec.title}.", spec.subtitle]
    parts += [_series_sentence(spec, series) for series in spec.series]
    if spec.kind == "difference":
        lows = [low for series in spec.series for low in series.low]
        highs = [high for series in spec.series for high in series.high]
        if spec.has_band:
            said = span(min(lows), max(highs), spec.measure)
            parts.append(f"Over all years shown, the bands run from {said}.")
    if spec.partial:
        parts.append(f"Unfinished: {spec.partial}.")
    return " ".join([*parts, spec.source])
