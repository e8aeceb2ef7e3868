"""Golden documents as data: one file says a document and its answer in each format.

A node is ``[name, text, attributes, children]``, the tail left out where it is empty. Values are
invented. JSON is compared as parsed, everything else byte for byte.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulator.wire.document import Document, Node, Shape
from emulator.wire.formats import FORMATS, JSON_TYPE

CASES = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).with_name("golden").glob("*.yaml"))
}


def node(
    name: str,
    text: str = "",
    attrs: dict[str, str] | None = None,
    children: list[list[Any]] | None = None,
) -> Node:
    return Node(name, text, attrs, [node(*child) for child in children or ()])


def document(case: dict[str, Any]) -> Document:
    return Document(
        func=case["func"],
        shape=Shape(case["shape"]),
        nodes=[node(*each) for each in case["nodes"]],
        attrs=case.get("attrs", {}),
        layout=[node(*each) for each in case.get("layout", ())],
    )


@pytest.mark.parametrize(
    ("name", "format_name"),
    [(name, format_name) for name, case in CASES.items() for format_name in case["answers"]],
)
def test_a_golden_document_is_written_as_recorded(name: str, format_name: str) -> None:
    chosen = FORMATS[format_name]
    expected = CASES[name]["answers"][format_name]

    body = chosen.render(document(CASES[name])).decode()

    assert (json.loads(body) if chosen.content_type == JSON_TYPE else body) == expected


@pytest.mark.parametrize("name", CASES)
def test_rendering_leaves_the_document_as_it_was(name: str) -> None:
    rendered = document(CASES[name])

    for chosen in FORMATS.values():
        chosen.render(rendered)

    assert rendered == document(CASES[name])


def test_every_format_and_every_shape_has_golden_documents() -> None:
    assert {name for case in CASES.values() for name in case["answers"]} == set(FORMATS)
    assert {Shape(case["shape"]) for case in CASES.values()} == set(Shape)
