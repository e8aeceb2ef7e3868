from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire.document import Document, Node, Shape
from emulator.wire.formats import FORMATS, PRINTED, choose, with_callback

NAMES = ["elid", "licname", "ip", "lickey", "period", "addon_3889", "expiredate"]
# Line breaks apart: out=text shows them instead of writing them.
VALUES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("&<>\"'\\\t,=")
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_every_format_says_the_same_of_a_flat_form(fields: dict[str, str]) -> None:
    nodes = [Node(name, text) for name, text in fields.items()]
    document = Document("soft.edit", Shape.FORM, nodes)
    body = {name: chosen.render(document).decode() for name, chosen in FORMATS.items()}

    root = ET.fromstring(body["xml"])  # noqa: S314 - our own document
    expected = {
        "xml": {leaf.tag: leaf.text or "" for leaf in root},
        "json": {k: v.get("$", "") for k, v in json.loads(body["json"])["doc"].items()},
        "bjson": json.loads(body["bjson"])["model"],
        "ajax": json.loads(body["ajax"])["model"],
        "JSONdata": json.loads(body["JSONdata"])["doc"],
        "text": dict(line.split("=", 1) for line in body["text"].split("\n")[:-1]),
    }

    assert expected == dict.fromkeys(expected, fields)
    assert body["devel"] == body["xml"]
    assert body["sjson"] == body["xjson"] == body["json"]


@pytest.mark.parametrize("out", sorted(set(FORMATS) - {"ajax"}))
@pytest.mark.parametrize("sfrom", [None, "ajax"])
def test_out_names_the_format(out: str, sfrom: str | None) -> None:
    chosen = choose(out, sfrom)

    assert chosen is not None
    assert chosen.name == out


@pytest.mark.parametrize("out", [None, ""])
@pytest.mark.parametrize(
    ("sfrom", "name"), [(None, "xml"), ("", "xml"), ("ajax", "ajax"), ("loginform", "xml")]
)
def test_without_out_it_is_xml_or_the_ajax_shape(
    out: str | None, sfrom: str | None, name: str
) -> None:
    chosen = choose(out, sfrom)

    assert chosen is not None
    assert chosen.name == name


@pytest.mark.parametrize("out", ["pdf_print", "ajax", "AJAX", "html", " "])
def test_an_unknown_format_is_none(out: str) -> None:
    assert choose(out, "ajax") is None


@pytest.mark.parametrize(("out", "name"), [("XML", "xml"), ("jsondata", "JSONdata")])
def test_capital_letters_are_no_other_format(out: str, name: str) -> None:
    chosen = choose(out, None)

    assert chosen is not None
    assert chosen.name == name


def test_a_page_to_print_is_the_body_of_a_document_that_has_one() -> None:
    document = Document("license.print", Shape.RAW, [Node("body", "<h1>Lite</h1>")])

    page = PRINTED.render(document).decode()

    assert "<body><h1>Lite</h1></body>" in page


@pytest.mark.parametrize("shape", [Shape.RAW, Shape.FORM])
def test_a_page_to_print_has_no_markup_that_a_client_sent(shape: Shape) -> None:
    page = PRINTED.render(Document("soft.edit", shape, [Node("licname", "<script>")])).decode()

    assert "licname=&lt;script&gt;" in page


def test_content_types_are_what_clients_insist_on() -> None:
    assert {name: chosen.content_type for name, chosen in FORMATS.items()} == {
        "xml": "text/xml",
        "devel": "text/xml",
        "json": "application/json",
        "sjson": "application/json",
        "xjson": "application/json",
        "bjson": "application/json",
        "JSONdata": "application/json",
        "ajax": "application/json",
        "text": "text/plain; charset=UTF-8",
        "csv": "text/csv; charset=UTF-8",
    }


def test_a_callback_wraps_json_into_a_script() -> None:
    document = Document("soft.edit", Shape.FORM, [Node("licname", "Ж\u2028x\u2029")])

    wrapped = with_callback(FORMATS["bjson"], "jQuery1_2.$cb")

    assert wrapped.name == "bjson"
    assert wrapped.content_type == "application/javascript; charset=UTF-8"
    assert wrapped.render(document).decode() == (
        'jQuery1_2.$cb({"func":"soft.edit","model":{"licname":"Ж\\u2028x\\u2029"}});'
    )


@pytest.mark.parametrize(
    "callback", ["", "a" * 101, "a b", "alert(1)//", "a\n", "ж", "a-b", "a['b']"]
)
def test_a_callback_that_could_be_a_script_is_refused(callback: str) -> None:
    with pytest.raises(ValueError, match="callback"):
        with_callback(FORMATS["json"], callback)


@pytest.mark.parametrize("name", ["xml", "devel", "text", "csv"])
def test_a_callback_means_nothing_to_other_formats(name: str) -> None:
    assert with_callback(FORMATS[name], "alert(1)") is FORMATS[name]
