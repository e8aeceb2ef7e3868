"""Example answers of the OpenAPI document: of each function as json, and as the text of its xml.

A mock server made from the document (Prism, for one) answers with these. They are composed from
the declaration: a value for each declared field that fits its schema, and one row in a listing.
"""

from __future__ import annotations

import re
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

Json = dict[str, Any]

ANSWER: Final = "answer"
REFUSAL: Final = "refusal"
EXAMPLE: Final = "#/components/examples/{}"
XML: Final = "text/xml"
JSON: Final = "application/json"
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
WORD: Final = "example"
CANDIDATES: Final = (WORD, "1", "on", "2027-01-31", "10.00", "10.0000", "10.00 EUR / Month", "")
"""One of these is a text of every pattern in :mod:`emulator.openapi.schemas`."""
REFUSED: Final[Json] = {
    "doc": {
        "error": {
            "$type": "missed",
            "$object": "elid",
            "param": [
                {"$name": "object", "$": "elid"},
                {"$name": "value", "$": "9"},
            ],
            "msg": {"$": "Not found"},
        }
    }
}
_REFUSALS: Final = {JSON: "refusal.json", XML: "refusal.xml"}


def shared_examples() -> Json:
    """The refusal, in both formats, for ``components``: Prism sends it on ``Prefer: example``."""
    return {
        _REFUSALS[JSON]: {"summary": "A refusal", "value": REFUSED},
        _REFUSALS[XML]: {"summary": "A refusal", "value": xml_text(REFUSED)},
    }


def examples_of(answer_schema: Json, media_type: str) -> Json:
    """The examples of one response: an answer as in ``answer_schema``, and the shared refusal.

    That of xml is the document's text, since its tree is no value of xml.
    """
    document = {"doc": _filled(answer_schema)}
    value = xml_text(document) if media_type == XML else document
    return {
        ANSWER: {"summary": "An answer", "value": value},
        REFUSAL: {"$ref": EXAMPLE.format(_REFUSALS[media_type])},
    }


def xml_text(document: Json) -> str:
    """The text of a document in the mapping of json: ``$`` is text, ``$name`` an attribute."""
    (name, content), *_ = document.items()
    root = Element(name)
    _fill(root, content)
    return DECLARATION + tostring(root, encoding="unicode")


def _fill(element: Element, content: Json) -> None:
    for name, value in content.items():
        if name == "$":
            element.text = value
        elif name.startswith("$"):
            element.set(name[1:], value)
        else:
            for child in value if isinstance(value, list) else [value]:
                _fill(SubElement(element, name), child)


def _filled(schema: Json) -> Any:  # noqa: ANN401 - JSON
    """A value of a schema of :mod:`emulator.openapi.answers`."""
    if "$ref" in schema:
        return {"$": "1"}
    if "const" in schema:
        return schema["const"]
    if schema["type"] == "array":
        items = schema["items"]
        return [_filled(each) for each in items.get("oneOf", [items])]
    if schema["type"] != "string":
        return {name: _filled(of) for name, of in schema.get("properties", {}).items()}
    return _text(schema)


def _text(schema: Json) -> str:
    if "enum" in schema:
        return str(next(word for word in schema["enum"] if word))
    pattern = re.compile(schema.get("pattern", ""))
    return next(text for text in CANDIDATES if pattern.search(text))
