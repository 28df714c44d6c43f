"""The settings of one run, in Mesa's own form, so that batch_run and a Reset button work.

`scenario` is Mesa's word for run settings; our preset, file or `sim.Scenario` is the `plan`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from mesa.experimental.scenarios import Scenario as MesaScenario

from sim.scenario import Scenario


class Settings(MesaScenario):  # type: ignore[misc]
    """Place, size, horizon, plan, draw and causal reading of one run; `rng` is the seed."""

    place: Any = "Brighton and Hove"
    residents: int | None = 10_000
    years: int = 10
    plan: str | Path | Scenario = "baseline"
    draw: int = 0
    causal: str = "central"
    given: tuple[tuple[str, float], ...] = ()  # numbers set as a draw would set them
    feedback: bool = True
    lives: bool = True


def settings_from(given: Any, overrides: dict[str, Any]) -> Settings:
    """Settings from Mesa's object (or nothing) and keyword overrides."""
    from sim.errors import UserMistake, did_you_mean

    if given is not None and not hasattr(given, "to_dict"):
        raise UserMistake(
            f"scenario = {given!r}: Mesa's run settings belong here (sim.settings.Settings). "
            "A preset or a file of ours is the plan: CommunityModel(plan=...)."
        )
    values = dict(given.to_dict()) if given is not None else {}
    values.pop("model", None)
    values.pop("_scenario_id", None)
    values |= overrides
    known = {*Settings.__annotations__, "rng"}
    unknown = sorted(set(values) - known)
    if unknown:
        raise UserMistake(
            f"CommunityModel has no setting {unknown[0]!r}.{did_you_mean(unknown[0], known)}"
        )
    if values.get("rng") is None:
        values["rng"] = 1
    for name in ("rng", "years", "draw"):
        if isinstance(values.get(name), np.integer):  # a notebook's own numbers
            values[name] = int(values[name])
    seed = values["rng"]  # looked at here, before Mesa hands it to numpy
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise UserMistake(f"rng = {seed!r} cannot be used; give a whole number of at least 0.")
    return Settings(**values)
