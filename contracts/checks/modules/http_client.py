"""The HTTP client of the panel: one request, one answer, whatever the endpoint sends.

Redirects are not followed, and an answer is cut off at a size and at a time.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

import httpx

from contracts.clock import elapsed
from contracts.target.curl import Variables, format_curl, name_variable
from contracts.target.redact import is_secret, redact_exchange
from contracts.target.seller import CannotRun
from contracts.verdicts import CallRecord

MAX_BODY: Final = 4 * 1024 * 1024
"""Bytes of an answer that are read."""
MAX_SHOWN: Final = 20_000
"""Bytes of an answer that are stored for a report."""


@dataclass(frozen=True, slots=True)
class EndpointAnswer:
    """What came back. ``problem``: why it is not a whole answer; ``cut``: the rest was not read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    call: CallRecord
    problem: str = ""
    cut: bool = False


@dataclass(slots=True)
class _Incoming:
    """An answer while it is received."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    problem: str = ""
    cut: bool = False


class EndpointClient:
    """Sends requests to one URL. ``clock`` returns seconds and never goes back.

    ``variables``: secrets, each with what is printed for it in a line that repeats a request.
    ``certificate_problem``: what is wrong with the certificate; it is then no longer verified, so
    that the rest can be judged. Raises ValueError for a URL that is not http or https, or that
    contains a login.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float,
        insecure: bool = False,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = elapsed,
        variables: Variables | None = None,
    ) -> None:
        try:
            self.url = httpx.URL(url)
        except httpx.InvalidURL as problem:
            raise ValueError(f"{url} is not a URL: {problem}") from problem
        if self.url.scheme not in {"http", "https"} or not self.url.host:
            raise ValueError(f"{url} is not a URL of http or https")
        if self.url.userinfo:
            raise ValueError(
                "the URL may contain no login: give it as --login and --password,"
                " or as MOCKSELLER_PANEL_LOGIN and MOCKSELLER_PANEL_PASSWORD"
            )
        self.certificate_problem = ""
        self._timeout = timeout
        self._transport = transport
        self._clock = clock
        own = {
            text: name_variable(name) for name, text in self.url.params.items() if is_secret(name)
        }
        self._variables = {**own, **(variables or {})}
        self._reached = False
        self._http = self._open(verify=not insecure)

    def _open(self, *, verify: bool) -> httpx.Client:
        # Without compression: the size of a compressed answer is known only once it is unpacked.
        return httpx.Client(
            timeout=self._timeout,
            verify=verify,
            transport=self._transport,
            headers={"Accept-Encoding": "identity", "User-Agent": "mockseller-panel"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(
        self, params: Mapping[str, str], *, method: str = "POST", note: str = ""
    ) -> EndpointAnswer:
        """Send one request. Raises CannotRun where the first request of all reaches nobody."""
        request = self._build(params, method)
        began = self._clock()
        incoming = self._receive_all(request, began)
        seconds = self._clock() - began
        if not incoming.problem and seconds > self._timeout:
            incoming.problem = self._late_message()
        # A cookie would log in requests that have to come without a login.
        self._http.cookies.clear()
        shown = None
        if incoming.status:
            shown = httpx.Response(incoming.status, content=bytes(incoming.body[:MAX_SHOWN]))
        line = format_curl(request, str(self.url.copy_with(query=None)), self._variables)
        return EndpointAnswer(
            incoming.status, incoming.headers, bytes(incoming.body), seconds,
            redact_exchange(request, shown, note, line), incoming.problem, incoming.cut,
        )  # fmt: skip

    def _build(self, params: Mapping[str, str], method: str) -> httpx.Request:
        if method == "GET":
            return self._http.build_request("GET", self.url.copy_merge_params(dict(params)))
        return self._http.build_request(method, self.url, data=dict(params))

    def _receive_all(self, request: httpx.Request, began: float) -> _Incoming:
        incoming = _Incoming()
        try:
            self._receive(request, began, incoming)
        except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
            if not self._reached and self._is_certificate_problem(problem):
                return self._receive_all(request, began)
            if not self._reached:
                raise CannotRun(f"cannot be reached: {problem}") from problem
            incoming.problem = f"the connection was refused: {problem}"
        except httpx.TimeoutException:
            incoming.problem = self._late_message()
        except httpx.HTTPError as problem:
            incoming.problem = f"the connection broke: {problem}"
        self._reached = True
        return incoming

    def _receive(self, request: httpx.Request, began: float, incoming: _Incoming) -> None:
        response = self._http.send(request, stream=True)
        try:
            incoming.status, incoming.headers = response.status_code, response.headers
            for piece in response.iter_bytes():
                incoming.body += piece
                if len(incoming.body) > MAX_BODY:
                    incoming.cut = True
                    return
                if self._clock() - began > self._timeout:
                    incoming.problem = self._late_message()
                    return
        finally:
            response.close()

    def _late_message(self) -> str:
        return f"no whole answer within {self._timeout:g} s"

    def _is_certificate_problem(self, problem: BaseException) -> bool:
        """Whether it was the certificate; it is no longer verified then."""
        cause: BaseException | None = problem
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                self.certificate_problem = cause.verify_message or str(cause)
                self._http.close()
                self._http = self._open(verify=False)
                return True
            cause = cause.__cause__ or cause.__context__
        return False
