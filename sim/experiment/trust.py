"""How far a headline may be trusted: one of four labels, decided by rule, never typed.

Looks at facts already measured (sign agreement over draws, rule sets tried, whose evidence the
spread rests on, held-out checks, the tested range) and at one table of thresholds, each with its
source. Changes nothing. A fact that was never measured counts as the worse.

Source of the rule: the project's reliability note, 'Telling a campaigner how much to trust a
figure'.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Literal

from sim.evidence.rows import read_table

DATA = Path(__file__).parent / "data"
HeldOut = Literal["passed", "failed", "none"]


class Label(Enum):
    """The four labels, the strongest first; the value is what is printed."""

    WELL_SUPPORTED = "Well supported"
    DIRECTION_PROBABLE = "Direction probable, size uncertain"
    EITHER_WAY = "Could go either way"
    ILLUSTRATION = "Illustration only"

    @property
    def rank(self) -> int:
        """0 for the strongest label, 3 for the weakest."""
        return list(Label).index(self)


@dataclass(frozen=True)
class Facts:
    """What was measured about one headline. None: never measured.

    `screened` says whether a sensitivity analysis was made, told from luck or not.
    `rules_tried` are the alternative rule sets the comparison was rerun under; `rules_unsure` of
    them did not keep the sign in enough draws, `rules_reversed` turned it round.
    `outside_range` says in words what lies outside the tested range; empty when nothing does.
    `no_direction` says in words why the finding itself names no direction; empty when it names one.
    """

    sign_agreement: float | None
    draws: int
    share_from_c_d: float | None = None
    share_from_d: float | None = None
    screened: bool = False
    rules_tried: tuple[str, ...] = ()
    rules_unsure: tuple[str, ...] = ()
    rules_reversed: tuple[str, ...] = ()
    held_out: HeldOut = "none"
    outside_range: str = ""
    no_direction: str = ""


@dataclass(frozen=True)
class Trust:
    """A label, what it was decided from, why it is not one step higher and what would raise it."""

    label: Label
    sign_agreement: float | None
    share_from_c_d: float | None
    share_from_d: float | None
    held_out: HeldOut
    inside_range: bool
    why_not_higher: str
    would_raise: str


@dataclass(frozen=True)
class Threshold:
    """One number of the rule, what it decides and where it comes from."""

    key: str
    value: float
    what: str
    source: str


@cache
def thresholds() -> dict[str, Threshold]:
    """Return every threshold of the rule by key, from data/trust_thresholds.csv."""
    rows = read_table(DATA / "trust_thresholds.csv", ("key", "value", "what", "source"), ())
    return {
        row["key"]: Threshold(row["key"], float(row["value"]), row["what"], row["source"])
        for _, row in rows
    }


def threshold(key: str) -> float:
    """Return the value of one threshold."""
    return thresholds()[key].value


@dataclass(frozen=True)
class _Bar:
    """One condition that is not met: why, and what would meet it."""

    why: str
    remedy: str


def judge(facts: Facts) -> Trust:
    """Return the label of a headline: the strongest all of whose conditions are met.

    Illustration only: too much of the spread rests on assumptions, no real-world check of this
    outcome, or outside the tested range. Could go either way: the sign agrees in too few draws,
    or the finding itself names no direction, or a plausible rule set reverses it. Well supported:
    every condition of the table.
    """
    lowest, middle, top = _illustration(facts), _either_way(facts), _not_well(facts)
    if lowest:
        label, bars = Label.ILLUSTRATION, lowest
    elif middle:
        label, bars = Label.EITHER_WAY, middle
    elif top:
        label, bars = Label.DIRECTION_PROBABLE, top
    else:
        label, bars = Label.WELL_SUPPORTED, []
    return Trust(
        label=label,
        sign_agreement=facts.sign_agreement,
        share_from_c_d=facts.share_from_c_d,
        share_from_d=facts.share_from_d,
        held_out=facts.held_out,
        inside_range=not facts.outside_range,
        why_not_higher="; ".join(each.why for each in bars),
        would_raise="; ".join(dict.fromkeys(each.remedy for each in bars)),
    )


def _illustration(facts: Facts) -> list[_Bar]:
    bars = []
    if facts.share_from_d is None:
        bars.append(
            _Bar(
                "what it rests on could not be told from luck at the size screened, and the "
                "worse is taken"
                if facts.screened
                else "not yet screened, so how much rests on assumptions is not known and the "
                "worse is taken",
                "a larger test of which numbers matter most (python -m sim sensitivity)"
                if facts.screened
                else "a test of which numbers matter most (python -m sim sensitivity)",
            )
        )
    elif facts.share_from_d > threshold("illustration_most_d"):
        bars.append(
            _Bar(
                f"{_percent(facts.share_from_d, threshold('illustration_most_d'))} of the spread "
                "comes from assumptions (grade D), "
                f"over {_percent(threshold('illustration_most_d'))}",
                "published evidence in place of the assumptions that drive it",
            )
        )
    if facts.held_out == "none":
        bars.append(
            _Bar(
                "no real-world figure kept aside for testing exists for this outcome",
                "a published figure of this outcome, never fitted, to test the model on",
            )
        )
    if facts.outside_range:
        bars.append(
            _Bar(
                f"outside the tested range: {facts.outside_range}",
                "a plan, place and horizon inside what the model was tested on",
            )
        )
    return bars


def _either_way(facts: Facts) -> list[_Bar]:
    bars = []
    agreement = facts.sign_agreement
    needed, draws = threshold("direction_sign_agreement"), int(threshold("direction_least_draws"))
    if agreement is None or not math.isfinite(agreement) or facts.draws < draws:
        bars.append(
            _Bar(
                f"{facts.draws} runs are too few to tell a direction ({draws} at least)"
                if facts.draws > 1
                else f"one run cannot tell a direction ({draws} at least)",
                f"at least {draws} runs (--members {draws})",
            )
        )
    if facts.no_direction:
        # Both higher labels are claims about a direction; a finding without one cannot bear them.
        bars.append(
            _Bar(
                facts.no_direction,
                "more people, runs or years, if there is a difference to be found",
            )
        )
    elif not bars and agreement is not None and agreement < needed:
        bars.append(
            _Bar(
                f"the direction is the same in only {_percent(agreement, needed)} of runs, "
                f"under {_percent(needed)}",
                "narrower evidence on what drives it most, or more people and members if it is "
                "luck",
            )
        )
    if facts.rules_reversed:
        bars.append(
            _Bar(
                f"another rule that might be true reverses it: {_rules(facts.rules_reversed)}",
                "evidence on which of the rules holds",
            )
        )
    return bars


def _not_well(facts: Facts) -> list[_Bar]:
    bars = []
    agreement = facts.sign_agreement or 0.0
    if agreement < threshold("well_sign_agreement"):
        bars.append(
            _Bar(
                f"the direction is the same in {_percent(agreement)} of runs, under "
                f"{_percent(threshold('well_sign_agreement'))}",
                "narrower evidence on what drives it most",
            )
        )
    if facts.draws < threshold("well_least_draws"):
        bars.append(
            _Bar(
                f"only {facts.draws} runs",
                f"at least {threshold('well_least_draws'):.0f} runs "
                f"(--members {threshold('well_least_draws'):.0f})",
            )
        )
    if not facts.rules_tried:
        bars.append(_Bar("no other rule sets were tried", "an uncertainty analysis of this plan"))
    elif facts.rules_unsure:
        bars.append(
            _Bar(
                f"the direction is not sure under every rule: {_rules(facts.rules_unsure)}",
                "evidence on which of the rules holds",
            )
        )
    if facts.share_from_c_d is None or facts.share_from_c_d > threshold("well_most_c_d"):
        known = facts.share_from_c_d
        bars.append(
            _Bar(
                "how much rests on weak evidence is not known"
                if known is None
                else f"{_percent(known, threshold('well_most_c_d'))} of the spread comes from "
                "weak evidence (grades C and D), "
                f"over {_percent(threshold('well_most_c_d'))}",
                "better evidence (grade A or B) on what drives it most",
            )
        )
    if facts.held_out != "passed":
        bars.append(
            _Bar(
                "the model missed the real figures kept aside for this outcome",
                "a model that meets the held-out figures of this outcome",
            )
        )
    return bars


# Rival rule sets by the names they are tried under (`sim.experiment.uncertainty`), in plain words.
RULE_WORDS = {
    "sceptic": "no published link with loneliness is a cause",
    "face value": "every published link is wholly a cause",
    "no contagion": "loneliness does not pass between friends",
    "full contagion": "loneliness passes between friends as much as has been claimed",
    "by meeting place": "friends are made where people meet",
    "friends of friends": "friends are made through friends",
    "first come": "care goes to whoever asks first",
    "lottery": "care goes by lot",
}


def _rules(names: tuple[str, ...]) -> str:
    return ", ".join(f"{RULE_WORDS.get(each, each)} (“{each}”)" for each in names)


def _percent(share: float, limit: float | None = None) -> str:
    """'50%'; with more figures where it would read like a limit it is not: '50.2%' over 50%."""
    for figures in range(4):
        text = f"{100 * share:.{figures}f}%"
        if limit is None or share == limit or float(text[:-1]) != round(100 * limit, 6):
            break
    return text
