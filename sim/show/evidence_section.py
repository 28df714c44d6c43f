"""The report's evidence: the numbers its plans cite and those its findings hang on, with grades.

Looks at opened results, the registry and the record of what was screened; changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import UserMistake
from sim.experiment import trust_record
from sim.show.origins import LONGEST_VALUE
from sim.show.saved import HEADLINE_MEASURES, Saved, clean
from sim.show.trust import is_as_screened
from sim.show.wording import joined

GRADES = {
    "A": "official statistics, or a strong study of just this",
    "B": "a good study, or official figures of something near",
    "C": "one small study, or figures of something else",
    "D": "our own judgement, with a range",
}
_UNITS = {"gbp": "pounds", "smd": "standard deviations", "sd": "standard deviations"}
# How the registry names what the project was handed at its start; nobody outside knows the name.
_INSIDE = {"seed 001": "the project’s first brief"}


@dataclass(frozen=True)
class Row:
    """One number; `value` is empty where this version's registry does not hold it."""

    key: str
    words: str
    hangs: bool
    value: str = ""
    range: str = ""
    unit: str = ""
    grade: str = ""
    source: str = ""
    address: str = ""


def rows(saved: Saved) -> list[Row]:
    """The numbers the plans cite, then those that drive the findings and are not cited."""
    cited = dict.fromkeys(_cited(saved))
    drivers = dict.fromkeys(_drivers(saved))
    try:
        from sim.evidence import registry

        known: Any = registry()
    except (ImportError, UserMistake):
        known = {}
    return [_row(key, key in drivers, known) for key in {**cited, **drivers}]


def tally(found: list[Row]) -> str:
    """How many numbers there are of each grade: 'Of these 19 numbers 1 is grade B, ...'."""
    counts = Counter(row.grade for row in found if row.grade)
    if not counts:
        return ""
    said = joined([
        f"{counts[each]} {'is' if counts[each] == 1 else 'are'} grade {each}"
        for each in GRADES if counts[each]
    ])  # fmt: skip
    return f"Numbers here: {counts.total()}. Of them, {said}."


def _cited(saved: Saved) -> Iterator[str]:
    for scenario in saved.scenarios:
        told = saved.scenario_text(scenario)
        changed = told.get("overrides", {})
        for one in [*(told.get("evidence") or []), *(changed if changed else [])]:
            yield str(one)


def _drivers(saved: Saved) -> Iterator[str]:
    for scenario in saved.scenarios:
        if is_as_screened(saved, scenario, "sensitivity"):
            for measure in HEADLINE_MEASURES:
                yield from (each.key for each in trust_record.drivers_of(scenario, measure))


def _row(key: str, hangs: bool, known: Mapping[str, Any]) -> Row:
    words = trust_record.evidence_words().get(key, key.replace("_", " "))
    words = clean(f"{words[:1].upper()}{words[1:]}")
    if key not in known:
        return Row(clean(key), words, hangs)
    entry: Any = known.get(key)
    low, high = entry.low, entry.high
    source = entry.source
    for inside, plain in _INSIDE.items():
        source = source.replace(inside, plain)
    return Row(
        clean(key), words, hangs, f"{entry.value:,.10g}",
        "none given" if None in (low, high) else f"{low:,.10g} to {high:,.10g}",
        _unit(entry.unit), clean(entry.grade),
        clean(f"{source[:1].upper()}{source[1:]}", LONGEST_VALUE),
        entry.url if entry.url.startswith(("https://", "http://")) else "",
    )  # fmt: skip


def _unit(unit: str) -> str:
    """A unit of the registry in words: 'gbp_per_year' is 'pounds per year'."""
    return clean(" ".join(_UNITS.get(each, each) for each in unit.split("_")))
