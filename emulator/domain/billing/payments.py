"""Payments and expenses. Credited payments minus expenses are always the balance.

Every debit is an expense row and changes the balance in the same commit as the service.
Source: docs/trade.md section 11, docs/evidence.md 24 and 25.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import bindparam, func, insert, or_, select, update

from emulator.domain.accounts.accounts import Account
from emulator.domain.money import ZERO, plain
from emulator.domain.world import Shop
from emulator.errors import NotEnoughMoney
from emulator.store import tables
from emulator.store.engine import Database, Statement, every_column

ADDRESS = "ip"
"""The operation of a charge for further addresses, and its ``intname``."""
CREDITED = 4
"""Payment statuses: 1 new, 2 in progress, 3 promised, 4 credited, 5 refund pending,
6 refunded, 7 fraud, 8 initiated, 9 cancelled (documented)."""

A = tables.account.c
P = tables.payment.c
E = tables.expense.c
_SPEND = Statement(
    update(tables.account)
    .where(
        A.id == bindparam("owner"),
        A.balance + A.credit >= bindparam("amount", type_=A.balance.type),
    )
    .values(balance=A.balance - bindparam("amount", type_=A.balance.type))
)
_EARN = Statement(
    update(tables.account)
    .where(A.id == bindparam("owner"))
    .values(balance=A.balance + bindparam("amount", type_=A.balance.type))
)
MONEY_IS_IN = frozenset({CREDITED, 5})
"""Statuses of payments whose money is on the balance; a pending refund has not happened."""
_BALANCE = Statement(select(A.balance, A.credit).where(A.id == bindparam("owner")))
_EXPENSE = Statement(insert(tables.expense).values(every_column(tables.expense, "id")))
_PAYMENT = Statement(insert(tables.payment).values(every_column(tables.payment, "id")))
_PAID_IN = Statement(
    select(func.coalesce(func.sum(P.amount), 0).label("sum")).where(
        P.account_id == bindparam("owner"),
        or_(*(P.status == status for status in sorted(MONEY_IS_IN))),
    )
)
_PAID_OUT = Statement(
    select(func.coalesce(func.sum(E.amount), 0).label("sum")).where(
        E.account_id == bindparam("owner")
    )
)


def charge(
    shop: Shop,
    account: Account,
    amount: Decimal,
    operation: str,
    name: Mapping[str, str],
    service_id: int | None = None,
    *,
    discount: Decimal = ZERO,
) -> None:
    """Takes ``amount`` from the balance and the credit, and writes the expense.

    ``operation``: ``open``, ``prolong``, ``changepricelist``, ``addon``, ``ip``. A free
    operation also writes a row, of 0.00. Raises NotEnoughMoney; then nothing is changed.
    """
    if amount > ZERO and not shop.db.run(_SPEND, owner=account.id, amount=amount):
        balance, credit = shop.db.row(_BALANCE, owner=account.id) or (ZERO, ZERO)
        raise too_little(replace(account, balance=balance, credit=credit), amount)
    shop.db.run(
        _EXPENSE,
        account_id=account.id,
        service_id=service_id,
        at=shop.now,
        amount=amount,
        discount=discount,
        currency=account.currency,
        operation=operation,
        name=dict(name),
    )
    shop.charges.append((operation, amount))


def too_little(account: Account, amount: Decimal) -> NotEnoughMoney:
    """The error of an account that cannot pay ``amount``."""
    return NotEnoughMoney(
        plain(amount), account.currency, plain(account.balance), plain(account.credit)
    )


def credit(shop: Shop, account: Account, amount: Decimal, method: str) -> int:
    """Inserts a credited payment and adds ``amount`` to the balance; negative for a correction."""
    number = shop.db.insert(
        _PAYMENT,
        account_id=account.id,
        status=CREDITED,
        amount=amount,
        currency=account.currency,
        method=method,
        created_at=shop.now,
        paid_at=shop.now,
        order_id=None,
        profile_id=None,
        token=None,
        positions="",
    )
    shop.db.run(_EARN, owner=account.id, amount=amount)
    return number


def book(shop: Shop, account_id: int, amount: Decimal) -> None:
    """Changes a balance for a payment whose status has just been changed."""
    shop.db.run(_EARN, owner=account_id, amount=amount)


def set_balance(shop: Shop, account: Account, balance: Decimal) -> None:
    """Sets the balance by a correcting payment, so that the ledger still adds up."""
    present, _ = shop.db.row(_BALANCE, owner=account.id) or (ZERO, ZERO)
    if balance != present:
        credit(shop, account, balance - present, "correction")


def compute_ledger(db: Database, account_id: int) -> Decimal:
    """Credited payments minus expenses: what the balance must be."""
    paid_in: Decimal = db.value(_PAID_IN, owner=account_id)
    paid_out: Decimal = db.value(_PAID_OUT, owner=account_id)
    return paid_in - paid_out
