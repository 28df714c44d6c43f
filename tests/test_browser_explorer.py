"""The explorer in a real browser: sliders move ranges, the page says what Python says, or no."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from browser import PHONE, outside, serious_faults, wider_than_the_screen

from sim.experiment import emulator, explorer
from sim.experiment.explorer_design import LEVERS
from sim.experiment.trust import Label
from sim.scenario import Scenario
from sim.show.explorer import build

Doses = dict[str, float]


@pytest.fixture
def page(same_tab: Any) -> Any:
    """Nothing is kept from one opening of the page to the next."""
    return same_tab


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return explorer.load()


@pytest.fixture(scope="module")
def file(data: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("explorer") / "explorer.html", data)


@pytest.fixture
def opened(page: Any, file: Path) -> Any:
    page.goto(file.as_uri())
    page.locator("#desk").wait_for()
    return page


def put(page: Any, doses: Doses, place: str, target: str) -> None:
    """Set every control as a person would leave it, one event each."""
    page.select_option("#place", place)
    page.select_option("#target", target)
    for lever in LEVERS:
        page.locator(f"#lever-{lever.key}").evaluate(
            "(control, to) => { control.value = to; control.dispatchEvent(new Event('input')); }",
            str(doses.get(lever.key, 0.0)),
        )


def shown(page: Any, key: str) -> dict[str, float]:
    told: dict[str, str] = page.locator(f"#outcome-{key}").evaluate("box => ({...box.dataset})")
    return {name: float(value) for name, value in told.items()}


SETTINGS: list[tuple[Doses, str, str]] = [
    ({}, "Hartlepool", "evenly"),
    ({"hubs": 6.0}, "Brighton and Hove", "evenly"),
    ({"formal_services": 30.0}, "Wokingham", "most_deprived_first"),
    ({"hubs": 3.5, "connectors": 3.0, "neighbourhood_networks": 3.0, "formal_services": 10.0},
     "Manchester", "weakest_infrastructure_first"),
    ({"fair_pay": 4.2, "befriending": 1.1, "carers_support": 2.3, "personal_budgets": 0.7,
      "volunteering": 1.9, "strengths_deal": 2.8}, "Hartlepool", "by_readiness"),
]  # fmt: skip


@pytest.mark.parametrize(("doses", "place", "target"), SETTINGS)
def test_the_page_says_exactly_what_python_says(
    opened: Any, data: dict[str, Any], doses: Doses, place: str, target: str
) -> None:
    put(opened, doses, place, target)
    space = explorer.space_of(data)
    asked = [doses.get(each.key, 0.0) for each in LEVERS]
    assert emulator.outside(data["emulator"], space, asked, place, target) == ""
    told = emulator.predict(data["emulator"], space, asked, place, target)
    for key, one in told.items():
        found = shown(opened, key)
        assert found["middle"] == pytest.approx(one.middle, rel=1e-9, abs=1e-9)
        assert found["low"] == pytest.approx(one.one[0], rel=1e-9, abs=1e-9)
        assert found["high"] == pytest.approx(one.one[1], rel=1e-9, abs=1e-9)
        assert found["averageLow"] == pytest.approx(one.average[0], rel=1e-9, abs=1e-9)
        assert found["averageHigh"] == pytest.approx(one.average[1], rel=1e-9, abs=1e-9)
    assert not opened.faults


def test_it_will_not_answer_outside_what_was_tested(opened: Any, data: dict[str, Any]) -> None:
    dear = {each.key: each.most for each in LEVERS}
    put(opened, dear, "Manchester", "evenly")
    assert opened.locator("#results").get_attribute("data-outside") == "total"
    assert "Not in the tested range: this plan costs £" in opened.locator("#said").inner_text()
    for each in data["outcomes"]:
        box = opened.locator(f"#outcome-{each['key']}")
        assert box.locator(".said").inner_text() == "Not in the tested range"
        assert box.locator("p").first.inner_text() == "Not in the tested range", "a loose comma"
        assert box.get_attribute("data-low") is None
    put(opened, {"hubs": 3.0}, "Manchester", "evenly")
    assert opened.locator("#results").get_attribute("data-outside") == ""
    assert shown(opened, "lonely")["low"] < shown(opened, "lonely")["high"]


def test_page_and_python_refuse_the_same_mixtures(opened: Any, data: dict[str, Any]) -> None:
    space = explorer.space_of(data)
    answers = set()
    for one in LEVERS:
        for two in LEVERS:
            doses = {one.key: one.most, two.key: two.most}
            asked = [doses.get(each.key, 0.0) for each in LEVERS]
            put(opened, doses, "Wokingham", "by_readiness") if two is LEVERS[-1] else None
            said = emulator.outside(data["emulator"], space, asked, "Wokingham", "by_readiness")
            if two is LEVERS[-1]:
                assert opened.locator("#results").get_attribute("data-outside") == said
            answers.add(said)
    assert "" in answers


def test_a_slider_moves_by_keyboard_and_the_result_is_announced(opened: Any) -> None:
    opened.get_by_role("button", name="Nothing").click()
    assert "Nothing is funded" in opened.locator("#said").inner_text()
    slider = opened.get_by_role("slider", name="Hubs")
    slider.focus()
    for _ in range(10):
        opened.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "£1.00 a head a year"
    assert opened.locator("#out-total").inner_text() == "£1.00"
    from playwright.sync_api import expect

    heard = opened.get_by_role("status")
    expect(heard).to_contain_text("With £1.00 a head a year in Brighton and Hove")
    expect(heard).to_contain_text("often or always lonely")


def test_total_and_split_share_out_what_there_is(opened: Any) -> None:
    opened.get_by_role("button", name="£30, a whole village").click()
    assert opened.locator("#out-total").inner_text() == "£30.00"
    assert opened.locator("#out-split").inner_text() == "40% community"
    opened.locator("#split").fill("100")
    assert opened.locator("#out-formal_services").inner_text() == "£0.00"
    assert opened.locator("#out-split").inner_text() == "100% community"
    total = float(opened.locator("#out-total").inner_text().removeprefix("£"))
    assert total == pytest.approx(30.0, abs=0.5)
    opened.locator("#split").fill("0")
    assert opened.locator("#out-split").inner_text() == "0% community"
    opened.locator("#total").fill("10")
    assert opened.locator("#out-total").inner_text() == "£10.00"
    opened.get_by_role("button", name="Nothing").click()
    assert opened.locator("#split").is_disabled()
    opened.locator("#total").fill("20")
    assert opened.locator("#out-total").inner_text() == "£20.00"
    opened.get_by_role("button", name="£30, all to care").click()
    opened.locator("#total").fill("60")
    assert opened.locator("#out-total").inner_text() == "£48.00"  # all that care's sliders hold
    assert opened.locator("#results").get_attribute("data-outside") == "total"


def test_the_plan_it_hands_over_is_a_plan_the_model_takes(opened: Any) -> None:
    put(opened, {"hubs": 2.5, "fair_pay": 3.0}, "Hartlepool", "most_deprived_first")
    opened.get_by_text("The plan as a file").click()
    text = opened.locator("#plan").inner_text()
    plan = Scenario(**tomllib.loads(text), name="handed_over")
    assert plan.pounds_per_head() == pytest.approx(5.5)
    assert plan.run.place == "Hartlepool"
    assert {each.lever: each.where for each in plan.invest} == {
        "hubs": "most_deprived_first",
        "fair_pay": "evenly",
    }
    assert all(plan.invest[0].payer == each.payer for each in plan.invest)


def test_no_outcome_is_called_clear_where_the_emulator_is_weak(
    opened: Any, data: dict[str, Any]
) -> None:
    opened.get_by_role("button", name="£30, a whole village").click()
    for key, one in data["emulator"]["outcomes"].items():
        hint = opened.locator(f"#outcome-{key} .hint").inner_text()
        assert hint.startswith("take care") == (one["check"]["explained"] < 0.5)


def test_it_says_how_sure_any_answer_can_be_and_no_more(opened: Any) -> None:
    said = opened.locator("#results").inner_text()
    assert "How sure: illustration only." in said
    stronger = [each.value for each in Label if each is not Label.ILLUSTRATION]
    assert not [each for each in stronger if each.lower() in said.lower()]


def test_nothing_is_asked_of_any_network_and_nothing_goes_wrong(opened: Any) -> None:
    put(opened, {"hubs": 5.0}, "Wokingham", "by_readiness")
    assert outside(opened) == []
    assert opened.faults == []


@pytest.mark.parametrize("state", ["answering", "refusing", "open"])
def test_axe_finds_nothing_serious(opened: Any, state: str) -> None:
    if state == "refusing":
        put(opened, {each.key: each.most for each in LEVERS}, "Manchester", "evenly")
    if state == "open":
        opened.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert serious_faults(opened) == []


def test_it_fits_a_phone_and_a_printed_page(opened: Any) -> None:
    for width in (PHONE["width"], 390):
        opened.set_viewport_size({"width": width, "height": 800})
        assert wider_than_the_screen(opened) == 0
        assert opened.locator("#bar").is_visible()
    opened.emulate_media(media="print")
    assert not opened.locator("#lever-hubs").is_visible()
    assert opened.locator("#out-hubs").is_visible()
    assert opened.locator("#outcome-lonely .said").is_visible()


def test_a_page_with_another_script_in_it_will_not_run_it(
    page: Any, file: Path, tmp_path: Path
) -> None:
    """The page's own policy names the only script it runs."""
    text = file.read_text(encoding="utf-8")
    other = tmp_path / "other.html"
    other.write_text(text.replace("</body>", "<script>window.strange = 1</script></body>"))
    page.goto(other.as_uri())
    page.locator("#desk").wait_for()
    assert page.evaluate("window.strange") is None
    assert any("Content Security Policy" in each for each in page.faults)


def test_the_same_data_gives_the_same_bytes(
    data: dict[str, Any], file: Path, tmp_path: Path
) -> None:
    assert build(tmp_path / "again.html", data).read_bytes() == file.read_bytes()
