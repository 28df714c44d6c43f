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
from sim.experiment.plan_checks.reading import KIND, told

if TYPE_CHECKING:
    import pandas as pd

PROBABLY_COSTS = 0.20  # a signposting service may save cash in fewer draws than this
LONELY, ADMISSIONS = "often_lonely_share", "emergency_admissions_per_1000"
ADULTS = "adults_per_head"
FROME_YEARS = 5  # of admissions in Frome, April 2013 to December 2017
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
    from sim.experiment import appraise, results
    from sim.experiment.run import run_presets

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "service"
        run_presets(
            ["loneliness_service"], PLACE, residents, years, draws, seed, 1, out, in_process=True
        )
        done = appraise.load(out)
        table = results.load_measures(out, "all", [LONELY, ADULTS])
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
    return [
        bound,
        judge(Finding("mcdaid_park_prob_cost_saving", chance, note, luck)),
        _lonely_year(table, verdict.public_cash.median, verdict.members, years),
    ]


def _lonely_year(table: pd.DataFrame, cash: float, draws: int, years: int) -> Row:
    """What one person's year free of often being lonely cost the public purse."""
    wide = table.pivot_table(
        index=["scenario", "member", "month"], columns="measure", values="value", observed=True
    )
    lonely = (wide[LONELY] * wide[ADULTS]).groupby(["scenario", "member"], observed=True).sum() / 12
    freed = lonely["baseline"] - lonely["loneliness_service"]
    gained = float(freed.mean())
    note = (
        f"loneliness_service over {years} years: {-cash:.2f} pounds a head (middle of {draws} "
        f"draws) for {1000 * gained:.2f} years free of often being lonely for each 1,000 residents "
        "(mean), counted over everybody whom it met or not"
    )
    cost = -cash / gained if gained > 0 else math.nan
    spread = float(freed.std(ddof=1) / math.sqrt(len(freed))) if len(freed) > 1 else 0.0
    luck = abs(cost * spread / gained) if gained > 0 else 0.0
    return told("mcdaid_park_cost_per_loneliness_free_year", cost, note, luck)


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
        *_over_time(table[table["measure"] == ADMISSIONS], draws),
    ]  # fmt: skip


def _over_time(table: pd.DataFrame, draws: int) -> list[Row]:
    """Admissions a resident in the fifth year over the first, with the mix and without it."""
    keys = ("frome_emergency_change", "somerset_emergency_change", "frome_relative_effect")
    year = (table["month"] + 11) // 12
    mean = table.groupby(["scenario", "member", year], observed=True)["value"].mean().unstack()
    if FROME_YEARS not in mean:
        return [told(key, math.nan, f"needs a run of {FROME_YEARS} years") for key in keys]
    ratio = mean[FROME_YEARS] / mean[1]
    mix, base = ratio["whole_village"], ratio["baseline"]
    note = (
        f"admissions a resident, year {FROME_YEARS} over year 1, mean of {draws} draws of 4,000 "
        "residents or fewer"
    )

    def luck(each: pd.Series) -> float:
        return float(each.std() / math.sqrt(len(each))) if len(each) > 1 else 0.0

    beside = mix / base
    return [
        told(keys[0], float(mix.mean()) - 1.0, f"whole_village, {note}", luck(mix)),
        told(keys[1], float(base.mean()) - 1.0, f"the baseline, {note}; recording is not in the "
             "model", luck(base)),
        told(keys[2], float(beside.mean()), f"whole_village over the baseline, {note}",
             luck(beside)),
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
