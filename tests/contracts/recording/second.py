"""Other sellers: ours, but for what a test changes, or takes away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import httpx

Change = Callable[[bytes], bytes]


class Second:
    """Another seller: ours, but for what a test changes in its answers."""

    def __init__(self, wsgi: Any, change: Change, status: str = "", kind: str = "") -> None:  # noqa: ANN401
        self._wsgi = wsgi
        self._change = change
        self._status = status
        self._kind = kind

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if "billmgr" not in environ["PATH_INFO"]:
            answer: Iterable[bytes] = self._wsgi(environ, start)
            return answer
        told: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            told[:] = [status, dict(headers)]

        body = self._change(b"".join(self._wsgi(environ, keep)))
        told[1]["Content-Length"] = str(len(body))
        if self._kind:
            told[1]["Content-Type"] = self._kind
        start(self._status or told[0], list(told[1].items()))
        return [body]


def sub(pattern: str, text: str) -> Change:
    return lambda body: re.sub(pattern.encode(), text.encode(), body)


class Foreign:
    """Our seller without its control API, as somebody else's is; keeps what it is asked."""

    def __init__(self, wsgi: Any) -> None:  # noqa: ANN401
        self._wsgi = wsgi
        self.asked: list[dict[str, str]] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_mockseller"):
            start("404 Not Found", [])
            return [b""]
        self.asked.append(dict(httpx.QueryParams(environ["QUERY_STRING"])))

        def dated(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            start(status, [*headers, ("Date", "Thu, 26 Nov 2026 12:00:00 GMT")])

        answer: Iterable[bytes] = self._wsgi(environ, dated)
        return answer
