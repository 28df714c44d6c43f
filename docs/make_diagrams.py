"""Draws the two diagrams of the documentation from the code: the arrows and the month.

Run `python docs/make_diagrams.py` after changing either; a test says when it was forgotten. The
arrows are those of `sim/agents/arrows.py`, with the words a plan's file uses for them and the
rooms whose rules read their numbers; the month is `CommunityModel.step` in `sim/model.py`, phase
by phase, in the words of each phase's own docstring.
"""

from __future__ import annotations

import ast
import functools
import io
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import networkx as nx
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from sim.agents.arrows import CUTS
from sim.scenario_shape import Arrows

HERE = Path(__file__).parent
FOLDER = HERE / "diagrams"
SIM = HERE.parent / "sim"
DARK, BLUE, PALE = "#3d3d3d", "#12436d", "#eef3f8"
SIZE = 9


class Phase(NamedTuple):
    """One phase of a month: its name, what happens, and the method that does it."""

    name: str
    says: str
    method: str


def arrow_graph() -> nx.DiGraph:
    """From each arrow to the numbers it runs on, to the rooms whose rules read them."""
    graph = nx.DiGraph()
    for arrow, numbers in CUTS.items():
        words = str(Arrows.model_fields[arrow].description)
        graph.add_node(("arrow", arrow), says=words)
        for number in numbers:
            graph.add_edge(("arrow", arrow), ("number", number))
            for room in rooms_that_read(number):
                graph.add_edge(("number", number), ("room", room))
    return graph


def rooms_that_read(number: str) -> list[str]:
    """Rooms of the model whose rules use a number, as 'agents/feelings.py'."""
    found = []
    rooms = [*(SIM / "agents").glob("*.py"), *(SIM / "policies").glob("*.py"), SIM / "model.py"]
    for path in sorted(rooms):
        if path.name != "arrows.py" and number in _attributes(path):
            found.append(path.relative_to(SIM).as_posix())
    return found


