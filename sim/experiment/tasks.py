"""Tasks of an analysis, done side by side: one result, or one file, for each.

Beside `ensemble`, which knows members and their folder, this knows only a function and its tasks.
It uses the same workers: deaf to Ctrl-C, one thread each, gone with their main process.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, as_completed, wait
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
    waiting, flight = deque(tasks), set[Future[None]]()
    width = max(1, min(jobs, len(tasks)))
    pool = workers(width)
    try:
        with stop_signals_as_ctrl_c():
            while waiting or flight:
                while waiting and len(flight) < width:
                    with ctrl_c_later():
                        flight.add(pool.submit(work, waiting.popleft()))
                ready, flight = wait(flight, return_when=FIRST_COMPLETED)
                for each in ready:
                    each.result()
                if progress is not None:
                    progress(len(tasks) - len(waiting) - len(flight), len(tasks), "")
    finally:
        with ctrl_c_later():
            until_all_are_taken(flight)
            pool.shutdown(wait=True, kill_workers=True)


def spread[Task, Done](
    work: Callable[[Task], Done], tasks: Sequence[Task], jobs: int, progress: Progress | None = None
) -> list[Done]:
    """`work` done for each task, in up to `jobs` processes; results in the order of the tasks.

    The first error ends it; raises Interrupted on Ctrl-C. `work` is found by name in a worker.
    """
    done: list[Done] = []
    tell = progress or (lambda _done, _asked, _note: None)
    pool = None
    try:
        with stop_signals_as_ctrl_c():
            if min(jobs, len(tasks)) > 1 and sys.platform != "emscripten":
                pool = workers(min(jobs, len(tasks)))
                with ctrl_c_later():
                    flight = [pool.submit(work, task) for task in tasks]
                for number, each in enumerate(as_completed(flight), start=1):
                    each.result()  # the first error, whichever task it is
                    tell(number, len(tasks), "")
                return [each.result() for each in flight]
            for task in tasks:
                done.append(work(task))
                tell(len(done), len(tasks), "")
    except KeyboardInterrupt:
        raise Interrupted(0, len(tasks), None) from None
    finally:
        if pool is not None:
            pool.shutdown(wait=True, kill_workers=True)
    return done
