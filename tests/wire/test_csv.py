from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from emulator.wire.document import Document, Node, Shape
from emulator.wire.formats.csv import render

VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t,;\"'\\"))


def read(document: Document) -> list[list[str]]:
    return list(csv.reader(io.StringIO(render(document).decode(), newline="")))


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=4))
def test_rows_read_back_as_they_were(rows: list[tuple[str, str]]) -> None:
    nodes = [Node("elem", children=[Node("a", a), Node("b", b)]) for a, b in rows]

    assert read(Document("soft", Shape.LISTING, nodes)) == [["a", "b"], *map(list, rows)]


@given(VALUES)
def test_a_form_is_a_header_and_one_row(value: str) -> None:
    nodes = [Node("elid", "1"), Node("licname", value), Node("tparams", children=[Node("f", "x")])]

    assert read(Document("soft.edit", Shape.FORM, nodes)) == [["elid", "licname"], ["1", value]]


@given(VALUES)
def test_an_error_is_one_record_on_one_line(msg: str) -> None:
    error = Node("error", attrs={"type": "missed", "object": "item"}, children=[Node("msg", msg)])

    shown = msg.replace("\n", "\\n").replace("\r", "\\r")
    for break_, escape in {"\u2028": "\\u2028", "\u2029": "\\u2029"}.items():
        shown = shown.replace(break_, escape)
    document = Document("soft", Shape.ERROR, [error])
    assert read(document) == [["error", "missed", "item", shown]]
    assert len(render(document).decode().splitlines()) == 1


def test_the_numbers_beside_labels_are_the_last_columns() -> None:
    """As bjson names them, and not where a field has that name already."""
    row = [Node("id", "7"), Node("state", "Active", {"orig": "2"}), Node("ip", "192.0.2.1")]
    further = [Node("cost", "1.00 EUR", {"orig": "1.00"}), Node("cost_orig", "none")]

    assert read(Document("soft", Shape.LISTING, [Node("elem", children=[*row, *further])])) == [
        ["id", "state", "ip", "cost", "cost_orig", "state_orig"],
        ["7", "Active", "192.0.2.1", "1.00 EUR", "none", "2"],
    ]


def test_a_row_that_lacks_a_column_has_an_empty_cell_there() -> None:
    nodes = [
        Node("elem", children=[Node("a", "1")]),
        Node("elem", children=[Node("b", "2"), Node("a", "3"), Node("a", "4")]),
    ]

    assert read(Document("soft", Shape.LISTING, nodes)) == [
        ["a", "b", "a"],
        ["1", "", ""],
        ["3", "2", "4"],
    ]
