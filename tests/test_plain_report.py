"""The report as a reader who knows no model meets it: nothing raw, hidden or said in two words."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import show_fixture

from sim import scenario
from sim.evidence import registry
from sim.experiment import flow_tables, model_town, results, trust_record, uncertainty
from sim.experiment.flows import (
    ATTENDERS,
    INTRODUCED,
    LESS_LONELY,
    PAID,
    REACHED,
    RESIDENTS,
    SPENT,
    UNSPENT,
)
from sim.experiment.trust import RULE_WORDS, Facts, Label, judge, threshold
from sim.outcomes import MEASURES
from sim.show import (
    evidence_section,
    flow_figures,
    label_words,
    origins,
    report,
    spent,
    town,
    worth,
)
from sim.show.figures import figure, whose
from sim.show.saved import Saved, open_results
from sim.world import places

LONELY = "often_lonely_share"
PROVENANCE: dict[str, Any] = {
    "place": {"name": "Brighton and Hove", "code": "E06000043", "people_16_plus": 236_000},
    "sample": [
        "3 whole neighbourhoods of Brighton and Hove with 3,955 people aged 16 or over.",
        "Too few people live in deprivation fifth 1, 5 (1 is most deprived) of this sample to show "
        "results for it.",
    ],
    "model_town": {
        "whole_place": False,
        "neighbourhoods": 3,
        "people_16_plus": 3_955,
        "people_asked_for": 4_000,
        "fifths_too_few_to_show": [1, 5],
    },
    "scale": 60.39266750948167,
    "imputed": ["days_to_assessment: council did not answer"],
    "thresholds": [-0.8733037696045058, 1.5836515421782131],
    "council_history": [{"budget_gbp": 2_350_661.16, "year": 1.0}],
    "connectors": {"link worker": {"did_anything": 150, "referred": 390}},
    "money_held_unspent_gbp": {"0 hubs": 43_495.3},
    "hubs": [{"funded": False, "minibus_seats": 0, "open": False, "seats": 13}],
    "something_new": 0.000_012_345,
}


def made(told: Mapping[str, Any] = PROVENANCE, **run: Any) -> Saved:
    record = show_fixture.record(8, **run)
    record["provenance"] = {key: dict(told) for key in record["scenarios"]}
    return Saved(show_fixture.summarised(show_fixture.tidy(8)), record)


def words(page: str) -> str:
    """What a reader may read: no style, no picture's bytes, no plan's own file."""
    seen = re.sub(r"<(style|pre)\b.*?</\1>|(?:src|srcset)=\"data:[^\"]*\"", "", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", seen)).split())


# --- the town -----------------------------------------------------------------------------------


def test_a_town_without_some_fifths_says_so_at_the_top_and_where_groups_stand() -> None:
    page = report.page(made(), (LONELY,))
    short = (
        "The model town is 3 neighbourhoods of Brighton and Hove. Too few of its people live in "
        "the most deprived and the least deprived fifths of neighbourhoods to show them as groups. "
        "So it may not stand for all of Brighton and Hove."
    )
    top, who = page.index("<nav"), page.index('<h2 id="who"')
    assert short in page[:top]
    assert f"{short} Those groups are left out here." in page[who : page.index("<figure", who)]


def test_a_town_that_shows_every_fifth_carries_no_warning() -> None:
    every = {**PROVENANCE["model_town"], "fifths_too_few_to_show": []}
    whole = {**PROVENANCE, "model_town": every}
    assert town.falls_short(made(whole)) == ""
    assert "may not stand for" not in report.page(made(whole), (LONELY,))


@pytest.mark.parametrize(
    "odd",
    ["x", 3, [1, None], {}, {"whole_place": False}, {"fifths_too_few_to_show": "all"},
     {"whole_place": False, "neighbourhoods": "<b>", "fifths_too_few_to_show": [0, "2", None, 9]}],
)  # fmt: skip
def test_a_spoilt_record_of_the_town_is_no_warning_and_no_crash(odd: Any) -> None:
    assert town.falls_short(made({**PROVENANCE, "model_town": odd})) == ""


@pytest.mark.parametrize(("name", "residents"), [("Brighton and Hove", 4_000), ("Hastings", None)])
def test_the_warning_follows_the_sample_that_was_drawn(name: str, residents: int | None) -> None:
    """From the sample through the run's record to the page, with no sentence read by machine."""
    sample = places.get(name).sample(residents)
    told = model_town.of_model(SimpleNamespace(sample=sample))
    saved = made({"place": {"name": name}, **json.loads(json.dumps(told))}, place=name)
    missing = [each for each in range(1, 6) if each not in sample.quintiles_shown]
    assert town.hidden_fifths(saved) == missing
    said = town.falls_short(saved)
    assert bool(said) == bool(missing and not sample.whole)
    if said:
        number = len(sample.neighbourhoods)
        assert said.startswith(f"The model town is {number} neighbourhoods of {name}.")


