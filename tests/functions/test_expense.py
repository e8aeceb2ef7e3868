"""Money charged."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.functions.seller import DAY, Seller


def test_an_order_leaves_one_charge_that_names_its_service(shop: Seller) -> None:
    number = shop.order("192.0.2.201")
    (row,) = shop.rows("expense")
    assert (row["amount"], row["currency_str"]) == ("5.00 EUR", "EUR")
    assert (row["main_item"], row["intname"]) == (number, "soft")
    assert row["locale_name"] == f"Order: ISPmanager 6 Lite #{number}"
    assert row["realdate"] == row["cdate"] == DAY.isoformat()
    assert (row["notpayd"], row["taxamount"], row["discount"]) == ("0.00", "0.00", "0.00")


def test_charges_are_named_in_the_callers_language(shop: Seller) -> None:
    number = shop.order("192.0.2.201")
    (row,) = shop.rows("expense", lang="ru")
    assert row["locale_name"] == f"Заказ: ISPmanager 6 Lite #{number}"


def test_payments_less_charges_are_the_balance(shop: Seller) -> None:
    shop.order("192.0.2.201")
    shop.order("192.0.2.202", tariff="55230", addon_55236="3")
    shop.doc("service.prolong", elid="100001", period="12", sok="ok")
    paid_in = sum(Decimal(row["amount"]) for row in shop.rows("payment"))
    spent = sum(Decimal(row["amount"].split()[0]) for row in shop.rows("expense"))
    assert spent == Decimal("5.00") + Decimal("36.00") + Decimal("55.00")
    assert Decimal(shop.rows("subaccount")[0]["balance"].split()[0]) == paid_in - spent


def test_a_refused_order_charges_nothing(shop: Seller) -> None:
    shop.doc(
        "soft.order.param",
        who="poor",
        pricelist="55227",
        period="1",
        ip="192.0.2.201",
        skipbasket="on",
        sok="ok",
    )
    assert shop.rows("expense", who="poor") == []
    assert shop.rows("subaccount", who="poor")[0]["balance"] == "1.00 EUR"


def test_charges_come_newest_first_and_page_by_page(shop: Seller) -> None:
    ordered = [shop.order(f"192.0.2.{place}") for place in (201, 202, 203)]
    assert [row["main_item"] for row in shop.rows("expense")] == ordered[::-1]
    doc = shop.doc("expense", p_cnt="2", p_num="2")
    assert [e.findtext("main_item") for e in doc.findall("elem")] == ordered[:1]
    assert doc.findtext("p_elems") == "3"


def test_a_promo_code_shows_what_was_not_taken(shop: Seller) -> None:
    shop.doc("soft.order.param", pricelist="55228", period="1", ip="192.0.2.201", sok="ok")
    basket = shop.doc("basket", promocode="SPRING", sok="ok")
    assert basket.find("error") is None
    billorder = shop.doc("basket").findtext("billorder") or ""
    paid = shop.doc("basket", id=billorder, clicked_button="free", sok="ok")
    assert paid.find("error") is None
    (row,) = shop.rows("expense")
    assert (row["amount"], row["discountamount"], row["discount"]) == ("7.20 EUR", "0.80", "10.00")


def test_a_promo_code_shows_what_was_not_taken_of_an_addon(shop: Seller) -> None:
    shop.doc("vds.edit", elid="100014", addon_12="110", clicked_button="basket", sok="ok")
    shop.doc("basket", promocode="SPRING", sok="ok")
    price = Decimal(shop.doc("basket").findtext("list/elem/fullcost") or "")
    shop.doc("basket", clicked_button="free", sok="ok")
    (row,) = shop.rows("expense")
    paid, off = Decimal(row["amount"].split()[0]), Decimal(row["discountamount"])
    assert paid + off == price
    assert off > 0


def test_an_address_is_named_as_such_only_where_nothing_else_was_bought(shop: Seller) -> None:
    for amount, beside, intname in (("2", {}, "ip"), ("3", {"addon_12": "60"}, "vds")):
        shop.doc("vds.edit", elid="100014", addon_13=amount, **beside, sok="ok")
        assert shop.rows("expense")[0]["intname"] == intname


@pytest.mark.parametrize(
    ("chosen", "operations"),
    [
        ({"operation": "prolong"}, ["prolong"]),
        ({"intname": "soft"}, ["prolong", "open"]),
        ({"intname": "vds"}, []),
        ({"main_item": "100001"}, ["prolong"]),
        ({"amount_from": "5.01"}, ["prolong"]),
        ({"amount_to": "5.00"}, ["open"]),
        ({"realdatestart": "2026-03-16"}, []),
        ({"realdatestart": "2026-03-15", "realdateend": "2026-03-15"}, ["prolong", "open"]),
    ],
)
def test_a_filter_in_the_call_narrows_the_list(
    shop: Seller, chosen: dict[str, str], operations: list[str]
) -> None:
    shop.order("192.0.2.201")
    shop.doc("service.prolong", elid="100001", period="12", sok="ok")
    assert [r["operation"] for r in shop.rows("expense", filter="on", **chosen)] == operations


def test_the_filter_offers_the_kinds_of_charges(shop: Seller) -> None:
    form = shop.doc("expense.filter", lang="ru")
    kinds = {val.get("key"): val.text for val in form.findall("slist[@name='operation']/val")}
    assert kinds["prolong"] == "Продление"


def test_a_spreadsheet_gets_the_same_charges_and_the_bare_amounts(shop: Seller) -> None:
    shop.order("192.0.2.201", licname='a "quoted", name')
    (row,) = shop.rows("expense")
    assert shop.csv("expense") == [{**row, "amount_orig": "5.00"}]


def test_nobody_sees_the_charges_of_another(shop: Seller) -> None:
    shop.order("192.0.2.201")
    assert shop.rows("expense", who="other") == []
    assert shop.rows("expense", who="other", filter="on", main_item="100010") == []
