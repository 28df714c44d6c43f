"""What the show promises: words that match the numbers, safe pages, the same bytes every time."""

from __future__ import annotations

import csv
import itertools
import json
import math
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as tree
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import show_fixture
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import UserMistake
from sim.show import charts, gains_figures, gallery, headline, report, tables
from sim.show.alt import alt_text, csv_text
from sim.show.export import DOTS_PER_INCH, SIZES, put, svg_bytes
from sim.show.facts import last_fact
from sim.show.figures import LICENCE, FigureSpec, figure, source_line
from sim.show.layout import apart
from sim.show.saved import LONGEST_NAME, Saved, clean, measure_key, open_results
from sim.show.trust import YARDSTICK, Fact, likelihood
from sim.show.wording import amount, rounding_step, signed, span, standing
from sim.show.wording import figure as rounded

LONELY, CRISES, GAP = "often_lonely_share", "crises_per_1000", "funding_gap_gbp_per_head"
HOSTILE = "<script>alert(1)</script>\" $\\frac{x}$ =cmd|' & \u202e\x07 " + "very " * 40


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return show_fixture.folder(tmp_path_factory.mktemp("out") / "made_up")


@pytest.fixture(scope="module")
def saved(out: Path) -> Saved:
    return open_results(out)


@pytest.fixture(scope="module")
def page(saved: Saved) -> str:
    return report.page(saved, [LONELY, GAP])


def made(members: int = 8, **told: object) -> Saved:
    table = show_fixture.summarised(show_fixture.tidy(members, years=2, measures=[LONELY, GAP]))
    return Saved(table, show_fixture.record(members, years=2, **told))


def fact(median: float, low: float, high: float, agreement: float = 1.0, members: int = 8) -> Fact:
    return Fact("x", CRISES, "all", 10, median, low, high, agreement, members)


# Words follow from the interval and the sign agreement


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (fact(-5, -9, -1), "less"),
        (fact(5, 1, 9), "more"),
        (fact(-5, -9, 1), "unclear"),
        (fact(-5, -9, 0), "unclear"),
        (fact(-5, -9, -1, 0.875), "mostly_less"),
        (fact(-5, -9, -1, 0.75), "unclear"),
        (fact(-5, -9, -1, float("nan")), "unclear"),
        (fact(0, 0, 0), "same"),
        (fact(-5, -5, -5, 1.0, members=1), "one_run"),
    ],
)
def test_the_verdict_is_the_strongest_the_rule_allows(given: Fact, verdict: str) -> None:
    assert given.verdict == verdict


def test_the_title_says_fewer_only_where_the_interval_lies_below_zero(saved: Saved) -> None:
    spec = figure(saved, LONELY)
    assert spec.title == (
        "Illustration only: in the model in 2033/34, fewer people often or always lonely with "
        "“A community pub or hub”; no clear difference with the other plan"
    )
    said = {each.label: each.said for each in spec.series}
    assert said["All to care hours and fees"].startswith("no clear difference (")


def test_swapping_the_sign_of_every_difference_swaps_the_words(saved: Saved) -> None:
    turned = saved.summary.copy()
    for column in ("median", "p05", "p95"):
        turned[f"difference_{column}"] *= -1
    turned = turned.rename(
        columns={"difference_p05": "difference_p95", "difference_p95": "difference_p05"}
    )
    before = figure(saved, LONELY).title
    after = figure(Saved(turned, saved.run), LONELY).title
    assert after == before.replace("fewer people", "more people")


def test_a_worse_result_says_it_did_not_help() -> None:
    effects = {"services_only": {**show_fixture.EFFECTS["services_only"], LONELY: (0.02, 0, 0)}}
    table = show_fixture.summarised(show_fixture.tidy(years=2, effects=effects))
    record = show_fixture.record(years=2, scenarios=("services_only",))
    found = {one.measure: one for one in headline.findings(Saved(table, record))}
    assert "it did not help: in the model, about " in found[LONELY].claim
    assert " more people often or always lonely" in found[LONELY].claim
    assert "did not help" not in found[GAP].claim


