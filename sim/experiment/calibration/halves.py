"""Two halves of the councils, by a hash of the code: one may be fitted to, the other never.

Looks at codes alone, so the halves are the same for everybody for ever. Nothing is fitted to a
council's figures today: the fit is to England. Whoever fits to councils asks here first, and
whoever checks across councils uses the untouched half.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sim.errors import UserMistake


def is_untouched(code: str) -> bool:
    """Whether the council with this code is kept aside: nothing may ever be fitted to it."""
    return hashlib.sha256(code.encode()).digest()[0] % 2 == 1


def fitting_half(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes figures may be fitted to, in order."""
    return tuple(code for code in codes if not is_untouched(code))


def untouched_half(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes kept for the check, in order."""
    return tuple(code for code in codes if is_untouched(code))


def refuse_untouched(codes: Iterable[str]) -> None:
    """Raise UserMistake where somebody would fit to a council that is kept aside."""
    aside = untouched_half(codes)
    if aside:
        raise UserMistake(
            f"{aside[0]} belongs to the half of the councils that is never fitted to: "
            "use sim.experiment.calibration.halves.fitting_half."
        )
