"""``expense``: money charged, a row for everything that was bought.

Source: docs/wire.md section 6; docs/wire.md section 8.2 (what clients read of a row).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, case, select

from emulator.api.context import Call, Choice, Rows
from emulator.api.fields import Amount, Day, Sum, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.api.values import Leaf
from emulator.domain.billing.payments import ADDRESS
from emulator.domain.money import ZERO, plain, rounded
from emulator.errors import AccessDenied
from emulator.functions import descriptions
from emulator.functions.form_parts import PROJECT, account_name, sum_with_currency
from emulator.functions.listing import Column, Filter, Listing, Paging, declare_filter
from emulator.store import tables
from emulator.store.engine import Row
from emulator.texts import OPERATIONS, in_language

SOURCE = "docs/wire.md section 6"
OLDER = 5
"""The generation of the API that has no currency in the text of a charge."""
FAMILY = Family("expense", {"en": "Expenses", "ru": "Расходы"}, SOURCE, Evidence.DOCUMENTED)

COMPARE_TEXTS = {
    "equal": {"en": "Equal to", "ru": "Равно"},
    "more": {"en": "More than", "ru": "Больше"},
    "less": {"en": "Less than", "ru": "Меньше"},
}
"""How a filter may compare an amount (the words are assumed, docs/evidence.md 139)."""

E = tables.expense.c
V = tables.service.c
INTNAME = case((E.operation == ADDRESS, ADDRESS), else_=V.type)


def _filter_selects(call: Call) -> Mapping[str, list[Choice]]:
    """The kinds of charges, and how amounts are compared."""
    comparisons = [Choice(word, call.words(text)) for word, text in COMPARE_TEXTS.items()]
    return {
        "operation": [
            Choice(operation, in_language(texts, call.lang))
            for operation, texts in OPERATIONS.items()
        ],
        "compare_type": comparisons,
        "notpayd_compare_type": comparisons,
    }


LISTING = Listing(
    select(E.id, E.service_id, E.at, E.amount, E.discount, E.currency, E.operation, E.name, INTNAME)
    .select_from(tables.expense.outerjoin(tables.service, V.id == E.service_id))
    .where(E.account_id == bindparam("owner")),
    E.id,
    (
        Column("id", E.id, "number"),
        Column("locale_name", None, "text"),
        Column("realdate", E.at, "instant"),
        Column("cdate", E.at, "instant"),
        Column("date", E.at, "instant", "realdate", ends=("fromdate", "todate")),
        Column("amount", E.amount, "money", operator="compare_type"),
        Column("notpayd_amount", None, "money", "notpayd", operator="notpayd_compare_type"),
        Column("discountamount", E.discount, "money"),
        Column("operation", E.operation, "exact", choices="operation", closed=True),
        Column("intname", INTNAME, "exact"),
        Column("main_item", E.service_id, "number"),
        Column("item", E.service_id, "number", ""),
    ),
    _filter_selects,
)


class ExpenseRow(WireSchema):
    """One charge."""

    id = Whole("Number of the charge.")
    locale_name = Text("What was charged, in the language of the caller.")
    account = Text(descriptions.ACCOUNT_NAME)
    project = Text(descriptions.PROJECT)
    realdate = Day("Day of the charge.")
    cdate = Day("The same day as `realdate`.")
    amount = Sum(
        "What was charged, after the discount, with its currency; a bare number in generation 5."
    )
    notpayd = Amount("What of it is not paid yet; always 0.00, for all is paid at once.")
    discount = Amount("The discount in per cent of the full price.")
    discountamount = Amount("The discount as an amount.")
    taxamount = Amount("Tax in the amount; always 0.00 here.")
    payments = Text("Payments that covered it; always empty, for all is paid from the balance.")
    currency = Text(descriptions.CURRENCY)
    currency_str = Text("The same as `currency`.")
    operation = Text("Kind of the charge: `open`, `prolong`, `changepricelist`, `addon`, `ip`.")
    intname = Text("Internal name of the service's product type; `ip` for further addresses.")
    main_item = Whole("Number of the service that was charged for.")


@FAMILY.listing("expense", takes=Paging, returns=ExpenseRow, fails=(AccessDenied,))
def list_expenses(call: Call, **paging: Any) -> Rows:
    """All charges of the account, newest first; a free operation is a charge of 0.00.

    The meaning of ``main_item``, ``intname`` and ``discount`` is assumed.
    """
    fixed = {"owner": call.user.id}
    return LISTING.page(call, paging, lambda row: _row(call, row), fixed=fixed)


declare_filter(FAMILY, "expense.filter", Filter("expense", LISTING, ExpenseRow()), SOURCE)


def _row(call: Call, row: Row) -> Mapping[str, object]:
    number: int
    service_id: int | None
    at: datetime
    amount: Decimal
    discount: Decimal
    currency: str
    operation: str
    name: Mapping[str, str]
    intname: str | None
    number, service_id, at, amount, discount, currency, operation, name, intname = row
    what = in_language(OPERATIONS.get(operation, {"en": operation}), call.lang)
    return {
        "id": number,
        "locale_name": f"{what}: {call.words(name)}" + (f" #{service_id}" if service_id else ""),
        "account": account_name(call.user),
        "project": PROJECT,
        "realdate": at.date(),
        "cdate": at.date(),
        "amount": _amount(call, amount, currency),
        "notpayd": ZERO,
        "discount": _percent(discount, amount + discount),
        "discountamount": discount,
        "taxamount": ZERO,
        "payments": "",
        "currency": currency,
        "currency_str": currency,
        "operation": operation,
        "intname": intname or "",
        "main_item": service_id,
    }


def _amount(call: Call, amount: Decimal, currency: str) -> Leaf:
    """The sum with its currency; generation 5 shows the bare number (docs/evidence.md 111)."""
    if call.shop.world.rules.generation == OLDER:
        return Leaf(plain(amount), {"orig": plain(amount)})
    return sum_with_currency(amount, currency)


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return rounded(part * 100 / whole) if whole > ZERO else ZERO
