"""Matching: for each person served, the unserved people an evaluator would set beside them.

Matched exactly on sex, living alone and caring, and as nearly as may be on age, deprivation, the
answer about loneliness and emergency use in the time before: what an evaluator can see. What they
cannot see (how somebody really feels, need, disposition) stays unmatched, as in the field.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CONTROLS_EACH = 3  # matched people for each person served, with replacement

Floats = NDArray[np.float64]


def nearest(
    served: Floats, others: Floats, exact: NDArray[np.int64], others_exact: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The `CONTROLS_EACH` nearest others of each one served, -1 where nobody is alike.

    `served` float[n, k] and `others` float[m, k] hold what is matched nearly, one column each, in
    standard deviations of the others; `exact` int[n] and `others_exact` int[m] what must agree.
    Returns int64[n, CONTROLS_EACH]. Distance is Euclidean; of equals the first row is taken.
    """
    spread = others.std(axis=0) if others.size else np.ones(served.shape[1])
    spread = np.where(spread > 0, spread, 1.0)
    found = np.full((len(served), CONTROLS_EACH), -1, dtype=np.int64)
    for kind in np.unique(exact):
        mine, theirs = np.flatnonzero(exact == kind), np.flatnonzero(others_exact == kind)
        if theirs.size < CONTROLS_EACH:
            continue
        pool = others[theirs] / spread
        for row in mine:
            gap = ((pool - served[row] / spread) ** 2).sum(axis=1)
            near = np.argpartition(gap, CONTROLS_EACH - 1)[:CONTROLS_EACH]
            bound = gap[near].max()
            line = np.flatnonzero(gap <= bound)  # equals in a stated order, on every machine
            found[row] = theirs[line[np.argsort(gap[line], kind="stable")][:CONTROLS_EACH]]
    return found
