"""Documents of a recording as they are written down, and what kind of answer they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from contracts.record.document import Node
from contracts.record.formats import ECHO, LAYOUT, UnreadableBody, read
from contracts.record.tokens import Opaque

JSON = frozenset({"json", "sjson", "xjson"})
"""The names of the one mapping that exchanges call json."""
OUTS = frozenset({"", "xml", "devel"}) | JSON | {"bjson"}
"""Formats of which a tree can be read."""


def format_of(out: str) -> str:
    """The format as exchanges name it: xml, json, bjson; the name itself of any other."""
    if out in JSON:
        return "json"
    return "xml" if out in ("", "devel") else out


def tree_of(text: str, out: str) -> tuple[Node, list[str]]:
    """The tree of an answer and every breach of its format. Raises Opaque."""
    if out not in OUTS:
        raise Opaque(f"an answer in the format {out} cannot be read")
    try:
        return read(text.encode(), format_of(out))
    except UnreadableBody as problem:
        raise Opaque(" ".join(str(problem).split())) from None


def kind_of(doc: Node) -> str:
    """The kind of an answer, in the words of exchanges, as far as it shows."""
    if doc.first("error") is not None:
        return "error"
    if doc.first("ok") is not None:
        return "result"
    if doc.first("p_elems") is not None or doc.first("p_num") is not None:
        return "listing"
    told = [child for child in doc.children if child.name not in ECHO | LAYOUT | {"func"}]
    plain = any(not child.children and not child.attrs for child in told)
    return "form" if plain or doc.first("model") is not None or not told else "raw"


def record_of(node: Node) -> object:
    """A node as a file has it; :func:`contracts.record.document.from_record` reads it back."""
    if not node.children and not node.attrs:
        return node.text or ""
    told: dict[str, object] = {f"@{name}": text for name, text in node.attrs.items()}
    if node.text:
        told["$"] = node.text
    for name in dict.fromkeys(child.name for child in node.children):
        many = [record_of(child) for child in node.all(name)]
        told[name] = many if len(many) > 1 else many[0]
    return told


def doc_of(node: Node) -> dict[str, object]:
    """A whole document as a file has it: a mapping even where nothing is in it."""
    told = record_of(node)
    return told if isinstance(told, dict) else {}


def mapped(node: Node, change: Callable[[tuple[Node, ...], str, str], str]) -> Node:
    """The tree with other values. ``change`` sees the nodes from the root, attribute and value."""
    return _mapped((node,), change)


def _mapped(path: tuple[Node, ...], change: Callable[[tuple[Node, ...], str, str], str]) -> Node:
    node = path[-1]
    text = node.text and change(path, "", node.text)
    attrs = {name: change(path, name, value) for name, value in node.attrs.items()}
    children = tuple(_mapped((*path, child), change) for child in node.children)
    return replace(node, text=text, attrs=attrs, children=children)
