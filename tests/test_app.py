"""The app: served to this machine only, and a run pressed in a real browser ends in a picture."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from browser import DESKTOP, PHONE, outside, serious_faults, wider_than_the_screen

from sim.cli import main
from sim.errors import UserMistake
from sim.experiment import app_choices
from sim.experiment.trust import Label, threshold
from sim.show.app import parts, server


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A served app on a free port, closed again as a user closes it."""
    told = subprocess.Popen(
        [sys.executable, "-m", "sim", "app", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert told.stdout is not None
    try:
        found = re.search(r"http://\S+", told.stdout.readline())
        assert found is not None, told.stderr.read() if told.stderr else ""
        yield found[0]
    finally:
        told.terminate()
        try:
            said, complaint = told.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            told.kill()
            raise
    assert told.returncode == 0, complaint
    assert "Closed." in said
    assert "Traceback" not in complaint


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C as a signal")
@pytest.mark.parametrize("visited", [False, True])
def test_an_impatient_second_ctrl_c_closes_as_quietly_as_one(visited: bool) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "sim", "app", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stdout is not None
    found = re.search(r"http://\S+", running.stdout.readline())
    assert found is not None
    if visited:
        assert answer(found[0])[0] == 200
    for _ in range(3):
        running.send_signal(signal.SIGINT)
        time.sleep(0.05)
    said, complaint = running.communicate(timeout=30)
    assert (running.returncode, complaint) == (0, "")
    assert said.splitlines()[-1] == "Closed."


def answer(url: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as page:
            return page.status, page.geturl()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, url


def test_it_listens_to_this_machine_only_and_asks_for_the_key(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")
    assert answer(address) == (200, answer(address)[1])
    plain = address.split("?")[0]
    assert "/auth/login" in answer(plain)[1]
    port = int(plain.rsplit(":", 1)[1].strip("/"))
    mine = {each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for other in mine - {"127.0.0.1"}:
        with pytest.raises(OSError), socket.create_connection((str(other), port), timeout=1):
            pass


def test_it_answers_to_no_other_name(address: str) -> None:
    """A page elsewhere that points its own name at this machine gets nothing."""
    assert answer(address, Host="example.org")[0] == 400


@pytest.mark.slow
def test_a_run_pressed_in_a_browser_ends_in_a_picture_and_files(address: str, page: Any) -> None:
    from playwright.sync_api import expect

    page.goto(address, timeout=120_000, wait_until="domcontentloaded")
    run = page.get_by_role("button", name="Run", exact=True)
    run.wait_for(timeout=90_000)
    for name in ("People to simulate", "Years", "Paired runs"):
        page.get_by_role("slider", name=name).focus()
        page.keyboard.press("Home")
    page.wait_for_timeout(500)
    run.click()
    expect(page.get_by_text("Living both worlds")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("progressbar", name="Paired runs done")).to_be_visible()
    picture = page.locator("img[alt*='Brighton and Hove']")
    picture.wait_for(timeout=180_000)
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    expect(page.get_by_text("2 paired runs, seed 1. Modelled, not observed.")).to_be_visible()
    expect(page.get_by_role("columnheader", name="How sure")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    page.set_viewport_size(PHONE)
    assert wider_than_the_screen(page) == 0
    assert picture.evaluate("image => image.naturalHeight > image.naturalWidth"), "no tall picture"
    page.set_viewport_size(DESKTOP)
    page.get_by_label("Outcome").select_option("Crisis episodes")
    expect(page.locator("img[alt*='risis']")).to_be_visible(timeout=30_000)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Report").or_(
            page.get_by_text("Report", exact=True)
        ).click()
    assert waiting.value.suggested_filename == "report.html"
    assert Path(waiting.value.path()).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert outside(page, "http://127.0.0.1:", "ws://127.0.0.1:") == []
    assert page.faults == []
    assert serious_faults(page) == []


ASKED = {
    "place": "Hartlepool",
    "presets": ["local_area_coordination"],
    "residents": 500,
    "years": 1,
    "members": 2,
    "seed": 3,
}


@pytest.mark.slow
def test_a_run_can_be_stopped_and_begun_again(address: str, page: Any) -> None:
    page.goto(address, timeout=120_000, wait_until="domcontentloaded")
    page.get_by_role("button", name="Run", exact=True).wait_for(timeout=90_000)
    for name, key in (("People to simulate", "Home"), ("Years", "Home"), ("Paired runs", "End")):
        page.get_by_role("slider", name=name).focus()
        page.keyboard.press(key)
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("button", name="Stop", exact=True).click(timeout=30_000)
    page.get_by_text("It was stopped. Press Run to begin again.").wait_for(timeout=60_000)
    assert page.locator("img[alt*='Brighton and Hove']").count() == 0
    page.get_by_role("slider", name="Paired runs").focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator("img[alt*='Brighton and Hove']").wait_for(timeout=180_000)


def test_a_wish_to_stop_ends_a_run_with_a_sentence_and_nothing_left() -> None:
    wish, seen = parts.Wish(), []

    def advance(done: int, asked: int, note: str) -> None:
        seen.append(done)
        wish.stop()
        wish.heed()

    found = parts.run(ASKED | {"members": 3}, advance)
    assert found == "It was stopped. Press Run to begin again."
    assert max(seen) < 3
    with pytest.raises(parts.Stopped):
        parts.Wish().heed(closed=True)


def test_a_run_that_breaks_off_comes_back_as_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong: a page that goes on counting for a dead run says nothing at all."""

    def broken(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(parts, "run_chosen", broken)
    found = parts.run(ASKED, lambda done, asked, note: None)
    assert isinstance(found, str)
    assert "The run broke off (MemoryError: no room)." in found and "Try fewer people" in found


def test_progress_says_how_far_and_about_how_long() -> None:
    at_first, half, last = (parts.under_way(done, 6, 60.0) for done in (0, 3, 6))
    assert "0 of 6 paired runs done." in at_first and "to go" not in at_first
    assert "value=" not in at_first, "a bar at nought looks dead; without a value it moves"
    assert "3 of 6 paired runs done. About 1 minute to go." in half and 'value="3"' in half
    assert "Now the report is drawn" in last
    assert all('role="status"' in each for each in (at_first, half, last))


@pytest.mark.slow
def test_a_second_run_takes_the_page_from_the_first(address: str, page: Any) -> None:
    page.goto(address, timeout=120_000, wait_until="domcontentloaded")
    run = page.get_by_role("button", name="Run", exact=True)
    run.wait_for(timeout=90_000)
    for name in ("People to simulate", "Years"):
        page.get_by_role("slider", name=name).focus()
        page.keyboard.press("Home")
    page.wait_for_timeout(500)
    run.click()
    page.get_by_text("0 of 6 paired runs done").wait_for(timeout=30_000)
    page.get_by_role("slider", name="Paired runs").focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(500)
    run.click()
    page.get_by_text("of 2 paired runs done").wait_for(timeout=30_000)
    page.get_by_text("2 paired runs, seed 1.").wait_for(timeout=180_000)
    page.wait_for_timeout(3_000)
    assert page.get_by_text("It was stopped").count() == 0
    assert page.get_by_text("2 paired runs, seed 1.").count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"presets": []}, "Choose at least one plan"),
        ({"place": None}, "Choose a place"),
        ({"place": "Nowhere at all"}, "Nowhere at all"),
        ({"residents": 3}, "residents"),
    ],
)
def test_what_cannot_be_run_comes_back_as_a_sentence(change: dict[str, Any], said: str) -> None:
    found = parts.run(ASKED | change, lambda done, asked, note: None)
    assert isinstance(found, str)
    assert said in found


@pytest.mark.slow
def test_a_finished_run_has_a_picture_a_table_and_everything_in_a_zip() -> None:
    steps: list[int] = []
    found = parts.run(ASKED, lambda done, asked, note: steps.append(done))
    assert not isinstance(found, str), found
    assert steps[-1] == 2
    first = next(iter(parts.measures(found).values()))
    assert 'alt="' in parts.picture(found, first)
    for each in parts.measures(found).values():
        for shown in (parts.answer(found, each), parts.table(found, each)):
            assert "<th scope=" in shown
            said = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
            assert not re.search(r"[0-9]e[-+]?[0-9]|[0-9][.][0-9]{4}|nan", said), said
    year_by_year = parts.table(found, first)
    assert "2024/25" in year_by_year and "per 1,000 residents aged 16 or over" in year_by_year
    sure = parts.answer(found, first)
    assert any(f">{label.value}<" in sure for label in Label)
    assert "Why no surer" in sure and "Not higher: " in sure
    assert all(label.value in parts.labels() for label in Label)
    assert "Hartlepool, about 500 people" in parts.told(found)
    names = zipfile.ZipFile(BytesIO(found.everything)).namelist()
    assert {"report.html", "summary.csv", "results.parquet", "run.json"} <= set(names)
    assert not [name for name in names if name.startswith("members/") or name == "clock.json"]


def test_every_choice_is_one_the_model_takes() -> None:
    assert "Brighton and Hove" in app_choices.place_names()
    titles = app_choices.preset_titles()
    assert "baseline" not in titles.values()
    assert {"bevy_hub", "services_only"} <= set(titles.values())
    for name, least in app_choices.LEAST.items():
        assert least <= app_choices.USUAL[name] <= app_choices.MOST[name]
    assert app_choices.USUAL["members"] >= threshold("direction_least_draws")


def test_a_port_in_use_is_one_plain_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "sim", "app", "--port", str(port)],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip() == (
        f"Port {port} is in use, perhaps by this app in another window. Try --port 0, "
        "which takes any free one."
    )
    assert done.stdout == ""


def test_a_missing_package_is_one_plain_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "NEEDED", ("marimo_is_not_here",))
    with pytest.raises(UserMistake, match=r'pip install -e "\.\[app\]"'):
        server.serve(0, lambda address: None)


@pytest.mark.parametrize("typed", ["70000", "-1", "80 ", "x"])
def test_a_port_that_is_none_is_one_plain_sentence(
    typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["app", "--port", typed]) == 2
    told = capsys.readouterr()
    assert told.err.strip() and "Traceback" not in told.err
    assert told.out == ""
