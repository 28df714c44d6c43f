"""Targeting: which neighbourhoods a plan's money goes to first, and how weak a place's fabric is.

Looks at the place data (cars and deprivation by neighbourhood; pubs, libraries and their hours by
council) and at readiness; changes nothing. Every order is total: ties go by keyed luck.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserMistake
from sim.luck import Decision
from sim.parameters import Parameters
from sim.world.place_data import Neighbourhoods, all_neighbourhoods
from sim.world.place_facts import bases, council_figure

if TYPE_CHECKING:
    from sim.model import CommunityModel

Floats = NDArray[np.float64]

# Parts of the index of weak infrastructure; a higher figure is weaker. Pubs, libraries and hours
# are known by council only, so they tell neighbourhoods apart only in a place of several councils.
PARTS = ("pubs", "libraries", "library_hours", "no_car", "deprivation")
_BY_COUNCIL = {
    "pubs": "pubs_bars_2018",
    "libraries": "libraries",
    "library_hours": "library_hours_per_week",
}


def infrastructure_parts(here: Neighbourhoods) -> dict[str, Floats]:
    """Each part of the index in standard deviations of England's neighbourhoods: float64[n].

    Zero is England's mean; above it is weaker: fewer pubs, libraries and library hours a head,
    more homes without a car, more deprivation.
    """
    found = {}
    for part, (mean, spread) in _england().items():
        found[part] = (_raw(here, part) - mean) / spread
    return found


def weak_infrastructure(here: Neighbourhoods, p: Parameters) -> Floats:
    """The index: weighted mean of its parts, float64[n]; the weights are rows of the evidence."""
    return _weighed(infrastructure_parts(here), p)


def left_behind(here: Neighbourhoods, p: Parameters) -> NDArray[np.bool_]:
    """Whether a neighbourhood is in the weakest fifth of England by the index: bool[n]."""
    everywhere = _weighed(_england_parts(), p)
    return np.asarray(
        weak_infrastructure(here, p) >= np.quantile(everywhere, 1.0 - p.left_behind_share)
    )


def areas_first(
    community: CommunityModel, where: str, named: tuple[str, ...] = ()
) -> NDArray[np.int64]:
    """Neighbourhood rows in the order a plan wants them: int64[n], or those it names.

    `by_readiness` is money open to bids: the readiest first, then the least deprived, unless
    capacity building has changed who is ready. Raises UserMistake when no named one is here.
    """
    model: Any = community
    here = model.sample.neighbourhoods
    tie = model.luck.uniform(Decision.HUB_CHANCE, model.place_keys, 1)
    if where == "named":
        return _named(model, here, named)
    if where == "by_readiness":
        return np.asarray(np.lexsort((tie, here.imd_score, -model.readiness.level)))
    if where == "weakest_infrastructure_first":
        return np.asarray(np.lexsort((tie, -weak_infrastructure(here, model.p))))
    score = {"evenly": tie, "most_deprived_first": -here.imd_score}[where]
    return np.asarray(np.lexsort((tie, score)))


def areas_served(
    community: CommunityModel, where: str, named: tuple[str, ...], share: float
) -> NDArray[np.int64]:
    """The first of them, until they hold `share` of the people (at least one): int64[k]."""
    model: Any = community
    line = areas_first(community, where, named)
    if where == "named":
        return line
    people = model.sample.neighbourhoods.people.sum(axis=1)[line]
    before = np.cumsum(people) - people
    return line[before < share * people.sum()] if share > 0.0 else line[:1]


def _named(model: Any, here: Neighbourhoods, named: tuple[str, ...]) -> NDArray[np.int64]:
    wanted = {name.casefold() for name in named}
    rows = [
        row
        for row in range(len(here))
        if here.code[row].casefold() in wanted or here.name[row].casefold() in wanted
    ]
    if not rows:
        raise UserMistake(
            f"neighbourhoods = {list(named)}: none of them is in this sample of "
            f"{model.place.name}. In it: {', '.join(here.name[:8])}."
        )
    return np.array(rows)


def _raw(here: Neighbourhoods, part: str) -> Floats:
    """A part in its own unit, turned so that more is weaker: float64[n]."""
    if part == "no_car":
        return here.no_car_share
    if part == "deprivation":
        return here.imd_score
    codes, which = np.unique(here.utla, return_inverse=True)
    own = here.own and float(here.own.whole.people.sum())
    each = [
        -council_figure(code, _BY_COUNCIL[part], here) / (own or bases(code)["people"])
        for code in codes
    ]
    return np.array(each)[which]


@cache
def _england() -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of each part over England's neighbourhoods."""
    everywhere = all_neighbourhoods()
    raw = {part: _raw(everywhere, part) for part in PARTS}
    return {part: (float(each.mean()), float(each.std())) for part, each in raw.items()}


@cache
def _england_parts() -> dict[str, Floats]:
    return infrastructure_parts(all_neighbourhoods())


def _weighed(parts: dict[str, Floats], p: Parameters) -> Floats:
    weights = p.array("infrastructure_weight", PARTS)
    total = np.asarray([parts[part] for part in PARTS])
    return np.asarray(weights @ total / weights.sum())
