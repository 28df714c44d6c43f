"""A made-up output folder for the show tests: numbers chosen, nothing run.

Baseline, services_only and bevy_hub; 8 members; 10 years; Brighton and Hove. It goes through the
real summariser, so what the show reads is what a run writes. The people behind the tests may
change effects, titles and members; the random stream is fixed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment import results, summary
from sim.outcomes import MEASURES

LEVELS = {
    "often_lonely_share": 0.071,
    "crises_per_1000": 96.0,
    "funding_gap_gbp_per_head": 41.0,
    "unmet_hours_per_1000": 310.0,
}
GROUPS = ("all", "imd_1", "imd_5", "age_75_plus", "carer")
# Effect on everyone after ten years, the spread of it between runs, and on people reached.
EFFECTS: dict[str, dict[str, tuple[float, float, float]]] = {
    "services_only": {
        "often_lonely_share": (-0.0001, 0.0009, 0.0),
        "crises_per_1000": (-1.6, 0.7, -3.0),
        "funding_gap_gbp_per_head": (-19.0, 2.5, 0.0),
        "unmet_hours_per_1000": (-92.0, 9.0, -300.0),
    },
    "bevy_hub": {
        "often_lonely_share": (-0.0032, 0.0006, -0.088),
        "crises_per_1000": (-0.5, 0.9, -9.0),
        "funding_gap_gbp_per_head": (0.8, 1.4, 0.0),
        "unmet_hours_per_1000": (-6.0, 3.0, -40.0),
    },
}
TITLES = {
    "baseline": "Nothing new",
    "services_only": "All to care hours and fees",
    "bevy_hub": "A community pub or hub",
}


def tidy(members: int = 8, years: int = 10, effects: Mapping[str, Any] = EFFECTS,
         measures: Sequence[str] = tuple(LEVELS)) -> pd.DataFrame:  # fmt: skip
    """A tidy results table, months and all."""
    luck = np.random.default_rng(7)
    months = np.arange(1, 12 * years + 1)
    ramp = 1 - np.exp(-months / 40)
    parts: list[Part] = []
    for member in range(members):
        for measure in measures:
            level = LEVELS[measure]
            spread = luck.normal(0, 0.02)
            season = 1 + 0.02 * np.sin(months / 2) + spread + months / 12 * 0.012
            per_month = 12 if MEASURES[measure].yearly == "sum" else 1
            groups = GROUPS if MEASURES[measure].by_group else ("all",)
            lean = {each: 1 + 0.2 * at for at, each in enumerate(groups)}
            for group in groups:
                base = level * lean[group] * season
                parts.append(("baseline", member, months, group, measure, base / per_month))
            for scenario, sizes in effects.items():
                mean, sd, reached = sizes[measure]
                size = mean + luck.normal(0, sd)
                for group in groups:
                    value = level * lean[group] * season + size * ramp * lean[group]
                    parts.append((scenario, member, months, group, measure, value / per_month))
                if reached and MEASURES[measure].by_group:
                    ends = months[11::12]
                    base = np.full(len(ends), 2.2 * level) * (1 + spread)
                    size = reached * (1 + luck.normal(0, 0.25))
                    twins = f"reached_by_{scenario}"
                    parts.append(("baseline", member, ends, twins, measure, base))
                    value = base + size * ramp[11::12]
                    parts.append((scenario, member, ends, "reached", measure, value))
    return _table(parts)


Part = tuple[str, int, Any, str, str, Any]  # scenario, member, months, group, measure, values


def _table(parts: Sequence[Part]) -> pd.DataFrame:
    """One table of all parts; built at once, for a small table for each takes a second in all."""
    scenario, member, months, group, measure, values = zip(*parts, strict=True)
    long = [len(each) for each in months]
    member = np.repeat(member, long)
    units = [MEASURES[key].unit for key in measure]
    return pd.DataFrame(
        {
            "scenario": np.repeat(np.array(scenario, dtype=object), long),
            "member": member, "seed": 1 + member, "draw": member,
            "month": np.concatenate(months), "place": "Brighton and Hove",
            "group": np.repeat(np.array(group, dtype=object), long),
            "measure": np.repeat(np.array(measure, dtype=object), long),
            "value": np.concatenate(values),
            "unit": np.repeat(np.array(units, dtype=object), long),
        }
    )  # fmt: skip


def summarised(table: pd.DataFrame) -> pd.DataFrame:
    """The summary of a tidy table, reached rows named as a run names them."""
    return summary.summarise(summary.yearly(table))


def record(members: int = 8, years: int = 10, asked: int | None = None,
           titles: Mapping[str, str] = TITLES, scenarios: Sequence[str] = tuple(EFFECTS),
           place: str = "Brighton and Hove") -> dict[str, Any]:  # fmt: skip
    """What run.json would say."""
    asked = members if asked is None else asked
    text = {
        key: f"title = {json.dumps(titles[key])}\n"
        f"summary = {json.dumps('What ' + key + ' pays for.')}"
        '\nevidence = ["hub_attendance_share"]\n'
        for key in ("baseline", *scenarios)
    }
    told = {
        "place": {"name": place, "code": "E06000043", "people_16_plus": 236_000},
        "sample_match": {"worst_gap_share": 0.011},
        "imputed": ["care spending by line, 2022/23"],
        "warnings": [],
    }
    return {
        "version": "0.1.0", "commit": "0123abc",
        "request": {"presets": list(scenarios), "place": place, "residents": 10_000,
                    "years": years, "members": asked, "seed": 1},
        "scenarios": text, "evidence_hash": "e" * 12, "seeds": list(range(1, asked + 1)),
        "libraries": {"numpy": "2.3"}, "provenance": dict.fromkeys(text, told),
        "partial": members < asked, "members_asked": asked,
        "members_finished": list(range(members)), "members_failed": [],
    }  # fmt: skip


def folder(where: Path, members: int = 8, years: int = 10, effects: Mapping[str, Any] = EFFECTS,
           **told: Any) -> Path:  # fmt: skip
    """Write summary.csv and run.json into `where`."""
    where.mkdir(parents=True, exist_ok=True)
    results.write_summary(summarised(tidy(members, years, effects)), where / "summary.csv")
    page = record(members, years, scenarios=tuple(effects), **told)
    (where / "run.json").write_text(json.dumps(page, sort_keys=True), encoding="utf-8")
    return where
