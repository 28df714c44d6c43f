"""Choosing whose story to tell, by a stated rule, and living it without and with a plan.

One paired run finds who fits the rule; the same run again follows only them, since the same seed
gives the same lives. It may look at models through their lives and chronicles; it writes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sim.chronicle import Life, life_of
from sim.errors import UserMistake, did_you_mean
from sim.experiment.ensemble import Progress
from sim.experiment.request import REAL_MODEL, Plan, Request, resolve
from sim.experiment.run import build_request
from sim.experiment.story_rules import RULES, choose
from sim.mistakes import visible

_MOST_IDENTITY = 2**64 - 1


@dataclass(frozen=True)
class Chosen:
    """One resident, the rule that chose them, and their life without and with the plan."""

    identity: int
    rule: str
    title: str
    place: str
    plan: str
    seed: int
    residents: int
    without: Life
    with_plan: Life


def tell(
    preset: object,
    person: str = "median",
    place: str | None = None,
    residents: int | None = None,
    years: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> Chosen:
    """One resident's life without and with `preset`: the first member of such a comparison.

    `person` is one of `RULES` or an identity. Raises UserMistake when nobody fits.
    """
    request = build_request([preset], place, residents, years, 1, seed)
    if not request.plans:
        raise UserMistake("baseline: a story sets a plan beside the baseline. Name another preset.")
    plan = request.plans[0]
    identity = _identity(person)
    progress = progress or (lambda done, asked, note: None)
    if identity is None:
        base, model = _lived(request, request.baseline), _lived(request, plan)
        progress(1, 2, "found who")
        identity, rule = choose(base, model, person, plan.name)
        del base, model
    else:
        rule = "the resident asked for by identity"
    lives = []
    for each in (request.baseline, plan):
        model = _lived(request, each, identity)
        lives.append(life_of(model, identity))
    progress(2, 2, "told")
    return Chosen(
        identity,
        rule,
        str(getattr(plan, "title", plan.name)),
        request.place,
        plan.name,
        request.seed,
        request.residents,
        lives[0],
        lives[1],
    )


def _identity(person: str) -> int | None:
    """The identity typed, or None for a rule; raises UserMistake for neither."""
    if person in RULES:
        return None
    if re.fullmatch(r"[0-9]{1,20}|0x[0-9a-fA-F]{1,16}", person):
        identity = int(person, 0) if person.startswith("0x") else int(person)
        if identity <= _MOST_IDENTITY:
            return identity
    raise UserMistake(
        f'person: "{visible(person)}" is neither a rule nor an identity.'
        f"{did_you_mean(person, RULES)} Rules: {', '.join(RULES)}."
    )


def _lived(request: Request, plan: Plan, follow: int | None = None) -> Any:
    model = resolve(REAL_MODEL)(
        place=request.where,
        residents=request.residents,
        years=request.years,
        plan=plan,
        rng=request.seed,
        draw=0,
        causal=request.causal,
        lives=follow is None,
    )
    if follow is not None:
        model.follow(follow)
    return model.run()
