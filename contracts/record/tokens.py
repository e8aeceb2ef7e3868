"""Every value of a document with the place where it stands, so that one can be changed alone.

What is not changed stays as it was sent, to the character: a document that was taken apart and
put together again would no longer be the seller's.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

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


class Opaque(ValueError):
    """A text is neither xml nor json; nothing can be said of what stands in it."""


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


def value_tokens(text: str) -> list[ValueToken]:
    """Every text, attribute and comment, in order. Raises Opaque."""
    beginning = text.lstrip("\ufeff \t\r\n")[:1]
    if beginning == "<":
        try:
            fromstring(text.lstrip("\ufeff").encode(), forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError):
            raise Opaque("not xml") from None
        return list(_of_xml(text))
    if beginning and beginning in "{[":
        try:
            json.loads(text.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            raise Opaque("not json") from None
        return list(_of_json(text))
    raise Opaque("neither xml nor json")


def rewritten(text: str, change: Callable[[ValueToken], str]) -> str:
    """The text with other values where ``change`` says another. Raises Opaque."""
    parts: list[str] = []
    end = 0
    for token in value_tokens(text):
        value = change(token)
        if value != token.value:
            parts += [text[end : token.start], _written(value, token.style)]
            end = token.end
    return "".join([*parts, text[end:]])


def _written(value: str, style: str) -> str:
    if style == "json":
        return json.dumps(value, ensure_ascii=False)
    if style == "raw":
        return value.replace("]]>", "").replace("--", "- -")
    return escape(value, {'"': "&quot;", "'": "&apos;"})


def _of_xml(text: str) -> Iterator[ValueToken]:
    path: list[str] = []
    for token in _XML.finditer(text):
        if token["close"] is not None:
            path.pop()
        elif token["open"] is not None:
            path.append(token["open"])
            yield from _attributes(tuple(path), token)
            if token["empty"]:
                path.pop()
        for style, group in (("text", "text"), ("raw", "cdata"), ("raw", "comment")):
            if token[group]:
                value = html.unescape(token[group]) if style == "text" else token[group]
                yield ValueToken(tuple(path), "", value, *token.span(group), style)


def _attributes(path: tuple[str, ...], token: re.Match[str]) -> Iterator[ValueToken]:
    begins = token.start("attrs")
    for found in _ATTRIBUTE.finditer(token["attrs"]):
        group = 3 if found[2] is None else 2
        start, end = begins + found.start(group), begins + found.end(group)
        yield ValueToken(path, found[1], html.unescape(found[group]), start, end, "attribute")


def _of_json(text: str) -> Iterator[ValueToken]:
    path: list[str] = []
    """Names of the objects that are open; an array is open under the name it stands at."""
    opened: list[str] = []
    name = ""
    awaited = False
    for token in _JSON.finditer(text):
        mark = token["mark"]
        if mark and mark in "{[":
            path.append(name)
            opened.append(mark)
            awaited = mark == "{"
        elif mark and mark in "}]":
            name = path.pop()
            opened.pop()
        elif mark == ",":
            awaited = opened[-1] == "{"
        elif token["string"] is not None and awaited:
            name, awaited = json.loads(token["string"]), False
        elif token["string"] is not None or token["scalar"] is not None:
            told = token["string"]
            value = json.loads(told) if told is not None else token["scalar"]
            yield _json_leaf(path, name if opened[-1] == "{" else path[-1], value, token)


def _json_leaf(path: list[str], name: str, value: str, token: re.Match[str]) -> ValueToken:
    above = tuple(part for part in path if part)
    if name in _VALUES and above:
        return ValueToken(above, "", value, *token.span(), "json")
    if name.startswith("$") and above:
        return ValueToken(above, name[1:], value, *token.span(), "json")
    own = above if above and above[-1] == name else (*above, name)
    return ValueToken(own, "", value, *token.span(), "json")
