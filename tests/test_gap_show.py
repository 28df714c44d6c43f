"""The gap as it is recorded and shown: averages that add up, words the ranges allow, safe pages."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import show_fixture

from sim.errors import UserMistake
from sim.experiment.gap_record import LINES, gap_record
from sim.gap_words import MOVERS, SERVICES
from sim.outcomes import MEASURES
from sim.show import gallery, gap_charts, gap_facts, gap_figures, gap_section, report
from sim.show.alt import alt_text, number
from sim.show.saved import Saved, measure_key

HOSTILE = "<script>alert(1)</script>"
STEPS = dict(zip(MOVERS, (6.0, -1.0, 4.0, 1.0, -0.5, 0.5), strict=True))
PEOPLE = 280_000.0


def years_table(members: int = 4, last: int = 3, england: bool = False) -> pd.DataFrame:
    """Yearly values with known answers: member m is off by m pounds in people and in the gap."""
    rows = []
    for member in range(members):
        for scenario, shift in (("baseline", 0.0), ("services_only", -8.0)):
            for year in range(1, last + 1):
                grown = (year - 1) / (last - 1)
                values = {"council_budget_gbp_per_head": 500.0 + year}
                values |= {"council_spend_gbp_per_head": 505.0 + year - shift}
                gap = 100.0 + grown * (10.0 + member) + shift
                values |= {"funding_gap_gbp_per_head": gap, "fee_gap_gbp_per_head": 20.0 + shift}
                values |= {
                    "demand_gap_gbp_per_head": 30.0,
                    "need_gap_gbp_per_head": gap - 50 - shift,
                }
                for mover, step in STEPS.items():
                    off = member if mover == "people" else 0.0
                    values[f"gap_change_{mover}_gbp_per_head"] = grown * (step + off)
                    effect = shift if mover == "prices" else 0.0
                    values[f"gap_effect_{mover}_gbp_per_head"] = effect
                for service in SERVICES:
                    for part in ("fee", "demand", "need"):
                        home = service == "home_care"
                        values[f"{part}_gap_{service}_gbp_per_head"] = gap / 3 if home else 0.0
                rows += [
                    (scenario, measure, "all", year, member, value)
                    for measure, value in values.items()
                ]
    return pd.DataFrame(rows, columns=["scenario", "measure", "group", "year", "member", "value"])


def provenance(name: str = "Brighton and Hove") -> dict:
    told = {"place": {"name": name, "people_all_ages": PEOPLE}}
    return {"baseline": told | {"assumed_budget_real_growth": 0.026}, "services_only": told}


def made(members: int = 4, place: str = "Brighton and Hove", **changes: object) -> Saved:
    from sim.experiment import summary

    years = years_table(members)
    run = show_fixture.record(members, years=3, scenarios=("services_only",), place=place)
    run |= {"provenance": provenance(place)}
    run |= {"funding_gap": json.loads(json.dumps(gap_record(years, provenance(place)))) | changes}
    return Saved(summary.summarise(years), run)


# --- the record -------------------------------------------------------------------------------


def test_the_record_gives_every_year_beside_the_assumed_budget_by_hand() -> None:
    found = gap_record(years_table(), provenance())
    assert found["people_all_ages"] == PEOPLE
    assert [row["year"] for row in found["by_year"]["baseline"]] == [1, 2, 3]
    last = found["by_year"]["baseline"][-1]
    assert set(last) == {"year", *LINES}
    assert last["assumed_budget"]["median"] == 503.0
    assert last["funding_gap"]["mean"] == pytest.approx(111.5)
    assert last["funding_gap"]["median"] == pytest.approx(111.5)
    assert last["funding_gap"]["p05"] == pytest.approx(np.quantile([110, 111, 112, 113], 0.05))


def test_averages_of_steps_add_up_to_the_average_change() -> None:
    found = gap_record(years_table(), provenance())
    for shelf in ("since_first_year", "against_baseline"):
        for steps in found[shelf].values():
            added = math.fsum(steps[mover]["mean"] for mover in MOVERS)
            assert added == pytest.approx(steps["change"]["mean"], abs=1e-9)
            assert steps["start"]["mean"] + added == pytest.approx(steps["end"]["mean"])
    assert found["against_baseline"]["services_only"]["prices"]["mean"] == -8.0
    assert "baseline" not in found["against_baseline"]


def test_a_run_that_measured_no_gap_records_none() -> None:
    years = years_table()
    assert gap_record(years[years["measure"] == "fee_gap_gbp_per_head"], provenance()) == {}
    without = years[years["measure"] != "council_budget_gbp_per_head"]
    assert gap_record(without, provenance()) == {}


def test_every_line_and_mover_is_a_measure_people_can_name() -> None:
    for key in LINES.values():
        assert key in MEASURES
    for part in ("fee", "demand", "need"):
        assert measure_key(f"{part} gap") == f"{part}_gap_gbp_per_head"
    with pytest.raises(UserMistake):
        measure_key("gap of nothing")


# --- the words --------------------------------------------------------------------------------


def test_titles_name_only_movers_whose_whole_range_lies_on_one_side() -> None:
    spec = gap_figures.since_first_year(made(members=8))
    assert spec is not None
    assert "grows by about £14 (£10 to £17) a head from 2024/25 to 2026/27" in spec.title
    assert "people, prices, unpaid care and eligibility each made it larger" in spec.title
    assert "need" not in spec.title.split(";")[1].replace("unpaid", "")


def test_one_run_is_no_finding_and_an_unclear_change_is_said_to_be_unclear() -> None:
    spec = gap_figures.since_first_year(made(members=1))
    assert spec is not None
    assert spec.title.startswith("One run only")
    assert not any("(" in bar.said for bar in spec.bars)
    saved = made()
    wide = saved.run["funding_gap"]["since_first_year"]["baseline"]["change"]
    wide |= {"p05": -3.0}
    assert "no clear change" in gap_figures.since_first_year(saved).title


def test_a_waterfalls_bars_stand_on_one_another_and_end_where_the_gap_ends() -> None:
    spec = gap_figures.since_first_year(made())
    assert spec is not None
    first, *steps, last = spec.bars
    at = first.value
    for bar in steps:
        assert bar.start == pytest.approx(at)
        at += bar.value
        assert bar.part == ("smaller" if bar.value < 0 else "larger")
    assert at == pytest.approx(last.value)
    against = gap_figures.against_baseline(made(members=8), "services_only")
    assert against is not None
    assert against.bars[-1].value == pytest.approx(-8.0)
    assert "prices made it smaller" in against.title


def test_worlds_that_do_not_differ_have_no_picture_of_it() -> None:
    saved = made()
    mine = saved.summary["measure"] == "funding_gap_gbp_per_head"
    saved.summary.loc[mine, ["difference_median", "difference_p05", "difference_p95"]] = 0.0
    assert gap_figures.against_baseline(saved, "services_only") is None


def test_a_part_a_service_cannot_have_is_left_out_and_a_negative_one_is_shown() -> None:
    saved = made()
    table = saved.summary
    mine = table["measure"] == "need_gap_direct_payments_gbp_per_head"
    table.loc[mine, ["median", "p05", "p95"]] = (-2.0, -3.0, -1.0)
    spec = gap_figures.by_service(saved)
    assert spec is not None
    assert [bar.label for bar in spec.bars] == [
        "Home care: fee gap", "Home care: demand gap", "Home care: need gap",
        "Direct payments: need gap",
    ]  # fmt: skip
    assert spec.bars[-1].said == "−£2 (−£3 to −£1)"


def by_service(members: int = 8, **parts: tuple[float, float, float]) -> gap_figures.GapSpec:
    """The gap by service where these parts of home care are so large: middle and ends."""
    saved = made(members)
    for part, ends in parts.items():
        mine = saved.summary["measure"] == f"{part}_gap_home_care_gbp_per_head"
        saved.summary.loc[mine, ["median", "p05", "p95"]] = ends
    spec = gap_figures.by_service(saved)
    assert spec is not None
    return spec


def test_the_largest_part_has_its_range_and_parts_that_overlap_are_not_ranked() -> None:
    clear = by_service(fee=(20, 8, 24), demand=(130, 94, 140), need=(50, 40, 60))
    assert clear.title == (
        "Illustration only: in the model, the largest part of the baseline's funding gap in "
        "2026/27 is the demand gap in home care at £130 (£94 to £140) a head"
    )
    close = by_service(fee=(20, 8, 24), demand=(130, 94, 140), need=(110, 82, 150))
    assert close.title == (
        "In the model, the largest part of the baseline's funding gap in 2026/27 may be the demand "
        "gap in home care at £130 (£94 to £140) a head or the need gap in home care at £110 (£82 "
        "to £150) a head (illustration only)"
    )
    few = by_service(members=4, fee=(20, 8, 24), demand=(130, 94, 140), need=(50, 40, 60))
    assert "4 runs are too few to say which part" in few.title and "home care" not in few.title
    assert by_service(members=1).title.startswith("One run only, so no finding")


def test_too_few_runs_give_the_gap_no_direction_and_name_no_mover() -> None:
    saved = made(members=4)
    for spec in (
        gap_figures.since_first_year(saved),
        gap_figures.against_baseline(saved, "services_only"),
    ):
        assert "4 runs are too few to say if" in spec.title
        assert "made it" not in spec.title and "grows by" not in spec.title


def test_every_picture_of_the_gap_says_how_sure_in_itself_and_in_its_alt_text() -> None:
    for spec in gap_figures.specifications(made(members=8)):
        drawn = " ".join(each.get_text() for each in gallery.draw(spec).texts)
        for words in (drawn, alt_text(spec)):
            assert "How sure: illustration only. Modelled, not observed." in words
            assert "Brighton and Hove" in words


def test_equal_steps_of_pounds_look_equal() -> None:
    assert [gap_charts._tick(each) for each in (-0.25, 0.0, 0.25, 0.5, 20.0)] == [
        "−£0.25", "£0", "£0.25", "£0.50", "£20",
    ]  # fmt: skip


def test_the_place_is_scaled_to_its_people_and_only_england_to_england() -> None:
    said = " ".join(gap_facts.totals(made()))
    assert "280,000 people" in said
    assert "£28.0 million" in said  # 100 pounds a head in the first year
    assert "not scaled to England" in said
    assert "1.3 billion" not in said
    said = " ".join(gap_facts.totals(made(place="England")))
    assert "£1.3 billion" in said
    assert "is a fee gap" in said
    assert "not scaled" not in said


# --- the pictures and the page ----------------------------------------------------------------


def test_every_picture_has_its_table_and_words_and_the_same_bytes_twice(tmp_path: Path) -> None:
    saved = made()
    spec = gap_figures.since_first_year(saved)
    assert spec is not None
    once, twice = (gallery.write(spec, tmp_path / name) for name in ("a", "b"))
    assert [path.name for path in once] == [path.name for path in twice]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(once, twice, strict=True))
    names = {path.name for path in once}
    assert {"gap_moved.svg", "gap_moved_square.png", "gap_moved.csv", "gap_moved.txt"} <= names
    with (tmp_path / "a" / "gap_moved.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["what"] for line in lines] == [bar.label for bar in spec.bars]
    assert [line["value"] for line in lines] == [number(bar.value) for bar in spec.bars]
    words = (tmp_path / "a" / "gap_moved.txt").read_text(encoding="utf-8")
    assert spec.title in words
    assert all(f"{bar.label}: {bar.said}." in words for bar in spec.bars)


@pytest.mark.parametrize("size", ["landscape", "square", "portrait", "phone"])
def test_no_words_of_a_picture_leave_the_page(size: str) -> None:
    for spec in gap_figures.specifications(made()):
        picture = gallery.draw(spec, size)
        ink = picture.canvas.get_renderer()
        wide, tall = picture.canvas.get_width_height()
        for text in picture.texts:
            box = text.get_window_extent(ink)
            assert box.x0 >= 0 and box.y0 >= 0
            assert box.x1 <= wide and box.y1 <= tall


def test_the_report_says_what_moved_the_gap_and_escapes_what_it_is_given() -> None:
    saved = made()
    saved.run["scenarios"]["services_only"] = f"title = '{HOSTILE}'"
    page = report.page(saved, ["funding_gap_gbp_per_head"])
    assert '<h2 id="gap">What moved the gap</h2>' in page
    assert HOSTILE not in page
    assert "Some of any rise in the gap is that guess" in page
    assert "£503" in page
    assert "This table gives the middle run of each figure." in page and "averages" in page
    table = page[page.index("<caption>Baseline: assumed budget") :]
    assert table.index('scope="col">Funding gap<') < table.index('scope="col">Assumed budget<')
    assert table.index('data-name="Funding gap"') < table.index('data-name="Assumed budget"')
    assert "2.6% a year" in page


@pytest.mark.parametrize(
    "told",
    [{}, [], "x", {"by_year": {"baseline": [{"year": "1"}]}}, {"by_year": {"baseline": [1]}},
     {"by_year": {"baseline": [{"year": 1, "assumed_budget": {"mean": "nan"}}]}}],
)  # fmt: skip
def test_an_odd_or_absent_record_leaves_the_section_out(told: object) -> None:
    saved = made()
    odd = Saved(saved.summary, dict(saved.run) | {"funding_gap": told})
    assert gap_section.section(odd) is None
    assert gap_figures.since_first_year(odd) is None
    assert gap_facts.totals(odd) == []
