"""Luck: how many draws a second, of each kind, for a hundred thousand identities at a time."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.clock import once, rates, usual
from sim.luck import Decision, Luck, mix_ids, pair_ids

GOES = 3


def draws(identities: int, repeats: int) -> dict[str, dict[str, float]]:
    """Draws a second by kind."""
    import numpy as np

    luck = Luck(1)
    ids = mix_ids(np.arange(identities, dtype=np.uint64))
    others = ids[::-1].copy()
    kinds: dict[str, Callable[[int], object]] = {
        "uniform": lambda month: luck.uniform(Decision.FEELING, ids, month),
        "normal": lambda month: luck.normal(Decision.FEELING, ids, month),
        "exponential": lambda month: luck.exponential(Decision.FEELING, ids, month),
        "happens": lambda month: luck.happens(Decision.FEELING, ids, month, 1 / 2),
        "pair": lambda month: luck.uniform(Decision.FEELING, pair_ids(ids, others), month),
    }
    found = {}
    for kind, draw in kinds.items():
        draw(0)

        def several(draw: Callable[[int], object] = draw) -> None:
            for month in range(GOES):
                draw(month)

        found[kind] = rates(GOES * identities, usual([once(several) for _ in range(repeats)]))
    return found
