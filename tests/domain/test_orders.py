"""The basket."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from emulator.domain.billing import checkout, orders, paid_changes, payments
from emulator.domain.billing.discounts import Price
from emulator.domain.services import order_rules, states
from emulator.domain.services.services import ACTIVE, DELETED, ORDERED
from emulator.errors import Exists, Missed, NotEnoughMoney, PromocodeNotUsable
from emulator.store import tables
from emulator.store.engine import Statement
from tests.domain.conftest import ShopBench


def test_what_is_in_the_basket_costs_nothing_yet(bench: ShopBench) -> None:
    before = bench.money()
    ordered = bench.put()
    basket = orders.find_basket(bench.shop, bench.account)
    assert basket is not None
    assert (ordered.status, ordered.lickey, bench.money()) == (ORDERED, "", before)
    assert [item.service.id for item in basket.items] == [ordered.id]
    assert basket.total == Decimal("5.00")


def test_paying_opens_what_was_ordered(bench: ShopBench) -> None:
    before = bench.money()
    first, second = bench.put(ip="10.0.0.1"), bench.put(55228, ip="10.0.0.2")
    basket = orders.find_basket(bench.shop, bench.account)
    assert basket is not None
    checkout.pay(bench.shop, bench.account, basket.id)
    assert bench.again(first).lickey.startswith(f"{first.id}-")
    assert bench.again(second).status == ACTIVE
    assert before - bench.money() == basket.total
    assert orders.find_basket(bench.shop, bench.account) is None


def test_a_position_taken_out_takes_its_service_with_it(bench: ShopBench) -> None:
    first, second = bench.put(ip="10.0.0.1"), bench.put(ip="10.0.0.2")
    basket = orders.find_basket(bench.shop, bench.account)
    assert basket is not None
    orders.remove(bench.shop, bench.account, basket.items[0].id)
    assert bench.again(first).status == DELETED
    assert bench.again(second).status == ORDERED
    with pytest.raises(Missed):
        orders.remove(bench.shop, bench.account, basket.items[0].id)


def test_a_cleared_basket_is_gone_and_the_address_free(bench: ShopBench) -> None:
    bench.put(ip="10.0.0.1")
    orders.clear(bench.shop, bench.account, None)
    assert orders.find_basket(bench.shop, bench.account) is None
    assert bench.put(ip="10.0.0.1").status == ORDERED


def test_a_foreign_basket_is_missed(bench: ShopBench) -> None:
    bench.put()
    basket = orders.find_basket(bench.shop, bench.account)
    assert basket is not None
    for touch in (orders.clear, checkout.pay, orders.require_basket):
        with pytest.raises(Missed):
            touch(bench.shop, bench.login("other"), basket.id)
    with pytest.raises(Missed):
        orders.remove(bench.shop, bench.login("other"), basket.items[0].id)


def test_a_promo_code_takes_its_share_off_every_position(bench: ShopBench) -> None:
    bench.put(ip="10.0.0.1")
    orders.use_promocode(bench.shop, bench.account, "SPRING")
    basket = orders.find_basket(bench.shop, bench.account)
    assert basket is not None
    assert (basket.total, basket.full_discount) == (Decimal("4.50"), Decimal("0.50"))
    orders.use_promocode(bench.shop, bench.account, "SPRING")
    assert orders.find_basket(bench.shop, bench.account) == basket
    before = bench.money()
    checkout.pay(bench.shop, bench.account, None)
    assert before - bench.money() == Decimal("4.50")


def test_a_promo_code_of_one_type_takes_nothing_off_the_others(bench: ShopBench) -> None:
    bench.put(ip="10.0.0.1")
    orders.use_promocode(bench.shop, bench.account, "SPRING")
    for product_type, total in (("soft", "4.50"), ("vds", "5.00")):
        bench.shop.db.run(Statement(update(tables.promo_code).values(type=product_type)))
        basket = orders.find_basket(bench.shop, bench.account)
        assert basket is not None
        assert basket.total == Decimal(total)


def test_a_promo_code_nobody_knows_is_missed_and_one_without_a_basket_unusable(
    bench: ShopBench,
) -> None:
    with pytest.raises(Missed):
        orders.use_promocode(bench.shop, bench.account, "NOSUCH")
    with pytest.raises(PromocodeNotUsable):
        orders.use_promocode(bench.shop, bench.account, "SPRING")


def test_a_basket_dearer_than_the_balance_is_paid_not_even_in_part(bench: ShopBench) -> None:
    poor = bench.login("poor")
    for last in (1, 2):
        tariff = bench.shop.catalogue[55227]
        request = order_rules.OrderRequest(55227, 1, ip=f"10.0.0.{last}")
        draft = order_rules.draft(bench.shop, poor, tariff, request)
        price = Price(Decimal("0.60"), Decimal(0))
        orders.put_order(bench.shop, poor, tariff, draft, price)
    with pytest.raises(NotEnoughMoney) as refusal, bench.shop.db.savepoint():
        checkout.pay(bench.shop, poor, None)
    assert refusal.value.params["amount"] == "1.20"
    assert bench.login("poor").balance == Decimal("1.00")
    basket = orders.find_basket(bench.shop, poor)
    assert basket is not None
    assert {item.service.status for item in basket.items} == {ORDERED}


def test_a_prolongation_can_wait_in_the_basket_once(bench: ShopBench) -> None:
    opened = bench.order()
    prolongation = paid_changes.quote_prolongation(bench.shop, bench.account, opened, 1)
    orders.put_prolongation(bench.shop, bench.account, prolongation)
    with pytest.raises(Exists):
        orders.put_prolongation(bench.shop, bench.account, prolongation)
    checkout.pay(bench.shop, bench.account, None)
    assert bench.again(opened).expires_on == date(2026, 3, 28)


def test_a_tariff_change_can_wait_in_the_basket(bench: ShopBench) -> None:
    opened = bench.order(55227)
    change = paid_changes.quote_tariff_change(bench.shop, bench.account, opened, 55228, None)
    orders.put_change(bench.shop, bench.account, change)
    before = bench.money()
    checkout.pay(bench.shop, bench.account, None)
    assert bench.again(opened).tariff_id == 55228
    assert before - bench.money() == change.cost
    assert payments.compute_ledger(bench.shop.db, bench.account.id) == bench.money()


def test_nothing_is_charged_for_a_service_deleted_while_it_waited(bench: ShopBench) -> None:
    ordered, opened = bench.put(ip="10.0.0.1"), bench.order(ip="10.0.0.2")
    prolongation = paid_changes.quote_prolongation(bench.shop, bench.account, opened, 12)
    orders.put_prolongation(bench.shop, bench.account, prolongation)
    for service in (ordered, opened):
        states.delete(bench.shop, bench.account, service)
    assert orders.find_basket(bench.shop, bench.account) is None
    before = bench.money()
    assert checkout.pay(bench.shop, bench.account, None) is None
    assert bench.money() == before
    assert {bench.again(service).status for service in (ordered, opened)} == {DELETED}


def test_a_prolongation_paid_together_with_a_change_of_tariff_is_not_lost(bench: ShopBench) -> None:
    opened = bench.order(55227)
    longer = paid_changes.quote_prolongation(bench.shop, bench.account, opened, 12)
    orders.put_prolongation(bench.shop, bench.account, longer)
    dearer = paid_changes.quote_tariff_change(bench.shop, bench.account, opened, 55228, None)
    orders.put_change(bench.shop, bench.account, dearer)
    checkout.pay(bench.shop, bench.account, None)
    paid = bench.again(opened)
    assert (paid.tariff_id, paid.expires_on) == (55228, longer.new_expires_on)


def test_what_a_promo_code_takes_off_a_prolongation_is_in_the_ledger(bench: ShopBench) -> None:
    opened = bench.order()
    prolongation = paid_changes.quote_prolongation(bench.shop, bench.account, opened, 1)
    orders.put_prolongation(bench.shop, bench.account, prolongation)
    orders.use_promocode(bench.shop, bench.account, "SPRING")
    checkout.pay(bench.shop, bench.account, None)
    spent = tables.expense.c
    columns = select(spent.operation, spent.amount, spent.discount)
    last = Statement(columns.order_by(spent.id.desc()).limit(1))
    assert bench.shop.db.row(last) == ("prolong", Decimal("4.50"), Decimal("0.50"))
