"""What the picture of the pounds says: who paid, for which lever, and what it was spent on.

Looks at the flows kept in an output folder and changes nothing. The drawing, the CSV and the alt
text are all made from the same `FlowSpec`; bars are averages of runs, so that they add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.experiment.flows import PAID, SPENT, UNSPENT
from sim.show.alt import Row, bounds, number, safe_cell
from sim.show.figures import source_line
from sim.show.saved import Saved, clean
from sim.show.spent import used
from sim.show.sure import said_as_line, unscreened
from sim.show.town import of_run
from sim.show.trust import ENOUGH_RUNS
from sim.show.wording import PRICES, joined
from sim.show.worth import NAMES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("stage", "from", "to", "average", "median", "low", "high", "unit")
UNIT = f"pounds in the simulated town over the whole run, {PRICES}"
_LARGE = 1_000_000


@dataclass(frozen=True)
class Flow:
    """One band: pounds from `source` to `target`, average, median and range over runs."""

    stage: str
    source: str
    target: str
    mean: float
    median: float
    low: float
    high: float
    unspent: bool = False

    def said(self, members: int) -> str:
        """The average, and the range where there are runs enough to have one."""
        if members < 2 or money(self.low) == money(self.high):
            return money(self.mean)
        return f"{money(self.mean)} ({money(self.low)} to {money(self.high)})"


@dataclass(frozen=True)
class FlowSpec:
    """Everything a picture of the pounds says."""

    name: str
    title: str
    subtitle: str
    source: str
    paid: tuple[Flow, ...]
    spent: tuple[Flow, ...]
    members: int
    partial: str
    shape: str = "Flow chart"
    columns: Row = COLUMNS

    def sentences(self) -> list[str]:
        """Each band in words."""
        return [
            f"{each.source} to {each.target[:1].lower() + each.target[1:]}: "
            f"{each.said(self.members)}."
            for each in (*self.paid, *self.spent)
        ]

    def rows(self) -> list[Row]:
        """The table behind the picture."""
        return [
            (
                each.stage, safe_cell(each.source), safe_cell(each.target), number(each.mean),
                number(each.median), *bounds(each.low, each.high, self.members), UNIT,
            )
            for each in (*self.paid, *self.spent)
        ]  # fmt: skip


def money(gbp: float) -> str:
    """A sum as people say it: '£1.2 million', '£42,300', '−£3,100', '£85'."""
    size = abs(gbp)
    if size >= _LARGE:
        said = f"£{size / _LARGE:,.2f} million"
    else:
        digits = max(0, len(f"{size:.0f}") - 3)
        said = f"£{round(size, -digits):,.0f}"
    return f"−{said}" if gbp < 0 and said != "£0" else said


def flows_of(saved: Saved) -> pd.DataFrame | None:
    """The flows kept beside these results, if any."""
    from sim.experiment import flow_tables

    return flow_tables.load(saved.folder) if saved.folder is not None else None


def payer(pocket: str) -> str:
    """A funder in plain words: 'The council'."""
    said = NAMES.get(pocket, clean(pocket))
    return said[:1].upper() + said[1:]


def _capital(words: str) -> str:
    said = clean(words)
    return said[:1].upper() + said[1:]


def bands(table: pd.DataFrame, scenario: str, stage: str) -> tuple[Flow, ...]:
    """Flows of one stage, largest first and what is unspent last."""
    here = table[(table["scenario"].astype(str) == scenario) & (table["stage"] == stage)]
    found = []
    for row in here.itertuples(index=False):
        told: Any = row
        paid = stage == PAID
        source = payer(told.source) if paid else _capital(told.source)
        unspent = not paid and told.target == UNSPENT
        found.append(
            Flow(stage, source, _capital(told.target), float(told.mean), float(told.median),
                 float(told.p05), float(told.p95), unspent)
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.unspent, -each.mean, each.target)))


def _title(name: str, paid: tuple[Flow, ...], spent: tuple[Flow, ...], over_runs: str = "") -> str:
    whole = sum(each.mean for each in paid)
    gone = sum(each.mean for each in spent if not each.unspent)
    funders = joined(sorted({each.source[:1].lower() + each.source[1:] for each in paid}))
    funders = funders.replace("the nhs", "the NHS").replace("nHS", "NHS")
    funders = funders[:1].upper() + funders[1:]
    share = _share(gone / whole, over_runs) if whole > 0 else ""
    return f"In the model, {funders[:1].lower() + funders[1:]} put {money(whole)} into " \
        f"“{name}”{share}"  # fmt: skip


def _share(spent: float, over_runs: str = "") -> str:
    """How much of the money was spent, and the range of it over the runs.

    An average over the whole of it is said as such, never as 102%.
    """
    over = f"{spent - 1:.0%}"
    runs = f" ({over_runs})" if over_runs else ""
    about = "about " if over_runs else ""
    if spent >= 1 and over != "0%":
        return f", all of it spent by the end and {about}{over} more{_of_it(over_runs)}"
    if f"{spent:.0%}" == "100%":
        return f", all of it spent by the end{_of_it(over_runs)}"
    return f", of which {about}{spent:.0%}{runs} was spent by the end"


def _of_it(over_runs: str) -> str:
    return f" ({over_runs} of it)" if over_runs else ""


def _bars(members: int, kind: str, paid: tuple[Flow, ...], spent: tuple[Flow, ...]) -> str:
    """What the bars are and what they add to: lines below zero cannot be drawn."""
    below = [each.mean for each in spent if each.mean < 0]
    drawn = money(sum(each.mean for each in spent if each.mean > 0))
    runs = f"Averages of {members:,} runs" if members > 1 else "One run"
    ranges = f" In brackets, the {kind}." if members > 1 else ""
    if not below:
        return f"{runs}, which {'add' if members > 1 else 'adds'} up.{ranges}"
    lines = "1 line" if len(below) == 1 else f"{len(below)} lines"
    are = "is" if len(below) == 1 else "are"
    given = money(sum(each.mean for each in paid))
    return (
        f"{runs}.{ranges} What is drawn adds to {drawn}, more than the {given} given: "
        f"{lines} below zero ({money(-sum(below))}) {are} in the table only."
    )


def specification(saved: Saved, table: pd.DataFrame, scenario: str) -> FlowSpec | None:
    """The picture of one scenario's pounds; None where nothing was paid or money was taken away."""
    paid, spent = (bands(table, scenario, stage) for stage in (PAID, SPENT))
    if not paid or min(each.mean for each in paid) <= 0:
        return None
    n = saved.members
    kind = "middle 90% of runs" if n >= ENOUGH_RUNS else "range of runs (5th to 95th percentile)"
    told = used(saved, scenario)
    return FlowSpec(
        f"pounds_{scenario}",
        _title(saved.title(scenario), paid, spent, told.range if told else ""),
        f"Where the pounds went: {_unit(saved)}. {saved.place}, {saved.period}. "
        f"{_bars(n, kind, paid, spent)} What a council or the NHS spent it on is the difference "
        "from the baseline.",
        source_line(saved, sure=said_as_line(unscreened(saved, scenario))), paid, spent, n,
        saved.partial_words,
    )  # fmt: skip


def _unit(saved: Saved) -> str:
    """The unit with the town's size, without which a sum of pounds says little."""
    adults = of_run(saved).adults
    if not adults:
        return UNIT
    return UNIT.replace("simulated town", f"simulated town of {adults:,} people aged 16 or over")


def specifications(saved: Saved) -> list[FlowSpec]:
    """Every picture of pounds these results allow."""
    table = flows_of(saved)
    if table is None:
        return []
    found = (specification(saved, table, key) for key in saved.scenarios)
    return [each for each in found if each is not None]