@functools.cache
def _attributes(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return read | {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def month() -> list[Phase]:
    """The phases of a month, in the order `CommunityModel.step` calls them."""
    methods = _methods(SIM / "model.py", "CommunityModel")
    rules = _methods(SIM / "agents" / "resident.py", "Resident")
    found = []
    for node in methods["step"].body:
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        name = call.func.attr
        if name == "do" and isinstance(call.args[0], ast.Constant):
            rule = str(call.args[0].value)
            found.append(_phase(f"Feelings: {ast.get_docstring(rules[rule])}", rule))
        elif name in methods:
            found.append(_phase(str(ast.get_docstring(methods[name])), name))
    return found


def _phase(doc: str, method: str) -> Phase:
    first = " ".join(doc.split("\n\n")[0].split())
    name, _, says = first.partition(": ")
    return Phase(name, says[:1].upper() + says[1:], method)


def _methods(path: Path, of: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    house = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == of)
    return {each.name: each for each in house.body if isinstance(each, ast.FunctionDef)}


def draw_month() -> bytes:
    """The month as a column of boxes, first phase on top."""
    phases = month()
    figure, axes = _page(8.0, 0.72 * len(phases) + 0.5)
    for row, phase in enumerate(phases):
        y = len(phases) - row
        _box(axes, (0.02, y - 0.36), 0.27, 0.72, BLUE)
        axes.text(0.155, y, f"{row + 1}  {phase.name}", color="white", ha="center", va="center",
                  fontsize=SIZE + 1, weight="bold")  # fmt: skip
        _box(axes, (0.31, y - 0.36), 0.67, 0.72, PALE)
        axes.text(0.325, y, textwrap.fill(phase.says, 76), color=DARK, va="center", fontsize=SIZE)
        if row:
            axes.annotate("", (0.155, y + 0.36), (0.155, y + 0.64), arrowprops={
                "arrowstyle": "-|>", "color": DARK})  # fmt: skip
    axes.set_ylim(0.4, len(phases) + 0.6)
    names = ", ".join(phase.name.lower() for phase in phases)
    return _svg(figure, "One month of the model", f"The phases of a month, in order: {names}.")


def draw_arrows() -> bytes:
    """Arrows on the left, their numbers in the middle, the rooms they act in on the right."""
    graph = arrow_graph()
    places = _places(graph)
    tall = max(y for _, y in places.values()) + 1
    figure, axes = _page(11.0, 0.34 * tall + 0.7)
    for one, other in graph.edges:
        (x, y), (to_x, to_y) = places[one], places[other]
        right = x + _WIDE[one[0]]
        axes.annotate("", (to_x, to_y), (right, y), arrowprops={
            "arrowstyle": "-|>", "color": BLUE, "lw": 0.8, "shrinkA": 0, "shrinkB": 0})  # fmt: skip
    for (kind, name), (x, y) in places.items():
        _box(axes, (x, y - 0.4), _WIDE[kind], 0.8, BLUE if kind == "arrow" else PALE)
        said = f"{name}: {graph.nodes[kind, name]['says']}" if kind == "arrow" else name
        axes.text(x + 0.008, y, said, va="center", fontsize=SIZE - 1,
                  color="white" if kind == "arrow" else DARK)  # fmt: skip
    for kind, head in (
        ("arrow", "What a plan's file can cut ([arrows])"),
        ("number", "The number it runs on"),
        ("room", "The room whose rule reads it"),
    ):
        axes.text(_LEFT[kind], tall + 0.1, head, fontsize=SIZE, weight="bold", color=DARK)
    axes.set_ylim(0.2, tall + 0.8)
    told = []
    for arrow in CUTS:
        after = nx.descendants(graph, ("arrow", arrow))
        rooms = sorted(name for kind, name in after if kind == "room")
        told.append(f"{arrow} acts in {', '.join(rooms)}")
    return _svg(figure, "The arrows along which effects travel", "; ".join(told) + ".")


_LEFT = {"arrow": 0.01, "number": 0.475, "room": 0.805}
_WIDE = {"arrow": 0.40, "number": 0.265, "room": 0.185}


def _places(graph: nx.DiGraph) -> dict[tuple[str, str], tuple[float, float]]:
    """Left middle of every box: numbers in the order of their arrows, the others beside them."""
    numbers = [node for node in graph if node[0] == "number"]
    found = {node: (_LEFT["number"], float(len(numbers) - row)) for row, node in
             enumerate(numbers)}  # fmt: skip
    for kind, beside in (("arrow", graph.successors), ("room", graph.predecessors)):
        nodes = [node for node in graph if node[0] == kind]
        heights = {}
        for node in nodes:
            near = [found[each][1] for each in beside(node)]
            heights[node] = sum(near) / len(near)
        line = sorted(nodes, key=lambda node: (-heights[node], node))
        gap = (len(numbers) - 1) / max(len(line) - 1, 1)
        for row, node in enumerate(line):
            found[node] = (_LEFT[kind], len(numbers) - row * gap)
    return found


def _page(wide: float, tall: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(wide, tall))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, 1)
    axes.axis("off")
    return figure, axes


def _box(axes: Any, corner: tuple[float, float], wide: float, tall: float, colour: str) -> None:
    axes.add_patch(
        FancyBboxPatch(corner, wide, tall, boxstyle="square,pad=0", fc=colour, ec="none")
    )


def _svg(figure: Figure, title: str, says: str) -> bytes:
    """The figure as SVG: the same bytes every time, with a title and a text alternative."""
    page = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "sim", "svg.fonttype": "none"}):
        figure.savefig(page, format="svg", metadata={
            "Date": None, "Creator": None, "Title": title, "Description": says})  # fmt: skip
    text = page.getvalue().decode("utf-8")
    lines = [line.rstrip() for line in text.split("\n") if "<!--" not in line or "-->" not in line]
    opened = f'role="img" aria-label="{title}. {says}" xmlns='
    return "\n".join(lines).replace("xmlns=", opened, 1).encode("utf-8")


DIAGRAMS = {"month.svg": draw_month, "arrows.svg": draw_arrows}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, draw in DIAGRAMS.items():
        (FOLDER / name).write_bytes(draw())
