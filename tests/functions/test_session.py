"""Logging in, in every way, and being refused."""

from __future__ import annotations

import pyotp
import pytest
from werkzeug.test import Client

from emulator.testing import Answer, Seller

KEY = "0123456789abcdef0123456789abcdef"


def error_text(answer: Answer) -> str:
    """``type/object`` of the error, or nothing."""
    error = answer.error
    return "" if error is None else f"{error.type}/{error.object}"


def log_in(seller: Seller, login: str = "reseller") -> str:
    answer = seller.call("auth", login="", username=login, password="secret")
    element = answer.xml.find("auth")
    assert element is not None
    assert element.text == element.get("id")
    assert element.get("level") == "16"
    return element.text or ""


def test_a_session_opens_lives_and_closes(seller: Seller) -> None:
    session = log_in(seller)
    assert len(session) == 24
    user = seller.call("whoami", auth=session).xml.find("user")
    assert user is not None
    assert (user.get("realname"), user.get("balance")) == ("Example Reseller", "1000.00")
    assert error_text(seller.call("keepalive", auth=session)) == ""
    seller.call("logon", auth=session)
    assert error_text(seller.call("keepalive", auth=session)) == "access/"


def test_the_id_is_where_each_format_has_it(seller: Seller) -> None:
    who = {"login": "", "username": "reseller", "password": "secret"}
    auth = seller.call("auth", **who, out="json").json["doc"]["auth"]
    assert auth["$id"] == auth["$"]
    assert len(seller.call("auth", **who, out="bjson").json["model"]["auth"]) == 24


def test_auth_takes_authinfo_too(seller: Seller) -> None:
    answer = seller.call("auth", authinfo="reseller:secret")
    assert error_text(seller.call("soft", auth=answer.field("auth"))) == ""


def test_an_hour_of_idleness_ends_a_session_and_use_keeps_it(seller: Seller) -> None:
    used, idle = log_in(seller), log_in(seller)
    for _ in range(3):
        seller.time.pass_time(1500)
        assert error_text(seller.call("soft", auth=used)) == ""
    assert error_text(seller.call("soft", auth=idle)) == "access/"


def test_a_moved_world_clock_ends_no_session(seller: Seller) -> None:
    session = log_in(seller)
    seller.clock.advance("1 year")
    assert error_text(seller.call("soft", auth=session)) == ""


@pytest.mark.parametrize(
    "params",
    [{"login": ""}, {"auth": "no-such-session"}, {"auth": "0" * 24}],
)
def test_no_credentials_and_a_dead_session_are_the_same_refusal(
    seller: Seller, params: dict[str, str]
) -> None:
    error = seller.call("soft", **params).error
    assert error is not None
    assert (error.type, error.message) == (
        "access",
        "Insufficient privileges to perform 'soft'",
    )


def test_a_password_may_contain_colons(seller: Seller) -> None:
    seller.account("other", password="a:b:c")
    assert error_text(seller.call("soft", authinfo="other:a:b:c")) == ""
    assert error_text(seller.call("soft", authinfo="other:secret")) == "auth/badpassword"


