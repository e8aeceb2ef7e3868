"""Paying in: from the amount to the money on the balance, which is credited once."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from emulator.domain.billing import topups
from emulator.domain.world import read
from emulator.testing import Answer, Seller
from emulator.testing.client import ControlError

METHOD: dict[str, Any] = {"paymethod": 1, "sok": "ok"}


def begin(seller: Seller, **params: Any) -> Answer:
    return seller.call("payment.add.method", **METHOD, **params)


def page_of(answer: Answer) -> str:
    """The page's path, as a browser finds it from the ``ok``."""
    address = urlsplit(answer.field("ok"))
    query = parse_qs(address.query)
    assert (address.path, query["func"]) == ("/billmgr", ["payment.add.redirect"])
    assert query["key"][0] in answer.field("url")
    return f"/pay/{query['key'][0]}"


def get(seller: Seller, path: str) -> Answer:
    return seller._send("GET", path, None, "")  # noqa: SLF001 - as a browser


def click(seller: Seller, path: str, action: str) -> Answer:
    return seller._send("POST", path, {"action": action}, "")  # noqa: SLF001 - as a browser


def balance(seller: Seller) -> str:
    return str(seller.account()["balance"])


def newest(seller: Seller) -> dict[str, str]:
    return seller.call("payment").rows()[0]


def test_ways_to_pay_are_listed_with_their_limits(seller: Seller) -> None:
    form = seller.call("payment.add", amount="10.00")
    rows = form.xml.findall("list[@name='methodlist']/elem")
    assert [row.findtext("id") for row in rows] == ["1", "2"]
    assert form.field("payment_currency") == "50"


def test_a_person_pays_and_the_money_is_there_once(seller: Seller) -> None:
    begun = begin(seller, amount="25.50")
    path = page_of(begun)
    assert newest(seller)["status_orig"] == "1"
    assert newest(seller)["paydate"] == ""
    assert "25.50 EUR" in get(seller, path).text
    for _ in range(2):
        assert click(seller, path, "pay").status == 303
    assert balance(seller) == "1025.50"
    paid = newest(seller)
    assert (paid["status_orig"], paid["paymethod_name"]) == ("4", "Bank card")
    assert paid["paydate"] != ""
    assert "<button" not in get(seller, path).text
    account = seller.account()
    assert account["ledger"] == account["balance"]


