"""A stand-in town with the real model's contract, quick and with knowable answers.

Mischief (failing, dying, dawdling) is asked for in the plan, so that it travels to workers.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

MONTHLY = ("often_lonely_share", "crises_per_1000", "waiting_per_1000")


@dataclass(frozen=True)
class FakePlan:
    """A plan that shifts every value by `shift`, or makes mischief."""

    name: str
    shift: float = 0.0
    reach: int = 0
    mischief: str = ""
    on_member: int = -1
    # A file that remembers a mischief already done, for mischief that happens once.
    once: str = ""
    text: str = ""
    seconds: float = 0.0

    def to_toml(self) -> str:
        return f'title = "{self.name}"\nshift = {self.shift}\nreach = {self.reach}\n{self.text}'


@dataclass
class FakeDiary:
    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        return self.rows


@dataclass
class FakeLives:
    years: int
    shift: float
    asked: list[int] = field(default_factory=list)

    def table(self, ids: np.ndarray) -> pd.DataFrame:
        months = [12 * (year + 1) for year in range(self.years)]
        value = float(np.sum(ids)) + self.shift
        return pd.DataFrame(
            {"month": months, "measure": "often_lonely_share", "value": [value] * self.years}
        )


class FakeModel:
    def __init__(self, place, residents, years, plan, rng, draw, causal="central"):
        self.place, self.residents, self.years = place, residents, years
        self.plan, self.seed, self.draw = plan, rng, draw
        self.reached = np.arange(1, plan.reach + 1, dtype=np.uint64)

    def run(self) -> None:
        self._mischief()
        time.sleep(self.plan.seconds)
        # Luck of the member alone: the same in every scenario. Shuffled on purpose below.
        luck = np.random.default_rng([self.seed, self.draw])
        rows = [
            (month, group, measure, luck.normal() + number + self.plan.shift)
            for month in range(1, 12 * self.years + 1)
            for group in ("all", "carer")
            for number, measure in enumerate(MONTHLY)
        ]
        frame = pd.DataFrame(rows, columns=["month", "group", "measure", "value"])
        self.diary = FakeDiary(frame.sample(frac=1.0, random_state=0, ignore_index=True))
        self.lives = FakeLives(self.years, self.plan.shift)

    def provenance(self) -> dict:
        return {"place": self.place, "warnings": [], "unspent_gbp": np.float64(1.5)}

    def _mischief(self) -> None:
        plan = self.plan
        if not plan.mischief or plan.on_member not in (-1, self.draw):
            return
        if plan.once:
            if Path(plan.once).exists():
                return
            Path(plan.once).write_text("done")
        if plan.mischief == "raise":
            raise RuntimeError("the town flooded")
        if plan.mischief == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if plan.mischief == "ctrl-c":
            raise KeyboardInterrupt
        if plan.mischief == "terminate":
            os.kill(os.getpid(), signal.SIGTERM)
