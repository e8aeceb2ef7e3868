"""What the JSON formats share: names to values, repeats as arrays, one way of encoding."""

from __future__ import annotations

from json import JSONEncoder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.wire.document import Node

Object = dict[str, object]

# Names that are arrays even when one member is there (clients index them unguarded).
MANY_IN_JSON = frozenset({
    "elem", "slist", "list", "page", "toolgrp", "toolbtn", "field", "col", "filter", "select",
    "if", "slider", "node", "mlist",
})  # fmt: skip

encode = JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def put(out: Object, name: str, value: object, many: frozenset[str]) -> None:
    """Add a value: in an array where the name is plural or there already.

    A row's ``pricelist`` or ``period`` is a plain text; only a structure of that name is plural.
    """
    plural = name in many and (name in MANY_IN_JSON or not isinstance(value, str))
    if plural or name in out:
        append(out, name, value)
    else:
        out[name] = value


def append(out: Object, name: str, value: object) -> None:
    """Add a value to an array, made of what is there if need be."""
    present = out.get(name)
    if isinstance(present, list):
        present.append(value)
    else:
        out[name] = [value] if present is None else [present, value]


def fields(nodes: Iterable[Node], many: frozenset[str]) -> Object:
    """Return name → string; attribute ``a`` of ``f`` is ``f_a`` unless a field has that name."""
    out: Object = {}
    aside: dict[str, str] = {}
    for node in nodes:
        name = node.name
        value: object = node.text
        if node.children or name in many:
            value = plain_value(node, many)
        elif node.attrs:
            for attribute, text in node.attrs.items():
                aside[f"{name}_{attribute}"] = text
        put(out, name, value, many)
    for name, text in aside.items():
        out.setdefault(name, text)
    return out


def plain(nodes: Iterable[Node], many: frozenset[str]) -> Object:
    """Return name → string, object or array, attributes and children being keys of an object."""
    out: Object = {}
    for node in nodes:
        put(out, node.name, plain_value(node, many), many)
    return out


def plain_value(node: Node, many: frozenset[str]) -> object:
    """Return a text, or an object of attributes, children and, under ``v``, the text."""
    children = node.children
    if not children and not node.attrs:
        # An empty row or table is an empty object still: its kind may not hang on its content.
        return {} if node.name == "elem" and not node.text else node.text
    out: Object = dict(node.attrs or ())
    if node.text:
        out["v"] = node.text
    if children:
        out.update(fields(children, many) if node.name == "elem" else plain(children, many))
    return out
