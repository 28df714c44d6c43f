"""How sure: the short line of trust labels that travels inside a picture.

It looks at opened results and changes nothing. The rule itself is in `sim.experiment.trust`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.show.saved import Saved
from sim.show.trust import Fact, trust_of


def sure_line(saved: Saved, found: Sequence[Fact]) -> str:
    """'How sure: illustration only.', or the label of each scenario where they differ."""
    labels: dict[str, str] = {}
    for fact in found:
        if fact.known:
            said = (fact.label or trust_of(saved, fact).label).value
            labels[fact.scenario] = f"{said[:1].lower()}{said[1:]}"
    if not labels:
        return ""
    if len(set(labels.values())) == 1:
        return f"How sure: {next(iter(labels.values()))}."
    each = "; ".join(f"“{saved.title(key)}” {said}" for key, said in labels.items())
    return f"How sure: {each}."
