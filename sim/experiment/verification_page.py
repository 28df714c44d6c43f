"""The page "Verification and validation": what the checks found, misses first.

Looks at a `Verification`; writes only the page it is asked for. Words are those of the Aqua Book
(HM Treasury): verification asks whether the model was built as specified, validation whether it is
fit for its purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sim.experiment import atomic
from sim.experiment.council_halves import Half
from sim.experiment.fit_finding import MISS, NEAR, NOT_COMPUTED, PASS, Row
from sim.experiment.track_record import counts, record
from sim.experiment.validate import number
from sim.experiment.verification import Verification

HEADS = ("figure", "kind", "published", "low", "high", "model", "verdict", "note")
VERIFIED = """\
Whether the program does what [the model](model.md) says is checked by tests that run at every
change: hand-worked cases a policy person can read (`tests/cases`), money that sums to zero to the
penny, nobody cared for twice, the dead doing nothing, rates between 0 and 1, the same bytes
whatever the number of processes, differences of exactly zero where a plan changes nothing, and
every number traced to a row of evidence. `python -m pytest` runs them; what is known to be missing
is in [limits.md](limits.md), and every assumption with its grade in
[assumptions.md](assumptions.md).
"""

PROGRAMMES = """\
Nothing here was fitted. Published effects are read the way they were measured: eight presets that
meet lonely or older people, each in four towns, are evaluated by the designs the studies had, in
the participants' own spread, and weigh alike; sums of pounds are read off the appraisal; rates off
paired runs. Where the evidence itself calls a size a ceiling, less passes, and such a row speaks
for no outcome in the record below. Many published before-and-after figures are of people chosen
just after a crisis, whom these presets do not seek out: there the model shows no fall and misses.
"""


def page(found: Verification, command: str, when: datetime | None = None) -> str:
    """The whole page in Markdown."""
    date = (when or datetime.now(UTC)).date().isoformat()
    took = "; ".join(f"{name} {seconds:.0f} s" for name, seconds in found.seconds.items())
    parts = [
        "# Verification and validation", "",
        f"Written by `{command}` on {date}. Do not edit: run it again.", "",
        *(f"- {line}" for line in found.lines()), "",
        "How many calibration targets are inside depends on how many people are lived. Fewer "
        "wander more by luck, so England has 60,000 residents unless another size is asked; with "
        "less, the share is worse.", "",
        f"Time taken: {took}." if took else "", "",
        *_misses(found),
        "## Verification: is it built as specified?", "", VERIFIED,
        "## Validation targets, never fitted", "",
        "Every row of the evidence that is a validation target, computed or not.", "",
        *_table([row for row in found.rows if row.kind in ("validation_target", "projection",
                                                            "natural experiment")]), "",
        "## Patterns at once", "",
        "All judged on the one baseline of England above; rules ask for the shape, not the size. "
        "*Held out*: nothing behind it was fitted.", "",
        "| pattern | known from | rule | model | verdict | held out |", "|---|---|---|--:|---|---|",
        *(f"| {each.claim} (`{each.key}`) | `{each.source}` | {each.rule} | {number(each.value)} | "
          f"{each.verdict} | {'yes' if each.held_out else 'no'} |" for each in found.patterns), "",
        *_structures(found),
        "## Hindcast: England from 2015/16", "",
        "Started in 2015/16 and given what each year brought: pay, people, councils' net spending, "
        "and what care homes for older people cost to 2019/20. Years after 2019/20 were never "
        "shown to any hindcast fit, but rules and the registry's numbers were settled by people "
        f"who had seen them. {found.hindcast_is} Within 10% passes. How it was fitted stands in "
        "[calibration](calibration.md).", "",
        *_table(found.hindcast), "",
        *_halves(found.halves),
        "## Promises of plans, and what programmes were found to do", "",
        PROGRAMMES,
        *_table(found.promises), "",
        *_record(found, command, when),
    ]  # fmt: skip
    return "\n".join(parts).rstrip() + "\n"


def _misses(found: Verification) -> list[str]:
    held_out = ("validation_target", "projection", "natural experiment")
    rows = [row for row in found.rows if row.verdict == MISS and row.kind in held_out]
    rows += [row for row in found.hindcast if row.verdict == MISS]
    told = {row.key for row in rows}
    rows += [row for row in found.promises if row.verdict == MISS and row.key not in told]
    patterns = [each for each in found.patterns if each.verdict != PASS]
    lived = {row.key for row in found.promises}  # a plan's run: never fitted, and told above
    fitted = [
        row for row in found.rows
        if row.verdict == MISS and row.kind not in held_out and row.key not in lived
    ]  # fmt: skip
    return [
        f"## Misses first ({len(rows)} of checks never fitted, {len(fitted)} of fitted figures)",
        "", *_table(rows), "",
        *(f"- Pattern not shown: {each.claim} (`{each.key}`: {number(each.value)}; {each.rule})."
          for each in patterns),
        "", "Fitted figures that miss are listed with all others in [fit.md](fit.md): "
        + ", ".join(f"`{row.key}`" for row in fitted) + ".", "",
    ]  # fmt: skip


def _structures(found: Verification) -> list[str]:
    names = [each.key for each in found.structures]
    return [
        "## Rival structures", "",
        "The model with one mechanism gone or alone, on the same people with the same luck, over "
        "two years of an England of its own. A structure that fails nothing is not ruled out by "
        "these patterns.", "",
        *(f"- `{each.key}`: {each.says}; shows {len(each.patterns) - len(each.failed)} of "
          f"{len(each.patterns)}" for each in found.structures), "",
        f"| pattern | {' | '.join(names)} |", f"|---|{'---|' * len(names)}",
        *("| " + " | ".join((each.key, *(
            f"{'shown' if one.verdict == PASS else '**fails**'} ({number(one.value)})"
            for one in (structure.patterns[row] for structure in found.structures)
        ))) + " |" for row, each in enumerate(found.patterns)), "",
    ]  # fmt: skip


def _halves(halves: Sequence[Half]) -> list[str]:
    parts = [
        "## Across councils: the untouched half beside the other", "",
        "Nothing is fitted to any council today, so both halves should do alike. First years; "
        "ratios of the model's to the council's own figure; given figures only show they arrive.",
        "", "| half | councils | figure | how far given | middle ratio | least | greatest | "
        "within a fifth |", "|---|---|---|---|--:|--:|--:|--:|",
    ]  # fmt: skip
    for half in halves:
        for each in half.facts()["by_figure"]:
            if not each["councils"]:
                continue
            ratios = [f"{each[name]:.2f}" for name in ("middle", "least", "greatest")]
            cells = (half.name, str(each["councils"]), each["figure"], each["given"], *ratios,
                     str(each["within_a_fifth"]))  # fmt: skip
            parts.append(f"| {' | '.join(cells)} |")
    return [*parts, ""]


def _record(found: Verification, command: str, when: datetime | None) -> list[str]:
    told = counts(record(found.checks(), command, when))
    return [
        "## The record by outcome", "",
        "Checks nothing was fitted to, by the outcome they speak for. Kept by `--record` in "
        "`sim/experiment/data/track_record.csv`, one row a check, which labels of trust read. "
        "Every other outcome has none.", "",
        "| outcome | checks | pass | near | miss |", "|---|--:|--:|--:|--:|",
        *(f"| {outcome} | {sum(by.values())} | {by[PASS]} | {by[NEAR]} | {by[MISS]} |"
          for outcome, by in told.items()), "",
    ]  # fmt: skip


def _table(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return ["None."]
    order = (MISS, NEAR, PASS, NOT_COMPUTED)
    lines = [f"| {' | '.join(HEADS)} |", "|---|---|--:|--:|--:|--:|---|---|"]
    for row in sorted(rows, key=lambda each: order.index(each.verdict)):
        numbers = [number(each) for each in (row.target, row.low, row.high, row.value)]
        words = (row.key, row.kind.replace("_", " "), *numbers, row.verdict,
                 row.note.replace("|", "/"))  # fmt: skip
        lines.append(f"| {' | '.join(words)} |")
    return lines


def write_page(found: Verification, path: str | Path, command: str) -> Path:
    """Write the page whole, or not at all."""
    return atomic.write_page(Path(path), page(found, command))
