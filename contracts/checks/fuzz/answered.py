"""A request with its answer, read in the format it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from contracts.checks.fuzz.neutral import flat_error, tree_of
from contracts.record.document import Node
from contracts.record.formats import UnreadableBody
from contracts.target.redact import read_fields, redact_exchange
from contracts.verdicts import CallRecord


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """A request that was sent, and its answer. ``fault``: why the answer is no document."""

    request: httpx.Request
    response: httpx.Response
    params: Mapping[str, str]
    out: str
    doc: Node | None = None
    fault: str = ""

    @property
    def error(self) -> str | None:
        """The type of the refusal; None where nothing was refused or no format tells."""
        if self.doc is None:
            return flat_error(self.response.content) if self.out in ("bjson", "JSONdata") else None
        node = self.doc.first("error")
        if node is None:
            return None
        inner = node.first("type")
        return node.attrs.get("type") or (inner.text if inner is not None else "") or ""

    @property
    def is_refused(self) -> bool:
        """Whether it is an error document, in any format."""
        if self.out == "text":
            return self.response.content.startswith(b"ERROR")
        if self.out == "csv":
            return self.response.content.startswith(b"error,")
        if self.out == "ajax":
            return b'"error"' in self.response.content
        return self.error is not None

    def seen(self, note: str = "") -> CallRecord:
        """For a report, masked."""
        return redact_exchange(self.request, self.response, note)


def answered(request: httpx.Request, response: httpx.Response) -> AnsweredCall:
    """A request with its answer, read in the format it asks for."""
    params = read_fields(request)
    out = params.get("out", "")
    if not out:
        out = "ajax" if params.get("sfrom") == "ajax" else "xml"
    try:
        doc = tree_of(response.content, out)
    except UnreadableBody as problem:
        return AnsweredCall(request, response, params, out, None, str(problem))
    return AnsweredCall(request, response, params, out, doc)
