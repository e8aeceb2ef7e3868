"""What an answer says, whichever format says it: names and texts, without what is around them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

AROUND = {"tparams", "saved_filters", "slist", "flist", "list"}
LAYOUT = {"metadata", "messages"}

Pairs = set[tuple[str, str]]


def many(of: dict[str, Any], name: str) -> list[Any]:
    value = of.get(name, [])
    return value if isinstance(value, list) else [value]


NEVER_TWICE = {
    "auth": {"auth", "auth_id", "id"},
    "certificate.order.csr": {"csr", "key"},
}
"""What is another each time: the id of a session, a key and what is made with it."""


def hidden(pairs: Pairs, name: str) -> Pairs:
    """The same without what no call answers twice."""
    other = NEVER_TWICE.get(name, set())
    return {(n, "OTHER" if n in other else text) for n, text in pairs}


def fields_of_xml(root: Element) -> Pairs:
    """Name and text of whatever has a text, without echo, selects and tables."""
    found: Pairs = set()
    for child in root:
        if child.tag not in AROUND | LAYOUT:
            if child.text and child.text.strip():
                found.add((child.tag, child.text))
            found |= fields_of_xml(child)
    return found


def attributes(root: Element) -> Iterator[str]:
    for child in root:
        if child.tag not in AROUND | LAYOUT:
            yield from child.attrib.values()
            yield from attributes(child)


def fields_of_json(text: str) -> Pairs:
    return walked(json.loads(text)["doc"], "$")


def fields_of_data(text: str) -> Pairs:
    return walked(json.loads(text)["doc"], "v")


def fields_of_bjson(text: str) -> Pairs:
    answer = json.loads(text)
    del answer["func"]
    return walked(answer, "v")


def walked(of: dict[str, Any], own: str) -> Pairs:
    """The same of parsed JSON; ``own`` is the key of a text that stands beside attributes."""
    found: Pairs = set()
    for name, value in of.items():
        if name in AROUND | LAYOUT or name.startswith("$"):
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                if str(one.get(own, "")).strip():
                    found.add((name, str(one[own])))
                found |= walked({n: v for n, v in one.items() if n != own}, own)
            elif str(one).strip():
                found.add((name, str(one)))
    return found


def fields_of_text(text: str) -> Pairs:
    """Each line under its whole name (``item.id``) and the last part of it (a nested field)."""
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


def told(doc: Element, numbers: str) -> str:
    """A refusal, but for the number it is about."""
    error = doc.find("error")
    text = "" if error is None else " ".join(error.itertext())
    return re.sub("|".join(re.findall("[0-9]+", numbers)), "<id>", text)


def error_type(out: str, text: str) -> str | None:
    """The type of the refusal, as each format says it."""
    if out in {"xml", "devel"}:
        error = fromstring(text).find("error")
        return None if error is None else str(error.get("type"))
    if out == "text":
        return text.partition("type=")[2].partition(" ")[0]
    if out == "csv":
        return next(csv.reader(io.StringIO(text)))[1]
    answer = json.loads(text)
    if out in {"bjson", "ajax"}:
        return str(answer["error"]["type"])
    error = answer["doc"]["error"]
    return str(error["type" if out == "JSONdata" else "$type"])
