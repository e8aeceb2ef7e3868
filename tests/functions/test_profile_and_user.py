"""Payers, logins, and what else a client asks of a service."""

from __future__ import annotations

import json

import pytest

from emulator.testing import Seller


def names(seller: Seller, login: str = "reseller") -> list[str]:
    return [row["name"] for row in seller.call("profile", login=login).rows()]


def refused(seller: Seller, func: str, login: str = "reseller", **params: object) -> str:
    error = seller.call(func, login=login, **params).error
    assert error is not None
    return f"{error.type}/{error.object}"


def test_a_payer_is_made_shown_changed_and_deleted(seller: Seller) -> None:
    made = seller.call(
        "profile.add.profiledata", profiletype=2, name="Example GmbH", city="Berlin", sok="ok"
    )
    number = made.id
    form = seller.call("profile.edit", elid=number)
    assert (form.field("name"), form.field("profiletype")) == ("Example GmbH", "2")
    seller.call("profile.edit", elid=number, vatnum="DE1", sok="ok")
    form = seller.call("profile.edit", elid=number)
    assert (form.field("city"), form.field("vatnum")) == ("Berlin", "DE1")
    assert names(seller) == ["Example GmbH", "Example Reseller"]
    assert seller.call("profile.delete", elid=number).error is None
    assert names(seller) == ["Example Reseller"]


def test_a_payer_can_be_made_by_the_form_without_a_number(seller: Seller) -> None:
    made = seller.call("profile.edit", name="Somebody", sok="ok")
    assert seller.call("profile.edit", elid=made.id).field("profiletype") == "1"


@pytest.mark.parametrize(
    ("func", "params", "expected"),
    [
        ("profile.add.profiledata", {"sok": "ok"}, "value/name"),
        ("profile.add.profiledata", {"name": "x", "profiletype": 9, "sok": "ok"},
         "value/profiletype"),
        ("profile.edit", {"elid": 1, "name": "", "sok": "ok"}, "value/name"),
        ("profile.edit", {"elid": 99999}, "missed/profile"),
        ("profile.delete", {"elid": 99999}, "missed/profile"),
        ("user.edit", {"elid": 1, "email": "nonsense", "sok": "ok"}, "value/email"),
        ("user.edit", {"elid": 1, "lang": "xx", "sok": "ok"}, "value/lang"),
        ("user.edit", {"elid": 1, "passwd": "a", "confirm": "b", "sok": "ok"}, "value/confirm"),
        ("service.changepassword", {"elid": 100001, "passwd": "a", "confirm": "b", "sok": "ok"},
         "value/confirm"),
        ("service.changepassword", {"elid": 100009, "passwd": "a", "confirm": "a", "sok": "ok"},
         "missed/item"),
        ("service.ip", {"elid": 100009}, "missed/item"),
        ("service.ip.edit", {"elid": 100013}, "missed/ip"),
        ("service.instruction.html", {"elid": 100009}, "missed/item"),
    ],
)  # fmt: skip
def test_an_impossible_payer_is_refused(
    seller: Seller, func: str, params: dict[str, str], expected: str
) -> None:
    assert refused(seller, func, **params) == expected


def test_nobody_sees_anothers_payers(seller: Seller) -> None:
    assert names(seller, "other") == ["Another Reseller"]
    assert refused(seller, "profile.edit", "other", elid=1) == "missed/profile"


def test_a_login_changes_its_phone_and_its_password(seller: Seller) -> None:
    (row,) = seller.call("user").rows()
    seller.call("user.edit", elid=row["id"], phone="+15550100", passwd="other", confirm="other",
                sok="ok")  # fmt: skip
    assert refused(seller, "whoami") == "auth/badpassword"
    rows = seller.call("user", authinfo="reseller:other").rows()
    assert rows[0]["phone"] == "+15550100"


def test_a_password_is_answered_by_a_banner_and_written_down_nowhere(seller: Seller) -> None:
    params = {"elid": "100001", "passwd": "tr-secret-1", "confirm": "tr-secret-1", "sok": "ok"}
    doc = seller.call("service.changepassword", out="json", **params).json["doc"]
    assert doc["banner"][0]["param"] != ""
    seen = [
        json.dumps(seller.journal.entries()),
        seller.call("service.history", elid=100001).text,
        seller.call("soft.edit", elid=100001).text,
    ]
    assert not any("tr-secret-1" in text for text in seen)


def test_an_address_has_a_name(seller: Seller) -> None:
    seller.call("service.ip.edit", elid=100001, domain="web-1.example.com", sok="ok")
    answer = seller.call("service.ip", elid=100001)
    (row,) = answer.rows()
    assert (row["domain"], answer.field("plname") != "") == ("web-1.example.com", True)


@pytest.mark.parametrize(("lang", "word"), [("en", "Key"), ("ru", "Ключ")])
def test_the_last_list_of_an_instruction_has_the_key(seller: Seller, lang: str, word: str) -> None:
    body = seller.call("service.instruction.html", elid=100001, lang=lang).field("body")
    last = body.rpartition("<ul>")[2]
    assert f"<li>{word}: <b>100001-" in last
    assert "192.0.2.10" in last
