"""How calls get to a seller: transports that stand in one another's way.

Whoever asks, the judge itself or a reseller's client, asks through these, so nothing of a run
leaves this machine without having been weighed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx

from contracts.record.document import Node
from contracts.record.formats import UnreadableBody, read
from contracts.target.redact import seen
from contracts.verdicts import CallRecord


class Refusal:
    """How what :func:`ask` tells of a refusal begins."""

    NO_FUNCTION: Final = "missed:func"
    NO_RIGHT: Final = "access"
    NO_ELEMENT: Final = "missed"


PATIENCE: Final = 60.0
"""Seconds a seller has to answer what is asked in passing."""
MOST_SEEN: Final = 40
"""Requests kept as proof of one verdict; the last ones tell the most."""


class Through(httpx.BaseTransport):
    """A transport that sends by a client: with its certificates and its proxies.

    ``owns``: the client is closed with it.
    """

    def __init__(self, http: httpx.Client, *, owns: bool = False) -> None:
        self._http = http
        self._owns = owns

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends it as it is; the answer is whole."""
        answer = self._http.send(request, follow_redirects=False)
        headers = [
            (name, value)
            for name, value in answer.headers.multi_items()
            if name not in ("content-encoding", "content-length", "transfer-encoding")
        ]
        return httpx.Response(answer.status_code, headers=headers, content=answer.content)

    def close(self) -> None:
        """Closes the client's connections, where it is its own."""
        if self._owns:
            self._http.close()


@dataclass(slots=True)
class Witness(httpx.BaseTransport):
    """Remembers what went through, masked, as proof."""

    inner: httpx.BaseTransport
    _kept: list[CallRecord] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Passes it on."""
        try:
            answer = self.inner.handle_request(request)
        except httpx.HTTPError:
            self._kept.append(seen(request, None))
            raise
        self._kept.append(seen(request, answer))
        return answer

    @contextmanager
    def watching(self) -> Iterator[list[CallRecord]]:
        """What is seen from here on; the list is full when the block is left."""
        self._kept.clear()
        found: list[CallRecord] = []
        try:
            yield found
        finally:
            found += self._kept[-MOST_SEEN:]


def ask(
    send: httpx.BaseTransport, url: httpx.URL, fields: Mapping[str, str]
) -> tuple[Node | None, str]:
    """A document that is asked for in passing, or None, and why there is none.

    ``fields`` carry ``func`` and who asks; the answer is asked for as xml, in English.
    """
    form = {**fields, "out": "xml", "lang": "en"}
    timeout = httpx.Timeout(PATIENCE).as_dict()
    request = httpx.Request(
        "POST", url.copy_with(query=None), data=form, extensions={"timeout": timeout}
    )
    try:
        answer = send.handle_request(request)
        body = answer.read()
        doc = read(body, "xml")[0]
    except httpx.HTTPError as problem:
        return None, str(problem) or type(problem).__name__
    except UnreadableBody as problem:
        return None, str(problem)
    error = doc.first("error")
    return (doc, "") if error is None else (None, refusal_of(error))


def refusal_of(error: Node) -> str:
    """An error element in a few words: type, object and message."""
    kind, about = error.attrs.get("type", ""), error.attrs.get("object", "")
    message = error.first("msg")
    told = (message.text or "") if message is not None else ""
    return f"{':'.join(filter(None, (kind, about)))} {told}".strip()
