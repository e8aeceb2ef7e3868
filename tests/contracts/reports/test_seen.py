"""A verdict on an exchange carries every request with its answer, and no secret of them."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

import httpx
import pytest

from contracts.record.exchange import read_all
from contracts.target import own, redact
from contracts.target.replay import replay
from contracts.target.seller import Seller
from contracts.verdicts import Outcome, Verdict

RECORDS = {exchange.name: exchange for exchange in read_all()}
PASSWORD = "x-ray-delta-9"


@pytest.fixture(scope="module")
def seller() -> Iterator[Seller]:
    with own.start_in_process() as started:
        yield started


def _replayed(name: str, seller: Seller) -> Verdict:
    return replay(RECORDS[name], "xml", seller)


def test_what_was_asked_and_answered_is_seen_in_order(seller: Seller) -> None:
    verdict = _replayed("soft.edit/rename", seller)
    assert verdict.outcome is Outcome.PASS
    assert verdict.proof[-1].request["func"] == "soft.edit"
    assert verdict.proof[-1].status == 200
    assert "<doc" in verdict.proof[-1].answer
    assert verdict.source == RECORDS["soft.edit/rename"].source


def test_steps_before_are_seen_as_such(seller: Seller) -> None:
    prepared = next(e for e in RECORDS.values() if e.before and e.expected.kind != "error")
    verdict = _replayed(prepared.name, seller)
    assert verdict.proof[0].note in ("before[1]", "opens a session")
    assert verdict.proof[-1].note == ""


@pytest.mark.parametrize("sent_as", ["params", "data", "files"])
def test_a_password_is_masked_however_it_was_sent(sent_as: str) -> None:
    fields = {"func": "whoami", "authinfo": f"reseller:{PASSWORD}"}
    made = {name: (None, text) for name, text in fields.items()} if sent_as == "files" else fields
    request = httpx.Request("POST", "http://seller.example/billmgr", **{sent_as: made})  # type: ignore[arg-type]
    seen = redact.redact_exchange(request, httpx.Response(200, text=f"<doc>{PASSWORD}</doc>"))
    assert PASSWORD not in repr(seen)
    assert seen.request == {"func": "whoami", "authinfo": "reseller:***"}


@pytest.mark.parametrize(
    "answer",
    [
        '<doc><auth id="{0}" level="16">{0}</auth><other>{0}</other></doc>',
        '{{"doc":{{"auth":{{"$":"{0}","$id":"{0}","$level":"16"}}}}}}',
        '{{"model":{{"auth":"{0}","auth_id":"{0}"}}}}',
        '{{"model":{{"auth_id":{{"v":"{0}"}}}}}}',
    ],
)
def test_a_session_is_masked_wherever_it_stands(answer: str) -> None:
    session = "17340ace47d31c7913f9b4ad"
    masked = redact.mask_text(answer.format(session))
    assert session not in masked
    assert masked == answer.format(redact.MASK)


def test_a_password_is_masked_in_whatever_way_it_is_written() -> None:
    password = "p<a>&\"ss'\\ пароль"
    ways = [escape(password), html.escape(password), json.dumps(password), quote_plus(password)]
    answer = " ".join([password, *ways, json.dumps({"other": {"password": password}})])
    masked = redact.mask_text(answer, (password,))
    assert masked == '*** *** *** "***" *** {"other": {"password": "***"}}'


def test_a_secret_is_masked_to_its_end() -> None:
    assert redact.mask_text(r'{"password":"a\"b","x":1}') == r'{"password":"***","x":1}'


@pytest.mark.parametrize(
    "unit", ["<auth", "<auth ", '"auth":{', '"key" :', '<auth id=" ', "<key>a1b2c3d4", '{"$":"']
)
def test_a_hostile_answer_is_masked_in_a_time_that_grows_with_its_length(unit: str) -> None:
    """In a second or so, where one that grew with the square would hang for an hour."""
    assert len(redact.mask_text(unit * (1_000_000 // len(unit)))) > 100_000


def test_a_request_that_got_no_answer_is_seen_too() -> None:
    request = httpx.Request("GET", "http://seller.example/billmgr?func=whoami")
    seen = redact.redact_exchange(request, None, "the line was cut")
    assert (seen.status, seen.answer, seen.note) == (0, "", "the line was cut")
