"""Payments of money onto the balance, status by status.

Source: docs/wire.md section 6 (statuses 1 to 9), docs/resale.md section 2.4; docs/evidence.md 37.
The status alone decides whether the money is on the balance, and every change of status is one
conditional update: a second click, or a second worker, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, insert, select, update

from emulator.domain.accounts import accounts
from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import checkout, orders, payments
from emulator.domain.catalogue.catalogue import Words
from emulator.domain.money import ZERO, plain
from emulator.domain.world import Shop, last_number, secret_token
from emulator.errors import BadValue
from emulator.store import tables
from emulator.store.engine import Statement, every_column

NEW, IN_PROGRESS, PROMISED, CREDITED, REFUNDING, REFUNDED, FRAUD, INITIATED, CANCELLED = range(
    1, 10
)
MOVES: Mapping[int, frozenset[int]] = {
    NEW: frozenset({IN_PROGRESS, PROMISED, CREDITED, FRAUD, INITIATED, CANCELLED}),
    INITIATED: frozenset({IN_PROGRESS, CREDITED, FRAUD, CANCELLED}),
    IN_PROGRESS: frozenset({CREDITED, FRAUD, CANCELLED}),
    PROMISED: frozenset({CREDITED, CANCELLED}),
    CREDITED: frozenset({REFUNDING, REFUNDED, FRAUD}),
    REFUNDING: frozenset({CREDITED, REFUNDED}),
    REFUNDED: frozenset(),
    FRAUD: frozenset(),
    CANCELLED: frozenset(),
}
"""Which status may follow which (assumed)."""
OPEN = frozenset({NEW, INITIATED})
"""Payments that can still be cancelled."""

P = tables.payment.c
M = tables.paymethod.c
_COLUMNS = (
    P.id, P.account_id, P.status, P.amount, P.currency, P.method, P.created_at, P.paid_at,
    P.order_id, P.profile_id, P.token, P.positions,
)  # fmt: skip
_BY_ID = Statement(select(*_COLUMNS).where(P.id == bindparam("which")))
_BY_TOKEN = Statement(select(*_COLUMNS).where(P.token == bindparam("which")))
_OF_ACCOUNT = Statement(
    select(*_COLUMNS)
    .where(P.account_id == bindparam("owner"))
    .order_by(P.id.desc())
    .limit(bindparam("most"))
)
_ADD = Statement(insert(tables.payment).values(every_column(tables.payment, "id")))
_MOVE = Statement(
    update(tables.payment)
    .where(P.id == bindparam("which"), P.status == bindparam("was"))
    .values(status=bindparam("becomes"), paid_at=bindparam("paid"))
)
_CHANGE = Statement(
    update(tables.payment)
    .where(P.id == bindparam("which"))
    .values(method=bindparam("called"), profile_id=bindparam("payer"))
)
_METHODS = Statement(select(*M).order_by(M.id))


class WrongMove(ValueError):
    """The requested status cannot follow the present one."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way of paying. ``currency`` None takes every currency."""

    id: int
    name: Words
    kind: str
    currency: str | None
    minimum: Decimal
    maximum: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment; ``order_id`` is what it is for, ``token`` leads to its page.

    ``positions``: numbers of the order's positions, with commas, where it is not for all of them.
    """

    id: int
    account_id: int
    status: int
    amount: Decimal
    currency: str
    method: str
    created_at: datetime
    paid_at: datetime | None
    order_id: int | None
    profile_id: int | None
    token: str | None
    positions: str


def list_methods(shop: Shop, currency: str) -> list[Method]:
    """The payment methods for this currency."""
    methods = [Method(*row) for row in shop.db.rows(_METHODS)]
    return [method for method in methods if method.currency in (None, currency)]


def find_method(shop: Shop, currency: str, number: int, named: str = "paymethod") -> Method:
    """A payment method for this currency. Raises BadValue(named)."""
    for method in list_methods(shop, currency):
        if method.id == number:
            return method
    raise BadValue(named, str(number))


def check_amount(method: Method, amount: Decimal) -> None:
    """Raises BadValue("amount") for an amount that the method does not take."""
    if amount <= ZERO or not method.minimum <= amount <= method.maximum:
        limits = {"minimum": plain(method.minimum), "maximum": plain(method.maximum)}
        raise BadValue("amount", plain(amount), desc="between", params=limits)


def change(shop: Shop, payment: Payment, method: Method | None, profile: int | None) -> Payment:
    """Has a payment that was begun paid by another method or payer; None leaves it as it is.

    Raises BadValue("amount") where the method does not take the amount.
    """
    if method is not None:
        check_amount(method, payment.amount)
    changed = replace(
        payment,
        method=payment.method if method is None else method.name["en"],
        profile_id=payment.profile_id if profile is None else profile,
    )
    shop.db.run(_CHANGE, which=payment.id, called=changed.method, payer=changed.profile_id)
    return changed


def start(
    shop: Shop,
    account: Account,
    method: Method,
    amount: Decimal,
    order_id: int | None = None,
    profile_id: int | None = None,
    positions: Iterable[int] = (),
) -> Payment:
    """Inserts a payment of status 1; the balance is unchanged. Raises BadValue("amount").

    ``positions`` of the order are paid by it, all where none is named.
    """
    check_amount(method, amount)
    number = last_number(shop.db, tables.payment.name) + 1
    number = shop.db.insert(
        _ADD,
        account_id=account.id,
        status=NEW,
        amount=amount,
        currency=account.currency,
        method=method.name["en"],
        created_at=shop.now,
        paid_at=None,
        order_id=order_id,
        profile_id=profile_id,
        token=f"{shop.world.name}-{secret_token(shop.world, f'payment/{number}', 32)}",
        positions=",".join(map(str, positions)),
    )
    return require(find(shop, number))


def find(shop: Shop, number: int) -> Payment | None:
    """A payment by its number, whoever made it, or None."""
    row = shop.db.row(_BY_ID, which=number)
    return None if row is None else Payment(*row)


def of_account(shop: Shop, account: Account, most: int) -> list[Payment]:
    """An account's payments, newest first."""
    rows = shop.db.rows(_OF_ACCOUNT, owner=account.id, most=most)
    return [Payment(*row) for row in rows]


