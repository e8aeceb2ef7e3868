"""An answer formatted in lines for people; its content is not changed."""

from __future__ import annotations

import json
import re
from typing import Final
from xml.etree.ElementTree import ParseError, indent, tostring

from defusedxml.ElementTree import fromstring

MAX_LENGTH: Final = 200_000
"""Characters; a longer answer is cut anyway, and not parsed."""
_LOST_IN_TREE: Final = ("<!", "xmlns")
"""Marks of comments, CDATA and prefixes, which a parsed tree loses or writes differently."""
_TOKEN: Final = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def pretty(text: str) -> str:
    """XML and JSON with a line for each element; anything else, and what is broken, unchanged."""
    begins = text.lstrip()[:1]
    if len(text) > MAX_LENGTH or begins not in ("<", "{", "["):
        return text
    try:
        return _xml(text) if begins == "<" else _json(text)
    except (ParseError, ValueError, RecursionError):
        return text


def _xml(text: str) -> str:
    if any(mark in text for mark in _LOST_IN_TREE):
        return text
    root = fromstring(text)
    indent(root)
    declared = text.lstrip().partition("?>")[0] + "?>\n" if "<?" in text else ""
    return declared + tostring(root, encoding="unicode")


def _json(text: str) -> str:
    """Formatted token by token, so that 1.50 stays 1.50 and a duplicate name is shown."""
    json.loads(text)
    parts: list[str] = []
    depth, fresh = 0, False
    for part in _TOKEN.findall(text):
        closes = part in ("}", "]")
        depth -= closes
        if fresh != closes:
            parts.append("\n" + " " * depth)
        fresh = part in ("{", "[", ",")
        depth += part in ("{", "[")
        parts.append(": " if part == ":" else part)
    return "".join(parts)
