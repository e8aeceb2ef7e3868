"""The basket: orders, prolongations and changes that wait for payment.

Source: docs/wire.md section 4.6, docs/resale.md section 2.4. One basket per account;
its number is ``billorder``. Nothing in it has been charged yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import paid_changes
from emulator.domain.billing.discounts import Price
from emulator.domain.billing.paid_changes import AddonChange, Prolongation, TariffChange
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.money import ZERO, reduced
from emulator.domain.services import services, states
from emulator.domain.services.services import ACTIVE, Service
from emulator.domain.world import Shop
from emulator.errors import ApiError, Exists, Missed, PromocodeNotUsable
from emulator.store import tables
from emulator.store.engine import Statement, every_column

OPEN_STATE, PAID, DROPPED = "basket", "paid", "dropped"
ORDER, PROLONG, CHANGE, ADDONS = "order", "prolong", "changepricelist", "addon"

O = tables.order.c  # noqa: E741 - one letter per table, as everywhere
I = tables.order_item.c  # noqa: E741 - the same
V = tables.service.c
_CURRENT = Statement(
    select(O.id, O.promocode, O.created_at).where(
        O.account_id == bindparam("owner"), O.state == OPEN_STATE
    )
)
_OPEN = Statement(
    insert(tables.order).values(
        account_id=bindparam("owner"),
        state=OPEN_STATE,
        promocode=None,
        created_at=bindparam("at"),
    )
)
_STATE = Statement(
    update(tables.order).where(O.id == bindparam("which")).values(state=bindparam("set_to"))
)
_OWN = Statement(
    insert(tables.order).values(
        account_id=bindparam("owner"),
        state=PAID,
        promocode=bindparam("code"),
        created_at=bindparam("at"),
    )
)
_MOVE = Statement(
    update(tables.order_item)
    .where(I.id == bindparam("which"))
    .values(order_id=bindparam("moved_to"))
)
_PRICE = Statement(
    update(tables.order_item).where(I.id == bindparam("which")).values(cost=bindparam("paid"))
)
_PROMO = Statement(
    update(tables.order).where(O.id == bindparam("which")).values(promocode=bindparam("set_to"))
)
_ITEMS = Statement(
    select(I.id, I.kind, I.period, I.cost, I.detail, *V)
    .select_from(tables.order_item.join(tables.service, V.id == I.service_id))
    .where(I.order_id == bindparam("which"), V.status != services.DELETED)
    .order_by(I.id)
)
"""Positions of services that were deleted meanwhile are ignored."""
_PAID = Statement(
    select(O.id).where(
        O.id == bindparam("which"), O.account_id == bindparam("owner"), O.state == PAID
    )
)
_PAID_BY_POSITION = Statement(
    select(O.id)
    .select_from(tables.order_item.join(tables.order, O.id == I.order_id))
    .where(I.id == bindparam("which"), O.account_id == bindparam("owner"), O.state == PAID)
)
_ADD = Statement(insert(tables.order_item).values(every_column(tables.order_item, "id")))
_DROP = Statement(delete(tables.order_item).where(I.id == bindparam("which")))
_WAITING = Statement(
    select(I.id)
    .select_from(tables.order_item.join(tables.order, O.id == I.order_id))
    .where(
        I.service_id == bindparam("service"), I.kind == bindparam("of_kind"), O.state == OPEN_STATE
    )
    .limit(1)
)
C = tables.promo_code.c
_CODE = Statement(select(C.percent, C.type).where(C.code == bindparam("which")))


@dataclass(frozen=True, slots=True)
class Item:
    """One position: ``kind`` is order, prolong, changepricelist or addon.

    ``cost``: before the promo code and after the account's own discount, which is in ``detail``,
    as are the addons that change; once it is paid, after both.
    """

    id: int
    kind: str
    period: int
    cost: Decimal
    detail: Mapping[str, Any]
    service: Service

    def amounts(self) -> Mapping[int, int]:
        """The addons of the service by number, as they are once the position is paid."""
        return {**self.service.amounts(), **self.changed_addons}

    @property
    def changed_addons(self) -> dict[int, int]:
        """The new amounts of the addons that change, by number."""
        return {int(number): amount for number, amount in self.detail.get("addons", {}).items()}

    @property
    def own_discount(self) -> Decimal:
        """The amount of the account's own discount."""
        return Decimal(self.detail.get("discount", "0"))


