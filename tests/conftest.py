"""What every test shares: charts without a screen, each town opened once, the same examples."""

from __future__ import annotations

import gc
import os
import sys
from collections import deque

import pytest
from browser import chromium, page  # noqa: F401 - fixtures, for whoever asks
from hypothesis import HealthCheck, settings

# Set before anything imports matplotlib, and inherited by the programs that tests start.
os.environ["MPLBACKEND"] = "Agg"

# Two processes on two cores: one thread each, or each waits for the other's.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# The tests start about a hundred programs: each reads what the first has compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Openings kept in memory, a megabyte or two each.
OPENINGS = 100

# Files that take ten seconds or more, the longest first: begun last, one process would end alone.
LONG = (
    "test_experiment",
    "test_council",
    "test_levers_connect",
    "test_evaluate",
    "test_promises",
    "test_browser_explorer",
    "test_browser_report",
    "test_money_month",
    "test_population",
    "test_workforce",
    "test_same_luck",
    "test_show",
    "test_flows",
    "test_cli",
    "test_gap",
    "test_story",
    "test_levers_volunteer",
    "test_pictures",
    "test_sensitivity",
    "test_gap_show",
    "test_work",
    "test_benchmarks",
    "test_validate",
)

# A promise that fails must fail again for the next reader: examples follow from the test itself.
settings.register_profile(
    "house",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order of `LONG`, then the others; within a file nothing moves."""
    rank = {name: at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(LONG)))


def pytest_collection_finish() -> None:
    """Many tests open the same town, and an opening takes as long as a year of a small one.

    Every model is handed a copy, as in any run.
    """
    from sim import opening

    opening._KEPT = OPENINGS
    opening._norms = deque(opening._norms, maxlen=OPENINGS)
    # What is loaded by now stays: each member asks for its memory back, and would look here.
    gc.freeze()
