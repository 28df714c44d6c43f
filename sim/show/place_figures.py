"""What a comparison of places says: each plan's difference in each place, one outcome a picture.

It looks at the opened results of several runs, one a place, and changes nothing. A title names
places only by what may be said in each; it never ranks places whose ranges overlap.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.errors import UserMistake
from sim.mistakes import visible
from sim.show.dots import Dot, DotSpec
from sim.show.facts import last_fact
from sim.show.figures import says, sense, source_line
from sim.show.saved import HEADLINE_MEASURES, Saved
from sim.show.trust import ENOUGH_RUNS, Fact, has_direction, labelled, too_few_for_direction
from sim.show.wording import joined, phrase
from sim.units import financial_year

_NAMED = 4
Opened = Sequence[tuple[str, Saved]]


def specifications(opened: Opened, measures: Sequence[str] = HEADLINE_MEASURES) -> list[DotSpec]:
    """A picture for each headline outcome that every place measured.

    `opened` are pairs of what was typed and what was opened. Raises UserMistake where the runs
    cannot be set side by side.
    """
    _checked(opened)
    first = opened[0][1]
    shared = [key for key in first.scenarios if all(key in one.scenarios for _, one in opened)]
    if not shared:
        raise UserMistake(
            "compare: these results share no plan. Run the same preset in each place."
        )
    names = _names(opened)
    found = []
    for measure in measures:
        rows = [
            (key, name, fact)
            for key in shared
            for name, (_, one) in zip(names, opened, strict=True)
            if (fact := last_fact(one, measure, "all", key)) and fact.known
        ]
        # One number of people for every place, so that they can be compared.
        per = max((fact.per for *_, fact in rows), default=0)
        rows = [(key, name, fact.counted_for(per)) for key, name, fact in rows]
        if rows:
            found.append(_specification(opened, measure, rows))
    return found


def _checked(opened: Opened) -> None:
    if len(opened) < 2:
        raise UserMistake("compare: name two or more folders of results, one for each place.")
    text, first = opened[0]
    for other, one in opened[1:]:
        if one.years != first.years:
            raise UserMistake(
                f"compare: {visible(other, 200)} runs {one.years} years and "
                f"{visible(text, 200)} {first.years}. Run both with the same --years."
            )


def _names(opened: Opened) -> list[str]:
    """Each run's place; the number of the folder beside it where two runs have the same."""
    places = [one.place for _, one in opened]
    return [
        place if places.count(place) == 1 else f"{place} ({at + 1})"
        for at, place in enumerate(places)
    ]


def _specification(opened: Opened, measure: str, rows: Sequence[tuple[str, str, Fact]]) -> DotSpec:
    first = opened[0][1]
    members = min(one.members for _, one in opened)
    year, unit = financial_year(rows[0][2].year), phrase(measure).axis_for("all", rows[0][2].per)
    kind = "middle 90% of runs" if members >= ENOUGH_RUNS else "range of runs"
    runs = joined(sorted({f"{one.members:,}" for _, one in opened}), "or")
    bars = f"Dot: median of {runs} paired runs; bar: {kind}." if members > 1 else "One run each."
    unfinished = [one.partial_words for _, one in opened if one.partial]
    return DotSpec(
        f"places_{measure}", _title(first, measure, rows, year),
        f"Difference from each place's own baseline in {year}: {unit}. {bars} Hollow: no clear "
        f"difference. {sense(measure)} {_sizes(opened)}",
        source_line(first, [fact for *_, fact in rows]), unit, measure,
        tuple(
            Dot(first.title(key), name, fact.median, fact.low, fact.high, says(fact),
                has_direction(fact))
            for key, name, fact in rows
        ),
        members, "; ".join(unfinished), "plan", "place",
    )  # fmt: skip


def _sizes(opened: Opened) -> str:
    """How many people stand for each place, and for how many where the run says so."""
    told = []
    for name, (_, one) in zip(_names(opened), opened, strict=True):
        real = one.count_of_people("people_16_plus")
        people = one.request.get("residents")
        if not isinstance(people, int) or isinstance(people, bool):
            continue
        told.append(f"{name} {people:,}" + (f" of {real:,}" if real else ""))
    return f"People aged 16 or over simulated: {'; '.join(told)}." if told else ""


def _title(saved: Saved, measure: str, rows: Sequence[tuple[str, str, Fact]], year: str) -> str:
    words = phrase(measure)
    if any(fact.members < 2 for *_, fact in rows):
        return f"One run only in some places, so no finding: {words.noun} in {year}"
    facts = [fact for *_, fact in rows]
    labels = [fact.label for fact in facts]
    article = "a " if words.less == "smaller" else ""
    if few := [fact for fact in facts if too_few_for_direction(fact)]:
        return labelled(
            f"In the model in {year}, {few[0].members} runs are too few to say in which places "
            f"there is {article}{words.less} or {words.more} {words.noun}"
            if words.kind == "size"
            else f"In the model in {year}, {few[0].members} runs are too few to say in which "
            f"places there are {words.less} or {words.more} {words.noun}", labels,
        )  # fmt: skip
    places = list(dict.fromkeys(name for _, name, _ in rows))
    plans = list(dict.fromkeys(key for key, *_ in rows))
    said: list[str] = []
    for word, ends in ((words.less, "less"), (words.more, "more")):
        for where, keys in _alike(rows, ends).items():
            noun = "" if said else f" {words.noun}"
            named = [f"“{saved.title(key)}”" for key in keys]
            said.append(
                f"{article if noun else ''}{word}{noun} in {_places(where, len(places))} with "
                f"{joined(named)}"
            )
    directed = [fact.label for fact in facts if has_direction(fact)]
    if not directed:
        some = "either plan" if len(plans) == 2 else "any plan"
        plan = f"“{saved.title(plans[0])}”" if len(plans) == 1 else some
        return labelled(
            f"In the model in {year}, no clear difference in {words.thing} in "
            f"{_places(places, len(places), 'or')} with {plan}", labels,
        )  # fmt: skip
    rest = "" if len(directed) == len(facts) else "; no clear difference in the rest"
    return labelled(f"In the model in {year}, {'; '.join(said)}{rest}", labels, directed)


def _alike(rows: Sequence[tuple[str, str, Fact]], ends: str) -> dict[tuple[str, ...], list[str]]:
    """Plans by the places in which they show this direction: those alike share a clause."""
    found: dict[str, list[str]] = {}
    for key, name, fact in rows:
        if has_direction(fact) and fact.verdict.endswith(ends):
            found.setdefault(key, []).append(name)
    alike: dict[tuple[str, ...], list[str]] = {}
    for key, names in found.items():
        alike.setdefault(tuple(names), []).append(key)
    return alike


def _places(names: Sequence[str], of: int, last: str = "and") -> str:
    if len(names) == of > 2:
        return "any place" if last == "or" else f"all {of} places"
    return joined(list(names), last) if len(names) <= _NAMED else f"{len(names)} of {of} places"
