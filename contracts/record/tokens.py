"""Every value of a document with its position, so that one value can be replaced alone.

The rest of the document stays as it was sent, to the character: parsed and written again it would
no longer be the seller's.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from contracts.record.formats import UnreadableBody

_XML: Final = re.compile(
    r"<!--(?P<comment>.*?)-->|<!\[CDATA\[(?P<cdata>.*?)\]\]>|<\?.*?\?>"
    r"|</(?P<close>[^\s>]+)\s*>"
    r"|<(?P<open>[^\s/>!?]+)(?P<attrs>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(?P<empty>/?)>"
    r"|(?P<text>[^<]+)",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(r"""([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_JSON: Final = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*")|(?P<mark>[\[\]{},:])|(?P<scalar>[^\s\[\]{},:"]+)|\s+', re.DOTALL
)
_VALUES: Final = frozenset({"$", "v"})
"""Under these names json has an element's own text."""


@dataclass(frozen=True, slots=True)
class ValueToken:
    """One value. ``path``: the names that lead to it; ``attribute``: empty for a text."""

    path: tuple[str, ...]
    attribute: str
    value: str
    start: int
    end: int
    style: str
    """How it is written: ``text``, ``attribute``, ``raw`` (CDATA, comment), ``json``."""

    @property
    def name(self) -> str:
        """The element the value belongs to."""
        return self.path[-1] if self.path else ""


def read_tokens(text: str) -> list[ValueToken]:
    """Every text, attribute and comment, in order. Raises UnreadableBody."""
    beginning = text.lstrip("\ufeff \t\r\n")[:1]
    if beginning == "<":
        try:
            fromstring(text.lstrip("\ufeff").encode(), forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError):
            raise UnreadableBody("not xml") from None
        return list(_of_xml(text))
    if beginning and beginning in "{[":
        try:
            json.loads(text.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            raise UnreadableBody("not json") from None
        return list(_of_json(text))
    raise UnreadableBody("neither xml nor json")


def rewrite_values(
    text: str, change: Callable[[ValueToken], str], tokens: Iterable[ValueToken] | None = None
) -> str:
    """The text with other values where ``change`` says another. Raises UnreadableBody.

    ``tokens``: those of the text, where they have been read already.
    """
    parts: list[str] = []
    end = 0
    for value_token in read_tokens(text) if tokens is None else tokens:
        value = change(value_token)
        if value != value_token.value:
            parts += [text[end : value_token.start], _written(value, value_token.style)]
            end = value_token.end
    return "".join([*parts, text[end:]])


def _written(value: str, style: str) -> str:
    if style == "json":
        return json.dumps(value, ensure_ascii=False)
    if style == "raw":
        return value.replace("]]>", "").replace("--", "- -")
    return escape(value, {'"': "&quot;", "'": "&apos;"})


def _of_xml(text: str) -> Iterator[ValueToken]:
    path: list[str] = []
    for value_token in _XML.finditer(text):
        if value_token["close"] is not None:
            path.pop()
        elif value_token["open"] is not None:
            path.append(value_token["open"])
            yield from _attributes(tuple(path), value_token)
            if value_token["empty"]:
                path.pop()
        for style, group in (("text", "text"), ("raw", "cdata"), ("raw", "comment")):
            if value_token[group]:
                value = html.unescape(value_token[group]) if style == "text" else value_token[group]
                yield ValueToken(tuple(path), "", value, *value_token.span(group), style)


def _attributes(path: tuple[str, ...], value_token: re.Match[str]) -> Iterator[ValueToken]:
    begins = value_token.start("attrs")
    for match in _ATTRIBUTE.finditer(value_token["attrs"]):
        group = 3 if match[2] is None else 2
        start, end = begins + match.start(group), begins + match.end(group)
        yield ValueToken(path, match[1], html.unescape(match[group]), start, end, "attribute")


def _of_json(text: str) -> Iterator[ValueToken]:
    path: list[str] = []
    """Names of the open objects and arrays; an array has the name of its member."""
    opened: list[str] = []
    name = ""
    awaited = False
    for value_token in _JSON.finditer(text):
        mark = value_token["mark"]
        if mark and mark in "{[":
            path.append(name)
            opened.append(mark)
            awaited = mark == "{"
        elif mark and mark in "}]":
            name = path.pop()
            opened.pop()
        elif mark == ",":
            awaited = opened[-1] == "{"
        elif value_token["string"] is not None and awaited:
            name, awaited = _text_of(value_token["string"]), False
        elif value_token["string"] is not None or value_token["scalar"] is not None:
            string = value_token["string"]
            value = _text_of(string) if string is not None else value_token["scalar"]
            yield _json_token(path, name if opened[-1] == "{" else path[-1], value, value_token)


def _text_of(string: str) -> str:
    """The text of a string of JSON."""
    return str(json.loads(string)) if "\\" in string else string[1:-1]


def _json_token(path: list[str], name: str, value: str, value_token: re.Match[str]) -> ValueToken:
    above = tuple(part for part in path if part)
    if name in _VALUES and above:
        return ValueToken(above, "", value, *value_token.span(), "json")
    if name.startswith("$") and above:
        return ValueToken(above, name[1:], value, *value_token.span(), "json")
    own = above if above and above[-1] == name else (*above, name)
    return ValueToken(own, "", value, *value_token.span(), "json")
