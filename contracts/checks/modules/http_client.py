"""The line from the panel to an endpoint: one request, one answer, whatever comes.

Nothing is followed, nothing is believed: an answer is cut at a size and at a moment.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

import httpx

from contracts.clock import elapsed
from contracts.target.redact import redact_exchange
from contracts.target.seller import CannotRun
from contracts.verdicts import CallRecord

MOST: Final = 4 * 1024 * 1024
"""Bytes of an answer that are read."""
SHOWN: Final = 20_000
"""Bytes of an answer that are kept for a report."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. ``problem``: why there is no whole answer, or nothing."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    seen: CallRecord
    problem: str = ""
    cut: bool = False


@dataclass(slots=True)
class _Arrived:
    """An answer on its way."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    problem: str = ""
    cut: bool = False


class Line:
    """Requests to one address. ``clock`` tells seconds and only goes forward.

    ``certificate`` is what is wrong with the certificate; it is then no longer looked at, so that
    the rest can be judged. Raises CannotRun where nobody is at the address, and ValueError for an
    address that is none.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float,
        insecure: bool = False,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = elapsed,
    ) -> None:
        try:
            self.url = httpx.URL(url)
        except httpx.InvalidURL as problem:
            raise ValueError(f"{url} is no address: {problem}") from problem
        if self.url.scheme not in {"http", "https"} or not self.url.host:
            raise ValueError(f"{url} is no address of http or https")
        if self.url.userinfo:
            raise ValueError(
                "the address may carry no login: give it as --login and --password,"
                " or as MOCKSELLER_PANEL_LOGIN and MOCKSELLER_PANEL_PASSWORD"
            )
        self.certificate = ""
        self._timeout = timeout
        self._transport = transport
        self._clock = clock
        self._reached = False
        self._http = self._opened(verify=not insecure)

    def _opened(self, *, verify: bool) -> httpx.Client:
        # Compressed answers are not asked for: their size is known only after they are unpacked.
        return httpx.Client(
            timeout=self._timeout,
            verify=verify,
            transport=self._transport,
            headers={"Accept-Encoding": "identity", "User-Agent": "mockseller-panel"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def send(self, params: Mapping[str, str], *, method: str = "POST", note: str = "") -> Reply:
        """Asks once. Raises CannotRun where the very first request finds nobody."""
        request = self._request(params, method)
        began = self._clock()
        arrived = self._arrived(request, began)
        seconds = self._clock() - began
        if not arrived.problem and seconds > self._timeout:
            arrived.problem = self._late()
        # Cookies would log in what has to come without a login.
        self._http.cookies.clear()
        shown = None
        if arrived.status:
            shown = httpx.Response(arrived.status, content=bytes(arrived.body[:SHOWN]))
        return Reply(
            arrived.status, arrived.headers, bytes(arrived.body), seconds,
            redact_exchange(request, shown, note), arrived.problem, arrived.cut,
        )  # fmt: skip

    def _request(self, params: Mapping[str, str], method: str) -> httpx.Request:
        if method == "GET":
            return self._http.build_request("GET", self.url.copy_merge_params(dict(params)))
        return self._http.build_request(method, self.url, data=dict(params))

    def _arrived(self, request: httpx.Request, began: float) -> _Arrived:
        arrived = _Arrived()
        try:
            self._receive(request, began, arrived)
        except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
            if not self._reached and self._distrusted(problem):
                return self._arrived(request, began)
            if not self._reached:
                raise CannotRun(f"not reached: {problem}") from problem
            arrived.problem = f"the connection was refused: {problem}"
        except httpx.TimeoutException:
            arrived.problem = self._late()
        except httpx.HTTPError as problem:
            arrived.problem = f"the connection broke: {problem}"
        self._reached = True
        return arrived

    def _receive(self, request: httpx.Request, began: float, arrived: _Arrived) -> None:
        response = self._http.send(request, stream=True)
        try:
            arrived.status, arrived.headers = response.status_code, response.headers
            for piece in response.iter_bytes():
                arrived.body += piece
                if len(arrived.body) > MOST:
                    arrived.cut = True
                    return
                if self._clock() - began > self._timeout:
                    arrived.problem = self._late()
                    return
        finally:
            response.close()

    def _late(self) -> str:
        return f"no whole answer within {self._timeout:g} s"

    def _distrusted(self, problem: BaseException) -> bool:
        """Whether it was the certificate; then goes on without looking at it."""
        cause: BaseException | None = problem
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                self.certificate = cause.verify_message or str(cause)
                self._http.close()
                self._http = self._opened(verify=False)
                return True
            cause = cause.__cause__ or cause.__context__
        return False
