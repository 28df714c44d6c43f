"""Published ceilings: a result larger than anything found in the world is said to be so.

Looks at the summary of a run and at the guard rails of the registry; changes nothing. A ceiling
warns, never clamps: the number stays as the model made it, and the reader is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from sim.evidence import registry
from sim.experiment.request import BASELINE
from sim.outcomes import MEASURES


@dataclass(frozen=True)
class Ceiling:
    """The largest fall of a measure that is believable: a row of evidence, and how to read it."""

    measure: str
    evidence: str
    relative: bool
    words: str


CEILINGS = (
    Ceiling(
        "often_lonely_share",
        "plausible_loneliness_prevalence_change_mix_5y",
        False,
        "the plausibility band for a mature full mix of community investment",
    ),
    Ceiling(
        "emergency_admissions_per_1000",
        "max_area_emergency_effect_plausible",
        True,
        "the largest area-wide falls that have been published",
    ),
    Ceiling(
        "ae_attendances_per_1000",
        "max_area_emergency_effect_plausible",
        True,
        "the largest area-wide falls that have been published",
    ),
)

# What else moved is named with the warning, so that a reader knows where to look.
PATHS = (
    "hub_attender_share",
    "volunteer_share",
    "unmet_hours_per_1000",
    "unpaid_carer_share",
    "crises_per_1000",
)


def warnings(summary: pd.DataFrame) -> list[str]:
    """One plain sentence for each result beyond a published ceiling, in the last year.

    `summary` holds the columns of summary.csv. The median paired difference of everyone is what is
    compared; a fall beyond the low end of the published range is reported.
    """
    return [sentence for ceiling in CEILINGS for sentence in _beyond(summary, ceiling)]


def _beyond(summary: pd.DataFrame, ceiling: Ceiling) -> Iterator[str]:
    row = registry().get(ceiling.evidence)
    lowest = row.value if row.low is None else row.low
    here = _last_year(summary, ceiling.measure)
    usual = here.loc[here["scenario"] == BASELINE, "median"]
    for _, line in here[here["scenario"] != BASELINE].iterrows():
        change = float(line["difference_median"])
        if ceiling.relative:
            if usual.empty or not float(usual.iloc[0]):
                continue
            change /= float(usual.iloc[0])
        if change < lowest:
            label = MEASURES[ceiling.measure].label
            moved = ", ".join(_moved(summary, str(line["scenario"]))) or "nothing else measured"
            points = "%" if ceiling.relative else " points"
            yield (
                f"{line['scenario']}: {label.lower()} changed by {100 * change:+.1f}{points}, "
                f"beyond {ceiling.words} ({100 * lowest:+.1f}{points}, {ceiling.evidence}). "
                f"What moved with it: {moved}."
            )


def _moved(summary: pd.DataFrame, scenario: str) -> Iterator[str]:
    """The intermediate measures that changed in the same direction in every run."""
    for measure in PATHS:
        here = _last_year(summary, measure)
        lines = here[here["scenario"] == scenario]
        usual = here.loc[here["scenario"] == BASELINE, "median"]
        if lines.empty or usual.empty or not float(usual.iloc[0]):
            continue
        change = float(lines["difference_median"].iloc[0])
        if change and float(lines["sign_agreement"].iloc[0]) == 1:
            yield f"{MEASURES[measure].label.lower()} {100 * change / float(usual.iloc[0]):+.0f}%"


def _last_year(summary: pd.DataFrame, measure: str) -> pd.DataFrame:
    everyone = summary[(summary["group"] == "all") & (summary["measure"] == measure)]
    return everyone[everyone["year"] == everyone["year"].max()]
