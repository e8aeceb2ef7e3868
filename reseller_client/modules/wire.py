"""Writes the answers of the reseller's endpoint: BILLmanager's documents in xml, json and bjson.

Source: docs/wire.md sections 3 and 5; docs/modules.md section 3. The seller has a writer of its
own: a mistake in a shared one would be on both sides, and no check would see it.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reseller_client.modules.refusals import ShopRefusal

MANY: Final = frozenset({"elem", "list", "slist", "val", "pricelist", "period", "param"})
"""Elements that are arrays in json, even if there is only one."""
JSON_TYPE: Final = "application/json; charset=UTF-8"
KINDS: Final = {"xml": "text/xml; charset=UTF-8", "json": JSON_TYPE, "bjson": JSON_TYPE}
FORMATS: Final = MappingProxyType(
    {"json": "json", "sjson": "json", "xjson": "json", "bjson": "bjson"}
)
"""The format by `out`: json has three names, and every other `out` is xml."""


def make_document(fields: Mapping[str, object] | None = None) -> ET.Element:
    """Return a new document with these fields; None is left out."""
    doc = ET.Element("doc")
    fill(doc, fields or {})
    return doc


def fill(node: ET.Element, fields: Mapping[str, object]) -> None:
    """Add fields to an element; None is left out."""
    for name, value in fields.items():
        if value is not None:
            ET.SubElement(node, name).text = str(value)


def add_rows(node: ET.Element, all_fields: Iterable[Mapping[str, object]]) -> None:
    """Add the rows of a list to an element."""
    for fields in all_fields:
        fill(ET.SubElement(node, "elem"), fields)


def add_list(doc: ET.Element, name: str, all_fields: Iterable[Mapping[str, object]]) -> None:
    """Add a named list to a document; forms may have several."""
    add_rows(ET.SubElement(doc, "list", {"name": name}), all_fields)


def make_error(refusal: ShopRefusal) -> ET.Element:
    """Return the document of an error. Like every answer it has the HTTP status 200 (observed)."""
    doc = ET.Element("doc")
    error = ET.SubElement(doc, "error", {"type": refusal.type, "lang": "en"})
    if refusal.object:
        error.set("object", refusal.object)
        attributes = {"name": "object", "type": "msg", "msg": refusal.object}
        param = ET.SubElement(error, "param", attributes)
        param.text = refusal.object
    if refusal.value:
        name = "amount" if refusal.type == "not_enough_money" else "value"
        ET.SubElement(error, "param", {"name": name}).text = refusal.value
    ET.SubElement(error, "msg").text = str(refusal)
    return doc


def write_document(doc: ET.Element, out: str, func: str) -> bytes:
    """Return a document as bytes in a format: `xml`, `json` or `bjson`."""
    if out == "bjson":
        return json.dumps(_write_bjson(doc, func), ensure_ascii=False).encode()
    if out == "json":
        return json.dumps({"doc": _write_element(doc)}, ensure_ascii=False).encode()
    text = ET.tostring(doc, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def _write_element(node: ET.Element) -> dict[str, object]:
    fields: dict[str, object] = {f"${name}": value for name, value in node.attrib.items()}
    if node.text:
        fields["$"] = node.text
    for child in node:
        if child.tag in MANY:
            many = fields.setdefault(child.tag, [])
            assert isinstance(many, list)  # noqa: S101 - set a line above
            many.append(_write_element(child))
        else:
            fields[child.tag] = _write_element(child)
    return fields


def _write_bjson(doc: ET.Element, func: str) -> dict[str, object]:
    """Return the bjson of a document: rows, a form, a submit's answer, or an error."""
    error = doc.find("error")
    if error is not None:
        fields = {"msg": error.findtext("msg", "")}
        fields |= {name: error.attrib[name] for name in ("type", "object") if name in error.attrib}
        return {"error": fields}
    inner = doc.find("doc")
    nodes = [*(node for node in doc if node.tag != "doc"), *(() if inner is None else inner)]
    answer: dict[str, object] = {"func": func}
    tables = {node.get("name", ""): _rows(node) for node in nodes if node.tag == "list"}
    elements = [node for node in nodes if node.tag not in {"list", "elem"}]
    if doc.find("ok") is not None:
        answer.update((node.tag, {"v": node.text or "", **node.attrib}) for node in elements)
    elif doc.find("elem") is not None:
        answer |= {"elem": _rows(doc), **_texts(elements)}
    elif doc.find("auth") is not None or _is_form(elements):
        answer["model"] = _texts(elements)
    else:
        answer |= _structure(elements)
    return {**answer, "list": tables} if tables else answer


def _is_form(elements: list[ET.Element]) -> bool:
    """Tell whether these are plain fields only; a list without rows still has their number."""
    counted = any(node.tag == "p_elems" for node in elements)
    return bool(elements) and not counted and not any(node.attrib or len(node) for node in elements)


def _texts(elements: Iterable[ET.Element]) -> dict[str, str]:
    return {node.tag: node.text or "" for node in elements}


def _rows(node: ET.Element) -> list[dict[str, str]]:
    return [{cell.tag: cell.text or "" for cell in row} for row in node.findall("elem")]


def _structure(nodes: Iterable[ET.Element]) -> dict[str, object]:
    """Return elements as an object: attributes are keys, a text beside them is `v`."""
    fields: dict[str, object] = {}
    for node in nodes:
        text = node.text or ""
        value: object = text
        if node.attrib or len(node):
            value = {**node.attrib, **({"v": text} if text else {}), **_structure(node)}
        if node.tag in MANY:
            many = fields.setdefault(node.tag, [])
            assert isinstance(many, list)  # noqa: S101 - set a line above
            many.append(value)
        else:
            fields[node.tag] = value
    return fields
