"""What the pictures of the funding gap say: by service, and what moved it.

Looks at opened results and changes nothing. The drawing, the CSV and the alt text are all made
from the same `GapSpec`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sim.experiment.trust import Label, threshold
from sim.gap_words import MOVERS, SERVICES
from sim.show.alt import Row, bounds, number, safe_cell
from sim.show.facts import finding_title, last_fact, levels
from sim.show.figures import band_sentence, source_line
from sim.show.gap_facts import GAP, Moves, Stat, moves, page_of, pounds
from sim.show.saved import BASELINE, Saved
from sim.show.sure import said_as_line, unscreened
from sim.show.trust import ENOUGH_RUNS, has_direction, labelled
from sim.show.wording import PRICES, SMALLEST, joined
from sim.units import financial_year

COLUMNS = ("what", "part", "value", "low", "high", "starts_at", "unit")
PARTS = ("fee", "demand", "need")
UNIT = f"pounds per head a year, {PRICES}"
_MOST_RIVALS = 3  # parts named as perhaps the largest
Part = Literal["fee", "demand", "need", "level", "larger", "smaller"]


@dataclass(frozen=True)
class Bar:
    """One bar: from `start` to `start + value`, with the range of `value`."""

    label: str
    part: Part
    value: float
    low: float
    high: float
    said: str
    start: float = 0.0


@dataclass(frozen=True)
class GapSpec:
    """Everything a picture of the gap says. A waterfall's bars stand on one another."""

    name: str
    kind: Literal["by_service", "waterfall"]
    title: str
    subtitle: str
    source: str
    bars: tuple[Bar, ...]
    members: int
    partial: str

    @property
    def has_band(self) -> bool:
        """Whether there are enough runs to draw a range at all."""
        return self.members > 1

    @property
    def shape(self) -> str:
        """What sort of picture it is."""
        return "Waterfall chart" if self.kind == "waterfall" else "Bar chart"

    @property
    def columns(self) -> Row:
        """Headings of the table behind it."""
        return COLUMNS

    def sentences(self) -> list[str]:
        """Each bar in words."""
        return [f"{bar.label}: {bar.said}." for bar in self.bars]

    def rows(self) -> list[Row]:
        """The table behind the picture."""
        return [
            (
                safe_cell(bar.label), bar.part, number(bar.value),
                *bounds(bar.low, bar.high, self.members), number(bar.start), UNIT,
            )
            for bar in self.bars
        ]  # fmt: skip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _too_few(saved: Saved) -> bool:
    """Whether there are fewer runs than any direction may be told from."""
    return saved.members < threshold("direction_least_draws")


def _said(value: float, low: float, high: float, members: int, signed: bool = False) -> str:
    def one(each: float) -> str:
        said = pounds(each)
        return f"+{said}" if signed and each > 0 and not said.startswith("under ") else said

    middle, near, far = one(value), one(low), one(high)
    if members < 2 or near == far:
        return middle
    return f"{middle} ({near} to {far})"


def by_service(saved: Saved) -> GapSpec | None:
    """The baseline's gap in the last year by service and part; None where not measured."""
    bars: list[Bar] = []
    year = saved.years
    for service, words in SERVICES.items():
        for part in PARTS:
            found = levels(saved, f"{part}_gap_{service}_gbp_per_head", BASELINE)
            if not found:
                return None
            last = found[-1]
            if last.low == last.high == 0:
                continue  # a part this service cannot have
            said = _said(last.median, last.low, last.high, saved.members)
            bars.append(
                Bar(f"{_capital(words)}: {part} gap", part, last.median, last.low, last.high, said)  # type: ignore[arg-type]
            )
    label = unscreened(saved, measure=GAP)
    return GapSpec(
        "gap_by_service", "by_service", _largest(saved, bars, financial_year(year), label),
        f"Funding gap by service: {UNIT}. {saved.place}, {financial_year(year)}, baseline. "
        "Fee gap: what care delivered costs above what is paid. Demand gap: what April 2024's "
        "rules would give above what is delivered. Need gap: need above a fixed cut-off beyond "
        f"those rules. {band_sentence(saved, 'bar', 'line')}",
        source_line(saved, sure=said_as_line(label)), tuple(bars), saved.members,
        saved.partial_words,
    )  # fmt: skip


def _largest(saved: Saved, bars: Sequence[Bar], year: str, label: Label) -> str:
    """Which part is the largest, with its range; parts whose ranges overlap are not ranked."""
    gap, n = f"the baseline's funding gap in {year}", saved.members
    if n < 2:
        return f"One run only, so no finding: the parts of {gap}"
    if _too_few(saved):
        return labelled(
            f"In the model, {n} runs are too few to say which part of {gap} is the largest", [label]
        )
    first = max(bars, key=lambda bar: bar.value)
    rivals = sorted((bar for bar in bars if bar.high >= first.low), key=lambda bar: -bar.value)
    if len(rivals) > _MOST_RIVALS:
        return labelled(f"In the model, no part of {gap} is clearly the largest", [label])
    parts = [bar.label.split(": ") for bar in rivals]
    named = [
        f"the {part} in {_small(service)} at {bar.said} a head"
        for (service, part), bar in zip(parts, rivals, strict=True)
    ]
    one = len(rivals) == 1
    title = f"In the model, the largest part of {gap} {'is' if one else 'may be'} "
    return labelled(title + joined(named, "or"), [label], [label] if one else ())


