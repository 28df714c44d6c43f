"""The evidence room: every number of the model, with where it came from.

`registry.py` reads the tables in `data/` and answers questions about them; `rows.py` says what one
row is and what a row may hold; `series.py` holds year-by-year official figures; `completeness.py`
compares the rows with what the code reads. Nothing here changes anything, and only the standard
library is imported, so that asking for a number is quick.
"""

from __future__ import annotations

from sim.evidence.registry import Registry, registry
from sim.evidence.rows import Evidence

__all__ = ["Evidence", "Registry", "registry"]
