"""A story: one simulated resident's years in plain dated lines, alone or beside another life.

Looks at what a chronicle wrote down and changes nothing. Each line says one change; nobody is
named, and every page says that nobody in it is real.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.experiment import record
from sim.show.saved import clean
from sim.show.story_words import beginning, ending, sentence
from sim.units import FIRST_YEAR

MONTHS = (
    "April", "May", "June", "July", "August", "September", "October", "November", "December",
    "January", "February", "March",
)  # fmt: skip
SIMULATED = "Simulated: nobody in this story is real. It shows what the model's rules did to one \
made-up resident; it is an example, not a finding."
NARROW = 76
WITHOUT, WITH = "Without the plan", "With the plan"


def date(month: int) -> str:
    """'March 2026' for model month 24; month 0 is the eve of April 2024."""
    if month < 1:
        return f"Before {MONTHS[0]} {FIRST_YEAR}"
    return f"{MONTHS[(month - 1) % 12]} {FIRST_YEAR + (month + 2) // 12}"


def label(identity: int) -> str:
    """A plain label, never a name: 'Resident 3f2a'."""
    return f"Resident {identity:016x}"[: len("Resident ") + 4]


@dataclass(frozen=True)
class Line:
    """One line: when, what changed, and the words for it."""

    month: int
    kind: str
    column: str
    text: str
    after: Any = None

    @property
    def dated(self) -> str:
        """The line with its date, such as 'March 2026: Joined a lunch club.'."""
        return f"{date(self.month)}: {self.text}"


@dataclass(frozen=True)
class Story:
    """One resident's years in one run: how they were, what happened, how they are now."""

    identity: int
    place: str
    plan: str
    beginning: str
    happened: tuple[Line, ...]
    ending: str
    months: tuple[int, int] = (0, 0)
    first_answer: int = 0

    @classmethod
    def of(cls, life: Any, place: str, plan: str) -> Story:
        """The story of a `sim.chronicle.Life`."""
        lines = tuple(
            Line(each.month, each.kind, each.column, sentence(each), each.after)
            for each in life.happenings
        )
        start = beginning(life.opening, date(life.from_month or 1))
        return cls(
            life.identity, clean(place), clean(plan), start, lines, ending(life, date),
            (life.from_month, life.until_month), life.opening.values["answer"],
        )  # fmt: skip

    @property
    def lines(self) -> list[str]:
        """Every line with its date."""
        return [each.dated for each in self.happened]

    @property
    def text(self) -> str:
        """The whole story as plain text."""
        head = f"{label(self.identity)}, {self.place}, plan: {self.plan}. {SIMULATED}"
        return "\n".join([head, "", self.beginning, *self.lines, self.ending])

    def __str__(self) -> str:
        return self.text

    def facts(self) -> dict[str, Any]:
        """The story for JSON."""
        told = [
            {"date": date(each.month), "month": each.month, "kind": each.kind,
             "changed": each.column, "text": each.text}
            for each in self.happened
        ]  # fmt: skip
        return {"beginning": self.beginning, "lines": told, "ending": self.ending}


@dataclass(frozen=True)
class Pair:
    """The same resident's years without and with a plan: same people, same luck."""

    title: str
    rule: str
    seed: int
    residents: int
    without: Story
    with_plan: Story
    version: str  # of the software that lived it

    def page(self, width: int = 100) -> str:
        """The two lives side by side, or one after the other where the page is narrow."""
        body = self._columns(width) if width >= NARROW else self._sections(width)
        return "\n".join([*self._head(width), "", *body]) + "\n"

    def facts(self) -> dict[str, Any]:
        """Everything on the page, for JSON."""
        return {
            "simulated": True,
            "note": SIMULATED,
            "title": self.title,
            "person": label(self.without.identity),
            "identity": str(self.without.identity),
            "chosen": self.rule,
            "place": self.without.place,
            "residents": self.residents,
            "seed": self.seed,
            "without": self.without.facts(),
            "with": self.with_plan.facts(),
        }

    @property
    def same(self) -> bool:
        """Whether the plan made no difference to this person's story."""
        return self.without.facts() == self.with_plan.facts()

    def _head(self, width: int) -> Iterator[str]:
        yield from _wrapped(f"{label(self.without.identity)}, {self.without.place}", width)
        yield from _wrapped(f"The plan: {self.title}", width)
        yield from _wrapped(SIMULATED, width)
        yield from _wrapped(f"Chosen by rule: {self.rule}.", width)
        yield from _wrapped(
            f"Both columns have the same people and the same luck (seed {self.seed}, "
            f"{self.residents:,} residents); only the plan differs. "
            f"To tell it again: --person {self.without.identity}.",
            width,
        )
        if self.same:
            yield from _wrapped("The plan changed nothing in this person's story.", width)

    def _sections(self, width: int) -> Iterator[str]:
        for head, story in ((WITHOUT, self.without), (WITH, self.with_plan)):
            yield head
            for line in (story.beginning, *story.lines, story.ending):
                yield from _wrapped(line, width, "  ")
            yield ""

    def _columns(self, width: int) -> Iterator[str]:
        stories = (self.without, self.with_plan)
        months = sorted({line.month for story in stories for line in story.happened})
        dates = max(len(date(month)) for month in [1, *months])
        each = (width - dates - 4) // 2
        yield _row("", (WITHOUT, WITH), dates, each)
        yield "-" * width
        yield from _cells("At first", [[story.beginning] for story in stories], dates, each)
        for month in months:
            said = [[one.text for one in story.happened if one.month == month] for story in stories]
            yield from _cells(date(month), said, dates, each)
        yield "-" * width
        yield from _cells("In the end", [[story.ending] for story in stories], dates, each)


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(text, max(width, 20), subsequent_indent=indent)


def _row(when: str, cells: tuple[str, str], dates: int, each: int) -> str:
    return f"{when:<{dates}}  {cells[0]:<{each}}  {cells[1]}".rstrip()


def _cells(when: str, said: list[list[str]], dates: int, each: int) -> Iterator[str]:
    """One month in both lives; lines stand level."""
    wrapped = [[part for text in texts for part in _wrapped(text, each, "  ")] for texts in said]
    for at in range(max(map(len, wrapped))):
        cells = tuple(lines[at] if at < len(lines) else "" for lines in wrapped)
        yield _row(when if at == 0 else "", (cells[0], cells[1]), dates, each)


def pair_of(chosen: Any) -> Pair:
    """The two stories of a `sim.experiment.stories.Chosen`."""
    return Pair(
        clean(chosen.title),
        chosen.rule,
        chosen.seed,
        chosen.residents,
        Story.of(chosen.without, chosen.place, "baseline"),
        Story.of(chosen.with_plan, chosen.place, chosen.plan),
        record.version(),
    )
