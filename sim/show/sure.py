"""How sure: the short line of trust labels that travels inside a picture.

It looks at opened results and changes nothing. The rule itself is in `sim.experiment.trust`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.experiment import trust_record as record
from sim.experiment.trust import Facts, Label, judge
from sim.show.facts import label_of
from sim.show.saved import BASELINE, Saved
from sim.show.trust import Fact, outside_range

AN_EXAMPLE = "How sure: an example, not a finding."


def sure_line(saved: Saved, found: Sequence[Fact]) -> str:
    """'How sure: illustration only.', or the label of each scenario where they differ."""
    labels: dict[str, Label] = {}
    for fact in found:
        label = label_of(saved, fact)
        if label is not None:
            # Of several places or groups of one plan, the weakest label is the plan's.
            labels[fact.scenario] = max(label, labels.get(fact.scenario, label), key=_rank)
    if not labels:
        return ""
    if len(set(labels.values())) == 1:
        return said_as_line(next(iter(labels.values())))
    each = "; ".join(f"“{saved.title(key)}” {_small(label)}" for key, label in labels.items())
    return f"How sure: {each}."


def unscreened(saved: Saved, scenario: str = BASELINE, measure: str = "") -> Label:
    """The label of a figure that is no difference between a plan and its baseline.

    Which numbers such a figure rests on was never tested, and what was not measured counts as the
    worse.
    """
    facts = Facts(
        None, saved.members, held_out=record.held_out(measure) if measure else "none",
        outside_range=outside_range(saved, scenario),
    )  # fmt: skip
    return judge(facts).label


def said_as_line(label: Label) -> str:
    """A label as the line in a picture: 'How sure: illustration only'."""
    return f"How sure: {_small(label)}."


def _rank(label: Label) -> int:
    return label.rank


def _small(label: Label) -> str:
    return f"{label.value[:1].lower()}{label.value[1:]}"
