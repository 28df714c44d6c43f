"""The command `python -m sim app`: the app in a browser on this machine.

It asks the show to serve and says where; it changes nothing.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
from typing import Annotated

import typer

from sim import cli_screen as screen

MOST_PORT = 65_535


def port_number(text: str) -> int:
    """Read a port: 0 takes any free one."""
    if re.fullmatch(r"[0-9]{1,5}", text) and int(text) <= MOST_PORT:
        return int(text)
    raise typer.BadParameter(f'"{text[:40]}" is no port. Give 0 to {MOST_PORT:,}.')


PortOption = Annotated[
    int | None,
    typer.Option("--port", parser=port_number, metavar="N", help="Where to listen; 0 is any."),
]


def open_app(port: PortOption = None) -> None:
    """Open the app in a browser on this machine: choose, run, look, keep."""
    from sim.show.app.server import USUAL_PORT, serve

    # The server hears a Ctrl-C itself; one that comes before it can ends here.
    with contextlib.suppress(KeyboardInterrupt):
        serve(
            USUAL_PORT if port is None else port,
            lambda address: screen.say(f"Now open: {address}", "Ctrl-C closes the app."),
        )
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # another may still come: there is nothing left to stop
    screen.say("Closed.")
    screen.finish()
    # A thread of the server waits for pages that are still open; nothing is left to be kept.
    os._exit(0)
