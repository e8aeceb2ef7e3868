"""What an answer contains in each format: names and texts, without the echo and the layout."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

ECHO = {"tparams", "saved_filters", "slist", "flist", "list"}
LAYOUT = {"metadata", "messages"}

Pairs = set[tuple[str, str]]
"""The name and the text of each field."""
CHANGING = {
    "auth": {"auth", "auth_id", "id"},
    "certificate.order.csr": {"csr", "key"},
}
"""Fields that differ in each answer: the id of a session, a key and what is made with it."""


def as_list(parent: dict[str, Any], name: str) -> list[Any]:
    """Return a field of parsed JSON as a list: a field that occurs once stands without brackets."""
    value = parent.get(name, [])
    return value if isinstance(value, list) else [value]


def mask_changing(pairs: Pairs, func: str) -> Pairs:
    """Return the pairs with the same text for every field that differs in each answer."""
    changing = CHANGING.get(func, set())
    return {(name, "DIFFERS" if name in changing else text) for name, text in pairs}


def fields_of_xml(root: Element) -> Pairs:
    """Return name and text of all elements that have a text, without echo, choices and tables."""
    fields: Pairs = set()
    for child in root:
        if child.tag not in ECHO | LAYOUT:
            if child.text and child.text.strip():
                fields.add((child.tag, child.text))
            fields |= fields_of_xml(child)
    return fields


def attribute_values(root: Element) -> Iterator[str]:
    """Yield the values of all attributes, without those of echo and layout."""
    for child in root:
        if child.tag not in ECHO | LAYOUT:
            yield from child.attrib.values()
            yield from attribute_values(child)


def fields_of_json(text: str) -> Pairs:
    """Return the fields of ``json``, ``sjson`` and ``xjson``."""
    return _fields_of_object(json.loads(text)["doc"], "$")


def fields_of_data(text: str) -> Pairs:
    """Return the fields of ``JSONdata``."""
    return _fields_of_object(json.loads(text)["doc"], "v")


def fields_of_bjson(text: str) -> Pairs:
    """Return the fields of ``bjson``."""
    answer = json.loads(text)
    del answer["func"]
    return _fields_of_object(answer, "v")


def _fields_of_object(parent: dict[str, Any], text_key: str) -> Pairs:
    """Return the fields of parsed JSON; ``text_key`` holds the text beside attributes."""
    fields: Pairs = set()
    for name, value in parent.items():
        if name in ECHO | LAYOUT or name.startswith("$"):
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                if str(item.get(text_key, "")).strip():
                    fields.add((name, str(item[text_key])))
                inner = {key: child for key, child in item.items() if key != text_key}
                fields |= _fields_of_object(inner, text_key)
            elif str(item).strip():
                fields.add((name, str(item)))
    return fields


def fields_of_text(text: str) -> Pairs:
    """Return each line twice: by its whole name (``item.id``) and by the last part of it."""
    lines = [line.partition("=") for line in text.splitlines()]
    pairs = [(name, value.replace("\\n", "\n")) for name, _, value in lines if value]
    return {*pairs, *((name.rpartition(".")[2], value) for name, value in pairs)}


READERS: dict[str, Callable[[str], Pairs]] = {
    "xml": lambda text: fields_of_xml(fromstring(text)),
    "devel": lambda text: fields_of_xml(fromstring(text)),
    "json": fields_of_json,
    "sjson": fields_of_json,
    "xjson": fields_of_json,
    "JSONdata": fields_of_data,
    "bjson": fields_of_bjson,
}


def error_without_numbers(document: Element, numbers: str) -> str:
    """Return the text of a refusal with ``<id>`` in place of the numbers it is about."""
    error = document.find("error")
    text = "" if error is None else " ".join(error.itertext())
    return re.sub("|".join(re.findall("[0-9]+", numbers)), "<id>", text)


def error_type(out: str, text: str) -> str | None:
    """Return the type of a refusal as the format ``out`` states it; None without an error."""
    if out in {"xml", "devel"}:
        error = fromstring(text).find("error")
        return None if error is None else str(error.get("type"))
    if out == "text":
        return text.partition("type=")[2].partition(" ")[0]
    if out == "csv":
        return next(csv.reader(io.StringIO(text)))[1]
    answer = json.loads(text)
    if out in {"bjson", "ajax", "JSONdata"}:
        return str(answer["error"]["type"])
    return str(answer["doc"]["error"]["$type"])
