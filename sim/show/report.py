"""The report: one page, complete in itself, that reads like a careful council paper.

It looks at an output folder and the evidence registry. It writes report.html and nothing else:
no network, no script, pictures inside the page, every name escaped, same input same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import UserMistake
from sim.outcomes import MEASURES
from sim.show import (
    evidence_section,
    flow_section,
    gains_figures,
    gallery,
    gap_section,
    label_words,
    network_figures,
    origins,
    plane_figures,
    report_findings,
    story_kept,
    tables,
    town,
    work_section,
    worth,
)  # fmt: skip
from sim.show.alt import Shown
from sim.show.export import put
from sim.show.figures import LICENCE, band_sentence
from sim.show.headline import Finding, findings
from sim.show.origins import LONGEST_VALUE, flat, flat_item
from sim.show.saved import BASELINE, CHART_MEASURES, Saved, clean, open_results
from sim.show.trust import ENOUGH_RUNS, YARDSTICK, band_name
from sim.units import financial_year

TEMPLATES = Path(__file__).parent / "templates"
# On paper the tables behind the charts fill page after page; they are in charts/ as CSV.
_PAPER = "details.numbers { display: none } summary { color: inherit; text-decoration: none }"
_LONGEST_PLAN = 20_000  # of one line: a plan is shown in full, a spoilt file is not
_OPTION = re.compile(r"--[a-z]+(?: \d+)?")


@dataclass(frozen=True)
class Told:
    """One scenario as the page describes it."""

    key: str
    title: str
    summary: str
    text: str
    findings: list[Finding]


def build(folder: Path) -> Path:
    """Write report.html into an output folder and return where it is."""
    saved = open_results(folder)
    return put(Path(folder) / "report.html", page(saved).encode("utf-8"))


def build_pdf(folder: Path) -> Path:
    """Write report.pdf beside report.html; UserMistake where the pdf extra is not installed."""
    import importlib

    try:
        maker = importlib.import_module("weasyprint")
    except (ImportError, OSError):
        raise UserMistake(
            "report: --pdf needs one more package. Type: python -m pip install "
            "'social-infrastructure-sim[pdf]'. Or open report.html and print it to PDF."
        ) from None
    html = page(open_results(folder)).replace("<details", "<details open")
    made = maker.HTML(string=html).write_pdf(stylesheets=[maker.CSS(string=_PAPER)])
    return put(Path(folder) / "report.pdf", made)


def page(saved: Saved, measures: Sequence[str] = CHART_MEASURES) -> str:
    """The whole report as HTML, with charts and tables of these measures where they were saved."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    house = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    house.filters["options"] = options
    measured = [key for key in measures if key in set(saved.summary["measure"])]
    every = findings(saved)
    sections = {
        "gap": gap_section.section(saved), "work": work_section.section(saved),
        "flows": flow_section.section(saved), "worth": worth.page(saved),
        "changes": report_findings.changes(saved, every),
        "gains": [(f"{MEASURES[key].label}, {tables.unit(saved, key)}", rows) for key in measured
                  if len(rows := tables.gains(saved, key)) > 1],
        "gain_pictures": [gallery.on_page(each) for each in gains_figures.specifications(saved)
                          if each.measure in measured],
        "stories": [gallery.on_page(each) for each in story_kept.specifications(saved)],
    }  # fmt: skip
    evidence = evidence_section.rows(saved)
    told = [_told(saved, key, every) for key in [BASELINE, *saved.scenarios]]
    return house.get_template("report.html.j2").render(
        saved=saved, style=style, digest=digest, licence=LICENCE,
        last_year=financial_year(max(1, saved.years)), contents=_contents(sections),
        told=told, plans=[one for one in told if one.key != BASELINE and one.summary],
        names=[saved.title(key) for key in saved.scenarios],
        three=report_findings.three(saved, every),
        header=tables.header(saved, measured), cells=tables.cells(saved, measured),
        caption=tables.caption(saved), band=band_sentence(saved),
        pictures=[gallery.on_page(spec) for spec in _charts(saved, measured)],
        levels=[gallery.on_page(spec)
                for spec in gallery.over_time(saved, measured, ("levels",))],
        ranges=band_name(saved.members), how=list(_how(saved)),
        people=origins.said(saved.provenance), unlike=origins.unlike_baseline(saved),
        short=town.falls_short(saved), left_out=town.left_out(saved),
        evidence=evidence, tally=evidence_section.tally(evidence), grades=evidence_section.GRADES,
        labels=label_words.meanings(), yardstick=YARDSTICK, enough=ENOUGH_RUNS,
        not_said=_not_said(saved), failed=_failed(saved), **sections,
    )  # fmt: skip


def options(text: object) -> object:
    """Text for the page in which an option such as '--members 6' is never broken over lines."""
    from markupsafe import Markup, escape

    kept = _OPTION.sub(lambda found: f'<span class="option">{found[0]}</span>', str(escape(text)))
    return Markup(kept)  # noqa: S704 (escaped above; what is added is our own)


