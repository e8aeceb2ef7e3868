"""Billing by the day: read, sold by a billing of its own and by a BILLmanager, and booked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from emulator.testing import Seller
from reseller_client import ServiceOrder, Status
from reseller_client.resellers import CustomServices
from reseller_client.resellers.billmanager.models import OperationState
from reseller_client.shop.margin import total
from reseller_client.shop.prices import PriceRule
from reseller_client.shop.store import StorefrontStore
from reseller_client.shop.storefront import Storefront
from reseller_client.transport.values import DAILY
from tests.client.billmanager_desk import SellerAndReseller, desk_at

if TYPE_CHECKING:
    from reseller_client import Client
    from tests.client.conftest import Waits

TARIFF, COST, PRICE = 1400, Decimal("0.34"), Decimal("0.51")
A_DAY = timedelta(days=1)
DAYS = 5


def today_of(shop: Seller) -> date:
    return date.fromisoformat(shop.clock.now[:10])


def test_a_server_that_the_seller_charges_by_the_day(reseller: Client, shop: Seller) -> None:
    servers = reseller.products("vds")
    order = ServiceOrder(TARIFF, DAILY, autoprolong=DAILY, domain="day.test", remoteid="d1")
    number = servers.order(order).service_id
    assert number is not None
    shop.clock.advance("3 days")
    (row,) = [row for row in servers.list() if row.id == number]
    assert (row.daily, row.period, row.autoprolong) == (True, DAILY, DAILY)
    assert (row.expires, row.expires_on) == ("Daily charges", today_of(shop) + A_DAY)
    form = servers.get(number)
    assert (form.period, form.autoprolong, form.expires_on) == (DAILY, DAILY, row.expires_on)
    assert [e.amount.amount for e in reseller.payments.expenses() if e.amount] == [COST] * 4


def test_a_billing_of_its_own_renews_by_the_day_and_books_it(
    reseller: Client, shop: Seller
) -> None:
    billing = CustomServices(reseller, "vds", today=lambda: today_of(shop))
    with closing(sqlite3.connect(":memory:")) as connection:
        store = StorefrontStore(connection)
        store.prepare()
        books = Storefront(reseller, store)
        books.set_price(TARIFF, PriceRule(markup=Decimal(50)))
        price = books.quote(TARIFF, period=DAILY)
        assert price == PRICE
        machine = billing.order(ServiceOrder(TARIFF, DAILY, domain="day.test", remoteid="d1"))
        ada = books.customer("ada", today_of(shop))
        books.sell(ada, machine.id, TARIFF, on=today_of(shop), price=price)
        for _ in range(DAYS - 1):
            end = billing.renew(machine.id, DAILY).ends_on
            shop.clock.advance("1 day")
            assert end == today_of(shop) + A_DAY
            books.renew(ada, machine.id, TARIFF, on=today_of(shop), price=price)
        assert billing.get(machine.id).status is Status.ACTIVE
        assert books.collect_costs() == DAYS
        everything = total(books.margins())
        assert (everything.sold, everything.cost) == (DAYS * PRICE, DAYS * COST)


def test_a_billmanager_sells_days_and_its_books_agree(shop: Seller, waits: Waits) -> None:
    desk = desk_at(shop, waits, "xml")
    with closing(desk.connection):
        before, reseller = desk.balance(), desk.reseller
        own = reseller.tariffs.import_tariff(desk.module("vds"), TARIFF)
        reseller.tariffs.enable(own.id)
        reseller.tariffs.set_price(own.id, DAILY, PRICE)
        opened = reseller.order("ada", own.id, period=DAILY, params={"domain": "day.test"})
        for day in range(DAYS):
            done = opened if day == 0 else reseller.prolong(opened.item)
            assert (done.state, done.reason) == (OperationState.MANUAL, None)
            assert reseller.check_event().completed == (done.id,)
            item = desk.item(opened.item)
            assert (item.status, item.expires_on) == (
                Status.ACTIVE,
                today_of(shop) + A_DAY * (day + 1),
            )
        item = desk.item(opened.item)
        shop.clock.advance(f"{DAYS - 1} days")
        reseller.check_event()
        assert desk.item(opened.item).status is Status.ACTIVE
        assert desk.balance() == before - DAYS * COST
        reseller.books.collect_costs()
        rows = reseller.books.margins("main")
        own_rows = total(row for row in rows if row.service_id == item.seller_id)
        assert (own_rows.sold, own_rows.cost) == (DAYS * PRICE, DAYS * COST)
        assert [cost.amount for cost in reseller.books.expected_costs("main")] == [COST] * DAYS


def test_the_books_follow_machines_that_run_by_the_day_already(waits: Waits) -> None:
    with Seller("daily") as seller:
        desk = desk_at(seller, waits, "xml")
        with closing(desk.connection):
            _follow_running_days(desk)


def _follow_running_days(desk: SellerAndReseller) -> None:
    reseller, module = desk.reseller, desk.module("vds")
    own = reseller.tariffs.import_tariff(module, TARIFF)
    reseller.tariffs.set_price(own.id, DAILY, PRICE)
    (running,) = (each.row for each in reseller.imports.services(module) if each.row.daily)
    item = reseller.imports.take_over(module, running.id, "ada")
    assert (item.period, item.price) == (DAILY, PRICE)
    reseller.books.collect_costs()
    before = _cost_of(desk, running.id)
    desk.shop.clock.advance(f"{DAYS} days")
    reseller.check_event()
    assert desk.item(item.id).status is Status.ACTIVE
    assert desk.item(item.id).expires_on == today_of(desk.shop) + A_DAY
    reseller.books.collect_costs()
    assert _cost_of(desk, running.id) - before == DAYS * COST
    desk.shop.account(balance="0.00")
    desk.shop.clock.advance("2 days")
    reseller.check_event()
    assert desk.item(item.id).status is Status.SUSPENDED
    reseller.books.collect_costs()
    assert _cost_of(desk, running.id) - before == DAYS * COST


def _cost_of(desk: SellerAndReseller, service: int) -> Decimal:
    margins = desk.reseller.books.margins("main")
    return total(row for row in margins if row.service_id == service).cost
