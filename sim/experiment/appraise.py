"""The appraisal of a whole comparison: every member appraised, then ranges over members.

Takes the tidy results of a run, pairs each scenario with the baseline inside each member and hands
the differences to `sim.appraisal`. It may look at results and at the numbers of each draw; it
writes appraisal.csv (by payer, kind and year) and appraisal.json (what it comes to).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.appraisal.discounting import Floats, month_factors
from sim.appraisal.prices import PRICE_YEAR
from sim.appraisal.wellbeing import wellbys
from sim.appraisal.worth import FUNDERS, PAYERS, PUBLIC, TIME, Streams, Terms, Worth, appraise_run
from sim.errors import UserMistake
from sim.experiment import results as kept
from sim.experiment.record import write_json
from sim.experiment.request import BASELINE
from sim.parameters import Override, Parameters
from sim.units import MONTHS_PER_YEAR

PAYS = {payer: f"pays_{payer}_gbp_per_head" for payer in PAYERS}
PLAN = {payer: f"plan_{payer}_gbp_per_head" for payer in FUNDERS}
GIVEN = {each: f"{each}_gbp_per_head" for each in TIME}
SATISFACTION, PEOPLE = "life_satisfaction_mean", "adults_per_head"
NEEDED = (*PAYS.values(), *PLAN.values(), *GIVEN.values(), SATISFACTION, PEOPLE)

PUBLIC_PURSE, EVERYONE = "public purse", "everyone"
CASHABLE, NOT_CASHABLE, SOCIAL = "cashable", "not cashable", "social"
NET, BESIDE = "net social value", "social, beside the total"
GIVERS = {"carers_time": "unpaid carers' time", "volunteers_time": "volunteers' time"}
WHOLE = "all"
ROW_COLUMNS = ["scenario", "payer", "kind", "year", "discounted", "median", "p05", "p95", "members"]
UNIT = f"pounds per head, {PRICE_YEAR} prices; a gain is above 0"

Book = dict[tuple[str, int], Mapping[str, Floats]]


@dataclass(frozen=True)
class Spread:
    """One figure over the members: its middle, its 90% range, and how many agree on the sign."""

    median: float
    p05: float
    p95: float
    agreement: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """The spread of at least one value."""
        # adding 0.0 turns -0.0 into 0.0
        low, middle, high = (float(at) + 0.0 for at in np.quantile(values, [0.05, 0.5, 0.95]))
        agree = sum(np.sign(each) == np.sign(middle) for each in values) / len(values)
        return cls(middle, low, high, float(agree))


@dataclass(frozen=True)
class Verdict:
    """What one scenario comes to, over the whole run: present values in pounds per head.

    `ratio` (pounds of value for each pound the funders are out of pocket) is None unless they are
    out of pocket in every member. `payback_month` is the middle month of the members that pay back.
    """

    scenario: str
    members: int
    years: int
    plan_cost: Spread
    plan_cost_by: dict[str, float]
    public_cash: Spread
    capacity: Spread
    wellbeing: Spread
    wellbeing_health_rate: Spread
    net_social_value: Spread
    net_social_value_health_rate: Spread
    chance_saves_cash: float
    chance_worth_it: float
    chance_worth_it_health_rate: float
    ratio: Spread | None
    paid_back: int
    payback_month: int | None


@dataclass(frozen=True)
class Appraisal:
    """An appraised comparison: `rows` by payer, kind and year, and a verdict by scenario."""

    rows: pd.DataFrame
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    terms: dict[str, float | str] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        total = self.rows[self.rows["year"].astype(str) == WHOLE]
        caption = f"<p>Whole run, {UNIT}. Modelled, not observed.</p>"
        return caption + str(total.to_html(index=False, border=0, float_format="{:.3g}".format))


def appraise(results: pd.DataFrame, record: Mapping[str, Any] | None = None) -> Appraisal:
    """Appraise each scenario of a tidy results table against its baseline.

    `record` (what run.json says) gives the numbers a scenario set for itself. Raises UserMistake
    when the table lacks what an appraisal needs.
    """
    mine = results[(results["group"] == WHOLE) & results["measure"].isin(NEEDED)]
    lost = sorted(set(NEEDED) - set(mine["measure"].unique()))
    if lost:
        raise UserMistake(
            f"appraisal: these results hold no {lost[0]}. "
            "Run the scenarios again with this version."
        )
    book = _book(mine)
    draws = dict(mine[["member", "draw"]].drop_duplicates().itertuples(index=False))
    scenarios = sorted({scenario for scenario, _ in book} - {BASELINE})
    parts: list[tuple[Any, ...]] = []
    verdicts: dict[str, Verdict] = {}
    for scenario in scenarios:
        overrides = _overrides(record or {}, scenario)
        found: list[tuple[Worth, Terms]] = []
        for member, draw in sorted(draws.items()):
            pair = book.get((scenario, member)), book.get((BASELINE, member))
            if pair[0] is None or pair[1] is None:
                continue
            terms = Terms.of(Parameters.build(overrides, int(draw)))
            found.append((appraise_run(_streams(pair[0], pair[1]), terms), terms))
        if found:
            verdicts[scenario] = _verdict(scenario, [worth for worth, _ in found])
            parts.extend(_rows(scenario, found))
    central = asdict(Terms.of(Parameters.build()))
    return Appraisal(
        pd.DataFrame(parts, columns=ROW_COLUMNS), verdicts, {"price_year": PRICE_YEAR, **central}
    )


def worths(
    results: pd.DataFrame, scenario: str, numbers: Callable[[int], Parameters]
) -> dict[int, Worth]:
    """Return what a scenario came to in each member, whose parameters `numbers` gives."""
    book = _book(results[(results["group"] == WHOLE) & results["measure"].isin(NEEDED)])
    return {
        member: appraise_run(
            _streams(book[name, member], book[BASELINE, member]), Terms.of(numbers(member))
        )
        for name, member in sorted(book)
        if name == scenario and (BASELINE, member) in book
    }


def keep(folder: Path, record: Mapping[str, Any]) -> bool:
    """Appraise the results in `folder` and write both files there; False where it cannot be done.

    Results without the money by payer (another model's, an older version's) or without a scenario
    are not appraised.
    """
    table = kept.load_measures(folder, WHOLE, NEEDED)
    scenarios = set(table["scenario"].unique())
    if not set(NEEDED) <= set(table["measure"].unique()) or scenarios <= {BASELINE}:
        return False
    done = appraise(table, record)
    kept.write_summary(done.rows, folder / "appraisal.csv")
    verdicts = [asdict(each) for each in done.verdicts.values()]
    write_json({"terms": done.terms, "verdicts": verdicts}, folder / "appraisal.json")
    return True


def load(folder: Path | str) -> Appraisal | None:
    """Return the appraisal kept in a run's folder, or None where there is none.

    Raises UserMistake for one that is damaged.
    """
    told, table = Path(folder) / "appraisal.json", Path(folder) / "appraisal.csv"
    if not (told.is_file() and table.is_file()):
        return None
    try:
        content = json.loads(told.read_text(encoding="utf-8"))
        verdicts = {each["scenario"]: _verdict_from(each) for each in content["verdicts"]}
        rows = pd.read_csv(table, encoding="utf-8", dtype={"year": str})[ROW_COLUMNS]
        return Appraisal(rows, verdicts, dict(content["terms"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserMistake(
            f"{told}: this file is damaged or was not written by a run. "
            "Run the same command again to rebuild it."
        ) from error


def _book(rows: pd.DataFrame) -> Book:
    """Monthly values float64[months] by measure, for each scenario and member."""
    ordered = rows.sort_values("month", kind="stable")
    book: dict[tuple[str, int], dict[str, Floats]] = {}
    names = ["scenario", "member", "measure"]
    for (scenario, member, measure), part in ordered.groupby(names, observed=True, sort=False):
        values = part["value"].to_numpy(dtype=np.float64)
        book.setdefault((str(scenario), int(member)), {})[str(measure)] = values
    return dict(book)


def _streams(scenario: Mapping[str, Floats], base: Mapping[str, Floats]) -> Streams:
    def difference(measure: str) -> Floats:
        return scenario[measure] - base[measure]

    # The people are the baseline's: a life saved is counted among lives, not as points of mood.
    points = difference(SATISFACTION) * base[PEOPLE]
    return Streams(
        pays={payer: difference(measure) for payer, measure in PAYS.items()},
        plan={payer: difference(measure) for payer, measure in PLAN.items()},
        time={each: difference(measure) for each, measure in GIVEN.items()},
        wellbys=np.array([wellbys(each, 1.0, 1) for each in points.tolist()]),
    )


def _overrides(record: Mapping[str, Any], scenario: str) -> dict[str, Override]:
    told = record.get("provenance", {}).get(scenario, {})
    given = told.get("overrides", {}) if isinstance(told, Mapping) else {}
    return {key: Override(each["value"], each["because"]) for key, each in given.items()}


def _verdict(scenario: str, found: list[Worth]) -> Verdict:
    def spread(name: str) -> Spread:
        return Spread.of([getattr(each, name) for each in found])

    def share(name: str) -> float:
        return sum(float(getattr(each, name)) > 0 for each in found) / len(found)

    ratios = [each.ratio for each in found if each.ratio is not None]
    months = sorted(each.payback for each in found if each.payback is not None)
    return Verdict(
        scenario=scenario,
        members=len(found),
        years=len(found[0].wellbeing) // MONTHS_PER_YEAR,
        plan_cost=spread("plan_cost"),
        plan_cost_by={
            payer: float(np.median([each.plan_cost_by[payer] for each in found])) + 0.0
            for payer in PAYERS
        },
        public_cash=spread("public_cash"),
        capacity=spread("capacity_value"),
        wellbeing=spread("wellbeing_value"),
        wellbeing_health_rate=spread("wellbeing_value_health_rate"),
        net_social_value=spread("net_social_value"),
        net_social_value_health_rate=spread("net_social_value_health_rate"),
        chance_saves_cash=share("public_cash"),
        chance_worth_it=share("net_social_value"),
        chance_worth_it_health_rate=share("net_social_value_health_rate"),
        ratio=Spread.of(ratios) if len(ratios) == len(found) else None,
        paid_back=len(months),
        payback_month=months[len(months) // 2] if months else None,
    )


def _lines(worth: Worth, terms: Terms) -> Iterator[tuple[str, str, str, Floats, Floats]]:
    """Payer, kind, name of the discount rate, monthly gains and monthly factors of every line."""
    months = len(worth.wellbeing)
    plain, usual = np.ones(months), month_factors(months, terms.rate)
    health = month_factors(months, terms.health_rate)
    public = sum((worth.cash[payer] for payer in PUBLIC), start=np.zeros(months))
    total = sum(worth.cash.values(), start=worth.capacity + worth.wellbeing)
    gains = [
        *((payer, CASHABLE, worth.cash[payer]) for payer in PAYERS),
        (PUBLIC_PURSE, CASHABLE, public),
        ("nhs", NOT_CASHABLE, worth.capacity),
        ("residents' wellbeing", SOCIAL, worth.wellbeing),
        (EVERYONE, NET, total),
        *((GIVERS[each], BESIDE, worth.time[each]) for each in TIME),
    ]
    for payer, kind, gain in gains:
        yield payer, kind, "no", gain, plain
        yield payer, kind, f"{100 * terms.rate:g}%", gain, usual
    yield "residents' wellbeing", SOCIAL, f"{100 * terms.health_rate:g}%", worth.wellbeing, health


def _rows(scenario: str, found: list[tuple[Worth, Terms]]) -> Iterator[tuple[Any, ...]]:
    """Rows of the table: a line's gain in each year and over the whole run, over the members."""
    for lines in zip(*(_lines(worth, terms) for worth, terms in found), strict=True):
        payer, kind, discounted = lines[0][:3]
        weighed = np.array([gain * factors for *_, gain, factors in lines])
        by_year = weighed.reshape(len(lines), -1, MONTHS_PER_YEAR).sum(axis=2)
        years = {str(year): by_year[:, year - 1] for year in range(1, by_year.shape[1] + 1)}
        for year, values in (years | {WHOLE: by_year.sum(axis=1)}).items():
            spread = Spread.of(values.tolist())
            figures = (spread.median, spread.p05, spread.p95, len(lines))
            yield scenario, payer, kind, year, discounted, *figures


def _verdict_from(told: Mapping[str, Any]) -> Verdict:
    """A verdict read back; raises ValueError, KeyError or TypeError for one that cannot be."""
    read = dict(told)
    for name, value in told.items():
        if isinstance(value, Mapping) and name != "plan_cost_by":
            read[name] = Spread(**{each: _number(value[each]) for each in value})
    read["plan_cost_by"] = {payer: _number(told["plan_cost_by"][payer]) for payer in PAYERS}
    for name in ("members", "years", "paid_back"):
        read[name] = int(_number(told[name]))
    for name in ("chance_saves_cash", "chance_worth_it", "chance_worth_it_health_rate"):
        read[name] = _number(told[name])
    month = told["payback_month"]
    read["payback_month"] = None if month is None else int(_number(month))
    return Verdict(**read)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return float(value)
