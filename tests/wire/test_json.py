from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire.document import Document, Node, Shape
from emulator.wire.formats import ajax, bjson
from emulator.wire.formats import json as renderer

if TYPE_CHECKING:
    from collections.abc import Iterable

ALWAYS_ARRAYS = ["elem", "slist", "list", "page", "toolgrp", "toolbtn", "field", "col", "filter",
                 "select", "if", "slider", "node"]  # fmt: skip
NAMES = st.sampled_from(["id", "elem", "item.id", "doc", "slist", "msg", "messages"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
ATTRS = st.none() | st.dictionaries(NAMES, TEXTS, max_size=3)
NODES = st.recursive(
    st.builds(Node, NAMES, TEXTS, ATTRS),
    lambda inner: st.builds(Node, NAMES, TEXTS, ATTRS, st.lists(inner, max_size=4)),
    max_leaves=12,
)


def grouped(nodes: Iterable[Node]) -> dict[str, list[Node]]:
    out: dict[str, list[Node]] = {}
    for node in nodes:
        out.setdefault(node.name, []).append(
            Node(node.name, node.text, node.attrs or {}, ordered(node.children or ()))
        )
    return out


def ordered(nodes: Iterable[Node]) -> list[Node]:
    return [node for group in grouped(nodes).values() for node in group]


def read(members: dict[str, Any]) -> list[Node]:
    """Read the mapping back; siblings of one name come together, since JSON has no other order."""
    out = []
    for name, value in members.items():
        if not name.startswith("$"):
            for element in value if isinstance(value, list) else [value]:
                attrs = {k[1:]: v for k, v in element.items() if k.startswith("$") and k != "$"}
                out.append(Node(name, element.get("$", ""), attrs, read(element)))
    return out


@given(st.lists(NODES, max_size=4))
def test_any_tree_reads_back_as_it_was(nodes: list[Node]) -> None:
    body = renderer.render(Document("soft", Shape.RAW, nodes))

    assert read(json.loads(body)["doc"]) == ordered(nodes)


@given(st.lists(NODES, max_size=4), st.sampled_from(Shape))
def test_a_value_in_any_json_is_a_string_an_object_or_an_array(
    nodes: list[Node], shape: Shape
) -> None:
    def check(value: object) -> None:
        assert isinstance(value, str | dict | list)
        for inner in value.values() if isinstance(value, dict) else value:
            if not isinstance(value, str):
                check(inner)

    document = Document("soft", shape, [Node("error"), *nodes])
    for render in (
        renderer.render,
        renderer.render_data,
        bjson.render_bjson,
        ajax.render,
    ):
        check(json.loads(render(document)))


@pytest.mark.parametrize("name", ALWAYS_ARRAYS)
def test_some_names_are_arrays_even_when_alone(name: str) -> None:
    body = renderer.render(Document("soft", Shape.RAW, [Node(name, "x")]))

    assert json.loads(body) == {"doc": {name: [{"$": "x"}]}}


@pytest.mark.parametrize(("outer", "inner"), [("slist", "val"), ("prices", "price")])
def test_some_names_are_arrays_inside_of_another(outer: str, inner: str) -> None:
    document = Document("soft", Shape.RAW, [Node(outer, children=[Node(inner, "x")])])

    inside = json.loads(renderer.render(document))["doc"][outer]

    assert (inside[0] if isinstance(inside, list) else inside)[inner] == [{"$": "x"}]


def test_a_name_that_repeats_inside_of_one_is_single_outside_of_it() -> None:
    body = renderer.render(Document("soft", Shape.RAW, [Node("price", children=[Node("id", "1")])]))

    assert json.loads(body)["doc"] == {"price": {"id": {"$": "1"}}}


@pytest.mark.parametrize("name", ["itemtypeparam", "enumerationitem"])
def test_blocks_of_the_price_list_are_arrays(name: str) -> None:
    body = renderer.render(Document("soft", Shape.RAW, [Node(name, children=[Node("id", "1")])]))

    assert json.loads(body)["doc"] == {name: [{"id": {"$": "1"}}]}


def test_a_length_with_a_cost_is_an_array_and_a_months_text_is_none() -> None:
    nodes = [Node("period", "1"), Node("price", children=[Node("period", "x", {"cost": "1.00"})])]

    doc = json.loads(renderer.render(Document("soft", Shape.RAW, nodes)))["doc"]

    assert doc["period"] == {"$": "1"}
    assert doc["price"]["period"] == [{"$cost": "1.00", "$": "x"}]


def test_the_writing_is_compact_raw_utf8() -> None:
    nodes = [Node("licname", 'Узел "1"\\'), Node("ok")]

    body = renderer.render(Document("soft", Shape.RESULT, nodes))

    assert body == r'{"doc":{"licname":{"$":"Узел \"1\"\\"},"ok":{}}}'.encode()


def test_attributes_come_before_the_layout_and_the_layout_before_the_nodes() -> None:
    document = Document(
        "soft", Shape.LISTING, [Node("p_num", "1")], {"func": "soft"}, [Node("metadata")]
    )

    members = json.loads(renderer.render(document))["doc"]

    assert list(members) == ["$func", "metadata", "p_num"]
