"""Power: how many people and months an evaluation needs to see an effect of the true size.

The usual formula for a normal estimate: with standard error s from n people, an effect d is seen
with 80% power at 5% (two-sided) when d = (1.96 + 0.84) s, and s falls as one over the root of n
(Cohen, Statistical power analysis, 1988). The design's own error, taken from this evaluation,
holds all that makes designs differ: how alike two answers of one person are, the answer noise,
neighbourhoods. For a two-arm trial it gives the textbook's numbers; a test compares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.experiment.evaluation.estimates import Z_95, Estimate

Z_80 = 0.8416212335729143  # 80% of the normal distribution lies below
PLACE_OF = 100_000  # adults in the place for which months are told


@dataclass(frozen=True)
class Needs:
    """People to be met in all (both arms), and months from the first met to the last answer."""

    people: int | None
    months: int | None


def needed(found: Estimate, effect: float, met_a_month: float, follow_up: int) -> Needs:
    """What `found`'s design needs to see `effect`; None where there is no effect to see.

    `met_a_month` is how many people the programme meets in a month in a place of `PLACE_OF`
    adults; `follow_up` months pass between meeting the last of them and their last answer.
    """
    if not (found.error > 0 and math.isfinite(effect) and effect != 0 and met_a_month > 0):
        return Needs(None, None)
    people = math.ceil(found.people * ((Z_95 + Z_80) * found.error / effect) ** 2)
    return Needs(people, math.ceil(people / met_a_month) + follow_up)


def trial_people(effect: float, correlation: float) -> int:
    """People in both arms of a trial with the baseline beside it: the textbook's own formula.

    n = 4 (z + z)^2 (1 - r^2) / d^2 with d in SD of the answer (Borm, Fransen and Lemmens, 2007).
    """
    return math.ceil(4 * (Z_95 + Z_80) ** 2 * (1 - correlation**2) / effect**2)
