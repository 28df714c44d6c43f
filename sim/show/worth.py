"""What it costs, who pays, what comes back: the appraisal in sentences and a table.

It looks at the appraisal kept in an output folder and changes nothing. Every word follows from
the figures: no direction is named where the range includes zero, and no ratio where it misleads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.appraisal.once import NETTED
from sim.show.saved import Saved, clean
from sim.show.spent import used
from sim.show.trust import HEDGED_VERB, band_name, likelihood
from sim.show.wording import figure, joined
from sim.units import financial_year

if TYPE_CHECKING:
    from sim.experiment.appraise import Appraisal, Spread, Verdict

NAMES = {
    "council": "the council",
    "nhs": "the NHS",
    "national": "national government",
    "grants": "charities and grant funders",
    "trading": "hubs' trading",
    "residents": "residents",
}
WHOLE = "all"
NO_CASE = (
    "Care that people no longer get is counted only where it shows in their wellbeing, health or "
    "money. So this makes no case for a cut."
)
HALF_A_PENNY = 0.005
Terms = Mapping[str, float | str]


@dataclass(frozen=True)
class Account:
    """One scenario on the page: its sentences, and its table for the whole run and by year."""

    title: str
    lines: list[tuple[str, str]]
    whole: list[list[str]]
    years: list[list[str]]


@dataclass(frozen=True)
class Page:
    """The section of the report: how it was worked out, and each scenario's account."""

    terms: list[str]
    years: list[str]
    accounts: list[Account]


def page(saved: Saved) -> Page | None:
    """The section for an opened folder, or None where nothing was appraised."""
    from sim.experiment import appraise

    found = appraise.load(saved.folder) if saved.folder is not None else None
    if found is None:
        return None
    shown = [key for key in saved.scenarios if key in found.verdicts]
    last = max((found.verdicts[key].years for key in shown), default=0)
    return Page(
        _terms(found),
        [financial_year(year) for year in range(1, last + 1)],
        [
            Account(
                saved.title(key),
                sentences(found.verdicts[key], found.terms, _left(saved, key)),
                _whole(found, key),
                _by_year(found, key, last),
            )
            for key in shown
        ],
    )


def one_line(saved: Saved, scenario: str) -> str:
    """The account of one scenario in a line for a terminal, or nothing."""
    from sim.experiment import appraise

    found = appraise.load(saved.folder) if saved.folder is not None else None
    verdict = found.verdicts.get(scenario) if found is not None else None
    if found is None or verdict is None:
        return ""
    cost = _cost(verdict, found.terms, _left(saved, scenario))
    return f"{cost} {_public_cash(verdict)} {_worth_it(verdict)}"


def _left(saved: Saved, scenario: str) -> str:
    """What of a plan's money was not spent by the end, where that was kept."""
    told = used(saved, scenario)
    return told.left if told is not None else ""


def sentences(verdict: Verdict, terms: Terms, left: str = "") -> list[tuple[str, str]]:
    """What one scenario comes to, each line with its name; `left` tells of money not spent."""
    return [
        ("What it costs", _cost(verdict, terms, left)),
        ("Public cash", _public_cash(verdict)),
        ("Saves cash", _chance("public cash is saved", verdict.chance_saves_cash, verdict)),
        ("Pays back", _payback(verdict)),
        ("NHS capacity", _capacity(verdict)),
        ("Wellbeing", _wellbeing(verdict, terms)),
        ("Worth it", _worth_it(verdict)),
        ("Value for money", _ratio(verdict)),
    ]


def pounds(value: float) -> str:
    """A sum without its sign, to two figures: '£4.10', '£54', '£0' for less than half a penny."""
    said = figure(value)
    if abs(value) < HALF_A_PENNY:
        return "£0"
    if said.startswith("under "):
        return "£0.01"
    if "." in said:
        whole, pence = said.split(".")
        said = f"{whole}.{pence:0<2}"
    return f"£{said}"


def signed(value: float) -> str:
    """A gain with its sign: '+£4', '−£54', '£0'."""
    said = pounds(value)
    return said if said == "£0" else f"{'+' if value > 0 else '−'}{said}"


def clear(spread: Spread, members: int) -> bool:
    """Whether a direction may be named: the range is on one side and the runs agree."""
    one_side = spread.p05 > 0 or spread.p95 < 0
    return members > 1 and one_side and spread.agreement >= HEDGED_VERB


