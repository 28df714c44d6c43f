"""What plans come to in pounds, beside what others published of such plans.

Runs paired members of a few presets, each at its own draw, and reads the appraisal and the results
as a report would; changes nothing. Others' sums value other things than ours, so these show where
the model stands, not who is right.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment.evaluation.estimates import Z_90
from sim.experiment.fit_finding import Row
from sim.experiment.plan_checks.reading import told

PLACE, RESIDENTS = "England", 4000
DRAWS = 4
LONG, FORECAST, PILOT = 10, 3, 2  # years, as the studies had them
FIRST, NHS, NHS_PLAN = "left_behind_first", "pays_nhs_gbp_per_head", "plan_nhs_gbp_per_head"


def rows(residents: int, years: int, seed: int) -> list[Row]:
    """Every row of this room; fewer draws and years in a small check, each said."""
    draws = DRAWS if residents >= RESIDENTS else 2
    residents = min(residents, RESIDENTS)
    return [
        *_infrastructure(residents, min(years, LONG), draws, seed),
        *_forecast(residents, min(years, FORECAST), draws, seed),
        *_pilot(residents, min(years, PILOT), draws, seed),
    ]


def _lived(plan: str, residents: int, years: int, draws: int, seed: int, folder: Path) -> Any:
    """The verdict of the appraisal of one preset; its results stay in `folder`."""
    from sim.experiment import appraise
    from sim.experiment.run import run_presets

    run_presets([plan], PLACE, residents, years, draws, seed, 1, folder, in_process=True)
    done = appraise.load(folder)
    if done is None:
        raise RuntimeError(f"the runs of {plan} were not appraised")
    return done.verdicts[plan]


def _infrastructure(residents: int, years: int, draws: int, seed: int) -> list[Row]:
    """Money for the weakest neighbourhoods over ten years: what each pound brings back, to whom."""
    with tempfile.TemporaryDirectory() as name:
        verdict = _lived(FIRST, residents, years, draws, seed, Path(name) / "first")
    cost = verdict.plan_cost.median
    note = f"{FIRST}, {years} years, middle of {draws} draws, for each pound the plan cost"
    per = {
        "social_infra_frontier_benefit_per_gbp": (verdict.net_social_value, 1.0),
        "social_infra_frontier_fiscal_per_gbp": (verdict.public_cash, 1.0 + _of(
            verdict.capacity.median, cost)),
        "social_infra_frontier_cashable_per_gbp": (verdict.public_cash, 1.0),
    }  # fmt: skip
    says = ("wellbeing and money", "money, and the NHS's time freed", "money of the public purse")
    return [
        told(key, plus + _of(gain.median, cost), f"{words}, {note}; net {gain.p05:.2f} to "
             f"{gain.p95:.2f} pounds a head", _error(gain, cost, draws))
        for (key, (gain, plus)), words in zip(per.items(), says, strict=True)
    ]  # fmt: skip


def _forecast(residents: int, years: int, draws: int, seed: int) -> list[Row]:
    """Coordinators over three years: social value for each pound, as a forecast would add it up."""
    plan = "local_area_coordination"
    with tempfile.TemporaryDirectory() as name:
        verdict = _lived(plan, residents, years, draws, seed, Path(name) / "lac")
    cost, gain = verdict.plan_cost.median, verdict.net_social_value
    note = (
        f"{plan}, {years} years, middle of {draws} draws: wellbeing and money for each pound the "
        f"plan cost; net {gain.p05:.2f} to {gain.p95:.2f} pounds a head"
    )
    return [told("lac_sroi_derby", 1.0 + _of(gain.median, cost), note, _error(gain, cost, draws))]


def _pilot(residents: int, years: int, draws: int, seed: int) -> list[Row]:
    """Link workers over two years: what the NHS spends less, for each pound of the plan."""
    from sim.experiment import results

    plan = "link_workers_with_places"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "pilot"
        _lived(plan, residents, years, draws, seed, folder)
        table = results.load_measures(folder, "all", [NHS, NHS_PLAN])
    total = table.groupby(["measure", "scenario", "member"], observed=True)["value"].sum()
    cost = total[NHS_PLAN][plan] - total[NHS_PLAN]["baseline"]
    saved = cost - (total[NHS][plan] - total[NHS]["baseline"])
    each = (saved / cost.mean()).to_numpy(dtype=np.float64)
    luck = float(each.std(ddof=1) / math.sqrt(each.size)) if each.size > 1 else 0.0
    note = (
        f"{plan}, {years} years, mean of {each.size} draws: the NHS's other spending falls by so "
        f"much for each pound of the plan, {each.min():.2f} to {each.max():.2f}"
    )
    return [told("rotherham_pilot_return_per_pound", float(each.mean()), note, luck)]


def _of(gain: float, cost: float) -> float:
    return gain / cost if cost > 0 else math.nan


def _error(gain: Any, cost: float, draws: int) -> float:
    """About one standard error of the middle of some draws, from their 90% range."""
    spread = (gain.p95 - gain.p05) / (2 * Z_90)
    return spread / math.sqrt(draws) / cost if cost > 0 else 0.0
