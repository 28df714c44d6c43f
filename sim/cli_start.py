"""Whether this Python can run the project, asked before anything that needs it is imported.

A Python too old, or one in which the libraries are not installed, is told so in one sentence, with
exit code 2. Changes nothing; else hands over to the command line (`cli`).
"""

import gc
import sys

OLDEST_PYTHON = (3, 12)
INSTALL = "python -m pip install -c constraints.txt -e ."
OBJECTS_BETWEEN_SEARCHES = 20_000


def not_ready(missing: str | None = None) -> str | None:
    """Why this Python cannot run the project and what mends it; None if it can."""
    # This function must read and run in Pythons too old for the rest.
    if sys.version_info < OLDEST_PYTHON:
        has, needs = (".".join(map(str, v[:2])) for v in (sys.version_info, OLDEST_PYTHON))
        return f"This is Python {has}, and the project needs {needs} or newer: {sys.executable}"
    if missing is not None:
        return (
            f"The library {missing} is not installed for {sys.executable}. In the project's "
            f"folder, open its environment (. .venv/bin/activate) or install it: {INSTALL}"
        )
    return None


def start() -> int:
    """Hand over to the command line; exit code 2 if this Python lacks what it needs."""
    why = not_ready()
    if why is None:
        # Loading makes half a million objects that stay: Python's usual search for rubbish after
        # every 700 takes a fifth of the start. A member of a run asks for its world's memory back.
        gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
        try:
            from sim.cli import main
        except ModuleNotFoundError as gone:
            name = (gone.name or "").split(".")[0]
            if name in ("", "sim"):
                raise
            why = not_ready(name)
        else:
            return main()
    print(why, file=sys.stderr)
    return 2
