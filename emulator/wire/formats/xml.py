"""Writes an answer as XML (``out=xml``, ``out=devel``).

Source: docs/wire.md section 3 (recorded: declaration, ``doc`` around, rows directly under it).
A plain string writer: ElementTree takes three times as long for the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.wire.document import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from emulator.wire.document import Document, Node

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render(document: Document) -> bytes:
    """Return the document as XML, without ``metadata`` and ``messages``.

    The bytes are UTF-8, as the declaration says. Names must be ASCII XML names and texts free of
    characters XML cannot hold; both are seen to where input enters.
    """
    return _document(document, ())


def pieces(document: Document) -> Iterator[str]:
    """Yield the text of :func:`render` for a streamed document, node by node."""
    yield f"{_DECLARATION}<doc{_attributes(document.attrs)}>"
    for node in document.stream or ():
        yield _text_of((node,))
    yield f"{_text_of(document.nodes)}</doc>\n"


def with_references(body: bytes) -> bytes:
    """XML with numeric references in place of all letters beyond ASCII; it reads the same."""
    return body if body.isascii() else body.decode().encode("ascii", "xmlcharrefreplace")


def _text_of(nodes: Iterable[Node]) -> str:
    parts: list[str] = []
    _write(nodes, parts.append)
    return "".join(parts)


def render_devel(document: Document) -> bytes:
    """Return the document as XML with everything: ``metadata`` and ``messages`` come first."""
    return _document(document, document.layout)


def _document(document: Document, layout: Iterable[Node]) -> bytes:
    parts = [_DECLARATION, "<doc"]
    if document.shape is Shape.ERROR:
        parts.append(">")
    else:
        parts.append(_attributes(document.attrs) + ">")
        _write(layout, parts.append)
    _write(document.nodes, parts.append)
    parts.append("</doc>\n")
    return "".join(parts).encode()


def _write(nodes: Iterable[Node], put: Callable[[str], None]) -> None:
    for node in nodes:
        name = node.name
        text = node.text
        # Most values hold nothing to escape: looking is cheaper than replacing.
        if text and ("&" in text or "<" in text or ">" in text or '"' in text or "\r" in text):
            text = _escaped(text)
        head = name + _attributes(node.attrs) if node.attrs else name
        if node.children:
            put(f"<{head}>{text}")
            _write(node.children, put)
            put(f"</{name}>")
        elif text:
            put(f"<{head}>{text}</{name}>")
        else:
            put(f"<{head}/>")


def _attributes(attrs: dict[str, str]) -> str:
    return "".join([f' {name}="{_attribute(value)}"' for name, value in attrs.items()])


def _attribute(value: str) -> str:
    # Line breaks and tabs become blanks when an attribute is read, unless they are references.
    if value.isalnum():
        return value
    return _escaped(value).replace("\n", "&#10;").replace("\t", "&#9;")


def _escaped(text: str) -> str:
    """Escape what markup would swallow; a carriage return too, which readers turn into LF."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("\r", "&#13;")
    )
