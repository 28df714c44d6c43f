"""The report in a real browser, as a reader meets it: on a desk, on a phone, without a network."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import browser
import pytest
import show_fixture
from test_pictures import HUB, tied

from sim.experiment import tie_sample
from sim.show import report

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> & \"A\" 'plan'"
SECTIONS = ("findings", "charts", "who", "change", "compared", "how", "evidence", "cannot")


@pytest.fixture
def page(same_tab: Any) -> Any:
    """Nothing is kept from one opening of the page to the next."""
    return same_tab


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = show_fixture.folder(tmp_path_factory.mktemp("report") / "run", years=3)
    kept = {"member": 0, "scenarios": {HUB: tied()}}
    (where / tie_sample.FILE).write_text(json.dumps(kept), encoding="utf-8")
    return report.build(where)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    titles = dict.fromkeys(show_fixture.TITLES, HOSTILE)
    where = tmp_path_factory.mktemp("hostile") / "run"
    return report.build(show_fixture.folder(where, members=2, years=1, titles=titles))


def test_nothing_is_wrong_and_nothing_is_asked_of_the_network(page: Any, made: Path) -> None:
    page.goto(made.as_uri())
    assert page.locator("h1").inner_text().startswith("Brighton and Hove")
    assert page.faults == [] and browser.outside(page) == []
    broken = page.locator("img").evaluate_all("all => all.filter(one => !one.naturalWidth).length")
    assert broken == 0


@pytest.mark.parametrize("size", [browser.DESKTOP, browser.PHONE], ids=["desk", "phone"])
def test_axe_finds_no_serious_fault_even_with_every_table_open(
    page: Any, made: Path, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)
    page.goto(made.as_uri())
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert browser.serious_faults(page) == []
    assert browser.wider_than_the_screen(page) == 0


def test_it_fits_a_phone_as_it_opens(page: Any, made: Path) -> None:
    page.set_viewport_size(browser.PHONE)
    page.goto(made.as_uri())
    assert browser.wider_than_the_screen(page) == 0
    first = page.locator("table.stack tbody td").first.bounding_box()
    assert first["x"] >= 0 and first["x"] + first["width"] <= browser.PHONE["width"]


def test_every_table_behind_a_chart_opens_by_mouse_and_by_key(page: Any, made: Path) -> None:
    page.goto(made.as_uri())
    charts = page.locator("figure + details")
    assert charts.count() > 4
    one, two = charts.nth(0), charts.nth(1)
    assert not one.locator("table").is_visible()
    one.locator("summary").click()
    assert one.locator("table").is_visible()
    two.locator("summary").focus()
    page.keyboard.press("Enter")
    assert two.locator("table").is_visible()


def test_the_keyboard_reaches_the_findings_at_once_and_every_part(page: Any, made: Path) -> None:
    page.goto(made.as_uri())
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    links = page.locator("nav a").evaluate_all("all => all.map(one => one.hash)")
    assert links == [f"#{key}" for key in SECTIONS]
    assert all(page.locator(each).count() == 1 for each in links)


def test_what_it_cannot_say_is_as_large_as_what_it_says(page: Any, made: Path) -> None:
    page.goto(made.as_uri())
    size = "one => getComputedStyle(one).fontSize"
    doubts = page.locator("#cannot + ul li").first.evaluate(size)
    assert doubts == page.locator("p.claim").first.evaluate(size)
    assert page.locator("#cannot + ul li").count() >= 6


def test_it_prints_without_its_menu(page: Any, made: Path) -> None:
    page.goto(made.as_uri())
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("#findings").is_visible()
    assert not page.get_by_text("The levels themselves").is_visible(), "a heading over no picture"
    assert len(page.pdf(format="A4")) > 10_000


def test_hostile_titles_stay_text(page: Any, hostile: Path) -> None:
    page.on("dialog", lambda box: pytest.fail(f"a title ran: {box.message}"))
    page.goto(hostile.as_uri())
    assert page.faults == [] and browser.outside(page) == []
    assert page.locator("script").count() == 0
    assert page.locator("img[src='x']").count() == 0
    assert "<script>alert(2)</script>" in page.locator("main").inner_text()


# Reading age


class Prose(HTMLParser):
    """Sentences of the page: paragraphs, list items and answers, without names of plans."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "li", "dd"):
            self._open = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "li", "dd") and self._open is not None:
            self.said.append(" ".join("".join(self._open).split()))
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.append(data)


def syllables(word: str) -> int:
    """Groups of vowels, a silent e left out."""
    plain = re.sub(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", plain)))


def grade(texts: list[str]) -> float:
    """The Flesch-Kincaid grade: years of school a reader needs; add five for an age."""
    sentences = [one for text in texts for one in re.split(r"(?<=[.!?])\s+", text) if one]
    words = [word for one in sentences for word in re.findall(r"[A-Za-z]+", one)]
    length = len(words) / len(sentences)
    return 0.39 * length + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def prose(page: Path) -> list[str]:
    reader = Prose()
    reader.feed(page.read_text(encoding="utf-8"))
    return [each for each in reader.said if each.endswith(".") and len(each.split()) > 5]


def test_the_measure_of_reading_age_by_hand() -> None:
    assert grade(["The cat sat on the mat."]) == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert grade(["Institutional heterogeneity complicates interpretation."]) > 12


def test_a_reader_of_twelve_can_follow_it(made: Path) -> None:
    said = prose(made)
    assert len(said) > 40
    assert grade(said) <= 7.0
