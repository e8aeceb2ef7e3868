"""A call to a seller, with its answer read in the format that was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from contracts.record.document import Node
from contracts.record.formats import UnreadableBody, find_error, find_format, read
from contracts.target.redact import read_fields, redact_exchange
from contracts.verdicts import CallRecord

FLAT: Final = frozenset({"bjson", "JSONdata", "ajax"})
"""Formats that are JSON objects of another shape than ``json``."""
AS_TEXT: Final = frozenset({"text", "csv"})
_JSONP: Final = re.compile(rb"\A[A-Za-z0-9_.$]{1,100}\((.*)\);\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """A request that was sent, and its answer.

    ``doc`` is None where the format has no tree; ``unread`` says why the answer is no document.
    """

    request: httpx.Request
    response: httpx.Response
    params: Mapping[str, str]
    out: str
    doc: Node | None = None
    unread: str = ""

    @property
    def error(self) -> str | None:
        """The type of the error that the answer is, empty where it has none; None: it is none."""
        error = find_error(self.doc)
        return None if error is None else error.type

    @property
    def is_refused(self) -> bool:
        """Whether the answer is an error document, in any format."""
        if self.out == "text":
            return self.response.content.startswith(b"ERROR")
        if self.out == "csv":
            return self.response.content.startswith(b"error,")
        if self.out == "ajax":
            return b'"error"' in self.response.content
        return self.error is not None

    def seen(self, note: str = "") -> CallRecord:
        """The call for a report, masked."""
        return redact_exchange(self.request, self.response, note)


def read_answer(request: httpx.Request, response: httpx.Response) -> AnsweredCall:
    """A request with its answer, read in the format that the request asks for."""
    params = read_fields(request)
    out = params.get("out", "")
    if not out:
        out = "ajax" if params.get("sfrom") == "ajax" else "xml"
    try:
        doc = _document(response.content, out)
    except UnreadableBody as problem:
        return AnsweredCall(request, response, params, out, None, str(problem))
    return AnsweredCall(request, response, params, out, doc)


def _document(body: bytes, out: str) -> Node | None:
    """The tree of an answer; None in text formats. Raises UnreadableBody."""
    if out in AS_TEXT:
        try:
            body.decode("utf-8")
        except UnicodeDecodeError as problem:
            raise UnreadableBody(f"not UTF-8: {problem}") from problem
        return None
    padded = _JSONP.match(body)
    plain = padded[1] if padded else body
    if out in FLAT:
        doc = read(plain, "bjson")[0]
        return doc.first("doc") or doc
    # A seller answers a format that it does not know in xml.
    return read(plain, out if find_format(out) == "json" else "xml")[0]
