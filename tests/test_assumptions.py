"""The assumptions log is whole, and the page is the one the registry would write today."""

from pathlib import Path

import docs_scripts
import pytest

from sim.evidence import registry

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def script():
    return docs_scripts.script("make_assumptions")


def test_the_page_is_fresh(script):
    written = (DOCS / "assumptions.md").read_text(encoding="utf-8")
    assert written == script.page(), "run: python docs/make_assumptions.py"


def test_every_weak_number_is_in_the_log_and_no_strong_one(script):
    logged = {row.key for row in script.weak_parameters()}
    for row in registry().parameters():
        assert (row.key in logged) == (row.grade in ("C", "D")), row.key


def test_a_line_says_value_basis_quality_and_impact(script):
    row = registry().get("feeling_contagion")
    told = script.line(row)
    assert f"`{row.key}`" in told and row.source in told and "| D |" in told
    assert "screened" in told or "%" in told
