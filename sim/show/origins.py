"""Where the people and the place came from, as a reader would say it.

Looks at what a run recorded of its model and changes nothing. What only a machine wants (the
council's books, cut points of a scale) is left to run.json.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sim.show.saved import Saved, clean

LONGEST_VALUE = 400
_DEEPEST = 3
_MOST_ITEMS = 60
_FOR_MACHINES = (
    "thresholds", "council_history", "council_start", "council_care_share_of_budget",
    "plan_capacity", "model_town",  # the town's figures are said in words: `sim.show.town`
)  # fmt: skip
Pairs = Iterator[tuple[str, str]]


def flat(value: object, name: str = "", depth: int = 0) -> Pairs:
    """A nested record as name and value pairs, cut short where it grows long."""
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for at, key in enumerate(sorted(value, key=str)):
            if at == _MOST_ITEMS:
                yield name or "more", f"and {len(value) - at} more in run.json"
                return
            label = clean(str(key).replace("_", " "))
            yield from flat(value[key], f"{name}, {label}" if name else label, depth + 1)
        return
    if isinstance(value, list | tuple):
        said = "; ".join(flat_item(each) for each in value[:_MOST_ITEMS]) or "none"
    elif isinstance(value, bool):
        said = "yes" if value else "no"
    elif value is None:
        said = "not recorded"
    elif isinstance(value, int | float):
        said = number(value)
    else:
        said = str(value)
    yield name, clean(said, LONGEST_VALUE)


def flat_item(value: object) -> str:
    """One item of a list in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{a}: {b}" for a, b in flat(value, depth=_DEEPEST - 1))
    return number(value) if isinstance(value, float) else str(value)


def number(value: float) -> str:
    """A number as people write it: '2,350,661', '60.4', '0.013'; never '2.351e+06'."""
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    said = f"{value:.1f}" if abs(value) >= 10 else f"{value:.2g}"
    return said if "e" not in said else f"{value:f}"


def said(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a run recorded of its people and place, each line with its name."""
    pairs: list[tuple[str, str]] = []
    for key in [*_SAID, *sorted(set(record) - set(_SAID) - set(_FOR_MACHINES), key=str)]:
        if key not in record:
            continue
        try:
            pairs += list(_SAID[key](record[key])) if key in _SAID else list(_plain(key, record))
        except (TypeError, ValueError, KeyError, AttributeError):  # untrusted: say it as it stands
            pairs += list(_plain(key, record))
    return [(name[:1].upper() + name[1:], clean(each, LONGEST_VALUE)) for name, each in pairs]


def unlike_baseline(saved: Saved) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a plan's own run recorded differently from the baseline's, such as money unspent."""
    base = set(said(saved.provenance))
    found = []
    for key in saved.scenarios:
        own = [pair for pair in said(saved.provenance_of(key)) if pair not in base]
        if own:
            found.append((saved.title(key), own))
    return found


def _plain(key: str, record: Mapping[str, Any]) -> Pairs:
    return flat({key: record[key]})


def _place(told: Any) -> Pairs:
    if not isinstance(told, Mapping):
        raise TypeError
    yield "place", f"{told['name']} ({told['code']})" if "code" in told else str(told["name"])
    for key, who in (("people_16_plus", "aged 16 or over"), ("people_all_ages", "of all ages")):
        if key in told:
            yield f"real people {who}", f"{float(told[key]):,.0f}"


def _sentence(text: str) -> str:
    plain = text.replace("_", " ").rstrip(".")
    return f"{plain[:1].upper()}{plain[1:]}."


def _lines(name: str) -> Callable[[Any], Pairs]:
    def lines(told: Any) -> Pairs:
        if not isinstance(told, list):
            raise TypeError
        if told:
            yield (
                name,
                " ".join(_sentence(str(each)) for each in told[:_MOST_ITEMS]),
            )

    return lines


def _one(name: str, pattern: str) -> Callable[[Any], Pairs]:
    def one(told: Any) -> Pairs:
        if isinstance(told, bool):
            raise TypeError
        yield name, pattern.format(float(told))

    return one


def _hubs(told: Any) -> Pairs:
    places = [
        f"{int(each['seats']):,} seats{' with the plan’s money' if each['funded'] else ''}, "
        f"{'open' if each['open'] else 'closed'} at the end"
        for each in told[:_MOST_ITEMS]
    ]
    if len(told) > 3:
        opened, seats = (
            sum(bool(each["open"]) for each in told),
            sum(each["seats"] for each in told),
        )
        places = [
            f"{len(told):,}, of which {opened:,} open at the end; {int(seats):,} seats in all"
        ]
    yield "hubs and lunch clubs", "; ".join(places) or "none"


def _connectors(told: Any) -> Pairs:
    for kind, counts in told.items():
        yield (
            f"{clean(kind)}: people referred",
            f"{int(counts['referred']):,}, of whom {int(counts['did_anything']):,} then took "
            "something up",
        )


def _unspent(told: Any) -> Pairs:
    held = sum(float(each) for each in told.values())
    if held >= 1:
        yield "money of the plan not spent by the end", f"£{held:,.0f} in the model town"


# What is said first, in this order; whatever else a run recorded follows as it stands.
_SAID: dict[str, Callable[[Any], Pairs]] = {
    "place": _place,
    "sample": _lines("model town"),
    "residents_at_start": _one("made-up people aged 16 or over at the start", "{:,.0f}"),
    "people_65plus": _one("made-up people aged 65 or over", "{:,.0f}"),
    "scale": _one("real people each of them stands for", "{:,.1f}"),
    "imputed": _lines("filled in, where nothing was published for this place"),
    "assumed_budget_real_growth": _one("assumed growth of the council’s budget above prices",
                                       "{:.1%} a year"),
    "hubs": _hubs,
    "connectors": _connectors,
    "money_held_unspent_gbp": _unspent,
}  # fmt: skip
