"""A run keeps one person's story: the same life as told alone, and read back safely."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import show_fixture
import towns

from sim.experiment import member, run, stories, story_sample
from sim.show import report, story_kept
from sim.show.saved import open_results
from sim.show.story import Story
from sim.show.story_figures import WITH, specification

RESIDENTS, YEARS = 300, 2


class Fits:
    """A plan by name, with levers of these sums a head."""

    def __init__(self, name: str, **sums: float) -> None:
        self.name = name
        self.invest = [type("L", (), {"lever": key, "gbp_per_head": sums[key]}) for key in sums]


@pytest.fixture(scope="module")
def first_member() -> Any:
    """The first member of a run of hubs that open at once, and what it kept."""
    plan = towns.plan(towns.services(), towns.hubs())
    asked = run.build_request([plan], towns.PLACE, RESIDENTS, YEARS, 1, 1)
    base, model = member._begun(asked, story_sample.tell_first(asked.plans), 0)
    return asked, base, model, json.loads(json.dumps(story_sample.of_member(model, base)))


@pytest.fixture(scope="module")
def made(first_member: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up run whose plan is the one told of."""
    where = show_fixture.folder(tmp_path_factory.mktemp("kept") / "run", members=2, years=2)
    told = {0: {"bevy_hub": dict(first_member[3]), "baseline": {}}}
    assert story_sample.keep(where, told) and told[0]["bevy_hub"] == {}
    return where


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(made, tmp_path / "run"))


def test_lived_side_by_side_is_lived_alone(first_member: Any) -> None:
    asked, base, model, _ = first_member
    alone = member._lived(asked, asked.plans[0], 0)
    assert towns.same_diary(model, alone) and towns.who_differs(model, alone) == {}
    assert base.chronicle.lives.keys() == model.chronicle.lives.keys()


def test_the_story_kept_is_the_story_told_alone(first_member: Any, folder: Path) -> None:
    asked, *_, kept = first_member
    identity = kept[story_sample.KEY]["identity"]
    alone = stories.tell(asked.plans[0], identity, towns.PLACE, RESIDENTS, YEARS)
    pair = story_kept.kept(open_results(folder))
    assert pair is not None and str(pair.without.identity) == identity
    for life, told in ((alone.without, pair.without), (alone.with_plan, pair.with_plan)):
        whole = Story.of(life, towns.PLACE, "p")
        since = [each.text for each in whole.happened if each.month > told.months[0]
                 and each.kind not in ("lonelier", "less_lonely")]  # fmt: skip
        here = [each.text for each in told.happened if each.month > told.months[0]
                and each.kind not in ("lonelier", "less_lonely")]  # fmt: skip
        assert here == since and whole.ending == told.ending


def test_the_rule_is_said_and_followed(first_member: Any) -> None:
    _, _, model, kept = first_member
    told = kept[story_sample.KEY]
    assert "median" in told["rule"] and "the first " in told["rule"]
    life = model.chronicle.lives[int(told["identity"])]
    assert life.until_month - life.from_month >= story_sample.LEAST_MONTHS
    assert int(told["identity"]) in set(model.reached.tolist())
    assert 1 <= len(model.chronicle.lives) <= story_sample.FOLLOWED
    assert told["with"]["happenings"][0]["kind"] == "reached"
    assert not any(each["kind"] == "reached" for each in told["without"]["happenings"])


def test_the_plan_told_of_does_not_hang_on_the_order_asked() -> None:
    care, hub, calls = Fits("a", formal_services=90), Fits("b", hubs=6), Fits("c", befriending=9)
    for order in ([care, hub, calls], [calls, hub, care]):
        assert story_sample.plan_to_tell(order).name == "c"
        assert story_sample.tell_first(order)[0].name == "c"
    assert story_sample.plan_to_tell([care]) is None
    assert story_sample.plan_to_tell([object()]) is None  # a stand-in without levers


def test_nobody_followed_long_enough_is_no_story() -> None:
    assert story_sample.of_member(object(), object()) == {}


def test_the_report_and_the_charts_carry_it(folder: Path) -> None:
    saved = open_results(folder)
    page = report.page(saved, measures=())
    spec = next(story_kept.specifications(saved))
    assert 'id="story"' in page and spec.title in page and 'href="#story"' in page
    assert spec.title.startswith("An example, not a finding")
    assert "The plan reached them." in [line.text for world, line in spec.told if world == WITH]
    (folder / story_sample.FILE).unlink()
    assert 'id="story"' not in report.page(open_results(folder), measures=())


@pytest.mark.parametrize(
    ("name", "value"),
    [("scenario", "another"), ("identity", "x"), ("without", None), ("with", {}), ("rule", None),
     ("member", "<b>")],
)  # fmt: skip
def test_a_damaged_story_is_left_out(folder: Path, name: str, value: Any) -> None:
    path = folder / story_sample.FILE
    told = json.loads(path.read_text(encoding="utf-8"))
    if value is None:
        del told[name]
    else:
        told[name] = value
    path.write_text(json.dumps(told), encoding="utf-8")
    assert story_kept.kept(open_results(folder)) is None


def test_a_story_file_can_bring_no_words_of_its_own(folder: Path) -> None:
    path = folder / story_sample.FILE
    told = json.loads(path.read_text(encoding="utf-8"))
    for happening in told["with"]["happenings"]:
        happening["kind"] = "<script>alert(1)</script>"
    path.write_text(json.dumps(told), encoding="utf-8")
    assert story_kept.kept(open_results(folder)) is None
    path.write_text("{", encoding="utf-8")
    assert story_kept.kept(open_results(folder)) is None


def test_numbers_that_stand_together_do_not_lie_on_each_other(folder: Path) -> None:
    from sim.show import gallery

    pair = story_kept.kept(open_results(folder))
    assert pair is not None
    drawn = gallery.draw(specification(pair))
    axes = drawn.axes[0]
    spots = [np.array(each.get_position()) for each in axes.texts]
    wide, high = axes.get_xlim()[1] - axes.get_xlim()[0], 5.0
    for at, one in enumerate(spots):
        for two in spots[at + 1 :]:
            across, up = abs(one - two) / (wide, high)
            assert across > 0.04 or up > 0.04
