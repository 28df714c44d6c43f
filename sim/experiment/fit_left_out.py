"""Targets that are no target of their own: the same fact twice, or a figure that is given.

Looks at the registry and the official series; changes nothing. The fit lists them with their
reason, so that every row of the evidence that is called a target is found there.
"""

from __future__ import annotations

from collections.abc import Container

from sim.evidence import registry, series
from sim.experiment.fit_finding import NOT_COMPUTED, Row


def rows(measured: Container[str] = ()) -> list[Row]:
    """One row for each target left out of the registry's targets and not measured; its reason."""
    kept = {row.key for row in registry().targets()}
    given = {each.same_as: each.series for each in series.points() if each.use == "input"}
    return [
        Row(
            row.key, row.kind, row.value, None, None, None, NOT_COMPUTED,
            f"The same fact as {row.same_as}, {_standing(row.same_as)}."
            if row.same_as
            else f"Given to the model: a point of the official series {given[row.key]}.",
        )
        for row in registry()
        if row.is_target and row.key not in kept and row.key not in measured
    ]  # fmt: skip


def _standing(key: str) -> str:
    """What becomes of the row that holds the fact."""
    row = registry().get(key)
    if row.is_target:
        return "which is listed"
    return "which is given to the model" if row.kind == "parameter" else "kept for the reader"
