"""What a story line says: how lonely one made-up resident would say they are, in two worlds.

It looks at a pair of stories and changes nothing. An example, never a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.show.alt import Row
from sim.show.figures import LICENCE
from sim.show.story import SIMULATED, Line, Pair, Story, date, label
from sim.show.story_words import ANSWER, STATE
from sim.show.sure import AN_EXAMPLE

COLUMNS = ("world", "month", "date", "lonely", "what_happened")
MOST_LINES = 9
_DULL = frozenset({"came", "came_by_minibus", "stayed_away"})
_FEELS = frozenset({"lonelier", "less_lonely"})
WITHOUT, WITH = "Without the plan", "With the plan"


@dataclass(frozen=True)
class Mark:
    """A numbered thing that happened: when, in which worlds, and the words for it."""

    number: int
    month: int
    worlds: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class StorySpec:
    """Everything the picture says: two lines of answers 0 to 4 by month, and numbered marks."""

    name: str
    title: str
    subtitle: str
    source: str
    lines: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]
    marks: tuple[Mark, ...]
    told: tuple[tuple[str, Line], ...]
    partial: str = ""
    shape: str = "Two step lines"
    columns: Row = COLUMNS

    def sentences(self) -> list[str]:
        """The marks, in order."""
        ends = [f"{world}: at the end {STATE[values[-1]]}."
                for world, _, values in self.lines]  # fmt: skip
        return ends + [
            f"{date(each.month)}, {_where(each.worlds)}: {each.text}" for each in self.marks
        ]

    def rows(self) -> list[Row]:
        """The table behind it: every month in which the answer changed or something happened."""
        answers = {
            world: dict(zip(months, values, strict=True)) for world, months, values in self.lines
        }
        return [
            (world, str(line.month), date(line.month), ANSWER[_at(answers[world], line.month)],
             line.text)
            for world, line in self.told
        ]  # fmt: skip


def _at(answers: dict[int, int], month: int) -> int:
    return answers[max((each for each in answers if each <= month), default=min(answers))]


def _where(worlds: Sequence[str]) -> str:
    return (
        "with the plan and without it"
        if len(worlds) > 1
        else f"{worlds[0][:1].lower()}{worlds[0][1:]}"
    )


def specification(pair: Pair) -> StorySpec:
    """The picture of one pair of stories."""
    stories = ((WITHOUT, pair.without), (WITH, pair.with_plan))
    lines = tuple((world, *_answers(story)) for world, story in stories)
    ends = [STATE[values[-1]] for _, _, values in lines]
    who = label(pair.without.identity)
    title = (
        f"An example, not a finding: in one run of the model, {who} ends up {ends[0]} "
        "with the plan and without it"
        if ends[0] == ends[1]
        else f"An example, not a finding: in one run of the model, {who} ends up "
        f"{ends[1]} with the plan, {ends[0]} without it"
    )
    return StorySpec(
        f"story_{pair.without.identity:016x}", title,
        f"How often they would say they are lonely, month by month, with “{pair.title}” and "
        f"without. {pair.without.place}. Chosen by rule: {pair.rule}.",
        f"{AN_EXAMPLE} {SIMULATED} Modelled, not observed. "
        f"social-infrastructure-sim {pair.version}, seed {pair.seed}, {pair.residents:,} "
        f"residents. Data: {LICENCE}",
        lines, tuple(_marks(stories)),
        tuple((world, line) for world, story in stories for line in story.happened),
    )  # fmt: skip


def _answers(story: Story) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Months and answers: at the start, at each change, and at the end."""
    first, last = story.months
    months, values = [first], [story.first_answer]
    for line in story.happened:
        if line.kind in _FEELS:
            months.append(line.month)
            values.append(line.after)
    if last > months[-1]:
        months.append(last)
        values.append(values[-1])
    return tuple(months), tuple(values)


def _marks(stories: Sequence[tuple[str, Story]]) -> list[Mark]:
    """The few things to point at: first those that happened in one world alone, then the rest."""
    where: dict[tuple[int, str], list[str]] = {}
    for world, story in stories:
        for line in story.happened:
            if line.kind not in _FEELS and line.kind not in _DULL:
                where.setdefault((line.month, line.text), []).append(world)
    ranked = sorted(where, key=lambda each: (len(where[each]) > 1, each))
    chosen = sorted(ranked[:MOST_LINES])
    return [
        Mark(at + 1, month, tuple(dict.fromkeys(where[month, text])), text)
        for at, (month, text) in enumerate(chosen)
    ]
