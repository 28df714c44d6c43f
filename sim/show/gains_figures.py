"""What the pictures of who gains say: one difference in every group of people, for one scenario.

It looks at opened results and changes nothing. A title counts the groups in which a direction
may be named; it never ranks groups whose ranges overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.show.dots import Dot, DotSpec
from sim.show.facts import last_fact, per_of
from sim.show.figures import band_sentence, sense, source_line
from sim.show.saved import Saved
from sim.show.town import FIFTHS
from sim.show.trust import Fact, has_direction, labelled, too_few_runs
from sim.show.wording import amount, joined, phrase
from sim.units import financial_year

PARTS: dict[str, dict[str, str]] = {
    "By fifth of neighbourhoods": {
        f"imd_{each}": f"{words[:1].upper()}{words[1:]}" for each, words in FIFTHS.items()
    },
    "By age": {
        "age_16_24": "16 to 24", "age_25_34": "25 to 34", "age_35_49": "35 to 49",
        "age_50_64": "50 to 64", "age_65_74": "65 to 74", "age_75_plus": "75 or over",
    },
    "Carers and others": {"carer": "Unpaid carers", "not_carer": "Not carers"},
    "Women and men": {"female": "Women", "male": "Men"},
    "By ethnic group": {
        "ethnicity_white": "White", "ethnicity_asian": "Asian", "ethnicity_black": "Black",
        "ethnicity_mixed": "Mixed", "ethnicity_other": "Other",
    },
}  # fmt: skip
_NAMED = 3  # groups named one by one in a title; more are counted
MEASURES = ("often_lonely_share",)


def specification(saved: Saved, scenario: str, measure: str) -> DotSpec | None:
    """One scenario's difference in every group these results hold; None under two groups."""
    found: list[tuple[str, str, Fact]] = []
    for part, groups in PARTS.items():
        for group, label in groups.items():
            fact = last_fact(saved, measure, group, scenario)
            if fact is not None and fact.known:
                found.append((part, label, fact))
    if len(found) < 2:
        return None
    facts = [fact for _, _, fact in found]
    year = financial_year(facts[0].year)
    unit = phrase(measure).axis_of("people in each group", per_of(saved, measure))
    return DotSpec(
        f"who_gains_{measure}_{scenario}",
        _title(saved, scenario, [(f"{part}: {label}", fact) for part, label, fact in found]),
        f"Difference from the baseline in {year}: {unit}. {saved.place}. With so many groups "
        f"one or two may stand out by luck. {band_sentence(saved, 'dot', 'bar')} Hollow: no clear "
        f"difference. {sense(measure)}",
        source_line(saved, [last_fact(saved, measure, "all", scenario)]), unit, measure,
        tuple(
            Dot(part, label, fact.median, fact.low, fact.high, _short(fact),
                has_direction(fact))
            for part, label, fact in found
        ),
        saved.members, saved.partial_words,
    )  # fmt: skip


def _short(fact: Fact) -> str:
    """A fact in few words: '0.06 fewer (0.02 to 0.1)', 'unclear (−0.1 to +0.02)'."""
    words = phrase(fact.measure)
    if not has_direction(fact):
        word = "next to none" if fact.verdict in ("negligible", "same") else "unclear"
        low, high = (_place(each, fact) for each in (fact.low, fact.high))
        return word if low == high else f"{word} ({low} to {high})"
    size = amount(fact.median, fact.measure, fact.step).replace("under ", "<")
    said = f"{size} {words.less if fact.median < 0 else words.more}"
    near, far = sorted((fact.low, fact.high), key=abs)
    a, b = (amount(each, fact.measure, fact.step).replace("under ", "<") for each in (near, far))
    return said if fact.members < 2 or a == b else f"{said} ({a} to {b})"


def _place(value: float, fact: Fact) -> str:
    said = amount(value, fact.measure, fact.step)
    small = said.startswith("under ")
    return "0" if small or not value else f"{'−' if value < 0 else '+'}{said}"


def _title(saved: Saved, scenario: str, found: Sequence[tuple[str, Fact]]) -> str:
    """In how many groups a direction may be named, each direction apart."""
    words, name = phrase(found[0][1].measure), f"“{saved.title(scenario)}”"
    year = financial_year(found[0][1].year)
    if saved.members < 2:
        return f"One run only, so no finding: {words.noun} by group with {name} in {year}"
    everyone = last_fact(saved, found[0][1].measure, "all", scenario)
    label = [None if everyone is None else everyone.label]
    if too_few_runs(found[0][1]):
        return labelled(
            f"In the model in {year}, with {name}: {saved.members} runs are too few to say in "
            f"which groups there were {words.less} or {words.more} {words.noun}", label,
        )  # fmt: skip
    less = [label for label, fact in found if fact.verdict in ("less", "mostly_less")]
    more = [label for label, fact in found if fact.verdict in ("more", "mostly_more")]
    if not less and not more:
        return labelled(
            f"In the model, no clear difference in {words.noun} in any of {len(found)} groups "
            f"with {name} in {year}", label,
        )  # fmt: skip
    said = [
        f"{word}{'' if at else f' {words.noun}'} among {_who(groups, len(found), at)}"
        for at, (word, groups) in enumerate(
            pair for pair in ((words.less, less), (words.more, more)) if pair[1]
        )
    ]
    rest = "" if len(less) + len(more) == len(found) else "; next to none or unclear in the rest"
    title = f"In the model in {year}, with {name}: {', '.join(said)}{rest}"
    return labelled(title, label, label)


def _who(groups: Sequence[str], of: int, again: int) -> str:
    """Groups by name where they are few, else their number."""
    if len(groups) <= _NAMED:
        return joined([_plain(each) for each in groups])
    return f"{len(groups)} of {of} groups" if not again else f"{len(groups)}"


def _plain(group: str) -> str:
    part, label = group.split(": ", 1)
    low = f"{label[:1].lower()}{label[1:]}"
    return {
        "By age": f"people aged {low}",
        "By fifth of neighbourhoods": f"people in the {low} fifth of neighbourhoods",
        "By ethnic group": f"people of {label} ethnic groups",
    }.get(part, low)


def specifications(saved: Saved) -> Iterator[DotSpec]:
    """Who gains, for every scenario."""
    for measure in MEASURES:
        for scenario in saved.scenarios:
            spec = specification(saved, scenario, measure)
            if spec is not None:
                yield spec
