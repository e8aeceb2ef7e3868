"""Writes an answer as JSON: ``json``, ``sjson``, ``xjson``, ``JSONdata``, ``bjson`` and ajax.

Source: docs/wire.md sections 3.1 (recorded and observed), 3.2 (observed) and the decisions on
JSONdata, ``bjson`` errors and ajax actions (assumed). Texts are raw UTF-8, the writing compact.
"""

from __future__ import annotations

from json import JSONEncoder
from typing import TYPE_CHECKING

from emulator.protocol.document import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from emulator.protocol.document import Document, Node

_Object = dict[str, object]

# Names that are arrays even when one member is there (clients index them unguarded).
_MANY_IN_JSON = frozenset({
    "elem", "slist", "list", "page", "toolgrp", "toolbtn", "field", "col", "filter", "select",
    "if", "slider", "node",
})  # fmt: skip
# Blocks of the price list; the same names stand for plain texts elsewhere.
_PLURAL_BLOCKS = frozenset({"pricelist", "addon", "datacenter"})
_MANY_IN_BJSON = frozenset({
    "pricelist", "period", "addon", "datacenter", "enumerationitem", "node", "item", "elem",
})  # fmt: skip
# What only repeats the question; clients of the flat formats have never seen it.
_ECHO = frozenset({"tparams", "saved_filters"})
_ACKNOWLEDGEMENT = frozenset({"ok", "id", "item.id"})
# A count of this many digits is beyond any number a strict client's integer type can hold.
_COUNT_DIGITS = 18

_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def render(document: Document) -> bytes:
    """Return ``{"doc": {...}}``: text under ``$``, attributes under ``$name``, repeats as arrays.

    ``metadata`` and ``messages`` stand before the nodes. An error is alone in its ``doc``.
    """
    doc: _Object = {}
    if document.shape is not Shape.ERROR:
        for name, value in document.attrs.items():
            doc["$" + name] = value
        for node in document.layout:
            if node.name == "messages":
                doc["messages"] = _messages(node)
            else:
                _map((node,), doc)
    _map(document.nodes, doc)
    return _encode({"doc": doc}).encode()


def _map(nodes: Iterable[Node], out: _Object) -> None:
    for node in nodes:
        name = node.name
        value: _Object = {"$": node.text} if node.text else {}
        if node.attrs:
            for attribute, text in node.attrs.items():
                value["$" + attribute] = text
        if node.children:
            _map(node.children, value)
        plural = name in _MANY_IN_JSON or (name in _PLURAL_BLOCKS and node.children)
        if plural or name in out:
            _append(out, name, value)
        else:
            out[name] = value


def _put(out: _Object, name: str, value: object, many: frozenset[str]) -> None:
    # A row's ``pricelist`` or ``period`` is a plain text; only a structure of that name is plural.
    plural = name in many and (name in _MANY_IN_JSON or not isinstance(value, str))
    if plural or name in out:
        _append(out, name, value)
    else:
        out[name] = value


def _append(out: _Object, name: str, value: object) -> None:
    present = out.get(name)
    if isinstance(present, list):
        present.append(value)
    else:
        out[name] = [value] if present is None else [present, value]


def _messages(node: Node) -> _Object:
    """Return the one place where texts are plain strings: ``{"$name": …, "msg": {key: text}}``.

    A ``msg`` carries its key as attribute ``name``, or its texts as children named by their key.
    """
    texts: dict[str, str] = {}
    for msg in node.children or ():
        for text in msg.children or ():
            texts[text.name] = text.text
        if msg.attrs and "name" in msg.attrs:
            texts[msg.attrs["name"]] = msg.text
    out: _Object = {"$" + name: value for name, value in (node.attrs or {}).items()}
    out["msg"] = texts
    return out


