"""The page of presets: each beside its own expectation, and the figures of reach beside theirs.

Looks at a finished check; writes only the CSV and the page it is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from sim.evidence import registry
from sim.experiment import atomic, preset_words, results
from sim.experiment.preset_check import SHOWN, Change, Checked, Row
from sim.experiment.preset_facts import Facts

BAND = "plausible_loneliness_prevalence_change_mix_5y"
CONVERSION = "social_prescribing_any_intervention_received"
NETWORK, NETWORK_YEAR = "members_per_person_65plus_year_", 5
REACH = "bevy_lunch_reach_of_65plus"
GUESTS, GROWN = "weekly_guests_per_person_65plus_month_", 24  # months until attendance has built
LONELY = "often_lonely_share"
HEADS = {
    "often_lonely_share": "often lonely, points",
    "crises_per_1000": "crises per 1,000 a year",
    "funding_gap_gbp_per_head": "funding gap, £ a head",
    "life_satisfaction_mean": "life satisfaction, 0 to 10",
}
PERSONAL = [each for each in SHOWN if "gbp" not in each]  # a gap in funding is nobody's own
TIMES = {"often_lonely_share": 100.0}
DIGITS = {"often_lonely_share": 3, "life_satisfaction_mean": 4}


def cell(measure: str, change: Change | None) -> str:
    """A difference and its range, in the head's unit."""
    if change is None:
        return "none reached"
    times, digits = TIMES.get(measure, 1.0), DIGITS.get(measure, 2)
    values = [times * each for each in (change.median, change.p05, change.p95)]
    if not any(values):
        return "none"
    if not any(round(each, digits) for each in values):
        return f"under {10.0**-digits:.{digits}f}"
    middle, low, high = (f"{round(each, digits) + 0.0:+.{digits}f}" for each in values)
    return f"{middle} ({low} to {high})"


def table(checked: Checked) -> pd.DataFrame:
    """One row a preset: differences on everyone and the reached, pattern, mechanism, cash."""
    rows = []
    for row in checked.rows:
        told: dict[str, Any] = {
            "preset": row.scenario.name,
            "gbp_per_head": row.scenario.pounds_per_head(),
            "reached_per_1000": row.facts.reached_per_1000,
        }
        for who, effects in (("everyone", row.effects), ("reached", row.on_reached)):
            for measure in SHOWN:
                change = effects.get(measure)
                for end in ("median", "p05", "p95"):
                    value = getattr(change, end) if change else float("nan")
                    told[f"{measure}_{who}_{end}"] = value
        told |= {
            "inside_its_pattern": row.inside,
            "mechanism": "; ".join(row.mechanisms),
            "chance_saves_cash": row.verdict.chance_saves_cash if row.verdict else float("nan"),
            "cash": row.cash,
            "cash_is_carried": row.cash_is_carried,
        }
        rows.append(told)
    return pd.DataFrame(rows)


def lines(checked: Checked) -> list[str]:
    """What the check comes to, a sentence each: patterns, cash, the band, reach, conversion."""
    plans = checked.rows
    told = [
        f"{sum(row.inside == state for row in plans)} of {len(plans)}: {words}"
        for state, words in (
            ("yes", "inside their stated pattern"),
            ("within luck", "not contradicted, but not told from luck in every measure"),
            ("no", "outside it, with the mechanism named"),
        )
    ]
    likely = [row for row in plans if row.verdict and row.verdict.chance_saves_cash > 1 / 2]
    loose = [row.scenario.name for row in likely if not row.cash_is_carried]
    told.append(
        f"Saving public cash is likelier than not in {len(likely)} "
        f"({', '.join(row.scenario.name for row in likely) or 'none'}); "
        + (
            f"NOT carried by the ledger in {', '.join(loose)}."
            if loose
            else "each carried by lines of the ledger."
        )
    )
    return told + list(_band(plans)) + list(_targets(checked))


