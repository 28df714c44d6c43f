"""Promises of the notebooks as they are kept: readable unrun, in order, of no particular machine.

That they run is CI's business (`pytest --nbmake notebooks`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((HOUSE / "notebooks").glob("*.ipynb"))


def cells(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8"))["cells"])


def test_there_are_eight_in_order_and_the_pages_list_them() -> None:
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{number:02}" for number in range(1, 9)]
    page = (HOUSE / "docs" / "tutorials" / "notebooks.md").read_text(encoding="utf-8")
    assert all(path.name in page for path in NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_can_be_read_without_running_it(path: Path) -> None:
    code = [cell for cell in cells(path) if cell["cell_type"] == "code"]
    outputs = [output for cell in code for output in cell["outputs"]]
    assert len(outputs) > len(code) / 2
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [each for each in outputs if each.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert any("text/html" in output.get("data", {}) for output in outputs)
    assert cells(path)[0]["cell_type"] == "markdown"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_names_nobodys_machine_and_says_it_is_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for trace in ("/home" + "/", "/root" + "/", "/tmp" + "/", "/Users" + "/", "C:" + "\\\\"):
        assert trace not in text
    words = " ".join("".join(cell["source"]) for cell in cells(path)).lower()
    assert any(said in words for said in ("small", "too few", "not enough"))