def test_an_older_run_that_recorded_no_town_says_what_its_figures_tell() -> None:
    older = {key: said for key, said in PROVENANCE.items() if key != "model_town"}
    saved = made(older)  # its results hold the most and the least deprived fifth alone
    said = town.falls_short(saved)
    assert said == (
        f"The model town is a part of {saved.place}. Too few of its people live in the second "
        "most deprived, the middle and the second least deprived fifths of neighbourhoods to show "
        f"them as groups. So it may not stand for all of {saved.place}."
    )
    assert said in report.page(saved, (LONELY,))
    assert town.falls_short(made({**older, "scale": 1.0})) == ""
    del older["scale"]
    assert town.hidden_fifths(made(older)) == []


def test_every_group_is_shown_or_named_as_left_out() -> None:
    said = " ".join(town.left_out(made()))
    assert "women" in said and "people who are not unpaid carers" in said
    assert "White residents" in said and "aged 75 or over" not in said


def test_what_each_plan_does_is_told_before_the_contents_and_a_term_of_art_explained() -> None:
    page = report.page(made(), (LONELY,))
    assert "What bevy_hub pays for." in page[: page.index("<nav")]
    every = [scenario.load(name) for name in scenario.presets()]
    named = [each for each in every if "stand-still" in each.title.lower()]
    assert len(named) >= 3
    for each in named:
        assert "just to keep going as it is" in " ".join(each.summary.split()), each.title


def test_every_label_on_the_page_is_explained_by_the_numbers_of_the_rule() -> None:
    page = words(report.page(made(), (LONELY,)))
    told = dict(label_words.meanings())
    assert list(told) == [each.value for each in Label]
    for name, meaning in told.items():
        assert f"{name} {meaning}" in page, name
    assert f"{100 * threshold('well_sign_agreement'):.0f} in every 100" in told["Well supported"]
    for each in ("well_least_draws", "direction_least_draws"):
        assert any(f"{threshold(each):.0f} runs or more" in said for said in told.values())


def test_every_rival_rule_that_may_be_named_has_plain_words() -> None:
    assert set(uncertainty.RULE_SETS) == set(RULE_WORDS)
    facts = Facts(1.0, 40, 0.1, 0.1, True, ("face value",), (), ("face value",), "passed")
    assert "every published link is wholly a cause" in judge(facts).why_not_higher


def test_the_evidence_names_grades_and_what_the_findings_hang_on_in_words() -> None:
    saved = made()
    saved.run["scenarios"].update(  # type: ignore[index, unused-ignore]
        {key: scenario.load(key).to_toml() for key in ("bevy_hub", "services_only")}
    )
    found = evidence_section.rows(saved)
    hub = next(row for row in found if row.key == "hub_net_subsidy_staffed")
    assert hub.words == "What a staffed hub costs beyond what it earns" and hub.grade == "D"
    assert any(row.hangs for row in found), "what the findings hang on is not among the evidence"
    assert all(row.words and row.value and row.grade in "ABCD" for row in found)
    assert not [row.source for row in found if "seed 0" in row.source]
    said = evidence_section.tally(found)
    assert said.startswith(f"Numbers here: {len(found)}. ") and "grade D" in said
    page = words(report.page(saved, (LONELY,)))
    assert said in page and "our own judgement, with a range" in page


