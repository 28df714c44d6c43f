"""Watching the model in Mesa's SolaraViz: Step steps, Reset begins again, the graph is readable."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import UserMistake

SMALL = {"place": "Hartlepool", "residents": 400, "years": 1, "plan": "bevy_hub", "rng": 2}


@pytest.fixture(scope="module")
def viz() -> Any:
    """The room under test, opened late: Solara takes each process that collects two seconds."""
    from sim import viz

    return viz


@pytest.fixture
def model(viz: Any) -> Any:
    return viz.WatchedModel(**SMALL)


def test_the_people_drawn_are_few_known_to_one_another_and_the_same_each_time(
    model: Any,
    viz: Any,
) -> None:
    seen = model.people_seen
    assert 10 <= len(seen) <= viz.SEEN
    assert viz.people_seen(viz.WatchedModel(**SMALL)) == seen
    import networkx as nx

    part = viz._people_only(model.graph).subgraph(seen)
    assert nx.is_connected(part)


def test_the_picture_names_every_level_and_kind_of_tie_in_words(model: Any, viz: Any) -> None:
    model.step()
    figure = viz.draw_graph(model)
    words = [each.get_text() for each in figure.axes[0].get_legend().get_texts()]
    for level, *_ in viz.LEVELS:
        assert any(word.startswith(level) for word in words)
    counted = sum(int(word.rsplit(": ", 1)[1]) for word in words if ": " in word)
    shown = int(figure.axes[0].get_title().split()[0])
    assert counted == shown <= len(model.people_seen)
    assert "month 1" in figure.axes[0].get_title()


def test_colour_is_never_alone(viz: Any) -> None:
    assert len({mark for _, _, mark, _ in viz.LEVELS}) == len(viz.LEVELS)


# People, not shares: the page says how many in every 1,000.
AS_SHOWN = {"often_lonely_share": 1000, "crises_per_1000": 1, "hub_attender_share": 1000}


def test_the_lines_show_what_the_model_measured(model: Any, viz: Any) -> None:
    for _ in range(2):
        model.step()
    for measure in viz.WATCHED:
        axes = viz.draw_line(model, measure).axes[0]
        drawn = axes.lines[0].get_ydata()
        assert len(drawn) == 2
        assert drawn[-1] == getattr(model, measure) * AS_SHOWN[measure]
        assert ("people in every 1,000" in axes.get_title(loc="left")) == (AS_SHOWN[measure] > 1)
        assert all(float(each).is_integer() for each in axes.get_xticks()), "part of a month"


def test_the_drawing_says_it_is_one_world(model: Any, viz: Any) -> None:
    assert "not what a plan does" in viz.draw_graph(model).axes[0].get_title()


def test_watching_changes_nothing(model: Any, viz: Any) -> None:
    from sim.model import CommunityModel

    plain = CommunityModel(**SMALL)
    for _ in range(3):
        plain.step()
        model.step()
        viz.draw_graph(model)
    assert model.often_lonely_share == plain.often_lonely_share
    assert model.crises_per_1000 == plain.crises_per_1000


def test_a_setting_the_model_does_not_have_is_a_plain_sentence(viz: Any) -> None:
    with pytest.raises(UserMistake, match="no setting"):
        viz.page(towns=3)


def test_step_steps_and_reset_begins_again_with_what_was_chosen(viz: Any) -> None:
    """As a researcher would: SolaraViz rendered, its own buttons pressed."""
    import ipyvuetify
    import solara

    page = solara.AppLayout(children=[viz.page(**SMALL)])
    _, shown = solara.render(page, handle_error=False)
    try:
        assert clock(shown) == "Time: 0.0"
        press(shown, "Step")
        press(shown, "Step")
        assert clock(shown) == "Time: 2.0"
        assert len(images(shown)) == 1 + len(viz.WATCHED)
        plan = shown.find(ipyvuetify.Select, label="Plan").widget
        plan.v_model = "baseline"
        press(shown, "Reset")
        assert clock(shown) == "Time: 0.0"
        press(shown, "Step")
        assert clock(shown) == "Time: 1.0"
    finally:
        shown.close()


def press(shown: Any, name: str) -> None:
    import ipyvuetify

    button = next(each for each in shown.find(ipyvuetify.Btn).widgets if name in each.children)
    assert not button.disabled
    button.click()


def clock(shown: Any) -> str:
    import ipyvuetify

    said = [each.children for each in shown.find(ipyvuetify.Html, tag="span").widgets]
    return next(str(each[0]) for each in said if each and str(each[0]).startswith("Time"))


def images(shown: Any) -> list[Any]:
    """Drawings with something in them, each told in words too."""
    import solara

    drawn = [each.attributes for each in shown.find(solara.widgets.HTML, tag="img").widgets]
    return [each for each in drawn if len(each["src"]) > 1_000 and each["alt"]]


def test_every_drawing_has_words_with_its_numbers(model: Any, viz: Any) -> None:
    assert "nothing yet" in viz.line_words(model, viz.WATCHED[0])
    model.step()
    said = viz.graph_words(model)
    people = sum(int(each.split()[0]) for each in said.split(": ", 1)[1].split(";"))
    assert said.startswith(f"{people} of {len(model.residents):,} simulated residents")
    assert "month 1" in said and all(words in said for words, *_ in viz.LEVELS)
    for measure in viz.WATCHED:
        shown = getattr(model, measure) * AS_SHOWN[measure]
        assert f"{shown:.3g} in month 1" in viz.line_words(model, measure)
