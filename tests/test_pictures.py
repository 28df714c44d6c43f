"""Every picture says its range, label, place and source, inside itself and in its alt text."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import show_fixture

from sim.cli import main
from sim.errors import UserMistake
from sim.experiment import tie_sample
from sim.show import (
    card_facts,
    frame,
    gains_figures,
    gallery,
    multiples_chart,
    network_figures,
    place_figures,
    plane_chart,
    plane_figures,
    story_figures,
)
from sim.show.alt import Shown, alt_text, csv_text
from sim.show.export import DOTS_PER_INCH, SIZES
from sim.show.figures import LICENCE, figure
from sim.show.saved import Saved, open_results
from sim.show.story import Line, Pair, Story
from sim.show.trust import Fact
from sim.show.wording import phrase

LONELY = "often_lonely_share"
HUB = "bevy_hub"


def tied() -> dict[str, Any]:
    """A tie sample by hand: two people followed, who come to know each other at a hub."""
    people = [{"followed": at < 2, "here": list(tie_sample.WORLDS), "age": 70, "sex": 1}
              for at in range(5)]  # fmt: skip
    people[4]["here"] = ["start"]
    start = [[0, 2, "kin", 0.8], [1, 3, "household", 1.0], [1, 4, "friends", 0.5]]
    without = start[:2]
    return {
        "rule": "the 2 people the plan reached with the lowest identity numbers",
        "months": 120,
        "people": people,
        "worlds": {
            "start": start, "without": without, "with": [*without, [0, 1, "companions", 0.4]],
        },
    }  # fmt: skip


def a_story(answer: int, *lines: Line) -> Story:
    return Story(0xABCDEF << 40, "Brighton and Hove", "hub", "At first.", lines, "At last.",
                 (0, 60), answer)  # fmt: skip


def a_pair() -> Pair:
    """One life by hand: lonelier in both worlds, less lonely again in one."""
    worse = Line(12, "lonelier", "answer", "Felt lonelier.", 4)
    both = Line(5, "admitted", "events.admitted", "Was taken into hospital as an emergency.")
    only = Line(20, "joined_hub", "hub", "Joined a lunch club or hub.")
    came = Line(21, "came", "hub", "Went to the lunch club or hub.")
    better = Line(36, "less_lonely", "answer", "Felt less lonely.", 1)
    return Pair("A hub", "the person asked for", 1, 2000, a_story(3, both, worse),
                a_story(3, both, worse, only, came, better), "9.9")  # fmt: skip


def a_plane(saved: Saved) -> plane_figures.PlaneSpec:
    luck = np.random.default_rng(3)
    clouds = [
        (key, luck.normal(at * 2.0, 0.3, 8), luck.normal(30_000.0 * (at + 1), 2_000.0, 8))
        for at, key in enumerate(saved.scenarios)
    ]
    return plane_figures._specification(saved, clouds, "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = show_fixture.folder(tmp_path_factory.mktemp("pictures") / "run")
    told = {"member": 0, "scenarios": {HUB: tied()}}
    (where / tie_sample.FILE).write_text(json.dumps(told), encoding="utf-8")
    return where


@pytest.fixture(scope="module")
def pictures(folder: Path) -> dict[str, Shown]:
    saved = open_results(folder)
    twin = Saved(saved.summary, show_fixture.record(place="Middlesbrough"))
    return {
        "who gains": next(gains_figures.specifications(saved)),
        "plane": a_plane(saved),
        "side by side": next(multiples_chart.specifications(saved)),
        "trust card": next(card_facts.specifications(saved)),
        "who knows whom": next(network_figures.specifications(saved)),
        "places": place_figures.specifications([("a", saved), ("b", twin)])[0],
        "story": story_figures.specification(a_pair()),
    }


SORTS = ("who gains", "plane", "side by side", "trust card", "who knows whom", "places", "story")


@pytest.mark.parametrize("sort", SORTS)
def test_a_picture_taken_out_of_its_page_still_says_what_it_is(
    pictures: dict[str, Shown], sort: str
) -> None:
    spec = pictures[sort]
    drawn = " ".join(each.get_text() for each in gallery.draw(spec).texts)
    words = alt_text(spec)
    for said in (spec.title, spec.subtitle, spec.source):
        assert said in drawn and said in words
    assert "Modelled, not observed" in spec.source and LICENCE in spec.source
    assert "Brighton and Hove" in words
    assert spec.source.startswith("How sure: ")
    if sort in ("who knows whom", "story"):
        assert "An example, not a finding" in spec.title
    else:
        assert "runs" in spec.subtitle


@pytest.mark.parametrize("size", [*SIZES, "phone"])
@pytest.mark.parametrize("sort", SORTS)
def test_no_words_touch_or_leave_the_page(pictures: dict[str, Shown], sort: str, size: str) -> None:
    picture = gallery.draw(pictures[sort], size)
    ink = picture.canvas.get_renderer()  # type: ignore[attr-defined]
    boxes = [each.get_window_extent(ink) for each in picture.texts]
    width, height = picture.canvas.get_width_height()
    assert (width, height) == SIZES.get(size, (frame.PHONE, height))
    for at, box in enumerate(boxes):
        assert box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height
        for other in boxes[at + 1 :]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert across <= 1 or down <= 4, picture.texts[at].get_text()


@pytest.mark.parametrize("sort", SORTS)
def test_every_table_has_its_columns_and_says_what_the_alt_text_says(
    pictures: dict[str, Shown], sort: str
) -> None:
    spec = pictures[sort]
    head, *rows = list(csv.reader(csv_text(spec).splitlines()))
    assert tuple(head) == tuple(spec.columns) and rows
    assert all(len(row) == len(head) for row in rows)
    assert all(said in alt_text(spec) for said in spec.sentences())


def test_the_same_facts_make_the_same_bytes(pictures: dict[str, Shown], tmp_path: Path) -> None:
    once, twice = (gallery.write(pictures["who knows whom"], tmp_path / name) for name in "ab")
    assert [each.read_bytes() for each in once] == [each.read_bytes() for each in twice]
    assert {each.suffix for each in once} == {".svg", ".png", ".csv", ".txt"}


# Who gains


def test_a_title_of_who_gains_counts_the_groups_with_a_direction(folder: Path) -> None:
    found = list(gains_figures.specifications(open_results(folder)))
    assert [each.name for each in found] == [
        f"who_gains_{LONELY}_{key}" for key in ("services_only", HUB)
    ]
    hub = found[1]
    clear = [each for each in hub.dots if each.strong]
    assert len(clear) == len(hub.dots) == 4 and "among 4 of 4 groups" in hub.title
    assert "no clear difference" in found[0].title


def test_groups_are_named_where_they_are_few() -> None:
    words = gains_figures._who(["By age: 75 or over", "Carers and others: Unpaid carers"], 9, 0)
    assert words == "people aged 75 or over and unpaid carers"
    assert gains_figures._who(["By age: x"] * 4, 9, 0) == "4 of 9 groups"


# Cost against loneliness-free years


def test_a_price_for_each_year_needs_every_run_to_gain_and_to_cost(folder: Path) -> None:
    saved = open_results(folder)
    gains, costs = np.full(8, 2.0), np.full(8, 40_000.0)
    told = plane_figures._told(saved, HUB, gains, costs)
    assert told.said == "2 years, £40,000 more paid: £20,000 for each year"
    spread = plane_figures._told(saved, HUB, gains, costs * np.linspace(0.5, 1.5, 8))
    assert spread.said.endswith(" for each year (range of runs in brackets)")
    mixed = gains * np.where(np.arange(8) < 4, 1, -1)
    unsure = plane_figures._told(saved, HUB, mixed, costs)
    assert not unsure.clear and "no clear gain" in unsure.said and "each year" not in unsure.said
    saves = plane_figures._told(saved, HUB, gains, -costs)
    assert "each year" not in saves.said


# Who knows whom


def test_people_stand_in_the_same_spot_and_ties_are_counted_once(folder: Path) -> None:
    spec = next(network_figures.specifications(open_results(folder)))
    assert [each.said.split(" ")[0] for each in spec.panels] == ["3", "2", "3"]
    assert "have 3 ties with it and 2 without it" in spec.title
    assert len(set(spec.spots)) == len(spec.spots) == 5
    assert spec.panels[1].here == {0, 1, 2, 3}


def test_a_pair_tied_in_two_ways_counts_once_and_is_said_to() -> None:
    ties = tuple(network_figures.Tie(0, other, kind, 0.5)
                 for other, kind in ((2, "household"), (2, "kin"), (3, "friends")))  # fmt: skip
    assert network_figures._said(ties, {0}) == (
        "2 ties: 1 same household, 1 family, 1 friend (1 pair tied in more than one way, counted "
        "once)"
    )
    assert "more than one way" not in network_figures._said(ties[1:], {0})


@pytest.mark.parametrize("damage", ["people", "worlds", "kind", "end", "text"])
def test_a_damaged_tie_sample_is_left_out(folder: Path, tmp_path: Path, damage: str) -> None:
    kept = tied()
    if damage in ("people", "worlds"):
        kept[damage] = None
    if damage == "kind":
        kept["worlds"]["with"][0][2] = "<b>"
    if damage == "end":
        kept["worlds"]["with"][0][0] = 99
    saved = open_results(folder)
    text = "{" if damage == "text" else json.dumps({"scenarios": {HUB: kept}})
    (tmp_path / tie_sample.FILE).write_text(text, encoding="utf-8")
    assert list(network_figures.specifications(Saved(saved.summary, saved.run, tmp_path))) == []


# One person's story


def test_a_story_line_follows_the_answers_and_points_at_what_differs_first() -> None:
    spec = story_figures.specification(a_pair())
    (_, months, values), (_, with_months, with_values) = spec.lines
    assert (months, values) == ((0, 12, 60), (3, 4, 4))
    assert (with_months, with_values) == ((0, 12, 36, 60), (3, 4, 1, 1))
    assert (
        "ends up hardly ever lonely with the plan, often or always lonely without it" in spec.title
    )
    assert [(each.month, each.worlds) for each in spec.marks] == [
        (5, (story_figures.WITHOUT, story_figures.WITH)), (20, (story_figures.WITH,)),
    ]  # fmt: skip


# Small multiples and places


def test_plans_are_counted_by_what_may_be_said_of_them() -> None:
    def fact(low: float, high: float) -> Fact:
        return Fact("x", "crises_per_1000", "all", 10, (low + high) / 2, low, high, 1.0, 8)

    title = multiples_chart.counted("crises_per_1000", [fact(-5, -1), fact(-4, 2), fact(1, 3)])
    noun = phrase("crises_per_1000").noun
    assert title == (
        f"In the model in 2033/34, of 3 plans 1 shows fewer {noun}, 1 shows more {noun}, "
        "1 shows next to none or no clear difference"
    )


def test_places_are_set_side_by_side_by_command(folder: Path, tmp_path: Path, capsys: Any) -> None:
    other = show_fixture.folder(tmp_path / "other", place="Middlesbrough")
    out = tmp_path / "both"
    assert main(["compare", str(folder), str(other), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert f"places_{LONELY}.svg" in told["files"] and (out / f"places_{LONELY}.csv").is_file()
    assert "in Brighton and Hove and Middlesbrough" in told["findings"][0]
    assert main(["compare", str(folder)]) == 2
    assert "two or more folders" in capsys.readouterr().err


def test_runs_of_different_length_or_plans_are_not_compared(folder: Path, tmp_path: Path) -> None:
    saved = open_results(folder)
    short = open_results(show_fixture.folder(tmp_path / "short", members=2, years=2))
    with pytest.raises(UserMistake, match="same --years"):
        place_figures.specifications([("a", saved), ("b", short)])
    alone = open_results(show_fixture.folder(tmp_path / "alone", members=2, effects={}))
    with pytest.raises(UserMistake, match="share no plan"):
        place_figures.specifications([("a", saved), ("b", alone)])


def test_years_that_are_lost_are_told_as_lost(folder: Path) -> None:
    """A plan that does harm is never worded as one that merely shows no gain."""
    saved = open_results(folder)
    lost, costs = np.linspace(-30.0, -20.0, 8), np.full(8, 40_000.0)
    told = plane_figures._told(saved, HUB, lost, costs)
    assert told.lost and not told.clear
    assert "years lost, £40,000 more paid" in told.said and "−" not in told.said
    title = plane_figures._specification(saved, [(HUB, lost, costs)], "").title
    assert "years lost" in title and "no clear" not in title
    both = [(HUB, lost, costs), ("services_only", -lost, costs)]
    title = plane_figures._specification(saved, both, "").title
    assert "gained with “All to care" in title and ", lost with “A community pub" in title


@pytest.mark.parametrize("size", ["landscape", "square", "portrait"])
def test_the_words_of_four_clouds_stay_clear_of_the_source(folder: Path, size: str) -> None:
    saved = open_results(folder)
    luck = np.random.default_rng(3)
    long = "A plan of many words for people of every age in every part of the town"
    runs = tuple(
        plane_figures._told(saved, HUB, luck.uniform(20.0, 90.0, 8), luck.uniform(1e6, 9e6, 8))
        for _ in range(4)
    )
    runs = tuple(replace(each, label=long) for each in runs)
    one = plane_figures._specification(saved, [(HUB, np.ones(8), np.ones(8))], "")
    spec = replace(one, runs=runs)
    picture = gallery.draw(spec, size)
    ink = picture.canvas.get_renderer()  # type: ignore[attr-defined]
    picture.draw(ink)
    foot, others = 0.0, []
    for each in picture.texts:
        box = each.get_window_extent(ink)
        if " ".join(each.get_text().split()) in spec.source:
            foot = max(foot, box.y1)
        else:
            others.append(box)
    assert foot > 0 and len(others) > 6
    assert all(box.y0 >= foot - 2 for box in others)


@pytest.mark.parametrize(
    ("value", "said"),
    [(-125e6, "−£125 million"), (0.0, "£0"), (2.5e6, "£2.5 million"), (12_500.0, "£12,500"),
     (1.25e9, "£1.25 billion")],
)  # fmt: skip
def test_steps_of_pounds_are_never_moved_by_rounding(value: float, said: str) -> None:
    assert plane_chart._step(value) == said


def test_a_sum_on_both_sides_of_nought_names_both_sides() -> None:
    assert plane_figures._paid(np.linspace(-2_000.0, 1_000.0, 8)) == (
        "£500 less paid (£1,800 less to £850 more)"
    )
    assert plane_figures._paid(np.zeros(8)) == "as much paid"


def test_less_paid_is_said_in_words_and_not_as_a_negative_sum() -> None:
    assert plane_figures._paid(np.full(8, -40_000.0)) == "£40,000 less paid"
    assert plane_figures._paid(np.full(8, 40_000.0)) == "£40,000 more paid"
    assert plane_figures._paid(np.array([-1_000.0, 1_500.0])).endswith("less to £1,400 more)")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (-0.125, "−0.125"),
        (0.075, "+0.075"),
        (12.5, "+12.5"),
        (-0.0025, "−0.0025"),
        (0.0, "Baseline"),
    ],
)
def test_a_tick_says_its_place_in_full(value: float, said: str) -> None:
    """Equal steps on an axis look equal in its words: 0.1, 0.125, not 0.1, 0.13."""
    from sim.show.charts import tick

    assert tick(value, "often_lonely_share") == said


def test_one_plan_fills_a_portrait_page_with_the_people_it_reached(folder: Path) -> None:
    saved = open_results(folder)
    spec = figure(saved, LONELY, kind="reached", scenarios=[HUB])
    picture = gallery.draw(spec, "portrait")
    box = picture.axes[0].get_position()
    width, height = SIZES["portrait"]
    assert box.width * width > 0.85 * width
    assert box.y0 * height < 0.15 * height


def test_words_on_a_phone_are_as_large_as_on_a_page_and_none_is_lost(
    pictures: dict[str, Shown],
) -> None:
    for sort in ("who gains", "side by side", "plane", "story"):
        texts = gallery.draw(pictures[sort], "phone").texts
        # A phone of 360 pixels shows the picture at 0.85 of its size.
        assert min(each.get_fontsize() for each in texts) * DOTS_PER_INCH / 72 * 0.85 > 10.5
    rows = gallery.draw(pictures["who gains"], "phone").texts
    shown = " ".join(each.get_text() for each in rows)
    assert all(each.label in shown and each.said in shown for each in pictures["who gains"].dots)  # type: ignore[attr-defined]


def test_no_direction_anywhere_is_said_of_the_outcome() -> None:
    none = [Fact("a", "crises_per_1000", "all", 4, -1.0, -3.0, 2.0, 0.6, 8)] * 2
    assert multiples_chart.counted("crises_per_1000", none) == (
        "In the model in 2027/28, both plans show next to none or no clear difference in "
        "crisis episodes"
    )
