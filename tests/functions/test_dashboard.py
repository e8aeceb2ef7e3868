"""The first page of a client area."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

from emulator.domain.accounts import accounts
from tests.functions.seller import DAY, Seller


def test_the_balance_is_a_number_and_the_real_balance_has_its_currency(shop: Seller) -> None:
    (row,) = shop.rows("dashboard.info")
    assert (row["balance"], row["realbalance"]) == ("1000.00", "1000.00 EUR")
    assert row["phone"] == "+10000000001"


def test_a_browser_gets_its_one_row_in_the_ajax_shape(shop: Seller) -> None:
    answer = json.loads(shop.text("dashboard.info", dashboard="info", sfrom="ajax"))
    (row,) = answer["content"]
    assert row["realbalance"] == {"v": "1000.00 EUR"}
    assert answer["p_elems"] == "1"


def test_money_that_lasts_for_a_year_is_shown_in_words(shop: Seller) -> None:
    assert shop.rows("dashboard.info")[0]["enoughmoneyto"] == "more than a year"
    assert shop.rows("dashboard.info", lang="ru")[0]["enoughmoneyto"] == "больше года"


def test_nothing_that_has_to_be_prolonged_by_hand_uses_up_the_money(shop: Seller) -> None:
    assert shop.rows("dashboard.info", who="poor")[0]["enoughmoneyto"] == "more than a year"


def test_money_lasts_to_the_day_on_which_a_prolongation_fails(shop: Seller) -> None:
    # Eight years of Host at 121.00 leave 32.00: six more months of web-1 at 5.00.
    for place in range(8):
        shop.order(f"192.0.2.{201 + place}", tariff="55229", period="12")
    assert shop.rows("dashboard.info")[0]["realbalance"] == "32.00 EUR"
    end = date.fromisoformat(shop.doc("soft.edit", elid="100001").findtext("expiredate") or "")
    day = date.fromisoformat(shop.rows("dashboard.info")[0]["enoughmoneyto"])
    assert (day.year - end.year) * 12 + day.month - end.month == 6

    shop.move_to(date.fromordinal(day.toordinal() - 1))
    assert shop.doc("soft.edit", elid="100001").findtext("status") == "2"
    assert shop.rows("dashboard.info")[0]["realbalance"] == "2.00 EUR"
    assert shop.rows("dashboard.info")[0]["enoughmoneyto"] == day.isoformat()
    shop.move_to(day)
    assert shop.doc("soft.edit", elid="100001").findtext("status") == "3"


def test_an_account_without_credit_has_none_left(shop: Seller) -> None:
    (row,) = shop.rows("dashboard.subaccount_credit")
    assert (row["credit"], row["available_credit"], row["currency"]) == ("0.00", "0.00", "EUR")


def test_spending_more_than_the_balance_uses_up_the_credit(shop: Seller) -> None:
    with shop.worlds.locked("default") as db, db.writing():
        (account,) = (row for row in accounts.list_accounts(db) if row.login == "reseller")
        accounts.save(db, replace(account, credit=Decimal("100.00")))
    (row,) = shop.rows("dashboard.subaccount_credit")
    assert (row["credit"], row["available_credit"]) == ("100.00", "100.00")
    # Nine years of Host at 121.00 are 1089.00.
    for place in range(9):
        shop.order(f"192.0.2.{201 + place}", tariff="55229", period="12")
    (row,) = shop.rows("dashboard.subaccount_credit")
    assert (row["credit"], row["available_credit"]) == ("100.00", "11.00")
    assert shop.rows("subaccount")[0]["balance"] == "-89.00 EUR"
    assert shop.rows("dashboard.info")[0]["realbalance"] == "-89.00 EUR"


def test_services_that_end_within_a_week_are_noticed_in_order(shop: Seller) -> None:
    doc = shop.doc("notify")
    assert doc.findall("notify/item[@name='bannerlist']/bitem") == []
    # cloud-1 ends in nine days, the trial too; web-1 is prolonged by itself.
    shop.move_to(date.fromordinal(DAY.toordinal() + 4))
    doc = shop.doc("notify")
    banners = doc.findall("notify/item[@name='bannerlist']/bitem")
    assert [b.findtext("id") for b in banners] == ["100004", "100008"]
    assert "ends on 2026-03-24" in (banners[1].findtext("msg") or "")
    assert doc.findtext("notify/item[@name='bannerlist']/msg") == "2"
    russian = shop.doc("notify", lang="ru")
    assert russian.findtext("notify/item/msg") == "2"


def test_notices_are_of_the_callers_own_services(shop: Seller) -> None:
    shop.move_to(date.fromordinal(DAY.toordinal() + 4))
    assert shop.doc("notify", who="poor").findall("notify/item/bitem") == []


def test_both_kinds_of_notices_are_there_even_when_empty(shop: Seller) -> None:
    items = shop.json("notify")["notify"]["item"]
    assert [item["$name"] for item in items] == ["bannerlist", "ticket"]
    assert shop.flat("notify")["realbalance"] == "1000.00 EUR"