def _band(plans: Iterable[Row]) -> Iterable[str]:
    """Whether the village at the same sum stays inside what is plausible, or what it rests on."""
    given = registry().get(BAND)
    low, high = 100 * float(given.low or 0.0), 100 * float(given.high or 0.0)
    for row in plans:
        if row.scenario.name.split(":")[0] != "whole_village" or LONELY not in row.effects:
            continue
        change = row.effects[LONELY]
        middle = 100 * change.median
        inside = low <= middle <= high
        reached = row.on_reached.get(LONELY)
        yield (
            f"{row.scenario.name}: often lonely {cell(LONELY, change)} points in year "
            f"{change.year} over everyone, {cell(LONELY, reached)} among the "
            f"{row.facts.reached_per_1000:.0f} in 1,000 it reached; "
            + (
                f"inside the plausible {low:g} to {high:g} (grade {given.grade})."
                if inside
                else f"outside the plausible {low:g} to {high:g} (grade {given.grade}): "
                + ("; ".join(row.mechanisms) or "a fall in the middle of the runs is missing")
                + "."
            )
        )


def _targets(checked: Checked) -> Iterable[str]:
    """Reach and conversion beside their published figures, where the presets were run."""
    facts = checked.facts
    if "bevy_hub" in facts:
        yield _lunch_reach(facts["bevy_hub"])
    published = registry().get(CONVERSION).value
    shares = {
        name: found.did_anything_share
        for name in ("baseline", "link_workers_alone", "link_workers_with_places")
        if (found := facts.get(name)) and math.isfinite(found.did_anything_share)
    }
    if shares:
        told = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
        yield f"Of people referred, who do anything: {told}; published {published:.0%}."
    for name, found in facts.items():
        for lever, capacity in found.capacity.items():
            years = [int(key.rsplit("_", 1)[1]) for key in capacity if key.startswith(NETWORK)]
            year = max((each for each in years if each <= NETWORK_YEAR), default=None)
            if year is not None:
                yield (
                    f"{name} ({lever.split(' ', 1)[1].replace('_', ' ')}): "
                    f"{capacity[f'{NETWORK}{year}']:.1%} of residents aged 65 or over are members "
                    f"{year} year{'s' * (year > 1)} after the first group; how fast "
                    f"it grows is an assumption, grade {capacity['growth_grade']}."
                )


def _lunch_reach(found: Facts) -> str:
    """Guests of a weekly lunch over residents of 65 or over, as attendance builds, and the Bevy's.

    The Bevy's figure is of a club three years old: it is held against the last whole year counted.
    """
    own = registry().get(REACH)
    by_month = {
        int(key.removeprefix(GUESTS)): float(share)
        for capacity in found.capacity.values()
        for key, share in capacity.items()
        if key.startswith(GUESTS)
    }
    if not by_month:
        return "A weekly lunch: its doors had been open for less than half a year."
    shown = sorted({*sorted(by_month)[:3], max(by_month)})
    told = ", ".join(f"{by_month[month]:.1%} after {month} months" for month in shown)
    low, high = float(own.low or 0.0), float(own.high or 0.0)
    grown = [month for month in by_month if month >= GROWN]
    if not grown:
        end = "too young to be held against it."
    else:
        share = by_month[min(grown)]
        end = f"{'inside' if low <= share <= high else 'outside'} it, after {min(grown)} months."
    return (
        f"Guests of a weekly lunch for every resident aged 65 or over: {told} (attendance builds, "
        f"clubs close and older people grow in number); the Bevy's own {own.value:.1%}, "
        f"{low:.1%} to {high:.1%} (grade {own.grade}): {end}"
    )


