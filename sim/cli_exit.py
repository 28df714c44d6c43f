"""How the command line ends: one exit code and at most one sentence, whatever happened.

Looks at the exceptions the other rooms raise; changes nothing. 0 done; 1 our fault; 2 the request
was wrong; 3 stopped, or partly failed.
"""

from __future__ import annotations

import shlex
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sim import cli_screen as screen
from sim.cli_options import refuse_repeats
from sim.errors import UserMistake
from sim.mistakes import visible

if TYPE_CHECKING:
    from sim.experiment.ensemble import Interrupted

DONE, OUR_FAULT, WRONG_REQUEST, STOPPED = range(4)
ME = "python -m sim"
# What the parser answers with after Ctrl-C, by Unix custom.
KEYBOARD = 130


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def leave_well(app: typer.Typer, given: list[str]) -> int:
    """Do what the command line asks and return its exit code; never show a traceback."""
    screen.prepare()
    signal.signal(signal.SIGTERM, _stop)
    try:
        refuse_repeats(given)
        code = app(args=given, prog_name=ME, standalone_mode=False)
        screen.finish()
        return _read_code(code)
    except screen.ReaderGone:
        return DONE
    except UserMistake as mistake:
        screen.complain(str(mistake))
        return WRONG_REQUEST
    except KeyboardInterrupt:
        return _read_code(KEYBOARD)
    except SystemExit as end:
        # The parser leaves this way when nobody reads its help any more.
        return DONE if screen.reader_is_gone() else _read_code(end.code)
    except Exception as error:
        return _explain(error)


def stopped_run(stopped: Interrupted) -> str:
    """What to say of a stopped run: what is kept, how to go on, and how to see it as it stands."""
    folder = stopped.folder
    if folder is None or not stopped.shown:
        return str(stopped)
    return f"{stopped} To see them as they are: {ME} report {shlex.quote(str(folder))}"


def _read_code(code: object) -> int:
    if code == KEYBOARD:
        screen.complain("Stopped. What was finished is kept; the same command again carries on.")
        return STOPPED
    return code if isinstance(code, int) else DONE


def _explain(error: Exception) -> int:
    """Say what stopped us: the parser's complaint about the request, or a fault of ours."""
    sentence = getattr(error, "format_message", None)
    if sentence is not None:
        said = " ".join(str(sentence()).split())
        context = getattr(error, "ctx", None)
        path = getattr(context, "command_path", ME)
        screen.complain(f"{visible(said, 500)} For help: {path} --help")
        return WRONG_REQUEST
    if type(error).__name__ == "Abort":
        return _read_code(KEYBOARD)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = (
        f"{Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}" if trace else ""
    )
    screen.complain(
        f"This is our fault, not yours: {type(error).__name__} in {where}: "
        f"{visible(str(error), 300)}. Please report it."
    )
    return OUR_FAULT
