from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.wire.document import Document, Node, Shape
from emulator.wire.formats.bjson import render_bjson


def bjson(shape: Shape, *nodes: Node) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(render_bjson(Document("soft.edit", shape, list(nodes))))
    return answer


@pytest.mark.parametrize(
    ("text", "written"),
    [("3", 3), ("0", 0), ("", ""), ("-1", ""), ("1.5", ""), ("many", ""), ("²", ""), ("٣", "")],
)
@pytest.mark.parametrize("shape", [Shape.FORM, Shape.RESULT])
def test_webdomains_in_a_model_is_a_number_or_the_empty_string(
    shape: Shape, text: str, written: object
) -> None:
    assert bjson(shape, Node("webdomains", text))["model"] == {"webdomains": written}


def test_a_count_of_ten_thousand_digits_is_no_count() -> None:
    answer = bjson(Shape.FORM, Node("webdomains", "9" * 10_000))

    assert answer["model"] == {"webdomains": ""}


def test_a_field_keeps_its_value_beside_an_attribute_of_the_same_flat_name() -> None:
    status = Node("item_status", "Active", {"orig": "2"})
    field = Node("item_status_orig", "own")

    for cells in ([status, field], [field, status]):
        (row,) = bjson(Shape.LISTING, Node("elem", children=cells))["elem"]
        assert row == {"item_status": "Active", "item_status_orig": "own"}


def test_a_result_with_fields_is_read_as_values_and_as_a_model() -> None:
    answer = bjson(Shape.RESULT, Node("lickey", "7-A"), Node("id", "7"), Node("ok"))

    assert answer["lickey"] == {"v": "7-A"}
    assert answer["model"] == {"lickey": "7-A", "id": "7"}


def test_a_form_keeps_the_choices_of_the_outer_level_over_those_of_an_inner_doc() -> None:
    def choice(name: str, key: str) -> Node:
        return Node("slist", attrs={"name": name}, children=[Node("val", "x", {"key": key})])

    inner = Node("doc", children=[choice("period", "12"), choice("addon", "2"), Node("cost", "1")])
    answer = bjson(Shape.FORM, choice("period", "1"), inner)

    assert answer["model"] == {"cost": "1"}
    assert answer["slist"] == {"period": [{"k": "1", "v": "x"}], "addon": [{"k": "2", "v": "x"}]}


def test_an_empty_choice_and_an_empty_table_are_empty_arrays() -> None:
    answer = bjson(
        Shape.FORM,
        Node("slist", attrs={"name": "pricelist"}),
        Node("list", attrs={"name": "tariflist"}),
    )

    assert answer["slist"] == {"pricelist": []}
    assert answer["list"] == {"tariflist": []}


def test_other_structures_of_a_result_are_objects() -> None:
    banner = Node("banner", attrs={"id": "1"}, children=[Node("param", "new"), Node("msg", "Hi")])

    answer = bjson(Shape.RESULT, Node("ok"), banner)

    assert answer["banner"] == {"id": "1", "param": "new", "msg": "Hi"}
    assert "model" not in answer
