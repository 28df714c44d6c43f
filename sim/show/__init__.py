"""Showing results: charts, headline sentences, tables and the report.

What lives here: everything that turns an output folder into something a person can read.
It may look at saved results, the outcome words and the evidence registry; it never sees a live
model. It changes nothing but the picture, table and report files it is asked to write, and the
same results always give the same bytes.
"""

from __future__ import annotations

import importlib
from typing import Any

_ROOMS = {
    "Saved": "saved",
    "open_results": "saved",
    "chart": "charts",
    "write": "gallery",
    "write_all": "gallery",
    "Finding": "headline",
    "findings": "headline",
    "headline_lines": "headline",
    "table": "tables",
    "build": "report",
}

__all__ = [
    "Finding",
    "Saved",
    "build",
    "chart",
    "findings",
    "headline_lines",
    "open_results",
    "table",
    "write",
    "write_all",
]


def __getattr__(name: str) -> Any:
    """Open a room only when somebody asks for what is in it (matplotlib is slow to wake)."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'sim.show' has no attribute {name!r}")
    return getattr(importlib.import_module(f"sim.show.{_ROOMS[name]}"), name)
