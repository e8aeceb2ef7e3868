"""Writes an answer as JSON with its ``doc``: ``json``, ``sjson``, ``xjson`` and ``JSONdata``.

Source: docs/wire.md section 3.1 (observed); of JSONdata only
the place of an error is observed. Texts are raw UTF-8, the writing
compact.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from emulator.wire.document import Shape
from emulator.wire.formats.flat import MANY_IN_JSON, Object, append, encode, fields, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from emulator.wire.document import Document, Node

# Blocks of the price list; the same names stand for plain texts elsewhere.
_PLURAL_BLOCKS = frozenset({
    "pricelist", "addon", "banner", "enumerationitem", "itemtypeparam",
    "itemtypeparamvalue", "configuration",
})  # fmt: skip
_MANY_IN_DATA = MANY_IN_JSON | {"val", "message", "rowgroup", "row"}
# What repeats inside of something: options of a select, the prices of a tariff.
_PLURAL_INSIDE: Mapping[str, str] = MappingProxyType(
    {
        "slist": "val",
        "pricelist": "datacenter",
        "prices": "price",
        "buttons": "button",
        "mlist": "message",
        "message": "rowgroup",
        "rowgroup": "row",
    }
)
_CODES: Mapping[str, str] = MappingProxyType({
    "auth": "1", "internal": "1", "exists": "2", "missed": "3", "value": "4", "limit": "5",
    "access": "6", "license": "7",
})  # fmt: skip
"""The numbers of version 4 (documented); 1 for a login is recorded."""
_OTHER = "8"
"""Anything else: a message."""
_SOMETIMES_PLURAL = MANY_IN_JSON | _PLURAL_BLOCKS | {*_PLURAL_INSIDE.values(), "period"}


def render(document: Document) -> bytes:
    """Return ``{"doc": {...}}``: text under ``$``, attributes under ``$name``, repeats as arrays.

    ``metadata`` and ``messages`` stand before the nodes. An error is alone in its ``doc``.
    """
    doc: Object = {} if document.shape is Shape.ERROR else _head(document)
    _map(document.nodes, doc)
    return encode({"doc": doc}).encode()


def render_sjson(document: Document) -> bytes:
    """Return the JSON of :func:`render` with the ``param`` of an error always as an array.

    The one known client of this format iterates over them; clients of json read a single one.
    """
    if document.shape is not Shape.ERROR:
        return render(document)
    doc: Object = {}
    _map(document.nodes, doc)
    error = doc["error"]
    if isinstance(error, dict) and "param" in error:
        params = error["param"] if isinstance(error["param"], list) else [error["param"]]
        error["param"] = [{"$": "", **param} for param in params]
    return encode({"doc": doc}).encode()


def pieces(document: Document) -> Iterator[str]:
    """Yield the text of :func:`render` for a streamed document, node by node."""
    head = encode(_head(document))
    yield '{"doc":' + head[:-1]
    comma = "," if len(head) > len("{}") else ""
    tail: Object = {}
    _map(document.nodes, tail)
    values = map(_element, document.stream or ())
    if document.stream_single:
        yield from (f"{comma}{encode(document.stream_name)}:{encode(value)}" for value in values)
    else:
        yield from many(document.stream_name, values, comma)
    rest = encode(tail)[1:-1]
    yield f",{rest}}}}}" if rest else "}}"


def many(name: str, values: Iterable[object], comma: str) -> Iterator[str]:
    """``"name":[…]`` value by value, behind ``comma``; nothing where there is no value."""
    before, end = f"{comma}{encode(name)}:[", ""
    for value in values:
        yield before + encode(value)
        before, end = ",", "]"
    yield end


def _element(node: Node) -> object:
    mapped: Object = {}
    _map((node,), mapped)
    (value,) = mapped.values()
    return value[0] if isinstance(value, list) else value


def _head(document: Document) -> Object:
    doc: Object = {"$" + name: value for name, value in document.attrs.items()}
    for node in document.layout:
        if node.name == "messages":
            doc["messages"] = _messages(node)
        else:
            _map((node,), doc)
    return doc


def _map(nodes: Iterable[Node], out: Object, inside: str = "") -> None:
    many_here = _PLURAL_INSIDE.get(inside)
    for node in nodes:
        name = node.name
        value: Object = {"$": node.text} if node.text else {}
        if node.attrs:
            for attribute, text in node.attrs.items():
                value["$" + attribute] = text
        if node.children:
            _map(node.children, value, name)
        # Nearly no name is one of these, and it is asked of every value.
        plural = name in _SOMETIMES_PLURAL and (
            name in MANY_IN_JSON
            or name == many_here
            or (name in _PLURAL_BLOCKS and node.children)
            # A length of the price list has its cost as an attribute; elsewhere it is a text.
            or (name == "period" and node.attrs)
        )
        if plural or name in out:
            append(out, name, value)
        else:
            out[name] = value


def _messages(node: Node) -> Object:
    """Return the one place where texts are plain strings: ``{"$name": …, "msg": {key: text}}``.

    A ``msg`` carries its key as attribute ``name``, or its texts as children named by their key.
    """
    texts: dict[str, str] = {}
    for msg in node.children or ():
        for text in msg.children or ():
            texts[text.name] = text.text
        if msg.attrs and "name" in msg.attrs:
            texts[msg.attrs["name"]] = msg.text
    out: Object = {"$" + name: value for name, value in (node.attrs or {}).items()}
    out["msg"] = texts
    return out


def render_data(document: Document) -> bytes:
    """Return the mapping of :func:`render` without ``$`` (``out=JSONdata``; assumed).

    A leaf is a string; attribute ``a`` of field ``f`` is the field ``f_a`` beside it. In a
    document with a structure of its own attributes are plain keys and a text beside them is ``v``.
    An error stands at the top, with ``obj``, ``msg`` and ``code`` (observed).
    """
    if document.shape is Shape.ERROR:
        return encode({"error": _legacy_error(document.nodes[0])}).encode()
    mapped = plain if document.shape is Shape.RAW else fields
    doc = {**document.attrs, **mapped(document.nodes, _MANY_IN_DATA)}
    return encode({"doc": doc}).encode()


def _legacy_error(error: Node) -> Object:
    """An error as version 4 numbered it; ``type`` beside it is assumed."""
    attrs = error.attrs or {}
    texts = {node.name: node.text for node in error.children or ()}
    kind = attrs.get("type", "")
    return {
        "obj": attrs.get("object", ""),
        "msg": texts.get("msg", ""),
        "code": _CODES.get(kind, _OTHER),
        "type": kind,
    }
