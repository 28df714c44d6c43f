"""Pictures drawn ahead, side by side: the same bytes, only sooner."""

from __future__ import annotations

import base64
import math
import multiprocessing
import os
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from show_fixture import EFFECTS
from show_fixture import folder as made_up

from sim.cli_screen import Progress
from sim.experiment import tasks
from sim.show import album, gallery, report
from sim.show.alt import Shown
from sim.show.export import SIZES
from sim.show.figures import FigureSpec, Series
from sim.show.frame import PAGE_SIZES
from sim.show.saved import CHART_MEASURES, open_results

ZERO = Series("A hub", "all", (1, 2), (0.0, -1.0), (0.0, -2.0), (0.0, math.nan), "1 fewer")
SIX = {f"plan_{each}": EFFECTS["bevy_hub"] for each in range(6)}
SIX_TITLES = {"baseline": "Nothing new"} | {each: f"Plan {each[-1]}" for each in SIX}
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


def falls(wanted: tuple[Shown, bool]) -> dict[str, bytes]:
    """A worker that the machine ends outright, as for want of memory."""
    if multiprocessing.parent_process() is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    return marked(wanted)


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_pictures_whose_worker_was_killed_are_drawn_when_asked_for() -> None:
    specs = [(replace(SPEC, name=f"made_up_{each}"), False) for each in range(4)]
    with album.drawn_by(falls, specs, jobs=2):
        assert all(album.held(spec) == {} for spec, _ in specs)


def falls_at_the_last(wanted: tuple[Shown, bool]) -> dict[str, bytes]:
    """A worker that draws three pictures and is ended at the fourth, when those are long done."""
    if wanted[0].name == "made_up_3":
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)
    return marked(wanted)


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_pictures_finished_before_a_worker_was_killed_are_kept() -> None:
    specs = [(replace(SPEC, name=f"made_up_{each}"), False) for each in range(4)]
    with album.drawn_by(falls_at_the_last, specs, jobs=2):
        assert all(album.held(spec) == marked((spec, False)) for spec, _ in specs[:3])
        assert album.held(specs[3][0]) == {}


def test_a_picture_held_is_to_the_byte_the_one_drawn_without_an_album(tmp_path: Path) -> None:
    saved = open_results(made_up(tmp_path, members=3, years=3))
    spec = gallery.over_time(saved, ["lonely"], ["difference"])[0]
    alone = gallery.on_page(spec)
    with album.drawn_by(gallery._images, [(spec, False), (spec, False)], jobs=2):
        assert album.held(spec)
        assert gallery.on_page(spec) == alone


def test_every_picture_a_page_of_many_plans_shows_is_drawn_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = open_results(made_up(tmp_path, members=2, years=3, effects=SIX, titles=SIX_TITLES))
    wanted: list[str] = []
    monkeypatch.setattr(
        album, "drawn_by", lambda _work, asked, *_: wanted.extend(spec.name for spec, _ in asked)
    )
    gallery.drawn_ahead(saved)
    assert {each for each in wanted if each.startswith("side_by_side_")}
    assert {spec.name for spec in report._charts(saved, CHART_MEASURES)} <= set(wanted)


def test_no_more_tasks_wait_in_a_pool_than_it_has_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool of processes that is stopped with tasks still waiting prints its own traceback."""
    flight: set[Future[int]] = set()
    most = []

    class Watched(ThreadPoolExecutor):
        def submit(self, work, /, *told, **more):
            flight.add(future := super().submit(work, *told, **more))
            most.append(sum(not each.done() for each in flight))
            return future

        def shutdown(self, wait: bool = True, **_: object) -> None:
            super().shutdown(wait)

    monkeypatch.setattr(tasks, "workers", Watched)
    assert tasks.spread(doubled, range(30), jobs=3) == [2 * each for each in range(30)]
    assert len(most) == 30 and max(most) <= 3


def doubled(task: int) -> int:
    """A task of a hundredth of a second."""
    time.sleep(0.01)
    return 2 * task


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
