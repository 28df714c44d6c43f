"""The report's first page and its last doubt: three findings, and what would change them.

Looks at opened results and hands the page what to print; changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.show.facts import finding_title, last_fact
from sim.show.figures import says
from sim.show.headline import Finding
from sim.show.saved import HEADLINE_MEASURES, Saved
from sim.show.trust import Fact, band_name, trust_of
from sim.show.wording import phrase
from sim.units import financial_year

NO_REACH = "not measured apart"
_MOST_NAMED = 4  # plans in a title; more are in the table alone


@dataclass(frozen=True)
class Three:
    """One outcome over every plan: its title, and a row for each plan."""

    title: str
    caption: str
    rows: list[tuple[str, str, str, str]]
    scaled: list[str]


@dataclass(frozen=True)
class Change:
    """What one finding hangs on and what would raise its label."""

    title: str
    lines: list[tuple[str, str]]


def three(saved: Saved, every: list[Finding]) -> list[Three]:
    """The headline outcomes, each with every plan's difference, its range and its label."""
    found = []
    for measure in HEADLINE_MEASURES:
        facts = [
            fact
            for key in saved.scenarios
            if (fact := last_fact(saved, measure, "all", key)) and fact.known
        ]
        if facts:
            words = phrase(measure)
            who = "Everyone" if not words.pounds else "Everyone living"
            caption = (
                f"Difference from the baseline in {financial_year(facts[0].year)}: "
                f"{words.axis_for('all', facts[0].per)}. {who} in {saved.place}; in brackets, "
                f"{band_name(saved.members)} ({saved.members:,}). Modelled, not observed."
            )
            title = finding_title(saved, facts[:_MOST_NAMED])
            if len(facts) > _MOST_NAMED:
                title += f", and {len(facts) - _MOST_NAMED} more plans below"
            scaled = [
                f"“{one.title}”: {one.scaled}"
                for one in every
                if one.measure == measure and one.scaled
            ]
            rows = [_row(saved, fact) for fact in facts]
            found.append(Three(title, caption, rows, scaled))
    return found


def _row(saved: Saved, fact: Fact) -> tuple[str, str, str, str]:
    among = last_fact(saved, fact.measure, "reached", fact.scenario)
    reached = says(among) if among and among.known else NO_REACH
    return (
        saved.title(fact.scenario), says(fact), reached, trust_of(saved, fact).label.value
    )  # fmt: skip


def changes(saved: Saved, every: list[Finding]) -> list[Change]:
    """What each plan's findings hang on, why their labels are not higher, what would raise them.

    Findings of which the same is true are told once.
    """
    found: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for one in every:
        fact = last_fact(saved, one.measure, "all", one.scenario)
        if fact is None or not fact.known:
            continue
        trust = trust_of(saved, fact)
        noun = phrase(one.measure).noun
        lines = [
            ("Label", trust.label.value), ("What it hangs on", one.unknowns),
            ("Why not higher", trust.why_not_higher), ("What would raise it", trust.would_raise),
        ]  # fmt: skip
        told = tuple((name, _capital(said)) for name, said in lines if said)
        found.setdefault(told, []).append(f"“{one.title}”: {noun}")
    return [Change("; ".join(titles), list(told)) for told, titles in found.items()]


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."
