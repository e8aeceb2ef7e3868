"""What the proxy answers where it lets nothing pass: an error document, as a seller sends one."""

from __future__ import annotations

import json
from xml.etree.ElementTree import Element, SubElement, tostring

from contracts.recording.trees import JSON


def refusal(type_: str, object_: str, message: str, out: str) -> tuple[bytes, str]:
    """The document of an error and its content type; clients expect it with status 200."""
    attrs = {"type": type_, "object": object_, "lang": "en"}
    if out in JSON:
        told = {f"${name}": text for name, text in attrs.items()} | {"msg": {"$": message}}
        return json.dumps({"doc": {"error": told}}).encode(), "application/json; charset=UTF-8"
    if out == "bjson":
        flat = {"error": {"msg": message, "type": type_, "object": object_}}
        return json.dumps(flat).encode(), "application/json; charset=UTF-8"
    doc = Element("doc")
    error = SubElement(doc, "error", attrs)
    SubElement(error, "msg").text = message
    body: bytes = tostring(doc, encoding="utf-8", xml_declaration=True)
    return body, "text/xml; charset=UTF-8"
