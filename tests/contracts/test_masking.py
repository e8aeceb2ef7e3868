"""What is shown holds no secret, however the secret is written."""

from __future__ import annotations

import json
from xml.sax.saxutils import quoteattr

import httpx
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from contracts.target.redact import (
    MASK,
    find_secrets,
    format_readable,
    is_secret,
    mask_form,
    mask_text,
    redact_exchange,
)

PASSWORD = "a&b\"c'<d>/е %1"
PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----"


def _answered(request: httpx.Request, text: str) -> str:
    return redact_exchange(request, httpx.Response(200, content=text.encode())).answer


@pytest.mark.parametrize("name", [
    "password", "Passwd", "adm_password", "rootpassword", "user.token", "api_token", "key",
    "$password", "card-number-cvv", "billmgrses5", "auth", "totp_secret",
])  # fmt: skip
def test_a_name_that_holds_a_secret_is_known(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", [
    "lickey", "allow_changepassword", "changepassword", "elid", "monkey", "keepalive", "compass",
    "stored_method", "show_password", "authority",
])  # fmt: skip
def test_a_name_that_holds_none_is_known(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize("text", [
    f"<doc><password>{'x&amp;y'}</password></doc>",
    "<doc><password><![CDATA[x&y]]></password></doc>",
    '<doc><user password="x&amp;y"/></doc>',
    '{"doc":{"password":{"$":"x\\u0026y"}}}',
    '{"model":{"password":"x&y \\" z"}}',
    '{"password":{"v":"x&y"}}',
    '{"password":["x&y",{"$":"x&y"}]}',
    "<doc><ok>func=payment.add.redirect&amp;key=x&amp;y=1</ok></doc>",
    "func=whoami&auth=x&y=1",
    '{"password":"x&y \\" z',
    "<doc><password>x&amp;y</pass",
])  # fmt: skip
def test_a_secret_field_is_masked_in_every_way_of_writing(text: str) -> None:
    shown = mask_text(text)
    assert MASK in shown
    assert "x&" not in shown.replace(MASK + "&", "")
    assert "z" not in shown


def test_a_private_key_is_masked_wherever_it_stands() -> None:
    for text in (f"<doc><crt_bundle>{PEM}</crt_bundle></doc>", json.dumps({"doc": PEM}), PEM):
        assert "MIGHAgEA" not in mask_text(text)
        assert "BEGIN PRIVATE KEY" in mask_text(text)


def test_the_flag_that_a_password_can_be_changed_stays() -> None:
    text = "<doc><elem><allow_changepassword>on</allow_changepassword></elem></doc>"
    assert mask_text(text) == text


def test_the_choices_of_a_select_keep_their_keys() -> None:
    text = '<doc><slist name="period"><val key="1">Month</val></slist></doc>'
    assert mask_text(text) == text


def test_a_document_without_secrets_is_shown_as_it_is() -> None:
    text = "<?xml version=\"1.0\"?>\n<doc a='1'><b>&#1057; &amp;</b><c/><!-- x --></doc>\n"
    assert mask_text(text) == text


@given(st.text(alphabet="ab&<>\"'/ %е\\", min_size=6, max_size=20))
def test_the_secret_of_a_request_is_found_as_xml_and_json_write_it(secret: str) -> None:
    written = f"<doc a={quoteattr(secret)}/>"
    document = json.dumps({"doc": secret})
    assert fromstring(mask_text(written, (secret,))).get("a") != secret
    assert json.loads(mask_text(document, (secret,)))["doc"] != secret


@pytest.mark.parametrize("sent", [
    {"data": {"authinfo": f"me:{PASSWORD}", "func": "whoami"}},
    {"files": {"func": (None, "auth"), "password": (None, PASSWORD)}},
    {"json": {"func": "auth", "password": PASSWORD}},
    {"params": {"func": "auth", "password": PASSWORD}},
])  # fmt: skip
def test_a_request_shows_no_password_whatever_its_body(sent: dict[str, object]) -> None:
    request = httpx.Client(base_url="http://127.0.0.1").build_request("POST", "/billmgr", **sent)  # type: ignore[arg-type]
    shown = redact_exchange(request, httpx.Response(200, json={"doc": {"echo": PASSWORD}}))
    assert shown.request["func"] in ("whoami", "auth")
    assert "c'<d>" not in f"{shown}"
    assert MASK in shown.answer


def test_a_body_that_is_no_form_is_not_shown_as_a_name() -> None:
    assert mask_form({"-----boundary\r\nsecret": "", "func": "soft"}) == {
        MASK: MASK,
        "func": "soft",
    }


def test_a_session_brought_by_a_cookie_is_masked_in_the_answer() -> None:
    request = httpx.Request(
        "GET", "http://127.0.0.1/billmgr", headers={"Cookie": "billmgrses5=abcdef0123:x; a=b"}
    )
    assert "abcdef0123" not in _answered(request, "<doc><echo>abcdef0123</echo></doc>")


def test_what_switches_a_password_is_no_secret_of_a_request() -> None:
    assert find_secrets({"password": "on", "passwd": "s3cret-1"}) == ["s3cret-1"]


def test_a_page_with_an_entity_is_shown_as_text() -> None:
    body = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;<password>hidden</password></a>'
    assert "hidden" not in format_readable(body)


SECRET = "s3cret-Passw0rd"


@pytest.mark.parametrize("name", [
    "password2", "passwd1", "password[]", "user[password]", "newPassword", "passwordConfirm",
    "accessToken", "reset_token", "password_hash", "issued_password", "rootpass", "api_key",
    "private_key", "card_cvv2", "session", "clientsecret",
])  # fmt: skip
def test_a_name_that_is_written_otherwise_holds_a_secret_as_well(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("body", [
    f"authinfo={SECRET}",
    f"authinfo=somebody%253A{SECRET}",
    f"authinfo=somebody:{SECRET}&comment=mine+is+{SECRET}",
    f"comment=https://somebody:{SECRET}@127.0.0.1/",
    f"comment=adm_password={SECRET}",
])  # fmt: skip
def test_no_field_of_a_request_shows_a_secret(body: str) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    request = httpx.Request("POST", "http://127.0.0.1/billmgr", content=body, headers=kind)
    assert SECRET not in repr(redact_exchange(request, httpx.Response(200, text="<doc/>")))


@pytest.mark.parametrize("body", [
    {"func": "soft", "who": {"password": SECRET}},
    [{"password": SECRET}, {"password": ["another", SECRET]}],
])  # fmt: skip
def test_a_secret_deep_in_a_json_body_is_masked(body: object) -> None:
    request = httpx.Request("POST", "http://127.0.0.1/billmgr", json=body)
    assert SECRET not in repr(redact_exchange(request, httpx.Response(200, text="<doc/>")))


@pytest.mark.parametrize("sent", [
    {"content": f"password={SECRET}&password=another"},
    {"params": {"authinfo": f"somebody:{SECRET}"}, "data": {"authinfo": "somebody:another"}},
    {"headers": {"Authorization": f"Bearer {SECRET}"}},
])  # fmt: skip
def test_what_was_sent_beside_is_masked_where_an_answer_says_it_again(sent: dict[str, str]) -> None:
    request = httpx.Request("POST", "http://127.0.0.1/billmgr", **sent)  # type: ignore[arg-type]
    assert SECRET not in _answered(request, f"<doc><msg>not {SECRET}</msg></doc>")


@pytest.mark.parametrize("text", [
    f"<html><br><input type=hidden name='auth' value='{SECRET}'>",
    f'<doc><input name="adm_password" value="{SECRET}"/></doc>',
    f"OK\nadm_password={SECRET}\nid=7",
    f"<doc><ok>https://somebody:{SECRET}@127.0.0.1/</ok></doc>",
])  # fmt: skip
def test_a_secret_in_a_page_or_a_plain_text_is_masked(text: str) -> None:
    assert SECRET not in mask_text(text)


def test_a_flag_in_a_plain_text_stays() -> None:
    assert mask_text("OK\nadm_password=on") == "OK\nadm_password=on"
