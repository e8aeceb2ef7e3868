"""What a request asks, wherever it says it: query, form, multipart or JSON, repeated names too."""

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
"""The words of :data:`contracts.record.exchange.BODIES`."""


def read_pairs(query: bytes, body: bytes, content_type: str) -> Pairs:
    """Every name with its text, the query's first. A body that cannot be read says nothing."""
    return [*_form(query), *read_body_pairs(body, content_type)]


def detect_body_kind(body: bytes, content_type: str) -> str:
    """How a body is written, in the words of :data:`BODIES`."""
    kind = parse_options_header(content_type)[0].lower()
    if not body:
        return "none"
    if kind == "multipart/form-data":
        return "multipart"
    if kind.endswith(("/json", "+json")):
        return "json"
    return "form" if kind == "application/x-www-form-urlencoded" else "bare"


def read_body_pairs(body: bytes, content_type: str) -> Pairs:
    """The names and texts of a body alone."""
    kind = detect_body_kind(body, content_type)
    if kind == "none":
        return []
    if kind == "multipart":
        return _multipart(body, content_type)
    return _json(body) if kind == "json" else _form(body.strip(b"\r\n"))


def keep_last(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One text for each name; the one said last counts."""
    return dict(pairs)


def _form(encoded: bytes) -> Pairs:
    return parse_qsl(encoded.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")


def _kept(*_: object, **__: object) -> io.BytesIO:
    """Where a file that was sent goes: nowhere but memory."""
    return io.BytesIO()


def _multipart(body: bytes, content_type: str) -> Pairs:
    kind, options = parse_options_header(content_type)
    try:
        _, fields, files = FormDataParser(_kept, silent=False).parse(
            io.BytesIO(body), kind, len(body), options
        )
    except (HTTPException, ValueError):
        return []
    sent = [(name, file.filename or "") for name, file in files.items(multi=True)]
    return [*fields.items(multi=True), *sent]


def _json(body: bytes) -> Pairs:
    """However deep a name stands, and however often: nobody knows which one a reader takes."""
    try:
        # An object as a tuple of its pairs: as a dict it would forget what is said twice.
        return list(_of_json(json.loads(body, object_pairs_hook=tuple), ""))
    except (ValueError, RecursionError):
        # What only claims to be JSON may be a form to whoever reads it.
        return _form(body)


def _of_json(told: object, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(told, tuple):
        for inner, item in told:
            yield from _of_json(item, inner)
    elif isinstance(told, list) and told:
        for item in told:
            yield from _of_json(item, name)
    else:
        yield name, told if isinstance(told, str) else str(told)
