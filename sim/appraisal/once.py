"""Once: the rules that keep one benefit from being counted twice.

Looks at names and shares; raises where a sum would count something again. A difference between
paired runs already leaves out what would have happened anyway; some values hold others in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from sim.appraisal.prices import AppraisalError

# What a difference between two runs of the same town has already taken off, and why.
NETTED = {
    "deadweight": "the baseline already holds what would have happened anyway",
    "displacement": "what moves about inside the place is in both sums of the difference",
    "drop_off": "effects fade month by month in the model itself",
}
# The one factor left: what the plan pushes out of, or draws from, places that are not simulated.
OUTSIDE = "leakage_outside_the_place"

# Pairs of values that hold the same gain, and why they may not stand in one total.
SAME_GAIN = {
    frozenset({"wellbeing", "qalys"}): (
        "a WELLBY and a QALY of one effect are two prices for the same better life"
    ),
    frozenset({"wellbeing", "carers_time"}): (
        "a carer's answer on life satisfaction already weighs the hours they give"
    ),
    frozenset({"wellbeing", "volunteers_time"}): (
        "a volunteer's answer on life satisfaction already weighs the hours they give"
    ),
    frozenset({"wellbeing", "cost_of_loneliness"}): (
        "the published cost of loneliness per person contains the wellbeing lost"
    ),
    frozenset({"qalys", "cost_of_loneliness"}): (
        "the published cost of loneliness per person contains the health lost"
    ),
}


class CountedTwice(AppraisalError):
    """A sum that would count one thing twice."""


def additional[Number: (float, Fraction)](
    effect: Number, shares: Mapping[str, Number], *, paired: bool
) -> Number:
    """What is left of an effect after each share is taken off in turn: effect x (1 - share)...

    A before-after claim (`paired=False`) takes all of `NETTED`. A paired difference takes none of
    them, which raises CountedTwice, and only `OUTSIDE`, for what the model does not hold.
    """
    left = effect
    for name, share in shares.items():
        if name not in NETTED and name != OUTSIDE:
            raise AppraisalError(
                f"{name}: no such factor; known are {', '.join(NETTED)}, {OUTSIDE}"
            )
        if not 0 <= share <= 1:
            raise AppraisalError(f"{name}: a share lies from 0 to 1, not {share}")
        if paired and name in NETTED:
            raise CountedTwice(f"{name} may not be taken off a paired difference: {NETTED[name]}.")
        left = left * (1 - share)
    return left


def together[Number: (float, Fraction)](values: Mapping[str, Number], none: Number) -> Number:
    """One total of several values (`none` is a zero of their kind).

    Raises CountedTwice where two of them hold the same gain, whatever their sizes.
    """
    for pair, reason in SAME_GAIN.items():
        if pair <= set(values):
            first, second = sorted(pair)
            raise CountedTwice(f"{first} and {second} may not stand in one total: {reason}.")
    return sum(values.values(), start=none)
