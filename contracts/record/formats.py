"""The judge's one reader: answers in any format as one tree, and the record as each format has it.

A record holds a document once, as a tree. The mapping to json is fixed (docs/wire.md 3.1): reading
checks it, and the tree is the same. bjson (docs/wire.md 3.2) has another tree for each kind of
answer, so there the record is rewritten (`convert_to_format`) before it is compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from contracts.record.document import Node

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

HTTP_OK: Final = 200
"""The status of every document; refusals are documents too."""
FORMATS: Final = ("xml", "json", "bjson")
"""The formats that have a tree, by the names that exchanges use."""
AS_XML: Final = frozenset({"", "xml", "devel"})
AS_JSON: Final = frozenset({"json", "sjson", "xjson"})
"""Values of ``out`` that give the same mapping."""
KINDS: Final = ("listing", "form", "result", "raw", "error")
ALWAYS_ARRAYS: Final = frozenset({
    "elem", "slist", "list", "page", "toolgrp", "toolbtn", "field", "col", "filter", "select",
    "if", "slider", "node", "mlist",
})  # fmt: skip
"""Arrays even with one member: clients index them unguarded, ``node`` in the menu."""
EITHER_WAY: Final = frozenset({
    "pricelist", "addon", "banner", "datacenter", "enumerationitem", "itemtypeparam",
    "itemtypeparamvalue", "val", "price", "period", "message", "rowgroup", "row",
})  # fmt: skip
"""Choices, prices, messages: the mapping says an object for one, readers index an array."""
LAYOUT: Final = frozenset({"metadata", "messages"})
"""For user interfaces; its mapping is irregular and no client of data reads it."""
ECHO: Final = frozenset({"tparams", "saved_filters"})
NUMBERS: Final = frozenset({"webdomains"})
"""The one field that strictly typed clients want as a number of json."""


class UnreadableBody(ValueError):
    """A body is no document of its format; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class ErrorSummary:
    """The error that a document is: its type, its object and its message, empty where missing."""

    type: str
    object: str
    message: str

    def __str__(self) -> str:
        """``missed:item no such item``."""
        return f"{':'.join(filter(None, (self.type, self.object)))} {self.message}".strip()


def find_error(doc: Node | None) -> ErrorSummary | None:
    """The error in a document of any format; None where there is none."""
    error = doc.first("error") if doc is not None else None
    if error is None:
        return None
    # Attributes in xml and json, fields in bjson.
    type_, object_ = (error.attrs.get(name) or error.text_of(name) for name in ("type", "object"))
    return ErrorSummary(type_, object_, error.text_of("msg"))


def find_kind(doc: Node) -> str:
    """The kind of an answer, one of `KINDS`, as far as the document shows it."""
    if doc.first("error") is not None:
        return "error"
    if doc.first("ok") is not None:
        return "result"
    if doc.first("p_elems") is not None or doc.first("p_num") is not None:
        return "listing"
    content = [child for child in doc.children if child.name not in ECHO | LAYOUT | {"func"}]
    plain = any(not child.children and not child.attrs for child in content)
    return "form" if plain or doc.first("model") is not None or not content else "raw"


def find_format(out: str) -> str:
    """The format that a value of ``out`` asks for: one of `FORMATS`, else the value itself."""
    if out in AS_JSON:
        return "json"
    return "xml" if out in AS_XML else out


def read(body: bytes, out: str) -> tuple[Node, list[str]]:
    """The tree of an answer, and every breach of the format's mapping, one line each.

    Raises UnreadableBody for a body that is no document of the format, and for a format that has
    no tree.
    """
    name = find_format(out)
    if name not in FORMATS:
        raise UnreadableBody(f"an answer in the format {out} cannot be read")
    if name == "xml":
        return _read_xml(body), []
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise UnreadableBody(f"not json ({problem}): {_beginning(body)}") from problem
    breaches: list[str] = []
    if name == "bjson":
        if not isinstance(tree, dict):
            raise UnreadableBody(f"bjson is an object, found {_beginning(body)}")
        return _from_bjson("doc", tree, "", breaches), breaches
    if not isinstance(tree, dict) or set(tree) != {"doc"} or not isinstance(tree["doc"], dict):
        raise UnreadableBody(f'the root must be {{"doc": {{...}}}}, found {_beginning(body)}')
    doc = {name: item for name, item in tree["doc"].items() if name not in LAYOUT}
    return _from_json("doc", doc, "", breaches), breaches


def _beginning(body: bytes) -> str:
    return repr(body[:80].decode("utf-8", "replace"))


def _read_xml(body: bytes) -> Node:
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as problem:
        reason = " ".join(str(problem).split())
        raise UnreadableBody(f"not xml ({reason}): {_beginning(body)}") from problem
    if root.tag != "doc":
        raise UnreadableBody(f"the root must be <doc>, found <{root.tag}>")
    return _from_element(root)


def _from_element(element: Element) -> Node:
    children = tuple(_from_element(child) for child in element)
    text = element.text or ""
    if children and not text.strip():
        text = ""
    return Node(element.tag, text, dict(element.attrib), children)


def _from_json(name: str, value: Mapping[str, object], where: str, breaches: list[str]) -> Node:
    path = f"{where}/{name}"
    text = ""
    attrs: dict[str, str] = {}
    children: list[Node] = []
    for key, item in value.items():
        if key.startswith("$"):
            if not isinstance(item, str):
                breaches.append(f"{path}/{key}: every value is a string, found {item!r}")
            if key == "$":
                text = str(item)
            else:
                attrs[key[1:]] = str(item)
            continue
        children.extend(_from_member(key, item, path, breaches))
    return Node(name, text, attrs, tuple(children))


