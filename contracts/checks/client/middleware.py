"""WSGI middleware in front of the seller: records every call and applies the scenario's hooks.

The seller's journal does not say whether a password was in the URL, and holds no moments of elapsed
time, so the judge records calls itself.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Request
from werkzeug.wsgi import get_content_length

from contracts.checks.client.fault_hooks import (
    ORDER_FUNCTIONS,
    AnswerCut,
    FaultHook,
    InterceptedRequest,
)
from contracts.target.redact import find_secrets, mask_form, mask_text
from contracts.verdicts import CallRecord

MAX_REQUEST_BODY: Final = 1_000_000
"""Bytes of a request body that are read; a longer one is passed on unread."""
MAX_ANSWER: Final = 20_000
"""Characters of an answer that are stored."""
MANY_CALLS: Final = 2_000
"""Calls of one case after which only the beginning of each answer is stored."""
ANSWER_BEGINNING: Final = 100
MAX_CALLS: Final = 200_000
"""Calls of one case that are stored at all."""
CONTROL_PATH: Final = "/_mockseller"
"""The seller's control API, which a graded client must not reach."""
CREDENTIALS: Final = frozenset({"authinfo", "password", "passwd"})
"""Parameters that carry a password."""
OWN_HOSTS: Final = ("127.0.0.1", "localhost")
"""Names of this machine. Any other name may be a domain that somebody points here."""
_XML_ERROR: Final = re.compile(
    r"<error\b(?=[^>]*\btype=\"(?P<type>[^\"]*)\")(?:[^>]*\bobject=\"(?P<object>[^\"]*)\")?"
)
_JSON_ERROR: Final = re.compile(r'"error"\s*:\s*\{')
_JSON_PART: Final = r'"\$?{}"\s*:\s*"([^"]*)"'

WsgiEnviron = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[WsgiEnviron, StartResponse], Iterable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall(CallRecord):
    """One request with its answer, secrets masked, and the circumstances of the call.

    ``step``: the number of the step during which it came, from 1. ``at``: the seller's elapsed
    seconds. ``in_query``: parameters in the URL. ``error``: ``type/object`` of a refusal.
    """

    step: int
    at: float
    in_query: frozenset[str]
    error: str = ""

    @property
    def func(self) -> str:
        """The function that was called."""
        return self.request.get("func", "")

    @property
    def confirmed(self) -> bool:
        """Whether it asks to act: it has a ``sok`` that is not empty. Source: docs/wire.md 4.2."""
        return bool(self.request.get("sok", "").strip())

    @property
    def is_order(self) -> bool:
        """Whether it buys, if it is accepted."""
        return self.confirmed and self.func.endswith(ORDER_FUNCTIONS)

    @property
    def is_renewal(self) -> bool:
        """Whether it buys another term, if it is accepted."""
        return self.confirmed and self.func == "service.prolong"

    @property
    def is_login(self) -> bool:
        """Whether it asks for a session."""
        return self.func == "auth"


def most_calls_within(calls: Iterable[RecordedCall], seconds: float) -> int:
    """The highest number of calls within any window of so many seconds."""
    moments = sorted(call.at for call in calls)
    most = first = 0
    for last, moment in enumerate(moments):
        while moments[first] < moment - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def count_without_pause(calls: Iterable[RecordedCall], pause: float) -> int:
    """How many calls followed the one before by less than ``pause`` seconds."""
    moments = sorted(call.at for call in calls)
    return sum(later - earlier < pause for earlier, later in itertools.pairwise(moments))


def refuse_foreign_origin(request: Request) -> None:
    """Raise Forbidden for another host name, and for a request that a foreign page makes.

    Every page in every browser here can reach a port of loopback, and could guess the port: it
    would be graded in the client's place. Programs send neither ``Origin`` nor ``Sec-Fetch-Site``.
    Browsers send them, also for an image or a form of a foreign page.
    """
    if request.host.partition(":")[0].lower() not in OWN_HOSTS:
        raise Forbidden("this address is called 127.0.0.1 or localhost, and by no other name")
    origin = request.headers.get("Origin")
    own = origin is None or origin == f"http://{request.host}"
    if not own or request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        raise Forbidden("requests of pages of another origin are refused")


