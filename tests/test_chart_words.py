"""What pictures may say: no more than label and runs allow, of whole people, and how sure."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import show_fixture
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.trust import Label
from sim.show import (
    charts,
    dots,
    gallery,
    headline,
    multiples_chart,
    place_figures,
    story_figures,
    sure,
    tables,
)
from sim.show import facts as facts_room
from sim.show.alt import alt_text
from sim.show.app import parts
from sim.show.export import SIZES
from sim.show.facts import facts, finding_title, last_fact, levels, per_of
from sim.show.figures import figure, says
from sim.show.saved import Saved, open_results
from sim.show.story import Line, Pair, Story
from sim.show.trust import Fact, labelled
from sim.show.wording import PEOPLE, amount, per_for, phrase

LONELY, CRISES, GAP = "often_lonely_share", "crises_per_1000", "funding_gap_gbp_per_head"
HUB, SERVICES = "bevy_hub", "services_only"
# A few people in every hundred thousand, as a small plan changes a town.
TINY = {
    SERVICES: show_fixture.EFFECTS[SERVICES] | {LONELY: (-0.00004, 0.000004, 0.0)},
    HUB: show_fixture.EFFECTS[HUB] | {LONELY: (-0.0003, 0.00003, -0.005)},
}


def made(members: int = 8, effects: Any = show_fixture.EFFECTS, **told: Any) -> Saved:
    table = show_fixture.summarised(show_fixture.tidy(members, 3, effects))
    return Saved(table, show_fixture.record(members, 3, scenarios=tuple(effects), **told))


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    where = tmp_path_factory.mktemp("few")
    return open_results(show_fixture.folder(where, members=4, years=3))


@pytest.fixture(scope="module")
def tiny() -> Saved:
    return made(effects=TINY)


# No claim stronger than its label


def test_no_picture_of_few_runs_names_a_direction(few: Saved) -> None:
    asked = re.compile(r"if there are fewer or more|which .* fewer or more|if .* smaller or larger|"
                       r"which .* a smaller or larger")  # fmt: skip
    for spec in gallery.specifications(few):
        title = asked.sub("", spec.title)
        assert not re.search(r"\b(fewer|more|smaller|larger|gained|grows|shrinks)\b", title)
    for measure in (LONELY, CRISES, GAP):
        for key in few.scenarios:
            fact = last_fact(few, measure, "all", key)
            sure_of_none = ("too few runs to tell (", "no clear", "next to no", "no change")
            assert fact is not None and says(fact).startswith(sure_of_none)


def test_few_runs_scale_nothing_up_and_tell_no_way_of_those_reached(few: Saved) -> None:
    for one in headline.findings(few):
        assert one.scaled == ""
        assert not one.reached.startswith("in the model, about")


def test_a_direction_stands_behind_a_label_that_does_not_carry_it() -> None:
    title = "In the model, fewer crisis episodes"
    for weak in (Label.EITHER_WAY, Label.ILLUSTRATION):
        assert (
            labelled(title, [weak], [weak]) == f"{weak.value}: in the model, fewer crisis episodes"
        )
        assert labelled(title, [weak]).endswith(f"({weak.value[:1].lower()}{weak.value[1:]})")
    for strong in (Label.WELL_SUPPORTED, Label.DIRECTION_PROBABLE):
        assert labelled(title, [strong], [strong]).startswith(f"{title} (")
    mixed = [Label.WELL_SUPPORTED, Label.EITHER_WAY]
    assert labelled(title, mixed, mixed).startswith("Could go either way: in the model")
    assert labelled(title, [None], [None]) == title


def test_small_multiples_and_places_bear_their_label() -> None:
    saved = made()
    spec = next(multiples_chart.specifications(saved))
    assert spec.title.startswith("Illustration only: in the model in 2026/27, of 2 plans 1 shows")
    twin = Saved(saved.summary, show_fixture.record(years=3, place="Middlesbrough"))
    both = {each.name: each for each in place_figures.specifications([("a", saved), ("b", twin)])}
    assert both[f"places_{LONELY}"].title == (
        "Illustration only: in the model in 2026/27, fewer people often or always lonely in "
        "Brighton and Hove and Middlesbrough with “A community pub or hub”; no clear difference "
        "in the rest"
    )
    sizes = (
        "People aged 16 or over simulated: Brighton and Hove 10,000 of 236,000; "
        "Middlesbrough 10,000 of 236,000."
    )
    assert both[f"places_{LONELY}"].subtitle.endswith(sizes)
    assert sizes in alt_text(both[f"places_{LONELY}"])
    none = made(effects={HUB: show_fixture.EFFECTS[HUB] | {CRISES: (0.0, 3.0, 0.0)}})
    same = place_figures.specifications([("a", none), ("b", none)], [CRISES])
    assert "no clear difference in crisis episodes in" in same[0].title


def test_a_plan_is_no_surer_in_one_place_than_in_the_other() -> None:
    saved = made()
    fact = last_fact(saved, LONELY, "all", HUB)
    assert fact is not None
    pair = [replace(fact, label=each) for each in (Label.EITHER_WAY, Label.DIRECTION_PROBABLE)]
    for order in (pair, pair[::-1]):
        assert sure.sure_line(saved, order) == "How sure: could go either way."


def test_a_figure_that_was_never_tested_has_the_weakest_label() -> None:
    assert sure.unscreened(made(), measure=GAP) is Label.ILLUSTRATION
    assert sure.unscreened(made(), HUB) is Label.ILLUSTRATION


# Titles stay short, and no plan loses its name


def test_plans_alike_are_not_named_in_the_title_but_each_beside_its_line() -> None:
    long = {key: f"{key} with a name as long as names of plans are" for key in show_fixture.TITLES}
    saved = made(effects=TINY, titles=long)
    spec = figure(saved, LONELY)
    assert spec.title == (
        "Illustration only: in the model, fewer people often or always lonely with both plans in "
        "2026/27"
    )
    drawn = " ".join(each.get_text() for each in charts.draw(spec).texts)
    for key in saved.scenarios:
        assert long[key] in alt_text(spec) and long[key].split()[0] in drawn
    assert "“" in figure(saved, LONELY, scenarios=[HUB]).title


def test_some_of_many_plans_are_said_to_be_those_shown() -> None:
    saved = made(effects=TINY | {"third": TINY[HUB]}, titles=show_fixture.TITLES | {"third": "C"})
    found = [last_fact(saved, LONELY, "all", key) for key in saved.scenarios]
    assert "with all 3 plans in" in finding_title(saved, [each for each in found if each])
    assert "with both plans shown in" in finding_title(saved, [each for each in found[:2] if each])


# People are whole


@given(st.lists(st.floats(0.015, 5_000), min_size=1, max_size=5))
def test_people_are_counted_for_the_fewest_that_leave_them_whole(sizes: list[float]) -> None:
    per = per_for(sizes, CRISES)
    assert per in PEOPLE
    if per < PEOPLE[-1]:
        assert min(sizes) * per / 1_000 >= 10
    if per > PEOPLE[0]:
        assert min(sizes) * per / 10 / 1_000 < 10
    for size in sizes:
        assert re.fullmatch(r"[\d,]+|under 1", amount(size * per / 1_000, CRISES))


def test_pounds_hours_and_scores_keep_their_unit() -> None:
    assert per_for([0.2], GAP) == 0 and amount(0.2, GAP) == "£0.20"
    assert per_for([0.2], "unmet_hours_per_1000") == 1_000
    assert per_for([3.0], "care_home_entries_per_100k_65plus") == 100_000
    assert per_for([], LONELY) == per_for([float("nan"), 0.0], LONELY) == 1_000


def test_a_rate_under_one_in_a_thousand_is_said_of_whole_people_everywhere(tiny: Saved) -> None:
    assert per_of(tiny, LONELY) == 100_000
    told = {each.name: each for each in gallery.specifications(tiny)}
    fraction = re.compile(r"\d\.\d|0\.01")
    for name in (f"difference_{LONELY}", f"reached_{LONELY}", f"levels_{LONELY}",
                 f"side_by_side_{LONELY}", f"who_gains_{LONELY}_{HUB}"):  # fmt: skip
        spec: Any = told[name]
        assert "per 100,000" in spec.subtitle and "per 100,000" in alt_text(spec)
        assert all("per 100,000" in row[-1] for row in spec.rows())
        assert not any(fraction.search(said) for said in spec.sentences())
    claims = [one.claim for one in headline.findings(tiny) if one.measure == LONELY]
    assert claims and all("in every 100,000 residents" in claim for claim in claims)
    assert not any(fraction.search(claim) for claim in claims)
    assert "per 100,000 residents" in tables.header(tiny, [LONELY])[1]


def test_the_app_counts_the_same_people_as_its_picture(tmp_path: Path) -> None:
    folder = show_fixture.folder(tmp_path, members=8, years=3, effects=TINY)
    found: Any = SimpleNamespace(comparison=open_results(folder))
    unit = figure(found.comparison, LONELY).unit
    assert "per 100,000 residents" in unit
    for shown in (parts.answer(found, LONELY), parts.table(found, LONELY)):
        assert "per 100,000 residents" in shown and "per 1,000 " not in shown


def test_both_sides_of_a_comparison_are_of_as_many_people(tiny: Saved) -> None:
    """Levels, differences, groups and places of one measure have one denominator."""
    per = per_of(tiny, LONELY)
    found = [fact for key in tiny.scenarios for group in ("all", "reached", "carer")
             for fact in facts(tiny, LONELY, group, key)]  # fmt: skip
    assert found and {fact.per for fact in found} == {per}
    level = levels(tiny, LONELY, "baseline")[-1].median
    assert 6_000 < level < 9_000  # of 100,000, as 71 of 1,000
    large = made(effects={HUB: show_fixture.EFFECTS[HUB]}, place="Middlesbrough")
    assert per_of(large, LONELY) < per
    spec = place_figures.specifications([("a", tiny), ("b", large)], [LONELY])[0]
    assert spec.unit.count("per 100,000") == 1
    own = last_fact(large, LONELY, "all", HUB)
    assert own is not None
    theirs = [dot.value for dot in spec.dots if dot.label == "Middlesbrough"]
    assert own.counted_for(per).median in theirs


def test_the_same_difference_has_the_same_verdict_for_any_number_of_people() -> None:
    for size in (0.001, 0.014, 0.016, 4.0):
        fact = Fact("x", CRISES, "all", 3, -size, -size, -size / 2, 1.0, 8)
        assert {fact.counted_for(per).verdict for per in PEOPLE} == {fact.verdict}
    assert phrase(CRISES).per_whom("all", 10_000) == (
        "a year for every 10,000 residents aged 16 or over"
    )


def test_next_to_none_is_under_a_number_of_whole_people() -> None:
    none = {HUB: show_fixture.EFFECTS[HUB] | {LONELY: (-0.000005, 0.0, 0.0)}}
    (one,) = [each for each in headline.findings(made(effects=none)) if each.measure == LONELY]
    assert "under 2 either way in every 100,000 residents aged 16 or over" in one.claim


def test_a_picture_of_people_reached_has_one_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs agree about those reached and not about everybody: the weaker label is both places'."""
    surely = {False: Label.EITHER_WAY, True: Label.DIRECTION_PROBABLE}
    monkeypatch.setattr(
        facts_room, "trust_of",
        lambda saved, fact: SimpleNamespace(label=surely[fact.group == "reached"]),
    )  # fmt: skip
    saved = made()
    (reached,) = [last_fact(saved, CRISES, "reached", HUB)]
    everyone = last_fact(saved, CRISES, "all", HUB)
    assert reached is not None and everyone is not None and everyone.label is Label.EITHER_WAY
    assert facts_room.label_of(saved, reached) is Label.EITHER_WAY
    assert sure.sure_line(saved, [reached]) == "How sure: could go either way."
    assert "ould go either way" in finding_title(saved, [reached])
    # Nor is a group surer than its own runs say.
    surely |= {False: Label.DIRECTION_PROBABLE, True: Label.ILLUSTRATION}
    again = last_fact(saved, CRISES, "reached", HUB)
    assert again is not None
    assert sure.sure_line(saved, [again]) == "How sure: illustration only."
    assert "llustration only" in finding_title(saved, [again])