@dataclass(frozen=True, slots=True)
class Basket:
    """An account's unpaid order.

    ``percent`` is the promo code's discount; ``only_type`` the product type it is for, None: all.
    """

    id: int
    promocode: str | None
    percent: int
    only_type: str | None
    created_at: datetime
    items: tuple[Item, ...]

    def code_percent(self, item: Item) -> int:
        """The per cent that the promo code takes off a position."""
        return self.percent if self.only_type in (None, item.service.type) else 0

    def price(self, item: Item) -> Decimal:
        """What a position costs after the promo code."""
        return reduced(item.cost, self.code_percent(item))

    def discount(self, item: Item) -> Decimal:
        """The promo code's discount on a position."""
        return item.cost - self.price(item)

    @property
    def total(self) -> Decimal:
        """The sum to pay."""
        return sum((self.price(item) for item in self.items), ZERO)

    @property
    def full_discount(self) -> Decimal:
        """All that was taken off all positions: the promo code's and the account's own discount."""
        return sum((self.discount(item) + item.own_discount for item in self.items), ZERO)


def find_basket(shop: Shop, account: Account) -> Basket | None:
    """The account's basket with its positions, or None; of deleted services it has none."""
    row = shop.db.row(_CURRENT, owner=account.id)
    if row is None:
        return None
    number, promocode, created_at = row
    code = None if promocode is None else shop.db.row(_CODE, which=promocode)
    percent, only_type = (0, None) if code is None else code
    rows = shop.db.rows(_ITEMS, which=number)
    items = [Item(*(*row[:5], Service(*row[5:]))) for row in rows]
    if not items:
        return None
    positions = tuple(_priced_anew(shop, account, items))
    return Basket(number, promocode, percent, only_type, created_at, positions)


def _priced_anew(shop: Shop, account: Account, items: Iterable[Item]) -> Iterator[Item]:
    """The positions at what they cost now, each after those before it (docs/evidence.md 52).

    A service may have changed since, and a term grows shorter. What cannot be done any more keeps
    its price, and is refused when it is paid.
    """
    changed: dict[int, Service] = {}
    for item in items:
        service = changed.get(item.service.id, item.service)
        try:
            quoted = _quote(shop, account, item, service)
        except ApiError:
            quoted = None
        if quoted is None:
            yield item
            continue
        price, changed[service.id] = quoted
        detail = {**item.detail, "discount": str(price.discount)}
        yield replace(item, cost=price.cost, detail=detail)


def _quote(
    shop: Shop, account: Account, item: Item, service: Service
) -> tuple[Price, Service] | None:
    """What a change of a service costs now, and the service after it; None for an order."""
    if item.kind == PROLONG:
        more = paid_changes.quote_prolongation(shop, account, service, item.period)
        longer = replace(service, status=ACTIVE, expires_on=more.new_expires_on)
        return Price(more.cost, more.discount), longer
    if item.kind == ADDONS:
        change = paid_changes.quote_addons(shop, account, service, item.changed_addons)
        if change is None:
            return Price(ZERO, ZERO), service
        addons = {str(number): amount for number, amount in change.after.items()}
        return Price(change.cost, change.discount), replace(service, addons=addons)
    if item.kind == CHANGE:
        other = paid_changes.quote_tariff_change(
            shop, account, service, int(item.detail["pricelist"]), item.period
        )
        return Price(other.cost, other.discount), paid_changes.on_tariff(other)
    return None


def _order_number(shop: Shop, account: Account) -> int:
    row = shop.db.row(_CURRENT, owner=account.id)
    if row is not None:
        return int(row[0])
    return shop.db.insert(_OPEN, owner=account.id, at=shop.now)


def _put(
    shop: Shop,
    account: Account,
    kind: str,
    service: Service,
    period: int,
    price: Price,
    **detail: object,
) -> tuple[int, int]:
    if kind != ORDER and shop.db.row(_WAITING, service=service.id, of_kind=kind) is not None:
        raise Exists("basket", str(service.id))
    number = _order_number(shop, account)
    item = shop.db.insert(
        _ADD,
        order_id=number,
        kind=kind,
        service_id=service.id,
        period=period,
        cost=price.cost,
        detail={**detail, "discount": str(price.discount)},
    )
    shop.baskets.add(number)
    return item, number


def put_order(
    shop: Shop, account: Account, tariff: Tariff, service: Service, price: Price
) -> tuple[int, int, Service]:
    """Inserts a service of status 1 and its position; returns (position, billorder, service)."""
    ordered = services.add(shop, service)
    services.note(shop, ordered.id, account.login, "order", str(tariff.id))
    return *_put(shop, account, ORDER, ordered, service.period, price), ordered


