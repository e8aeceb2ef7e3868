"""Sellers for tests: ours with a change, ours without its control API, and scripted ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import httpx
from werkzeug.wrappers import Request, Response

Change = Callable[[bytes], bytes]


class ChangedSeller:
    """Our seller with a change in its answers, their HTTP status or their content type."""

    def __init__(self, wsgi: Any, change: Change, status: str = "", kind: str = "") -> None:  # noqa: ANN401
        self._wsgi = wsgi
        self._change = change
        self._status = status
        self._kind = kind

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if "billmgr" not in environ["PATH_INFO"]:
            answer: Iterable[bytes] = self._wsgi(environ, start)
            return answer
        started: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            started[:] = [status, dict(headers)]

        body = self._change(b"".join(self._wsgi(environ, keep)))
        started[1]["Content-Length"] = str(len(body))
        if self._kind:
            started[1]["Content-Type"] = self._kind
        start(self._status or started[0], list(started[1].items()))
        return [body]


def sub(pattern: str, text: str) -> Change:
    return lambda body: re.sub(pattern.encode(), text.encode(), body)


class ThirdPartySeller:
    """Our seller without its control API; ``requests`` are the parameters that it got."""

    def __init__(self, wsgi: Any) -> None:  # noqa: ANN401
        self._wsgi = wsgi
        self.requests: list[dict[str, str]] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_mockseller"):
            start("404 Not Found", [])
            return [b""]
        self.requests.append(dict(httpx.QueryParams(environ["QUERY_STRING"])))

        def dated(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            start(status, [*headers, ("Date", "Thu, 26 Nov 2026 12:00:00 GMT")])

        answer: Iterable[bytes] = self._wsgi(environ, dated)
        return answer


class ScriptedSeller:
    """A seller that answers as a test says; ``requests`` are those that it got."""

    def __init__(self, response: Callable[[Request], Response]) -> None:
        self._response = response
        self.requests: list[Request] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith("/_mockseller"):
            return Response("no", 404)(environ, start)
        request.get_data(cache=True)
        self.requests.append(request)
        return self._response(request)(environ, start)


def scripted(body: bytes = b"<doc/>", status: int = 200, **headers: str) -> ScriptedSeller:
    def answer(_: Request) -> Response:
        response = Response(body, status)
        for name, value in headers.items():
            response.headers[name.replace("_", "-")] = value
        return response

    return ScriptedSeller(answer)
