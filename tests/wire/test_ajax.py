from __future__ import annotations

import json
from typing import Any

from emulator.wire.document import Document, Node, Shape
from emulator.wire.formats.ajax import render


def ajax(shape: Shape, *nodes: Node) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(render(Document("vds.reboot", shape, list(nodes))))
    return answer


def error(*params: Node) -> Node:
    return Node("error", attrs={"type": "missed"}, children=[*params, Node("msg", "gone")])


def test_an_action_says_ok_in_its_first_message() -> None:
    assert ajax(Shape.RESULT, Node("ok"))["message"] == [{"status": "ok"}]


def test_a_cell_carries_its_attributes_beside_its_value() -> None:
    cell = Node("item_status", "Active", {"orig": "2", "color": "green"})

    answer = ajax(Shape.LISTING, Node("elem", children=[cell]), Node("p_elems", "1"))

    assert answer["content"] == [{"item_status": {"v": "Active", "orig": "2", "color": "green"}}]
    assert answer["p_elems"] == "1"


def test_a_column_that_comes_twice_is_an_array() -> None:
    answer = ajax(Shape.LISTING, Node("elem", children=[Node("ip", "a"), Node("ip", "b")]))

    assert answer["content"] == [{"ip": [{"v": "a"}, {"v": "b"}]}]


def test_a_refusal_is_filed_under_the_element_that_was_refused() -> None:
    answer = ajax(Shape.ERROR, error(Node("param", "item", {"name": "object"}),
                                     Node("param", "7", {"name": "value"})))  # fmt: skip

    assert answer["message"] == [{"status": "error"}]
    assert answer["error"] == {"msg": "gone", "type": "missed"}
    assert answer["warning"] == {"7": {"msg": "gone"}}


def test_the_element_of_a_refusal_may_be_named_by_the_error_itself() -> None:
    answer = ajax(Shape.ERROR, error(Node("param", "bad", {"name": "value"}),
                                     Node("param", "9", {"name": "elid"})))  # fmt: skip

    assert list(answer["warning"]) == ["9"]
