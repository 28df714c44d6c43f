"""The scripts beside the docs that write its pages, loaded as modules."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).resolve().parents[1] / "docs"


def script(name: str) -> ModuleType:
    """docs/NAME.py as a module."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"docs/{name}.py is missing")
    found = importlib.util.module_from_spec(spec)
    sys.modules[name] = found  # dataclasses look their own module up there
    spec.loader.exec_module(found)
    return found
