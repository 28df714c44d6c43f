"""What a run says about itself: run.json, the same for the same request, and clock.json, the times.

It may look at the request, the outcome and the libraries installed; it writes those two files.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import math
import platform
from pathlib import Path
from typing import Any

import pandas as pd

from sim.evidence import posterior
from sim.experiment import atomic, ceilings, member
from sim.experiment.ensemble import Outcome
from sim.experiment.request import Request, evidence_hash, source_hash

LIBRARIES = (
    "joblib",
    "mesa",
    "networkx",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "scipy",
)
_HEX = frozenset("0123456789abcdef")


def run_record(
    request: Request,
    outcome: Outcome,
    results_hash: str,
    provenance: dict[str, Any],
    noise: pd.DataFrame,
    summary: pd.DataFrame,
) -> dict[str, Any]:
    """Return run.json's content: nothing in it depends on the clock, the machine or the workers."""
    factors: dict[str, dict[str, float | None]] = {}
    for row in noise.to_dict("records"):
        ratio = float(row["ratio"])
        factors.setdefault(row["scenario"], {})[row["measure"]] = (
            ratio if math.isfinite(ratio) else None
        )
    file = request.numbers
    own = {} if file is None else {"own_numbers": file.record()}
    return own | {
        "version": version(),
        "commit": commit(Path(__file__).parents[2]),
        "request": request.settings(),
        "scenarios": request.texts(),
        "evidence_hash": evidence_hash(),
        "calibration": posterior.provenance_in_short(),
        "source_hash": source_hash(),
        "results_hash": results_hash,
        "seeds": [request.seed + each for each in range(request.members)],
        "draws": list(range(request.members)),
        "libraries": {name: _installed(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "provenance": provenance,
        "partial": len(outcome.finished) < request.members,
        "members_asked": request.members,
        "members_finished": outcome.finished,
        "members_failed": [
            {"member": each.member, "seed": each.seed, "error": each.error}
            for each in outcome.failed
        ],
        "variance_reduction": factors,
        "beyond_published": ceilings.warnings(summary),
    }


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write JSON with sorted keys, whole or not at all."""
    text = json.dumps(
        content, indent=2, sort_keys=True, ensure_ascii=False, default=member.plain, allow_nan=False
    )
    # Half a surrogate pair, from a hostile file name, cannot be UTF-8: it is written as '?'.
    atomic.write(path, (text + "\n").encode("utf-8", errors="replace"))


def version() -> str:
    """Return the package's version, or 'unknown' in a bare checkout."""
    own = getattr(importlib.import_module("sim"), "__version__", None)
    return "unknown" if own is None else str(own)


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def commit(checkout: Path) -> str | None:
    """Return the commit checked out, read from the .git files; None outside a checkout."""
    try:
        git = checkout / ".git"
        if git.is_file():
            git = (
                checkout / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
            ).resolve()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref:"):
            return _hash_or_none(head)
        name = head.removeprefix("ref:").strip()
        shared = git / "commondir"
        homes = [git]
        if shared.is_file():
            homes.append((git / shared.read_text(encoding="utf-8").strip()).resolve())
        for home in homes:
            if (home / name).is_file():
                return _hash_or_none((home / name).read_text(encoding="utf-8").strip())
            if (home / "packed-refs").is_file():
                for line in (home / "packed-refs").read_text(encoding="utf-8").splitlines():
                    if line.endswith(f" {name}"):
                        return _hash_or_none(line.split(" ", 1)[0])
    except (OSError, UnicodeError):
        return None
    return None


def _hash_or_none(text: str) -> str | None:
    return text if text and set(text) <= _HEX else None