@pytest.mark.parametrize("who", ["reseller", "nobody"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(seller: Seller, who: str) -> None:
    for params in ({"authinfo": f"{who}:wrong"}, {"login": "", "username": who, "password": "x"}):
        func = "auth" if "username" in params else "soft"
        error = seller.call(func, **params).error
        assert error is not None
        assert (error.type, error.object) == ("auth", "badpassword")
        assert error.params["value"] == "remote_addr: [127.0.0.1]"


def test_repeated_failures_lock_the_login_for_twenty_seconds(seller: Seller) -> None:
    for _ in range(5):
        assert error_text(seller.call("soft", authinfo="reseller:wrong")) == "auth/badpassword"
    assert error_text(seller.call("soft")) == "auth/blocklogon"
    answer = seller.call("auth", login="", username="reseller", password="secret")
    assert error_text(answer) == "auth/blocklogon"
    assert error_text(seller.call("soft", login="other")) == ""
    seller.time.pass_time(19)
    assert error_text(seller.call("soft")) == "auth/blocklogon"
    seller.time.pass_time(2)
    assert error_text(seller.call("soft")) == ""


def test_a_login_that_succeeds_forgives_the_failures_before_it(seller: Seller) -> None:
    for _ in range(3):
        for _ in range(4):
            assert error_text(seller.call("soft", authinfo="reseller:wrong")) == "auth/badpassword"
        assert log_in(seller)


def test_a_frozen_world_does_not_lock_for_ever(seller: Seller) -> None:
    seller.clock.freeze("2027-01-01T00:00:00Z")
    for _ in range(5):
        seller.call("auth", login="", username="reseller", password="wrong")
    seller.time.pass_time(21)
    assert error_text(seller.call("soft")) == ""


def test_an_address_list_admits_only_its_own_addresses(seller: Seller) -> None:
    assert error_text(seller.call("soft", login="fenced")) == "auth/badip"
    seller.account("fenced", api_addresses=["127.0.0.0/8"])
    assert error_text(seller.call("soft", login="fenced")) == ""


def test_a_second_factor_disables_authinfo_and_is_needed_once(seller: Seller) -> None:
    assert error_text(seller.call("soft", login="careful")).startswith("auth/")
    temporary = log_in(seller, "careful")
    answer = seller.call("whoami", auth=temporary)
    assert answer.field("ok") == "func=totp.confirm"
    wrong = seller.call("totp.confirm", auth=temporary, qrcode="000000", sok="ok")
    assert error_text(wrong) == "value/qrcode"
    code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").now()
    confirmed = seller.call(
        "totp.confirm", auth=temporary, qrcode=code, clicked_button="ok", sok="ok"
    )
    session = confirmed.field("auth")
    assert session not in ("", temporary)
    assert seller.call("whoami", auth=session).xml.find("user") is not None
    assert error_text(seller.call("whoami", auth=temporary)) == "access/"


def test_wrong_codes_lock_the_login_like_wrong_passwords(seller: Seller) -> None:
    temporary = log_in(seller, "careful")
    for _ in range(5):
        wrong = seller.call("totp.confirm", auth=temporary, qrcode="000000", sok="ok")
        assert error_text(wrong) == "value/qrcode"
    code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").now()
    locked = seller.call("totp.confirm", auth=temporary, qrcode=code, sok="ok")
    assert error_text(locked) == "auth/blocklogon"
    seller.time.pass_time(21)
    again = seller.call("totp.confirm", auth=temporary, qrcode="000000", sok="ok")
    assert error_text(again) == "value/qrcode"


def test_a_one_time_key_logs_in_once_and_acts_without_sok(seller: Seller) -> None:
    assert error_text(seller.call("session.newkey", username="reseller", key=KEY)) == ""
    by_key = {"login": "", "username": "reseller", "key": KEY, "checkcookie": "no"}
    session = seller.call("auth", **by_key).field("auth")
    assert error_text(seller.call("soft", auth=session)) == ""
    assert error_text(seller.call("auth", **by_key)) == "auth/badpassword"


def test_a_key_is_for_oneself_and_long_enough(seller: Seller) -> None:
    assert error_text(seller.call("session.newkey", username="other", key=KEY)) == "access/"
    assert (
        error_text(seller.call("session.newkey", username="reseller", key="short")) == "value/key"
    )


def test_a_browser_is_known_by_its_cookie(seller: Seller) -> None:
    browser = Client(seller.wsgi)
    login = {"func": "auth", "username": "reseller", "password": "secret"}
    browser.post("/billmgr", data=login)
    cookie = browser.get_cookie("billmgrses5")
    assert cookie is not None
    assert "access" not in browser.get("/billmgr?func=soft").get_data(as_text=True)
    other = Client(seller.wsgi)
    other.set_cookie("billmgrses5", f"{cookie.value}:something")
    assert "<elem>" in other.get("/billmgr?func=soft").get_data(as_text=True)


def test_a_session_finds_its_world_whatever_the_path(seller: Seller) -> None:
    other = seller.world("shop-b", "russian")
    session = other.call("auth", login="", username="reseller", password="secret").field("auth")
    user = seller.call("whoami", auth=session).xml.find("user")
    assert user is not None
    assert user.get("currency") == "RUB"


def test_a_login_can_name_its_world_and_an_email_address_cannot(seller: Seller) -> None:
    seller.world("shop-b", "russian")
    user = seller.call("whoami", authinfo="reseller@shop-b:secret").xml.find("user")
    assert user is not None
    assert user.get("currency") == "RUB"
    by_name = seller.call("auth", login="", username="reseller@shop-b", password="secret")
    user = seller.call("whoami", auth=by_name.field("auth")).xml.find("user")
    assert user is not None
    assert user.get("currency") == "RUB"
    answer = seller.call("soft", authinfo="reseller@example.com:secret")
    assert error_text(answer) == "auth/badpassword"


def test_secrets_are_not_echoed_and_not_journalled(seller: Seller) -> None:
    session = log_in(seller)
    seller.call("session.newkey", auth=session, username="reseller", key=KEY)
    answer = seller.call("auth", login="", username="reseller", key=KEY)
    assert KEY not in answer.text
    assert "secret" not in seller.call("soft").text
    journal = str(seller.journal.entries(limit=100))
    for secret in (session, KEY, "reseller:secret", answer.field("auth")):
        assert secret not in journal