# Pictures fill their page and nothing is cut or covered


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_of_few_rows_fills_its_page(size: str) -> None:
    spec = figure(made(), LONELY, kind="reached", scenarios=[HUB])
    picture = gallery.draw(spec, size)
    box = picture.axes[0].get_position()
    assert box.width > 0.85
    assert box.y0 - min(each.get_position()[1] for each in picture.texts) < 0.12  # no gap below


@pytest.mark.parametrize("size", [*SIZES, "phone"])
def test_a_plan_that_only_a_heading_names_is_named_in_full(size: str) -> None:
    plans = [f"Plan {at}, with care and community and a long name" for at in range(4)]
    rows = [dots.Dot(plan, who, -1.0, -2.0, -0.5, "1 fewer (1 to 2 fewer)")
            for plan in plans for who in ("Everyone", "People reached")]  # fmt: skip
    spec = dots.DotSpec("n", "Title", "Subtitle", "Source", "unit", CRISES, tuple(rows), 8, "")
    drawn = " ".join(each.get_text() for each in gallery.draw(spec, size).texts)
    assert all(plan in drawn for plan in plans)


def test_a_filled_dot_is_a_direction_that_may_be_named() -> None:
    saved = made(effects={HUB: show_fixture.EFFECTS[HUB] | {LONELY: (0.0, 0.003, -0.09)}})
    everyone, reached = charts._rows(figure(saved, LONELY, kind="reached"))
    assert (everyone.strong, reached.strong) == (False, True)
    assert "Hollow: no clear difference." in figure(saved, LONELY, kind="reached").subtitle
    turned = made(effects={HUB: TINY[HUB] | {LONELY: (-0.003, 0.0003, -0.000005)}})
    rows = charts._rows(figure(turned, LONELY, kind="reached"))
    assert [row.strong for row in rows] == [True, False]