def test_equal_worlds_are_said_to_be_equal() -> None:
    none = {"services_only": dict.fromkeys(show_fixture.LEVELS, (0.0, 0.0, 0.0))}
    table = show_fixture.summarised(show_fixture.tidy(years=2, effects=none))
    equal = Saved(table, show_fixture.record(years=2, scenarios=("services_only",)))
    assert "no difference at all" in figure(equal, LONELY).title
    for one in headline.findings(equal):
        assert "no difference at all" in one.claim
    table = show_fixture.summarised(show_fixture.tidy(members=1, years=1, effects=none))
    once = Saved(table, show_fixture.record(1, years=1, scenarios=("services_only",)))
    for one in headline.findings(once):
        assert "In one run of the model" in one.claim or "in one run of the model" in one.claim
        assert one.luck == "one run; it came out equal to the baseline."
    assert charts.chart(equal, LONELY) is not None


def test_every_claim_says_it_is_in_the_model_and_none_overreaches(saved: Saved) -> None:
    for one in headline.findings(saved):
        every = " ".join([one.claim, *(said for _, said in one.lines)])
        assert "in the model" in one.claim.lower()
        assert not re.search(r"\b(proves?|will|saves?|guarantees?)\b", every)
        assert one.sure.startswith("Illustration only. Not higher: not yet screened")


def test_numbers_in_a_claim_carry_no_more_than_two_significant_figures(saved: Saved) -> None:
    for one in headline.findings(saved):
        said = re.sub(r"20\d\d/\d\d|1,000|aged \d+|UCLA-3", "", f"{one.claim} {one.scaled}")
        for number in re.findall(r"\d[\d,.]*\d|\d", said):
            digits = number.replace(",", "")
            digits = re.sub(r"^0\.", "", digits).replace(".", "").lstrip("0").rstrip("0")
            assert len(digits) <= 2, (number, one.claim)


def test_findings_scale_to_the_place_only_when_it_was_counted(saved: Saved) -> None:
    found = {(one.scenario, one.measure): one for one in headline.findings(saved)}
    assert "a place the size of Brighton and Hove" in found["bevy_hub", LONELY].scaled
    assert found["services_only", LONELY].scaled == "", "an unclear difference is not scaled up"
    bare = {**saved.run, "provenance": {}}
    assert all(one.scaled == "" for one in headline.findings(Saved(saved.summary, bare)))


def test_people_reached_stand_beside_everyone(saved: Saved) -> None:
    found = {(one.scenario, one.measure): one for one in headline.findings(saved)}
    assert "people the plan reached" in found["bevy_hub", LONELY].reached
    assert "no separate figure" in found["bevy_hub", GAP].reached
    spec = figure(saved, CRISES, kind="reached")
    assert [each.group for each in spec.series] == ["all", "reached"] * 2


def test_one_run_has_no_band_and_says_so() -> None:
    one = made(members=1)
    spec = figure(one, LONELY)
    assert not spec.has_band and "One run only: no band" in spec.subtitle
    assert "so no finding" in spec.title
    assert all("No range can be given" in each.claim for each in headline.findings(one))
    assert "no band" in "\n".join(headline.headline_lines(one))
    assert not charts.chart(one, LONELY).axes[0].collections, "a band was drawn"


def test_the_band_is_the_range_of_runs_until_there_are_forty() -> None:
    few, many = made(members=8), made(members=40)
    assert "range of runs" in figure(few, LONELY).subtitle
    assert "middle 90% of runs" in figure(many, LONELY).subtitle
    assert "90% of runs" in headline.findings(many)[0].claim


def test_likelihood_words_carry_their_percentage_and_need_forty_runs() -> None:
    assert likelihood(0.99, 40) == "almost certain (95% or more)"
    assert likelihood(0.99, 39) == ""
    assert likelihood(0.93, 40) == "", "a share in a gap of the yardstick has no word"
    bounds = [edge for low, high, _, _ in YARDSTICK for edge in (low, high)]
    assert bounds == sorted(bounds)


def test_an_unfinished_ensemble_is_labelled_everywhere() -> None:
    part = made(members=7, asked=200)
    spec = figure(part, LONELY)
    drawn = charts.draw(spec)
    assert "7 of 200 runs finished" in [each.get_text() for each in drawn.texts]
    assert "7 of 200 runs finished" in alt_text(spec)
    assert "7 of 200 runs finished" in " ".join(tables.table(part).split())
    assert "7 of 200 runs finished" in "\n".join(headline.headline_lines(part))
    assert "7 of 200 runs finished" in report.page(part, [GAP])


