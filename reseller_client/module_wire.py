"""How the reseller's endpoint speaks to panels: BILLmanager's documents, in xml and json.

Source: docs/wire.md sections 3 and 5; docs/modules.md section 3.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reseller_client.module_refusals import ShopRefusal

MANY: Final = frozenset({"elem", "list", "slist", "val", "pricelist", "period", "param"})
"""Names that are arrays in json, one or many."""
KINDS: Final = {"xml": "text/xml; charset=UTF-8", "json": "application/json; charset=UTF-8"}


def document(fields: Mapping[str, object] | None = None) -> ET.Element:
    """A new document with plain fields; None is left out."""
    doc = ET.Element("doc")
    fill(doc, fields or {})
    return doc


def fill(node: ET.Element, fields: Mapping[str, object]) -> None:
    """Add plain fields; None is left out."""
    for name, value in fields.items():
        if value is not None:
            ET.SubElement(node, name).text = str(value)


def rows(node: ET.Element, all_fields: Iterable[Mapping[str, object]]) -> None:
    """Add rows of a list."""
    for fields in all_fields:
        fill(ET.SubElement(node, "elem"), fields)


def named_list(doc: ET.Element, name: str, all_fields: Iterable[Mapping[str, object]]) -> None:
    """Add a list that has a name, as forms have several."""
    rows(ET.SubElement(doc, "list", {"name": name}), all_fields)


def refusal(fault: ShopRefusal) -> ET.Element:
    """The document of an error. It goes out with HTTP 200, as all of them (observed)."""
    doc = ET.Element("doc")
    error = ET.SubElement(doc, "error", {"type": fault.type, "lang": "en"})
    if fault.object:
        error.set("object", fault.object)
        told = ET.SubElement(error, "param", {"name": "object", "type": "msg", "msg": fault.object})
        told.text = fault.object
    if fault.value:
        name = "amount" if fault.type == "not_enough_money" else "value"
        ET.SubElement(error, "param", {"name": name}).text = fault.value
    ET.SubElement(error, "msg").text = str(fault)
    return doc


def written(doc: ET.Element, out: str) -> bytes:
    """A document as bytes. What XML cannot hold is left out."""
    if out == "json":
        return json.dumps({"doc": _plain(doc)}, ensure_ascii=False).encode()
    text = ET.tostring(doc, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def _plain(node: ET.Element) -> dict[str, object]:
    told: dict[str, object] = {f"${name}": value for name, value in node.attrib.items()}
    if node.text:
        told["$"] = node.text
    for child in node:
        if child.tag in MANY:
            many = told.setdefault(child.tag, [])
            assert isinstance(many, list)  # noqa: S101 - set a line above
            many.append(_plain(child))
        else:
            told[child.tag] = _plain(child)
    return told