def render_data(document: Document) -> bytes:
    """Return the mapping of :func:`render` without ``$`` (``out=JSONdata``; assumed).

    A leaf is a string; attribute ``a`` of field ``f`` is the field ``f_a`` beside it. In a
    document with a structure of its own attributes are plain keys and a text beside them is ``v``.
    """
    if document.shape is Shape.ERROR:
        return _encode({"doc": _plain(document.nodes, _MANY_IN_JSON)}).encode()
    mapped = _plain if document.shape is Shape.RAW else _fields
    doc = {**document.attrs, **mapped(document.nodes, _MANY_IN_JSON)}
    return _encode({"doc": doc}).encode()


def _fields(nodes: Iterable[Node], many: frozenset[str]) -> _Object:
    """Return name → string; attribute ``a`` of ``f`` is ``f_a`` unless a field has that name."""
    out: _Object = {}
    aside: dict[str, str] = {}
    for node in nodes:
        name = node.name
        value: object = node.text
        if node.children or name in many:
            value = _plain_value(node, many)
        elif node.attrs:
            for attribute, text in node.attrs.items():
                aside[f"{name}_{attribute}"] = text
        _put(out, name, value, many)
    for name, text in aside.items():
        out.setdefault(name, text)
    return out


def _plain(nodes: Iterable[Node], many: frozenset[str]) -> _Object:
    """Return name → string, object or array, attributes and children being keys of an object."""
    out: _Object = {}
    for node in nodes:
        _put(out, node.name, _plain_value(node, many), many)
    return out


def _plain_value(node: Node, many: frozenset[str]) -> object:
    children = node.children
    if not children and not node.attrs:
        # An empty row or table is an empty object still: its kind may not hang on its content.
        return {} if node.name == "elem" and not node.text else node.text
    out: _Object = dict(node.attrs or ())
    if node.text:
        out["v"] = node.text
    if children:
        out.update(_fields(children, many) if node.name == "elem" else _plain(children, many))
    return out


def render_bjson(document: Document) -> bytes:
    """Return the flat form, which has no ``doc`` and differs by :class:`Shape`.

    ``LISTING`` ``{"func", "elem": [{name: text}], "p_num": …}``; ``FORM`` ``{"func", "model",
    "slist", "list"}``; ``RESULT`` ``{"func", name: {"v": text}, "model"}``; ``RAW`` nested objects;
    ``ERROR`` ``{"error": {"msg", "type", "object"}}`` (``type`` and ``object`` are assumed).
    """
    return _encode(_BJSON[document.shape](document)).encode()


def _parts(nodes: Sequence[Node]) -> tuple[list[Node], _Object]:
    """Return the fields of a form, and its choices, tables and further structures by name."""
    leaves: list[Node] = []
    others: list[Node] = []
    selects: _Object = {}
    tables: _Object = {}
    for node in _levelled(nodes):
        name = node.name
        if name in _ECHO:
            continue
        children = node.children
        if name == "slist":
            selects[_own_name(node)] = [_choice(val) for val in children or ()]
        elif name == "list":
            tables[_own_name(node)] = [_plain_value(row, _MANY_IN_BJSON) for row in children or ()]
        else:
            (others if children else leaves).append(node)
    named = {"slist": selects, "list": tables}
    rest = {name: by_name for name, by_name in named.items() if by_name}
    return leaves, {**_plain(others, _MANY_IN_BJSON), **rest}


def _levelled(nodes: Sequence[Node]) -> Sequence[Node]:
    """Return the nodes, and those of an inner ``doc`` that the outer level lacks."""
    inner = [child for node in nodes if node.name == "doc" for child in node.children or ()]
    outer = [node for node in nodes if node.name != "doc"]
    known = {(node.name, _own_name(node)) for node in outer}
    return outer + [node for node in inner if (node.name, _own_name(node)) not in known]


def _own_name(node: Node) -> str:
    return (node.attrs or {}).get("name", "")


def _choice(val: Node) -> dict[str, str]:
    out = {"k": "", "v": val.text}
    for name, text in (val.attrs or {}).items():
        out["k" if name == "key" else name] = text
    return out