def put_prolongation(shop: Shop, account: Account, prolongation: Prolongation) -> int:
    """Adds a prolongation to the basket; returns the billorder."""
    price = Price(prolongation.cost, prolongation.discount)
    return _put(shop, account, PROLONG, prolongation.service, prolongation.period, price)[1]


def put_change(shop: Shop, account: Account, change: TariffChange) -> int:
    """Adds a tariff change to the basket; returns the billorder."""
    return _put(
        shop,
        account,
        CHANGE,
        change.service,
        change.period,
        Price(change.cost, change.discount),
        pricelist=change.new.id,
    )[1]


def put_addons(shop: Shop, account: Account, change: AddonChange) -> int:
    """Adds a change of addons to the basket; returns the billorder."""
    price = Price(change.cost, change.discount)
    service = change.service
    before = service.amounts()
    changed = {str(n): amount for n, amount in change.after.items() if before.get(n) != amount}
    return _put(shop, account, ADDONS, service, service.period, price, addons=changed)[1]


def remove(shop: Shop, account: Account, item_id: int) -> None:
    """Removes a position, and the service where it was only ordered. Raises Missed."""
    basket = find_basket(shop, account)
    item = next((i for i in basket.items if i.id == item_id), None) if basket else None
    if basket is None or item is None:
        raise Missed("basket", str(item_id))
    _drop(shop, account, item)
    if len(basket.items) == 1:
        shop.db.run(_STATE, which=basket.id, set_to=DROPPED)


def _drop(shop: Shop, account: Account, item: Item) -> None:
    shop.db.run(_DROP, which=item.id)
    if item.kind == ORDER:
        states.close(shop, account.login, item.service)


def clear(shop: Shop, account: Account, number: int | None) -> None:
    """Empties the basket. Raises Missed as `require_basket` does."""
    basket = require_basket(shop, account, number)
    if basket is None:
        return
    for item in basket.items:
        _drop(shop, account, item)
    shop.db.run(_STATE, which=basket.id, set_to=DROPPED)


def require_basket(shop: Shop, account: Account, number: int | None) -> Basket | None:
    """The basket; a ``number`` must be its own or a position's. Raises Missed for any other."""
    basket = find_basket(shop, account)
    if number is None:
        return basket
    exists = basket is not None and (
        number == basket.id or any(item.id == number for item in basket.items)
    )
    if not exists:
        raise Missed("billorder", str(number))
    return basket


def is_paid(shop: Shop, account: Account, number: int | None) -> bool:
    """Whether this is an order of the account that is paid."""
    return shop.db.row(_PAID, which=number, owner=account.id) is not None


def find_paid_order(shop: Shop, account: Account, positions: Iterable[int]) -> int | None:
    """The paid order that all of these positions belong to, or None."""
    rows = [shop.db.row(_PAID_BY_POSITION, which=p, owner=account.id) for p in positions]
    numbers = {None if row is None else int(row[0]) for row in rows}
    return numbers.pop() if len(numbers) == 1 else None


def use_promocode(shop: Shop, account: Account, code: str) -> None:
    """Applies a promo code to the basket.

    The code in use already changes nothing: a form that is sent back has it. Raises Missed for an
    unknown code, PromocodeNotUsable beside another, or where it applies to nothing in the basket.
    """
    row = shop.db.row(_CODE, which=code)
    if row is None:
        raise Missed("promocode", code)
    basket = find_basket(shop, account)
    if basket is not None and basket.promocode == code:
        return
    only_type = row[1]
    usable = basket is not None and any(
        only_type in (None, item.service.type) for item in basket.items
    )
    if basket is None or not usable or basket.promocode is not None:
        raise PromocodeNotUsable(code)
    shop.db.run(_PROMO, which=basket.id, set_to=code)


def set_paid(shop: Shop, account: Account, basket: Basket, positions: tuple[Item, ...]) -> int:
    """Marks a basket, or an order made of some of its positions, as paid; returns its number.

    Its positions keep what was paid for them.
    """
    for item in positions:
        shop.db.run(_PRICE, which=item.id, paid=basket.price(item))
    if len(positions) == len(basket.items):
        shop.db.run(_STATE, which=basket.id, set_to=PAID)
        return basket.id
    number = shop.db.insert(_OWN, owner=account.id, code=basket.promocode, at=shop.now)
    for item in positions:
        shop.db.run(_MOVE, which=item.id, moved_to=number)
    return number
