"""What the model town lacks of the real place, said where a reader starts and where groups stand.

Looks at what the run recorded of its sample, and at which groups its results hold; changes
nothing. A small town may have too few people of some fifths of neighbourhoods to show them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.outcomes import GROUPS, MEASURES
from sim.show.saved import Saved
from sim.show.wording import joined

FIFTHS = {
    1: "most deprived", 2: "second most deprived", 3: "middle", 4: "second least deprived",
    5: "least deprived",
}  # fmt: skip


@dataclass(frozen=True)
class Town:
    """The model town as the run recorded it; numbers are 0 where it did not."""

    whole: bool = True
    neighbourhoods: int = 0
    hidden: tuple[int, ...] = ()
    adults: int = 0


def of_run(saved: Saved) -> Town:
    """The town in the run's own figures; of an older run, what its other figures tell."""
    told = saved.provenance.get("model_town")
    return _earlier(saved) if told is None else _recorded(told)


def _recorded(told: object) -> Town:
    if not isinstance(told, Mapping):
        return Town()
    fifths = told.get("fifths_too_few_to_show")
    listed = fifths if isinstance(fifths, list) else []
    return Town(
        told.get("whole_place") is not False,
        _count(told.get("neighbourhoods")),
        tuple(each for each in FIFTHS if each in listed),
        _count(told.get("people_16_plus")),
    )


def _count(told: object) -> int:
    return told if type(told) is int and told > 0 else 0


def _earlier(saved: Saved) -> Town:
    """A run from before the town was recorded: its scale, and the fifths its results hold."""
    scale = saved.provenance.get("scale")
    if not isinstance(scale, int | float):
        return Town()
    held = {str(each) for each in saved.summary["group"].unique()}
    shown = {each for each in FIFTHS if f"imd_{each}" in held}
    return Town(scale <= 1, 0, tuple(each for each in FIFTHS if shown and each not in shown))


def hidden_fifths(saved: Saved) -> list[int]:
    """Fifths of neighbourhoods with too few people in the sample to show, 1 the most deprived."""
    return list(of_run(saved).hidden)


def _fifths(hidden: Sequence[int]) -> str:
    named = joined([f"the {FIFTHS[each]}" for each in hidden])
    return f"{named} fifth{'s' if len(hidden) > 1 else ''} of neighbourhoods"


def falls_short(saved: Saved) -> str:
    """How large the model town is and whom it cannot show; nothing where it shows every fifth."""
    town = of_run(saved)
    if town.whole or not town.hidden:
        return ""
    size = f"{town.neighbourhoods:,} neighbourhood{'' if town.neighbourhoods == 1 else 's'}"
    return (
        f"The model town is {size if town.neighbourhoods else 'a part'} of {saved.place}. "
        f"Too few of its people live in {_fifths(town.hidden)} to show them as groups. "
        f"So it may not stand for all of {saved.place}."
    )


def left_out(saved: Saved) -> list[str]:
    """Which groups of people these results do not show, and why."""
    held = saved.summary.loc[[MEASURES[str(each)].by_group if str(each) in MEASURES else False
                              for each in saved.summary["measure"]], "group"]  # fmt: skip
    return list(_missing(saved, {str(each) for each in held}))


def _missing(saved: Saved, held: set[str]) -> Iterator[str]:
    fifths = of_run(saved).hidden
    hidden = {f"imd_{each}" for each in fifths}
    if short := falls_short(saved):
        yield f"{short} Those groups are left out here."
    elif hidden:
        yield (
            f"Left out: people in {_fifths(fifths)}. Too few of the model town’s people live there "
            "to show how they fare."
        )
    others = [
        f"{label[:1].lower()}{label[1:]}" if label.split(" ")[0] not in _NAMES else label
        for key, label in GROUPS.items()
        if key not in held | hidden | {"all", "reached"}
    ]
    if others:
        yield f"Left out, for these results hold no figures for them: {joined(others)}."


_NAMES = ("White", "Asian", "Black")  # stay capital in the middle of a sentence
