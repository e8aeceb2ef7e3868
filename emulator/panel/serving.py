"""Serves the panel's page on a local port, for a `with` block or until interrupted."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Self

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SHUTDOWN = 10.0


class QuietHandler(WSGIRequestHandler):
    """Logs no requests: a login may be part of them."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Logs errors only."""
        if type == "error":
            super().log(type, message, *args)


class PanelServer:
    """An HTTP server for an application; port 0 takes a free port. Raises OSError."""

    def __init__(self, application: WSGIApplication, *, host: str, port: int) -> None:
        """Bind the port; `run` or the `with` block starts answering."""
        # Bound here and handed over: werkzeug would end the process if the port is in use.
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
            self._server = make_server(
                host,
                port,
                application,
                threaded=True,
                request_handler=QuietHandler,
                fd=listener.fileno(),
            )
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self._server.port}"

    def run(self) -> None:
        """Answers until interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def __enter__(self) -> Self:
        """Answer in a thread."""
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop and release the port."""
        self._server.shutdown()
        self._thread.join(SHUTDOWN)
        self._server.server_close()
