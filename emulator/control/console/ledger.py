"""Rows of money for pages: expenses and payments of a world, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from emulator.domain.billing.payments import MONEY_IS_IN
from emulator.domain.money import with_currency
from emulator.store import tables
from emulator.store.engine import Database, Row, Statement
from emulator.texts import OPERATIONS, PAYMENT_STATES, in_language

A = tables.account.c
E = tables.expense.c
P = tables.payment.c
_FROM_EXPENSES = select(
    E.at, A.login, E.amount, E.currency, E.operation, E.name, E.service_id
).join_from(tables.expense, tables.account, A.id == E.account_id)
_FROM_PAYMENTS = select(
    P.created_at, A.login, P.amount, P.currency, P.status, P.method, P.id
).join_from(tables.payment, tables.account, A.id == P.account_id)


def _newest(rows: Select[Any], number: ColumnElement[int]) -> Select[Any]:
    return rows.order_by(number.desc()).limit(bindparam("most"))


_EXPENSES = Statement(_newest(_FROM_EXPENSES, E.id))
_PAYMENTS = Statement(_newest(_FROM_PAYMENTS, P.id))
_EXPENSES_AT = Statement(
    _newest(
        _FROM_EXPENSES.where(E.account_id == bindparam("owner"), E.at == bindparam("moment")), E.id
    )
)
_PAYMENTS_AT = Statement(
    _newest(
        _FROM_PAYMENTS.where(
            P.account_id == bindparam("owner"), P.created_at == bindparam("moment")
        ),
        P.id,
    )
)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of money. ``amount`` has its sign and currency: ``-5.00 EUR`` leaves the account.

    ``counts``: whether it is part of the balance, which a payment is only once it is credited.
    ``service_id``: what was charged for, None for payments and for charges of no service.
    """

    at: datetime
    login: str
    amount: str
    what: str
    counts: bool
    service_id: int | None = None


def list_expenses(db: Database, lang: str, most: int) -> list[LedgerRow]:
    """The newest expenses of all accounts."""
    return [_expense(row, lang) for row in db.rows(_EXPENSES, most=most)]


def list_payments(db: Database, lang: str, most: int) -> list[LedgerRow]:
    """The newest payments of all accounts, by when they were begun."""
    return [_payment(row, lang) for row in db.rows(_PAYMENTS, most=most)]


def list_latest(db: Database, lang: str, most: int) -> list[LedgerRow]:
    """The newest rows of both kinds."""
    rows = list_expenses(db, lang, most) + list_payments(db, lang, most)
    return sorted(rows, key=lambda row: row.at, reverse=True)[:most]


def list_at(
    db: Database, lang: str, account_id: int, moment: datetime, most: int
) -> list[LedgerRow]:
    """The rows of one account that were written at this instant, newest first."""
    values = {"owner": account_id, "moment": moment, "most": most}
    return [_expense(row, lang) for row in db.rows(_EXPENSES_AT, **values)] + [
        _payment(row, lang) for row in db.rows(_PAYMENTS_AT, **values)
    ]


def _expense(row: Row, lang: str) -> LedgerRow:
    at: datetime
    amount: Decimal
    name: Mapping[str, str]
    at, login, amount, currency, operation, name, service_id = row
    what = in_language(OPERATIONS.get(operation, {"en": operation}), lang)
    described = f"{what}: {in_language(name, lang)}" if name.get("en") else what
    return LedgerRow(
        at, login, with_currency(-amount, currency), described, counts=True, service_id=service_id
    )


def _payment(row: Row, lang: str) -> LedgerRow:
    at, login, amount, currency, status, method, number = row
    state = in_language(PAYMENT_STATES[str(status)], lang)
    what = f"#{number} {method}: {state}"
    sign = "+" if amount >= 0 else ""
    counts = status in MONEY_IS_IN
    return LedgerRow(at, login, f"{sign}{with_currency(amount, currency)}", what, counts=counts)
