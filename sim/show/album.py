"""The album: pictures held ready, drawn side by side before a page and its files ask for them.

It looks at specifications and holds bytes while it is open; it changes nothing. A picture it does
not hold is drawn where it is asked for, so an album saves time and never changes a byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from sim.show.alt import Shown

if TYPE_CHECKING:
    from sim.experiment.ensemble import Progress

Images = Mapping[str, bytes]  # 'landscape.svg' and its kind to bytes
Wanted = tuple[Shown, bool]  # a picture, and whether files of it are wanted beside the page's
_open: ContextVar[dict[tuple[str, str], tuple[Shown, Images]]] = ContextVar("album")


def held(spec: Shown) -> Images:
    """What the open album holds of exactly this picture; nothing where it has none."""
    kept, images = _open.get({}).get(_place(spec), (None, {}))
    return images if _same(kept, spec) else {}


@contextmanager
def drawn_by(
    work: Callable[[Wanted], Images],
    wanted: Sequence[Wanted],
    jobs: int | None,
    progress: Progress | None = None,
) -> Iterator[None]:
    """Open an album of what `work` draws for each wanted picture, in up to `jobs` processes.

    Raises KeyboardInterrupt on Ctrl-C.
    """
    from concurrent.futures.process import BrokenProcessPool

    from sim.experiment import ensemble, tasks

    if progress is not None:
        progress(0, len(wanted), "")
    drawn: dict[int, Images] = {}
    try:
        most = jobs or ensemble.default_jobs(len(wanted))
        tasks.spread(work, wanted, most, progress, drawn)
    except ensemble.Interrupted:
        raise KeyboardInterrupt from None  # the run itself is whole
    except (
        BrokenProcessPool
    ):  # a worker was killed, perhaps for memory: the rest is drawn on asking
        pass
    pages = {_place(wanted[at][0]): (wanted[at][0], images) for at, images in drawn.items()}
    before = _open.set(pages)
    try:
        yield
    finally:
        _open.reset(before)


def _same(one: Any, other: Any) -> bool:
    """Whether two pictures say the same, clouds of points and numbers that are none included."""
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        names = (each.name for each in fields(one))
        return all(_same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    if hasattr(one, "tobytes"):
        alike = one.dtype == other.dtype and one.shape == other.shape
        return bool(alike and one.tobytes() == other.tobytes())
    return bool(one == other or (one != one and other != other))


def _place(spec: Shown) -> tuple[str, str]:
    return type(spec).__name__, spec.name
