"""Everything a finished run is shown by: the report, and its charts as files an editor can use.

It looks at an output folder and writes report.html and charts/ in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.experiment.ensemble import Progress


def write_everything(
    folder: Path, jobs: int | None = None, progress: Progress | None = None
) -> None:
    """Write the report and the headline charts of a finished run into its folder.

    The pictures are drawn in up to `jobs` processes; the bytes do not depend on how many.
    """
    from sim.show.gallery import drawn_ahead, write_all
    from sim.show.report import build

    with drawn_ahead(folder, jobs, progress):
        build(folder)
        write_all(folder, every=False)
