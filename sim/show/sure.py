"""How sure: the trust label of one finding, and the short line that travels inside a picture.

It looks at opened results and asks the rule in `sim.experiment.trust`; it changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.show.saved import Saved
from sim.show.trust import Fact

if TYPE_CHECKING:
    from sim.experiment.trust import Trust


def trust_of(saved: Saved, fact: Fact) -> Trust:
    """The label of one paired difference, with why it is not one step higher."""
    from sim.experiment.trust import Facts, judge

    return judge(Facts(sign_agreement=fact.agreement, draws=fact.members))


def label_of(saved: Saved, fact: Fact) -> str:
    """The label in words."""
    return trust_of(saved, fact).label.value


def sure_line(saved: Saved, found: Sequence[Fact]) -> str:
    """'How sure: illustration only.', or the label of each scenario where they differ."""
    known = [fact for fact in found if fact.known]
    if not known:
        return ""
    labels = {fact.scenario: label_of(saved, fact) for fact in known}
    if len(set(labels.values())) == 1:
        said = next(iter(labels.values()))
        return f"How sure: {said[:1].lower()}{said[1:]}."
    each = "; ".join(
        f"“{saved.title(key)}” {said[:1].lower()}{said[1:]}" for key, said in labels.items()
    )
    return f"How sure: {each}."
