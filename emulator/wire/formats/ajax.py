"""Writes an answer in the shape of ajax, which browser client areas read.

Source: docs/wire.md section 3.2, docs/evidence.md 18 and 161 (observed; the kinds of items beside
``select``, ``slider`` and ``text`` are assumed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.wire.document import Node, Shape
from emulator.wire.formats import bjson
from emulator.wire.formats.flat import Object, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from emulator.wire.document import Document

SWITCH = frozenset({"on", "off"})
NO_FIELDS = frozenset({"slist", "list", "tparams", "saved_filters", "ok"})


def render(document: Document) -> bytes:
    """Return the shape of ``sfrom=ajax`` without ``out``.

    A list is ``{"content": [{name: {"v": text, attribute: …}}]}``, an action has
    ``message[0].status`` ``ok`` beside its values, an error ``error`` there. A form is as in bjson,
    with the rows of its fields under ``form[page].formItems``; other documents are as in bjson.
    """
    if document.shape is Shape.LISTING:
        rows = [bjson.values(node.children or ()) for node in document.nodes if node.name == "elem"]
        out: Object = {"content": rows, **bjson.paging(document.nodes)}
    elif document.shape is Shape.ERROR:
        warning = {_culprit(document.nodes[0]): {"msg": bjson.text_of(document.nodes[0], "msg")}}
        out = {
            "message": [{"status": "error"}],
            **bjson.render_object(document),
            "warning": warning,
        }
    else:
        out = bjson.render_object(document)
        if document.shape is Shape.RESULT:
            out = {**out, "message": [{"status": "ok"}]}
        if document.shape is Shape.FORM and (pages := _pages(document)):
            out = {**out, "form": pages}
    return encode(out).encode()


def _culprit(error: Node) -> str:
    """Return the element a warning is filed under: the error's ``elid``, else its ``value``."""
    params = {_name(node): node.text for node in error.children or () if node.name == "param"}
    return params.get("elid") or params.get("value", "")


def _name(node: Node) -> str:
    return (node.attrs or {}).get("name", "")


def _pages(document: Document) -> list[Object]:
    """Return the pages of a form; each row of fields is a list, here of one item."""
    labels = {
        _name(message): message.text
        for part in document.layout
        if part.name == "messages"
        for message in part.children or ()
    }
    shown = {
        node.name: node
        for node in document.nodes
        if not node.children and node.name not in NO_FIELDS
    }
    choices = {_name(node): node.children or () for node in document.nodes if node.name == "slist"}
    tables = {_name(node): node.children or () for node in document.nodes if node.name == "list"}
    layout = _layout(document.layout)
    if layout:
        # What a form only shows, as the password of a server, stands before what it takes.
        placed = {_name(field) for _, fields in layout for field in fields}
        name, fields = layout[0]
        only_shown = [Node("field", attrs={"name": name}) for name in shown if name not in placed]
        layout[0] = (name, only_shown + fields)
    present = shown.keys() | choices.keys() | tables.keys()
    return [
        {
            "name": name,
            "formItems": [
                [_item(field, labels, shown, choices, tables)]
                for field in fields
                if _name(field) in present
            ],
        }
        for name, fields in layout
    ]


def _layout(layout: Iterable[Node]) -> list[tuple[str, list[Node]]]:
    """Return the fields of each page; those that stand on none belong to the last."""
    pages: list[tuple[str, list[Node]]] = []
    alone: list[Node] = []
    for part in layout:
        for form in part.children or () if part.name == "metadata" else ():
            for node in form.children or ():
                if node.name == "page":
                    fields = [child for child in node.children or () if child.name == "field"]
                    pages.append((_name(node), fields))
                elif node.name == "field":
                    alone.append(node)
    if alone:
        name, fields = pages.pop() if pages else ("", [])
        pages.append((name, fields + alone))
    return pages


def _item(
    field: Node,
    labels: Mapping[str, str],
    shown: Mapping[str, Node],
    choices: Mapping[str, Sequence[Node]],
    tables: Mapping[str, Sequence[Node]],
) -> Object:
    name = _name(field)
    item: Object = {"type": "text", "fieldname": name, "label": labels.get(name, name)}
    if name in tables:
        rows = [bjson.values(row.children or ()) for row in tables[name]]
        return {**item, "type": "list", "rows": rows}
    value = shown[name].text if name in shown else ""
    item["value"] = value
    slider = next((child for child in field.children or () if child.name == "slider"), None)
    if name in choices:
        slist = [{"value": val.text, "depend": "", **(val.attrs or {})} for val in choices[name]]
        masters = {val["depend"] for val in slist} - {""}
        master = next(
            (other for other, vals in choices.items() if masters & set(map(_key, vals))), ""
        )
        return {**item, "type": "select", "slist": slist, "dependMaster": master}
    if slider is not None:
        return {**item, **(slider.attrs or {}), "type": "slider"}
    return {**item, "type": "checkbox"} if value in SWITCH else item


def _key(val: Node) -> str:
    return (val.attrs or {}).get("key", "")
