"""Login by session, by one-time key and by a second factor; a dead session comes back once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from reseller_client import AccessDenied, Client, NotUnderstood, SecondFactorNeeded
from tests.client.example_orders import OK

if TYPE_CHECKING:
    from tests.client.conftest import Line

DEAD = '<doc><error type="access"><msg>Insufficient privileges</msg></error></doc>'


def login(session_id: str) -> str:
    return f'<doc><auth id="{session_id}" level="16">{session_id}</auth></doc>'


@pytest.fixture
def in_session(line: Line) -> Client:
    return Client(
        "https://seller.example/billmgr",
        login="reseller",
        password="secret",
        session=True,
        transport=httpx.MockTransport(line),
    )


def test_a_session_is_opened_on_the_first_call_and_used(in_session: Client, line: Line) -> None:
    line.answers(login("a1"), OK, OK)
    in_session.licenses.suspend(7)
    in_session.licenses.resume(7)
    assert [form["func"] for form in line.forms] == ["auth", "soft.suspend", "soft.resume"]
    assert line.forms[0]["username"] == "reseller"
    assert line.forms[0]["password"] == "secret"
    assert [form.get("auth") for form in line.forms] == [None, "a1", "a1"]
    assert all("authinfo" not in form for form in line.forms)


def test_a_dead_session_is_opened_again_once(in_session: Client, line: Line) -> None:
    line.answers(login("a1"), DEAD, login("b2"), OK)
    in_session.licenses.suspend(7)
    assert [form.get("auth") for form in line.forms] == [None, "a1", None, "b2"]


def test_lack_of_rights_is_reported_after_one_new_login(in_session: Client, line: Line) -> None:
    line.answers(login("a1"), DEAD, login("b2"), DEAD)
    with pytest.raises(AccessDenied):
        in_session.licenses.suspend(7)
    assert len(line.requests) == 4


def test_without_a_session_lack_of_rights_is_reported_at_once(client: Client, line: Line) -> None:
    line.answers(DEAD)
    with pytest.raises(AccessDenied):
        client.licenses.suspend(7)
    assert len(line.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        login("a1"),
        '<doc><auth id="a1"/></doc>',
        '{"model":{"auth":"a1"}}',
        '{"data":{"auth":"a1"}}',
        '{"doc":{"auth":{"$id":"a1","$":"a1"}}}',
    ],
)
def test_the_session_id_is_found_in_every_shape(client: Client, line: Line, answer: str) -> None:
    line.answers(answer)
    assert client.sessions.open() == "a1"


def test_a_login_without_a_session_id_is_not_understood(client: Client, line: Line) -> None:
    line.answers(OK)
    with pytest.raises(NotUnderstood):
        client.sessions.open()


def test_a_one_time_key_is_made_and_opens_a_session(client: Client, line: Line) -> None:
    line.answers(OK, login("k1"), OK)
    key = client.sessions.new_key()
    assert len(key) >= 16
    client.sessions.open_by_key(key)
    client.licenses.resume(7)
    made, opened, used = line.forms
    assert (made["func"], made["username"], made["key"]) == ("session.newkey", "reseller", key)
    assert (opened["func"], opened["key"], opened["checkcookie"]) == ("auth", key, "no")
    assert "password" not in opened
    assert used["auth"] == "k1"


def test_keepalive_reports_a_dead_session_instead_of_hiding_it(
    in_session: Client, line: Line
) -> None:
    line.answers(login("a1"), OK, DEAD)
    in_session.sessions.open()
    in_session.sessions.keepalive()
    with pytest.raises(AccessDenied):
        in_session.sessions.keepalive()
    assert [form["func"] for form in line.forms] == ["auth", "keepalive", "keepalive"]


def test_leaving_ends_the_session_and_the_next_call_opens_another(
    in_session: Client, line: Line
) -> None:
    line.answers(login("a1"), OK, login("b2"), OK)
    in_session.sessions.open()
    in_session.sessions.close()
    in_session.licenses.resume(7)
    assert [form["func"] for form in line.forms] == ["auth", "logon", "auth", "soft.resume"]


def test_leaving_without_a_session_sends_nothing(client: Client, line: Line) -> None:
    client.sessions.close()
    assert line.requests == []


def test_a_second_factor_is_asked_for_and_confirmed(in_session: Client, line: Line) -> None:
    line.answers(login("t1"), "<doc><ok>func=totp.confirm</ok></doc>", login("f2"), OK)
    with pytest.raises(SecondFactorNeeded):
        in_session.account.whoami()
    assert in_session.sessions.confirm("123456") == "f2"
    in_session.licenses.resume(7)
    assert line.forms[2]["qrcode"] == "123456"
    assert line.forms[2]["auth"] == "t1"
    assert line.forms[3]["auth"] == "f2"
