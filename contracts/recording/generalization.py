"""Turns a recorded answer into one that holds for any seller: kinds instead of values.

A recording shows one account on one day: its amounts, texts and other rows are its own. Which
fields there are and of what kind, states, tariffs, errors and values of the request hold wherever
the same is called.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from contracts.record.document import Node
from contracts.record.formats import ECHO, LAYOUT
from contracts.record.placeholders import find_placeholders

CODES: Final = frozenset({
    "status", "period", "order_period", "autoprolong", "pricelist", "pricelist_id", "itemtype",
    "item.type", "item.period", "item.autoprolong", "service_status", "item_real_status",
})  # fmt: skip
"""Fields whose values mean the same at every seller, where they are numbers or single words."""
_ATTRIBUTES: Final = frozenset({"name", "orig", "type", "object"})
_FRAME: Final = frozenset({"func", "stack", "group", "detail", "filter", "p_possible_filters"})
_CODE: Final = re.compile(r"-?[0-9]+(_[a-z]+)?|[a-z][a-z0-9_]*")
_FLAG: Final = frozenset({"on", "off", "null"})
_MONEY: Final = re.compile(r"-?[0-9]+\.[0-9]+(?: ?[A-Z]{3})?|-?[0-9]+ ?[A-Z]{3}")
_NUMBER: Final = re.compile(r"-?[0-9]+")


@dataclass(frozen=True, slots=True)
class GeneralizationContext:
    """What decides which values of an answer stay.

    ``params``: those of the request; ``labels``: those that earlier steps have bound; ``made``: the
    labels of elements that this session created, whose dates can be counted from today.
    """

    params: Mapping[str, str]
    labels: Collection[str]
    made: Collection[str]


def generalize(doc: Node, context: GeneralizationContext) -> Node:
    """The document as an exchange has it."""
    return Node("doc", None, {}, tuple(_children(doc, context, alike=False)))


def find_labels(node: Node) -> set[str]:
    """The labels of numbers in a tree; a key has its license's."""
    return {label for text in node.texts() for label in find_labels_in(text)}


def find_labels_in(text: str) -> Iterator[str]:
    """The labels of numbers in a text."""
    for placeholder in find_placeholders(text):
        if placeholder.kind in ("id", "key") and placeholder.label:
            yield placeholder.label.partition("-")[0]


def reduce_to_labels(doc: Node, needed: Collection[str]) -> Node | None:
    """The part of a generalised document that binds what later steps need, and its ``ok``."""
    parts = tuple(part for child in doc.children if (part := _part(child, needed)) is not None)
    return replace(doc, children=parts) if parts else None


def _part(node: Node, needed: Collection[str]) -> Node | None:
    if node.name == "ok" or (not node.children and find_labels(node) & set(needed)):
        return node
    if not find_labels(node) & set(needed):
        return None
    if node.name == "elem":
        # What identifies the row: the state, the tariff and the number.
        named = (c for c in node.children if c.name in CODES or find_labels(c) & set(needed))
        return replace(node, children=tuple(named))
    parts = (_part(child, needed) for child in node.children)
    return replace(node, children=tuple(part for part in parts if part is not None))


def _children(node: Node, context: GeneralizationContext, *, alike: bool) -> Iterator[Node]:
    for name in dict.fromkeys(child.name for child in node.children):
        if name in ECHO | LAYOUT | _FRAME:
            continue
        same = node.all(name)
        if name == "elem":
            yield from _rows(same, context)
        elif name in ("slist", "list", "param"):
            yield from (_general(child, context, alike=alike) for child in same)
        else:
            yield _general(same[0], context, alike=alike)


def _rows(rows: tuple[Node, ...], context: GeneralizationContext) -> Iterator[Node]:
    """The rows of elements that the session created; else one row that shows the fields."""
    own = [row for row in rows if find_labels(row) & set(context.labels) & set(context.made)]
    if own:
        yield from (_general(row, context, alike=False) for row in own)
    else:
        yield _general(rows[0], context, alike=True)


def _general(node: Node, context: GeneralizationContext, *, alike: bool) -> Node:
    attrs = {
        name: _attribute(node, name, text, context, alike=alike)
        for name, text in node.attrs.items()
        if name in _ATTRIBUTES or node.name == "user"
    }
    inner = () if node.name == "slist" else tuple(_children(node, context, alike=alike))
    name = node.name
    text = (
        None if inner or node.name in ("slist", "list") else _text(name, node.text, context, alike)
    )
    return Node(name, text, attrs, tuple(child for child in inner if child.name != "val"))


def _attribute(
    node: Node, name: str, text: str, context: GeneralizationContext, *, alike: bool
) -> str:
    if node.name == "user":
        return _text(name, text, context, alike) or "<any>"
    return "<text>" if alike and name == "orig" else text


def _text(name: str, text: str | None, context: GeneralizationContext, alike: bool) -> str:  # noqa: FBT001, PLR0911
    if not text:
        return "" if name == "ok" else "<any>"
    placeholders = list(find_placeholders(text))
    if placeholders:
        return _placed(text, context, alike=alike)
    if text == context.params.get(name):
        return text
    if name in ("ok", "v"):
        return text if text.startswith("func=") and "&" not in text else "<any>"
    if not alike and (text in _FLAG or (name in CODES and _CODE.fullmatch(text))):
        return text
    if name == "msg":
        return "<text>"
    if _MONEY.fullmatch(text):
        return "<money>"
    return "<number>" if _NUMBER.fullmatch(text) else "<text>"


def _placed(text: str, context: GeneralizationContext, *, alike: bool) -> str:
    """Labels of the context stay; dates if the answer is about what the session created."""
    placeholder = next(find_placeholders(text))
    if str(placeholder) != text and placeholder.spans is None:
        return "<text>"
    if placeholder.spans is not None:
        return text if not alike and set(context.labels) & set(context.made) else "<date>"
    if placeholder.kind == "hex":
        return "<text>"
    label = placeholder.label.partition("-")[0]
    return text if label and not alike and label in context.labels else f"<{placeholder.kind}>"