# Numbers into words


@given(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7))
def test_rounding_never_flips_an_order_or_a_sign(a: float, b: float) -> None:
    small, large = sorted((abs(a), abs(b)))
    value = [float(rounded(x).replace(",", "").replace("under ", "")) for x in (small, large)]
    assert value[0] <= value[1]
    if a:
        assert signed(a, CRISES).endswith("fewer" if a < 0 else "more")
        assert not signed(a, CRISES).startswith("0 ")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (118.4, "120"),
        (9.96, "10"),
        (0.0712, "0.071"),
        (1234567, "1,200,000"),
        (0.001, "under 0.01"),
    ],
)
def test_figures_have_two_significant_figures_at_most(value: float, said: str) -> None:
    assert rounded(value) == said


def test_ranges_are_said_nearest_to_zero_first() -> None:
    assert span(-20, -5, CRISES) == "5 to 20 fewer"
    assert span(-8, 5, CRISES) == "8 fewer to 5 more"
    assert span(3, 12, GAP) == "£3 to £12 larger"
    assert amount(0.7, GAP) == "£0.70"


def test_short_names_find_their_measure_and_a_slip_is_explained() -> None:
    assert [measure_key(word) for word in ("lonely", "gap", "Often lonely")] == [
        LONELY,
        GAP,
        LONELY,
    ]
    with pytest.raises(UserMistake, match="Did you mean crises"):
        measure_key("crisees")


# Pictures


@pytest.fixture(scope="module")
def written(saved: Saved, tmp_path_factory: pytest.TempPathFactory) -> tuple[FigureSpec, Path]:
    """A figure and the folder it was written to."""
    spec = replace(figure(saved, CRISES, kind="reached"), name="crises_bevy_hub:no_minibus")
    folder = tmp_path_factory.mktemp("written")
    gallery.write(spec, folder)
    return spec, folder


def test_every_figure_is_written_in_every_form_and_size(written: tuple[FigureSpec, Path]) -> None:
    folder = written[1]
    names = {path.name for path in folder.iterdir()}
    stem = "crises_bevy_hub__no_minibus"  # Windows takes no colon
    assert names == {f"{stem}_{size}.png" for size in SIZES} | {
        f"{stem}.svg", f"{stem}.csv", f"{stem}.txt",
    }  # fmt: skip
    for size, shape in SIZES.items():
        head = (folder / f"{stem}_{size}.png").read_bytes()[16:24]
        assert struct.unpack(">II", head) == shape


def test_the_same_results_give_the_same_bytes(
    saved: Saved, written: tuple[FigureSpec, Path], page: str, tmp_path: Path
) -> None:
    spec, folder = written
    again = {path.name: path.read_bytes() for path in gallery.write(spec, tmp_path)}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == again
    assert report.page(saved, [LONELY, GAP]) == page


def test_a_copied_picture_carries_its_label_source_and_description(saved: Saved) -> None:
    spec = figure(saved, LONELY)
    drawn = " ".join(each.get_text() for each in charts.draw(spec).texts)
    assert spec.source.startswith("How sure: ") and spec.source.endswith(source_line(saved))
    for words in (spec.source, spec.subtitle, spec.title):
        assert words in drawn
    assert "Modelled, not observed" in drawn and LICENCE in drawn
    content = svg_bytes(charts.draw(spec), spec.title, alt_text(spec))
    root = tree.fromstring(content)
    assert root.find("{http://www.w3.org/2000/svg}desc").text == alt_text(spec)  # type: ignore
    assert b"dc:date" not in content


def test_alt_text_and_csv_hold_the_numbers_of_the_chart(saved: Saved) -> None:
    spec = figure(saved, LONELY)
    rows = list(csv.DictReader(csv_text(spec).splitlines()))
    assert len(rows) == 20 and rows[0]["date"] == "2025-03-31"
    last = [row for row in rows if row["financial_year"] == "2033/34"]
    for series, row in zip(spec.series, last, strict=True):
        assert float(row["value"]) == pytest.approx(series.value[-1], abs=1e-6)
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"])
        assert series.said in alt_text(spec)
    lines = charts.draw(spec).axes[0].get_lines()
    drawn = [float(line.get_ydata()[-1]) for line in lines if line.get_marker() in ("o", "s")]
    assert drawn == [series.value[-1] for series in spec.series]


