"""The seller behind the proxy: requests are sent as they came, answers returned as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx

from contracts.clock import elapsed, now
from contracts.record.fields import ExchangeError
from contracts.recording.recorder import UpstreamAnswer
from contracts.recording.request import ProxiedRequest

TIMEOUT: Final = 120.0
"""Seconds. An order that takes longer may have been carried out all the same."""
_OWN: Final = "/_mockseller"
_HOPS: Final = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
    "transfer-encoding", "upgrade", "host", "content-length", "content-encoding", "accept-encoding",
    "date", "server", "forwarded", "x-forwarded-for", "origin", "referer", "x-original-url",
    "x-rewrite-url", "x-http-method-override", "x-http-method", "x-method-override",
})  # fmt: skip
"""Headers about one connection or about the proxy, and those that change the request."""
_BOUND: Final = re.compile(r";\s*(?:domain=[^;]*|secure)(?=;|$)", re.IGNORECASE)


class NoUpstreamAnswer(Exception):
    """The seller did not answer. The text is one line: how, and what may have happened."""


@dataclass(frozen=True, slots=True)
class UpstreamReply:
    """An answer to be recorded, and the headers that the client gets."""

    answer: UpstreamAnswer
    headers: tuple[tuple[str, str], ...]


class Upstream:
    """A seller at the address of its API. ``transport`` replaces the network in tests."""

    def __init__(
        self,
        url: str,
        *,
        verify: bool = True,
        trust_env: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = _address(url)
        self._http = httpx.Client(
            timeout=TIMEOUT, verify=verify, trust_env=trust_env, transport=transport
        )
        self.name = str(self._url.copy_with(query=None, fragment=None, userinfo=b""))
        self.version = self._version()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def ask(self, sent: ProxiedRequest, link: str = "") -> UpstreamReply:
        """Forwards a request; ``link``: the path of a long answer. Raises NoUpstreamAnswer."""
        try:
            request = self._request(sent, link)
        except (httpx.InvalidURL, UnicodeError) as problem:
            # Without its text, which quotes the address.
            raise NoUpstreamAnswer(f"{type(problem).__name__}: it cannot be passed on") from None
        at, began = now(), elapsed()
        try:
            response = self._http.send(request, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
            raise NoUpstreamAnswer(f"{type(problem).__name__}: nothing was sent") from None
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            how = type(problem).__name__
            raise NoUpstreamAnswer(f"{how}: the request may have been carried out") from None
        answer = UpstreamAnswer(
            status=response.status_code,
            content_type=response.headers.get("Content-Type", ""),
            body=response.content,
            at=at,
            seconds=elapsed() - began,
            today=self._own_day() or _day(response, at),
        )
        return UpstreamReply(answer, tuple(_passed(response)))

    def _request(self, sent: ProxiedRequest, link: str) -> httpx.Request:
        headers = [
            (name.encode("latin-1"), text.encode("latin-1"))
            for name, text in sent.headers
            if name.lower() not in _HOPS
        ]
        url = self._url.join(f"/{link}") if link else self._url.copy_with(query=sent.query or None)
        # Built here: a client of httpx would add the cookies of earlier answers.
        return httpx.Request(
            sent.method, url,
            headers=[*headers, (b"Accept-Encoding", b"identity")],
            content=sent.body if sent.body or sent.method == "POST" else None,
        )  # fmt: skip

    def _version(self) -> str:
        """The version of a seller of ours; no way to ask others for theirs is known."""
        version = self._control("health").get("version", "")
        return f"mockseller {version}" if version else ""

    def _own_day(self) -> date | None:
        """The date of a seller of ours, whose clock may differ from this machine's."""
        if not self.version:
            return None
        try:
            return datetime.fromisoformat(self._control("clock").get("now", "")).date()
        except ValueError:
            return None

    def _control(self, what: str) -> dict[str, str]:
        """The answer of the control API of a seller of ours; empty at others."""
        try:
            answer = self._http.get(self._url.copy_with(path=f"{_OWN}/{what}", query=None)).json()
        except (httpx.HTTPError, ValueError):
            return {}
        return answer if isinstance(answer, dict) else {}


def _address(url: str) -> httpx.URL:
    """The address of a seller's API; a bare host gets the usual path."""
    try:
        urlsplit(url)
        address = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise ExchangeError("--upstream: is no address") from None
    if address.scheme not in ("http", "https") or not address.host:
        raise ExchangeError("--upstream: must begin with http:// or https:// and name a host")
    if address.userinfo or address.query:
        raise ExchangeError("--upstream: may carry no login and no query")
    return address if address.path != "/" else address.copy_with(path="/billmgr")


def _day(response: httpx.Response, at: datetime) -> date:
    try:
        return parsedate_to_datetime(response.headers["Date"]).date()
    except (KeyError, ValueError):
        return at.date()


def _passed(response: httpx.Response) -> Iterator[tuple[str, str]]:
    for name, value in response.headers.multi_items():
        if name.lower() == "set-cookie":
            # The client would not send a cookie of the seller's name, or of https, to the proxy.
            yield name, _BOUND.sub("", value)
        elif name.lower() not in _HOPS:
            yield name, value