def _model(leaves: Iterable[Node]) -> _Object:
    model = _fields([node for node in leaves if node.name != "ok"], frozenset())
    if "webdomains" in model:
        # Strictly typed clients accept a number or an empty string here, and nothing else.
        text = str(model["webdomains"])
        counts = text.isascii() and text.isdigit() and len(text) <= _COUNT_DIGITS
        model["webdomains"] = int(text) if counts else ""
    return model


def _listing(document: Document) -> _Object:
    rows = [_plain_value(node, _MANY_IN_BJSON) for node in document.nodes if node.name == "elem"]
    return {"func": document.func, **({"elem": rows} if rows else {}), **_paging(document.nodes)}


def _paging(nodes: Iterable[Node]) -> _Object:
    rest = [node for node in nodes if node.name != "elem" and node.name not in _ECHO]
    return _fields(rest, _MANY_IN_BJSON)


def _form(document: Document) -> _Object:
    leaves, rest = _parts(document.nodes)
    return {"func": document.func, "model": _model(leaves), **rest}


def _result(document: Document) -> _Object:
    leaves, rest = _parts(document.nodes)
    out: _Object = {"func": document.func, **_values(leaves), **rest}
    if any(node.name not in _ACKNOWLEDGEMENT for node in leaves):
        # A client may read a submitted form as it reads a shown one.
        out["model"] = _model(leaves)
    return out


def _values(nodes: Iterable[Node]) -> _Object:
    """Return name → ``{"v": text}`` with attributes as further keys."""
    out: _Object = {}
    for node in nodes:
        nested = _plain_value(node, _MANY_IN_BJSON) if node.children else None
        _put(out, node.name, nested or {"v": node.text, **(node.attrs or {})}, frozenset())
    return out


def _raw(document: Document) -> _Object:
    nodes = [node for node in document.nodes if node.name not in _ECHO]
    return {"func": document.func, **_plain(nodes, _MANY_IN_BJSON)}


def _error(document: Document) -> _Object:
    error = document.nodes[0]
    out: _Object = {"msg": _text_of(error, "msg")}
    for name in ("type", "object"):
        if error.attrs and name in error.attrs:
            out[name] = error.attrs[name]
    return {"error": out}


def _text_of(node: Node, name: str) -> str:
    return next((child.text for child in node.children or () if child.name == name), "")


_BJSON: Mapping[Shape, Callable[[Document], _Object]] = {
    Shape.LISTING: _listing,
    Shape.FORM: _form,
    Shape.RESULT: _result,
    Shape.RAW: _raw,
    Shape.ERROR: _error,
}


def render_ajax(document: Document) -> bytes:
    """Return what a browser client area reads (``sfrom=ajax`` without ``out``).

    A list is ``{"content": [{name: {"v": text, attribute: …}}]}``, an action has
    ``message[0].status`` ``ok`` beside its values, an error ``error`` there; forms and documents
    with a structure of their own are as in bjson.
    """
    if document.shape is Shape.LISTING:
        rows = [_values(node.children or ()) for node in document.nodes if node.name == "elem"]
        out: _Object = {"content": rows, **_paging(document.nodes)}
    elif document.shape is Shape.ERROR:
        warning = {_culprit(document.nodes[0]): {"msg": _text_of(document.nodes[0], "msg")}}
        out = {"message": [{"status": "error"}], **_error(document), "warning": warning}
    else:
        out = _BJSON[document.shape](document)
        if document.shape is Shape.RESULT:
            out = {"message": [{"status": "ok"}], **out}
    return _encode(out).encode()


def _culprit(error: Node) -> str:
    """Return the element a warning is filed under: the error's ``elid``, else its ``value``."""
    params = {_own_name(node): node.text for node in error.children or () if node.name == "param"}
    return params.get("elid") or params.get("value", "")
