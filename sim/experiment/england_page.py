"""England's account beside the model, as words: what the gap comes to, year by year, as a page.

Looks at what `england` found; writes only the page it is asked for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sim.experiment import atomic
from sim.experiment.england import EnglandAccount, Line
from sim.experiment.validate import number
from sim.gap_words import SERVICES

YEAR_HEADS = ("year", "assumed budget", "council spending", "fee gap", "demand gap", "need gap",
              "funding gap")  # fmt: skip
LINE_HEADS = ("line", "of", "unit", "account", "low", "high", "model", "ratio", "grade")


def gap_lines(found: EnglandAccount) -> list[str]:
    """The first year's gap in billions, the fee gap beside published ones, the budget's path."""
    first, last = found.years[0], found.years[-1]
    services = [
        f"{name} {sum(found.by_service[key].values()):.2f}" for key, name in SERVICES.items()
    ]
    told = [
        f"Funding gap of England in {first['year']}: {first['funding_gap']:.2f} billion pounds "
        f"(2024/25 prices): fee gap {first['fee_gap']:.2f}, demand gap {first['demand_gap']:.2f}, "
        f"need gap {first['need_gap']:.2f}.",
        f"By service: {', '.join(services)}.",
        f"Fee gap beside published figures: the model {first['fee_gap']:.2f} billion.",
    ]
    for each in found.published:
        low, high = each["low"], each["high"]
        span = f" ({number(low)} to {number(high)})" if None not in (low, high) else ""
        told.append(
            f"  {number(each['value'])}{span} billion, {each['period']}, {each['source']} "
            f"[{each['key']}, grade {each['grade']}]"
        )
    growth = found.growth
    told.append(
        f"Assumed budget: {first['assumed_budget']:.1f} billion in {first['year']}"
        + (f", {last['assumed_budget']:.1f} in {last['year']}" if last is not first else "")
        + f", growing {growth['in_this_run']:.1%} a year in real terms "
        f"(range {growth['low']:.1%} to {growth['high']:.1%}). An assumption, not a finding: a "
        "widening gap is partly this assumption."
    )
    return told


def years_lines(found: EnglandAccount) -> list[tuple[str, ...]]:
    """Heads, then a row a year: billions of pounds, 2024/25 prices."""
    rows = [
        (year["year"], *(f"{value:.2f}" for name, value in year.items() if name != "year"))
        for year in found.years
    ]
    return [YEAR_HEADS, *rows]


def page(found: EnglandAccount, command: str, when: datetime | None = None) -> str:
    """The whole account beside the model as Markdown, block by block."""
    date = (when or datetime.now(UTC)).date().isoformat()
    have = sum(line.model is not None for line in found.lines)
    head, *rows = years_lines(found)
    parts = [
        "# England's account beside the model", "",
        f"Written by `{command}` on {date}. Do not edit: run it again.", "",
        f"A baseline of England, {found.residents:,} residents, seed {found.seed}; one run. "
        f"{have} of {len(found.lines)} lines have a figure of the model: the day the record opens "
        "or its first year, scaled to England. Lines that stand in the account in 2023/24 and in "
        "2024/25 prices are shown in the latter. Most of the account is judgement: see its grades.",
        "", "## The gap and the assumed budget", "",
        *(f"- {line.strip()}" for line in gap_lines(found)), "",
        "Billions of pounds a year, 2024/25 prices:", "",
        *_table(head, rows),
    ]  # fmt: skip
    for block, lines in found.blocks().items():
        mine = sum(line.model is not None for line in lines)
        parts += ["", f"## {block}", "", f"The model has {mine} of {len(lines)} lines.", ""]
        parts += _table(LINE_HEADS, [_cells(line) for line in lines])
    return "\n".join(parts) + "\n"


def _cells(line: Line) -> tuple[str, ...]:
    ratio = f"{line.ratio:.2f}" if line.ratio is not None else ""
    return (
        line.line.replace("|", "/"), line.of, line.unit.replace("_", " "), number(line.value),
        number(line.low), number(line.high), number(line.model), ratio, line.grade,
    )  # fmt: skip


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    return [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def write_page(found: EnglandAccount, path: str | Path, command: str) -> Path:
    """Write the page whole, or not at all."""
    return atomic.write_page(Path(path), page(found, command))
