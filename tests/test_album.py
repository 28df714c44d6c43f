"""Pictures drawn ahead, side by side: the same bytes, only sooner."""

from __future__ import annotations

import base64
import math
from dataclasses import replace
from pathlib import Path

import pytest
from show_fixture import folder as made_up

from sim.cli_screen import Progress
from sim.show import album, gallery
from sim.show.alt import Shown
from sim.show.export import SIZES
from sim.show.figures import FigureSpec, Series
from sim.show.frame import PAGE_SIZES
from sim.show.saved import open_results

ZERO = Series("A hub", "all", (1, 2), (0.0, -1.0), (0.0, -2.0), (0.0, math.nan), "1 fewer")
SPEC = FigureSpec(
    "made_up", "difference", "crises_per_1000", "Crises fell", "By year", "Made up", "crises",
    (ZERO,), 8, "",
)  # fmt: skip


def marked(wanted: tuple[Shown, bool]) -> dict[str, bytes]:
    """What a worker would bring, told from anything drawn."""
    spec, files = wanted
    kinds = ("svg", "png") if files else ("svg",)
    sizes = {*SIZES, *PAGE_SIZES}
    return {f"{size}.{kind}": svg_of(spec.name, size) for size in sizes for kind in kinds}


def svg_of(name: str, size: str) -> bytes:
    return f'<svg width="72pt" height="144.4pt">{name} {size}</svg>'.encode()


def test_a_picture_held_is_what_the_page_and_its_files_take(tmp_path: Path) -> None:
    with album.drawn_by(marked, [(SPEC, True)], jobs=1):
        again = replace(SPEC, series=(replace(ZERO, high=(0.0, float("nan"))),))
        shown = gallery.on_page(again)
        inside = [base64.b64decode(each.partition(",")[2]) for each in (shown.image, shown.phone)]
        assert inside == [svg_of("made_up", size) for size in PAGE_SIZES]
        assert shown.phone_size == (100, 201)  # an inch across, two and a bit down
        assert (tmp_path / "made_up_square.png") in gallery.write(again, tmp_path)
    assert (tmp_path / "made_up_square.png").read_bytes() == svg_of("made_up", "square")
    assert album.held(SPEC) == {}


def test_a_picture_that_says_anything_else_is_drawn_anew() -> None:
    with album.drawn_by(marked, [(SPEC, False)], jobs=1):
        assert album.held(SPEC)
        other = replace(SPEC, series=(replace(ZERO, value=(0.0, -1.5)),))
        for spec in (other, replace(SPEC, title="Crises rose"), replace(SPEC, name="another")):
            assert album.held(spec) == {}


def test_progress_begins_again_with_the_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(silent=False) as progress:
        progress(6, 6)
        progress.turn_to("pictures")
        progress(1, 22)
        progress(22, 22)
    told = capsys.readouterr().err.splitlines()
    assert told == ["6 of 6 runs done", "1 of 22 pictures done", "22 of 22 pictures done"]


@pytest.mark.slow
def test_pictures_do_not_depend_on_how_many_processes_drew_them(tmp_path: Path) -> None:
    saved = open_results(made_up(tmp_path, members=3, years=3))
    specs = gallery.over_time(saved, ["lonely", "crises"], ["difference", "reached"])
    found = []
    for jobs in (1, 2):
        with album.drawn_by(gallery._images, [(each, True) for each in specs], jobs):
            found.append([dict(album.held(each)) for each in specs])
    assert found[0] == found[1] and len(found[0]) == 4
    assert all(len(each) == len(SIZES) + 2 for each in found[0])
