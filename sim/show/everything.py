"""Everything a finished run is shown by: the report, and its charts as files an editor can use.

It looks at an output folder and writes report.html and charts/ in it.
"""

from __future__ import annotations

from pathlib import Path


def write_everything(folder: Path) -> None:
    """Write the report and the headline charts of a finished run into its folder."""
    from sim.show.gallery import write_all
    from sim.show.report import build

    build(folder)
    write_all(folder, every=False)
