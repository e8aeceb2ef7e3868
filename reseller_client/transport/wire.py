"""The only place that knows httpx: sends a request, and says how far it got if it fails.

Loaded on first use, so that importing this package (and the command line) stays cheap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

from reseller_client.errors import NotSent, NotUnderstood, UnknownOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping

# Raised before a byte of the request left: no connection, or nothing that could be sent.
_BEFORE_SENDING: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: HTTP status and raw body."""

    status: int
    body: bytes


class Wire:
    """A connection to one seller's address. Any httpx transport can stand in for the network."""

    def __init__(self, url: str, *, transport: httpx.BaseTransport | None, timeout: float) -> None:
        """Prepare the connection; nothing is opened before the first request."""
        self._url = httpx.URL(url)
        self._http = httpx.Client(transport=transport, timeout=timeout, follow_redirects=False)

    def post(self, fields: Mapping[str, str]) -> Reply:
        """Send a call as a form body: credentials never stand in a URL, where logs keep them."""
        return self._send(self._http.build_request("POST", self._url, data=dict(fields)))

    def follow(self, link: str) -> Reply:
        """Fetch the link of a long request, on the seller's own host only."""
        try:
            target = self._url.join(link)
        except httpx.InvalidURL as problem:
            raise NotUnderstood(f"a long request points nowhere: {problem}") from problem
        if (target.scheme, target.host, target.port) != self._origin():
            raise NotUnderstood(f"a long request points to another host: {target.host}")
        return self._send(self._http.build_request("GET", target))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _origin(self) -> tuple[str, str, int | None]:
        return (self._url.scheme, self._url.host, self._url.port)

    def _send(self, request: httpx.Request) -> Reply:
        try:
            response = self._http.send(request)
        except _BEFORE_SENDING as problem:
            raise NotSent(f"the seller was not reached: {problem}") from problem
        except httpx.DecodingError as problem:
            raise NotUnderstood(f"the answer could not be decoded: {problem}") from problem
        except (httpx.HTTPError, OSError) as problem:
            # A seller in this process has no socket to lose: its OSError comes bare.
            raise UnknownOutcome(f"sent, then no answer: {problem}") from problem
        return Reply(response.status_code, response.content)
