"""What the model town lacks of the real place, said where a reader starts and where groups stand.

Looks at what the run recorded of its sample, and at which groups its results hold; changes
nothing. A small town may have too few people of some fifths of neighbourhoods to show them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.outcomes import GROUPS, MEASURES
from sim.show.saved import Saved, clean
from sim.show.wording import joined

FIFTHS = {
    1: "most deprived", 2: "second most deprived", 3: "middle", 4: "second least deprived",
    5: "least deprived",
}  # fmt: skip
# The sentences of `sim.world.sampling.Sample.describe`; a test holds the two together.
_PART = re.compile(r"([\d,]+) whole neighbourhoods? of ")
_HIDDEN = re.compile(r"deprivation fifth ([1-5](?:, [1-5])*) \(1 is most deprived\)")
_MOST = 20


def _told(saved: Saved) -> list[str]:
    told = saved.provenance.get("sample")
    return [clean(each, 400) for each in told[:_MOST]] if isinstance(told, list) else []


def hidden_fifths(saved: Saved) -> list[int]:
    """Fifths of neighbourhoods with too few people in the sample to show, 1 the most deprived."""
    found = (_HIDDEN.search(each) for each in _told(saved))
    return [int(each) for one in found if one for each in one[1].split(", ")]


def _fifths(saved: Saved) -> str:
    hidden = [f"the {FIFTHS[each]}" for each in hidden_fifths(saved)]
    return f"{joined(hidden)} fifth{'s' if len(hidden) > 1 else ''} of neighbourhoods"


def falls_short(saved: Saved) -> str:
    """How large the model town is and whom it cannot show; nothing where it shows every fifth."""
    drawn = next((one for each in _told(saved) if (one := _PART.match(each))), None)
    if drawn is None or not hidden_fifths(saved):
        return ""
    size = f"{drawn[1]} neighbourhood{'' if drawn[1] == '1' else 's'}"
    return (
        f"The model town is {size} of {saved.place}. Too few of its people live in "
        f"{_fifths(saved)} to show them as groups. So it may not stand for all of {saved.place}."
    )


def left_out(saved: Saved) -> list[str]:
    """Which groups of people these results do not show, and why."""
    held = saved.summary.loc[[MEASURES[str(each)].by_group if str(each) in MEASURES else False
                              for each in saved.summary["measure"]], "group"]  # fmt: skip
    return list(_missing(saved, {str(each) for each in held}))


def _missing(saved: Saved, held: set[str]) -> Iterator[str]:
    hidden = {f"imd_{each}" for each in hidden_fifths(saved)}
    if short := falls_short(saved):
        yield f"{short} Those groups are left out here."
    elif hidden:
        yield (
            f"Left out: people in {_fifths(saved)}. Too few of the model town’s people live there "
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
