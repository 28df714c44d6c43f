"""What each figure says, before anything is drawn: title, subtitle, series, table and source.

It looks at opened results and changes nothing. The drawing, the CSV and the alt text are all made
from the same `FigureSpec`, so a copied picture carries its range, label and source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sim.errors import UserMistake, did_you_mean
from sim.outcomes import GROUPS, MEASURES
from sim.show.alt import Row, bounds, number, safe_cell
from sim.show.facts import (
    Level,
    facts,
    finding_title,
    last_fact,
    levels,
    per_of,
    with_differences,
)
from sim.show.frame import MOST_SERIES
from sim.show.saved import BASELINE, Saved, clean, measure_key
from sim.show.sure import sure_line
from sim.show.trust import ENOUGH_RUNS, Fact, has_direction, too_few_for_direction
from sim.show.wording import EVERYONE, REACHED, phrase, signed, span, standing
from sim.units import FIRST_YEAR, financial_year

Kind = Literal["difference", "levels", "reached"]
KINDS: tuple[Kind, ...] = ("difference", "levels", "reached")
COLUMNS = ("date", "financial_year", "scenario", "group", "value", "low", "high", "unit")
LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0."


@dataclass(frozen=True)
class Series:
    """One line, or one dot with its interval: years, values and bounds of equal length."""

    label: str
    group: str
    years: tuple[int, ...]
    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    said: str
    baseline: bool = False
    clear: bool = True  # a direction may be told of its last value


@dataclass(frozen=True)
class FigureSpec:
    """Everything a figure says. `amounts` are levels drawn from zero."""

    name: str
    kind: Kind
    measure: str
    title: str
    subtitle: str
    source: str
    unit: str
    series: tuple[Series, ...]
    members: int
    partial: str

    @property
    def has_band(self) -> bool:
        """Whether there are enough runs to draw a band or interval at all."""
        return self.members > 1

    @property
    def from_zero(self) -> bool:
        """Amounts start at zero; average scores do not have to."""
        return self.kind != "levels" or not MEASURES[self.measure].unit.startswith("score")

    @property
    def shape(self) -> str:
        """What sort of picture it is."""
        return "Dot and interval chart" if self.kind == "reached" else "Line chart"

    @property
    def columns(self) -> Row:
        """Headings of the table behind it."""
        return COLUMNS

    def sentences(self) -> list[str]:
        """Each line or dot in words."""
        said = [_sentence(self, series) for series in self.series]
        if self.kind == "difference" and self.has_band:
            lows = [low for series in self.series for low in series.low]
            highs = [high for series in self.series for high in series.high]
            whole = span(min(lows), max(highs), self.measure)
            said.append(f"Over all years shown, the bands run from {whole}.")
        return said

    def rows(self) -> list[Row]:
        """The table behind the figure. Dates are the last day of each financial year."""
        return [
            (
                f"{FIRST_YEAR + year}-03-31", financial_year(year), safe_cell(series.label),
                whose(self.measure, series.group), number(value),
                *bounds(low, high, self.members), safe_cell(self.unit),
            )
            for series in self.series
            for year, value, low, high in zip(
                series.years, series.value, series.low, series.high, strict=True
            )
        ]  # fmt: skip


def whose(measure: str, group: str) -> str:
    """Whom a figure of this group counts. Pounds per head are of everybody, not of adults alone."""
    counted = MEASURES[measure].denominator
    if group == "reached":
        return f"{REACHED[:1].upper()}{REACHED[1:]}"
    if group != "all" or counted == EVERYONE:
        return GROUPS.get(group, group)
    if counted.startswith("residents of all ages"):
        return "Everyone, all ages"
    return f"{counted[:1].upper()}{counted[1:]}"


def _sentence(spec: FigureSpec, series: Series) -> str:
    first = series.value[0]
    start, end = financial_year(series.years[0]), financial_year(series.years[-1])
    if spec.kind == "reached":
        who = "people reached" if series.group == "reached" else "everyone"
        return f"{series.label}, {who}: {series.said}."
    if spec.kind == "difference":
        if len(series.years) < 2:
            return f"{series.label}: {series.said} in {end}."
        return f"{series.label}: {signed(first, spec.measure)} in {start}, {series.said} in {end}."
    return f"{series.label}: {standing(first, spec.measure)} in {start}, {series.said} in {end}."


def band_sentence(saved: Saved, mark: str = "line", band: str = "band") -> str:
    """What line and band are, with the number of runs."""
    n = saved.members
    partial = f" ({saved.partial_words})" if saved.partial else ""
    if n < 2:
        return f"One run only{partial}: no {band} can be drawn."
    kind = "middle 90% of runs" if n >= ENOUGH_RUNS else "range of runs (5th to 95th percentile)"
    return f"{mark.capitalize()}: median of {n:,} paired runs{partial}; {band}: {kind}."


def source_line(saved: Saved, found: Sequence[Fact | None] = (), sure: str = "") -> str:
    """The line that travels inside every picture: how sure, that it is modelled, and whence.

    How sure follows from the differences found, unless it is said.
    """
    sure = sure or sure_line(saved, [fact for fact in found if fact is not None])
    return (
        f"{sure}{' ' if sure else ''}Modelled, not observed. "
        f"social-infrastructure-sim {saved.version}, {saved.members:,} "
        f"run{'' if saved.members == 1 else 's'}, seed {saved.seed}, data: {LICENCE}"
    )


def says(fact: Fact) -> str:
    """A fact as its direct label: '12 fewer (5 to 20 fewer)', or no clear one."""
    middle = signed(fact.median, fact.measure, fact.step)
    if too_few_for_direction(fact):
        middle = "too few runs to tell"
    if fact.verdict == "unclear":
        middle = "no clear difference"
    if fact.verdict == "negligible":
        return "next to no difference"
    if fact.members < 2 or fact.low == fact.high:
        return middle
    return f"{middle} ({span(fact.low, fact.high, fact.measure, fact.step)})"


def _of_facts(saved: Saved, every: Sequence[Fact]) -> Series:
    last = every[-1]
    return Series(
        saved.title(last.scenario), last.group,
        tuple(fact.year for fact in every), tuple(fact.median for fact in every),
        tuple(fact.low for fact in every), tuple(fact.high for fact in every), says(last),
        clear=has_direction(last),
    )  # fmt: skip


def sense(measure: str) -> str:
    """What a value below zero means."""
    words = phrase(measure)
    return f"Below zero means {words.less} than the baseline."


def difference(saved: Saved, measure: str, keys: Sequence[str],
               group: str = "all") -> FigureSpec:  # fmt: skip
    """The lead figure: the paired difference from the baseline, year by year."""
    every = [facts(saved, measure, group, key) for key in keys]
    unit = phrase(measure).axis_for(group, per_of(saved, measure))
    return FigureSpec(
        f"difference_{measure}" + ("" if group == "all" else f"_{group}"), "difference", measure,
        finding_title(saved, [each[-1] for each in every]),
        f"Difference from the baseline: {unit}. {saved.place}, "
        f"{saved.period}. {band_sentence(saved)} {sense(measure)}",
        source_line(saved, [each[-1] for each in every]), unit,
        tuple(_of_facts(saved, each) for each in every), saved.members, saved.partial_words,
    )  # fmt: skip


def level(saved: Saved, measure: str, keys: Sequence[str]) -> FigureSpec:
    """Each scenario's own level beside the baseline's."""
    series = []
    for key in [*keys, BASELINE]:
        every = levels(saved, measure, key)
        if not every:
            continue
        series.append(
            Series(
                saved.title(key), "all", tuple(each.year for each in every),
                tuple(each.median for each in every), tuple(each.low for each in every),
                tuple(each.high for each in every), _stands(every[-1], measure, saved.members),
                key == BASELINE,
            )
        )  # fmt: skip
    unit = phrase(measure).axis_for("all", per_of(saved, measure))
    found = [fact for key in keys if (fact := last_fact(saved, measure, "all", key))]
    return FigureSpec(
        f"levels_{measure}", "levels", measure, finding_title(saved, found),
        f"{_headed(measure, unit)}. {saved.place}, "
        f"{saved.period}. {band_sentence(saved)} Lines that lie together are not told apart by "
        "these levels; the title rests on paired differences.",
        source_line(saved, found), unit, tuple(series), saved.members, saved.partial_words,
    )  # fmt: skip


def _headed(measure: str, unit: str) -> str:
    """The outcome and its unit, said once where the unit names the outcome already."""
    if unit.startswith(phrase(measure).noun):
        return f"{unit[:1].upper()}{unit[1:]}"
    return f"{MEASURES[measure].label}: {unit}"


def _stands(last: Level, measure: str, members: int) -> str:
    """A level with its range: '66 (64 to 68)'."""
    middle, low, high = (
        standing(each, measure) for each in (last.median, last.low, last.high)
    )  # fmt: skip
    return middle if members < 2 or low == high else f"{middle} ({low} to {high})"


def reached(saved: Saved, measure: str, keys: Sequence[str]) -> FigureSpec:
    """The last year's difference for the people reached, beside everyone's."""
    series, found = [], []
    for key in keys:
        for group in ("all", "reached"):
            fact = last_fact(saved, measure, group, key)
            if fact:
                series.append(_of_facts(saved, [fact]))
                found += [fact] if group == "reached" else []
    year = financial_year(found[0].year) if found else saved.period
    unit = phrase(measure).axis_of("people in each group", per_of(saved, measure))
    return FigureSpec(
        f"reached_{measure}", "reached", measure, finding_title(saved, found),
        f"Difference from the baseline in {year}: {unit}. {saved.place}. The people reached are "
        f"the same people with and without the plan. {band_sentence(saved, 'dot', 'bar')} "
        f"Hollow: no clear difference. {sense(measure)}",
        source_line(saved, found), unit, tuple(series), saved.members, saved.partial_words,
    )  # fmt: skip


def _chosen(saved: Saved, able: Sequence[str], scenarios: Sequence[str] | None,
            most: int, where: str) -> list[str]:  # fmt: skip
    if scenarios is None:
        return list(able[:most])
    asked = list(dict.fromkeys(scenarios))
    if len(asked) > most:
        raise UserMistake(
            f"chart: at most {most} scenarios fit one chart, {len(asked)} were asked for. "
            "Draw two charts."
        )
    for key in asked:
        if key not in able:
            raise UserMistake(
                f"chart: scenario {clean(key)!r} has nothing to show for {where}. "
                f"Choose from: {', '.join(clean(one) for one in able) or 'none'}."
            )
    return asked


def figure(saved: Saved, measure: str, group: str = "all", kind: str = "difference",
           scenarios: Sequence[str] | None = None) -> FigureSpec:  # fmt: skip
    """One figure's specification. `measure` may be short ('lonely'); kinds are in `KINDS`.

    Only the difference can be drawn for a group other than 'all'.
    """
    key = measure_key(measure)
    if kind not in KINDS:
        raise UserMistake(f"chart: kind {clean(kind)!r} is not one of {', '.join(KINDS)}.")
    if group not in GROUPS:
        hint = did_you_mean(group, GROUPS)
        raise UserMistake(f"chart: no such group as {clean(group)!r}.{hint}")
    if group != "all" and kind != "difference":
        raise UserMistake(f"chart: only kind 'difference' can be drawn for group {group!r}.")
    able = with_differences(saved, key, "reached" if kind == "reached" else group)
    where = f"{key}, {GROUPS['reached' if kind == 'reached' else group].lower()}"
    if not able:
        raise UserMistake(f"chart: these results hold no difference from the baseline in {where}.")
    most = MOST_SERIES - 1 if kind == "levels" else MOST_SERIES
    chosen = _chosen(saved, able, scenarios, most, where)
    if kind == "difference":
        return difference(saved, key, chosen, group)
    return (level if kind == "levels" else reached)(saved, key, chosen)
