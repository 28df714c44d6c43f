"""How the command line puts words on the screen: plain, safe for any terminal, any width.

Looks at the terminal; changes nothing. Text from files is shown as it is, never as commands to
the terminal or as markup. On a narrow screen a table becomes lines.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import UserMistake
from sim.mistakes import visible

if TYPE_CHECKING:
    from sim.evidence.rows import Evidence

NARROW = 60
WIDE = 110


class ReaderGone(Exception):
    """Whoever was reading our output has stopped, as `head` does."""


def prepare() -> None:
    """Make the streams take any text: closed ones swallow it, narrow ones replace letters."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def finish() -> None:
    """Send what is still waiting to be printed."""
    _write("")


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would complain once more when it closes the stream: give it somewhere to write.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise ReaderGone from None
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UserMistake(
            f"What the command prints could not be written ({error.strerror}). "
            "Free some space, or send it elsewhere."
        ) from None


def reader_is_gone() -> bool:
    """Tell whether the parser has found that nobody reads standard output."""
    return type(sys.stdout).__name__ == "PacifyFlushWrapper"


def say(*lines: str) -> None:
    """Print lines on standard output as they are, without what a terminal would obey."""
    for line in lines:
        _write("\n".join(visible(each, len(each)) for each in line.split("\n")) + "\n")


def say_json(value: Any) -> None:
    """Print JSON and nothing else."""
    _write(json.dumps(value, indent=2, allow_nan=False, default=str) + "\n")


def complain(text: str) -> None:
    """Print a sentence on standard error."""
    try:
        for line in text.split("\n"):
            print(visible(line, max(len(line), 1)), file=sys.stderr)
    except OSError:
        pass


def warn(warnings: Iterable[str]) -> None:
    """Print warnings on standard error."""
    for warning in warnings:
        complain(f"Warning: {warning}")


def more(count: int) -> tuple[str, ...]:
    """Return the line that owns up to rows not shown."""
    return (f"and {count} more",) if count > 0 else ()


def amount(value: Any) -> str:
    """Return a number as people write it: whole from a thousand up, else four figures."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def percent(share: float) -> str:
    """Return a share in whole percent; nothing where there is none."""
    return f"{100 * share:.0f}%" if share == share else ""


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under heads, or one under the other where the screen is narrow."""
    width = shutil.get_terminal_size((WIDE, 24)).columns
    if width < NARROW:
        for row in rows:
            filled = [cell for cell in row if cell]
            say(*filled[:1], *(f"  {cell}" for cell in filled[1:]))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, head in enumerate(heads):
        grid.add_column(head, overflow="fold", no_wrap=False, min_width=8 if place == 0 else None)
    for row in rows:
        grid.add_row(*(Text(visible(cell, max(len(cell), 1))) for cell in row))
    page = io.StringIO()
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    Console(
        file=page, width=width, markup=False, emoji=False, highlight=False, force_terminal=colour
    ).print(grid)
    _write("".join(f"{line.rstrip()}\n" for line in page.getvalue().splitlines()))


def evidence_facts(row: Evidence) -> dict[str, Any]:
    """Return what a reader needs to judge a number."""
    return {
        "key": row.key,
        "value": row.value,
        "low": row.low,
        "high": row.high,
        "unit": row.unit,
        "population": row.population,
        "period": row.period,
        "kind": row.kind,
        "source": row.source,
        "grade": row.grade,
        "checked": row.verified,
        "note": row.note,
    }


def evidence_in_full(row: Evidence) -> None:
    """Print one number and everything known about it."""
    facts = evidence_facts(row) | {"value": amount(row.value), "range": _range(row)}
    facts["checked"] = "yes" if row.verified else "no: not seen in its source, a placeholder"
    order = ("key", "value", "range", "unit", "population", "period", "kind", "source", "grade")
    said = [(fact, facts[fact]) for fact in (*order, "checked", "note")]
    say(*(f"{fact}: {value}" for fact, value in said if value))


def _range(row: Evidence) -> str:
    if row.low is None or row.high is None:
        return ""
    return f"{amount(row.low)} to {amount(row.high)}"


def evidence_table(rows: Sequence[Evidence]) -> None:
    """Print numbers with their range, unit, source, grade and whether they were checked."""
    heads = ("key", "value", "range", "unit", "grade", "checked", "source")
    table(
        heads,
        [
            (
                row.key,
                amount(row.value),
                _range(row),
                row.unit,
                row.grade,
                "yes" if row.verified else "no",
                row.source,
            )
            for row in rows
        ],
    )


TENTHS = 10  # progress is told ten times where there is no terminal to draw on


class Progress:
    """Progress on the error stream: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, silent: bool, what: str = "runs") -> None:
        self._bar: Any = None
        self._lines = not silent and sys.stderr is not None and not sys.stderr.isatty()
        self._what, self._told = what, -1
        if not silent and sys.stderr is not None and sys.stderr.isatty():
            from rich import progress
            from rich.console import Console

            self._bar = progress.Progress(
                progress.TextColumn(
                    "{task.completed} of {task.total} {task.fields[what]}", markup=False
                ),
                progress.TimeElapsedColumn(),
                progress.BarColumn(),
                progress.TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task("", total=None, what=self._what)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def turn_to(self, what: str) -> None:
        """Begin again with the next things to be done."""
        self._what, self._told = what, -1
        if self._bar is not None:
            self._bar.reset(self._task, total=None, what=what)

    def __call__(self, done: int, asked: int, _note: str = "") -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=asked)
        tenth = done * TENTHS // max(asked, 1)
        if self._lines and tenth > self._told:
            self._told = tenth
            complain(f"{done} of {asked} {self._what} done")
