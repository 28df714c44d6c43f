"""Finding a scenario's file and reading its text, before anybody asks what it means.

Looks at the presets' folder and at the file it is given; changes nothing. Whatever is wrong with
a file or its TOML is said in one plain sentence.
"""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from sim.errors import UserMistake, did_you_mean, nearest
from sim.mistakes import visible

LARGEST_BYTES = 1_000_000
LONGEST_LINE = 5_000
SUFFIX = ".toml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def folder() -> Path:
    """Return where the presets are: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    packed = package / "scenarios"
    return packed if packed.is_dir() else package.parent / "scenarios"


def preset_names() -> list[str]:
    """Return the presets' names, the baseline first."""
    names = sorted(path.stem for path in folder().glob(f"*{SUFFIX}"))
    return sorted(names, key=lambda name: name != "baseline")


def is_name(text: str) -> bool:
    """Tell whether text may name a scenario or a variant: letters, digits, _ and -."""
    return _NAME.fullmatch(text) is not None


def name_from(path: Path) -> str:
    """Return the scenario name a file gives: its own name, without what a name may not hold."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", path.stem).strip("_-")[:64] or "scenario"


def split_variant(asked: str) -> tuple[str, str | None]:
    """Split `bevy_hub:no_minibus` into the scenario and its variant, if one is named."""
    before, colon, after = asked.rpartition(":")
    # A drive letter and its path (C:\plans\x.toml) is no scenario with a variant.
    if not colon or "/" in after or "\\" in after or after.endswith(SUFFIX):
        return asked, None
    if not is_name(after):
        raise UserMistake(
            f'"{visible(asked)}": after the colon comes the name of a variant, '
            "such as bevy_hub:no_minibus."
        )
    return before, after


def find(asked: str, beside: Path | None = None) -> Path:
    """Return the file of a preset's name or of a path (relative to `beside`, if given)."""
    if not asked.strip():
        raise UserMistake(f"No scenario is named. Presets: {', '.join(preset_names())}.")
    if is_name(asked):
        if asked in preset_names():
            return folder() / f"{asked}{SUFFIX}"
        raise UserMistake(_no_preset(asked))
    if "\0" in asked:
        raise UserMistake(f'"{visible(asked)}": a path cannot hold a NUL character.')
    path = (beside or Path()) / asked
    if not exists(path):
        raise UserMistake(
            f"{visible(asked, 200)}: no such file."
            + did_you_mean(path.stem[:100], preset_names()).replace("mean", "mean the preset")
        )
    return path


def exists(path: Path) -> bool:
    """Tell whether something is at `path`; a path too long or too strange holds nothing."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _no_preset(asked: str) -> str:
    close = nearest(asked, preset_names(), 3)
    hint = (
        f"Did you mean {' or '.join(close)}?" if close else f"Presets: {', '.join(preset_names())}."
    )
    for here in (asked, f"{asked}{SUFFIX}"):
        if exists(Path(here)):
            return f"{asked}: no such preset. {hint} For the file here, write ./{here}"
    return f"{asked}: no such preset. {hint}"


def read(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file."""
    source = visible(path.name or str(path))
    text = _decoded(_bytes(path, source), source)
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LONGEST_LINE:
            raise UserMistake(
                f"{source}: line {number} is longer than {LONGEST_LINE:,} characters. Shorten it."
            )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserMistake(f"{source}: {_toml_sentence(str(error))}") from None
    except RecursionError:
        raise UserMistake(f"{source}: lists or tables are nested too deeply to read.") from None
    except ValueError:
        raise UserMistake(f"{source}: it holds a number too long to read.") from None
    if not data:
        raise UserMistake(
            f"{source}: the file says nothing. A scenario needs title, summary and kind; "
            "python -m sim new NAME --from bevy_hub makes a copy to edit."
        )
    return data


def _bytes(path: Path, source: str) -> bytes:
    try:
        kind = path.stat()
        if stat.S_ISDIR(kind.st_mode):
            raise UserMistake(f"{source}: a folder, not a scenario file. Name a .toml file in it.")
        if not stat.S_ISREG(kind.st_mode):
            raise UserMistake(f"{source}: not an ordinary file.")
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise UserMistake(f"{source}: no such file.") from None
    except (OSError, ValueError) as error:
        if isinstance(error, UserMistake):
            raise
        reason = getattr(error, "strerror", None) or "the name is not a file's name"
        raise UserMistake(f"{source}: cannot be read ({reason}).") from None
    if len(raw) > LARGEST_BYTES:
        raise UserMistake(f"{source}: larger than 1 MB, which no scenario needs to be.")
    return raw


def _decoded(raw: bytes, source: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UserMistake(
            f"{source}: line {line} is not UTF-8 text. Save the file as UTF-8."
        ) from None
    return text.replace("\r\n", "\n")


def _toml_sentence(said: str) -> str:
    """Return tomllib's complaint with the line first and the commonest causes spelt out."""
    found = re.search(r"\(at line (\d+), column (\d+)\)", said)
    what = visible(re.sub(r"\s*\(at [^()]*\)$", "", said), 200)
    if "Cannot overwrite" in what or "Cannot declare" in what or "Duplicate" in what:
        what = f"the same key or table is given twice ({what}). Keep one"
    else:
        what = f"this is not TOML ({what})"
    where = f"line {found[1]}, column {found[2]}" if found else "the last line"
    return f"{where}: {what}."
