"""A second seller that differs on purpose is told from ours, each difference by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import pytest

from contracts.record.exchange import Exchange, read_all
from contracts.recording.captured_answers import capture_live, capture_own
from contracts.recording.compare import ComparisonBasis, Difference, compare_answers
from contracts.recording.contract_fields import (
    Baseline,
    ContractFields,
    collect_baseline,
    collect_contract_fields,
)
from contracts.recording.options import Severity
from contracts.target.own import start_in_process
from contracts.target.seller import connect_wsgi
from emulator.testing import Seller
from tests.contracts.recording.sellers import Change, ChangedSeller, sub

RECORDS = read_all()
LIKE_SOFT = re.compile(
    r"(v2\.)?(softexternal|platform|dedic|vhost|instances|domain|dnshost|storage|colocation)\b.*"
)
"""Built from the same description as others: their answers have the same fields."""


def _one_row(body: bytes) -> bytes:
    """The first row, and no array around it."""
    if not body.startswith(b"{") or b'"elem"' not in body:
        return body
    document = json.loads(body)
    if rows := document["doc"].get("elem"):
        document["doc"]["elem"] = rows[0]
    return json.dumps(document).encode()


def _exchanges(*funcs: str) -> list[Exchange]:
    return [record for record in RECORDS if record.func in funcs]


FUNCTIONS = ("soft", "soft.edit", "whoami", "vds.edit", "keepalive")


@pytest.fixture(scope="module")
def contracts() -> ContractFields:
    return collect_contract_fields(RECORDS)


@pytest.fixture(scope="module")
def own() -> Baseline:
    with start_in_process() as seller:
        return collect_baseline(capture_own(seller, _exchanges(*FUNCTIONS), ("xml", "json")))


def _find(
    change: Change, contracts: ContractFields, own: Baseline, *, only: str, **how: str
) -> list[Difference]:
    with Seller() as honest, connect_wsgi(ChangedSeller(honest.wsgi, change, **how)) as second:
        captured = capture_live(second, _exchanges(*FUNCTIONS), ("xml", "json"), only)
        answers = [answer for answer in captured if answer.func in FUNCTIONS]
        assert answers
        return list(compare_answers(answers, ComparisonBasis(contracts, own, own)))


def _that_matter(compare_answers: Iterable[Difference]) -> list[str]:
    return [str(item) for item in compare_answers if item.severity is not Severity.INFO]


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


@pytest.mark.counts("planted faults, drift")
@pytest.mark.parametrize(("only", "change", "expected"), CHANGES)
def test_a_difference_is_told_by_its_name_and_its_weight(
    contracts: ContractFields,
    own: Baseline,
    only: str,
    change: Change,
    expected: list[tuple[str, str, str]],
) -> None:
    compare_answers = _find(change, contracts, own, only=only)
    reported = {(item.path, item.severity.value) for item in compare_answers}
    for path, severity, words in expected:
        assert (path, severity) in reported
        assert any(item.path == path and words in item.message for item in compare_answers)
    paths = {path for path, _, _ in expected}
    scripted = [item for item in compare_answers if item.path not in paths]
    assert _that_matter(scripted) == []


def test_another_http_status_is_told(contracts: ContractFields, own: Baseline) -> None:
    different = _find(lambda b: b, contracts, own, only="keepalive", status="403 Forbidden")
    assert {(item.message.partition(",")[0], item.severity) for item in different} == {
        ("HTTP status 403", Severity.BREAKING)
    }


def test_the_same_seller_does_not_differ(contracts: ContractFields, own: Baseline) -> None:
    different = _find(lambda b: b, contracts, own, only="")
    assert _that_matter(different) == []


@pytest.mark.one_of("whole runs of drift")
@pytest.mark.timeout(600)
def test_nothing_on_record_differs_from_what_our_seller_answers(contracts: ContractFields) -> None:
    records = [record for record in RECORDS if not LIKE_SOFT.fullmatch(record.func)]
    assert len(records) > 300
    with start_in_process() as seller:
        answers = list(capture_own(seller, records, ("xml",)))
    different = compare_answers(answers, ComparisonBasis(contracts, None))
    assert _that_matter(different) == []


def test_a_field_that_is_only_assumed_does_not_break_anything(
    contracts: ContractFields, own: Baseline
) -> None:
    different = _find(sub("<intname>[^<]*</intname>", ""), contracts, own, only="soft")
    assert {item.severity for item in different} == {Severity.INFO}
