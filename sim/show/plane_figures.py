"""What the plane of cost against loneliness-free years says: one dot for each paired run.

It looks at the results kept in an output folder and changes nothing. A loneliness-free year is
one person for one year not often or always lonely who would have been; its cost is all that
those who fund things paid more, less what they saved, undiscounted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.appraisal.worth import FUNDERS
from sim.experiment.trust import Label
from sim.show.alt import Row, number, safe_cell
from sim.show.figures import source_line
from sim.show.frame import MOST_SERIES
from sim.show.saved import BASELINE, Saved
from sim.show.trust import (
    ENOUGH_RUNS,
    HEDGED_VERB,
    Fact,
    has_direction,
    labelled,
    too_few_for_direction,
    trust_of,
)
from sim.show.wording import amount, figure, joined, per_for
from sim.units import MONTHS_PER_YEAR

LONELY, ADULTS = "often_lonely_share", "adults_per_head"
PAYS = tuple(f"pays_{payer}_gbp_per_head" for payer in FUNDERS)
THOUSAND = 1_000
COLUMNS = ("scenario", "run", "loneliness_free_years", "extra_pounds_paid", "for_every", "prices")
Cloud = NDArray[np.float64]


@dataclass(frozen=True)
class Runs:
    """One scenario's paired runs, float64[runs], for every `people` over the whole run."""

    label: str
    years: Cloud
    pounds: Cloud
    said: str
    clear: bool
    people: int = THOUSAND
    lost: bool = False  # years lost, as clearly as others gain them


@dataclass(frozen=True)
class PlaneSpec:
    """Everything the plane says."""

    name: str
    title: str
    subtitle: str
    source: str
    runs: tuple[Runs, ...]
    partial: str
    shape: str = "Scatter chart"
    columns: Row = COLUMNS

    def sentences(self) -> list[str]:
        """Each cloud in words."""
        return [f"{each.label}: {each.said}." for each in self.runs]

    def rows(self) -> list[Row]:
        """The table behind it: every run of every scenario."""
        return [
            (safe_cell(each.label), str(at + 1), number(years), number(pounds),
             f"{each.people:,} residents", "2024/25")
            for each in self.runs
            for at, (years, pounds) in enumerate(zip(each.years, each.pounds, strict=True))
        ]  # fmt: skip


def gbp(value: float) -> str:
    """A sum to two figures with its sign, and a short word where it is large."""
    size = abs(value)
    unit, word = scale_of(size)
    said = figure(size / unit) if size >= 1 else "0"
    return f"{'−' if value < 0 and said != '0' else ''}£{said}{word}"


def scale_of(size: float) -> tuple[float, str]:
    """The unit a sum is said in, and its word: pounds alone have none."""
    return next(
        ((unit, word) for unit, word in ((1e9, " billion"), (1e6, " million")) if size >= unit),
        (1.0, ""),
    )


def specifications(saved: Saved) -> Iterator[PlaneSpec]:
    """The plane of every scenario, four to a picture; none where the runs were not kept."""
    clouds = _clouds(saved)
    for start in range(0, len(clouds), MOST_SERIES):
        some = clouds[start : start + MOST_SERIES]
        part = start // MOST_SERIES + 1
        yield _specification(saved, some, f"_{part}" if part > 1 else "")


def _specification(saved: Saved, some: Sequence[tuple[str, Cloud, Cloud]], tail: str) -> PlaneSpec:
    facts = [_fact(saved, key, years) for key, years, _ in some]
    people = per_for((max(abs(each.low), abs(each.high)) for each in facts), LONELY)
    grown = people / THOUSAND
    told = [_told(saved, key, years * grown, pounds * grown, people) for key, years, pounds in some]
    labels = [trust_of(saved, fact).label for fact in facts]
    title = _title(saved, told, facts, labels)
    return PlaneSpec(
        f"cost_and_lonely_years{tail}", title,
        f"Extra pounds paid (up) against years free of often or always being lonely (across), for "
        f"every {people:,} residents over {saved.period}. {saved.place}. Each small mark is one of "
        f"{saved.members:,} paired runs; the large one is their middle. Paid by the council, the "
        "NHS, government, grant funders and hubs’ trading, less what they saved, 2024/25 prices.",
        source_line(saved, facts), tuple(told), saved.partial_words,
    )  # fmt: skip


def _fact(saved: Saved, scenario: str, years: Cloud) -> Fact:
    """The cloud's years as a difference in lonely people, so that one rule words both."""
    low, middle, high = (float(each) for each in np.quantile(-years, (0.05, 0.5, 0.95)))
    agree = float(np.mean(np.sign(-years) == np.sign(middle)))
    return Fact(scenario, LONELY, "all", saved.years, middle, low, high, agree, years.size)


