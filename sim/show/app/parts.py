"""What the app's page shows: words, pictures and files made from a finished comparison.

It looks at results; it changes nothing. The page itself only lays these out.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from sim.errors import UserMistake
from sim.experiment.app_choices import Finished, run_chosen
from sim.experiment.ensemble import Progress
from sim.outcomes import MEASURES
from sim.show.facts import facts, last_fact, per_of
from sim.show.figures import figure, says, whose
from sim.show.gallery import on_page
from sim.show.label_words import meanings
from sim.show.report_findings import NO_REACH
from sim.show.saved import CHART_MEASURES, Saved, clean, open_results
from sim.show.trust import band_name, label_line, trust_of
from sim.show.wording import phrase
from sim.units import financial_year

_MINUTE = 60
HOW = """Each run lives the plan and a baseline with the same people and the same luck; only the
difference between the two is shown. The band is the range over runs: it holds luck and the
uncertainty of the model's numbers, not the chance that the model's rules are wrong."""


STOPS = "Stops when a paired run ends; what was done is not kept."
FEW = """Under 6 paired runs are too few to tell which way a plan works. Under 40, the band is only
the range of the runs."""


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
        return "Not run. Choose at least one plan to compare with the baseline."
    if asked["place"] is None:
        return "Not run. Choose a place."
    sizes = {key: int(asked[key]) for key in ("residents", "years", "members", "seed")}
    try:
        return run_chosen(asked["presets"], sizes, asked["place"], progress, _report)
    except UserMistake as mistake:
        return f"Not run. {mistake}"
    except Stopped:
        return "It was stopped. Press Run to begin again."
    except Exception as trouble:  # whatever it is, a reader must not wait for a run that is dead
        return (
            f"The run broke off ({clean(f'{type(trouble).__name__}: {trouble}', 300)}). Try fewer "
            "people, years or plans, or use python -m sim run, which says more."
        )


def _report(folder: Path) -> None:
    from sim.show.report import build

    build(folder)


def measures(found: Finished) -> dict[str, str]:
    """Outcomes to choose from: label -> key, the headline ones first."""
    held = set(found.comparison.summary["measure"])
    order = [*CHART_MEASURES, *(key for key in MEASURES if key not in CHART_MEASURES)]
    return {MEASURES[key].label: key for key in order if key in held}


def picture(found: Finished, measure: str) -> str:
    """The paired difference over the years as HTML, a tall one on a phone; its words as alt."""
    drawn = on_page(figure(open_results(found.comparison), measure))
    return (
        f'<picture><source media="(max-width: 40rem)" srcset="{drawn.phone}">'
        f'<img alt="{escape(drawn.words)}" src="{drawn.image}" style="width:100%;height:auto">'
        "</picture>"
    )


def under_way(done: int, asked: int, seconds: float) -> str:
    """How far the run is, as HTML: a bar, the runs done, and about how long is left."""
    if done >= asked:
        said = f"All {asked} paired runs are done. Now the report is drawn."
    else:
        said = f"Living both worlds: {done} of {asked} paired runs done."
        said += f" About {_while(seconds / done * (asked - done))} to go." if done else ""
    value = f' value="{done}"' if 0 < done < asked else ""  # without one, the bar is seen to move
    return (
        f'<div><p class="under-way" role="status">{said}</p>'
        f'<progress aria-label="Paired runs done" max="{asked}"{value}></progress></div>'
    )


def _while(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{max(10, round(seconds, -1)):.0f} seconds"
    minutes = round(seconds / _MINUTE)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def answer(found: Finished, measure: str) -> str:
    """The last year in words as an HTML table: each plan's difference, its range, how sure."""
    shown = open_results(found.comparison)
    rows, lines = [], []
    for key in shown.scenarios:
        fact = last_fact(shown, measure, "all", key)
        if fact is None or not fact.known:
            continue
        among, trust = last_fact(shown, measure, "reached", key), trust_of(shown, fact)
        reached = says(among) if among and among.known else NO_REACH
        rows.append((shown.title(key), says(fact), reached, trust.label.value))
        lines.append(f"<li><b>{escape(shown.title(key))}</b>: {escape(label_line(trust))}</li>")
    unit = (
        f"{_unit(shown, measure)}, {financial_year(max(1, shown.years))}: difference from the "
        f"baseline. {whose(measure, 'all')}; in brackets, {band_name(shown.members)} "
        f"({shown.members}). Modelled, not observed."
    )
    head = ("Plan", "Everyone", "People it reached", "How sure")
    return (
        _html_table(unit, head, rows)
        + _folded("Why no surer", f"<ul>{''.join(lines)}</ul>")
        + _folded("What the labels mean", labels())
    )


def _folded(title: str, inside: str) -> str:
    return f"<details><summary>{title}</summary>{inside}</details>"


def labels() -> str:
    """What the four labels mean, as an HTML list, the strongest first."""
    return "".join(
        ["<dl>", *(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in meanings()), "</dl>"]
    )


def table(found: Finished, measure: str) -> str:
    """The picture's figures as a folded HTML table, year by year, in the picture's own unit."""
    shown = open_results(found.comparison)
    rows = [
        (shown.title(key), financial_year(fact.year), says(fact))
        for key in shown.scenarios
        for fact in facts(shown, measure, "all", key)
    ]
    unit = (
        f"{_unit(shown, measure)}: difference from the baseline. {whose(measure, 'all')}; in "
        f"brackets, {band_name(shown.members)} ({shown.members}). Modelled, not observed."
    )
    told = _html_table(unit, ("Plan", "Year", "Difference"), rows)
    return _folded("The figures year by year", told)


def _unit(shown: Saved, measure: str) -> str:
    """What is counted and for how many people: the same as the picture and the figures say."""
    return phrase(measure).axis_for("all", per_of(shown, measure))


def _html_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{each}</th>' for each in head)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(
            f'<td data-name="{name}">{escape(cell)}</td>'
            for name, cell in zip(head[1:], rest, strict=True)
        )
        + "</tr>"
        for first, *rest in rows
    )
    capital = f"{caption[:1].upper()}{caption[1:]}"
    return (
        f'<table class="figures"><caption>{escape(capital)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
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
