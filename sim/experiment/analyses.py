"""Analyses for a notebook: each one call, each answer one table, nothing left on the disk.

    sim.uncertainty("bevy_hub", place="Hastings", draws=3, seeds=2)
    sim.table_of(sim.evaluate("local_area_coordination", members=4))

Like the front desk of the analysts' rooms: it hands a request on and brings back a table. Looks at
the rooms it names; changes nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import UserMistake
from sim.experiment.ensemble import Progress

FIT = ("key", "kind", "verdict", "value", "target", "low", "high")


def uncertainty(
    *presets: object,
    place: str | None = None,
    residents: int | None = None,
    years: int | None = None,
    draws: int = 8,
    seeds: int = 4,
    rule_draws: int = 0,
    seed: int = 1,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Luck, unknown numbers and unsure rules told apart: one row a preset and outcome.

    Every parameter draw is lived under every seed, with and without the plan; `rule_draws` of them
    under eight rival sets of rules too. `share_luck`, `share_parameters` and `share_structure` are
    shares of the variance of the paired difference in the last year. Raises UserMistake.
    """
    from sim.experiment import uncertainty as room

    crossed = room.crossing(
        presets, place=place, residents=residents, years=years, draws=draws, seeds=seeds,
        rule_draws=rule_draws, seed=seed,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="sim_uncertainty_") as passing:
        return table_of(room.uncertainty(crossed, Path(passing), jobs, progress))


def validate(residents: int | None = None, years: int | None = None, seed: int = 1) -> pd.DataFrame:
    """England's baseline beside the published figures, misses first: one row a figure."""
    from sim.experiment import validate as room

    asked: dict[str, Any] = {"residents": residents, "years": years}
    rows = room.validate(seed=seed, **{k: each for k, each in asked.items() if each is not None})
    return pd.DataFrame([{fact: getattr(row, fact) for fact in FIT} for row in rows])


def table_of(answer: Any) -> pd.DataFrame:
    """An analysis's answer as a table.

    An evaluation gives a row a design, the truth last; a list of answers a row each. Raises
    UserMistake for what is no answer.
    """
    if hasattr(answer, "rows") and hasattr(answer, "facts"):
        return pd.DataFrame([*answer.rows(), answer.facts()["truth"]]).set_index("design")
    if isinstance(answer, Iterable):
        rows = list(answer)
        if rows and all(hasattr(each, "facts") for each in rows):
            return pd.DataFrame([each.facts() for each in rows])
    raise UserMistake(f"table_of: {type(answer).__name__} is no answer of an analysis.")
