"""An answer on record, as another seller may give it: what only its world makes true is open."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from contracts.checks.seller.parameter_mapping import Words
from contracts.checks.seller.roles import SERVICES
from contracts.record.compare import ExpectedDocument
from contracts.record.document import Node
from contracts.record.placeholders import placeholders_in

_CURRENCY: Final = re.compile(r"\bEUR\b")
_STATES: Final = frozenset({"status", "item_status", "service_status"})
_WORDS: Final = frozenset({"", "null", "on", "off", "ok"})
_ONE_OF_MANY: Final = frozenset({"elem", "val", "period"})
"""Rows, choices and terms: of what is on record the first is enough."""
_KEPT: Final = ("name", "type", "object")
"""Attributes that speak of the API."""
_COUNT, _RESOURCE = "p_elems", "addon_"


def loosened(wanted: ExpectedDocument, words: Words, count: int | None = None) -> ExpectedDocument:
    """The same answer without its world. ``count``: the rows a filter leaves here."""
    by_format = tuple((out, _loose(tree, words, count)) for out, tree in wanted.by_format)
    return ExpectedDocument(
        _loose(wanted.doc, words, count), wanted.kind, exact=False, by_format=by_format
    )


def may_lack(doc: Node, names: frozenset[str]) -> Node:
    """The same document, some fields of which need not be there."""
    children = (replace(one, optional=True) if one.name in names else one for one in doc.children)
    return replace(doc, children=tuple(children))


def _loose(node: Node, words: Words, count: int | None) -> Node:
    children: list[Node] = []
    for child in node.children:
        if child.name in _ONE_OF_MANY and any(one.name == child.name for one in children):
            continue
        other = child.name.startswith(_RESOURCE) and child.name not in words.echo
        if words.renamed.get(child.name, "" if other else child.name):
            children.append(_loose(child, words, count))
    attrs = {
        name: words.renamed.get(text) or text if name in _KEPT else _open(text, name, words)
        for name, text in node.attrs.items()
    }
    name = words.renamed.get(node.name, node.name)
    text = None if node.text is None else _open(node.text, node.name, words)
    if name == _COUNT and count is not None:
        text = str(count)
    elif name == _COUNT and node.text == "0" and "filter" in words.echo:
        # Nothing is called so anywhere.
        text = node.text
    return Node(name, text, attrs, tuple(children), optional=node.optional)


def _open(text: str, name: str, words: Words) -> str:
    """A text of an answer, as this seller must have it: kept, put into its words, or left open."""
    old, new = words.echo.get(name, ("", ""))
    if text and text == old:
        return new
    if name == "param":
        found = (here for said, here in words.echo.values() if said == text)
        return next(found, "<any>")
    for old, new in words.by_format.items():
        # A key begins with the number of its license.
        if text == old or (old in SERVICES and text.startswith(f"{old}-")):
            return text.replace(old, new, 1)
    if name in _STATES or name == "orig" or text == "<absent>":
        return text
    if text in _WORDS:
        return "<any>" if words.owned and name != "ok" else text
    return _place(text)


def _place(text: str) -> str:
    """Placeholders stay, but for days of its world and for its currency; all else is open."""
    said = list(placeholders_in(text))
    if not said:
        return "<any>"
    if any(place.spans is not None for place in said):
        return "<date>"
    return _CURRENCY.sub("<text>", text)
