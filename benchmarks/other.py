"""Another checkout: the same month, timed by turns here and there.

Each go is a process of its own that sees one checkout only. The two take turns, so that a busy
machine is busy for both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parents[1]
TURNS = 3
ASK = "import json; from benchmarks.month import month; print(json.dumps(month({}, {})))"


def against(path: Path, residents: int, months: int, turns: int = TURNS) -> dict[str, Any]:
    """Resident-months a second (CPU) here and in the checkout at `path`, and their ratio."""
    there = path.resolve()
    if not (there / "benchmarks" / "month.py").is_file():
        raise ValueError(f"{path} holds no checkout with benchmarks/month.py")
    rates: dict[Path, list[float]] = {HERE: [], there: []}
    for _ in range(turns):
        for checkout, found in rates.items():
            lived = _month(checkout, residents, months)
            found.append(lived["resident_months"]["per_cpu_second"])
    ratios = [here / other for here, other in zip(rates[HERE], rates[there], strict=True)]
    return {
        "residents": residents,
        "months": months,
        "turns": turns,
        "here": median(rates[HERE]),
        "there": median(rates[there]),
        "ratio_by_turn": ratios,
        "ratio": median(ratios),
    }


def _month(checkout: Path, residents: int, months: int) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - this Python, and the words above
        [sys.executable, "-c", ASK.format(residents, months)],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