def _nothing(spread: Spread) -> bool:
    return spread.p05 == spread.p95 == 0


def _years(verdict: Verdict) -> str:
    return f"{verdict.years} year{'' if verdict.years == 1 else 's'}"


def _range(spread: Spread, members: int) -> str:
    if members < 2:
        return "one run, so no range"
    return f"{band_name(members)}: {signed(spread.p05)} to {signed(spread.p95)}"


def _finding(spread: Spread, members: int, subject: str, more: str, less: str) -> str:
    """'In the model, X is about £4 a head better (range)', or no clear difference."""
    if _nothing(spread):
        return f"In the model, no difference at all in {subject}."
    if members < 2:
        said = more if spread.median > 0 else less
        return f"In one run of the model, {said.format(pounds(spread.median))}; no range is given."
    if not clear(spread, members):
        return f"No clear difference in {subject} in the model ({_range(spread, members)} a head)."
    said = more if spread.median > 0 else less
    about = f"about {pounds(spread.median)}"
    # The words name the direction; a sign beside them would say it twice, or the other way round.
    near, far = sorted((abs(spread.p05), abs(spread.p95)))
    band = f"{band_name(members)}: {pounds(near)} to {pounds(far)}"
    return f"In the model, {said.format(about)} ({band})."


def _cost(verdict: Verdict, terms: Terms, left: str = "") -> str:
    cost, over = verdict.plan_cost, f"a head over {_years(verdict)}, discounted"
    if _nothing(cost):
        return "No plan's money is spent."
    said = f"({band_name(verdict.members)}: {pounds(cost.p05)} to {pounds(cost.p95)})"
    said = f" {said}" if verdict.members > 1 else ""
    if cost.p95 <= 0:
        return f"The plan takes {pounds(cost.median)} {over}, out of services{said}."
    paying = {NAMES[payer]: paid for payer, paid in verdict.plan_cost_by.items() if paid > 0}
    shares = [
        name if len(paying) == 1 else f"{name} ({pounds(paid)})" for name, paid in paying.items()
    ]
    payers = f", paid by {joined(shares)}" if shares else ""
    added = f" About {_percent(terms, 'optimism')} is added in case it costs more than planned."
    return (
        f"The plan costs {pounds(cost.median)} {over}{payers}{said}.{' ' if left else ''}{left}"
        f"{added if float(terms['optimism']) > 0 else ''}"
    )


def _public_cash(verdict: Verdict) -> str:
    return _finding(
        verdict.public_cash, verdict.members, "public cash",
        "the public purse keeps {} a head more, the plan's own cost counted",
        "the public purse pays {} a head more, the plan's own cost counted",
    )  # fmt: skip


def _capacity(verdict: Verdict) -> str:
    return _finding(
        verdict.capacity, verdict.members, "NHS capacity",
        "NHS capacity worth {} a head is freed, which is not cash",
        "NHS capacity worth {} a head more is used, which is not cash",
    )  # fmt: skip


def _wellbeing(verdict: Verdict, terms: Terms) -> str:
    said = _finding(
        verdict.wellbeing, verdict.members, f"wellbeing discounted at {_percent(terms, 'rate')}",
        f"better wellbeing is worth {{}} a head at {_percent(terms, 'rate')}",
        f"worse wellbeing costs {{}} a head at {_percent(terms, 'rate')}",
    )  # fmt: skip
    if _nothing(verdict.wellbeing):
        return said
    other = verdict.wellbeing_health_rate
    return (
        f"{said} At {_percent(terms, 'health_rate')}: {signed(other.median)} a head "
        f"({_range(other, verdict.members)})."
    )


def _percent(terms: Terms, key: str) -> str:
    return f"{100 * float(terms[key]):g}%"


def _worth_it(verdict: Verdict) -> str:
    if _nothing(verdict.net_social_value):
        return "Nothing is gained or lost."
    said = _chance("worth more than it costs", verdict.chance_worth_it, verdict)
    return f"{said} {NO_CASE}" if _is_cut(verdict) else said


def _is_cut(verdict: Verdict) -> bool:
    """Whether nothing is put in and public money is kept: not all that is lost is priced."""
    return verdict.plan_cost.p95 <= 0 and verdict.public_cash.median > 0