def _through(found: Moves, sign: float) -> str:
    """The movers whose whole range lies on the side of the change, the largest first."""
    clear = sorted(
        (-abs(step.mean), MOVERS[mover])
        for mover, step in found.steps.items()
        if min(step.low * sign, step.high * sign) > 0 and abs(step.mean) >= SMALLEST
    )
    if not clear:
        return ""
    each = " each" if len(clear) > 1 else ""
    names = joined([words for _, words in clear])
    return f"; {names}{each} made it {'larger' if sign > 0 else 'smaller'}"


def _level(label: str, stat: Stat, members: int, signed: bool = False) -> Bar:
    said = _said(stat.mean, stat.low, stat.high, members, signed)
    return Bar(label, "level", stat.mean, stat.low, stat.high, said)


def _steps(found: Moves, at: float, members: int) -> list[Bar]:
    """Each mover's bar, standing where the one before it ended."""
    bars = []
    for mover, words in MOVERS.items():
        step = found.steps[mover]
        said = _said(step.mean, step.low, step.high, members, signed=True)
        part: Part = "smaller" if step.mean < 0 else "larger"
        bars.append(Bar(_capital(words), part, step.mean, step.low, step.high, said, at))
        at += step.mean
    return bars


def _said_size(change: Stat) -> str:
    """The size of a change and its range, nearest to nothing first: '£110 (£90 to £140)'."""
    near, far = (pounds(each) for each in sorted((abs(change.low), abs(change.high))))
    middle = pounds(abs(change.mean))
    return middle if near == far else f"{middle} ({near} to {far})"


def _averages(saved: Saved) -> str:
    n = saved.members
    if n < 2:
        return "One run only: no range can be drawn."
    kind = "middle 90% of runs" if n >= ENOUGH_RUNS else "range of runs (5th to 95th percentile)"
    partial = f" ({saved.partial_words})" if saved.partial else ""
    return (
        f"Bar: average of {n:,} runs{partial}, so that bars add up (findings tell the middle "
        f"run); line: {kind}."
    )


_HOW = (
    "Each bar is the change when that alone moves, averaged over every order in which the six "
    "could move."
)


def since_first_year(saved: Saved, scenario: str = BASELINE) -> GapSpec | None:
    """What moved one scenario's gap between its first year and its last."""
    found = moves(saved, "since_first_year", scenario)
    first, last = (page_of(saved).get(f"{which}_year") for which in ("first", "last"))
    if found is None or not isinstance(first, int) or not isinstance(last, int) or first == last:
        return None
    ends = financial_year(first), financial_year(last)
    change, name = found.change, saved.title(scenario)
    who = "the baseline's funding gap" if scenario == BASELINE else f"the gap with “{name}”"
    sign, label = 1.0 if change.median > 0 else -1.0, unscreened(saved, scenario, GAP)
    when = f"from {ends[0]} to {ends[1]}"
    if saved.members < 2:
        title = f"One run only, so no finding: what moved {who} {when}"
    elif min(change.low * sign, change.high * sign) <= 0:
        title = labelled(f"In the model, no clear change in {who} {when}", [label])
    elif _too_few(saved):
        title = labelled(
            f"In the model, {saved.members} runs are too few to say if {who} grows or shrinks "
            f"{when}", [label],
        )  # fmt: skip
    else:
        grows = "grows" if sign > 0 else "shrinks"
        said = f"In the model, {who} {grows} by about {_said_size(change)} a head {when}"
        title = labelled(said + _through(found, sign), [label], [label])
    first_bar = _level(f"Gap in {ends[0]}", found.start, saved.members)
    last_bar = _level(f"Gap in {ends[1]}", found.end, saved.members)
    bars = (first_bar, *_steps(found, found.start.mean, saved.members), last_bar)
    return GapSpec(
        f"gap_moved_{scenario}" if scenario != BASELINE else "gap_moved", "waterfall", title,
        f"Funding gap and what moved it: {UNIT}. {saved.place}, {name[:1].lower() + name[1:]}. "
        f"{_HOW} {_averages(saved)}",
        source_line(saved, sure=said_as_line(label)), bars, saved.members, saved.partial_words,
    )  # fmt: skip


def against_baseline(saved: Saved, scenario: str) -> GapSpec | None:
    """What sets a scenario's gap apart from the baseline's in the last year."""
    found = moves(saved, "against_baseline", scenario)
    fact = last_fact(saved, GAP, "all", scenario)
    if found is None or fact is None or fact.verdict == "same":
        return None  # a picture of nothing tells nobody anything
    year = financial_year(fact.year)
    title = finding_title(saved, [fact])
    if has_direction(fact):
        title += _through(found, 1.0 if fact.median > 0 else -1.0)
    whole = _level("Difference in all", found.change, saved.members, signed=True)
    return GapSpec(
        f"gap_effect_{scenario}", "waterfall", title,
        f"What sets the funding gap apart from the baseline's: {UNIT}. {saved.place}, {year}. "
        f"{_HOW} {_averages(saved)}",
        source_line(saved, [fact]), (*_steps(found, 0.0, saved.members), whole), saved.members,
        saved.partial_words,
    )  # fmt: skip


def specifications(saved: Saved) -> list[GapSpec]:
    """Every picture of the gap these results allow."""
    wanted = [by_service(saved), since_first_year(saved)]
    wanted += [against_baseline(saved, key) for key in saved.scenarios]
    return [each for each in wanted if each is not None]
