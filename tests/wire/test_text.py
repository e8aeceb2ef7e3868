from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emulator.wire.document import Document, Node, Shape
from emulator.wire.formats.text import render_text

# Control characters other than these do not reach a renderer.
VALUES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t\x85\u2028\u2029\\=")
)


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_a_field_is_a_line_whatever_it_holds(values: list[str]) -> None:
    document = Document("soft.edit", Shape.FORM, [Node("f", value) for value in values])

    lines = render_text(document).decode().splitlines()

    assert len(lines) == len(values)
    assert all(line.startswith("f=") for line in lines)


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_a_row_is_a_line_whatever_it_holds(values: list[str]) -> None:
    rows = [Node("elem", children=[Node("id", "1"), Node("f", value)]) for value in values]

    lines = render_text(Document("soft", Shape.LISTING, rows)).decode().splitlines()

    assert len(lines) == len(values)


def test_the_numbers_beside_labels_end_the_line() -> None:
    row = [Node("item_status", "Active", {"orig": "2"}), Node("ip", "192.0.2.1")]

    text = render_text(Document("soft", Shape.LISTING, [Node("elem", children=row)])).decode()

    assert text == "item_status=Active ip=192.0.2.1 item_status_orig=2\n"


@given(VALUES)
def test_an_error_is_one_line(msg: str) -> None:
    error = Node("error", attrs={"type": "value", "object": msg}, children=[Node("msg", msg)])

    (line,) = render_text(Document("soft", Shape.ERROR, [error])).decode().splitlines()

    assert line.startswith("ERROR type=value object=")


def test_a_line_break_is_shown_and_nothing_else_is_touched() -> None:
    node = Node("notes", "a\nb\r\nc\\d <&> \u00a0\u2028")

    body = render_text(Document("soft.edit", Shape.FORM, [node])).decode()

    assert body == "notes=a\\nb\\r\\nc\\d <&> \u00a0\\u2028\n"
