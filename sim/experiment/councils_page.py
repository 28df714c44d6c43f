"""The page of councils: what their rows come to, by figure and council by council.

Looks at rows of `councils`; writes only the page it is asked for.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.experiment import atomic
from sim.experiment.councils import FIGURES, GIVEN, CouncilRow
from sim.experiment.validate import number

NEAR_ENOUGH = 0.2  # what the counts call close


def summary(rows: Sequence[CouncilRow]) -> list[dict[str, Any]]:
    """By figure: the middle, least and greatest ratio, and how many come within a fifth.

    Over councils' own figures: imputed ones are left out.
    """
    told = []
    for key, figure in FIGURES.items():
        ratios = sorted(
            row.ratio
            for row in rows
            if row.key == key and not row.imputed and math.isfinite(row.ratio)
        )
        told.append(
            {
                "key": key, "figure": figure.name, "given": figure.given, "councils": len(ratios),
                "middle": statistics.median(ratios) if ratios else None,
                "least": ratios[0] if ratios else None,
                "greatest": ratios[-1] if ratios else None,
                "within_a_fifth": sum(abs(each - 1.0) <= NEAR_ENOUGH for each in ratios),
            }
        )  # fmt: skip
    return told


def count_line(rows: Sequence[CouncilRow]) -> str:
    """One sentence: how the figures the model was not simply given come out."""
    tested = [row for row in rows if FIGURES[row.key].given != GIVEN and not row.imputed]
    near = sum(abs(row.ratio - 1.0) <= NEAR_ENOUGH for row in tested)
    places = len({row.council for row in rows})
    return (
        f"{places} councils: {near} of {len(tested)} figures the model was not simply given are "
        "within a fifth of the council's own."
    )


def page(rows: Sequence[CouncilRow], command: str, when: datetime | None = None) -> str:
    """The councils as a page of Markdown: by figure, then council by council."""
    date = (when or datetime.now(UTC)).date().isoformat()
    parts = [
        "# Contrasting councils",
        "",
        f"Written by `{command}` on {date}. Do not edit: run it again.",
        "",
        count_line(rows),
        "",
        "A baseline first year of each council, scaled to all its people, beside what that council "
        "published. *Given* figures are inputs and only show that they arrive; *not given* ones "
        "are tests. *Ratio* is the model's over the published. A published figure marked * is "
        "imputed: it is not this council's own, and is left out of the counts. The model's range "
        "is over seeds; *luck* is one standard error of a count this size, as a share of it. "
        "Published years differ from the model's 2024/25; clients were counted in a pandemic.",
        "",
        "## By figure",
        "",
        "| figure | how far given | councils | middle ratio | least | greatest | within a fifth |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for each in summary(rows):
        ratios = [_ratio(each[name]) for name in ("middle", "least", "greatest")]
        counts = f"{each['within_a_fifth']}" if each["councils"] else ""
        cells = [each["figure"], each["given"], str(each["councils"]), *ratios, counts]
        parts.append(f"| {' | '.join(cells)} |")
    parts += ["", "How each figure enters the model:", ""]
    parts += [f"- {figure.name}: {figure.how} ({figure.published})." for figure in FIGURES.values()]
    for council in dict.fromkeys(row.council for row in rows):
        parts += [
            "", f"## {council}", "",
            "| figure | unit | published | model | over seeds | ratio | luck | how far given |",
            "|---|---|--:|--:|--:|--:|--:|---|",
            *(_line(row) for row in rows if row.council == council),
        ]  # fmt: skip
        why = {FIGURES[row.key].name: row.imputed for row in rows if row.council == council}
        told = [f"{name}: {reason}" for name, reason in why.items() if reason]
        parts += ["", f"\\* {'; '.join(told)}."] if told else []
    return "\n".join(parts) + "\n"


def _line(row: CouncilRow) -> str:
    figure, star = FIGURES[row.key], r"\*" if row.imputed else ""
    low, high = number(row.low), number(row.high)
    cells = (
        figure.name, figure.unit, f"{number(row.published)}{star}", number(row.value),
        low if low == high else f"{low} to {high}", _ratio(row.ratio),
        f"{row.luck:.0%}" if row.luck is not None else "", figure.given,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _ratio(value: float | None) -> str:
    return f"{value:.2f}" if value is not None and math.isfinite(value) else ""


def write_page(rows: Sequence[CouncilRow], path: str | Path, command: str) -> Path:
    """Write the page of councils whole, or not at all."""
    return atomic.write_page(Path(path), page(rows, command))
