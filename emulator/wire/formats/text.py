"""Writes an answer as lines of text (``out=text``) and as comma-separated values (``out=csv``).

Source: docs/wire.md section 3.3 (documented: rows and fields); errors, csv of anything but a list
and the dotted names of nested values are assumed.
"""

from __future__ import annotations

import csv
import io
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

    A line break inside a value is written as ``\n``. An error is one line
    ``ERROR type=… object=… msg=…``.
    """
    if document.shape is Shape.LISTING:
        lines = [
            " ".join([f"{cell.name}={_one_line(cell.text)}" for cell in node.children or ()])
            for node in document.nodes
            if node.name == "elem"
        ]
    elif document.shape is Shape.ERROR:
        kind, about, msg = _error(document)
        lines = [f"ERROR type={_one_line(kind)} object={_one_line(about)} msg={_one_line(msg)}"]
    else:
        lines = [f"{name}={_one_line(value)}" for name, value in _pairs(document)]
    return "".join([line + "\n" for line in lines]).encode()


def render_csv(document: Document) -> bytes:
    """Return a header and the rows of a list; of anything else its names and its values.

    No rows, no header: the names are the rows'. An error is one line ``error,TYPE,OBJECT,MSG``.
    """
    out = io.StringIO()
    write = csv.writer(out)
    if document.shape is Shape.LISTING:
        rows = [
            _columns((cell.name, cell.text) for cell in node.children or ())
            for node in document.nodes
            if node.name == "elem"
        ]
        # A dict, for an ordered set: rows may lack a column that others have.
        columns = list({column: None for row in rows for column in row})
        if rows:
            write.writerow([name for name, _ in columns])
            write.writerows([[row.get(column, "") for column in columns] for row in rows])
    elif document.shape is Shape.ERROR:
        write.writerow(["error", *map(_one_line, _error(document))])
    else:
        pairs = list(_pairs(document))
        write.writerow([name for name, _ in pairs])
        write.writerow([value for _, value in pairs])
    return out.getvalue().encode()


def render_page(document: Document) -> bytes:
    """Return a page of HTML: the ``body`` of a document that has one, else its text."""
    page = next((node.text for node in document.nodes if node.name == "body"), None)
    if page is None or document.shape is not Shape.RAW:
        page = f"<pre>{escape(render_text(document).decode())}</pre>"
    title = escape(document.func)
    head = f'<meta charset="utf-8"><title>{title}</title>'
    return f"<!doctype html>\n<html><head>{head}</head><body>{page}</body></html>\n".encode()


def _one_line(value: str) -> str:
    return value if value.isprintable() else value.translate(_LINE_BREAKS)


def _columns(cells: Iterable[tuple[str, str]]) -> dict[tuple[str, int], str]:
    """Return the cells by name and by how often the name was there before: names may repeat."""
    out: dict[tuple[str, int], str] = {}
    for name, text in cells:
        nth = 0
        while (name, nth) in out:
            nth += 1
        out[name, nth] = text
    return out


def _pairs(document: Document) -> Iterator[tuple[str, str]]:
    """Yield name and value of each field, those of an inner ``doc`` where the outer lacks them."""
    nodes = document.nodes
    if document.shape is Shape.RAW:
        return _dotted("", [node for node in nodes if node.name not in _AROUND])
    inner = [child for node in nodes if node.name == "doc" for child in node.children or ()]
    outer = [node for node in nodes if node.name != "doc"]
    names = {node.name for node in outer}
    fields = [*outer, *(node for node in inner if node.name not in names)]
    return _dotted("", [node for node in fields if node.name not in _AROUND])


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


def _error(document: Document) -> tuple[str, str, str]:
    error = document.nodes[0]
    attrs = error.attrs or {}
    msg = next((child.text for child in error.children or () if child.name == "msg"), "")
    return attrs.get("type", ""), attrs.get("object", ""), msg
