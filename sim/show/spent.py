"""How much of what a plan was given it had spent by the end, over the runs.

Looks at the flows kept in an output folder and changes nothing. Shares of the average sums are
those of the picture; the range is that of the runs' own shares.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.experiment.flows import PAID, SPENT, UNSPENT
from sim.show.saved import Saved

_SAID_FROM = 0.005  # what is left is named where it rounds to a hundredth or more


@dataclass(frozen=True)
class Used:
    """The share of a plan's money that was spent: on average, and the range over `members`."""

    share: float
    low: float
    high: float
    members: int

    @property
    def range(self) -> str:
        """'81% to 112%', or nothing where there is none to tell."""
        low, high = f"{self.low:.0%}", f"{self.high:.0%}"
        return "" if self.members < 2 or low == high else f"{low} to {high}"

    @property
    def left(self) -> str:
        """What was not spent, as a sentence beside a cost; nothing where nothing was left."""
        if 1 - self.share < _SAID_FROM:
            return ""
        near, far = 1 - self.high, 1 - self.low
        said = f"{near:.0%} to {far:.0%}"
        if near < 0:
            said = f"from {-near:.0%} overspent to {far:.0%} left"
        said = f" ({said})" if self.range else ""
        return (
            f"All it is given counts as its cost: by the end about {1 - self.share:.0%}{said} "
            "of it was not yet spent."
        )


def used(saved: Saved, scenario: str) -> Used | None:
    """How much of its money one plan spent; None where no money was given or none was kept."""
    import numpy as np

    from sim.experiment import flow_tables

    table = flow_tables.load(saved.folder, members=True) if saved.folder is not None else None
    if table is None:
        return None
    mine = table[table["scenario"].astype(str) == scenario]
    given = mine[mine["stage"] == PAID].groupby("member")["value"].sum()
    left = mine[(mine["stage"] == SPENT) & (mine["target"] == UNSPENT)]
    rest = left.groupby("member")["value"].sum().reindex(given.index, fill_value=0.0)
    if not len(given) or given.min() <= 0:
        return None
    shares = 1 - (rest / given).to_numpy()
    low, high = (float(np.quantile(shares, at)) for at in (0.05, 0.95))
    return Used(float(1 - rest.sum() / given.sum()), low, high, len(shares))
