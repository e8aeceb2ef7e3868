"""Sellers that answer as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Request, Response


class Strange:
    """A seller that answers as a test says, and keeps what it was asked."""

    def __init__(self, response: Callable[[Request], Response]) -> None:
        self._response = response
        self.asked: list[Request] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith("/_mockseller"):
            return Response("no", 404)(environ, start)
        request.get_data(cache=True)
        self.asked.append(request)
        return self._response(request)(environ, start)


def strange(body: bytes = b"<doc/>", status: int = 200, **headers: str) -> Strange:
    def answer(_: Request) -> Response:
        response = Response(body, status)
        for name, value in headers.items():
            response.headers[name.replace("_", "-")] = value
        return response

    return Strange(answer)
