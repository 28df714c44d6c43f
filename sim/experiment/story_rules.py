"""Whose story is told: the rules that pick one resident out of a finished pair of runs.

It looks at two models through their yearly record of lives and changes nothing. A chosen example
is an argument; a rule is not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserMistake

RULES = {
    "median": "the person reached whose loneliness changed by the median amount",
    "most": "the person reached whose loneliness fell the most",
    "least": "the person reached whose loneliness fell the least, or rose",
    "not_reached": (
        "of the people not reached who were more likely than not often lonely without the plan, "
        "the one whose loneliness changed by the median amount"
    ),
}
_SCORE = "loneliness by three questions (UCLA-3), 3 to 9, average of the last year"


def choose(base: Any, model: Any, person: str, plan: str, within: Any = None) -> tuple[int, str]:
    """The identity that a rule picks from a finished pair of runs, and the rule in full.

    `within` are the identities it may pick from; None is everybody. Raises UserMistake when nobody
    fits.
    """
    ids, before, after, lonely = _last_year(base, model)
    reached = np.isin(ids, np.asarray(model.reached, dtype=np.uint64))
    among = ~reached & lonely if person == "not_reached" else reached
    if within is not None:
        among &= np.isin(ids, np.asarray(within, dtype=np.uint64))
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
    from sim.world.people import COUNTED  # late: whoever only reads results needs no world

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
