"""Serving the app to this machine and nobody else.

It listens on 127.0.0.1 only, answers only to that name, and asks for the key that is in the
address it was opened with, so that another program's page cannot drive it.
"""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from sim.errors import UserMistake

HOME = "127.0.0.1"
USUAL_PORT = 2719
NEEDED = ("marimo", "uvicorn", "starlette")
INSTALL = 'pip install -e ".[app]"'


def serve(port: int, ready: Callable[[str], None]) -> None:
    """Serve the app until Ctrl-C; `ready` is told the address. Port 0 takes any free one.

    Raises UserMistake where the port is taken or the app's packages are missing.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UserMistake(f"The app needs {missing[0]}, which is not here. Type: {INSTALL}")
    door = _listen(port)
    import marimo
    import uvicorn
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    key = secrets.token_urlsafe(16)
    page = Path(__file__).with_name("page.py")
    built = marimo.create_asgi_app(quiet=True, include_code=False, token=key)
    app = TrustedHostMiddleware(
        built.with_app(path="", root=str(page)).build(), allowed_hosts=[HOME, "localhost"]
    )
    wished = threading.Event()

    class Server(uvicorn.Server):
        """Closes once, in order: a second Ctrl-C would tear what the first is closing."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # they are heard below, from before the address is told

        async def on_tick(self, counter: int) -> bool:
            return wished.is_set() or await super().on_tick(counter)

    server = Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    try:
        with _heard_as(lambda *_: wished.set()):
            ready(f"http://{HOME}:{door.getsockname()[1]}/?access_token={key}")
            server.run(sockets=[door])
    finally:
        door.close()


@contextlib.contextmanager
def _heard_as(wish: Callable[..., None]) -> Iterator[None]:
    """Inside the block a Ctrl-C, or a polite request to stop, is this wish however often it comes.

    Only the main thread hears them: elsewhere nothing changes.
    """
    heard = (signal.SIGINT, signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, wish) for each in heard}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _listen(port: int) -> socket.socket:
    """A socket on this machine's own address; raises UserMistake where it cannot be had."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((HOME, port))
        door.listen()
    except OSError as error:
        door.close()
        if error.errno == errno.EADDRINUSE:
            raise UserMistake(
                f"Port {port} is in use, perhaps by this app in another window. Try --port 0, "
                "which takes any free one."
            ) from None
        raise UserMistake(
            f"Port {port} cannot be opened ({error.strerror}). Try --port 0."
        ) from None
    return door
