"""Optimism: plans cost more and come later than their authors think.

Looks at a plan's own cost and at its effects, by month; makes the cost dearer and the effects
later, and touches nothing else. A cut is not a plan to be optimistic about: it is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sim.appraisal.prices import AppraisalError


def dearer[Number: (float, Fraction)](cost: Sequence[Number], share: Number) -> list[Number]:
    """Cost with `share` (0.2 is 20%) added wherever money is spent; money taken away is as it is.

    Raises AppraisalError for a negative share: optimism only ever makes a plan look too cheap.
    """
    if share < 0:
        raise AppraisalError(f"optimism bias makes a plan dearer, never cheaper: {share}")
    return [each + each * share if each > 0 else each for each in cost]


def later[Number: (float, Fraction)](effects: Sequence[Number], months: int) -> list[Number]:
    """Effects that start `months` later; what falls beyond the last month is not counted.

    Raises AppraisalError for a negative delay.
    """
    if months < 0:
        raise AppraisalError(f"a delay is 0 months or more, not {months}")
    held = len(effects) - min(months, len(effects))
    return [0 * each for each in effects[held:]] + list(effects[:held])
