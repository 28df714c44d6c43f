"""The report: one page, complete in itself, that reads like a careful council paper.

It looks at an output folder and the evidence registry. It writes report.html and nothing else:
no network, no script, pictures inside the page, every name escaped, same input same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import UserMistake
from sim.outcomes import MEASURES
from sim.show import alt, charts, flow_section, gap_section, tables, work_section, worth
from sim.show.export import put, svg_bytes
from sim.show.figures import LICENCE, FigureSpec, band_sentence
from sim.show.headline import Finding, findings
from sim.show.saved import BASELINE, CHART_MEASURES, HEADLINE_MEASURES, Saved, clean, open_results
from sim.show.trust import ENOUGH_RUNS, YARDSTICK, band_name
from sim.units import financial_year

TEMPLATES = Path(__file__).parent / "templates"
_LONGEST_VALUE = 400
_DEEPEST = 3
_MOST_ITEMS = 60


@dataclass(frozen=True)
class Picture:
    """One chart on the page: its words, its image and the table behind it."""

    spec: FigureSpec
    words: str
    image: str
    rows: list[tuple[str, ...]]


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


def page(saved: Saved, measures: Sequence[str] = CHART_MEASURES) -> str:
    """The whole report as HTML, with charts and tables of these measures where they were saved."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    house = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    measured = [key for key in measures if key in set(saved.summary["measure"])]
    every = findings(saved)
    return house.get_template("report.html.j2").render(
        saved=saved, style=style, digest=digest, licence=LICENCE,
        last_year=financial_year(max(1, saved.years)),
        told=[_told(saved, key, every) for key in [BASELINE, *saved.scenarios]],
        names=[saved.title(key) for key in saved.scenarios],
        header=tables.header(saved, measured), cells=tables.cells(saved, measured),
        caption=tables.caption(saved), band=band_sentence(saved),
        measures={key: MEASURES[key].label for key in HEADLINE_MEASURES},
        pictures=[_picture(spec) for spec in charts.specifications(saved, measured)],
        chart_columns=alt.COLUMNS, gap=gap_section.section(saved),
        gains=[(MEASURES[key].label, rows) for key in measured
               if len(rows := tables.gains(saved, key)) > 1],
        work=work_section.section(saved), flows=flow_section.section(saved),
        worth=worth.page(saved), ranges=band_name(saved.members),
        how=list(_how(saved)), people=list(flat(saved.provenance)),
        unlike=_unlike_baseline(saved), evidence=_evidence(saved), yardstick=YARDSTICK,
        enough=ENOUGH_RUNS, not_said=_not_said(saved), failed=_failed(saved),
    )  # fmt: skip


def _picture(spec: FigureSpec) -> Picture:
    words = alt.alt_text(spec)
    drawn = svg_bytes(charts.draw(spec), spec.title, words)
    image = f"data:image/svg+xml;base64,{base64.b64encode(drawn).decode('ascii')}"
    return Picture(spec, words, image, alt.rows(spec))


def _told(saved: Saved, key: str, every: list[Finding]) -> Told:
    kept = saved.run.get("scenarios", {})
    raw = kept.get(key, "") if isinstance(kept, Mapping) else ""
    text = raw if isinstance(raw, str) else "\n".join(f"{a}: {b}" for a, b in flat(raw))
    return Told(
        clean(key), saved.title(key), clean(saved.scenario_text(key).get("summary", ""), 1000),
        "\n".join(clean(line, 300) for line in text.splitlines()),
        [one for one in every if one.scenario == key],
    )  # fmt: skip


