"""Answers as one and the same tree, whichever format they came in.

The neutral form is that of ``out=json``: xml is read by the mapping that is fixed between the two
(docs/wire.md 3.1), so that schemas and JSON pointers hold for both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from contracts.record.document import Node
from contracts.record.formats import ALWAYS_ARRAYS, ECHO, LAYOUT, UnreadableBody, read

AS_XML: Final = frozenset({"xml", "devel"})
AS_JSON: Final = frozenset({"json", "sjson", "xjson"})
FLAT: Final = frozenset({"bjson", "JSONdata", "ajax"})
AS_TEXT: Final = frozenset({"text", "csv"})
JSONP: Final = re.compile(rb"\A[A-Za-z0-9_.$]{1,100}\((.*)\);\Z", re.DOTALL)


def tree_of(body: bytes, out: str) -> Node | None:
    """The document of an answer; None for formats that have none. Raises UnreadableBody."""
    if out in AS_TEXT:
        try:
            body.decode("utf-8")
        except UnicodeDecodeError as problem:
            raise UnreadableBody(f"not UTF-8: {problem}") from problem
        return None
    wrapped = JSONP.match(body)
    plain = wrapped[1] if wrapped else body
    if out in FLAT:
        _read_flat(plain)
        return None
    return read(plain, "json" if out in AS_JSON else "xml")[0]


def _read_flat(body: bytes) -> None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise UnreadableBody(f"not json: {problem}") from problem
    if not isinstance(told, Mapping):
        raise UnreadableBody(f"not an object: {body[:80]!r}")


def flat_error(body: bytes) -> str | None:
    """The type of the error in a flat format, where there is one; empty where it says none."""
    try:
        told = json.loads(body)
    except ValueError:
        return None
    told = told.get("doc", told) if isinstance(told, dict) else {}
    error = told.get("error") if isinstance(told, dict) else None
    if error is None:
        return None
    return str(error.get("type", "")) if isinstance(error, dict) else ""


def neutral(doc: Node) -> dict[str, Any]:
    """``{"doc": {...}}``: the text under ``$``, attributes under ``$name``, repeats as arrays."""
    return {"doc": _mapped(doc)}


def _mapped(node: Node) -> dict[str, Any]:
    out: dict[str, Any] = {"$": node.text} if node.text else {}
    out.update((f"${name}", text) for name, text in node.attrs.items())
    for child in node.children:
        value = _mapped(child)
        if child.name in out or child.name in ALWAYS_ARRAYS:
            before = out.get(child.name, [])
            out[child.name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            out[child.name] = value
    return out


def canonical(node: Node) -> tuple[Any, ...]:
    """A tree to be compared with another: without echo and layout, the order of names apart."""
    kept = [child for child in node.children if child.name not in ECHO | LAYOUT]
    groups = [(name, [canonical(c) for c in kept if c.name == name]) for name in _names(kept)]
    attrs = () if node.name == "doc" else tuple(sorted(node.attrs.items()))
    return (node.name, node.text or "", attrs, tuple((n, tuple(g)) for n, g in groups))


def _names(nodes: list[Node]) -> list[str]:
    return sorted({node.name for node in nodes})
