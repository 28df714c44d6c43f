"""The care workforce over a whole run: posts, vacancies, turnover, hours nobody was there for.

Looks at the model's market after every month; changes nothing. Workers are few in a small run, so
all its months are used. Scaled to England.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.agents.employers import CARE_HOMES, HOME_CARE, Employer
from sim.agents.jobs import turnover
from sim.experiment.fit_finding import Findings
from sim.units import MINUTES_PER_HOUR

ACCOUNT = "account_5_workforce_"
INDEPENDENT = (*HOME_CARE, *CARE_HOMES, Employer.SUPPORTED_LIVING)
VACANCIES: dict[str, tuple[Employer, ...]] = {
    "vacancy_rate_home_care": HOME_CARE,
    "vacancy_rate_care_homes": CARE_HOMES,
    "vacancy_rate_all": (*INDEPENDENT, Employer.REABLEMENT),
}
TURNOVER: dict[str, tuple[Employer, ...]] = {
    "turnover_independent_sector": INDEPENDENT,
    "turnover_personal_assistants": (Employer.PERSONAL_ASSISTANT,),
}


@dataclass
class Workforce:
    """Posts, people in them and minutes short, by kind of employer, added up over months."""

    posts: Any = field(default_factory=lambda: np.zeros(len(Employer)))
    filled: Any = field(default_factory=lambda: np.zeros(len(Employer)))
    short: Any = field(default_factory=lambda: np.zeros(len(Employer)))
    months: int = 0
    market: Any = None

    def month(self, model: Any) -> None:
        """Add up a month."""
        posts, size = model.posts, len(Employer)
        self.posts += np.bincount(posts.kind, minlength=size)
        self.filled += np.bincount(posts.kind[posts.filled], minlength=size)
        self.short += list(model.market.undelivered().values())
        self.months += 1
        self.market = model.market

    def report(self, found: Findings) -> None:
        """Turn the run into findings."""
        if not self.months:
            return
        for name, kinds in VACANCIES.items():
            self._vacancies(found, ACCOUNT + name, kinds)
        for name, kinds in TURNOVER.items():
            value, workers = turnover(self.market, *kinds), self._mean(self.filled, kinds)
            years = self.months / 12
            luck = math.sqrt(value / max(workers * years, 1)) if value >= 0 else 0.0
            found.add(ACCOUNT + name, value, f"whole run, {workers:.0f} workers", luck)
        scale = found.scale
        everyone = self._mean(self.filled, tuple(Employer)) * scale
        left_out = "NHS, day care and NHS-funded home care, social workers are left out"
        found.add(f"{ACCOUNT}filled_posts_as_published_2024", everyone, left_out)
        home = self._mean(self.filled, (*HOME_CARE, Employer.SUPPORTED_LIVING)) * scale
        found.add(f"{ACCOUNT}independent_home_care_filled_posts", home, "supported living in it")
        own = self._mean(self.filled, (Employer.PERSONAL_ASSISTANT,)) * scale
        found.add(f"{ACCOUNT}personal_assistants", own, "those paid with direct payments")
        short = self._mean(self.short, HOME_CARE) / MINUTES_PER_HOUR * scale
        key = f"{ACCOUNT}commissioned_hours_not_delivered_council_home_care"
        found.add(key, short, "hours a week, short of staff")

    def _mean(self, sums: Any, kinds: tuple[Employer, ...]) -> float:
        return float(sums[list(kinds)].sum()) / self.months

    def _vacancies(self, found: Findings, key: str, kinds: tuple[Employer, ...]) -> None:
        posts, filled = self._mean(self.posts, kinds), self._mean(self.filled, kinds)
        if not posts:
            return
        vacancy = 1.0 - filled / posts
        luck = math.sqrt(max(vacancy * (1 - vacancy), 0.0) / posts / 2)
        found.add(key, vacancy, f"whole run, {posts:.0f} posts", luck)