def test_no_preset_cites_a_number_under_its_bare_key() -> None:
    """Nor does any of its variants set one for itself under it; and no words are left over."""
    named = trust_record.evidence_words()
    assert set(named) <= set(registry().keys)
    assert len(set(named.values())) == len(named)
    shown = set()
    for path in sorted((Path(__file__).parents[1] / "scenarios").glob("*.toml")):
        plan = scenario.load(path)
        shown |= {*plan.evidence, *plan.overrides}
        for variant in plan.variants:
            shown |= {*plan.with_variant(variant).overrides}
    assert len(shown) > 100
    assert not sorted(shown - set(named)), "need a line in evidence_words.csv"
    with trust_record.CITED_NAMES.open(encoding="utf-8", newline="") as file:
        cited = {row["key"] for row in csv.DictReader(file)}
    assert not sorted(cited - shown), "nobody cites these"


def test_when_the_numbers_were_fitted_is_among_how_it_was_run() -> None:
    kept = {"date": "2026-11-22", "draws": 240, "warning": "The model changed since."}
    for told, expected in (
        (kept, "on 2026-11-22; 240 sets of numbers kept"),
        (kept, "The model changed since"),
        ({"warning": "This model has not been calibrated."}, "has not been calibrated"),
        (None, "Fitted to published figures not recorded"),
        ("x", "Fitted to published figures not recorded"),
    ):
        saved = made()
        fitted = Saved(saved.summary, {**saved.run, "calibration": told})
        assert expected in words(report.page(fitted, (LONELY,))).replace("figures:", "figures")


# --- nothing raw --------------------------------------------------------------------------------


def test_what_was_recorded_is_printed_for_people_and_the_rest_left_to_the_file() -> None:
    told = dict(origins.said(PROVENANCE))
    assert told["Real people each of them stands for"] == "60.4"
    assert told["Money of the plan not spent by the end"] == "£43,495 in the model town"
    assert told["Link worker: people referred"] == "390, of whom 150 then took something up"
    assert told["Hubs and lunch clubs"] == "13 seats, closed at the end"
    assert told["Something new"] == "0.000012"
    said = words(report.page(made(), (LONELY,)))
    assert not re.search(r"\d[.]\d{7}|\de[+-]\d|did anything|Thresholds|days_to", said)


@pytest.mark.parametrize("odd", ["x", 3, None, [1], {"a": "b"}, [{"seats": "many"}], True])
def test_an_odd_record_is_said_as_it_stands(odd: object) -> None:
    for key in PROVENANCE:
        origins.said({**PROVENANCE, key: odd})


def test_a_plan_is_shown_in_full() -> None:
    saved = made()
    saved.run["scenarios"]["bevy_hub"] += f"summary = '{'long ' * 200}the end'\n"
    shown = re.findall(r"<pre.*?</pre>", report.page(saved, (LONELY,)), flags=re.S)
    assert any("the end" in each for each in shown)


def test_an_option_to_type_is_never_broken_over_two_lines() -> None:
    said = str(report.options("at least 6 runs (--members 6) <b>"))
    assert said == 'at least 6 runs (<span class="option">--members 6</span>) &lt;b&gt;'
    style = (report.TEMPLATES / "report.css").read_text(encoding="utf-8")
    assert ".option { white-space: nowrap" in style


def test_a_unit_of_the_registry_is_said_in_words() -> None:
    assert evidence_section._unit("gbp_per_head_per_year") == "pounds per head per year"
    assert evidence_section._unit("smd") == "standard deviations"


# --- one word a thing, and whose figures ---------------------------------------------------------


def test_the_report_says_plan_and_never_scenario_or_worlds() -> None:
    said = words(report.page(made())).lower()
    assert "scenario" not in said and "both worlds" not in said
    assert "members 8" not in said and "8 runs" in said


