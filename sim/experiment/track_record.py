"""The record a trust label can read: how each outcome did in checks nothing was fitted to.

Looks at what the checks found; writes data/track_record.csv only when asked. An outcome without a
held-out check has a row of noughts: that nothing was checked must be seen too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from sim.evidence.rows import DATA
from sim.experiment import atomic
from sim.experiment.council_halves import UNTOUCHED, Half
from sim.experiment.councils_page import NEAR_ENOUGH
from sim.experiment.fit_finding import MISS, NEAR, PASS, Row
from sim.experiment.hindcast_check import HELD_OUT
from sim.experiment.patterns import Judged
from sim.outcomes import MEASURES

FILE = "track_record.csv"
COLUMNS = ("outcome", "held_out_checks", "passed", "near", "missed", "command", "date")
# Which outcome a held-out figure speaks for: the figure's key (or pattern of keys), outcome.
SPEAKS_FOR = (
    ("contagion_rel_increase_*", "often_lonely_share"),
    ("plausible_loneliness_prevalence_change_mix_5y", "often_lonely_share"),
    ("lonely_if_caring_long", "often_lonely_share"),
    ("better_with_nothing_done", "often_lonely_share"),
    ("austerity_ae_visits_effect_2020", "ae_attendances_per_1000"),
    ("cut_raises_ae_visits_65plus", "ae_attendances_per_1000"),
    ("cut_leaves_admissions_65plus", "emergency_admissions_per_1000"),
    ("austerity_inpatient_effect", "emergency_admissions_per_1000"),
    ("cut_leaves_admissions_65plus", "crises_per_1000"),
    ("cut_makes_20_hour_carers", "carers_20_plus_hours_share"),
    ("gap_hf2025_*", "funding_gap_gbp_per_head"),
    ("spending_needed_grows", "demand_gap_gbp_per_head"),
    ("projections_in_order", "funding_gap_gbp_per_head"),
    ("care_home_admissions_65plus_ASCOF2A *", "care_home_entries_per_100k_65plus"),
    ("care_home_weeks_65plus *", "care_home_entries_per_100k_65plus"),
    ("gross_current_expenditure *", "council_spend_gbp_per_head"),
    ("long_term_support_spend *", "council_spend_gbp_per_head"),
)
KINDS = ("validation_target", "natural experiment", "projection", HELD_OUT)

Check = tuple[str, str]  # the figure's key and its verdict


def checks_of(
    rows: Iterable[Row], patterns: Iterable[Judged], hindcast: Iterable[Row], halves: Sequence[Half]
) -> list[Check]:
    """Every held-out figure with a verdict, from all the checks."""
    told = [(row.key, row.verdict) for row in (*rows, *hindcast) if row.kind in KINDS]
    told += [(each.key, each.verdict) for each in patterns if each.held_out]
    for half in halves:
        if half.name == UNTOUCHED:
            told += [
                (f"{row.key} {row.council}", _verdict(row.ratio))
                for row in half.rows
                if not row.imputed
            ]
    return [check for check in told if check[1] in (PASS, NEAR, MISS)]


def _verdict(ratio: float) -> str:
    off = abs(ratio - 1.0)
    return PASS if off <= NEAR_ENOUGH else NEAR if off <= 2 * NEAR_ENOUGH else MISS


def record(
    checks: Sequence[Check], command: str, when: datetime | None = None
) -> list[dict[str, str | int]]:
    """One row an outcome of `sim.outcomes`: checks, passed, near, missed."""
    date = (when or datetime.now(UTC)).date().isoformat()
    told: list[dict[str, str | int]] = []
    for outcome in MEASURES:
        patterns = [pattern for pattern, speaks in SPEAKS_FOR if speaks == outcome]
        mine = [word for key, word in checks if any(fnmatchcase(key, one) for one in patterns)]
        told.append({
            "outcome": outcome, "held_out_checks": len(mine), "passed": mine.count(PASS),
            "near": mine.count(NEAR), "missed": mine.count(MISS), "command": command, "date": date,
        })  # fmt: skip
    return told


def write(rows: Sequence[dict[str, str | int]], folder: Path = DATA) -> Path:
    """Write the record whole, or not at all."""
    page = io.StringIO()
    lines = csv.DictWriter(page, COLUMNS, lineterminator="\n")
    lines.writeheader()
    lines.writerows(rows)
    path = folder / FILE
    atomic.write(path, page.getvalue().encode())
    return path
