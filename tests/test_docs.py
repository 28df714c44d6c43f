"""Promises of the pages: what they name exists, and what is made from the code is up to date."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest
from docs_scripts import script

from sim.evidence.registry import registry
from sim.outcomes import MEASURES
from sim.world.people import RESIDENT_COLUMNS

DOCS = Path(__file__).resolve().parents[1] / "docs"
SIM = DOCS.parent / "sim"
DOTTED = re.compile(r"`([a-z]\w*(?:\.[A-Za-z_]\w*)+)`")
NAME = re.compile(r"`([a-z]\w*_\w+)`")
NOT_OURS = {"this_type"}


def named_in(text: str) -> list[str]:
    """Every `module.function` of ours that a page names (files and packages of others aside)."""
    rooms = {path.stem for path in SIM.iterdir()}
    found = DOTTED.findall(text)
    return [each for each in found if each.split(".")[0] in rooms and not each.endswith(".md")]


def exists(name: str) -> bool:
    """Whether `agents.hub.join` and the like can be found in `sim`."""
    parts = ["sim", *name.split(".")]
    for cut in range(len(parts), 0, -1):
        module = ".".join(parts[:cut])
        try:
            there: object = importlib.import_module(module)
        except ModuleNotFoundError as missing:
            if missing.name is not None and not module.startswith(missing.name):
                raise
            continue
        for attribute in parts[cut:]:
            if not hasattr(there, attribute):
                return False
            there = getattr(there, attribute)
        return True
    return False


def test_the_tables_are_those_of_the_code() -> None:
    written = (DOCS / "tables.md").read_text(encoding="utf-8")
    assert script("make_tables").page() == written, "run: python docs/make_tables.py"


def test_the_parameters_are_those_of_the_registry() -> None:
    written = (DOCS / "parameters.md").read_text(encoding="utf-8")
    assert script("make_tables").parameters() == written, "run: python docs/make_tables.py"


def test_the_diagrams_are_those_of_the_code_and_come_out_the_same_twice() -> None:
    diagrams = script("make_diagrams")
    for name, draw in diagrams.DIAGRAMS.items():
        kept = (DOCS / "diagrams" / name).read_bytes()
        drawn = draw()
        assert drawn == draw()
        assert without_drawing(drawn) == without_drawing(kept), "run: python docs/make_diagrams.py"


def without_drawing(svg: bytes) -> list[str]:
    """The words of a picture: another release of the drawing library may round a line otherwise."""
    return re.findall(r">([^<>\n]*\w[^<>\n]*)<", svg.decode("utf-8"))


def test_the_month_and_the_arrows_are_whole() -> None:
    from sim.agents.arrows import CUTS

    diagrams = script("make_diagrams")
    assert [phase.method for phase in diagrams.month()][:2] == ["turn_calendar", "live_and_die"]
    assert len(diagrams.month()) == 10
    graph = diagrams.arrow_graph()
    assert {name for kind, name in graph if kind == "arrow"} == set(CUTS)
    for kind, name in graph:
        if kind != "room":
            assert list(graph.successors((kind, name))), f"{name} leads nowhere"
    assert list(graph.successors(("number", "company_hub"))) == [("room", "agents/feelings.py")]


def test_the_model_page_has_the_seven_elements_and_eleven_concepts_of_odd() -> None:
    text = (DOCS / "model.md").read_text(encoding="utf-8")
    elements = (
        "Purpose and patterns", "Entities, state variables and scales",
        "Process overview and scheduling", "Design concepts", "Initialisation", "Input data",
        "Submodels",
    )  # fmt: skip
    assert re.findall(r"^## \d\. (.*)$", text, flags=re.MULTILINE) == list(elements)
    concepts = (
        "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction",
        "Sensing", "Interaction", "Stochasticity", "Collectives", "Observation",
    )  # fmt: skip
    part = text[text.index("## 4. ") : text.index("## 5. ")]
    for concept in concepts:
        assert re.search(rf"\*\*{concept}\.\*\* \w", part), concept


OF_THE_MODEL = ("calibration", "councils", "england", "fit", "forward", "validation")


@pytest.mark.parametrize("page", [f"{each}.md" for each in OF_THE_MODEL])
def test_a_page_of_the_models_numbers_names_its_command_and_its_day(page: str) -> None:
    head = (DOCS / page).read_text(encoding="utf-8").split("\n\n")[1]
    assert re.match(
        r"Written by `python -m sim [a-z].* --write docs/.*` on \d{4}-\d\d-\d\d\.", head
    )


@pytest.mark.parametrize("page", ["model.md", "limits.md"])
def test_every_function_a_page_names_exists(page: str) -> None:
    names = named_in((DOCS / page).read_text(encoding="utf-8"))
    assert [name for name in names if not exists(name)] == []


def test_the_model_page_names_a_function_for_every_phase() -> None:
    names = set(named_in((DOCS / "model.md").read_text(encoding="utf-8")))
    source = (SIM / "model.py").read_text(encoding="utf-8")
    step = source[source.index("def step") : source.index("def turn_calendar")]
    phases = re.findall(r"self\.(\w+)\(\)", step)
    assert len(phases) > 5
    assert {f"model.CommunityModel.{phase}" for phase in phases} <= names


def test_every_number_and_column_the_model_page_names_exists() -> None:
    text = (DOCS / "model.md").read_text(encoding="utf-8")
    known = {*(row.key for row in registry()), *RESIDENT_COLUMNS, *MEASURES, *NOT_OURS}
    settings = "gbp_per_head ramp_months".split()
    blocks = re.findall(r"^    .*$", text, flags=re.MULTILINE)
    names = set(NAME.findall(text))
    names |= set(re.findall(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b", "\n".join(blocks)))
    starts = {key[: at.start()] for key in known for at in re.finditer("_", key)}
    assert len(names) > 100
    assert sorted(names - known - starts - set(settings)) == []


def test_a_name_that_is_gone_is_noticed() -> None:
    assert exists("agents.hub.join")
    assert exists("model.CommunityModel.step")
    assert not exists("model.CommunityModel.no_such_phase")
    assert not exists("agents.hub.no_such_rule")
    assert not exists("agents.no_such_room.join")
    assert "sim.agents.hub" in sys.modules
    assert named_in("`agents.hub.gone` and `numpy.array` and `model.md`") == ["agents.hub.gone"]
