"""One person's years, kept from the first run of a comparison: lived without and with one plan.

It steps two towns side by side and follows, in both, the first people the plan reaches, from the
month it reaches them; no town is lived twice. Following changes nobody. At the end a stated rule
picks one of them. Nobody is named, and nobody is real.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import UserMistake
from sim.experiment import beside_rows
from sim.experiment.request import Plan
from sim.experiment.story_rules import choose

KEY = "story"
FILE = "story.json"
FOLLOWED = 24  # of the first people reached: what they cost stays far under a tenth of a run
LEAST_MONTHS = 12  # a shorter story says next to nothing
PAYS_FOR_CARE = frozenset({"formal_services", "fair_pay"})  # levers that reach nobody by name
SHOWN = (
    "answer", "told", "outside_friends", "company", "sex", "care_home", "household_size", "has_car",
    "carer", "hub", "age_months", "quintile", "need",
)  # fmt: skip


def plan_to_tell(plans: Sequence[Plan]) -> Plan | None:
    """The plan with the most pounds a head outside care services; None where none has any."""

    def pounds(plan: Plan) -> float:
        levers = getattr(plan, "invest", ())
        sums = (float(each.gbp_per_head) for each in levers if each.lever not in PAYS_FOR_CARE)
        return sum(sums, 0.0)

    able = [plan for plan in plans if pounds(plan) > 0]
    return max(able, key=lambda plan: (pounds(plan), plan.name)) if able else None


def tell_first(plans: Sequence[Plan]) -> list[Plan]:
    """The same plans, the one to tell of first, since it is lived beside the baseline."""
    told = plan_to_tell(plans)
    return sorted(plans, key=lambda plan: plan is not told)


def live_side_by_side(base: Any, model: Any) -> None:
    """Run both towns to the horizon, month by month, following the first whom the plan reaches.

    Towns that keep no chronicle are only run.
    """
    if not (hasattr(base, "chronicle") and hasattr(model, "chronicle")):
        base.run()
        model.run()
        return
    seen: set[int] = set()
    while model.month < model.horizon:
        base.step()
        model.step()
        if len(model.chronicle.lives) >= FOLLOWED:
            continue
        fresh = [each for each in model.reached.tolist() if each not in seen]
        seen.update(fresh)
        for each in _here(base, _here(model, fresh))[: FOLLOWED - len(model.chronicle.lives)]:
            base.follow(each)
            model.follow(each)


def _here(model: Any, identities: Iterable[int]) -> list[int]:
    who = np.array(list(identities), dtype=np.uint64)
    return [int(each) for each in who[model.world.people.row_of(who) >= 0]]


def of_member(model: Any, base: Any) -> dict[str, Any]:
    """The story of one of those followed, under `KEY`; empty where nobody fits the rule."""
    lives = getattr(getattr(model, "chronicle", None), "lives", {})
    long = [each for each, life in lives.items()
            if life.until_month - life.from_month >= LEAST_MONTHS]  # fmt: skip
    if not long:
        return {}
    try:
        identity, rule = choose(base, model, "median", model.plan.name, long)
    except UserMistake:
        return {}
    return {
        KEY: {
            "identity": str(identity),
            "rule": f"{rule}, of the first {len(lives)} whom the plan reached and with "
            f"{LEAST_MONTHS} months or more since. Told from the month it reached them",
            "without": _life(base.chronicle.lives[identity]),
            "with": _reached(_life(lives[identity])),
        }
    }


def keep(folder: Path, told: Mapping[int, dict[str, Any]]) -> bool:
    """Take the story out of what members kept and write it to story.json."""
    number, stories = beside_rows.take_out(told, KEY)
    found: dict[str, Any] = {}
    for name, story in stories.items():  # one plan's: the one lived beside the baseline
        found = {"member": number, "scenario": name, **story}
    return beside_rows.write_or_clear(found, folder / FILE)


def _life(life: Any) -> dict[str, Any]:
    """A followed life as JSON: numbers and the names of kinds, no words of anybody's."""
    return {
        "from_month": life.from_month,
        "until_month": life.until_month,
        "left": life.left,
        "opening": _seen(life.opening),
        "closing": _seen(life.closing),
        "happenings": [
            {
                "month": each.month,
                "kind": each.kind,
                "column": each.column,
                "after": 1 if each.column == "partner" else each.after,
                "about": [[one.age, one.sex, one.near] for one in each.about],
                "detail": dict(each.detail),
            }
            for each in life.happenings
        ],
    }


def _reached(told: dict[str, Any]) -> dict[str, Any]:
    """The life with what began it: the plan reached them, in the month it is told from."""
    began = {"month": told["from_month"], "kind": "reached", "column": "reached", "after": 1,
             "about": [], "detail": {}}  # fmt: skip
    return told | {"happenings": [began, *told["happenings"]]}


def _seen(seen: Any) -> dict[str, Any]:
    told = {name: seen.values[name] for name in SHOWN}
    return told | {"partner": bool(seen.values["partner"]), "friends": len(seen.tied["friends"])}
