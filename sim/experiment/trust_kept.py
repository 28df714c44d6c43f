"""Keeping an analysis with the program, so that a report can say what a headline hangs on.

Looks at a finished sensitivity or uncertainty analysis; writes the program's own tables, each row
with its preset, and a row that says how it was made: plan, place, size, points, date and command.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from sim.experiment import trust_record as record
from sim.experiment.design import Design
from sim.experiment.sensitivity import SOBOL, Found
from sim.experiment.uncertainty import Crossing, Spread

_FIGURES = 4


def _run(asked: Design, analysis: str, points: int, date: str, command: str) -> list[Any]:
    return [
        {
            "preset": plan.name, "analysis": analysis, "plan": record.plan_hash(plan.to_toml()),
            "place": asked.place, "residents": asked.residents, "years": asked.years,
            "points": points, "date": date, "command": command,
        }
        for plan in asked.plans
    ]  # fmt: skip


def keep_sensitivity(found: Found, points: int, folder: Path, date: str, command: str) -> None:
    """Write what each outcome hangs on: shares by grade, and its strongest numbers."""
    runs = _run(found.asked, "sensitivity", points, date, command)
    shares = [
        {
            "preset": row.scenario, "outcome": row.measure, "mean": _said(row.mean),
            "share_from_luck": _said(row.share_from_luck),
            "share_from_c_d": _said(row.share_from_c_d), "share_from_d": _said(row.share_from_d),
            "move": _said(row.move), "luck": _said(row.luck), "emulator_r2": _said(row.r2),
            "emulator_r2_of_mean": _said(row.r2_of_mean),
        }
        for row in found.rows
    ]  # fmt: skip
    drivers = [
        {
            "preset": row.scenario, "outcome": row.measure, "rank": rank, "key": each.key,
            "grade": each.grade, "share": _said(each.share), "basis": each.basis,
            "switch": "not told" if each.basis != SOBOL
            else "none" if each.switch is None else _said(each.switch),
        }
        for row in found.rows
        for rank, each in enumerate(row.drivers, 1)
    ]  # fmt: skip
    record.write(folder, "screened_runs.csv", runs, "preset analysis")
    record.write(folder, "screened_shares.csv", shares, "preset")
    record.write(folder, "screened_drivers.csv", drivers, "preset")


def keep_uncertainty(
    crossed: Crossing, found: list[Spread], folder: Path, date: str, command: str
) -> None:
    """Write how each outcome fared under every rival rule set."""
    points = len(crossed.asked.points)
    rules = [
        {
            "preset": row.scenario, "outcome": row.measure, "rule_set": each.name,
            "draws": each.draws, "mean": _said(each.mean), "agreement": _said(each.agreement),
            "opposite": _said(each.opposite),
        }
        for row in found
        for each in row.rules
    ]  # fmt: skip
    runs = _run(crossed.asked, "uncertainty", points, date, command)
    record.write(folder, "screened_runs.csv", runs, "preset analysis")
    record.write(folder, "screened_rules.csv", rules, "preset")


def _said(value: float) -> str:
    """A number to four significant figures; empty where there is none."""
    return f"{value:.{_FIGURES}g}" if math.isfinite(value) else ""
