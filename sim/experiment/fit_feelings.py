"""Loneliness along the decade: level, answers, who, and how it lasts from one year to the next.

Looks at residents' feelings once a year and draws the survey's answers; changes nothing. Shares
are chances integrated over answer noise; persistence uses drawn answers of the same living
people twelve months apart, as a panel survey would.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.agents.feelings import answer_shares, answers, often_lonely_chance
from sim.experiment.fit_finding import Findings, Floats, published
from sim.world.bands import ANSWERS, PENSION_AGE, QUINTILES, Sex

AGES = {"16_24": (16, 25), "25_34": (25, 35), "35_49": (35, 50), "50_64": (50, 65),
        "65_74": (65, 75), "75_plus": (75, 999)}  # fmt: skip


@dataclass(frozen=True)
class Wave:
    """One yearly survey: who answered, and whether lonely by the broad cut and 'often'."""

    ids: Any
    broad: Any
    often: Any
    quintile: Any


@dataclass
class Feelings:
    """Yearly looks at loneliness, and pooled answers of people seen twice."""

    looks: list[dict[str, float]] = field(default_factory=list)
    monthly: list[float] = field(default_factory=list)
    last: Wave | None = None
    pairs: dict[str, list[float]] = field(default_factory=dict)

    def look(self, model: Any) -> None:
        """Take the yearly survey."""
        self.looks.append(_shares(model))
        wave = _survey(model)
        if self.last is not None:
            self._pool(self.last, wave)
        self.last = wave

    def month(self, model: Any) -> None:
        """Note the month's level from the diary."""
        self.monthly.append(float(model.often_lonely_share))

    def _pool(self, before: Wave, after: Wave) -> None:
        _, old, new = np.intersect1d(before.ids, after.ids, return_indices=True)
        fifth = before.quintile[old]
        groups = {"all": np.ones(old.size, dtype=bool), "most": fifth == 0,
                  "least": fifth == len(QUINTILES) - 1}  # fmt: skip
        for name, here in groups.items():
            was, still = before.broad[old][here], after.broad[new][here]
            self._add(f"stay_{name}", still[was])
            self._add(f"start_{name}", still[~was])
        was_often = before.often[old]
        self._add("stay_often", after.often[new][was_often])

    def _add(self, name: str, flags: Any) -> None:
        kept = self.pairs.setdefault(name, [0.0, 0.0])
        kept[0] += float(flags.sum())
        kept[1] += flags.size

    def report(self, found: Findings) -> None:
        """Turn what was seen into findings."""
        self._level(found)
        self._patterns(found)
        self._persistence(found)

    def _level(self, found: Findings) -> None:
        start = self.looks[0]
        found.add("lonely_often_always_2023_24", start["often"], "on the day the record opens")
        years = [np.mean(self.monthly[at : at + 12]) for at in range(0, len(self.monthly), 12)]
        told = ", ".join(f"{100 * year:.2f}" for year in years)
        nan = math.nan
        low, high = (min(years), max(years)) if years else (nan, nan)
        found.add("often_lonely_lowest_year", low, f"per cent by year: {told}")
        found.add("often_lonely_highest_year", high, f"per cent by year: {told}")
        end, words = self.looks[-1], "at the end of the run; cuts were fixed at the start"
        year = [look["never"] for look in self.looks[:2]]
        found.add("lonely_never_2024_25", float(np.mean(year)), "start and end of 2024/25")
        found.add("lonely_never_2023_24", end["never"], words)
        found.add("lonely_occasionally_2016_17", end["occasionally"], words)
        found.add("lonely_some_of_time", end["some_of_the_time"], words)
        found.add("lonely_any_some_often", end["some_of_the_time"] + end["often_or_always"], words)

    def _mean(self, name: str) -> float:
        return float(np.mean([look[name] for look in self.looks]))

    def _error(self, name: str) -> float:
        """Luck of one yearly look: the looks share their people, so more of them add little."""
        return float(np.mean([look[f"{name}_luck"] for look in self.looks]))

    def _patterns(self, found: Findings) -> None:
        words = "mean of the yearly looks"
        weights = {age: self._mean(f"people_{age}") for age in AGES}
        profile = {age: published(f"lonely_often_always_{age}") for age in AGES}
        level = sum(weights[age] * profile[age] for age in AGES)
        told = f"ratio to everyone's share, at the published profile's own level {level:.4f}; "
        ratio = {age: self._mean(age) / self._mean("often") for age in AGES}
        for age in AGES:
            luck = self._error(age) / self._mean("often") * level
            found.add(f"lonely_often_always_{age}", ratio[age] * level, told + words, luck)
        for age in ("16_24", "25_34"):
            key = f"lonely_often_always_{age}_2023_24"
            found.add(key, self._mean(age), words, self._error(age))
        for who in ("disabled", "nondisabled", "female", "male"):
            key = f"lonely_often_always_{who}"
            found.add(key, self._mean(who), words, self._error(who))
        found.add("lonely_often_always_disabled_2023_24", self._mean("disabled"), words,
                  self._error("disabled"))  # fmt: skip
        kept = [
            (ratio[a] > ratio[b]) == (profile[a] > profile[b])
            for a in AGES for b in AGES if a < b and profile[a] != profile[b]
        ]  # fmt: skip
        told = ", ".join(f"{age.replace('_', '-')} {ratio[age]:.2f}" for age in AGES)
        found.add("lonely_age_order_kept", float(np.mean(kept)),
                  f"share of pairs of ages in the published order; ratios {told}")  # fmt: skip
        right = [look["disabled"] > look["nondisabled"] for look in self.looks]
        times = self._mean("disabled") / self._mean("nondisabled")
        found.add("lonely_disability_order_kept", float(np.mean(right)),
                  f"share of yearly looks with disabled people lonelier; on average {times:.1f} "
                  "times as often")  # fmt: skip
        found.add(
            "lonely_ratio_no_weekly_contact", self._mean("apart_65"),
            f"65 or over, under the stated hours of company; everyone {self._mean('apart'):.2f}; "
            + words, 0.0,
        )  # fmt: skip

    def _persistence(self, found: Findings) -> None:
        if not self.pairs:
            return
        words = "pooled over the run, same living people a year apart"
        stay = {name: hit / max(size, 1) for name, (hit, size) in self.pairs.items()}

        def luck(name: str) -> float:
            hit, size = self.pairs[name]
            share = hit / max(size, 1)
            return math.sqrt(share * (1 - share) / max(size, 1))

        found.add(
            "lonely_persist_1y_broad_cut", stay["stay_all"],
            f"{words}; onset {stay['start_all']:.3f}; of those often lonely, "
            f"{stay['stay_often']:.2f} a year later (unknown: 0.40 to 0.65)", luck("stay_all"),
        )  # fmt: skip
        for name in ("most", "least"):
            found.add(f"lonely_persist_1y_{name}_deprived", stay[f"stay_{name}"], words,
                      luck(f"stay_{name}"))  # fmt: skip
            found.add(f"lonely_onset_1y_{name}_deprived", stay[f"start_{name}"], words,
                      luck(f"start_{name}"))  # fmt: skip


