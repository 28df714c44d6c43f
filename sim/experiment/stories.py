"""Choosing whose story to tell, by a stated rule, and living it without and with a plan.

One paired run finds who fits the rule; the same run again follows only them, since the same seed
gives the same lives. It may look at models through their lives and chronicles; it writes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chronicle import Life, life_of
from sim.errors import UserMistake, did_you_mean
from sim.experiment.ensemble import Progress
from sim.experiment.request import REAL_MODEL, Plan, Request, resolve
from sim.experiment.run import build_request
from sim.mistakes import visible
from sim.world.people import COUNTED

RULES = {
    "median": "the person reached whose loneliness changed by the median amount",
    "most": "the person reached whose loneliness fell the most",
    "least": "the person reached whose loneliness fell the least, or rose",
    "not_reached": (
        "of the people not reached who were more likely than not often lonely without the plan, "
        "the one whose loneliness changed by the median amount"
    ),
}
_SCORE = "UCLA-3 score, 3 to 9, average of the last year"
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


def choose(base: Any, model: Any, person: str, plan: str) -> tuple[int, str]:
    """The identity that a rule picks from a finished pair of runs, and the rule in full."""
    ids, before, after, lonely = _last_year(base, model)
    reached = np.isin(ids, np.asarray(model.reached, dtype=np.uint64))
    among = ~reached & lonely if person == "not_reached" else reached
    if not among.any():
        told = f"nobody whom {plan} reached lived here all through the last year", "not_reached"
        if person == "not_reached":
            told = "nobody often lonely without the plan was left unreached", "median"
        raise UserMistake(f"person: {told[0]}. Try more years or residents, or --person {told[1]}.")
    rows = np.flatnonzero(among)
    change = after[rows] - before[rows]
    line = rows[np.lexsort((ids[rows], change))]  # the largest fall first
    at = {"most": 0, "least": line.size - 1}.get(person, (line.size - 1) // 2)
    row = line[at]
    return int(ids[row]), (
        f"{RULES[person]}: from {before[row]:.2f} to {after[row]:.2f} ({_SCORE}), "
        f"among {line.size:,} such people here all year"
    )


def _last_year(
    base: Any, model: Any
) -> tuple[NDArray[np.uint64], NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Everybody here all through the last year of both runs, in order of identity.

    Returns identities, UCLA-3 without and with the plan, and who was likely often lonely without.
    """
    tables = []
    for world in (base, model):
        last = max((page[0] for page in world.lives.pages), default=0)
        pages = [page for page in world.lives.pages if page[0] == last]
        if not pages:
            raise UserMistake("years: a story needs at least one whole year.")
        ids = np.concatenate([page[1] for page in pages])
        sums = np.concatenate([page[2] for page in pages]).astype(np.float64)
        whole = sums[:, COUNTED.index("people")] == 12
        order = np.argsort(ids[whole])
        tables.append((ids[whole][order], sums[whole][order] / 12))
    (mine, before), (theirs, after) = tables
    both = np.intersect1d(mine, theirs)
    before, after = before[np.isin(mine, both)], after[np.isin(theirs, both)]
    score = COUNTED.index("ucla3")
    lonely = before[:, COUNTED.index("often_lonely")] > 1 / 2
    return both, before[:, score], after[:, score], lonely


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
