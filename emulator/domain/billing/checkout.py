"""Paying for orders: a whole basket, some of its positions, or an order without a basket.

Source: docs/wire.md section 4.6, docs/resale.md section 2.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import orders, paid_changes, payments
from emulator.domain.billing.discounts import Price
from emulator.domain.billing.orders import ADDONS, ORDER, PROLONG, Basket, Item
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.money import ZERO
from emulator.domain.services import opening, services
from emulator.domain.services.services import Service
from emulator.domain.world import Shop
from emulator.errors import Missed


def pay(shop: Shop, account: Account, number: int | None) -> int | None:
    """Pays the whole basket from the balance and carries its positions out; returns its number.

    An order that is paid already is not paid again. None: the basket is empty. Raises Missed for
    another number, NotEnoughMoney; nothing is paid then.
    """
    if orders.is_paid(shop, account, number):
        return number
    basket = orders.require_basket(shop, account, number)
    if basket is None:
        return None
    _pay(shop, account, basket, basket.items)
    return basket.id


def pay_positions(shop: Shop, account: Account, item_ids: Iterable[int]) -> int:
    """Pays some positions of the cart; returns the number of their order.

    Those of one order that is paid already are not paid again. Raises Missed for a position that is
    not there, NotEnoughMoney; then nothing is paid.
    """
    numbers = dict.fromkeys(item_ids)
    paid = orders.find_paid_order(shop, account, numbers)
    if paid is not None:
        return paid
    basket = orders.find_basket(shop, account)
    items = {} if basket is None else {item.id: item for item in basket.items}
    for number in numbers:
        if number not in items:
            raise Missed("lineitem", str(number))
    assert basket is not None  # noqa: S101 - there is a position, so there is a basket
    return _pay(shop, account, basket, tuple(items[number] for number in numbers))


def _pay(shop: Shop, account: Account, basket: Basket, positions: tuple[Item, ...]) -> int:
    total = sum((basket.price(item) for item in positions), ZERO)
    if total > account.available:
        # The error names the whole sum, not the position at which the money ran out.
        raise payments.too_little(account, total)
    for item in positions:
        # Another position of this basket may have changed the same service just now.
        service = services.require(services.find(shop, item.service.id), item.service.id)
        _settle(shop, account, basket, replace(item, service=service))
    return orders.set_paid(shop, account, basket, positions)


def _settle(shop: Shop, account: Account, basket: Basket, item: Item) -> None:
    cost, discount = basket.price(item), basket.discount(item)
    if item.kind == ORDER:
        tariff = shop.catalogue[item.service.tariff_id]
        off = discount + item.own_discount
        payments.charge(shop, account, cost, "open", tariff.name, item.service.id, discount=off)
        services.note(shop, item.service.id, account.login, "open", str(tariff.id))
        opening.open_ordered(shop, tariff, item.service)
    elif item.kind == PROLONG:
        prolongation = paid_changes.quote_prolongation(shop, account, item.service, item.period)
        agreed = replace(prolongation, cost=cost, discount=item.own_discount)
        paid_changes.prolong(shop, account, agreed, account.login, discount=discount)
    elif item.kind == ADDONS:
        more = paid_changes.quote_addons(shop, account, item.service, item.changed_addons)
        if more is not None:
            agreed_more = replace(more, cost=cost, discount=item.own_discount)
            paid_changes.make_addons(shop, account, agreed_more, discount=discount)
    else:
        change = paid_changes.quote_tariff_change(
            shop, account, item.service, int(item.detail["pricelist"]), item.period
        )
        agreed_change = replace(change, cost=cost, discount=item.own_discount)
        paid_changes.change_tariff(shop, account, agreed_change, discount=discount)


def order_now(
    shop: Shop, account: Account, tariff: Tariff, service: Service, price: Price
) -> Service:
    """Charges and opens in one step (``skipbasket=on``). Raises NotEnoughMoney."""
    opened = opening.open_new(shop, tariff, service)
    payments.charge(
        shop, account, price.cost, "open", tariff.name, opened.id, discount=price.discount
    )
    services.note(shop, opened.id, account.login, "open", str(tariff.id))
    return opened
