"""Reads the parameters of a request from its query and its body, repeated names included."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

Pairs = list[tuple[str, str]]
BODIES: Final = ("none", "form", "bare", "multipart", "json")
"""Kinds of bodies, as :data:`contracts.record.exchange.BODIES` has them."""


def read_pairs(query: bytes, body: bytes, content_type: str) -> Pairs:
    """All names with their texts, those of the query first; an unreadable body has none."""
    return [*_form(query), *read_body_pairs(body, content_type)]


def detect_body_kind(body: bytes, content_type: str) -> str:
    """The kind of a body, one of :data:`BODIES`."""
    kind = parse_options_header(content_type)[0].lower()
    if not body:
        return "none"
    if kind == "multipart/form-data":
        return "multipart"
    if kind.endswith(("/json", "+json")):
        return "json"
    return "form" if kind == "application/x-www-form-urlencoded" else "bare"


def read_body_pairs(body: bytes, content_type: str) -> Pairs:
    """The names and texts of a body."""
    kind = detect_body_kind(body, content_type)
    if kind == "none":
        return []
    if kind == "multipart":
        return _multipart(body, content_type)
    return _json(body) if kind == "json" else _form(body.strip(b"\r\n"))


def keep_last(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One text for each name: the last one."""
    return dict(pairs)


def _form(encoded: bytes) -> Pairs:
    return parse_qsl(encoded.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")


def _in_memory(*_: object, **__: object) -> io.BytesIO:
    """Keeps uploaded files in memory."""
    return io.BytesIO()


def _multipart(body: bytes, content_type: str) -> Pairs:
    kind, options = parse_options_header(content_type)
    try:
        _, fields, files = FormDataParser(_in_memory, silent=False).parse(
            io.BytesIO(body), kind, len(body), options
        )
    except (HTTPException, ValueError):
        return []
    sent = [(name, file.filename or "") for name, file in files.items(multi=True)]
    return [*fields.items(multi=True), *sent]


def _json(body: bytes) -> Pairs:
    """All names at any depth, since it is unknown which one a seller reads."""
    try:
        # As pairs: a dict would lose repeated names.
        return list(_flatten(json.loads(body, object_pairs_hook=tuple), ""))
    except (ValueError, RecursionError):
        # A seller may read a body that is not JSON as a form, whatever its content type.
        return _form(body)


def _flatten(value: object, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, tuple):
        for inner, item in value:
            yield from _flatten(item, inner)
    elif isinstance(value, list) and value:
        for item in value:
            yield from _flatten(item, name)
    else:
        yield name, value if isinstance(value, str) else str(value)
