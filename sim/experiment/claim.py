"""Whose a folder is: the request that a run writes down before its first member.

Looks at one small file of a run's folder, and writes it where there is none.
"""

from __future__ import annotations

import json
from pathlib import Path

from sim.experiment import atomic, member
from sim.experiment.request import Request


def holds_another(request: Request, folder: Path) -> bool:
    """Whether a run of another request lives in this folder."""
    theirs = _claimed(folder / "members" / "request.json")
    return theirs is not None and theirs != request.identity


def take(request: Request, folder: Path) -> None:
    """Claim a folder for this request; raises UserMistake where another run holds it.

    Done before the first member, so a second, different run is refused from the start.
    """
    path = folder / "members" / "request.json"
    theirs = _claimed(path)
    if theirs is None:
        with atomic.plainly(path):
            atomic.write(path, request.identity.encode())
    else:
        member.refuse_stranger(request, theirs, folder)


def members_of_a_run(folder: Path) -> int:
    """How many members of a run, ended or not, a folder holds; those of a design do not count."""
    theirs = _claimed(folder / "members" / "request.json")
    if theirs is None or "design" in json.loads(theirs):
        return 0
    return sum(1 for _ in (folder / "members").glob("member_*.parquet"))


def _claimed(path: Path) -> str | None:
    """The identity of the request that claimed a folder; None where there is none or it is torn."""
    with atomic.plainly(path):
        try:
            theirs = path.read_text(encoding="utf-8")
            json.loads(theirs)["scenarios"]
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
            return None
    return theirs