def _from_member(name: str, value: object, where: str, breaches: list[str]) -> Iterable[Node]:
    path = f"{where}/{name}"
    if isinstance(value, list):
        if not value:
            breaches.append(f"{path}: an empty list is written by leaving the name out, found []")
        if len(value) == 1 and name not in ALWAYS_ARRAYS | EITHER_WAY:
            breaches.append(f"{path}: one of it is an object, found an array")
    elif name in ALWAYS_ARRAYS:
        breaches.append(f"{path}: must be an array, found {type(value).__name__}")
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield _from_json(name, item, where, breaches)
        else:
            breaches.append(f'{path}: must be an object with "$", found {item!r}')
            yield Node(name, str(item))


def _from_bjson(name: str, value: object, where: str, breaches: list[str]) -> Node:
    path = f"{where}/{name}"
    if not isinstance(value, dict):
        number = isinstance(value, int) and not isinstance(value, bool)
        if not isinstance(value, str) and not (number and name in NUMBERS):
            breaches.append(f"{path}: every value is a string, found {value!r}")
        if isinstance(value, str) and value and name in NUMBERS and where.endswith("/model"):
            breaches.append(f"{path}: must be a number or empty, found {value!r}")
        return Node(name, str(value))
    children: list[Node] = []
    for key, member in value.items():
        if key == "elem" and not isinstance(member, list):
            breaches.append(f"{path}/elem: must be an array")
        items = member if isinstance(member, list) else [member]
        children.extend(_from_bjson(key, item, path, breaches) for item in items)
    return Node(name, "", {}, tuple(children))


def unfold_bjson(doc: Node) -> Node:
    """A document read from bjson, with its fields where the other formats have them."""
    children: list[Node] = []
    for child in doc.children:
        if child.name == "model":
            children.extend(child.children)
        elif [inner.name for inner in child.children] == ["v"]:
            children.append(replace(child, text=child.children[0].text, children=()))
        else:
            children.append(child)
    return replace(doc, children=tuple(children))


def convert_to_format(doc: Node, kind: str, out: str) -> Node:
    """The tree that a document on record has in a format, one of `FORMATS`."""
    if out != "bjson":
        return doc
    content = [child for child in doc.children if child.name not in ECHO]
    return Node("doc", None, {}, _BJSON[kind](content))


def _flat(nodes: Iterable[Node]) -> Iterable[Node]:
    """Fields as plain texts: attribute ``a`` of ``f`` is a field ``f_a`` beside it."""
    for node in nodes:
        if node.name in ("slist", "list", "doc"):
            continue
        yield Node(node.name, node.text, {}, tuple(_flat(node.children)))
        for name, text in node.attrs.items():
            yield Node(f"{node.name}_{name}", text)


def _selects(nodes: list[Node]) -> Iterable[Node]:
    """``slist`` and ``list`` by name: ``{"slist": {"period": [{"k": …, "v": …}]}}``."""
    selects = [
        Node(
            select.attrs["name"],
            None,
            {},
            (Node("k", val.attrs.get("key")), Node("v", val.text)),
        )
        for select in nodes
        if select.name == "slist"
        for val in select.all("val")
    ]
    rows = [
        Node(table.attrs["name"], None, {}, tuple(_flat(row.children)))
        for table in nodes
        if table.name == "list"
        for row in table.all("elem")
    ]
    if selects:
        yield Node("slist", None, {}, tuple(selects))
    if rows:
        yield Node("list", None, {}, tuple(rows))


def _listing(nodes: list[Node]) -> tuple[Node, ...]:
    return tuple(_flat(nodes))


def _form(nodes: list[Node]) -> tuple[Node, ...]:
    """Fields under ``model``; what has a structure of its own beside it."""
    named = {"slist", "list", "doc"}
    leaves = [node for node in nodes if not node.children]
    structures = [node for node in nodes if node.children and node.name not in named]
    return (Node("model", None, {}, tuple(_flat(leaves))), *_selects(nodes), *_flat(structures))


def _result(nodes: list[Node]) -> tuple[Node, ...]:
    """Values are under ``v``. What an inner document looks like is not known."""
    return tuple(
        node if node.is_absent else Node(node.name, None, {}, (Node("v", node.text),))
        for node in nodes
        if node.name not in ("slist", "list", "doc") and not node.children
    )


def _raw(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """A structure of its own: attributes are keys like any other, a text beside them is ``v``."""
    out = []
    for node in nodes:
        if not node.attrs and not node.children:
            out.append(node)
            continue
        inner = [Node(name, text) for name, text in node.attrs.items()]
        if node.text:
            inner.append(Node("v", node.text, optional=True))
        out.append(Node(node.name, None, {}, (*inner, *_raw(node.children))))
    return tuple(out)


def _error(nodes: list[Node]) -> tuple[Node, ...]:
    """Only ``msg`` is known; a type and an object beside it are our choice (assumed)."""
    error = nodes[0]
    choices = [
        Node(name, error.attrs[name], optional=True)
        for name in ("type", "object")
        if name in error.attrs
    ]
    return (Node("error", None, {}, (Node("msg", "<text>"), *choices)),)


_BJSON: Final = {
    "listing": _listing,
    "form": _form,
    "result": _result,
    "raw": _raw,
    "error": _error,
}