def test_pounds_per_head_are_of_everybody_and_rates_of_adults() -> None:
    spec = figure(made(), "funding_gap_gbp_per_head")
    assert {row[3] for row in spec.rows()} == {"Everyone, all ages"}
    assert {row[3] for row in figure(made(), LONELY).rows()} == {"Everyone aged 16 or over"}
    for key, measure in MEASURES.items():
        adults = measure.denominator == "residents aged 16 or over"
        assert (whose(key, "all") == "Everyone aged 16 or over") == adults, key
    assert whose(LONELY, "reached") == "People the plan reached"


# --- pounds --------------------------------------------------------------------------------------


def flows(*left: int) -> dict[int, dict[str, Any]]:
    """Runs in which 1,000 pounds were given, and so much was left (below zero: overspent)."""
    pages = {}
    for member, rest in enumerate(left):
        spent_on = [["hubs", "rent", 150_000 - rest * 100], ["hubs", "fees", -50_000]]
        pages[member] = {"bevy_hub": {
            PAID: [["council", "hubs", 100_000]],
            SPENT: [*spent_on, ["hubs", UNSPENT, rest * 100]],
            REACHED: [1] * 5, RESIDENTS: [100] * 5, ATTENDERS: [5, 10], INTRODUCED: [3, 3],
            LESS_LONELY: [10.0, 8.0],
        }}  # fmt: skip
    return pages


def kept(where: Path, *left: int) -> Saved:
    folder = show_fixture.folder(where, members=len(left))
    table = flow_tables.by_member(flows(*left))
    results.write_summary(table, folder / flow_tables.BY_MEMBER)
    results.write_summary(flow_tables.summarised(table), folder / flow_tables.FILE)
    return open_results(folder)


def test_a_picture_of_pounds_says_what_is_drawn_and_what_only_the_table_has(tmp_path: Path) -> None:
    (spec,) = flow_figures.specifications(kept(tmp_path / "run", 300, 300))
    drawn = sum(each.mean for each in spec.spent if each.mean > 0)
    given = sum(each.mean for each in spec.paid)
    assert (drawn, given) == (1_500, 1_000)
    assert "What is drawn adds to £1,500, more than the £1,000 given: 1 line" in spec.subtitle
    assert "below zero (£500) is in the table only" in spec.subtitle
    assert "which add up" not in spec.subtitle


def test_the_share_spent_carries_its_range_over_the_runs(tmp_path: Path) -> None:
    saved = kept(tmp_path / "run", 300, 100)
    (spec,) = flow_figures.specifications(saved)
    assert spec.title.endswith("of which about 80% (71% to 89%) was spent by the end")
    told = spent.used(saved, "bevy_hub")
    assert told is not None and told.share == pytest.approx(0.8)
    (saved.folder / flow_tables.BY_MEMBER).unlink()  # an older run kept no shares
    (spec,) = flow_figures.specifications(saved)
    assert spec.title.endswith("of which 80% was spent by the end")


def test_more_than_all_spent_keeps_its_range_in_words() -> None:
    said = flow_figures._share
    assert said(1.02, "90% to 113%") == (
        ", all of it spent by the end and about 2% more (90% to 113% of it)"
    )
    assert said(1.0, "90% to 110%") == ", all of it spent by the end (90% to 110% of it)"


def test_money_given_but_not_spent_is_said_beside_the_cost(tmp_path: Path) -> None:
    left = worth._left(kept(tmp_path / "some", 300, 100), "bevy_hub")
    assert left == (
        "All it is given counts as its cost: by the end about 20% (11% to 29%) of it was not yet "
        "spent."
    )
    over = worth._left(kept(tmp_path / "over", 300, -100), "bevy_hub")
    assert "about 10% (from 8% overspent to 28% left) of it" in over
    assert worth._left(kept(tmp_path / "none", 0, 0), "bevy_hub") == ""
    assert worth._left(Saved(pd.DataFrame()), "bevy_hub") == ""


def test_the_section_on_pounds_gives_unspent_money_as_a_reason(tmp_path: Path) -> None:
    page = words(report.page(kept(tmp_path / "run", 300, 100), (LONELY,)))
    assert "for three reasons" in page and "given but not yet spent" in page
