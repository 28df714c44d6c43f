"""Watching the model in Mesa's own SolaraViz: step by step, with a part of the social graph.

    from sim import viz
    viz.page(place="Hartlepool", residents=1_000, plan="bevy_hub")

in a notebook, or `solara run sim.viz` at a prompt. It looks at a model and draws it; the only
thing it changes is the model's clock, when somebody presses Step.
"""

# solara's types leave out what it exports.
# mypy: disable-error-code="attr-defined, no-untyped-call"

from __future__ import annotations

import base64
import io
from collections import deque
from typing import TYPE_CHECKING, Any

import mesa
import networkx as nx
import numpy as np
import solara
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

from sim.agents.feelings import often_lonely_chance
from sim.model import CommunityModel
from sim.viz_names import names

if TYPE_CHECKING:
    from numpy.typing import NDArray

WATCHED = ("often_lonely_share", "crises_per_1000", "hub_attender_share")
START: dict[str, Any] = {
    "place": "Brighton and Hove", "residents": 1_000, "years": 5, "plan": "bevy_hub", "rng": 1,
}  # fmt: skip
SEEN = 60  # people drawn: more are a hairball
# Colour, shape and words together, so that none of them is needed alone.
LEVELS = (
    ("rarely often lonely (under 1 in 10)", 0.1, "o", "#28A197"),
    ("sometimes (1 in 10 to 1 in 2)", 0.5, "s", "#F46A25"),
    ("likely often lonely (over 1 in 2)", 1.0, "^", "#801650"),
)
KINDS = {
    "household": ("same home", "-", "#3D3D3D", 2.2),
    "kin": ("family", "--", "#12436D", 1.1),
    "friend": ("friend", "-", "#8C8C8C", 0.9),
    "interest": ("friend", "-", "#8C8C8C", 0.9),
    "neighbour": ("neighbour", ":", "#8C8C8C", 0.9),
    "companion": ("companion at a hub", "-.", "#F46A25", 1.4),
}


class WatchedModel(CommunityModel):
    """The model with Mesa's data collector, which writes down what the lines show each month."""

    def __init__(self, scenario: Any = None, **overrides: Any) -> None:
        super().__init__(scenario, **overrides)
        self.datacollector = mesa.DataCollector(model_reporters={key: key for key in WATCHED})
        self.people_seen = people_seen(self)

    def step(self) -> None:
        """One month, written down."""
        super().step()
        self.datacollector.collect(self)


def people_seen(model: CommunityModel, number: int = SEEN) -> dict[int, tuple[float, float]]:
    """A small connected part of the social graph with a fixed place on the page for each person.

    From the resident with the most family inside, outwards along friends, family and homes, the
    closest first: identity -> (x, y). The same model gives the same people and places.
    """
    graph = _people_only(model.graph)
    if not graph:
        return {}
    first = max(graph, key=lambda each: (graph.degree(each), -each))
    seen, queue = {first: None}, deque([first])
    while queue and len(seen) < number:
        here = queue.popleft()
        known = sorted(graph[here], key=lambda each: (-graph[here][each]["strength"], each))
        for each in known[:6]:  # a few of each, or one person's circle fills the page
            if each not in seen and len(seen) < number:
                seen[each] = None
                queue.append(each)
    part = graph.subgraph(seen)
    places = nx.kamada_kawai_layout(part)
    return {each: (float(places[each][0]), float(places[each][1])) for each in sorted(seen)}


def _people_only(graph: nx.MultiGraph) -> nx.Graph:
    """Residents and their ties, the strongest of several between two people."""
    plain = nx.Graph()
    for one, two, tie in graph.edges(data=True):
        if isinstance(one, int) and isinstance(two, int) and tie["kind"] in KINDS:
            known = plain.get_edge_data(one, two)
            if known is None or known["strength"] < tie["strength"]:
                plain.add_edge(one, two, strength=tie["strength"], kind=tie["kind"])
    return plain


def _levels(model: CommunityModel, who: list[int]) -> dict[int, int]:
    """Which level of LEVELS each of these residents is in; those who have left are missing."""
    people = model.world.people
    rows: NDArray[np.int64] = people.row_of(np.array(who, dtype=np.uint64))
    here = rows >= 0
    z = people.z[rows[here]].astype(np.float64)
    chance = often_lonely_chance(z, model.norms.thresholds, model.p.answer_noise)
    cuts = [most for _, most, _, _ in LEVELS[:-1]]
    found = np.searchsorted(cuts, chance, side="right")
    kept = [each for each, there in zip(who, here.tolist(), strict=True) if there]
    return dict(zip(kept, found.tolist(), strict=True))


