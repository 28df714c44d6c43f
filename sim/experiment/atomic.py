"""Writing a file whole or not at all.

A file is written under another name in the same folder, pushed to the disk, then renamed, so a
reader meets the old file or the new one and never half of either. Trouble with the disk becomes
one plain sentence. This room may look at nothing else in the house and changes only the file it
is asked for.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

from sim.errors import UserMistake

_LEFTOVER = ".unfinished"


class FolderTrouble(UserMistake):
    """The output folder cannot be used: full, read-only, missing or not a folder."""


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def explain(error: OSError, path: Path) -> FolderTrouble:
    """Return the plain sentence for what the disk said about `path`."""
    if error.errno in _FULL:
        return FolderTrouble(
            f"{path}: the disk is full. Free some space and run the same command again; "
            "members already finished are kept."
        )
    if error.errno in _FORBIDDEN:
        return FolderTrouble(
            f"{path}: this folder may not be written to. Choose another with --out."
        )
    if error.errno in {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}:
        return FolderTrouble(
            f"{path}: something that is not a folder is in the way. Choose another --out."
        )
    if error.errno == errno.ENAMETOOLONG:
        return FolderTrouble(f"{path.name[:40]}...: this name is too long. Choose a shorter --out.")
    if error.errno == errno.ENOENT:
        return FolderTrouble(
            f"{path}: the output folder disappeared while running. Run the same command again."
        )
    reason = (error.strerror or type(error).__name__).lower()
    return FolderTrouble(f"{path}: could not be written ({reason}). Choose another --out.")


@contextlib.contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Turn any disk error inside the block into a FolderTrouble about `path`."""
    try:
        yield
    except OSError as error:
        raise explain(error, path) from error


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a fresh path beside `path`; when the block succeeds it becomes `path` in one step.

    Raises FolderTrouble when the disk refuses; `path` then holds whatever it held before.
    """
    # The process number and a clock tick keep two processes in one folder apart.
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}{_LEFTOVER}")
    try:
        with plainly(path):
            yield fresh
            with fresh.open("rb+") as written:
                os.fsync(written.fileno())
            os.replace(fresh, path)
            _settle(path.parent)
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all."""
    with replacing(path) as fresh:
        fresh.write_bytes(content)


def write_page(path: Path, text: str) -> Path:
    """Write a page of words where a user named, making its folder; returns where.

    Raises UserMistake where that cannot be.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, text.encode())
    except OSError as error:
        raise UserMistake(f"{path} cannot be written here ({error.strerror}).") from None
    return path


def make_folder(path: Path) -> None:
    """Create `path` and the folders above it; raises FolderTrouble when that cannot be done."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileNotFoundError:  # such as under /proc: it never was there to disappear
        raise FolderTrouble(
            f"{path}: no folder can be made here. Choose another with --out."
        ) from None
    except OSError as error:
        raise explain(error, path) from error


def sweep(folder: Path, older_than_seconds: float) -> None:
    """Remove what a killed run left behind; young leftovers may belong to a run still going."""
    for leftover in folder.glob(f".*{_LEFTOVER}"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > older_than_seconds:
                leftover.unlink()


def _settle(folder: Path) -> None:
    # The rename itself lives in the folder's own record. Some systems cannot open a folder.
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