def _charts(saved: Saved, measured: Sequence[str]) -> Iterator[Shown]:
    """What is drawn on the page outside its own sections; a paired difference always leads."""
    for spec in gallery.over_time(saved, measured, ("difference", "reached")):
        if spec.kind == "difference" or any(any(each.value) for each in spec.series):
            yield spec  # a picture of nothing among the people reached tells nobody anything
    yield from gallery.side_by_side(saved, measured)
    yield from plane_figures.specifications(saved)
    yield from network_figures.specifications(saved)


_CONTENTS = (
    ("findings", "Three findings", ""), ("charts", "Charts", ""), ("who", "Who gains", "gains"),
    ("story", "One made-up person", "stories"),
    ("worth", "Who pays, and what comes back", "worth"),
    ("pounds", "Where the pounds went", "flows"), ("work", "People who work in care", "work"),
    ("gap", "What moved the gap", "gap"), ("change", "What would change this", "changes"),
    ("compared", "What was compared", ""), ("how", "How it was run", ""),
    ("evidence", "Evidence used", ""), ("cannot", "What this cannot say", ""),
)  # fmt: skip


def _contents(sections: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parts of the page that are there."""
    return [(key, words) for key, words, needs in _CONTENTS if not needs or sections[needs]]


def _told(saved: Saved, key: str, every: list[Finding]) -> Told:
    kept = saved.run.get("scenarios", {})
    raw = kept.get(key, "") if isinstance(kept, Mapping) else ""
    text = raw if isinstance(raw, str) else "\n".join(f"{a}: {b}" for a, b in flat(raw))
    return Told(
        clean(key), saved.title(key), clean(saved.scenario_text(key).get("summary", ""), 1000),
        "\n".join(clean(line, _LONGEST_PLAN) for line in text.splitlines()),
        [one for one in every if one.scenario == key],
    )  # fmt: skip


_READINGS = {
    "central": "central: a part of each published association, as the evidence table says",
    "sceptic": "sceptic: no published association of loneliness or isolation is a cause",
    "face_value": "face value: every published association is wholly a cause",
}


def _how(saved: Saved) -> Iterator[tuple[str, str]]:
    request, run = saved.request, saved.run
    yield "Place", saved.place
    yield "Simulated residents in each run", _count(request.get("residents"))
    yield "Years", f"{saved.years} ({saved.period})"
    done = f"{saved.members:,} of {saved.asked:,} finished" if saved.partial else "all finished"
    yield "Runs of each plan", f"{saved.asked:,}, {done}"
    yield "First seed", saved.seed
    yield (
        "How associations are read as causes",
        _READINGS.get(str(request.get("causal", "central")), "not recorded"),
    )
    yield (
        "Pairing",
        (
            "each run of a plan is set against a run of the baseline with the same people and "
            "the same luck; only the difference between the two is reported as an effect"
        ),
    )
    yield "Fitted to published figures", _fitted(run.get("calibration"))
    yield "Software", f"social-infrastructure-sim {saved.version}"
    yield "Commit", clean(run.get("commit") or "not recorded")
    yield "Evidence fingerprint", clean(run.get("evidence_hash") or "not recorded")
    yield "Results fingerprint", clean(run.get("results_hash") or "not recorded")
    libraries = run.get("libraries", {})
    if isinstance(libraries, Mapping):
        named = (f"{key} {libraries[key]}" for key in sorted(libraries, key=str) if libraries[key])
        yield "Libraries", clean(", ".join(named) or "not recorded", LONGEST_VALUE)


def _fitted(told: object) -> str:
    """When the least known numbers were fitted, and whether the model has changed since."""
    if not isinstance(told, Mapping) or not told.get("date"):
        warned = told.get("warning") if isinstance(told, Mapping) else ""
        return clean(warned or "not recorded", LONGEST_VALUE)
    kept = _count(told.get("draws"))
    said = f"on {told['date']}; {kept} sets of numbers kept, and each run lives with one of them"
    return clean(f"{said}. {told.get('warning') or ''}".removesuffix(". "), LONGEST_VALUE)


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "not recorded"


def _failed(saved: Saved) -> list[str]:
    failed = saved.run.get("members_failed", [])
    return [clean(flat_item(each), LONGEST_VALUE) for each in failed] if failed else []


def _not_said(saved: Saved) -> list[str]:
    """What nobody may conclude from this page."""
    said = [
        "It is not a forecast. It says what follows from the model’s rules and numbers. It does "
        "not say what will happen in any town.",
        "It is no surer than its label. Each label is set by rule. What was never checked counts "
        "as the worse.",
        "The ranges cover luck, and numbers that nobody knows well. They do not cover rules that "
        "are wrong, or things the model leaves out.",
        "It says nothing about any real person, home or named group.",
        "“No clear difference” does not mean no difference. It means these runs cannot tell it "
        "from none.",
        "The wording has not yet been tested with readers.",
    ]
    if saved.members < ENOUGH_RUNS:
        said.append(
            f"There were {saved.members:,} runs. A range of runs goes from near the lowest to near "
            "the highest of them (5th to 95th percentile); a run or two lie outside it. It takes "
            f"{ENOUGH_RUNS} runs or more to say where 9 in 10 would fall."
        )
    if saved.partial:
        said.append(f"Not every run finished ({saved.partial_words}); the rest might differ.")
    return said
