"""Mesa's page as a researcher sees it: served from this machine alone, drawn in a real browser."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from browser import outside, serious_faults

pytestmark = pytest.mark.slow
PATIENCE = 60_000  # milliseconds; a busy machine builds its first place slowly


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """`solara run sim.viz` on a free port, as docs/app.md says."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = f"http://127.0.0.1:{port}/"
    served = subprocess.Popen(
        [
            sys.executable, "-m", "solara", "run", "sim.viz", "--host", "127.0.0.1",
            "--port", str(port), "--no-open", "--production",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(120):
            try:
                with urllib.request.urlopen(home, timeout=5) as answer:
                    assert answer.status == 200
                break
            except (urllib.error.URLError, TimeoutError):
                assert served.poll() is None, "the server ended by itself"
                time.sleep(0.5)
        yield home
    finally:
        served.terminate()
        served.wait(30)


def at_month(page: Any, month: int) -> None:
    page.get_by_text(f"Time: {month}.0").wait_for(timeout=PATIENCE)


def pictures(page: Any) -> list[str]:
    """The drawings on show, once the graph and the three lines are all there and have a size."""
    page.wait_for_function(
        "[...document.images].filter(i => i.naturalWidth > 100 && i.clientWidth > 100).length >= 4",
        timeout=PATIENCE,
    )
    found = page.evaluate(
        "[...document.images].filter(i => i.naturalWidth > 100 && i.clientWidth > 100)"
        ".map(i => i.src)"
    )
    assert isinstance(found, list)
    return found


def test_step_draws_the_graph_and_the_lines_and_reset_begins_again(address: str, page: Any) -> None:
    page.goto(address, wait_until="domcontentloaded")
    step = page.get_by_role("button", name="Step", exact=True)
    step.wait_for(timeout=PATIENCE)
    at_month(page, 0)
    step.click()
    at_month(page, 1)
    first = pictures(page)
    step.click()
    at_month(page, 2)
    page.wait_for_function(
        "before => [...document.images].every(i => i.clientWidth <= 100 || i.src !== before)",
        arg=first[0],
        timeout=PATIENCE,
    )
    assert len(pictures(page)) == 4
    page.get_by_role("button", name="Reset", exact=True).click()
    at_month(page, 0)
    step.click()
    at_month(page, 1)
    assert len(pictures(page)) == 4
    # Solara's own page has neither a language nor names for these two.
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    assert page.get_by_role("button", name="Menu", exact=True).count() == 1
    assert page.get_by_role("button", name="Light or dark page", exact=True).count() == 1
    # While a drawing is made the page shows a bar; one put there by hand is named as quickly.
    bar = '<div id="busy" role="progressbar"></div>'
    page.evaluate("bar => document.body.insertAdjacentHTML('beforeend', bar)", bar)
    page.wait_for_function("busy.getAttribute('aria-label') === 'Drawing'", timeout=PATIENCE)
    # Vuetify's own box for a choice has its text field inside a button; nothing else is wrong.
    assert [each.split(":")[0] for each in serious_faults(page)] in ([], ["nested-interactive"])
    assert not page.faults
    assert not outside(page, address, address.replace("http", "ws"))