def flat(value: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """A nested record as name and value pairs, cut short where it grows long."""
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for at, key in enumerate(sorted(value, key=str)):
            if at == _MOST_ITEMS:
                yield name or "more", f"and {len(value) - at} more in run.json"
                return
            label = clean(str(key).replace("_", " "))
            yield from flat(value[key], f"{name}, {label}" if name else label, depth + 1)
        return
    if isinstance(value, list | tuple):
        said = "; ".join(_flat_item(each) for each in value[:_MOST_ITEMS]) or "none"
    elif isinstance(value, bool):
        said = "yes" if value else "no"
    elif value is None:
        said = "not recorded"
    elif isinstance(value, float):
        said = f"{value:.4g}"
    else:
        said = str(value)
    yield name, clean(said, _LONGEST_VALUE)


def _flat_item(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{a}: {b}" for a, b in flat(value, depth=_DEEPEST - 1))
    return str(value)


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
    yield "Runs of each scenario", f"{saved.asked:,}, {done}"
    yield "First seed", saved.seed
    yield (
        "How associations are read as causes",
        _READINGS.get(str(request.get("causal", "central")), "not recorded"),
    )
    yield (
        "Pairing",
        (
            "each run of a scenario is set against a run of the baseline with the same people and "
            "the same luck; only the difference between the two is reported as an effect"
        ),
    )
    yield "Software", f"social-infrastructure-sim {saved.version}"
    yield "Commit", clean(run.get("commit") or "not recorded")
    yield "Evidence fingerprint", clean(run.get("evidence_hash") or "not recorded")
    yield "Results fingerprint", clean(run.get("results_hash") or "not recorded")
    libraries = run.get("libraries", {})
    if isinstance(libraries, Mapping):
        named = (f"{key} {libraries[key]}" for key in sorted(libraries, key=str) if libraries[key])
        yield "Libraries", clean(", ".join(named) or "not recorded", _LONGEST_VALUE)


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "not recorded"


def _unlike_baseline(saved: Saved) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a scenario's own run recorded differently from the baseline's, such as money unspent."""
    base = dict(flat(saved.provenance))
    found = []
    for key in saved.scenarios:
        own = [pair for pair in flat(saved.provenance_of(key)) if base.get(pair[0]) != pair[1]]
        if own:
            found.append((saved.title(key), own))
    return found


def _failed(saved: Saved) -> list[str]:
    failed = saved.run.get("members_failed", [])
    return [clean(_flat_item(each), _LONGEST_VALUE) for each in failed] if failed else []


def _evidence(saved: Saved) -> list[dict[str, str]]:
    """The evidence rows the scenarios cite, as the registry tells them; empty if it cannot."""
    cited: dict[str, None] = {}
    for key in saved.scenarios:
        told = saved.scenario_text(key)
        changed = told.get("overrides", {})
        for one in [*(told.get("evidence") or []), *(changed if changed else [])]:
            cited[str(one)] = None
    try:
        from sim.evidence import registry

        known: Any = registry()
    except (ImportError, UserMistake):
        known = {}
    rows = []
    for key in cited:
        row = {"key": clean(key), "value": "", "range": "", "unit": "", "grade": "", "source": ""}
        if key in known:
            entry = known.get(key)
            low, high = entry.low, entry.high
            row |= {
                "value": f"{entry.value:,.10g}",
                "range": f"{low:,.10g} to {high:,.10g}"
                if None not in (low, high)
                else "none given",
                "unit": clean(entry.unit.replace("_", " ")),
                "grade": clean(entry.grade),
                "source": clean(entry.source, _LONGEST_VALUE),
            }
        rows.append(row)
    return rows


def _not_said(saved: Saved) -> list[str]:
    """What nobody may conclude from this page."""
    said = [
        (
            "It is not a forecast. It says what follows from the model's rules and numbers, not "
            "what will happen in any town."
        ),
        (
            "It is no surer than its label. Each headline's label is decided by rule, and what was "
            "never screened, tried or checked for it counts as the worse."
        ),
        (
            "The ranges cover chance and the drawn uncertainty of the model's numbers. They do not "
            "cover the chance that the model's rules are wrong or leave something out."
        ),
        "It says nothing about any real person, household or named organisation.",
        (
            "A difference called 'not clear' is not shown to be nothing; it is not told apart from "
            "nothing by these runs."
        ),
        "The wording has not yet been tested with readers.",
    ]
    if saved.members < ENOUGH_RUNS:
        said.append(
            f"With {saved.members:,} runs the ranges are the range of runs, not 90% intervals: "
            f"at least {ENOUGH_RUNS} runs are needed for those."
        )
    if saved.partial:
        said.append(f"Not every run finished ({saved.partial_words}); the rest might differ.")
    return said
