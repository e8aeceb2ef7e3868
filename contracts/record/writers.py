"""Writes a document in a format: the record for a client to read, or an answer as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element, tostring

from contracts.record.compare import ExpectedDocument
from contracts.record.document import Node
from contracts.record.formats import ALWAYS_ARRAYS, AS_JSON, NUMBERS
from contracts.record.placeholders import Bindings

TABLES: Final = frozenset({"slist", "list"})
_JSON_TYPE: Final = "application/json; charset=UTF-8"


def write(expected: ExpectedDocument, out: str, bindings: Bindings) -> bytes:
    """The document on record in xml or bjson, with invented values for unbound labels."""
    tree = fill(expected.tree(out), bindings)
    return _xml(tree) if out == "xml" else _bjson(tree)


def write_error(type_: str, object_: str, message: str, out: str) -> tuple[bytes, str]:
    """An error document in any format with a tree, else in xml; with its content type."""
    attrs = {"type": type_, "object": object_}
    text = Node("msg", message)
    if out == "bjson":
        fields = (text, *(Node(name, value) for name, value in attrs.items()))
        return _bjson(Node("doc", children=(Node("error", children=fields),))), _JSON_TYPE
    error = Node("error", attrs={**attrs, "lang": "en"}, children=(text,))
    doc = Node("doc", children=(error,))
    if out in AS_JSON:
        return json.dumps(to_json(doc)).encode(), _JSON_TYPE
    return _xml(doc), "text/xml; charset=UTF-8"


def fill(node: Node, bindings: Bindings) -> Node:
    """The tree with values for its placeholders, without optional and absent nodes."""
    text = None if node.text is None else bindings.fill(node.text, sample=True)
    attrs = {name: bindings.fill(value, sample=True) for name, value in node.attrs.items()}
    present = (child for child in node.children if not (child.is_absent or child.optional))
    return Node(node.name, text, attrs, tuple(fill(child, bindings) for child in present))


def to_json(doc: Node) -> dict[str, Any]:
    """The document as ``out=json`` has it: ``{"doc": {...}}``.

    The text is under ``$``, attributes are under ``$name``, repeated names are arrays. Schemas and
    JSON pointers of the OpenAPI document hold for this form, whichever format the answer came in.
    """
    return {"doc": _json_object(doc)}


def _json_object(node: Node) -> dict[str, Any]:
    value: dict[str, Any] = {"$": node.text} if node.text else {}
    value.update((f"${name}", text) for name, text in node.attrs.items())
    for child in node.children:
        item = _json_object(child)
        if child.name in value or child.name in ALWAYS_ARRAYS:
            before = value.get(child.name, [])
            value[child.name] = [*(before if isinstance(before, list) else [before]), item]
        else:
            value[child.name] = item
    return value


def _xml(tree: Node) -> bytes:
    body: bytes = tostring(_element(tree), encoding="utf-8", xml_declaration=True)
    return body


def _element(node: Node) -> Element:
    element = Element(node.name, dict(node.attrs))
    element.text = node.text or None
    element.extend(_element(child) for child in node.children)
    return element


def _bjson(tree: Node) -> bytes:
    return json.dumps(_bjson_object(tree.children), ensure_ascii=False).encode()


def _bjson_object(nodes: Sequence[Node], *, table: bool = False) -> dict[str, object]:
    """Names with their values; a repeated name is an array, rows and choices always are."""
    value: dict[str, object] = {}
    for name in dict.fromkeys(node.name for node in nodes):
        items = [_bjson_value(node) for node in nodes if node.name == name]
        many = len(items) > 1 or name == "elem" or table
        value[name] = items if many else items[0]
    return value


def _bjson_value(node: Node) -> object:
    if node.children:
        return _bjson_object(node.children, table=node.name in TABLES)
    text = node.text or ""
    return int(text) if node.name in NUMBERS and text.isdigit() else text
