"""The field names in an answer, in any format that has names; the answer may be cut short."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import ParseError, XMLParser

AS_XML: Final = frozenset({"xml", "devel"})
AS_JSON: Final = frozenset({"json", "sjson", "xjson", "JSONdata", "bjson", "ajax"})
WITHIN: Final = ("doc", "elem", "model")
"""Elements that contain fields: the document, a row, an inner document; in bjson the form."""


def names_in(answer: str, out: str) -> set[str] | None:
    """Names of fields of the document, its rows and its inner document.

    None where they cannot be read: ``text`` and ``csv``, and json that was cut.
    """
    if out in AS_XML:
        return _in_xml(answer)
    return _in_json(answer) if out in AS_JSON else None


class _Names:
    """Collects names of elements as the parser meets them."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._above: list[str] = []

    def start(self, tag: str, attrs: Mapping[str, str], /) -> None:
        """An element begins."""
        del attrs
        if self._above and all(name in WITHIN for name in self._above):
            self.names.add(tag)
        self._above.append(tag)

    def end(self, tag: str, /) -> None:
        """An element ends."""
        del tag
        self._above.pop()


def _in_xml(answer: str) -> set[str] | None:
    """The names; of an answer that was cut, those before the cut."""
    collector = _Names()
    # Our own writer made the text: it declares no entities, and no tree is built of it.
    parser = XMLParser(target=collector)  # noqa: S314 - see above
    try:
        parser.feed(answer)
    except ParseError:
        return collector.names or None
    return collector.names


def _in_json(answer: str) -> set[str] | None:
    try:
        tree = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    if not isinstance(tree, Mapping):
        return None
    names: set[str] = set()
    _collect(tree.get("doc", tree), names)
    return names


def _collect(level: object, names: set[str]) -> None:
    for item in level if isinstance(level, list) else [level]:
        if not isinstance(item, Mapping):
            continue
        for name, value in item.items():
            names.add(name)
            if name in WITHIN:
                _collect(value, names)
