"""Serves a WSGI application of a reseller on a port of this machine, until it is stopped.

Werkzeug's threaded server, without its log of requests: panels put passwords into addresses. The
application's errors are on stderr. Meant for tests and for use behind a proxy; any other WSGI
server can serve the application as well.
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
"""Seconds to wait for the next part of a request."""


class QuietHandler(WSGIRequestHandler):
    """Handles one connection without logging its request."""

    protocol_version = "HTTP/1.0"  # so a stopping server never waits for an idle connection
    timeout = SILENCE

    def log(self, type: str, message: str, *args: object) -> None:
        """Write nothing: messages quote the address, which may contain `authinfo`."""


class QuietServer(ThreadedWSGIServer):
    """A server with a thread for each request; stopping it waits for requests in progress."""

    daemon_threads = False

    def log(self, type: str, message: str, *args: object) -> None:
        """Write errors of the server itself, one line each."""
        if type == "error":
            sys.stderr.write(f"{(message % args if args else message).splitlines()[-1]}\n")


def listen(app: WSGIApplication, host: str, port: int) -> BaseWSGIServer:
    """Return a server that listens on a port, or on a free one for 0.

    Raises OSError where the port cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as bound:
        # Passed on open: Werkzeug itself would print and exit where it cannot use the port.
        return QuietServer(host, port, app, QuietHandler, fd=bound.fileno())


def address(server: BaseWSGIServer) -> str:
    """Return the address at which a panel on this machine reaches a server."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - told apart, not bound
    host = everywhere.get(server.host, server.host)
    return f"http://[{host}]:{server.port}" if ":" in host else f"http://{host}:{server.port}"


def run(server: BaseWSGIServer, ready: Callable[[], None]) -> None:
    """Answer requests until SIGINT or SIGTERM, then finish those in progress.

    `ready` is called once, before the first request.
    """

    def stop(*_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)  # a second signal ends it at once
        raise KeyboardInterrupt

    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        ready()
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
