"""Reads the body of an answer, xml or any of the json kinds, into one neutral tree.

The body decides, not the content type: sellers serve json as `text/plain` and html as anything.
Entities and document types are refused, since a reseller has no use for them and a stranger who
answers in the seller's place would.

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
from reseller_client.transport.document import Answer, Node
from reseller_client.transport.values import read_money

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_DEEPEST: Final = 64
_SPLICED: Final = frozenset({"model", "data"})


def read_document(body: bytes) -> Answer:
    """Return the neutral tree of a body. Raises NotUnderstood for anything else."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return Answer(_read_xml(start))
    if start.startswith(b"{"):
        return Answer(_read_json(start))
    reason = "the answer is empty" if not start else "the answer is neither xml nor json"
    raise NotUnderstood(reason)


def read_refusal(answer: Answer) -> Refusal | None:
    """Return the error an answer carries, or None. The error counts before anything else."""
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
    """Read one parameter of an error: named by attribute or field, or a plain map."""
    name = param.value("name")
    if name:
        return {name: param.text or param.value("value")}
    return param.fields()


def _read_xml(body: bytes) -> Node:
    """Parse xml safely; the root must be `doc`, since an html page parses too."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as problem:
        raise NotUnderstood(f"the answer is not readable xml: {problem}") from problem
    if root.tag != "doc":
        raise NotUnderstood(f"the answer is <{root.tag}>, not <doc>")
    return _from_element(root, _DEEPEST)


def _from_element(element: Element, depth: int) -> Node:
    """Turn an xml element into a node; blanks between elements are no text."""
    if not depth:
        raise NotUnderstood("the answer is nested too deeply")
    children = tuple(_from_element(child, depth - 1) for child in element)
    text = element.text or ""
    return Node(
        name=element.tag,
        text="" if children and not text.strip() else text,
        attributes=MappingProxyType(dict(element.attrib)),
        children=children,
    )


def _read_json(body: bytes) -> Node:
    """Parse json with numbers kept as text, so that no sum passes through float."""
    try:
        tree = json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as problem:
        raise NotUnderstood(f"the answer is not readable json: {problem}") from problem
    while isinstance(tree, dict) and len(tree) == 1 and isinstance(tree.get("doc"), dict):
        tree = tree["doc"]
    return _spliced(_from_json("doc", tree, _DEEPEST)[0])


def _spliced(root: Node) -> Node:
    """Lift the fields of `model` into the document: bjson keeps forms there, xml does not."""
    children: list[Node] = []
    for child in root.children:
        if child.name in _SPLICED and child.children:
            children.extend(child.children)
        elif child.name == "doc":
            children.append(_spliced(child))
        else:
            children.append(child)
    return Node(root.name, root.text, root.attributes, tuple(children))


def _from_json(name: str, value: object, depth: int) -> tuple[Node, ...]:
    """Turn a json value into the nodes of that name: a list is the name repeated."""
    if not depth:
        raise NotUnderstood("the answer is nested too deeply")
    if isinstance(value, list):
        return tuple(node for item in value for node in _from_json(name, item, depth - 1))
    if isinstance(value, dict):
        return (_from_object(name, value, depth),)
    return (Node(name, _leaf(value)),)


def _from_object(name: str, value: dict[str, object], depth: int) -> Node:
    """Read an object: `$` and `v` are its text, `$x` and `k` attributes, the rest children."""
    text = _leaf(value["$"]) if "$" in value else ""
    attributes: dict[str, str] = {}
    children: list[Node] = []
    for key, item in value.items():
        plain = not isinstance(item, (dict, list))
        if key == "$":
            continue
        if key == "v" and plain:
            text = _leaf(item)
        elif key == "k" and plain:
            attributes["key"] = _leaf(item)
        elif key.startswith("$") and plain:
            attributes[key[1:]] = _leaf(item)
        else:
            children.extend(_from_json(key, item, depth - 1))
    return Node(name, text, MappingProxyType(attributes), tuple(children))


def _leaf(value: object) -> str:
    """Write a json leaf as the wire writes it: booleans are `on` or empty, null is empty."""
    if value is True:
        return "on"
    if value is None or value is False or isinstance(value, (dict, list)):
        return ""
    return str(value)
