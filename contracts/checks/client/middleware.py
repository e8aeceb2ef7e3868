"""Stands between a client and the seller: hears everything, and plays the lesson's tricks.

The seller's journal does not tell where a password stood and holds no moments of elapsed time, so
the judge listens for itself, in front of the seller.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Request
from werkzeug.wsgi import get_content_length

from contracts.checks.client.fault_hooks import Asked, Torn, Trick
from contracts.checks.client.origin_check import check_ours
from contracts.checks.client.recorded_calls import Heard
from contracts.target.redact import find_secrets, mask_form, mask_text

LONGEST_BODY: Final = 1_000_000
"""Bytes of a request that are listened to; the rest is passed on unread."""
LONGEST_ANSWER: Final = 20_000
"""Characters of an answer that are kept."""
MANY: Final = 2_000
"""Requests of one play after which answers are kept by their beginnings: somebody hammers."""
BEGINNING: Final = 100
MOST: Final = 200_000
"""Requests of one play that are kept at all."""
LOCKED: Final = "/_mockseller"
"""The door of the judge; a client that is graded must not find it."""
_ERROR: Final = re.compile(
    r"<error\b(?=[^>]*\btype=\"(?P<xml>[^\"]*)\")(?:[^>]*\bobject=\"(?P<about>[^\"]*)\")?"
)
_JSON_ERROR: Final = re.compile(r'"error"\s*:\s*\{')
_JSON_PART: Final = r'"\$?{}"\s*:\s*"([^"]*)"'

Environ = dict[str, Any]
Start = Callable[..., Any]
App = Callable[[Environ, Start], Iterable[bytes]]


@dataclass
class Ear:
    """A WSGI application around the seller's. ``elapsed`` is the seller's own time in seconds.

    ``step`` is the number of the step that runs, ``tricks`` what is played now.
    """

    app: App
    elapsed: Callable[[], float]
    step: int = 0
    tricks: tuple[Trick, ...] = ()
    _heard: list[Heard] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def take(self) -> tuple[Heard, ...]:
        """Everything heard since the last time, oldest first."""
        with self._lock:
            heard, self._heard = tuple(self._heard), []
        return heard

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Hears one request, plays tricks on it and passes on what came of it."""
        if environ.get("PATH_INFO", "").startswith(LOCKED):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"not here\n"]
        try:
            check_ours(Request(environ))
        except Forbidden as stranger:
            return stranger(environ, start_response)
        asked = _asked(environ)
        at = self.elapsed()
        told = _Told()
        broken: OSError | None = None
        try:
            for trick in self.tricks:
                trick.before(asked)
            told.run(self.app, environ)
            for trick in self.tricks:
                told.body = trick.after(asked, told.body)
                told.call(trick.kind(asked, told.kind))
        except Torn as problem:
            broken, told.body = problem, problem.sent
        except OSError as problem:
            broken = problem
        self._write_down(asked, at, told, lost=broken is not None)
        start_response(told.status, told.dressed(broken is None))
        return [told.body] if broken is None else _breaks_off(told.body, broken)

    def _write_down(self, asked: Asked, at: float, told: _Told, *, lost: bool) -> None:
        text = mask_text(told.body.decode("utf-8", "replace"), find_secrets(asked.form))
        heard = Heard(
            step=self.step,
            at=at,
            method=asked.method,
            address=asked.path,
            form=mask_form(asked.form),
            in_query=asked.in_query,
            status=0 if lost and not told.body else int(told.status.split()[0]),
            answer=text[:LONGEST_ANSWER],
            error=error_of(text),
            note=", ".join([*asked.notes, *(["the line broke"] if lost else [])]),
        )
        with self._lock:
            if len(self._heard) >= MANY:
                heard = replace(heard, answer=heard.answer[:BEGINNING])
            if len(self._heard) < MOST:
                self._heard.append(heard)


@dataclass
class _Told:
    """What the seller said, as far as it came."""

    status: str = "200 OK"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def run(self, app: App, environ: Environ) -> None:
        """Calls the seller. Raises what breaks the line, with the beginning kept in ``body``."""

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> object:
            self.status, self.headers = status, headers
            return lambda _: None

        answer = app(environ, start)
        try:
            for chunk in answer:
                self.body += chunk
        finally:
            close = vars(type(answer)).get("close")
            if close is not None:
                close(answer)

    @property
    def kind(self) -> str:
        """The ``Content-Type``, or nothing."""
        return next((text for name, text in self.headers if name.lower() == "content-type"), "")

    def call(self, kind: str) -> None:
        """Gives it another ``Content-Type``."""
        if kind != self.kind:
            rest = [pair for pair in self.headers if pair[0].lower() != "content-type"]
            self.headers = [*rest, ("Content-Type", kind)]

    def dressed(self, whole: bool) -> list[tuple[str, str]]:  # noqa: FBT001 - a fact, not a switch
        """The headers; of a whole answer with the length it has now."""
        if not whole:
            return self.headers
        kept = [pair for pair in self.headers if pair[0].lower() != "content-length"]
        return [*kept, ("Content-Length", str(len(self.body)))]


def _breaks_off(sent: bytes, problem: OSError) -> Iterator[bytes]:
    """What was sent before the line broke, then what a socket raises."""
    if sent:
        yield sent
    raise problem


def _asked(environ: Environ) -> Asked:
    """Reads a request and leaves it readable for the seller."""
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    body: dict[str, str] = {}
    raw = _body_of(environ)
    if raw:
        if environ.get("CONTENT_TYPE", "").startswith("multipart/"):
            body = dict(Request({**environ, "wsgi.input": io.BytesIO(raw)}).form)
        else:
            body = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    return Asked(
        method=environ.get("REQUEST_METHOD", ""),
        path=urlsplit(environ.get("PATH_INFO", "")).path,
        form={**query, **body},
        in_query=frozenset(query),
        cookie=environ.get("HTTP_COOKIE", ""),
    )


def _body_of(environ: Environ) -> bytes:
    """The body, in pieces or with its length, which the seller can read once more.

    Nothing of one that is too long, or of no length at all: it is left to the seller as it is.
    """
    length = get_content_length(environ)
    in_pieces = length is None and bool(environ.get("wsgi.input_terminated"))
    if not in_pieces and not 0 < (length or 0) <= LONGEST_BODY:
        return b""
    raw: bytes = environ["wsgi.input"].read(LONGEST_BODY if in_pieces else length)
    environ["wsgi.input"] = io.BytesIO(raw)
    environ["CONTENT_LENGTH"] = str(len(raw))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return raw


def error_of(text: str) -> str:
    """``type/object`` of an error document in any format, or nothing."""
    found = _ERROR.search(text)
    if found is not None:
        return "/".join(part for part in (found["xml"], found["about"]) if part)
    begun = _JSON_ERROR.search(text)
    if begun is None:
        return ""
    parts = (re.search(_JSON_PART.format(name), text[begun.end() :]) for name in ("type", "object"))
    return "/".join(part[1] for part in parts if part and part[1]) or "error"
