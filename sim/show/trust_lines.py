"""The labels of a run's headlines, one row each, for the command line and for counting.

It looks at opened results and changes nothing.
"""

from __future__ import annotations

from typing import Any

from sim.experiment.design import OUTCOMES
from sim.show.facts import last_fact
from sim.show.saved import open_results
from sim.show.trust import trust_of


def trust_rows(source: object) -> list[dict[str, Any]]:
    """Each scenario's outcomes with their label, why it is not higher and what would raise it."""
    saved = open_results(source)
    rows = []
    for scenario in saved.scenarios:
        for measure in OUTCOMES:
            fact = last_fact(saved, measure, "all", scenario)
            if fact is None or not fact.known:
                continue
            trust = trust_of(saved, fact)
            rows.append(
                {
                    "scenario": scenario,
                    "measure": measure,
                    "label": trust.label.value,
                    "sign_agreement": trust.sign_agreement,
                    "share_from_c_d": trust.share_from_c_d,
                    "share_from_d": trust.share_from_d,
                    "held_out": trust.held_out,
                    "inside_range": trust.inside_range,
                    "why_not_higher": trust.why_not_higher,
                    "would_raise": trust.would_raise,
                }
            )
    return rows
