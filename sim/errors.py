"""The mistakes a user can make, said in one plain sentence.

Every room may raise these; only the command line turns them into exit codes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserMistake(ValueError):
    """A request that cannot be met: the text names what was wrong and what to do instead."""


def nearest(word: str, allowed: Iterable[str], count: int = 1) -> list[str]:
    """Return up to `count` allowed words nearest to `word`, ignoring case."""
    by_lower = {each.lower(): each for each in allowed}
    hits = difflib.get_close_matches(word.lower(), by_lower, n=count, cutoff=0.55)
    return [by_lower[hit] for hit in hits]


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """Return ' Did you mean x?' for the nearest allowed word, or an empty string."""
    hits = nearest(word, allowed)
    return f" Did you mean {hits[0]}?" if hits else ""
