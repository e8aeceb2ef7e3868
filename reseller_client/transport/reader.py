"""Reads the body of an answer, xml or one of the json formats, as one kind of tree.

The body decides on the format, not the content type: sellers serve json as `text/plain` and html as
anything. Entities and document types are refused: a reseller does not need them, and an attacker
who answers in the seller's place could use them.

Source: docs/wire.md sections 1, 3.1, 3.2 and 5.1 (observed).
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from reseller_client.errors import NotUnderstood, Refusal
from reseller_client.transport.document import NO_ATTRIBUTES, Answer, Node
from reseller_client.transport.values import read_money

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAX_DEPTH: Final = 64
_MERGED: Final = frozenset({"model", "data"})


def read_document(body: bytes) -> Answer:
    """Return the tree of a body. Raises NotUnderstood for a body that is not an answer."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return Answer(_read_xml(start))
    if start.startswith(b"{"):
        return Answer(_read_json(start))
    reason = "the answer is empty" if not start else "the answer is neither xml nor json"
    raise NotUnderstood(reason)


def read_refusal(answer: Answer) -> Refusal | None:
    """Return the error of an answer, or None. An error goes before everything else."""
    error = answer.field("error")
    if error is None:
        return None
    params: dict[str, str] = {}
    for param in error.all("param"):
        params.update(_param(param))
    amount = read_money(params.get("amount", ""))
    return Refusal(
        type=error.value("type"),
        object=error.value("object"),
        message=(error.value("msg", "detail") or error.text).strip(),
        params=MappingProxyType(params),
        amount=None if amount is None else amount.amount,
    )


def _param(param: Node) -> dict[str, str]:
    """Return a parameter of an error: named by attribute or field, or a plain map."""
    name = param.value("name")
    if name:
        return {name: param.text or param.value("value")}
    return param.fields()


def _read_xml(body: bytes) -> Node:
    """Parse xml safely; the root must be `doc`, because an html page may be xml too."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as problem:
        raise NotUnderstood(f"the answer is not readable xml: {problem}") from problem
    if root.tag != "doc":
        raise NotUnderstood(f"the answer is <{root.tag}>, not <doc>")
    return _from_element(root, _MAX_DEPTH)


def _from_element(element: Element, depth: int) -> Node:
    """Return an xml element as a node; blanks between elements are ignored."""
    if not depth:
        raise NotUnderstood("the answer is nested too deeply")
    children = tuple(_from_element(child, depth - 1) for child in element)
    text = element.text or ""
    return Node(
        name=element.tag,
        text="" if children and not text.strip() else text,
        attributes=MappingProxyType(element.attrib) if element.attrib else NO_ATTRIBUTES,
        children=children,
    )


def _read_json(body: bytes) -> Node:
    """Parse json with numbers as text, so that no sum becomes a float."""
    try:
        tree = json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as problem:
        raise NotUnderstood(f"the answer is not readable json: {problem}") from problem
    while isinstance(tree, dict) and len(tree) == 1 and isinstance(tree.get("doc"), dict):
        tree = tree["doc"]
    return _merge_model(_from_json("doc", tree, _MAX_DEPTH)[0])


def _merge_model(root: Node) -> Node:
    """Move the fields of `model` into the document, where xml has them."""
    children: list[Node] = []
    for child in root.children:
        if child.name in _MERGED and child.children:
            children.extend(child.children)
        elif child.name == "doc":
            children.append(_merge_model(child))
        else:
            children.append(child)
    return Node(root.name, root.text, root.attributes, tuple(children))


def _from_json(name: str, value: object, depth: int) -> tuple[Node, ...]:
    """Return a json value as nodes of that name, one for each element of a list."""
    if not depth:
        raise NotUnderstood("the answer is nested too deeply")
    if isinstance(value, list):
        return tuple(node for item in value for node in _from_json(name, item, depth - 1))
    if isinstance(value, dict):
        return (_from_object(name, value, depth),)
    return (Node(name, _as_text(value)),)


def _from_object(name: str, value: dict[str, object], depth: int) -> Node:
    """Return an object as a node: `$` and `v` are its text, `$x` and `k` attributes."""
    text = _as_text(value["$"]) if "$" in value else ""
    attributes: dict[str, str] = {}
    children: list[Node] = []
    for key, item in value.items():
        simple = not isinstance(item, (dict, list))
        if key == "$":
            continue
        if key == "v" and simple:
            text = _as_text(item)
        elif key == "k" and simple:
            attributes["key"] = _as_text(item)
        elif key.startswith("$") and simple:
            attributes[key[1:]] = _as_text(item)
        else:
            children.extend(_from_json(key, item, depth - 1))
    return Node(
        name, text, MappingProxyType(attributes) if attributes else NO_ATTRIBUTES, tuple(children)
    )


def _as_text(value: object) -> str:
    """Return a json value as text, as xml has it: booleans are `on` or empty, null is empty."""
    if value is True:
        return "on"
    if value is None or value is False or isinstance(value, (dict, list)):
        return ""
    return str(value)