@pytest.mark.parametrize("size", [*SIZES, "phone"])
@pytest.mark.parametrize("kind", ["difference", "levels", "reached"])
def test_no_words_overlap_or_leave_the_picture(saved: Saved, size: str, kind: str) -> None:
    picture = charts.draw(figure(saved, CRISES, kind=kind), size)
    renderer = picture.canvas.get_renderer()  # type: ignore[attr-defined]
    boxes = [each.get_window_extent(renderer) for each in picture.texts]
    width, height = picture.canvas.get_width_height()
    for at, box in enumerate(boxes):
        assert box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height
        for other in boxes[at + 1 :]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert across <= 1 or down <= 4, (picture.texts[at].get_text(), across, down)


@given(st.lists(st.tuples(st.floats(0, 600), st.floats(10, 60)), min_size=1, max_size=4))
def test_labels_are_kept_apart_and_inside(blocks: list[tuple[float, float]]) -> None:
    wanted, heights = [one for one, _ in blocks], [two for _, two in blocks]
    centres = apart(wanted, heights, 0, 600, 5)
    spans = sorted((c - h / 2, c + h / 2) for c, h in zip(centres, heights, strict=True))
    assert spans[0][0] >= -1e-6 and spans[-1][1] <= 600 + 1e-6
    for (_, end), (start, _) in itertools.pairwise(spans):
        assert start - end >= 5 - 1e-6


def test_a_long_name_is_never_cut_without_a_mark(saved: Saved) -> None:
    titles = {key: f"{key}: a very long name " * 4 for key in show_fixture.TITLES}
    told = show_fixture.record(titles=titles)
    drawn = charts.draw(figure(Saved(saved.summary, told), CRISES, kind="reached"))
    names = [each.get_text() for each in drawn.texts if each.get_weight() == "bold"]
    assert any(each.endswith("…") for each in names)


@pytest.mark.parametrize("title", ["My plan", "Baseline", "A very long name " * 7])
def test_two_plans_of_one_title_are_told_apart(title: str) -> None:
    same = made(titles=dict.fromkeys(show_fixture.TITLES, title))
    said = [one.title for one in headline.findings(same)]
    assert {each.rsplit("(")[-1] for each in said} == {"services_only)", "bevy_hub)"}
    assert max(map(len, said)) <= LONGEST_NAME
    rows = csv_text(figure(same, LONELY))
    assert "(services_only)" in rows and "(bevy_hub)" in rows
    assert made().title("bevy_hub") == show_fixture.TITLES["bevy_hub"]


def test_series_differ_by_more_than_colour(saved: Saved) -> None:
    lines = [
        each
        for each in charts.chart(saved, LONELY).axes[0].get_lines()
        if len(each.get_xdata()) > 2
    ]
    medians = [each for each in lines if each.get_marker() not in ("None", "", None)]
    assert len({each.get_marker() for each in medians}) == len(medians) == 2
    assert len({str(each.get_linestyle()) for each in medians}) == 2


def test_amounts_are_drawn_from_zero(saved: Saved) -> None:
    low, high = charts.chart(saved, GAP, kind="levels").axes[0].get_ylim()
    assert low == 0 and high > 0


def test_a_fifth_scenario_or_a_missing_one_is_refused_in_a_sentence(saved: Saved) -> None:
    with pytest.raises(UserMistake, match="at most 4"):
        charts.chart(saved, LONELY, scenarios=list("abcde"))
    with pytest.raises(UserMistake, match="nothing to show"):
        charts.chart(saved, LONELY, scenarios=["hub"])
    with pytest.raises(UserMistake, match="is not one of"):
        charts.chart(saved, LONELY, kind="pie")


def test_a_chart_shows_itself_in_a_notebook(saved: Saved) -> None:
    picture = charts.chart(saved, "lonely")
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert tuple(picture.get_size_inches() * DOTS_PER_INCH) == SIZES["landscape"]


# The report


class Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def outline(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Outline()
    reader.feed(page)
    return reader.tags


def test_the_report_is_one_page_without_network_or_script(page: str) -> None:
    for tag, attributes in outline(page):
        assert tag not in {"script", "iframe", "object", "link", "form"}
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            target = attributes.get(name) or "#"
            assert target.startswith(("#", "data:image/svg+xml;base64,")), target
    assert "default-src 'none'" in page and "unsafe" not in page


def test_the_report_can_be_read_by_everyone(page: str) -> None:
    tags = outline(page)
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    names = [tag for tag, _ in tags]
    assert names.count("table") == names.count("caption") > 3
    assert all(one.get("scope") in {"col", "row"} for tag, one in tags if tag == "th")
    pictures = [one for tag, one in tags if tag == "img"]
    assert len(pictures) == 7 and all(len(one["alt"] or "") > 100 for one in pictures)
    assert tags[0][1]["lang"] == "en-GB" and 'class="skip" href="#main"' in page


def test_the_report_puts_findings_first_and_says_what_it_cannot(page: str) -> None:
    order = [page.index(f'id="{key}"') for key in ("findings", "charts", "who", "compared", "how",
                                                   "evidence", "cannot")]  # fmt: skip
    assert order == sorted(order)
    for words in ("Modelled, not observed", "not a forecast", "Illustration only",
                  "not yet been tested with readers", "Most deprived fifth",
                  "Care spending by line", "hub_attendance_share", LICENCE):  # fmt: skip
        assert words in page


def test_hostile_names_are_shown_as_text_everywhere(tmp_path: Path) -> None:
    titles = dict.fromkeys(show_fixture.TITLES, HOSTILE)
    table = show_fixture.summarised(show_fixture.tidy(years=2, measures=[LONELY]))
    bad = Saved(table, show_fixture.record(years=2, titles=titles, place="<b>'\"&amp;" + "x" * 300))
    page = report.page(bad, [LONELY])
    assert "<script" not in page and "<b>" not in page and "&lt;script&gt;" in page
    assert "\u202e" not in page and "\x07" not in page
    spec = figure(bad, LONELY)
    tree.fromstring(svg_bytes(charts.draw(spec), spec.title, alt_text(spec)))
    formula = Saved(table, show_fixture.record(years=2, titles=dict.fromkeys(titles, "=1+1")))
    for text in (csv_text(figure(formula, LONELY)), tables.table_csv(formula)):
        assert ",=1" not in text and "\n=1" not in text and "'=1+1" in text
    assert clean("a\x1b[31m\nb") == "a [31m b"


def test_a_run_of_the_baseline_alone_still_makes_a_report(tmp_path: Path) -> None:
    folder = show_fixture.folder(tmp_path / "alone", years=1, effects={})
    assert "only the baseline was run" in report.build(folder).read_text(encoding="utf-8")
    assert "only the baseline was run" in "\n".join(headline.headline_lines(folder))
    with pytest.raises(UserMistake, match="no difference from the baseline"):
        charts.chart(folder, LONELY)


@pytest.mark.parametrize("missing", ["summary.csv", "run.json"])
def test_a_folder_without_results_is_explained(tmp_path: Path, missing: str) -> None:
    folder = show_fixture.folder(tmp_path / "torn", members=2, years=1)
    (folder / missing).unlink()
    with pytest.raises(UserMistake, match=missing.replace(".", r"\.")):
        open_results(folder)
    (folder / missing).write_text("{broken", encoding="utf-8")
    with pytest.raises(UserMistake):
        open_results(folder)


def test_an_odd_run_record_does_not_stop_the_report(tmp_path: Path) -> None:
    folder = show_fixture.folder(tmp_path / "odd", members=2, years=1)
    odd = {"provenance": [1], "request": "none", "scenarios": {"bevy_hub": "= not toml"}}
    (folder / "run.json").write_text(json.dumps(odd), encoding="utf-8")
    assert "Bevy hub" in report.page(open_results(folder), [GAP])


# Tables and the door


def test_the_table_sets_every_preset_against_every_outcome(saved: Saved) -> None:
    rows = tables.cells(saved)
    assert [row[0] for row in rows] == ["All to care hours and fees", "A community pub or hub"]
    assert all(len(row) == 5 and "not measured" not in row for row in rows)
    assert len(list(csv.reader(tables.table_csv(saved).splitlines()))) == 9
    assert "Social care funding gap" in tables.table(saved, ["gap"])


def test_a_summary_table_a_tidy_table_and_a_folder_draw_the_same(out: Path, saved: Saved) -> None:
    values = []
    for each in (show_fixture.tidy(), saved.summary, out):
        spec = figure(open_results(each), LONELY, scenarios=["bevy_hub"])
        values.append(spec.series[0].value)
    assert values[0] == pytest.approx(values[1]) and values[1] == pytest.approx(values[2])


def test_writing_leaves_nothing_half_done(tmp_path: Path) -> None:
    assert put(tmp_path / "deep" / "a.txt", b"whole").read_bytes() == b"whole"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a.txt"]


def test_opening_the_show_loads_nothing_heavy() -> None:
    code = (
        "import sys, sim.show, sim.show.headline; "
        "print({'matplotlib', 'pandas'} & set(sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert told.stdout.strip() == "set()"


def test_middle_and_ends_are_rounded_to_one_step_and_to_two_figures_at_most() -> None:
    """The step is the second figure of the range; nothing is rounded away or past two figures."""
    step = rounding_step(16.6 - 4.0)
    assert [rounded(each, step) for each in (11.6, 4.0, 16.6)] == ["12", "4", "17"]
    step = rounding_step(66.2 - 24.8)
    assert [rounded(each, step) for each in (36.2, 24.8, 66.2)] == ["36", "25", "66"]
    step = rounding_step(23.1 - 1.6)
    assert [rounded(each, step) for each in (11.6, 1.6, 23.1)] == ["12", "2", "23"]
    assert [rounded(each, rounding_step(350)) for each in (118.4, -50, 300)] == ["120", "50", "300"]
    assert rounded(5, rounding_step(100)) == "5" and rounded(0.3, rounding_step(40)) == "0.3"
    assert rounding_step(0) == rounding_step(math.inf) == 0 and rounded(118.4) == "120"


def test_pictures_of_groups_and_of_people_reached_bear_the_label_of_everybody(saved: Saved) -> None:
    """What was seen in one group is no surer than the same for everybody; a weak label leads."""
    label = last_fact(saved, LONELY, "all", "bevy_hub").label.value
    for spec in (
        figure(saved, LONELY, kind="reached", scenarios=["bevy_hub"]),
        gains_figures.specification(saved, "bevy_hub", LONELY),
    ):
        assert spec.title.startswith(f"{label}: in the model")


def test_too_few_runs_name_no_group_that_gains(tmp_path: Path) -> None:
    few = open_results(show_fixture.folder(tmp_path, members=4, years=3))
    spec = gains_figures.specification(few, "bevy_hub", LONELY)
    assert "4 runs are too few to say in which groups" in spec.title and "among" not in spec.title
    assert not any(dot.strong for dot in spec.dots)
    assert all(dot.said.startswith(("unclear", "next to none")) for dot in spec.dots)


def test_a_level_below_zero_keeps_its_sign_in_the_picture_and_in_words() -> None:
    gap = "funding_gap_gbp_per_head"
    fallen = {"bevy_hub": show_fixture.EFFECTS["bevy_hub"] | {gap: (-80.0, 9.0, 0.0)}}
    told = show_fixture.record(members=2, years=3, scenarios=("bevy_hub",))
    saved = Saved(show_fixture.summarised(show_fixture.tidy(2, 3, fallen)), told)
    spec = figure(saved, gap, kind="levels")
    line = next(each for each in spec.series if not each.baseline)
    assert line.value[-1] < 0 and line.said.startswith("−£")
    assert f"{line.said} " in alt_text(spec)
    ticks = [each.get_text() for each in charts.draw(spec).axes[0].get_yticklabels()]
    assert any(each.startswith("−£") for each in ticks) and "0" in ticks
    assert standing(0.004, gap) == "under £0.01"
    assert standing(-0.004, gap) == "under £0.01 below zero"


def test_people_in_the_whole_place_are_counted_whole() -> None:
    from sim.show.headline import _whole

    assert [_whole(each) for each in (2.6, -4.1, 0.4, 89_000.4)] == [3, -4, 0.4, 89_000]
