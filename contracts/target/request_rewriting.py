"""Reads requests and answers for the spending guard, and rewrites the parameters of orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

import httpx

from contracts.record.document import Node
from contracts.record.formats import FORMATS, UnreadableBody, read, unfold_bjson
from contracts.target.parameters import read_pairs

_DECISIVE: Final = frozenset({
    "func", "sok", "elid", "plid", "item", "clicked_button", "skipbasket", "autoprolong",
    "order_count", "faction",
})  # fmt: skip
"""Parameters by which the spending guard decides."""


class CallBlocked(Exception):
    """A call that the spending guard did not send: one line that says why. No seller's mistake."""


def refuse_ambiguous(request: httpx.Request) -> None:
    """Raises CallBlocked if a seller may read another value than the spending guard did."""
    kind = request.headers.get("Content-Type", "")
    values: dict[str, str] = {}
    for name, text in read_pairs(request.url.query, request.read(), kind):
        key = name.strip().lower()
        if key in _DECISIVE and (name != key or values.setdefault(key, text) != text):
            raise CallBlocked(f'not sent: "{key}" can be read in two ways')


def read_document(answer: httpx.Response, out: str) -> Node | None:
    """The document of an answer in the format ``out``, or None if it cannot be read."""
    try:
        document = read(answer.read(), out if out in FORMATS else "xml")[0]
    except UnreadableBody:
        return None
    return unfold_bjson(document) if out == "bjson" else document


def is_refusal(answer: httpx.Response, out: str) -> bool:
    """Whether an answer is an error document. An unreadable answer may have been carried out."""
    document = read_document(answer, out)
    return document is not None and document.first("error") is not None


def rewrite(request: httpx.Request, params: Mapping[str, str]) -> httpx.Request:
    """The same request with some parameters replaced, in query and body alike.

    Raises CallBlocked if the body is not a form.
    """
    query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    kind = request.headers.get("content-type", "")
    if kind and "urlencoded" not in kind:
        raise CallBlocked(
            f"not sent: an order in a body of {kind.partition(';')[0]} is not rewritten"
        )
    body = dict(parse_qsl(request.read().decode("utf-8", "replace"), keep_blank_values=True))
    (body or query).update(params)
    for name in set(query) & set(params):
        query[name] = params[name]
    headers = {n: v for n, v in request.headers.items() if n != "content-length"}
    return httpx.Request(
        request.method,
        request.url.copy_with(query=None),
        params=query or None,
        content=urlencode(body).encode() or None,
        headers=headers,
        extensions=request.extensions,
    )
