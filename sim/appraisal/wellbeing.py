"""Wellbeing: life satisfaction over people and time, counted in WELLBYs.

One WELLBY is one point of life satisfaction (0 to 10) for one person for one year. Looks at
differences in life satisfaction; changes nothing.
"""

from __future__ import annotations

from fractions import Fraction

from sim.units import MONTHS_PER_YEAR


def wellbys[Number: (float, Fraction)](points: Number, people: Number, months: int) -> Number:
    """WELLBYs of `people` whose life satisfaction differs by `points` on average for `months`."""
    return points * people * months / MONTHS_PER_YEAR
