from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from emulator.wire.document import Document, Node, Shape
from emulator.wire.formats import xml

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = st.sampled_from(["id", "elem", "item.id", "doc", "slist", "addon_1", "x"])
# All that XML can hold: the caller has thrown out the rest.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("&<>\"'\r\n\t]\\")
)
ATTRS = st.none() | st.dictionaries(NAMES, TEXTS, max_size=3)
NODES = st.recursive(
    st.builds(Node, NAMES, TEXTS, ATTRS),
    lambda inner: st.builds(Node, NAMES, TEXTS, ATTRS, st.lists(inner, max_size=4)),
    max_leaves=12,
)


def read(elements: Iterable[ET.Element]) -> list[Node]:
    return [Node(e.tag, e.text or "", dict(e.attrib), read(e)) for e in elements]


def plain(nodes: Iterable[Node]) -> list[Node]:
    return [Node(n.name, n.text, n.attrs or {}, plain(n.children or ())) for n in nodes]


@given(st.lists(NODES, max_size=4), st.dictionaries(NAMES, TEXTS, max_size=3))
def test_any_tree_reads_back_as_it_was(nodes: list[Node], attrs: dict[str, str]) -> None:
    body = xml.render(Document("soft", Shape.RAW, nodes, attrs))

    root = ET.fromstring(body)  # noqa: S314 - our own document, read by the parser clients use
    assert root.tag == "doc"
    assert root.attrib == attrs
    assert read(root) == plain(nodes)


@given(st.lists(NODES, max_size=4))
def test_references_read_the_same_as_raw_letters(nodes: list[Node]) -> None:
    body = xml.render(Document("soft", Shape.RAW, nodes))
    in_ascii = xml.with_references(body)

    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    assert in_ascii.isascii()
    assert ET.canonicalize(in_ascii) == ET.canonicalize(body)


def test_only_devel_shows_the_layout() -> None:
    document = Document("soft", Shape.LISTING, [], layout=[Node("metadata")])

    assert b"metadata" not in xml.render(document)
    assert b"<doc><metadata/></doc>" in xml.render_devel(document)
