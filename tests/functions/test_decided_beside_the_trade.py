"""Tickets, registration, recovery and zones: what docs/evidence.md decides about them."""

from __future__ import annotations

import pytest

from emulator.testing import Seller as Handle
from tests.functions.seller import Seller


def open_ticket(shop: Seller, **params: str) -> str:
    fields = {"subject": "Disk", "message": "It is full", "sok": "ok", **params}
    return shop.doc("clientticket.edit", **fields).findtext("id") or ""


def texts(shop: Seller, number: str) -> list[str]:
    doc = shop.doc("clientticket.edit", elid=number)
    return [body.text or "" for body in doc.findall("mlist/message/body")]


def test_57_a_ticket_is_opened_answered_and_closed(shop: Seller) -> None:
    number = open_ticket(shop, item="100014")
    assert texts(shop, number) == ["It is full"]
    shop.doc("clientticket.edit", elid=number, message="Still", sok="ok")
    assert texts(shop, number) == ["It is full", "Still"]
    for name in ("clientticket", "ticket", "dashboard.tickets"):
        (row,) = shop.rows(name)
        assert (row["id"], row["name"], row["item"], row["status"]) == (
            number,
            "Disk",
            "100014",
            "Open",
        )
    shop.doc("clientticket.edit", elid=number, clicked_button="close", sok="ok")
    assert shop.rows("ticket")[0]["status"] == "Closed"
    shop.doc("clientticket.edit", elid=number, message="Once more", sok="ok")
    assert shop.rows("ticket")[0]["status"] == "Open"


def test_57_the_seller_answers_through_the_control_api_and_it_is_unread() -> None:
    with Handle() as seller:
        number = seller.call("clientticket.edit", subject="A", message="b", sok="ok").field("id")
        ticket = seller.control("POST", f"/tickets/{number}", {"text": "Look again"})
        assert [message["by"] for message in ticket["messages"]] == ["client", "seller"]
        assert seller.control("GET", "/tickets")["tickets"][0]["unread"] == 1
        notice = seller.call("notify").xml.find("notify/item[@name='ticket']/bitem/id")
        assert notice is not None
        assert notice.text == number
        seller.call("clientticket.edit", elid=number)
        assert seller.call("ticket").rows()[0]["unread"] == ""
        assert seller.control("GET", f"/tickets/{number}")["messages"][1]["text"] == "Look again"
        with pytest.raises(Exception, match="there is no ticket 99"):
            seller.control("POST", "/tickets/99", {"text": "x"})


def test_a_ticket_belongs_to_its_account_and_needs_a_message(shop: Seller) -> None:
    number = open_ticket(shop)
    assert shop.refusal("clientticket.edit", "other", elid=number) == "missed/ticket"
    assert shop.refusal("clientticket.edit", subject="A", sok="ok") == "value/message"
    assert shop.refusal("clientticket.edit", message="A", sok="ok") == "value/subject"
    foreign = {"subject": "A", "message": "b", "item": "100009", "sok": "ok"}
    assert shop.refusal("clientticket.edit", **foreign) == "missed/item"
    assert shop.rows("ticket", "other") == []


def test_58_registration_opens_an_account_without_money(shop: Seller) -> None:
    joining = {"email": "new@example.com", "passwd": "secret", "realname": "New", "sok": "ok"}
    assert shop.refusal("register", None, **{**joining, "email": "no"}) == "value/email"
    assert shop.refusal("register", None, **{**joining, "passwd": "x"}) == "value/passwd"
    assert shop.doc("register", None, **joining).find("ok") is not None
    assert shop.refusal("register", None, **joining) == "exists/email"
    assert shop.rows("subaccount", "new@example.com")[0]["balance"].startswith("0.00")
    assert shop.rows("profile", "new@example.com")[0]["name"] == "New"
    shop.worlds.create("strict", "strict")
    assert shop.refusal("register", None, "strict", **joining) == "missed/func"


def test_58_recovery_never_says_whether_an_account_exists(shop: Seller) -> None:
    for email in ("reseller@example.com", "nobody@example.com"):
        assert shop.doc("recovery", None, email=email).findtext("ok") == "func=logon"
    assert shop.refusal("recovery", None) == "value/email"


def test_58_servers_paper_coupons_and_zones(shop: Seller) -> None:
    assert shop.doc("gotoserver", elid="100001").findtext("ok") == "https://192.0.2.10:1500"
    assert "web-1" in (shop.doc("license.print", elid="100001").findtext("body") or "")
    shop.doc("vds.order.param", pricelist="6", period="1", sok="ok")
    shop.doc("coupon.use", coupon="SPRING", sok="ok")
    assert shop.doc("basket").findtext("total_sum") == "2.70"
    assert shop.refusal("coupon.use", coupon="AUTUMN", sok="ok") == "missed/promocode"
    assert {row["name"]: row["cost"] for row in shop.rows("tld")}["com"].endswith("EUR / Year")
    assert shop.doc("billing.balance").findtext("balance") == "1000.00"
