"""The treasury: the council's own money as the record opens.

Looks at what the place's council spends and at care as modelled; opens the council with a budget
of three parts: care, prevention and everything else.
"""

from __future__ import annotations

from typing import Any

from sim.agents import books, means_test
from sim.agents.council import Council, Switches


def open_council(model: Any, net_gbp_per_year: float, switches: Switches) -> Council:
    """The council's own net spending, shared out: care as modelled, the rest as it is.

    `net_gbp_per_year` is what the council spends on the simulated residents, 2024/25 prices.
    """
    people, p = model.world.people, model.p
    council = Council(model, net_gbp_per_year, p, switches)
    means_test.charge(people, books.fees_now(council, p), p, model.luck)
    care = books.net_care_pence(people, books.fees_now(council, p), p)
    prevention = round(council.base_pence * p.prevention_share_of_net)
    council.prevention_pence = prevention
    council.other_pence = max(council.base_pence - care - prevention, 0)
    council.care_scale_note = care / max(council.base_pence, 1)
    council.base_pence = care + prevention + council.other_pence
    return council
