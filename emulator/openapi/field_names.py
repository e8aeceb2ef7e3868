"""Which fields an answer told, in any format that has names; an answer may be cut short."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import ParseError, XMLParser

AS_XML: Final = frozenset({"xml", "devel"})
AS_JSON: Final = frozenset({"json", "sjson", "xjson", "JSONdata", "bjson", "ajax"})
WITHIN: Final = ("doc", "elem", "model")
"""What fields stand in: the document, a row, an inner document; in bjson the form."""


def names_in(answer: str, out: str) -> set[str] | None:
    """Names of fields of the document, its rows and its inner document.

    None where they cannot be told: ``text`` and ``csv``, and json that was cut.
    """
    if out in AS_XML:
        return _in_xml(answer)
    return _in_json(answer) if out in AS_JSON else None


class _Names:
    """Gathers the names of elements while the parser meets them."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._above: list[str] = []

    def start(self, tag: str, attrs: Mapping[str, str], /) -> None:
        """An element begins."""
        del attrs
        if self._above and all(name in WITHIN for name in self._above):
            self.found.add(tag)
        self._above.append(tag)

    def end(self, tag: str, /) -> None:
        """It ends."""
        del tag
        self._above.pop()


def _in_xml(answer: str) -> set[str] | None:
    """Of an answer that was cut, what stands before the cut."""
    names = _Names()
    # It is our own writer's text, in which no entities are declared, and no tree is built of it.
    parser = XMLParser(target=names)  # noqa: S314 - see above
    try:
        parser.feed(answer)
    except ParseError:
        return names.found or None
    return names.found


def _in_json(answer: str) -> set[str] | None:
    try:
        tree = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    if not isinstance(tree, Mapping):
        return None
    found: set[str] = set()
    _collect(tree.get("doc", tree), found)
    return found


def _collect(level: object, found: set[str]) -> None:
    for one in level if isinstance(level, list) else [level]:
        if not isinstance(one, Mapping):
            continue
        for name, value in one.items():
            found.add(name)
            if name in WITHIN:
                _collect(value, found)
