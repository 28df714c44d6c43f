"""Running the members of an ensemble side by side, and surviving what goes wrong.

Workers come from loky, which notices a killed worker at once. Members travel through their own
files, never through the pool, so nothing finished is lost. It may look at members; it writes the
`members` folder and starts processes, the only room that does.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import UserMistake
from sim.experiment import atomic, claim, member
from sim.experiment.request import Request

Progress = Callable[[int, int, str], None]

# One thread each: workers must not fight over cores, and sums must not depend on the core count.
_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
)
_TRIES = 2
_CRASHES_IN_A_ROW = 5
_IDLE_SECONDS = 60.0
_LEFTOVER_SECONDS = 3600.0
_BLINK_SECONDS = 0.002
_OBJECTS_BETWEEN_SEARCHES = 20_000
_KILLED = "its worker process was killed (often a sign of too little memory)"


class Interrupted(Exception):
    """The run was stopped by its user; finished members are kept.

    `failed`: members that had failed by then; `shown`: whether the results of those that finished
    were written too, marked partial.
    """

    def __init__(
        self, kept: int, asked: int, folder: Path | None, failed: Sequence[Failed] = ()
    ) -> None:
        self.kept, self.asked, self.folder, self.failed = kept, asked, folder, tuple(failed)
        self.shown = False
        where = f" in {folder}. Run the same command again to resume" if folder else ""
        super().__init__(f"Stopped. {kept} of {asked} members are kept{where}.")

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.kept, self.asked, self.folder, self.failed))


@dataclass(frozen=True)
class Failed:
    """A member that could not be lived, and why."""

    member: int
    seed: int
    error: str


@dataclass
class Outcome:
    """Which members are there, which are not, and how long each took."""

    finished: list[int] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    resumed: list[int] = field(default_factory=list)
    seconds: dict[int, float] = field(default_factory=dict)


def run_members(
    request: Request,
    folder: Path,
    jobs: int,
    progress: Progress | None = None,
    in_process: bool = False,
) -> Outcome:
    """Live every member not yet in `folder`; return what became of each.

    A member that raises is tried once more, then recorded. Raises UserMistake for a request the
    model cannot meet or a folder of another run, FolderTrouble for the disk, Interrupted on
    Ctrl-C. `in_process` runs without workers, for places that have none.
    """
    atomic.make_folder(folder / "members")
    atomic.sweep(folder / "members", _LEFTOVER_SECONDS)
    claim.take(request, folder)
    effort = _Effort(request, folder, progress)
    try:
        with stop_signals_as_ctrl_c():
            effort.resume()
            if in_process or sys.platform == "emscripten":
                effort.here()
            else:
                effort.side_by_side(jobs)
    except KeyboardInterrupt:
        # A file is whole or absent, so those present are those kept.
        kept = sum(member.path_of(folder, each).exists() for each in range(request.members))
        raise Interrupted(kept, request.members, folder, effort.outcome.failed) from None
    effort.outcome.finished.sort()
    effort.outcome.failed.sort(key=lambda each: each.member)
    return effort.outcome


class _Effort:
    """The members still to do, and what has become of the others."""

    def __init__(self, request: Request, folder: Path, progress: Progress | None) -> None:
        self.request, self.folder, self.progress = request, folder, progress
        self.outcome = Outcome()
        self.waiting: deque[int] = deque()
        self.tries: dict[int, int] = {}
        # Members in flight when a worker died: each is then run alone, so that the one to blame
        # is known and one that needs much memory has the machine to itself.
        self.suspects: deque[int] = deque()

    def tell(self, note: str) -> None:
        if self.progress is not None:
            done = len(self.outcome.finished) + len(self.outcome.failed)
            self.progress(done, self.request.members, note)

    def resume(self) -> None:
        for each in range(self.request.members):
            if member.is_finished(self.request, self.folder, each):
                self.outcome.finished.append(each)
                self.outcome.resumed.append(each)
            else:
                self.waiting.append(each)
        self.tell(
            f"{len(self.outcome.resumed)} members already there" if self.outcome.resumed else ""
        )

    def here(self) -> None:
        while self.waiting:
            each = self.waiting.popleft()
            try:
                self.done(each, member.finish(self.request, self.folder, each))
            except UserMistake:
                raise
            except Exception as error:
                self.stumble(each, error)

    def done(self, each: int, seconds: float) -> None:
        self.outcome.finished.append(each)
        self.outcome.seconds[each] = seconds
        self.tell(f"member {each} finished")

    def stumble(self, each: int, error: BaseException | str) -> None:
        self.tries[each] = self.tries.get(each, 0) + 1
        if self.tries[each] < _TRIES:
            self.waiting.appendleft(each)
            self.tell(f"member {each} failed and is tried again")
        else:
            self.give_up(each, error)

    def give_up(self, each: int, error: BaseException | str) -> None:
        words = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        self.outcome.failed.append(Failed(each, self.request.seed + each, words))
        self.tell(f"member {each} failed")

    def side_by_side(self, jobs: int) -> None:
        crashes = 0
        while self.waiting or self.suspects:
            before = len(self.outcome.finished)
            if self._until_a_worker_dies(jobs):
                continue
            crashes = 1 if len(self.outcome.finished) > before else crashes + 1
            if crashes >= _CRASHES_IN_A_ROW:
                for each in (*self.suspects, *self.waiting):
                    self.give_up(each, f"stopped after {crashes} crashes in a row: {_KILLED}")
                return

    def _until_a_worker_dies(self, jobs: int) -> bool:
        """Run with one pool; return False when a worker died and the pool is gone."""
        from joblib.externals.loky.process_executor import BrokenProcessPool, TerminatedWorkerError

        alone = bool(self.suspects)
        queue = self.suspects if alone else self.waiting
        width = 1 if alone else max(1, min(jobs, len(queue)))
        pool = workers(width)
        flight: dict[Future[float], int] = {}
        try:
            while queue or flight:
                while queue and len(flight) < width:
                    # No more in flight than workers, so a crash names its few suspects.
                    with ctrl_c_later():
                        each = queue[0]
                        future = pool.submit(member.finish, self.request, self.folder, each)
                        flight[future] = queue.popleft()
                ready, _ = wait(flight, return_when=FIRST_COMPLETED)
                for future in ready:
                    each = flight[future]
                    error = future.exception()
                    if isinstance(error, BrokenProcessPool):
                        raise error
                    del flight[future]
                    if isinstance(error, UserMistake):
                        raise error
                    if error is None:
                        self.done(each, future.result())
                    elif alone:
                        self.tries[each] = self.tries.get(each, 0) + 1
                        self.give_up(each, error)
                    else:
                        self.stumble(each, error)
        except TerminatedWorkerError:
            self._after_a_crash(sorted(flight.values()), alone, _KILLED)
            return False
        except BrokenProcessPool as error:
            self._after_a_crash(sorted(flight.values()), alone, f"its worker failed: {error}")
            return False
        finally:
            with ctrl_c_later():
                until_all_are_taken(flight)
                pool.shutdown(wait=True, kill_workers=True)
        return True

    def _after_a_crash(self, flight: list[int], alone: bool, reason: str) -> None:
        for each in flight:
            # A member may have finished its file just before the pool went down.
            if member.is_finished(self.request, self.folder, each):
                self.outcome.finished.append(each)
                self.tell(f"member {each} finished")
            elif alone:
                self.give_up(each, reason)
            else:
                self.suspects.append(each)
                self.tell("a worker was killed; starting again with those left")


def workers(width: int) -> Any:
    """Return a pool of up to `width` processes: one thread each, deaf to Ctrl-C, idle a minute.

    Hand it tasks inside `ctrl_c_later`, so that a worker is deaf from its first moment.
    """
    from multiprocessing import resource_tracker as pythons

    from joblib.externals.loky.backend import resource_tracker as lokys
    from joblib.externals.loky.process_executor import ProcessPoolExecutor

    # Starting a keeper of shared resources ends any hold on Ctrl-C. Started on the way to the
    # first worker, it let a terminal's Ctrl-C into that worker's imports and onto the screen.
    for keeper in (pythons, lokys):
        keeper.ensure_running()
    return ProcessPoolExecutor(
        max_workers=width,
        timeout=_IDLE_SECONDS,
        env=_ONE_THREAD,
        initializer=_settle_in,
        initargs=(os.getpid(),),
    )


def until_all_are_taken(flight: Iterable[Future[Any]]) -> None:
    """Wait a moment: a pool told to stop trips over a task handed in but not yet taken up."""
    until = time.monotonic() + 1
    while time.monotonic() < until and not all(each.running() or each.done() for each in flight):
        time.sleep(_BLINK_SECONDS)


def _settle_in(main_process: int) -> None:
    """Prepare a worker: deaf to Ctrl-C, and gone within a second of its main process."""
    # In a terminal Ctrl-C reaches every process; a worker's own traceback would only confuse.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)  # as in `cli_start`, and for the same reason

    def watch() -> None:
        while os.getppid() == main_process:
            time.sleep(1)
        os._exit(1)

    if os.name == "posix":
        threading.Thread(target=watch, daemon=True).start()


@contextlib.contextmanager
def ctrl_c_later() -> Iterator[None]:
    """Hold Ctrl-C back until the block ends: it must not fall between two halves of a step."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def stop_signals_as_ctrl_c() -> Iterator[None]:
    """Treat a polite request to stop (SIGTERM, a closed terminal) as Ctrl-C inside the block."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    earlier = {}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Only the main thread may change handlers; a handler of the caller's own is left alone.
        with contextlib.suppress(ValueError):
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                earlier[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def default_jobs(members: int) -> int:
    """Return as many workers as this machine has cores for, at most one a member."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, members))