def find_by_token(shop: Shop, token: str) -> Payment | None:
    """The payment that a payment page belongs to, or None."""
    row = shop.db.row(_BY_TOKEN, which=token)
    return None if row is None else Payment(*row)


def require(payment: Payment | None) -> Payment:
    """A payment that must exist. Raises LookupError."""
    if payment is None:
        msg = "the payment is gone"
        raise LookupError(msg)
    return payment


def move(shop: Shop, payment: Payment, status: int) -> Payment:
    """Sets the status, moves the money accordingly, and pays the order the payment was made for.

    Raises WrongMove where this status cannot follow. Setting the same status again changes nothing.
    """
    if status == payment.status:
        return payment
    if status not in MOVES[payment.status]:
        msg = f"status: a payment of status {payment.status} cannot get status {status}"
        raise WrongMove(msg)
    paid = shop.now if status == CREDITED and payment.paid_at is None else payment.paid_at
    if not shop.db.run(_MOVE, which=payment.id, was=payment.status, becomes=status, paid=paid):
        return require(find(shop, payment.id))
    was_in, is_in = payment.status in payments.MONEY_IS_IN, status in payments.MONEY_IS_IN
    if was_in != is_in:
        payments.book(shop, payment.account_id, payment.amount if is_in else -payment.amount)
    if is_in and not was_in and payment.order_id is not None:
        _settle(shop, payment)
    return replace(payment, status=status, paid_at=paid)


def _settle(shop: Shop, payment: Payment) -> None:
    """Pays the order, or its positions, if they still wait and the balance suffices."""
    account = accounts.require(shop.db, payment.account_id)
    basket = orders.find_basket(shop, account)
    if basket is None or basket.id != payment.order_id:
        return
    numbers = [int(number) for number in payment.positions.split(",") if number]
    chosen = [item for item in basket.items if not numbers or item.id in numbers]
    total = sum((basket.price(item) for item in chosen), ZERO)
    if len(chosen) < len(numbers) or total > account.available:
        return
    checkout.pay_positions(shop, account, [item.id for item in chosen])
