"""What every test shares: charts without a screen, and the same examples on every run."""

from __future__ import annotations

import gc
import os
import sys

from browser import chromium, page  # noqa: F401 - fixtures, for whoever asks
from hypothesis import HealthCheck, settings

# Set before anything imports matplotlib, and inherited by the programs that tests start.
os.environ["MPLBACKEND"] = "Agg"

# The tests start about a hundred programs: each reads what the first has compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A promise that fails must fail again for the next reader: examples follow from the test itself.
settings.register_profile(
    "house",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: each member asks for its memory back, and would look here."""
    gc.freeze()
