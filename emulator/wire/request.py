"""Reads the parameters of a request from query, form, multipart or JSON.

Source: docs/wire.md section 1, docs/wire.md section 8.1. A body without a Content-Type is a form;
a JSON body beside a query string is ignored; of a repeated name the last value counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request as HttpRequest

from emulator.errors import TooMuch

CANNOT_STAND = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters no XML document can hold; they become U+FFFD before anything looks at them."""
DRAIN = 64 * 1024 * 1024
"""Bytes of a refused body that are read, so that the client gets an answer, not a reset."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, independent of HTTP. ``world``: the name in the path, or empty."""

    params: Mapping[str, str]
    method: str
    path: str
    world: str
    address: str
    host: str
    cookie: str
    """Value of the cookie ``billmgrses5``, or empty."""
    origin: str
    refused: TooMuch | None = None
    agent: str = ""
    """The header ``User-Agent``."""
    repeated: tuple[str, ...] = ()
    """Names that were sent more than once: of these values the last counts."""

    @property
    def func(self) -> str:
        """The name of the function, or empty."""
        return self.params.get("func", "")


def read(http: HttpRequest, world: str, *, max_body: int, max_params: int) -> Request:
    """Reads a request. One that is too large has ``refused`` set; nothing is raised."""
    environ = http.environ
    pairs: list[tuple[str, str]] = []
    refused: TooMuch | None = None
    try:
        pairs = _pairs(environ.get("QUERY_STRING", "").encode("latin-1"), max_params)
        if environ.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in environ:
            pairs += _body(http, max_body, max_params)
    except TooMuch as fault:
        refused = fault
    if len(pairs) > max_params:
        refused, pairs = TooMuch("params", str(max_params)), pairs[:max_params]
    params = {_clean(name): _clean(value) for name, value in pairs}
    cookie = http.cookies.get("billmgrses5", "") if "HTTP_COOKIE" in environ else ""
    return Request(
        params=params,
        method=http.method,
        path=http.path,
        world=world,
        address=http.remote_addr or "",
        host=f"{http.scheme}://{environ.get('HTTP_HOST') or _own_name(environ)}",
        cookie=_clean(cookie),
        origin=environ.get("HTTP_ORIGIN", ""),
        refused=refused,
        agent=environ.get("HTTP_USER_AGENT", ""),
        repeated=_repeated(pairs) if len(params) < len(pairs) else (),
    )


def _repeated(pairs: list[tuple[str, str]]) -> tuple[str, ...]:
    count = Counter(_clean(name) for name, _ in pairs)
    return tuple(name for name, times in count.items() if times > 1)


def _own_name(environ: Mapping[str, Any]) -> str:
    """Where this server listens; HTTP/1.0 clients may send no Host header."""
    return f"{environ.get('SERVER_NAME', '')}:{environ.get('SERVER_PORT', '')}"


def _clean(text: str) -> str:
    return text if text.isprintable() else CANNOT_STAND.sub("\ufffd", text)


def _pairs(encoded: bytes, most: int) -> list[tuple[str, str]]:
    if not encoded:
        return []
    try:
        return parse_qsl(
            encoded.decode("latin-1") if encoded.isascii() else _escaped(encoded),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=most,
        )
    except ValueError:
        raise TooMuch("params", str(most)) from None


def _escaped(encoded: bytes) -> str:
    """Unescaped bytes above ASCII as text; invalid UTF-8 is replaced."""
    return encoded.decode("utf-8", "replace")


def _body(http: HttpRequest, max_body: int, max_params: int) -> list[tuple[str, str]]:
    if (http.content_length or 0) > max_body:
        _drain(http)
        raise TooMuch("body", str(max_body))
    kind = http.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _multipart(http, max_body, max_params)
    data = _content(http, max_body)
    if len(data) > max_body:
        _drain(http)
        raise TooMuch("body", str(max_body))
    if kind.endswith(("/json", "+json", "xml")):
        return []
    return _pairs(data.strip(b"\r\n"), max_params)


def _content(http: HttpRequest, max_body: int) -> bytes:
    """The body, cut one byte after the limit."""
    length = http.environ.get("CONTENT_LENGTH", "")
    if length.isascii() and length.isdigit():
        # With a length the stream needs no guard, which would cost as much as the parsing.
        content: bytes = http.environ["wsgi.input"].read(min(int(length), max_body + 1))
        return content
    return http.stream.read(max_body + 1)


def _multipart(http: HttpRequest, max_body: int, max_params: int) -> list[tuple[str, str]]:
    http.max_content_length = max_body
    http.max_form_memory_size = max_body
    http.max_form_parts = max_params
    try:
        return list(http.form.items(multi=True))
    except HTTPException:
        _drain(http)
        # A body with a length was measured before: it has too many parts.
        many = http.content_length is not None
        refused = TooMuch("params", str(max_params)) if many else TooMuch("body", str(max_body))
        raise refused from None


def _drain(http: HttpRequest) -> None:
    stream = http.environ["wsgi.input"]
    left = min(http.content_length or DRAIN, DRAIN)
    while left > 0:
        chunk = stream.read(min(left, 65536))
        if not chunk:
            return
        left -= len(chunk)