def draw_graph(model: WatchedModel) -> Figure:
    """The part of the social graph that is watched, as it is this month, with its legend."""
    places = model.people_seen
    levels = _levels(model, list(places))
    figure = Figure(figsize=(7.5, 6.5), layout="constrained")
    axes = figure.add_subplot()
    told: dict[str, Any] = {}
    for one, two, tie in _people_only(model.graph).edges(data=True):
        if one in levels and two in levels:
            words, line, colour, width = KINDS[tie["kind"]]
            (one_x, one_y), (two_x, two_y) = places[one], places[two]
            told[words] = axes.plot(
                [one_x, two_x], [one_y, two_y], line, color=colour, linewidth=width, zorder=1
            )[0]
    for level, (words, _, mark, colour) in enumerate(LEVELS):
        here = [places[each] for each, found in levels.items() if found == level]
        xs, ys = zip(*here, strict=True) if here else ((), ())
        told[f"{words}: {len(here)}"] = axes.scatter(
            xs, ys, s=70, marker=mark, color=colour, edgecolors="white", zorder=2
        )
    axes.set_axis_off()
    axes.set_title(
        f"{len(levels)} of {len(model.residents):,} residents, month {model.month}. Modelled.\n"
        "One world alone: it shows how the model works, not what a plan does.",
        fontsize=10,
    )
    axes.legend(
        list(told.values()), list(told), loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=2,
        fontsize=8, frameon=False,
    )  # fmt: skip
    return figure


def _told(model: WatchedModel, measure: str) -> tuple[str, str, list[float]]:
    """A measure's name, the unit of one month of it, and its months; shares as people in 1,000."""
    from sim.outcomes import MEASURES

    told = MEASURES[measure]
    values = [float(each) for each in model.datacollector.model_vars[measure]]
    if told.unit == "share":
        return told.label, "people in every 1,000", [1000 * each for each in values]
    return told.label, told.unit.replace("a year", "a month"), values  # events are not yet a year's


def draw_line(model: WatchedModel, measure: str) -> Figure:
    """One measure by month, from zero."""
    label, unit, values = _told(model, measure)
    figure = Figure(figsize=(7.5, 2.6), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(range(1, len(values) + 1), values, color="#12436D", marker="." if values else "")
    axes.set_ylim(0, 1.1 * max([*values, 0.0]) or 1.0)  # zero, and room over the line
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))  # no month is a quarter
    axes.set_xlabel("month")
    axes.set_title(f"{label}, {unit}", fontsize=10, loc="left")
    return figure


def graph_words(model: WatchedModel) -> str:
    """What the drawing of people says, for who cannot see it."""
    levels = _levels(model, list(model.people_seen))
    counts = [
        f"{sum(found == level for found in levels.values())} {words}"
        for level, (words, _, _, _) in enumerate(LEVELS)
    ]
    return (
        f"{len(levels)} of {len(model.residents):,} simulated residents and their ties in month "
        f"{model.month}: {'; '.join(counts)}. Modelled, not observed."
    )


def line_words(model: WatchedModel, measure: str) -> str:
    """What one line says: its first and its latest month."""
    label, unit, values = _told(model, measure)
    if not values:
        return f"{label} by month: nothing yet. Press Step."
    return (
        f"{label} by month, {unit}: {values[0]:.3g} in month 1, {values[-1]:.3g} in month "
        f"{len(values)}. Modelled, not observed."
    )


def _picture(figure: Figure, words: str) -> None:
    """A drawing with its words; solara's own figure has no place for them."""
    made = io.BytesIO()
    figure.savefig(made, format="png", bbox_inches="tight")
    source = f"data:image/png;base64,{base64.b64encode(made.getvalue()).decode()}"
    solara.HTML(tag="img", attributes={"src": source, "alt": words}, style="max-width: 100%")


@solara.component
def Graph(model: WatchedModel) -> None:
    """The watched part of the social graph; redrawn after each step."""
    update_counter.get()
    names()
    _picture(draw_graph(model), graph_words(model))


@solara.component
def Lines(model: WatchedModel) -> None:
    """Loneliness, crises and attendance, month by month."""
    update_counter.get()
    with solara.Column():
        for measure in WATCHED:
            _picture(draw_line(model, measure), line_words(model, measure))


def parameters(**settings: Any) -> dict[str, Any]:
    """What may be changed before Reset: Mesa's own descriptions of controls."""
    from sim.scenario import presets

    now = START | settings
    return {
        "place": now["place"],
        "plan": {
            "type": "Select",
            "value": now["plan"],
            "values": [plan.name for plan in presets()],
            "label": "Plan",
        },
        "residents": {
            "type": "SliderInt",
            "value": now["residents"],
            "label": "Residents",
            "min": 200,
            "max": 5_000,
            "step": 100,
        },
        "rng": {
            "type": "SliderInt",
            "value": now["rng"],
            "label": "Seed",
            "min": 1,
            "max": 100,
            "step": 1,
        },
        "years": now["years"],
    }


def page(**settings: Any) -> Any:
    """SolaraViz on the model: Step, Play, Reset, the graph and the lines.

    `settings` are those of `sim.settings.Settings`; those left out are START's. Raises UserMistake
    for a setting the model does not have.
    """
    model = WatchedModel(**(START | settings))
    return SolaraViz(
        model,
        components=[(Graph, 0), (Lines, 0)],
        model_params=parameters(**settings),
        name=f"{model.place.name}, simulated",
    )


@solara.component
def Page() -> None:
    """What `solara run sim.viz` shows."""
    model = solara.use_memo(lambda: WatchedModel(**START), [])
    SolaraViz(
        model,
        components=[(Graph, 0), (Lines, 0)],
        model_params=parameters(),
        name=f"{model.place.name}, simulated",
    )