def page(checked: Checked, command: str, when: datetime | None = None) -> str:
    """The check as a page of Markdown."""
    date = (when or datetime.now(UTC)).date().isoformat()
    asked = checked.request
    heads = ["preset", "£ a head", *(HEADS[each] for each in SHOWN), "inside?", "chance of saving"]
    variants = any(":" in row.scenario.name for row in checked.rows)
    parts = [
        f"# Every preset{' and variant' if variants else ''} beside its own expectation",
        "",
        f"Made on {date} by `{command}`: {asked['residents']:,} residents of {asked['place']}, "
        f"{asked['years']} years, {len(checked.facts)} scenarios, {checked.run.members_done} "
        "paired runs. Modelled, not observed. Differences from the baseline in the last year (or "
        "the year a file names; of events in an average year), the middle of the runs and the "
        "range of 90% of them; the baseline's own row is its last year less its first.",
        "",
        *(f"- {each}" for each in lines(checked)),
        "",
        "## On everyone",
        "",
        *_markdown(heads, [_cells(row, row.effects) for row in checked.rows]),
        "",
        "*Inside?* says whether everything the preset's own file expects came out as stated; "
        "*within luck*: nothing came the other way, and some of it cannot be told from chance in "
        "so few runs of so small a town. *None*: exactly no difference. "
        "Chance of saving: the share of runs in which the public purse is better off in cash, and "
        "the lines of the ledger that fell most, pounds a head over the whole run.",
        "",
        "## Not as expected, and what stood in the way",
        "",
        *_not_as_expected(checked.rows),
        "",
        "## On the people reached",
        "",
        "The same people with and without the plan: a hub that hardly moves a town's average is "
        "felt by those who go.",
        "",
        *_markdown(
            ["preset", "reached per 1,000", *(HEADS[each] for each in PERSONAL)],
            [
                [
                    row.scenario.name,
                    f"{row.facts.reached_per_1000:.1f}",
                    *(cell(each, row.on_reached.get(each)) for each in PERSONAL),
                ]
                for row in checked.rows
                if row.on_reached
            ],
        ),
        "",
        "## What each file expects",
        "",
    ]
    for row in checked.rows:
        parts += [f"**{row.scenario.name}** ({row.inside})", ""]
        for each in row.judgements:
            measure = preset_words.words_of(each.measure)
            parts.append(
                f"- {measure.label}: {each.expected}; {preset_words.change_words(measure, each)}, "
                f"{each.judged}"
            )
        after = row.mechanisms[sum(each.judged != "as stated" for each in row.judgements) :]
        parts += [f"- *{each}*" for each in after] + [""]
    return "\n".join(parts).rstrip() + "\n"


def _not_as_expected(rows: Sequence[Row]) -> list[str]:
    """Presets outside their pattern first, then those within luck, with what their runs counted."""
    found = [
        [row.scenario.name, state, "; ".join(row.mechanisms)]
        for state in ("no", "within luck")
        for row in rows
        if row.inside == state
    ]
    if not found:
        return ["Every preset came out as its file expects."]
    return _markdown(["preset", "inside?", "what was expected, what came, what was short"], found)


def _cells(row: Row, effects: dict[str, Change]) -> list[str]:
    return [
        row.scenario.name,
        f"{row.scenario.pounds_per_head():g}",
        *(cell(each, effects.get(each)) for each in SHOWN),
        row.inside,
        row.cash,
    ]


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table of Markdown."""
    return [
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(each.replace("|", "/") for each in row) + " |" for row in rows),
    ]


def told(checked: Checked) -> list[dict[str, Any]]:
    """The table's rows for JSON, nothing in place of what is not a number."""
    return [
        {key: None if isinstance(each, float) and math.isnan(each) else each
         for key, each in row.items()}
        for row in table(checked).to_dict("records")
    ]  # fmt: skip


def write(checked: Checked, command: str, target: str | None) -> None:
    """Write presets.csv into the run's folder, and the page where one is asked for."""
    results.write_summary(table(checked), checked.run.out / "presets.csv")
    if target is not None:
        atomic.write_page(Path(target), page(checked, command))
