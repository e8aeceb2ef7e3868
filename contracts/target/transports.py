"""httpx transports on the way to a seller, and a short way to ask it for a document.

Judge and reseller client both send through these transports, so that the spending guard sees every
request before it leaves this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx

from contracts.record.document import Node
from contracts.record.formats import UnreadableBody, find_error, read
from contracts.target.front import recognize
from contracts.target.redact import redact_exchange
from contracts.verdicts import CallRecord


class Refusal:
    """How the texts of refusals begin that :func:`ask` returns."""

    NO_FUNCTION: Final = "missed:func"
    NO_RIGHT: Final = "access"
    NO_ELEMENT: Final = "missed"


QUERY_TIMEOUT: Final = 60.0
"""Seconds until :func:`ask` gives up."""
MAX_EXCHANGES: Final = 40
"""Requests kept as evidence of one verdict; the last ones say most."""


class ClientTransport(httpx.BaseTransport):
    """Transport that sends through an httpx client, with its certificates and proxies.

    ``owns``: closing the transport closes the client. ``user_agent``: the header that every request
    gets; empty: as it came.
    """

    def __init__(self, http: httpx.Client, *, owns: bool = False, user_agent: str = "") -> None:
        self._http = http
        self._owns = owns
        self._user_agent = user_agent

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request and reads the whole answer. Raises httpx.HTTPError."""
        if self._user_agent:
            request.headers["User-Agent"] = self._user_agent
        answer = self._http.send(request, follow_redirects=False)
        headers = [
            (name, value)
            for name, value in answer.headers.multi_items()
            if name not in ("content-encoding", "content-length", "transfer-encoding")
        ]
        return httpx.Response(answer.status_code, headers=headers, content=answer.content)

    def close(self) -> None:
        """Closes the client if the transport owns it."""
        if self._owns:
            self._http.close()


@dataclass(slots=True)
class RecordingTransport(httpx.BaseTransport):
    """Transport that records every request with its answer, secrets masked.

    ``format_line`` writes the line for the shell that sends a request again; ``lines`` are those of
    all requests so far.
    """

    inner: httpx.BaseTransport
    format_line: Callable[[httpx.Request], str] = lambda _: ""
    lines: list[str] = field(default_factory=list)
    _exchanges: list[CallRecord] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request by ``inner``. Raises what ``inner`` raises."""
        line = self.format_line(request)
        self.lines.append(line)
        try:
            answer = self.inner.handle_request(request)
        except httpx.HTTPError:
            self._exchanges.append(redact_exchange(request, None, line=line))
            raise
        self._exchanges.append(redact_exchange(request, answer, line=line))
        return answer

    @contextmanager
    def record(self) -> Iterator[list[CallRecord]]:
        """Starts anew; the list holds the last exchanges once the block is left."""
        self._exchanges.clear()
        exchanges: list[CallRecord] = []
        try:
            yield exchanges
        finally:
            exchanges += self._exchanges[-MAX_EXCHANGES:]


def ask(
    transport: httpx.BaseTransport, url: httpx.URL, fields: Mapping[str, str]
) -> tuple[Node | None, str]:
    """Asks for a document in xml and English; None with the reason if there is none.

    ``fields`` hold ``func``, its parameters and the credentials.
    """
    form = {**fields, "out": "xml", "lang": "en"}
    timeout = httpx.Timeout(QUERY_TIMEOUT).as_dict()
    request = httpx.Request(
        "POST", url.copy_with(query=None), data=form, extensions={"timeout": timeout}
    )
    try:
        answer = transport.handle_request(request)
        body = answer.read()
    except httpx.HTTPError as problem:
        return None, str(problem) or type(problem).__name__
    try:
        doc = read(body, "xml")[0]
    except UnreadableBody as problem:
        return None, recognize(answer) or str(problem)
    error = find_error(doc)
    return (doc, "") if error is None else (None, str(error))
