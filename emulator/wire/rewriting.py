"""An answer that was sent once, written in the other formats: nothing is called again.

The journal has an answer as it was sent, so one in XML or in JSON with its ``doc`` can be read back
into a document. The other formats leave something out; of an answer in these nothing is made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from emulator.api.registry import Function, Kind
from emulator.domain.world import Generation
from emulator.texts import LANGUAGES
from emulator.wire import layout
from emulator.wire.document import Document, Node, Shape
from emulator.wire.formats import FORMATS

LAYOUT = ("metadata", "messages")
TABLES = ("slist", "flist", "list")
NOT_WHOLE = (
    ParseError, DefusedXmlException, ValueError, LookupError, TypeError, AttributeError,
    RecursionError,
)  # fmt: skip
"""Raised by an answer that a fault replaced or that the journal cut."""
FROM_XML = frozenset({"xml", "devel"})
FROM_JSON = frozenset({"json", "sjson", "xjson"})


def rewrite(
    answer: str, out: str, function: Function | None, generation: Generation
) -> dict[str, str]:
    """The answer by format. Empty where ``out`` leaves something out, or the answer is not whole.

    ``answer``: as it was sent in the format ``out``. ``function``: whose answer it is, None for an
    unknown one. What XML leaves out of a form that depends on its tariff, the labels of addons, is
    missing in json and devel.
    """
    try:
        document = _read(answer, out, function)
        return {} if document is None else {**_write(document, function, generation), out: answer}
    except NOT_WHOLE:
        return {}


def _write(document: Document, function: Function | None, generation: Generation) -> dict[str, str]:
    if not document.layout and function is not None:
        lang = document.attrs.get("lang", "")
        lang = lang if lang in LANGUAGES else "en"
        document.layout = (
            layout.metadata(function, generation),
            layout.messages(function, lang, {}),
        )
    written = {}
    for name, form in FORMATS.items():
        _name_format(document, name)
        written[name] = form.render(document).decode()
    return written


def _read(answer: str, out: str, function: Function | None) -> Document | None:
    if out in FROM_XML:
        root = _node(fromstring(answer))
    elif out in FROM_JSON:
        root = Node("doc", *_content(json.loads(answer)["doc"]))
    else:
        return None
    nodes = root.children or []
    shown = [node for node in nodes if node.name not in LAYOUT]
    attrs = root.attrs or {}
    func = attrs.get("func", function.answers_as if function else "")
    around = [node for node in nodes if node.name in LAYOUT]
    return Document(func, _shape(shown, function), shown, attrs, around)


def _shape(nodes: list[Node], function: Function | None) -> Shape:
    names = {node.name for node in nodes}
    if names == {"error"}:
        return Shape.ERROR
    has_tables = any(node.name in TABLES and "name" in (node.attrs or {}) for node in nodes)
    if function is None or (function.kind is Kind.DOCUMENT and not has_tables):
        return Shape.RAW
    if function.kind is Kind.LISTING and "p_num" in names:
        return Shape.LISTING
    return Shape.RESULT if "ok" in names else Shape.FORM


def _node(element: Element) -> Node:
    return Node(
        element.tag,
        element.text or "",
        dict(element.attrib) or None,
        [_node(child) for child in element] or None,
    )


def _content(value: Mapping[str, Any]) -> tuple[str, dict[str, str] | None, list[Node] | None]:
    """Text, attributes and children of a JSON object: the keys ``$``, ``$name`` and all others."""
    attrs = {name[1:]: text for name, text in value.items() if name.startswith("$") and name != "$"}
    children = [node for name, inner in value.items() for node in _children(name, inner)]
    return value.get("$", ""), attrs or None, children or None


def _children(name: str, value: Any) -> Iterator[Node]:  # noqa: ANN401 - JSON
    if name.startswith("$"):
        return
    if name == "messages":
        texts = [Node("msg", text, {"name": key}) for key, text in value["msg"].items()]
        yield Node(name, "", {key[1:]: text for key, text in value.items() if key != "msg"}, texts)
        return
    for item in value if isinstance(value, list) else [value]:
        yield Node(name, *_content(item))


def _name_format(document: Document, out: str) -> None:
    """The echo of the parameters has the format too, where one was sent."""
    for echo in document.nodes:
        if echo.name == "tparams":
            for sent in echo.children or ():
                if sent.name == "out":
                    sent.text = out
