"""What the app's page shows: words, pictures and files made from a finished comparison.

It looks at results; it changes nothing. The page itself only lays these out.
"""

from __future__ import annotations

import base64
import threading
from html import escape
from pathlib import Path
from typing import Any

from sim.errors import UserMistake
from sim.experiment.app_choices import Finished, run_chosen
from sim.experiment.ensemble import Progress
from sim.outcomes import MEASURES
from sim.show.figures import whose
from sim.show.saved import CHART_MEASURES, clean, open_results

HOW = """Each run lives the plan and a baseline with the same people and the same luck; only the
difference between the two is shown. The band is the range over runs: it holds luck and the
uncertainty of the model's numbers, not the chance that the model's rules are wrong."""


STOPS = "Stops when a paired run ends; what was done is not kept."


class Stopped(Exception):
    """The user wished the run to stop."""


class Wish:
    """Whether the user wishes a run to stop; the run asks at each step."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def stop(self) -> None:
        """From now on, stop at the next step."""
        self._stop.set()

    def heed(self, closed: bool = False) -> None:
        """Raise Stopped where the user has said stop or has `closed` the page."""
        if closed or self._stop.is_set():
            raise Stopped


def run(asked: dict[str, Any], progress: Progress) -> Finished | str:
    """Run what the form says; a user's mistake or a stop comes back as its sentence."""
    if not asked["presets"]:
        return "Choose at least one plan to compare with the baseline."
    if asked["place"] is None:
        return "Choose a place."
    sizes = {key: int(asked[key]) for key in ("residents", "years", "members", "seed")}
    try:
        return run_chosen(asked["presets"], sizes, asked["place"], progress, _report)
    except UserMistake as mistake:
        return str(mistake)
    except Stopped:
        return "It was stopped. Press Run to begin again."


def _report(folder: Path) -> None:
    from sim.show.report import build

    build(folder)


def measures(found: Finished) -> dict[str, str]:
    """Outcomes to choose from: label -> key, the headline ones first."""
    held = set(found.comparison.summary["measure"])
    order = [*CHART_MEASURES, *(key for key in MEASURES if key not in CHART_MEASURES)]
    return {MEASURES[key].label: key for key in order if key in held}


def picture(found: Finished, measure: str) -> str:
    """The paired difference over the years as HTML, its words as alternative text."""
    from sim.show.export import svg_bytes

    drawn = found.comparison.chart(measure)
    title, words = drawn.words
    packed = base64.b64encode(svg_bytes(drawn, title, words)).decode("ascii")
    return (
        '<div style="overflow-x:auto" tabindex="0" role="region" aria-label="The picture">'
        f'<img alt="{escape(words)}" src="data:image/svg+xml;base64,{packed}" '
        'style="width:100%;min-width:40rem;height:auto"></div>'
    )


def table(found: Finished, measure: str) -> str:
    """The picture's figures as an HTML table."""
    rows = found.comparison.difference(measure, "all")
    shown = open_results(found.comparison)
    unit = f"{MEASURES[measure].label}: difference from the baseline, {MEASURES[measure].unit}"
    head = "".join(
        f'<th scope="col">{each}</th>' for each in ("Plan", "Year", "Middle", "Low", "High")
    )
    body = "".join(
        f'<tr><th scope="row">{escape(shown.title(row.scenario))}</th><td>{row.year}</td>'
        f"<td>{row.difference_median:.3g}</td><td>{row.difference_p05:.3g}</td>"
        f"<td>{row.difference_p95:.3g}</td></tr>"
        for row in rows.itertuples()
    )
    return (
        f"<table><caption>{escape(unit)}. {whose(measure, 'all')}. "
        "Modelled, not observed.</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def told(found: Finished) -> str:
    """One line: what was run, and whether all of it finished."""
    shown = open_results(found.comparison)
    people = shown.request.get("residents")
    line = (
        f"{clean(shown.place)}, about {people:,} people aged 16 or over, {shown.period}, "
        f"{shown.members} paired runs, seed {shown.seed}. Modelled, not observed."
    )
    return f"{line} {shown.partial_words}".strip()
