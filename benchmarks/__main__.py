"""The command: `python -m benchmarks`, with `--full` for a million residents, `--json` for data."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.clock import once
from benchmarks.draws import draws
from benchmarks.month import month
from benchmarks.other import against
from benchmarks.rule import rule
from benchmarks.words import held, told
from sim.model import CommunityModel

SIZES = {10_000: 24, 100_000: 24}  # residents: months timed
FULL = {1_000_000: 12}
RULE_RESIDENTS = 100_000
DRAWN = 100_000
SMALL = 1_000  # the first opening of a process also reads the evidence and fixes the norms


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print."""
    asked = _parser().parse_args(arguments)
    if asked.other:
        residents, months = asked.residents or RULE_RESIDENTS, asked.months or SIZES[RULE_RESIDENTS]
        compared = against(asked.other, residents, months)
        sys.stdout.write((json.dumps(compared, indent=2) if asked.json else held(compared)) + "\n")
        return 0
    found = measure(asked)
    text = json.dumps(found, indent=2) if asked.json else told(found)
    sys.stdout.write(text + "\n")
    return 0


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Everything, in one run."""
    sizes = {asked.residents: asked.months or 12} if asked.residents else dict(SIZES)
    if asked.full:
        sizes |= FULL
    if asked.months:
        sizes = dict.fromkeys(sizes, asked.months)
    of_rule = asked.residents or RULE_RESIDENTS
    first = once(lambda: CommunityModel(place="England", residents=SMALL, plan="bevy_hub"))
    return {
        "python": platform.python_version(),
        "first_opening_seconds": asdict(first),
        "rule": rule(of_rule, asked.repeats),
        "draws": draws(asked.residents or DRAWN, asked.repeats),
        "months": [month(residents, months) for residents, months in sizes.items()],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="a million residents as well")
    parser.add_argument("--json", action="store_true", help="print data instead of a table")
    parser.add_argument("--residents", type=int, help="one size instead of 10,000 and 100,000")
    parser.add_argument("--months", type=int, help="months timed at each size")
    parser.add_argument("--repeats", type=int, default=5, help="goes of the slow side (5)")
    parser.add_argument(
        "--other", type=Path, metavar="PATH", help="only the month, here and in another checkout"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