def _title(saved: Saved, told: Sequence[Runs], facts: Sequence[Fact],
           labels: Sequence[Label]) -> str:  # fmt: skip
    """Which plans gain, behind their label where it is weak; too few runs name none."""
    if saved.members < 2:
        return "One run only, so no finding on cost against loneliness-free years"
    if any(too_few_for_direction(fact) for fact in facts):
        return labelled(
            f"In the model, {facts[0].members} runs are too few to say if loneliness-free years "
            "are gained or lost", labels,
        )  # fmt: skip
    gain = [f"“{each.label}”" for each in told if each.clear]
    lost = [f"“{each.label}”" for each in told if each.lost]
    none = [f"“{each.label}”" for each in told if not each.clear and not each.lost]
    directed = [
        label for label, each in zip(labels, told, strict=True) if each.clear or each.lost
    ]  # fmt: skip
    if len(told) == 1 and not none:
        return labelled(f"In the model, “{told[0].label}”: {told[0].said}", labels, directed)
    if not gain and not lost:
        plans = none[0] if len(none) == 1 else "either plan" if len(none) == 2 else "any plan"
        return labelled(
            f"In the model, no clear gain in loneliness-free years with {plans}", labels
        )
    parts = [f"gained with {joined(gain)}"] if gain else []
    parts += [f"lost with {joined(lost)}"] if lost else []
    said = f"In the model, loneliness-free years {', '.join(parts)}"
    rest = "the other plan" if len(none) == 1 else f"the other {len(none)} plans"
    said += f"; no clear gain with {rest}" if none else ""
    return labelled(said, labels, directed)


def _told(saved: Saved, scenario: str, years: Cloud, pounds: Cloud,
          people: int = THOUSAND) -> Runs:  # fmt: skip
    fact = _fact(saved, scenario, years * (THOUSAND / people))
    clear = fact.verdict in ("less", "mostly_less") and has_direction(fact)
    lost = fact.verdict in ("more", "mostly_more") and has_direction(fact)
    paid = _paid(pounds)
    word = "range of runs" if years.size < ENOUGH_RUNS else "90% of runs"
    bracketed = f" ({word} in brackets)"
    if years.size < 2:
        said = f"{_years(years[0])} years, {paid}, in one run"
    elif too_few_for_direction(fact):
        said = f"too few runs to tell of years; {paid}"
    elif lost:
        said = f"{_range(-years, _years)} years lost, {paid}"
    elif not clear:
        said = f"no clear gain in years; {paid}"
    else:
        said = f"{_range(years, _years)} years, {paid}"
        if float(np.mean((years > 0) & (pounds > 0))) >= 1:
            said += f": {_range(pounds / years, gbp)} for each year"
        elif pounds.any() and float(np.mean(pounds > 0)) < HEDGED_VERB:
            said += "; not clear that it costs more"
    said += bracketed if "(" in said else ""
    return Runs(saved.title(scenario), years, pounds, said, clear, people, lost)


def _years(value: float) -> str:
    """Years of whole people: '5', 'under 1', and '−3' where they are lost."""
    said = amount(value, LONELY)
    return f"−{said}" if value < 0 and not said.startswith("under ") else said


def _paid(pounds: Cloud) -> str:
    """'£40,000 (£30,000 to £50,000) more paid', or less; both ends named where they differ."""
    low, middle, high = (float(each) for each in np.quantile(pounds, (0.05, 0.5, 0.95)))
    if low == high == 0:
        return "as much paid"
    if high <= 0:
        return f"{_range(-pounds, gbp)} less paid"
    if low >= 0:
        return f"{_range(pounds, gbp)} more paid"
    word = "less" if middle < 0 else "more"
    return f"{gbp(abs(middle))} {word} paid ({gbp(-low)} less to {gbp(high)} more)"


def _range(values: Cloud, word: Callable[[float], str]) -> str:
    low, middle, high = (word(float(each)) for each in np.quantile(values, (0.05, 0.5, 0.95)))
    return middle if low == high else f"{middle} ({low} to {high})"


def _clouds(saved: Saved) -> list[tuple[str, Cloud, Cloud]]:
    """Each scenario's years and pounds, by member, from the tidy results beside the summary."""
    from sim.experiment import results

    if saved.folder is None or not (saved.folder / "results.parquet").is_file():
        return []
    table = results.load_measures(saved.folder, "all", (LONELY, ADULTS, *PAYS))
    if not {LONELY, ADULTS, *PAYS} <= set(table["measure"].astype(str)):
        return []
    wide = table.astype({"scenario": str, "measure": str}).pivot_table(
        index=["scenario", "member", "month"], columns="measure", values="value", observed=True
    )
    wide["paid"] = wide[list(PAYS)].sum(axis=1)
    found = []
    base = wide.loc[BASELINE]
    for key in saved.scenarios:
        if key not in wide.index.get_level_values(0):
            continue
        own = wide.loc[key]
        free = (base[LONELY] - own[LONELY]) * base[ADULTS] / MONTHS_PER_YEAR
        paid = own["paid"] - base["paid"]
        sums = [each.dropna().groupby("member").sum() * THOUSAND for each in (free, paid)]
        if len(sums[0]):
            found.append((key, sums[0].to_numpy(float), sums[1].to_numpy(float)))
    return found
