"""``payment``: money paid in.

Source: docs/wire.md section 6, docs/resale.md section 2.4; docs/evidence.md 23, 24 and 168. Rows
carry all namings in use, ``create_date`` and ``createdate``, ``amount`` and its ``*_iso`` forms;
``pay_date`` and ``tax`` are read by one client each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, select

from emulator.api.context import Call, Choice, Rows
from emulator.api.fields import Amount, Day, Sum, Text, Whole, WireField
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.api.values import Leaf
from emulator.domain.billing import topups
from emulator.domain.money import ZERO, with_currency
from emulator.errors import AccessDenied
from emulator.functions import descriptions
from emulator.functions.form_parts import PROJECT, account_name
from emulator.functions.listing import Column, Filter, Listing, Paging, declare_filter
from emulator.store import tables
from emulator.store.engine import Row
from emulator.texts import PAYMENT_STATES, in_language

SOURCE = "docs/wire.md section 6, docs/resale.md section 2.4"
METHODS = {
    "opening": {"en": "Opening balance", "ru": "Начальный остаток"},
    "correction": {"en": "Correction", "ru": "Корректировка"},
}
"""Names of the world's own ways of paying; any other is shown by its own name."""
FAMILY = Family("payment", {"en": "Payments", "ru": "Платежи"}, SOURCE, Evidence.DOCUMENTED)

P, R = tables.payment.c, tables.profile.c
_FIRST_PAYER = select(func.min(R.id)).where(R.account_id == P.account_id).scalar_subquery()
_SENDER = func.coalesce(P.profile_id, _FIRST_PAYER)
"""The payer; of a payment that was begun without one the account's first (assumed)."""


def _filter_selects(call: Call) -> Mapping[str, list[Choice]]:
    """The states to choose from."""
    return {
        "status": [
            Choice(status, in_language(texts, call.lang))
            for status, texts in PAYMENT_STATES.items()
        ]
    }


def _method_numbers(call: Call) -> Mapping[str, str]:
    """The ways of paying as ``methodlist`` numbers them, by what a payment calls them."""
    methods = topups.list_methods(call.shop, call.user.currency)
    return {str(method.id): method.name["en"] for method in methods}


LISTING = Listing(
    select(P.id, P.status, P.amount, P.currency, P.method, P.created_at, P.paid_at).where(
        P.account_id == bindparam("owner")
    ),
    P.id,
    (
        Column("id", P.id, "number"),
        Column("number", P.id, "number"),
        Column("status", P.status, "number", choices="status", closed=True),
        Column("create_date", P.created_at, "instant"),
        Column("createdate", P.created_at, "instant"),
        Column("paydate", P.paid_at, "instant"),
        Column("pay_date", P.paid_at, "instant"),
        Column("pay", P.paid_at, "instant", "paydate", ends=("payfromdate", "paytodate")),
        Column("sender", None, "text", "sender_name"),
        Column("sender_id", _SENDER, "number", ""),
        Column("sender_name", None, "text"),
        Column("amount", P.amount, "money"),
        Column("saamount", P.amount, "money", "amount"),
        Column("pmamount", P.amount, "money", "amount"),
        Column("subaccountamount_iso", P.amount, "money"),
        Column("paymethodamount_iso", P.amount, "money"),
        Column("currency", P.currency, "exact"),
        Column("paymethod", P.method, "exact", synonyms=_method_numbers),
    ),
    _filter_selects,
)


class PaymentRow(WireSchema):
    """One payment. ``amount`` is the bare number, ``*_iso`` the number and its currency."""

    id = Whole("Number of the payment.")
    number = Text("The same as `id`.")
    create_date = Day("Day on which the payment was begun.")
    createdate = Day("The same as `create_date`.")
    paydate = Day("Day on which the money was credited; empty before.")
    pay_date = Day("The same as `paydate`.")
    status = WireField("State of the payment as a label, with its number as attribute `orig`.")
    status_orig = Whole("Number of the state: 1 new, 4 credited, 6 refunded, 9 cancelled.")
    amount = Amount("The amount as a bare number.")
    subaccountamount_iso = Sum("The amount with its currency, as it is credited.")
    paymethodamount_iso = Sum("The amount with its currency, as it is paid; the same.")
    tax = Sum("Tax in the amount with its currency; always 0.00 here.")
    currency = Text(descriptions.CURRENCY)
    currency_str = Text("The same as `currency`.")
    paymethod = Text("Internal name of the way of paying.")
    paymethod_name = Text("Name of the way of paying.")
    paymethodname = Text("The same as `paymethod_name`.")
    sender_name = Text("Who paid: the client's full name or login.")
    recipient_name = Text("Who was paid: the provider.")
    account_name = Text(descriptions.ACCOUNT_NAME)
    project = Text(descriptions.PROJECT)
    allowrefund = Text("Whether the client may have it refunded; always `off` here.")
    restrictrefund = Text("Whether refunds are restricted; always `on` here.")


@FAMILY.listing("payment", takes=Paging, returns=PaymentRow, fails=(AccessDenied,))
def list_payments(call: Call, **paging: Any) -> Rows:
    """All payments of the account, newest first; the opening balance is one of them.

    Filters: ``status``, ``createdatestart`` and ``createdateend`` (days, inclusive),
    ``saamount_from`` and ``saamount_to``. ``paydate`` is empty until the money is credited.
    """
    fixed = {"owner": call.user.id}
    return LISTING.page(call, paging, lambda row: _row(call, row), fixed=fixed)


declare_filter(FAMILY, "payment.filter", Filter("payment", LISTING, PaymentRow()), SOURCE)


def _row(call: Call, row: Row) -> Mapping[str, object]:
    number: int
    status: int
    amount: Decimal
    currency: str
    method: str
    created_at: datetime
    paid_at: datetime | None
    number, status, amount, currency, method, created_at, paid_at = row
    label = in_language(PAYMENT_STATES[str(status)], call.lang)
    name = in_language(METHODS.get(method, {"en": method}), call.lang)
    amount_text = with_currency(amount, currency)
    user = call.user
    return {
        "id": number,
        "number": str(number),
        "create_date": created_at.date(),
        "createdate": created_at.date(),
        "paydate": paid_at.date() if paid_at else None,
        "pay_date": paid_at.date() if paid_at else None,
        "status": Leaf(label, {"orig": str(status)}),
        "status_orig": status,
        "amount": amount,
        "subaccountamount_iso": amount_text,
        "paymethodamount_iso": amount_text,
        "tax": with_currency(ZERO, currency),
        "currency": currency,
        "currency_str": currency,
        "paymethod": method,
        "paymethod_name": name,
        "paymethodname": name,
        "sender_name": user.realname or user.login,
        "recipient_name": PROJECT,
        "account_name": account_name(user),
        "project": PROJECT,
        "allowrefund": "off",
        "restrictrefund": "on",
    }
