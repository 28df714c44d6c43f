"""How the house says that a state is impossible: one sentence with who, what and when.

Looks at what it is given; changes nothing. Used by the invariants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.model import CommunityModel

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]


class Impossible(RuntimeError):
    """A state no community can be in: a fault of the model, never of its user."""


def refuse(model: CommunityModel, wrong: Flags, sentence: str, rows: Whole | None = None) -> None:
    """Raise for the first resident, of all or of those in `rows`, of whom `wrong` is true."""
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        row = first if rows is None else int(rows[first])
        who = int(model.world.people.id[row])
        raise Impossible(
            f"month {model.month}: {sentence} (resident {who} in row {row}, "
            f"and {int(wrong.sum()) - 1} more)."
        )


def unless(model: CommunityModel, holds: bool, sentence: str) -> None:
    """Raise unless something holds of the community as a whole."""
    if not holds:
        raise Impossible(f"month {model.month}: {sentence}.")
