"""Prices: sums of another year in the prices of this one, exact to the penny.

Looks at deflators of the evidence registry. Changes nothing. Every amount of an appraisal is in
real pounds of one price year, so nothing here forecasts inflation.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from sim.parameters import Parameters
from sim.units import PENCE_PER_POUND

PRICE_YEAR = "2024/25"


class AppraisalError(ValueError):
    """A sum that cannot be meant: impossible rates, shares, prices or months."""


def exact(number: float | Decimal | Fraction) -> Fraction:
    """`number` as the decimal a person wrote: 0.035 is 35 thousandths, not the nearest float."""
    return number if isinstance(number, Fraction) else Fraction(str(number))


def in_prices_of(
    pence: int, deflator_then: float | Decimal, deflator_now: float | Decimal
) -> Fraction:
    """Pence of one year in the prices of another: pence x deflator now / deflator then, unrounded.

    Deflators are index numbers of one series. Raises AppraisalError for one that is not above 0.
    """
    then, now = exact(deflator_then), exact(deflator_now)
    if min(then, now) <= 0:
        raise AppraisalError("a deflator is above 0")
    return pence * now / then


def wellby_gbp(p: Parameters) -> float:
    """Value of one WELLBY in pounds of the price year.

    The 2019 value (read as 2019/20) uprated by the GDP deflator to 2024/25. Growth of real income,
    which the Treasury's wellbeing guidance also allows, has no row of evidence and is left out.
    """
    pence = round(p.wellby_value_2019 * PENCE_PER_POUND)
    then, now = p.gdp_deflator_mar2026_2019_20, p.gdp_deflator_mar2026_2024_25
    return float(in_prices_of(pence, then, now)) / PENCE_PER_POUND