def test_the_query_of_the_answer_leads_a_browser_to_the_page(seller: Seller) -> None:
    begun = begin(seller, amount="25.50")
    browser = seller.wsgi.test_client(use_cookies=False)
    address = begun.field("ok")
    for accept in ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json, */*", ""):
        moved = browser.get(address, headers={"Accept": accept})
        assert moved.status_code == 302
        assert get(seller, moved.headers["Location"]).status == 200
    assert get(seller, f"{address}&out=xml").field("url") == page_of(begun)


def test_a_postponed_or_declined_payment_is_no_money(seller: Seller) -> None:
    path = page_of(begin(seller, amount="10.00"))
    click(seller, path, "later")
    assert newest(seller)["status_orig"] == "2"
    click(seller, path, "nonsense")
    click(seller, path, "decline")
    click(seller, path, "pay")
    assert newest(seller)["status_orig"] == "9"
    assert balance(seller) == "1000.00"


def test_a_payment_for_an_order_opens_what_was_ordered(seller: Seller) -> None:
    seller.account("reseller", balance="1.00")
    ordered = seller.call("soft.order.param", pricelist=55227, period=1, ip="192.0.2.201", sok="ok")
    begun = begin(seller, billorder=ordered.field("billorder"))
    assert begun.field("amount") == "4.00"
    click(seller, page_of(begun), "pay")
    assert seller.service(ordered.id)["status"] == 2
    assert balance(seller) == "0.00"


def test_an_order_the_balance_covers_is_paid_from_it(seller: Seller) -> None:
    ordered = seller.call("soft.order.param", pricelist=55227, period=1, ip="192.0.2.201", sok="ok")
    paid = begin(seller, billorder=ordered.field("billorder"))
    assert paid.field("ok") == "func=order"
    assert seller.service(ordered.id)["status"] == 2


def test_a_late_top_up_prolongs_on_the_next_day(seller: Seller) -> None:
    number = seller.order(autoprolong=1)
    seller.account("reseller", balance="0.00")
    seller.clock.advance("1 month")
    seller.clock.advance("2 days")
    assert seller.service(number)["status"] == 3
    click(seller, page_of(begin(seller, amount="50.00")), "pay")
    assert seller.service(number)["status"] == 3
    happened = seller.clock.advance("1 day")["happened"]
    assert number in [event["service"] for event in happened if event["what"] == "prolong"]
    assert seller.service(number)["status"] == 2


@pytest.mark.parametrize(
    ("params", "refused"),
    [
        ({"amount": "0.50"}, "value/amount"),
        ({"amount": "-5"}, "value/amount"),
        ({"amount": "ten"}, "value/amount"),
        ({}, "value/amount"),
        ({"amount": "10.00", "paymethod": 99}, "value/paymethod"),
        ({"billorder": 12345}, "missed/billorder"),
        ({"payment_id": 12345}, "missed/payment"),
    ],
)
def test_what_cannot_be_paid_is_refused(
    seller: Seller, params: dict[str, Any], refused: str
) -> None:
    error = seller.call("payment.add.method", **{**METHOD, **params}).error
    assert error is not None
    assert f"{error.type}/{error.object}" == refused
    assert len(seller.call("payment").rows()) == 1


def test_only_own_payments_in_progress_can_be_cancelled(seller: Seller) -> None:
    own = begin(seller, amount="10.00").field("payment_id")
    for login, elid, refused in (
        ("other", own, "access"),
        ("reseller", "1", "access"),
        ("reseller", "99999", "missed"),
    ):
        error = seller.call("payment.delete", login=login, elid=elid).error
        assert error is not None
        assert error.type == refused
    document = seller.call("payment.delete", elid="1", out="json").json["doc"]
    assert [param["$"] for param in document["error"]["param"]] == ["payment", "payment.delete"]
    assert seller.call("payment.delete", elid=own).error is None
    assert newest(seller)["status_orig"] == "9"


def test_nobody_elses_page_is_shown_and_no_key_is_written_down(seller: Seller) -> None:
    begun = begin(seller, amount="10.00")
    other = seller.call("payment.add.pay", login="other", payment_id=begun.field("payment_id"))
    assert other.error is not None
    key = page_of(begun).removeprefix("/pay/")
    assert key not in str(seller.journal.entries())
    for path in ("/pay/default-00", "/pay/nosuch-00", "/pay/..", "/pay/x"):
        assert get(seller, path).status == 404
    refused = seller._send("GET", "/billmgr?func=payment.add.redirect", None, "")  # noqa: SLF001
    assert refused.error is not None


def test_the_seller_moves_a_payment_only_where_it_can_go(seller: Seller) -> None:
    number = int(begin(seller, amount="10.00").field("payment_id"))
    with seller.worlds.locked("default") as db, db.writing():
        shop = seller.worlds.shop(db, read(db))
        payment = topups.require(topups.find(shop, number))
        for status in (topups.INITIATED, topups.CREDITED, topups.REFUNDING):
            payment = topups.move(shop, payment, status)
        with pytest.raises(topups.WrongMove):
            topups.move(shop, payment, topups.NEW)
        stale = payment
        topups.move(shop, payment, topups.REFUNDED)
        assert topups.move(shop, stale, topups.REFUNDED).status == topups.REFUNDED
    assert balance(seller) == "1000.00"


def test_somebody_at_the_seller_credits_and_pays_back(seller: Seller) -> None:
    number = begin(seller, amount="10.00").field("payment_id")
    (payment, _) = seller.control("GET", "/accounts/reseller/payments")["payments"]
    assert (payment["id"], payment["status"], 4 in payment["next"]) == (int(number), 1, True)
    assert seller.control("PATCH", f"/payments/{number}", {"status": 4})["status"] == 4
    assert balance(seller) == "1010.00"
    assert seller.control("PATCH", f"/payments/{number}", {"status": 6})["next"] == []
    assert balance(seller) == "1000.00"


@pytest.mark.parametrize(
    ("path", "body", "line"),
    [
        ("/payments/1", {"status": 1}, "400: status: a payment of status 4 cannot get status 1"),
        ("/payments/1", {"status": 10}, "400: status: is not between 1 and 9"),
        ("/payments/99", {"status": 4}, "404: there is no payment 99"),
        ("/payments/x", {"status": 4}, "404: there is no"),
    ],
)
def test_a_payment_that_cannot_be_moved_is_one_line(
    seller: Seller, path: str, body: object, line: str
) -> None:
    with pytest.raises(ControlError) as refused:
        seller.control("PATCH", path, body)
    assert str(refused.value).startswith(line)
