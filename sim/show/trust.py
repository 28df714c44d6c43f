"""What may be said about a difference, decided by rule from its interval and sign agreement.

It looks at numbers only and changes nothing. The bands below are the one place where thresholds
for words are kept; every sentence, title and table asks here.

Likelihood words follow the UK government's probability yardstick (Professional Head of
Intelligence Assessment, 'Explaining uncertainty in UK intelligence assessment', 24 March 2025,
gov.uk). Its bands leave gaps; a share falling in a gap gets no word, only its number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sim.show.wording import too_small

Verdict = Literal[
    "same", "negligible", "unclear", "mostly_less", "mostly_more", "less", "more", "one_run"
]

YARDSTICK = (
    (0.00, 0.05, "a remote chance", "5% or less"),
    (0.10, 0.20, "highly unlikely", "10 to 20%"),
    (0.25, 0.35, "unlikely", "25 to 35%"),
    (0.40, 0.50, "a realistic possibility", "40 to 50%"),
    (0.55, 0.75, "likely", "55 to 75%"),
    (0.80, 0.90, "highly likely", "80 to 90%"),
    (0.95, 1.00, "almost certain", "95% or more"),
)
# Proposed thresholds of the project's trust rule, to be tested with readers.
PLAIN_VERB = 0.95
HEDGED_VERB = 0.80
# Below this many runs the band is the range of runs and no likelihood word is used.
ENOUGH_RUNS = 40
NO_LABEL = "no trust label yet: sensitivity analysis and validation not run for this comparison"


@dataclass(frozen=True)
class Fact:
    """One paired difference (scenario minus baseline), in the unit shown on the page."""

    scenario: str
    measure: str
    group: str
    year: int
    median: float
    low: float
    high: float
    agreement: float
    members: int

    @property
    def known(self) -> bool:
        """Whether there is a difference to speak of at all."""
        return math.isfinite(self.median)

    @property
    def verdict(self) -> Verdict:
        """The strongest claim the interval and the sign agreement allow."""
        if self.median == self.low == self.high == 0:
            return "same"
        if self.members < 2:
            return "one_run"
        if too_small(self.low, self.high, self.measure):
            return "negligible"
        straddles = not (self.low > 0 or self.high < 0)
        if straddles or not self.agreement >= HEDGED_VERB:
            return "unclear"
        down = self.median < 0
        if self.agreement >= PLAIN_VERB:
            return "less" if down else "more"
        return "mostly_less" if down else "mostly_more"

    @property
    def digits(self) -> int:
        """Two significant figures, or one when the range is wider than the figure itself."""
        return 1 if self.high - self.low > abs(self.median) else 2

    @property
    def agreeing_runs(self) -> int:
        """How many runs came out on the median's side of the baseline."""
        share = self.agreement if math.isfinite(self.agreement) else 0.0
        return round(share * self.members)


def band_name(members: int) -> str:
    """What the shaded band is called."""
    if members < 2:
        return "no band: one run"
    return "90% of runs" if members >= ENOUGH_RUNS else "range of runs"


def likelihood(share: float, members: int) -> str:
    """A likelihood word with its percentage printed, or nothing when runs are too few."""
    if members < ENOUGH_RUNS or not math.isfinite(share):
        return ""
    for low, high, words, percent in YARDSTICK:
        if low <= share <= high:
            return f"{words} ({percent})"
    return ""


def label_line(fact: Fact) -> str:
    """The trust label, as far as it can be computed from this comparison alone."""
    if fact.verdict == "one_run":
        return f"{NO_LABEL}; one run cannot tell an effect from luck."
    if fact.verdict in {"same", "negligible"}:
        return f"{NO_LABEL}."
    percent = f"{100 * fact.agreement:.0f}%"
    if not fact.agreement >= HEDGED_VERB:
        part = f"runs agree on the direction in {percent}: it could go either way"
    elif fact.agreement >= PLAIN_VERB:
        part = f"the sign-agreement part of the rule is met ({percent} of runs)"
    else:
        part = f"the sign-agreement part is met for 'direction probable' only ({percent} of runs)"
    return f"{NO_LABEL}; {part}."
