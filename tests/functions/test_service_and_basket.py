"""``service.*``, ``basket`` and ``groupedit`` as a client sees them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from emulator.testing import Seller


def balance(seller: Seller) -> Decimal:
    return Decimal(str(seller.account()["balance"]))


def test_the_form_shows_price_and_new_end_for_every_period(seller: Seller) -> None:
    seller.clock.freeze("2026-01-31T10:00:00Z")
    number = seller.order(ip="10.10.10.10")
    month = seller.call("service.prolong", elid=number, period=1)
    year = seller.call("service.prolong", elid=number, period=12)
    assert month.field("expiredate") == "2026-02-28"
    assert (month.field("newexpiredate"), year.field("newexpiredate")) == (
        "2026-03-28",
        "2027-02-28",
    )
    keys = [v.get("key") for v in month.xml.findall("slist[@name='period']/val")]
    assert keys == ["1", "12"]
    assert balance(seller) == Decimal(995)


def test_the_answer_has_the_bought_end_in_an_inner_doc(seller: Seller) -> None:
    seller.clock.freeze("2026-01-31T10:00:00Z")
    number = seller.order(ip="10.10.10.10")
    answer = seller.call("service.prolong", elid=number, period=1, sok="ok").xml
    assert answer.findtext("doc/newexpiredate") == "2026-03-28"
    assert answer.find("ok") is not None
    assert seller.call("soft.edit", elid=number).field("expiredate") == "2026-03-28"
    assert balance(seller) == Decimal(990)


@pytest.mark.parametrize("button", ["ok", "basket"])
def test_a_prolongation_without_a_period_is_refused_and_its_form_shows_one(
    seller: Seller, button: str
) -> None:
    before = seller.account()["balance"]
    for period in ({}, {"period": ""}):
        sent: dict[str, Any] = {"elid": 100014, **period}
        refused = seller.call("service.prolong", **sent, clicked_button=button, sok="ok").error
        assert refused is not None
        assert (refused.type, refused.object) == ("value", "period")
        assert seller.call("service.prolong", **sent).field("period") == "1"
    assert seller.account()["balance"] == before


def test_a_prolongation_can_go_to_the_basket_and_be_paid_there(seller: Seller) -> None:
    before = balance(seller)
    put = seller.call("service.prolong", elid=100001, period=1, sok="ok", clicked_button="basket")
    order = put.field("billorder")
    assert balance(seller) == before
    end = seller.call("soft.edit", elid=100001).field("expiredate")
    shown = seller.call("basket")
    assert shown.field("total_sum") == "5.00"
    assert shown.xml.findtext("list[@name='itemlist']/elem/item.id") == "100001"
    paid = seller.call("basket", id=order, clicked_button="free", sok="ok")
    assert paid.field("ok") == "func=order"
    assert balance(seller) == before - 5
    assert seller.call("soft.edit", elid=100001).field("expiredate") > end


@pytest.mark.parametrize(
    ("elid", "refusal"), [(100004, "status/item"), (1, "missed/item"), ("x", "missed/item")]
)
def test_what_cannot_be_prolonged_says_why(seller: Seller, elid: object, refusal: str) -> None:
    error = seller.call("service.prolong", elid=elid, period=1, sok="ok").error
    assert error is not None
    assert f"{error.type}/{error.object}" == refusal
    assert balance(seller) == 1000


def test_a_late_license_is_active_again_from_today(seller: Seller) -> None:
    seller.clock.freeze("2026-01-31T10:00:00Z")
    number = seller.order(ip="10.10.10.10")
    seller.clock.advance("40 days")
    assert seller.service(number)["status"] == 3
    seller.call("service.prolong", elid=number, period=1, sok="ok")
    form = seller.call("soft.edit", elid=number)
    assert (form.field("status"), form.field("expiredate")) == ("2", "2026-04-12")


def test_the_tariff_changes_in_one_step(seller: Seller) -> None:
    number = seller.order(ip="10.10.10.10")
    choices = seller.call("service.changepricelist", elid=number).xml
    keys = [v.get("key") for v in choices.findall("slist[@name='pricelist']/val")]
    assert keys == ["55228", "55229", "55230"]
    done = seller.call("service.changepricelist", elid=number, pricelist=55228, period=1, sok="ok")
    assert done.error is None
    assert seller.call("soft.edit", elid=number).field("pricelist") == "55228"
    assert balance(seller) == Decimal(992)


def test_the_tariff_changes_in_three_steps_and_only_the_last_commits(seller: Seller) -> None:
    number = seller.order(ip="10.10.10.10")
    ask: dict[str, Any] = {"elid": number, "pricelist": 55228, "snext": "ok", "sok": "ok"}
    second = seller.call("service.changepricelist.pricelist", **ask)
    assert (second.field("money_info"), second.field("newprice")) == ("3.00 EUR", "8.00 EUR")
    assert second.field("oldexpiredate") == second.field("newexpiredate")
    assert seller.call("soft.edit", elid=number).field("pricelist") == "55227"
    last = seller.call("service.changepricelist.getmoney", **ask, clicked_button="finish")
    assert last.error is None
    assert seller.call("soft.edit", elid=number).field("pricelist") == "55228"


def test_a_change_that_the_balance_does_not_cover_changes_nothing(seller: Seller) -> None:
    number = seller.order(ip="10.10.10.10")
    seller.account("reseller", balance="0.10")
    error = seller.call(
        "service.changepricelist.getmoney", elid=number, pricelist=55229, sok="ok", snext="ok"
    ).error
    assert error is not None
    assert error.type == "not_enough_money"
    assert Decimal(error.params["amount"]) > Decimal("0.10")
    assert seller.call("soft.edit", elid=number).field("pricelist") == "55227"


def test_history_lists_what_happened_newest_first(seller: Seller) -> None:
    number = seller.order(ip="10.10.10.10")
    seller.call("soft.suspend", elid=number)
    seller.call("soft.resume", elid=number)
    answer = seller.call("service.history", elid=number)
    assert [row["operation"] for row in answer.rows()] == ["resume", "suspend", "open"]
    assert answer.field("plid") == str(number)
    assert {row["user"] for row in answer.rows()} == {"reseller"}


def test_one_form_applies_to_many_or_to_none(seller: Seller) -> None:
    many: dict[str, Any] = {"faction": "service.prolong", "period": 12, "sok": "ok"}
    before = seller.call("soft.edit", elid=100001).field("expiredate")
    refused = seller.call("groupedit", elid="100001, 100004", **many).error
    assert refused is not None
    assert seller.call("soft.edit", elid=100001).field("expiredate") == before
    assert balance(seller) == 1000
    assert seller.call("groupedit", elid="100001, 100002", **many).error is None
    assert seller.call("soft.edit", elid=100001).field("expiredate") > before


def test_many_prolongations_in_the_basket_name_the_order_to_pay(seller: Seller) -> None:
    put_in = seller.call(
        "groupedit",
        faction="service.prolong",
        elid="100001, 100002",
        period=12,
        clicked_button="basket",
        sok="ok",
    )
    basket = seller.call("basket")
    assert put_in.field("billorder") == basket.field("billorder") != ""
    assert put_in.field("ok") == "func=basket"
    assert len(basket.xml.findall("list[@name='itemlist']/elem")) == 2
    assert balance(seller) == 1000


def test_an_unknown_group_form_is_an_unknown_function(seller: Seller) -> None:
    error = seller.call("groupedit", elid="100001", faction="nosuch", sok="ok").error
    assert error is not None
    assert (error.type, error.object) == ("missed", "func")


def put(seller: Seller, address: str) -> str:
    answer = seller.call(
        "soft.order.param", pricelist=55227, period=1, ip=address, licname="x", sok="ok"
    )
    return answer.field("billorder")


def test_the_basket_shows_orders_and_a_code_makes_them_cheaper(seller: Seller) -> None:
    order = put(seller, "10.0.0.1")
    assert put(seller, "10.0.0.2") == order
    assert seller.call("basket", promocode="SPRING", sok="ok").error is None
    shown = seller.call("basket")
    assert (shown.field("total_sum"), shown.field("full_discount")) == ("9.00", "1.00")
    row = shown.xml.find("list[@name='itemlist']/elem")
    assert row is not None
    assert (row.findtext("item.type"), row.findtext("item.period")) == ("soft", "1")
    seller.call("basket", id=order, clicked_button="free", sok="ok")
    assert balance(seller) == 991
    assert seller.call("basket").xml.find("list[@name='itemlist']/elem") is None


@pytest.mark.parametrize(
    ("code", "refusal"), [("NOSUCH", "missed/promocode"), ("SPRING", "promocode_not_use/")]
)
def test_a_code_that_cannot_be_used_says_so(seller: Seller, code: str, refusal: str) -> None:
    error = seller.call("basket", promocode=code, sok="ok").error
    assert error is not None
    assert f"{error.type}/{error.object}" == refusal


def test_a_position_is_deleted_and_a_basket_cleared(seller: Seller) -> None:
    order = put(seller, "10.0.0.1")
    put(seller, "10.0.0.2")
    item = seller.call("basket").xml.findtext("list[@name='itemlist']/elem/id") or ""
    assert seller.call("basket", id=item, clicked_button="delete", sok="ok").error is None
    assert seller.call("basket").field("total_sum") == "5.00"
    assert seller.call("basket", id=order, clicked_button="clearbasket", sok="ok").error is None
    assert seller.call("basket").field("billorder") == ""
    assert balance(seller) == 1000


def test_a_service_in_the_basket_is_listed_as_ordered_and_has_no_key(seller: Seller) -> None:
    put(seller, "10.0.0.1")
    row = seller.call("soft").rows()[0]
    assert (row["status"], row["item_status"]) == ("1", "Ordered")
    form = seller.call("soft.edit", elid=row["id"])
    assert (form.field("status"), form.field("lickey")) == ("1", "")


def open_orders(seller: Seller) -> list[str | None]:
    rows = seller.call("order").xml.findall("list[@name='openlist']/elem")
    return [row.findtext("id") for row in rows]


@pytest.mark.parametrize(
    ("func", "order"),
    [
        ("vds.order.param", {"pricelist": 6, "period": 1, "domain": "gone.example.com"}),
        ("service.prolong", {"elid": 100014, "period": 1, "clicked_button": "basket"}),
    ],
)
def test_an_order_goes_with_the_service_that_it_was_for(
    seller: Seller, func: str, order: dict[str, Any]
) -> None:
    number = seller.call(func, **order, sok="ok").field("billorder")
    assert open_orders(seller) == [number]
    service = seller.call("basket").xml.findtext("list[@name='itemlist']/elem/item.id")
    seller.call("vds.delete", elid=service, sok="ok")
    assert open_orders(seller) == []
    refusal = seller.call("payment.add", billorder=number, amount="3.00", sok="ok").error
    assert refusal is not None
    assert (refusal.type, refusal.object) == ("missed", "billorder")
