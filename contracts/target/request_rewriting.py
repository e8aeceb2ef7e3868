"""The requests of a run as they stand: what may be doubted about them, and orders written anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

import httpx

from contracts.record.document import Node
from contracts.record.formats import FORMATS, UnreadableBody, read
from contracts.target.parameters import pairs_of

_WEIGHED: Final = frozenset({
    "func", "sok", "elid", "plid", "item", "clicked_button", "skipbasket", "autoprolong",
    "order_count", "faction",
})  # fmt: skip
"""What the gate weighs a request by."""


class Withheld(Exception):
    """A call that was not sent: one line that says why. No fault of the seller's."""


def refuse_doubt(request: httpx.Request) -> None:
    """Raises Withheld where a seller may read something else than what was weighed."""
    kind = request.headers.get("Content-Type", "")
    said: dict[str, str] = {}
    for name, text in pairs_of(request.url.query, request.read(), kind):
        meant = name.strip().lower()
        if meant in _WEIGHED and (name != meant or said.setdefault(meant, text) != text):
            raise Withheld(f'not sent: "{meant}" can be read in two ways')


def document_of(answer: httpx.Response, out: str) -> Node | None:
    """What was answered; None where it cannot be read."""
    try:
        document = read(answer.read(), out if out in FORMATS else "xml")[0]
    except UnreadableBody:
        return None
    return _from_bjson(document) if out == "bjson" else document


def is_refusal(answer: httpx.Response, out: str) -> bool:
    """Whether an answer is an error document. What cannot be read may have been carried out."""
    document = document_of(answer, out)
    return document is not None and document.first("error") is not None


def _from_bjson(document: Node) -> Node:
    """The number of an order stands one level deeper there (docs/wire.md section 3.2)."""
    opened = document.first("id")
    value = opened.first("v") if opened is not None else None
    return document if value is None else Node("doc", None, {}, (Node("id", value.text),))


def rewritten(request: httpx.Request, told: Mapping[str, str]) -> httpx.Request:
    """The same request with some parameters set anew, wherever they stood. Raises Withheld."""
    query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    kind = request.headers.get("content-type", "")
    if kind and "urlencoded" not in kind:
        raise Withheld(f"not sent: an order in a body of {kind.partition(';')[0]} is not rewritten")
    body = dict(parse_qsl(request.read().decode("utf-8", "replace"), keep_blank_values=True))
    (body or query).update(told)
    for name in set(query) & set(told):
        query[name] = told[name]
    headers = {n: v for n, v in request.headers.items() if n != "content-length"}
    return httpx.Request(
        request.method,
        request.url.copy_with(query=None),
        params=query or None,
        content=urlencode(body).encode() or None,
        headers=headers,
        extensions=request.extensions,
    )
