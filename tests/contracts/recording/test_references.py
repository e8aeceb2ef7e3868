"""What an answer told is named by a label in every request after it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.record.document import document_to_record, from_record, to_record
from contracts.record.formats import read
from contracts.record.placeholders import Bindings
from contracts.recording.references import References, replace_day

TODAY = date(2026, 11, 26)


def _answer(references: References, func: str, inner: str) -> object:
    tree = read(f"<doc>{inner}</doc>".encode(), "xml")[0]
    return document_to_record(references.answer(func, tree, TODAY))


def test_a_number_that_was_told_is_named_in_later_requests() -> None:
    references = References()
    answer = _answer(references, "soft.order.param", "<id>100501</id><item.id>100501</item.id>")
    assert answer == {"id": "<id:1>", "item.id": "<id:1>"}
    request = references.request("groupedit", {"elid": "100501, 7001", "period": "1"}, TODAY)
    assert request == {"elid": "<id:1>, 7001", "period": "1"}


def test_a_number_the_caller_brought_stays_a_number() -> None:
    references = References()
    references.request("soft.edit", {"elid": "100001"}, TODAY)
    answer = _answer(references, "soft.edit", "<elid>100001</elid><lickey>100001-00-01</lickey>")
    assert answer == {"elid": "100001", "lickey": "<key>"}


def test_a_key_goes_with_its_license_and_a_further_one_is_another() -> None:
    references = References()
    _answer(references, "soft.order.param", "<id>100501</id>")
    first = _answer(references, "soft.edit", "<lickey>100501-00-01</lickey>")
    second = _answer(references, "soft.edit", "<lickey>100501-00-02</lickey>")
    assert (first, second) == ({"lickey": "<key:1>"}, {"lickey": "<key:1-2>"})


def test_codes_of_the_catalogue_stay() -> None:
    inner = '<list name="tariflist"><elem><id>55227</id></elem></list><pricelist>55227</pricelist>'
    answer = _answer(References(), "payment.add", inner)
    assert "<id" not in str(answer)


def test_a_small_number_means_nothing_elsewhere() -> None:
    references = References()
    assert _answer(references, "payment", "<elem><id>1</id></elem>") == {"elem": {"id": "<id:1>"}}
    assert references.request("profile.edit", {"elid": "1"}, TODAY) == {"elid": "1"}
    assert references.request("payment.delete", {"elid": "1"}, TODAY) == {"elid": "<id:1>"}


def test_a_session_is_a_placeholder() -> None:
    answer = _answer(References(), "auth", '<auth id="000000000001" level="16">000000000001</auth>')
    assert answer == {
        "auth": {"@id": "<hex:12:session1>", "@level": "16", "$": "<hex:12:session1>"}
    }


@pytest.mark.parametrize(("day", "place"), [
    ("2026-11-26", "<date:+0 days>"), ("2026-12-26", "<date:+1 month>"),
    ("2027-11-26", "<date:+12 months>"), ("2026-11-06", "<date:-20 days>"),
    ("2026-10-26", "<date:-1 month>"), ("9999-12-31", "9999-12-31"), ("2026-13-40", "2026-13-40"),
])  # fmt: skip
def test_a_day_is_counted_from_today(day: str, place: str) -> None:
    assert replace_day(day, TODAY) == place


@given(st.dates(date(2010, 1, 1), date(2040, 1, 1)), st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_a_day_as_a_placeholder_is_that_day(day: date, today: date) -> None:
    assert Bindings(today).fill(replace_day(day.isoformat(), today)) == day.isoformat()


@given(st.recursive(
    st.text(max_size=4),
    lambda inner: st.dictionaries(
        st.sampled_from(["a", "b", "@c"]), inner, min_size=1, max_size=3
    ).filter(lambda mapping: all(isinstance(v, str) for k, v in mapping.items() if k[0] == "@")),
    max_leaves=8,
))  # fmt: skip
def test_a_tree_is_written_as_it_is_read(answer: object) -> None:
    node = from_record("x", answer)[0]
    again = from_record("x", to_record(node))[0]
    assert to_record(again) == to_record(node)
    assert [text for text in again.texts() if text] == [text for text in node.texts() if text]
