"""What a proxy in front of the seller says of its client, believed from named proxies only.

From everybody else the headers change nothing, as anybody can send them. They stay in the request:
the control API takes a request with such headers for one from another computer, whoever sent it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from werkzeug.http import parse_list_header
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from emulator.settings import Network

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

Environ = dict[str, Any]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


CHECKS: Mapping[str, Callable[[str], object]] = MappingProxyType({
    "X-Forwarded-For": _is_address,
    "X-Forwarded-Proto": re.compile("https?").fullmatch,
    "X-Forwarded-Host": re.compile(
        r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?"
    ).fullmatch,
    "X-Forwarded-Prefix": re.compile(r"(/[A-Za-z0-9._~-]{1,100}){1,10}").fullmatch,
})  # fmt: skip
"""The headers that are believed, and whether the last value of one makes sense."""


class TrustedProxies:
    """WSGI middleware: the client's address, scheme, host and prefix as a trusted proxy has them.

    Of a header with several values the last counts, which is the proxy's own. ``proxies``: their
    networks. A value that makes no sense is answered with 400, since the proxy is set up wrongly.
    """

    def __init__(self, app: WSGIApplication, proxies: Sequence[Network]) -> None:
        self._app = app
        self._behind_proxy = ProxyFix(_with_prefix(app), x_host=1, x_prefix=1)
        self._proxies = proxies

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        if not self._is_trusted(environ.get("REMOTE_ADDR", "")):
            return self._app(environ, start_response)
        for header, makes_sense in CHECKS.items():
            sent = environ.get(f"HTTP_{header.upper().replace('-', '_')}")
            if sent and not makes_sense("".join(parse_list_header(sent)[-1:])):
                text = f"the header {header} of the proxy makes no sense\n"
                return Response(text, HTTPStatus.BAD_REQUEST)(environ, start_response)
        return self._behind_proxy(environ, start_response)

    def _is_trusted(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:  # a socket that is none of a network
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._proxies)


def _with_prefix(app: WSGIApplication) -> WSGIApplication:
    """The application below the prefix of a proxy: redirects and cookies have it too."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        prefix = environ.get("SCRIPT_NAME", "")
        if not prefix:
            return app(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:  # noqa: ANN401 - as WSGI has it
            return start_response(status, [_below(prefix, *each) for each in headers], *rest)

        return app(environ, start)

    return answer


def _below(prefix: str, name: str, value: str) -> tuple[str, str]:
    if name == "Location" and value.startswith("/"):
        return name, prefix + value
    if name == "Set-Cookie":
        return name, value.replace("; Path=/", f"; Path={prefix}/", 1)
    return name, value