def test_marks_at_the_baseline_are_drawn_whole() -> None:
    spec = figure(made(effects={SERVICES: show_fixture.EFFECTS[SERVICES]}), GAP)
    low, high = charts.span_of(spec)
    assert max(spec.series[0].high) <= 0 < high < -low


def test_a_scale_with_nothing_on_it_has_no_fractions() -> None:
    nothing = [dots.Dot("A plan", "Everyone", 0.0, 0.0, 0.0, "no change", False)]
    spec = dots.DotSpec("n", "Title", "Subtitle", "Source", "unit", CRISES, tuple(nothing), 8, "")
    for size in SIZES:
        ticks = gallery.draw(spec, size).axes[0].get_xticklabels()
        assert {each.get_text() for each in ticks} <= {"", "0", "Baseline"}


@pytest.mark.parametrize("size", [*SIZES, "phone"])
def test_numbered_marks_of_a_story_do_not_cover_each_other(size: str) -> None:
    lines = tuple(
        Line(12, "admitted", f"events.{at}", f"Thing {at} befell them. " + "More of it. " * 9)
        for at in range(6)
    )
    world = Story(0xABCDEF << 40, "Brighton and Hove", "hub", "At first.", lines, "At last.",
                  (0, 60), 4)  # fmt: skip
    spec = story_figures.specification(Pair("A hub", "by rule", 1, 2000, world, world, "9.9"))
    assert len(spec.marks) == 6
    assert "social-infrastructure-sim 9.9, seed 1" in spec.source
    picture = gallery.draw(spec, size)
    ink = picture.canvas.get_renderer()  # type: ignore[attr-defined]
    picture.draw(ink)  # a mark's circle has no size before it is drawn
    marks = [each.get_bbox_patch().get_window_extent(ink) for each in picture.axes[0].texts]
    assert len(marks) == 6
    for one, other in itertools.combinations(marks, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        down = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert across <= 1 or down <= 2
    starts = {round(each.get_position()[0], 3) for each in picture.texts
              if re.match(r"[1-6]\. ", each.get_text())}  # fmt: skip
    assert len(starts) == (2 if size in ("square", "portrait") else 1)  # lists of words


def test_a_level_is_said_with_its_range() -> None:
    spec = figure(made(), GAP, kind="levels")
    assert all(re.fullmatch(r"£\d+ \(£\d+ to £\d+\)", each.said) for each in spec.series)
    drawn = " ".join(each.get_text() for each in charts.draw(spec).texts)
    assert all(each.said.split(" (")[0] in drawn for each in spec.series)
    assert "(" not in figure(made(members=1), GAP, kind="levels").series[0].said