@dataclass
class RecordingMiddleware:
    """Wraps the seller's application. ``elapsed`` is the seller's own time in seconds.

    ``step`` is the number of the current step, ``hooks`` what is applied to calls now.
    """

    app: WsgiApp
    elapsed: Callable[[], float]
    step: int = 0
    hooks: tuple[FaultHook, ...] = ()
    _calls: list[RecordedCall] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def take_calls(self) -> tuple[RecordedCall, ...]:
        """Return the calls since the last time, oldest first, and forget them."""
        with self._lock:
            calls, self._calls = tuple(self._calls), []
        return calls

    def has_calls(self) -> bool:
        """Whether a call came since they were last taken."""
        with self._lock:
            return bool(self._calls)

    def __call__(self, environ: WsgiEnviron, start_response: StartResponse) -> Iterable[bytes]:
        """Record one call, with the hooks applied to it, and answer as they left it."""
        if environ.get("PATH_INFO", "").startswith(CONTROL_PATH):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"not here\n"]
        try:
            refuse_foreign_origin(Request(environ))
        except Forbidden as refusal:
            return refusal(environ, start_response)
        request = _intercepted(environ)
        at = self.elapsed()
        answer = _CapturedAnswer()
        broken: OSError | None = None
        try:
            for hook in self.hooks:
                hook.before(request)
            answer.capture(self.app, environ)
            for hook in self.hooks:
                answer.body = hook.after(request, answer.body)
                answer.set_content_type(hook.content_type(request, answer.content_type))
        except AnswerCut as problem:
            broken, answer.body = problem, problem.sent
        except OSError as problem:
            broken = problem
        self._record(request, at, answer, lost=broken is not None)
        if broken is not None:
            start_response(answer.status, answer.headers)
            return _break_off(answer.body, broken)
        start_response(answer.status, answer.headers_with_length())
        return [answer.body]

    def _record(
        self, request: InterceptedRequest, at: float, answer: _CapturedAnswer, *, lost: bool
    ) -> None:
        text = mask_text(answer.body.decode("utf-8", "replace"), tuple(find_secrets(request.form)))
        call = RecordedCall(
            step=self.step,
            at=at,
            method=request.method,
            address=request.path,
            request=mask_form(request.form),
            in_query=request.in_query,
            status=0 if lost and not answer.body else int(answer.status.split()[0]),
            answer=text[:MAX_ANSWER],
            error=error_of(text),
            note=", ".join([*request.notes, *(["the connection broke"] if lost else [])]),
        )
        with self._lock:
            if len(self._calls) >= MANY_CALLS:
                call = replace(call, answer=call.answer[:ANSWER_BEGINNING])
            if len(self._calls) < MAX_CALLS:
                self._calls.append(call)


@dataclass
class _CapturedAnswer:
    """What the seller answered, as far as it came."""

    status: str = "200 OK"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def capture(self, app: WsgiApp, environ: WsgiEnviron) -> None:
        """Call the seller. Raises OSError if the connection breaks; ``body`` has what came."""

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> object:
            self.status, self.headers = status, headers
            return lambda _: None

        chunks = app(environ, start)
        try:
            for chunk in chunks:
                self.body += chunk
        finally:
            close = vars(type(chunks)).get("close")
            if close is not None:
                close(chunks)

    @property
    def content_type(self) -> str:
        """The ``Content-Type``, or an empty text."""
        return next((text for name, text in self.headers if name.lower() == "content-type"), "")

    def set_content_type(self, content_type: str) -> None:
        """Change the ``Content-Type``."""
        if content_type != self.content_type:
            others = [pair for pair in self.headers if pair[0].lower() != "content-type"]
            self.headers = [*others, ("Content-Type", content_type)]

    def headers_with_length(self) -> list[tuple[str, str]]:
        """The headers, with the length that the body has now."""
        others = [pair for pair in self.headers if pair[0].lower() != "content-length"]
        return [*others, ("Content-Length", str(len(self.body)))]


def _break_off(sent: bytes, problem: OSError) -> Iterator[bytes]:
    """Yield what was sent before the connection broke, then raise what a socket raises."""
    if sent:
        yield sent
    raise problem


def _intercepted(environ: WsgiEnviron) -> InterceptedRequest:
    """Read a request and leave it readable for the seller."""
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    body: dict[str, str] = {}
    raw = _read_body(environ)
    if raw:
        if environ.get("CONTENT_TYPE", "").startswith("multipart/"):
            body = dict(Request({**environ, "wsgi.input": io.BytesIO(raw)}).form)
        else:
            body = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    return InterceptedRequest(
        method=environ.get("REQUEST_METHOD", ""),
        path=urlsplit(environ.get("PATH_INFO", "")).path,
        form={**query, **body},
        in_query=frozenset(query),
        cookie=environ.get("HTTP_COOKIE", ""),
    )


def _read_body(environ: WsgiEnviron) -> bytes:
    """Read the body, chunked or with a length, and put it back for the seller.

    Returns nothing for a body that is too long or has no length: the seller gets it as it is.
    """
    length = get_content_length(environ)
    chunked = length is None and bool(environ.get("wsgi.input_terminated"))
    if not chunked and not 0 < (length or 0) <= MAX_REQUEST_BODY:
        return b""
    raw: bytes = environ["wsgi.input"].read(MAX_REQUEST_BODY if chunked else length)
    environ["wsgi.input"] = io.BytesIO(raw)
    environ["CONTENT_LENGTH"] = str(len(raw))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return raw


def error_of(text: str) -> str:
    """``type/object`` of an error document in any format, or an empty text."""
    match = _XML_ERROR.search(text)
    if match is not None:
        return "/".join(part for part in (match["type"], match["object"]) if part)
    start = _JSON_ERROR.search(text)
    if start is None:
        return ""
    parts = (re.search(_JSON_PART.format(name), text[start.end() :]) for name in ("type", "object"))
    return "/".join(part[1] for part in parts if part and part[1]) or "error"
