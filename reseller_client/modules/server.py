"""Serves an application of a reseller at a port of this machine, until it is told to stop.

Werkzeug's threaded server, without its log of requests: panels put passwords into addresses. What
goes wrong inside is on stderr, as the application says it. Meant for a test bed and for behind a
proxy; the application is WSGI, so any other server can carry it.
"""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SILENCE: Final = 15.0
"""Seconds a panel may take between two parts of a request."""


class QuietHandler(WSGIRequestHandler):
    """One request of one connection, of which nothing is told."""

    protocol_version = "HTTP/1.0"  # no idle connection for which a stopping server had to wait
    timeout = SILENCE

    def log(self, type: str, message: str, *args: object) -> None:
        """Write nothing: messages quote the address, and in it `authinfo`."""


class QuietServer(ThreadedWSGIServer):
    """A thread for each request; a stop waits for those that are being answered."""

    daemon_threads = False

    def log(self, type: str, message: str, *args: object) -> None:
        """Write what is wrong with the server itself, in one line."""
        if type == "error":
            sys.stderr.write(f"{(message % args if args else message).splitlines()[-1]}\n")


def listen(app: WSGIApplication, host: str, port: int) -> BaseWSGIServer:
    """Take a port, a free one for 0. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as taken:
        # Handed over open: the server would print and exit itself where it cannot have the port.
        return QuietServer(host, port, app, QuietHandler, fd=taken.fileno())


def address(server: BaseWSGIServer) -> str:
    """As a panel on this machine reaches it."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - told apart, not bound
    host = everywhere.get(server.host, server.host)
    return f"http://[{host}]:{server.port}" if ":" in host else f"http://{host}:{server.port}"


def run(server: BaseWSGIServer, ready: Callable[[], None]) -> None:
    """Answer until SIGINT or SIGTERM; what is being answered then is finished."""

    def stop(*_: object) -> None:
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, signal.SIG_DFL)  # whoever says it twice means it
        raise KeyboardInterrupt

    try:
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, stop)
        ready()
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
