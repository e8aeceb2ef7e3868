"""A second seller that differs on purpose is told from ours, each difference by its name."""

from __future__ import annotations

import json
import re

import pytest

from contracts.record.exchange import Exchange, read_all
from contracts.recording.baseline import Baseline, baseline_of
from contracts.recording.captured_answers import of_live, of_ours
from contracts.recording.compare import differences
from contracts.recording.contract_fields import ContractFields, contracts
from contracts.recording.difference import Difference, Severity
from contracts.target.own import start_in_process
from contracts.target.seller import connect_wsgi
from emulator.testing import Seller
from tests.contracts.recording.second import Change, Second, sub

RECORDS = read_all()
LIKE_SOFT = re.compile(
    r"(v2\.)?(softexternal|platform|dedic|vhost|instances|domain|dnshost|storage|colocation)\b.*"
)
"""Built from the same description as others: their answers have the same fields."""


def _one_row(body: bytes) -> bytes:
    """The first row, and no array around it."""
    if not body.startswith(b"{") or b'"elem"' not in body:
        return body
    told = json.loads(body)
    told["doc"]["elem"] = told["doc"]["elem"][0]
    return json.dumps(told).encode()


def _asked(*funcs: str) -> list[Exchange]:
    return [record for record in RECORDS if record.func in funcs]


KNOWN_OF = ("soft", "soft.edit", "whoami", "vds.edit", "keepalive")


@pytest.fixture(scope="module")
def known() -> ContractFields:
    return contracts(RECORDS)


@pytest.fixture(scope="module")
def own() -> Baseline:
    with start_in_process() as seller:
        return baseline_of(of_ours(seller, _asked(*KNOWN_OF), ("xml", "json")))


def _found(
    change: Change, known: ContractFields, own: Baseline, *, only: str, **how: str
) -> list[Difference]:
    with Seller() as honest, connect_wsgi(Second(honest.wsgi, change, **how)) as second:
        asked = of_live(second, _asked(*KNOWN_OF), ("xml", "json"), only)
        samples = [sample for sample in asked if sample.func in KNOWN_OF]
        assert samples
        return list(differences(samples, known, own, own))


# What is changed, where it shows, how much it matters, in which words.
CHANGES = [
    pytest.param(
        "soft.edit", sub("<(/?)lickey>", r"<\1licencekey>"),
        [("/doc/lickey", "breaking", "is missing"), ("/doc/licencekey", "notable", "is new")],
        id="a field of another name",
    ),
    pytest.param(
        "soft", sub("<expiredate>[^<]*</expiredate>", ""),
        [("/doc/elem/expiredate", "breaking", "is missing"),
         ("/doc/expiredate", "breaking", "is missing")],
        id="a field that is gone",
    ),
    pytest.param(
        "soft", sub("<intname>[^<]*</intname>", ""),
        [("/doc/elem/intname", "info", "is missing; ours always has it")],
        id="a field that only we have",
    ),
    pytest.param(
        "soft.edit", sub("<status>([0-9]+)<", r"<status>state \1<"),
        [("/doc/status", "breaking", "was number, now text")], id="a number that is a text",
    ),
    pytest.param(
        "soft", sub("<createdate>([0-9]{4})-([0-9]{2})-([0-9]{2})<", r"<createdate>\3.\2.\1<"),
        [("/doc/elem/createdate", "breaking", "was date, now text"),
         ("/doc/createdate", "breaking", "was date, now text")], id="a date written otherwise",
    ),
    pytest.param(
        "whoami", sub('type="access"', 'type="session"'),
        [("/doc/error/@type", "breaking", "expected access, found session")],
        id="an error of another type where it is on record",
    ),
    pytest.param(
        "soft.edit", sub('error type="missed" object="item"', 'error type="gone" object="item"'),
        [("/doc/error/@type", "breaking", "expected missed, found gone")],
        id="an unknown number as another error",
    ),
    pytest.param(
        "vds.edit", sub("<ip>", "<rack>12</rack><ip>"),
        [("/doc/rack", "notable", "is new")], id="a further field",
    ),
    pytest.param(
        "soft", sub('<item_status orig="[0-9]+"', "<item_status"),
        [("/doc/elem/item_status/@orig", "breaking", "is missing")], id="a state without number",
    ),
    pytest.param(
        "soft", sub("<ip>([^<]*)</ip>", r"<ip>\1</ip><ip>\1</ip>"),
        [("/doc/elem/ip", "notable", "comes several times, was one"),
         ("/doc/ip", "notable", "comes several times, was one")],
        id="one that became many",
    ),
    pytest.param(
        "soft", _one_row,
        [("/doc", "breaking", "not the format's mapping: /doc/elem: must be an array, found dict")],
        id="a list of rows as one object",
    ),
    pytest.param(
        "whoami", lambda _: b"<html>Just a moment",
        [("/doc", "breaking", "no document: not xml")], id="a page instead of a document",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("only", "change", "expected"), CHANGES)
def test_a_difference_is_told_by_its_name_and_its_weight(
    known: ContractFields,
    own: Baseline,
    only: str,
    change: Change,
    expected: list[tuple[str, str, str]],
) -> None:
    found = _found(change, known, own, only=only)
    told = {(one.path, one.severity.value) for one in found}
    for path, severity, words in expected:
        assert (path, severity) in told
        assert any(one.path == path and words in one.told for one in found)
    strange = [one for one in found if not any(one.path == path for path, _, _ in expected)]
    assert [str(one) for one in strange if one.severity is not Severity.INFO] == []


def test_another_http_status_is_told(known: ContractFields, own: Baseline) -> None:
    found = _found(lambda b: b, known, own, only="keepalive", status="403 Forbidden")
    assert {(one.told.partition(",")[0], one.severity) for one in found} == {
        ("HTTP status 403", Severity.BREAKING)
    }


def test_the_same_seller_does_not_differ(known: ContractFields, own: Baseline) -> None:
    found = _found(lambda b: b, known, own, only="")
    assert [str(one) for one in found if one.severity is not Severity.INFO] == []


@pytest.mark.timeout(600)
def test_nothing_on_record_differs_from_what_our_seller_answers(known: ContractFields) -> None:
    asked = [record for record in RECORDS if not LIKE_SOFT.fullmatch(record.func)]
    assert len(asked) > 300
    with start_in_process() as seller:
        samples = list(of_ours(seller, asked, ("xml",)))
    found = differences(samples, known, None)
    assert [str(one) for one in found if one.severity is not Severity.INFO] == []


def test_a_field_that_is_only_assumed_does_not_break_anything(
    known: ContractFields, own: Baseline
) -> None:
    found = _found(sub("<intname>[^<]*</intname>", ""), known, own, only="soft")
    assert {one.severity for one in found} == {Severity.INFO}
