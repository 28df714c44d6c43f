"""Whom people meet outside their homes, by age: friends, neighbours, family and hub companions.

Looks at every tie with both ends in the place whose ends live apart; changes nothing. A contact
survey lists everybody met in a day, so ties count by the hours a week they bring. It lists people
met at work and in shops as well, whom the model does not hold; nor does it know the ages of friends
and family elsewhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.world.ties import FULL

NEAR_YEARS = 10


def contacts_by_age(model: Any) -> dict[str, float]:
    """Correlation of the ages of two who meet, and the share of meetings within ten years."""
    people, p = model.world.people, model.p
    years = people.age_months // 12
    ends: list[Any] = []
    others: list[Any] = []
    hours: list[Any] = []
    for name, layer in model.world.ties.layers().items():
        a, b = layer.a[: layer.inner], layer.b[: layer.inner]
        strength = layer.strength[: layer.inner] / FULL
        weight = {
            "friends": p.company_friend * strength,
            "companions": p.company_friend * strength,
            "kin": p.company_kin * strength,
            "neighbours": np.full(layer.inner, p.company_neighbour),
        }[name]
        ends.append(years[a])
        others.append(years[b])
        hours.append(weight * (people.household[a] != people.household[b]))
    one, other, weight = (np.concatenate(each) for each in (ends, others, hours))
    if weight.sum() <= 0:
        return {"contact_correlation": 0.0, "contact_within_10": 0.0}
    mean = np.average((one + other) / 2, weights=weight)
    spread = np.average(((one - mean) ** 2 + (other - mean) ** 2) / 2, weights=weight)
    together = np.average((one - mean) * (other - mean), weights=weight)
    near = np.average(np.abs(one - other) <= NEAR_YEARS, weights=weight)
    return {
        "contact_correlation": float(together / spread) if spread > 0 else 0.0,
        "contact_within_10": float(near),
    }
