"""Tasks of an analysis, done side by side: one result, or one file, for each.

Beside `ensemble`, which knows members and their folder, this knows only a function and its tasks.
It uses the same workers: deaf to Ctrl-C, one thread each, gone with their main process. No more
tasks are handed in than there are workers, so that a stop finds none waiting in the pool.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from typing import Any

from sim.experiment.ensemble import (
    Interrupted,
    Progress,
    ctrl_c_later,
    stop_signals_as_ctrl_c,
    until_all_are_taken,
    workers,
)


def work_through(
    work: Callable[[Any], None], tasks: Sequence[Any], jobs: int, progress: Progress | None = None
) -> None:
    """Do `work(task)` for every task in workers; what a task finds it keeps in its own file."""
    with closing(_as_finished(work, tasks, jobs)) as finished:
        for number, _ in enumerate(finished, start=1):
            if progress is not None:
                progress(number, len(tasks), "")


def spread[Task, Done](
    work: Callable[[Task], Done],
    tasks: Sequence[Task],
    jobs: int,
    progress: Progress | None = None,
    done: dict[int, Done] | None = None,
) -> list[Done]:
    """`work` done for each task, in up to `jobs` processes; results in the order of the tasks.

    The first error ends it; raises Interrupted on Ctrl-C. `work` is found by name in a worker.
    `done` is filled as tasks finish, by place in `tasks`: after an error it holds what was done.
    """
    done = {} if done is None else done
    tell = progress or (lambda _done, _asked, _note: None)
    alone = min(jobs, len(tasks)) < 2 or sys.platform == "emscripten"
    try:
        with (
            stop_signals_as_ctrl_c(),
            closing(
                _one_by_one(work, tasks) if alone else _as_finished(work, tasks, jobs)
            ) as finished,
        ):
            for which, result in finished:
                done[which] = result
                tell(len(done), len(tasks), "")
    except KeyboardInterrupt:
        raise Interrupted(0, len(tasks), None) from None
    return [done[which] for which in range(len(tasks))]


def _one_by_one(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Generator[tuple[int, Any]]:
    for which, task in enumerate(tasks):
        yield which, work(task)


def _as_finished(
    work: Callable[[Any], Any], tasks: Sequence[Any], jobs: int
) -> Generator[tuple[int, Any]]:
    """Each task's place and result as workers finish them; the first error ends it."""
    waiting, flight = deque(enumerate(tasks)), dict[Future[Any], int]()
    width = max(1, min(jobs, len(tasks)))
    pool = workers(width)
    try:
        with stop_signals_as_ctrl_c():
            while waiting or flight:
                while waiting and len(flight) < width:
                    which, task = waiting.popleft()
                    with ctrl_c_later():
                        flight[pool.submit(work, task)] = which
                for each in wait(flight, return_when=FIRST_COMPLETED).done:
                    yield flight.pop(each), each.result()
    finally:
        with ctrl_c_later():
            until_all_are_taken(flight)
            pool.shutdown(wait=True, kill_workers=True)
