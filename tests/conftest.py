"""What every test shares: charts without a screen, each town opened once, the same examples."""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from collections.abc import Iterator

import pytest

# Fixtures, for whoever asks.
from browser import chromium, page, same_tab, tab_of_the_file  # noqa: F401
from hypothesis import HealthCheck, settings

# Set before anything imports matplotlib, and inherited by the programs that tests start.
os.environ["MPLBACKEND"] = "Agg"

# Two processes on two cores: one thread each, or each waits for the other's.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# The tests start about a hundred programs: each reads what the first has compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Python looks for rubbish after every 700 new objects; numbers in columns leave little of it.
OBJECTS_BETWEEN_SEARCHES = 20_000

# Openings kept in memory, a megabyte or two each.
OPENINGS = 100

# Files that take eight seconds or more, the longest first: begun last, one process would end alone.
LONG = (
    "test_experiment",
    "test_council",
    "test_browser_explorer",
    "test_levers_connect",
    "test_browser_report",
    "test_evaluate",
    "test_promises",
    "test_population",
    "test_same_luck",
    "test_workforce",
    "test_money_month",
    "test_cli",
    "test_sensitivity",
    "test_gap",
    "test_show",
    "test_story",
    "test_gap_show",
    "test_levers_care",
    "test_presets",
    "test_levers_cut",
    "test_pictures",
    "test_flows",
    "test_work",
    "test_levers_volunteer",
    "test_own_place",
    "test_validate",
    "test_benchmarks",
    "test_house",
    "test_luck_is_chance",
    "test_docs",
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


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Loading the tests makes a million objects that stay, and no rubbish to look for."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
        gc.enable()


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
