"""Writes a document on record as a seller would send it, for the client to read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, tostring

from contracts.record.compare import ExpectedDocument
from contracts.record.document import Node
from contracts.record.formats import NUMBERS
from contracts.record.placeholders import Bindings

TABLES: Final = frozenset({"slist", "list"})


def write(wanted: ExpectedDocument, out: str, known: Bindings) -> bytes:
    """The document in a format (xml or bjson), with made-up values for what is not known."""
    tree = filled(wanted.tree(out), known)
    if out == "xml":
        body: bytes = tostring(_element(tree), encoding="utf-8", xml_declaration=True)
        return body
    return json.dumps(_object(tree.children), ensure_ascii=False).encode()


def filled(node: Node, known: Bindings) -> Node:
    """The tree with values for its placeholders, without what need not or must not be there."""
    text = None if node.text is None else known.filled(node.text, sample=True)
    attrs = {name: known.filled(value, sample=True) for name, value in node.attrs.items()}
    children = tuple(filled(child, known) for child in _present(node))
    return Node(node.name, text, attrs, children)


def _present(node: Node) -> tuple[Node, ...]:
    return tuple(child for child in node.children if not (child.is_absent or child.optional))


def _element(node: Node) -> Element:
    element = Element(node.name, dict(node.attrs))
    element.text = node.text or None
    element.extend(_element(child) for child in node.children)
    return element


def _object(nodes: Sequence[Node], *, table: bool = False) -> dict[str, object]:
    """Names to values; a repeated name is an array, rows and choices always are."""
    out: dict[str, object] = {}
    for name in dict.fromkeys(node.name for node in nodes):
        values = [_value(node) for node in nodes if node.name == name]
        many = len(values) > 1 or name == "elem" or table
        out[name] = values if many else values[0]
    return out


def _value(node: Node) -> object:
    if node.children:
        return _object(node.children, table=node.name in TABLES)
    text = node.text or ""
    return int(text) if node.name in NUMBERS and text.isdigit() else text
