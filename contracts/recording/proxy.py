"""The recording proxy: a WSGI application between a client and a seller.

Answers reach the client as the seller sent them. A request reaches the seller only if it can be
read in one way, and if it cannot spend money or its function was allowed to.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from contracts.record.fields import ExchangeError
from contracts.record.writers import write_error
from contracts.recording import request as requests
from contracts.recording.options import RecordingOptions
from contracts.recording.request import ProxiedRequest
from contracts.recording.upstream import NoUpstreamAnswer, Upstream

if TYPE_CHECKING:
    from contracts.recording.recorder import Recorder, UpstreamAnswer
    from contracts.recording.replayer import Replayer

PATHS: Final = re.compile(r"/|/billmgr/?|/manager/billmgr/?")
_BETWEEN: Final = re.compile(r"[\s\"'<>=]+")
_FIRST: Final = 65536
"""Bytes at the beginning of an answer that are searched for a link."""
_DOCUMENTS: Final = (b"<?xml", b"<doc", b"{")
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
Log = Callable[[str], None]


class Proxy:
    """Serves one session: recorded (``upstream``, ``recorder``), replayed (``replayer``), or both.

    ``log`` gets one line for each request, without secrets or personal data. ``paid`` counts the
    calls of each function that may have spent money.
    """

    def __init__(
        self,
        options: RecordingOptions,
        log: Log,
        *,
        upstream: Upstream | None = None,
        recorder: Recorder | None = None,
        replayer: Replayer | None = None,
    ) -> None:
        self._options = options
        self.paid: Counter[str] = Counter()
        self._log = log
        self._upstream = upstream
        self._recorder = recorder
        self._replayer = replayer
        self._broken = ""
        self._pending_links: dict[str, ProxiedRequest] = {}
        # One request at a time: a session records their order.
        self._turn = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
        """Answers one request."""
        with self._turn:
            response = self._answer(Request(environ))
        return response(environ, start_response)

    def summary(self) -> Iterator[str]:
        """Lines for the end: calls that may have spent money, and exchanges not replayed."""
        for func, times in sorted(self.paid.items()):
            yield f"may have spent money: {func}, {times} time{'' if times == 1 else 's'}"
        if self._replayer is not None and self._replayer.left:
            yield f"not replayed: {self._replayer.left} of the recording"

    def _answer(self, request: Request) -> Response:
        if not _from_here(request):
            return Response("only this machine may ask\n", 403)
        link = request.path.lstrip("/")
        if request.method == "GET" and (begun := self._pending(link)) is not None:
            return self._ask_seller(begun, link)
        if not PATHS.fullmatch(request.path) or request.method not in ("GET", "POST"):
            return Response("there is only GET and POST /billmgr\n", 404)
        sent = requests.read_request(request)
        if reason := requests.find_ambiguity(sent):
            return self._refused(sent, "value", "func", f"not passed on: {reason}")
        played = None if self._replayer is None else self._replayed(sent, self._replayer)
        return played or self._forward(sent)

    def _replayed(self, sent: ProxiedRequest, replayer: Replayer) -> Response | None:
        """The answer from the recording; None: the request goes to the seller."""
        entry = replayer.replay(sent)
        if entry is not None:
            self._log(f"{sent.func}: from the recording")
            return _response(replayer.body(entry), entry.status, entry.content_type)
        if self._options.on_miss == "404":
            self._log(f"{sent.func}: not in the recording")
            return Response("not in the recording\n", 404)
        if self._options.on_miss == "error":
            return self._refused(sent, "missed", "recording", "is not in the recording")
        if name := replayer.foreign(sent):
            message = f"not passed on: {name} has a value that only the recording knows"
            return self._refused(sent, "access", "recording", message)
        return None

    def _forward(self, sent: ProxiedRequest) -> Response:
        if self._broken:
            return self._refused(sent, "access", "recording", self._broken)
        if func := requests.find_paid_function(sent, self._options.allow_paying):
            message = f"spends money; it passes with --allow-paying {func}"
            return self._refused(sent, "access", func, message)
        if requests.find_paid_function(sent, ()):
            self.paid[sent.func] += 1
        return self._ask_seller(sent)

    def _pending(self, path: str) -> ProxiedRequest | None:
        """The request whose answer is behind a link, whatever path the client joined it to."""
        return next(
            (sent for link, sent in self._pending_links.items() if path.endswith(link)), None
        )

    def _ask_seller(self, sent: ProxiedRequest, link: str = "") -> Response:
        """Sends the request; records the answer, unless it is only a link to the answer."""
        if self._upstream is None:
            return self._refused(sent, "access", "upstream", "there is no seller behind")
        try:
            reply = self._upstream.ask(sent if not link else replace(sent, method="GET", body=b""),
                                       link)  # fmt: skip
        except NoUpstreamAnswer as problem:
            self._log(f"{sent.func}: no answer, {problem}")
            return Response("the seller did not answer\n", 502)
        answer = reply.answer
        if link_to_answer := _long_link(answer.body):
            self._pending_links[link_to_answer] = sent
            self._log(f"{sent.func}: takes long; its answer is behind a link")
        elif self._recorder is not None and sent.func:
            self._record(sent, self._recorder, answer)
        response = Response(answer.body, answer.status)
        response.headers.clear()
        response.headers.extend(reply.headers)
        return response

    def _record(self, sent: ProxiedRequest, recorder: Recorder, answer: UpstreamAnswer) -> None:
        """Records the answer. Never raises: the client may have paid for the answer."""
        spent = f"{answer.status}, {answer.seconds * 1000:.0f} ms"
        try:
            number, withheld = recorder.record(sent, answer)
        except (OSError, ExchangeError) as problem:
            what = problem.strerror if isinstance(problem, OSError) else "is no session any more"
            self._broken = f"the recording cannot be written: {what}"
            self._log(f"{sent.func}: {spent}; {self._broken}, nothing passes any more")
        except Exception as problem:  # noqa: BLE001 - the client must get its answer; the text could hold a secret
            self._log(f"{sent.func}: {spent}; not recorded: {type(problem).__name__}")
        else:
            message = f"; answer withheld: {withheld}" if withheld else ""
            self._log(recorder.log(f"{sent.func}: {spent}, number {number}{message}"))

    def _refused(self, sent: ProxiedRequest, type_: str, object_: str, message: str) -> Response:
        func = sent.func if not requests.find_ambiguity(sent) else ""
        self._log(f"{func or 'a request'}: {message}")
        body, kind = write_error(
            type_, object_, f"mockseller record: {func or 'a request'} {message}", sent.out
        )
        return _response(body, 200, kind)


def _from_here(request: Request) -> bool:
    """Whether the request comes from this machine and not from another site in a browser."""
    # A picture or link on another site sends no Origin, but this header.
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return False
    names = [f"//{request.headers.get('Host', '')}"]
    if "Origin" in request.headers:
        names.append(request.headers["Origin"])
    try:
        return all(urlsplit(name).hostname in LOOPBACK for name in names)
    except ValueError:
        return False


def _long_link(body: bytes) -> str:
    """The link to the answer of a long request (docs/wire.md section 1); empty if there is none.

    The text is split into words first: a pattern open on both ends takes minutes on garbage.
    """
    if body.lstrip().startswith(_DOCUMENTS):
        return ""
    for word in _BETWEEN.split(body[:_FIRST].decode("utf-8", "replace")):
        start = word.find("long")
        if start >= 0 and word.find("billmgr", start) > 0 and "://" not in word:
            return word.strip("/")
    return ""


def _response(body: bytes, status: int, kind: str) -> Response:
    response = Response(body, status)
    response.headers["Content-Type"] = kind
    return response
