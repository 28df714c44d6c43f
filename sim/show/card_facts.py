"""What a trust card says: one finding, its range, and the four questions kept apart.

Looks at opened results and the rule of trust labels; changes nothing. Done right, luck, unknowns
and track record are never blended into one score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.show.alt import Row, safe_cell
from sim.show.facts import finding_title
from sim.show.figures import band_sentence, source_line
from sim.show.headline import Finding, findings
from sim.show.saved import Saved
from sim.show.trust import Fact, trust_of
from sim.show.wording import phrase
from sim.units import financial_year


@dataclass(frozen=True)
class CardSpec:
    """Everything a trust card says: the label, how strong it is (4 to 1), and its lines."""

    name: str
    title: str
    subtitle: str
    source: str
    label: str
    step: int
    claim: str
    agreeing: int
    members: int
    lines: tuple[tuple[str, str], ...]
    partial: str
    shape: str = "Trust card"
    columns: Row = ("question", "answer")

    def sentences(self) -> list[str]:
        """The card read aloud."""
        return [f"How sure: {self.label}.", self.claim, *(f"{a}: {b}" for a, b in self.lines)]

    def rows(self) -> list[Row]:
        """The card as a table."""
        lines = (("How sure", self.label), ("Finding", self.claim), *self.lines)
        return [(safe_cell(a), safe_cell(b)) for a, b in lines]


def specifications(saved: Saved) -> Iterator[CardSpec]:
    """A card for each scenario and headline measure."""
    from sim.show.facts import last_fact

    for one in findings(saved):
        fact = last_fact(saved, one.measure, "all", one.scenario)
        if fact is not None and fact.known:
            yield card(saved, one, fact)


def card(saved: Saved, one: Finding, fact: Fact) -> CardSpec:
    """The card of one finding."""
    from sim.experiment.trust import Label

    trust = trust_of(saved, fact)
    lines = [
        ("Luck", one.luck), ("Unknowns", one.unknowns), ("Track record", one.track_record),
        ("Why not higher", trust.why_not_higher), ("What would raise it", trust.would_raise),
    ]  # fmt: skip
    year = financial_year(fact.year)
    return CardSpec(
        f"trust_{one.measure}_{one.scenario}", finding_title(saved, [fact]),
        f"How far to trust one finding: {phrase(one.measure).noun}, “{one.title}”, {saved.place}, "
        f"{year}. {band_sentence(saved, 'figure', 'range')}",
        source_line(saved, [fact]), trust.label.value, len(Label) - trust.label.rank, one.claim,
        fact.agreeing_runs, fact.members,
        tuple((name, _sentence(said)) for name, said in lines if said), saved.partial_words,
    )  # fmt: skip


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."
