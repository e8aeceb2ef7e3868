"""Writes an answer in the flat form without a ``doc``: ``bjson``.

Source: docs/wire.md section 3.2 (observed); types in errors are assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.wire.document import Shape
from emulator.wire.formats.flat import Object, encode, fields, plain, plain_value, put
from emulator.wire.formats.json import many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from emulator.wire.document import Document, Node

_MANY_IN_BJSON = frozenset({
    "pricelist", "period", "addon", "datacenter", "enumerationitem", "node", "item", "elem",
    "mlist", "message", "rowgroup", "row", "configuration",
})  # fmt: skip
# The echo of the request, which the flat formats do not contain.
_ECHO = frozenset({"tparams", "saved_filters"})
_ACKNOWLEDGEMENT = frozenset({"ok", "id", "item.id"})
# A count of this many digits is beyond any number a strict client's integer type can hold.
_COUNT_DIGITS = 18


def render_bjson(document: Document) -> bytes:
    """Return the flat form, which has no ``doc`` and differs by :class:`Shape`.

    ``LISTING`` ``{"func", "elem": [{name: text}], "p_num": …}``; ``FORM`` ``{"func", "model",
    "slist", "list"}``; ``RESULT`` ``{"func", name: {"v": text}, "model"}``; ``RAW`` nested objects;
    ``ERROR`` ``{"error": {"msg", "type", "object"}}`` (``type`` and ``object`` are assumed).
    """
    return encode(render_object(document)).encode()


def render_object(document: Document) -> Object:
    """Return the same as an object."""
    return _BJSON[document.shape](document)


def pieces(document: Document) -> Iterator[str]:
    """Yield the text of :func:`render_bjson` for a streamed document, node by node."""
    yield encode({"func": document.func})[:-1]
    values = (plain_value(node, _MANY_IN_BJSON) for node in document.stream or ())
    yield from many(document.stream_name, values, ",")
    rest = encode(_raw(document))[1:-1].partition(",")[2]
    yield f",{rest}}}" if rest else "}"


def _parts(nodes: Sequence[Node]) -> tuple[list[Node], Object]:
    """Return the fields of a form, and its choices, tables and further structures by name."""
    leaves: list[Node] = []
    others: list[Node] = []
    selects: Object = {}
    tables: Object = {}
    for node in _levelled(nodes):
        name = node.name
        if name in _ECHO:
            continue
        children = node.children
        if name == "slist":
            selects[_own_name(node)] = [_choice(val) for val in children or ()]
        elif name == "list":
            tables[_own_name(node)] = [plain_value(row, _MANY_IN_BJSON) for row in children or ()]
        else:
            (others if children else leaves).append(node)
    named = {"slist": selects, "list": tables}
    rest = {name: by_name for name, by_name in named.items() if by_name}
    return leaves, {**plain(others, _MANY_IN_BJSON), **rest}


def _levelled(nodes: Sequence[Node]) -> Sequence[Node]:
    """Return the nodes, and those of an inner ``doc`` that the outer level lacks."""
    inner = [child for node in nodes if node.name == "doc" for child in node.children or ()]
    outer = [node for node in nodes if node.name != "doc"]
    names = {(node.name, _own_name(node)) for node in outer}
    return outer + [node for node in inner if (node.name, _own_name(node)) not in names]


def _own_name(node: Node) -> str:
    return (node.attrs or {}).get("name", "")


def _choice(val: Node) -> dict[str, str]:
    out = {"k": "", "v": val.text}
    for name, text in (val.attrs or {}).items():
        out["k" if name == "key" else name] = text
    return out


def _model(leaves: Iterable[Node]) -> Object:
    model = fields([node for node in leaves if node.name != "ok"], frozenset())
    if "webdomains" in model:
        # Strictly typed clients accept a number or an empty string here, and nothing else.
        text = str(model["webdomains"])
        counts = text.isascii() and text.isdigit() and len(text) <= _COUNT_DIGITS
        model["webdomains"] = int(text) if counts else ""
    return model


def _listing(document: Document) -> Object:
    rows = [plain_value(node, _MANY_IN_BJSON) for node in document.nodes if node.name == "elem"]
    return {"func": document.func, **({"elem": rows} if rows else {}), **paging(document.nodes)}


def paging(nodes: Iterable[Node]) -> Object:
    """Return what stands beside the rows of a list: paging, and the object it is inside of."""
    rest = [node for node in nodes if node.name != "elem" and node.name not in _ECHO]
    return fields(rest, _MANY_IN_BJSON)


def _form(document: Document) -> Object:
    leaves, rest = _parts(document.nodes)
    return {"func": document.func, "model": _model(leaves), **rest}


def _result(document: Document) -> Object:
    leaves, rest = _parts(document.nodes)
    out: Object = {"func": document.func, **values(leaves), **rest}
    if any(node.name not in _ACKNOWLEDGEMENT for node in leaves):
        # A client may read a submitted form as it reads a shown one.
        out["model"] = _model(leaves)
    return out


def values(nodes: Iterable[Node]) -> Object:
    """Return name → ``{"v": text}`` with attributes as further keys."""
    out: Object = {}
    for node in nodes:
        nested = plain_value(node, _MANY_IN_BJSON) if node.children else None
        put(out, node.name, nested or {"v": node.text, **(node.attrs or {})}, frozenset())
    return out


def _raw(document: Document) -> Object:
    nodes = [node for node in document.nodes if node.name not in _ECHO]
    return {"func": document.func, **plain(nodes, _MANY_IN_BJSON)}


def _error(document: Document) -> Object:
    error = document.nodes[0]
    out: Object = {"msg": text_of(error, "msg")}
    for name in ("type", "object"):
        if error.attrs and name in error.attrs:
            out[name] = error.attrs[name]
    return {"error": out}


def text_of(node: Node, name: str) -> str:
    """Return the text of a child, empty if there is none."""
    return next((child.text for child in node.children or () if child.name == name), "")


_BJSON: Mapping[Shape, Callable[[Document], Object]] = {
    Shape.LISTING: _listing,
    Shape.FORM: _form,
    Shape.RESULT: _result,
    Shape.RAW: _raw,
    Shape.ERROR: _error,
}
