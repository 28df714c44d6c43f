"""Promises a plan must keep if the model is sane: a service that signposts seldom pays for itself.

Runs paired worlds of a few presets and looks at what they come to; changes nothing. Each promise
has its number, its bound and where that comes from. They are never fitted.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sim.evidence import registry
from sim.experiment.fit_finding import MISS, PASS, Finding, Row, judge

if TYPE_CHECKING:
    import pandas as pd

PROBABLY_COSTS = 0.20  # a signposting service may save cash in fewer draws than this
KIND = "promise of a plan"
LONELY, ADMISSIONS = "often_lonely_share", "emergency_admissions_per_1000"
PLACE = "Brighton and Hove"
RESIDENTS, YEARS, DRAWS, MIX_DRAWS = 4000, 4, 20, 4
TOWN, TOWN_YEARS = 6000, 3  # for what link workers find


def seldom_saves(residents: int, years: int, seed: int) -> list[Row]:
    """The share of draws in which a signposting service saves public cash, and its bound.

    Told against the promise and against the validation target's own room. Fewer draws where fewer
    residents than usual are asked.
    """
    draws = DRAWS if residents >= RESIDENTS else 2
    residents, years = min(residents, RESIDENTS), min(years, YEARS)
    from sim.experiment import appraise
    from sim.experiment.run import run_presets

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "service"
        run_presets(
            ["loneliness_service"], PLACE, residents, years, draws, seed, 1, out, in_process=True
        )
        done = appraise.load(out)
    if done is None:
        raise RuntimeError("the runs of the loneliness service were not appraised")
    verdict = done.verdicts["loneliness_service"]
    chance = verdict.chance_saves_cash
    published = registry().get("mcdaid_park_prob_cost_saving").value
    note = (
        f"share of {verdict.members} draws in which it saves public cash within {years} years "
        f"(middle {verdict.public_cash.median:.2f} pounds a head); published {published:.1%}"
    )
    luck = math.sqrt(published * (1.0 - published) / max(verdict.members, 1))
    bound = Row(
        "loneliness_service_saves_cash", KIND, None, 0.0, PROBABLY_COSTS, chance,
        PASS if chance < PROBABLY_COSTS else MISS, note, luck,
    )  # fmt: skip
    return [bound, judge(Finding("mcdaid_park_prob_cost_saving", chance, note, luck))]


def full_mix(residents: int, years: int, seed: int) -> list[Row]:
    """By how much the whole village moves the share often lonely, and emergency admissions.

    In its last year; admissions as a share of the baseline's.
    """
    draws = MIX_DRAWS if residents >= RESIDENTS else 1
    residents, years = min(residents, RESIDENTS), min(years, YEARS) + 2
    from sim.experiment import results
    from sim.experiment.run import run_presets

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "mix"
        run_presets(
            ["whole_village"], PLACE, residents, years, draws, seed, 1, out, in_process=True
        )
        table = results.load_measures(out, "all", [LONELY, ADMISSIONS])
    last = table[table["month"] > (years - 1) * 12]
    mean = last.groupby(["measure", "scenario", "member"], observed=True)["value"].mean()
    lonely, admitted = mean[LONELY], mean[ADMISSIONS]
    note = f"whole_village in year {years}, mean of {draws} draws"
    return [
        _moved("plausible_loneliness_prevalence_change_mix_5y",
               lonely["whole_village"] - lonely["baseline"], note),
        _moved("plausible_admissions_change_via_loneliness_mix_5y",
               admitted["whole_village"] / admitted["baseline"] - 1.0,
               f"{note}; by every route, care's own among them"),
    ]  # fmt: skip


def _moved(key: str, moved: pd.Series, note: str) -> Row:
    luck = float(moved.std() / math.sqrt(len(moved))) if len(moved) > 1 else 0.0
    return judge(Finding(key, float(moved.mean()), note, luck))


def needs_places(residents: int, years: int, seed: int) -> list[Row]:
    """Of people referred, the share placed: link workers alone over those with places to go."""
    residents, years = min(residents + residents // 2, TOWN), min(years, TOWN_YEARS)
    shares = [
        _placed(plan, residents, years, seed)
        for plan in ("link_workers_alone", "link_workers_with_places")
    ]
    ratio = shares[0] / shares[1] if shares[1] else float("nan")
    note = (
        f"of those referred, {shares[0]:.0%} found an activity with link workers alone and "
        f"{shares[1]:.0%} where places were paid for too"
    )
    return [Row("referrals_fail_without_places", KIND, None, None, 1.0, ratio,
                PASS if ratio < 1.0 else MISS, note)]  # fmt: skip


def _placed(plan: str, residents: int, years: int, seed: int) -> float:
    from sim.model import CommunityModel

    model = CommunityModel(
        place=PLACE, residents=residents, years=years, plan=plan, rng=seed, lives=False
    )
    model.run()
    funded = [each for each in model.connectors if each.remit.funded]
    referred = sum(each.referred for each in funded)
    return sum(each.placed for each in funded) / referred if referred else float("nan")
