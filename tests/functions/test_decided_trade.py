"""What docs/evidence.md decides about licenses, lists and money, number by number."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from tests.functions.deciding import LATE, ORDER, POOLED, WEB, by_hand, done, license, rule
from tests.functions.seller import DAY, Seller, child


@pytest.fixture
def strict(shop: Seller) -> Seller:
    shop.worlds.create("strict", "strict")
    return shop


# -- licenses ----------------------------------------------------------------------------------


def test_13_suspending_twice_and_resuming_twice_is_no_error(shop: Seller) -> None:
    for func, status in (("soft.suspend", "3"), ("soft.resume", "2")):
        for _ in range(2):
            assert done(shop, func, elid=WEB)
            assert license(shop, WEB)["status"] == status


def test_13_a_license_changes_while_suspended_and_while_processing(shop: Seller) -> None:
    by_hand(shop)
    processing = shop.order("192.0.2.231")
    done(shop, "soft.suspend", elid=WEB)
    for number, status in ((WEB, "3"), (processing, "5")):
        assert done(shop, "soft.edit", elid=number, licname="new", sok="ok")
        form = license(shop, number)
        assert (form["licname"], form["status"]) == ("new", status)


def test_13_the_own_address_sent_again_is_no_change(shop: Seller) -> None:
    rule(shop, change_limit=True)
    for _ in range(2):
        assert done(shop, "soft.edit", elid=WEB, ip="192.0.2.10", sok="ok")
    assert done(shop, "soft.edit", elid=WEB, ip="192.0.2.99", sok="ok")


def test_14_one_license_for_an_address_and_a_tariff(shop: Seller) -> None:
    number = shop.order("192.0.2.231")
    again = {**ORDER, "ip": "192.0.2.231"}
    assert shop.refusal("soft.order.param", **again).startswith("exists/")
    assert done(shop, "soft.order.param", **{**again, "pricelist": "55228"})
    done(shop, "soft.delete", elid=number)
    assert done(shop, "soft.order.param", **again)


def test_14_the_address_of_the_pool_is_free_for_all(shop: Seller) -> None:
    assert license(shop, POOLED)["ip"] == "0.0.0.0"  # noqa: S104 - no address to listen on
    assert shop.order("0.0.0.0") != shop.order("0.0.0.0")  # noqa: S104 - the same


def test_15_a_saved_license_is_flat_and_in_an_inner_doc(shop: Seller) -> None:
    doc = shop.doc("soft.edit", elid=WEB, licname="new", sok="ok")
    for field in ("licname", "pricelist", "period", "ip", "lickey", "elid"):
        assert child(doc, field).text == child(doc, f"doc/{field}").text
    before = license(shop, WEB)["lickey"]
    renewed = shop.doc("soft.edit", elid=WEB, clicked_button="newkey", sok="ok")
    assert child(renewed, "lickey").text != before
    assert renewed.findtext("lickey") == license(shop, WEB)["lickey"]


def test_16_bjson_has_errors_as_plain_text_and_websites_as_a_number(shop: Seller) -> None:
    error = shop.flat("soft.edit", elid="1")["error"]
    assert isinstance(error["msg"], str)
    assert (error["type"], error["object"]) == ("missed", "item")
    for number in (WEB, POOLED, LATE):
        websites = shop.flat("soft.edit", elid=number)["model"]["webdomains"]
        assert websites == "" or isinstance(websites, int)


def test_17_retired_products_are_sold_until_the_world_refuses_them(strict: Seller) -> None:
    retired = {**ORDER, "pricelist": "3541"}
    assert done(strict, "soft.order.param", **retired)
    assert strict.refusal("soft.order.param", world="strict", **retired) == "value/pricelist"


def test_17_addresses_and_keys_change_as_often_as_wanted(shop: Seller) -> None:
    for address in ("192.0.2.231", "192.0.2.232", "192.0.2.233"):
        assert done(shop, "soft.edit", elid=WEB, ip=address, sok="ok")
        assert done(shop, "soft.edit", elid=WEB, clicked_button="newkey", sok="ok")


def test_17_where_changes_are_limited_there_is_one_a_month(shop: Seller) -> None:
    rule(shop, change_limit=True)
    newkey = {"elid": WEB, "clicked_button": "newkey", "sok": "ok"}
    assert done(shop, "soft.edit", elid=WEB, ip="192.0.2.231", sok="ok")
    assert done(shop, "soft.edit", **newkey)
    assert not done(shop, "soft.edit", elid=WEB, ip="192.0.2.232", sok="ok")
    assert not done(shop, "soft.edit", **newkey)
    done(shop, "service.prolong", elid=WEB, period="3", sok="ok")
    shop.move_to(DAY + timedelta(days=32))
    assert done(shop, "soft.edit", elid=WEB, ip="192.0.2.232", sok="ok")
    assert done(shop, "soft.edit", **newkey)


# -- lists and forms ---------------------------------------------------------------------------


def test_18_the_newest_license_comes_first(shop: Seller) -> None:
    newest = shop.order("192.0.2.231")
    numbers = [int(row["id"]) for row in shop.rows("soft")]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] == int(newest)


def test_18_an_action_of_a_browser_answers_its_status(shop: Seller) -> None:
    for number, status in ((WEB, "ok"), ("1", "error")):
        answer = json.loads(shop.text("soft.suspend", sfrom="ajax", elid=number))
        assert answer["message"][0]["status"] == status


def test_19_a_state_is_a_label_with_its_number_or_the_number(shop: Seller) -> None:
    shown = child(shop.doc("soft.edit", elid=WEB), "item_status")
    assert (shown.text, shown.get("orig")) == ("Active", "2")
    rule(shop, item_status_text="number")
    shown = child(shop.doc("soft.edit", elid=WEB), "item_status")
    assert (shown.text, shown.get("orig")) == ("2", "2")


def test_20_one_row_is_an_array_and_no_row_is_nothing(shop: Seller) -> None:
    doc = shop.json("soft", filter="on", id=WEB)
    assert [row["id"]["$"] for row in doc["elem"]] == [WEB]
    assert isinstance(shop.json("soft.edit", elid=WEB)["slist"], list)
    none = shop.json("soft", filter="on", id="1")
    assert "elem" not in none
    assert none["p_elems"] == {"$": "0"}


def test_21_a_recalculated_order_form_is_there_twice(shop: Seller) -> None:
    look = {**ORDER, "sv_field": "period"}
    doc = shop.doc("soft.order.param", **look)
    for inside in ("", "doc/"):
        assert doc.find(f"{inside}slist[@name='period']") is not None
        assert doc.find(f"{inside}list[@name='tariflist']") is not None
        assert "EUR" in (child(doc, f"{inside}orderinfo").text or "")


def test_22_formats_of_unknown_shape_have_a_shape_of_our_choice(shop: Seller) -> None:
    assert json.loads(shop.text("soft.edit", elid=WEB, out="JSONdata"))["doc"]["licname"] == "web-1"
    assert shop.text("soft.edit", elid="1", out="csv").startswith("error,missed,item,")
    assert shop.text("soft.edit", elid="1", out="text").startswith(
        "ERROR type=missed object=item msg="
    )


# -- money -------------------------------------------------------------------------------------


def test_23_amounts_have_a_dot_and_a_currency_and_no_grouping(shop: Seller) -> None:
    balance = child(shop.doc("whoami"), "user").attrib["balance"]
    assert re.fullmatch(r"[0-9]+\.[0-9]{2}", balance)
    assert shop.rows("subaccount")[0]["balance"] == "1000.00 EUR"
    assert re.match(r"[0-9]+\.[0-9]{2} EUR / ", shop.rows("soft")[0]["cost"])


def test_24_settings_show_the_balance_and_the_opening_money_is_a_payment(shop: Seller) -> None:
    settings = shop.doc("usrparam")
    assert (settings.findtext("balance") or "").startswith("1000.00")
    assert settings.findtext("currency") == "EUR"
    (payment,) = shop.rows("payment")
    assert payment["create_date"] == payment["createdate"]
    assert payment["amount"].startswith("1000.00")
    assert payment["subaccountamount_iso"] == "1000.00 EUR"


def test_25_an_order_nobody_can_pay_is_refused_and_changes_nothing(shop: Seller) -> None:
    error = child(shop.doc("soft.order.param", who="poor", **ORDER), "error")
    assert error.get("type") == "not_enough_money"
    assert float(child(error, "param[@name='amount']").text or 0) > 1
    assert shop.rows("soft", who="poor") == []
    assert shop.rows("expense", who="poor") == []


def test_25_or_it_is_left_in_the_basket(shop: Seller) -> None:
    rule(shop, poor_order="basket")
    doc = shop.doc("soft.order.param", who="poor", **ORDER)
    assert doc.find("billorder") is not None
    assert shop.rows("soft", who="poor")[0]["status"] == "1"
    assert shop.rows("expense", who="poor") == []


def test_26_the_price_list_is_open_and_uses_the_worlds_currency(strict: Seller) -> None:
    prices = strict.doc("pricelist.export", who=None).findall("pricelist/price")
    assert {price.get("currency") for price in prices} == {"EUR"}
    assert strict.refusal("pricelist.export", who=None, world="strict") == "access/"


def test_27_web_pages_of_allowed_origins_read_answers_but_not_the_controls(shop: Seller) -> None:
    page = {"Origin": "https://shop.example"}
    client = shop.client
    allowed = "Access-Control-Allow-Origin"
    assert allowed not in client.get("/billmgr?func=whoami", headers=page).headers
    rule(shop, allowed_origins=("https://shop.example",))
    answer = client.get("/billmgr?func=whoami", headers=page)
    assert answer.headers[allowed] == "https://shop.example"
    other = {"Origin": "https://elsewhere.example"}
    assert allowed not in client.get("/billmgr?func=whoami", headers=other).headers
    assert allowed not in client.get("/_mockseller/health", headers=page).headers
