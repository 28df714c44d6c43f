"""What a first run keeps beside its rows, each kind in a file of its own.

Members hand it over in their provenance under a key; here it is taken out of there and written.
Changes the provenance it is given and one file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def take_out(told: Mapping[int, dict[str, Any]], key: str) -> tuple[int, dict[str, Any]]:
    """Take `key` out of every member's pages; return the first member that had it, by scenario."""
    first: tuple[int, dict[str, Any]] = (0, {})
    for number, scenarios in sorted(told.items()):
        pages = {name: page for name, page in scenarios.items() if isinstance(page, dict)}
        found = {name: page.pop(key) for name, page in pages.items() if key in page}
        if found and not first[1]:
            first = (number, found)
    return first


def write_or_clear(kept: Mapping[str, Any], path: Path) -> bool:
    """Write what was kept, or remove what an earlier run left there; say whether there was any."""
    from sim.experiment.record import write_json

    if kept:
        write_json(dict(kept), path)
    else:
        path.unlink(missing_ok=True)
    return bool(kept)
