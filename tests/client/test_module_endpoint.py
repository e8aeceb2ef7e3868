"""A reseller's endpoint for panels: own prices, customers' money, one order at the seller."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select

from reseller_client.modules.store import SESSIONS, ModuleState, ModuleStore
from tests.client.module_stand import ADA, BOB, Stand, opened


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with opened(tmp_path) as made:
        yield made


@pytest.mark.parametrize("who", [ADA, ""])
def test_prices_are_told_as_documented_with_a_login_and_without(stand: Stand, who: str) -> None:
    doc = stand.doc("pricelist.export", who, itemtype="addition")
    first = doc.find("pricelist")
    assert first is not None
    assert (first.findtext("id"), first.findtext("additionintname")) == ("277", "Virusdie")
    price = first.find("price")
    assert price is not None
    assert price.attrib == {"currency": "EUR"}
    month = price.find("period[@length='1']")
    assert month is not None
    assert (month.get("cost"), month.get("type")) == ("12.0000", "month")
    assert stand.doc("pricelist.export", itemtype="soft").find("pricelist") is None


def test_json_says_the_same(stand: Stand) -> None:
    sent = {"func": "pricelist.export", "itemtype": "addition", "out": "json"}
    doc = json.loads(stand.panel.get("/manager/billmgr", query_string=sent).data)["doc"]
    assert doc["pricelist"][0]["price"]["period"][0]["$cost"] == "12.0000"


def test_a_module_is_ordered_paid_and_listed(stand: Stand) -> None:
    number = stand.buy()
    row = stand.doc("addition").find("elem")
    assert row is not None
    assert (row.findtext("status"), row.findtext("item")) == ("2", "100002")
    assert row.findtext("expiredate") == "2027-02-10"
    assert (stand.balance(), stand.spent()) == (Decimal("18.00"), Decimal("9.00"))
    assert stand.shop.costs() == {int(number): Decimal("9.00")}
    assert [(e.kind, e.amount) for e in stand.shop.entries() if e.module] == [
        ("sale", Decimal("-12.00"))
    ]


def test_a_panel_that_repeats_pays_once(stand: Stand) -> None:
    orders = {stand.put().findtext("billorder") for _ in range(3)}
    assert len(orders) == 1
    order = orders.pop()
    assert len(stand.doc("basket").findall("list/elem")) == 1
    for _ in range(3):
        paid = stand.doc("payment.add.method", billorder=order, paymethod=0, sok="ok")
        assert paid.findtext("ok") == "func=order"
    assert stand.put().find("error[@type='exists']") is not None
    assert (stand.balance(), stand.spent()) == (Decimal("18.00"), Decimal("9.00"))


def test_what_lies_in_the_basket_is_not_ordered_there_for_another_term(stand: Stand) -> None:
    """The same order again is no error; another term would be sold as the first one."""
    order = stand.put(period=1).findtext("billorder")
    assert stand.put(period=1).findtext("billorder") == order
    assert stand.put(period=12).find("error[@type='exists']") is not None
    (row,) = stand.doc("basket").findall("list/elem")
    assert row.findtext("item.period") == "1"


def test_many_at_once_pay_once(stand: Stand) -> None:
    order = stand.put().findtext("billorder")

    def pay(_: int) -> str:
        return stand.doc("payment.add.method", billorder=order, sok="ok").findtext("ok") or ""

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(pay, range(12)))
    assert set(answers) == {"func=order"}
    assert (stand.balance(), stand.spent()) == (Decimal("18.00"), Decimal("9.00"))


@pytest.mark.parametrize("lost", ["before", "after"])
def test_silence_of_the_seller_leaves_it_processing_and_is_settled(stand: Stand, lost: str) -> None:
    order = stand.put().findtext("billorder")
    stand.line.plan = {
        "addition.order.param": deque([lost] * 50),
        "addition": deque(["", "", *["before"] * 50]),
    }
    stand.doc("payment.add.method", billorder=order, sok="ok")
    assert stand.shop.store.modules()[0].state is ModuleState.OPENING
    assert stand.balance() == Decimal("18.00")
    stand.line.plan.clear()
    assert stand.doc("addition").findtext("elem/status") == "2"
    assert stand.shop.settle() == 0
    assert (stand.balance(), stand.spent()) == (Decimal("18.00"), Decimal("9.00"))


def test_what_the_seller_refuses_is_paid_back_and_told(stand: Stand) -> None:
    stand.seller.call(
        "addition.order.param", pricelist=955301, item=100002, period=1, skipbasket="on", sok="ok"
    )
    order = stand.put().findtext("billorder")
    assert stand.error("payment.add.method", billorder=order, sok="ok") == "exists item"
    assert stand.balance() == Decimal("30.00")
    assert stand.doc("addition").find("elem") is None


def test_a_seller_without_our_money_is_not_the_customers_affair(stand: Stand) -> None:
    stand.seller.account(balance="0.00")
    order = stand.put().findtext("billorder")
    doc = stand.doc("payment.add.method", billorder=order, sok="ok")
    error = doc.find("error")
    assert error is not None
    assert error.get("type") == "processing"
    assert "9.00" not in str(error.findtext("msg"))
    assert stand.balance() == Decimal("30.00")


def test_a_module_may_cost_all_that_a_customer_has(stand: Stand) -> None:
    stand.shop.top_up("ada", Decimal("-18.00"))
    stand.buy()
    assert stand.balance() == Decimal("0.00")


def test_too_little_money_keeps_the_order_in_the_basket(stand: Stand) -> None:
    doc = stand.put(period=12)
    refused = stand.doc("payment.add.method", billorder=doc.findtext("billorder"), sok="ok")
    assert refused.findtext("error/param[@name='amount']") == "120.00"
    assert refused.find("error[@type='not_enough_money']") is not None
    assert len(stand.doc("basket").findall("list/elem")) == 1
    assert stand.put(period=12, skipbasket="on", clicked_button="finish").find("error") is not None
    assert stand.doc("basket").find("list/elem") is None
    assert (stand.balance(), stand.spent()) == (Decimal("30.00"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"item": 100001}, "missed item"),
        ({"item": "x"}, "value item"),
        ({"item": ""}, "value item"),
        ({"pricelist": 1}, "value pricelist"),
        ({"pricelist": 278}, "value pricelist"),
        ({"pricelist": "9" * 30}, "value pricelist"),
        ({"period": 3}, "value period"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    stand: Stand, changes: dict[str, object], refusal: str
) -> None:
    error = stand.put(**changes).find("error")
    assert error is not None
    assert f"{error.get('type')} {error.get('object')}" == refusal
    assert stand.doc("basket").find("list/elem") is None


def test_nobody_sees_or_touches_what_is_anothers(stand: Stand) -> None:
    number = stand.buy()
    for func in ("addition.edit", "addition.delete", "service.prolong"):
        assert stand.error(func, BOB, elid=number, period=1, sok="ok") == "missed item"
    assert stand.doc("addition", BOB).find("elem") is None
    order = stand.put(pricelist=277, item=100002).find("error")
    assert order is not None


@pytest.mark.parametrize("func", ["basket", "addition", "addition.order.param", "payment.add"])
def test_without_a_login_there_is_no_access(stand: Stand, func: str) -> None:
    assert stand.error(func, "") == "access"
    assert stand.error(func, "ada:wrong") == "auth badpassword"
    assert stand.error(func, "nobody:secret-1") == "auth badpassword"
    assert stand.error("nosuch", "") == "missed func"


def test_a_session_stands_for_the_login_until_it_is_ended(stand: Stand) -> None:
    doc = stand.doc("auth", "", username="ada", password="secret-1")
    session = doc.findtext("auth") or ""
    assert session == (doc.find("auth") or Element("auth")).get("id", session)
    assert stand.doc("basket", "", auth=session).find("error") is None
    stand.doc("logoff", "", auth=session)
    assert stand.error("basket", "", auth=session) == "access"
    assert stand.error("auth", "", username="ada", password="x") == "auth badpassword"
    digests = stand.shop.store.rows(select(SESSIONS.c.digest))
    assert session not in str(digests)


def test_a_module_is_prolonged_once_though_the_answer_is_lost(stand: Stand) -> None:
    number = stand.buy()
    stand.line.plan = {"service.prolong": deque(["after"])}
    doc = stand.doc("service.prolong", elid=number, period=1, sok="ok")
    assert doc.findtext("doc/newexpiredate") == "2027-03-10"
    assert (stand.balance(), stand.spent()) == (Decimal("6.00"), Decimal("18.00"))


def test_the_same_prolongation_within_a_minute_is_the_same(stand: Stand) -> None:
    number = stand.buy()
    stand.shop.top_up("ada", Decimal("12.00"))
    ends = []
    for seconds in (0, 59, 2):
        stand.watch.later(seconds)
        doc = stand.doc("service.prolong", elid=number, period=1, sok="ok")
        ends.append(doc.findtext("doc/newexpiredate"))
    assert ends == ["2027-03-10", "2027-03-10", "2027-04-10"]
    assert (stand.balance(), stand.spent()) == (Decimal("6.00"), Decimal("27.00"))


def test_on_another_day_the_same_prolongation_is_a_further_one(stand: Stand) -> None:
    number = stand.buy()
    stand.doc("service.prolong", elid=number, period=1, sok="ok")
    stand.seller.clock.advance("1 day")
    assert stand.error("service.prolong", elid=number, period=1, sok="ok") == "not_enough_money"


def test_the_daily_round_renews_who_pays_and_suspends_who_cannot(stand: Stand) -> None:
    stand.buy()
    stand.seller.clock.freeze("2027-02-10T00:00:00Z")
    assert [module.expires_on for module in stand.shop.renew_due()] == [date(2027, 3, 10)]
    assert stand.shop.renew_due() == ()
    stand.seller.clock.freeze("2027-03-10T00:00:00Z")
    assert stand.shop.renew_due() == ()
    assert stand.doc("addition").findtext("elem/status") == "3"
    assert (stand.balance(), stand.spent()) == (Decimal("6.00"), Decimal("18.00"))


def test_a_row_has_the_price_of_a_month_and_of_the_whole_period(stand: Stand) -> None:
    stand.buy()
    row = stand.doc("addition").find("elem")
    assert row is not None
    prices = [row.findtext(name) for name in ("cost", "item_cost", "currency_str")]
    assert prices == ["12.00 EUR / Month", "12.0000", "EUR"]


def test_a_module_goes_with_its_license(stand: Stand) -> None:
    stand.buy()
    stand.seller.call("soft.delete", elid=100002)
    assert len(stand.shop.follow_seller()) == 1
    assert stand.doc("addition").find("elem") is None


def test_renewal_deletion_and_switching(stand: Stand) -> None:
    number = stand.buy()
    assert stand.doc("addition.edit", elid=number).findtext("autoprolong") == "1"
    edited = stand.doc("addition.edit", elid=number, autoprolong="null", sok="ok")
    assert edited.findtext("autoprolong") == "null"
    for func in ("addition.suspend", "addition.resume"):
        assert stand.error(func, elid=number) == "access"
    assert stand.doc("addition.delete", elid=number, sok="ok").find("ok") is not None
    assert stand.doc("addition").find("elem") is None
    assert [row["id"] for row in stand.seller.call("addition").rows()] == ["100023"]


def test_of_several_modules_none_goes_where_one_is_not_there(stand: Stand) -> None:
    number = stand.buy()
    assert stand.error("addition.delete", elid=f"{number},999", sok="ok") == "missed item"
    assert stand.doc("addition").findtext("elem/id") == number
    assert stand.error("addition.delete", "", elid="none", sok="ok") == "access"


def test_a_basket_that_is_paid_in_the_form_tells_the_order_that_was_paid(stand: Stand) -> None:
    order = stand.put().findtext("billorder")
    stand.doc("basket", clicked_button="free", sok="ok")
    again = stand.doc("basket", id=order, clicked_button="free", sok="ok")
    assert (again.findtext("ok"), again.findtext("billorder")) == ("func=order", order)
    assert stand.balance() == Decimal("18.00")


def test_passwords_are_kept_hashed_and_state_outlives_the_process(
    stand: Stand, tmp_path: Path
) -> None:
    stand.buy()
    again = ModuleStore(tmp_path / "modules.sqlite")
    assert [module.state for module in again.modules()] == [ModuleState.ACTIVE]
    buyer = again.buyer_named("ada")
    assert buyer is not None
    assert "secret-1" not in buyer.secret
    again.close()


def test_senseless_bodies_get_documents(stand: Stand) -> None:
    for sent in ({}, {"func": "\x00"}, {"func": "basket", "authinfo": ":"}, {"out": "json"}):
        assert b"error" in stand.panel.post("/", data=sent).data