def _survey(model: Any) -> Wave:
    people, norms = model.world.people, model.norms
    args = (model.p, model.luck, model.month)
    broad = answers(people, np.array([norms.broad_cut]), *args) > 0
    often = answers(people, norms.thresholds, *args) == len(ANSWERS) - 1
    return Wave(people.id.copy(), broad, often, people.quintile.copy())


def _shares(model: Any) -> dict[str, float]:
    people, norms = model.world.people, model.norms
    z: Floats = people.z.astype(np.float64)
    often = often_lonely_chance(z, norms.thresholds, model.p.answer_noise)
    steps = answer_shares(z, norms.thresholds, model.p.answer_noise).mean(axis=0)
    years = people.age_months // 12
    groups = {age: (years >= low) & (years < high) for age, (low, high) in AGES.items()}
    found = {f"people_{age}": float(here.mean()) for age, here in groups.items()}
    groups |= {
        "disabled": people.disabled, "nondisabled": ~people.disabled,
        "female": people.sex == Sex.FEMALE, "male": people.sex == Sex.MALE,
    }  # fmt: skip
    found |= dict(zip(ANSWERS, map(float, steps), strict=True))
    found["often"] = float(often.mean())
    for name, here in groups.items():
        share = float(often[here].mean())
        found[name] = share
        found[f"{name}_luck"] = math.sqrt(share * (1 - share) / here.sum())
    apart = people.company < model.p.isolated_below_hours
    older = years >= PENSION_AGE
    for name, among in (("apart", np.ones(len(people), dtype=bool)), ("apart_65", older)):
        cut, rest = often[among & apart], often[among & ~apart]
        found[name] = float(cut.mean() / rest.mean()) if cut.size and rest.size else math.nan
    return found
