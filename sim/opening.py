"""The door: settings become a place, its parameters, its plan and a settled world.

Looks at settings and files; builds each start once and hands out copies, so that the baseline and
every scenario of a member begin from the same evening of 31 March 2024.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Any

from sim.agents.arrows import cut
from sim.agents.council_start import at_this_place
from sim.agents.opening import find_norms, open_place
from sim.agents.risk import Norms
from sim.agents.rivals import choose
from sim.errors import UserMistake
from sim.parameters import Override, Parameters
from sim.scenario import Scenario, load
from sim.settings import Settings
from sim.world.people import World
from sim.world.places import Place, get
from sim.world.sampling import Sample

_KEPT = 2  # worlds kept in memory: the one in use and the one before
_worlds: OrderedDict[Any, World] = OrderedDict()
_norms: deque[tuple[dict[str, float], Norms]] = deque(maxlen=12)


@dataclass(frozen=True)
class Opening:
    """Everything a run starts from; `world` is the run's own copy."""

    place: Place
    sample: Sample
    plan: Scenario
    p: Parameters
    norms: Norms
    world: World


def opening(settings: Settings) -> Opening:
    """Build, or copy, what `settings` ask for; raises UserMistake for what cannot be."""
    plan = load(settings.plan)
    _check(settings)
    place = get(settings.place)
    sample = place.sample(settings.residents)
    overrides = {key: Override(given.value, given.because) for key, given in plan.overrides.items()}
    drawn = (settings.draw, settings.causal, dict(settings.given))
    p = at_this_place(place, Parameters.build(overrides, *drawn))
    chosen = tuple(sorted((key, each.value) for key, each in overrides.items()))
    numbers = (settings.draw, settings.causal, tuple(settings.given), chosen)
    # Norms belong to a draw, not to a plan: an override must show against the same yardstick.
    norms = _norms_of(Parameters.build({}, *drawn))
    streets = tuple(sample.neighbourhoods.code.tolist())
    key = (place.code, place.numbers, streets, int(settings.rng), numbers)
    world = _once(_worlds, key, lambda: open_place(place, sample, p, int(settings.rng)))
    p = choose(cut(p, plan.arrows.model_dump()), plan.rivals.model_dump())
    return Opening(place, sample, plan, p, norms, world.copy())


def _norms_of(usual: Parameters) -> Norms:
    """The norms of these numbers: those found before where every number they rest on is equal."""
    for reads, norms in reversed(_norms):
        if all(usual[key] == value for key, value in reads.items()):
            return norms
    norms = find_norms(usual)
    _norms.append(({key: usual[key] for key in usual.reads}, norms))
    return norms


def _once(kept: OrderedDict[Any, Any], key: Any, build: Any) -> Any:
    if key not in kept:
        kept[key] = build()
        while len(kept) > _KEPT:
            kept.popitem(last=False)
    return kept[key]


def _check(settings: Settings) -> None:
    for name, value, least in (("years", settings.years, 1), ("draw", settings.draw, 0)):
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or value < least:
            raise UserMistake(
                f"{name} = {value!r} cannot be used; give a whole number of at least {least}."
            )
