"""A long answer is written piece by piece, says the same as one written whole, and is not kept."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from emulator.testing import Seller
from emulator.wire import formats
from emulator.wire.document import Document, Node, Shape

STREAMED = ("xml", "json", "sjson", "xjson", "bjson")
ADDON = (
    "<addon><id>{addon}</id><name>Memory</name><intname>mem</intname><addontype>2</addontype>"
    "<addonlimit>1</addonlimit><addonmin>1</addonmin><addonmax>64</addonmax><addonstep>1</addonstep>"
    '<price currency="EUR"><period cost="1.0000" type="month" length="1"/></price></addon>'
)


def machine(number: int) -> str:
    addons = "".join(ADDON.format(addon=number * 10 + place) for place in range(3))
    return (
        f"<pricelist><id>{number}</id><name>Machine {number}</name>"
        "<itemtype_info><intname>vds</intname></itemtype_info>"
        '<price currency="EUR"><period cost="3.0000" type="month" length="1"/></price>'
        f"{addons}</pricelist>"
    )


@pytest.fixture(scope="module")
def many(*, full_run: bool) -> int:
    """How many tariffs there are: enough that the whole answer would be seen in the memory."""
    return 5_000 if full_run else 2_000


@pytest.fixture(scope="module")
def large(many: int) -> Iterator[Seller]:
    with Seller("empty") as seller:
        tariffs = "".join(machine(number) for number in range(1_000_000, 1_000_000 + many))
        seller.sell(f"<doc>{tariffs}</doc>".encode())
        yield seller


def document(*names: str, tail: bool = True, layout: bool = False) -> Document:
    """A streamed document with these names in it; one that is taken but once."""
    nodes = (
        Node("pricelist", children=[Node("id", str(place)), Node("name", name)])
        for place, name in enumerate(names)
    )
    made = Document("pricelist.export", Shape.RAW, [], {"lang": "en", "func": "pricelist.export"})
    if tail:
        made.nodes = [Node("saved_filters"), Node("tparams", children=[Node("func", "x")])]
    if layout:
        made.layout = (Node("metadata", attrs={"name": "pricelist.export"}),)
    made.stream, made.stream_name = nodes, "pricelist"
    return made


def test_one_that_was_asked_for_by_its_number_is_an_object_in_json() -> None:
    streamed = document("a")
    streamed.stream_single = True

    pieces = formats.FORMATS["json"].pieces
    assert pieces is not None
    doc = json.loads(b"".join(pieces(streamed)))["doc"]

    assert doc["pricelist"]["name"] == {"$": "a"}


def test_none_that_was_asked_for_by_its_number_is_nothing_in_json() -> None:
    streamed = document()
    streamed.stream_single = True

    pieces = formats.FORMATS["json"].pieces
    assert pieces is not None

    assert "pricelist" not in json.loads(b"".join(pieces(streamed)))["doc"]


@pytest.mark.parametrize("out", STREAMED)
@pytest.mark.parametrize("names", [(), ("one",), ("one", "<два> & \u2028 three", "")])
@pytest.mark.parametrize("tail", [True, False])
def test_pieces_say_what_the_whole_says(out: str, names: tuple[str, ...], *, tail: bool) -> None:
    written = formats.FORMATS[out]
    assert written.pieces is not None
    pieces = b"".join(written.pieces(document(*names, tail=tail, layout=out == "json")))
    whole = written.render(document(*names, tail=tail, layout=out == "json").collected())
    assert pieces == whole


@pytest.mark.parametrize("out", ["json", "bjson"])
def test_a_callback_is_wrapped_around_the_pieces(out: str) -> None:
    wrapped = formats.with_callback(formats.FORMATS[out], "show")
    assert wrapped.pieces is not None
    pieces = b"".join(wrapped.pieces(document("a\u2028b", "c")))
    assert pieces == wrapped.render(document("a\u2028b", "c").collected())
    assert pieces.startswith(b"show({")
    assert pieces.endswith(b"});")


@pytest.mark.every(2)
@pytest.mark.parametrize("out", ["xml", "json"])
def test_thousands_of_tariffs_are_told_in_less_memory_than_they_take(
    large: Seller, many: int, out: str
) -> None:
    large.call("pricelist.export", out=out, pricelist=1_000_000)  # whatever is kept is kept now
    gc.collect()
    tracemalloc.start()
    try:
        with large.wsgi.test_client() as client:
            response = client.get(f"/billmgr?func=pricelist.export&out={out}", buffered=False)
            length = sum(len(chunk) for chunk in response.response)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert length == int(response.headers["Content-Length"]) > many * 1_000
    assert peak < length / 2


def test_all_of_them_are_there_in_every_format(large: Seller, many: int) -> None:
    xml = fromstring(large.call("pricelist.export").text)  # noqa: S314 - our own answer
    assert len(xml.findall("pricelist")) == many
    doc = json.loads(large.call("pricelist.export", out="json").text)["doc"]
    assert len(doc["pricelist"]) == many
    assert doc["tparams"]["func"]["$"] == "pricelist.export"
    flat = json.loads(large.call("pricelist.export", out="bjson").text)
    assert [tariff["id"] for tariff in flat["pricelist"]][-1] == str(1_000_000 + many - 1)


def test_the_journal_keeps_the_beginning(large: Seller) -> None:
    large.journal.clear()
    large.call("pricelist.export")
    (entry,) = large.journal.entries(func="pricelist.export")
    assert entry["answer"].startswith("<?xml")
    assert len(entry["answer"]) < 100_000


def test_a_fault_spoils_a_long_answer_like_any_other(large: Seller) -> None:
    tariff: dict[str, Any] = {"pricelist": 1_000_002}
    large.faults.add("status", func="pricelist.export", when="after", code=502, times=1)
    assert large.call("pricelist.export", **tariff).status == 502
    large.faults.add("garbage", func="pricelist.export", when="after", bytes=64, times=1)
    assert len(large.call("pricelist.export", **tariff).body) == 64
    large.faults.clear()
    assert len(large.call("pricelist.export", **tariff).xml.findall("pricelist")) == 1


@pytest.mark.full_only("the formats in pieces are written in every run")
@pytest.mark.parametrize("out", ["text", "devel", "JSONdata"])
def test_a_format_that_has_no_pieces_is_written_whole(large: Seller, out: str) -> None:
    answer = large.call("pricelist.export", out=out, pricelist=1_000_001)
    assert "Machine 1000001" in answer.text
