"""How a call goes out, what can go wrong with it, and how each refusal is told."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest

from reseller_client import (
    AccessDenied,
    AddressNotAllowed,
    AlreadyExists,
    AuthFailed,
    BadValue,
    Client,
    LoginLocked,
    MinimumTerm,
    Missed,
    NotEnoughMoney,
    NotSent,
    NotUnderstood,
    OperationRunning,
    PromoCodeRefused,
    Refused,
    ResellerError,
    SecondFactorNeeded,
    StepUnavailable,
    UnknownFunction,
    UnknownOutcome,
)
from tests.client.example_orders import OK

if TYPE_CHECKING:
    from tests.client.conftest import Line, Waits


def test_credentials_travel_in_the_body_and_never_in_the_url(client: Client, line: Line) -> None:
    line.answers(OK)
    client.licenses.suspend([7, 8])
    request = line.requests[0]
    assert request.method == "POST"
    assert str(request.url) == "https://seller.example/billmgr"
    assert line.form == {
        "func": "soft.suspend",
        "out": "xml",
        "lang": "en",
        "elid": "7, 8",
        "authinfo": "reseller:se:cret",
    }


def test_the_password_is_not_shown_with_the_client(client: Client) -> None:
    assert "cret" not in repr(client)


@pytest.mark.parametrize(
    ("url", "login"),
    [
        ("https://a:b@seller.example/billmgr", "reseller"),
        ("https://seller.example/billmgr?authinfo=a:b", "reseller"),
        ("https://seller.example/billmgr", "rese:ller"),
    ],
)
def test_a_login_that_would_be_misread_or_logged_is_refused(url: str, login: str) -> None:
    with pytest.raises(ValueError, match="login"):
        Client(url, login=login, password="x")


def test_a_client_without_a_login_sends_no_credentials(line: Line) -> None:
    line.answers("<doc/>")
    anonymous = Client("https://seller.example/", transport=httpx.MockTransport(line), lang="ru")
    assert anonymous.catalogue.tariffs() == ()
    assert line.form == {"func": "pricelist.export", "out": "xml", "lang": "ru"}


def test_making_a_client_sends_nothing(line: Line, client: Client) -> None:
    with client:
        assert line.requests == []


@pytest.mark.parametrize(
    ("kind", "about", "expected"),
    [
        ("auth", "badpassword", AuthFailed),
        ("auth", "badip", AddressNotAllowed),
        ("auth", "blocklogon", LoginLocked),
        ("access", "", AccessDenied),
        ("missed", "item", Missed),
        ("missed", "func", UnknownFunction),
        ("value", "ip", BadValue),
        ("exists", "ip", AlreadyExists),
        ("not_enough_money", "", NotEnoughMoney),
        ("pricelist_min_order", "", MinimumTerm),
        ("promocode_not_use", "", PromoCodeRefused),
        ("wizard_unavailable", "", StepUnavailable),
        ("extraconfirm", "", SecondFactorNeeded),
        ("whatever", "runningoperation", OperationRunning),
        ("nothing_we_know", "x", Refused),
    ],
)
@pytest.mark.parametrize("out", ["xml", "bjson"])
def test_a_refusal_is_told_by_type_and_object(
    client: Client, line: Line, kind: str, about: str, expected: type[Refused], out: str
) -> None:
    in_xml = (
        f'<doc><error type="{kind}" object="{about}"><msg>Not enough money </msg></error></doc>'
    )
    in_bjson = f'{{"error":{{"type":"{kind}","object":"{about}","msg":"Not enough money "}}}}'
    line.answers(in_xml if out == "xml" else in_bjson)
    with pytest.raises(Refused) as caught:
        client.call("soft")
    assert type(caught.value) is expected
    assert (caught.value.type, caught.value.object) == (kind, about)
    assert caught.value.message == "Not enough money"
    assert caught.value.func == "soft"


def test_an_error_of_a_text_alone_is_a_plain_refusal(client: Client, line: Line) -> None:
    line.answers('{"error":{"msg":"Insufficient funds"}}', '{"doc":{"error":{"msg":{"$":"No"}}}}')
    for text in ("Insufficient funds", "No"):
        with pytest.raises(Refused) as caught:
            client.call("soft")
        assert type(caught.value) is Refused
        assert caught.value.message == text


@pytest.mark.parametrize(
    "body",
    [
        '<doc><error type="not_enough_money"><param name="amount">12,50 EUR</param></error></doc>',
        '{"doc":{"error":{"$type":"not_enough_money","param":{"$name":"amount","$":"12.50"}}}}',
        '{"error":{"type":"not_enough_money","param":{"amount":"12.50"}}}',
        '{"error":{"type":"not_enough_money","param":[{"name":"amount","value":"12.50"}]}}',
    ],
)
def test_the_sum_required_is_read_in_every_shape(client: Client, line: Line, body: str) -> None:
    line.answers(body)
    with pytest.raises(NotEnoughMoney) as caught:
        client.call("service.changepricelist")
    assert caught.value.amount == Decimal("12.50")
    assert set(caught.value.params) == {"amount"}


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (httpx.ConnectError("refused"), NotSent),
        (httpx.ConnectTimeout("slow"), NotSent),
        (httpx.PoolTimeout("busy"), NotSent),
        (httpx.ReadTimeout("silence"), UnknownOutcome),
        (httpx.ReadError("reset"), UnknownOutcome),
        (httpx.WriteError("reset"), UnknownOutcome),
        (httpx.RemoteProtocolError("cut short"), UnknownOutcome),
    ],
)
def test_a_failure_says_how_far_the_call_got(
    client: Client, line: Line, failure: Exception, expected: type[ResellerError]
) -> None:
    line.answers(failure)
    with pytest.raises(expected):
        client.call("soft")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Bad gateway",
        b"<html><body>Checking your browser</body></html>",
        b"<!DOCTYPE html><html></html>",
        b"<doc><elem>",
        b'{"elem": [',
        b"[1, 2]",
        b'<!DOCTYPE doc [<!ENTITY a "b">]><doc>&a;</doc>',
        b"<doc>\xff\xfe</doc>",
        b"<d>" * 100 + b"</d>" * 100,
        b"<doc>" * 100 + b"</doc>" * 100,
        b'{"a":' * 100 + b"1" + b"}" * 100,
        b'{"a":' + b"[" * 100_000,
        b"long" * 50_000,
    ],
)
def test_what_is_no_answer_is_not_understood(client: Client, line: Line, body: bytes) -> None:
    line.answers(httpx.Response(502, content=body))
    with pytest.raises(NotUnderstood) as caught:
        client.call("soft")
    assert caught.value.status == 502
    assert len(caught.value.beginning) <= 160


def test_an_error_is_read_whatever_the_http_status(client: Client, line: Line) -> None:
    line.answers(httpx.Response(403, content=b'<doc><error type="access"/></doc>'))
    with pytest.raises(AccessDenied):
        client.call("soft")


@pytest.mark.parametrize(
    "note",
    [
        "/mancgi/long/billmgr?id=17",
        '<html><meta url="/mancgi/long/billmgr?id=17">Request in process, please wait</html>',
        '"\\/mancgi\\/long\\/billmgr?id=17"',
    ],
)
def test_a_long_request_is_followed_without_credentials(
    client: Client, line: Line, waits: Waits, note: str
) -> None:
    line.answers(note, note, "<doc><ok/><id>5</id></doc>")
    assert client.call("soft.order.param").value("id") == "5"
    followed = line.requests[1:]
    assert {str(request.url) for request in followed} == {
        "https://seller.example/mancgi/long/billmgr?id=17"
    }
    assert {request.method for request in followed} == {"GET"}
    assert waits.spans == [2.0, 2.0]


def test_a_long_request_that_never_ends_is_an_unknown_outcome(client: Client, line: Line) -> None:
    line.answers(*["/long/billmgr"] * 4)
    with pytest.raises(UnknownOutcome, match="3 reads"):
        client.call("soft.order.param")


def test_a_long_request_to_another_host_is_not_followed(client: Client, line: Line) -> None:
    line.answers("//elsewhere.example/long/billmgr")
    with pytest.raises(UnknownOutcome, match=r"elsewhere\.example"):
        client.call("soft.order.param")
    assert len(line.requests) == 1
