"""Writes an answer as lines of text (``out=text``) or as a page to print (``out=doc_print``).

Source: docs/wire.md section 3.3 (documented: rows and fields); errors and the dotted names of
nested values are assumed.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from emulator.wire.document import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from emulator.wire.document import Document, Node

# Everything some reader takes for the end of a line.
_LINE_BREAKS = str.maketrans({
    "\n": "\\n", "\r": "\\r", "\x85": "\\x85", "\u2028": "\\u2028", "\u2029": "\\u2029",
})  # fmt: skip
# Not values: the echo of the question, and the choices and tables around a form's fields.
_AROUND = frozenset({"tparams", "saved_filters", "slist", "flist", "list"})


def render_text(document: Document) -> bytes:
    r"""Return ``id=101 licname=node1`` a row for a list, ``name=value`` a line for anything else.

    A row ends with the numbers that stand beside labels, such as ``item_status_orig=2``; a document
    of tables alone, such as the promotions, is written as their rows. A line break inside a value
    is written as ``\n``. An error is one line ``ERROR type=… object=… msg=…``.
    """
    if document.shape is Shape.LISTING:
        lines = [
            " ".join([f"{name}={one_line(text)}" for name, text in cells(node)])
            for node in document.nodes
            if node.name == "elem"
        ]
    elif document.shape is Shape.ERROR:
        kind, about, msg = error_parts(document)
        lines = [f"ERROR type={one_line(kind)} object={one_line(about)} msg={one_line(msg)}"]
    else:
        lines = [f"{name}={one_line(value)}" for name, value in pairs(document)] or [
            " ".join([f"{name}={one_line(text)}" for name, text in row])
            for row in table_rows(document)
        ]
    return "".join([line + "\n" for line in lines]).encode()


def render_page(document: Document) -> bytes:
    """Return a page of HTML: the ``body`` of a document that has one, else its text."""
    page = next((node.text for node in document.nodes if node.name == "body"), None)
    if page is None or document.shape is not Shape.RAW:
        page = f"<pre>{escape(render_text(document).decode())}</pre>"
    title = escape(document.func)
    head = f'<meta charset="utf-8"><title>{title}</title>'
    return f"<!doctype html>\n<html><head>{head}</head><body>{page}</body></html>\n".encode()


def one_line(value: str) -> str:
    """Return a text with its line breaks written out."""
    return value if value.isprintable() else value.translate(_LINE_BREAKS)


def cells(row: Node) -> list[tuple[str, str]]:
    """Return name and text of each field of a row, then its attributes as bjson names them.

    They stand last, so that who reads the fields by their place meets none in between.
    """
    fields = row.children or ()
    names = {field.name for field in fields}
    aside = [
        (f"{field.name}_{attribute}", text)
        for field in fields
        for attribute, text in (field.attrs or {}).items()
    ]
    return [
        *((field.name, field.text) for field in fields),
        *((name, text) for name, text in aside if name not in names),
    ]


def pairs(document: Document) -> Iterator[tuple[str, str]]:
    """Yield name and value of each field, those of an inner ``doc`` where the outer lacks them."""
    nodes = document.nodes
    if document.shape is Shape.RAW:
        return _dotted("", [node for node in nodes if node.name not in _AROUND])
    inner = [child for node in nodes if node.name == "doc" for child in node.children or ()]
    outer = [node for node in nodes if node.name != "doc"]
    names = {node.name for node in outer}
    fields = [*outer, *(node for node in inner if node.name not in names)]
    return _dotted("", [node for node in fields if node.name not in _AROUND])


def table_rows(document: Document) -> list[list[tuple[str, str]]]:
    """Return the rows of all tables of a document, nested values by their dotted names."""
    rows = [row for node in document.nodes if node.name == "list" for row in node.children or ()]
    return [list(_dotted("", row.children or ())) for row in rows if row.name == "elem"]


def _dotted(prefix: str, nodes: Iterable[Node]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        path = prefix + node.name
        # An element that only holds others has no value of its own.
        if node.text or not (node.attrs or node.children):
            yield path, node.text
        for name, value in (node.attrs or {}).items():
            yield f"{path}.{name}", value
        if node.children:
            yield from _dotted(path + ".", node.children)


def error_parts(document: Document) -> tuple[str, str, str]:
    """Return type, object and message of an error document."""
    error = document.nodes[0]
    attrs = error.attrs or {}
    msg = next((child.text for child in error.children or () if child.name == "msg"), "")
    return attrs.get("type", ""), attrs.get("object", ""), msg
