"""What an answer must be, told by path where it is not."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.record.compare import ExpectedDocument, compare_answer
from contracts.record.document import from_record
from contracts.record.placeholders import Bindings

ROWS = b"<doc><elem><id>1</id><ip>a</ip></elem><elem><id>2</id><ip>b</ip></elem></doc>"


def differences_from(
    record: dict[str, object], body: bytes, out: str = "xml", *, kind: str = "", exact: bool = False
) -> list[str]:
    kind = kind or ("error" if "error" in record else "form")
    expected = ExpectedDocument(from_record("doc", record)[0], kind, exact)
    return compare_answer(expected, out, 200, body, Bindings(date(2027, 1, 1)))


def test_what_is_not_on_record_may_be_there_too() -> None:
    assert (
        differences_from({"id": "1"}, b'<doc lang="en"><id>1</id><further>x</further></doc>') == []
    )


def test_an_exact_record_allows_nothing_else() -> None:
    body = b"<doc><id>1</id><further>x</further><tparams/></doc>"
    assert differences_from({"id": "1"}, body, exact=True) == ["/doc/further: is not on record"]


def test_an_exact_record_counts() -> None:
    lines = differences_from({"elem": [{"id": "1", "ip": "a"}]}, ROWS, kind="listing", exact=True)
    assert lines == ["/doc/elem: expected 1 of them, found 2"]


def test_rows_on_record_are_found_in_any_place() -> None:
    record: dict[str, object] = {"elem": [{"id": "2"}, {"id": "1"}]}
    assert differences_from(record, ROWS, kind="listing") == []


def test_a_row_that_is_nowhere_is_told_by_the_nearest() -> None:
    record: dict[str, object] = {"elem": [{"id": "2", "ip": "c"}]}
    assert differences_from(record, ROWS, kind="listing") == [
        '/doc/elem/ip: expected "c", found "b"'
    ]


def test_each_row_on_record_needs_a_row_of_its_own() -> None:
    record: dict[str, object] = {"elem": [{"id": "<id>"}, {"id": "<id>"}, {"id": "<id>"}]}
    assert differences_from(record, ROWS, kind="listing") == ["/doc/elem: missing"]
    record = {"elem": [{"ip": "a"}, {"ip": "a"}]}
    assert differences_from(record, ROWS, kind="listing") == [
        '/doc/elem/ip: expected "a", found "b"'
    ]


def test_a_label_binds_across_rows_only_where_the_row_fits() -> None:
    record: dict[str, object] = {"elem": [{"id": "<id:x>", "ip": "b"}], "elid": "<id:x>"}
    body = ROWS.replace(b"</doc>", b"<elid>2</elid></doc>")
    assert differences_from(record, body, kind="listing") == []


def test_what_must_not_be_there_is_told() -> None:
    lines = differences_from({"secret": "<absent>"}, b"<doc><secret/></doc>")
    assert lines == ["/doc/secret: must not be there"]


def test_a_refusal_in_place_of_an_answer_is_told_by_its_words() -> None:
    body = b'<doc><error type="missed" object="item"><msg>no such item</msg></error></doc>'
    assert differences_from({"id": "1"}, body) == [
        "expected no error, found missed:item no such item"
    ]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"Request in process", "not xml"),
        (b"<html/>", "the root must be <doc>"),
        (b"", "not xml"),
        (b'<!DOCTYPE doc [<!ENTITY a "b">]><doc>&a;</doc>', "not xml"),
    ],
)
def test_what_is_no_document_is_told(body: bytes, fault: str) -> None:
    (line,) = differences_from({"id": "1"}, body)
    assert fault in line


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b'{"id":{"$":"1"}}', 'the root must be {"doc": {...}}'),
        (b'{"doc":{"id":"1"}}', '/doc/id: must be an object with "$"'),
        (b'{"doc":{"id":{"$":1}}}', "/doc/id/$: every value is a string"),
        (b'{"doc":{"id":[{"$":"1"}]}}', "/doc/id: one of it is an object, found an array"),
        (b'{"doc":{"id":{"$":"1"},"elem":{}}}', "/doc/elem: must be an array"),
    ],
)
def test_a_breach_of_the_json_mapping_is_told(body: bytes, fault: str) -> None:
    assert any(fault in line for line in differences_from({"id": "1"}, body, "json"))


def test_bjson_keeps_forms_under_model_and_attributes_beside_their_field() -> None:
    record: dict[str, object] = {"status": {"@orig": "2", "$": "Active"}}
    body = b'{"model":{"status":"Active","status_orig":"2"}}'
    assert differences_from(record, body, "bjson") == []
    assert differences_from(record, b'{"status":"Active"}', "bjson") == ["/doc/model: missing"]


def test_bjson_keeps_results_under_v() -> None:
    assert differences_from({"id": "1"}, b'{"id":{"v":"1"}}', "bjson", kind="result") == []
    lines = differences_from({"id": "1"}, b'{"id":"1"}', "bjson", kind="result")
    assert lines == ["/doc/id/v: missing, expected 1"]


def test_bjson_keeps_choices_by_the_name_of_their_field() -> None:
    choice = {"@key": "1", "$": "Month"}
    record: dict[str, object] = {"slist": [{"@name": "period", "val": [choice]}]}
    body = b'{"model":{},"slist":{"period":[{"k":"1","v":"Month"}]}}'
    assert differences_from(record, body, "bjson") == []


def test_of_a_bjson_error_only_the_message_is_known() -> None:
    record: dict[str, object] = {"error": {"@type": "missed", "msg": "<text>"}}
    assert differences_from(record, b'{"error":{"msg":"no"}}', "bjson") == []
    lines = differences_from(record, b'{"error":{"msg":"no","type":"value"}}', "bjson")
    assert lines == ['/doc/error/type: expected "missed", found "value"']
