"""An answer in lines, for people: what it says is left as it is."""

from __future__ import annotations

import json
import re
from typing import Final
from xml.etree.ElementTree import ParseError, indent, tostring

from defusedxml.ElementTree import fromstring

LONGEST: Final = 200_000
"""Signs: what is longer will be cut anyway, and is not worth being parsed."""
_HIDDEN: Final = ("<!", "xmlns")
"""What a tree forgets or writes otherwise: comments, raw text, the prefixes of names."""
_TOKEN: Final = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def pretty(text: str) -> str:
    """XML and JSON with a line for each element; anything else, and what is broken, as it came."""
    begins = text.lstrip()[:1]
    if len(text) > LONGEST or begins not in ("<", "{", "["):
        return text
    try:
        return _xml(text) if begins == "<" else _json(text)
    except (ParseError, ValueError, RecursionError):
        return text


def _xml(text: str) -> str:
    if any(sign in text for sign in _HIDDEN):
        return text
    root = fromstring(text)
    indent(root)
    declared = text.lstrip().partition("?>")[0] + "?>\n" if "<?" in text else ""
    return declared + tostring(root, encoding="unicode")


def _json(text: str) -> str:
    """Set in lines sign by sign, so that 1.50 stays 1.50 and a name that stands twice is seen."""
    json.loads(text)
    made: list[str] = []
    depth, fresh = 0, False
    for sign in _TOKEN.findall(text):
        closes = sign in ("}", "]")
        depth -= closes
        if fresh != closes:
            made.append("\n" + " " * depth)
        fresh = sign in ("{", "[", ",")
        depth += sign in ("{", "[")
        made.append(": " if sign == ":" else sign)
    return "".join(made)
