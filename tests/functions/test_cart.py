"""The new cart, and the old basket that shows the same; orders that were paid."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from emulator.testing import Seller as Handle
from tests.functions.seller import Seller

NEW = {
    "pricelist": "6",
    "order_period": "1",
    "clicked_button": "order",
    "force_use_new_cart": "on",
    "sok": "ok",
}


def put(shop: Seller, who: str = "reseller", **params: str) -> str:
    """The position under which it waits."""
    return shop.doc("v2.vds.order.param", who, **{**NEW, **params}).findtext("lineitem.id") or ""


def lines(doc: Element) -> list[str]:
    return [e.findtext("elid") or "" for e in doc.findall("list[@name='lineitems']/elem")]


def test_what_is_put_in_the_cart_is_there_and_in_the_basket(shop: Seller) -> None:
    position = put(shop, domain="one.test")
    assert lines(shop.doc("cart")) == [position]
    (row,) = shop.doc("basket").findall("list[@name='itemlist']/elem")
    assert (row.findtext("id"), row.findtext("item.type")) == (position, "vds")


def test_one_position_is_paid_and_the_other_waits_on(shop: Seller) -> None:
    first, second = put(shop, domain="one.test"), put(shop, domain="two.test")
    shown = shop.doc("cartorder.create.confirm", elid=second)
    assert shown.findtext("total_sum") == "3.00 EUR"
    doc = shop.doc("cartorder.create.confirm", elid=second, paymethod_id="0", sok="ok")
    assert doc.findtext("ok") == "func=order"
    assert lines(shop.doc("cart")) == [first]
    states = {row["domain"]: row["status"] for row in shop.rows("vds")}
    assert (states["one.test"], states["two.test"]) == ("1", "2")
    orders = shop.doc("order")
    (paid,) = orders.findall("list[@name='paidlist']/elem")
    (waiting,) = orders.findall("list[@name='openlist']/elem")
    assert paid.findtext("id") == doc.findtext("billorder") != waiting.findtext("id")


def test_several_positions_are_paid_together_or_not_at_all(shop: Seller) -> None:
    both = put(shop, order_count="2")
    assert len(both.split(", ")) == 2
    shop.doc("cartorder.create.confirm", elid=both, paymethod_id="0", sok="ok")
    assert lines(shop.doc("cart")) == []
    assert shop.rows("subaccount")[0]["balance"].startswith("994.00")


def test_too_little_money_leaves_the_cart_as_it_was(shop: Seller) -> None:
    answer = shop.doc("v2.vds.order.param", "poor", **NEW)
    position = answer.findtext("lineitem.id") or ""
    refused = shop.refusal(
        "cartorder.create.confirm", "poor", elid=position, paymethod_id="0", sok="ok"
    )
    assert refused == "not_enough_money/"
    assert lines(shop.doc("cart", "poor")) == [position]


def test_another_way_of_paying_leads_to_the_payment(shop: Seller) -> None:
    position = put(shop)
    doc = shop.doc("cartorder.create.confirm", elid=position, paymethod_id="1", sok="ok")
    assert doc.findtext("ok") == "func=order"
    position = put(shop, who="poor")
    doc = shop.doc("cartorder.create.confirm", "poor", elid=position, paymethod_id="1", sok="ok")
    assert (doc.findtext("ok") or "").startswith("/billmgr?func=payment.add.redirect&")
    refused = shop.refusal(
        "cartorder.create.confirm", "poor", elid=position, paymethod_id="99", sok="ok"
    )
    assert refused == "value/paymethod_id"


def test_a_position_is_taken_out_and_the_rest_emptied(shop: Seller) -> None:
    first, second = put(shop), put(shop)
    shop.doc("cart", id=first, clicked_button="delete", sok="ok")
    assert lines(shop.doc("cart")) == [second]
    shop.doc("cart.empty")
    assert lines(shop.doc("cart")) == []
    assert len(shop.rows("vds")) == 1


def test_a_position_of_another_account_is_missed(shop: Seller) -> None:
    assert shop.refusal("cart", id="77", clicked_button="delete", sok="ok") == "missed/lineitem"
    confirmation = {"elid": "77", "paymethod_id": "0", "sok": "ok"}
    assert shop.refusal("cartorder.create.confirm", **confirmation) == "missed/lineitem"
    foreign = put(shop)
    assert shop.refusal(
        "cartorder.create.confirm", "other", **{**confirmation, "elid": foreign}
    ) == ("missed/lineitem")


def test_a_domain_goes_to_the_new_cart_by_the_quick_button_of_the_old_form(shop: Seller) -> None:
    doc = shop.doc(
        "domain.order.param",
        pricelist="180",
        period="12",
        domain="quick.com",
        clicked_button="quickbasket",
        force_use_new_cart="on",
        sok="ok",
    )
    assert lines(shop.doc("cart")) == [doc.findtext("lineitem.id")]


def test_the_old_way_opens_a_service_out_of_the_basket(shop: Seller) -> None:
    doc = shop.doc(
        "dnshost.order.param",
        pricelist="154",
        period="12",
        autoprolong="12",
        addon_155="100",
        clicked_button="finish",
        sok="ok",
    )
    shop.doc("basket", id=doc.findtext("billorder") or "", clicked_button="free", sok="ok")
    form = shop.doc("dnshost.edit", elid=doc.findtext("id") or "")
    assert form.findtext("status") == "2"
    assert form.findtext("username")
    assert form.findtext("password")


@pytest.mark.parametrize("func", ["vds.order.param", "v2.vds.order.param"])
def test_a_payment_for_an_unpaid_server_opens_it(func: str) -> None:
    with Handle() as seller:
        period = {"order_period": 1} if func.startswith("v2.") else {"period": 1}
        params: dict[str, Any] = {"pricelist": 1400, **period, "domain": "late.test", "sok": "ok"}
        put = seller.call(func, login="poor", **params)
        number, order = put.field("id"), put.field("billorder")
        begun = seller.call(
            "payment.add.method", login="poor", billorder=order, paymethod=1, sok="ok"
        )
        assert seller.call("vds.edit", login="poor", elid=number).field("status") == "1"
        seller.control("PATCH", f"/payments/{begun.field('payment_id')}", {"status": 4})
        form = seller.call("vds.edit", login="poor", elid=number)
        assert (form.field("status"), form.field("username")) == ("2", "root")
        assert seller.account("poor")["balance"] == "0.00"  # 8.00 were lacking, and 8.00 came


def test_120_a_code_makes_the_cart_cheaper_or_is_refused(shop: Seller) -> None:
    assert shop.refusal("cart", promocode="SPRING", sok="ok") == "promocode_not_use/"
    put(shop)
    assert shop.refusal("cart", promocode="NOSUCH", sok="ok") == "missed/promocode"
    for _ in range(2):  # the form that is sent back has the code in it
        cart = shop.doc("cart", promocode="SPRING", sok="ok")
        assert (cart.findtext("promocode"), cart.findtext("total/cost")) == ("SPRING", "2.70")
    assert shop.doc("basket").findtext("total_sum") == "2.70"
