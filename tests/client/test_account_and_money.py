"""Basket, account, payments and price list: what is sent and how it is read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reseller_client import Client, Missed, Money, NotUnderstood
from tests.client.example_orders import OK, eur, without_login

if TYPE_CHECKING:
    from tests.client.conftest import Line


@pytest.mark.parametrize(
    "body",
    [
        (
            "<doc><billorder>501</billorder><total_sum>12,50 EUR</total_sum><tax>0.00 EUR</tax>"
            '<list name="itemlist"><elem><id>9</id><item.id>7</item.id><item.type>soft</item.type>'
            "<item.period>1</item.period><item.autoprolong>null</item.autoprolong>"
            "<pricelist_name>Lite</pricelist_name><cost>12.50 EUR</cost></elem>"
            "<elem><cost>lost</cost></elem></list></doc>"
        ),
        (
            '{"model":{"billorder":"501","total_sum":"12.50 EUR","tax":"0.00 EUR"},'
            '"list":{"itemlist":[{"id":"9","item.id":"7","item.type":"soft","item.period":"1","item.autoprolong":"null",'
            '"pricelist_name":"Lite","cost":"12.50 EUR"}]}}'
        ),
    ],
)
def test_the_basket_is_read_in_both_formats(client: Client, line: Line, body: str) -> None:
    line.answers(body)
    basket = client.orders.view()
    assert (basket.order_id, basket.total, basket.tax) == (501, eur("12.50"), eur("0.00"))
    (item,) = basket.items
    assert (item.id, item.service_id, item.service_type, item.name) == (9, 7, "soft", "Lite")
    assert (item.period, item.autoprolong, item.cost) == (1, None, eur("12.50"))
    assert not item.rolled_back


def test_the_buttons_of_the_basket(client: Client, line: Line) -> None:
    line.answers(OK, OK, OK, '<doc><error type="missed" object="promocode"/></doc>')
    client.orders.remove(9)
    client.orders.clear(501)
    client.orders.pay_from_balance(501)
    with pytest.raises(Missed):
        client.orders.promo_code("NOPE")
    own = {"func": "basket", "sok": "ok"}
    assert [without_login(form) for form in line.forms] == [
        {**own, "id": "9", "clicked_button": "delete"},
        {**own, "id": "501", "clicked_button": "clearbasket"},
        {**own, "id": "501", "clicked_button": "free"},
        {**own, "promocode": "NOPE"},
    ]


def test_the_balance_may_carry_its_currency_or_have_it_beside(client: Client, line: Line) -> None:
    body = (
        "<doc><elem><id>1</id><project>ISPsystem</project><balance>1 000,50</balance>"
        "<currency>EUR</currency></elem><elem><project>Other</project>"
        "<balance>-3.00 RUB</balance></elem><elem><project>None</project></elem></doc>"
    )
    line.answers(body, body, body)
    assert client.account.balance() == eur("1000.50")
    assert client.account.balance("Other") == Money(Decimal("-3.00"), "RUB")
    with pytest.raises(NotUnderstood, match="Nobody"):
        client.account.balance("Nobody")


def test_the_dashboard_is_one_row_or_flat(client: Client, line: Line) -> None:
    line.answers(
        "<doc><elem><realbalance>12.34 €</realbalance><enoughmoneyto>2026-05-01</enoughmoneyto>"
        "</elem></doc>",
        '{"model":{"balance":"7.00 EUR"}}',
    )
    shown = client.account.dashboard()
    assert (shown.real_balance, shown.enough_until) == (eur("12.34"), "2026-05-01")
    assert client.account.dashboard().balance == eur("7.00")


@pytest.mark.parametrize(
    "body",
    [
        '<doc><user id="5" realname="Ann" email="a@example.com" balance="7.00 EUR"/></doc>',
        '{"user":{"id":"5","realname":"Ann","email":"a@example.com","balance":"7.00 EUR"}}',
        (
            '{"doc":{"user":{"$id":"5","$realname":"Ann","$email":"a@example.com",'
            '"$balance":"7.00","$currency":"EUR"}}}'
        ),
    ],
)
def test_the_user_is_read_from_attributes_or_fields(client: Client, line: Line, body: str) -> None:
    line.answers(body)
    user = client.account.whoami()
    assert (user.id, user.realname, user.email) == (5, "Ann", "a@example.com")
    assert user.balance == eur("7.00")


def test_an_answer_that_names_no_user_is_not_understood(client: Client, line: Line) -> None:
    line.answers(OK)
    with pytest.raises(NotUnderstood):
        client.account.whoami()


def test_settings_are_read_and_changed(client: Client, line: Line) -> None:
    line.answers("<doc><timezone>UTC</timezone><email>a@example.com</email></doc>", OK)
    assert client.account.settings() == {"timezone": "UTC", "email": "a@example.com"}
    client.account.change_settings({"timezone": "Europe/Berlin"})
    assert without_login(line.form) == {
        "func": "usrparam", "timezone": "Europe/Berlin", "sok": "ok",
    }  # fmt: skip


def test_notifications_and_menu_are_read(client: Client, line: Line) -> None:
    line.answers(
        '<doc><notify><item name="bannerlist"><bitem><msg>Soon over</msg></bitem></item>'
        '<item name="ticket"><msg>Hello</msg></item></notify></doc>',
        OK,
        '<doc><mainmenu><node name="mainmenuservice"><node name="soft" action="soft" type="list"/>'
        "</node></mainmenu></doc>",
        '{"doc":{"menu":[{"node":[{"$name":"m","node":[{"$name":"soft"}]}]}]}}',
    )
    assert [notice.text for notice in client.account.notifications()] == ["Soon over", "Hello"]
    assert client.account.notifications() == ()
    (services,) = client.account.menu()
    assert (services.name, services.nodes[0].action) == ("mainmenuservice", "soft")
    assert client.account.menu()[0].nodes[0].name == "soft"


def test_payments_are_read_under_both_namings(client: Client, line: Line) -> None:
    line.answers(
        "<doc><elem><id>1</id><number>A-1</number><create_date>2026-01-02</create_date>"
        '<subaccountamount_iso>9.00 EUR</subaccountamount_iso><status orig="4">Credited</status>'
        "<paymethod_name>Bank</paymethod_name></elem></doc>",
        '{"elem":[{"id":"1","number":"A-1","createdate":"2026-01-02","amount":"9.00",'
        '"currency":"EUR","status":"Credited","status_orig":"4","paymethodname":"Bank"}]}',
    )
    first, second = list(client.payments.payments()), list(client.payments.payments())
    assert first == second
    (payment,) = first
    assert (payment.created_on, payment.amount) == (date(2026, 1, 2), eur("9.00"))
    assert (payment.status, payment.method) == (4, "Bank")


def test_expenses_are_read(client: Client, line: Line) -> None:
    line.answers(
        '{"elem":[{"id":"3","realdate":"2026-01-02","amount":"5.00 EUR","taxamount":"0.80 EUR",'
        '"locale_name":"Lite","main_item":"100001"},{"amount":"1"}]}'
    )
    (expense,) = client.payments.expenses()
    assert (expense.id, expense.happened_on) == (3, date(2026, 1, 2))
    assert (expense.amount, expense.tax) == (eur("5.00"), eur("0.80"))
    assert (expense.name, expense.service_id) == ("Lite", 100001)


PRICE_LIST = """<doc><pricelist><id>55230</id><name>Business</name><active>on</active><archived/>
<itemtype>9</itemtype><itemtype_info><intname>soft</intname></itemtype_info>
<price currency="EUR"><period cost="0.0000" type="month" length="-100">trial</period>
<period cost="12.0000" type="month" length="1">monthly</period></price>
<addon><id>55236</id><name>Nodes</name><addonmin>1</addonmin><addonmax>100</addonmax>
<addonstep>1</addonstep><measure>6</measure><measure><id>6</id><name>pcs</name></measure>
<addon_itemtype_info><intname>nodes</intname></addon_itemtype_info>
<price currency="EUR"><period cost="4.5" type="month" length="1"/></price></addon>
</pricelist></doc>"""


def test_the_price_list_is_read_with_addons(client: Client, line: Line) -> None:
    line.answers(PRICE_LIST)
    (tariff,) = client.catalogue.tariffs("soft", only_orderable=True)
    assert without_login(line.form) == {
        "func": "pricelist.export", "itemtype": "soft", "onlyavailable": "on",
    }  # fmt: skip
    assert (tariff.id, tariff.name, tariff.itemtype, tariff.orderable) == (
        55230, "Business", "soft", True,
    )  # fmt: skip
    assert [(p.length, p.unit, p.cost) for p in tariff.prices] == [
        (-100, "month", eur("0.0000")), (1, "month", eur("12.0000")),
    ]  # fmt: skip
    (addon,) = tariff.addons
    assert (addon.id, addon.intname, addon.measure) == (55236, "nodes", "pcs")
    assert (addon.minimum, addon.maximum, addon.step) == (Decimal(1), Decimal(100), Decimal(1))
    assert addon.prices[0].cost == eur("4.5")


def test_one_tariff_of_the_price_list_is_found_by_its_code(client: Client, line: Line) -> None:
    period = '{"type":"month","length":"1","cost":"3.00"}'
    body = f'{{"pricelist":[{{"id":"1","price":{{"period":[{period}]}}}}]}}'
    line.answers(body, body)
    tariff = client.catalogue.tariff(1)
    assert tariff is not None
    assert tariff.prices[0].cost == Money(Decimal("3.00"))
    assert client.catalogue.tariff(2) is None
