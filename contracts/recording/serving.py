"""Serves the proxy on loopback addresses only."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class NotLoopbackError(ValueError):
    """An address at which other machines could reach the proxy; the text is one line."""


class _Quiet(WSGIRequestHandler):
    """Logs nothing: the query of a request may contain passwords."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: ANN401 - as werkzeug says
        """Nothing."""


def check_loopback(host: str) -> str:
    """The address to listen on. Raises NotLoopbackError for an address of the network."""
    try:
        addresses = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        raise NotLoopbackError(f"{host}: there is no such address") from None
    if not addresses or not all(
        ip_address(address.partition("%")[0]).is_loopback for address in addresses
    ):
        raise NotLoopbackError(f"{host}: a recording proxy listens on loopback only, as 127.0.0.1")
    return host


def create_server(app: WSGIApplication, host: str, port: int) -> BaseWSGIServer:
    """A server on a loopback address; port 0 takes a free one. Raises OSError: it is in use."""
    family = socket.AF_INET6 if ":" in check_loopback(host) else socket.AF_INET
    # A socket of our own: werkzeug would end the whole program where the port is in use.
    try:
        bound = socket.create_server((host, port), family=family)
    except OSError as problem:
        reason = str(problem.strerror).partition(" (while")[0]
        raise OSError(f"cannot listen on {host} port {port}: {reason}") from None
    with bound:
        return make_server(
            host, port, app, threaded=True, request_handler=_Quiet, fd=bound.fileno()
        )
