"""A call of the journal as a file of an exchange, which the judge reads (docs/judging.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import ParseError, fromstring

from emulator import __version__, journal
from emulator.api.registry import Function, Kind
from emulator.control.console.calls import CREDENTIALS

AROUND = ("metadata", "messages", "saved_filters", "tparams")
"""What every answer has beside what it says."""
HEAD = """\
# Numbers, dates and keys are those of this call: put placeholders (docs/judging.md) where another
# seller has its own. The evidence is an emulator, so it is no more than assumed.
"""


def write_exchange(
    entry: journal.Entry, function: Function | None, *, world: str, made_from: str, day: str
) -> str:
    """The file. Raises ValueError for an entry that is no call with a whole answer in XML."""
    import yaml  # noqa: PLC0415 - few pages need it

    if entry.kind != journal.CALL or entry.out != "xml":
        raise ValueError(
            "only a call with an answer in XML can be exported: repeat it with out=xml"
        )
    try:
        root = fromstring(entry.answer)
    except ParseError:
        raise ValueError(
            "the answer in the journal is no whole document: it was cut, or a fault changed it"
        ) from None
    doc = {
        child.tag: _record([item for item in root if item.tag == child.tag])
        for child in root
        if child.tag not in AROUND
    }
    params = {
        name: text
        for name, text in json.loads(entry.params).items()
        if name not in {*CREDENTIALS, "func", "out"}
    }
    exchange: dict[str, object] = {
        "func": entry.func,
        "about": f"Call {entry.id} in the journal of the world {world}.",
        "world": made_from,
        "login": f"authinfo {entry.login}" if entry.login else "none",
        "request": {"method": entry.method, "params": params},
        "answer": {"formats": ["xml"], "kind": _kind(doc, function), "doc": doc},
        "evidence": "assumed",
        "source": f"the journal of mockseller {__version__}",
        "date": day,
        "version": f"mockseller {__version__}",
    }
    return HEAD + yaml.safe_dump(exchange, sort_keys=False, allow_unicode=True, width=100)


def _kind(doc: Mapping[str, object], function: Function | None) -> str:
    if "error" in doc:
        return "error"
    if "ok" in doc:
        return "result"
    if function is not None and function.kind is Kind.LISTING:
        return "listing"
    if function is not None and function.kind is Kind.FORM:
        return "form"
    return "raw"


def _record(elements: list[Element]) -> object:
    """Elements of one name: a list where there are several."""
    values = [_value(element) for element in elements]
    return values if len(values) > 1 else values[0]


def _value(element: Element) -> object:
    """A text, or a mapping with ``@attribute``, ``$`` for the text, and children by name."""
    if not len(element) and not element.attrib:
        return element.text or ""
    value: dict[str, object] = {f"@{name}": text for name, text in element.attrib.items()}
    if element.text and element.text.strip():
        value["$"] = element.text
    for child in element:
        if child.tag not in value:
            value[child.tag] = _record([item for item in element if item.tag == child.tag])
    return value
