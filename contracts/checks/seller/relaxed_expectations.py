"""The expected answer of an exchange as another seller may give it.

What only the world ``small`` makes true is left open; what the API makes true stays.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from contracts.checks.seller.parameter_mapping import ParameterMapping
from contracts.record.compare import ExpectedDocument
from contracts.record.document import Node
from contracts.record.placeholders import find_placeholders

_CURRENCY: Final = re.compile(r"\bEUR\b")
_STATES: Final = frozenset({"status", "item_status", "service_status"})
_FLAGS: Final = frozenset({"", "null", "on", "off", "ok"})
_REPEATED: Final = frozenset({"elem", "val", "period"})
"""Rows, choices and terms: only the first of an exchange has to be there."""
_MAYBE_EMPTY: Final = frozenset({"promotion"})
"""Tables whose rows a seller or an account may lack."""
_API_ATTRIBUTES: Final = ("name", "type", "object")
"""Attributes whose texts are part of the API."""
_COUNT, _RESOURCE = "p_elems", "addon_"
LICENSE_NUMBER: Final = len("100001")
"""Digits of a license's number; codes of tariffs are shorter."""


def relax(
    expected: ExpectedDocument, mapping: ParameterMapping, count: int | None = None
) -> ExpectedDocument:
    """The expected answer without its world. ``count``: the rows that a filter leaves here."""
    by_format = tuple((out, _relax_node(tree, mapping, count)) for out, tree in expected.by_format)
    return ExpectedDocument(
        _relax_node(expected.doc, mapping, count), expected.kind, exact=False, by_format=by_format
    )


def make_optional(doc: Node, names: frozenset[str]) -> Node:
    """The same document with some of its fields optional."""
    children = (
        replace(child, optional=True) if child.name in names else child for child in doc.children
    )
    return replace(doc, children=tuple(children))


def _relax_node(node: Node, mapping: ParameterMapping, count: int | None) -> Node:
    children: list[Node] = []
    for child in node.children:
        if child.name in _REPEATED and any(child.name == sibling.name for sibling in children):
            continue
        is_other_resource = child.name.startswith(_RESOURCE) and child.name not in mapping.echoed
        if mapping.renamed.get(child.name, "" if is_other_resource else child.name):
            children.append(_relax_node(child, mapping, count))
    attrs = {
        name: mapping.renamed.get(text) or text
        if name in _API_ATTRIBUTES
        # The number beside a word is a state, or a setting of the world.
        else _relax_text(text, node.name if name == "orig" else name, mapping)
        for name, text in node.attrs.items()
    }
    if node.attrs.get("name") in _MAYBE_EMPTY:
        children = [replace(child, optional=True) for child in children]
    name = mapping.renamed.get(node.name, node.name)
    text = None if node.text is None else _relax_text(node.text, node.name, mapping)
    if name == _COUNT and count is not None:
        text = str(count)
    elif name == _COUNT and node.text == "0" and "filter" in mapping.echoed:
        # The filter looks for a name that no service has anywhere.
        text = node.text
    return Node(name, text, attrs, tuple(children), optional=node.optional)


def _relax_text(text: str, name: str, mapping: ParameterMapping) -> str:
    """A text of the answer: kept, replaced by the text of this seller, or left open."""
    old, new = mapping.echoed.get(name, ("", ""))
    if text and text == old:
        return new
    if name == "param":
        sent = (here for there, here in mapping.echoed.values() if there == text)
        return next(sent, "<any>")
    for old, new in mapping.replacements.items():
        # A key begins with the number of its license.
        if text == old or (len(old) >= LICENSE_NUMBER and text.startswith(f"{old}-")):
            return text.replace(old, new, 1)
    if name in _STATES or text == "<absent>":
        return text
    if text in _FLAGS:
        return "<any>" if mapping.uses_own and name != "ok" else text
    return _relax_placeholders(text)


def _relax_placeholders(text: str) -> str:
    """Keeps placeholders, except days and the currency of the world; opens all other texts."""
    placeholders = list(find_placeholders(text))
    if not placeholders:
        return "<any>"
    if any(placeholder.spans is not None for placeholder in placeholders):
        return "<date>"
    return _CURRENCY.sub("<text>", text)
