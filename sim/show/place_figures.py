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
from sim.show.trust import ENOUGH_RUNS, Fact
from sim.show.wording import joined, phrase
from sim.units import financial_year

_SURE = ("less", "more", "mostly_less", "mostly_more")
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
    year, unit = financial_year(rows[0][2].year), phrase(measure).axis_for("all")
    kind = "middle 90% of runs" if members >= ENOUGH_RUNS else "range of runs"
    runs = joined(sorted({f"{one.members:,}" for _, one in opened}), "or")
    bars = f"Dot: median of {runs} paired runs; bar: {kind}." if members > 1 else "One run each."
    unfinished = [one.partial_words for _, one in opened if one.partial]
    return DotSpec(
        f"places_{measure}", _title(first, measure, rows, year),
        f"Difference from each place's own baseline in {year}: {unit}. {bars} Hollow: no clear "
        f"difference. {sense(measure)}",
        source_line(first, [fact for *_, fact in rows]), unit, measure,
        tuple(
            Dot(first.title(key), name, fact.median, fact.low, fact.high, says(fact),
                fact.verdict in _SURE)
            for key, name, fact in rows
        ),
        members, "; ".join(unfinished), "plan", "place",
    )  # fmt: skip


def _title(saved: Saved, measure: str, rows: Sequence[tuple[str, str, Fact]], year: str) -> str:
    words = phrase(measure)
    if any(fact.members < 2 for *_, fact in rows):
        return f"One run only in some places, so no finding: {words.noun} in {year}"
    article = "a " if words.less == "smaller" else ""
    said = []
    for key in dict.fromkeys(key for key, *_ in rows):
        mine = [(name, fact.verdict) for one, name, fact in rows if one == key]
        parts = [
            f"{article}{word} {words.noun} in {_places(where, len(mine))}"
            for word, ends in ((words.less, "less"), (words.more, "more"))
            if (where := [name for name, verdict in mine if verdict.endswith(ends)])
        ]
        none = [name for name, verdict in mine if verdict not in _SURE]
        if none:
            parts.append(f"no clear difference in {_places(none, len(mine), 'or')}")
        said.append(f"with “{saved.title(key)}”, {', '.join(parts)}")
    return f"In the model in {year}, {'; '.join(said)}"


def _places(names: Sequence[str], of: int, last: str = "and") -> str:
    if len(names) == of > 2:
        return "any place" if last == "or" else f"all {of} places"
    return joined(list(names), last) if len(names) <= _NAMED else f"{len(names)} of {of} places"