def _chance(what: str, chance: float, verdict: Verdict) -> str:
    runs = round(chance * verdict.members)
    said = likelihood(chance, verdict.members)
    word = f": {said}" if said else ""
    every = f"{verdict.members:,} run{'' if verdict.members == 1 else 's'}"
    return f"{what[:1].upper()}{what[1:]} in {runs:,} of {every} of the model{word}."


def _payback(verdict: Verdict) -> str:
    if verdict.plan_cost.p95 <= 0:
        return "There is no cost to pay back."
    if not verdict.paid_back or verdict.payback_month is None:
        return f"None within {_years(verdict)} in any run of the model."
    return (
        f"In {verdict.paid_back:,} of {verdict.members:,} runs of the model public savings cover "
        f"the plan's cost; in the middle one of these from month {verdict.payback_month}."
    )


def _ratio(verdict: Verdict) -> str:
    ratio = verdict.ratio
    if ratio is None:
        return "No ratio is given: it needs funders who are out of pocket in every run."
    low, high = (signed(each).removeprefix("+") for each in (ratio.p05, ratio.p95))
    if verdict.members < 2:
        return f"In one run, {low} of value for each £1 its funders are out of pocket."
    return (
        f"{low} to {high} of value for each £1 its funders are out of pocket "
        f"({band_name(verdict.members)})."
    )


def _terms(found: Appraisal) -> list[str]:
    told = found.terms
    return [
        "Pounds per head of everyone living here at the start, in "
        f"{clean(told['price_year'])} prices, over the whole run. The first year is not "
        f"discounted; money and wellbeing are discounted at {_percent(told, 'rate')} a year, "
        f"wellbeing also at {_percent(told, 'health_rate')}.",
        "A WELLBY (one point of life satisfaction for one person for a year) is worth "
        f"{pounds(float(told['wellby_gbp']))}: the Treasury's value of 2019, in this year's "
        "prices. Growth of real incomes since is left out.",
        f"Optimism: {_percent(told, 'optimism')} is added to what the plan is given, and its "
        f"effects come {float(told['delay_months']):g} months later. A cut is left as it is.",
        f"Of NHS spending avoided, {_percent(told, 'cashable_share')} is counted as cash; the rest "
        "frees capacity that others use.",
        *(
            f"“{name.replace('_', '-').capitalize()}” is not taken off: {reason}."
            for name, reason in NETTED.items()
        ),
        "What a plan pushes out to other places, or draws from them, is not known.",
        "Unpaid carers' and volunteers' time stands beside the total, never in it: their own "
        "wellbeing is already there. No price is added for years of good health (the NHS calls "
        "these QALYs), nor any published cost of loneliness: that would count one gain twice.",
        "These values are central ones; each run draws its own from their ranges.",
    ]


def _label(payer: str, kind: str) -> str:
    named = NAMES.get(payer, clean(payer))
    return f"{named[:1].upper()}{named[1:]} ({clean(kind)})"


def _whole(found: Appraisal, scenario: str) -> list[list[str]]:
    """Whole-run rows: who, middle gain, the range, and the discount rate."""
    rows = found.rows
    mine = rows[
        (rows["scenario"] == scenario)
        & (rows["year"].astype(str) == WHOLE)
        & (rows["discounted"] != "no")
    ]
    return [
        [
            _label(row.payer, row.kind), clean(row.discounted), signed(row.median),
            f"{signed(row.p05)} to {signed(row.p95)}" if row.members > 1 else "one run",
        ]
        for row in mine.itertuples()
    ]  # fmt: skip


def _by_year(found: Appraisal, scenario: str, years: int) -> list[list[str]]:
    """Rows by year, not discounted: who, then the middle gain of each year."""
    rows = found.rows
    mine = rows[(rows["scenario"] == scenario) & (rows["discounted"] == "no")]
    table = []
    for (payer, kind), part in mine.groupby(["payer", "kind"], sort=False):
        by_year = dict(zip(part["year"].astype(str), part["median"], strict=True))
        cells = [by_year.get(str(year)) for year in range(1, years + 1)]
        table.append(
            [
                _label(payer, kind),
                *("not known" if each is None else signed(each) for each in cells),
            ]
        )
    return table
