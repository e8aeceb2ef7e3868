"""The output formats by name: what ``out=`` may say, and which writer and content type it means.

Source: docs/wire.md section 3; the content type of xml is what a client demands to the letter, the
others are assumed (clients go by the body).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from emulator.wire.formats import ajax, bjson, csv, json, text, xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from emulator.wire.document import Document

XML_TYPE = "text/xml"
JSON_TYPE = "application/json"
JSONP_TYPE = "application/javascript; charset=UTF-8"

_CALLBACK = re.compile(r"[A-Za-z0-9_.$]{1,100}")


@dataclass(frozen=True, slots=True)
class Format:
    """One output format: its name on the wire, its content type, and who writes it."""

    name: str
    content_type: str
    render: Callable[[Document], bytes]
    pieces: Callable[[Document], Iterator[bytes]] | None = None
    """Writes a streamed document piece by piece; None: such a document is written whole."""


def _json_pieces(document: Document) -> Iterator[bytes]:
    return map(str.encode, json.pieces(document))


def _bjson_pieces(document: Document) -> Iterator[bytes]:
    return map(str.encode, bjson.pieces(document))


AJAX = Format("ajax", JSON_TYPE, ajax.render)
"""Not a value of ``out``: the shape of ``sfrom=ajax`` where no ``out`` is given."""

PRINTED = Format("doc_print", "text/html; charset=UTF-8", text.render_page)
"""A page to download or print (observed); it does not contain the whole answer."""


def _xml_pieces(document: Document) -> Iterator[bytes]:
    return map(str.encode, xml.pieces(document))


XML = Format("xml", XML_TYPE, xml.render, _xml_pieces)

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        form.name: form
        for form in (
            XML,
            Format("json", JSON_TYPE, json.render, _json_pieces),
            Format("sjson", JSON_TYPE, json.render_sjson, _json_pieces),
            Format("xjson", JSON_TYPE, json.render, _json_pieces),
            Format("bjson", JSON_TYPE, bjson.render_bjson, _bjson_pieces),
            Format("JSONdata", JSON_TYPE, json.render_data),
            Format("text", "text/plain; charset=UTF-8", text.render_text),
            Format("devel", XML_TYPE, xml.render_devel),
            Format("csv", "text/csv; charset=UTF-8", csv.render),
            AJAX,
        )
    }
)


_BY_LOWER_CASE: Mapping[str, Format] = MappingProxyType(
    {
        PRINTED.name: PRINTED,
        **{name.lower(): form for name, form in FORMATS.items() if form is not AJAX},
    }
)


def choose(out: str | None, sfrom: str | None) -> Format | None:
    """Return the format a request asks for; None for a value of ``out`` that is not known.

    Without ``out`` (or with an empty one) it is xml, or the ajax shape if ``sfrom=ajax``; a world
    may answer in the ajax shape without either (rule ``answer_without_out``). Letter
    case does not matter (assumed).
    """
    if not out:
        return AJAX if sfrom == "ajax" else XML
    return _BY_LOWER_CASE.get(out.lower())


@cache
def with_references(chosen: Format) -> Format:
    """Return the format that writes XML in ASCII (rule ``xml_letters``); others come back as is."""
    if chosen.content_type != XML_TYPE:
        return chosen
    pieces = chosen.pieces
    return replace(
        chosen,
        render=lambda document: xml.with_references(chosen.render(document)),
        pieces=None if pieces is None else lambda doc: map(xml.with_references, pieces(doc)),
    )


def with_callback(chosen: Format, callback: str) -> Format:
    """Return the format that wraps its JSON into a call of ``callback`` (JSONP).

    A format that is not JSON comes back as it is. ValueError: ``callback`` is not made of
    1 to 100 ASCII letters, digits, ``_``, ``.`` and ``$``, so it could smuggle in a script.
    """
    if chosen.content_type != JSON_TYPE:
        return chosen
    if not _CALLBACK.fullmatch(callback):
        msg = "a callback consists of letters, digits, '_', '.' and '$'"
        raise ValueError(msg)
    head = callback.encode() + b"("

    def render(document: Document) -> bytes:
        return head + _for_script(chosen.render(document)) + b");"

    def pieces(document: Document) -> Iterator[bytes]:
        yield head
        for piece in chosen.pieces(document) if chosen.pieces else ():
            yield _for_script(piece)
        yield b");"

    return replace(
        chosen,
        content_type=JSONP_TYPE,
        render=render,
        pieces=pieces if chosen.pieces else None,
    )


def _for_script(body: bytes) -> bytes:
    # Two characters JSON may hold raw end a line, and so a string, in older script engines.
    return body.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
