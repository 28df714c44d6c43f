"""A real browser for tests: pages as a reader meets them, and what is wrong with them.

`page` is a fresh tab in headless Chromium (imported by conftest.py, so any test may ask for it).
Its `faults` are console errors and page errors, its `asked` the addresses it asked the network
for. `serious_faults` runs axe on the tab as it stands, whatever its content policy.
"""

from __future__ import annotations

import contextlib
import functools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
NO_BROWSER = f"no browser is installed here (looked for {', '.join(NAMES)})"


def chromium_path() -> str | None:
    """Where a Chromium is, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One headless browser for a file of tests; skips where none is installed."""
    path = chromium_path()
    if path is None:
        pytest.skip(NO_BROWSER)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextlib.contextmanager
def _tab_of(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport=DESKTOP, reduced_motion="reduce")
    tab = context.new_page()
    tab.faults, tab.asked = [], []
    tab.on("console", lambda said: said.type == "error" and tab.faults.append(said.text))
    tab.on("pageerror", lambda error: tab.faults.append(str(error)))
    tab.on("request", lambda request: tab.asked.append(request.url))
    yield tab
    context.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A fresh desktop tab; `page.faults` and `page.asked` fill up as it is used."""
    with _tab_of(chromium) as tab:
        yield tab


@pytest.fixture(scope="module")
def tab_of_the_file(chromium: Any) -> Iterator[Any]:
    """One tab for a file of tests; ask for `same_tab`, which empties it first."""
    with _tab_of(chromium) as tab:
        yield tab


@pytest.fixture
def same_tab(tab_of_the_file: Any) -> Any:
    """The tab of the test before, emptied, for pages that keep nothing: a new one takes long."""
    tab = tab_of_the_file
    tab.goto("about:blank")
    tab.set_viewport_size(DESKTOP)
    tab.emulate_media(media="screen")
    tab.faults, tab.asked = [], []
    return tab


def outside(page: Any, *home: str) -> list[str]:
    """Requests that left this machine: anything but files, data inside the page, and `home`."""
    here = ("file:", "data:", "blob:", "about:", *home)
    return [url for url in page.asked if not url.startswith(here)]


def wider_than_the_screen(page: Any) -> int:
    """By how many pixels the page scrolls sideways; 0 is right."""
    found = _ask(
        page, "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return int(found)


@functools.cache
def _axe() -> str:
    import axe_playwright_python

    folder = Path(str(axe_playwright_python.__file__)).parent
    return (folder / "axe.min.js").read_text(encoding="utf-8")


def _ask(page: Any, expression: str) -> Any:
    """Evaluate past the page's own content policy, which the debugger is not bound by."""
    line = page.context.new_cdp_session(page)
    answer = line.send(
        "Runtime.evaluate",
        {"expression": expression, "awaitPromise": True, "returnByValue": True},
    )
    line.detach()
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")


def serious_faults(page: Any) -> list[str]:
    """What axe calls serious or critical on this tab now: 'rule: what (where)'. Empty is right."""
    _ask(page, f"{_axe()};0")
    options = json.dumps({"resultTypes": ["violations"]})
    told = _ask(
        page, f"axe.run(document, {options}).then(found => JSON.stringify(found.violations))"
    )
    return [
        f"{each['id']}: {each['help']} ({'; '.join(str(one['target']) for one in each['nodes'])})"
        for each in json.loads(told)
        if each["impact"] in ("serious", "critical")
    ]
