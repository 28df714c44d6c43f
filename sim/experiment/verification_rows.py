"""Every check that was made as one table: what `python -m sim validate --json` prints.

Looks at what `verification` found; changes nothing. Figures, earlier years and promises have rows
of their own; patterns, rival structures and each council's figures are put into the same columns,
so that one reader reads them all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from sim.experiment.council_halves import UNTOUCHED, Half
from sim.experiment.councils import FIGURES, GIVEN
from sim.experiment.councils_page import NEAR_ENOUGH
from sim.experiment.fit_finding import MISS, NOT_COMPUTED, PASS, Row
from sim.experiment.patterns import Judged
from sim.experiment.rivals import Standing
from sim.experiment.track_record import verdict_of_ratio
from sim.experiment.verification import FACTS, Verification

RIVAL = "rival structure"
COUNCIL = {True: "council, half never fitted", False: "council, half that may be fitted"}
PATTERN = {True: "pattern, never fitted", False: "pattern, fitted"}
TOLD = "council, told to the model"


def every_check(found: Verification) -> list[dict[str, Any]]:
    """One row a check: key, kind, target, low, high, value, verdict, note; None where not known.

    A pattern has no target but a rule, told in its note. A rival structure's value is how many
    patterns it fails: 1 or more passes, since a rival that shows them all would be as good. A
    council's figure passes within a fifth of the published one, and is near within two; one that
    the model was simply given, or that was imputed, tests nothing and has a kind of its own.
    """
    listed = {each.key for each in found.rows}  # a target that a plan's run answered is there
    plans = [each for each in found.promises if each.key not in listed]
    rows = [_row(each) for each in (*found.rows, *plans, *found.hindcast)]
    rows += [_pattern(each) for each in found.patterns]
    rows += [_rival(each) for each in found.structures[1:]]
    for half in found.halves:
        rows += _councils(half)
    return rows


def _row(row: Row) -> dict[str, Any]:
    return {fact: _plain(getattr(row, fact)) for fact in FACTS}


def _pattern(each: Judged) -> dict[str, Any]:
    told = (each.key, PATTERN[each.held_out], None, None, None, each.value, each.verdict, each.rule)
    return dict(zip(FACTS, map(_plain, told), strict=True))


def _rival(each: Standing) -> dict[str, Any]:
    failed = len(each.failed)
    words = f"{each.says}; fails {', '.join(each.failed) or 'none'}"
    told = (each.key, RIVAL, None, 1, len(each.patterns), failed, PASS if failed else MISS, words)
    return dict(zip(FACTS, told, strict=True))


def _councils(half: Half) -> Iterator[dict[str, Any]]:
    for row in half.rows:
        known = math.isfinite(row.ratio)
        given = FIGURES[row.key].given
        words = f"imputed: {row.imputed}" if row.imputed else given
        kind = TOLD if given == GIVEN or row.imputed else COUNCIL[half.name == UNTOUCHED]
        told = (
            f"{row.key} {row.council}", kind, row.published,
            row.published * (1 - NEAR_ENOUGH), row.published * (1 + NEAR_ENOUGH), row.value,
            verdict_of_ratio(row.ratio) if known else NOT_COMPUTED, words,
        )  # fmt: skip
        yield dict(zip(FACTS, map(_plain, told), strict=True))


def _plain(value: Any) -> Any:
    """None for a figure that is not a number, which JSON cannot hold."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
