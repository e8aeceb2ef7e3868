"""The reader finds the same in every shape a seller may write, and never falls over."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reseller_client import NotUnderstood, Status
from reseller_client.services.models import License, LicenseRow
from reseller_client.transport.document import Choice
from reseller_client.transport.reader import read_document, read_refusal
from reseller_client.transport.reading import read_form, read_row, read_state
from reseller_client.transport.values import read_status

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, str]

NAMES = ("id", "item.id", "licname", "ip", "remoteid", "pricelist", "expiredate", "addon_55236")
# What XML can carry at all: no control characters, no surrogates; line ends come back as \n.
texts = st.text(
    st.characters(min_codepoint=32, max_codepoint=0xFFFF, exclude_categories=["Cs", "Cn"]),
    min_size=1,
    max_size=20,
).filter(lambda text: text.strip() != "")
some_rows = st.lists(
    st.dictionaries(st.sampled_from(NAMES), texts, min_size=1, max_size=5), max_size=4
)


def xml_list(rows: list[Row]) -> bytes:
    doc = ET.Element("doc", {"func": "soft"})
    for row in rows:
        elem = ET.SubElement(doc, "elem")
        for name, text in row.items():
            ET.SubElement(elem, name).text = text
    return ET.tostring(doc, encoding="unicode").encode()


def bjson_list(rows: list[Row]) -> bytes:
    return json.dumps({"func": "soft", "elem": rows}).encode()


def bjson_list_in_doc(rows: list[Row]) -> bytes:
    one_or_many = rows[0] if len(rows) == 1 else rows
    return json.dumps({"doc": {"elem": one_or_many} if rows else {}}).encode()


def json_list(rows: list[Row]) -> bytes:
    leaves = [{name: {"$": text} for name, text in row.items()} for row in rows]
    return json.dumps({"doc": {"$func": "soft", "elem": leaves}}, ensure_ascii=False).encode()


def leaf_list(rows: list[Row]) -> bytes:
    leaves = [{name: {"v": text} for name, text in row.items()} for row in rows]
    return json.dumps({"elem": leaves or None}).encode()


@pytest.mark.parametrize("write", [xml_list, bjson_list, bjson_list_in_doc, json_list, leaf_list])
@given(rows=some_rows)
def test_a_listing_reads_the_same_in_every_shape(
    write: Callable[[list[Row]], bytes], rows: list[Row]
) -> None:
    answer = read_document(write(rows))
    assert [row.fields() for row in answer.rows()] == rows


def xml_form(fields: Row) -> bytes:
    return xml_tree({}, fields)


def xml_inner(fields: Row) -> bytes:
    return xml_tree(fields, {})


def xml_tree(inner: Row, outer: Row) -> bytes:
    doc = ET.Element("doc")
    for name, text in outer.items():
        ET.SubElement(doc, name).text = text
    ET.SubElement(doc, "ok")
    nested = ET.SubElement(doc, "doc")
    for name, text in inner.items():
        ET.SubElement(nested, name).text = text
    return ET.tostring(doc, encoding="unicode").encode()


def bjson_model(fields: Row) -> bytes:
    return json.dumps({"model": fields}).encode()


def bjson_leaves(fields: Row) -> bytes:
    return json.dumps({"ok": {"v": ""}} | {k: {"v": v} for k, v in fields.items()}).encode()


def bjson_inner(fields: Row) -> bytes:
    return json.dumps({"ok": {"v": ""}, "doc": {"model": fields}}).encode()


@pytest.mark.parametrize("write", [xml_form, xml_inner, bjson_model, bjson_leaves, bjson_inner])
@given(fields=st.dictionaries(st.sampled_from(NAMES), texts, min_size=1))
def test_a_form_reads_the_same_in_every_shape(write: Callable[[Row], bytes], fields: Row) -> None:
    answer = read_document(write(fields))
    assert {name: answer.value(name) for name in fields} == fields
    assert answer.value("missing") == ""


def test_the_outer_field_counts_unless_it_is_empty() -> None:
    answer = read_document(
        b"<doc><ip>1.1.1.1</ip><key/><doc><ip>2.2.2.2</ip><key>K</key></doc></doc>"
    )
    assert (answer.value("ip"), answer.value("key")) == ("1.1.1.1", "K")


@given(body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_not_understood(body: bytes) -> None:
    with suppress(NotUnderstood):
        assert read_document(body).root.name == "doc"


@given(
    tree=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["doc", "elem", "error", "model", "id", "v", "$", "k", "list", "param"]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_json_object_is_read_without_falling_over(tree: object) -> None:
    answer = read_document(json.dumps({"elem": tree, "model": tree, "error": tree}).encode())
    refusal = read_refusal(answer)
    for row in answer.rows():
        license = read_row(LicenseRow, row)
        assert license is None or license.id is not None
    assert refusal is None or refusal.message == refusal.message.strip()
    assert answer.table("itemlist") == ()


def test_numbers_in_json_keep_every_digit() -> None:
    answer = read_document(b'{"model":{"cost":0.10000000000000000001,"big":' + b"9" * 5000 + b"}}")
    assert answer.value("cost") == "0.10000000000000000001"
    assert answer.value("big") == "9" * 5000


INNER_LIST = b"""<doc><doc><slist name='period'>
    <val k='1' v='month'/><val k='12'>year</val></slist></doc></doc>"""


@pytest.mark.parametrize(
    "body",
    [
        b'<doc><slist name="period"><val key="1">month</val><val key="12">year</val></slist></doc>',
        b'{"slist":{"period":[{"k":"1","v":"month"},{"k":"12","v":"year"}]}}',
        b'{"slist":[{"$name":"period","val":[{"$key":"1","$":"month"},{"$key":"12","$":"year"}]}]}',
        INNER_LIST,
    ],
)
def test_a_select_list_is_found_in_every_shape(body: bytes) -> None:
    expected = (Choice("1", "month"), Choice("12", "year"))
    assert read_document(body).choices("period") == expected
    assert read_document(body).choices("other") == ()


@pytest.mark.parametrize(
    "body",
    [
        b'<doc><list name="other"/><list name="itemlist"><elem><id>1</id></elem></list></doc>',
        b'{"list":{"itemlist":[{"id":"1"}]}}',
        b'{"list":{"itemlist":{"elem":[{"id":"1"}]}}}',
        b'{"doc":{"list":[{"$name":"itemlist","elem":[{"id":{"$":"1"}}]}]}}',
    ],
)
def test_a_table_in_a_form_is_found_in_every_shape(body: bytes) -> None:
    assert [row.value("id") for row in read_document(body).table("itemlist")] == ["1"]


@pytest.mark.parametrize(
    ("body", "state", "status"),
    [
        (b'<doc><elem><item_status orig="3_autosuspend">Off</item_status></elem></doc>',
         "3_autosuspend", Status.SUSPENDED),
        (b'{"elem":[{"item_status":"Active","item_status_orig":"2"}]}', "2", Status.ACTIVE),
        (b'{"elem":[{"item_status":"5_open"}]}', "5_open", Status.PROCESSING),
        (b'{"elem":[{"status":"1"}]}', "1", Status.ORDERED),
        (b'{"elem":[{"item_status":"Active"}]}', "", None),
    ],
)  # fmt: skip
def test_the_state_is_the_number_never_the_label(
    body: bytes, state: str, status: Status | None
) -> None:
    row = read_document(body).rows()[0]
    assert read_state(row) == state
    assert read_status(state) == status


def test_every_field_of_a_license_is_read() -> None:
    fields = {
        "elid": "100001", "id": "100001", "name": "ISPmanager Lite", "licname": "web-1",
        "ip": "192.0.2.1", "remoteip": "192.0.2.2", "remoteid": "r-1", "lickey": "100001-K",
        "status": "2", "pricelist": "55230", "pricelist_name": "Business", "period": "12",
        "createdate": "2026-01-01", "expiredate": "2027-01-01", "ip_change_date": "2026-02-01",
        "lickey_change_date": "2026-03-01", "update_expiredate": "2028-01-01",
        "webdomains": "3", "autoprolong": "1", "addon_55236": "4", "addon_x": "1",
    }  # fmt: skip
    license = read_form(License, read_document(xml_form(fields)))
    assert (license.id, license.name, license.licname) == (100001, "ISPmanager Lite", "web-1")
    assert (license.ip, license.remoteip) == ("192.0.2.1", "192.0.2.2")
    assert (license.remoteid, license.key) == ("r-1", "100001-K")
    assert (license.tariff, license.tariff_name) == (55230, "Business")
    assert (license.status, license.period) == (Status.ACTIVE, 12)
    assert license.created_on == date(2026, 1, 1)
    assert license.expires_on == date(2027, 1, 1)
    assert (license.ip_changed_on, license.key_changed_on) == (date(2026, 2, 1), date(2026, 3, 1))
    assert license.updates_expire_on == date(2028, 1, 1)
    assert (license.webdomains, license.autoprolong) == (3, 1)
    assert dict(license.addons) == {55236: 4}


def test_an_end_date_may_be_a_phrase_with_the_date_beside_it() -> None:
    body = b'{"elem":[{"id":"7","expiredate":"Daily charges","real_expiredate":"2027-01-21"}]}'
    row = read_row(LicenseRow, read_document(body).rows()[0])
    assert row is not None
    assert row.expires == "Daily charges"
    assert row.expires_on == date(2027, 1, 21)


def test_a_form_without_an_id_is_no_license() -> None:
    with pytest.raises(NotUnderstood, match="no id"):
        read_form(License, read_document(b"<doc><licname>web-1</licname></doc>"))
