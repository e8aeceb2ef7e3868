"""Sends requests with httpx, and tells how far a request got if it fails.

The only module that imports httpx; loaded on first use, so that the package imports quickly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

from reseller_client.errors import NotSent, NotUnderstood, UnknownOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping

# Raised before a byte of the request was sent: no connection, or nothing to send.
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
    """A reply: HTTP status and body; `location` is where a redirect leads."""

    status: int
    body: bytes
    location: str = ""


class Wire:
    """A connection to the address of a seller; any httpx transport can replace the network."""

    def __init__(
        self, url: str, *, transport: httpx.BaseTransport | None, timeout: float, user_agent: str
    ) -> None:
        """Prepare the connection; nothing is opened before the first request."""
        self._url = httpx.URL(url)
        self._http = httpx.Client(
            transport=transport,
            timeout=timeout,
            follow_redirects=False,
            headers={"User-Agent": user_agent},
        )

    def post(self, fields: Mapping[str, str]) -> Reply:
        """Send a call as a form in the body, so that credentials are not in a URL, which is logged.

        Raises NotSent, UnknownOutcome or NotUnderstood.
        """
        return self._send(self._http.build_request("POST", self._url, data=dict(fields)))

    def follow(self, link: str) -> Reply:
        """Fetch the link of a long request, on the seller's host only.

        Raises NotUnderstood for another host, and the errors of `post`.
        """
        try:
            target = self._url.join(link)
        except httpx.InvalidURL as problem:
            raise NotUnderstood(f"the link of a long request is invalid: {problem}") from problem
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
            raise NotSent(f"cannot connect to {self._url.netloc.decode()}: {problem}") from problem
        except httpx.DecodingError as problem:
            raise NotUnderstood(f"the answer could not be decoded: {problem}") from problem
        except (httpx.HTTPError, OSError) as problem:
            # A transport to a seller in this process raises OSError itself.
            raise UnknownOutcome(f"sent, then no answer: {problem}") from problem
        location = response.headers.get("Location", "")
        return Reply(response.status_code, response.content, location)
