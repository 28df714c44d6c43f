"""Everything a finished run is shown by: the report, and its charts as files an editor can use.

It looks at an output folder and writes report.html and charts/ in it.
"""

from __future__ import annotations

from pathlib import Path


def write_everything(folder: Path) -> None:
    """Write the report and the headline charts of a finished run into its folder."""
    from sim.show.charts import write_all
    from sim.show.gap_charts import write_all as write_gap_charts
    from sim.show.report import build

    build(folder)
    write_all(folder, kinds=("difference", "reached"))
    write_gap_charts(folder)
    if (folder / "flows.csv").is_file():  # no plan, no pounds to follow
        from sim.show.flow_chart import write_all as write_flow_charts

        write_flow_charts(folder)
