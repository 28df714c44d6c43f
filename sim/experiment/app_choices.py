"""What may be chosen in the app: places, presets, measures; and running what was chosen.

It looks at the place data and the presets, and runs paired comparisons into folders that
are gone when they are done. It prints nothing.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.experiment.compare import Comparison, compare
from sim.experiment.ensemble import Progress

# What one sitting at a screen can wait for; the command line takes more.
MOST = {"residents": 20_000, "years": 10, "members": 20, "seed": 100, "presets": 4}
LEAST = {"residents": 500, "years": 1, "members": 2, "seed": 1}
# Fewer than six paired runs cannot tell a direction (`sim.experiment.trust`).
USUAL = {"residents": 2_000, "years": 5, "members": 6, "seed": 1}
_STAMP = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can hold: same results, same bytes


def place_names() -> list[str]:
    """England and its councils by name."""
    from sim.world import places

    return [each.name for each in places.find("", limit=1000)]


def preset_titles() -> dict[str, str]:
    """Every preset but the baseline: 'what is funded, pounds a head' -> name."""
    from sim.scenario import presets

    return {
        f"{plan.title} (£{plan.pounds_per_head():g} a head)": plan.name
        for plan in presets()
        if plan.name != "baseline"
    }


@dataclass(frozen=True)
class Finished:
    """A finished comparison and the files an editor can use."""

    comparison: Comparison
    report: bytes
    summary: bytes
    everything: bytes


def run_chosen(
    presets: Sequence[str],
    sizes: Mapping[str, int],
    place: str,
    progress: Progress,
    after: Callable[[Path], None],
) -> Finished:
    """Run presets against the baseline, paired; `sizes` holds residents, years, members, seed.

    `after` writes the report into the folder (the show hands it in). Raises UserMistake.
    """
    with TemporaryDirectory(prefix="sim_app_") as passing:
        folder = Path(passing)
        comparison = compare(
            *presets,
            place=place,
            residents=sizes["residents"],
            years=sizes["years"],
            members=sizes["members"],
            seed=sizes["seed"],
            out=folder,
            progress=progress,
        )
        after(folder)
        return Finished(
            comparison,
            report=(folder / "report.html").read_bytes(),
            summary=(folder / "summary.csv").read_bytes(),
            everything=_zipped(folder),
        )


def _zipped(folder: Path) -> bytes:
    """The folder as a zip, without the members' own files and the clock."""
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not name.startswith("members/") and name != "clock.json":
                packed.writestr(zipfile.ZipInfo(name, _STAMP), path.read_bytes())
    return page.getvalue()
