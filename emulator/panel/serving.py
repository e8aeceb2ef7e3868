"""A panel's page on a port of this machine, for as long as a block lasts or until it is stopped."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SHUTDOWN = 10.0


class Quiet(WSGIRequestHandler):
    """Says nothing of requests: what is typed into a panel is nobody's business."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Says it only where something went wrong."""
        if type == "error":
            super().log(type, message, *args)


class Served:
    """An application on ``host``; port 0 takes a free one. OSError: it cannot be had."""

    def __init__(self, application: WSGIApplication, *, host: str, port: int) -> None:
        """Take the port; answering begins with `run` or with the block."""
        # Taken here and handed over: the library would end the process over a taken port.
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
            taken.listen()
            self._server = make_server(
                host, port, application, threaded=True, request_handler=Quiet, fd=taken.fileno()
            )
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self._server.port}"

    def run(self) -> None:
        """Answers until it is interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def __enter__(self) -> Self:
        """Answer in a thread."""
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and give the port back."""
        self._server.shutdown()
        self._thread.join(SHUTDOWN)
        self._server.server_close()
