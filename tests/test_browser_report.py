"""The report in a real browser, as a reader meets it: on a desk, on a phone, without a network."""

from __future__ import annotations

from typing import Any

import browser
import pytest
import show_fixture

from sim.show import report


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = show_fixture.folder(tmp_path_factory.mktemp("report"))
    return report.build(folder).as_uri()


def test_axe_finds_no_serious_fault(page: Any, address: str) -> None:
    page.goto(address)
    assert browser.serious_faults(page) == []
    assert page.faults == []
    assert browser.outside(page) == []


def test_it_fits_a_phone(page: Any, address: str) -> None:
    page.set_viewport_size(browser.PHONE)
    page.goto(address)
    assert browser.wider_than_the_screen(page) == 0
