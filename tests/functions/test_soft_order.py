"""Ordering a license on the wire: the form, its steps, what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.testing import Seller
from tests.functions.orders import ORDER, balance, refusal


def test_an_order_answers_its_id_under_both_names_and_no_key(seller: Seller) -> None:
    answer = seller.call("soft.order.param", **ORDER)
    names = [child.tag for child in answer.xml]
    assert answer.xml.findtext("id") == answer.xml.findtext("item.id")
    assert "ok" in names
    assert "lickey" not in names
    assert balance(seller) == "995.00"


def test_an_order_in_bjson_answers_id_v(seller: Seller) -> None:
    answer = seller.call("soft.order.param", **ORDER, out="bjson", lang="en").json
    assert answer["id"]["v"].isdigit()
    assert answer["ok"] == {"v": ""}


def test_a_recalculated_order_form_repeats_its_selects_in_an_inner_doc(seller: Seller) -> None:
    params: dict[str, Any] = {
        "pricelist": 55230,
        "period": 12,
        "addon_55236": 2,
        "sv_field": "period",
    }
    doc = seller.call("soft.order.param", **params, sok="ok", out="json").json["doc"]
    for level in (doc, doc["doc"]):
        assert {select["$name"] for select in level["slist"]} == {"period", "autoprolong"}
        assert level["list"][0]["$name"] == "tariflist"
        assert "EUR" in level["orderinfo"]["$"]
    assert balance(seller) == "1000.00"


def test_the_wizard_leads_from_tariffs_to_the_order(seller: Seller) -> None:
    first = seller.call("soft.order").xml
    codes = [e.findtext("pricelist") for e in first.findall("list[@name='tariflist']/elem")]
    assert {"55227", "55228", "55229", "55230"} <= set(codes)
    price = first.findtext("list[@name='tariflist']/elem/price") or ""
    assert price.startswith("<b>")
    assert first.find("slist[@name='datacenter']/val[@key='1']") is not None
    assert first.find("slist[@name='period']/val[@key='12']") is not None
    second = seller.call("soft.order.pricelist", pricelist=55230, period=1, snext="ok").xml
    assert second.find("slist[@name='autoprolong']") is not None
    assert second.findtext("addon_55236") == "1"


def test_a_step_out_of_order_is_refused_as_such(seller: Seller) -> None:
    assert refusal(seller, "soft.order.param", period=1) == "wizard_unavailable/"


def test_a_printed_example_with_a_stray_semicolon_orders(seller: Seller) -> None:
    order: dict[str, Any] = {**ORDER, "pricelist": "55230;", "addon_55236": "1", "autoprolong": "1"}
    number = seller.call("soft.order.param", **order).id
    assert seller.call("soft.edit", elid=number).field("autoprolong") == "1"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"ip": ""}, "value/ip"),
        ({"ip": "300.1.1.1"}, "value/ip"),
        ({"period": "2"}, "value/period"),
        ({"period": "soon"}, "value/period"),
        ({"pricelist": "1"}, "value/pricelist"),
        ({"pricelist": "x"}, "value/pricelist"),
        ({"ip": "192.0.2.10"}, "exists/ip"),
        ({"licname": "x" * 256}, "value/licname"),
        ({"pricelist": 55230, "addon_55236": "0"}, "value/addon_55236"),
        ({"pricelist": 55230, "addon_55236": "many"}, "value/addon_55236"),
        ({"login": "poor"}, "not_enough_money/"),
    ],
)
def test_a_refused_order_names_the_field_and_takes_no_money(
    seller: Seller, changed: dict[str, Any], error: str
) -> None:
    assert refusal(seller, "soft.order.param", **{**ORDER, **changed}) == error
    assert balance(seller) == "1000.00"
    assert str(seller.account("poor")["balance"]) == "1.00"


def test_an_empty_required_field_says_that_it_is_empty(seller: Seller) -> None:
    error = seller.call("soft.order.param", **{**ORDER, "ip": ""}).error
    assert error is not None
    assert error.params["desc"] == "desck_empty"
    assert error.message == "The 'IP address' field has invalid value. The value cannot be empty"


def test_an_order_without_enough_money_names_the_whole_sum(seller: Seller) -> None:
    doc = seller.call("soft.order.param", **ORDER, login="poor", out="json").json["doc"]
    assert doc["error"]["$type"] == "not_enough_money"
    assert doc["error"]["param"] == {"$name": "amount", "$": "5.00"}


def test_where_the_rule_says_so_a_poor_order_waits_in_the_basket(seller: Seller) -> None:
    seller.rules(poor_order="basket")
    answer = seller.call("soft.order.param", **ORDER, login="poor").xml
    assert answer.findtext("billorder")
    assert answer.findtext("ok") == "func=basket"


def test_empty_optional_parameters_count_as_absent(seller: Seller) -> None:
    order: dict[str, Any] = {
        **ORDER,
        "autoprolong": "",
        "remoteip": "",
        "datacenter": "",
        "recipe": "",
        "pid": "7",
    }
    assert seller.call("soft.order.param", **order).id


def test_an_address_is_checked_before_the_order_without_sok(seller: Seller) -> None:
    good: dict[str, Any] = {"pricelist": 55227, "period": 1, "ip": "10.10.10.10"}
    assert seller.call("soft.checkip", **good).error is None
    assert refusal(seller, "soft.checkip", **{**good, "ip": "192.0.2.10"}) == "exists/ip"
    assert seller.call("soft.checkip", **{**good, "sok": "yes", "pricelist": 7}).error is None


def test_the_new_form_of_an_order_calls_the_period_otherwise(seller: Seller) -> None:
    order: dict[str, Any] = {
        **ORDER,
        "order_period": 12,
        "autoprolong": "on",
        "clicked_button": "order",
    }
    del order["period"]
    number = seller.call("v2.soft.order.param", **order).id
    assert seller.call("soft.edit", elid=number).field("autoprolong") == "12"
    order |= {"ip": "10.10.10.11", "skipbasket": "off"}
    answer = seller.call("v2.soft.order.param", **order).xml
    assert answer.findtext("lineitem.id")
    assert answer.findtext("billorder")


def test_the_new_form_needs_no_more_than_its_page_names(seller: Seller) -> None:
    order: dict[str, Any] = {"pricelist": 55227, "order_period": 1, "skipbasket": "on"}
    order["clicked_button"] = "order"
    numbers = [seller.call("v2.soft.order.param", **order, sok="ok").id for _ in range(2)]
    assert numbers[0] != numbers[1]
    assert seller.call("soft.edit", elid=numbers[0]).field("ip") == ""
    seller.call("soft.edit", elid=numbers[0], ip="10.10.10.10", sok="ok")
    assert seller.call("soft.edit", elid=numbers[0]).field("ip") == "10.10.10.10"
