"""The story a run kept: story.json of an output folder, read back as a pair of stories.

It looks at one file, which is untrusted: anything odd in it counts as not kept. Every word comes
from our own list, so a file can change a number and no more. Changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from sim.experiment.story_sample import FILE, SHOWN
from sim.show.saved import Saved, clean
from sim.show.story import Pair, Story
from sim.show.story_figures import StorySpec, specification

_LONGEST_RULE = 500
_MOST_LINES = 2_000
_BROKEN = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, OSError)


def kept(saved: Saved) -> Pair | None:
    """The pair of stories this run kept; None where there is none, or none that can be read."""
    path = saved.folder / FILE if saved.folder is not None else None
    if path is None or not path.is_file():
        return None
    try:
        return _pair(saved, json.loads(path.read_text(encoding="utf-8")))
    except _BROKEN:
        return None


def specifications(saved: Saved) -> Iterator[StorySpec]:
    """The picture of the story this run kept, where it kept one."""
    pair = kept(saved)
    if pair is not None:
        yield specification(pair)


def _pair(saved: Saved, told: Mapping[str, Any]) -> Pair:
    scenario, identity = str(told["scenario"]), int(told["identity"])
    if scenario not in saved.scenarios:
        raise ValueError("a story of another plan")
    without, with_plan = (
        Story.of(_life(told[world], identity), saved.place, clean(plan))
        for world, plan in (("without", "baseline"), ("with", scenario))
    )
    return Pair(
        saved.title(scenario), clean(told["rule"], _LONGEST_RULE),
        int(saved.seed) + int(told["member"]), int(saved.request["residents"]), without, with_plan,
        saved.version,
    )  # fmt: skip


def _life(told: Mapping[str, Any], identity: int) -> Any:
    if len(told["happenings"]) > _MOST_LINES:
        raise ValueError("too long a story")
    return SimpleNamespace(
        identity=identity,
        from_month=int(told["from_month"]),
        until_month=int(told["until_month"]),
        left=bool(told["left"]),
        opening=_seen(told["opening"]),
        closing=_seen(told["closing"]),
        happenings=[_happening(each) for each in told["happenings"]],
    )


def _seen(told: Mapping[str, Any]) -> Any:
    values: dict[str, float] = {name: _number(told[name]) for name in (*SHOWN, "partner")}
    friends = int(told["friends"])
    return SimpleNamespace(values=_whole(values), tied={"friends": range(friends)})


def _happening(told: Mapping[str, Any]) -> Any:
    return SimpleNamespace(
        month=int(told["month"]),
        kind=str(told["kind"]),
        column=clean(told["column"]),
        after=_number(told["after"]),
        about=[
            SimpleNamespace(age=int(age), sex=int(sex), near=str(near))
            for age, sex, near in told["about"]
        ],
        detail={str(key): _number(value) for key, value in dict(told["detail"]).items()},
    )


def _number(value: Any) -> Any:
    """A finite number as it came; ValueError for anything else."""
    if not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise ValueError("not a number")
    return value


def _whole(values: dict[str, float]) -> dict[str, Any]:
    """Counts and codes as whole numbers, company as it is."""
    return {name: each if name == "company" else int(each) for name, each in values.items()}
